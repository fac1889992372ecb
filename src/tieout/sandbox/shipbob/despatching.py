"""People at the packing table: they pick, pack, label and send off; whole, short, too much, or something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.shipbob.books import Item, Part, Pick, Product, Shipment, Tracking
from tieout.sandbox.shipbob.network import Network
from tieout.sandbox.shipbob.refusing import TooLateError
from tieout.sandbox.shipbob.stock import AVAILABLE, Side
from tieout.sandbox.shipbob.views import order_view


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Units to pick for a part; with a product, that one leaves in its stead."""

    part: Part
    quantity: int
    product: Product | None = None
    lot: str | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Take:
    """Units of one lot to take for a part."""

    wanted: Wanted
    item: Item
    pick: Pick


class Table:
    """Where shipments are made ready."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._stock = network.stock
        self._books = network.books

    def pick(
        self, shipment: Shipment, wanted: Sequence[Wanted] | None, entry: JournalEntry, *, rest_follows: bool = True
    ) -> None:
        """Take goods off the shelf (all of it when nothing is said); the rest becomes a shipment that waits, or not."""
        if shipment.stage != "open":
            raise TooLateError(f"Shipment {shipment.id} is {shipment.stage} already")
        if wanted is None:
            wanted = [Wanted(part=part, quantity=part.quantity) for part in shipment.parts]
        takes = self._planned(shipment, wanted)
        if not takes:
            raise TooLateError("Nothing is picked")
        self._free_promises(shipment, takes)
        for take in takes:
            self._take(shipment, take, entry)
        shipment.stage = "picked"
        self._network.move(shipment, "Processing", "Picked", "Shipment was picked")
        gone = {id(part): 0 for part in shipment.parts}
        for take in takes:
            gone[id(take.wanted.part)] = gone.get(id(take.wanted.part), 0) + take.pick.quantity
        short = [(part, part.quantity - gone[id(part)]) for part in shipment.parts if not part.instead]
        left = [
            Part(line=part.line, product=part.product, item=part.item, quantity=units)
            for part, units in short
            if units > 0
        ]
        if left and rest_follows:
            self._network.log(shipment, "Split", "The rest follows in a shipment of its own")
            self._network.add_shipment(shipment.order, shipment.centre, left, entry)

    def pack(self, shipment: Shipment) -> None:
        """Pack what was picked."""
        _must_be(shipment, "picked")
        shipment.stage = "packed"
        self._network.move(shipment, "Processing", "Packed", "Shipment was packed")

    def label(self, shipment: Shipment, tracking: Tracking | None, entry: JournalEntry) -> None:
        """Print the label: the moment of order.shipped, whether or not the carrier has given a number yet."""
        _must_be(shipment, "packed")
        shipment.stage = "labelled"
        shipment.fulfilled_at = self._network.now()
        self._network.move(
            shipment, self._network.settings.labelled_status, "Labeled", "Shipping label has been printed"
        )
        entry.effect("shipment.labelled", id=shipment.id, order_id=shipment.order.id)
        if tracking is not None:
            shipment.tracking, shipment.tracked_at = tracking, shipment.fulfilled_at
        self._network.tell("order.shipped", shipment)

    def leave(self, shipment: Shipment, entry: JournalEntry) -> None:
        """Hand it to the carrier: it has left the building."""
        _must_be(shipment, "labelled")
        shipment.stage = "left"
        self._network.move(shipment, "Completed", "AwaitingCarrierScan", "Shipment was handed to the carrier")
        units = sum(part.picked for part in shipment.parts)
        entry.effect("shipment.left", id=shipment.id, order_id=shipment.order.id, units=units)

    def ship(
        self,
        shipment: Shipment,
        wanted: Sequence[Wanted] | None,
        tracking: Tracking | None,
        entry: JournalEntry,
        *,
        rest_follows: bool = True,
        even_cancelled: bool = False,
    ) -> None:
        """Do all that is still to do until it has left."""
        if shipment.status == "Cancelled" and not even_cancelled:
            raise TooLateError(f"Shipment {shipment.id} is cancelled")
        if shipment.stage == "open":
            self.pick(shipment, wanted, entry, rest_follows=rest_follows)
        if shipment.stage == "picked":
            self.pack(shipment)
        if shipment.stage == "packed":
            self.label(shipment, tracking, entry)
        self.leave(shipment, entry)

    def track(self, shipment: Shipment, tracking: Tracking) -> None:
        """Give a labelled shipment its number, or another."""
        if shipment.fulfilled_at is None:
            raise TooLateError(f"Shipment {shipment.id} has no label yet")
        shipment.tracking = tracking
        shipment.tracked_at = self._network.now()
        self._network.log(shipment, "TrackingUpdated", "Tracking was updated", tracking_number=tracking.number)
        self._network.tell("order.shipment.tracking.updated", shipment)

    def deliver(self, shipment: Shipment) -> None:
        """Let the carrier say that it has arrived."""
        if shipment.status != "Completed":
            raise TooLateError(f"Shipment {shipment.id} has not left yet")
        shipment.delivered_at = shipment.tracked_at = self._network.now()
        self._network.move(shipment, "Completed", "Delivered", "Shipment was delivered")
        self._network.tell("order.shipment.delivered", shipment)
        order = shipment.order
        if all(s.delivered_at or s.status == "Cancelled" for s in order.shipments):
            self._network.announcer.announce("order.delivered", order_view(order, self._stock))

    def _planned(self, shipment: Shipment, wanted: Sequence[Wanted]) -> list[_Take]:
        """Choose the lots, the one that expires first in front; raise when the shelf holds too little."""
        left: dict[tuple[int, str], int] = {}
        takes: list[_Take] = []
        for one in wanted:
            product = one.product or one.part.product
            item = one.part.item if one.product is None else product.parts[0][0]
            shelf = self._stock.lots(item, shipment.centre)
            missing, serials = one.quantity, list(one.serials) or self._serials(item, one.quantity)
            for lot, held in shelf:
                if one.lot is not None and lot != one.lot:
                    continue
                here = left.setdefault((item.id, lot), held)
                units = min(missing, here)
                if units:
                    left[(item.id, lot)] -= units
                    missing -= units
                    numbers, serials = tuple(serials[:units]), serials[units:]
                    takes.append(_Take(wanted=one, item=item, pick=Pick(lot=lot, quantity=units, serials=numbers)))
            if missing:
                raise TooLateError(f"{shipment.centre.name} lacks {missing} of {item.sku}")
        _check_serials(takes, self._books.serials_gone)
        return takes

    def _serials(self, item: Item, quantity: int) -> list[str]:
        if not item.serials:
            return []
        first = len(self._books.serials_gone) + 1
        return [f"{item.sku}-{number:06d}" for number in range(first, first + quantity)]

    def _free_promises(self, shipment: Shipment, takes: Sequence[_Take]) -> None:
        """Give back the promise of what is not picked; what is picked is taken off it by the pick itself."""
        for part in shipment.parts:
            own = sum(t.pick.quantity for t in takes if t.wanted.part is part and t.wanted.product is None)
            unused = max(part.committed - own, 0)
            self._stock.promise(part.item, shipment.centre, -unused, self._network.now())
            part.committed -= unused

    def _take(self, shipment: Shipment, take: _Take, entry: JournalEntry) -> None:
        part = self._part_for(shipment, take)
        units = take.pick.quantity
        promised = min(units, part.committed)
        part.committed -= promised
        self._stock.promise(take.item, shipment.centre, -promised, self._network.now())
        side = Side(centre=shipment.centre, lot=take.pick.lot, status=AVAILABLE, quantity=-units, committed=-promised)
        references = (("ShipmentId", str(shipment.id)), ("OrderId", str(shipment.order.id)))
        self._network.change_stock("OrderPicked", take.item, (side,), references, shipment.order.id)
        part.picks.append(take.pick)
        self._books.serials_gone |= {(take.item.id, serial) for serial in take.pick.serials}
        entry.effect("stock.picked", sku=take.item.sku, quantity=units, shipment_id=shipment.id)

    def _part_for(self, shipment: Shipment, take: _Take) -> Part:
        """Return the part that the units belong to; what stands in for something gets one of its own."""
        wanted = take.wanted
        if wanted.product is None:
            return wanted.part
        for part in shipment.parts:
            if part.instead and part.item is take.item and part.line is wanted.part.line:
                return part
        made = Part(line=wanted.part.line, product=wanted.product, item=take.item, quantity=0, instead=True)
        shipment.parts.append(made)
        return made


def _must_be(shipment: Shipment, stage: str) -> None:
    if shipment.stage != stage:
        raise TooLateError(f"Shipment {shipment.id} is {shipment.stage}, not {stage}")


def _check_serials(takes: Sequence[_Take], gone: set[tuple[int, str]]) -> None:
    seen = set(gone)
    for take in takes:
        if take.item.serials and len(take.pick.serials) != take.pick.quantity:
            raise TooLateError(f"{take.item.sku} needs a serial number for each unit")
        for serial in take.pick.serials:
            if (take.item.id, serial) in seen:
                raise TooLateError(f"{take.item.sku} {serial} has left already")
            seen.add((take.item.id, serial))
