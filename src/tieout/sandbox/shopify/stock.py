"""What the shop sells and holds: variants, locations, stock levels, adjustments, and the apps that act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Who did something through the API, or nobody."""

    id: int
    title: str
    handle: str


@dataclass(slots=True, kw_only=True)
class Variant:
    """A thing for sale; one product has one variant here."""

    id: int
    product_id: int
    inventory_item_id: int
    sku: str
    title: str
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place that holds stock."""

    id: int
    name: str


@dataclass(slots=True, kw_only=True)
class Level:
    """Stock of one item at one location; on hand is what is available and what is committed to orders."""

    id: int
    inventory_item_id: int
    location_id: int
    available: int
    on_hand: int
    committed: int = 0
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """One quantity that an adjustment moved."""

    name: str
    delta: int
    after: int
    inventory_item_id: int
    location_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentGroup:
    """One stock adjustment, all or nothing."""

    id: int
    created_at: datetime
    reason: str
    reference_document_uri: str | None
    app: App | None
    key: str
    changes: tuple[StockChange, ...]
