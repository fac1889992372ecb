"""What the desktop does and the API cannot: postings reversed, removed or made in a run, despatches taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.companion.commands import day, figure
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import money, plain, portion
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.set_up import nominal_id
from tieout.sandbox.sage200.desktop.deeds import document_named
from tieout.sandbox.sage200.ledger import sales_ledger
from tieout.sandbox.sage200.ledger.allocations import allocate
from tieout.sandbox.sage200.ledger.nominal import Entry, check_nominal, post_journal
from tieout.sandbox.sage200.orders import allocation
from tieout.sandbox.sage200.orders.entry_lines import record_of
from tieout.sandbox.sage200.orders.goods_out import BACK, Sold, story_of
from tieout.sandbox.sage200.orders.invoicing import everything_due, post_bill
from tieout.sandbox.sage200.orders.pricing import progress
from tieout.sandbox.sage200.stock import traceables
from tieout.sandbox.sage200.stock.movements import receive
from tieout.sandbox.sage200.stock.postings import post_sold

Body = Mapping[str, Any]
REVERSAL = "Reversal"
OPPOSITE = {
    sales_ledger.INVOICE: sales_ledger.CREDIT_NOTE,
    sales_ledger.CREDIT_NOTE: sales_ledger.INVOICE,
    sales_ledger.RECEIPT: sales_ledger.PAYMENT,
    sales_ledger.PAYMENT: sales_ledger.RECEIPT,
}


def invoice_run(books: Books, body: Body) -> dict[str, Any]:
    """Print and post the invoices of all live orders with something despatched, and the credit notes of returns.

    A document that is refused (its customer is on hold, somebody has it open) is told and left for the next run.
    """
    on = day(body, "invoice_date") if "invoice_date" in body else books.today()
    posted, refused = [], []
    for document in books.rows(
        "SELECT * FROM document d WHERE status = 'Live' AND archived = 0 AND is_draft = 0 AND EXISTS "
        "(SELECT 1 FROM line l WHERE l.document_id = d.id AND l.despatched > l.invoiced) ORDER BY id"
    ):
        try:
            with books.part():
                bill = post_bill(books, document, everything_due(books, document), on)
        except RefusedError as refusal:
            refused.append({"document_no": document["document_no"], "reason": refusal.message})
        else:
            posted.append({"document_no": document["document_no"], "posted_no": bill.document_no, "urn": bill.urn})
    return {"posted": posted, "refused": refused}


def post_nominal_journal(books: Books, body: Body) -> dict[str, Any]:
    """Post a nominal journal as typed; {"lines": [{"nominal": "4000/WEB", "debit" or "credit", "narrative"}]}."""
    on = day(body, "date") if "date" in body else books.today()
    entries = []
    for line in body["lines"]:
        key = nominal_id(books, *str(line["nominal"]).split("/"))
        check_nominal(books.need("nominal", key, "Nominal account"))
        value = figure({"debit": "0", **line}, "debit", 2) - figure({"credit": "0", **line}, "credit", 2)
        narrative = str(line.get("narrative", body.get("narrative", "")))
        entries.append(Entry(nominal_id=key, value=value, role="analysis", narrative=narrative))
    total = sum(entry.value for entry in entries)
    if total:
        raise RefusedError(f"The journal does not balance: debits and credits differ by {money(abs(total))}.")
    check_date(books, on, "NominalAdjustments")
    urn, reference = books.number("urn"), str(body.get("reference", ""))[:20]
    post_journal(books, entries, urn=urn, on=on, sub_ledger="NominalAdjustments", source="JOURNAL", reference=reference)
    books.effect("nominal_journal.posted", urn=urn, reference=reference)
    return {"urn": urn}


def _posted(books: Books, urn: object) -> sqlite3.Row:
    """Return a current ledger transaction by its URN; RefusedError when there is none or it is allocated."""
    row = books.row("SELECT * FROM posted WHERE urn = ? AND archived = 0", urn)
    if row is None:
        raise RefusedError(f"There is no posted sales transaction with the URN {urn}.")
    if row["allocated"]:
        raise RefusedError(f"The transaction {urn} is allocated; take the allocation off first.")
    return row


def reverse(books: Books, body: Body) -> dict[str, Any]:
    """Reverse a ledger transaction: its opposite is posted under the same references and allocated to it."""
    row = _posted(books, body.get("urn"))
    on = day(body, "date") if "date" in body else books.today()
    customer = sales_ledger.open_account(books, row["customer_id"])
    check_date(books, on, "Sales" if row["bank_id"] is None else "CashBook")
    entries = books.rows(
        "SELECT e.* FROM entry e JOIN journal j ON j.id = e.journal_id WHERE j.urn = ? AND e.role NOT IN "
        "('control', 'tax')",
        row["urn"],
    )
    taxes = books.rows("SELECT * FROM posted_tax WHERE posted_id = ?", row["id"])
    urn = sales_ledger.post(
        books,
        sales_ledger.Posting(
            customer=customer,
            type=OPPOSITE[row["type"]],
            on=on,
            reference=row["reference"],
            second_reference=row["second_reference"],
            goods=abs(row["goods"]),
            tax=abs(row["tax"]),
            entries=[
                Entry(nominal_id=e["nominal_id"], value=-e["value"], role=e["role"], narrative=REVERSAL)
                for e in entries
            ],
            taxes=[(t["tax_code_id"], abs(t["goods"]), abs(t["tax"])) for t in taxes],
            bank_id=row["bank_id"],
        ),
    )
    if row["gross"]:
        _settle(books, row, books.row("SELECT * FROM posted WHERE urn = ?", urn))
    return {"urn": urn}


def _settle(books: Books, first: sqlite3.Row, second: sqlite3.Row | None) -> None:
    """Allocate a transaction and its reversal against each other in full."""
    assert second is not None, "the reversal was just posted"
    lines = [
        {"posted_tran_id": row["id"], "value_to_allocate": Decimal(row["gross"]).scaleb(-2)} for row in (first, second)
    ]
    allocate(books, {"customer_id": first["customer_id"], "allocation_lines": lines})


def delete_posting(books: Books, body: Body) -> dict[str, Any]:
    """Remove a ledger transaction from every ledger, as a repair in the database does: no trace is left."""
    row = _posted(books, body.get("urn"))
    erase(books, row["urn"])
    books.effect("sales_posting.deleted", urn=row["urn"], reference=row["reference"])
    return {"deleted": row["urn"]}


def erase(books: Books, urn: int) -> None:
    """Remove what is posted under a URN from every ledger; nothing of it may be allocated."""
    for table in ("memo", "posted_tax"):
        books.run(f"DELETE FROM {table} WHERE posted_id IN (SELECT id FROM posted WHERE urn = ?)", urn)  # noqa: S608  # our own tables
    books.run("DELETE FROM entry WHERE journal_id IN (SELECT id FROM journal WHERE urn = ?)", urn)
    for table in ("journal", "bank_posted", "posted"):
        books.run(f"DELETE FROM {table} WHERE urn = ?", urn)  # noqa: S608  # our own tables


def reverse_credit_note(books: Books, body: Body) -> dict[str, Any]:
    """Reverse the credit note that carries a reference, allocated or not: {"reference"}; its opposite settles it."""
    reference = str(body.get("reference", ""))
    row = books.row(
        "SELECT * FROM posted WHERE type = ? AND archived = 0 AND (reference = ? OR second_reference = ?) "
        "ORDER BY id DESC",
        sales_ledger.CREDIT_NOTE,
        reference,
        reference,
    )
    if row is None or not reference:
        raise RefusedError(f"There is no posted credit note with the reference {reference}.")
    if books.row(
        "SELECT e.id FROM ledger_allocation a JOIN ledger_allocation b ON b.session = a.session "
        "JOIN posted p ON p.id = b.posted_id JOIN journal j ON j.urn = p.urn JOIN entry e ON e.journal_id = j.id "
        "WHERE a.posted_id = ? AND e.narrative = ?",
        row["id"],
        REVERSAL,
    ):
        raise RefusedError(f"The credit note {reference} is reversed already.")
    if row["allocated"]:
        deallocate(books, {"urn": row["urn"]})
    return reverse(books, {"urn": row["urn"], **body})


def deallocate(books: Books, body: Body) -> dict[str, Any]:
    """Take off the allocations in which a ledger transaction stands; every row of their sessions is open again."""
    row = books.row("SELECT * FROM posted WHERE urn = ? AND archived = 0", body.get("urn"))
    if row is None or not row["allocated"]:
        raise RefusedError(f"The transaction {body.get('urn')} does not exist or is not allocated.")
    return {"sessions": take_allocations_off(books, row["id"])}


def take_allocations_off(books: Books, posted_id: int) -> list[int]:
    """Undo every allocation session in which a transaction stands; return the sessions."""
    held = books.rows("SELECT DISTINCT session FROM ledger_allocation WHERE posted_id = ?", posted_id)
    sessions = [int(row["session"]) for row in held]
    for session in sessions:
        for part in books.rows("SELECT posted_id, value FROM ledger_allocation WHERE session = ?", session):
            books.run(
                "UPDATE posted SET allocated = allocated - ?, settled = NULL, updated = ? WHERE id = ?",
                part["value"],
                books.stamp(),
                part["posted_id"],
            )
        books.run("DELETE FROM ledger_allocation WHERE session = ?", session)
        books.effect("sales_allocation.removed", session=session)
    return sessions


def deallocate_stock(books: Books, body: Body) -> dict[str, Any]:
    """Give back the stock that is allocated to an order and not despatched."""
    document = document_named(books, "order", body.get("order"))
    books.locks.touch(record_of(document))
    released = 0
    for line in books.rows("SELECT * FROM line WHERE document_id = ? AND allocated > 0", document["id"]):
        allocation.release(books, line, line["allocated"])
        released += line["allocated"]
    if not released:
        raise RefusedError(f"Nothing is allocated to order {document['document_no']}.")
    progress(books, document["id"])
    books.effect("sop_order.deallocated", id=document["id"], quantity=plain(released))
    return {"released": plain(released)}


def take_back_despatch(books: Books, body: Body) -> dict[str, Any]:
    """Amend goods despatched: all of a note that is not invoiced, or so much of its lines, is allocated stock again.

    {"despatch_no", "lines": [{"line_id", "quantity"}]}. The goods come back at the cost at which they left.
    """
    note = books.row(
        "SELECT v.* FROM despatch v JOIN document d ON d.id = v.document_id WHERE v.despatch_no = ? "
        "AND d.kind = 'order' AND d.archived = 0",
        str(body.get("despatch_no")),
    )
    if note is None:
        raise RefusedError(f"There is no despatch {body.get('despatch_no')}.")
    document = books.need("document", note["document_id"], "Order")
    books.locks.touch(record_of(document))
    check_date(books, books.today(), "Stock")
    wanted = {int(line["line_id"]): figure(line, "quantity", 5) for line in body.get("lines", [])}
    back: list[Sold] = []
    for row in books.rows("SELECT * FROM despatch_line WHERE despatch_id = ? ORDER BY id", note["id"]):
        free = row["quantity"] - row["invoiced"]
        quantity = min(free, wanted.get(row["line_id"], 0)) if wanted else free
        if quantity:
            wanted[row["line_id"]] = wanted.get(row["line_id"], quantity) - quantity
            back += _take_back(books, document, note, row, quantity)
    if any(wanted.values()) or not wanted:
        raise RefusedError("No more can be taken back than was despatched and is not invoiced.")
    if not books.value("SELECT count(*) FROM despatch_line WHERE despatch_id = ?", note["id"]):
        books.run("DELETE FROM despatch WHERE id = ?", note["id"])
    post_sold(books, document["document_no"], back, books.today(), -1)
    progress(books, document["id"])
    books.effect("sop_despatch.taken_back", order_id=document["id"], despatch_no=note["despatch_no"])
    return {"order": document["document_no"]}


def _take_back(books: Books, document: sqlite3.Row, note: sqlite3.Row, row: sqlite3.Row, quantity: int) -> list[Sold]:
    """Take so much of one line of a note back into its bin; return what moved in stock."""
    line = books.need("line", row["line_id"], "Line")
    cost = portion(row["cost"], quantity, row["quantity"])
    if quantity == row["quantity"]:
        books.run("DELETE FROM despatch_line WHERE id = ?", row["id"])
    else:
        books.update("despatch_line", row["id"], quantity=row["quantity"] - quantity, cost=row["cost"] - cost)
    stocked = row["bin_holding_id"] is not None
    books.run(
        "UPDATE line SET despatched = despatched - ?, allocated = allocated + ?, updated = ? WHERE id = ?",
        quantity,
        quantity if stocked else 0,
        books.stamp(),
        line["id"],
    )
    return _restock(books, document, note, (line, row["bin_holding_id"]), quantity, cost) if stocked else []


def _restock(  # what came back, and where
    books: Books,
    document: sqlite3.Row,
    note: sqlite3.Row,
    place: tuple[sqlite3.Row, int],
    quantity: int,
    cost: int,
) -> list[Sold]:
    line, bin_holding_id = place
    product = books.need("product", line["product_id"], "Product")
    if traceables.is_traceable(product):
        raise RefusedError(f"Stock item {product['code']} has numbers: take it back by a return.")
    left, issued = quantity, 0
    for reserved in books.rows(
        "SELECT * FROM stock_allocation WHERE line_id = ? AND bin_holding_id = ? AND despatched > 0 ORDER BY id DESC",
        line["id"],
        bin_holding_id,
    ):
        part = min(left, reserved["despatched"])
        gone = max(0, reserved["issued"] - (reserved["despatched"] - part))
        books.update(
            "stock_allocation",
            reserved["id"],
            despatched=reserved["despatched"] - part,
            issued=reserved["issued"] - gone,
        )
        left, issued = left - part, issued + gone
    assert left == 0, "more was despatched than was allocated"
    books.run("UPDATE bin_holding SET allocated = allocated + ? WHERE id = ?", issued, bin_holding_id)
    if not issued:
        return []
    story = story_of(books, document, line, books.today(), (BACK, note["despatch_no"], document["document_no"]))
    holding = books.need("bin_holding", bin_holding_id, "Bin")
    return [(product, receive(books, product, holding, issued, cost, story))]
