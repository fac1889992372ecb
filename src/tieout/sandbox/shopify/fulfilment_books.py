"""What left the shop: fulfilments with their units and how they can be followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tieout.sandbox.shopify.books import Line, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingNumber:
    """One parcel's number, and where it is followed."""

    company: str
    number: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentPart:
    """Units of one order line that left."""

    id: int
    line: Line
    quantity: int


@dataclass(slots=True, kw_only=True)
class Fulfilment:
    """What left in one go; `notices` counts the mails that the customer got about it."""

    id: int
    name: str
    order: Order
    created_at: datetime
    updated_at: datetime
    parts: tuple[FulfilmentPart, ...]
    tracking: tuple[TrackingNumber, ...] = ()
    location_id: int | None = None
    notices: int = 0

    @property
    def units(self) -> int:
        """Return how many units left."""
        return sum(part.quantity for part in self.parts)
