"""What warehouses despatched in a period against what was posted in Sage in it, both directions, with value.

From our own records: what each warehouse told, and what was read back in Sage. A figure is as new as the last look at
its order, which stands beside it. Values are net of tax at the order's own prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tieout.domain.business_dates import uk_date
from tieout.domain.commands import Despatch, plain
from tieout.domain.documents.open_order import OpenOrder
from tieout.domain.money import money, total
from tieout.domain.orders.facts import OrderFacts
from tieout.domain.orders.keys import despatch_key
from tieout.domain.orders.resolving import Resolved
from tieout.domain.orders.standing import standing_of
from tieout.processes.kinds import ORDER
from tieout.processes.record import command_from_json, order_facts_from_json
from tieout.processes.reports.period import Period
from tieout.processes.warehouses_seen import STRAY
from tieout.store import attempts, cases, documents, effects, legs
from tieout.store.documents import Document
from tieout.store.store import Connection

EVERY = 10_000_000
"""A report leaves nothing out."""


class CutOffClass(StrEnum):
    """On which sides of the period's end a despatch stands."""

    BOTH = "left and posted in the period"
    LEFT_ONLY = "left in the period, not in Sage in it"
    POSTED_ONLY = "in Sage in the period, left outside of it"
    UNEXPLAINED = "left in the period for no order of ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffRow:
    """One shipment of a warehouse and its despatch in Sage."""

    company: str
    account: str
    order: str
    """Empty for a shipment that no order explains."""
    shipment: str
    cut_off_class: CutOffClass
    left_on: date | None
    posted_on: date | None
    """The date of the despatch in Sage, read back there; None while there is none."""
    posted_as: str
    left_units: Decimal
    posted_units: Decimal
    left_minor: int
    """Pence of what left; 0 where it leads to no line of an order, so that nobody can say."""
    posted_minor: int
    currency: str
    is_valued: bool
    why: str
    """What keeps it from Sage: the exceptions that stand on its order; empty when there is none."""
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffTotal:
    """Both sides of one warehouse in one currency."""

    company: str
    account: str
    currency: str
    left_units: Decimal
    left_minor: int
    posted_units: Decimal
    posted_minor: int
    left_only_minor: int
    """Of what left: not in Sage in the period."""
    posted_only_minor: int
    """Of what is in Sage: left outside of the period."""
    differing_minor: int
    """Of what stands on both sides: the difference of the two values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """The report."""

    as_at: datetime
    period: Period
    rows: tuple[CutOffRow, ...]
    totals: tuple[CutOffTotal, ...]


def cut_off_report(c: Connection, companies: Iterable[str], period: Period, now: datetime) -> CutOff:
    """Every despatch that stands on either side in the period, by company, warehouse and order."""
    rows = [row for company in companies for row in _rows_of(c, company, period)]
    rows.sort(key=lambda row: (row.company, row.account, row.order, row.shipment))
    return CutOff(as_at=now, period=period, rows=tuple(rows), totals=tuple(_totals(rows)))


def _rows_of(c: Connection, company: str, period: Period) -> Iterator[CutOffRow]:
    for key, kept in attempts.newest_facts(c, company, ORDER, since=period.begins_at):
        document = documents.document(c, company, ORDER, key)
        assert document is not None, f"order {key} has facts and no document"
        facts = order_facts_from_json(kept)
        if facts.order is not None:
            yield from _rows_of_order(c, document, facts, facts.order, period)
    for document in documents.documents_in(c, kind=STRAY, limit=EVERY):
        if document.company == company and period.saw(document.opened_at):
            yield _stray(c, document)


def _rows_of_order(
    c: Connection, document: Document, facts: OrderFacts, order: OpenOrder, period: Period
) -> Iterator[CutOffRow]:
    posted = dict(_posted(effects.effects_of(c, document)))
    case = cases.open_case_of(c, document.company, document.kind, document.key)
    why = ", ".join(dict.fromkeys(str(fault["code"]) for fault in _faults(case))) if case is not None else ""
    for one in standing_of(facts, order).gone():
        left_on = uk_date(one.shipment.reached_at)
        command, number = posted.get(despatch_key(facts.company, one.shipment), (None, ""))
        has_left, is_posted = period.holds(left_on), command is not None and period.holds(command.on)
        if not has_left and not is_posted:
            continue
        yield CutOffRow(
            company=document.company,
            account=one.shipment.account,
            order=document.key,
            shipment=one.shipment.shipment_id,
            cut_off_class=_class(has_left=has_left, is_posted=is_posted),
            left_on=left_on,
            posted_on=command.on if command is not None else None,
            posted_as=number,
            left_units=_units(one),
            posted_units=_sum(line.quantity for line in command.lines) if command else Decimal(0),
            left_minor=_value(order, {units.line.line_id: units.quantity for units in one.left}),
            posted_minor=_value(order, {line.order_line: line.quantity for line in command.lines}) if command else 0,
            currency=order.currency,
            is_valued=not one.faults,
            why=why if command is None else "",
            read_at=facts.now,
        )


def _class(*, has_left: bool, is_posted: bool) -> CutOffClass:
    if has_left and is_posted:
        return CutOffClass.BOTH
    return CutOffClass.LEFT_ONLY if has_left else CutOffClass.POSTED_ONLY


def _faults(case: cases.Case) -> Iterator[Mapping[str, object]]:
    faults = case.faults
    assert isinstance(faults, list), "the faults of a case are a list"
    return (fault for fault in faults if isinstance(fault, Mapping))


def _posted(found: Iterable[effects.Effect]) -> Iterator[tuple[str, tuple[Despatch, str]]]:
    """Every despatch that was read back in Sage, under its key."""
    for effect in found:
        command = command_from_json(effect.content) if effect.state == "done" else None
        if isinstance(command, Despatch):
            yield command.key, (command, effect.reference or "")


def _units(one: Resolved) -> Decimal:
    """What left in selling units; in the warehouse's own units where it leads to no line."""
    if one.faults:
        return _sum(line.quantity for line in one.shipment.lines)
    return _sum(units.quantity for units in one.left)


def _sum(quantities: Iterable[Decimal]) -> Decimal:
    """Without trailing noughts, so that equal figures look equal."""
    return Decimal(plain(sum(quantities, Decimal(0))))


def _value(order: OpenOrder, quantities: Mapping[str, Decimal]) -> int:
    lines = {line.line_id: line for line in order.lines}
    parts = [
        money(lines[line].unit_price * quantity, order.currency)
        for line, quantity in quantities.items()
        if line in lines
    ]
    return total(parts, order.currency).minor


def _stray(c: Connection, document: Document) -> CutOffRow:
    """A shipment that no order explains: left, in no books, and of no known value."""
    account, _, number = document.key.partition("|")
    units = _sum(leg.seen_quantity or Decimal(0) for leg in legs.legs_of(c, document))
    return CutOffRow(
        company=document.company,
        account=account,
        order="",
        shipment=number,
        cut_off_class=CutOffClass.UNEXPLAINED,
        left_on=uk_date(document.opened_at),
        posted_on=None,
        posted_as="",
        left_units=units,
        posted_units=Decimal(0),
        left_minor=0,
        posted_minor=0,
        currency="GBP",
        is_valued=False,
        why="ORPHANED_SHIPMENT",
        read_at=document.touched_at,
    )


def _totals(rows: list[CutOffRow]) -> Iterator[CutOffTotal]:
    for company, account, currency in dict.fromkeys((row.company, row.account, row.currency) for row in rows):
        mine = [row for row in rows if (row.company, row.account, row.currency) == (company, account, currency)]
        both = [row for row in mine if row.cut_off_class is CutOffClass.BOTH]
        left_only = [row for row in mine if row.cut_off_class in (CutOffClass.LEFT_ONLY, CutOffClass.UNEXPLAINED)]
        posted_only = [row for row in mine if row.cut_off_class is CutOffClass.POSTED_ONLY]
        left, posted = both + left_only, both + posted_only
        yield CutOffTotal(
            company=company,
            account=account,
            currency=currency,
            left_units=_sum(row.left_units for row in left),
            left_minor=sum(row.left_minor for row in left),
            posted_units=_sum(row.posted_units for row in posted),
            posted_minor=sum(row.posted_minor for row in posted),
            left_only_minor=sum(row.left_minor for row in left_only),
            posted_only_minor=sum(row.posted_minor for row in posted_only),
            differing_minor=sum(row.left_minor - row.posted_minor for row in both),
        )
