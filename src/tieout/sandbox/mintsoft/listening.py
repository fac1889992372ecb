"""Tells those who registered for one order or one notice; nothing is signed."""

from __future__ import annotations

import json

from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.goods_in_views import notice_view
from tieout.sandbox.mintsoft.order_views import order_view
from tieout.sandbox.mintsoft.rows import ConnectAction, Notice, Order
from tieout.sandbox.mintsoft.wire import Fields
from tieout.sandbox.webhooks import WebhookSender

CODES = {"despatched": 0, "cancelled": 1, "delivered": 2, "split": 4}
HEADERS_CODE = 3


class Listening:
    """Posts to the addresses in the ExtraCodes of an order or a notice."""

    def __init__(self, books: Books, sender: WebhookSender) -> None:
        self._books = books
        self._sender = sender

    def tell(self, event: str, order: Order, other: Order | None = None) -> None:
        """Tell what has happened to an order; a split is told with the new order beside it."""
        body = order_view(self._books, order)
        if other is not None:
            body = {"OriginalOrder": body, "NewOrder": order_view(self._books, other)}
        for action in order.actions:
            self._post(f"order.{event}", action.codes[CODES[event]], body, {})

    def tell_booked(self, notice: Notice) -> None:
        """Tell that something of a notice was booked in, with the headers that were registered."""
        for action in notice.actions:
            body = notice_view(self._books, notice, items=True)
            self._post("asn.booked", action.codes[0], body, _headers(action.codes[HEADERS_CODE]))

    def _post(self, topic: str, url: str, body: object, headers: dict[str, str]) -> None:
        if url.startswith(("http://", "https://")):
            sent = {"Content-Type": "application/json; charset=utf-8", **headers}
            self._sender.send(topic, url, sent, json.dumps(body).encode())


def listener(books: Books, given: Fields) -> ConnectAction:
    """Return who wants to hear; it gets an id of its own."""
    codes = tuple(given.text(f"ExtraCode{number}") for number in range(1, 6))
    return ConnectAction(id=books.new_id("connect action"), codes=codes)


def _headers(code: str) -> dict[str, str]:
    """Read `Name: value` lines, or take the whole text as the Authorization header."""
    if not code:
        return {}
    name, colon, value = code.partition(":")
    return {name.strip(): value.strip()} if colon else {"Authorization": code}
