"""What Tieout needs where orders are released and goods are sold; the rules of `ports.systems` hold here too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from tieout.domain import commands as c
from tieout.domain.documents.open_order import OpenOrder, PromisedLine


class OrderBook(Protocol):
    """Sales orders as they stand before and while their goods leave."""

    def open_order(self, number: str) -> OpenOrder | None:
        """The order of this number; None when Sage has none of it, or has it no more."""

    def promised(self) -> Iterator[PromisedLine]:
        """Every line of goods of every order that is live or on hold, whatever is open of it, all pages."""


class Fulfilments(Protocol):
    """Tells the storefront what left."""

    def has_order(self, name: str) -> bool:
        """Whether the storefront has an order of exactly this name: Sage's others came by telephone, post or EDI."""

    def find_fulfilment(self, command: c.FulfilOrder) -> c.Found | None:
        """The fulfilment that carries the tracking number, or the key where there is none."""

    def fulfil_order(self, command: c.FulfilOrder) -> None:
        """Mark the units as sent, with the tracking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopLevel:
    """What a storefront offers of one stock code at one of its locations."""

    sku: str
    location: str
    available: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSale:
    """Units of one stock code that were sold and are still to leave one location."""

    order_name: str
    sku: str
    location: str
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """A level to set; `before` is what it must still be, so that a sale in between is not undone."""

    sku: str
    location: str
    before: Decimal
    after: Decimal


class ShopStock(Protocol):
    """What a storefront offers for sale."""

    def levels(self, skus: Sequence[str]) -> tuple[ShopLevel, ...]:
        """What it offers now of these stock codes, at every location; one that it does not know is left out."""

    def unsent(self) -> Iterator[ShopSale]:
        """Everything that was sold and not cancelled, and is still to be sent, all pages."""

    def set_levels(self, changes: Sequence[LevelChange]) -> tuple[LevelChange, ...]:
        """Set them, each only if nothing was sold meanwhile; returns those that were not set for that reason."""
