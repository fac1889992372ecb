"""What the people of the 3PL do for one depositor: take orders, pick, pack, despatch, and move stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tieout.sandbox.files.bay import Bay
from tieout.sandbox.files.orders import Answer, Line, LineRefusal, Order, WantedLine, WantedOrder
from tieout.sandbox.files.stock import ActRefusedError, Movement, Stock
from tieout.sandbox.journal import JournalEntry

MEANWHILE = ("picked", "packed")
BEGUN = {"picking", "picked", "packed"}


class House:
    """One depositor's stock and orders, with the bay where they leave."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.stock = Stock()
        self.orders: dict[tuple[str, str], Order] = {}
        self.bay = Bay(self.stock, now)
        self.partly_accepts = False

    def answer(self, wanted: WantedOrder, entry: JournalEntry, veto: str = "") -> Answer:
        """Take, change or cancel an order as it asks; `veto` refuses it for that reason."""
        known = self.orders.get(wanted.key)
        fields = {"order_ref": wanted.order_ref, "release_no": wanted.release_no}
        reason = veto or wanted.trouble
        if not reason and wanted.action == "C":
            return self._cancel(wanted, known, entry)
        if not reason and known is not None:
            if known.status == "cancelled":
                reason = "an order of this reference was cancelled before"
            elif _same(known.wanted, wanted):
                entry.effect("order.duplicate", **fields)
                return Answer(order=wanted, is_accepted=True, reason="already received")
            elif wanted.action != "U":
                reason = "an order of this reference with other lines was received before"
            elif known.status != "received":
                reason = f"too late to change: the order is {known.status}"
        if not reason and wanted.action not in {"N", "U"}:
            reason = f"action {wanted.action} is unknown"
        if reason:
            entry.effect("order.rejected", **fields, reason=reason)
            return Answer(order=wanted, is_accepted=False, reason=reason)
        return self._take(wanted, entry)

    def _take(self, wanted: WantedOrder, entry: JournalEntry) -> Answer:
        lines, refusals, reason = [], [], ""
        try:
            site = self.stock.site(wanted.site)
        except ActRefusedError as error:
            site, reason = "", str(error)
        for line in wanted.lines:
            try:
                lines.append(self._line(line))
            except ActRefusedError as error:
                refusals.append(self._refusal(line, str(error)))
        if len({line.line_no for line in lines}) < len(lines):
            reason = "a line number stands twice"
        if not reason and (not lines or (refusals and not self.partly_accepts)):
            reason = "; ".join(f"line {r.line_no}: {r.reason}" for r in refusals) or "the order has no lines"
        fields = {"order_ref": wanted.order_ref, "release_no": wanted.release_no}
        if reason:
            entry.effect("order.rejected", **fields, reason=reason)
            return Answer(order=wanted, is_accepted=False, reason=reason, refusals=tuple(refusals))
        self.orders[wanted.key] = Order(wanted=wanted, site=site, lines=lines)
        entry.effect("order.accepted", **fields, lines=len(lines))
        return Answer(order=wanted, is_accepted=True, refusals=tuple(refusals))

    def _refusal(self, line: WantedLine, reason: str) -> LineRefusal:
        item = self.stock.items.get(line.sku)
        name, value = "quantity", str(line.quantity)
        if item is None:
            name, value = "sku", line.sku
        elif item.factor(line.unit) is None:
            name, value = "unit", line.unit
        return LineRefusal(line_no=line.line_no, where=line.where, reason=reason, field=name, value=value)

    def _line(self, wanted: WantedLine) -> Line:
        if wanted.trouble:
            raise ActRefusedError(wanted.trouble)
        item = self.stock.item(wanted.sku)
        factor = item.factor(wanted.unit)
        if factor is None:
            raise ActRefusedError(f"item {item.sku} has no unit {wanted.unit}")
        if wanted.quantity <= 0:
            raise ActRefusedError(f"quantity {wanted.quantity} is not above nought")
        ordered = wanted.quantity * factor
        if wanted.base_quantity is not None and wanted.base_quantity != ordered:
            raise ActRefusedError(f"base quantity {wanted.base_quantity} is not {wanted.quantity} times {factor}")
        return Line(
            line_no=wanted.line_no,
            sku=wanted.sku,
            unit=wanted.unit or item.base_unit,
            factor=factor,
            ordered=ordered,
            lot_request=wanted.lot_request,
        )

    def _cancel(self, wanted: WantedOrder, known: Order | None, entry: JournalEntry) -> Answer:
        fields = {"order_ref": wanted.order_ref, "release_no": wanted.release_no}
        reason = ""
        if known is None:
            reason = "no such order"
        elif known.status == "shipped" or known.status in BEGUN:
            reason = f"too late to cancel: the order is {known.status}"
        if reason or known is None:
            entry.effect("order.rejected", **fields, reason=reason)
            return Answer(order=wanted, is_accepted=False, reason=reason)
        if known.status != "cancelled":
            for line in known.lines:
                line.closed += line.left
            known.status = "cancelled"
            entry.effect("order.cancelled", **fields, despatches=len(known.despatches))
        return Answer(order=wanted, is_accepted=True, reason="cancelled")

    def stage(self, order: Order, status: str, entry: JournalEntry) -> None:
        """Let the order come as far as picking, picked or packed."""
        if not order.is_open or status not in {"picking", *MEANWHILE}:
            raise ActRefusedError(f"an order that is {order.status} cannot be {status}")
        if order.status != status:
            order.status = status
            wanted = order.wanted
            entry.effect("order.staged", order_ref=wanted.order_ref, release_no=wanted.release_no, status=status)

    def move(self, movement: Movement, entry: JournalEntry) -> Movement:
        """Book a movement under the next number."""
        self.stock.check(movement)
        made = replace(movement, movement_id=self.stock.event_id("M"))
        self.stock.move(made)
        entry.effect(
            "stock.moved", movement=made.movement_id, site=made.site, sku=made.sku, quantity=str(made.quantity)
        )
        return made

    def allocated(self, site: str) -> dict[str, Decimal]:
        """Return what open orders still want, by SKU."""
        wanted: dict[str, Decimal] = defaultdict(Decimal)
        for order in self.orders.values():
            if order.is_open and order.site == site:
                for line in order.lines:
                    wanted[line.sku] += line.left
        return dict(wanted)


def _same(one: WantedOrder, other: WantedOrder) -> bool:
    """Say whether two orders ask for the same, whatever row or segment they stand in."""

    def asked(order: WantedOrder) -> list[tuple[str, str, Decimal, str]]:
        return sorted((line.line_no, line.sku, line.quantity, line.unit) for line in order.lines)

    return asked(one) == asked(other)
