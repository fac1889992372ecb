"""Rules of the exceptions desk: what one cause is, and when a case is due."""
