"""The `_new` posts of the sales ledger: a record with every default in it, of which nothing is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import money, percent
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.customers import defaults
from tieout.sandbox.sage200.ledger.terms import due_date
from tieout.sandbox.sage200.reading.catalogue import RESOURCES
from tieout.sandbox.sage200.reading.reads import read_one

Json = dict[str, Any]
NOT_YET = ("date_time_created", "date_time_updated")


def new_customer(books: Books) -> Json:
    """Return an account with the defaults of the sales ledger settings; it is entered, read and forgotten."""
    books.db.execute("SAVEPOINT blank")
    try:
        columns = {"reference": "", "name": "", "short_name": ""} | defaults(books)
        key = books.insert("customer", **columns, **books.stamps())
        answer = read_one(books, RESOURCES["customers"], key)
    finally:
        books.db.execute("ROLLBACK TO blank")
        books.db.execute("RELEASE blank")
    answer["main_address"] |= {"id": 0, "customer_id": 0}
    return {name: value for name, value in answer.items() if name not in NOT_YET} | {"id": 0}


def new_document(books: Books, body: Mapping[str, Any], *, invoice: bool) -> Json:
    """Return an invoice or credit note with the defaults of an account; RefusedError when there is no such account."""
    customer_id = checked(body, "customer_id:i!")["customer_id"]
    customer = books.row("SELECT * FROM customer WHERE id = ?", customer_id)
    if customer is None:
        raise RefusedError(f"The customer {customer_id} does not exist.")
    today = books.today()
    due = {"due_date": f"{due_date(customer, today).isoformat()}T00:00:00Z"} if invoice else {}
    return {
        "customer_id": customer_id,
        "transaction_date": f"{today.isoformat()}T00:00:00Z",
        **due,
        "exchange_rate": 1,
        "reference": "",
        "second_reference": "",
        "settled_immediately": False,
        "document_goods_value": money(0),
        "document_tax_value": money(0),
        "document_discount_value": money(0),
        "document_tax_discount_value": money(0),
        "discount_percent": percent(customer["early_settlement_discount_percent"]),
        "discount_days": customer["early_settlement_discount_days"],
        "is_eu_trader": False,
        "triangular_transaction": False,
        **_blank_analysis(books, customer),
    }


def _blank_analysis(books: Books, customer: sqlite3.Row) -> Json:
    """Return one item of VAT and of nominal analysis, with the codes of the account."""
    nominal = books.need("nominal", customer["nominal_id"] or books.control("revenue"), "Nominal account")
    amounts = ("goods_amount", "discount_amount", "tax_amount", "tax_discount_amount")
    key = {"code": nominal["account"], "cost_centre": nominal["cost_centre"], "department": nominal["department"]}
    return {
        "tax_analysis_items": [{"id": customer["tax_code_id"]} | dict.fromkeys(amounts, money(0))],
        "nominal_analysis_items": [
            key | {"narrative": "", "value": money(0), "transaction_analysis_code": ""},
        ],
    }
