"""What a person must see about a return although it can go on: money, goods or documents that are late or missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from tieout.domain.documents.rma import Grade, IssuedCredit, Rma, RmaUnit
from tieout.domain.faults import returns_value as kinds
from tieout.domain.faults.kinds import Fault, Owner
from tieout.domain.faults.performing import REFUND_FAILED
from tieout.domain.legs import Leg
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import matched_order, returned_units
from tieout.domain.returns.batches import booked_units, is_ready
from tieout.domain.returns.exchanges import exchange_troubles
from tieout.domain.returns.facts import EffectFact, ReturnFacts
from tieout.domain.returns.past_batches import is_over, kept_for_exchanges
from tieout.domain.returns.receipts import surprises
from tieout.domain.returns.settlement import exchange_value, exchanged_units
from tieout.domain.returns.values import is_credited_in_full

RECEIPT_DAYS = 14
"""How long goods may stay out after their refund, unless the house has set `receipt_grace_days`."""
REFUND_HOURS = 24
"""How long a customer may wait after the credit note, unless the house has set `refund_grace_hours`."""
POSTING_HOURS = 72
"""How long received goods may stay unposted, unless the house has set `posting_grace_hours`."""


GOODS_BACK = "goods back"
"""Reference of the leg that stands for goods whose money has gone back already."""


def concerns(facts: ReturnFacts, waits_for: str) -> tuple[Fault, ...]:
    """Everything to be seen beside a plan that is carried out."""
    if facts.rma is None:
        return ()
    told = facts.told or facts.rma
    return (
        *surprises(told, facts.receipts),
        *exchange_troubles(facts),
        *_priced_otherwise(facts),
        *_damaged_on_offer(facts),
        *_refunded_without_goods(facts),
        *_credited_without_money(facts, waits_for),
        *_portal_could_not_pay(facts, waits_for),
    )


def overdue(facts: ReturnFacts) -> Iterator[Fault]:
    """What has been waiting for too long behind the faults of a return that cannot go on."""
    waiting = [unit for unit in returned_units(facts) if _is_waiting(facts, unit)]
    if not waiting:
        return
    refunded = earliest_refund(facts)
    days = _days(facts, "receipt_grace_days", RECEIPT_DAYS)
    worth = total([unit.paid_gross for unit in waiting], waiting[0].paid_gross.currency)
    said = f"{len(waiting)} units, {worth}"
    if refunded is not None and facts.now > refunded + days:
        yield Fault(code=kinds.ORPHANED_RETURN.code, at=f"RMA {facts.rma_number}", saw=said, wanted="stock in Sage")
    since = min(unit.received_at for unit in waiting if unit.received_at is not None)
    if facts.now > since + _hours(facts, "posting_grace_hours", POSTING_HOURS):
        at = f"RMA {facts.rma_number}, since {since:%d %b %Y}"
        yield Fault(code=kinds.RECEIVED_NOT_POSTED.code, at=at, saw=said, wanted="a credit note in Sage")


def goods_back(facts: ReturnFacts) -> Iterator[Leg]:
    """Goods whose money has gone back already must come within their time."""
    refunded, missing = earliest_refund(facts), _not_here(facts)
    if refunded is not None and missing:
        yield Leg(
            system="portal",
            kind="goods back",
            ref=GOODS_BACK,
            amount=None,
            quantity=Decimal(len(missing)),
            due_by=refunded + _days(facts, "receipt_grace_days", RECEIPT_DAYS) + timedelta(hours=1),
            owner=Owner.OPERATIONS.value,
        )


def refund_hours(facts: ReturnFacts) -> timedelta:
    """How long a customer may wait after the credit note."""
    return _hours(facts, "refund_grace_hours", REFUND_HOURS)


def earliest_refund(facts: ReturnFacts) -> datetime | None:
    """When the first money of this RMA went back through somebody else's hands."""
    mine = {refund.refund_id for refund in (facts.rma.refunds if facts.rma else ()) if not refund.has_failed}
    refunds = facts.shop_order.refunds if facts.shop_order else ()
    return min((r.made_at for r in refunds if r.refund_id in mine and not r.has_failed), default=None)


def _priced_otherwise(facts: ReturnFacts) -> Iterator[Fault]:
    """Goods in exchange that cost something else now than when the returned ones were credited."""
    order = matched_order(facts)
    credited = [e for e in facts.done_credits() if e.batch[2:3] == "X"]
    units = exchanged_units(facts)
    if order is None or not units or {u for e in credited for u in e.units} != {unit.unit_id for unit in units}:
        return
    returned, sent = exchange_value(facts, order)
    due = returned if is_credited_in_full(facts) else max(returned - sent, Money(0, order.currency))
    given = Money(sum(effect.amount for effect in credited), order.currency)
    if abs((given - due).minor) > facts.tables.number("price_tolerance_pence", 0) * len(units):
        at = ", ".join(fact.exchange.name for fact in facts.exchanges) or f"RMA {facts.rma_number}"
        yield Fault(code=kinds.EXCHANGE_MISMATCH.code, at=at, saw=f"{given} credited", wanted=f"{due} by today's price")


def _damaged_on_offer(facts: ReturnFacts) -> Iterator[Fault]:
    """Units whose damage was found after they had been put on sale."""
    if kinds.DAMAGED_ON_OFFER.code in facts.accepted:
        return
    offered = {unit for effect in facts.done("raise_availability") for unit in effect.units}
    for unit in returned_units(facts):
        if unit.unit_id in offered and unit.grade is Grade.DAMAGED:
            yield Fault(
                code=kinds.DAMAGED_ON_OFFER.code,
                at=f"{unit.sku}, unit {unit.unit_id}",
                saw="damaged",
                wanted="good, as it was booked",
            )


def _refunded_without_goods(facts: ReturnFacts) -> Iterator[Fault]:
    refunded, missing = earliest_refund(facts), _not_here(facts)
    if refunded is None or not missing:
        return
    if facts.now > refunded + _days(facts, "receipt_grace_days", RECEIPT_DAYS):
        worth = total([unit.paid_gross for unit in missing], missing[0].paid_gross.currency)
        yield Fault(
            code=kinds.REFUND_WITHOUT_RECEIPT.code,
            at=f"RMA {facts.rma_number}",
            saw=f"{len(missing)} units, {worth}, not received",
            wanted=f"goods within {_days(facts, 'receipt_grace_days', RECEIPT_DAYS).days} days of {refunded:%d %b %Y}",
        )


def _credited_without_money(facts: ReturnFacts, waits_for: str) -> Iterator[Fault]:
    if "refund" not in waits_for and "issued" not in waits_for:
        return
    still_open = list(_credits_without_money(facts))
    late = [note.at for note in still_open if note.at is not None and facts.now > note.at + refund_hours(facts)]
    if late:
        batches = {note.batch for note in still_open}
        fees = sum(fee.amount for fee in facts.done("raise_invoice") if fee.batch in batches)
        order = matched_order(facts)
        kept = kept_for_exchanges(facts, order) if order is not None else {}
        owed = sum(note.amount for note in still_open) - fees - sum(kept.get(batch, 0) for batch in batches)
        at = f"RMA {facts.rma_number}, credited {min(late):%d %b %Y}"
        wanted = str(Money(owed, facts.rma.currency if facts.rma else "GBP"))
        yield Fault(code=kinds.CREDIT_NOT_REFUNDED.code, at=at, saw=waits_for, wanted=wanted)


def _portal_could_not_pay(facts: ReturnFacts, waits_for: str) -> Iterator[Fault]:
    """The portal tried and failed, and what it tried has not gone through since."""
    assert facts.rma is not None
    is_settled = any(refund.is_settled for refund in facts.rma.refunds) and "refund" not in waits_for
    for refund in facts.rma.refunds:
        if refund.has_failed and not is_settled:
            at = f"the portal's refund {refund.refund_id}".strip()
            yield Fault(code=REFUND_FAILED.code, at=at, saw="failed", wanted=str(refund.amount))
    for issued in facts.rma.issued:
        if issued.has_failed and not _is_issued_since(facts.rma, issued):
            at = f"the portal's {issued.kind.replace('_', ' ')} {issued.reference}".strip()
            yield Fault(code=REFUND_FAILED.code, at=at, saw="failed", wanted=str(issued.amount))


def _is_issued_since(rma: Rma, failed: IssuedCredit) -> bool:
    """Whether every unit of a failed credit has one of its kind that went through."""
    settled = [one for one in rma.issued if one.kind == failed.kind and one.is_settled and not one.has_failed]
    named = {unit for one in settled for unit in one.units}
    return any(not one.units for one in settled) or bool(settled and set(failed.units) <= named)


def _credits_without_money(facts: ReturnFacts) -> Iterator[EffectFact]:
    """The credit notes that were read back and whose batch waits for its money."""
    order = matched_order(facts)
    for note in facts.effects:
        is_posted = "credit_note" in note.kind and note.state == "done" and note.amount
        if is_posted and order is not None and not is_over(facts, note.batch, order):
            yield note


def _not_here(facts: ReturnFacts) -> list[RmaUnit]:
    """Units that should come back and have not."""
    return [unit for unit in returned_units(facts) if unit.received_at is None and not unit.is_kept]


def _is_waiting(facts: ReturnFacts, unit: RmaUnit) -> bool:
    return unit.received_at is not None and is_ready(facts, unit) and unit.unit_id not in booked_units(facts)


def _days(facts: ReturnFacts, name: str, otherwise: int) -> timedelta:
    return timedelta(days=facts.tables.number(name, otherwise))


def _hours(facts: ReturnFacts, name: str, otherwise: int) -> timedelta:
    return timedelta(hours=facts.tables.number(name, otherwise))
