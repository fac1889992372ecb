"""Batch and serial numbers: which numbers lie in which bin, which are allocated, and what each movement carried.

Stock of a traceable item that has no number is unassigned: what the bin holds beyond the numbers in it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, plain
from tieout.sandbox.sage200.company.refusals import RefusedError

NONE, BATCH, SERIAL = "EnumTraceableTypeNone", "EnumTraceableTypeBatch", "EnumTraceableTypeSerial"
UNASSIGNED = 0
_ORDER = "coalesce(t.sell_by, '9'), coalesce(t.use_by, '9'), t.id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A batch or serial number that comes in, and how many under it."""

    number: str
    quantity: int
    additional_reference: str = ""
    sell_by: date | None = None
    use_by: date | None = None
    supplier_reference: str = ""
    purchase_order_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """So much of a movement under one number; `item_id` is UNASSIGNED for stock without one."""

    item_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """So much of a number in a bin is to move."""

    traceable_bin_id: int
    quantity: int


def is_traceable(product: sqlite3.Row) -> bool:
    """Say whether an item has batch or serial numbers."""
    return bool(product["traceable"] != NONE)


def bring_in(
    books: Books, product: sqlite3.Row, bin_holding_id: int, quantity: int, numbers: Sequence[Number], on: date
) -> list[Part]:
    """Put incoming stock under its numbers and return its parts; RefusedError when the numbers cannot be."""
    if not is_traceable(product):
        if numbers:
            raise RefusedError(f"Stock item {product['code']} has no batch or serial numbers.")
        return [Part(item_id=UNASSIGNED, quantity=quantity)]
    told = sum(number.quantity for number in numbers)
    if told > quantity:
        raise RefusedError(f"The numbers of {product['code']} add up to {plain(told)}, more than {plain(quantity)}.")
    if told < quantity and setting(product, "record_nos_on_goods_received"):
        raise RefusedError(f"Numbers must be recorded for all {plain(quantity)} of stock item {product['code']}.")
    parts = [
        Part(item_id=number_record(books, product, number, on), quantity=number.quantity)
        for number in numbers
        if number.quantity
    ]
    place(books, bin_holding_id, parts)
    rest = quantity - told
    return [*parts, Part(item_id=UNASSIGNED, quantity=rest)] if rest else parts


def setting(product: sqlite3.Row, name: str) -> bool:
    """Return one of an item's switches for numbers; false unless set."""
    return bool(json.loads(product["more"]).get(name))


def number_record(books: Books, product: sqlite3.Row, told: Number, on: date) -> int:
    """Return the record of a number, new or known; a serial number is of one item and is in stock once."""
    if not told.number:
        raise RefusedError(f"Stock item {product['code']} needs a batch or serial number.")
    if told.quantity < 0:
        raise RefusedError("A traceable quantity cannot be negative.")
    known = books.row(
        "SELECT * FROM traceable_item WHERE product_id = ? AND number = ? ORDER BY id DESC", product["id"], told.number
    )
    if product["traceable"] == SERIAL:
        if told.quantity != UNIT:
            raise RefusedError(f"The serial number {told.number} must have a quantity of 1.")
        if known is not None and in_stock(books, known["id"]):
            if not setting(product, "allow_duplicate_numbers"):
                raise RefusedError(f"The serial number {told.number} of {product['code']} is already in stock.")
            known = None
    if known is not None:
        return int(known["id"])
    return books.insert(
        "traceable_item",
        product_id=product["id"],
        number=told.number,
        additional_reference=told.additional_reference,
        sell_by=told.sell_by.isoformat() if told.sell_by else None,
        use_by=told.use_by.isoformat() if told.use_by else None,
        receipt_date=on.isoformat(),
        supplier_reference=told.supplier_reference,
        purchase_order_no=told.purchase_order_no,
        **books.stamps(),
    )


def in_stock(books: Books, item_id: int) -> int:
    """Return how much there is under a number, over all bins."""
    return int(books.value("SELECT coalesce(sum(quantity), 0) FROM traceable_bin WHERE traceable_item_id = ?", item_id))


def place(books: Books, bin_holding_id: int, parts: Sequence[Part]) -> None:
    """Add parts to a bin under their numbers."""
    for part in parts:
        if part.item_id != UNASSIGNED:
            books.run(
                "INSERT INTO traceable_bin (traceable_item_id, bin_holding_id, quantity) VALUES (?, ?, ?) "
                "ON CONFLICT (bin_holding_id, traceable_item_id) DO UPDATE SET quantity = quantity + excluded.quantity",
                part.item_id,
                bin_holding_id,
                part.quantity,
            )


def unassigned(books: Books, bin_holding_id: int) -> int:
    """Return how much of a bin's stock has no number yet."""
    return int(
        books.value(
            "SELECT b.quantity - coalesce((SELECT sum(quantity) FROM traceable_bin WHERE bin_holding_id = b.id), 0) "
            "FROM bin_holding b WHERE b.id = ?",
            bin_holding_id,
        )
    )


def free_numbers(books: Books, bin_holding_id: int) -> int:
    """Return how much of a bin's stock has a number and is not allocated."""
    return int(
        books.value(
            "SELECT coalesce(sum(quantity - allocated), 0) FROM traceable_bin WHERE bin_holding_id = ?", bin_holding_id
        )
    )


def take_out(
    books: Books, product: sqlite3.Row, bin_holding_id: int, quantity: int, chosen: Sequence[Chosen] | None
) -> list[Part]:
    """Take outgoing stock from its numbers: those chosen, else the first to expire, else what is unassigned."""
    if not is_traceable(product):
        if chosen:
            raise RefusedError(f"Stock item {product['code']} has no batch or serial numbers.")
        return [Part(item_id=UNASSIGNED, quantity=quantity)]
    picked = _pick(books, bin_holding_id, quantity) if chosen is None else list(chosen)
    parts = [_taken(books, bin_holding_id, one) for one in picked if one.quantity]
    rest = quantity - sum(part.quantity for part in parts)
    if chosen is not None and rest:
        raise RefusedError(f"The numbers chosen for {product['code']} do not add up to {plain(quantity)}.")
    if rest > unassigned(books, bin_holding_id) - sum(part.quantity for part in parts):
        raise RefusedError(f"There is insufficient stock of {product['code']} under free numbers.")
    return [*parts, Part(item_id=UNASSIGNED, quantity=rest)] if rest else parts


def _pick(books: Books, bin_holding_id: int, quantity: int) -> list[Chosen]:
    picked, left = [], quantity
    for row in books.rows(
        "SELECT n.id, n.quantity - n.allocated AS free FROM traceable_bin n "  # noqa: S608  # our own order
        "JOIN traceable_item t ON t.id = n.traceable_item_id "
        f"WHERE n.bin_holding_id = ? AND free > 0 ORDER BY {_ORDER}",
        bin_holding_id,
    ):
        part = min(left, row["free"])
        if part:
            picked.append(Chosen(traceable_bin_id=row["id"], quantity=part))
        left -= part
    return picked


def _taken(books: Books, bin_holding_id: int, chosen: Chosen) -> Part:
    row = books.row(
        "SELECT n.*, t.number FROM traceable_bin n JOIN traceable_item t ON t.id = n.traceable_item_id WHERE n.id = ?",
        chosen.traceable_bin_id,
    )
    if row is None or row["bin_holding_id"] != bin_holding_id:
        raise RefusedError(f"The traceable bin item {chosen.traceable_bin_id} is not in this bin.")
    free = row["quantity"] - row["allocated"]
    if not 0 < chosen.quantity <= free:
        raise RefusedError(f"Only {plain(free)} of {row['number']} is free, not {plain(chosen.quantity)}.")
    books.run("UPDATE traceable_bin SET quantity = quantity - ? WHERE id = ?", chosen.quantity, row["id"])
    return Part(item_id=row["traceable_item_id"], quantity=chosen.quantity)


def note(books: Books, movement_id: int, parts: Sequence[Part], sign: int) -> None:
    """Write down what a movement carried under numbers; quantities are signed as the movement's."""
    for part in parts:
        if part.item_id != UNASSIGNED:
            books.insert(
                "traceable_movement",
                movement_id=movement_id,
                traceable_item_id=part.item_id,
                quantity=sign * part.quantity,
            )


def reserve(
    books: Books,
    product: sqlite3.Row,
    allocation: sqlite3.Row,
    quantity: int,
    chosen: Sequence[Chosen] | None = None,
) -> None:
    """Allocate numbers of a bin to a stock allocation: those chosen, else the first to expire."""
    if not is_traceable(product):
        return
    picked = _pick(books, allocation["bin_holding_id"], quantity) if chosen is None else chosen
    if sum(one.quantity for one in picked) != quantity:
        raise RefusedError(f"The numbers chosen for {product['code']} do not add up to {plain(quantity)}.")
    for one in picked:
        row = books.row("SELECT * FROM traceable_bin WHERE id = ?", one.traceable_bin_id)
        if row is None or row["bin_holding_id"] != allocation["bin_holding_id"]:
            raise RefusedError(f"The traceable bin item {one.traceable_bin_id} is not in this bin.")
        if not 0 < one.quantity <= row["quantity"] - row["allocated"]:
            raise RefusedError(f"Only {plain(row['quantity'] - row['allocated'])} of the number is free.")
        books.run("UPDATE traceable_bin SET allocated = allocated + ? WHERE id = ?", one.quantity, row["id"])
        books.insert(
            "traceable_allocation",
            stock_allocation_id=allocation["id"],
            traceable_bin_id=row["id"],
            quantity=one.quantity,
        )


def release(
    books: Books, stock_allocation_id: int, quantity: int, wanted: Sequence[Chosen] | None = None
) -> list[Chosen]:
    """Take numbers off a stock allocation, the wanted ones or the newest, and return them; none if untraceable."""
    rows = books.rows(
        "SELECT * FROM traceable_allocation WHERE stock_allocation_id = ? AND quantity > 0 ORDER BY id DESC",
        stock_allocation_id,
    )
    limits = None if wanted is None else {one.traceable_bin_id: one.quantity for one in wanted}
    freed, left = [], quantity
    for row in rows:
        limit = left if limits is None else limits.get(row["traceable_bin_id"], 0)
        part = min(left, row["quantity"], limit)
        if part <= 0:
            continue
        books.run("UPDATE traceable_allocation SET quantity = quantity - ? WHERE id = ?", part, row["id"])
        books.run("UPDATE traceable_bin SET allocated = allocated - ? WHERE id = ?", part, row["traceable_bin_id"])
        freed.append(Chosen(traceable_bin_id=row["traceable_bin_id"], quantity=part))
        left -= part
    if rows and left:
        raise RefusedError("The numbers chosen are not those that were allocated.")
    return freed
