"""What a person must see about an order although it can go on: late, short, rejected, not told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tieout.domain.documents.shipping import RequestStatus
from tieout.domain.faults import orders as kinds
from tieout.domain.faults.kinds import Fault
from tieout.domain.orders.facts import OrderFacts, Sent
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.standing import Standing, sends_again, shorts
from tieout.domain.orders.telling import unknown_carriers

ACKNOWLEDGE_HOURS = 4
DESPATCH_HOURS = 72
GRACE_MINUTES = 60
STOPPED = frozenset({RequestStatus.REJECTED, RequestStatus.HELD})


def concerns(standing: Standing, despatched: frozenset[str]) -> tuple[Fault, ...]:
    """Everything to be seen beside what is done, the gravest first; `despatched` holds the keys that go to Sage now."""
    return tuple(
        dict.fromkeys(
            (
                *_untold(standing, despatched),
                *_rejected(standing.facts),
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


def _rejected(facts: OrderFacts) -> Iterator[Fault]:
    """A rejected request that was followed by another one is past."""
    for index, sent in enumerate(facts.requests):
        is_last = index == len(facts.requests) - 1
        if sent.stands is None or sent.stands.status not in STOPPED or sent.cancelling == "done":
            continue
        if sent.stands.status is RequestStatus.HELD or is_last:
            where = f"request {sent.command.reference} at {sent.command.account}"
            saw = sent.stands.reason or sent.stands.status_text
            yield Fault(code=kinds.REQUEST_REJECTED.code, at=where, saw=saw)


def _short(standing: Standing) -> Iterator[Fault]:
    facts = standing.facts
    if sends_again(facts) or facts.policy("back_order", "ask") == "keep":
        return
    for sent, line, missing in shorts(standing):
        reasons = [
            short.reason for shipment in sent.shipments for short in shipment.short if short.reason and short.sku
        ]
        said = f" ({', '.join(dict.fromkeys(reasons))})" if reasons else ""
        at = f"request {sent.command.reference} at {sent.command.account}, {line.sku}"
        yield Fault(code=kinds.SHORT_SHIPPED.code, at=at, saw=f"{missing} not shipped{said}", wanted="0")
