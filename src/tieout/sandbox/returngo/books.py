"""What stands in the returns portal; a unit that comes back is one item.

Money is in whole minor units of the shop's currency.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from tieout.sandbox.shopify.figures import Currencies
from tieout.sandbox.shopify.return_books import ShopReturn

# The complete table of moves between shipment statuses; a move to the same status changes other fields only.
SHIPMENT_MOVES: dict[str, frozenset[str]] = {
    "Pending": frozenset({"LabelCreated", "Shipped", "Received", "Canceled", "Validated"}),
    "LabelCreated": frozenset({"Shipped", "Received", "Canceled", "Validated"}),
    "Shipped": frozenset({"Received", "Canceled", "Validated"}),
    "Canceled": frozenset({"Received", "Validated"}),
    "Received": frozenset({"Validated"}),
    "Validated": frozenset(),
}
NO_SHIPMENT = "No shipment required"
WITH_ANY_CARRIER = "Ship with any carrier"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Goods that go out in exchange; prices are per unit. Differences from `free_min` to `free_max` are let off."""

    product_id: str
    variant_id: str
    sku: str
    title: str
    quantity: int
    price_method: str
    catalog: int
    effective: int
    free_min: int = 0
    free_max: int = 0


@dataclass(slots=True, kw_only=True)
class Item:
    """One physical unit; price and tax are of this unit, fees come off its refund.

    `terms` is what the resolution grants: "" is the price, else "24.00", "+5.00", "-5.00", "+10%" or "-10%".
    `due` says that a trigger or a person asked for its money, `settled` that the customer has it or is to get it,
    `refunded_elsewhere` that the shop refunded it without the portal.
    """

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
    method: str = WITH_ANY_CARRIER
    policy: str = "Standard"
    terms: str = ""
    replacements: tuple[Replacement, ...] = ()
    shipment_id: int = 0
    validation: Validation | None = None
    due: bool = False
    settled: bool = False
    refunded_elsewhere: bool = False

    @property
    def is_kept(self) -> bool:
        """Say whether the customer keeps the unit, so that no parcel is awaited."""
        return self.method == NO_SHIPMENT

    @property
    def is_exchanged(self) -> bool:
        """Say whether other goods go out for the unit."""
        return "Exchange" in self.resolution

    @property
    def gross(self) -> int:
        """Return what the customer paid for the unit, with tax."""
        return self.paid if self.tax_included else self.paid + self.tax

    @property
    def fees(self) -> int:
        """Return the fees that come off what the unit is worth."""
        return self.restocking_fee + self.return_fee + self.shipment_fee


@dataclass(slots=True, kw_only=True)
class Shipment:
    """A parcel on its way back."""

    id: int
    status: str
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    label_url: str = ""
    tracker_status: str = ""


@dataclass(slots=True, kw_only=True)
class MoneyMove:
    """A transaction: money or credit given for units; `fee` is how much of the cancellation fee it bore.

    While `settles_at` is set it stays Requested until then; `trouble` is why it will have failed.
    """

    id: int
    rma_id: int
    order_id: str
    kind: str
    status: str
    processor: str
    amount: int
    currencies: Currencies
    reference_type: str
    reference: str
    item_ids: tuple[int, ...]
    created_at: datetime
    updated_at: datetime
    refund_id: int = 0
    fee: int = 0
    settles_at: datetime | None = None
    trouble: str = ""


@dataclass(slots=True, kw_only=True)
class ExchangeOrder:
    """A draft in the shop, from its release on an order; which units it stands for."""

    draft_id: int
    name: str
    item_ids: tuple[int, ...]
    replacements: tuple[Replacement, ...]
    order_id: str = ""


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
    currencies: Currencies
    created_at: datetime
    last_updated: datetime
    items: list[Item]
    shipments: list[Shipment] = field(default_factory=list)
    events: list[RmaEvent] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    moves: list[MoneyMove] = field(default_factory=list)
    cancellation_fee: int = 0
    replacements: tuple[Replacement, ...] = ()
    shop_returns: list[ShopReturn] = field(default_factory=list)
    exchange_orders: list[ExchangeOrder] = field(default_factory=list)

    @property
    def shop_return(self) -> ShopReturn | None:
        """Return the latest return that the shop has for it."""
        return self.shop_returns[-1] if self.shop_returns else None

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
    """All RMAs, shipments and transactions, by their numbers.

    `exchange_origins` names the order that an exchange order stands for; `claimed` counts the units of each
    refund line of somebody else that have been put down to a unit here.
    """

    def __init__(self) -> None:
        self.rmas: dict[int, Rma] = {}
        self.shipments: dict[int, tuple[Rma, Shipment]] = {}
        self.moves: dict[int, MoneyMove] = {}
        self.hooks: dict[int, Hook] = {}
        self.exchange_origins: dict[str, str] = {}
        self.claimed: Counter[int] = Counter()
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
