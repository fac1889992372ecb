"""Builds an RMA from what a customer enters, filled up from the shop's order where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tieout.sandbox.returngo.books import Customer, Item, PortalBooks, Rma
from tieout.sandbox.shopify.books import Line, Order, minor, share

RESOLUTION = "RefundToPaymentMethod"


def new_rma(books: PortalBooks, given: Mapping[str, Any], order: Order | None, now: datetime) -> Rma:
    """Return the RMA, not yet entered; ValueError says in a sentence what is wrong."""
    number = int(str(given["number"]).removeprefix("RMA")) if given.get("number") else books.new_rma_id()
    if number in books.rmas:
        raise ValueError(f"the RMA {number} is there already")
    items = [unit for one in given.get("items") or () for unit in _units(books, one, order)]
    if not items:
        raise ValueError("an RMA needs at least one item")
    return Rma(
        id=number,
        status="Pending",
        order_name=str(given.get("order_name") or ""),
        order_id=str(order.id) if order else str(given.get("order_id") or ""),
        customer=_customer(given.get("customer") or {}, order),
        currency=str(given.get("currency") or (order.currency if order else "GBP")),
        created_at=now,
        last_updated=now,
        items=items,
    )


def _units(books: PortalBooks, given: Mapping[str, Any], order: Order | None) -> list[Item]:
    """Return one item for each unit."""
    line = _line(given, order)
    quantity = int(given.get("quantity", 1))
    if quantity < 1:
        raise ValueError(f"the quantity of {given.get('sku')} is {quantity}")
    if line is None and "paid_price" not in given:
        raise ValueError(f"{given.get('sku')} needs a paid_price, since there is no such line in the shop")
    return [_unit(books, given, line, order, index) for index in range(quantity)]


def _unit(books: PortalBooks, given: Mapping[str, Any], line: Line | None, order: Order | None, index: int) -> Item:
    paid, tax = _paid(given, line, index)
    variant = line.variant if line else None
    included = given.get("tax_included", order.taxes_included if order else True)
    return Item(
        id=books.new_id(),
        line_id=str(line.id) if line else _bare(given.get("shopify_line_item_id")),
        product_id=str(variant.product_id) if variant else "",
        variant_id=str(variant.id) if variant else "",
        sku=str(given.get("sku") or (line.sku if line else "")),
        title=str(given.get("title") or (line.title if line else given.get("sku") or "")),
        paid=paid,
        tax=tax,
        tax_included=bool(included),
        reason=str(given.get("reason") or "Does not fit"),
        resolution=str(given.get("resolution") or RESOLUTION),
        restocking_fee=minor(given.get("restocking_fee") or "0.00"),
        return_fee=minor(given.get("return_fee") or "0.00"),
        shipment_fee=minor(given.get("shipment_fee") or "0.00"),
    )


def _paid(given: Mapping[str, Any], line: Line | None, index: int) -> tuple[int, int]:
    """Return price and tax of one unit: as given, or this unit's share of the shop's line."""
    if "paid_price" in given or line is None:
        return minor(given["paid_price"]), minor(given.get("paid_tax") or "0.00")
    done = line.refunded_quantity + index
    worth, taxed = line.refunded_subtotal, line.refunded_tax
    price = tax = 0
    for earlier in range(line.refunded_quantity, done + 1):
        price = share(line.net_of_discount, line.quantity, worth, earlier, 1)
        tax = share(line.tax, line.quantity, taxed, earlier, 1)
        worth, taxed = worth + price, taxed + tax
    return price, tax


def _line(given: Mapping[str, Any], order: Order | None) -> Line | None:
    if order is None:
        return None
    number = _bare(given.get("shopify_line_item_id"))
    for line in order.lines:
        if str(line.id) == number or (not number and line.sku == given.get("sku")):
            return line
    return None


def _bare(value: object) -> str:
    return str(value or "").rsplit("/", 1)[-1]


def _customer(given: Mapping[str, Any], order: Order | None) -> Customer:
    known = order.customer if order else None
    return Customer(
        id=str(given.get("id") or (known.id if known else "")),
        email=str(given.get("email") or (known.email if known else "")),
        first_name=str(given.get("first_name") or (known.first_name if known else "")),
        last_name=str(given.get("last_name") or (known.last_name if known else "")),
    )
