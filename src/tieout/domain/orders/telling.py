"""The storefront told what left, so that the customer can follow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.domain.commands import FulfilOrder, SentLine
from tieout.domain.faults import orders as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.orders.carriers import courier_of
from tieout.domain.orders.facts import OrderFacts
from tieout.domain.orders.keys import despatch_key, fulfilment_key
from tieout.domain.orders.resolving import Resolved
from tieout.domain.orders.standing import Standing

TRACKING_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What the storefront is told now, and what it waits for."""

    commands: tuple[FulfilOrder, ...]
    faults: tuple[Fault, ...]
    waits_for: str


def fulfilments(standing: Standing, despatched: frozenset[str]) -> Telling:
    """Tell the storefront of every shipment that Sage has, or has after this plan (`despatched` holds their keys).

    A shipment without a tracking number waits a while for one: customers are told once.
    """
    facts = standing.facts
    commands: list[FulfilOrder] = []
    faults: list[Fault] = []
    waits_for = ""
    for one in standing.gone():
        key = despatch_key(facts.company, one.shipment)
        lacks = not is_tracked(one)
        is_late = facts.now > tracked_by(facts, one.shipment.reached_at)
        if lacks and is_late and kinds.TRACKING_MISSING.code not in facts.accepted:
            at = f"shipment {one.shipment.shipment_id} of {one.shipment.reference}"
            faults.append(Fault(code=kinds.TRACKING_MISSING.code, at=at, saw="no tracking number"))
        is_due = standing.is_told(one) or key in despatched
        if not facts.has_storefront or not is_due or _is_done(facts, one):
            continue
        if lacks and not is_late:
            waits_for = "a tracking number"
        else:
            commands += _fulfil(standing, one)
    return Telling(commands=tuple(commands), faults=tuple(faults), waits_for=waits_for)


def unknown_carriers(standing: Standing) -> Iterator[Fault]:
    """Carriers that nobody has mapped; nothing waits for them (3PL-44)."""
    for one in standing.gone():
        courier = courier_of(standing.facts.tables, one.shipment)
        if not courier.is_known:
            row = f"carrier/{one.shipment.account}|{courier.told}"
            at = f"shipment {one.shipment.shipment_id}"
            yield Fault(code=kinds.CARRIER_UNMAPPED.code, at=at, saw=courier.told, row=row)


def is_tracked(one: Resolved) -> bool:
    """Whether the customer can follow any parcel of a shipment."""
    return any(parcel.tracking for parcel in one.shipment.parcels)


def tracked_by(facts: OrderFacts, reached_at: datetime) -> datetime:
    """By when a warehouse should have given a tracking number of what left."""
    return reached_at + timedelta(hours=facts.tables.number("tracking_grace_hours", TRACKING_HOURS))


def _is_done(facts: OrderFacts, one: Resolved) -> bool:
    key = fulfilment_key(facts.company, one.shipment)
    return any(told.command.key == key and told.state == "done" for told in facts.told)


def _fulfil(standing: Standing, one: Resolved) -> Iterator[FulfilOrder]:
    """As it was sent, where it may have arrived already; units that the storefront cannot count are left out."""
    facts, shipment = standing.facts, one.shipment
    key = fulfilment_key(facts.company, shipment)
    sent = next((told.command for told in facts.told if told.command.key == key and told.state == "intended"), None)
    if sent is not None:
        yield sent
        return
    lines = tuple(
        SentLine(sku=units.line.sku, quantity=int(units.quantity))
        for units in one.left
        if units.quantity == int(units.quantity) and units.quantity > 0
    )
    if lines:
        yield FulfilOrder(
            key=key,
            order_name=standing.order.channel_reference,
            lines=lines,
            carrier=courier_of(facts.tables, shipment).storefront,
            tracking=tuple(dict.fromkeys(parcel.tracking for parcel in shipment.parcels if parcel.tracking)),
            urls=tuple(dict.fromkeys(parcel.url for parcel in shipment.parcels if parcel.url)),
        )
