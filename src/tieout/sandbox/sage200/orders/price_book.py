"""What the price book asks: the band's price, the best discount that fits, the discount on a whole document.

Order (reference: price bands first, then product, group and customer discounts, then invoice and order value
discount); which of several fitting discounts wins is assumed: the most particular one.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, divided

_BREAK = (
    "SELECT d.id, d.name, b.quantity, b.percent, b.value, d.customer_id, d.customer_group_id, d.product_id "
    "FROM discount d JOIN discount_break b ON b.discount_id = d.id WHERE {} AND b.quantity <= ? "
    "AND (d.customer_id = ? OR (d.customer_group_id = ? AND d.customer_id IS NULL) "
    "OR (d.customer_id IS NULL AND d.customer_group_id IS NULL)) ORDER BY b.quantity DESC, b.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Sage's own price of one selling unit and its discount (a percentage in hundredths, or a value per unit)."""

    price: int
    percent: int = 0
    value: int = 0
    source: str = ""
    name: str = ""
    break_quantity: int = 0


def switched_on(books: Books, name: str) -> bool:
    """Say whether the price book settings allow a kind of discount; where nothing is set, they do."""
    return bool(books.settings("price_book").get(name, True))


def band_price(books: Books, product_id: int, customer: sqlite3.Row) -> int:
    """Return the price of a stock unit of an item: the customer's band, else the standard band, else 0."""
    standard = books.value("SELECT id FROM price_band WHERE standard = 1")
    for band_id in (_band_in_force(books, customer["band_id"]), standard):
        row = books.row("SELECT * FROM price WHERE product_id = ? AND band_id = ?", product_id, band_id)
        if row is not None and not (row["use_standard"] and band_id != standard):
            return int(row["price"])
    return 0


def _band_in_force(books: Books, band_id: int | None) -> int | None:
    """Return the band unless it is switched off or out of its time."""
    today = books.today().isoformat()
    found: int | None = books.value(
        "SELECT id FROM price_band WHERE id = ? AND active = 1 AND coalesce(active_from, '') <= ? "
        "AND coalesce(active_to, '9999') >= ?",
        band_id,
        today,
        today,
    )
    return found


def offer(books: Books, product: sqlite3.Row, customer: sqlite3.Row, quantity: int, multiple: int = UNIT) -> Offer:
    """Return the price for so many stock units, each selling unit being `multiple` (in hundred-thousandths) of them."""
    price = divided(band_price(books, product["id"], customer) * multiple, UNIT)
    found = _discount(books, product, customer, quantity)
    if found is not None:
        return Offer(
            price=price,
            percent=found["percent"],
            value=divided(found["value"] * multiple, UNIT),
            source="product" if found["product_id"] else "product_group",
            name=found["name"],
            break_quantity=found["quantity"],
        )
    if customer["line_discount"]:
        return Offer(price=price, percent=customer["line_discount"], source="customer", name="Line discount")
    return Offer(price=price)


def _discount(books: Books, product: sqlite3.Row, customer: sqlite3.Row, quantity: int) -> sqlite3.Row | None:
    """Return the discount break that wins: the customer's own before its group's before everybody's; item first."""
    candidates: list[sqlite3.Row] = []
    for column, key, switch in (
        ("product_id", product["id"], "use_stock_item_discounts"),
        ("product_group_id", product["group_id"], "use_product_group_discounts"),
    ):
        if not switched_on(books, switch):
            continue
        group = customer["discount_group_id"] if switched_on(books, "use_customer_discount_groups") else None
        breaks = books.rows(_BREAK.format(f"d.{column} = ?"), key, quantity, customer["id"], group)
        candidates += [b for b in breaks if not b["quantity"] or switched_on(books, "use_quantity_based_discounts")]
    return min(candidates, key=_particular, default=None)


def _particular(found: sqlite3.Row) -> tuple[int, int, int]:
    """Order discounts: whom it is for, item before group, larger quantity break first."""
    whom = 0 if found["customer_id"] else 1 if found["customer_group_id"] else 2
    return (whom, 0 if found["product_id"] else 1, -found["quantity"])


def available_document_discount(books: Books, customer: sqlite3.Row, goods: int) -> int:
    """Return the better of the customer's invoice discount and its order value discount, for goods in pence."""
    by_value = 0
    if customer["order_discount_id"] and switched_on(books, "use_order_value_discounts"):
        by_value = books.value(
            "SELECT percent FROM order_value_break WHERE discount_id = ? AND value <= ? ORDER BY value DESC",
            customer["order_discount_id"],
            goods,
        )
    return max(int(by_value or 0), int(customer["document_discount"]))
