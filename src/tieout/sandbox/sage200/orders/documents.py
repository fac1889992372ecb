"""Sales orders and sales returns: entering, amending, deleting, changing their status.

A return has no effect on stock or ledger until its receipt is confirmed and its credit note posted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import PERCENT
from tieout.sandbox.sage200.company.refusals import NotFoundError, RefusedError
from tieout.sandbox.sage200.company.tables import ANALYSIS_CODES
from tieout.sandbox.sage200.ledger.customers import customer_record
from tieout.sandbox.sage200.orders import allocation
from tieout.sandbox.sage200.orders.entry_lines import add_line, amend_line, record_of
from tieout.sandbox.sage200.orders.pricing import reckon

_ANALYSIS = " ".join(f"{name}:s60" for name in ANALYSIS_CODES)
HEADER = (
    "customer_id:i document_no:s20 customer_document_no:s30 document_date:d requested_delivery_date:d "
    "promised_delivery_date:d order_priority:s1 document_discount_percent:p customer_delivery_address_id:i "
    "use_invoice_address:b is_triangulated:b override_on_hold:b is_editing:b is_to_sequence_lines:b "
    "suppress_warnings:b document_created_by:s30 payment_reference:s20 payment_value:m payment_method_id:i "
    f"payment_with_order:b lock_id:i delivery_address:o lines:l memos:l {_ANALYSIS}"
)
ADDRESS = (
    "postal_name:s60 address_1:s60 address_2:s60 address_3:s60 address_4:s60 city:s60 county:s60 country:s60 "
    "postcode:s10 contact:s235 telephone_number:s30 fax_number:s30 email_address:s255 tax_number:s30"
)
STATUSES = {"EnumDocumentStatusLive": "Live", "EnumDocumentStatusOnHold": "OnHold"} | {
    "EnumDocumentStatusCancelled": "Cancelled",
    "EnumDocumentStatusDispute": "Dispute",
}
STATUS_NUMBERS = {"0": "Live", "1": "OnHold", "3": "Dispute", "4": "Cancelled"}
COLUMNS = {
    "customer_document_no": "customer_document_no",
    "document_date": "document_date",
    "requested_delivery_date": "requested_date",
    "promised_delivery_date": "promised_date",
    "order_priority": "priority",
    "document_discount_percent": "discount_percent",
    "use_invoice_address": "use_invoice_address",
    **{name: name for name in ANALYSIS_CODES},
}


def create(books: Books, kind: str, body: Mapping[str, Any]) -> int:
    """Enter an order or a return with its lines and return its id: all of it or nothing (assumed)."""
    header = checked(body, HEADER.replace("customer_id:i", "customer_id:i!", 1))
    customer = _customer(books, header)
    books.locks.touch(customer_record(customer))
    draft = bool(header.get("is_editing"))
    document_id = books.insert(
        "document",
        kind=kind,
        document_no="TBA" if draft else _next_number(books, kind),
        customer_id=customer["id"],
        status="Draft" if draft else "Live",
        is_draft=int(draft),
        user_name=books.user,
        **{"document_date": books.today().isoformat(), **_columns(header)},
        **books.stamps(),
    )
    document = books.need("document", document_id, "Document")
    for position, line in enumerate(header.get("lines", []), start=1):
        add_line(books, document, customer, line, position)
    _finish(books, document_id)
    _effect(books, document_id, "created")
    return document_id


def _next_number(books: Books, kind: str) -> str:
    return f"{books.number(f'{kind}_no'):010d}"


def _customer(books: Books, header: Fields) -> sqlite3.Row:
    """Return the customer of a new document, if documents may be entered for it."""
    found = books.row("SELECT * FROM customer WHERE id = ?", header["customer_id"])
    if found is None:
        raise RefusedError(f"The customer {header['customer_id']} does not exist.")
    if found["status"] != "AccountStatusActive":
        raise RefusedError(f"The customer account {found['reference']} is hidden.")
    if found["on_hold"]:
        allowed = books.setting("permissions", "override_credit_holds")
        if not (header.get("override_on_hold") and allowed):
            raise RefusedError(f"The customer account {found['reference']} is on hold.")
    return found


def _columns(header: Fields) -> Fields:
    """Return the header fields as columns."""
    percent = header.get("document_discount_percent", 0)
    if abs(percent) > 9999:
        raise RefusedError("The field document_discount_percent must be between -99.99 and 99.99.")
    found = {column: header[name] for name, column in COLUMNS.items() if name in header}
    columns: Fields = {k: v.isoformat() if isinstance(v, date) else v for k, v in found.items()}
    if "delivery_address" in header:
        columns["address"] = json.dumps(checked(header["delivery_address"], ADDRESS))
        columns.setdefault("use_invoice_address", 0)
    return columns


def _finish(books: Books, document_id: int) -> None:
    """Value the document and refuse one with negative totals."""
    reckon(books, document_id)
    document = books.need("document", document_id, "Document")
    if document["gross"] < 0 or document["net"] < 0:
        raise RefusedError("A document cannot have a negative total.")
    assert document["discount_percent"] <= 100 * PERCENT, "a discount above the whole"


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
    """Return an order or return that has not been archived; NotFoundError otherwise."""
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
    books.locks.may_amend(record, header.get("lock_id"), keep=bool(header.get("is_editing")))
    if document["status"] in {"Complete", "Cancelled"}:
        raise RefusedError(f"{record.label} is {document['status'].lower()} and cannot be amended.")
    if document["status"] == "OnHold":
        raise RefusedError(f"{record.label} is on hold and cannot be amended.")
    if header.get("customer_id", document["customer_id"]) != document["customer_id"]:
        raise RefusedError(f"The customer of {record.label} cannot be changed.")
    if header.get("document_no", document["document_no"]) not in {document["document_no"], ""}:
        raise RefusedError(f"The document number of {record.label} cannot be changed.")
    return document, header


def amend_header(books: Books, document: sqlite3.Row, header: Fields) -> None:
    """Change header fields; a draft that is no longer being edited becomes a live document with a number."""
    columns = _columns(header)
    if document["is_draft"] and not header.get("is_editing"):
        columns |= {"is_draft": 0, "status": "Live", "document_no": _next_number(books, document["kind"])}
    books.update("document", document["id"], **columns, updated=books.stamp())
    _finish(books, document["id"])
    _effect(books, document["id"], "amended")


def amend_one_line(books: Books, document: sqlite3.Row, body: Mapping[str, Any], position: int) -> None:
    """Apply one line of a PUT: add, change or remove it. Each line stands even if a later one is refused."""
    customer = books.need("customer", document["customer_id"], "Customer")
    if body.get("id"):
        amend_line(books, document, customer, body)
    else:
        add_line(books, document, customer, body, position)
    _finish(books, document["id"])


def delete(books: Books, kind: str, document_id: int) -> None:
    """Remove an order or return that has made no progress; RefusedError otherwise."""
    document = find(books, kind, document_id)
    record = record_of(document)
    books.locks.touch(record)
    if document["despatch_status"] or document["invoice_status"] or document["status"] == "Complete":
        raise RefusedError(f"{record.label} has been processed and cannot be deleted.")
    _release_all(books, document_id)
    _effect(books, document_id, "deleted")
    books.run("DELETE FROM stock_allocation WHERE line_id IN (SELECT id FROM line WHERE document_id = ?)", document_id)
    books.run("DELETE FROM line WHERE document_id = ?", document_id)
    books.run("DELETE FROM document WHERE id = ?", document_id)


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
    cancelled = document["cancelled_status"]
    if status == "Cancelled":
        _release_all(books, document_id)
        open_part = document["despatch_status"] or document["invoice_status"]
        cancelled = 1 if open_part else 2
        if books.value("SELECT count(*) FROM line WHERE document_id = ? AND despatched > invoiced", document_id):
            raise RefusedError(f"{record.label} has goods that are not yet invoiced or credited.")
    books.update("document", document_id, status=status, cancelled_status=cancelled, updated=books.stamp())
    _effect(books, document_id, "cancelled" if status == "Cancelled" else "status_changed")
    return int(document_id)


def duplicate_as_return(books: Books, body: Mapping[str, Any]) -> int:
    """Copy an order to a draft return: quantities despatched, prices on request; return the draft's id."""
    flags = checked(body, "source_id:i! customer_id:i! prices_and_discounts:b")
    source = find(books, "order", flags["source_id"])
    priced = bool(flags.get("prices_and_discounts"))
    lines = [
        {
            "line_type": line["line_type"],
            "product_id": line["product_id"],
            "warehouse_id": line["warehouse_id"],
            "quantity_stored": line["despatched"] or line["quantity"],
            "tax_code_id": line["tax_code_id"],
            "price_stored": line["unit_price"] if priced else None,
            "discount_stored": line["discount_percent"] if priced else 0,
            "cost_stored": line["cost_price"],
        }
        for line in books.rows("SELECT * FROM line WHERE document_id = ? AND product_id > 0", source["id"])
    ]
    draft = create(books, "return", {"customer_id": flags["customer_id"], "is_editing": True})
    document = books.need("document", draft, "Document")
    customer = books.need("customer", document["customer_id"], "Customer")
    for position, line_fields in enumerate(lines, start=1):
        add_line(books, document, customer, line_fields, position)
    books.update("document", draft, source_document_no=source["document_no"])
    reckon(books, draft)
    return draft
