"""What a warehouse or 3PL says of the orders that it was sent, and of what left its door.

All quantities are in the warehouse's own unit, as it said them; the flow converts them by the factor that was
frozen when the order was released. Times are UTC; `..._text` keeps what the source wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from tieout.domain.commands.stock import BatchQuantity


class RequestStatus(StrEnum):
    """Where a shipment request stands at the warehouse."""

    RECEIVED = "received"
    """It is there and nobody has begun."""
    HELD = "held"
    """The warehouse has a question, or waits for stock."""
    PICKING = "picking"
    """Somebody has begun: too late for a change in most houses."""
    PICKED = "picked"
    PACKED = "packed"
    PART_SHIPPED = "part shipped"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    """The warehouse used a word that we do not know; it stands in `status_text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """One line of a request as the warehouse holds it."""

    line: str
    """Our id of the line, where the warehouse kept it; empty otherwise."""
    sku: str
    quantity: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseOrder:
    """A shipment request as it stands at the warehouse, with every part that it was split into."""

    reference: str
    """Our reference of the request."""
    warehouse_ids: tuple[str, ...]
    """What the warehouse calls it: one, or one for each part that it was split into."""
    status: RequestStatus
    status_text: str
    lines: tuple[HeldLine, ...]
    """What was asked for in all, over all parts."""
    reason: str = ""
    """Why it is held, rejected or cancelled, in the warehouse's words."""
    link: str = ""


Stage = Literal["picked", "packed", "despatched"]
"""How far a shipment has come; each stage includes those before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedLine:
    """Units of one line in a shipment. A quantity of 0 is no shipped line: it is a short one."""

    line: str
    """Our id of the line, where the warehouse kept it; empty otherwise."""
    sku: str
    """What physically left, as the warehouse calls it."""
    quantity: Decimal
    unit: str = ""
    sku_ordered: str = ""
    """What it stands in for, where the warehouse says that it is a substitute."""
    batches: tuple[BatchQuantity, ...] = ()
    """Batches or serial numbers that left: in stock units, or in the line's own unit, as the warehouse told them.

    Which it was is seen by what they add up to (`domain/orders/batches.py`); where they add up to neither, the
    despatch stops for its numbers.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortLine:
    """What was asked for and did not leave."""

    line: str
    sku: str
    quantity: Decimal
    unit: str = ""
    reason: str = ""
    """The warehouse's own word or code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel, or pallet, of a shipment."""

    tracking: str
    carrier: str = ""
    """The carrier's name or code as the warehouse writes it."""
    service: str = ""
    url: str = ""
    weight: Decimal | None = None
    """Kilograms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What left, or is about to leave, in one go."""

    shipment_id: str
    """The warehouse's own id of it, the same each time it is told; unique within the account."""
    account: str
    reference: str
    """Our reference of the request that it belongs to, as the warehouse holds it."""
    site: str
    """The warehouse's own name of the place that it leaves from; empty where it has one only."""
    stage: Stage
    reached_at: datetime
    """When it reached this stage."""
    reached_text: str
    lines: tuple[ShippedLine, ...]
    parcels: tuple[Parcel, ...] = ()
    short: tuple[ShortLine, ...] = ()
    follows: Literal["yes", "no", "unsaid"] = "unsaid"
    """Whether the rest will follow (back order), or was closed short; `unsaid` leaves it to the rule of the house."""
    source: str = ""
    """Where it was told, for people: a file and its rows, an address."""
