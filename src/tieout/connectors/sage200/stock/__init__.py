"""Stock: moved, written on and off, issued, counted."""
