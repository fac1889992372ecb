"""Sales orders, returns and quotes: entering, amending, deleting, changing their status.

A return has no effect on stock or ledger until its receipt is confirmed and its credit note posted; a quote never has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import PERCENT
from tieout.sandbox.sage200.company.refusals import NotFoundError, RefusedError
from tieout.sandbox.sage200.ledger.owned import customer_record
from tieout.sandbox.sage200.orders import addon, allocation
from tieout.sandbox.sage200.orders.entry_lines import (
    NOUNS,
    add_line,
    amend_line,
    record_cancelled_line,
    record_of,
    reprice,
)
from tieout.sandbox.sage200.orders.headers import HEADER, NEW_HEADER, check_customer_type, columns_of, new_number
from tieout.sandbox.sage200.orders.memos import write_memos
from tieout.sandbox.sage200.orders.payment import check_unchanged, keep_payment
from tieout.sandbox.sage200.orders.price_book import available_document_discount
from tieout.sandbox.sage200.orders.pricing import reckon

STATUSES = {"EnumDocumentStatusLive": "Live", "EnumDocumentStatusOnHold": "OnHold"} | {
    "EnumDocumentStatusCancelled": "Cancelled",
    "EnumDocumentStatusDispute": "Dispute",
}
QUOTE_STATUSES = {"EnumDocumentStatusLive": "Live", "EnumDocumentStatusLost": "Lost"}
STATUS_NUMBERS = {"0": "Live", "1": "OnHold", "3": "Dispute", "4": "Cancelled"}


def create(books: Books, kind: str, body: Mapping[str, Any], *, half_entered: bool = False) -> int:
    """Enter a document with its lines and return its id: all of it or nothing (assumed).

    With is_editing it stays a draft. `half_entered` leaves what a client leaves that dies while typing: a draft
    under a temporary number.
    """
    header = checked(body, NEW_HEADER)
    customer = _customer(books, kind, header)
    check_customer_type(books, kind, header)
    books.locks.touch(customer_record(customer))
    draft = half_entered or bool(header.get("is_editing"))
    discount = 0 if kind == "return" else customer["document_discount"]
    document_id = books.insert(
        "document",
        kind=kind,
        document_no="TBA" if draft else new_number(books, kind, header.get("document_no", "")),
        customer_id=customer["id"],
        status="Draft" if draft else "Live",
        is_draft=int(draft),
        tax_inclusive=int(books.setting("sop", "are_prices_tax_inclusive")),
        user_name=books.user,
        **{
            "document_date": books.today().isoformat(),
            "discount_percent": discount,
            **columns_of(books, customer, header),
        },
        **books.stamps(),
    )
    if half_entered:
        books.update("document", document_id, document_no=f"##{books.number('temporary_no'):08d}")
    document = books.need("document", document_id, "Document")
    for position, line in enumerate(header.get("lines", []), start=1):
        add_line(books, document, customer, line, position)
    write_memos(books, document_id, header.get("memos", []))
    _spread_dates(books, document_id, header)
    _finish(books, customer, document_id, header)
    _compare_with_credit_limit(books, customer, document_id, header)
    addon.hold_free_lines(books, document_id)
    _effect(books, document_id, "left_half_entered" if half_entered else "created")
    return document_id


def _customer(books: Books, kind: str, header: Fields) -> sqlite3.Row:
    """Return the customer of a new document, if such documents may be entered for it."""
    found = books.row("SELECT * FROM customer WHERE id = ?", header["customer_id"])
    if found is None:
        raise RefusedError(f"The customer {header['customer_id']} does not exist.")
    if found["status"] != "AccountStatusActive":
        raise RefusedError(f"The customer account {found['reference']} is hidden.")
    if found["on_hold"] and kind != "quote":
        allowed = books.setting("permissions", "override_credit_holds")
        if not (header.get("override_on_hold") and allowed):
            raise RefusedError(f"The customer account {found['reference']} is on hold.")
    return found


def _finish(books: Books, customer: sqlite3.Row, document_id: int, header: Fields) -> None:
    """Value the document, refuse one with negative totals, keep its payment."""
    reckon(books, document_id)
    document = books.need("document", document_id, "Document")
    if header.get("apply_available_document_discount_percent"):
        available = available_document_discount(books, customer, document["subtotal_goods"])
        if available > max(document["discount_percent"], 0):
            books.update("document", document_id, discount_percent=available)
            reckon(books, document_id)
            document = books.need("document", document_id, "Document")
    if document["gross"] < 0 or document["net"] < 0:
        raise RefusedError("A document cannot have a negative total.")
    assert document["discount_percent"] <= 100 * PERCENT, "a discount above the whole"
    addon.refuse_free_lines(books, document_id)
    keep_payment(books, document_id)


def _compare_with_credit_limit(books: Books, customer: sqlite3.Row, document_id: int, header: Fields) -> None:
    """Note whether an order is above the credit limit; one that comes to be so is put on hold unless overridden."""
    document = books.need("document", document_id, "Document")
    exceeded = _over_credit_limit(books, customer, document)
    if exceeded == bool(document["credit_exceeded"]) or document["is_draft"]:
        return
    books.update("document", document["id"], credit_exceeded=int(exceeded))
    overridden = header.get("override_on_hold") and books.setting("permissions", "override_credit_holds")
    if exceeded and document["status"] == "Live" and not overridden:
        books.update("document", document["id"], status="OnHold")


def _over_credit_limit(books: Books, customer: sqlite3.Row, document: sqlite3.Row) -> bool:
    """Say whether an order, on top of what the customer owes, is above the credit limit (0: there is none)."""
    if not customer["credit_limit"] or document["kind"] != "order":
        return False
    owed = books.value("SELECT coalesce(sum(gross - allocated), 0) FROM posted WHERE customer_id = ?", customer["id"])
    return int(owed) + int(document["gross"]) > int(customer["credit_limit"])


def _effect(books: Books, document_id: int, verb: str) -> None:
    document = books.need("document", document_id, "Document")
    books.effect(
        f"sop_{document['kind']}.{verb}",
        id=document_id,
        document_no=document["document_no"],
        customer_document_no=document["customer_document_no"],
        gross=document["gross"],
    )


def find(books: Books, kind: str, document_id: int) -> sqlite3.Row:
    """Return an order, return or quote that has not been archived; NotFoundError otherwise."""
    found = books.row("SELECT * FROM document WHERE id = ? AND kind = ? AND archived = 0", document_id, kind)
    if found is None:
        raise NotFoundError(f"The sales {kind} {document_id} does not exist.")
    return found


def open_for_amending(books: Books, kind: str, document_id: int, body: Mapping[str, Any]) -> tuple[sqlite3.Row, Fields]:
    """Check a PUT as a whole: locks, status, what cannot change; return the document and the header fields."""
    document = find(books, kind, document_id)
    header = checked(body, HEADER)
    record = record_of(document)
    books.locks.touch(record)
    books.locks.may_amend(record, header.get("lock_id"))
    if document["status"] in {"Complete", "Cancelled"}:
        raise RefusedError(f"{record.label} is {document['status'].lower()} and cannot be amended.")
    if document["status"] == "OnHold":
        raise RefusedError(f"{record.label} is on hold and cannot be amended.")
    if header.get("customer_id", document["customer_id"]) != document["customer_id"]:
        raise RefusedError(f"The customer of {record.label} cannot be changed.")
    if header.get("document_no", document["document_no"]) not in {document["document_no"], ""}:
        manual = document["is_draft"] and not books.setting("sop", "auto_generate_order_return_numbers")
        if not manual:
            raise RefusedError(f"The document number of {record.label} cannot be changed.")
    check_customer_type(books, kind, header)
    check_unchanged(document, header)
    return document, header


def amend_header(books: Books, document: sqlite3.Row, header: Fields) -> None:
    """Change header fields; a draft that is no longer being edited becomes a live document with a number."""
    customer = books.need("customer", document["customer_id"], "Customer")
    columns = columns_of(books, customer, header, document["kept"])
    if document["is_draft"] and not header.get("is_editing"):
        number = new_number(books, document["kind"], header.get("document_no", ""))
        columns |= {"is_draft": 0, "status": "Live", "document_no": number}
    elif document["kind"] == "quote" and "document_status" in header:
        status = QUOTE_STATUSES.get(header["document_status"], document["status"])
        columns["status"] = status
    books.update("document", document["id"], **columns, updated=books.stamp())
    write_memos(books, document["id"], header.get("memos", []))
    _spread_dates(books, document["id"], header)
    if header.get("is_to_sequence_lines"):
        _sequence(books, document["id"], header.get("lines", []))
    if header.get("recalculate_prices"):
        reprice(books, customer, document["id"])
    _finish(books, customer, document["id"], header)
    _compare_with_credit_limit(books, customer, document["id"], header)
    addon.hold_free_lines(books, document["id"])
    _effect(books, document["id"], "amended")


def _spread_dates(books: Books, document_id: int, header: Fields) -> None:
    """Give every line the header's delivery dates where the header says so (2024 R2; what it does is assumed)."""
    for name, column in (("requested", "requested_date"), ("promised", "promised_date")):
        if header.get(f"use_header_{name}_date"):
            books.run(
                f"UPDATE line SET {column} = (SELECT {column} FROM document WHERE id = ?), updated = ? "  # noqa: S608  # our own columns
                "WHERE document_id = ?",
                document_id,
                books.stamp(),
                document_id,
            )


def _sequence(books: Books, document_id: int, lines: list[dict[str, Any]]) -> None:
    """Number the lines in the order in which a PUT names them; lines it does not name follow (assumed)."""
    held = [row["id"] for row in books.rows("SELECT id FROM line WHERE document_id = ? ORDER BY number", document_id)]
    named = [line["id"] for line in lines if line.get("id") in held]
    for number, key in enumerate([*named, *(key for key in held if key not in named)], start=1):
        books.update("line", key, number=number)


def amend_one_line(books: Books, document: sqlite3.Row, body: Mapping[str, Any], position: int) -> None:
    """Apply one line of a PUT: add, change or remove it. Each line stands even if a later one is refused."""
    customer = books.need("customer", document["customer_id"], "Customer")
    if body.get("id"):
        amend_line(books, document, customer, body)
    else:
        add_line(books, document, customer, body, position)
    _finish(books, customer, document["id"], {})


def delete(books: Books, kind: str, document_id: int) -> None:
    """Remove a document that has made no progress; RefusedError otherwise."""
    document = find(books, kind, document_id)
    record = record_of(document)
    books.locks.touch(record)
    if document["despatch_status"] or document["invoice_status"] or document["status"] == "Complete":
        raise RefusedError(f"{record.label} has been processed and cannot be deleted.")
    if document["payment_urn"] is not None:
        raise RefusedError(f"{record.label} has a payment that has been posted and cannot be deleted.")
    _release_all(books, document_id)
    _effect(books, document_id, "deleted")
    books.run("DELETE FROM stock_allocation WHERE line_id IN (SELECT id FROM line WHERE document_id = ?)", document_id)
    books.run("DELETE FROM line WHERE document_id = ?", document_id)
    books.run("DELETE FROM document_memo WHERE document_id = ?", document_id)
    books.run("DELETE FROM document_link WHERE document_id = ?", document_id)
    books.run("DELETE FROM document WHERE id = ?", document_id)
    books.locks.end_edit(document_id)


def _release_all(books: Books, document_id: int) -> None:
    for line in books.rows("SELECT * FROM line WHERE document_id = ? AND allocated > 0", document_id):
        allocation.release(books, line, line["allocated"])


def change_status(books: Books, kind: str, body: Mapping[str, Any]) -> int:
    """Put a document on hold, release or cancel it; the body's names are assumed. Return its id."""
    keys = ("id", f"sop_{kind}_id", "sop_order_return_id")
    document_id = next((body[k] for k in keys if isinstance(body.get(k), int)), None)
    if document_id is None:
        raise RefusedError(f"The field sop_{kind}_id is required.")
    wanted = str(body.get("document_status", body.get("status", "")))
    status = STATUSES.get(wanted) or STATUS_NUMBERS.get(wanted)
    if status is None:
        raise RefusedError("The field document_status is not a status that can be set.")
    document = find(books, kind, document_id)
    record = record_of(document)
    books.locks.touch(record)
    if document["status"] in {"Complete", "Cancelled"}:
        raise RefusedError(f"The status of {record.label} cannot be changed: it is complete.")
    if document["is_draft"]:
        raise RefusedError(f"{NOUNS[kind]} {document_id} is still being entered.")
    cancelled = document["cancelled_status"]
    if status == "Cancelled":
        cancelled = _cancel(books, document)
    books.update("document", document_id, status=status, cancelled_status=cancelled, updated=books.stamp())
    _effect(books, document_id, "cancelled" if status == "Cancelled" else "status_changed")
    return int(document_id)


def _cancel(books: Books, document: sqlite3.Row) -> int:
    """Give back what is allocated, record what is cancelled, and return how much of the document it is."""
    if books.value("SELECT count(*) FROM line WHERE document_id = ? AND despatched > invoiced", document["id"]):
        raise RefusedError(f"{record_of(document).label} has goods that are not yet invoiced or credited.")
    _release_all(books, document["id"])
    for line in books.rows("SELECT * FROM line WHERE document_id = ? AND quantity > despatched", document["id"]):
        record_cancelled_line(books, line, line["quantity"] - line["despatched"])
    return 1 if document["despatch_status"] or document["invoice_status"] else 2
