"""What ReturnGO's documents leave open, in one place: correct it here once the live account has answered.

The questions to ask ReturnGO are listed in README.md of this folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC

from tieout.connectors.transport import Json
from tieout.domain.documents.rma import Outcome

DONE_BODY: Mapping[str, Json] = {"status": "Done"}
"""The body of PUT /rma/{id}/status was not found; the word is the documented status."""

CREATED_FILTER = "rma_created_at"
"""The list is cut by creation: whether `rma_updated_at` moves on receipt is unknown, and `lastUpdated` does not."""

NAIVE_TIMES = UTC
"""Times without an offset are taken for UTC."""

OUTCOMES_ASSUMED: Mapping[str, Outcome] = {
    "InstantProductExchange": Outcome.EXCHANGE,
    "VariantExchange": Outcome.EXCHANGE,
    "ProductExchange": Outcome.EXCHANGE,
    "RefundToGiftCard": Outcome.GIFT_CARD,
    "RefundToNewGiftCard": Outcome.GIFT_CARD,
    "RefundByNewGiftCard": Outcome.GIFT_CARD,
}
"""Resolutions that the help centre names in prose; their spelling in the API is assumed.

A refund to a bank account is left out on purpose: it must not be paid through the storefront, so it stays UNKNOWN.
"""

NO_SHIPMENT = "no shipment required"
"""The return method of goods that the customer keeps."""

SHIPMENT_DATES = ("receivedAt", "receivedDate")
"""Where a shipment might state when it came in; no such key is documented. A date of last change would drift."""

GIFT_CARD_TYPES = ("RefundToGiftCard", "RefundToNewGiftCard", "RefundByNewGiftCard")
GIFT_CARD_REFERENCES = ("GiftCardCode", "GiftCardId", "PlatformGiftCardId")
"""How a transaction might name a gift card and what it refers to: one was never seen. Whatever a transaction of
these types refers to is taken for the card."""

RESOLUTION_VALUE_KEYS = ("resolutionValue", "resolutionAmount")
"""Where a unit might state what its resolution is worth (a fixed amount, the price and so much): none is documented."""

EXCHANGE_QUANTITY_MAX = 1000
"""More of one article for one unit is a misreading, not an exchange."""

TRANSACTIONS_KEY = "transactions"
"""Where the list of transactions holds its rows, next to `next_cursor` as in the list of RMAs."""

RELEASE_BODY: Mapping[str, Json] = {"status": "Validated"}
"""The body of PUT /shipment/{id} that lets the outcome of its units go.

Documented as a state of the shipment; that it sets off auto-refund ("items validated") when it comes through the
API, and the release of an exchange, is assumed. Tracking and label are left out: they are taken to stay.
"""

CUSTOMER_KEYS = ("customerDetails", "customer")
CUSTOMER_ID_KEYS = ("customerId", "id")
EMAIL_KEYS = ("email", "emailAddress")
"""Where an RMA might name its customer (the e-mail also in a shipment's customer address): none is documented."""

RMA_ID_KEYS = ("rmaId", "rma_id")
"""Where a webhook, and a row of the list of transactions, names its RMA; neither schema was found."""

ORDER_ID_KEYS = ("orderId", "order_id")
"""Where a webhook names the storefront order."""

EVENT_TIME_KEYS = ("eventDate", "eventTime", "timestamp", "createdAt", "datetime")
"""Where a webhook states when it happened."""

NESTED_KEYS = ("data", "rma", "rmaSummary", "shipment", "transaction", "refund", "orderDetails")
"""Where a webhook might tuck its fields away, one level down."""


def is_receipt_comment(text: str) -> bool:
    """Whether a timeline entry says that a shipment came in; the wording was seen, never documented."""
    words = text.casefold()
    return "shipment" in words and "received" in words and "not received" not in words


def first_text(body: Mapping[str, object], keys: tuple[str, ...]) -> str:
    """The first of the keys that holds text or a number, at the top or one known level down; else empty."""
    for place in _places(body):
        for key in keys:
            value = place.get(key)
            if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
                return str(value).strip()
    return ""


def _places(body: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    yield body
    for key in NESTED_KEYS:
        below = body.get(key)
        if isinstance(below, Mapping):
            yield below
