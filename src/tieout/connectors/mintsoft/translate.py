"""From Mintsoft's orders to what Tieout calls requests and shipments. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from tieout.connectors.mintsoft import compat
from tieout.connectors.mintsoft.orders import Part
from tieout.connectors.mintsoft.settings import MintsoftSettings
from tieout.connectors.mintsoft.times import moment
from tieout.connectors.mintsoft.wire import ConsignmentShape, HeldShape, ItemShape, OrderShape
from tieout.domain import commands as c
from tieout.domain.documents.shipping import (
    HeldLine,
    Parcel,
    RequestStatus,
    Shipment,
    ShippedLine,
    ShortLine,
    Stage,
    WarehouseOrder,
)
from tieout.ports.errors import BadAnswer

NOTHING = Decimal(0)
ENDED = frozenset({RequestStatus.SHIPPED, RequestStatus.CANCELLED, RequestStatus.REJECTED})
BEGUN = frozenset({RequestStatus.PICKING, RequestStatus.PICKED, RequestStatus.PACKED})
STAGES: Mapping[RequestStatus, Stage] = {
    RequestStatus.PICKED: "picked",
    RequestStatus.PACKED: "packed",
    RequestStatus.SHIPPED: "despatched",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What Mintsoft tells of a part that left, or is about to."""

    consignments: tuple[ConsignmentShape, ...]
    allocated: tuple[HeldShape, ...]
    scanned: tuple[HeldShape, ...]


def status_of(order: OrderShape, assumed: compat.Compat) -> RequestStatus:
    """What the part's status means for a request; UNKNOWN for a number that is not in the lists."""
    if order.status_id in assumed.despatched_statuses:
        return RequestStatus.SHIPPED
    known = compat.STATUSES.get(order.status_id, ("", RequestStatus.UNKNOWN))[1]
    return assumed.statuses.get(order.status_id, known)


def status_in_all(statuses: Sequence[RequestStatus]) -> RequestStatus:
    """Where a request stands whose parts stand so: what has left counts first, then what somebody has begun."""
    held = set(statuses)
    still_open = held - ENDED
    if RequestStatus.UNKNOWN in held:
        return RequestStatus.UNKNOWN
    if RequestStatus.SHIPPED in held:
        return RequestStatus.PART_SHIPPED if still_open else RequestStatus.SHIPPED
    if not still_open:
        return RequestStatus.REJECTED if RequestStatus.REJECTED in held else RequestStatus.CANCELLED
    if len(still_open) == 1:
        return still_open.pop()
    if still_open == {RequestStatus.PICKED, RequestStatus.PACKED}:
        return RequestStatus.PICKED
    return RequestStatus.PICKING if still_open & BEGUN else RequestStatus.HELD


def request_of(
    reference: str, parts: Sequence[Part], words: Mapping[int, str], settings: MintsoftSettings
) -> WarehouseOrder:
    """The request with all its parts; `words` are Mintsoft's names of statuses that are not in the standard list."""
    statuses = [status_of(part.order, settings.compat) for part in parts]
    ids = line_ids(parts)
    first = parts[0].order
    return WarehouseOrder(
        reference=reference,
        warehouse_ids=tuple(part.order.id for part in parts),
        status=status_in_all(statuses),
        status_text=", ".join(dict.fromkeys(status_word(part.order, words) for part in parts)),
        lines=_held_lines(parts, ids),
        reason="; ".join(_reasons(parts, statuses, words)),
        link=settings.order_link.replace("{id}", first.id),
    )


def figures_of(reference: str, parts: Sequence[Part]) -> c.Figures:
    """The figures of a request over all its parts, in the terms of the command."""
    pairs = [(item.sku, item.quantity) for part in parts for item in part.items if item.quantity]
    return c.request_figures(reference, pairs)


def nothing_can_leave(parts: Sequence[Part] | Sequence[OrderShape], assumed: compat.Compat) -> bool:
    """Whether every part has ended and at least one was cancelled: a request that left whole was not cancelled."""
    orders = [each.order if isinstance(each, Part) else each for each in parts]
    statuses = {status_of(order, assumed) for order in orders}
    return statuses <= ENDED and RequestStatus.CANCELLED in statuses


def line_ids(parts: Sequence[Part]) -> dict[tuple[str, int], str]:
    """Our line id of every line, by order and place: as the line says, else in the order of the stock code.

    A part that was split off may have lost the name that holds the id. It is taken from the request's other parts
    where the stock code has one line only, or as many lines as the part has; else nobody can tell, and it is empty.
    """
    by_sku: dict[str, list[str]] = {}
    for part in parts:
        for item in part.items:
            line = item.value(compat.LINE_NAME)
            if line and line not in by_sku.setdefault(item.sku, []):
                by_sku[item.sku].append(line)
    found: dict[tuple[str, int], str] = {}
    for part in parts:
        for at, item in enumerate(part.items):
            alike = [place for place, other in enumerate(part.items) if other.sku == item.sku]
            lines = by_sku.get(item.sku, [])
            guess = lines[0] if len(lines) == 1 else lines[alike.index(at)] if len(lines) == len(alike) else ""
            found[part.order.id, at] = item.value(compat.LINE_NAME) or guess
    return found


def status_word(order: OrderShape, words: Mapping[int, str]) -> str:
    """Mintsoft's own word for the part's status."""
    known = compat.STATUSES.get(order.status_id, ("", None))[0]
    return words.get(order.status_id) or known or f"status {order.status_id}"


def stage_of(order: OrderShape, assumed: compat.Compat) -> Stage | None:
    """How far the part has come on its way out; None while it is not picked."""
    return STAGES.get(status_of(order, assumed))


def shipment_of(
    reference: str, at: int, parts: Sequence[Part], sent: Sent, site: str, settings: MintsoftSettings
) -> Shipment:
    """The part at this place as a shipment of its own: Mintsoft despatches a part whole, or not."""
    part = parts[at]
    order = part.order
    stage = stage_of(order, settings.compat)
    assert stage is not None, "a part that is not picked is no shipment"
    reached_at, reached_text = _reached(order, stage, settings)
    ids = line_ids(parts)
    rows = [(place, item, _leaving(item, settings.compat)) for place, item in enumerate(part.items)]
    return Shipment(
        shipment_id=order.id,
        account=settings.account,
        reference=reference,
        site=site,
        stage=stage,
        reached_at=reached_at,
        reached_text=reached_text,
        lines=tuple(
            ShippedLine(
                line=ids[order.id, place],
                sku=item.sku,
                quantity=leaving,
                batches=_batches(item, leaving, sent, stage),
            )
            for place, item, leaving in rows
            if leaving > 0
        ),
        parcels=_parcels(order, sent.consignments),
        short=tuple(
            ShortLine(line=ids[order.id, place], sku=item.sku, quantity=item.quantity - leaving, reason="OnBackOrder")
            for place, item, leaving in rows
            if leaving < item.quantity
        ),
        follows=_follows(at, parts, settings),
        source=f"Mintsoft order {order.id}",
    )


def _held_lines(parts: Sequence[Part], ids: Mapping[tuple[str, int], str]) -> tuple[HeldLine, ...]:
    """What was asked for: lines of one id and stock code in several parts are one line."""
    sums: dict[tuple[str, str], Decimal] = {}
    for part in parts:
        for at, item in enumerate(part.items):
            key = (ids[part.order.id, at], item.sku)
            sums[key] = sums.get(key, NOTHING) + item.quantity
    return tuple(HeldLine(line=line, sku=sku, quantity=sums[line, sku]) for line, sku in sums if sums[line, sku])


def _reasons(parts: Sequence[Part], statuses: Sequence[RequestStatus], words: Mapping[int, str]) -> list[str]:
    told: list[str] = []
    for part, status in zip(parts, statuses, strict=True):
        if status not in (RequestStatus.HELD, RequestStatus.CANCELLED, RequestStatus.REJECTED):
            continue
        missing = ", ".join(f"{c.plain(item.on_back_order)} {item.sku}" for item in part.items if item.on_back_order)
        told.append(status_word(part.order, words) + (f": {missing} on back order" if missing else ""))
    return list(dict.fromkeys(told))


def _leaving(item: ItemShape, assumed: compat.Compat) -> Decimal:
    """What of the line leaves with its part: all of it but what is on back order."""
    behind = min(item.on_back_order, item.quantity) if assumed.leaves_back_orders else NOTHING
    return item.quantity - behind


def _reached(order: OrderShape, stage: Stage, settings: MintsoftSettings) -> tuple[datetime, str]:
    """When the stage was reached: despatch has a time of its own, picking may have one, packing has none.

    Where there is none it is the order's last change, which is not earlier than the stage.
    """
    own = {
        "despatched": order.despatched,
        "picked": next((pair.value for pair in order.pairs if pair.name == compat.PICKED_AT_NAME), ""),
    }.get(stage, "")
    for text in (own, order.updated, order.ordered):
        at = moment(text, settings.zone, settings.compat.repeated_hour)
        if at is not None:
            return at, text
    raise BadAnswer(f"Mintsoft's order {order.id} is {stage} and has no time at all")


def _batches(item: ItemShape, leaving: Decimal, sent: Sent, stage: Stage) -> tuple[c.BatchQuantity, ...]:
    """Batches and serial numbers of the line: as scanned, or as allocated where that alone makes up the quantity."""
    is_gone = stage == "despatched"
    allocated = [row for row in sent.allocated if not is_gone or row.despatched is not False]
    readings = [_numbers(item, rows) for rows in (sent.scanned, allocated)]
    whole = [each for each in readings if sum(number.quantity for number in each) == leaving]
    return next((each for each in (*whole, *readings) if each), ())


def _numbers(item: ItemShape, rows: Sequence[HeldShape]) -> tuple[c.BatchQuantity, ...]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        number = row.serial or row.batch
        if number and row.item_id == item.id and item.id:
            sums[number] = sums.get(number, NOTHING) + row.quantity
    return tuple(c.BatchQuantity(number=number, quantity=quantity) for number, quantity in sums.items() if quantity)


def _parcels(order: OrderShape, consignments: Sequence[ConsignmentShape]) -> tuple[Parcel, ...]:
    """One parcel for each consignment; where there is none, the order's own tracking number."""
    numbers = {row.number: row.courier for row in consignments if row.number}
    if not numbers and order.tracking:
        numbers = {order.tracking: ""}
    return tuple(
        Parcel(
            tracking=number,
            carrier=courier,
            service=order.courier,
            url=order.tracking_url if number == order.tracking or len(numbers) == 1 else "",
        )
        for number, courier in numbers.items()
    )


def _follows(at: int, parts: Sequence[Part], settings: MintsoftSettings) -> Literal["yes", "no", "unsaid"]:
    """Whether the rest will follow: yes while another part is open, no when the others were cancelled."""
    others = {status_of(part.order, settings.compat) for place, part in enumerate(parts) if place != at}
    if others - ENDED:
        return "yes"
    return "no" if RequestStatus.CANCELLED in others else "unsaid"
