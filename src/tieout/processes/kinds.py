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
SITE = "warehouse site"
"""A row that says where in Sage a site of a warehouse is."""
FEED = "feed"
"""What an account of a warehouse tells us, where it has told nothing for too long."""
DESPATCH = "despatch"
"""A despatch that Sage shows without its issue of stock."""
