"""A person in the Sage desktop: does what the API cannot, by hand, and types the reference they were told."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.companion.commands import day, figure
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import money, stored, units
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.set_up import nominal_id, tax_code_id
from tieout.sandbox.sage200.company.set_up_items import numbers_of
from tieout.sandbox.sage200.ledger.sales_ledger import CREDIT_NOTE, post_trade_document
from tieout.sandbox.sage200.orders import allocation, documents
from tieout.sandbox.sage200.orders.despatch import Returned, confirm_despatch, confirm_receipt
from tieout.sandbox.sage200.orders.entry_lines import record_of
from tieout.sandbox.sage200.orders.invoicing import Billed, everything_due, post_bill
from tieout.sandbox.sage200.orders.pricing import STANDARD

Body = Mapping[str, Any]
OVER = ("Complete", "Cancelled")


def document_named(books: Books, kind: str, name: object) -> sqlite3.Row:
    """Return an order or return by id, number or customer's document number (the newest of that name, drafts last)."""
    found = books.row(
        "SELECT * FROM document WHERE kind = ? AND archived = 0 AND (id = ? OR document_no = ? "
        "OR customer_document_no = ?) ORDER BY is_draft, id DESC",
        kind,
        name if isinstance(name, int) else -1,
        str(name),
        str(name),
    )
    if found is None:
        raise RefusedError(f"There is no {kind} {name}.")
    return found


def despatch(books: Books, body: Body) -> dict[str, Any]:
    """Allocate and confirm the despatch of an order: the lines named ({"id", "quantity"}), or all that is open."""
    order = document_named(books, "order", body.get("order"))
    lines = books.rows("SELECT * FROM line WHERE document_id = ? AND line_type = ?", order["id"], STANDARD)
    told = {int(row["id"]): stored(Decimal(str(row["quantity"])), 5) for row in body.get("lines", [])}
    wanted = told or {line["id"]: line["quantity"] - line["despatched"] for line in lines}
    for line in lines:
        missing = wanted.get(line["id"], 0) - line["allocated"]
        if missing > 0:
            allocation.allocate(books, line, missing)
    items = [{"id": key, "quantity": units(quantity)} for key, quantity in wanted.items() if quantity > 0]
    on = f"{body.get('despatch_date', books.today())}T00:00:00Z"
    confirm_despatch(books, {"sop_order_return_id": order["id"], "items": items, "despatch_receipt_date": on})
    return {"order": order["document_no"]}


def cancel(books: Books, body: Body) -> dict[str, Any]:
    """Cancel what is not yet despatched of an order, or not yet received of a return."""
    kind = "return" if "return" in body else "order"
    document = document_named(books, kind, body.get(kind))
    documents.change_status(books, kind, {"id": document["id"], "status": "EnumDocumentStatusCancelled"})
    return {"id": document["id"]}


def raise_return(books: Books, body: Body) -> dict[str, Any]:
    """Raise a return at the screen, as every release can, from names and codes.

    {"customer", "customer_document_no", "lines": [{"product", "quantity", "unit_price", "tax_code", "warehouse",
    "nominal"}]}; what is left out is the item's own.
    """
    header = {
        "customer_id": _id_of(books, "customer", "reference", body["customer"]),
        "customer_document_no": str(body.get("customer_document_no", ""))[:30],
        "lines": [_line_typed(books, line) for line in body["lines"]],
    }
    key = documents.create(books, "return", header)
    return {"id": key, "document_no": books.value("SELECT document_no FROM document WHERE id = ?", key)}


def _line_typed(books: Books, line: Body) -> dict[str, Any]:
    """Return a line as the API would take it from what somebody types."""
    typed: dict[str, Any] = {
        "line_type": STANDARD,
        "product_id": _id_of(books, "product", "code", line["product"]),
        "line_quantity": Decimal(str(line["quantity"])),
    }
    if "unit_price" in line:
        price = Decimal(str(line["unit_price"]))
        typed |= {"selling_unit_price": price, "selling_unit_price_overridden": True}
    if "tax_code" in line:
        typed["tax_code_id"] = tax_code_id(books, line["tax_code"])
    if "warehouse" in line:
        typed["warehouse_id"] = _id_of(books, "warehouse", "name", line["warehouse"])
    if "nominal" in line:
        chosen = books.need("nominal", nominal_id(books, *str(line["nominal"]).split("/")), "Nominal account")
        typed |= {
            "nominal_reference": chosen["account"],
            "nominal_cost_centre": chosen["cost_centre"],
            "nominal_department": chosen["department"],
        }
    return typed


def _id_of(books: Books, table: str, column: str, name: object) -> int:
    found = books.value(f"SELECT id FROM {table} WHERE {column} = ?", str(name))  # noqa: S608  # our own tables
    if found is None:
        raise RefusedError(f"There is no {table} {name}.")
    return int(found)


def receive_return(books: Books, body: Body) -> dict[str, Any]:
    """Confirm receipt of a return: the lines named, or everything outstanding into one bin."""
    document = document_named(books, "return", body.get("return"))
    bin_name = str(body.get("bin", "GOODS-IN"))
    lines = [
        Returned(
            line_id=int(line["return_line_id"]),
            quantity=figure(line, "quantity", 5),
            bin=str(line.get("bin", bin_name)),
            numbers=numbers_of(line.get("numbers", ())),
        )
        for line in body.get("lines", [])
    ] or [
        Returned(line_id=row["id"], quantity=row["quantity"] - row["despatched"], bin=bin_name)
        for row in books.rows(
            "SELECT * FROM line WHERE document_id = ? AND product_id > 0 AND quantity > despatched",
            document["id"],
        )
    ]
    on = day(body, "receipt_date") if "receipt_date" in body else books.today()
    reference = str(body.get("reference", document["document_no"]))[:20]
    receipt_id = confirm_receipt(books, document, lines, on, reference)
    return {"receipt_no": books.value("SELECT despatch_no FROM despatch WHERE id = ?", receipt_id)}


def post_credit_note(books: Books, body: Body) -> dict[str, Any]:
    """Print and post the credit note of a return: the lines named with their values, or all that is due.

    With a "customer" in place of the return it is a person's own credit note in the sales ledger, with whatever
    they type: {"customer", "reference", "second_reference", "narrative", "net", "tax", "tax_code", "nominal", "date"}.
    """
    if "customer" in body:
        return _credit_account(books, body)
    return _bill(books, document_named(books, "return", body.get("return")), body, "credit_date")


def _credit_account(books: Books, body: Body) -> dict[str, Any]:
    customer = books.need("customer", _id_of(books, "customer", "reference", body["customer"]), "Customer")
    typed = {"net": "0", "tax": "0", **body}
    net, tax = (money(figure(typed, name, 2)) for name in ("net", "tax"))
    chosen = customer["nominal_id"]
    if "nominal" in body:
        chosen = nominal_id(books, *str(body["nominal"]).split("/"))
    nominal = books.need("nominal", chosen, "Nominal account")
    on = day(body, "date") if "date" in body else books.today()
    keyed = {
        "customer_id": customer["id"],
        "transaction_date": f"{on.isoformat()}T00:00:00Z",
        **{name: str(body[name])[:20] for name in ("reference", "second_reference") if name in body},
        "document_goods_value": net,
        "document_tax_value": tax,
        "tax_analysis_items": [
            {"id": tax_code_id(books, body.get("tax_code")), "goods_amount": net, "tax_amount": tax}
        ],
        "nominal_analysis_items": [
            {
                "code": nominal["account"],
                "cost_centre": nominal["cost_centre"],
                "department": nominal["department"],
                "narrative": str(body.get("narrative", "")),
                "value": net,
            }
        ],
    }
    return {"urn": post_trade_document(books, CREDIT_NOTE, keyed)}


def post_invoice(books: Books, body: Body) -> dict[str, Any]:
    """Print and post the invoice of an order for all that is despatched."""
    return _bill(books, document_named(books, "order", body.get("order")), body, "invoice_date")


def _bill(books: Books, document: sqlite3.Row, body: Body, date_name: str) -> dict[str, Any]:
    billed = [
        Billed(
            line_id=int(line["return_line_id"]),
            quantity=figure(line, "quantity", 5),
            net=figure(line, "net_value", 2),
            tax=figure(line, "tax_value", 2),
        )
        for line in body.get("lines", [])
    ] or everything_due(books, document)
    on = day(body, date_name) if date_name in body else books.today()
    bill = post_bill(books, document, billed, on, second_reference=str(body.get("reference", ""))[:20])
    return {
        "document_no": bill.document_no,
        "urn": bill.urn,
        "net": f"{money(bill.net):f}",
        "tax": f"{money(bill.tax):f}",
        "gross": f"{money(bill.net + bill.tax):f}",
    }


def edit(books: Books, body: Body) -> dict[str, Any]:
    """Amend an order or return by hand: header fields and lines as in a PUT of the API."""
    kind = "return" if "return" in body else "order"
    document = document_named(books, kind, body.get(kind))
    changes = {k: v for k, v in body.items() if k not in {"return", "order", "user"}}
    _, header = documents.open_for_amending(books, kind, document["id"], changes)
    for position, line in enumerate(header.get("lines", []), start=1000):
        documents.amend_one_line(books, document, line, position)
    documents.amend_header(books, document, header)
    return {"id": document["id"]}


def hold(books: Books, body: Body) -> dict[str, Any]:
    """Put an order on hold, or back to live: {"order", "on_hold"}."""
    document = document_named(books, "order", body.get("order"))
    if document["status"] in OVER:
        raise RefusedError(f"Order {document['document_no']} is {document['status'].lower()}.")
    books.locks.touch(record_of(document))
    status = "OnHold" if body.get("on_hold", True) else "Live"
    books.update("document", document["id"], status=status, updated=books.stamp())
    books.effect("sop_order.status", id=document["id"], document_no=document["document_no"], status=status)
    return {"id": document["id"], "status": status}


def archive(books: Books, body: Body) -> dict[str, Any]:
    """Archive completed and cancelled orders and returns dated up to a day, or the one that is named.

    They vanish from lists and views; their posted invoices and credit notes stay in the sales ledger.
    """
    kind = next((kind for kind in ("order", "return") if kind in body), "")
    if kind:
        document = document_named(books, kind, body[kind])
        if document["status"] not in OVER:
            raise RefusedError(f"Only completed or cancelled documents are archived; {kind} {body[kind]} is not.")
        books.update("document", document["id"], archived=1)
        return {"archived": 1}
    upto = day(body, "upto") if "upto" in body else books.today()
    count = books.run(
        "UPDATE document SET archived = 1 WHERE archived = 0 AND document_date <= ? "
        "AND status IN ('Complete', 'Cancelled')",
        upto.isoformat(),
    )
    return {"archived": count}
