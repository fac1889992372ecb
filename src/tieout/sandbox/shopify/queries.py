"""The query root of the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from graphql import GraphQLError

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify.books import Books, Draft, Line, Order
from tieout.sandbox.shopify.figures import gid, number_of
from tieout.sandbox.shopify.fulfilment_views import fulfilment_order_view, fulfilment_view
from tieout.sandbox.shopify.money_views import listed
from tieout.sandbox.shopify.paging import Term, View, alternatives, page
from tieout.sandbox.shopify.payment_views import account_view
from tieout.sandbox.shopify.refund_views import refund_view
from tieout.sandbox.shopify.rest import financial_status
from tieout.sandbox.shopify.return_views import return_view, reverse_view
from tieout.sandbox.shopify.returning import returnable
from tieout.sandbox.shopify.shop import Shop, Subscription
from tieout.sandbox.shopify.stock import Variant
from tieout.sandbox.shopify.stock_views import group_view, item_view, level_view, location_view, variant_view
from tieout.sandbox.shopify.views import fulfilment_line, fulfilment_status, order_view, return_status, sold_lines

T = TypeVar("T")
ORDER_FIELDS = (
    "created_at",
    "financial_status",
    "fulfillment_status",
    "id",
    "name",
    "processed_at",
    "return_status",
    "sku",
    "source_name",
    "tag",
    "updated_at",
)
SORTS: Mapping[str, Callable[[Order], tuple[object, int]]] = {
    "CREATED_AT": lambda order: (order.created_at, order.id),
    "ID": lambda order: (0, order.id),
    "ORDER_NUMBER": lambda order: (order.number, order.id),
    "PROCESSED_AT": lambda order: (order.created_at, order.id),
    "UPDATED_AT": lambda order: (order.updated_at, order.id),
}


class Queries:
    """Resolves the fields of `Query` from the shop's books."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._books = shop.books

    def roots(self) -> dict[str, object]:
        """Return a resolver for each field of the query root."""
        return {
            "shop": self._shop_view(),
            "node": lambda _, *, id: self.node(id),  # noqa: A006  # Shopify's word
            "nodes": lambda _, *, ids: [self.node(one) for one in ids],
            "orders": self._orders,
            "productVariants": self._variants,
            "inventoryItems": self._items,
            "locations": self._locations,
            "location": self._location,
            "returnableFulfillments": self._returnable,
            "shopifyPaymentsAccount": lambda _: account_view(self._shop.payments),
            "webhookSubscriptions": self._subscriptions,
            **{
                field: self._by_id(kind)
                for field, kind in (
                    ("order", "Order"),
                    ("fulfillment", "Fulfillment"),
                    ("fulfillmentOrder", "FulfillmentOrder"),
                    ("return", "Return"),
                    ("refund", "Refund"),
                    ("reverseFulfillmentOrder", "ReverseFulfillmentOrder"),
                    ("draftOrder", "DraftOrder"),
                    ("inventoryItem", "InventoryItem"),
                    ("productVariant", "ProductVariant"),
                )
            },
        }

    def node(self, global_id: str) -> View | None:
        """Return the thing with this id, or None when there is none."""
        text = global_id.split("?", 1)[0]
        if not text.startswith("gid://shopify/") or text.count("/") != 4 or not text.rsplit("/", 1)[1].isdecimal():
            raise GraphQLError(f"Invalid global id '{global_id}'")
        kind = text.split("/")[3]
        number = number_of(text, kind)
        books = self._books
        found: Callable[[], View | None] | None = {
            "Order": lambda: _seen(books.orders.get(number), lambda x: order_view(x, books)),
            "Fulfillment": lambda: _seen(books.fulfilments.get(number), lambda x: fulfilment_view(x, books)),
            "FulfillmentOrder": lambda: _seen(books.orders.get(number), lambda x: fulfilment_order_view(x, books)),
            "Refund": lambda: _seen(books.refunds.get(number), lambda x: refund_view(x, books)),
            "Return": lambda: _seen(books.returns.get(number), lambda x: return_view(x, books)),
            "ReverseFulfillmentOrder": lambda: _seen(books.returns.get(number), lambda x: reverse_view(x, books)),
            "DraftOrder": lambda: _seen(books.drafts.get(number), lambda x: _draft_view(x, books)),
            "ProductVariant": lambda: _seen(books.variants.get(number), lambda x: variant_view(x, books)),
            "InventoryItem": lambda: _seen(books.variants_by_item.get(number), lambda x: item_view(x, books)),
            "Location": lambda: _seen(books.locations.get(number), location_view),
            "InventoryAdjustmentGroup": lambda: _seen(books.groups.get(number), lambda x: group_view(x, books)),
            "InventoryLevel": lambda: _level(books, number),
        }.get(kind)
        return found() if found else None

    def _by_id(self, kind: str) -> Callable[..., View | None]:
        def resolve(_: object, *, id: str) -> View | None:  # noqa: A002  # Shopify's word
            if not number_of(id, kind):
                raise GraphQLError(f"Invalid global id '{id}'")
            return self.node(id)

        return resolve

    def _shop_view(self) -> View:
        return {
            "id": gid("Shop", 1),
            "name": self._shop.domain.split(".", 1)[0],
            "myshopifyDomain": self._shop.domain,
            "currencyCode": "GBP",
            "taxesIncluded": True,
            "ianaTimezone": "Europe/London",
        }

    def _orders(  # Shopify's arguments
        self,
        _: object,
        *,
        first: int | None = None,
        after: str | None = None,
        query: str | None = None,
        reverse: bool = False,
        sortKey: str = "PROCESSED_AT",  # noqa: N803  # Shopify's word
    ) -> View:
        found = list(
            {
                order.id: order
                for words in alternatives(query, ORDER_FIELDS)
                for order in self._candidates(words)
                if all(_order_holds(order, word) for word in words)
            }.values()
        )
        found.sort(key=SORTS[sortKey], reverse=reverse)
        return page(found, lambda o: order_view(o, self._books), SORTS[sortKey], first=first, after=after)

    def _candidates(self, wanted: Sequence[Term]) -> Sequence[Order]:
        """Return the orders worth looking at: one, when the search names it."""
        for term in wanted:
            if term.name == "name":
                order = self._books.order_named(term.value)
                return [order] if order else []
            if term.name == "id" and not term.comparison:
                one = self._books.orders.get(_bare(term.value))
                return [one] if one else []
        return list(self._books.orders.values())

    def _returnable(
        self,
        _: object,
        *,
        orderId: str,  # noqa: N803  # Shopify's word
        first: int | None = None,
        after: str | None = None,
    ) -> View:
        order = self._books.orders.get(number_of(orderId, "Order"))
        found = [order] if order and any(_returnable_lines(order)) else []
        return page(found, lambda o: _returnable_view(o, self._books), lambda o: (0, o.id), first=first, after=after)

    def _variants(
        self, _: object, *, first: int | None = None, after: str | None = None, query: str | None = None
    ) -> View:
        found = self._found_variants(query)
        return page(found, lambda v: variant_view(v, self._books), lambda v: (0, v.id), first=first, after=after)

    def _items(
        self, _: object, *, first: int | None = None, after: str | None = None, query: str | None = None
    ) -> View:
        found = self._found_variants(query)
        return page(found, lambda v: item_view(v, self._books), lambda v: (0, v.id), first=first, after=after)

    def _found_variants(self, query: str | None) -> list[Variant]:
        found = {v.id: v for words in alternatives(query, ("sku", "id")) for v in self._variants_of(words)}
        return list(found.values())

    def _variants_of(self, words: Sequence[Term]) -> Sequence[Variant]:
        if not words:
            return list(self._books.variants.values())
        word = words[0]
        one = (
            self._books.variants_by_sku.get(word.value)
            if word.name == "sku"
            else self._books.variants.get(_bare(word.value))
        )
        return [one] if one else []

    def _locations(self, _: object, *, first: int | None = None, after: str | None = None) -> View:
        found = self._books.locations.values()
        return page(found, location_view, lambda x: (0, x.id), first=first, after=after)

    def _location(self, _: object, *, id: str | None = None) -> View | None:  # noqa: A002  # Shopify's word
        if id is None:
            return next((location_view(x) for x in self._books.locations.values()), None)
        return self.node(id)

    def _subscriptions(self, _: object, *, first: int | None = None, after: str | None = None) -> View:
        found = self._shop.subscriptions.values()
        return page(found, subscription_view, lambda x: (0, x.id), first=first, after=after)


def subscription_view(subscription: Subscription) -> View:
    """Return a WebhookSubscription."""
    return {
        "__typename": "WebhookSubscription",
        "id": gid("WebhookSubscription", subscription.id),
        "topic": subscription.topic.replace("/", "_").upper(),
        "uri": subscription.url,
        "name": subscription.name or None,
    }


def _returnable_lines(order: Order) -> list[tuple[Line, int]]:
    if not order.fulfilled:
        return []
    return [(line, left) for line in sold_lines(order) if (left := returnable(order, line))]


def _returnable_view(order: Order, books: Books) -> View:
    return {
        "__typename": "ReturnableFulfillment",
        "id": gid("ReturnableFulfillment", order.agreement_id),
        "fulfillment": lambda _: fulfilment_view(order.fulfilments[0], books),
        "returnableFulfillmentLineItems": listed(
            _returnable_lines(order),
            lambda x: {"fulfillmentLineItem": fulfilment_line(x[0], order, books), "quantity": x[1]},
            lambda x: x[0].fulfilment_line_id,
        ),
    }


def _draft_view(draft: Draft, books: Books) -> View:
    order = draft.order
    return {
        "__typename": "DraftOrder",
        "id": gid("DraftOrder", draft.id),
        "legacyResourceId": str(draft.id),
        "name": draft.name,
        "status": "COMPLETED" if order else "OPEN",
        "createdAt": stamp(draft.created_at),
        "completedAt": order and stamp(order.created_at),
        "order": (lambda _: order_view(order, books)) if order else None,
        "tags": [str(tag) for tag in draft.body.get("tags") or ()],
    }


def _seen(thing: T | None, view: Callable[[T], View]) -> View | None:
    return None if thing is None else view(thing)


def _level(books: Books, number: int) -> View | None:
    return next((level_view(x, books) for x in books.levels.values() if x.id == number), None)


def _bare(text: str) -> int:
    tail = text.rsplit("/", 1)[-1]
    return int(tail) if tail.isdecimal() else 0


def _order_holds(order: Order, term: Term) -> bool:
    actual: datetime
    match term.name:
        case "name":
            return term.value.lstrip("#") == order.name.lstrip("#")
        case "id":
            return Term("id", term.comparison, f"{_bare(term.value):020d}").holds(f"{order.id:020d}")
        case "tag":
            return term.value in order.tags
        case "sku":
            return any(line.sku == term.value for line in order.lines)
        case "return_status":
            return term.value.lower() == return_status(order).lower()
        case "financial_status":
            return term.value.lower() == financial_status(order).lower()
        case "fulfillment_status":
            return term.value.lower() == fulfilment_status(order).lower().replace("partially_fulfilled", "partial")
        case "source_name":
            return term.value == order.source_name
        case "updated_at":
            actual = order.updated_at
        case _:
            actual = order.created_at
    return term.holds(actual)
