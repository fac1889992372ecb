"""Decide what must be done for a return now: a plan, or all the reasons why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import assert_never

from tieout.domain.command_legs import legs_of
from tieout.domain.commands import AnyCommand, CancelReturn, MarkDone, RaiseReturn, ReleaseOutcome, ReturnLine
from tieout.domain.documents.rma import RmaStatus, RmaUnit
from tieout.domain.faults import returns as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.identifiers import compose_key
from tieout.domain.legs import Leg
from tieout.domain.money import Money, total
from tieout.domain.plans import LEG_GRACE_HOURS, Blocked, Plan
from tieout.domain.returns.allocation import allocate, matched_order, returned_units
from tieout.domain.returns.batch_checks import check_batch
from tieout.domain.returns.batches import Batch, batches, coming_returns, is_ready, open_returns
from tieout.domain.returns.by_hand import is_all_booked
from tieout.domain.returns.checks import check_authorised, no_refund_ran_ahead, our_refunds_stand
from tieout.domain.returns.disposition import by_nominal
from tieout.domain.returns.exchanges import (
    exchange_key,
    exchange_legs,
    exchange_orders,
    exchanges_called_off,
    waits_for_exchange,
)
from tieout.domain.returns.expected_legs import due_leg, portal_leg, refund_leg
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.issued import CLEARING
from tieout.domain.returns.money_back import (
    foreign_refunds,
    is_complete,
    is_refunded_by_us,
    is_released_by_portal,
)
from tieout.domain.returns.past_batches import is_in_money, paid_for
from tieout.domain.returns.settle import Booking, booking_of, money_commands, stock_commands
from tieout.domain.returns.settlement import price_credited
from tieout.domain.returns.values import allowances_of
from tieout.domain.returns.watch import GOODS_BACK, concerns, goods_back, overdue, refund_hours

A_LITTLE = timedelta(hours=1)
"""A leg falls due this much after its limit, so that whoever looks then finds the limit passed."""


def plan_return(facts: ReturnFacts) -> Plan | Blocked:
    """Say what must be done for this return now, or why it cannot be done yet.

    What can be reversed comes first; the movement of money that cannot be taken back comes last.
    Effects already done are not planned again.
    """
    if facts.rma is None:
        return _blocked(facts, check_authorised(facts))
    if is_all_booked(facts.rma, facts.accepted):
        return _plan(facts)
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
    amounts = [unit.paid_gross for unit in returned_units(facts) if unit.paid_gross.currency == currency]
    return total(amounts, currency)


def _plan_open(facts: ReturnFacts) -> Plan | Blocked:
    """Announce what is not announced, book what is ready, send what is exchanged, finish what is finished.

    Stock comes first for all of it, so that goods are quick where postings wait for their hours.
    """
    faults = check_authorised(facts) + tuple(no_refund_ran_ahead(facts)) + tuple(our_refunds_stand(facts))
    order = matched_order(facts)
    if faults or order is None:
        return _blocked(facts, faults)
    coming = coming_returns(facts)
    open_batches = [batch for batch in batches(facts, coming) if not is_complete(facts, batch, order)]
    faults = tuple(fault for batch in open_batches for fault in check_batch(facts, batch))
    if faults:
        return _blocked(facts, tuple(dict.fromkeys(faults)))
    booking = booking_of(facts, order)
    commands: list[AnyCommand] = [_raise_return(booking, *pending) for pending in _unsettled_returns(facts)]
    commands += [_raise_return(booking, *pending) for pending in coming]
    commands += [command for batch in open_batches for command in stock_commands(booking, batch)]
    commands += exchange_orders(facts, order)
    commands += [command for batch in open_batches for command in money_commands(booking, batch)]
    if booking.purse.differs is not None:
        return _blocked(facts, (_refund_differs(facts, *booking.purse.differs),))
    faults = (*booking.purse.faults, *_refund_is_the_credit(booking, open_batches))
    if faults:
        return _blocked(facts, faults)
    commands += _release(facts, booking)
    waiting_for = _waiting_for(facts, booking)
    if not booking.purse.waits_for:
        commands += _closing(facts, is_coming=bool(coming))
    done = {effect.key for effect in facts.effects if effect.state == "done"}
    todo = tuple(command for command in commands if command.key not in done)
    return _plan(facts, todo, waiting_for, tuple(_legs_of_batches(facts, booking, open_batches)))


def _refund_is_the_credit(booking: Booking, open_batches: Sequence[Batch]) -> Iterator[Fault]:
    """Once everything is credited, money that others gave back is what is due, to the penny.

    Money that is still to come for one of several credit notes is not a wrong amount.
    """
    facts, effects = booking.facts, booking.facts.effects
    covered = {unit for e in effects if "credit_note" in e.kind and e.state == "done" for unit in e.units}
    is_all_credited = all(unit.unit_id in covered for unit in returned_units(facts))
    given = sum(allowance.amount.minor for allowance in allowances_of(facts))
    credited_without = sum(
        e.amount for e in effects if "credit_note" in e.kind and e.state == "done" and e.batch[2:3] == "V"
    )
    still = {b.batch_id: booking.purse.dues.get(b.batch_id) for b in open_batches if b.settlement not in CLEARING}
    past = {e.batch for e in effects if is_in_money(facts, e.batch)} - {batch.batch_id for batch in open_batches}
    dues = [paid_for(facts, batch_id) for batch_id in past] + [due.minor for due in still.values() if due]
    foreign = foreign_refunds(facts)
    back = foreign + sum(effect.amount for effect in facts.done("refund"))
    is_gated = facts.refund_mode == "gate" and not is_released_by_portal(facts)
    is_wrong = back > sum(dues) if is_gated else back not in _sums(dues)
    if foreign and is_all_credited and given <= credited_without and is_wrong:
        yield _refund_differs(facts, back, sum(dues))


MANY = 12
"""Of more credit notes than this, only the whole is compared: every choice among them would be too many."""


def _sums(dues: Sequence[int]) -> set[int]:
    """What may have gone back so far: all of it, or what is due for some of the credit notes."""
    if len(dues) > MANY:
        return {0, sum(dues)}
    found = {0}
    for due in dues:
        found |= {already + due for already in found}
    return found


def _refund_differs(facts: ReturnFacts, refunded: int, credited: int) -> Fault:
    currency = facts.rma.currency if facts.rma else "GBP"
    return Fault(
        code=kinds.REFUND_NE_CREDIT.code,
        at=f"RMA {facts.rma_number}",
        saw=str(Money(refunded, currency)),
        wanted=str(Money(credited, currency)),
    )


def _release(facts: ReturnFacts, booking: Booking) -> Iterator[AnyCommand]:
    """Tell the portal to give what was agreed, once everything of the return is here and credited."""
    assert facts.rma is not None
    units = [unit for unit in returned_units(facts) if not is_refunded_by_us(facts, unit)]
    is_all_here = all(is_ready(facts, unit) for unit in units)
    if facts.refund_mode != "gate" or not is_released_by_portal(facts) or not units or not is_all_here:
        return
    key = compose_key("RL", facts.company, facts.rma.number, *(unit.unit_id for unit in units))
    amount = Money(booking.purse.unpaid, facts.rma.currency)
    known = next((effect.amount for effect in facts.effects if effect.key == key), None)
    if known is not None:
        amount = Money(known, facts.rma.currency)
    if not facts.rma.refunds or known is not None:
        whole = tuple(dict.fromkeys(unit.part_of or unit.unit_id for unit in units))
        yield ReleaseOutcome(key=key, units=whole, rma=facts.rma.number, amount=amount)


def _unsettled_returns(facts: ReturnFacts) -> Iterator[tuple[str, tuple[RmaUnit, ...]]]:
    """Pending returns that earlier attempts set out to raise and may not have: the same ones again."""
    known = {unit.unit_id: unit for unit in returned_units(facts)}
    for pending in open_returns(facts):
        units = tuple(known[unit] for unit in pending.units if unit in known)
        if units and not pending.is_raised:
            yield pending.key, units


def _raise_return(booking: Booking, key: str, units: tuple[RmaUnit, ...]) -> RaiseReturn:
    """The pending return for these units, at the price that will be credited and the invoiced tax code."""
    facts, order = booking.facts, booking.order
    assert facts.rma is not None
    line_of = allocate(facts, order).line_of
    warehouse = facts.tables.policy("returns_warehouse") or ""
    lines = tuple(
        ReturnLine(
            order_line=line.line_id,
            sku=line.sku,
            quantity=Decimal(count),
            unit_price=price_credited(line, mine, booking.credited),
            tax_code=line.tax_code,
            warehouse=warehouse,
            nominal=nominal,
        )
        for line in order.lines
        if (mine := [unit for unit in units if line_of[unit.unit_id].line_id == line.line_id])
        for nominal, count in by_nominal(facts, line, mine).items()
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


def _closing(facts: ReturnFacts, *, is_coming: bool) -> Iterator[AnyCommand]:
    """Cancel what will never come once the portal is done; tell the portal once everything is booked."""
    assert facts.rma is not None
    units = returned_units(facts)
    if not units or facts.is_adopted:
        return
    is_done = facts.rma.status is RmaStatus.DONE
    if all(is_ready(facts, unit) for unit in units):
        if not is_done and not waits_for_exchange(facts).startswith("the exchange to be released"):
            key = compose_key("DN", facts.company, facts.rma.number, *(unit.unit_id for unit in units))
            yield MarkDone(key=key, batch="", units=(), rma=facts.rma.number)
    elif is_done and not is_coming:
        ready = {unit.unit_id for unit in units if is_ready(facts, unit)}
        yield from (_cancel(facts, key, units) for key, units in _unreceived(facts, ready))


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
        return _blocked(facts, (fault, *exchanges_called_off(facts)))
    if faults := tuple(exchanges_called_off(facts)):
        return _blocked(facts, faults)
    commands = tuple(_cancel(facts, pending.key, pending.units) for pending in open_returns(facts))
    pointless = [pending.key for pending in open_returns(facts)] + [exchange_key(facts, f) for f in facts.exchanges]
    waived = tuple((ref, "the RMA was cancelled at the portal") for ref in pointless)
    return _plan(facts, commands, waived=waived)


def _plan(
    facts: ReturnFacts,
    commands: tuple[AnyCommand, ...] = (),
    waiting_for: str = "",
    legs: tuple[Leg, ...] = (),
    waived: tuple[tuple[str, str], ...] = (),
) -> Plan:
    due_by = facts.now + _grace(facts)
    late = tuple(goods_back(facts))
    return Plan(
        commands=commands,
        legs=(*(leg for command in commands for leg in legs_of(command, due_by)), *legs, *late),
        waived=(*waived, ("due", "the return is planned"), *(() if late else ((GOODS_BACK, "the goods have come"),))),
        waiting_for=waiting_for,
        rules=tuple(facts.tables.names()),
        raised=concerns(facts, waiting_for),
    )


def _legs_of_batches(facts: ReturnFacts, booking: Booking, open_batches: Sequence[Batch]) -> Iterator[Leg]:
    """What other systems must show of goods, money and exchanges, whoever brings it about."""
    due_by = facts.now + _grace(facts)
    for batch in open_batches:
        if batch.has_goods:
            yield portal_leg(batch, due_by)
        due = booking.purse.dues.get(batch.batch_id)
        if due and batch.batch_id not in booking.purse.ours:
            yield refund_leg(facts, batch, facts.now + refund_hours(facts) + A_LITTLE, due)
    yield from exchange_legs(facts)


def _blocked(facts: ReturnFacts, faults: tuple[Fault, ...]) -> Blocked:
    assert faults, "blocked for no reason"
    credited = {unit for e in facts.effects if "credit_note" in e.kind and e.state == "done" for unit in e.units}
    received = [u for u in returned_units(facts) if u.received_at is not None and u.unit_id not in credited]
    legs = (due_leg(received, facts.now + _grace(facts)),) if received else ()
    return Blocked(faults=(*faults, *overdue(facts)), legs=legs, stake=stake_of(facts))


def _grace(facts: ReturnFacts) -> timedelta:
    return timedelta(hours=facts.tables.number("leg_grace_hours", LEG_GRACE_HOURS))


def _waiting_for(facts: ReturnFacts, booking: Booking) -> str:
    assert facts.rma is not None
    if booking.purse.waits_for:
        return booking.purse.waits_for[0]
    missing = [unit for unit in returned_units(facts) if not is_ready(facts, unit)]
    if missing and facts.rma.status is not RmaStatus.DONE:
        return f"{len(missing)} {'unit' if len(missing) == 1 else 'units'} to be received or inspected"
    return waits_for_exchange(facts)
