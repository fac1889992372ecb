"""The shop's desk for returns: opens them, decides on them, processes them, and tells the world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shopify import refunding, rest, returning
from tieout.sandbox.shopify.books import Line, Order, Refund
from tieout.sandbox.shopify.refunding import WantedLine, WantedRefund
from tieout.sandbox.shopify.return_bodies import dispose_body, return_body
from tieout.sandbox.shopify.return_books import Disposition, ExchangeLine, Processing, ReturnLine, ShopReturn
from tieout.sandbox.shopify.returning import (
    Outcome,
    ReturnRefusedError,
    WantedDisposition,
    WantedProcessing,
    WantedReturn,
)

if TYPE_CHECKING:
    from tieout.sandbox.shopify.shop import Shop

# Each deed: the statuses in which it is allowed, and the status that follows.
DEEDS = {
    "approve": (("REQUESTED",), "OPEN"),
    "decline": (("REQUESTED",), "DECLINED"),
    "cancel": (("REQUESTED", "OPEN"), "CANCELED"),
    "close": (("OPEN",), "CLOSED"),
    "reopen": (("CLOSED",), "OPEN"),
}


class ReturnDesk:
    """Changes returns in the shop's books; times and journal entries are given by the caller."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._books = shop.books

    def open(self, wanted: WantedReturn, now: datetime, entry: JournalEntry, *, request: bool = False) -> ShopReturn:
        """Enter a return: waiting for approval when it is a request, else open."""
        new_id, order = self._books.new_id, wanted.order
        shop_return = ShopReturn(
            id=new_id(),
            name=f"{order.name}-R{len(order.returns) + 1}",
            order=order,
            status="REQUESTED" if request else "OPEN",
            created_at=now,
            lines=tuple(
                ReturnLine(
                    id=new_id(),
                    line=want.line,
                    quantity=want.quantity,
                    reason=want.reason,
                    note=want.note,
                    restocking_fee_id=new_id(),
                    restocking_percent=want.restocking_percent,
                )
                for want in wanted.lines
            ),
            exchanges=tuple(
                ExchangeLine(id=new_id(), variant=x.variant, quantity=x.quantity, price=x.price, tax_rate=x.tax_rate)
                for x in wanted.exchanges
            ),
            fee_id=new_id(),
            fee=wanted.fee,
            app=wanted.app,
            agreement_id=new_id(),
        )
        order.returns.append(shop_return)
        self._books.returns[shop_return.id] = shop_return
        self._books.returns_by_name[shop_return.name] = shop_return
        deed = "request" if request else "approve"
        shop_return.approved_at = None if request else now
        entry.effect(f"return.{'requested' if request else 'approved'}", name=shop_return.name, order=order.name)
        self._tell(shop_return, deed, now)
        return shop_return

    def decide(
        self,
        shop_return: ShopReturn,
        deed: str,
        now: datetime,
        entry: JournalEntry,
        *,
        reason: tuple[str, str] = ("", ""),
    ) -> None:
        """Approve, decline (with Shopify's reason and a note), cancel, close or reopen a return."""
        allowed, status = DEEDS[deed]
        if shop_return.status not in allowed:
            raise ReturnRefusedError("INVALID_STATE", f"Return cannot be changed while {shop_return.status}.", "id")
        if deed == "cancel" and has_work(shop_return):
            raise ReturnRefusedError("INVALID_STATE", "Return has been worked on and cannot be canceled.", "id")
        shop_return.status = status
        shop_return.closed_at = None if status == "OPEN" else now
        if deed == "approve":
            shop_return.approved_at = now
        if deed == "decline":
            shop_return.decline = reason
        done = {"decline": "declined", "cancel": "cancelled", "reopen": "reopened"}.get(deed, f"{deed}d")
        entry.effect(f"return.{done}", name=shop_return.name, order=shop_return.order.name)
        self._tell(shop_return, deed, now)

    def process(self, wanted: WantedProcessing, now: datetime, entry: JournalEntry) -> Refund | None:
        """Take units back, add exchange lines, dispose of goods, refund when asked; return the refund made.

        ReturnRefusedError and RefundRefusedError leave everything as it was.
        """
        returning.check_processing(wanted)
        found = returning.outcome(wanted)
        processing = Processing(
            agreement_id=self._books.new_id(),
            at=now,
            app=wanted.app,
            staff=wanted.staff,
            units=found.units,
            added=self._new_lines(wanted),
            fees=found.fees,
            netted=found.netted,
        )
        asked = _refund_of(wanted, processing)
        if asked is not None:
            refunding.check(asked)
        self._apply(wanted, processing, found)
        self._dispose(wanted.dispositions, now, entry)
        back = wanted.shop_return
        entry.effect(
            "return.processed", name=back.name, units=sum(q for _, q in wanted.units), added=len(processing.added)
        )
        refund = self._shop.refund(asked, now, entry) if asked is not None else None
        if self._shop.settings.close_processed_returns and back.is_processed:
            back.status, back.closed_at = "CLOSED", now
            self._shop.announce("returns/close", return_body(back, "returns/close"), now)
        self._tell(back, "process", now)
        return refund

    def dispose(self, wanted: Sequence[WantedDisposition], now: datetime, entry: JournalEntry) -> None:
        """Note what became of units without processing their return."""
        returning.check_dispositions(wanted)
        self._dispose(wanted, now, entry)

    def remove(
        self, shop_return: ShopReturn, line: ReturnLine, quantity: int, now: datetime, entry: JournalEntry
    ) -> None:
        """Take units out of a return that will not come after all."""
        if shop_return.status not in returning.LIVE or not 0 < quantity <= line.quantity - line.processed:
            raise ReturnRefusedError("NOT_EDITABLE", "So many units cannot be removed from the return.", "quantity")
        line.quantity -= quantity
        shop_return.order.updated_at = now
        entry.effect("return.reduced", name=shop_return.name, sku=line.line.sku, quantity=quantity)
        body = return_body(shop_return, "returns/update", removed={line.id: quantity})
        self._shop.announce("returns/update", body, now)
        self._shop.announce("orders/updated", rest.order_body(shop_return.order), now)

    def _apply(self, wanted: WantedProcessing, processing: Processing, found: Outcome) -> None:
        back, order = wanted.shop_return, wanted.shop_return.order
        for units in found.units:
            units.line.processed += units.quantity
            units.line.line.returned_quantity += units.refundable
            if wanted.money is not None:
                units.line.refunded += units.refundable
        for (exchange, quantity), line in zip(wanted.exchanges, processing.added, strict=True):
            exchange.processed += quantity
            exchange.lines.append(line)
            order.lines.append(line)
        fees = sum(amount for _, amount in found.fees)
        back.fee_charged = back.fee_charged or bool(back.fee)
        back.fees_charged += fees
        back.charged += found.exchanged + fees
        back.netted += found.netted
        back.processings.append(processing)

    def _new_lines(self, wanted: WantedProcessing) -> tuple[Line, ...]:
        """Return the order lines that the exchange brings, not yet entered."""
        order = wanted.shop_return.order
        return tuple(new_line(self._shop, order, exchange, quantity) for exchange, quantity in wanted.exchanges)

    def _dispose(self, wanted: Sequence[WantedDisposition], now: datetime, entry: JournalEntry) -> None:
        for want in wanted:
            made = Disposition(
                id=self._books.new_id(),
                at=now,
                kind=want.kind,
                quantity=want.quantity,
                location_id=want.location_id,
            )
            want.line.dispositions.append(made)
            entry.effect("return.disposed", sku=want.line.line.sku, kind=want.kind, quantity=want.quantity)
            if want.kind == "RESTOCKED" and want.location_id is not None:
                self._shop.restock(want.line.line, want.quantity, want.location_id, now, entry)
            self._shop.announce("reverse_fulfillment_orders/dispose", dispose_body(want.line, made), now)

    def _tell(self, shop_return: ShopReturn, deed: str, now: datetime) -> None:
        order = shop_return.order
        order.updated_at = now
        topic = f"returns/{deed}"
        self._shop.announce(topic, return_body(shop_return, topic), now)
        self._shop.announce("orders/updated", rest.order_body(order), now)


def has_work(shop_return: ShopReturn) -> bool:
    """Say whether anything has been inspected, processed or refunded."""
    return any(x.processed or x.refunded or x.dispositions for x in shop_return.lines) or any(
        x.processed for x in shop_return.exchanges
    )


def new_line(shop: Shop, order: Order, exchange: ExchangeLine, quantity: int) -> Line:
    """Return the order line of so many new units; it is not yet on the order."""
    _, tax, _ = returning.exchange_value(order, exchange, quantity)
    return Line(
        id=shop.books.new_id(),
        sku=exchange.variant.sku,
        title=exchange.variant.title,
        quantity=quantity,
        price=exchange.price,
        discount=0,
        tax=tax,
        tax_rate=exchange.tax_rate,
        order_level_discount=False,
        variant=exchange.variant,
        fulfilment_line_id=shop.books.new_id(),
    )


def _refund_of(wanted: WantedProcessing, processing: Processing) -> WantedRefund | None:
    """Return the refund to make, its restocked units apart from the others; None when none was asked for."""
    if wanted.money is None:
        return None
    lines: list[WantedLine] = []
    for units in processing.units:
        restocked = [d for d in wanted.dispositions if d.line is units.line and d.kind == "RESTOCKED"]
        back = min(sum(d.quantity for d in restocked), units.refundable)
        place = restocked[0].location_id if restocked else None
        parts = ((back, "RETURN", place), (units.refundable - back, "NO_RESTOCK", None))
        lines.extend(
            WantedLine(line=units.line.line, quantity=quantity, restock_type=kind, location_id=location)
            for quantity, kind, location in parts
            if quantity
        )
    return WantedRefund(
        order=wanted.shop_return.order,
        lines=lines,
        money=wanted.money,
        shipping=wanted.shipping,
        note=wanted.note,
        over=wanted.over,
        app=wanted.app,
        staff=wanted.staff,
        shop_return=wanted.shop_return,
        processing=processing,
    )
