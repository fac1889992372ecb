"""Batch and serial numbers of an order line: what can be allocated to it, and what of it can be despatched."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, plain, units
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.stock.traceables import SERIAL, Chosen, is_traceable, setting

Json = dict[str, Any]
ITEM = "traceable_item_id:i traceable_bin_item_id:i! quantity:q is_selected:b traceable_allocation_balance_id:i"
_NUMBERS = (
    "SELECT n.*, t.number, t.additional_reference, t.sell_by, t.use_by, t.receipt_date, t.supplier_reference, "
    "b.id AS bin_id, b.name AS bin_name, x.id AS balance_id, coalesce(x.mine, 0) AS mine, "
    "coalesce(x.allocation_id, 0) AS allocation_id, coalesce(x.allocation_quantity, 0) AS allocation_quantity "
    "FROM traceable_bin n JOIN traceable_item t ON t.id = n.traceable_item_id "
    "JOIN bin_holding b ON b.id = n.bin_holding_id JOIN warehouse_holding h ON h.id = b.warehouse_holding_id "
    "LEFT JOIN (SELECT ta.traceable_bin_id, max(ta.id) AS id, sum(ta.quantity) AS mine, a.id AS allocation_id, "
    "a.quantity - a.despatched AS allocation_quantity FROM traceable_allocation ta "
    "JOIN stock_allocation a ON a.id = ta.stock_allocation_id WHERE a.line_id = ? AND ta.quantity > 0 "
    "GROUP BY ta.traceable_bin_id) x ON x.traceable_bin_id = n.id "
    "WHERE h.product_id = ? AND h.warehouse_id = ? AND n.quantity > 0 ORDER BY t.number, t.id"
)


def chosen_for(books: Books, line: sqlite3.Row, items: Sequence[Mapping[str, Any]]) -> list[Chosen]:
    """Return the numbers that a request selects for a line, with their quantities in stock units."""
    product = books.row("SELECT * FROM product WHERE id = ?", line["product_id"])
    if product is None or not is_traceable(product):
        raise RefusedError("Only lines of items with batch or serial numbers can name them.")
    told = [checked(item, ITEM) for item in items]
    serial = product["traceable"] == SERIAL
    return [
        Chosen(traceable_bin_id=item["traceable_bin_item_id"], quantity=UNIT if serial else item.get("quantity", 0))
        for item in told
        if item.get("is_selected", True)
    ]


def check_single_batch(books: Books, product: sqlite3.Row, warehouse_id: int, quantity: int) -> None:
    """Refuse more than any one batch holds of an item that is sold from a single batch."""
    if not is_traceable(product) or not setting(product, "sale_from_single_batch"):
        return
    largest = books.value(
        "SELECT max(held) FROM (SELECT sum(n.quantity) AS held FROM traceable_bin n "
        "JOIN bin_holding b ON b.id = n.bin_holding_id JOIN warehouse_holding h ON h.id = b.warehouse_holding_id "
        "WHERE h.product_id = ? AND h.warehouse_id = ? GROUP BY n.traceable_item_id)",
        product["id"],
        warehouse_id,
    )
    if quantity > int(largest or 0):
        raise RefusedError(
            f"Stock item {product['code']} is sold from a single batch, and no batch holds {plain(quantity)}."
        )


def numbers_to_allocate(books: Books, body: Mapping[str, Any]) -> Json:
    """Answer the numbers that lie in a line's warehouse; those allocated to the line are selected."""
    line, product = _line(books, checked(body, "id:i! activity_date:d is_read_only:b")["id"])
    rows = books.rows(_NUMBERS, line["id"], product["id"], line["warehouse_id"])
    return {
        "id": line["id"],
        "product_id": product["id"],
        "sale_from_single_batch": setting(product, "sale_from_single_batch"),
        "is_fixed_single_batch": False,
        "fixed_single_batch_traceable_item_id": 0,
        "traceable_adjustment_items": [_number(line, row) for row in rows],
    }


def numbers_to_despatch(books: Books, body: Mapping[str, Any]) -> Json:
    """Answer the numbers allocated to a line, and the bins they are in."""
    line, product = _line(books, checked(body, "id:i!")["id"])
    rows = [row for row in books.rows(_NUMBERS, line["id"], product["id"], line["warehouse_id"]) if row["mine"]]
    bins: dict[int, int] = {}
    for row in rows:
        bins[row["bin_id"]] = bins.get(row["bin_id"], 0) + row["mine"]
    return {
        "id": line["id"],
        "bin_items": [{"id": key, "available_quantity": units(q), "quantity": units(0)} for key, q in bins.items()],
        "traceable_adjustment_items": [_number(line, row) for row in rows],
    }


def _line(books: Books, line_id: int) -> tuple[sqlite3.Row, sqlite3.Row]:
    line = books.row(
        "SELECT l.* FROM line l JOIN document d ON d.id = l.document_id "
        "WHERE l.id = ? AND d.kind = 'order' AND d.archived = 0",
        line_id,
    )
    product = books.row("SELECT * FROM product WHERE id = ?", line["product_id"]) if line is not None else None
    if line is None or product is None:
        raise RefusedError(f"The line {line_id} is not one of a stock item on an order.")
    if not is_traceable(product):
        raise RefusedError(f"Stock item {product['code']} has no batch or serial numbers.")
    return line, product


def _number(line: sqlite3.Row, row: sqlite3.Row) -> Json:
    free = row["quantity"] - row["allocated"]
    to_whom = "This" if row["mine"] else "Other" if row["allocated"] else "Not"
    answer: Json = {
        "traceable_item_id": row["traceable_item_id"],
        "identification_no": row["number"],
        "quantity": units(row["mine"]),
        "is_selected": row["mine"] > 0,
        "original_quantity": units(row["quantity"]),
        "available_quantity": units(free + row["mine"]),
        "allocation_quantity": units(row["mine"]),
        "despatched_quantity": units(line["despatched"]),
        "supplier_reference": row["supplier_reference"],
        "allocated_to_who_type": f"EnumSerialAllocatedToWho{to_whom}",
        "additional_reference": row["additional_reference"],
        "traceable_bin_item_id": row["id"],
        "bin_item_id": row["bin_id"],
        "bin_name": row["bin_name"],
        "sop_allocation_line_id": row["allocation_id"],
        "sop_allocation_line_quantity": units(row["allocation_quantity"]),
        "traceable_allocation_balance_id": row["balance_id"] or 0,
        "is_allocated": row["mine"] > 0,
        "is_selectable": free + row["mine"] > 0,
    }
    dates = {"receipt_date": "receipt_date", "sell_by_date": "sell_by", "use_by_date": "use_by"}
    return answer | {name: f"{row[column]}T00:00:00Z" for name, column in dates.items() if row[column]}
