"""Items that a customer may want: often bought, lately bought."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, units
from tieout.sandbox.sage200.orders.price_book import offer

OPTIONS = (
    "customer_id:i! product_group_id:i show_frequent_items:b show_recent_items:b show_preferred_items:b "
    "number_of_days_for_frequent_items:i number_of_days_for_recent_items:i "
    "minimum_number_of_lines_for_frequent_items:i"
)
DAYS, LINES, MOST = 90, 3, 100
LONGEST = 36500


def suggested_products(books: Books, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the customer's orders suggest: preferred items, frequent ones, then recent ones.

    Without a choice all are shown. Preferred are the items of lines that were marked so.
    """
    asked = checked(body, OPTIONS)
    customer = books.need("customer", asked["customer_id"], "Customer")
    least = asked.get("minimum_number_of_lines_for_frequent_items", LINES)
    kinds: dict[str, tuple[int, Callable[[sqlite3.Row], bool]]] = {
        "preferred": (LONGEST, lambda row: bool(row["preferred"])),
        "frequent": (asked.get("number_of_days_for_frequent_items", DAYS), lambda row: row["orders"] >= least),
        "recent": (asked.get("number_of_days_for_recent_items", DAYS), lambda _: True),
    }
    wanted = [name for name in kinds if asked.get(f"show_{name}_items")] or list(kinds)
    found: dict[int, dict[str, Any]] = {}
    for name in wanted:
        days, fits = kinds[name]
        for row in _bought(books, customer, days, asked.get("product_group_id")):
            if fits(row) and row["id"] not in found:
                found[row["id"]] = _suggestion(books, customer, row, name.title())
    return list(found.values())[:MOST]


def _bought(books: Books, customer: sqlite3.Row, days: int, group_id: int | None) -> list[sqlite3.Row]:
    since = books.today() - timedelta(days=min(max(days, 0), LONGEST))
    return books.rows(
        "SELECT p.*, u.name AS unit_name, count(DISTINCT d.id) AS orders, max(d.document_date) AS last_date, "
        "max(d.document_no) AS last_no, max(l.quantity) AS last_quantity, "
        "max(coalesce(json_extract(l.kept, '$.mark_as_preferred'), 0)) AS preferred FROM document d "
        "JOIN line l ON l.document_id = d.id JOIN product p ON p.id = l.product_id "
        "LEFT JOIN unit u ON u.id = p.stock_unit_id WHERE d.customer_id = ? AND d.kind = 'order' AND d.is_draft = 0 "
        "AND d.document_date >= ? AND coalesce(?, p.group_id) = p.group_id GROUP BY p.id ORDER BY orders DESC, p.id",
        customer["id"],
        since.isoformat(),
        group_id or None,
    )


def _suggestion(books: Books, customer: sqlite3.Row, row: sqlite3.Row, source: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "code": row["code"],
        "description": row["name"],
        "number_orders_appears": row["orders"],
        "last_sales_date": f"{row['last_date']}T00:00:00Z",
        "last_order_number": row["last_no"],
        "source": source,
        "quantity": units(row["last_quantity"]),
        "quantity_unit": row["unit_name"] or "",
        "price": units(offer(books, row, customer, UNIT).price),
        "price_unit": row["unit_name"] or "",
        "traceable_type_id": {"EnumTraceableTypeBatch": 1, "EnumTraceableTypeSerial": 2}.get(row["traceable"], 0),
    }
