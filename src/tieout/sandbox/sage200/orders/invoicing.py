"""SOP invoices and SOP credit notes: printed and posted in the desktop or by the companion, never by the API."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import plain, portion
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.nominal import Entry, check_nominal
from tieout.sandbox.sage200.ledger.sales_ledger import CREDIT_NOTE, INVOICE, SIGN, Posting, open_account, post
from tieout.sandbox.sage200.orders.entry_lines import record_of
from tieout.sandbox.sage200.orders.goods_out import leave_invoiced
from tieout.sandbox.sage200.orders.payment import settle
from tieout.sandbox.sage200.orders.pricing import COMMENT, progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """So much of a document line goes onto an invoice or credit note, at these values in pence."""

    line_id: int
    quantity: int
    net: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A posted invoice or credit note; values in pence."""

    document_no: str
    urn: int
    net: int
    tax: int


def billable(line: sqlite3.Row) -> int:
    """Return the quantity of a line that may be invoiced or credited now."""
    ready = line["quantity"] if line["confirmation"] == "NoConfirmation" else line["despatched"]
    return int(ready - line["invoiced"])


def everything_due(books: Books, document: sqlite3.Row) -> list[Billed]:
    """Return all that is despatched (or received) and not yet invoiced (or credited), at the document's values."""
    billed = []
    for line in books.rows(
        "SELECT * FROM line WHERE document_id = ? AND line_type <> ? ORDER BY number", document["id"], COMMENT
    ):
        quantity = billable(line)
        if quantity <= 0:
            continue
        before, after = line["invoiced"], line["invoiced"] + quantity
        net, tax = (
            portion(line[c], after, line["quantity"]) - portion(line[c], before, line["quantity"])
            for c in ("net", "tax")
        )
        billed.append(Billed(line_id=line["id"], quantity=quantity, net=net, tax=tax))
    return billed


def post_bill(  # the facts of an invoice
    books: Books,
    document: sqlite3.Row,
    billed: Sequence[Billed],
    on: date,
    *,
    second_reference: str = "",
    narrative: str = "",
) -> Bill:
    """Print and post the invoice of an order, or the credit note of a return; values exactly as given."""
    record = record_of(document)
    if document["status"] != "Live":
        raise RefusedError(f"{record.label} is not live.")
    if not billed:
        raise RefusedError(f"There is nothing on {record.label} to be invoiced or credited.")
    books.locks.touch(record)
    customer = open_account(books, document["customer_id"])
    kind = INVOICE if document["kind"] == "order" else CREDIT_NOTE
    lines = [(_checked_line(books, document, item), item) for item in billed]
    check_date(books, on, "Sales")
    number = _bill_number(books, kind)
    net, tax = sum(item.net for item in billed), sum(item.tax for item in billed)
    urn = post(
        books,
        Posting(
            customer=customer,
            type=kind,
            on=on,
            reference=number,
            second_reference=second_reference or document["document_no"],
            goods=net,
            tax=tax,
            entries=_entries(books, lines, kind, narrative),
            taxes=_taxes(lines),
            origin="SOP",
        ),
    )
    _record(books, document, lines, (kind, number, on, net, tax, urn))
    leave_invoiced(books, document, [(line, item.quantity) for line, item in lines], on, number)
    progress(books, document["id"])
    settle(books, document, urn, on)
    return Bill(document_no=number, urn=urn, net=net, tax=tax)


def _bill_number(books: Books, kind: str) -> str:
    series = "invoice_no"
    if kind == CREDIT_NOTE and not books.setting("system", "invoice_credit_note_same_numbers"):
        series = "credit_note_no"
    return f"{books.number(series):010d}"


def _checked_line(books: Books, document: sqlite3.Row, item: Billed) -> sqlite3.Row:
    line = books.row("SELECT * FROM line WHERE id = ? AND document_id = ?", item.line_id, document["id"])
    if line is None:
        raise RefusedError(f"The line {item.line_id} is not on {record_of(document).label}.")
    if item.quantity <= 0:
        raise RefusedError("The quantity must be greater than zero.")
    ready = billable(line)
    if item.quantity > ready:
        word = "received and not yet credited" if document["kind"] == "return" else "despatched and not invoiced"
        name = line["code"] or line["description"]
        raise RefusedError(f"Only {plain(max(ready, 0))} of {name} is {word}.")
    if min(item.net, item.tax) < 0 and document["kind"] == "return":
        raise RefusedError("A credit note value cannot be negative.")
    return line


def _entries(books: Books, lines: Sequence[tuple[sqlite3.Row, Billed]], kind: str, narrative: str) -> list[Entry]:
    """Return the revenue side, one entry per nominal account."""
    values: dict[int, int] = defaultdict(int)
    for line, item in lines:
        values[line["nominal_id"]] += item.net
    for nominal_id in values:
        check_nominal(books.need("nominal", nominal_id, "Nominal account"))
    return [
        Entry(nominal_id=nominal_id, value=-SIGN[kind] * value, role="analysis", narrative=narrative)
        for nominal_id, value in values.items()
    ]


def _taxes(lines: Sequence[tuple[sqlite3.Row, Billed]]) -> list[tuple[int, int, int]]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for line, item in lines:
        sums[line["tax_code_id"]][0] += item.net
        sums[line["tax_code_id"]][1] += item.tax
    return [(code, goods, tax) for code, (goods, tax) in sums.items()]


def _record(
    books: Books,
    document: sqlite3.Row,
    lines: Sequence[tuple[sqlite3.Row, Billed]],
    facts: tuple[str, str, date, int, int, int],
) -> None:
    kind, number, on, net, tax, urn = facts
    invoice_id = books.insert(
        "invoice",
        kind="invoice" if kind == INVOICE else "credit",
        document_no=number,
        document_id=document["id"],
        date=on.isoformat(),
        net=net,
        tax=tax,
        urn=urn,
        updated=books.stamp(),
    )
    for line, item in lines:
        books.insert(
            "invoice_line",
            invoice_id=invoice_id,
            line_id=line["id"],
            quantity=item.quantity,
            net=item.net,
            tax=item.tax,
        )
        books.run(
            "UPDATE line SET invoiced = invoiced + ?, updated = ? WHERE id = ?",
            item.quantity,
            books.stamp(),
            line["id"],
        )
        _mark_note_lines(books, line["id"], item.quantity)


def _mark_note_lines(books: Books, line_id: int, quantity: int) -> None:
    """Mark despatch lines as invoiced, oldest first."""
    left = quantity
    for row in books.rows(
        "SELECT id, quantity, invoiced FROM despatch_line WHERE line_id = ? AND invoiced < quantity ORDER BY id",
        line_id,
    ):
        part = min(left, row["quantity"] - row["invoiced"])
        books.update("despatch_line", row["id"], invoiced=row["invoiced"] + part)
        left -= part
