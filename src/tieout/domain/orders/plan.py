"""Decide what must be done for a sales order now: a plan, or all the reasons why not.

Sage decides what may go; warehouses decide what has gone. Nothing is despatched in Sage without a shipment that a
warehouse has told, and nothing that a warehouse has told is ever left out of Sage without somebody's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tieout.domain.command_legs import legs_of
from tieout.domain.commands import AnyCommand, Despatch, SendShipmentRequest
from tieout.domain.faults import orders as kinds
from tieout.domain.faults.kinds import Fault, Owner
from tieout.domain.legs import Leg
from tieout.domain.money import Money, money, total
from tieout.domain.orders.changing import agreed, stopping
from tieout.domain.orders.delivery import country_code
from tieout.domain.orders.facts import OrderFacts
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.leaving import Leaving, despatches, live_by
from tieout.domain.orders.nodes import node_of
from tieout.domain.orders.release import release
from tieout.domain.orders.standing import Standing, by_hand, left_of, physical, standing_of
from tieout.domain.orders.telling import fulfilments, is_tracked, tracked_by
from tieout.domain.orders.watching import acknowledged_by, concerns, shipped_by, told_by
from tieout.domain.plans import LEG_GRACE_HOURS, Blocked, Plan


def plan_order(facts: OrderFacts) -> Plan | Blocked:
    """Say what must be done for this order now, or why it cannot be done yet.

    What left comes first, then what must not leave any more, then what may leave, then what the customer is told.
    """
    if facts.order is None:
        return _gone(facts)
    standing = standing_of(facts, facts.order)
    leaving, stop = despatches(standing), stopping(standing)
    # While a warehouse is asked to stop, nothing new goes out: its answer says what is left.
    going = release(standing) if not stop.commands and not stop.faults else None
    despatched = frozenset(command.key for command in leaving.commands if isinstance(command, Despatch))
    told = fulfilments(standing, despatched)
    again = [sent.command for sent in facts.requests if sent.state == "intended"]
    commands: list[AnyCommand] = [*leaving.commands, *stop.commands, *again]
    requests = going.requests if going is not None else ()
    commands += requests
    # Last of all: where it cannot be read back yet, nothing else waits for it.
    commands += (*told.commands, *agreed(standing))
    faults = (*leaving.faults, *stop.faults, *(going.faults if going is not None else ()), *told.faults)
    raised = tuple(dict.fromkeys((*faults, *concerns(standing, despatched))))
    legs = (*_declared(standing, commands), *_warehouse_legs(standing, commands))
    if leaving.faults and not commands:
        return Blocked(faults=raised, legs=legs, stake=stake_of(facts))
    return Plan(
        commands=tuple(commands),
        legs=legs,
        waived=tuple(_booked_by_hand(standing)),
        waiting_for=_waits_for(standing, leaving, requests, (going.waits_for if going else "", told.waits_for)),
        rules=tuple(facts.tables.names()),
        raised=raised,
        look_again_at=facts.now if leaving.holds_back else _look_again(standing, commands),
    )


def _booked_by_hand(standing: Standing) -> Iterator[tuple[str, str]]:
    """Legs of shipments that a person despatched in Sage, and said so: nothing of ours will be seen there."""
    for one in by_hand(standing):
        if standing.is_told(one):
            yield despatch_key(standing.facts.company, one.shipment), "despatched in Sage by hand"


def stake_of(facts: OrderFacts) -> Money:
    """What is at stake: the value, with VAT in the order's own proportion, of all that left or is still to leave."""
    order = facts.order
    if order is None:
        values = [
            Money(int(line.unit_value.minor * line.quantity), sent.command.currency)
            for sent in facts.requests
            for line in sent.command.lines
            if line.unit_value is not None
        ]
        return total(values, facts.requests[0].command.currency if facts.requests else "GBP")
    net = sum((line.unit_price * line.quantity for line in physical(order.lines)), Decimal(0))
    share = (order.net + order.tax).decimal() / order.net.decimal() if order.net else Decimal(1)
    return money(net * share, order.currency)


def _gone(facts: OrderFacts) -> Plan | Blocked:
    """Sage has the order no more. What a warehouse holds or shipped of it still concerns somebody."""
    posted = {one.command.key for one in facts.posted if one.state == "done"}
    untold = [
        shipment
        for sent in facts.requests
        for shipment in sent.shipments
        if despatch_key(facts.company, shipment) not in posted
    ]
    if not untold and all(sent.is_closed for sent in facts.requests):
        return Plan(commands=(), legs=(), waived=(), waiting_for="", rules=())
    saw = "Sage has no such order: it was deleted or archived"
    fault = Fault(code=kinds.WAITING_FOR_STATUS.code, at=f"order {facts.order_number}", saw=saw, wanted="live")
    return Blocked(faults=(fault,), legs=(), stake=stake_of(facts))


def _declared(standing: Standing, commands: list[AnyCommand]) -> Iterator[Leg]:
    due_by = standing.facts.now + timedelta(hours=standing.facts.tables.number("leg_grace_hours", LEG_GRACE_HOURS))
    for command in commands:
        if not isinstance(command, Despatch):
            yield from legs_of(command, due_by)


def _warehouse_legs(standing: Standing, commands: list[AnyCommand]) -> Iterator[Leg]:
    """What the warehouse must show of each request, and Sage of each shipment that has gone."""
    facts = standing.facts
    asked = {command.key: facts.now for command in commands if isinstance(command, SendShipmentRequest)}
    asked |= {sent.command.key: sent.at for sent in facts.requests if sent.state == "done" and sent.at is not None}
    for ref, at in asked.items():
        yield Leg(
            system="warehouse",
            kind="acknowledgement",
            ref=ref,
            amount=None,
            quantity=None,
            due_by=acknowledged_by(facts, at),
            owner=Owner.OPERATIONS.value,
        )
    booked = {posted.command.key: posted.command for posted in facts.posted if posted.state == "done"}
    booked |= {command.key: command for command in commands if isinstance(command, Despatch)}
    for one in standing.gone():
        key = despatch_key(facts.company, one.shipment)
        left = left_of(one)
        # Sage is told of lines without a body, too, and never of more than was ordered.
        in_sage = sum((line.quantity for line in booked[key].lines), Decimal(0)) if key in booked else left
        for system, kind, quantity in (("warehouse", "shipment", left), ("sage", "despatch", in_sage)):
            yield Leg(
                system=system,
                kind=kind,
                ref=key,
                amount=None,
                quantity=quantity,
                due_by=told_by(facts, one.shipment.reached_at),
                owner=Owner.OPERATIONS.value,
            )


def _waits_for(
    standing: Standing, leaving: Leaving, going: Sequence[SendShipmentRequest], said: tuple[str, ...]
) -> str:
    """What must happen elsewhere; empty when everything of the order that concerns us has left and is told."""
    for reason in (leaving.waits_for, *said):
        if reason:
            return reason
    facts, order = standing.facts, standing.order
    if leaving.faults:
        return "what keeps a shipment from Sage to be put right"
    waiting = [sent for sent in facts.requests if not sent.is_closed and sent.state != "refused"]
    if order.status in ("cancelled", "complete"):
        return "the warehouse to stop" if waiting and order.status == "cancelled" else ""
    ours = [
        line
        for line in physical(order.lines)
        if node_of(facts.tables, line.warehouse, country_code(facts.tables, order.deliver_to.country))
    ]
    if any(leaving.open_of(line) > 0 for line in ours):
        asked = [*(sent.command for sent in waiting), *going]
        accounts = ", ".join(dict.fromkeys(request.account for request in asked))
        return f"{accounts} to ship" if accounts else "goods to be released"
    return ""


def _look_again(standing: Standing, commands: list[AnyCommand]) -> datetime | None:
    """The next moment at which time alone makes something late."""
    facts = standing.facts
    moments = [told_by(facts, one.shipment.reached_at) for one in standing.waiting()]
    if standing.order.status != "live":
        moments += [live_by(facts, one.shipment.reached_at) for one in standing.waiting()]
    moments += [tracked_by(facts, one.shipment.reached_at) for one in standing.gone() if not is_tracked(one)]
    for sent in facts.requests:
        if sent.state == "done" and sent.at is not None and not sent.is_closed:
            moments.append((shipped_by if sent.stands is not None else acknowledged_by)(facts, sent.at))
    if any(isinstance(command, SendShipmentRequest) for command in commands):
        moments.append(acknowledged_by(facts, facts.now))
    ahead = [moment + timedelta(minutes=1) for moment in moments if moment > facts.now]
    return min(ahead, default=None)
