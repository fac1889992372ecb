"""Decide what must be done for a return now: a plan, or all the reasons why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import assert_never

from tieout.domain.command_legs import legs_of
from tieout.domain.commands import AnyCommand, CancelReturn, MarkDone, RaiseReturn, ReturnLine
from tieout.domain.documents.rma import RmaStatus, RmaUnit
from tieout.domain.faults import returns as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.identifiers import compose_key
from tieout.domain.legs import Leg
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import allocate, matched_order, refundable_units
from tieout.domain.returns.batch_checks import check_batch
from tieout.domain.returns.batches import (
    Batch,
    batches,
    is_complete,
    is_ready,
    next_return_key,
    open_returns,
    unannounced_units,
)
from tieout.domain.returns.checks import check_authorised, no_refund_ran_ahead, our_refunds_stand
from tieout.domain.returns.disposition import by_nominal
from tieout.domain.returns.expected_legs import due_leg, portal_leg, refund_leg
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.settle import Booking, book_batch, booking_of, foreign_refunds

LEG_GRACE_HOURS = 24
"""How long a leg may stay unseen before it is overdue, unless the house has set `leg_grace_hours`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Commands in the order they must be performed, and the legs that must appear."""

    commands: tuple[AnyCommand, ...]
    legs: tuple[Leg, ...]
    waived: tuple[tuple[str, str], ...]
    """(ref, why) of legs that this plan makes pointless."""
    waiting_for: str
    """What must happen outside before more can be done; empty when the return is complete after this plan."""
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Every fault that keeps the return from going on, most important first."""

    faults: tuple[Fault, ...]
    legs: tuple[Leg, ...]
    stake: Money
    """What the customer is waiting for."""


def plan_return(facts: ReturnFacts) -> Plan | Blocked:
    """Say what must be done for this return now, or why it cannot be done yet.

    What can be reversed comes first; the movement of money that cannot be taken back comes last.
    Effects already done are not planned again.
    """
    if facts.rma is None:
        return _blocked(facts, check_authorised(facts))
    match facts.rma.status:
        case RmaStatus.REQUESTED:
            return _plan(facts, waiting_for="authorisation at the portal")
        case RmaStatus.REJECTED | RmaStatus.CANCELLED:
            return _plan_cancellation(facts)
        case RmaStatus.UNKNOWN:
            return _blocked(facts, check_authorised(facts))
        case RmaStatus.AUTHORISED | RmaStatus.RECEIVED | RmaStatus.INSPECTED | RmaStatus.DONE:
            return _plan_open(facts)
        case unreachable:
            assert_never(unreachable)


def stake_of(facts: ReturnFacts) -> Money:
    """What is at stake: the gross value of every refundable unit as the portal states it."""
    currency = facts.rma.currency if facts.rma else "GBP"
    amounts = [unit.paid_gross for unit in refundable_units(facts) if unit.paid_gross.currency == currency]
    return total(amounts, currency)


def _plan_open(facts: ReturnFacts) -> Plan | Blocked:
    """Announce what is not announced, book what is ready, finish what is finished."""
    faults = check_authorised(facts) + tuple(no_refund_ran_ahead(facts)) + tuple(our_refunds_stand(facts))
    faults += tuple(_refund_is_the_credit(facts))
    if faults:
        return _blocked(facts, faults)
    coming = _coming_return(facts)
    open_batches = [batch for batch in batches(facts, coming) if not is_complete(facts, batch)]
    faults = tuple(fault for batch in open_batches for fault in check_batch(facts, batch))
    if faults:
        return _blocked(facts, tuple(dict.fromkeys(faults)))
    commands: list[AnyCommand] = [_raise_return(facts, *pending) for pending in _unsettled_returns(facts)]
    if coming is not None:
        commands.append(_raise_return(facts, *coming))
    booking = booking_of(facts)
    for batch in open_batches:
        commands.extend(book_batch(booking, batch))
    if booking.part_refunded is not None:
        return _blocked(facts, (_refund_differs(facts, *booking.part_refunded),))
    if not booking.waits_for_refund:
        commands.extend(_closing(facts, coming))
    done = {effect.key for effect in facts.effects if effect.state == "done"}
    todo = tuple(command for command in commands if command.key not in done)
    return _plan(facts, todo, _waiting_for(facts, booking), open_batches)


def _refund_is_the_credit(facts: ReturnFacts) -> Iterator[Fault]:
    """Once everything is credited, money that others gave back is what was credited, to the penny."""
    credits_done = [effect for effect in facts.effects if "credit_note" in effect.kind and effect.state == "done"]
    credited = sum(effect.amount for effect in credits_done)
    covered = {unit for effect in credits_done for unit in effect.units}
    foreign = foreign_refunds(facts)
    is_all_credited = all(unit.unit_id in covered for unit in refundable_units(facts))
    ours = sum(effect.amount for effect in facts.done("refund"))
    is_wrong = foreign + ours > credited if facts.refund_mode == "gate" else foreign != credited
    if foreign and is_all_credited and is_wrong:
        yield _refund_differs(facts, foreign + ours, credited)


def _refund_differs(facts: ReturnFacts, refunded: int, credited: int) -> Fault:
    currency = facts.rma.currency if facts.rma else "GBP"
    return Fault(
        code=kinds.REFUND_NE_CREDIT.code,
        at=f"RMA {facts.rma_number}",
        saw=str(Money(refunded, currency)),
        wanted=str(Money(credited, currency)),
    )


def _coming_return(facts: ReturnFacts) -> tuple[str, tuple[RmaUnit, ...]] | None:
    """The pending return to raise now: the SOP route announces units, the ledger route stages them with us."""
    if facts.credit_route == "ledger":
        return None
    units = unannounced_units(facts)
    return (next_return_key(facts, units), units) if units else None


def _unsettled_returns(facts: ReturnFacts) -> Iterator[tuple[str, tuple[RmaUnit, ...]]]:
    """Pending returns that earlier attempts set out to raise and may not have: the same ones again."""
    known = {unit.unit_id: unit for unit in refundable_units(facts)}
    for pending in open_returns(facts):
        units = tuple(known[unit] for unit in pending.units if unit in known)
        if units and not pending.is_raised:
            yield pending.key, units


def _raise_return(facts: ReturnFacts, key: str, units: tuple[RmaUnit, ...]) -> RaiseReturn:
    """The pending return for these units, at the invoiced price and tax code."""
    order = matched_order(facts)
    assert order is not None
    assert facts.rma is not None
    line_of = allocate(facts, order).line_of
    warehouse = facts.tables.policy("returns_warehouse") or ""
    lines = tuple(
        ReturnLine(
            order_line=line.line_id,
            sku=line.sku,
            quantity=Decimal(count),
            unit_price=line.unit_price,
            tax_code=line.tax_code,
            warehouse=warehouse,
            nominal=nominal,
        )
        for line in order.lines
        for nominal, count in by_nominal(
            facts, line, (unit for unit in units if line_of[unit.unit_id].line_id == line.line_id)
        ).items()
    )
    return RaiseReturn(
        key=key,
        batch="",
        units=tuple(unit.unit_id for unit in units),
        customer_id=order.customer_id,
        order_number=order.number,
        rma=facts.rma.number,
        reason=units[0].reason,
        raised_on=facts.today,
        lines=lines,
    )


def _closing(facts: ReturnFacts, coming: tuple[str, tuple[RmaUnit, ...]] | None) -> tuple[AnyCommand, ...]:
    """Cancel what will never come once the portal is done; tell the portal once everything is booked."""
    assert facts.rma is not None
    units = refundable_units(facts)
    if not units:
        return ()
    if all(is_ready(facts, unit) for unit in units):
        if facts.rma.status is RmaStatus.DONE:
            return ()
        key = compose_key("DN", facts.company, facts.rma.number, *(unit.unit_id for unit in units))
        return (MarkDone(key=key, batch="", units=(), rma=facts.rma.number),)
    if facts.rma.status is not RmaStatus.DONE or coming is not None:
        return ()
    ready = {unit.unit_id for unit in units if is_ready(facts, unit)}
    return tuple(_cancel(facts, key, units) for key, units in _unreceived(facts, ready))


def _unreceived(facts: ReturnFacts, ready: set[str]) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (pending.key, tuple(unit for unit in pending.units if unit not in ready))
        for pending in open_returns(facts)
        if any(unit not in ready for unit in pending.units)
    ]


def _cancel(facts: ReturnFacts, return_key: str, units: tuple[str, ...]) -> CancelReturn:
    key = compose_key("CR", facts.company, facts.rma_number, return_key)
    return CancelReturn(key=key, batch="", units=units, return_key=return_key)


def _plan_cancellation(facts: ReturnFacts) -> Plan | Blocked:
    """Take the pending return back; goods that are already booked need a person."""
    booked = [effect for effect in facts.effects if effect.batch and effect.state != "refused"]
    if booked:
        fault = Fault(code=kinds.CANCELLED_AFTER_RECEIPT.code, at=f"RMA {facts.rma_number}", saw="goods are booked in")
        return _blocked(facts, (fault,))
    commands = tuple(_cancel(facts, pending.key, pending.units) for pending in open_returns(facts))
    waived = tuple((pending.key, "the RMA was cancelled at the portal") for pending in open_returns(facts))
    return _plan(facts, commands, waived=waived)


def _plan(
    facts: ReturnFacts,
    commands: tuple[AnyCommand, ...] = (),
    waiting_for: str = "",
    open_batches: list[Batch] | None = None,
    waived: tuple[tuple[str, str], ...] = (),
) -> Plan:
    due_by = facts.now + _grace(facts)
    legs = [leg for command in commands for leg in legs_of(command, due_by)]
    for batch in open_batches or ():
        legs.append(portal_leg(batch, due_by))
        if facts.refund_mode == "detect" or foreign_refunds(facts):
            legs.append(refund_leg(facts, batch, due_by))
    return Plan(
        commands=commands,
        legs=tuple(legs),
        waived=(*waived, ("due", "the return is planned")),
        waiting_for=waiting_for,
        rules=tuple(facts.tables.names()),
    )


def _blocked(facts: ReturnFacts, faults: tuple[Fault, ...]) -> Blocked:
    assert faults, "blocked for no reason"
    credited = {unit for e in facts.effects if "credit_note" in e.kind and e.state == "done" for unit in e.units}
    received = [u for u in refundable_units(facts) if u.received_at is not None and u.unit_id not in credited]
    legs = (due_leg(received, facts.now + _grace(facts)),) if received else ()
    return Blocked(faults=faults, legs=legs, stake=stake_of(facts))


def _grace(facts: ReturnFacts) -> timedelta:
    return timedelta(hours=facts.tables.number("leg_grace_hours", LEG_GRACE_HOURS))


def _waiting_for(facts: ReturnFacts, booking: Booking) -> str:
    assert facts.rma is not None
    if booking.waits_for_refund:
        return "the refund to be made"
    if facts.rma.status is RmaStatus.DONE:
        return ""
    missing = [unit for unit in refundable_units(facts) if not is_ready(facts, unit)]
    return f"{len(missing)} units to be received or inspected" if missing else ""
