"""The network itself: takes orders, chooses sites, promises stock, splits, holds and cancels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.shipbob.announcing import Announcer
from tieout.sandbox.shipbob.books import Books, Centre, Channel, Item, LogEntry, Order, Part, Shipment
from tieout.sandbox.shipbob.ordering import check_order, lines_of
from tieout.sandbox.shipbob.refusing import TooLateError, of_fields
from tieout.sandbox.shipbob.stock import Side, Stock, StockRefusedError
from tieout.sandbox.shipbob.views import shipment_view


@dataclass(slots=True, kw_only=True)
class Settings:
    """How the network behaves where merchants, or documents, differ."""

    split: bool = True
    level_lag_seconds: float = 0.0
    receipt_category: str = "ReceivingStow"
    labelled_status: str = "Processing"
    tracking_late: bool = False
    cancel_action_as_number: bool = False
    history_page: int = 100
    unpadded_signatures: bool = False


CHOICES: dict[str, Sequence[object]] = {
    "receipt_category": ("ReceivingStow", "InventoryReceived"),
    "labelled_status": ("Processing", "LabeledCreated"),
}


class Network:
    """Books, stock and what may be done with them."""

    def __init__(self, books: Books, announcer: Announcer, journal: Journal, now: Callable[[], datetime]) -> None:
        self.books = books
        self.stock = Stock()
        self.settings = Settings()
        self.waiting: dict[int, Shipment] = {}
        self.announcer = announcer
        self.journal = journal
        self.now = now

    def place(self, given: Mapping[str, Any], channel: Channel, entry: JournalEntry) -> Order:
        """Take an order, or raise RefusedError; it comes out as one shipment or several."""
        check_order(given, channel, self.books)
        at = self.now()
        if not self.books.centres:
            raise of_fields({"": ["No fulfillment center is available."]})
        order = Order(
            id=self.books.new_id(),
            channel=channel,
            reference_id=given["reference_id"],
            given=dict(given),
            created_at=at,
            updated_at=at,
            lines=lines_of(given, self.books),
        )
        if given["shipping_method"] not in self.books.methods:
            self.books.methods.append(given["shipping_method"])
        self.books.orders[order.id] = order
        self.books.orders_by_reference[(channel.id, order.reference_id)] = order
        entry.effect("order.created", id=order.id, reference_id=order.reference_id)
        for centre, parts in self._routed(order):
            self.add_shipment(order, centre, parts, entry)
        return order

    def add_shipment(self, order: Order, centre: Centre, parts: list[Part], entry: JournalEntry) -> Shipment:
        """Put one more shipment on an order and promise it what is there."""
        at = self.now()
        shipment = Shipment(
            id=self.books.new_id(), order=order, centre=centre, created_at=at, updated_at=at, parts=parts
        )
        order.shipments.append(shipment)
        self.books.shipments[shipment.id] = shipment
        self.log(shipment, "OrderPlaced", "Order placed", site=centre.name)
        entry.effect("shipment.created", id=shipment.id, order_id=order.id, site=centre.name)
        self.allocate(shipment)
        return shipment

    def allocate(self, shipment: Shipment) -> None:
        """Promise a shipment what it still lacks, as far as it is there, and set its status by that."""
        at = self.now()
        for part in shipment.parts:
            more = min(part.quantity - part.committed, max(self.stock.free(part.item, shipment.centre), 0))
            self.stock.promise(part.item, shipment.centre, more, at)
            part.committed += more
        if shipment.status in {"OnHold", "Cancelled"}:
            return
        if not shipment.is_short:
            self.move(shipment, "Processing", "Processing", "Shipment is being processed")
        elif shipment.status != "Exception":
            lacking = next(part for part in shipment.parts if part.committed < part.quantity)
            sentence = f"{lacking.item.sku} is out of stock at {shipment.centre.name}"
            self.move(shipment, "Exception", "OutOfStock", sentence, lacking.item.id)
            self.tell("order.shipment.exception", shipment)

    def allocate_waiting(self, item: Item, but: Shipment | None = None) -> None:
        """Give units that have become free to the shipments that wait for them, oldest first."""
        for shipment in self.waiting.copy().values():
            if shipment is not but and any(part.item.id == item.id for part in shipment.parts):
                self.allocate(shipment)

    def change_stock(
        self,
        category: str,
        item: Item,
        sides: Iterable[Side],
        references: Iterable[tuple[str, str]] = (),
        order_id: int | None = None,
    ) -> int:
        """Change the shelves, write the log, serve who waits; return the event's id. TooLateError: not there."""
        try:
            event = self.stock.record(category, item, self.now(), sides, order_id, references)
        except StockRefusedError as error:
            raise TooLateError(str(error)) from error
        self.allocate_waiting(item)
        return event.id

    def cancel(self, shipment: Shipment, entry: JournalEntry) -> str:
        """Cancel a shipment that nobody has begun; return what there is to say. TooLateError otherwise."""
        if shipment.status == "Cancelled":
            return "Order already cancelled"
        if shipment.stage != "open":
            raise TooLateError("Shipment cannot be cancelled because it has already been picked")
        self.give_free(shipment)
        self.move(shipment, "Cancelled", "Cancelled", "Order cancelled")
        entry.effect("shipment.cancelled", id=shipment.id, order_id=shipment.order.id)
        self.tell("order.shipment.cancelled", shipment)
        return "Order cancelled"

    def give_free(self, shipment: Shipment) -> None:
        """Give free what was promised to a shipment, and serve who waits."""
        at = self.now()
        for part in shipment.parts:
            self.stock.promise(part.item, shipment.centre, -part.committed, at)
            part.committed = 0
        for item in {part.item.id: part.item for part in shipment.parts}.values():
            self.allocate_waiting(item, but=shipment)

    def hold(self, shipment: Shipment, reason: str) -> None:
        """Put a shipment on hold; it keeps what was promised."""
        if shipment.stage != "open" or shipment.status == "Cancelled":
            raise TooLateError(f"Shipment {shipment.id} cannot be put on hold any more")
        self.move(shipment, "OnHold", "OnHold", reason or "Shipment was put on hold")
        self.tell("order.shipment.on_hold", shipment)

    def release(self, shipment: Shipment) -> None:
        """Let a shipment on hold go on."""
        if shipment.status != "OnHold":
            raise TooLateError(f"Shipment {shipment.id} is not on hold")
        shipment.status = "Processing"
        self.allocate(shipment)

    def split(
        self, shipment: Shipment, wanted: Sequence[tuple[Part, int]], centre: Centre, entry: JournalEntry
    ) -> Shipment:
        """Take units out of an open shipment into one of their own, at this site."""
        if shipment.stage != "open" or shipment.status == "Cancelled":
            raise TooLateError(f"Shipment {shipment.id} cannot be split any more")
        if not wanted or any(not 0 < units <= part.quantity for part, units in wanted):
            raise TooLateError("A split takes at least one unit and no more than there are")
        if sum(units for _, units in wanted) >= sum(part.quantity for part in shipment.parts):
            raise TooLateError("A split leaves something behind")
        at, moved = self.now(), []
        for part, units in wanted:
            part.quantity -= units
            surplus = max(part.committed - part.quantity, 0)
            self.stock.promise(part.item, shipment.centre, -surplus, at)
            part.committed -= surplus
            moved.append(Part(line=part.line, product=part.product, item=part.item, quantity=units))
        shipment.parts = [part for part in shipment.parts if part.quantity]
        self.log(shipment, "Split", "Shipment was split")
        made = self.add_shipment(shipment.order, centre, moved, entry)
        self.allocate(shipment)
        return made

    def move(self, shipment: Shipment, status: str, detail: str, text: str, item_id: int | None = None) -> None:
        """Set status and detail, and write it into the log."""
        shipment.status = status
        if status == "Exception":
            self.waiting[shipment.id] = shipment
        else:
            self.waiting.pop(shipment.id, None)
        shipment.details = [(detail, text, item_id)]
        self.log(shipment, detail, text)

    def log(self, shipment: Shipment, detail: str, text: str, **more: str) -> None:
        """Write a line into a shipment's log; it has changed now, and so has its order."""
        at = self.now()
        shipment.log.append(LogEntry(at=at, detail=detail, text=text, more=more))
        shipment.updated_at = shipment.order.updated_at = at

    def tell(self, topic: str, shipment: Shipment) -> None:
        """Announce a shipment as it stands."""
        self.announcer.announce(topic, shipment_view(shipment, self.stock))

    def _routed(self, order: Order) -> list[tuple[Centre, list[Part]]]:
        """Return what leaves from where: from the site that was asked for, else from one that has all, else split."""
        wanted = [
            Part(line=line, product=line.product, item=item, quantity=line.each * each)
            for line in order.lines
            for item, each in line.product.parts
        ]
        asked = order.given.get("location_id")
        if asked is not None:
            return [(self.books.centres[asked], wanted)]
        centres = list(self.books.centres.values())
        whole = next((centre for centre in centres if self._has_all(centre, wanted)), None)
        if whole is not None or not self.settings.split:
            return [(whole or centres[0], wanted)]
        return self._shared_out(centres, wanted)

    def _has_all(self, centre: Centre, wanted: Sequence[Part]) -> bool:
        needs: dict[int, int] = {}
        for part in wanted:
            needs[part.item.id] = needs.get(part.item.id, 0) + part.quantity
        return all(self.stock.free(self.books.items[item], centre) >= units for item, units in needs.items())

    def _shared_out(self, centres: Sequence[Centre], wanted: Sequence[Part]) -> list[tuple[Centre, list[Part]]]:
        """Let each site in turn give what it has; what nobody has waits at the first."""
        shares: dict[int, list[Part]] = {}
        left = {id(part): part.quantity for part in wanted}
        for centre in centres:
            free = {part.item.id: max(self.stock.free(part.item, centre), 0) for part in wanted}
            for part in wanted:
                units = min(left[id(part)], free[part.item.id])
                if units:
                    free[part.item.id] -= units
                    left[id(part)] -= units
                    shares.setdefault(centre.id, []).append(_share(part, units))
        waiting = [_share(part, left[id(part)]) for part in wanted if left[id(part)]]
        routed = [(self.books.centres[number], parts) for number, parts in shares.items()]
        return [*routed, (centres[0], waiting)] if waiting else routed


def _share(part: Part, units: int) -> Part:
    return Part(line=part.line, product=part.product, item=part.item, quantity=units)
