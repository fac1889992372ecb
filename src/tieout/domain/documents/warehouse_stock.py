"""What a warehouse says of its stock: movements one by one, counts of everything, and what it charges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from tieout.domain.money import Money

MovementKind = Literal["adjustment", "receipt", "write_off", "transfer", "quarantine", "release", "return"]
"""`transfer` is between two sites or places; `quarantine` and `release` are between saleable and not saleable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseMovement:
    """One movement of stock in a warehouse, other than a shipment of ours."""

    movement_id: str
    """The warehouse's own id, the same each time it is told; unique within the account."""
    account: str
    site: str
    occurred_at: datetime
    occurred_text: str
    kind: MovementKind
    reason: str
    """The warehouse's own code or word; empty where it gives none."""
    sku: str
    quantity: Decimal
    """Signed: what left is negative. Of a transfer, quarantine or release: what moved, positive."""
    unit: str = ""
    to_site: str = ""
    """Of a transfer to another site."""
    place: str = ""
    """Bin, location or state that it left, or where it happened."""
    to_place: str = ""
    batch: str = ""
    serial: str = ""
    reference: str = ""
    """What it belongs to: a purchase order, a goods-in advice, a return, an order."""
    user: str = ""
    cursor: str = ""
    """Where a later listing goes on; empty where the movement was pushed to us."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedStock:
    """What a warehouse holds of one stock code at one site, in its own unit. None: it does not say."""

    sku: str
    on_hand: Decimal
    """Physically there, quarantine left out where `quarantine` is told apart."""
    unit: str = ""
    allocated: Decimal | None = None
    quarantine: Decimal | None = None
    damaged: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSnapshot:
    """Everything that a warehouse holds at one site at one moment. It is compared and never posted."""

    account: str
    site: str
    taken_at: datetime
    """The moment of counting, not of writing."""
    taken_text: str
    lines: tuple[CountedStock, ...]
    last_movement: str = ""
    """The newest movement or shipment that it includes, where it says so."""
    source: str = ""
    is_whole: bool = True
    """False where rows were refused: of a stock code that is not in `lines` it then says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """One charge of a 3PL: for an order, a pallet's storage, a carrier's label."""

    charge_id: str
    """Unique within the account: the file's own, else invoice number and row."""
    account: str
    invoice: str
    """The 3PL's invoice or statement that it stands on."""
    on: date
    code: str
    """The 3PL's own word for what it is: pick, pack, storage, carriage."""
    description: str
    net: Money
    quantity: Decimal | None = None
    reference: str = ""
    """The shipment, request or tracking number that it is for; empty for storage and the like."""
    source: str = ""
