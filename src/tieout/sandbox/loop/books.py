"""What stands in the portal. Money is in whole minor units; a unit that comes back is one line item."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from tieout.sandbox.loop.amounts import Worth

STATES = ("open", "closed", "cancelled", "expired", "review")
OUTCOMES = ("refund", "exchange", "store_credit", "gift_card")
LABEL_STATUSES = (
    "pending",
    "new",
    "pre_transit",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "error",
    "failure",
)
KEPT = "keep_item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The thing that the customer wants in place of a unit."""

    id: int
    product_id: str
    variant_id: str
    sku: str
    title: str
    worth: Worth


@dataclass(slots=True, kw_only=True)
class Unit:
    """One physical unit, which is a line item of its own; there is no quantity."""

    id: int
    provider_line_id: str
    product_id: str
    variant_id: str
    sku: str
    title: str
    worth: Worth
    reason: str
    parent_reason: str
    comment: str
    outcome: str
    returned_at: datetime
    exchange: Exchange | None = None
    condition: str = ""
    disposition: str = ""
    restocked: bool = False


@dataclass(slots=True, kw_only=True)
class Label:
    """A shipping label and what the carrier says of the parcel."""

    id: int
    status: str
    carrier: str
    tracking_number: str
    rate: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyBack:
    """Money that processing has given back through one gateway."""

    id: int
    gateway: str
    amount: int
    refund_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note of the return."""

    id: int
    content: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who sends the goods back."""

    email: str
    first_name: str
    last_name: str


@dataclass(slots=True, kw_only=True)
class LoopReturn:
    """One return; `updated_at` moves with every change, `edited_at` only with its line items."""

    id: int
    state: str
    order_id: int
    order_name: str
    provider_order_id: str
    order_number: str
    customer: Customer
    currency: str
    created_at: datetime
    updated_at: datetime
    units: list[Unit]
    handling_fee: int
    bonus_percent: int
    method: str
    edited_at: datetime | None = None
    closed_at: datetime | None = None
    processed_at: datetime | None = None
    flagged: bool = False
    label: Label | None = None
    refunds: list[MoneyBack] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    exchange_order_id: str = ""
    exchange_order_name: str = ""
    gift_card_id: int = 0

    @property
    def outcome(self) -> str:
        """Return the outcome; several are joined by a plus sign."""
        named = {unit.outcome for unit in self.units}
        return "+".join(outcome for outcome in OUTCOMES if outcome in named)

    @property
    def exchanges(self) -> list[Exchange]:
        """Return what goes out in exchange."""
        return [unit.exchange for unit in self.units if unit.exchange is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A subscription: what is sent (topic), when (trigger) and where."""

    id: int
    topic: str
    trigger: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A return that waits to be processed; `source` is who asked, or empty when that is not known."""

    wanted: LoopReturn
    source: str
    due: datetime
    details: tuple[tuple[str, str], ...] = ()


class LoopBooks:
    """All returns and subscriptions, and what is queued."""

    def __init__(self) -> None:
        self.returns: dict[int, LoopReturn] = {}
        self.hooks: dict[int, Hook] = {}
        self.queue: list[Job] = []
        self._order_ids: dict[str, int] = {}
        self._ids = count(7_100_001)
        self._return_ids = count(61_001)

    def new_id(self) -> int:
        """Return a number that nothing else but a return has."""
        return next(self._ids)

    def new_return_id(self) -> int:
        """Return the number of the next return."""
        return next(self._return_ids)

    def order_id(self, name: str) -> int:
        """Return Loop's own number of an order, which is not the shop's."""
        if name not in self._order_ids:
            self._order_ids[name] = self.new_id()
        return self._order_ids[name]
