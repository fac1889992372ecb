"""A warehouse or 3PL that exchanges files: orders out, despatches, stock and charges in, over SFTP."""
