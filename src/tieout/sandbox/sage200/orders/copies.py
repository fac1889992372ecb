"""Copying documents: an order or quote to a draft of the same kind, a quote to an order, an order to a return."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import percent, units
from tieout.sandbox.sage200.company.refusals import NotFoundError
from tieout.sandbox.sage200.orders.documents import create, find
from tieout.sandbox.sage200.orders.entry_lines import add_line
from tieout.sandbox.sage200.orders.pricing import CHARGE, COMMENT, STANDARD, reckon

FLAGS = "source_id:i! customer_id:i! prices_and_discounts:b"
SOURCES = {"order": ("order", "quote"), "quote": ("quote", "order"), "return": ("order",)}


def duplicate(books: Books, kind: str, body: Mapping[str, Any]) -> int:
    """Copy a document to a draft and return its id; prices and discounts on request, else those of today.

    An order may be copied from a quote (assumed: this is how a quote becomes an order through the API).
    """
    flags = checked(body, FLAGS)
    source = _source(books, kind, flags["source_id"])
    draft = create(books, kind, {"customer_id": flags["customer_id"], "is_editing": True})
    document = books.need("document", draft, "Document")
    customer = books.need("customer", document["customer_id"], "Customer")
    lines = books.rows("SELECT * FROM line WHERE document_id = ? ORDER BY number, id", source["id"])
    wanted = [line for line in lines if kind != "return" or line["product_id"]]
    for position, line in enumerate(wanted, start=1):
        back = kind == "return" and line["despatched"]
        fields = _copied(
            line, line["despatched"] if back else line["quantity"], priced=bool(flags.get("prices_and_discounts"))
        )
        add_line(books, document, customer, fields, position)
    books.update("document", draft, source_document_no=source["document_no"], source_id=source["id"])
    if "quote" in {kind, source["kind"]}:
        books.insert("document_link", source_id=source["id"], document_id=draft, **books.stamps())
    reckon(books, draft)
    return draft


def _source(books: Books, kind: str, source_id: int) -> sqlite3.Row:
    for candidate in SOURCES[kind]:
        found = books.value("SELECT id FROM document WHERE id = ? AND kind = ?", source_id, candidate)
        if found is not None:
            return find(books, candidate, source_id)
    raise NotFoundError(f"The sales {SOURCES[kind][0]} {source_id} does not exist.")


def _copied(line: sqlite3.Row, quantity: int, *, priced: bool) -> dict[str, Any]:
    """Return the body of a new line that repeats this one."""
    body: dict[str, Any] = {"line_type": line["line_type"], "description": line["description"]}
    body |= json.loads(line["analysis"])
    if line["line_type"] == COMMENT:
        return body
    body["tax_code_id"] = line["tax_code_id"]
    if line["line_type"] == STANDARD:
        body |= {
            "product_id": line["product_id"],
            "warehouse_id": line["warehouse_id"],
            "quantity_stored": quantity,
            "cost_stored": line["cost_price"],
            "price_stored": line["unit_price"] if priced else None,
            "discount_stored": line["discount_percent"] if priced else 0,
            "off_stored": line["discount_value"] if priced else 0,
        }
        unit = json.loads(line["kept"]).get("selling_unit_id")
        return body | ({"selling_unit_id": unit} if unit else {})
    body["selling_unit_price"] = units(line["unit_price"])
    if line["line_type"] == CHARGE:
        return body | ({"code": line["code"]} if line["code"] else {})
    return body | {
        "line_quantity": units(quantity),
        "unit_discount_percent": percent(line["discount_percent"]),
        "unit_discount_value": units(line["discount_value"]),
        "confirmation_intent_type": line["confirmation"],
    }
