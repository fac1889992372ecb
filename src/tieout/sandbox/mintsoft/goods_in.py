"""Goods that come in: advance notices, counted at the door and booked later, and customers' returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.orders import OrderDesk
from tieout.sandbox.mintsoft.rows import Location, Lot, Notice, NoticeItem, Product, RefusedError, Return, ReturnItem
from tieout.sandbox.mintsoft.stock import Stock, Why

ASN_STATUSES = {
    1: "NEW",
    2: "AWAITINGDELIVERY",
    3: "RECEIVED",
    4: "AWAITINGPUTAWAY",
    5: "PARTBOOKED",
    6: "BOOKEDIN",
    7: "CANCELLED",
}
GOODS_IN_TYPES = ("Pallet", "Carton", "Container", "Parcel")
REASONS = {1: "No longer wanted", 2: "Damaged", 3: "Wrong item", 4: "Undelivered", 5: "Faulty"}


class GoodsIn:
    """The door of the warehouse."""

    def __init__(self, books: Books, stock: Stock, desk: OrderDesk, now: Callable[[], datetime]) -> None:
        self._books = books
        self._stock = stock
        self._desk = desk
        self._now = now

    def advise(
        self,
        client_id: int,
        warehouse_id: int,
        lines: Sequence[tuple[Product, int, str, str]],
        more: dict[str, object],
        entry: JournalEntry,
    ) -> Notice:
        """Enter a notice of lines (product, units, source line id, SSCC)."""
        if not lines or any(units <= 0 for _, units, _, _ in lines):
            raise RefusedError("An ASN needs items with a quantity greater than 0")
        now = self._now()
        items = [
            NoticeItem(
                id=self._books.new_id("asn item"), product_id=p.id, expected=units, source_line=source, sscc=sscc
            )
            for p, units, source, sscc in lines
        ]
        notice = Notice(
            id=self._books.new_id("asn"),
            client_id=client_id,
            warehouse_id=warehouse_id,
            status=1,
            created_at=now,
            updated_at=now,
            items=items,
            more=more,
        )
        self._books.notices[notice.id] = notice
        entry.effect("asn.created", id=notice.id, units=sum(item.expected for item in items))
        return notice

    def count_in(self, notice: Notice, item: NoticeItem, units: int, entry: JournalEntry) -> None:
        """Count units at the door; stock does not change."""
        self._open_notice(notice)
        if units <= 0:
            raise RefusedError("Quantity must be greater than 0")
        item.received += units
        self._move_on(notice, 3)
        entry.effect("asn.received", id=notice.id, item=item.id, units=units)

    def book(
        self, notice: Notice, item: NoticeItem, location: Location, lots: Sequence[tuple[Lot, int]], entry: JournalEntry
    ) -> None:
        """Put counted units into stock; RefusedError for more than were counted."""
        self._open_notice(notice)
        units = sum(quantity for _, quantity in lots)
        if item.booked + units > item.received:
            raise RefusedError("Cannot book more than was received")
        if location.warehouse_id != notice.warehouse_id:
            raise RefusedError("Location is in another warehouse")
        product = self._books.products[item.product_id]
        po_reference = str(notice.more.get("POReference") or "")
        why = Why(reason=f"ASNStockIN - ASN {notice.id} {po_reference}".strip(), user="goods in")
        self._stock.receive(product, location, lots, why)
        item.booked += units
        item.puts += [(self._books.new_id("put"), location, lot, quantity) for lot, quantity in lots]
        whole = all(i.booked >= i.expected for i in notice.items)
        notice.booked_at = self._now()
        self._move_on(notice, 6 if whole else 5)
        entry.effect("asn.booked", id=notice.id, item=item.id, units=units)
        self._desk.promise_all(product.id)

    def book_all(self, notice: Notice, entry: JournalEntry, *, whole: bool) -> None:
        """Book in what is counted but not booked; with `whole` the notice is closed, short or not."""
        self._open_notice(notice)
        for item in notice.items:
            if item.received > item.booked:
                lots = [(Lot(), item.received - item.booked)]
                self.book(notice, item, self._books.door(notice.warehouse_id), lots, entry)
        if whole:
            self._move_on(notice, 6)
            entry.effect("asn.closed", id=notice.id)

    def mark_shipped(self, notice: Notice, entry: JournalEntry) -> None:
        """Note that the supplier has sent it: it is in transit."""
        self._open_notice(notice)
        notice.shipped = True
        self._move_on(notice, 2)
        entry.effect("asn.shipped", id=notice.id)

    def open_return(self, order_id: int, client_id: int, reference: str, entry: JournalEntry) -> Return:
        """Open a return of an order, or of none (0)."""
        now = self._now()
        back = Return(
            id=self._books.new_id("return"),
            order_id=order_id,
            client_id=client_id,
            reference=reference,
            at=now,
            updated_at=now,
        )
        self._books.returns[back.id] = back
        entry.effect("return.created", id=back.id, order=order_id)
        return back

    def add_to_return(
        self, back: Return, product: Product, units: int, reason_id: int, more: tuple[str, str], entry: JournalEntry
    ) -> ReturnItem:
        """Enter what came back; `more` is action and comments. RefusedError for more than the order had sent."""
        if back.confirmed:
            raise RefusedError("Return is already confirmed")
        if units <= 0 or reason_id not in REASONS:
            raise RefusedError("Quantity or Return Reason is not valid")
        item_id = 0
        order = self._books.orders.get(back.order_id)
        if order is not None:
            sent = sum(item.shipped for item in order.items if item.product_id == product.id)
            others = (r for r in self._books.returns.values() if r.order_id == order.id)
            came = sum(i.quantity for r in others for i in r.items if i.product_id == product.id)
            if came + units > sent:
                raise RefusedError("Cannot return more than was despatched")
            item_id = next(item.id for item in order.items if item.product_id == product.id)
        item = ReturnItem(
            id=self._books.new_id("return item"),
            item_id=item_id,
            product_id=product.id,
            quantity=units,
            reason_id=reason_id,
            action=more[0],
            comments=more[1],
        )
        back.items.append(item)
        back.updated_at = self._now()
        entry.effect("return.item_added", id=back.id, item=item.id, units=units)
        return item

    def put_away(
        self,
        back: Return,
        item: ReturnItem,
        units: int,
        location: Location,
        entry: JournalEntry,
        lot: Lot | None = None,
    ) -> None:
        """Put returned units into stock, or into quarantine."""
        if not 0 < units <= item.quantity - item.put:
            raise RefusedError("More than what is left to put away")
        product = self._books.products[item.product_id]
        why = Why(reason="Return", user="returns", order_id=back.order_id, return_id=back.id)
        self._stock.receive(product, location, [(lot or Lot(), units)], why)
        item.put += units
        back.updated_at = self._now()
        entry.effect("return.put_away", id=back.id, item=item.id, units=units)
        self._desk.promise_all(product.id)

    def confirm_return(self, back: Return, entry: JournalEntry) -> None:
        """Close a return."""
        if back.confirmed or not back.items:
            raise RefusedError("Return has no items or is already confirmed")
        back.confirmed = True
        back.updated_at = self._now()
        entry.effect("return.confirmed", id=back.id)

    def _open_notice(self, notice: Notice) -> None:
        if notice.status in {6, 7}:
            raise RefusedError(f"ASN is {ASN_STATUSES[notice.status]}")

    def _move_on(self, notice: Notice, status: int) -> None:
        notice.status = max(notice.status, status)
        notice.updated_at = self._now()
