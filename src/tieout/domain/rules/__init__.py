"""Rules that several flows share."""
