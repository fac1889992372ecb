"""Shopify's webhooks: signed over the raw body; they name an order to read again."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from tieout.connectors.shopify.settings import ShopifySettings
from tieout.connectors.shopify.translate import digits
from tieout.connectors.shopify.wire import moment
from tieout.connectors.transport import Json, parse_json
from tieout.ports.errors import BadAnswer
from tieout.ports.inbound import Envelope, MalformedError, SignatureError

REFUNDED = "refunds/create"
CONCERNED = frozenset({REFUNDED, "orders/updated", "order_transactions/create"})
RETURNS = "returns/"


class ShopifyInbound:
    """Verifies and names one store's webhooks. Both spellings of Shopify's headers are read."""

    def __init__(self, settings: ShopifySettings) -> None:
        previous = settings.previous_client_secret
        self._names_returns = settings.returns_portal
        self._secrets = [settings.client_secret, *([previous] if previous else [])]

    def open(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Envelope:  # noqa: ARG002 - nothing in the query proves anything
        """The envelope; SignatureError when it is not signed by this app, MalformedError when it cannot be read."""
        self._verify(_header(headers, "hmac-sha256"), body)
        topic = _header(headers, "topic").strip().lower()
        if not topic:
            raise MalformedError("the message has no topic header")
        resource = _resource(body)
        order_id = order_id_of(topic, resource)
        return_id = return_id_of(topic, resource) if self._names_returns else ""
        triggered = moment(_header(headers, "triggered-at"))
        return Envelope(
            external_id=_external_id(headers, topic, body),
            kind=topic,
            document_kind="return" if order_id or return_id else "",
            document_key=return_id,
            lookup=order_id,
            occurred_at=triggered or moment(_text(resource, "updated_at")) or moment(_text(resource, "created_at")),
        )

    def _verify(self, signature: str, body: bytes) -> None:
        if not signature:
            raise SignatureError("the message is not signed")
        try:
            given = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            raise SignatureError("the signature is not base64") from None
        fits = [
            hmac.compare_digest(hmac.new(secret.get_secret_value().encode(), body, hashlib.sha256).digest(), given)
            for secret in self._secrets
        ]
        if not any(fits):
            raise SignatureError("the signature does not fit the message")


def order_id_of(topic: str, resource: Mapping[str, Json]) -> str:
    """The order that the message concerns, digits only; empty when no flow is concerned or none is named."""
    if topic not in CONCERNED and not topic.startswith(RETURNS):
        return ""
    if topic.startswith("orders/"):
        return digits(_text(resource, "admin_graphql_api_id") or _text(resource, "id"))
    order = resource.get("order")
    if isinstance(order, Mapping):
        return digits(_text(order, "admin_graphql_api_id") or _text(order, "id"))
    return digits(_text(resource, "order_id"))


def return_id_of(topic: str, resource: Mapping[str, Json]) -> str:
    """The return that the message is about, or whose refund it tells of, digits only; empty for none."""
    if topic.startswith(RETURNS):
        return digits(_text(resource, "admin_graphql_api_id") or _text(resource, "id"))
    named = resource.get("return") if topic == REFUNDED else None
    return digits(_text(named, "admin_graphql_api_id") or _text(named, "id")) if isinstance(named, Mapping) else ""


def _external_id(headers: Mapping[str, str], topic: str, body: bytes) -> str:
    """Webhook-Id names a delivery, Event-Id what happened (one event can reach several subscriptions)."""
    webhook = _header(headers, "webhook-id")
    if webhook:
        return webhook
    event = _header(headers, "event-id")
    return f"{event}:{topic}" if event else f"{hashlib.sha256(body).hexdigest()}:{topic}"


def _header(headers: Mapping[str, str], name: str) -> str:
    return headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}") or ""


def _resource(body: bytes) -> Mapping[str, Json]:
    try:
        resource = parse_json(body)
    except BadAnswer:
        raise MalformedError("the message is not JSON") from None
    if not isinstance(resource, Mapping):
        raise MalformedError("the message is not a JSON object")
    return resource


def _text(value: Mapping[str, Json], key: str) -> str:
    found = value.get(key)
    return str(found) if isinstance(found, (str, int)) and not isinstance(found, bool) else ""
