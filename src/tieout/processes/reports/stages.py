"""Where every returned unit stands, and what it is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tieout.domain import commands as c
from tieout.domain.documents.rma import Outcome, Rma, RmaStatus, RmaUnit
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import allocate, matched_order
from tieout.domain.returns.batches import is_ready
from tieout.domain.returns.disposition import Place, place_for
from tieout.domain.returns.facts import ReturnFacts
from tieout.processes.reports.known import Known, Step, credit_lines

STAYS_AWAY = (Outcome.REJECT,)
"""Outcomes of units that never become the merchant's stock again."""


class Stage(StrEnum):
    """The stages of a returned unit, in the order in which it passes them."""

    ANNOUNCED = "announced"
    AWAITING_INSPECTION = "awaiting inspection"
    NOT_BOOKED = "received, not booked"
    UNDER_WAY = "booked, under way"
    SALEABLE = "saleable"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One unit: its stage by the system that shows it, its value by the system that states it."""

    unit: RmaUnit
    stage: Stage
    place: Place | None
    """Where Sage has it; None while Sage has not."""
    since: datetime
    shown_by: str
    shown_at: datetime
    value: Money
    valued_by: str
    valued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a unit is worth, by whom, read when."""

    amount: Money
    by: str
    at: datetime


def standings(known: Known) -> Iterator[Standing]:
    """Every unit of a return that is to come back or did."""
    facts = known.facts
    if facts is None or facts.rma is None:
        return
    values = unit_values(known, facts)
    places = _places(known, facts)
    for unit in sorted(facts.rma.units, key=lambda each: each.unit_id):
        booked = places.get(unit.unit_id)
        if booked is None and unit.outcome in STAYS_AWAY:
            continue
        shown = _booked(known, facts, unit, *booked) if booked else _not_booked(facts, facts.rma, unit)
        if shown is None:
            continue
        stage, place, since, by, at = shown
        value = values.get(unit.unit_id) or Value(amount=unit.paid_gross, by="portal", at=facts.now)
        yield Standing(
            unit=unit,
            stage=stage,
            place=place,
            since=since,
            shown_by=by,
            shown_at=at,
            value=value.amount,
            valued_by=value.by,
            valued_at=value.at,
        )


Shown = tuple[Stage, Place | None, datetime, str, datetime]
"""Stage, place, since when, which system shows it, read when."""


def _not_booked(facts: ReturnFacts, rma: Rma, unit: RmaUnit) -> Shown | None:
    if unit.received_at is None:
        is_coming = rma.status in (RmaStatus.AUTHORISED, RmaStatus.RECEIVED, RmaStatus.INSPECTED)
        return (Stage.ANNOUNCED, None, rma.raised_at, "portal", facts.now) if is_coming else None
    stage = Stage.NOT_BOOKED if is_ready(facts, unit) else Stage.AWAITING_INSPECTION
    return stage, None, unit.received_at, "portal", facts.now


def _booked(known: Known, facts: ReturnFacts, unit: RmaUnit, place: Place, at: datetime) -> Shown:
    """A unit that was read back in a bin: for sale once it is offered, in quarantine where nothing is for sale."""
    mine = [step for step in known.steps if unit.unit_id in step.command.units]
    offers = [step for step in mine if isinstance(step.command, c.RaiseAvailability)]
    moves = [step for step in mine if isinstance(step.command, c.MoveStock)]
    offered = next((step.leg for step in offers if step.is_agreed and step.leg is not None), None)
    if offered is not None and offered.seen_at is not None:
        return Stage.SALEABLE, place, at, "storefront", offered.seen_at
    found = facts.bin(place.warehouse, place.bin)
    is_moving = bool(moves) and not any(step.is_agreed for step in moves)
    is_for_sale = found is not None and found.is_for_sale
    stage = Stage.UNDER_WAY if is_moving or is_for_sale or offers else Stage.QUARANTINE
    return stage, place, at, "sage", at


def _places(known: Known, facts: ReturnFacts) -> dict[str, tuple[Place, datetime]]:
    """The place of every unit whose stock was read back, with the time: the last move wins."""
    places: dict[str, tuple[Place, datetime]] = {}
    agreed = [step for step in known.steps if step.is_agreed and step.leg is not None]
    for step in sorted(agreed, key=lambda each: isinstance(each.command, c.MoveStock)):
        assert step.leg is not None
        at = step.leg.seen_at
        assert at is not None, "a leg agrees that nobody saw"
        match step.command:
            case c.ReceiveReturn() as receipt:
                places |= {unit: (place, at) for unit, place in _received(receipt, facts)}
            case c.WriteOn(units=units, warehouse=warehouse, bin=name):
                places |= dict.fromkeys(units, (Place(warehouse=warehouse, bin=name), at))
            case c.MoveStock(units=units, to_warehouse=warehouse, to_bin=name):
                places |= dict.fromkeys(units, (Place(warehouse=warehouse, bin=name), at))
            case _:
                pass
    return places


def _received(receipt: c.ReceiveReturn, facts: ReturnFacts) -> Iterator[tuple[str, Place]]:
    """Which bin of a receipt each unit went to: the table's own where the receipt has it, else where room is left."""
    room: Counter[tuple[str, str]] = Counter()
    for line in receipt.lines:
        room[line.sku.casefold(), line.bin] += int(line.quantity)
    units = [unit for unit in (facts.rma.units if facts.rma else ()) if unit.unit_id in receipt.units]
    left_over = []
    for unit in units:
        wanted = place_for(facts, unit)
        slot = (unit.sku.strip().casefold(), wanted.bin if wanted else "")
        if wanted is None or wanted.warehouse != receipt.warehouse or room[slot] <= 0:
            left_over.append(unit)
            continue
        room[slot] -= 1
        yield unit.unit_id, wanted
    for unit in left_over:
        sku = unit.sku.strip().casefold()
        name = next((name for (code, name), left in room.items() if code == sku and left > 0), None)
        if name is not None:
            room[sku, name] -= 1
            yield unit.unit_id, Place(warehouse=receipt.warehouse, bin=name)


def unit_values(known: Known, facts: ReturnFacts) -> dict[str, Value]:
    """What every unit on a credit note was invoiced at, tax included; together they are the credit note to the penny.

    By the credit note once it stands, by the invoice while it is planned.
    """
    values: dict[str, Value] = {}
    for step in known.steps:
        if not credit_lines(step):
            continue
        seen_at = step.leg.seen_at if step.leg is not None else None
        by, at = ("sage credit note", seen_at) if seen_at is not None else ("sage invoice", facts.now)
        for unit, amount in _shares(step, facts):
            values[unit] = Value(amount=amount, by=by, at=at)
    return values


def _shares(step: Step, facts: ReturnFacts) -> Iterator[tuple[str, Money]]:
    lines, units = credit_lines(step), step.command.units
    if not units:  # what is given without goods is no unit's
        return
    order = matched_order(facts)
    line_of = allocate(facts, order).line_of if order is not None else {}
    groups: dict[str, list[str]] = {}
    for unit in units:
        groups.setdefault(line_of[unit].line_id if unit in line_of else "", []).append(unit)
    wanted: Counter[str] = Counter()
    for line in lines:
        wanted[line.order_line] += int(line.quantity)
    if wanted != {line_id: len(found) for line_id, found in groups.items()}:
        groups = {"": list(units)}  # the portal has changed its mind since: share the whole evenly
    for line_id, found in groups.items():
        of_line = [line.net + line.tax for line in lines if line_id in ("", line.order_line)]
        yield from zip(found, total(of_line).split([1] * len(found)), strict=True)
