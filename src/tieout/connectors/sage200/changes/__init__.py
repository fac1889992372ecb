"""What Sage's own lists say has changed."""
