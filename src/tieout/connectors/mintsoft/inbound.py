"""Mintsoft's webhooks: unsigned hints, believed only for naming an order to read again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping

from tieout.connectors.mintsoft.bodies import order_secret
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.times import moment
from tieout.connectors.mintsoft.wire import OrderShape, read_as
from tieout.connectors.transport import Json, parse_json
from tieout.ports.errors import BadAnswer
from tieout.ports.inbound import Envelope, MalformedError, SignatureError

NESTED = ("order", "originalorder", "splitorder", "neworder")
"""Where a split's message may hold the original and the new order: its shape is not documented."""


class MintsoftInbound:
    """Lets in what carries the address's secret, and names the sales order it speaks of."""

    def __init__(self, settings: MintsoftSettings) -> None:
        self._settings = settings

    def open(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Envelope:  # noqa: ARG002 - nothing in the headers proves anything
        """The envelope; SignatureError without the secret, MalformedError when the body is no object."""
        named = query.get("reference", "")
        self._verify(query.get("secret", ""), named)
        event = _event(body)
        order = next(_orders(event), None)
        told = order.external or order.number if order else ""
        stamp = order.despatched or order.updated if order else ""
        number = (named or told).rpartition("-")[0]
        return Envelope(
            external_id=hashlib.sha256(
                b"\x1f".join((body, query.get("event", "").encode(), named.encode()))
            ).hexdigest(),
            kind=query.get("event", "") or "order",
            document_kind="order" if number else "",
            document_key=number,
            lookup="",
            occurred_at=moment(stamp, self._settings.zone, self._settings.compat.repeated_hour),
            reference=named or told,
        )

    def _verify(self, given: str, reference: str) -> None:
        """The secret is the account's, or the one of the order's own address; both are compared in constant time."""
        secret = self._settings.inbound_secret.get_secret_value()
        is_whole = hmac.compare_digest(given.encode(), secret.encode())
        is_orders = hmac.compare_digest(given.encode(), order_secret(reference, secret).encode())
        if not secret or not (is_whole or (bool(reference) and is_orders)):
            raise SignatureError("the address carries no secret, or not the one that was registered with Mintsoft")


def _event(body: bytes) -> Mapping[str, Json]:
    if not body.strip():
        return {}
    try:
        event = parse_json(body)
    except BadAnswer:
        raise MalformedError("the message is not JSON") from None
    if isinstance(event, list):
        event = next((row for row in event if isinstance(row, Mapping)), {})
    if not isinstance(event, Mapping):
        raise MalformedError("the message is not a JSON object")
    return event


def _orders(event: Mapping[str, Json]) -> Iterator[OrderShape]:
    """The orders that a message holds: itself, or what stands in one of its fields."""
    plain = {key.replace("_", "").lower(): value for key, value in event.items()}
    for each in (event, *(plain.get(name) for name in NESTED)):
        try:
            order = read_as(OrderShape, each, "message")
        except BadAnswer:
            continue
        if order.number or order.external:
            yield order
