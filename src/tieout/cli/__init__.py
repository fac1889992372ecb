"""Operator and developer commands; the only room that may start the sandbox."""
