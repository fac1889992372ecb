"""People at the Sage desktop, working beside the API and behind its back."""
