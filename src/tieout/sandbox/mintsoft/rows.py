"""The rows of the house: clients, places, products, orders and goods in. Quantities are whole units."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum


class Status(IntEnum):
    """Where an order stands; the numbers are Mintsoft's."""

    NEW = 1
    PRINTED = 2
    CANCELLED = 3
    DESPATCHED = 4
    INVOICED = 5
    INVOICEFAILED = 6
    HOLDING = 7
    FAILED = 8
    ONBACKORDER = 9
    AWAITINGCONFIRMATION = 10
    AWAITINGDOCUMENTATION = 11
    AWAITINGPAYMENT = 12
    QUERYRAISED = 13
    PACKANDHOLD = 14
    AWAITINGPICKING = 15
    PICKINGSTARTED = 16
    PICKED = 17
    FRAUDRISK = 18
    PICKINGSKIPPED = 19
    PACKED = 20
    AWAITINGREPLEN = 21
    PROCESSING = 22
    REBINNED = 23


GONE = frozenset({Status.DESPATCHED, Status.INVOICED, Status.INVOICEFAILED})
OVER = GONE | {Status.CANCELLED}
BEGUN = frozenset({Status.PICKINGSTARTED, Status.PICKED, Status.PACKED, Status.REBINNED, Status.PACKANDHOLD})
WAITING = frozenset({Status.ONBACKORDER, Status.AWAITINGREPLEN})


class RefusedError(Exception):
    """The house refuses; the text is what it says. Answered with 200 and Success false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Whose goods these are; a house serves several."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A site."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place in a warehouse; `kind` is PICK, BULK, GOODS IN or QUARANTINE."""

    id: int
    warehouse_id: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """A courier's service."""

    id: int
    name: str
    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What tells units of one product apart; empty where the product is not told apart."""

    batch: str = ""
    serial: str = ""
    best_before: str = ""


@dataclass(slots=True, kw_only=True)
class Product:
    """A stock code of a client; `parts` makes it a bundle, which has no stock of its own."""

    id: int
    client_id: int
    sku: str
    name: str
    updated_at: datetime
    ean: str = ""
    upc: str = ""
    weight: float = 0.5
    low_stock_level: int = 0
    has_batch: bool = False
    has_serial: bool = False
    discontinued: bool = False
    parts: dict[int, int] = field(default_factory=dict)
    alt_codes: list[tuple[int, str, str]] = field(default_factory=list)
    """Id, type, code."""
    cartons: list[tuple[int, str, int]] = field(default_factory=list)
    """Id, barcode, units in it."""


@dataclass(slots=True, kw_only=True)
class Place:
    """Units of one lot in one location; `reserved` of them are promised to orders."""

    id: int
    product_id: int
    location: Location
    lot: Lot
    quantity: int = 0
    reserved: int = 0


@dataclass(slots=True, kw_only=True)
class Inventory:
    """The row of one product in one warehouse, as far as it does not follow from the places."""

    id: int
    updated_at: datetime
    in_transition: int = 0
    scrapped: int = 0


@dataclass(slots=True, kw_only=True)
class Levels:
    """The buckets of one product in one warehouse."""

    stock_level: int = 0
    allocated: int = 0
    off_hand: int = 0
    quarantined: int = 0

    @property
    def free(self) -> int:
        """Return what can be promised to orders."""
        return self.stock_level - self.allocated - self.off_hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One line of the stock ledger. `effect` is on the stock level, `held` on what is allocated; both signed."""

    id: int
    product_id: int
    warehouse_id: int
    kind: str
    quantity: int
    effect: int
    held: int
    reason: str
    order_id: int
    return_id: int
    at: datetime
    user: str
    after: Levels
    details: tuple[tuple[Location, Lot, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Units that went from one place to another; None is the world outside."""

    id: int
    product_id: int
    source: Location | None
    target: Location | None
    quantity: int
    lot: Lot
    order_id: int
    item_id: int
    comment: str
    at: datetime
    user: str


@dataclass(slots=True, kw_only=True)
class Taken:
    """Units of a place that are promised to an order item, and later picked and despatched."""

    id: int
    item_id: int
    place: Place
    quantity: int
    picked: bool = False
    despatched: bool = False


@dataclass(slots=True, kw_only=True)
class Item:
    """One line of an order. `more` keeps prices and details as they were given."""

    id: int
    product_id: int
    quantity: int
    names: list[tuple[int, str, str]]
    more: dict[str, object]
    picked: int = 0
    shipped: int = 0
    want_batch: str = ""
    want_serial: str = ""


@dataclass(slots=True, kw_only=True)
class Consignment:
    """One parcel or consignment of an order; Mintsoft calls it a shipment."""

    id: int
    courier: str
    number: str
    at: datetime
    manifested: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEvent:
    """What a carrier says of a consignment."""

    id: int
    order_id: int
    consignment: Consignment
    stage: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectAction:
    """Somebody who wants to hear of an order or a notice; `codes` are ExtraCode1 to 5."""

    id: int
    codes: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Order:
    """One order, or one part of what was one order; `root` is the first part's id."""

    id: int
    root: int
    client_id: int
    warehouse_id: int
    number: str
    reference: str
    courier_id: int
    country_id: int
    status: Status
    created_at: datetime
    updated_at: datetime
    user: str
    more: dict[str, object]
    names: list[tuple[int, str, str]]
    items: list[Item]
    part: int = 1
    parts: int = 1
    locked: bool = False
    tracking: str = ""
    parcels: int = 1
    despatched_at: datetime | None = None
    despatched_by: str = ""
    comments: str = ""
    tags: str = ""
    taken: list[Taken] = field(default_factory=list)
    consignments: list[Consignment] = field(default_factory=list)
    actions: list[ConnectAction] = field(default_factory=list)

    def allocated(self, item: Item) -> int:
        """Return the units promised to this item that have not left."""
        return sum(t.quantity for t in self.taken if t.item_id == item.id and not t.despatched)

    def lacking(self, item: Item) -> int:
        """Return the units that are on back order."""
        return 0 if self.status in OVER else item.quantity - item.shipped - self.allocated(item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """That one order came off another."""

    id: int
    order_id: int
    new_id: int
    at: datetime


@dataclass(slots=True, kw_only=True)
class NoticeItem:
    """One line of an ASN: expected, counted at the door, and booked into stock."""

    id: int
    product_id: int
    expected: int
    source_line: str
    sscc: str
    received: int = 0
    booked: int = 0
    puts: list[tuple[int, Location, Lot, int]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Notice:
    """An advance shipping notice."""

    id: int
    client_id: int
    warehouse_id: int
    status: int
    created_at: datetime
    updated_at: datetime
    items: list[NoticeItem]
    more: dict[str, object]
    shipped: bool = False
    booked_at: datetime | None = None
    actions: list[ConnectAction] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ReturnItem:
    """Units that came back; `put` of them have been put away."""

    id: int
    item_id: int
    product_id: int
    quantity: int
    reason_id: int
    action: str
    comments: str
    put: int = 0


@dataclass(slots=True, kw_only=True)
class Return:
    """A customer's return; `order_id` is 0 when no order is known."""

    id: int
    order_id: int
    client_id: int
    reference: str
    at: datetime
    updated_at: datetime
    confirmed: bool = False
    items: list[ReturnItem] = field(default_factory=list)
