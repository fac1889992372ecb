"""POST /product_search: items that have all the search values asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import units
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.reading.enumerations_stock import values_of

Json = dict[str, Any]
FOUND_MAX = 500
ALL = "EnumStockItemTypeAll"


def search_products(books: Books, body: Mapping[str, Any]) -> Json:
    """Return the search with its matching products, by code; at most as many as a list has by default."""
    asked = checked(
        body,
        "search_category_values:l! show_inactive:b show_phantom:b show_only_allow_sales_order:b "
        "product_search_type:s50",
    )
    kind = asked.get("product_search_type") or ALL
    if kind not in values_of("product_search_types"):
        raise RefusedError(f"The product_search_type {kind} is not valid.")
    wanted = [checked(item, "search_category_id:i! search_value_id:i!") for item in asked["search_category_values"]]
    condition, values = _wanted(asked, wanted, kind)
    rows = books.rows(
        "SELECT p.*, g.type, (SELECT coalesce(sum(quantity - allocated), 0) FROM bin_holding "  # noqa: S608  # our own conditions
        "WHERE product_id = p.id) AS free FROM product p JOIN product_group g ON g.id = p.group_id "
        f"WHERE {condition} ORDER BY p.code LIMIT {FOUND_MAX}",
        *values,
    )
    return {
        "search_category_values": wanted,
        "show_inactive": asked.get("show_inactive", False),
        "show_phantom": asked.get("show_phantom", False),
        "show_only_allow_sales_order": asked.get("show_only_allow_sales_order", False),
        "product_search_type": kind,
        "matching_products": [
            {
                "id": row["id"],
                "product_id": row["id"],
                "code": row["code"],
                "name": row["name"],
                "product_status_type": row["status"],
                "product_type": row["type"],
                "free_stock_quantity": units(row["free"]),
            }
            for row in rows
        ],
    }


def _wanted(asked: Fields, wanted: list[Fields], kind: str) -> tuple[str, list[object]]:
    """Return the condition that a search asks for, and its values."""
    conditions: list[str] = ["1 = 1"]
    values: list[object] = []
    for item in wanted:
        conditions.append(
            "EXISTS (SELECT 1 FROM product_search_value x WHERE x.product_id = p.id AND x.search_category_id = ? "
            "AND x.search_value_id = ?)"
        )
        values += [item["search_category_id"], item["search_value_id"]]
    if not asked.get("show_inactive", False):
        conditions.append("p.status = 'EnumStockItemStatusTypeActive'")
    if asked.get("show_only_allow_sales_order", False):
        conditions.append("p.allow_sales = 1")
    if kind != ALL:
        conditions.append("g.type = ?")
        values.append(kind)
    return " AND ".join(conditions), values
