"""Customers' returns: the facts gathered, the checks, and the plan."""
