"""The unit in which a line sells, against the unit in which the item is held."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, divided
from tieout.sandbox.sage200.company.refusals import RefusedError

BASE = 10_000_000
"""A multiple of one base unit, as kept: seven places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SellingUnit:
    """A selling unit; `multiple` is how many stock units it holds, the others relate to the item's base unit."""

    id: int
    name: str
    multiple: int = UNIT
    to_base: int = BASE
    stock_to_base: int = BASE
    precision: int = 1
    stock_precision: int = 1


def selling_unit(books: Books, product: sqlite3.Row, unit_id: int | None) -> SellingUnit:
    """Return the unit asked for, or the item's stock unit; RefusedError when the item is not sold in it."""
    stock_to_base = _seven_places(product["stock_multiple"])
    asked = unit_id or product["stock_unit_id"]
    name = books.value("SELECT name FROM unit WHERE id = ?", asked)
    if asked == product["stock_unit_id"]:
        return SellingUnit(id=asked, name=name, to_base=stock_to_base, stock_to_base=stock_to_base)
    row = books.row("SELECT * FROM product_unit WHERE product_id = ? AND unit_id = ?", product["id"], asked)
    if row is None:
        raise RefusedError(f"Stock item {product['code']} is not sold in the unit {unit_id}.")
    return SellingUnit(
        id=asked,
        name=name,
        multiple=divided(row["multiple"] * UNIT, product["stock_multiple"]),
        to_base=_seven_places(row["multiple"]),
        stock_to_base=stock_to_base,
        precision=row["precision"],
    )


def _seven_places(multiple: int) -> int:
    """Return a multiple of nine places with seven, as order lines show it."""
    return divided(multiple, 100)
