"""The parts of an item's set-up that only some items have: its group, its units, its batch or serial numbers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.bulk import price
from tieout.sandbox.sage200.company.figures import stored
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.seed_stock import NINE_PLACES
from tieout.sandbox.sage200.stock.attachments import add_own_units
from tieout.sandbox.sage200.stock.traceables import BATCH, NONE, SERIAL, Number

Item = Mapping[str, Any]
TRACEABLE = {"": NONE, "BATCH": BATCH, "SERIAL": SERIAL}


def group_of(books: Books, item: Item) -> sqlite3.Row:
    """Return the group that an item names by its code, or the first of its costing method (FIFO when none is told)."""
    named = books.row("SELECT * FROM product_group WHERE code = ?", str(item.get("group", "")))
    if named is not None:
        return named
    costing = str(item.get("costing") or item.get("group_costing") or item.get("group") or "FIFO").upper()
    found = books.row("SELECT * FROM product_group WHERE costing = ? ORDER BY id", costing)
    if found is None:
        raise RefusedError(f"The costing {costing} is none of FIFO, AVERAGE, STANDARD and ACTUAL.")
    return found


def traceable_columns(books: Books, item: Item) -> dict[str, object]:
    """Return how an item is traced: batch or serial; receipts need numbers unless "record_numbers" is false."""
    told = str(item.get("traceable", "")).upper()
    if told not in TRACEABLE:
        raise RefusedError("The traceable of a product is batch or serial, or is left out.")
    if told and books.edition != "Professional":
        raise RefusedError("Batch and serial numbers are only in Sage 200 Professional.")
    kept = {"record_nos_on_goods_received": bool(item.get("record_numbers", True)) and bool(told)}
    return {"traceable": TRACEABLE[told], "more": json.dumps(kept)}


def add_units(books: Books, product_id: int, units: Iterable[Item]) -> None:
    """Give an item its base and stock unit, and further ones: {"unit": name, "multiple": of the base unit}."""
    add_own_units(books, product_id)
    for unit in units:
        found = books.row("SELECT * FROM unit WHERE name = ?", unit["unit"])
        multiple = stored(Decimal(str(unit["multiple"])), 9) if "multiple" in unit else None
        if found is None:
            key = books.insert("unit", name=unit["unit"], multiple=multiple or NINE_PLACES, **books.stamps())
            found = books.need("unit", key, "Unit")
        books.insert(
            "product_unit",
            product_id=product_id,
            unit_id=found["id"],
            type="Additional",
            multiple=multiple or found["multiple"],
            own_price=int(bool(unit.get("use_own_price"))),
            **books.stamps(),
        )


def numbers_of(told: Iterable[Item]) -> tuple[Number, ...]:
    """Return batch or serial numbers of a body: {"number", "quantity" (1 when left out), "sell_by", "use_by"}."""
    return tuple(
        Number(
            number=str(one["number"]),
            quantity=price(one.get("quantity", 1)),
            additional_reference=str(one.get("additional_reference", "")),
            sell_by=date.fromisoformat(one["sell_by"]) if one.get("sell_by") else None,
            use_by=date.fromisoformat(one["use_by"]) if one.get("use_by") else None,
            supplier_reference=str(one.get("supplier_reference", "")),
            purchase_order_no=str(one.get("purchase_order_no", "")),
        )
        for one in told
    )
