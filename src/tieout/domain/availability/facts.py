"""Everything that availability is worked out from, gathered at one moment. All quantities are stock units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

ZERO = Decimal(0)
Source = Literal["sage", "count"]
"""What lies on the shelves by Sage's books, or by the warehouse's last count."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Offer:
    """One stock code at one location of the storefront."""

    location: str
    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What one bin holds by Sage's books, at a warehouse that a location sells from."""

    offer: Offer
    warehouse: str
    bin: str
    on_hand: Decimal
    allocated: Decimal
    is_for_sale: bool
    free: Decimal | None = None
    """Sage's own free-stock field: carried along to be shown beside our figure, and part of no formula."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Units of one stock code that one order still takes, as each system tells it.

    The systems tell of the same units: the greatest of the figures is what the order takes, never their sum.
    """

    order: str
    """Sage's number; the storefront's name for an order that Sage has not."""
    offer: Offer
    sold: Decimal = ZERO
    """Sold in the shop and still to be sent, where Sage has no such order."""
    ordered: Decimal = ZERO
    """Ordered in Sage and not despatched."""
    allocated: Decimal = ZERO
    """Of it allocated by Sage: already taken off with all that is allocated."""
    at_warehouse: Decimal = ZERO
    """Asked for, picked, packed or shipped at a warehouse, and not yet told to Sage."""

    @property
    def units(self) -> Decimal:
        """What the order takes of the shelf."""
        return max(self.sold, self.ordered, self.at_warehouse, self.allocated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Units that left a warehouse in one shipment."""

    order: str
    offer: Offer
    units: Decimal
    left_at: datetime
    is_told: bool
    """Whether Sage has the despatch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Units that a warehouse says are gone or held back, and that Sage still has. What came in waits for Sage."""

    movement: str
    offer: Offer
    units: Decimal
    """Positive."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """Units of a return that its own flow is about to offer, once: until it has, the feed leaves them out."""

    offer: Offer
    units: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a site counted of one stock code; a site that counts it not at all says nought."""

    offer: Offer
    site: str
    on_hand: Decimal
    taken_at: datetime
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """All facts of one moment."""

    as_at: datetime
    """Before the first of the reads: no figure knows less than what was so then."""
    source: Source
    offers: tuple[Offer, ...]
    """What figures are wanted of."""
    shelves: tuple[Shelf, ...] = ()
    promises: tuple[Promise, ...] = ()
    """At most one of each order and offer."""
    departures: tuple[Departure, ...] = ()
    losses: tuple[Loss, ...] = ()
    returning: tuple[Returning, ...] = ()
    counts: tuple[Count, ...] = ()
    buffers: tuple[tuple[Offer, Decimal], ...] = ()
