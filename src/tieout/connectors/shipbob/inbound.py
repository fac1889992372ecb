"""ShipBob's webhooks: signed after the Standard Webhooks specification, and believed only for naming an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from standardwebhooks import Webhook, WebhookVerificationError

from tieout.connectors.shipbob import compat
from tieout.connectors.shipbob.settings import ShipBobSettings, padded
from tieout.connectors.shipbob.wire import moment
from tieout.connectors.transport import Json, parse_json
from tieout.ports.errors import BadAnswer
from tieout.ports.inbound import Envelope, MalformedError, SignatureError

ID_CHARACTERS: Final = 255
SIGNATURE: Final = "webhook-signature"
VERSION: Final = "v1,"
HOLDERS: Final = ("order", "shipment", "data", "payload")
"""Where a payload might keep the resource: its shape is not published, it "mirrors the REST resource"."""
TIMES: Final = ("event_time", "last_update_at", "actual_fulfillment_date", "created_date")


class ShipBobInbound:
    """Verifies and names one account's messages.

    A message older or newer than five minutes is refused, by the machine's own time and not by Tieout's clock,
    because the sender signs the time of its own machine.
    """

    def __init__(self, settings: ShipBobSettings) -> None:
        secrets = (settings.webhook_secret, settings.previous_webhook_secret)
        self._webhooks = [Webhook(secret.get_secret_value()) for secret in secrets if secret is not None]

    def open(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Envelope:  # noqa: ARG002 - nothing in the query proves anything
        """The envelope; SignatureError without a fitting, fresh signature, MalformedError when it cannot be read."""
        if not self._webhooks:
            raise SignatureError("no webhook secret is set for this account, so nothing can be believed")
        signed = {name: headers[name] for name in ("webhook-id", "webhook-timestamp") if name in headers}
        signed[SIGNATURE] = _padded(headers.get(SIGNATURE, ""))
        if not any(_is_signed(webhook, signed, body) for webhook in self._webhooks):
            raise SignatureError("the signature does not fit the message, or was made more than five minutes ago")
        topic = headers.get("x-webhook-topic", "").strip()
        if not topic:
            raise MalformedError("the message has no x-webhook-topic")
        resource = _resource(body)
        order_number = order_number_of(_reference(resource)) if topic.startswith(compat.MATTERS) else ""
        return Envelope(
            external_id=_external_id(headers),
            kind=topic,
            document_kind="order" if order_number else "",
            document_key=order_number,
            lookup="",
            occurred_at=next((at for name in TIMES if (at := moment(_text(resource, name)))), None),
            reference=_reference(resource),
        )


def order_number_of(reference: str) -> str:
    """The order number in a reference of ours, `0000000123` of `0000000123-1`; empty for one of somebody else's."""
    number, dash, release = reference.rpartition("-")
    return number if dash and release.isascii() and release.isdigit() else ""


def _padded(header: str) -> str:
    """The signatures of our version, each padded to full length: ShipBob's documented sample lacks the padding.

    What cannot be a signature is left out, so that one spoilt signature does not hide a good one beside it.
    """
    return " ".join(
        VERSION + padded(signature.removeprefix(VERSION))
        for signature in header.split()
        if signature.startswith(VERSION) and signature.isascii() and len(signature.rstrip("=")) > len(VERSION)
    )


def _is_signed(webhook: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the message carries a fresh signature of this secret, compared in constant time."""
    for signature in headers[SIGNATURE].split():
        try:
            webhook.verify(body, {**headers, SIGNATURE: signature}, json_parse=False)
        except (WebhookVerificationError, ValueError):
            # A ValueError is a signature that is no base64, or a body that is not UTF-8.
            continue
        return True
    return False


def _external_id(headers: Mapping[str, str]) -> str:
    external_id = headers["webhook-id"]
    if len(external_id) > ID_CHARACTERS:
        raise MalformedError(f"webhook-id is longer than {ID_CHARACTERS} characters")
    return external_id


def _resource(body: bytes) -> Mapping[str, Json]:
    try:
        resource = parse_json(body)
    except BadAnswer:
        raise MalformedError("the message is not JSON") from None
    if not isinstance(resource, Mapping):
        raise MalformedError("the message is not a JSON object")
    return resource


def _reference(resource: Mapping[str, Json], depth: int = 2) -> str:
    """The order's reference, which stands on orders and shipments alike."""
    found = _text(resource, "reference_id")
    for name in HOLDERS if not found and depth else ():
        inner = resource.get(name)
        if isinstance(inner, Mapping) and (found := _reference(inner, depth - 1)):
            break
    return found


def _text(value: Mapping[str, Json], key: str) -> str:
    found = value.get(key)
    return str(found).strip() if isinstance(found, (str, int)) and not isinstance(found, bool) else ""
