"""People: who may sign in and act, proved by a password, a single sign-on or a token."""
