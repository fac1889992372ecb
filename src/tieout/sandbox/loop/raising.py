"""Builds a return from what a customer enters, filled up from the shop's order where there is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tieout.sandbox.loop.amounts import Worth, part
from tieout.sandbox.loop.books import OUTCOMES, Customer, Exchange, LoopBooks, LoopReturn, Unit
from tieout.sandbox.shopify.books import Books, Line, Order, minor, share


def new_return(
    books: LoopBooks, given: Mapping[str, Any], order: Order | None, shop: Books | None, now: datetime
) -> LoopReturn:
    """Return the return, not yet entered; ValueError says in a sentence what is wrong."""
    taken: Counter[int] = Counter()
    units = [unit for one in given.get("lines") or () for unit in _units(books, one, order, shop, taken, now)]
    if not units:
        raise ValueError("a return needs at least one line")
    name = order.name if order else str(given.get("order_name") or "")
    return LoopReturn(
        id=books.new_return_id(),
        state="open",
        order_id=books.order_id(name),
        order_name=name,
        provider_order_id=str(order.id) if order else str(given.get("provider_order_id") or ""),
        order_number=name.lstrip("#"),
        customer=_customer(given.get("customer") or {}, order),
        currency=str(given.get("currency") or (order.currency if order else "GBP")),
        created_at=now,
        updated_at=now,
        units=units,
        handling_fee=minor(given.get("handling_fee") or "0.00"),
        bonus_percent=int(given.get("bonus_percent") or 0),
        method=str(given.get("return_method") or "prepaid_label"),
    )


def _units(
    books: LoopBooks,
    given: Mapping[str, Any],
    order: Order | None,
    shop: Books | None,
    taken: Counter[int],
    now: datetime,
) -> list[Unit]:
    """Return one unit for each piece; `taken` counts the pieces of each line within this return."""
    line = _line(given, order)
    quantity = int(given.get("quantity", 1))
    outcome = str(given.get("outcome") or ("exchange" if given.get("exchange") else "refund"))
    if quantity < 1:
        raise ValueError(f"the quantity of {given.get('sku')} is {quantity}")
    if outcome not in OUTCOMES:
        raise ValueError(f"{outcome} is no outcome; there are {', '.join(OUTCOMES)}")
    if line is None and "price" not in given:
        raise ValueError(f"{given.get('sku')} needs a price, since there is no such line in the shop")
    found = []
    for _ in range(quantity):
        worth = _worth(given, line, order, taken)
        unit = _unit(books, given, line, worth, now)
        unit.outcome = outcome
        if outcome == "exchange":
            unit.exchange = _exchange(books, given.get("exchange") or {}, unit, shop)
        found.append(unit)
    return found


def _unit(books: LoopBooks, given: Mapping[str, Any], line: Line | None, worth: Worth, now: datetime) -> Unit:
    variant = line.variant if line else None
    return Unit(
        id=books.new_id(),
        provider_line_id=str(line.id) if line else str(given.get("provider_line_item_id") or ""),
        product_id=str(variant.product_id) if variant else "",
        variant_id=str(variant.id) if variant else "",
        sku=line.sku if line else str(given.get("sku") or ""),
        title=line.title if line else str(given.get("title") or given.get("sku") or ""),
        worth=worth,
        reason=str(given.get("reason") or "Item was too big"),
        parent_reason=str(given.get("parent_reason") or "Item didn't fit"),
        comment=str(given.get("comment") or ""),
        outcome="refund",
        returned_at=now,
    )


def _worth(given: Mapping[str, Any], line: Line | None, order: Order | None, taken: Counter[int]) -> Worth:
    """Return what one unit is worth: as given, or the next unit's share of the shop's line."""
    included = bool(given.get("tax_included", order.taxes_included if order else True))
    if "price" in given or line is None:
        price, tax = minor(given["price"]), minor(given.get("tax") or "0.00")
        paid = price - minor(given.get("discount") or "0.00")
        return Worth(price=price, gross=paid if included else paid + tax, tax=tax, tax_included=included)
    done = line.refunded_quantity + taken[line.id]
    worth, taxed = line.refunded_subtotal, line.refunded_tax
    paid = tax = 0
    for earlier in range(line.refunded_quantity, done + 1):
        paid = share(line.net_of_discount, line.quantity, worth, earlier, 1)
        tax = share(line.tax, line.quantity, taxed, earlier, 1)
        worth, taxed = worth + paid, taxed + tax
    taken[line.id] += 1
    return Worth(price=line.price, gross=paid if included else paid + tax, tax=tax, tax_included=included)


def _exchange(books: LoopBooks, given: Mapping[str, Any], unit: Unit, shop: Books | None) -> Exchange:
    """Return what goes out; without a price, the shop's, and without that what the unit's list price was."""
    sku = str(given.get("sku") or unit.sku)
    variant = shop.variants_by_sku.get(sku) if shop else None
    price = minor(given["price"]) if "price" in given else variant.price if variant else unit.worth.price
    old = unit.worth
    bare = old.gross if old.tax_included else old.gross - old.tax
    tax = part(price, old.tax, bare)
    worth = Worth(price=price, gross=price if old.tax_included else price + tax, tax=tax, tax_included=old.tax_included)
    return Exchange(
        id=books.new_id(),
        product_id=str(variant.product_id) if variant else "",
        variant_id=str(variant.id) if variant else "",
        sku=sku,
        title=str(given.get("title") or (variant.title if variant else sku)),
        worth=worth,
    )


def _line(given: Mapping[str, Any], order: Order | None) -> Line | None:
    if order is None:
        return None
    number = str(given.get("provider_line_item_id") or "").rsplit("/", 1)[-1]
    for line in order.lines:
        if str(line.id) == number or (not number and line.sku == given.get("sku")):
            return line
    return None


def _customer(given: Mapping[str, Any], order: Order | None) -> Customer:
    known = order.customer if order else None
    return Customer(
        email=str(given.get("email") or (known.email if known else "")),
        first_name=str(given.get("first_name") or (known.first_name if known else "")),
        last_name=str(given.get("last_name") or (known.last_name if known else "")),
    )
