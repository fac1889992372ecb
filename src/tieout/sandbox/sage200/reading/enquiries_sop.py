"""Answers about sales orders that are worked out: goods ready to despatch, a price, the user's rights."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, divided, money, units
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.orders.line_columns import in_stock_units
from tieout.sandbox.sage200.orders.price_book import offer
from tieout.sandbox.sage200.orders.pricing import line_total
from tieout.sandbox.sage200.orders.selling_units import BASE, selling_unit
from tieout.sandbox.sage200.reading.catalogue_general import BASE_CURRENCY
from tieout.sandbox.sage200.reading.odata import limit, where
from tieout.sandbox.sage200.reading.resources import Resource, fields
from tieout.sandbox.sage200.stock.traceables import NONE as UNTRACED

Json = dict[str, Any]
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
_HAS_LEVELS = (
    "EXISTS (SELECT 1 FROM product i JOIN product_group j ON j.id = i.group_id "
    "WHERE i.id = l.product_id AND j.type = 'EnumStockItemTypeStock')"
)
_ORDERS_MOST = 5000
_PREVIOUS = 5


def _ready(params: dict[str, str]) -> tuple[str, tuple[object, ...]]:
    """Return the condition for lines that can be despatched; only the documented filters are taken."""
    text = params.get("$filter", "")
    conditions = ["d.kind = 'order'", "d.status = 'Live'", "d.archived = 0"]
    values: tuple[object, ...] = ()
    if text:
        found = where(DESPATCH_FILTER, text)
        conditions.append(found.sql)
        values = found.values
    if not _INTENT.search(text):
        conditions.append("l.confirmation = 'ConfirmOnDespatch' AND l.allocated > 0")
    else:
        conditions.append("l.line_type IN ('EnumLineTypeStandard', 'EnumLineTypeFreeText')")
        conditions.append(f"(l.allocated > 0 OR (l.quantity > l.despatched AND NOT {_HAS_LEVELS}))")
    return " AND ".join(conditions), values


def despatchable(books: Books, params: dict[str, str]) -> list[Json]:
    """Return per order the lines that can be despatched."""
    condition, values = _ready(params)
    orders: dict[int, Json] = {}
    for row in books.rows(
        "SELECT l.*, d.document_no, d.document_date, d.customer_id, c.reference AS customer, c.name AS customer_name, "  # noqa: S608  # conditions come from the declared fields above
        "p.name AS product_name, p.traceable, json_extract(p.more, '$.sale_from_single_batch') AS single_batch, "
        "u.name AS unit_name, g.type AS product_type, w.name AS warehouse "
        "FROM line l JOIN document d ON d.id = l.document_id "
        "JOIN customer c ON c.id = d.customer_id LEFT JOIN product p ON p.id = l.product_id "
        "LEFT JOIN unit u ON u.id = p.stock_unit_id LEFT JOIN product_group g ON g.id = p.group_id "
        f"LEFT JOIN warehouse w ON w.id = l.warehouse_id WHERE {condition} ORDER BY d.id, l.number",
        *values,
    ):
        order = orders.setdefault(row["document_id"], {"sop_order_return_id": row["document_id"], "items": []})
        order["items"].append(_despatch_item(books, row))
    top, skip = limit({"$top": params.get("$top", str(_ORDERS_MOST))})
    return list(orders.values())[skip : skip + top]


def discrete_orders(books: Books, params: dict[str, str]) -> list[Json]:
    """Return the orders that have something to despatch, in order of number."""
    condition, values = _ready(params)
    top, _ = limit({"$top": params["$top"]} if "$top" in params else {})
    rows = books.rows(
        "SELECT DISTINCT d.id, d.document_no, d.document_date, d.gross, c.reference, c.name FROM line l "  # noqa: S608  # conditions come from the declared fields above
        "JOIN document d ON d.id = l.document_id JOIN customer c ON c.id = d.customer_id "
        f"WHERE {condition} ORDER BY d.document_no, d.id LIMIT ?",
        *values,
        top,
    )
    return [
        {
            "id": row["id"],
            "trader_reference": row["reference"],
            "trader_name": row["name"],
            "document_no": row["document_no"],
            "document_value": money(row["gross"]),
            "document_date": f"{row['document_date']}T00:00:00Z",
        }
        for row in rows
    ]


def _despatch_item(books: Books, row: sqlite3.Row) -> Json:
    """Return a line that can be despatched; quantities are in stock units."""
    bins = books.rows(
        "SELECT b.id, b.name, sum(a.quantity - a.despatched) AS available FROM stock_allocation a "
        "JOIN bin_holding b ON b.id = a.bin_holding_id WHERE a.line_id = ? GROUP BY b.id, b.name "
        "HAVING available > 0",
        row["id"],
    )
    dates = {f"{name}_delivery_date": row[f"{name}_date"] for name in ("requested", "promised")}
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
        "warehouse_name": row["warehouse"] or "",
        **_measured(row),
        "product_type": row["product_type"] or "",
        "is_multiple_bin_allocations": len(bins) > 1,
        **{name: f"{day}T00:00:00Z" for name, day in ({"document_date": row["document_date"]} | dates).items() if day},
        "bin_items": [
            {"id": b["id"], "bin_name": b["name"], "available_quantity": units(b["available"])} for b in bins
        ],
    }


def _measured(row: sqlite3.Row) -> Json:
    """Return the quantities of a line that can be despatched, its units, and how it is traced."""
    held = row["product_type"] == "EnumStockItemTypeStock"
    available = row["allocated"] if held else row["quantity"] - row["despatched"]
    kept, traceable = json.loads(row["kept"]), row["traceable"] or UNTRACED
    sold_in = kept.get("selling_unit_description", "Each")
    return {
        "unit_description": row["unit_name"] or sold_in,
        "selling_unit_description": sold_in,
        "quantity": units(available),
        "line_quantity": units(row["quantity"]),
        "despatch_receipt_quantity": units(row["despatched"]),
        "outstanding_quantity": units(row["quantity"] - row["despatched"]),
        "available_quantity": units(available),
        "traceable_available_quantity": units(0 if traceable == UNTRACED else available),
        "line_unit_precision": units(kept.get("line_unit_precision", 1)),
        "stock_unit_precision": units(kept.get("stock_unit_precision", 1)),
        "selling_unit_multiple": units(divided(kept.get("selling_unit_multiple", BASE), 100)),
        "stock_unit_multiple": units(divided(kept.get("stock_unit_multiple", BASE), 100)),
        "traceable_type": traceable,
        "sale_from_single_batch": bool(row["single_batch"]),
        "has_traceable_allocations": traceable != UNTRACED and row["allocated"] > 0,
    }


def price_enquiry(books: Books, body: Json) -> Json:
    """Return the price that Sage would use for a customer, an item and a quantity (of selling units)."""
    asked = checked(
        body,
        "customer_id:i! product_id:i! quantity:q selling_unit_id:i pricing_unit_id:i include_previous_prices:b",
    )
    customer = books.need("customer", asked["customer_id"], "Customer")
    product = books.need("product", asked["product_id"], "Product")
    quantity = asked.get("quantity", UNIT)
    if quantity <= 0:
        raise RefusedError("The quantity must be greater than zero.")
    unit = selling_unit(books, product, asked.get("selling_unit_id"))
    in_stock = in_stock_units(quantity, unit.multiple)
    found = offer(books, product, customer, in_stock, unit.multiple)
    before = line_total(quantity, found.price, 0, 0)
    after = line_total(quantity, found.price, found.percent, found.value)
    currency = books.row(f"SELECT * FROM currency WHERE id = {BASE_CURRENCY}")  # noqa: S608  # our own text
    group = books.need("product_group", product["group_id"], "Product group")
    assert currency is not None, "a company has a currency"
    multiple = units(divided(unit.to_base, 100))
    return {
        "customer_id": customer["id"],
        "product_id": product["id"],
        "product_type": group["type"],
        "selling_unit_id": unit.id,
        "selling_unit": unit.name,
        "selling_unit_multiple": multiple,
        "pricing_unit_id": unit.id,
        "pricing_unit": unit.name,
        "pricing_unit_multiple": multiple,
        "quantity": units(quantity),
        "currency_id": currency["id"],
        "currency_name": currency["name"],
        "currency_symbol": currency["symbol"],
        "unit_price": money(line_total(UNIT, found.price, 0, 0)),
        "discounted_unit_price": money(line_total(UNIT, found.price, found.percent, found.value)),
        "total_price_before_discount": money(before),
        "total_discount": money(before - after),
        "total_discounted_price": money(after),
        "include_previous_prices": bool(asked.get("include_previous_prices")),
        "previous_prices": _previous(books, customer, product) if asked.get("include_previous_prices") else [],
    }


def _previous(books: Books, customer: sqlite3.Row, product: sqlite3.Row) -> list[Json]:
    """Return the last prices that the customer paid for an item on orders."""
    rows = books.rows(
        "SELECT d.document_no, d.document_date, l.quantity, l.total, l.multiple FROM document d "
        "JOIN line l ON l.document_id = d.id WHERE d.customer_id = ? AND d.kind = 'order' AND d.is_draft = 0 "
        "AND l.product_id = ? AND l.quantity > 0 ORDER BY d.document_date DESC, d.id DESC LIMIT ?",
        customer["id"],
        product["id"],
        _PREVIOUS,
    )
    return [
        {
            "sop_document_no": row["document_no"],
            "sop_document_date": f"{row['document_date']}T00:00:00Z",
            "quantity": units(divided(row["quantity"] * UNIT, row["multiple"])),
            "discounted_unit_price": units(divided(row["total"] * 1000 * row["multiple"], row["quantity"])),
        }
        for row in rows
    ]


def permissions(books: Books) -> object:
    """Return the rights of the signed-in user in sales order processing."""
    stamp = books.value("SELECT created FROM tax_code ORDER BY id")
    return [
        {"user_name": books.user[:20]}
        | books.settings("permissions")
        | {"date_time_created": stamp, "date_time_updated": stamp}
    ]


ENQUIRIES = {"sop_confirm_despatch": despatchable, "sop_despatch_discrete_orders": discrete_orders}
