"""The shop at work: everything that changes its books, with the journal entry and the webhooks it causes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from tieout.sandbox.clock import stamp
from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify import refunding, rest
from tieout.sandbox.shopify.books import Books, Line, Order, Refund
from tieout.sandbox.shopify.figures import gid, major
from tieout.sandbox.shopify.fulfilling import FulfilmentDesk
from tieout.sandbox.shopify.payments import Payments
from tieout.sandbox.shopify.refunding import WantedLine, WantedRefund
from tieout.sandbox.shopify.return_books import ShopReturn
from tieout.sandbox.shopify.return_desk import ReturnDesk, has_work
from tieout.sandbox.shopify.returning import WantedReturn, WantedReturnLine
from tieout.sandbox.shopify.stock import AdjustmentGroup, App, Level, StockChange
from tieout.sandbox.webhooks import WebhookSender

TOPICS = (
    "draft_orders/create",
    "draft_orders/update",
    "inventory_levels/update",
    "orders/create",
    "orders/edited",
    "orders/updated",
    "refunds/create",
    "returns/approve",
    "returns/cancel",
    "returns/close",
    "returns/decline",
    "returns/process",
    "returns/reopen",
    "returns/request",
    "returns/update",
    "reverse_fulfillment_orders/dispose",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Where one topic is sent."""

    id: int
    topic: str
    url: str
    name: str


@dataclass(slots=True, kw_only=True)
class ShopSettings:
    """What a test may set: how long refunds stay pending, how many fail, how fast the query bucket refills.

    With `close_processed_returns` (1) a return closes by itself once nothing of it is left to process.
    """

    refund_delay_seconds: float = 0.0
    fail_next_refunds: int = 0
    close_processed_returns: int = 0
    bucket_size: float = 2000.0
    restore_per_second: float = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedChange:
    """A stock movement as asked for, already checked."""

    level: Level
    delta: int


class Shop:
    """Books, subscriptions and the rules that join them; times are given by the caller."""

    def __init__(self, domain: str, client_secret: str, api_version: str, sender: WebhookSender) -> None:
        self.books = Books()
        self.domain = domain
        self.settings = ShopSettings()
        self.subscriptions: dict[int, Subscription] = {}
        self.sender = sender
        self.desk = ReturnDesk(self)
        self.fulfilments = FulfilmentDesk(self)
        self.payments = Payments(self.books)
        self._secret = client_secret.encode()
        self._api_version = api_version
        self.apps = {
            title: App(id=self.books.new_id(), title=title, handle=title.lower().replace(" ", "-"))
            for title in ("Shopify admin", "ReturnGO", "Point of Sale")
        }

    def app_called(self, title: str) -> App:
        """Return the app of this title, known from now on if it was not."""
        if title not in self.apps:
            handle = title.lower().replace(" ", "-")
            self.apps[title] = App(id=self.books.new_id(), title=title, handle=handle)
        return self.apps[title]

    def subscribe(self, topic: str, url: str, name: str = "") -> Subscription:
        """Send this topic to this address from now on."""
        subscription = Subscription(id=self.books.new_id(), topic=topic, url=url, name=name)
        self.subscriptions[subscription.id] = subscription
        return subscription

    def announce(self, topic: str, payload: Mapping[str, object], now: datetime) -> None:
        """Send one event to everybody who subscribed to its topic."""
        event = str(uuid4())
        body = json.dumps(payload).encode()
        for subscription in self.subscriptions.values():
            if subscription.topic != topic:
                continue
            headers = {
                "Content-Type": "application/json",
                "X-Shopify-Topic": topic,
                "X-Shopify-Hmac-Sha256": signature(self._secret, body),
                "X-Shopify-Shop-Domain": self.domain,
                "X-Shopify-API-Version": self._api_version,
                "X-Shopify-Webhook-Id": str(uuid4()),
                "X-Shopify-Event-Id": event,
                "X-Shopify-Triggered-At": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            }
            if subscription.name:
                headers["X-Shopify-Name"] = subscription.name
            self.sender.send(topic, subscription.url, headers, body)

    def settle(self, now: datetime) -> None:
        """Let pending refunds arrive whose time has come."""
        for order in refunding.settle(self.books, now):
            self.announce("orders/updated", rest.order_body(order), now)

    def refund(self, wanted: WantedRefund, now: datetime, entry: JournalEntry) -> Refund:
        """Make a refund, restock what is to be restocked, tell the world; RefundRefusedError when not allowed."""
        refunding.check(wanted)
        fails = bool(wanted.money) and self.settings.fail_next_refunds > 0
        self.settings.fail_next_refunds -= fails
        delay = timedelta(seconds=self.settings.refund_delay_seconds)
        refund = refunding.make(self.books, wanted, now, delay=delay, fails=fails)
        entry.effect(
            "refund.created",
            id=gid("Refund", refund.id),
            order=refund.order.name,
            amount=sum(t.amount for t in refund.transactions),
            key=refund.key,
            app=refund.app.title if refund.app else "",
        )
        if refund.processing is None:
            self._restock(refund, now, entry)
        self.announce("refunds/create", rest.refund_body(refund), now)
        self.announce("orders/updated", rest.order_body(refund.order), now)
        return refund

    def end_refund(self, refund: Refund, status: str, now: datetime, entry: JournalEntry) -> None:
        """Let a pending refund arrive or fail; RefundRefusedError when nothing of it is pending."""
        refunding.end(self.books, refund, status, now)
        entry.effect("refund.ended", id=gid("Refund", refund.id), status=status)
        self.touch(refund.order, now)

    def _restock(self, refund: Refund, now: datetime, entry: JournalEntry) -> None:
        for line in refund.lines:
            if line.restock_type in {"RETURN", "CANCEL"}:
                assert line.location_id is not None, "checked with the rest of the refund"
                free = 0
                if line.restock_type == "CANCEL":
                    free = self.fulfilments.give_free(refund.order, line.line, line.quantity, now)
                if line.quantity > free:
                    self.restock(line.line, line.quantity - free, line.location_id, now, entry)

    def restock(self, line: Line, quantity: int, location: int, now: datetime, entry: JournalEntry) -> None:
        """Put units back on the shelf, when the line is of something that is stocked."""
        if line.variant is not None:
            self._move(self.level(line.variant.inventory_item_id, location, now), quantity, now)
            entry.effect("stock.restocked", sku=line.sku, quantity=quantity)

    def level(self, item: int, location: int, now: datetime) -> Level:
        """Return the stock level, at nought if the item was not stocked there yet."""
        key = (item, location)
        if key not in self.books.levels:
            self.books.levels[key] = Level(
                id=self.books.new_id(),
                inventory_item_id=item,
                location_id=location,
                available=0,
                on_hand=0,
                updated_at=now,
            )
        return self.books.levels[key]

    def _move(self, level: Level, delta: int, now: datetime) -> tuple[StockChange, StockChange]:
        level.available += delta
        level.on_hand += delta
        level.updated_at = now
        self.announce("inventory_levels/update", rest.level_body(level), now)
        item, place = level.inventory_item_id, level.location_id
        return (
            StockChange(
                name="available", delta=delta, after=level.available, inventory_item_id=item, location_id=place
            ),
            StockChange(name="on_hand", delta=delta, after=level.on_hand, inventory_item_id=item, location_id=place),
        )

    def adjust(  # the fields of one adjustment
        self,
        changes: Sequence[WantedChange],
        now: datetime,
        entry: JournalEntry,
        *,
        reason: str,
        reference: str | None,
        app: App | None,
        key: str = "",
    ) -> AdjustmentGroup:
        """Move stock, all of it at once."""
        moved = [change for want in changes for change in self._move(want.level, want.delta, now)]
        group = AdjustmentGroup(
            id=self.books.new_id(),
            created_at=now,
            reason=reason,
            reference_document_uri=reference,
            app=app,
            key=key,
            changes=tuple(moved),
        )
        self.books.groups[group.id] = group
        for want in changes:
            entry.effect(
                "inventory.adjusted",
                id=gid("InventoryAdjustmentGroup", group.id),
                sku=self.books.variants_by_item[want.level.inventory_item_id].sku,
                delta=want.delta,
                reference=reference or "",
                key=key,
            )
        return group

    def open_return(
        self, order: Order, lines: Sequence[tuple[WantedLine, str]], app: App, now: datetime, entry: JournalEntry
    ) -> ShopReturn:
        """Create and approve a native return of these units, each with its reason."""
        wanted = [WantedReturnLine(line=want.line, quantity=want.quantity, reason=reason) for want, reason in lines]
        return self.desk.open(WantedReturn(order=order, lines=wanted, app=app), now, entry)

    def cancel_return(self, shop_return: ShopReturn, now: datetime, entry: JournalEntry) -> None:
        """Cancel a native return that is still open and on which nothing has been done; leave any other."""
        if shop_return.status == "OPEN" and not has_work(shop_return):
            self.desk.decide(shop_return, "cancel", now, entry)

    def touch(self, order: Order, now: datetime) -> None:
        """Note that an order has changed and tell the world."""
        order.updated_at = now
        self.announce("orders/updated", rest.order_body(order), now)


def signature(secret: bytes, body: bytes) -> str:
    """Return the base64 HMAC-SHA256 that Shopify puts beside a webhook."""
    return base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()


def refund_line(refund: Refund) -> dict[str, object]:
    """Return one line of the refund ledger on the control surface; amounts as text."""
    from_books = {
        "id": gid("Refund", refund.id),
        "order": refund.order.name,
        "at": stamp(refund.created_at),
        "note": refund.note,
        "app": refund.app.title if refund.app else "",
        "staff": refund.staff,
        "key": refund.key,
        "return": refund.shop_return.name if refund.shop_return else "",
    }
    return {
        **from_books,
        "amount": major(sum(t.amount for t in refund.transactions)),
        "refunded": major(refund.refunded),
        "shipping": major(refund.shipping),
        "adjustment": major(refund.adjustment),
        "statuses": [t.status for t in refund.transactions],
        "lines": [
            {"sku": x.line.sku, "quantity": x.quantity, "subtotal": major(x.subtotal), "tax": major(x.tax)}
            for x in refund.lines
        ],
    }
