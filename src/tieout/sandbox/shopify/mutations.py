"""The mutation root of the graph: refunds, stock adjustments, webhook subscriptions, and where the others stand.

Refunds and what changes stock need `@idempotent(key:)`, see `idempotency.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graphql import GraphQLError

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify.books import Line, Order
from tieout.sandbox.shopify.figures import minor, number_of
from tieout.sandbox.shopify.fulfilment_mutations import FulfilmentMutations
from tieout.sandbox.shopify.idempotency import SAID, Attempt, Info, content_of, key_of, trouble_with
from tieout.sandbox.shopify.metafields import MetafieldMutations
from tieout.sandbox.shopify.paging import View
from tieout.sandbox.shopify.queries import subscription_view
from tieout.sandbox.shopify.refund_views import refund_view
from tieout.sandbox.shopify.refunding import RefundRefusedError, WantedLine, WantedMoney, WantedRefund
from tieout.sandbox.shopify.return_mutations import ReturnMutations
from tieout.sandbox.shopify.shop import TOPICS, Shop, WantedChange
from tieout.sandbox.shopify.stock import App
from tieout.sandbox.shopify.stock_mutations import StockMutations
from tieout.sandbox.shopify.stock_views import group_view
from tieout.sandbox.shopify.views import order_view

REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
)


class AdjustmentRefusedError(Exception):
    """The stock adjustment cannot be made."""

    def __init__(self, code: str, message: str, *path: str) -> None:
        super().__init__(message)
        self.code = code
        self.path = path


class Mutations:
    """Resolves the fields of `Mutation`; one per shop, since it remembers the keys."""

    def __init__(self, shop: Shop, client: App) -> None:
        self._shop = shop
        self._client = client
        self._returns = ReturnMutations(shop, client)
        self._attempts: dict[str, Attempt] = {}
        self._fulfilments = FulfilmentMutations(shop)
        self._metafields = MetafieldMutations(shop)
        self._stock = StockMutations(shop, client, self._attempts, REASONS)

    def roots(self, now: datetime, entry: JournalEntry) -> dict[str, object]:
        """Return a resolver for each field of the mutation root, working at this moment."""
        return {
            **self._returns.roots(now, entry),
            **self._fulfilments.roots(now, entry),
            **self._metafields.roots(now, entry),
            "inventorySetQuantities": lambda info, *, input: self._stock.set_quantities(info, input, now, entry),  # noqa: A006
            "refundCreate": lambda info, *, input: self._refund(info, input, now, entry),  # noqa: A006
            "inventoryAdjustQuantities": lambda info, *, input: self._adjust(info, input, now, entry),  # noqa: A006
            "webhookSubscriptionCreate": self._subscribe,
            "webhookSubscriptionDelete": self._unsubscribe,
        }

    def _refund(self, info: Info, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> View:
        books = self._shop.books
        key = key_of(info)
        content = content_of("refundCreate", given)
        attempt = self._attempts.get(key)
        if attempt is not None:
            trouble = trouble_with(attempt, content)
            if trouble:
                return _refused(f"{trouble}: {SAID[trouble]}")
            first = books.refunds[attempt.result]
            return {
                "order": order_view(first.order, books),
                "refund": refund_view(first, books),
                "userErrors": [],
            }
        try:
            wanted = self._wanted_refund(given, key)
            refund = self._shop.refund(wanted, now, entry)
        except RefundRefusedError as error:
            self._attempts[key] = Attempt(content=content, result=0)
            return _refused(str(error), *error.path)
        self._attempts[key] = Attempt(content=content, result=refund.id)
        return {
            "order": order_view(refund.order, books),
            "refund": refund_view(refund, books),
            "userErrors": [],
        }

    def _wanted_refund(self, given: Mapping[str, Any], key: str) -> WantedRefund:
        order = self._shop.books.orders.get(number_of(given["orderId"], "Order"))
        if order is None:
            raise RefundRefusedError("Order does not exist", "orderId")
        both = order.currencies
        needed = {both.presentment} if both.presentment != both.shop else {None, both.shop}
        if given.get("currency") not in needed:
            raise RefundRefusedError("Currency must be the presentment currency of the order", "currency")
        lines = tuple(self._wanted_line(order, line) for line in given.get("refundLineItems") or ())
        return WantedRefund(
            order=order,
            lines=lines,
            money=self._wanted_money(order, given),
            shipping=_shipping(order, given.get("shipping") or {}),
            note=given.get("note") or "",
            reason=given.get("discrepancyReason") or "",
            over=bool(given.get("allowOverRefunding")),
            app=self._client,
            key=key,
        )

    def _wanted_line(self, order: Order, given: Mapping[str, Any]) -> WantedLine:
        number = number_of(given["lineItemId"], "LineItem")
        line: Line | None = next((x for x in order.lines if x.id == number), None)
        if line is None:
            raise RefundRefusedError("Line item does not belong to the order", "refundLineItems", "lineItemId")
        location = number_of(given.get("locationId") or "", "Location")
        if given.get("locationId") and location not in self._shop.books.locations:
            raise RefundRefusedError("Location does not exist", "refundLineItems", "locationId")
        return WantedLine(
            line=line,
            quantity=given["quantity"],
            restock_type=given.get("restockType") or "NO_RESTOCK",
            location_id=location or None,
        )

    def _wanted_money(self, order: Order, given: Mapping[str, Any]) -> tuple[WantedMoney, ...]:
        found: list[WantedMoney] = []
        for index, money in enumerate(given.get("transactions") or ()):
            at = ("transactions", str(index))
            if money["kind"] != "REFUND":
                raise RefundRefusedError("Kind must be refund", *at, "kind")
            number = number_of(money.get("parentId") or "", "OrderTransaction")
            parent = next((t for t in order.transactions if t.id == number and t.kind == "SALE"), None)
            if parent is None:
                raise RefundRefusedError("Parent transaction was not found on the order", *at, "parentId")
            if money["gateway"] != parent.gateway:
                raise RefundRefusedError("Gateway differs from the parent transaction's", *at, "gateway")
            found.append(
                WantedMoney(amount=_amount(money["amount"], order, *at), gateway=parent.gateway, parent=parent)
            )
        for method in given.get("refundMethods") or ():
            credit = method.get("storeCreditRefund")
            if credit:
                amount = _amount(credit["amount"]["amount"], order, "refundMethods")
                found.append(WantedMoney(amount=amount, gateway="shopify_store_credit"))
        return tuple(found)

    def _adjust(self, info: Info, given: Mapping[str, Any], now: datetime, entry: JournalEntry) -> View:
        books = self._shop.books
        key = key_of(info)
        content = content_of("inventoryAdjustQuantities", given)
        attempt = self._attempts.get(key)
        if attempt is not None:
            trouble = trouble_with(attempt, content)
            if trouble:
                return _not_adjusted(trouble, SAID[trouble])
            return {
                "inventoryAdjustmentGroup": group_view(books.groups[attempt.result], books),
                "userErrors": [],
            }
        if any("changeFromQuantity" not in change for change in given["changes"]):
            raise GraphQLError("changeFromQuantity must be given for each change; null skips the comparison.")
        try:
            changes = self._wanted_changes(given, now)
        except AdjustmentRefusedError as error:
            self._attempts[key] = Attempt(content=content, result=0)
            return _not_adjusted(error.code, str(error), *error.path)
        group = self._shop.adjust(
            changes,
            now,
            entry,
            reason=given["reason"],
            reference=given.get("referenceDocumentUri"),
            app=self._client,
            key=key,
        )
        self._attempts[key] = Attempt(content=content, result=group.id)
        return {"inventoryAdjustmentGroup": group_view(group, books), "userErrors": []}

    def _wanted_changes(self, given: Mapping[str, Any], now: datetime) -> list[WantedChange]:
        if given["name"] != "available":
            raise AdjustmentRefusedError(
                "INVALID_QUANTITY_NAME", "Only the quantity available is served.", "input", "name"
            )
        if given["reason"] not in REASONS:
            raise AdjustmentRefusedError("INVALID_REASON", "The specified reason is invalid.", "input", "reason")
        reference = given.get("referenceDocumentUri")
        if reference is not None and "://" not in reference:
            raise AdjustmentRefusedError(
                "INVALID_REFERENCE_DOCUMENT", "The reference document is not a URI.", "input", "referenceDocumentUri"
            )
        return [self._wanted_change(change, now, str(i)) for i, change in enumerate(given["changes"])]

    def _wanted_change(self, change: Mapping[str, Any], now: datetime, index: str) -> WantedChange:
        at = ("input", "changes", index)
        books = self._shop.books
        item = number_of(change["inventoryItemId"], "InventoryItem")
        place = number_of(change["locationId"], "Location")
        if item not in books.variants_by_item:
            raise AdjustmentRefusedError(
                "INVALID_INVENTORY_ITEM", "The inventory item could not be found.", *at, "inventoryItemId"
            )
        if place not in books.locations:
            raise AdjustmentRefusedError("INVALID_LOCATION", "The location could not be found.", *at, "locationId")
        if change.get("ledgerDocumentUri"):
            raise AdjustmentRefusedError(
                "INVALID_AVAILABLE_DOCUMENT", "Available takes no ledger document.", *at, "ledgerDocumentUri"
            )
        if (item, place) not in books.levels:
            raise AdjustmentRefusedError(
                "ITEM_NOT_STOCKED_AT_LOCATION", "The item is not stocked at the location.", *at, "locationId"
            )
        level = self._shop.level(item, place, now)
        expected = change["changeFromQuantity"]
        if expected is not None and expected != level.available:
            raise AdjustmentRefusedError(
                "CHANGE_FROM_QUANTITY_STALE",
                f"The quantity is {level.available}, not {expected}.",
                *at,
                "changeFromQuantity",
            )
        return WantedChange(level=level, delta=change["delta"])

    def _subscribe(self, _: object, *, topic: str, webhookSubscription: Mapping[str, Any]) -> View:  # noqa: N803
        words = topic.lower().split("_")
        name = next(t for t in TOPICS if t.replace("/", "_").split("_") == words)
        uri = webhookSubscription.get("uri")
        if not uri:
            error = {"field": ["webhookSubscription", "uri"], "message": "Address can't be blank"}
            return {"webhookSubscription": None, "userErrors": [error]}
        made = self._shop.subscribe(name, uri, webhookSubscription.get("name") or "")
        return {"webhookSubscription": subscription_view(made), "userErrors": []}

    def _unsubscribe(self, _: object, *, id: str) -> View:  # noqa: A002  # Shopify's word
        gone = self._shop.subscriptions.pop(number_of(id, "WebhookSubscription"), None)
        if gone is None:
            error = {"field": ["id"], "message": "Webhook subscription does not exist"}
            return {"deletedWebhookSubscriptionId": None, "userErrors": [error]}
        return {"deletedWebhookSubscriptionId": id, "userErrors": []}


def _refused(message: str, *path: str) -> View:
    error = {"field": list(path) or None, "message": message}
    return {"order": None, "refund": None, "userErrors": [error]}


def _not_adjusted(code: str, message: str, *path: str) -> View:
    error = {"code": code, "field": list(path) or None, "message": message}
    return {"inventoryAdjustmentGroup": None, "userErrors": [error]}


def _amount(value: object, order: Order, *path: str) -> int:
    """Return an amount that was given as the customer saw it in the shop's currency."""
    try:
        return order.currencies.in_shop(minor(value))
    except ValueError as error:
        raise RefundRefusedError(f"{error}", *path, "amount") from error


def _shipping(order: Order, given: Mapping[str, Any]) -> int:
    if given.get("fullRefund"):
        return order.shipping - sum(r.shipping for r in order.refunds)
    return _amount(given["amount"], order, "shipping") if given.get("amount") is not None else 0
