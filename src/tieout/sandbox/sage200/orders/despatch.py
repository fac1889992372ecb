"""Goods out and goods back: confirming despatch of allocated stock, confirming receipt of returned stock."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, plain
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.orders.allocation import touched_items
from tieout.sandbox.sage200.orders.documents import find
from tieout.sandbox.sage200.orders.entry_lines import record_of
from tieout.sandbox.sage200.orders.goods_out import BACK, OUT, Sold, leave, story_of
from tieout.sandbox.sage200.orders.pricing import CHARGE, COMMENT, STANDARD, progress
from tieout.sandbox.sage200.orders.tracking import tracking_columns
from tieout.sandbox.sage200.stock.items import is_stocked
from tieout.sandbox.sage200.stock.movements import need_bin, receive, received_value
from tieout.sandbox.sage200.stock.postings import post_sold
from tieout.sandbox.sage200.stock.traceables import SERIAL, Chosen, Number

DESPATCH_ITEM = "id:i! quantity:q! bin_items:l traceable_adjustment_items:l"
CHOSEN_NUMBER = "traceable_bin_item_id:i! quantity:q is_selected:b"


def confirm_despatch(books: Books, body: Mapping[str, Any]) -> int:
    """Despatch allocated goods of one order (quantities in stock units) and return the order's id."""
    asked = checked(
        body,
        "sop_order_return_id:i! items:l! despatch_receipt_date:d confirmation_intent_type:s50 tracking_items:l",
    )
    order = find(books, "order", asked["sop_order_return_id"])
    record = record_of(order)
    if order["status"] != "Live":
        raise RefusedError(f"{record.label} is not live.")
    lines = [_line_of(books, order, checked(item, DESPATCH_ITEM)) for item in asked["items"]]
    books.locks.touch(record, *touched_items(books, [line for line, _ in lines]))
    on = asked.get("despatch_receipt_date", books.today())
    check_date(books, on, "Stock")
    despatch_id = _note(books, order, on, "", asked.get("tracking_items", []))
    sold: list[Sold] = []
    for line, item in lines:
        sold += _despatch_line(books, order, despatch_id, line, item, on)
    post_sold(books, order["document_no"], sold, on, 1)
    progress(books, order["id"])
    books.effect("sop_despatch.confirmed", order_id=order["id"], document_no=order["document_no"])
    return int(order["id"])


def _line_of(books: Books, document: sqlite3.Row, item: Fields) -> tuple[sqlite3.Row, Fields]:
    line = books.row("SELECT * FROM line WHERE id = ? AND document_id = ?", item["id"], document["id"])
    if line is None:
        raise RefusedError(f"The line {item['id']} is not on {record_of(document).label}.")
    if item["quantity"] <= 0:
        raise RefusedError("The quantity to despatch must be greater than zero.")
    return line, item


def _note(books: Books, document: sqlite3.Row, on: date, reference: str, tracking: Sequence[Fields]) -> int:
    """Write the despatch note (or goods-back note) and return its id."""
    told = tracking_columns(books, tracking[0]) if tracking else {}
    if told and not books.setting("sop", "record_tracking_on_despatch"):
        raise RefusedError("Tracking is not recorded on despatch.")
    series = "despatch_no" if document["kind"] == "order" else "receipt_no"
    return books.insert(
        "despatch",
        despatch_no=f"{books.number(series):010d}",
        document_id=document["id"],
        date=on.isoformat(),
        user_name=books.user,
        reference=reference,
        **told,
        **books.stamps(),
    )


def _despatch_line(  # one line of one note
    books: Books, order: sqlite3.Row, despatch_id: int, line: sqlite3.Row, item: Fields, on: date
) -> list[Sold]:
    """Despatch one line and return what left stock; nothing yet when stock is updated at the invoice."""
    quantity = item["quantity"]
    if not _has_levels(books, line):
        _confirm_other(books, despatch_id, line, quantity)
        return []
    if quantity > line["allocated"]:
        raise RefusedError(
            f"Cannot despatch {plain(quantity)} of {line['code']}: only {plain(line['allocated'])} is allocated."
        )
    note = books.need("despatch", despatch_id, "Despatch")
    story = story_of(books, order, line, on, (OUT, order["document_no"], note["despatch_no"]))
    at_once = books.setting("sop", "update_stock_on_despatch")
    numbers = _chosen_numbers(books, line, item)
    bins = {
        told["id"]: told.get("quantity", 0)
        for told in (checked(b, "id:i! quantity:q") for b in item.get("bin_items", []))
    }
    sold: list[Sold] = []
    left = quantity
    for row in books.rows(
        "SELECT * FROM stock_allocation WHERE line_id = ? AND quantity > despatched ORDER BY id", line["id"]
    ):
        part = min(left, _limit(books, row, bins, numbers, left), row["quantity"] - row["despatched"])
        if part <= 0:
            continue
        books.update("stock_allocation", row["id"], despatched=row["despatched"] + part)
        value = 0
        if at_once:
            sold.append(leave(books, row, part, story, numbers))
            value = sold[-1][1].value
        _note_line(books, despatch_id, line["id"], row["bin_holding_id"], part, value)
        left -= part
        if bins:
            bins[row["bin_holding_id"]] -= part
    if left:
        raise RefusedError(f"The bins or numbers chosen for {line['code']} do not add up to the quantity to despatch.")
    _advance(books, line["id"], quantity, allocated=quantity)
    return sold


def _has_levels(books: Books, line: sqlite3.Row) -> bool:
    """Say whether a line is of an item that is kept in stock."""
    if line["line_type"] != STANDARD or not line["warehouse_id"]:
        return False
    return is_stocked(books, books.need("product", line["product_id"], "Product"))


def _chosen_numbers(books: Books, line: sqlite3.Row, item: Fields) -> list[Chosen] | None:
    """Return the batch or serial numbers chosen for a line; none when the choice is left to Sage."""
    if not item.get("traceable_adjustment_items"):
        return None
    serial = books.value("SELECT traceable FROM product WHERE id = ?", line["product_id"]) == SERIAL
    told = [checked(number, CHOSEN_NUMBER) for number in item["traceable_adjustment_items"]]
    return [
        Chosen(traceable_bin_id=number["traceable_bin_item_id"], quantity=UNIT if serial else number.get("quantity", 0))
        for number in told
        if number.get("is_selected", True)
    ]


def _limit(
    books: Books, allocation: sqlite3.Row, bins: Mapping[int, int], numbers: list[Chosen] | None, left: int
) -> int:
    """Return how much of an allocation the chosen bins (what is left of each) and numbers let go."""
    limit = bins.get(allocation["bin_holding_id"], 0) if bins else left
    if numbers is None:
        return limit
    held = {
        row["traceable_bin_id"]: row["quantity"]
        for row in books.rows("SELECT * FROM traceable_allocation WHERE stock_allocation_id = ?", allocation["id"])
    }
    return int(min(limit, sum(min(one.quantity, held.get(one.traceable_bin_id, 0)) for one in numbers)))


def _confirm_other(books: Books, despatch_id: int, line: sqlite3.Row, quantity: int) -> None:
    outstanding = line["quantity"] - line["despatched"]
    if line["line_type"] in {CHARGE, COMMENT} or quantity > outstanding:
        raise RefusedError(f"Cannot confirm {plain(quantity)} of {line['description']}.")
    _note_line(books, despatch_id, line["id"], None, quantity, 0)
    _advance(books, line["id"], quantity, allocated=0)


def _note_line(  # the columns of a note line
    books: Books, despatch_id: int, line_id: int, bin_holding_id: int | None, quantity: int, cost: int
) -> None:
    books.insert(
        "despatch_line",
        despatch_id=despatch_id,
        line_id=line_id,
        bin_holding_id=bin_holding_id,
        quantity=quantity,
        cost=cost,
        updated=books.stamp(),
    )


def _advance(books: Books, line_id: int, quantity: int, *, allocated: int) -> None:
    books.run(
        "UPDATE line SET despatched = despatched + ?, allocated = allocated - ?, updated = ? WHERE id = ?",
        quantity,
        allocated,
        books.stamp(),
        line_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """So much of a return line has come back into a bin."""

    line_id: int
    quantity: int
    bin: str
    numbers: tuple[Number, ...] = ()


def confirm_receipt(books: Books, document: sqlite3.Row, lines: Sequence[Returned], on: date, reference: str) -> int:
    """Confirm receipt of returned goods: stock rises in the named bins; return the goods-back note's id.

    The cost is the line's cost price, else the item's present cost (assumed; Sage's rule is not published).
    """
    record = record_of(document)
    if document["status"] != "Live":
        raise RefusedError(f"{record.label} is not live.")
    wanted = [(*_line_of(books, document, {"id": line.line_id, "quantity": line.quantity}), line) for line in lines]
    books.locks.touch(record, *touched_items(books, [line for line, _, _ in wanted]))
    check_date(books, on, "Stock")
    receipt_id = _note(books, document, on, reference, [])
    back: list[Sold] = []
    for line, _, told in wanted:
        now = books.need("line", line["id"], "Line")
        if told.quantity > now["quantity"] - now["despatched"]:
            raise RefusedError(
                f"Cannot receive {plain(told.quantity)} of {line['code']}: "
                f"only {plain(now['quantity'] - now['despatched'])} is outstanding on {record.label}."
            )
        back += _receive_line(books, document, receipt_id, line, told, on, reference)
    post_sold(books, document["document_no"], back, on, -1)
    progress(books, document["id"])
    books.effect("sop_return.received", id=document["id"], document_no=document["document_no"], reference=reference)
    return receipt_id


def _receive_line(  # one line of one receipt
    books: Books,
    document: sqlite3.Row,
    receipt_id: int,
    line: sqlite3.Row,
    told: Returned,
    on: date,
    reference: str,
) -> list[Sold]:
    """Bring one returned line into stock and return what came in; an item without levels only is noted."""
    if not line["product_id"] or not line["warehouse_id"]:
        raise RefusedError(f"The line {line['id']} is not of a stock item and needs no receipt.")
    product = books.need("product", line["product_id"], "Product")
    back: list[Sold] = []
    bin_holding_id = None
    if is_stocked(books, product):
        warehouse = books.need("warehouse", line["warehouse_id"], "Warehouse")
        holding = need_bin(books, product, warehouse, told.bin)
        value = received_value(told.quantity, line["cost_price"])
        story = story_of(books, document, line, on, (BACK, reference, document["document_no"]))
        back = [(product, receive(books, product, holding, told.quantity, value, story, told.numbers))]
        bin_holding_id = holding["id"]
    _note_line(books, receipt_id, line["id"], bin_holding_id, told.quantity, back[0][1].value if back else 0)
    _advance(books, line["id"], told.quantity, allocated=0)
    return back
