"""The kinds under which documents are stored: here, because flows that wake each other name them."""

from __future__ import annotations

RETURN = "return"
ORDER = "order"
"""A sales order that goes out to warehouses."""
REFUND = "refund"
"""A refund that no return explains."""
CHARGES = "charges"
"""An invoice of a 3PL for what it did."""
MOVEMENT = "movement"
"""A movement of a warehouse's stock, other than a shipment of ours."""

AVAILABILITY = "availability"
"""What a storefront offers of a stock code, where somebody must see to it."""
STOCK = "stock"
"""Stock of one code at a site of a warehouse, or of the site, where a count and Sage differ."""
