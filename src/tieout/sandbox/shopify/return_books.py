"""Native returns as they stand in the books: what comes back, what goes out instead, what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from tieout.sandbox.shopify.figures import proportion
from tieout.sandbox.shopify.stock import App, Variant

if TYPE_CHECKING:
    from tieout.sandbox.shopify.books import Line, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What became of returned units; kind is Shopify's word in capitals."""

    id: int
    at: datetime
    kind: str
    quantity: int
    location_id: int | None


@dataclass(slots=True, kw_only=True)
class ReturnLine:
    """Units of one order line that are to come back."""

    id: int
    line: Line
    quantity: int
    reason: str
    note: str = ""
    restocking_fee_id: int = 0
    restocking_percent: Decimal = Decimal(0)
    processed: int = 0
    refunded: int = 0
    dispositions: list[Disposition] = field(default_factory=list)

    @property
    def worth(self) -> int:
        """Return the discounted value of all the units, taxed as the order is."""
        return proportion(self.line.net_of_discount, self.quantity, self.line.quantity)

    @property
    def restocking_fee(self) -> int:
        """Return the fee for all the units."""
        return proportion(self.worth, int(self.restocking_percent * 100), 10_000)


@dataclass(slots=True, kw_only=True)
class ExchangeLine:
    """Units that the customer gets instead; they join the order's lines when they are processed."""

    id: int
    variant: Variant
    quantity: int
    price: int
    tax_rate: Decimal
    processed: int = 0
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessedUnits:
    """Units of a return line that one processing took back, with their value and tax.

    `refundable` of them had not been refunded before; only these carry value.
    """

    line: ReturnLine
    quantity: int
    refundable: int
    subtotal: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """One processing of a return: units back, lines added, fees charged, and the goods' value that paid for these."""

    agreement_id: int
    at: datetime
    app: App | None
    staff: str
    units: tuple[ProcessedUnits, ...]
    added: tuple[Line, ...]
    fees: tuple[tuple[int, int], ...]
    netted: int


@dataclass(slots=True, kw_only=True)
class ShopReturn:
    """A native return; name is the order's with -R and a number.

    `charged` is what new lines and fees have cost so far, `netted` the part that returned goods paid for.
    """

    id: int
    name: str
    order: Order
    status: str
    created_at: datetime
    lines: tuple[ReturnLine, ...]
    app: App | None
    agreement_id: int
    exchanges: tuple[ExchangeLine, ...] = ()
    fee_id: int = 0
    fee: int = 0
    fee_charged: bool = False
    fees_charged: int = 0
    charged: int = 0
    netted: int = 0
    decline: tuple[str, str] | None = None
    approved_at: datetime | None = None
    closed_at: datetime | None = None
    processings: list[Processing] = field(default_factory=list)

    @property
    def is_processed(self) -> bool:
        """Say whether nothing of it is left to process."""
        left = sum(x.quantity - x.processed for x in self.lines)
        return left + sum(x.quantity - x.processed for x in self.exchanges) == 0
