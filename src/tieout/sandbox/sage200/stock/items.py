"""What kind an item is: only those of type Stock have levels, numbers and cost layers (6.4)."""

from __future__ import annotations

import sqlite3

from tieout.sandbox.sage200.company.books import Books

STOCK, SERVICE, MISCELLANEOUS = "EnumStockItemTypeStock", "EnumStockItemTypeServiceLabour", "EnumStockItemTypeMisc"


def is_stocked(books: Books, product: sqlite3.Row) -> bool:
    """Say whether an item has stock levels."""
    return bool(books.value("SELECT type FROM product_group WHERE id = ?", product["group_id"]) == STOCK)
