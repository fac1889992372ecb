"""Builds an RMA from what a customer enters, filled up from the shop's order where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tieout.sandbox.returngo.amounts import PAYMENT_METHOD, granted
from tieout.sandbox.returngo.books import WITH_ANY_CARRIER, Customer, Item, PortalBooks, Replacement, Rma
from tieout.sandbox.returngo.storefront import Storefront
from tieout.sandbox.shopify.books import Line, Order
from tieout.sandbox.shopify.figures import Currencies, major, minor, share

PRICE_METHODS = ("CatalogPrice", "PaidPrice")


class Raising:
    """Reads RMAs and units as the control surface and the API give them."""

    def __init__(self, books: PortalBooks, storefront: Storefront) -> None:
        self._books = books
        self._storefront = storefront

    def rma(self, given: Mapping[str, Any], now: datetime) -> Rma:
        """Return the RMA, not yet entered; ValueError says in a sentence what is wrong."""
        books = self._books
        order = self._storefront.order_named(str(given.get("order_name") or ""))
        number = int(str(given["number"]).removeprefix("RMA")) if given.get("number") else books.new_rma_id()
        if number in books.rmas:
            raise ValueError(f"the RMA {number} is there already")
        items: list[Item] = []
        for one in given.get("items") or ():
            items += self.units(one, order, items)
        if not items:
            raise ValueError("an RMA needs at least one item")
        return Rma(
            id=number,
            status="Pending",
            order_name=str(given.get("order_name") or ""),
            order_id=str(order.id) if order else str(given.get("order_id") or ""),
            customer=_customer(given.get("customer") or {}, order),
            currencies=_currencies(given, order),
            created_at=now,
            last_updated=now,
            items=items,
            cancellation_fee=minor(given.get("cancellation_fee") or "0.00"),
            replacements=tuple(self._replacement(one, 0) for one in given.get("exchange") or ()),
        )

    def units(self, given: Mapping[str, Any], order: Order | None, others: Sequence[Item]) -> list[Item]:
        """Return one item for each unit; ValueError says in a sentence what is wrong.

        Units of the same order line among `others` have had their shares of its price already.
        """
        line = _line(given, order)
        quantity = int(given.get("quantity", 1))
        if quantity < 1:
            raise ValueError(f"the quantity of {given.get('sku')} is {quantity}")
        if line is None and "paid_price" not in given:
            raise ValueError(f"{given.get('sku')} needs a paid_price, since there is no such line in the shop")
        included = bool(given.get("tax_included", order.taxes_included if order else True))
        ahead = sum(line is not None and item.line_id == str(line.id) and not _known(item) for item in others)
        return [self._unit(given, line, ahead + index, included=included) for index in range(quantity)]

    def _unit(self, given: Mapping[str, Any], line: Line | None, index: int, *, included: bool) -> Item:
        paid, tax = _paid(given, line, index)
        variant = line.variant if line else None
        terms = str(given.get("resolution_value") or "")
        granted(paid, terms)
        item = Item(
            id=self._books.new_id(),
            line_id=str(line.id) if line else _bare(given.get("shopify_line_item_id")),
            product_id=str(variant.product_id) if variant else "",
            variant_id=str(variant.id) if variant else "",
            sku=str(given.get("sku") or (line.sku if line else "")),
            title=str(given.get("title") or (line.title if line else given.get("sku") or "")),
            paid=paid,
            tax=tax,
            tax_included=included,
            reason=str(given.get("reason") or "Does not fit"),
            resolution=str(given.get("resolution") or PAYMENT_METHOD),
            restocking_fee=minor(given.get("restocking_fee") or "0.00"),
            return_fee=minor(given.get("return_fee") or "0.00"),
            shipment_fee=minor(given.get("shipment_fee") or "0.00"),
            method=str(given.get("return_method") or WITH_ANY_CARRIER),
            policy=str(given.get("policy") or "Standard"),
            terms=terms,
        )
        if item.is_exchanged:
            item.replacements = self._replacements(item, given)
        return item

    def _replacements(self, item: Item, given: Mapping[str, Any]) -> tuple[Replacement, ...]:
        """Return what goes out for the unit: the same goods again when nothing is said, none when [] is."""
        if "exchange" in given:
            return tuple(self._replacement(one, item.gross) for one in given["exchange"] or ())
        same = {"sku": item.sku, "title": item.title, "catalog_price": major(item.gross)}
        return (self._replacement(same, item.gross),)

    def _replacement(self, given: Mapping[str, Any], paid: int) -> Replacement:
        """Return one of the goods chosen; prices left out are the shop's, or what was paid for the unit."""
        sku = str(given["sku"])
        variant = self._storefront.variant(sku)
        method = str(given.get("price_method") or "CatalogPrice")
        if method not in PRICE_METHODS:
            raise ValueError(f"price_method is one of {', '.join(PRICE_METHODS)}, not {method}")
        catalog = minor(given["catalog_price"]) if "catalog_price" in given else variant.price if variant else paid
        free = given.get("free_exchange_price_range") or {}
        return Replacement(
            product_id=str(variant.product_id) if variant else "",
            variant_id=str(variant.id) if variant else "",
            sku=sku,
            title=str(given.get("title") or (variant.title if variant else sku)),
            quantity=int(given.get("quantity", 1)),
            price_method=method,
            catalog=catalog,
            effective=minor(given["effective_price"]) if "effective_price" in given else catalog,
            free_min=minor(free.get("min") or "0.00"),
            free_max=minor(free.get("max") or "0.00"),
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


def _known(item: Item) -> bool:
    """Say whether the shop's own count of refunded units holds the unit."""
    return item.refunded_elsewhere or (item.settled and item.resolution == PAYMENT_METHOD)


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


def _currencies(given: Mapping[str, Any], order: Order | None) -> Currencies:
    """Return the order's currencies, or the ones given for goods that the shop does not know."""
    if order is not None:
        return order.currencies
    shop, shown = str(given.get("currency") or "GBP"), given.get("presentment") or {}
    rate = Decimal(str(shown.get("rate") or "1"))
    return Currencies(shop=shop, presentment=str(shown.get("currency") or shop), rate=rate)


def _customer(given: Mapping[str, Any], order: Order | None) -> Customer:
    known = order.customer if order else None
    return Customer(
        id=str(given.get("id") or (known.id if known else "")),
        email=str(given.get("email") or (known.email if known else "")),
        first_name=str(given.get("first_name") or (known.first_name if known else "")),
        last_name=str(given.get("last_name") or (known.last_name if known else "")),
    )
