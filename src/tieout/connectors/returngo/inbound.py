"""ReturnGO's webhooks: unsigned hints, believed only for naming an RMA to read again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from tieout.connectors.returngo import compat
from tieout.connectors.returngo.figures import digits_of, moment
from tieout.connectors.returngo.settings import ReturnGoSettings
from tieout.connectors.transport import Json, parse_json
from tieout.ports.errors import BadAnswer
from tieout.ports.inbound import Envelope, MalformedError, SignatureError

CHATTER = frozenset({"SHIPMENT_TRACKER_STATUS_UPDATED"})
"""A carrier's tracking is not receipt: about seven such events a shipment, none of which concerns a flow."""


class ReturnGoInbound:
    """Lets in what carries the address's secret, and names the RMA it speaks of."""

    def __init__(self, settings: ReturnGoSettings) -> None:
        self._secret = settings.inbound_secret

    def open(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Envelope:  # noqa: ARG002 - nothing in the headers proves anything
        """The envelope; SignatureError without the secret, MalformedError when the body is not an event."""
        wanted = self._secret.get_secret_value().encode()
        if not hmac.compare_digest(query.get("secret", "").encode(), wanted):
            raise SignatureError("the address carries no secret, or not the one agreed with ReturnGO")
        event = _event(body)
        kind = compat.first_text(event, ("eventName",))
        if not kind:
            raise MalformedError("the message has no eventName")
        number = rma_number(compat.first_text(event, compat.RMA_ID_KEYS))
        order_id = digits_of(compat.first_text(event, compat.ORDER_ID_KEYS))
        occurred_at = moment(compat.first_text(event, compat.EVENT_TIME_KEYS))
        stamp = occurred_at.isoformat() if occurred_at else ""
        concerns = kind not in CHATTER and bool(number or order_id)
        return Envelope(
            external_id=hashlib.sha256(body + b"\x1f" + stamp.encode()).hexdigest(),
            kind=kind,
            document_kind="return" if concerns else "",
            document_key=number if concerns else "",
            lookup=order_id if concerns and not number else "",
            occurred_at=occurred_at,
        )


def rma_number(text: str) -> str:
    """The number as the API has it: for "RMA1234" that is "1234"."""
    plain = text.strip()
    return plain[3:] if plain[:3].upper() == "RMA" else plain


def _event(body: bytes) -> Mapping[str, Json]:
    try:
        event = parse_json(body)
    except BadAnswer:
        raise MalformedError("the message is not JSON") from None
    if not isinstance(event, Mapping):
        raise MalformedError("the message is not a JSON object")
    return event
