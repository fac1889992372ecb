"""The warehouse floor: orders are picked, packed and despatched, and sometimes not as they were asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.orders import OrderDesk
from tieout.sandbox.mintsoft.rows import (
    BEGUN,
    GONE,
    OVER,
    Consignment,
    Item,
    Lot,
    Order,
    Product,
    RefusedError,
    Status,
    TrackingEvent,
)
from tieout.sandbox.mintsoft.stock import NOT_ENOUGH, Stock, Why

AFTER_SHORT = ("back_order", "close", "edit")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParcel:
    """A consignment as the packer makes it; an empty courier is the order's own."""

    number: str
    courier: str = ""


class Floor:
    """What people in the warehouse do to an order."""

    def __init__(self, books: Books, stock: Stock, desk: OrderDesk, now: Callable[[], datetime]) -> None:
        self._books = books
        self._stock = stock
        self._desk = desk
        self._now = now

    def move_to(self, order: Order, status: Status, user: str, entry: JournalEntry) -> None:
        """Move an order to any status that neither ends it nor needs stock; RefusedError for the others."""
        self._not_over(order)
        if status in OVER:
            raise RefusedError(f"An order becomes {status.name} by its own act")
        self._desk.set_status(order, status, user, entry)

    def promise(self, order: Order) -> None:
        """Look again for stock that an order lacks."""
        self._desk.promise(order, "allocation")

    def pick(self, order: Order, user: str, entry: JournalEntry) -> None:
        """Pick all that was asked for; RefusedError when there is not enough stock promised."""
        self._not_over(order)
        short = [item for item in order.items if order.lacking(item) > 0]
        if short:
            raise RefusedError(f"{NOT_ENOUGH} for order {order.number}")
        units = 0
        for taken in order.taken:
            if not taken.picked:
                taken.picked = True
                units += taken.quantity
        for item in order.items:
            item.picked = order.allocated(item)
        if units:
            entry.effect("order.units_picked", id=order.id, units=units)
        self._desk.set_status(order, Status.PICKED, user, entry)

    def pack(self, order: Order, user: str, entry: JournalEntry) -> None:
        """Pack an order, which picks first what is not picked."""
        if order.status not in {Status.PICKED, Status.REBINNED}:
            self.pick(order, user, entry)
        self._desk.set_status(order, Status.PACKED, user, entry)

    def despatch(
        self, order: Order, user: str, entry: JournalEntry, parcels: Sequence[NewParcel] = (), tracking: str = ""
    ) -> None:
        """Let the whole order leave, picked first if need be; RefusedError when it is over or stock is missing."""
        if order.status in OVER:
            raise RefusedError(f"Order cannot be Despatched as it is {order.status.name}")
        if not order.items:
            raise RefusedError("Order has no items")
        if order.status not in BEGUN or any(item.picked < item.quantity for item in order.items):
            self.pick(order, user, entry)
        units = 0
        for item in order.items:
            left = self._stock.ship(order, item, user)
            item.shipped += left
            units += left
        self.add_parcels(order, parcels)
        order.tracking = tracking or ", ".join(parcel.number for parcel in order.consignments)
        order.parcels = max(len(order.consignments), order.parcels)
        order.despatched_at, order.despatched_by = self._now(), user
        entry.effect("order.units_despatched", id=order.id, units=units)
        self._desk.set_status(order, Status.DESPATCHED, user, entry)
        self._desk.announce("despatched", order)

    def add_parcels(self, order: Order, parcels: Sequence[NewParcel]) -> list[Consignment]:
        """Enter consignments of an order."""
        carrier = self._books.couriers[order.courier_id].carrier
        made = [
            Consignment(
                id=self._books.new_id("consignment"), courier=p.courier or carrier, number=p.number, at=self._now()
            )
            for p in parcels
        ]
        order.consignments += made
        return made

    def split_lacking(self, order: Order, user: str, entry: JournalEntry) -> Order | None:
        """Split what lacks stock off onto a part that stays on back order; None when nothing lacks, or everything."""
        lacking = {item.id: order.lacking(item) for item in order.items if order.lacking(item) > 0}
        if not lacking or sum(lacking.values()) == sum(item.quantity for item in order.items):
            return None
        return self._desk.split(order, lacking, user, entry, with_stock=False)

    def part(self, order: Order, units: Mapping[int, int], entry: JournalEntry) -> Order:
        """Put units of items onto a part that leaves another time, with the stock that is promised to them."""
        return self._desk.split(order, units, "packer", entry)

    def short(  # the packer's note has these many fields
        self,
        order: Order,
        missing: Mapping[int, int],
        reason: str,
        then: str,
        entry: JournalEntry,
        *,
        write_off: bool = False,
    ) -> Order | None:
        """Say that units of items cannot be found; return the part on which they now stand, if there is one.

        `then` is what becomes of them: back_order leaves them waiting on a new part, close cancels that part, and
        edit lowers the order without a part. With `write_off` they leave the stock as well.
        """
        self._not_over(order)
        if then not in AFTER_SHORT:
            raise RefusedError(f"What is short becomes one of {', '.join(AFTER_SHORT)}")
        items = {item.id: item for item in order.items}
        if not missing or any(not 0 < units <= _quantity(items, i) for i, units in missing.items()):
            raise RefusedError("What is short must be units of items of this order")
        for item_id, units in missing.items():
            self._lose(order, items[item_id], units, reason, write_off=write_off)
        order.comments = " ".join(filter(None, (order.comments, f"Short: {reason}" if reason else "")))
        entry.effect("order.shorted", id=order.id, units=sum(missing.values()), reason=reason, then=then)
        if sum(missing.values()) == sum(item.quantity for item in order.items):
            return self._nothing_left(order, then, reason, entry)
        if then == "edit":
            for item_id, units in missing.items():
                items[item_id].quantity -= units
            order.items = [item for item in order.items if item.quantity]
            self._desk.touch(order, "packer")
            return None
        part = self._desk.split(order, missing, "packer", entry, with_stock=False)
        part.comments = f"Short: {reason}"
        if then == "close":
            self._desk.cancel(part, "packer", entry)
        return part

    def substitute(
        self,
        order: Order,
        item: Item,
        product: Product,
        units: int,
        names: Sequence[tuple[str, str]],
        entry: JournalEntry,
    ) -> Item:
        """Take another product for units of an item; the order shows the other product from then on."""
        self._not_over(order)
        if not 0 < units <= item.quantity:
            raise RefusedError("More than what is on the item")
        self._need(product, order, units)
        item.quantity -= units
        self._stock.unreserve(order, item, max(0, order.allocated(item) - item.quantity), "packer")
        item.picked = min(item.picked, order.allocated(item))
        named = [(self._books.new_id("name"), name, value) for name, value in names]
        other = Item(
            id=self._books.new_id("item"), product_id=product.id, quantity=units, names=named, more=dict(item.more)
        )
        order.items = [i for i in (*order.items, other) if i.quantity]
        self._desk.promise(order, "packer")
        self._desk.touch(order, "packer")
        entry.effect("order.substituted", id=order.id, units=units, sku=product.sku)
        return other

    def add(self, order: Order, item: Item, units: int, entry: JournalEntry) -> None:
        """Put more into the parcel than was asked for; the order shows it from then on."""
        self._not_over(order)
        self._need(self._books.products[item.product_id], order, units)
        item.quantity += units
        self._desk.promise(order, "packer")
        self._desk.touch(order, "packer")
        entry.effect("order.overpacked", id=order.id, units=units)

    def choose(self, order: Order, item: Item, lots: Sequence[tuple[Lot, int]]) -> None:
        """Take exactly these batches or serial numbers for an item; RefusedError when they are not there."""
        self._not_over(order)
        if sum(units for _, units in lots) != item.quantity:
            raise RefusedError("Batches and serial numbers must add up to the quantity of the item")
        self._stock.unreserve(order, item, order.allocated(item), "packer")
        item.picked = 0
        kept = item.want_batch, item.want_serial
        try:
            for lot, units in lots:
                item.want_batch, item.want_serial = lot.batch, lot.serial
                if self._stock.reserve(order, item, units, "packer") < units:
                    raise RefusedError(f"{NOT_ENOUGH} of batch or serial number {lot.batch or lot.serial}")
        finally:
            item.want_batch, item.want_serial = kept
            self._desk.promise(order, "packer")

    def invoice(self, order: Order, entry: JournalEntry, *, failed: bool) -> None:
        """Invoice what was despatched; the status no longer says so in its own name."""
        if order.status not in GONE:
            raise RefusedError("Only a despatched order is invoiced")
        self._desk.set_status(order, Status.INVOICEFAILED if failed else Status.INVOICED, "billing", entry)

    def deliver(self, order: Order, entry: JournalEntry) -> None:
        """Let the carrier say that the parcels have arrived."""
        if order.status not in GONE:
            raise RefusedError("Order is not despatched")
        for consignment in order.consignments:
            event = TrackingEvent(
                id=self._books.new_id("tracking"),
                order_id=order.id,
                consignment=consignment,
                stage="DELIVERED",
                at=self._now(),
            )
            self._books.tracking.append(event)
        entry.effect("order.delivered", id=order.id)
        self._desk.announce("delivered", order)

    def _lose(self, order: Order, item: Item, units: int, reason: str, *, write_off: bool) -> None:
        """Take the promise of missing units away, and on request the units themselves."""
        spare = max(0, order.allocated(item) - (item.quantity - units))
        freed = self._stock.unreserve(order, item, spare, "packer")
        item.picked = min(item.picked, order.allocated(item))
        if write_off and freed:
            why = Why(reason=f"StockOut - {reason}" if reason else "StockOut", user="packer")
            product = self._books.products[item.product_id]
            self._stock.remove(product, self._books.shelves(order.warehouse_id), freed, why)

    def _nothing_left(self, order: Order, then: str, reason: str, entry: JournalEntry) -> Order | None:
        """Nothing can be sent: the whole order waits, or is cancelled."""
        if then == "back_order":
            self._desk.set_status(order, Status.ONBACKORDER, "packer", entry)
            return None
        order.status = Status.NEW
        self._desk.cancel(order, "packer", entry, reason)
        return None

    def _need(self, product: Product, order: Order, units: int) -> None:
        if units <= 0:
            raise RefusedError("Quantity must be greater than 0")
        if self._stock.levels(product.id, order.warehouse_id).free < units:
            raise RefusedError(f"{NOT_ENOUGH} of {product.sku}")

    def _not_over(self, order: Order) -> None:
        if order.status in OVER:
            raise RefusedError(f"Order is {order.status.name}")


def _quantity(items: Mapping[int, Item], item_id: int) -> int:
    return items[item_id].quantity if item_id in items else 0
