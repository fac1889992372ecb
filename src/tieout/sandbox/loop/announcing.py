"""Sends the portal's webhooks: which topic says what for which trigger, and the signature beside it.

A body is written as Loop writes it: slashes escaped, no newlines. The signature is of exactly those bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from tieout.sandbox.loop.books import LoopBooks, LoopReturn
from tieout.sandbox.loop.views import SHOP_ID, Json, offset, split_of, webhook_view
from tieout.sandbox.shopify.books import major
from tieout.sandbox.webhooks import WebhookSender

TOPICS = (
    "return",
    "label",
    "restock",
    "label.request",
    "giftcard",
    "happy.returns.shipment",
    "return.processing",
)
TRIGGERS = (
    "return.created",
    "return.updated",
    "return.closed",
    "label.created",
    "label.updated",
    "restock.requested",
    "label.request.issued",
    "label.request.cancelled",
    "giftcard.requested",
    "shipment.processed",
    "return.processing.failed",
)


class Announcer:
    """Tells everybody who subscribed; a topic that has nothing to say to a trigger gets an empty body."""

    def __init__(self, books: LoopBooks, sender: WebhookSender, secret: str) -> None:
        self._books = books
        self._sender = sender
        self._secret = secret.encode()

    def announce(self, trigger: str, ret: LoopReturn, *, net: bool, **more: str | int | None) -> None:
        """Send one event of a return to every active subscription to its trigger."""
        for hook in self._books.hooks.values():
            if not hook.active or hook.trigger != trigger:
                continue
            body = encoded(_body(hook.topic, trigger, ret, more, net=net))
            headers = {"Content-Type": "application/json", "X-Loop-Signature": signature(self._secret, body)}
            self._sender.send(trigger, hook.url, headers, body)


def encoded(payload: Json | list[object]) -> bytes:
    """Return the bytes that go out."""
    return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()


def signature(secret: bytes, body: bytes) -> str:
    """Return the base64 HMAC-SHA256 of the body."""
    return base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()


def _body(
    topic: str, trigger: str, ret: LoopReturn, more: dict[str, str | int | None], *, net: bool
) -> Json | list[object]:
    head: Json = {"topic": topic, "trigger": trigger}
    about = trigger.split(".", 1)[0]
    if topic == "return" and trigger.startswith(("return.", "label.")) and trigger != "return.processing.failed":
        return {**head, **webhook_view(ret, net=net)}
    if topic == "label" and about == "label" and ret.label is not None:
        return {**head, **_label(ret)}
    if topic == "giftcard" and about == "giftcard":
        return {**head, **_gift_card(ret)}
    if (topic, trigger) in {("return.processing", "return.processing.failed"), ("restock", "restock.requested")}:
        return {**head, **more}
    return []


def _label(ret: LoopReturn) -> Json:
    label = ret.label
    assert label is not None, "asked only when there is a label"
    return {
        "shop_id": SHOP_ID,
        "return_id": ret.id,
        "order_id": str(ret.order_id),
        "provider_order_id": ret.provider_order_id,
        "carrier": label.carrier,
        "tracking_number": label.tracking_number or "N/A",
        "label_status": label.status,
        "label_updated_at": offset(label.updated_at),
        "shipment_id": str(label.id),
    }


def _gift_card(ret: LoopReturn) -> Json:
    total = split_of(ret).gift_card
    worth = sum(u.worth.gross for u in ret.units if u.outcome in {"store_credit", "gift_card"})
    bonus = max(total - worth, 0)
    return {
        "id": ret.gift_card_id,
        "total_credit_issued": major(total),
        "gift_card_subtotal": major(total - bonus),
        "gift_card_tax": "0.00",
        "gift_card_bonus_credit": major(bonus),
        "currency": ret.currency,
        "return_id": str(ret.id),
        "email": ret.customer.email,
        "first_name": ret.customer.first_name,
        "last_name": ret.customer.last_name,
        "external_order_id": int(ret.provider_order_id or 0) or None,
        "external_order_name": ret.order_name,
        "external_order_number": int(ret.order_number) if ret.order_number.isdecimal() else None,
    }
