"""Stock: written on and off, issued, moved, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tieout.domain.commands.base import Command, Figures, summed
from tieout.domain.documents.sales_order import Nominal


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchQuantity:
    """A quantity of one batch, or one serial number (quantity 1)."""

    number: str
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedBin:
    """What was counted of one stock item in one bin."""

    sku: str
    bin: str
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOn(Command):
    """Add stock outside an order (ledger route): the key goes into the movement's reference."""

    kind: Literal["write_on"] = "write_on"
    sku: str
    warehouse: str
    bin: str
    quantity: Decimal
    on: date
    nominal: Nominal
    second_reference: str
    narrative: str

    def figures(self) -> Figures:
        """Quantity by stock item, warehouse and bin."""
        return stock_figures([(self.sku, self.warehouse, self.bin, self.quantity)])


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveStock(Command):
    """Move stock from one bin to another: the key goes into the movements' reference."""

    kind: Literal["move_stock"] = "move_stock"
    sku: str
    quantity: Decimal
    from_warehouse: str
    from_bin: str
    to_warehouse: str
    to_bin: str
    on: date
    second_reference: str
    batches: tuple[BatchQuantity, ...] = ()
    """Which batches or serial numbers move, for a traceable item; together the quantity."""

    def figures(self) -> Figures:
        """Quantity by stock item, warehouse and bin: out of one, into the other."""
        return stock_figures(
            [
                (self.sku, self.from_warehouse, self.from_bin, -self.quantity),
                (self.sku, self.to_warehouse, self.to_bin, self.quantity),
            ]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff(Command):
    """Take stock off the books for good: the key goes into the movement's reference."""

    kind: Literal["write_off"] = "write_off"
    sku: str
    warehouse: str
    bin: str
    quantity: Decimal
    on: date
    nominal: Nominal
    category: str
    """The write-off category by its Sage name (section 6.4)."""
    second_reference: str
    narrative: str

    def figures(self) -> Figures:
        """Quantity by stock item, warehouse and bin, negative."""
        return stock_figures([(self.sku, self.warehouse, self.bin, -self.quantity)])


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueStock(Command):
    """Issue stock without an order, as a till sale or the firm's own use: the key goes into the reference."""

    kind: Literal["issue_stock"] = "issue_stock"
    sku: str
    warehouse: str
    bin: str
    quantity: Decimal
    on: date
    nominal: Nominal
    second_reference: str
    narrative: str

    def figures(self) -> Figures:
        """Quantity by stock item, warehouse and bin, negative."""
        return stock_figures([(self.sku, self.warehouse, self.bin, -self.quantity)])


@dataclass(frozen=True, slots=True, kw_only=True)
class CountStock(Command):
    """Set bins to their counted quantity by a stocktake of one warehouse: the key is the stocktake's name.

    Absolute figures race with other movements between count and completion (Sage 200, section 4.2):
    for exceptions, never for each document.
    """

    kind: Literal["count_stock"] = "count_stock"
    warehouse: str
    counts: tuple[CountedBin, ...]
    variance_nominal: Nominal
    narrative: str

    def figures(self) -> Figures:
        """Counted quantity by stock item, warehouse and bin."""
        return stock_figures([(count.sku, self.warehouse, count.bin, count.quantity) for count in self.counts])


def stock_figures(moves: Sequence[tuple[str, str, str, Decimal]]) -> Figures:
    """Figures of stock movements from (stock code, warehouse, bin, signed quantity)."""
    return summed([(f"{sku}@{warehouse}/{place}", quantity) for sku, warehouse, place, quantity in moves])
