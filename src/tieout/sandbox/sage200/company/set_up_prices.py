"""The price book as somebody in the desktop keeps it: bands, discounts by item and group, customers' terms."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.bulk import price
from tieout.sandbox.sage200.company.figures import stored
from tieout.sandbox.sage200.company.refusals import RefusedError

Item = Mapping[str, Any]
SWITCHES = (
    "use_limited_price_bands",
    "use_customer_discount_groups",
    "use_stock_item_discounts",
    "use_product_group_discounts",
    "use_quantity_based_discounts",
    "use_order_value_discounts",
)


def keep_price_book(books: Books, body: Item) -> dict[str, Any]:
    """Enter or change what is named and return how many of each."""
    unknown = set(body) - {"settings", "bands", "discount_groups", "order_value_discounts", "discounts", "customers"}
    if unknown:
        raise RefusedError(f"The price book has no {', '.join(sorted(unknown))}.")
    for name, value in body.get("settings", {}).items():
        if name not in SWITCHES:
            raise RefusedError(f"There is no price book setting {name}.")
        books.set_setting("price_book", name, bool(value))
    for name, prices in body.get("bands", {}).items():
        _band(books, name, prices)
    for name in body.get("discount_groups", []):
        _named(books, "customer_discount_group", name)
    for item in body.get("order_value_discounts", []):
        _order_value(books, item)
    for item in body.get("discounts", []):
        _discount(books, item)
    for reference, terms in body.get("customers", {}).items():
        _terms(books, reference, terms)
    return {name: len(values) for name, values in body.items()}


def _percent(value: object) -> int:
    return stored(Decimal(str(value)), 2)


def _named(books: Books, table: str, name: str, **more: object) -> int:
    """Return the id of a record by name, entered if it is new."""
    found = books.value(f"SELECT id FROM {table} WHERE name = ?", name)  # noqa: S608  # our own tables
    return int(found) if found else books.insert(table, name=name, description=name, **more, **books.stamps())


def _id(books: Books, table: str, column: str, name: object) -> int | None:
    """Return the id of what a name means, nothing for no name; RefusedError when there is none."""
    if name is None:
        return None
    found = books.value(f"SELECT id FROM {table} WHERE {column} = ?", name)  # noqa: S608  # our own names
    if found is None:
        raise RefusedError(f"There is no {table.replace('_', ' ')} {name}.")
    return int(found)


def _band(books: Books, name: str, prices: Item) -> None:
    band = _named(books, "price_band", name, standard=0)
    for code, value in prices.items():
        books.run(
            "INSERT INTO price (product_id, band_id, price, updated) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (product_id, band_id) DO UPDATE SET price = excluded.price, updated = excluded.updated",
            _id(books, "product", "code", code),
            band,
            price(value),
            books.stamp(),
        )


def _order_value(books: Books, item: Item) -> None:
    key = _named(books, "order_value_discount", item["name"])
    books.run("DELETE FROM order_value_break WHERE discount_id = ?", key)
    for step in item["breaks"]:
        books.insert(
            "order_value_break",
            discount_id=key,
            value=stored(Decimal(str(step.get("value", 0))), 2),
            percent=_percent(step["percent"]),
        )


def _discount(books: Books, item: Item) -> None:
    product = _id(books, "product", "code", item.get("product"))
    group = _id(books, "product_group", "code", item.get("product_group"))
    if (product is None) == (group is None):
        raise RefusedError("A discount is of a product or of a product group.")
    key = books.insert(
        "discount",
        name=item["name"],
        product_id=product,
        product_group_id=group,
        customer_id=_id(books, "customer", "reference", item.get("customer")),
        customer_group_id=_id(books, "customer_discount_group", "name", item.get("discount_group")),
        **books.stamps(),
    )
    for step in item["breaks"]:
        books.insert(
            "discount_break",
            discount_id=key,
            quantity=price(step.get("quantity", 0)),
            percent=_percent(step.get("percent", 0)),
            value=price(step.get("value", 0)),
        )


def _terms(books: Books, reference: str, terms: Item) -> None:
    columns: dict[str, object] = {}
    for name, (column, table) in {
        "band": ("band_id", "price_band"),
        "discount_group": ("discount_group_id", "customer_discount_group"),
        "order_value_discount": ("order_discount_id", "order_value_discount"),
    }.items():
        if name in terms:
            columns[column] = _id(books, table, "name", terms[name])
    for name in ("line_discount", "document_discount"):
        if name in terms:
            columns[name] = _percent(terms[name])
    if "credit_limit" in terms:
        columns["credit_limit"] = stored(Decimal(str(terms["credit_limit"])), 2)
    key = _id(books, "customer", "reference", reference)
    assert key is not None, "a reference names a customer"
    books.update("customer", key, **columns, updated=books.stamp())
