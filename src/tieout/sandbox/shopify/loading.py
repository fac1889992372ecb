"""Fills the shop from plain JSON: a location, variants with stock, orders with what was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify.books import (
    Address,
    Books,
    Customer,
    Line,
    LineGroup,
    Order,
    Transaction,
)
from tieout.sandbox.shopify.figures import Currencies, gid, minor
from tieout.sandbox.shopify.fulfilling import location_of, reserve, went_at_once
from tieout.sandbox.shopify.rest import order_body
from tieout.sandbox.shopify.shop import Shop
from tieout.sandbox.shopify.stock import Level, Location, Variant

DRAFT_SOURCE = "shopify_draft_order"


def load(shop: Shop, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> dict[str, object]:
    """Enter all that is given and return ids: {"location", "variants": by sku, "orders": by name}.

    ValueError says in a sentence what is wrong; nothing is announced unless "notify" is true.
    """
    books = shop.books
    place = _location(books, str(given.get("location") or ""))
    variants = [_variant(books, place, v, now) for v in given.get("variants") or ()]
    for one in given.get("levels") or ():
        _stock(shop, one, now)
    orders = [enter_order(shop, o, now) for o in given.get("orders") or ()]
    for order in orders:
        _commit(shop, order, now)
    if given.get("notify"):
        for order in orders:
            entry.effect("order.created", name=order.name)
            shop.announce("orders/create", order_body(order), now)
    return {
        "location": gid("Location", place.id),
        "variants": {
            v.sku: {
                "variant": gid("ProductVariant", v.id),
                "inventory_item": gid("InventoryItem", v.inventory_item_id),
            }
            for v in variants
        },
        "orders": {
            o.name: {
                "id": gid("Order", o.id),
                "legacy_id": str(o.id),
                "line_items": [{"id": gid("LineItem", x.id), "sku": x.sku} for x in o.lines],
            }
            for o in orders
        },
    }


def _location(books: Books, name: str) -> Location:
    for place in books.locations.values():
        if name in {"", place.name}:
            return place
    place = Location(id=books.new_id(), name=name or "Shop location")
    books.locations[place.id] = place
    return place


def _variant(books: Books, place: Location, given: Mapping[str, Any], now: datetime) -> Variant:
    sku = str(given["sku"])
    if sku in books.variants_by_sku:
        raise ValueError(f"the sku {sku} is there already")
    variant = Variant(
        id=books.new_id(),
        product_id=books.new_id(),
        inventory_item_id=books.new_id(),
        sku=sku,
        title=str(given.get("title") or sku),
        price=minor(given.get("price", "0.00")),
    )
    stock = int(given.get("available", 0))
    books.variants[variant.id] = variant
    books.variants_by_sku[sku] = variant
    books.variants_by_item[variant.inventory_item_id] = variant
    books.levels[variant.inventory_item_id, place.id] = Level(
        id=books.new_id(),
        inventory_item_id=variant.inventory_item_id,
        location_id=place.id,
        available=stock,
        on_hand=stock,
        updated_at=now,
    )
    return variant


def _stock(shop: Shop, given: Mapping[str, Any], now: datetime) -> None:
    """Stock a known sku at one more location."""
    place = _location(shop.books, str(given.get("location") or ""))
    level = shop.level(shop.books.variants_by_sku[str(given["sku"])].inventory_item_id, place.id, now)
    level.available = int(given.get("available", 0))
    level.on_hand = level.available + level.committed


def _commit(shop: Shop, order: Order, now: datetime) -> None:
    """Commit what an order is still to get, beside what is available: the stock was given after these orders."""
    place = location_of(order, shop.books)
    if order.fulfilled or order.cancelled_at or place is None:
        return
    for line in order.lines:
        if line.variant is not None:
            level = shop.level(line.variant.inventory_item_id, place, now)
            level.on_hand += line.quantity
            reserve(line, level)


def enter_order(shop: Shop, given: Mapping[str, Any], now: datetime) -> Order:
    """Enter one order, paid in full, and return it; ValueError says in a sentence what is wrong."""
    books = shop.books
    name = str(given["name"])
    if name in books.orders_by_name:
        raise ValueError(f"the order {name} is there already")
    created = _moment(given.get("created_at"), now)
    digits = "".join(c for c in name if c.isdecimal())
    shipping = given.get("shipping") or {}
    source = str(given.get("source_name") or "web")
    customer = _customer(books, given.get("customer") or {})
    order = Order(
        id=books.new_id(),
        number=int(digits) % 2**31 if digits else len(books.orders) + 1,
        name=name,
        created_at=created,
        updated_at=created,
        customer=customer,
        currencies=_currencies(given),
        taxes_included=bool(given.get("taxes_included", True)),
        lines=_lines(books, given.get("lines") or ()),
        shipping_id=books.new_id(),
        shipping=minor(shipping.get("price", "0.00")),
        shipping_tax=minor(shipping.get("tax", "0.00")),
        agreement_id=books.new_id(),
        fulfilled=bool(given.get("fulfilled", True)),
        note=str(given.get("note") or ""),
        tags=tuple(given.get("tags") or ()),
        attributes=tuple((str(k), str(v)) for k, v in (given.get("attributes") or {}).items()),
        app=shop.app_called(str(given["app"])) if given.get("app") else None,
        source_name=source,
        source_identifier=str(given.get("source_identifier") or ""),
        shipping_address=_address_of(books, given, customer, source),
        retail_location=_location(books, str(given["retail_location"])) if given.get("retail_location") else None,
        cancelled_at=_moment(given["cancelled_at"], now) if given.get("cancelled_at") else None,
    )
    _pay(books, order, given)
    _keep(books, order)
    return order


def _keep(books: Books, order: Order) -> None:
    """Put an order into the books, with what left when it was made."""
    if order.shipping_address:
        books.addresses[order.customer.id] = order.shipping_address
    books.orders[order.id] = order
    books.orders_by_name[order.name] = order
    if order.fulfilled:
        went_at_once(books, order)


def _pay(books: Books, order: Order, given: Mapping[str, Any]) -> None:
    """Enter the payment in full, or the payments as given; an order of nought is not paid for."""
    gateway = str(given.get("gateway") or "shopify_payments")
    payments = given.get("payments") or [{"gateway": gateway, "amount": None}] * bool(order.total)
    for one in payments:
        order.transactions.append(
            Transaction(
                id=books.new_id(),
                kind="SALE",
                status="SUCCESS",
                gateway=str(one.get("gateway") or gateway),
                amount=order.total if one.get("amount") is None else minor(one["amount"]),
                created_at=order.created_at,
                rounding=minor(given.get("cash_rounding") or "0.00"),
            )
        )


def _currencies(given: Mapping[str, Any]) -> Currencies:
    shop = str(given.get("currency") or "GBP")
    shown = given.get("presentment") or {}
    rate = Decimal(str(shown.get("rate") or "1"))
    if rate <= 0:
        raise ValueError(f"the rate {rate} is not above nought")
    return Currencies(shop=shop, presentment=str(shown.get("currency") or shop), rate=rate)


def _address_of(books: Books, given: Mapping[str, Any], customer: Customer, source: str) -> Address | None:
    """Return the address given; an exchange or a completed draft goes where the customer's last order went."""
    entered = given.get("shipping_address")
    if entered:
        texts = {
            name: str(entered.get(name) or "")
            for name in ("name", "address1", "address2", "city", "province", "zip", "country_code", "phone")
        }
        return Address(id=books.new_id(), **texts)
    if source == DRAFT_SOURCE or "exchange" in (given.get("tags") or ()):
        return books.addresses.get(customer.id)
    return None


def _lines(books: Books, given: Sequence[Mapping[str, Any]]) -> list[Line]:
    found: list[Line] = []
    groups: dict[tuple[str, str], LineGroup] = {}
    for one in given:
        quantity = int(one.get("quantity", 1))
        if quantity < 1:
            raise ValueError(f"a line of {one.get('sku')} has the quantity {quantity}")
        sku = str(one.get("sku") or "")
        found.append(
            Line(
                id=books.new_id(),
                sku=sku,
                title=str(one.get("title") or sku),
                quantity=quantity,
                price=minor(one["price"]),
                discount=minor(one.get("discount") or "0.00"),
                tax=minor(one.get("tax") or "0.00"),
                tax_rate=Decimal(str(one.get("tax_rate") or "0")),
                order_level_discount=one.get("discount_level") == "order",
                variant=books.variants_by_sku.get(sku),
                fulfilment_line_id=books.new_id(),
                gift_card=bool(one.get("gift_card")),
                group=_group(books, groups, one["group"]) if one.get("group") else None,
            )
        )
    return found


def _group(books: Books, known: dict[tuple[str, str], LineGroup], given: Mapping[str, Any]) -> LineGroup:
    """Return the bundle; lines of one order that name the same title and sku are in the same one."""
    title, sku = str(given.get("title") or given.get("sku") or ""), str(given.get("sku") or "")
    if (title, sku) not in known:
        quantity = int(given.get("quantity", 1))
        known[title, sku] = LineGroup(id=books.new_id(), title=title, sku=sku, quantity=quantity)
    return known[title, sku]


def _customer(books: Books, given: Mapping[str, Any]) -> Customer:
    number = given.get("id")
    return Customer(
        id=int(str(number)) if str(number or "").isdecimal() else books.new_id(),
        email=str(given.get("email") or ""),
        first_name=str(given.get("first_name") or ""),
        last_name=str(given.get("last_name") or ""),
    )


def _moment(value: object, now: datetime) -> datetime:
    if not value:
        return now
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
