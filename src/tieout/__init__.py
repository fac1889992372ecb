"""Tieout: the governance tier between Sage 200 and the systems around it."""
