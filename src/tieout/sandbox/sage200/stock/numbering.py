"""Giving batch and serial numbers to stock that has none, and correcting numbers that are known."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, plain, units
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.stock import traceables
from tieout.sandbox.sage200.stock.movements import assign_cost, product_record
from tieout.sandbox.sage200.stock.traceables import SERIAL, Number, Part

Body = Mapping[str, Any]
Json = dict[str, Any]
_NAMED = "identification_no:s30 quantity:q additional_reference:s30 sell_by_date:d use_by_date:d"
_ITEM = f"traceable_item_id:i! {_NAMED} split_batch_items:l"
_DETAILS = {"additional_reference": "additional_reference", "sell_by_date": "sell_by", "use_by_date": "use_by"}
_PLACES = (
    "SELECT b.id, b.name AS bin_name, w.name AS warehouse_name, b.quantity - coalesce((SELECT sum(quantity) "
    "FROM traceable_bin WHERE bin_holding_id = b.id), 0) AS unassigned FROM bin_holding b "
    "JOIN warehouse_holding h ON h.id = b.warehouse_holding_id JOIN warehouse w ON w.id = h.warehouse_id "
    "WHERE b.product_id = ? AND unassigned > 0 ORDER BY w.name, b.name"
)
_NUMBERS = (
    "SELECT t.*, (SELECT coalesce(sum(quantity), 0) FROM traceable_bin WHERE traceable_item_id = t.id) AS quantity, "
    "(SELECT coalesce(sum(allocated), 0) FROM traceable_bin WHERE traceable_item_id = t.id) AS allocated "
    "FROM traceable_item t WHERE t.product_id = ? ORDER BY t.number, t.id"
)
_STATUSES = {"All": None, "Issued Only": True, "Not Issued": False}


def unassigned_items(books: Books, body: Body) -> Json:
    """Answer the stock of an item that has no number, bin by bin; the id of each stands for its bin (assumed)."""
    product = _traceable(books, checked(body, "product_id:i!")["product_id"])
    return {
        "product_id": product["id"],
        "traceable_adjustment_items": [
            {
                "identification_no": "",
                "quantity": units(0),
                "available_quantity": units(row["unassigned"]),
                "warehouse_name": row["warehouse_name"],
                "bin_name": row["bin_name"],
                "traceable_item_id": row["id"],
                "split_batch_items": [],
            }
            for row in books.rows(_PLACES, product["id"])
        ],
    }


def assign(books: Books, body: Body) -> Json:
    """Give numbers to unassigned stock and answer what is left unassigned."""
    fields = checked(body, "product_id:i! issue_status:s50 traceable_adjustment_items:l!")
    product = _traceable(books, fields["product_id"])
    books.locks.touch(product_record(product))
    for told in (checked(item, _ITEM) for item in fields["traceable_adjustment_items"]):
        place = books.row("SELECT * FROM bin_holding WHERE id = ?", told["traceable_item_id"])
        if place is None or place["product_id"] != product["id"]:
            raise RefusedError(f"The traceable item {told['traceable_item_id']} is not unassigned.")
        _assign_in_bin(books, product, place, told)
    return unassigned_items(books, {"product_id": product["id"]})


def _assign_in_bin(books: Books, product: sqlite3.Row, place: sqlite3.Row, told: Fields) -> None:
    free = traceables.unassigned(books, place["id"])
    named = [checked(item, _NAMED) for item in told.get("split_batch_items", [])] or [told]
    one = UNIT if product["traceable"] == SERIAL else free
    numbers = [_number(item, one) for item in named if item.get("identification_no")]
    wanted = sum(number.quantity for number in numbers)
    if wanted > free:
        raise RefusedError(f"Only {plain(free)} of {product['code']} in bin {place['name']} has no number.")
    for number in numbers:
        if number.quantity <= 0:
            raise RefusedError("The quantity of a number must be greater than zero.")
        item_id = traceables.number_record(books, product, number, books.today())
        part = Part(item_id=item_id, quantity=number.quantity)
        traceables.place(books, place["id"], [part])
        assign_cost(books, product, place["id"], part)
        books.effect("traceable_item.assigned", id=item_id, number=number.number)


def _number(told: Fields, default: int) -> Number:
    return Number(
        number=told["identification_no"],
        quantity=told.get("quantity") or default,
        additional_reference=told.get("additional_reference", ""),
        sell_by=told.get("sell_by_date"),
        use_by=told.get("use_by_date"),
    )


def assigned_items(books: Books, body: Body) -> Json:
    """Answer the numbers of an item that can be amended, all of them or by whether they have been issued."""
    fields = checked(body, "product_id:i! issue_status:s50")
    product = _traceable(books, fields["product_id"])
    status = fields.get("issue_status") or "All"
    if status not in _STATUSES:
        raise RefusedError(f"The issue_status {status} is not valid.")
    wanted = _STATUSES[status]
    rows = [row for row in books.rows(_NUMBERS, product["id"]) if wanted is None or (row["quantity"] == 0) is wanted]
    return {
        "product_id": product["id"],
        "issue_status": status,
        "traceable_adjustment_items": [_shown(row) for row in rows],
    }


def _shown(row: sqlite3.Row) -> Json:
    answer: Json = {
        "identification_no": row["number"],
        "quantity": units(row["quantity"]),
        "available_quantity": units(row["quantity"] - row["allocated"]),
        "additional_reference": row["additional_reference"],
        "supplier_reference": row["supplier_reference"],
        "receipt_date": f"{row['receipt_date']}T00:00:00Z",
        "purchase_order_no": row["purchase_order_no"],
        "is_allocated": row["allocated"] > 0,
        "traceable_item_id": row["id"],
    }
    return answer | {f"{name}_date": f"{row[name]}T00:00:00Z" for name in ("sell_by", "use_by") if row[name]}


def amend(books: Books, body: Body) -> Json:
    """Correct numbers, references and dates, and answer the item's numbers as they are now."""
    fields = checked(body, "product_id:i! issue_status:s50 traceable_adjustment_items:l!")
    product = _traceable(books, fields["product_id"])
    books.locks.touch(product_record(product))
    for told in (checked(item, _ITEM) for item in fields["traceable_adjustment_items"]):
        row = books.row("SELECT * FROM traceable_item WHERE id = ?", told["traceable_item_id"])
        if row is None or row["product_id"] != product["id"]:
            raise RefusedError(f"The traceable item {told['traceable_item_id']} does not exist.")
        columns = {column: _stored(told[name]) for name, column in _DETAILS.items() if name in told}
        number = told.get("identification_no") or row["number"]
        if number.upper() != row["number"].upper():
            _check_unique(books, product, number)
        books.update("traceable_item", row["id"], **columns, number=number, updated=books.stamp())
        books.effect("traceable_item.amended", id=row["id"], number=number)
    asked = {"product_id": product["id"], "issue_status": fields.get("issue_status", "")}
    return assigned_items(books, asked)


def _check_unique(books: Books, product: sqlite3.Row, number: str) -> None:
    known = books.value("SELECT id FROM traceable_item WHERE product_id = ? AND number = ?", product["id"], number)
    if known is not None and not traceables.setting(product, "allow_duplicate_numbers"):
        raise RefusedError(f"The number {number} of {product['code']} is already in use.")


def _stored(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _traceable(books: Books, product_id: int) -> sqlite3.Row:
    product = books.row("SELECT * FROM product WHERE id = ?", product_id)
    if product is None:
        raise RefusedError(f"The product {product_id} does not exist.")
    if not traceables.is_traceable(product):
        raise RefusedError(f"Stock item {product['code']} has no batch or serial numbers.")
    return product
