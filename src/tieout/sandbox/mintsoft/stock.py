"""Stock: where units lie, to whom they are promised, and the ledger in which every change of a level is a line.

Two laws hold after every act: the stock level of a product in a warehouse is the sum of the effects of its
ledger lines, and what is allocated is the sum of what they hold. Quarantined units are in no level.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.rows import (
    Flow,
    Inventory,
    Item,
    Levels,
    Location,
    Lot,
    Move,
    Order,
    Place,
    Product,
    RefusedError,
    Taken,
)

NO_LOT = Lot()
NOT_ENOUGH = "Not enough stock available"
Detail = tuple[Location, Lot, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What a change of stock belongs to: the words of the ledger, who did it, and the order or return."""

    reason: str
    user: str = "warehouse"
    order_id: int = 0
    item_id: int = 0
    return_id: int = 0


class Stock:
    """The one way to change stock."""

    def __init__(self, books: Books, now: Callable[[], datetime]) -> None:
        self._books = books
        self.now = now

    def levels(self, product_id: int, warehouse_id: int) -> Levels:
        """Return the buckets of a product in a warehouse as they are now."""
        levels = Levels()
        for place in self._in(product_id, warehouse_id):
            if place.location.kind == "QUARANTINE":
                levels.quarantined += place.quantity
                continue
            levels.stock_level += place.quantity
            levels.allocated += place.reserved
            if place.location.kind == "BULK":
                levels.off_hand += place.quantity - place.reserved
        return levels

    def inventory(self, product_id: int, warehouse_id: int) -> Inventory:
        """Return the row of a product in a warehouse; it comes into being with the first movement."""
        key = product_id, warehouse_id
        if key not in self._books.inventory:
            row = Inventory(id=self._books.new_id("inventory"), updated_at=self.now())
            self._books.inventory[key] = row
        return self._books.inventory[key]

    def receive(self, product: Product, location: Location, lots: Sequence[tuple[Lot, int]], why: Why) -> None:
        """Take units into stock: Flow IN, and for quarantine an OUT after it. RefusedError for a serial twice here."""
        if product.parts:
            raise RefusedError(f"{product.sku} is a bundle and holds no stock")
        self._check_lots(product, lots)
        door = self._books.door(location.warehouse_id) if location.kind == "QUARANTINE" else location
        for lot, quantity in lots:
            self._place(product, door, lot).quantity += quantity
            self._move(product, None, door, quantity, lot, why)
        details = [(door, lot, quantity) for lot, quantity in lots]
        total = sum(quantity for _, quantity in lots)
        self._flow(product, door.warehouse_id, "IN", why, details, effect=total)
        if door is not location:
            for lot, quantity in lots:
                self.shift(product, [door], location, quantity, replace(why, reason="Quarantine"), lot)

    def remove(self, product: Product, source: Sequence[Location], quantity: int, why: Why, lot: Lot = NO_LOT) -> None:
        """Take free units out of stock: Flow OUT. RefusedError when there are not so many."""
        details = self._draw(product, source, quantity, why, None, lot)
        self._flow(product, source[0].warehouse_id, "OUT", why, details, effect=_counted(details, -1))

    def scrap(self, product: Product, source: Sequence[Location], quantity: int, why: Why, lot: Lot = NO_LOT) -> None:
        """Throw free units away: Flow SCRAP, and they are counted as scrapped."""
        details = self._draw(product, source, quantity, why, None, lot)
        self.inventory(product.id, source[0].warehouse_id).scrapped += quantity
        self._flow(product, source[0].warehouse_id, "SCRAP", why, details, effect=_counted(details, -1))

    def shift(
        self, product: Product, source: Sequence[Location], target: Location, quantity: int, why: Why, lot: Lot = NO_LOT
    ) -> None:
        """Move free units to another location of the same warehouse.

        Into and out of quarantine changes the level, so it is a Flow (OUT and IN); any other move is none.
        """
        details = self._draw(product, source, quantity, why, target, lot)
        for _, drawn, units in details:
            self._place(product, target, drawn).quantity += units
        went = _counted(details, -1)
        came = quantity if target.kind != "QUARANTINE" else 0
        if went + came:
            kind = "IN" if went + came > 0 else "OUT"
            self._flow(product, target.warehouse_id, kind, why, details, effect=went + came)
        else:
            self._touch(product, target.warehouse_id)

    def transfer(
        self, product: Product, source: Sequence[Location], target: Location, quantity: int, why: Why, *, arrive: bool
    ) -> None:
        """Send free units to another warehouse: Flow TRANSFER at both ends, the second one on arrival."""
        details = self._draw(product, source, quantity, why, target, NO_LOT)
        self._flow(product, source[0].warehouse_id, "TRANSFER", why, details, effect=_counted(details, -1))
        self.inventory(product.id, target.warehouse_id).in_transition += quantity
        self._touch(product, target.warehouse_id)
        if arrive:
            self.arrive(product, target, [(lot, units) for _, lot, units in details], why)

    def arrive(self, product: Product, target: Location, lots: Sequence[tuple[Lot, int]], why: Why) -> None:
        """Take in what another warehouse sent; RefusedError when it sent less."""
        quantity = sum(units for _, units in lots)
        row = self.inventory(product.id, target.warehouse_id)
        if row.in_transition < quantity:
            raise RefusedError("Quantity is more than what is in transition")
        row.in_transition -= quantity
        for lot, units in lots:
            self._place(product, target, lot).quantity += units
        details = [(target, lot, units) for lot, units in lots]
        self._flow(product, target.warehouse_id, "TRANSFER", why, details, effect=quantity)

    def reserve(self, order: Order, item: Item, quantity: int, user: str) -> int:
        """Promise free units that can be picked to an order item; return how many there were."""
        product = self._books.products[item.product_id]
        left = quantity
        details: list[Detail] = []
        for place in self._pickable(product, order.warehouse_id, item):
            units = min(left, place.quantity - place.reserved)
            if units <= 0:
                continue
            place.reserved += units
            taken = Taken(id=self._books.new_id("taken"), item_id=item.id, place=place, quantity=units)
            order.taken.append(taken)
            details.append((place.location, place.lot, units))
            left -= units
        done = quantity - left
        if done:
            why = Why(reason="Allocate", user=user, order_id=order.id)
            self._flow(product, order.warehouse_id, "ALLOCATE", why, details, held=done)
        return done

    def unreserve(self, order: Order, item: Item, quantity: int, user: str) -> int:
        """Take back the promise of so many units that have not left, what is not picked first; return how many."""
        left = quantity
        details: list[Detail] = []
        mine = [t for t in order.taken if t.item_id == item.id and not t.despatched]
        for taken in sorted(mine, key=lambda t: (t.picked, -t.id)):
            units = min(left, taken.quantity)
            if units <= 0:
                break
            taken.quantity -= units
            taken.place.reserved -= units
            details.append((taken.place.location, taken.place.lot, units))
            left -= units
        order.taken = [t for t in order.taken if t.quantity]
        done = quantity - left
        if done:
            product = self._books.products[item.product_id]
            why = Why(reason="UnAllocate", user=user, order_id=order.id)
            self._flow(product, order.warehouse_id, "UNALLOCATE", why, details, held=-done)
        return done

    def hand_over(self, order: Order, item: Item, quantity: int, other: Order, twin: Item) -> int:
        """Let a part that comes off an order keep the promises of its units; the ledger shows both sides."""
        freed = self.unreserve(order, item, min(quantity, order.allocated(item)), "split")
        return self.reserve(other, twin, freed, "split") if freed else 0

    def ship(self, order: Order, item: Item, user: str) -> int:
        """Let the promised units of an item leave: Flow OUT; return how many left."""
        leaving = [t for t in order.taken if t.item_id == item.id and not t.despatched]
        why = Why(reason="Despatch", user=user, order_id=order.id, item_id=item.id)
        product = self._books.products[item.product_id]
        for taken in leaving:
            taken.place.quantity -= taken.quantity
            taken.place.reserved -= taken.quantity
            taken.despatched = taken.picked = True
            self._move(product, taken.place.location, None, taken.quantity, taken.place.lot, why)
        total = sum(t.quantity for t in leaving)
        if total:
            details = [(t.place.location, t.place.lot, t.quantity) for t in leaving]
            self._flow(product, order.warehouse_id, "OUT", why, details, effect=-total, held=-total)
        return total

    def _in(self, product_id: int, warehouse_id: int) -> list[Place]:
        return [p for p in self._books.places[product_id] if p.location.warehouse_id == warehouse_id]

    def _pickable(self, product: Product, warehouse_id: int, item: Item) -> list[Place]:
        """Return the places to take from: the lot that was asked for only, else what expires first."""
        places = [p for p in self._in(product.id, warehouse_id) if p.location.kind in {"PICK", "GOODS IN"}]
        if item.want_serial:
            places = [p for p in places if p.lot.serial == item.want_serial]
        if item.want_batch:
            places = [p for p in places if p.lot.batch == item.want_batch]
        return sorted(places, key=lambda p: (p.lot.best_before or "9999", p.id))

    def _draw(
        self, product: Product, source: Sequence[Location], quantity: int, why: Why, target: Location | None, lot: Lot
    ) -> list[Detail]:
        """Take free units off these locations, oldest places first."""
        if quantity <= 0:
            raise RefusedError("Quantity must be greater than 0")
        ids = {location.id for location in source}
        places = [p for p in self._books.places[product.id] if p.location.id in ids and _fits(p.lot, lot)]
        if sum(p.quantity - p.reserved for p in places) < quantity:
            raise RefusedError(f"{NOT_ENOUGH} of {product.sku}")
        details: list[Detail] = []
        for place in sorted(places, key=lambda p: p.id):
            units = min(quantity, place.quantity - place.reserved)
            if units <= 0:
                continue
            place.quantity -= units
            quantity -= units
            details.append((place.location, place.lot, units))
            self._move(product, place.location, target, units, place.lot, why)
        return details

    def _place(self, product: Product, location: Location, lot: Lot) -> Place:
        for place in self._books.places[product.id]:
            if place.location.id == location.id and place.lot == lot:
                return place
        place = Place(id=self._books.new_id("place"), product_id=product.id, location=location, lot=lot)
        self._books.places[product.id].append(place)
        return place

    def _check_lots(self, product: Product, lots: Sequence[tuple[Lot, int]]) -> None:
        if not lots or any(quantity <= 0 for _, quantity in lots):
            raise RefusedError("Quantity must be greater than 0")
        if product.has_batch and any(not lot.batch for lot, _ in lots):
            raise RefusedError(f"Batch number required for {product.sku}")
        if not product.has_serial:
            return
        serials = [lot.serial for lot, quantity in lots for _ in range(quantity)]
        here = {p.lot.serial for p in self._books.places[product.id] if p.quantity}
        if "" in serials:
            raise RefusedError(f"Serial number required for {product.sku}")
        if len(set(serials)) < len(serials) or here & set(serials):
            raise RefusedError(f"Serial number of {product.sku} is already in stock")

    def _flow(
        self,
        product: Product,
        warehouse_id: int,
        kind: str,
        why: Why,
        details: Sequence[Detail],
        *,
        effect: int = 0,
        held: int = 0,
    ) -> None:
        self._touch(product, warehouse_id)
        flow = Flow(
            id=self._books.new_id("flow"),
            product_id=product.id,
            warehouse_id=warehouse_id,
            kind=kind,
            quantity=sum(units for _, _, units in details),
            effect=effect,
            held=held,
            reason=why.reason,
            order_id=why.order_id,
            return_id=why.return_id,
            at=self.now(),
            user=why.user,
            after=replace(self.levels(product.id, warehouse_id)),
            details=tuple(details),
        )
        self._books.flows[product.id].append(flow)

    def _touch(self, product: Product, warehouse_id: int) -> None:
        self.inventory(product.id, warehouse_id).updated_at = self.now()

    def _move(
        self, product: Product, source: Location | None, target: Location | None, quantity: int, lot: Lot, why: Why
    ) -> None:
        move = Move(
            id=self._books.new_id("move"),
            product_id=product.id,
            source=source,
            target=target,
            quantity=quantity,
            lot=lot,
            order_id=why.order_id,
            item_id=why.item_id,
            comment=why.reason,
            at=self.now(),
            user=why.user,
        )
        self._books.moves.append(move)


def _counted(details: Sequence[Detail], sign: int) -> int:
    """Return the effect on the level of units that came off these places; quarantined ones were in no level."""
    return sign * sum(units for location, _, units in details if location.kind != "QUARANTINE")


def _fits(lot: Lot, wanted: Lot) -> bool:
    return (not wanted.batch or lot.batch == wanted.batch) and (not wanted.serial or lot.serial == wanted.serial)
