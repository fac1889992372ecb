"""Answers that are worked out rather than listed: settings, the user, goods ready to despatch, a price."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, money, units, value_of
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.orders.price_book import band_price
from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY
from tieout.sandbox.sage200.reading.odata import where
from tieout.sandbox.sage200.reading.resources import Resource, fields

Json = dict[str, Any]


def _current_user(books: Books) -> object:
    return {
        "id": 1,
        "logon_name": books.user,
        "friendly_name": "Tieout integration",
        "email_address": "sage@tieout.example",
        "is_web_user": True,
    }


def _company(books: Books) -> object:
    profile = books.profile
    return [
        {
            "id": 1,
            "name": profile.name,
            "tax_registration_number": profile.tax_number,
            "country_code_id": books.value("SELECT id FROM country WHERE code = ?", profile.country),
            "address": {"id": 1, **dict(profile.address)},
        }
    ]


def _system(books: Books) -> object:
    def upcoming(series: str) -> int:
        return int(books.value("SELECT upcoming FROM counter WHERE name = ?", series) or 1)

    numbers = {
        "next_urn": str(upcoming("urn")),
        "next_invoice_number": upcoming("invoice_no"),
        "next_credit_note_number": upcoming("credit_note_no"),
    }
    return [books.settings("system") | numbers]


SINGLETONS: dict[str, Callable[[Books], object]] = {
    "sites": lambda books: [books.profile.as_site()],
    "current_user": _current_user,
    "company_details": _company,
    "current_user_sop_user_permissions": lambda books: [{"user_name": books.user} | books.settings("permissions")],
    "sop_settings": lambda books: [books.settings("sop")],
    "stock_settings": lambda books: [books.settings("stock")],
    "system_settings": _system,
    "sales_ledger_settings": lambda books: [books.settings("sales_ledger")],
}

DESPATCH_FILTER = Resource(
    name="sop_confirm_despatch",
    source="",
    order="l.id",
    fields=fields(
        "l",
        "id:i document_no:s document_date:d trader_id:i warehouse_id:i confirmation_intent_type:s",
        id="d.id",
        document_no="d.document_no",
        document_date="d.document_date",
        trader_id="d.customer_id",
        confirmation_intent_type="l.confirmation",
    ),
)
_INTENT = re.compile(r"confirmation_intent_type", re.IGNORECASE)


def despatchable(books: Books, params: dict[str, str]) -> list[Json]:
    """Return per order the lines that can be despatched; only the documented filters are taken."""
    text = params.get("$filter", "")
    conditions = ["d.kind = 'order'", "d.status = 'Live'", "d.archived = 0"]
    values: tuple[object, ...] = ()
    if text:
        found = where(DESPATCH_FILTER, text)
        conditions.append(found.sql)
        values = found.values
    if not _INTENT.search(text):
        conditions.append("l.confirmation = 'ConfirmOnDespatch' AND l.allocated > 0")
    orders: dict[int, Json] = {}
    for row in books.rows(
        "SELECT l.*, d.document_no, d.document_date, d.customer_id, c.reference AS customer, c.name AS customer_name, "  # noqa: S608  # conditions come from the declared fields above
        "p.name AS product_name, w.name AS warehouse FROM line l JOIN document d ON d.id = l.document_id "
        "JOIN customer c ON c.id = d.customer_id LEFT JOIN product p ON p.id = l.product_id "
        f"LEFT JOIN warehouse w ON w.id = l.warehouse_id WHERE {' AND '.join(conditions)} ORDER BY d.id, l.number",
        *values,
    ):
        order = orders.setdefault(row["document_id"], {"sop_order_return_id": row["document_id"], "items": []})
        order["items"].append(_despatch_item(books, row))
    return list(orders.values())


def _despatch_item(books: Books, row: Any) -> Json:  # noqa: ANN401  # a database row
    available = row["allocated"] if row["product_id"] else row["quantity"] - row["despatched"]
    bins = books.rows(
        "SELECT b.id, b.name, sum(a.quantity - a.despatched) AS available FROM stock_allocation a "
        "JOIN bin_holding b ON b.id = a.bin_holding_id WHERE a.line_id = ? GROUP BY b.id, b.name "
        "HAVING available > 0",
        row["id"],
    )
    return {
        "id": row["id"],
        "sop_order_return_id": row["document_id"],
        "document_no": row["document_no"],
        "customer_id": row["customer_id"],
        "customer_reference": row["customer"],
        "customer_name": row["customer_name"],
        "product_id": row["product_id"] or 0,
        "item_code": row["code"],
        "item_name": row["product_name"] or row["description"][:60],
        "unit_description": "Each",
        "selling_unit_description": "Each",
        "warehouse_name": row["warehouse"] or "",
        "quantity": units(available),
        "line_quantity": units(row["quantity"]),
        "despatch_receipt_quantity": units(row["despatched"]),
        "outstanding_quantity": units(row["quantity"] - row["despatched"]),
        "available_quantity": units(available),
        "selling_unit_multiple": 1,
        "stock_unit_multiple": 1,
        "traceable_type": "EnumTraceableTypeNone",
        "is_multiple_bin_allocations": len(bins) > 1,
        "document_date": f"{row['document_date']}T00:00:00Z",
        "bin_items": [
            {"id": b["id"], "bin_name": b["name"], "available_quantity": units(b["available"])} for b in bins
        ],
    }


def price_enquiry(books: Books, body: Json) -> Json:
    """Return the price that Sage would use for a customer, an item and a quantity."""
    asked = checked(body, "customer_id:i! product_id:i! quantity:q! selling_unit_id:i")
    customer = books.need("customer", asked["customer_id"], "Customer")
    product = books.need("product", asked["product_id"], "Product")
    if asked["quantity"] <= 0:
        raise RefusedError("The quantity must be greater than zero.")
    price = band_price(books, product["id"], customer)
    each, total = money(value_of(UNIT, price)), money(value_of(asked["quantity"], price))
    return {
        "customer_id": customer["id"],
        "product_id": product["id"],
        "selling_unit_id": 1,
        "selling_unit": "Each",
        "selling_unit_multiple": 1,
        "quantity": units(asked["quantity"]),
        "currency_id": books.value(f"SELECT {BASE_CURRENCY}"),
        "unit_price": each,
        "discounted_unit_price": each,
        "total_price_before_discount": total,
        "total_discount": money(0),
        "total_discounted_price": total,
    }
