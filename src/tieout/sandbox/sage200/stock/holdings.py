"""Where items lie: linking items to warehouses and bins, changing and ending those links."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.reading.stock_fields import SPARES, written
from tieout.sandbox.sage200.stock.movements import link_bin, link_warehouse, product_record

Body = Mapping[str, Any]
LEVELS = "reorder_level:q minimum_level:q maximum_level:q"
UNSPECIFIED = "Unspecified"


def create_warehouse_holding(books: Books, body: Body) -> int:
    """Link an item to a warehouse with its default bin "Unspecified" (or the bins told) and return the holding's id."""
    fields = checked(body, f"product_id:i! warehouse_id:i! {LEVELS} bin_holdings:l")
    for table, name in (("product", "product_id"), ("warehouse", "warehouse_id")):
        if books.value(f"SELECT id FROM {table} WHERE id = ?", fields[name]) is None:  # noqa: S608  # our own names
            raise RefusedError(f"The {table} {fields[name]} does not exist.")
    pair = (fields.pop("product_id"), fields.pop("warehouse_id"))
    if books.value("SELECT id FROM warehouse_holding WHERE product_id = ? AND warehouse_id = ?", *pair):
        raise RefusedError("The product is already held in this warehouse.")
    bins = fields.pop("bin_holdings", [])
    _check_levels(fields)
    holding_id = link_warehouse(books, *pair, **fields)
    books.effect("warehouse_holding.created", id=holding_id, product_id=pair[0])
    for told in bins:
        create_bin_holding(books, {**told, "warehouse_holding_id": holding_id, "product_id": pair[0]})
    if not bins:
        link_bin(books, holding_id, UNSPECIFIED, 9)
    return holding_id


def _check_levels(fields: Fields) -> None:
    for name in ("reorder_level", "minimum_level", "maximum_level"):
        if fields.get(name, 0) < 0:
            raise RefusedError(f"The field {name} cannot be negative.")
    if fields.get("maximum_level") and fields["maximum_level"] < fields.get("minimum_level", 0):
        raise RefusedError("The maximum level cannot be below the minimum level.")


def amend_warehouse_holding(books: Books, key: int, body: Body) -> None:
    """Change the stock levels of a holding, or end it when the body says is_to_delete."""
    fields = checked(body, f"product_id:i warehouse_id:i {LEVELS} bin_holdings:l is_to_delete:b")
    holding = books.need("warehouse_holding", key, "Warehouse holding")
    for name in ("product_id", "warehouse_id"):
        if fields.pop(name, holding[name]) != holding[name]:
            raise RefusedError(f"The {name} of a warehouse holding cannot be changed.")
    if fields.pop("is_to_delete", False):
        delete_warehouse_holding(books, key)
        return
    bins = fields.pop("bin_holdings", [])
    _check_levels({name: holding[name] for name in ("minimum_level", "maximum_level")} | fields)
    books.update("warehouse_holding", key, **fields, updated=books.stamp())
    for told in bins:
        if told.get("id"):
            amend_bin_holding(books, int(told["id"]), told)
        else:
            create_bin_holding(books, {**told, "warehouse_holding_id": key, "product_id": holding["product_id"]})
    books.effect("warehouse_holding.amended", id=key)


def delete_warehouse_holding(books: Books, key: int) -> None:
    """End the link between an item and a warehouse; only when all its bins are empty and never moved."""
    holding = books.need("warehouse_holding", key, "Warehouse holding")
    _touch(books, holding["product_id"])
    for place in books.rows("SELECT * FROM bin_holding WHERE warehouse_holding_id = ?", key):
        _check_empty(books, place)
    lines = books.value(
        "SELECT l.id FROM line l JOIN document d ON d.id = l.document_id WHERE l.product_id = ? AND l.warehouse_id = ? "
        "AND d.status IN ('Live', 'OnHold')",
        holding["product_id"],
        holding["warehouse_id"],
    )
    if lines:
        raise RefusedError("The warehouse holding stands on live sales documents and cannot be deleted.")
    if books.value("SELECT id FROM stocktake_item WHERE warehouse_holding_id = ?", key):
        raise RefusedError("The warehouse holding is part of a stocktake and cannot be deleted.")
    books.run("DELETE FROM bin_holding WHERE warehouse_holding_id = ?", key)
    books.run("DELETE FROM warehouse_holding WHERE id = ?", key)
    books.effect("warehouse_holding.deleted", id=key)


def create_bin_holding(books: Books, body: Body) -> int:
    """Link an item to a bin of a warehouse that holds it and return the bin holding's id."""
    fields = checked(body, f"warehouse_holding_id:i! product_id:i! name:s20 allocation_priority:i {written(SPARES)}")
    holding = books.row("SELECT * FROM warehouse_holding WHERE id = ?", fields["warehouse_holding_id"])
    if holding is None or holding["product_id"] != fields["product_id"]:
        raise RefusedError(f"The warehouse holding {fields['warehouse_holding_id']} is not one of this product.")
    name = fields.get("name") or UNSPECIFIED
    priority = _priority(fields, 9)
    if books.value("SELECT id FROM bin_holding WHERE warehouse_holding_id = ? AND name = ?", holding["id"], name):
        raise RefusedError(f"The product is already held in bin {name}.")
    books.run("INSERT OR IGNORE INTO warehouse_bin VALUES (?, ?, ?)", holding["warehouse_id"], name, priority)
    bin_holding_id = link_bin(books, holding["id"], name, priority)
    books.update("bin_holding", bin_holding_id, more=json.dumps(_spares(fields)))
    books.effect("bin_holding.created", id=bin_holding_id, bin=name)
    return bin_holding_id


def _priority(fields: Fields, default: int) -> int:
    priority = int(fields.get("allocation_priority", default))
    if not 1 <= priority <= 9:
        raise RefusedError("The field allocation_priority must be between 1 and 9.")
    return priority


def _spares(fields: Fields) -> Fields:
    found = {name: value for name, value in fields.items() if name.startswith("spare_")}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}


def amend_bin_holding(books: Books, key: int, body: Body) -> None:
    """Change the priority or the spare fields of a bin holding, or end it when the body says is_to_delete.

    The name of a bin is not changed here: it is the warehouse's bin, not the item's (assumed).
    """
    fields = checked(
        body, f"warehouse_holding_id:i product_id:i name:s20 allocation_priority:i is_to_delete:b {written(SPARES)}"
    )
    place = books.need("bin_holding", key, "Bin holding")
    for name in ("warehouse_holding_id", "product_id"):
        if fields.get(name, place[name]) != place[name]:
            raise RefusedError(f"The {name} of a bin holding cannot be changed.")
    if fields.get("name", place["name"]).upper() != place["name"].upper():
        raise RefusedError("The name of a bin cannot be changed.")
    if fields.get("is_to_delete"):
        delete_bin_holding(books, key)
        return
    more = json.dumps(json.loads(place["more"]) | _spares(fields))
    books.update("bin_holding", key, priority=_priority(fields, place["priority"]), more=more, updated=books.stamp())
    books.effect("bin_holding.amended", id=key)


def delete_bin_holding(books: Books, key: int) -> None:
    """End the link between an item and a bin; only when it is empty and never moved, and not the last one."""
    place = books.need("bin_holding", key, "Bin holding")
    _touch(books, place["product_id"])
    _check_empty(books, place)
    others = books.value(
        "SELECT count(*) FROM bin_holding WHERE warehouse_holding_id = ? AND id <> ?",
        place["warehouse_holding_id"],
        key,
    )
    if not others:
        raise RefusedError("The last bin of a warehouse holding cannot be deleted.")
    books.run("DELETE FROM bin_holding WHERE id = ?", key)
    books.effect("bin_holding.deleted", id=key)


def _touch(books: Books, product_id: int) -> None:
    books.locks.touch(product_record(books.need("product", product_id, "Product")))


def _check_empty(books: Books, place: sqlite3.Row) -> None:
    if place["quantity"] or place["allocated"]:
        raise RefusedError(f"Bin {place['name']} is not empty.")
    if books.value("SELECT id FROM movement WHERE bin_holding_id = ?", place["id"]):
        raise RefusedError(f"Bin {place['name']} has movements and cannot be deleted.")
    if books.value("SELECT id FROM stocktake_count WHERE bin_holding_id = ?", place["id"]):
        raise RefusedError(f"Bin {place['name']} is part of a stocktake and cannot be deleted.")
