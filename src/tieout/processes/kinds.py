"""The kinds under which documents are stored: here, because flows that wake each other name them."""

from __future__ import annotations

RETURN = "return"
REFUND = "refund"
"""A refund that no return explains."""
