"""The order desk: orders come in, are changed, cancelled and split, and are promised stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.rows import (
    BEGUN,
    GONE,
    OVER,
    WAITING,
    Client,
    Courier,
    Item,
    Order,
    Product,
    RefusedError,
    Split,
    Status,
)
from tieout.sandbox.mintsoft.stock import Stock

Names = Sequence[tuple[str, str]]
Announce = Callable[..., None]


def _silence(event: str, order: Order, other: Order | None = None) -> None:
    """Tell nobody."""
    del event, order, other


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """One line as it is asked for."""

    product: Product
    quantity: int
    warehouse_id: int
    names: Names = ()
    more: Mapping[str, object]
    want_batch: str = ""
    want_serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order as it is asked for, its names already resolved."""

    client: Client
    number: str
    reference: str
    courier: Courier
    country_id: int
    comments: str
    parcels: int
    names: Names
    more: Mapping[str, object]
    items: Sequence[NewItem]


class OrderDesk:
    """Orders and their promises; `announce` tells those who listen, and may be replaced."""

    def __init__(self, books: Books, stock: Stock, now: Callable[[], datetime]) -> None:
        self._books = books
        self._stock = stock
        self._now = now
        self.announce: Announce = _silence

    def create(self, new: NewOrder, user: str, entry: JournalEntry) -> list[Order]:
        """Enter an order, one for each warehouse that its items name; RefusedError when number or reference is used."""
        self._free_number(new.client.id, new.number, new.reference)
        by_site: dict[int, list[NewItem]] = defaultdict(list)
        for item in self._unbundled(new.items):
            by_site[item.warehouse_id].append(item)
        made: list[Order] = []
        for site, items in by_site.items():
            order = self._open(new, site, items, user, made[0].id if made else 0)
            order.part, order.parts = len(made) + 1, len(by_site)
            self._books.add_order(order)
            made.append(order)
            units = sum(item.quantity for item in order.items)
            entry.effect("order.created", id=order.id, number=order.number, reference=order.reference, units=units)
            self.promise(order, user)
        return made

    def update(self, order: Order, changes: Mapping[str, object], user: str, entry: JournalEntry) -> None:
        """Change number, reference, dates, address and the like; RefusedError when it is over or the number is used."""
        self._not_over(order)
        number = str(changes.get("OrderNumber") or order.number)
        reference = str(changes.get("ExternalOrderReference") or order.reference)
        if (number, reference) != (order.number, order.reference):
            self._free_number(order.client_id, number, reference, order.root)
            self._books.renumber(order, number, reference)
        order.more.update({k: v for k, v in changes.items() if k in order.more})
        if changes.get("CourierServiceId"):
            order.courier_id = int(str(changes["CourierServiceId"]))
        order.comments = str(changes.get("Comments") or order.comments)
        self.touch(order, user)
        entry.effect("order.updated", id=order.id, number=order.number)

    def cancel(self, order: Order, user: str, entry: JournalEntry, reason: str = "") -> None:
        """Cancel an order and free its stock; RefusedError once picking has begun, or when it is over."""
        if order.status == Status.CANCELLED:
            raise RefusedError("Order is already Cancelled")
        if order.status in GONE or order.status in BEGUN:
            raise RefusedError(f"Order cannot be Cancelled as it is {order.status.name}")
        if order.locked:
            raise RefusedError("Order is locked")
        for item in order.items:
            self._stock.unreserve(order, item, order.allocated(item), user)
        order.comments = " ".join(filter(None, (order.comments, reason)))
        self.set_status(order, Status.CANCELLED, user, entry)
        self.announce("cancelled", order)

    def split(
        self, order: Order, wanted: Mapping[int, int], user: str, entry: JournalEntry, *, with_stock: bool = True
    ) -> Order:
        """Move so many units of these items onto a new order, which is the next part; return it.

        With stock, promised units go first, so that the new part can be despatched; without, those that lack stock.
        RefusedError when the order is over, has none of it, or would be left empty.
        """
        self._not_over(order)
        here = {item.id: item.quantity for item in order.items}
        if not wanted or any(not 0 < units <= here.get(item_id, 0) for item_id, units in wanted.items()):
            raise RefusedError("Quantity To Despatch is not valid for an item of this order")
        if sum(wanted.values()) == sum(here.values()):
            raise RefusedError("Cannot split all items from an order")
        part = self._part_of(order, user)
        for item in [i for i in order.items if i.id in wanted]:
            self._move_units(order, item, wanted[item.id], part, with_stock=with_stock)
        order.items = [item for item in order.items if item.quantity]
        self.touch(order, user)
        entry.effect("order.split", id=order.id, new_id=part.id, units=sum(wanted.values()))
        self.settle(part)
        self.settle(order)
        self.announce("split", order, part)
        return part

    def promise(self, order: Order, user: str) -> None:
        """Promise free stock to what an order lacks, and set its status by what it still lacks."""
        for item in order.items:
            lacking = order.lacking(item)
            if lacking > 0:
                self._stock.reserve(order, item, lacking, user)
        self.settle(order)

    def promise_all(self, product_id: int) -> None:
        """Let waiting orders have stock of a product that has come in, oldest first."""
        if not self._books.house.allocate_on_receipt:
            return
        for order in self._books.open_orders():
            if order.status in WAITING and any(item.product_id == product_id for item in order.items):
                self.promise(order, "allocation")

    def settle(self, order: Order) -> None:
        """Set the status of an order that nobody has begun by what it lacks."""
        if order.status not in WAITING and order.status != Status.NEW:
            return
        lacking = {item.product_id: order.lacking(item) for item in order.items if order.lacking(item) > 0}
        status = Status.NEW
        if lacking:
            off = {p: self._stock.levels(p, order.warehouse_id).off_hand for p in lacking}
            covered = all(off[p] >= units for p, units in lacking.items())
            status = Status.AWAITINGREPLEN if covered else Status.ONBACKORDER
        if status != order.status:
            order.status = status
            self.touch(order, "allocation")

    def set_status(self, order: Order, status: Status, user: str, entry: JournalEntry) -> None:
        """Move an order to a status."""
        order.status = status
        self.touch(order, user)
        entry.effect(f"order.{status.name.lower()}", id=order.id, number=order.number)

    def touch(self, order: Order, user: str) -> None:
        """Note that an order has changed."""
        order.updated_at = self._now()
        order.user = user

    def _free_number(self, client_id: int, number: str, reference: str, root: int = 0) -> None:
        """Raise when another order of the client has this number or reference, cancelled or not."""
        if number and any(o.root != root for o in self._books.numbered(number, client_id)):
            raise RefusedError(f"Order Number {number} already exists")
        if reference and any(o.root != root for o in self._books.referenced(reference, client_id)):
            raise RefusedError(f"External Order Reference {reference} already exists")

    def _unbundled(self, items: Sequence[NewItem]) -> list[NewItem]:
        """Put the components in the place of a bundle."""
        found: list[NewItem] = []
        for item in items:
            parts = item.product.parts or {item.product.id: 1}
            found += [
                NewItem(
                    product=self._books.products[product_id],
                    quantity=item.quantity * units,
                    warehouse_id=item.warehouse_id,
                    names=item.names,
                    more=item.more,
                    want_batch=item.want_batch,
                    want_serial=item.want_serial,
                )
                for product_id, units in parts.items()
            ]
        return found

    def _open(self, new: NewOrder, site: int, items: Sequence[NewItem], user: str, root: int) -> Order:
        order_id, now = self._books.new_id("order"), self._now()
        return Order(
            id=order_id,
            root=root or order_id,
            client_id=new.client.id,
            warehouse_id=site,
            number=new.number or f"{new.client.code}-{root or order_id}",
            reference=new.reference,
            courier_id=new.courier.id,
            country_id=new.country_id,
            status=Status.NEW,
            created_at=now,
            updated_at=now,
            user=user,
            more=dict(new.more),
            names=self._named(new.names),
            parcels=new.parcels,
            comments=new.comments,
            items=[
                Item(
                    id=self._books.new_id("item"),
                    product_id=item.product.id,
                    quantity=item.quantity,
                    names=self._named(item.names),
                    more=dict(item.more),
                    want_batch=item.want_batch,
                    want_serial=item.want_serial,
                )
                for item in items
            ],
        )

    def _part_of(self, order: Order, user: str) -> Order:
        """Open the next part of an order, without items, and tell every part how many there are now."""
        part_no, order_id, now = order.parts + 1, self._books.new_id("order"), self._now()
        same = self._books.house.part_numbers == "same"
        part = Order(
            id=order_id,
            root=order.root,
            client_id=order.client_id,
            warehouse_id=order.warehouse_id,
            number=order.number if same else f"{order.number.split('/')[0]}/{part_no}",
            reference=order.reference,
            courier_id=order.courier_id,
            country_id=order.country_id,
            status=Status.NEW,
            created_at=now,
            updated_at=now,
            user=user,
            more=dict(order.more),
            names=self._named([(name, value) for _, name, value in order.names]),
            items=[],
            part=part_no,
        )
        self._books.add_order(part)
        for member in self._books.family(order):
            member.parts = part_no
            member.updated_at = now
        split = Split(id=self._books.new_id("split"), order_id=order.id, new_id=part.id, at=now)
        self._books.splits.append(split)
        return part

    def _move_units(self, order: Order, item: Item, units: int, part: Order, *, with_stock: bool) -> None:
        twin = Item(
            id=self._books.new_id("item"),
            product_id=item.product_id,
            quantity=units,
            names=self._named([(name, value) for _, name, value in item.names]),
            more=dict(item.more),
            want_batch=item.want_batch,
            want_serial=item.want_serial,
        )
        part.items.append(twin)
        promised = order.allocated(item)
        spare = min(units, promised) if with_stock else max(0, promised + units - item.quantity)
        item.quantity -= units
        if spare:
            self._stock.hand_over(order, item, spare, part, twin)
        item.picked = min(item.picked, order.allocated(item))

    def _named(self, names: Names) -> list[tuple[int, str, str]]:
        return [(self._books.new_id("name"), name, value) for name, value in names]

    def _not_over(self, order: Order) -> None:
        if order.status in OVER:
            raise RefusedError(f"Order cannot be changed as it is {order.status.name}")
        if order.locked:
            raise RefusedError("Order is locked")
