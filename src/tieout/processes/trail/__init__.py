"""The trail of one document: everything that is known of it, gathered from our own tables for people to read."""
