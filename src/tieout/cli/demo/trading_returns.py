"""How the demo's returns desk finds the sale behind a return, and what must come of it."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, unique

from tieout.cli.demo.trading_file import GOODS, Document, LineClass, SaleLine

DAMAGED_PERCENT = 15
SOUND_REASONS = (
    "Ordered too many",
    "No longer wanted",
    "Wrong item sent",
    "Not as described",
    "Arrived late",
)
DAMAGED_REASONS = ("Damaged in transit", "Faulty")
ADJUSTMENT_REASON = "Account adjustment"


@unique
class Expectation(Enum):
    """How an RMA must end: tied out, or on a case of this kind."""

    TIED_OUT = "tied out"
    ORDER_AMBIGUOUS = "order ambiguous"
    PRICE_DIFFERS = "price differs"
    ORDER_NOT_FOUND = "order not found"
    CUSTOMER_UNKNOWN = "customer unknown"
    CARRIAGE = "carriage"
    MANUAL = "manual"
    LEDGER = "ledger"
    TEST_PRODUCT = "test product"
    VOUCHER = "voucher"


_BY_CLASS = {
    LineClass.CARRIAGE: Expectation.CARRIAGE,
    LineClass.MANUAL: Expectation.MANUAL,
    LineClass.LEDGER: Expectation.LEDGER,
    LineClass.TEST_PRODUCT: Expectation.TEST_PRODUCT,
    LineClass.VOUCHER: Expectation.VOUCHER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SalePart:
    """So many units of one sale line."""

    row_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """What is sent back and claimed: `quantity` units at a net `unit_price`.

    The price is negative where the document charges the customer instead of crediting. `parts` names the
    sale lines of the order that the units come from; empty when the RMA names no order.
    """

    row_id: int
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    line_class: LineClass
    damaged: bool
    reason: str
    parts: tuple[SalePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest:
    """An RMA as the returns desk raises it; `order_name` is empty when no one sale can be named."""

    number: str
    document: str
    day: date
    customer: str | None
    country: str
    order_name: str
    lines: tuple[ReturnLine, ...]
    expectation: Expectation

    @property
    def units(self) -> int:
        """Count the units; the portal holds one entry for each."""
        return sum(line.quantity for line in self.lines)

    @property
    def claimed(self) -> Decimal:
        """Add up the net claim in pounds, unrounded."""
        return worth(self.lines)


class Unreturned:
    """What each customer still holds of each SKU, by invoice, oldest first."""

    def __init__(self) -> None:
        self._lines: defaultdict[tuple[str, str], dict[str, list[SaleLine]]] = defaultdict(dict)
        self._left: dict[int, int] = {}

    def add(self, customer: str, order: str, lines: Sequence[SaleLine]) -> None:
        """Count the lines of a sale in."""
        for line in lines:
            self._lines[customer, line.sku].setdefault(order, []).append(line)
            self._left[line.row_id] = line.quantity

    def orders(self, customer: str, wanted: Wanted) -> list[str]:
        """Name the invoices that still hold enough, oldest first."""
        return [
            number
            for number, lines in self._lines.get((customer, wanted.sku), {}).items()
            if sum(self._left[line.row_id] for line in lines if wanted.fits(line)) >= wanted.quantity
        ]

    def take(self, customer: str, order: str, wanted: Wanted) -> tuple[SalePart, ...]:
        """Take the units off the invoice's lines in their order; `orders` has said that there are enough."""
        parts: list[SalePart] = []
        open_quantity = wanted.quantity
        for line in self._lines[customer, wanted.sku][order]:
            quantity = min(open_quantity, self._left[line.row_id]) if wanted.fits(line) else 0
            if quantity:
                self._left[line.row_id] -= quantity
                open_quantity -= quantity
                parts.append(SalePart(row_id=line.row_id, quantity=quantity))
        assert open_quantity == 0, f"{order} holds {open_quantity} of {wanted.sku} too few"
        return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """So many units of a SKU, sold at this price or only at others."""

    sku: str
    quantity: int
    price: Decimal
    same_price: bool = True

    def fits(self, line: SaleLine) -> bool:
        """Say whether a line of this SKU was sold at a price that counts."""
        return (line.unit_price == self.price) is self.same_price


_Placed = tuple[Expectation, str, tuple[SalePart, ...]]


def requests(document: Document, unreturned: Unreturned, seed: int) -> Iterator[ReturnRequest]:
    """Raise the RMAs of a document, one per kind of ending and order, in the order of their lines."""
    groups: defaultdict[tuple[Expectation, str], list[ReturnLine]] = defaultdict(list)
    cover = _only_cover(document, unreturned)
    for line in document.lines:
        expectation, order, parts = _place(document.customer, line, cover, unreturned)
        groups[expectation, order].append(_return_line(line, parts, seed))
    for place, ((expectation, order), lines) in enumerate(groups.items(), start=1):
        yield ReturnRequest(
            number=document.number if place == 1 else f"{document.number}-{place}",
            document=document.number,
            day=document.day,
            customer=document.customer,
            country=document.country,
            order_name=order,
            lines=tuple(lines),
            expectation=expectation,
        )


def _place(customer: str | None, line: SaleLine, cover: str | None, unreturned: Unreturned) -> _Placed:
    """Find the one sale that a line came from, or say why none can be named."""
    if line.line_class is not LineClass.PRODUCT:
        return _BY_CLASS[line.line_class], "", ()
    if customer is None:
        return Expectation.CUSTOMER_UNKNOWN, "", ()
    wanted = Wanted(sku=line.sku, quantity=abs(line.quantity), price=line.unit_price)
    orders = [cover] if cover else unreturned.orders(customer, wanted)
    if len(orders) == 1:
        return Expectation.TIED_OUT, orders[0], unreturned.take(customer, orders[0], wanted)
    if orders:
        return Expectation.ORDER_AMBIGUOUS, "", ()
    elsewhere = Wanted(sku=line.sku, quantity=abs(line.quantity), price=line.unit_price, same_price=False)
    dearer_or_cheaper = unreturned.orders(customer, elsewhere)
    if dearer_or_cheaper:
        latest = dearer_or_cheaper[-1]
        return Expectation.PRICE_DIFFERS, latest, unreturned.take(customer, latest, elsewhere)
    return Expectation.ORDER_NOT_FOUND, "", ()


def _only_cover(document: Document, unreturned: Unreturned) -> str | None:
    """Name the invoice that covers every product line of a return, if exactly one does."""
    demand: Counter[tuple[str, Decimal]] = Counter()
    for line in document.lines:
        if line.line_class is LineClass.PRODUCT:
            demand[line.sku, line.unit_price] += abs(line.quantity)
    if document.customer is None or not demand:
        return None
    covers = [
        set(unreturned.orders(document.customer, Wanted(sku=sku, quantity=quantity, price=price)))
        for (sku, price), quantity in demand.items()
    ]
    common = set.intersection(*covers)
    return common.pop() if len(common) == 1 else None


def _return_line(line: SaleLine, parts: tuple[SalePart, ...], seed: int) -> ReturnLine:
    is_goods = line.line_class in GOODS
    damaged = is_goods and _draw(seed, line.row_id, "damaged", 100) < DAMAGED_PERCENT
    reasons = DAMAGED_REASONS if damaged else SOUND_REASONS
    return ReturnLine(
        row_id=line.row_id,
        sku=line.sku,
        title=line.title,
        quantity=abs(line.quantity),
        unit_price=line.unit_price if line.quantity < 0 else -line.unit_price,
        line_class=line.line_class,
        damaged=damaged,
        reason=reasons[_draw(seed, line.row_id, "reason", len(reasons))] if is_goods else ADJUSTMENT_REASON,
        parts=parts,
    )


def _draw(seed: int, row_id: int, what: str, below: int) -> int:
    """Draw a number from 0 that depends on these arguments alone, not on what was drawn before."""
    digest = hashlib.sha256(f"{seed}:{row_id}:{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def worth(lines: Sequence[SaleLine] | Sequence[ReturnLine]) -> Decimal:
    """Add up the net value in pounds, unrounded."""
    return sum((line.quantity * line.unit_price for line in lines), Decimal(0))
