"""What may be offered for sale: on hand less everything that is promised, under way or held back. Pure."""
