"""What stands in the returns portal. Money is in whole minor units; a unit that comes back is one item."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from tieout.sandbox.shopify.books import ShopReturn

# The complete table of moves between shipment statuses; a move to the same status changes other fields only.
SHIPMENT_MOVES: dict[str, frozenset[str]] = {
    "Pending": frozenset({"LabelCreated", "Shipped", "Received", "Canceled", "Validated"}),
    "LabelCreated": frozenset({"Shipped", "Received", "Canceled", "Validated"}),
    "Shipped": frozenset({"Received", "Canceled", "Validated"}),
    "Canceled": frozenset({"Received", "Validated"}),
    "Received": frozenset({"Validated"}),
    "Validated": frozenset(),
}
# Moves between RMA statuses are not documented; see assumptions.py.
RMA_MOVES: dict[str, frozenset[str]] = {
    "Pending": frozenset({"Approved", "Rejected", "Canceled"}),
    "Approved": frozenset({"Received", "Validated", "Done", "Canceled"}),
    "Received": frozenset({"Validated", "Done", "Canceled"}),
    "Validated": frozenset({"Done", "Canceled"}),
    "Done": frozenset({"Approved"}),
    "Rejected": frozenset({"Pending", "Approved"}),
    "Canceled": frozenset({"Pending", "Approved"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What somebody found when the unit was inspected."""

    returned: bool
    restockable: bool
    reason: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class Item:
    """One physical unit; price and tax are of this unit, fees come off its refund."""

    id: int
    line_id: str
    product_id: str
    variant_id: str
    sku: str
    title: str
    paid: int
    tax: int
    tax_included: bool
    reason: str
    resolution: str
    restocking_fee: int
    return_fee: int
    shipment_fee: int
    shipment_id: int = 0
    validation: Validation | None = None
    settled: bool = False

    @property
    def worth(self) -> int:
        """Return what the customer gets for the unit: the price with tax, less fees, never below nought."""
        gross = self.paid if self.tax_included else self.paid + self.tax
        return max(gross - self.restocking_fee - self.return_fee - self.shipment_fee, 0)


@dataclass(slots=True, kw_only=True)
class Shipment:
    """A parcel on its way back."""

    id: int
    status: str
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    label_url: str = ""


@dataclass(slots=True, kw_only=True)
class MoneyMove:
    """A transaction: money or credit given for units."""

    id: int
    rma_id: int
    order_id: str
    kind: str
    status: str
    processor: str
    amount: int
    currency: str
    reference_type: str
    reference: str
    item_ids: tuple[int, ...]
    created_at: datetime
    updated_at: datetime
    refund_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A line of the RMA's timeline; kind is system, merchant or error."""

    kind: str
    by: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RmaEvent:
    """An event of the RMA: RMA_CREATED or RMA_APPROVED; receipt has none."""

    name: str
    at: datetime
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who sends the goods back."""

    id: str
    email: str
    first_name: str
    last_name: str


@dataclass(slots=True, kw_only=True)
class Rma:
    """A request to return goods; `last_updated` does not move when goods arrive."""

    id: int
    status: str
    order_name: str
    order_id: str
    customer: Customer
    currency: str
    created_at: datetime
    last_updated: datetime
    items: list[Item]
    shipments: list[Shipment] = field(default_factory=list)
    events: list[RmaEvent] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    moves: list[MoneyMove] = field(default_factory=list)
    shop_return: ShopReturn | None = None
    exchange_order_id: str = ""
    exchange_order_name: str = ""

    def items_of(self, shipment: Shipment) -> list[Item]:
        """Return the units in this parcel."""
        return [item for item in self.items if item.shipment_id == shipment.id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where one event is sent."""

    id: int
    url: str
    event: str


class PortalBooks:
    """All RMAs, shipments and transactions, by their numbers."""

    def __init__(self) -> None:
        self.rmas: dict[int, Rma] = {}
        self.shipments: dict[int, tuple[Rma, Shipment]] = {}
        self.moves: dict[int, MoneyMove] = {}
        self.hooks: dict[int, Hook] = {}
        self._ids = count(5_000_001)
        self._rma_ids = count(1001)

    def new_id(self) -> int:
        """Return a number that no item, shipment, transaction or subscription has."""
        return next(self._ids)

    def new_rma_id(self) -> int:
        """Return the number of the next RMA."""
        number = next(self._rma_ids)
        while number in self.rmas:
            number = next(self._rma_ids)
        return number
