"""How far a document has come for its customer, from what was last gathered of it and what was seen since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from pydantic import ValidationError

from tieout.domain.business_dates import uk_date
from tieout.domain.documents.rma import Parcel, RmaUnit
from tieout.domain.documents.shop_order import ShopRefund
from tieout.domain.faults.kinds import Owner
from tieout.domain.for_customers.orders import order_story
from tieout.domain.for_customers.progress import Given, InExchange, LookedInto, OnItsWay, Progress, Subject, Way
from tieout.domain.for_customers.sentences import Story, story_of
from tieout.domain.money import Money
from tieout.domain.returns.allocation import returned_units
from tieout.domain.returns.exchanges import DESPATCHED, exchange_key, is_despatched
from tieout.domain.returns.facts import ReturnFacts
from tieout.processes.goods_in import KIND as GOODS
from tieout.processes.kinds import ORDER, REFUND
from tieout.processes.record import Json, facts_from_json
from tieout.processes.trail.order_progress import order_facts, order_progress
from tieout.processes.trail.related import names_of
from tieout.store import attempts, cases, effects, legs
from tieout.store.attempts import Attempt
from tieout.store.cases import Case
from tieout.store.documents import Document
from tieout.store.effects import Effect
from tieout.store.legs import Leg
from tieout.store.store import Connection

WAYS: Final[Mapping[tuple[str, str], Way]] = {
    ("storefront", "refund"): Way.MONEY,
    ("portal", "store credit"): Way.STORE_CREDIT,
    ("portal", "gift card"): Way.GIFT_CARD,
}
"""The legs that show what a customer was given; those of the ledger are not their business."""
SUBJECTS: Final = {REFUND: Subject.REFUND, GOODS: Subject.PARCEL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A document as its customer may be told, with what whoever tells it needs."""

    document: Document
    story: Story
    order_name: str
    parcels: Sequence[OnItsWay]
    case: Case | None
    as_of: datetime | None
    """When the systems were last asked; None while they were not."""


def told_of(c: Connection, document: Document, now: datetime) -> Told:
    """What to tell the customer of a document."""
    attempt = attempts.last_gathered(c, document)
    case = cases.open_case_of(c, document.company, document.kind, document.key)
    if document.kind == ORDER:
        return _told_of_order(document, attempt, case, uk_date(now))
    progress = _progress(
        document,
        _facts(attempt.facts) if attempt is not None else None,
        legs.legs_of(c, document),
        effects.effects_of(c, document),
        case,
    )
    names = {name.kind: name.value for name in names_of(c, document)}
    return Told(
        document=document,
        story=story_of(progress, uk_date(now)),
        order_name=names.get("order name", ""),
        parcels=progress.parcels,
        case=case,
        as_of=attempt.started_at if attempt is not None else None,
    )


def _told_of_order(document: Document, attempt: Attempt | None, case: Case | None, today: date) -> Told:
    facts = order_facts(attempt.facts) if attempt is not None else None
    progress = order_progress(document, facts, _trouble(case))
    numbers = [(parcel.carrier, number) for parcel in progress.parcels for number in parcel.tracking]
    return Told(
        document=document,
        story=order_story(progress, today),
        order_name=facts.order.channel_reference if facts is not None and facts.order is not None else "",
        parcels=tuple(OnItsWay(carrier=by, tracking=number, delivered_on=None) for by, number in numbers),
        case=case,
        as_of=attempt.started_at if attempt is not None else None,
    )


def _progress(
    document: Document, facts: ReturnFacts | None, its_legs: list[Leg], its_effects: list[Effect], case: Case | None
) -> Progress:
    made_on = _made_on(facts, its_effects)
    base = Progress(
        subject=SUBJECTS.get(document.kind, Subject.RETURN),
        trouble=_trouble(case),
        is_done=document.state == "done",
        given=tuple(_given(facts, its_legs, made_on)),
    )
    if facts is None or facts.rma is None:
        return base
    coming = _items([unit for unit in returned_units(facts) if not unit.is_kept])
    days = Counter(came for units in coming if (came := _came_on(units)) is not None)
    return replace(
        base,
        status=facts.rma.status,
        asked_on=uk_date(facts.rma.raised_at),
        items=len(coming),
        received=tuple(sorted(days.items())),
        kept=len(_items([unit for unit in returned_units(facts) if unit.is_kept])),
        parcels=tuple(_parcel(parcel) for parcel in facts.rma.parcels if parcel.tracking or parcel.delivered_at),
        exchanges=tuple(_exchanges(facts, its_legs)),
    )


def _facts(kept: Json) -> ReturnFacts | None:
    """The facts as they were gathered; None where an earlier release kept them otherwise."""
    try:
        return facts_from_json(kept)
    except ValidationError:
        return None


def _items(units: Sequence[RmaUnit]) -> list[list[RmaUnit]]:
    """Items as the customer sent them: a bundle that we took apart is one."""
    found: dict[str, list[RmaUnit]] = {}
    for unit in units:
        found.setdefault(unit.part_of or unit.unit_id, []).append(unit)
    return list(found.values())


def _came_on(units: Sequence[RmaUnit]) -> date | None:
    """The day on which the last part of an item came; None while a part is missing."""
    came = [unit.received_at for unit in units if unit.received_at is not None and not unit.is_missing]
    return uk_date(max(came)) if len(came) == len(units) else None


def _parcel(parcel: Parcel) -> OnItsWay:
    delivered = uk_date(parcel.delivered_at) if parcel.delivered_at is not None else None
    return OnItsWay(carrier=parcel.carrier, tracking=parcel.tracking, delivered_on=delivered)


def _given(facts: ReturnFacts | None, its_legs: Sequence[Leg], made_on: Mapping[str, date]) -> Iterator[Given]:
    """What the legs show as given or still owed: only what was read in the shop or the portal counts as given."""
    unsettled = {refund.refund_id for refund in _refunds(facts) if not refund.is_settled}
    for leg in its_legs:
        way = WAYS.get((leg.system, leg.kind))
        minor = leg.expected_minor if leg.seen_minor in (None, 0) else leg.seen_minor
        if way is None or leg.waived_at is not None or not minor:
            continue
        yield Given(
            way=way,
            amount=Money(minor, leg.currency or "GBP"),
            is_sent=leg.seen_at is not None,
            sent_on=made_on.get(leg.ref) or made_on.get(leg.seen_reference or ""),
            is_confirmed=leg.seen_reference not in unsettled,
            has_failed=leg.seen_at is not None and leg.seen_minor == 0,
            due_on=uk_date(leg.due_by) if leg.due_by is not None else None,
        )


def _made_on(facts: ReturnFacts | None, its_effects: Sequence[Effect]) -> dict[str, date]:
    """The days on which money went, by the key of our refund or the storefront's number of it."""
    found = {refund.refund_id: uk_date(refund.made_at) for refund in _refunds(facts)}
    return found | {e.key: uk_date(e.settled_at) for e in its_effects if e.command == "refund" and e.settled_at}


def _refunds(facts: ReturnFacts | None) -> Sequence[ShopRefund]:
    return facts.shop_order.refunds if facts is not None and facts.shop_order is not None else ()


def _exchanges(facts: ReturnFacts, its_legs: Sequence[Leg]) -> Iterator[InExchange]:
    left = {leg.ref: uk_date(leg.seen_at) for leg in its_legs if leg.kind == DESPATCHED and leg.seen_at is not None}
    for fact in facts.exchanges:
        key = exchange_key(facts, fact)
        yield InExchange(
            name=fact.exchange.name,
            is_released=fact.exchange.is_released,
            has_left=key in left or is_despatched(fact) or fact.exchange.is_fulfilled,
            left_on=left.get(key),
        )


def _trouble(case: Case | None) -> LookedInto | None:
    if case is None:
        return None
    by = uk_date(case.due_at) if case.due_at is not None else None
    return LookedInto(owner=Owner(case.owner), by=by)
