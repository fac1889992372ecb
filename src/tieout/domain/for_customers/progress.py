"""How far a return, a refund or an exchange has come, as far as it is the customer's business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tieout.domain.documents.rma import RmaStatus
from tieout.domain.faults.kinds import Owner
from tieout.domain.money import Money


class Subject(StrEnum):
    """What a document is to a customer."""

    RETURN = "return"
    REFUND = "refund"
    """Money that went back without a return."""
    PARCEL = "parcel"
    """Goods that came in, and nobody knows yet for what."""


class Way(StrEnum):
    """How a customer gets their money's worth."""

    MONEY = "money"
    STORE_CREDIT = "store credit"
    GIFT_CARD = "gift card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Money, store credit or a gift card: sent, or still to be sent."""

    way: Way
    amount: Money
    is_sent: bool
    """It was tried, or has gone; else it is still to be sent."""
    sent_on: date | None = None
    """None where nobody said when."""
    is_confirmed: bool = True
    """False while the bank has not confirmed it."""
    has_failed: bool = False
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnItsWay:
    """A parcel that the customer sends, or has booked."""

    carrier: str
    tracking: str
    delivered_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InExchange:
    """Goods that the customer gets for those sent back."""

    name: str
    is_released: bool
    has_left: bool
    left_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedInto:
    """Somebody in the house has to settle something first."""

    owner: Owner
    by: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Everything that a story for a customer is made of."""

    subject: Subject = Subject.RETURN
    status: RmaStatus | None = None
    """None while nothing was read of it yet."""
    asked_on: date | None = None
    items: int = 0
    """How many should come back; those that the customer keeps are not among them."""
    received: Sequence[tuple[date, int]] = ()
    """Days and how many items came, the first day first."""
    kept: int = 0
    parcels: Sequence[OnItsWay] = ()
    given: Sequence[Given] = ()
    exchanges: Sequence[InExchange] = ()
    trouble: LookedInto | None = None
    is_done: bool = False

    @property
    def received_count(self) -> int:
        """How many items are here."""
        return sum(count for _, count in self.received)

    @property
    def is_all_here(self) -> bool:
        """Say whether everything that should come back has come."""
        return self.received_count >= self.items

    @property
    def sent(self) -> list[Given]:
        """What has been given, or was tried."""
        return [one for one in self.given if one.is_sent]

    @property
    def owed(self) -> list[Given]:
        """What is still to be given."""
        return [one for one in self.given if not one.is_sent]
