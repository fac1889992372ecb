"""A customer's return as the returns portal knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

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
    REJECT = "reject"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """What inspection found; `UNGRADED` until somebody looked."""

    GOOD = "good"
    DAMAGED = "damaged"
    UNGRADED = "ungraded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeItem:
    """What the customer gets in exchange for a unit, as the portal states it."""

    sku: str
    quantity: int
    price: Money
    """What the whole quantity is charged at, tax included, in the shop's currency."""


FeeKind = Literal["restocking_fee", "return_shipping_fee", "cancellation_fee"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """What the merchant keeps of the refund."""

    kind: FeeKind
    amount: Money
    """Positive, tax included."""


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
    is_kept: bool = False
    """The customer keeps it or gives it away: nothing will come, and the money goes back all the same."""
    is_missing: bool = False
    """Inspection says that it was not in the parcel."""
    value: Money | None = None
    """What the portal gives for the unit before fees, where it states another figure than the price paid."""
    exchange: tuple[ExchangeItem, ...] = ()
    fees: tuple[Fee, ...] = ()
    """What of the RMA's fees was agreed for this unit, where the portal says so; `Rma.fees` holds all of them."""
    came_to: str = ""
    """The warehouse whose door it came in by, by the ledger's own name; empty where nobody said."""
    is_on_offer: bool = False
    """The storefront itself has put it back on sale already."""
    part_of: str = ""
    """The unit that the portal counts, where this is one component of a bundle taken apart by us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RmaRefund:
    """A refund that the portal says it made for an RMA."""

    refund_id: str
    """The storefront's refund id, digits only."""
    amount: Money
    is_settled: bool
    has_failed: bool = False


AllowanceKind = Literal["goodwill", "shipping_refund", "partial_amount"]
CreditKind = Literal["store_credit", "gift_card"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Money given back for which no goods come: goodwill, postage, part of a price."""

    kind: AllowanceKind
    amount: Money
    """Positive, tax included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCredit:
    """Store credit or a gift card that the portal says it issued instead of money."""

    kind: CreditKind
    reference: str
    """The code or card as the portal names it."""
    amount: Money
    units: tuple[str, ...]
    """The units that it was issued for; empty when the portal does not say."""
    is_settled: bool
    has_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeOrder:
    """The storefront order that the portal made, or is about to make, for an exchange."""

    order_id: str
    """Digits only; empty until the exchange is released."""
    order_name: str
    is_released: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel on its way back."""

    tracking: str
    carrier: str
    status: str
    """The portal's own word."""
    delivered_at: datetime | None = None
    """When the carrier says it was delivered; None when the portal does not know."""


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
    fees: tuple[Fee, ...]
    refunds: tuple[RmaRefund, ...]
    """Refunds to the way of payment; failed ones too, marked."""
    allowances: tuple[Allowance, ...] = ()
    issued: tuple[IssuedCredit, ...] = ()
    """Store credits and gift cards; failed ones too, marked."""
    exchange_orders: tuple[ExchangeOrder, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    is_in_person: bool = False
    """Handed in at a till: the storefront made the refund there and then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPayment:
    """A refund as the portal's list of money movements knows it, found by the storefront's order."""

    rma_number: str
    refund: RmaRefund


@dataclass(frozen=True, slots=True, kw_only=True)
class RmaHead:
    """A line of the portal's list of RMAs, as a sweep reads it."""

    number: str
    status_text: str
    raised_at: datetime | None
