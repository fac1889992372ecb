"""The despatch bay of the 3PL: what leaves of an order, from which lots, in which parcels; and what will not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tieout.sandbox.files.orders import Despatch, Line, Order, Parcel, Row
from tieout.sandbox.files.stock import NOUGHT, ActRefusedError, Item, Movement, Stock
from tieout.sandbox.journal import JournalEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """So much of a line leaves, in base units; another SKU is a substitute. Empty lots are chosen by expiry."""

    line_no: str
    quantity: Decimal
    sku: str = ""
    lots: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcels:
    """How a despatch is packed: how many parcels, and who carries them."""

    count: int = 1
    carrier: str = "DPD"
    service: str = "NEXT DAY"
    tracking: tuple[str, ...] = ()


class Bay:
    """Ships orders, and keeps the ledger of units shipped that nothing but a despatch writes."""

    def __init__(self, stock: Stock, now: Callable[[], datetime]) -> None:
        self.stock = stock
        self.now = now
        self.shipped: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        """Base units by order reference, release and line."""
        self.report_unit = ""
        """Unit of despatch rows: empty as ordered, `base`, or the name of a unit."""
        self._sscc = 0

    def plan(self, order: Order, how: str) -> tuple[list[Pick], bool]:
        """Return what leaves now, limited to what stands there, and whether the rest of the order is closed.

        `how` is whole, parts (half now), short (one unit of the first line stays), over (one too many) or
        substituted (another SKU for the first line, where there is one).
        """
        free: dict[str, Decimal] = defaultdict(Decimal)
        for item in self.stock.items.values():
            free[item.sku] = self.stock.on_hand(order.site, item.sku)
        picks = []
        for index, line in enumerate(line for line in order.lines if line.left > 0):
            sku, wanted = line.sku, line.left
            if how == "parts":
                wanted = (wanted / 2).to_integral_value(rounding="ROUND_CEILING")
            elif how == "short" and index == 0:
                wanted = max(wanted - line.factor, NOUGHT)
            elif how == "over" and index == 0:
                wanted += line.factor
            elif how == "substituted" and index == 0:
                sku = self.stock.item(line.sku).substitute or line.sku
            quantity = min(wanted, line.left if how == "parts" else wanted, free[sku])
            free[sku] -= quantity
            picks.append(Pick(line_no=line.line_no, quantity=quantity, sku=sku))
        return picks, how != "parts"

    def despatch(
        self,
        order: Order,
        picks: Sequence[Pick],
        entry: JournalEntry,
        *,
        is_complete: bool,
        parcels: Parcels | None = None,
        reason: str = "NOT FOUND",
    ) -> Despatch:
        """Ship these picks in one go; `is_complete` closes what is left, short for this reason.

        All or nothing: refused, and nothing is booked, when a pick is not there.
        """
        if not order.is_open:
            raise ActRefusedError(f"the order is {order.status}")
        chosen = self._chosen(order, picks)
        ref = self.stock.event_id("D")
        at = self.now()
        boxes = self._parcels(parcels or Parcels(), order, has_goods=bool(chosen))
        rows = [
            self._row(line, item, lot, quantity, parcel=1 + index % len(boxes))
            for index, (line, item, lot, quantity) in enumerate(chosen)
        ]
        for number, row in enumerate(rows, 1):
            self._leave(order, row, f"{ref}/{number}", at)
        rows += [self._missing(line, reason) for line in order.lines if is_complete and line.left > 0]
        made = Despatch(
            despatch_ref=ref,
            at=at,
            order_ref=order.wanted.order_ref,
            release_no=order.wanted.release_no,
            site=order.site,
            rows=tuple(rows),
            parcels=tuple(boxes),
            is_complete=is_complete or all(line.left == 0 for line in order.lines),
        )
        self._close(order, made)
        _note_despatch(made, entry)
        return made

    def _chosen(self, order: Order, picks: Iterable[Pick]) -> list[tuple[Line, Item, str, Decimal]]:
        """Return line, item, lot and quantity of what leaves; refused when any of it is not there."""
        chosen: list[tuple[Line, Item, str, Decimal]] = []
        taken: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for pick in picks:
            line = order.line(pick.line_no)
            if line is None:
                raise ActRefusedError(f"the order has no line {pick.line_no}")
            item = self.stock.item(pick.sku or line.sku)
            if pick.quantity < 0:
                raise ActRefusedError(f"{pick.quantity} cannot leave")
            lots = pick.lots or self._lots(order.site, item, pick.quantity, line.lot_request, taken)
            if sum((q for _, q in lots), NOUGHT) != pick.quantity:
                raise ActRefusedError(f"the lots of line {line.line_no} do not make {pick.quantity}")
            for lot, quantity in lots:
                taken[item.sku, lot] += quantity
                chosen.append((line, item, lot, quantity))
        for (sku, lot), quantity in taken.items():
            if quantity > dict(self.stock.lots(order.site, sku)).get(lot, NOUGHT):
                raise ActRefusedError(f"{quantity} of {sku} {lot} is not at {order.site}".replace("  ", " "))
        return chosen

    def _lots(
        self, site: str, item: Item, quantity: Decimal, request: str, taken: dict[tuple[str, str], Decimal]
    ) -> list[tuple[str, Decimal]]:
        """Return the lots to take, the one that was asked for in front, then by expiry."""
        found: list[tuple[str, Decimal]] = []
        for lot, there in sorted(self.stock.lots(site, item.sku), key=lambda one: one[0] != request):
            part = min(quantity, there - taken[item.sku, lot])
            if part > 0:
                found.append((lot, part))
                quantity -= part
        if quantity > 0:
            raise ActRefusedError(f"{quantity} of {item.sku} is missing at {site}")
        return found

    def _parcels(self, wish: Parcels, order: Order, *, has_goods: bool) -> list[Parcel]:
        boxes = []
        for number in range(1, 1 + max(wish.count, 1) * has_goods):
            self._sscc += 1
            given = wish.tracking[number - 1] if number <= len(wish.tracking) else ""
            boxes.append(
                Parcel(
                    number=number,
                    tracking=given or f"{15501234000000 + self._sscc}",
                    sscc=sscc(self._sscc),
                    carrier=wish.carrier,
                    service=wish.service or order.wanted.service,
                )
            )
        return boxes

    def _row(self, line: Line, item: Item, lot: str, quantity: Decimal, *, parcel: int) -> Row:
        unit, said = self._said(line, item, quantity)
        return Row(
            line_no=line.line_no,
            sku_ordered=line.sku,
            sku_shipped=item.sku,
            quantity=said,
            unit=unit,
            base_quantity=quantity,
            ordered=line.left,
            status="shipped" if item.sku == line.sku else "substituted",
            lot=lot,
            tracking=item.tracking,
            expiry=self.stock.expiries.get((item.sku, lot)),
            parcel=parcel,
        )

    def _said(self, line: Line, item: Item, quantity: Decimal) -> tuple[str, Decimal]:
        """Return unit and quantity as the 3PL says them: in base units where it does not come out whole."""
        unit = item.base_unit if self.report_unit == "base" else self.report_unit or line.unit
        factor = item.factor(unit)
        if factor is None or quantity % factor:
            return item.base_unit, quantity
        return unit, quantity / factor

    def _missing(self, line: Line, reason: str) -> Row:
        item = self.stock.item(line.sku)
        unit, said = self._said(line, item, line.left)
        row = Row(
            line_no=line.line_no,
            sku_ordered=line.sku,
            sku_shipped="",
            quantity=said,
            unit=unit,
            base_quantity=line.left,
            ordered=line.left,
            status="short",
            reason=reason,
        )
        line.closed += line.left
        return row

    def _leave(self, order: Order, row: Row, movement_id: str, at: datetime) -> None:
        """Book what left on stock, line and ledger."""
        self.stock.move(
            Movement(
                movement_id=movement_id,
                at=at,
                site=order.site,
                sku=row.sku_shipped,
                kind="despatch",
                quantity=-row.base_quantity,
                lot=row.lot,
                ref_type="order",
                ref=order.wanted.order_ref,
            )
        )
        line = order.line(row.line_no)
        assert line is not None, "the row was made of it"
        line.shipped += row.base_quantity
        self.shipped[(*order.wanted.key, row.line_no)] += row.base_quantity

    def _close(self, order: Order, made: Despatch) -> None:
        order.despatches.append(made)
        anything = any(line.shipped > 0 for line in order.lines)
        if made.is_complete:
            order.status = "shipped" if anything else "cancelled"
        else:
            order.status = "part shipped" if anything else order.status


def sscc(number: int) -> str:
    """Return a serial shipping container code with its check digit."""
    digits = f"0501234567{number:07d}"
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def _note_despatch(made: Despatch, entry: JournalEntry) -> None:
    fields = {"order_ref": made.order_ref, "release_no": made.release_no, "despatch_ref": made.despatch_ref}
    entry.effect("despatch.made", **fields, parcels=len(made.parcels), complete=int(made.is_complete))
    for row in made.rows:
        if row.has_left:
            entry.effect(
                "units.shipped", **fields, line=row.line_no, sku=row.sku_shipped, quantity=str(row.base_quantity)
            )
