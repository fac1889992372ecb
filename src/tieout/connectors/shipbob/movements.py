"""ShipBob's stock events as movements, and the one cursor over all places. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tieout.connectors.shipbob import compat
from tieout.connectors.shipbob.wire import ChangeShape, EventShape, moment
from tieout.domain.documents.warehouse_stock import MovementKind, WarehouseMovement
from tieout.ports.errors import BadAnswer

EDITION = "1;"


def written(positions: Mapping[int, int]) -> str:
    """The cursor: the newest event read of each fulfilment centre, in one text."""
    return EDITION + ",".join(f"{site}={event}" for site, event in sorted(positions.items()))


def positions_in(cursor: str) -> dict[int, int]:
    """The newest event read of each fulfilment centre; none for an empty cursor; BadAnswer for one that is not ours."""
    if not cursor:
        return {}
    try:
        pairs = [part.split("=") for part in cursor.removeprefix(EDITION).split(",") if part]
        found = {int(site): int(event) for site, event in pairs}
    except ValueError:
        found = {}
    if not cursor.startswith(EDITION) or written(found) != cursor:
        raise BadAnswer(
            "the place where ShipBob's stock events were left off is not readable: start from the beginning"
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What turning an event into movements needs beside it."""

    account: str
    site_names: Mapping[int, str]
    sku_of_item: Callable[[int], str]
    """Asks ShipBob where an event names no stock code."""
    switches: compat.ShipBobCompat


def event_time(event: EventShape) -> datetime:
    """When it happened; BadAnswer where ShipBob does not say."""
    at = moment(event.at)
    if at is None:
        raise BadAnswer(f"ShipBob states no time for stock event {event.id}")
    return at


def movements_of(event: EventShape, facility_id: int, cursor: str, telling: Telling) -> tuple[WarehouseMovement, ...]:
    """The movements that one event of a place is; none where it changes nothing that Sage knows of.

    An event with two sides at two places is a transfer; at one place it is what is left over, and where nothing is
    left over, a change of state or of lot, or of nothing.
    """
    if compat.folded(event.category) in {compat.folded(word) for word in telling.switches.left_out_categories}:
        return ()
    gained = event.increment if event.increment and event.increment.quantity else None
    lost = event.decrement if event.decrement and event.decrement.quantity else None
    teller = _Teller(event, facility_id, cursor, telling)
    if gained is None or lost is None:
        return teller.one_sided(gained, lost)
    if teller.facility(gained) != teller.facility(lost):
        return teller.between_sites(gained, lost)
    if teller.sku(gained) != teller.sku(lost) or gained.lot != lost.lot:
        out = teller.movement("adjustment", lost, -abs(lost.quantity), part="-out")
        return (out, teller.movement("adjustment", gained, abs(gained.quantity), part="-in"))
    rest = abs(gained.quantity) - abs(lost.quantity)
    if rest:
        return (teller.movement(teller.kind, gained if rest > 0 else lost, rest),)
    return teller.reshaped(gained, lost)


class _Teller:
    """Writes the movements of one event."""

    def __init__(self, event: EventShape, facility_id: int, cursor: str, telling: Telling) -> None:
        self._event = event
        self._facility_id = facility_id
        self._cursor = cursor
        self._telling = telling
        told: MovementKind = compat.KINDS.get(compat.folded(event.category), "adjustment")
        self.kind: MovementKind = "adjustment" if told == "transfer" else told
        """Of an event with one side: half of a transfer is an adjustment of its place."""

    def facility(self, side: ChangeShape) -> int:
        return side.facility_id or self._facility_id

    def sku(self, side: ChangeShape) -> str:
        if side.sku:
            return side.sku
        return self._telling.sku_of_item(self._event.item_id) or f"inventory item {self._event.item_id}"

    def one_sided(self, gained: ChangeShape | None, lost: ChangeShape | None) -> tuple[WarehouseMovement, ...]:
        if gained is not None:
            return (self.movement(self.kind, gained, abs(gained.quantity)),)
        return (self.movement(self.kind, lost, -abs(lost.quantity)),) if lost is not None else ()

    def between_sites(self, gained: ChangeShape, lost: ChangeShape) -> tuple[WarehouseMovement, ...]:
        moved = abs(lost.quantity)
        if moved != abs(gained.quantity) or self.sku(gained) != self.sku(lost):
            out = self.movement("adjustment", lost, -moved, part="-out")
            return (out, self.movement("adjustment", gained, abs(gained.quantity), part="-in"))
        return (self.movement("transfer", lost, moved, to=gained),)

    def reshaped(self, gained: ChangeShape, lost: ChangeShape) -> tuple[WarehouseMovement, ...]:
        """As many came as went at one place, of one lot: into or out of a state that cannot be sold, or nothing."""
        was, is_now = (compat.folded(side.state) in compat.SALEABLE for side in (lost, gained))
        if was == is_now:
            return ()
        kind: MovementKind = "quarantine" if was else "release"
        return (self.movement(kind, lost, abs(lost.quantity), to=gained),)

    def movement(
        self,
        kind: MovementKind,
        side: ChangeShape,
        quantity: Decimal,
        *,
        to: ChangeShape | None = None,
        part: str = "",
    ) -> WarehouseMovement:
        event = self._event
        leads_away = to is not None and self.facility(to) != self.facility(side)
        return WarehouseMovement(
            movement_id=f"{event.id}{part}",
            account=self._telling.account,
            site=self._site(side),
            occurred_at=event_time(event),
            occurred_text=event.at,
            kind=kind,
            reason=self._reason(),
            sku=self.sku(side),
            quantity=quantity,
            to_site=self._site(to) if to is not None and leads_away else "",
            place=_place(side, to),
            to_place=_place(to, side) if to is not None else "",
            batch=side.lot,
            reference=self._reference(),
            cursor=self._cursor,
            source=f"ShipBob stock event {event.id}",
        )

    def _site(self, side: ChangeShape) -> str:
        facility = self.facility(side)
        return self._telling.site_names.get(facility) or str(facility)

    def _reason(self) -> str:
        given = (each.value for each in self._event.references if "reason" in each.key.casefold() and each.value)
        return next(given, self._event.category)

    def _reference(self) -> str:
        others = (each.value for each in self._event.references if "reason" not in each.key.casefold() and each.value)
        return next(others, "") or self._event.order_id


def _place(side: ChangeShape, other: ChangeShape | None) -> str:
    """The state where it changes, else the bin."""
    is_state = other is not None and compat.folded(side.state) != compat.folded(other.state)
    return side.state if is_state and side.state else side.place
