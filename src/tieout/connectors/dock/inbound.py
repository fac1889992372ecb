"""Messages of a warehouse: signed after the Standard Webhooks specification; each tells of one parcel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from standardwebhooks import Webhook, WebhookVerificationError

from tieout.connectors.dock.settings import DockSettings
from tieout.connectors.dock.wire import ReceiptShape, receipt_of
from tieout.ports.inbound import Envelope, MalformedError, SignatureError

KIND: Final = "goods in"
ID_CHARACTERS: Final = 255
SIGNED: Final = "webhook-id, webhook-timestamp and webhook-signature"


class DockInbound:
    """Verifies and names one warehouse's messages.

    A message older or newer than five minutes is refused, by the machine's own time and not by Tieout's clock,
    because the sender signs the time of its own machine.
    """

    def __init__(self, settings: DockSettings) -> None:
        previous = settings.previous_secret
        secrets = [settings.secret, *([previous] if previous else [])]
        self._webhooks = [Webhook(secret.get_secret_value()) for secret in secrets]

    def open(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Envelope:  # noqa: ARG002 - nothing in the query proves anything
        """The envelope; SignatureError without a fitting, fresh signature, MalformedError when it cannot be read."""
        if not any(_is_signed(webhook, headers, body) for webhook in self._webhooks):
            raise SignatureError(f"{SIGNED} do not fit the message, or were made more than five minutes ago")
        return _envelope(headers, body)


class Desk:
    """Names what a person at this machine keyed in: nobody else can reach it, so nothing is signed."""

    def open(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Envelope:  # noqa: ARG002 - as above
        """The envelope; MalformedError when it cannot be read."""
        return _envelope(headers, body)


def _is_signed(webhook: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the message carries a fresh signature of this secret; what is no signature at all carries none."""
    try:
        webhook.verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        # A ValueError is a signature that is no base64, lacks its version, or covers a body that is not UTF-8.
        return False
    return True


def _envelope(headers: Mapping[str, str], body: bytes) -> Envelope:
    external_id = headers.get("webhook-id", "")
    if not external_id or len(external_id) > ID_CHARACTERS:
        raise MalformedError(f"webhook-id: send a text of 1 to {ID_CHARACTERS} characters")
    shape = receipt_of(body)
    return Envelope(
        external_id=external_id,
        kind=KIND,
        document_kind="return",
        document_key=shape.rma,
        lookup="" if shape.rma else shape.order or shape.tracking,
        occurred_at=shape.received_at,
        reference=shape.receipt_id,
        unannounced="" if shape.rma else _described(shape),
    )


def _described(shape: ReceiptShape) -> str:
    """The goods in one sentence for a person who has to find out whose they are."""
    counted: Counter[tuple[str, str]] = Counter()
    for line in shape.lines:
        counted[line.sku, line.grade] += line.quantity
    goods = ", ".join(f"{count} x {sku} ({grade})" for (sku, grade), count in counted.items())
    named = [f"order {shape.order}" if shape.order else "", f"tracking {shape.tracking}" if shape.tracking else ""]
    parts = [goods, *named, f"note: {shape.note}" if shape.note else "", f"came in {shape.received_at:%d %b %Y %H:%M}"]
    return "; ".join(part for part in parts if part)
