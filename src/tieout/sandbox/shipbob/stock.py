"""What lies on the shelves of each site, and the event log that every change of it is written to.

`Available` units are the on-hand figure; quarantined ones lie beside it in the exception bucket. On hand is always
the sum of the log's changes to available units, and so is the exception bucket of those to quarantined ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from tieout.sandbox.shipbob.books import Centre, Item

AVAILABLE = "Available"
QUARANTINED = "Quarantined"
CATEGORIES = (
    "OrderPicked",
    "InventoryAdjusted",
    "InventoryFacilityUpdated",
    "AttributeUpdated",
    "InventoryReceived",
    "InventoryRestocked",
    "ReceivingStow",
    "KittingStow",
)
FIRST_EVENT = 5_000_001


class StockRefusedError(Exception):
    """The shelf does not hold what was to be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of an event: units of a lot at a site that grew or shrank, signed."""

    centre: Centre
    lot: str
    status: str
    quantity: int
    committed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the log."""

    id: int
    at: datetime
    category: str
    item: Item
    decrement: Side | None
    increment: Side | None
    order_id: int | None
    references: tuple[tuple[str, str], ...]

    @property
    def sides(self) -> tuple[Side, ...]:
        """Return what it changed."""
        return tuple(side for side in (self.decrement, self.increment) if side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Units promised to an order, or given free again; not in the event log, but in the levels."""

    at: datetime
    item: Item
    centre: Centre
    quantity: int


@dataclass(slots=True, kw_only=True)
class OnTheWay:
    """Units between two sites."""

    id: int
    item: Item
    lot: str
    to_centre: Centre
    quantity: int


class Stock:
    """Shelves and their log."""

    def __init__(self) -> None:
        self._ids = count(FIRST_EVENT)
        self._held: defaultdict[tuple[int, int, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._promised: defaultdict[tuple[int, int], int] = defaultdict(int)
        self.expires: dict[tuple[int, str], str] = {}
        self.events: list[Event] = []
        self.promises: list[Promise] = []
        self.on_the_way: dict[int, OnTheWay] = {}

    def record(
        self,
        category: str,
        item: Item,
        at: datetime,
        sides: Iterable[Side],
        order_id: int | None = None,
        references: Iterable[tuple[str, str]] = (),
    ) -> Event:
        """Change the shelves and write the log, or raise and change nothing."""
        assert category in CATEGORIES, f"{category} is no category"
        changed = tuple(side for side in sides if side.quantity)
        for side in changed:
            held = self.on_hand(item, side.centre, side.lot, side.status)
            if held + side.quantity < 0:
                raise StockRefusedError(
                    f"{side.centre.name} holds {held} of {item.sku} (lot {side.lot or 'none'}, {side.status}), "
                    f"not {-side.quantity}"
                )
        for side in changed:
            self._held[(item.id, side.centre.id, side.status)][side.lot] += side.quantity
        event = Event(
            id=next(self._ids),
            at=at,
            category=category,
            item=item,
            decrement=next((s for s in changed if s.quantity < 0), None),
            increment=next((s for s in changed if s.quantity > 0), None),
            order_id=order_id,
            references=tuple(references),
        )
        self.events.append(event)
        return event

    def promise(self, item: Item, centre: Centre, quantity: int, at: datetime) -> None:
        """Promise units to an order; a negative quantity gives them free."""
        if not quantity:
            return
        self._promised[(item.id, centre.id)] += quantity
        assert self._promised[(item.id, centre.id)] >= 0, "more given free than was promised"
        self.promises.append(Promise(at=at, item=item, centre=centre, quantity=quantity))

    def on_hand(self, item: Item, centre: Centre, lot: str | None = None, status: str = AVAILABLE) -> int:
        """Return the units of a lot, or of all lots."""
        here = self._held[(item.id, centre.id, status)]
        return sum(here.values()) if lot is None else here[lot]

    def committed(self, item: Item, centre: Centre) -> int:
        """Return what is promised to orders."""
        return self._promised[(item.id, centre.id)]

    def free(self, item: Item, centre: Centre) -> int:
        """Return what may still be promised; below nought when promised goods went missing."""
        return self.on_hand(item, centre) - self.committed(item, centre)

    def lots(self, item: Item, centre: Centre, status: str = AVAILABLE) -> list[tuple[str, int]]:
        """Return the lots that are there with their units, the one that expires first in front."""
        wanted = [(lot, units) for lot, units in self._held[(item.id, centre.id, status)].items() if units]
        return sorted(wanted, key=lambda pair: (self.expires.get((item.id, pair[0])) or "9999", pair[0]))

    def pockets(self) -> Iterator[tuple[tuple[int, int, str, str], int]]:
        """Yield item id, site id, lot and status with the units there."""
        for (item, centre, status), lots in self._held.items():
            yield from (((item, centre, lot, status), units) for lot, units in lots.items() if units)

    def level(self, item: Item, centre: Centre, at: datetime, status: str = AVAILABLE) -> tuple[int, int]:
        """Return on hand and committed as they stood at a moment."""
        held, promised = self.on_hand(item, centre, status=status), self.committed(item, centre)
        for event in reversed(self.events):
            if event.at <= at:
                break
            if event.item.id == item.id:
                held -= sum(s.quantity for s in event.sides if s.centre.id == centre.id and s.status == status)
        for promise in reversed(self.promises):
            if promise.at <= at:
                break
            if (promise.item.id, promise.centre.id) == (item.id, centre.id):
                promised -= promise.quantity
        return held, promised
