"""Allocation of free stock to order lines: it lowers free stock only, bin by bin in order of priority."""

from __future__ import annotations

import sqlite3

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import plain
from tieout.sandbox.sage200.company.locks import Record
from tieout.sandbox.sage200.company.refusals import RefusedError


def free_bins(books: Books, product_id: int, warehouse_id: int) -> list[sqlite3.Row]:
    """Return the bins of a warehouse that have free stock of an item, lowest allocation priority number first."""
    return books.rows(
        "SELECT b.*, b.quantity - b.allocated AS free FROM bin_holding b "
        "JOIN warehouse_holding h ON h.id = b.warehouse_holding_id "
        "WHERE h.product_id = ? AND h.warehouse_id = ? AND b.quantity > b.allocated ORDER BY b.priority, b.id",
        product_id,
        warehouse_id,
    )


def allocate(books: Books, line: sqlite3.Row, quantity: int, *, as_available: bool = False) -> None:
    """Allocate more stock to a line; RefusedError when free stock is short (or `as_available`: what there is)."""
    outstanding = line["quantity"] - line["allocated"] - line["despatched"]
    if quantity > outstanding:
        raise RefusedError(
            f"Cannot allocate {plain(quantity)} of {line['code']}: only {plain(outstanding)} is outstanding."
        )
    warehouse = books.need("warehouse", line["warehouse_id"], "Warehouse")
    bins = free_bins(books, line["product_id"], line["warehouse_id"]) if warehouse["trading"] else []
    available = sum(row["free"] for row in bins)
    if available < quantity and not as_available:
        raise RefusedError(
            f"There is insufficient free stock of {line['code']} in warehouse {warehouse['name']}: "
            f"{plain(available)} available."
        )
    wanted = quantity = min(quantity, available)
    for row in bins:
        part = min(wanted, row["free"])
        if part:
            _reserve(books, line["id"], row["id"], part)
            wanted -= part
    if quantity:
        books.run(
            "UPDATE line SET allocated = allocated + ?, updated = ? WHERE id = ?", quantity, books.stamp(), line["id"]
        )
        books.effect("sop_order_line.allocated", line_id=line["id"], quantity=plain(quantity))


def _reserve(books: Books, line_id: int, bin_holding_id: int, quantity: int) -> None:
    books.insert(
        "stock_allocation",
        line_id=line_id,
        bin_holding_id=bin_holding_id,
        quantity=quantity,
        date=books.today().isoformat(),
        user_name=books.user,
    )
    books.run("UPDATE bin_holding SET allocated = allocated + ? WHERE id = ?", quantity, bin_holding_id)


def release(books: Books, line: sqlite3.Row, quantity: int) -> None:
    """Give back allocated stock of a line, newest allocation first."""
    left = quantity
    for row in books.rows(
        "SELECT * FROM stock_allocation WHERE line_id = ? AND quantity > despatched ORDER BY id DESC", line["id"]
    ):
        part = min(left, row["quantity"] - row["despatched"])
        books.update("stock_allocation", row["id"], quantity=row["quantity"] - part)
        books.run("UPDATE bin_holding SET allocated = allocated - ? WHERE id = ?", part, row["bin_holding_id"])
        left -= part
    assert left == 0, "more released than was allocated"
    books.run(
        "UPDATE line SET allocated = allocated - ?, updated = ? WHERE id = ?", quantity, books.stamp(), line["id"]
    )


def adjust(books: Books, line: sqlite3.Row, wanted: int) -> None:
    """Bring the allocated quantity of a line to a figure, up or down."""
    if wanted < 0:
        raise RefusedError("An allocated quantity cannot be negative.")
    change = wanted - line["allocated"]
    if change > 0:
        allocate(books, line, change)
    elif change < 0:
        release(books, line, -change)


def touched_items(books: Books, lines: list[sqlite3.Row]) -> list[Record]:
    """Return the stock items of some lines as lockable records."""
    ids = sorted({line["product_id"] for line in lines if line["product_id"]})
    found = [books.need("product", product_id, "Product") for product_id in ids]
    return [Record(kind="product", id=p["id"], label=f"Stock item {p['code']}") for p in found]
