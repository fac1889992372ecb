"""The kinds under which documents are stored: here, because flows that wake each other name them."""

from __future__ import annotations

RETURN = "return"
ORDER = "order"
"""A sales order that goes out to warehouses."""
REFUND = "refund"
"""A refund that no return explains."""
