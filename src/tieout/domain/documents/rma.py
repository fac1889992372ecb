"""A customer's return as the returns portal knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tieout.domain.money import Money


class RmaStatus(StrEnum):
    """Where an RMA stands; a word nobody mapped is UNKNOWN and goes to a person."""

    REQUESTED = "requested"
    AUTHORISED = "authorised"
    RECEIVED = "received"
    INSPECTED = "inspected"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What the customer gets for a unit."""

    REFUND = "refund"
    STORE_CREDIT = "store_credit"
    GIFT_CARD = "gift_card"
    EXCHANGE = "exchange"
    KEEP = "keep"
    REJECT = "reject"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """What inspection found; `UNGRADED` until somebody looked."""

    GOOD = "good"
    DAMAGED = "damaged"
    UNGRADED = "ungraded"


@dataclass(frozen=True, slots=True, kw_only=True)
class RmaUnit:
    """One physical unit on an RMA: portals count units, not quantities."""

    unit_id: str
    """Unique within the portal; the thing that is credited once."""
    shop_line: str
    """The storefront's order line id as the portal states it; may be empty."""
    sku: str
    title: str
    paid_gross: Money
    """What the customer paid for the unit, tax included, in the shop's currency, as the portal states it."""
    reason: str
    outcome: Outcome
    outcome_text: str
    received_at: datetime | None
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class RmaRefund:
    """A refund that the portal says it made for an RMA."""

    refund_id: str
    """The storefront's refund id, digits only."""
    amount: Money
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rma:
    """An RMA with every unit on it."""

    number: str
    status: RmaStatus
    status_text: str
    order_id: str
    """The storefront's order id, digits only; empty for a return raised without an order."""
    order_name: str
    """The storefront's order name (the channel order number); empty for a return raised without an order."""
    customer_reference: str
    """Whatever the portal knows the customer by; empty when it does not."""
    currency: str
    raised_at: datetime
    units: tuple[RmaUnit, ...]
    fees: Money
    """Restocking, return and cancellation fees together."""
    refunds: tuple[RmaRefund, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RmaHead:
    """A line of the portal's list of RMAs, as a sweep reads it."""

    number: str
    status_text: str
    raised_at: datetime | None
