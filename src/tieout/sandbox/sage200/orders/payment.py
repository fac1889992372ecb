"""Payment with order: kept with the order, posted as a receipt at entry or with the invoice.

Assumed: the receipt is posted when the order is entered if it is to be invoiced immediately, else with the order's
first invoice; each invoice then takes what it can of it. The documents name the fields and not the moment.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import money
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger import sales_ledger
from tieout.sandbox.sage200.ledger.allocations import allocate

FULL, PART = "EnumSOPOrderPaymentTypeFull", "EnumSOPOrderPaymentTypePart"


def keep_payment(books: Books, document_id: int) -> None:
    """Check the payment of an order against its value, and post it when it is due at entry."""
    order = books.need("document", document_id, "Document")
    kept = json.loads(order["kept"])
    if order["kind"] != "order" or not kept.get("payment_with_order"):
        return
    if not books.setting("sop", "allow_payment_with_order"):
        raise RefusedError("Payment with order is not allowed.")
    _method(books, kept)
    value = _value(kept, order["gross"])
    if order["payment_urn"] is not None:
        return
    if value != kept.get("payment_value"):
        books.update("document", document_id, kept=json.dumps(kept | {"payment_value": value}))
    if kept.get("invoice_payment_with_order_immediately") and not order["is_draft"]:
        _post(books, document_id, books.today())


def check_unchanged(order: sqlite3.Row, header: Mapping[str, Any]) -> None:
    """Refuse a change of a payment that has been posted."""
    if order["payment_urn"] is None:
        return
    kept = json.loads(order["kept"])
    for name in ("payment_with_order", "payment_value", "payment_method_id", "payment_type"):
        if name in header and header[name] != kept.get(name):
            raise RefusedError("The payment with this order has been posted and cannot be changed.")


def settle(books: Books, document: sqlite3.Row, invoice_urn: int, on: date) -> None:
    """Post the payment of an order, if that waits for the invoice, and allocate what there is of it to the invoice."""
    if document["kind"] != "order" or not json.loads(document["kept"]).get("payment_with_order"):
        return
    if document["payment_urn"] is None:
        _post(books, document["id"], on)
    receipt_urn = books.value("SELECT payment_urn FROM document WHERE id = ?", document["id"])
    if receipt_urn is None:
        return
    invoice = books.row("SELECT * FROM posted WHERE urn = ?", invoice_urn)
    receipt = books.row("SELECT * FROM posted WHERE urn = ?", receipt_urn)
    if invoice is None or receipt is None:
        return
    value = min(invoice["gross"] - invoice["allocated"], receipt["allocated"] - receipt["gross"])
    if value > 0:
        lines = [
            {"posted_tran_id": invoice["id"], "value_to_allocate": money(value)},
            {"posted_tran_id": receipt["id"], "value_to_allocate": -money(value)},
        ]
        allocate(books, {"customer_id": document["customer_id"], "allocation_lines": lines})


def _method(books: Books, kept: Mapping[str, Any]) -> sqlite3.Row:
    found = books.row("SELECT * FROM payment_method WHERE id = ?", kept.get("payment_method_id"))
    if found is None:
        raise RefusedError(f"The payment method {kept.get('payment_method_id', '')} does not exist.")
    if found["card"]:
        raise RefusedError("A payment by online card cannot be set through the API.")
    return found


def _value(kept: Mapping[str, Any], gross: int) -> int:
    """Return what is paid with the order, in pence: all of it, or the part that is named."""
    told = kept.get("payment_type") or FULL
    if told == FULL:
        return gross
    if told != PART:
        raise RefusedError(f"The payment type {told} is not valid.")
    value = int(kept.get("payment_value", 0))
    if not 0 < value <= gross:
        raise RefusedError("The payment value must be above zero and at most the value of the order.")
    return value


def _post(books: Books, document_id: int, on: date) -> None:
    order = books.need("document", document_id, "Document")
    kept = json.loads(order["kept"])
    if not kept.get("payment_value"):
        return
    urn = sales_ledger.post_money_document(
        books,
        sales_ledger.RECEIPT,
        {
            "customer_id": order["customer_id"],
            "bank_id": _method(books, kept)["bank_id"],
            "cheque_value": money(kept["payment_value"]),
            "transaction_date": f"{on.isoformat()}T00:00:00Z",
            "reference": kept.get("payment_reference") or order["document_no"],
            "second_reference": order["document_no"],
        },
    )
    books.update("document", document_id, payment_urn=urn)
