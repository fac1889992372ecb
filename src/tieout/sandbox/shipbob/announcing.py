"""Sends webhooks, signed as Standard Webhooks says, to everybody who subscribed to the topic."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from itertools import count

from standardwebhooks.webhooks import Webhook

from tieout.sandbox.shipbob.books import Books
from tieout.sandbox.webhooks import WebhookSender

TOPICS_2026_01 = (
    "order.shipped",
    "order.shipment.delivered",
    "order.shipment.exception",
    "order.shipment.on_hold",
    "order.shipment.cancelled",
    "return.created",
    "return.updated",
    "return.completed",
    "billing.charge.created",
    "billing.refund.created",
    "billing.credit.created",
)
TOPICS_2026_07 = (
    *TOPICS_2026_01,
    "order.delivered",
    "order.shipment.tracking.updated",
    "order.shipment.address.updated",
    "order.shipment.line_item.added",
    "order.shipment.line_item.removed",
    "order.shipment.line_item.updated",
    "order.shipment.shipping_service.updated",
    "wro.created",
    "wro.updated",
    "wro.completed",
    "wro.box.arrived",
    "wro.box.scanned",
    "wro.box.stowed",
)
TOPICS = {"2026-01": TOPICS_2026_01, "2026-07": TOPICS_2026_07}


class Announcer:
    """Tells every subscriber; `unpadded` leaves the signature's last = away, as the documents' sample does.

    What is signed is the machine's own time, wherever the clock of the estate stands: whoever receives it compares it
    with theirs, so that an old message cannot be sent again.
    """

    def __init__(self, books: Books, sender: WebhookSender) -> None:
        self._books = books
        self._numbers = count(1)
        self.sender = sender
        self.unpadded = False

    def announce(self, topic: str, body: object) -> None:
        """Send one event."""
        for hook in self._books.hooks.values():
            if topic not in hook.topics:
                continue
            payload = json.dumps(body, separators=(",", ":"))
            number, at = f"msg_{next(self._numbers):027d}", datetime.now(UTC)
            signature = Webhook(hook.secret).sign(number, at, payload)
            headers = {
                "content-type": "application/json",
                "webhook-id": number,
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": signature.rstrip("=") if self.unpadded else signature,
                "x-webhook-topic": topic,
            }
            self.sender.send(topic, hook.url, headers, payload.encode())


def is_secret(text: str) -> bool:
    """Say whether something can be used as a signing secret: base64, with or without whsec_ before it."""
    try:
        return bool(base64.b64decode(text.removeprefix("whsec_"), validate=True))
    except binascii.Error:
        return False
