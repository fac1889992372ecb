"""Allocation of free stock to order lines: it lowers free stock only, bin by bin in order of priority.

Of a traceable item only stock that has a number can be allocated, and the numbers are allocated with it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import plain
from tieout.sandbox.sage200.company.locks import Record
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.stock import traceables
from tieout.sandbox.sage200.stock.items import is_stocked
from tieout.sandbox.sage200.stock.traceables import Chosen

_SELL_BY, _USE_BY = (
    f"(SELECT min(coalesce(t.{name}, '9')) FROM traceable_bin n "  # noqa: S608  # our own names
    "JOIN traceable_item t ON t.id = n.traceable_item_id WHERE n.bin_holding_id = b.id AND n.quantity > n.allocated), "
    for name in ("sell_by", "use_by")
)
_SEQUENCES = {
    "Smallest quantity first": "free, ",
    "Largest quantity first": "free DESC, ",
    "Oldest sell by date": _SELL_BY,
    "Oldest use by date": _USE_BY,
    "FIFO": "(SELECT min(id) FROM layer WHERE product_id = b.product_id AND pool = b.id), ",
}
"""How an item's fulfilment sequence orders its bins before their priority; FIFO goes by the oldest cost layer."""


def free_bins(books: Books, product_id: int, warehouse_id: int) -> list[sqlite3.Row]:
    """Return the bins of a warehouse that have free stock of an item, in the item's fulfilment sequence."""
    more = json.loads(books.value("SELECT more FROM product WHERE id = ?", product_id) or "{}")
    sequence = _SEQUENCES.get(more.get("fulfilment_sequence_type", ""), "")
    return books.rows(
        "SELECT b.*, b.quantity - b.allocated AS free FROM bin_holding b "  # noqa: S608  # our own orders
        "JOIN warehouse_holding h ON h.id = b.warehouse_holding_id "
        "WHERE h.product_id = ? AND h.warehouse_id = ? AND b.quantity > b.allocated "
        f"ORDER BY {sequence}b.priority, b.id",
        product_id,
        warehouse_id,
    )


def allocate(
    books: Books, line: sqlite3.Row, quantity: int, *, as_available: bool = False, chosen: Sequence[Chosen] = ()
) -> None:
    """Allocate more stock to a line; RefusedError when free stock is short (or `as_available`: what there is).

    Batch and serial numbers are those chosen, else the first to expire.
    """
    outstanding = line["quantity"] - line["allocated"] - line["despatched"]
    if quantity > outstanding:
        raise RefusedError(
            f"Cannot allocate {plain(quantity)} of {line['code']}: only {plain(outstanding)} is outstanding."
        )
    product = books.need("product", line["product_id"], "Product")
    if not is_stocked(books, product):
        if as_available:
            return
        raise RefusedError(f"Stock item {line['code']} has no stock levels and is not allocated.")
    warehouse = books.need("warehouse", line["warehouse_id"], "Warehouse")
    bins = _available(books, product, line["warehouse_id"]) if warehouse["trading"] else []
    if bins and not chosen and traceables.setting(product, "sale_from_single_batch"):
        bins, chosen = _single_batch(books, line, quantity)
    available = sum(free for _, free in bins)
    if available < quantity and not as_available:
        raise RefusedError(
            f"There is insufficient free stock of {line['code']} in warehouse {warehouse['name']}: "
            f"{plain(available)} available."
        )
    quantity = min(quantity, available)
    _share_out(books, product, line, (bins, quantity), chosen)
    if quantity:
        books.run(
            "UPDATE line SET allocated = allocated + ?, updated = ? WHERE id = ?", quantity, books.stamp(), line["id"]
        )
        books.effect("sop_order_line.allocated", line_id=line["id"], quantity=plain(quantity))


def _free_batches(books: Books, line: sqlite3.Row) -> list[sqlite3.Row]:
    """Return what is free of each batch in each bin, first to expire first; only of the batch that the line has."""
    return books.rows(
        "SELECT n.id, n.bin_holding_id, min(n.quantity - n.allocated, b.quantity - b.allocated) AS free "
        "FROM traceable_bin n JOIN traceable_item t ON t.id = n.traceable_item_id "
        "JOIN bin_holding b ON b.id = n.bin_holding_id JOIN warehouse_holding h ON h.id = b.warehouse_holding_id "
        "WHERE h.product_id = ? AND h.warehouse_id = ? AND free > 0 AND t.id = coalesce("
        "(SELECT o.traceable_item_id FROM stock_allocation s JOIN traceable_allocation a "
        "ON a.stock_allocation_id = s.id JOIN traceable_bin o ON o.id = a.traceable_bin_id "
        "WHERE s.line_id = ? AND s.quantity > 0), t.id) "
        "ORDER BY coalesce(t.sell_by, '9'), coalesce(t.use_by, '9'), t.id",
        line["product_id"],
        line["warehouse_id"],
        line["id"],
    )


def _single_batch(books: Books, line: sqlite3.Row, quantity: int) -> tuple[list[tuple[int, int]], list[Chosen]]:
    """Return the bin and the batch that can give the quantity alone, or else the most of it."""
    rows = _free_batches(books, line)
    best = next(
        (row for row in rows if row["free"] >= quantity), max(rows, key=lambda row: int(row["free"]), default=None)
    )
    if best is None:
        return [], []
    free = int(best["free"])
    return [(best["bin_holding_id"], free)], [Chosen(traceable_bin_id=best["id"], quantity=min(quantity, free))]


def _share_out(
    books: Books,
    product: sqlite3.Row,
    line: sqlite3.Row,
    wanted: tuple[list[tuple[int, int]], int],
    chosen: Sequence[Chosen],
) -> None:
    """Reserve a quantity from the bins that have it: under the chosen numbers, else in the order of the bins."""
    bins, left = wanted
    for bin_holding_id, numbers in _numbers_by_bin(books, chosen).items():
        part = sum(one.quantity for one in numbers)
        if part > left or part > dict(bins).get(bin_holding_id, 0):
            raise RefusedError(f"The numbers chosen for {line['code']} are more than can be allocated.")
        _reserve(books, product, (line["id"], bin_holding_id, part), numbers)
        left -= part
    if chosen and left:
        raise RefusedError(f"The numbers chosen for {line['code']} do not add up to the quantity to allocate.")
    for bin_holding_id, free in bins:
        part = min(left, free)
        if part:
            _reserve(books, product, (line["id"], bin_holding_id, part), None)
            left -= part


def _available(books: Books, product: sqlite3.Row, warehouse_id: int) -> list[tuple[int, int]]:
    """Return what can be allocated of each bin; of a traceable item that is what has a free number."""
    bins = [(int(row["id"]), int(row["free"])) for row in free_bins(books, product["id"], warehouse_id)]
    if traceables.is_traceable(product):
        bins = [(key, min(free, traceables.free_numbers(books, key))) for key, free in bins]
    return [(key, free) for key, free in bins if free > 0]


def _numbers_by_bin(books: Books, chosen: Sequence[Chosen]) -> dict[int, list[Chosen]]:
    found: dict[int, list[Chosen]] = {}
    for one in chosen:
        row = books.need("traceable_bin", one.traceable_bin_id, "Traceable bin item")
        found.setdefault(row["bin_holding_id"], []).append(one)
    return found


def _reserve(books: Books, product: sqlite3.Row, place: tuple[int, int, int], numbers: Sequence[Chosen] | None) -> None:
    """Allocate to a line from a bin a quantity (the place), under these numbers or the first to expire."""
    line_id, bin_holding_id, quantity = place
    key = books.insert(
        "stock_allocation",
        line_id=line_id,
        bin_holding_id=bin_holding_id,
        quantity=quantity,
        date=books.today().isoformat(),
        user_name=books.user,
    )
    books.run("UPDATE bin_holding SET allocated = allocated + ? WHERE id = ?", quantity, bin_holding_id)
    traceables.reserve(books, product, books.need("stock_allocation", key, "Allocation"), quantity, numbers)


def release(books: Books, line: sqlite3.Row, quantity: int) -> None:
    """Give back allocated stock of a line, newest allocation first."""
    left = quantity
    for row in books.rows(
        "SELECT * FROM stock_allocation WHERE line_id = ? AND quantity > despatched ORDER BY id DESC", line["id"]
    ):
        part = min(left, row["quantity"] - row["despatched"])
        if not part:
            break
        traceables.release(books, row["id"], part)
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
