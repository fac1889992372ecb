"""One file per flow: the story read top to bottom, with its steps beneath."""
