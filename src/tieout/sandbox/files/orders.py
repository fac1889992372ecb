"""Orders as a depositor sends them, as the 3PL holds them, and what it despatched of them; no file format here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from tieout.sandbox.files.stock import NOUGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    """One line of an order file; `trouble` says what is wrong with the row itself."""

    line_no: str
    sku: str
    quantity: Decimal
    unit: str = ""
    base_quantity: Decimal | None = None
    lot_request: str = ""
    where: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOrder:
    """One order of a file; `action` is N for new, U for changed, C for cancelled."""

    order_ref: str
    release_no: str = ""
    action: str = "N"
    site: str = ""
    lines: tuple[WantedLine, ...] = ()
    deliver_to: str = ""
    service: str = ""
    instructions: str = ""
    where: str = ""
    trouble: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes the order single at the 3PL."""
        return self.order_ref, self.release_no


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """An order file, read. `fault` refuses the file whole; `is_answer` marks an acknowledgement of one of ours."""

    file_id: str
    orders: tuple[WantedOrder, ...] = ()
    fault: str = ""
    is_answer: bool = False
    envelope: dict[str, str] = field(default_factory=dict)
    """What an acknowledgement has to name: control numbers and partners, by the format's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRefusal:
    """A line that is not taken, and why."""

    line_no: str
    where: str
    reason: str
    field: str = ""
    """What is wrong: sku, unit or quantity."""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the 3PL says to one order of a file; accepted with refusals means accepted in part."""

    order: WantedOrder
    is_accepted: bool
    reason: str = ""
    refusals: tuple[LineRefusal, ...] = ()


@dataclass(slots=True, kw_only=True)
class Line:
    """One line as the 3PL holds it, in base units; `closed` will not leave any more."""

    line_no: str
    sku: str
    unit: str
    factor: Decimal
    ordered: Decimal
    lot_request: str = ""
    shipped: Decimal = NOUGHT
    closed: Decimal = NOUGHT

    @property
    def left(self) -> Decimal:
        """What is still to be shipped."""
        return max(self.ordered - self.shipped - self.closed, NOUGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One carton that left; the SSCC is its own number, tracking the carrier's."""

    number: int
    tracking: str
    sscc: str
    carrier: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a despatch, one lot and one parcel: status shipped, substituted, short or cancelled.

    Of short and cancelled rows the quantity is what did not leave. `ordered` is what the line still wanted before.
    """

    line_no: str
    sku_ordered: str
    sku_shipped: str
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    ordered: Decimal
    status: str = "shipped"
    reason: str = ""
    lot: str = ""
    tracking: str = ""
    expiry: date | None = None
    parcel: int = 0

    @property
    def has_left(self) -> bool:
        """Whether goods left by this row."""
        return self.status in {"shipped", "substituted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Despatch:
    """What left in one go, and what of the order will not."""

    despatch_ref: str
    at: datetime
    order_ref: str
    release_no: str
    site: str
    rows: tuple[Row, ...]
    parcels: tuple[Parcel, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLine:
    """One line of a despatch, added up: what was wanted, what left by which rows, and whether the rest follows.

    Quantities are in base units.
    """

    line_no: str
    sku: str
    ordered: Decimal
    rows: tuple[Row, ...]
    shipped: Decimal
    follows: bool
    reason: str

    @property
    def difference(self) -> Decimal:
        """What left less what was wanted: below nought for short."""
        return self.shipped - self.ordered


def told_lines(made: Despatch) -> list[ToldLine]:
    """Add up the rows of a despatch by line, in their order."""
    found: dict[str, list[Row]] = {}
    for row in made.rows:
        found.setdefault(row.line_no, []).append(row)
    told = []
    for line_no, rows in found.items():
        left = tuple(row for row in rows if row.has_left)
        shipped = sum((row.base_quantity for row in left), NOUGHT)
        told.append(
            ToldLine(
                line_no=line_no,
                sku=rows[0].sku_ordered,
                ordered=rows[0].ordered,
                rows=left,
                shipped=shipped,
                follows=not made.is_complete and shipped < rows[0].ordered,
                reason=rows[-1].reason,
            )
        )
    return told


@dataclass(slots=True, kw_only=True)
class Order:
    """An order at the 3PL: received, picking, picked, packed, part shipped, shipped or cancelled."""

    wanted: WantedOrder
    site: str
    lines: list[Line]
    status: str = "received"
    despatches: list[Despatch] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether anything can still leave."""
        return self.status not in {"shipped", "cancelled"}

    def line(self, line_no: str) -> Line | None:
        """Return the line of this number."""
        return next((line for line in self.lines if line.line_no == line_no), None)
