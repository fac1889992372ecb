"""Stock items, holdings, movements and their cost."""
