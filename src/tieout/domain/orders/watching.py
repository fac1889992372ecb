"""What a person must see about an order although it can go on: late, short, rejected, not told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tieout.domain.commands.base import plain
from tieout.domain.documents.shipping import RequestStatus
from tieout.domain.faults import orders as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.orders.facts import OrderFacts, Sent
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.leaving import is_much
from tieout.domain.orders.standing import ZERO, Standing, is_turned_down, physical, sends_again, shorts
from tieout.domain.orders.telling import unknown_carriers

ACKNOWLEDGE_HOURS = 4
DESPATCH_HOURS = 72
GRACE_MINUTES = 60
OVER = ("cancelled", "complete")
"""Statuses of an order in Sage of which nothing more is to go."""


def concerns(standing: Standing, despatched: frozenset[str]) -> tuple[Fault, ...]:
    """Everything to be seen beside what is done, the gravest first; `despatched` holds the keys that go to Sage now."""
    return tuple(
        dict.fromkeys(
            (
                *_untold(standing, despatched),
                *_changed(standing),
                *_rejected(standing),
                *_unacknowledged(standing.facts),
                *_late(standing.facts),
                *_short(standing),
                *unknown_carriers(standing),
            )
        )
    )


def _untold(standing: Standing, despatched: frozenset[str]) -> Iterator[Fault]:
    """Goods that left and that Sage still shows as open after the time it may take (WMS-32), and why it does."""
    facts, order = standing.facts, standing.order
    why = "" if order.status == "live" else f"; the order is {order.stands_at} in Sage"
    for one in standing.waiting():
        is_now = despatch_key(facts.company, one.shipment) in despatched
        if not is_now and facts.now > told_by(facts, one.shipment.reached_at):
            at = f"order {facts.order_number}, shipment {one.shipment.shipment_id} of {one.shipment.account}"
            saw = f"left {one.shipment.reached_at:%d %b %Y %H:%M} UTC{why}"
            yield Fault(code=kinds.SHIPPED_NOT_DESPATCHED_IN_SAGE.code, at=at, saw=saw, wanted="despatched in Sage")


def told_by(facts: OrderFacts, reached_at: datetime) -> datetime:
    """By when Sage should show what left."""
    return reached_at + timedelta(minutes=facts.tables.number("despatch_grace_minutes", GRACE_MINUTES))


def acknowledged_by(facts: OrderFacts, sent_at: datetime) -> datetime:
    """By when a warehouse should have said that it has a request."""
    return sent_at + timedelta(hours=facts.tables.number("acknowledge_hours", ACKNOWLEDGE_HOURS))


def shipped_by(facts: OrderFacts, sent_at: datetime) -> datetime:
    """By when a warehouse should have shipped a request."""
    return sent_at + timedelta(hours=facts.tables.number("despatch_hours", DESPATCH_HOURS))


def _open(facts: OrderFacts) -> Iterator[tuple[Sent, datetime]]:
    for sent in facts.requests:
        if sent.state == "done" and sent.at is not None and not sent.is_closed:
            yield sent, sent.at


def _unacknowledged(facts: OrderFacts) -> Iterator[Fault]:
    for sent, at in _open(facts):
        if sent.stands is None and not sent.shipments and facts.now > acknowledged_by(facts, at):
            where = f"request {sent.command.reference} at {sent.command.account}"
            yield Fault(code=kinds.ORDER_NOT_ACKED.code, at=where, saw=f"sent {at:%d %b %Y %H:%M} UTC")
        asked = sent.cancelling_since
        if sent.cancelling == "intended" and asked is not None and facts.now > acknowledged_by(facts, asked):
            where = f"cancelling request {sent.command.reference} at {sent.command.account}"
            yield Fault(code=kinds.ORDER_NOT_ACKED.code, at=where, saw=f"asked {asked:%d %b %Y %H:%M} UTC")


def _late(facts: OrderFacts) -> Iterator[Fault]:
    for sent, at in _open(facts):
        if sent.stands is not None and facts.now > shipped_by(facts, at):
            where = f"request {sent.command.reference} at {sent.command.account}"
            yield Fault(code=kinds.DESPATCH_LATE.code, at=where, saw=sent.stands.status_text)


def _rejected(standing: Standing) -> Iterator[Fault]:
    """Held, or turned down; one that was followed by another request for its lines is past."""
    facts = standing.facts
    for index, sent in enumerate(facts.requests):
        if sent.stands is None or sent.cancelling == "done":
            continue
        is_held = sent.stands.status is RequestStatus.HELD
        if is_held or (is_turned_down(sent) and _is_wanted(standing, sent, facts.requests[index + 1 :])):
            where = f"request {sent.command.reference} at {sent.command.account}"
            saw = sent.stands.reason or sent.stands.status_text
            yield Fault(code=kinds.REQUEST_REJECTED.code, at=where, saw=saw)


def _is_wanted(standing: Standing, sent: Sent, later: Sequence[Sent]) -> bool:
    """Whether a line of a request is to go still and no later request asks for it."""
    if standing.order.status in OVER:
        return False
    asked_later = {line.line for one in later for line in one.command.lines}
    missing = {line.line for line in sent.command.lines} - asked_later
    return any(line.open > 0 for line in standing.order.lines if line.line_id in missing)


def _changed(standing: Standing) -> Iterator[Fault]:
    """Shipments of which the warehouse says something else by now than Sage was told (3PL-40)."""
    facts = standing.facts
    if kinds.SHIPMENT_CHANGED.code in facts.accepted:
        return
    for one in standing.resolved:
        posted = facts.posted_under(despatch_key(facts.company, one.shipment))
        if posted is None or posted.state != "done" or one.faults:
            continue
        told = {line.sku: ZERO for line in posted.command.lines} | {units.line.sku: ZERO for units in one.left}
        left = dict(told)
        goods = {line.line_id for line in physical(standing.order.lines)}
        for line in posted.command.lines:
            told[line.sku] += line.quantity if line.order_line in goods else ZERO
        for units in one.left:
            left[units.line.sku] += units.quantity
        for sku in told:
            is_written_off = left[sku] > told[sku] and facts.policy("over_despatch", "stop") == "write_off"
            lines = [units.line for units in one.left if units.line.sku == sku]
            if is_written_off and not is_much(facts, lines[0], left[sku] - told[sku]):
                continue
            if left[sku] != told[sku]:
                at = f"shipment {one.shipment.shipment_id} of {one.shipment.reference}, {sku}"
                wanted = f"{plain(told[sku])}, as despatched in Sage"
                yield Fault(code=kinds.SHIPMENT_CHANGED.code, at=at, saw=f"{plain(left[sku])} shipped", wanted=wanted)


def _short(standing: Standing) -> Iterator[Fault]:
    facts = standing.facts
    if standing.order.status in OVER or sends_again(facts) or facts.policy("back_order", "ask") == "keep":
        return
    unread = {one.sent.command.reference for one in standing.resolved if one.faults}
    for sent, line, missing in shorts(standing):
        if sent.command.reference in unread:
            continue  # what it seems to lack may be what left under a code that nobody knows yet
        reasons = [
            short.reason for shipment in sent.shipments for short in shipment.short if short.reason and short.sku
        ]
        said = f" ({', '.join(dict.fromkeys(reasons))})" if reasons else ""
        at = f"request {sent.command.reference} at {sent.command.account}, {line.sku}"
        yield Fault(code=kinds.SHORT_SHIPPED.code, at=at, saw=f"{missing} not shipped{said}", wanted="0")
