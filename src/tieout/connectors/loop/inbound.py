"""Loop's webhooks: signed, and believed only for naming a return to read again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from tieout.connectors.loop import compat
from tieout.connectors.loop.money_out import digits_of
from tieout.connectors.loop.settings import LoopSettings
from tieout.connectors.loop.wire import moment
from tieout.connectors.transport import Json, parse_json
from tieout.ports.errors import BadAnswer
from tieout.ports.inbound import Envelope, MalformedError, SignatureError

SIGNATURE = "x-loop-signature"
EMPTY = "empty"
"""What we call a message with no content: a topic was subscribed with a trigger that does not belong to it."""


class LoopInbound:
    """Lets in what Loop signed, and names the return it speaks of."""

    def __init__(self, settings: LoopSettings) -> None:
        self._secret = settings.webhook_secret

    def open(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Envelope:  # noqa: ARG002 - the address proves nothing
        """The envelope; SignatureError when Loop did not sign the bytes, MalformedError when they are no event."""
        mac = hmac.new(self._secret.get_secret_value().encode(), body, hashlib.sha256).digest()
        told = headers.get(SIGNATURE, "").strip()
        if not hmac.compare_digest(told.encode(), base64.b64encode(mac)):
            raise SignatureError("the message is not signed with the webhook secret agreed with Loop")
        event = _event(body)
        topic = _text(event, "topic")
        kind = _text(event, "trigger") or topic
        if event and not kind:
            raise MalformedError("the message has neither topic nor trigger")
        number = digits_of(_first(event, compat.RETURN_ID_KEYS.get(topic, compat.OTHER_RETURN_ID_KEYS)))
        order_id = digits_of(_first(event, compat.ORDER_ID_KEYS))
        return Envelope(
            external_id=hashlib.sha256(body).hexdigest(),
            kind=kind or EMPTY,
            document_kind="return" if number or order_id else "",
            document_key=number,
            lookup=order_id if not number else "",
            occurred_at=_occurred_at(event, kind),
        )


def _event(body: bytes) -> Mapping[str, Json]:
    """The message; empty for one without content, whichever way that is written."""
    if not body.strip():
        return {}
    try:
        event = parse_json(body)
    except BadAnswer:
        raise MalformedError("the message is not JSON") from None
    if not event:
        return {}
    if not isinstance(event, Mapping):
        raise MalformedError("the message is not a JSON object")
    return event


def _occurred_at(event: Mapping[str, Json], kind: str) -> datetime | None:
    keys = ("created_at",) if kind == "return.created" else ("edited_at", "updated_at")
    return moment(_first(event, keys))


def _first(event: Mapping[str, Json], keys: tuple[str, ...]) -> str:
    return next((found for key in keys if (found := _text(event, key))), "")


def _text(event: Mapping[str, Json], key: str) -> str:
    value = event.get(key)
    return str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
