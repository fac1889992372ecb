"""How a system's push becomes an event: verify it, name it, nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What an inbound message says it is. The document is always re-read from its source."""

    external_id: str
    """The same delivery twice has the same id."""
    kind: str
    """The vendor's own event name."""
    document_kind: str
    """`return`, or empty when no flow is concerned: stored and left."""
    document_key: str
    """The RMA number, or empty when `lookup` must find the document."""
    lookup: str
    """An id by which our own cross-references know the document (a storefront order id)."""
    occurred_at: datetime | None
    unannounced: str = ""
    """What a person must know when neither key nor lookup leads to a document that we know: goods that nobody
    announced. Empty where an unknown document is no trouble of its own."""
    reference: str = ""
    """What the sender calls that which it tells of, the same each time it tells of it: the number of a receipt."""


class SignatureError(Exception):
    """The message is not from whom it says, or carries no proof."""


class MalformedError(Exception):
    """The message is from the right sender and cannot be read; the text says what is wrong with it."""


class Inbound(Protocol):
    """Verifies and names one account's messages."""

    def open(self, headers: Mapping[str, str], query: Mapping[str, str], body: bytes) -> Envelope:
        """The envelope; SignatureError or MalformedError otherwise. Header names are lower case."""
