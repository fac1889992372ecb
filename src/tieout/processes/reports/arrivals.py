"""What the warehouse has to expect: every authorised return whose goods have not come, whatever its money does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tieout.domain.documents.rma import Grade, Outcome, Parcel, Rma, RmaStatus, RmaUnit
from tieout.domain.faults import BY_CODE
from tieout.domain.returns.disposition import grade_of, place_for
from tieout.domain.returns.facts import ReturnFacts
from tieout.processes.reports.known import Known
from tieout.processes.reports.returned_stock import Unread, unread
from tieout.processes.reports.worklist import NO_PLACE

COMING = (RmaStatus.AUTHORISED, RmaStatus.RECEIVED, RmaStatus.INSPECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """So many of one stock code for one reason."""

    sku: str
    title: str
    reason: str
    units: int
    goes_to: str
    """By the disposition table: one place where the reason decides, else one for each grade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One RMA that is on its way."""

    company: str
    rma: str
    order: str
    announced_at: datetime
    read_at: datetime
    """When the portal was last asked."""
    goods: tuple[Goods, ...]
    parcels: tuple[Parcel, ...]
    delivered_days: int | None
    """Whole days since the carrier delivered what nobody has booked; None while nothing is known to lie there."""
    is_late: bool
    """Delivered for so many days that somebody should look for it."""
    held_by: str
    """The open case, or empty: goods are expected all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The report: the late ones first, then the longest announced."""

    as_at: datetime
    late_after_days: int
    arrivals: tuple[Arrival, ...]
    unread: tuple[Unread, ...]
    """Returns that may have goods on their way and were never read."""


def arrivals(known: Sequence[Known], now: datetime, late_after_days: int) -> Arrivals:
    """What is to come, from the last reading of every return; nothing of its credit or refund is looked at."""
    found = [arrival for each in known if (arrival := _of_rma(each, now, late_after_days)) is not None]
    found.sort(key=lambda each: (not each.is_late, each.announced_at, each.company, each.rma))
    return Arrivals(as_at=now, late_after_days=late_after_days, arrivals=tuple(found), unread=unread(known))


def _of_rma(known: Known, now: datetime, late_after_days: int) -> Arrival | None:
    facts = known.facts
    if facts is None or facts.rma is None:
        return None
    rma = facts.rma
    units = [unit for unit in rma.units if _is_to_come(unit)] if _is_on_its_way(known, rma) else []
    if not units:
        return None
    lies_since = _lies_since(rma)
    days = (now - lies_since).days if lies_since is not None else None
    case = known.open_case
    return Arrival(
        company=known.company,
        rma=known.key,
        order=rma.order_name,
        announced_at=rma.raised_at,
        read_at=facts.now,
        goods=_goods(facts, units),
        parcels=rma.parcels,
        delivered_days=days,
        is_late=days is not None and days >= late_after_days,
        held_by=f"case {case.id} {case.code}: {BY_CODE[case.code].title} ({case.owner})" if case else "",
    )


def _is_on_its_way(known: Known, rma: Rma) -> bool:
    """Authorised; or finished at the portal, paid out perhaps, while our books still wait for it."""
    is_open_here = rma.status is RmaStatus.DONE and known.state != "done"
    return not rma.is_in_person and (rma.status in COMING or is_open_here)


def _is_to_come(unit: RmaUnit) -> bool:
    stays_away = unit.is_kept or unit.is_missing or unit.outcome is Outcome.REJECT
    return unit.received_at is None and not stays_away


def _lies_since(rma: Rma) -> datetime | None:
    """Since when goods lie in the building that nobody booked; which unit is in which parcel no portal says.

    While nothing is booked, since the first delivery; once something is, only when every parcel was delivered.
    """
    delivered = [parcel.delivered_at for parcel in rma.parcels if parcel.delivered_at is not None]
    if not delivered:
        return None
    if all(unit.received_at is None for unit in rma.units):
        return min(delivered)
    return max(delivered) if len(delivered) == len(rma.parcels) else None


def _goods(facts: ReturnFacts, units: Sequence[RmaUnit]) -> tuple[Goods, ...]:
    groups: dict[tuple[str, str, str], list[RmaUnit]] = {}
    for unit in units:
        groups.setdefault((unit.sku, unit.reason, _goes_to(facts, unit)), []).append(unit)
    return tuple(
        Goods(sku=sku, title=found[0].title, reason=reason, units=len(found), goes_to=goes_to)
        for (sku, reason, goes_to), found in sorted(groups.items())
    )


def _goes_to(facts: ReturnFacts, unit: RmaUnit) -> str:
    if grade_of(facts, unit) is not Grade.UNGRADED:
        return _place(facts, unit)
    places = ((grade, _place(facts, replace(unit, grade=grade))) for grade in (Grade.GOOD, Grade.DAMAGED))
    return "; ".join(f"{grade.value}: {place}" for grade, place in places)


def _place(facts: ReturnFacts, unit: RmaUnit) -> str:
    place = place_for(facts, unit)
    return f"{place.warehouse}/{place.bin}" if place else NO_PLACE
