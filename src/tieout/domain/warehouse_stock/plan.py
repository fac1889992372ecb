"""Decide what a movement of a warehouse's stock becomes in Sage: one command, nothing, or every reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from tieout.domain.business_dates import uk_date
from tieout.domain.command_legs import legs_of
from tieout.domain.commands.stock import IssueStock, MoveStock, WriteOff, WriteOn
from tieout.domain.faults.kinds import Fault, Owner
from tieout.domain.faults.performing import EFFECT_CONFLICT
from tieout.domain.faults.warehouse_stock import STOCK_REASON_UNMAPPED
from tieout.domain.legs import Leg
from tieout.domain.money import Money, money
from tieout.domain.plans import LEG_GRACE_HOURS, Blocked, Plan
from tieout.domain.warehouse_stock.checks import checked, posting_day
from tieout.domain.warehouse_stock.facts import Booked, MovementFacts, StockCommand
from tieout.domain.warehouse_stock.reading import Reading, read_movement, units_of
from tieout.domain.warehouse_stock.reasons import Treatment, missing_row, treatment_of


def plan_movement(facts: MovementFacts) -> Plan | Blocked:
    """Say what the movement becomes in Sage, or why it cannot be booked.

    What was booked, or may have been, stands as it was booked: rows that were changed since book nothing again.
    """
    if facts.booked is not None:
        return _as_booked(facts, facts.booked)
    treatment = treatment_of(facts.tables, facts.movement)
    if treatment is not None and treatment.becomes == "ignore":
        return _plan(facts, None, waived=((facts.key, f"{treatment.row} leaves it to others"),))
    reading, faults = read_movement(facts, treatment)
    found = [*_untreated(facts, treatment), *faults]
    if treatment is None or reading is None:
        return Blocked(faults=tuple(found), legs=(), stake=stake_of(facts))
    if reading.is_nothing:
        return _plan(facts, None, waived=((facts.key, "both places are one bin in Sage"),))
    found += checked(facts, treatment, reading)
    command = _command(facts, treatment, reading)
    if found:
        legs = legs_of(command, _due_by(facts))
        return Blocked(faults=tuple(found), legs=legs, stake=stake_of(facts))
    return _plan(facts, command)


def stake_of(facts: MovementFacts) -> Money:
    """What is at stake: the units at cost; nought where the cost or the units are not known."""
    return value_at_cost(facts, units_of(facts.tables, facts.movement, facts.movement.quantity)) or Money(0)


def value_at_cost(facts: MovementFacts, units: Decimal | Fault) -> Money | None:
    """Stock units at what one of them costs in Sage."""
    if facts.product is None or facts.product.unit_cost is None or isinstance(units, Fault):
        return None
    return abs(money(facts.product.unit_cost * units))


def movement_leg(facts: MovementFacts, units: Decimal) -> Leg:
    """What the warehouse shows of the movement."""
    return Leg(
        system="warehouse",
        kind="movement",
        ref=facts.key,
        amount=None,
        quantity=units,
        due_by=_due_by(facts),
        owner=Owner.OPERATIONS.value,
    )


def booked_quantity(facts: MovementFacts) -> Decimal | None:
    """The stock units that the warehouse told of, for its leg; None for what is not booked or cannot be counted."""
    treatment = treatment_of(facts.tables, facts.movement)
    if facts.booked is None and (treatment is None or treatment.becomes == "ignore"):
        return None
    if facts.booked is not None and _told_when_booked(facts, facts.booked) == facts.told[-1].substance:
        return facts.booked.command.quantity
    units = units_of(facts.tables, facts.movement, facts.movement.quantity)
    return None if isinstance(units, Fault) else abs(units)


def _as_booked(facts: MovementFacts, booked: Booked) -> Plan | Blocked:
    was, now = _told_when_booked(facts, booked), facts.told[-1].substance
    if booked.state == "done" and was != now:
        saw, wanted = (f"{kind} of {quantity:f} x {sku} at {site}" for kind, sku, quantity, _, site, _ in (now, was))
        fault = Fault(code=EFFECT_CONFLICT.code, at=facts.at, saw=saw, wanted=f"{wanted}, as it was booked")
        return Blocked(faults=(fault,), legs=(), stake=stake_of(facts))
    return _plan(facts, booked.command)


def _told_when_booked(facts: MovementFacts, booked: Booked) -> tuple[str, str, Decimal, str, str, str]:
    """The movement as it was known when its command was decided on."""
    known = [told for told in facts.told if told.at <= booked.at]
    return (known or list(facts.told[:1]))[-1].substance


def _plan(facts: MovementFacts, command: StockCommand | None, *, waived: tuple[tuple[str, str], ...] = ()) -> Plan:
    legs: tuple[Leg, ...] = ()
    if command is not None:
        legs = (*legs_of(command, _due_by(facts)), movement_leg(facts, command.quantity))
    return Plan(
        commands=() if command is None else (command,),
        legs=legs,
        waived=waived,
        waiting_for="",
        rules=tuple(facts.tables.names()),
    )


def _due_by(facts: MovementFacts) -> datetime:
    return facts.now + timedelta(hours=facts.tables.number("leg_grace_hours", LEG_GRACE_HOURS))


def _untreated(facts: MovementFacts, treatment: Treatment | None) -> Iterator[Fault]:
    if treatment is None:
        movement = facts.movement
        saw = f"{movement.kind} for {movement.reason}" if movement.reason else movement.kind
        yield Fault(code=STOCK_REASON_UNMAPPED.code, at=facts.at, saw=saw, row=missing_row(movement))


def _command(facts: MovementFacts, treatment: Treatment, reading: Reading) -> StockCommand:
    """The one command that books the movement.

    A row's treatment says what the reason is; the sign says the direction. So a correction of a write-off adds to the
    stock against the same nominal, as nothing else in Sage can.
    """
    on = posting_day(facts) or uk_date(facts.movement.occurred_at)
    narrative = _narrative(facts)
    if reading.leaves is not None and reading.reaches is not None:
        return MoveStock(
            key=facts.key,
            sku=reading.sku,
            quantity=reading.quantity,
            from_warehouse=reading.leaves.warehouse,
            from_bin=reading.leaves.bin,
            to_warehouse=reading.reaches.warehouse,
            to_bin=reading.reaches.bin,
            on=on,
            second_reference=_second_reference(facts),
        )
    if reading.reaches is not None:
        return WriteOn(
            key=facts.key,
            sku=reading.sku,
            warehouse=reading.reaches.warehouse,
            bin=reading.reaches.bin,
            quantity=reading.quantity,
            on=on,
            nominal=treatment.nominal,
            second_reference=_second_reference(facts),
            narrative=narrative,
        )
    assert reading.leaves is not None, "a movement that leaves nowhere and arrives nowhere is none"
    issued = IssueStock(
        key=facts.key,
        sku=reading.sku,
        warehouse=reading.leaves.warehouse,
        bin=reading.leaves.bin,
        quantity=reading.quantity,
        on=on,
        nominal=treatment.nominal,
        second_reference=_second_reference(facts),
        narrative=narrative,
    )
    return issued if treatment.becomes == "issue" else _off(issued, treatment.category)


def _off(issued: IssueStock, category: str) -> WriteOff:
    return WriteOff(
        key=issued.key,
        sku=issued.sku,
        warehouse=issued.warehouse,
        bin=issued.bin,
        quantity=issued.quantity,
        on=issued.on,
        nominal=issued.nominal,
        category=category,
        second_reference=issued.second_reference,
        narrative=issued.narrative,
    )


def _second_reference(facts: MovementFacts) -> str:
    """The warehouse's own id; of one that is too long its end, which tells ids apart. The key leads back to it."""
    return facts.movement.movement_id[-facts.second_reference_letters :]


def _narrative(facts: MovementFacts) -> str:
    movement = facts.movement
    words = (movement.account, movement.movement_id, movement.kind.replace("_", " "), movement.reason)
    return " ".join(filter(None, words))[: facts.narrative_letters]
