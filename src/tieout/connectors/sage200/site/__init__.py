"""What one site is and allows: signing in, probing, the capability report."""
