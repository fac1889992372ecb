"""What stands in the network: sites, products, orders with their shipments, goods in, returns, subscriptions.

All quantities are whole single units (each) unless a name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

FIRST_ID = 100_000_001
EACH = "EA"
UNITS_OF_MEASURE = ("EA", "INP", "CS", "PL")
SCOPES = (
    "orders_read",
    "orders_write",
    "products_read",
    "products_write",
    "inventory_read",
    "inventory_write",
    "receiving_read",
    "receiving_write",
    "returns_read",
    "returns_write",
    "fulfillments_read",
    "channels_read",
    "locations_read",
    "webhooks_read",
    "webhooks_write",
)


@dataclass(slots=True, kw_only=True)
class Channel:
    """An application's way into the account."""

    id: int
    name: str
    application_name: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A fulfilment centre."""

    id: int
    name: str
    country: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that is counted on a shelf."""

    id: int
    sku: str
    name: str
    barcode: str
    lots: bool
    serials: bool


@dataclass(slots=True, kw_only=True)
class Product:
    """Something that is sold, with one variant: one item, or several of a bundle with how many of each.

    `units` says how many single ones an inner pack, case or pallet holds.
    """

    id: int
    variant_id: int
    sku: str
    name: str
    parts: tuple[tuple[Item, int], ...]
    units: dict[str, int]
    active: bool = True

    @property
    def is_bundle(self) -> bool:
        """Say whether it is put together of items."""
        return len(self.parts) != 1 or self.parts[0][1] != 1


@dataclass(slots=True, kw_only=True)
class OrderLine:
    """One product of an order as it was asked for; `each` is the same in single products."""

    number: int
    product: Product
    quantity: int
    unit: str
    each: int
    given: dict[str, Any]

    @property
    def external_line_id(self) -> int | None:
        """Return the number that the client gave the line."""
        found = self.given.get("external_line_id")
        return found if isinstance(found, int) else None


@dataclass(slots=True, kw_only=True)
class Pick:
    """Units of one lot that were taken off the shelf."""

    lot: str
    quantity: int
    serials: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Part:
    """One item of a shipment: wanted for an order line, promised from the shelf, taken from it.

    `instead` marks goods that stand in for what was ordered.
    """

    line: OrderLine
    product: Product
    item: Item
    quantity: int
    committed: int = 0
    picks: list[Pick] = field(default_factory=list)
    instead: bool = False

    @property
    def picked(self) -> int:
        """Return the units taken off the shelf."""
        return sum(pick.quantity for pick in self.picks)


@dataclass(slots=True, kw_only=True)
class Tracking:
    """Who carries a shipment, as far as it is known."""

    carrier: str
    service: str
    number: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line in the life of a shipment; `detail` is ShipBob's word."""

    at: datetime
    detail: str
    text: str
    more: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Shipment:
    """One part of an order that leaves one site in one go. `stage` is open, picked, packed, labelled or left."""

    id: int
    order: Order
    centre: Centre
    created_at: datetime
    updated_at: datetime
    parts: list[Part]
    status: str = "Processing"
    stage: str = "open"
    details: list[tuple[str, str, int | None]] = field(default_factory=list)
    tracking: Tracking | None = None
    log: list[LogEntry] = field(default_factory=list)
    fulfilled_at: datetime | None = None
    delivered_at: datetime | None = None
    tracked_at: datetime | None = None
    tracking_uploaded: bool = False

    @property
    def is_short(self) -> bool:
        """Say whether something of it is not promised from the shelf."""
        return self.stage == "open" and any(part.committed < part.quantity for part in self.parts)


@dataclass(slots=True, kw_only=True)
class Order:
    """An order as it was sent; `given` is the body."""

    id: int
    channel: Channel
    reference_id: str
    given: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    lines: list[OrderLine]
    shipments: list[Shipment] = field(default_factory=list)
    in_review: bool = False

    @property
    def status(self) -> str:
        """Return the status that follows from the shipments."""
        if self.in_review:
            return "ImportReview"
        alive = [s for s in self.shipments if s.status != "Cancelled"]
        if not alive:
            return "Cancelled"
        if all(s.status == "Completed" for s in alive):
            return "Fulfilled"
        if any(s.status == "Completed" for s in alive):
            return "PartiallyFulfilled"
        return "Exception" if any(s.status == "Exception" for s in alive) else "Processing"


@dataclass(slots=True, kw_only=True)
class BoxItem:
    """What is in a box on its way in."""

    item: Item
    lot: str
    expires: str
    expected: int
    received: int = 0
    stowed: int = 0


@dataclass(slots=True, kw_only=True)
class Box:
    """A box on its way in."""

    id: int
    tracking: str
    items: list[BoxItem]
    status: str = "Awaiting"
    arrived_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class GoodsIn:
    """A warehouse receiving order (WRO)."""

    id: int
    centre: Centre
    purchase_order: str
    package_type: str
    packing: str
    expected_at: str
    created_at: datetime
    updated_at: datetime
    boxes: list[Box]
    status: str = "Awaiting"
    history: list[tuple[int, str, datetime]] = field(default_factory=list)
    synced_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class ReturnItem:
    """Goods that come back; `taken` is what was done: action, reason, quantity."""

    item: Item
    quantity: int
    action: str
    lot: str
    lot_date: str
    taken: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def processed(self) -> int:
        """Return how many have been dealt with."""
        return sum(quantity for _, _, quantity in self.taken)


@dataclass(slots=True, kw_only=True)
class GoodsBack:
    """A return order."""

    id: int
    channel: Channel
    centre: Centre
    reference_id: str
    kind: str
    shipment: Shipment | None
    tracking: str
    created_at: datetime
    updated_at: datetime
    items: list[ReturnItem]
    status: str = "AwaitingArrival"
    history: list[tuple[str, datetime]] = field(default_factory=list)

    def reached(self, status: str) -> datetime | None:
        """Return when it came to this status."""
        return next((at for name, at in self.history if name == status), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A subscription."""

    id: str
    url: str
    topics: tuple[str, ...]
    description: str
    secret: str
    created_at: datetime


class Books:
    """All that the network knows of one merchant."""

    def __init__(self) -> None:
        self._ids = count(FIRST_ID)
        self.channels: dict[int, Channel] = {}
        self.centres: dict[int, Centre] = {}
        self.items: dict[int, Item] = {}
        self.products: dict[int, Product] = {}
        self.products_by_sku: dict[str, Product] = {}
        self.methods: list[str] = ["Standard"]
        self.orders: dict[int, Order] = {}
        self.orders_by_reference: dict[tuple[int, str], Order] = {}
        self.shipments: dict[int, Shipment] = {}
        self.goods_in: dict[int, GoodsIn] = {}
        self.returns: dict[int, GoodsBack] = {}
        self.hooks: dict[str, Hook] = {}
        self.serials_gone: set[tuple[int, str]] = set()

    def new_id(self) -> int:
        """Return an id that nothing else has."""
        return next(self._ids)

    def order_of(self, reference: str) -> Order | None:
        """Find an order by its reference, in whatever channel."""
        return next((o for (_, name), o in self.orders_by_reference.items() if name == reference), None)

    def item_of(self, sku: str) -> Item | None:
        """Find an item by its stock code."""
        product = self.products_by_sku.get(sku)
        return product.parts[0][0] if product and not product.is_bundle else None

    def centre_named(self, name: str) -> Centre | None:
        """Find a site by its name or the digits of its id; without either the first one."""
        if not name:
            return next(iter(self.centres.values()), None)
        return next((c for c in self.centres.values() if name in {c.name, str(c.id)}), None)
