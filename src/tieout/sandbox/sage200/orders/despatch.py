"""Goods out and goods back: confirming despatch of allocated stock, confirming receipt of returned stock."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import plain
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.nominal import Entry, post_journal
from tieout.sandbox.sage200.orders.allocation import touched_items
from tieout.sandbox.sage200.orders.documents import find
from tieout.sandbox.sage200.orders.entry_lines import record_of
from tieout.sandbox.sage200.orders.pricing import CHARGE, COMMENT, STANDARD, progress
from tieout.sandbox.sage200.stock.movements import Story, issue, need_bin, receive, received_value

TRACKING = "courier_id:i consignment_no:s60 weight:w pieces:i notes:s256"
OUT, BACK = "Out - SOP", "In - SOP"


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
    lines = [_line_of(books, order, checked(item, "id:i! quantity:q! bin_items:l")) for item in asked["items"]]
    books.locks.touch(record, *touched_items(books, [line for line, _ in lines]))
    on = asked.get("despatch_receipt_date", books.today())
    check_date(books, on, "Stock")
    despatch_id = _note(books, order, on, "", asked.get("tracking_items", []))
    cost: list[tuple[sqlite3.Row, int]] = []
    for line, item in lines:
        cost.append((line, _despatch_line(books, order, despatch_id, line, item, on)))
    _post_cost(books, order, cost, on, 1)
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
    told = checked(tracking[0], TRACKING) if tracking else {}
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
) -> int:
    """Despatch one line and return the cost of what left, in pence."""
    quantity = item["quantity"]
    if line["line_type"] != STANDARD or not line["warehouse_id"]:
        _confirm_other(books, despatch_id, line, quantity)
        return 0
    if quantity > line["allocated"]:
        raise RefusedError(
            f"Cannot despatch {plain(quantity)} of {line['code']}: only {plain(line['allocated'])} is allocated."
        )
    product = books.need("product", line["product_id"], "Product")
    note = books.need("despatch", despatch_id, "Despatch")
    chosen = {b["id"]: b for b in (checked(b, "id:i! quantity:q") for b in item.get("bin_items", []))}
    left, cost = quantity, 0
    for row in books.rows(
        "SELECT * FROM stock_allocation WHERE line_id = ? AND quantity > despatched ORDER BY id", line["id"]
    ):
        limit = chosen.get(row["bin_holding_id"], {}).get("quantity", 0) if chosen else left
        part = min(left, limit, row["quantity"] - row["despatched"])
        if part <= 0:
            continue
        books.update("stock_allocation", row["id"], despatched=row["despatched"] + part)
        books.run("UPDATE bin_holding SET allocated = allocated - ? WHERE id = ?", part, row["bin_holding_id"])
        holding = books.need("bin_holding", row["bin_holding_id"], "Bin")
        story = _story(books, order, line, on, (OUT, order["document_no"], note["despatch_no"]))
        value, _ = issue(books, product, holding, part, story)
        _note_line(books, despatch_id, line["id"], holding["id"], part, value)
        left, cost = left - part, cost + value
    if left:
        raise RefusedError(f"The bins chosen for {line['code']} do not add up to the quantity to despatch.")
    _advance(books, line["id"], quantity, allocated=quantity)
    return cost


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


def _story(books: Books, document: sqlite3.Row, line: sqlite3.Row, on: date, names: tuple[str, str, str]) -> Story:
    """Tell a movement caused by a sales document; names are type, reference, second reference."""
    customer = books.need("customer", document["customer_id"], "Customer")
    kind, reference, second_reference = names
    return Story(
        type=kind,
        on=on,
        reference=reference,
        second_reference=second_reference,
        source_reference=customer["reference"],
        source_name=customer["name"],
        line_id=line["id"],
        unit_issue=line["unit_price"],
    )


def _post_cost(
    books: Books, document: sqlite3.Row, cost: Sequence[tuple[sqlite3.Row, int]], on: date, sign: int
) -> None:
    """Post the cost of goods out (sign 1: cost of sales against stock) or back (sign -1)."""
    if not any(value for _, value in cost):
        return
    entries = []
    for line, value in cost:
        if not value:
            continue
        product = books.need("product", line["product_id"], "Product")
        entries += [
            Entry(nominal_id=product["issue_id"], value=sign * value, role="cost", narrative=product["code"]),
            Entry(nominal_id=product["stock_id"], value=-sign * value, role="stock", narrative=product["code"]),
        ]
    post_journal(
        books,
        entries,
        urn=books.number("urn"),
        on=on,
        sub_ledger="Stock",
        source="SOP",
        reference=document["document_no"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """So much of a return line has come back into a bin."""

    line_id: int
    quantity: int
    bin: str


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
    cost = []
    for line, _, told in wanted:
        now = books.need("line", line["id"], "Line")
        if told.quantity > now["quantity"] - now["despatched"]:
            raise RefusedError(
                f"Cannot receive {plain(told.quantity)} of {line['code']}: "
                f"only {plain(now['quantity'] - now['despatched'])} is outstanding on {record.label}."
            )
        cost.append((line, _receive_line(books, document, receipt_id, line, told, on, reference)))
    _post_cost(books, document, cost, on, -1)
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
) -> int:
    """Bring one returned line into stock and return its value in pence."""
    if not line["product_id"] or not line["warehouse_id"]:
        raise RefusedError(f"The line {line['id']} is not of a stock item and needs no receipt.")
    product = books.need("product", line["product_id"], "Product")
    warehouse = books.need("warehouse", line["warehouse_id"], "Warehouse")
    holding = need_bin(books, product, warehouse, told.bin)
    value = received_value(told.quantity, line["cost_price"])
    story = _story(books, document, line, on, (BACK, reference, document["document_no"]))
    receive(books, product, holding, told.quantity, value, story)
    _note_line(books, receipt_id, line["id"], holding["id"], told.quantity, value)
    _advance(books, line["id"], told.quantity, allocated=0)
    return value
