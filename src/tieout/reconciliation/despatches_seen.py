"""Whether Sage's movement log has an issue of stock for every despatch that Tieout posted (WMS-46).

The log is followed from the first run on and read again from two weeks back: a company that reduces stock at the
invoice has no issue before that, and its case closes when there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog

from tieout.domain.commands import Despatch
from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.warehouse_stock import DESPATCH_NOT_IN_GL
from tieout.domain.money import money, total
from tieout.domain.orders.facts import OrderFacts
from tieout.ports.directory import Company
from tieout.ports.errors import ConnectorError
from tieout.processes.kinds import DESPATCH, ORDER
from tieout.processes.lanes import Floor
from tieout.processes.record import command_from_json, order_facts_from_json
from tieout.reconciliation.desk import Subject, clear_case, raise_case
from tieout.store import attempts, cases, effects, sweeps
from tieout.store.store import Connection

log = structlog.get_logger()

SWEEP: Final = "despatches in the movement log"
BACK: Final = timedelta(days=14)
GRACE: Final = timedelta(hours=1)
"""How long after the despatch its issue may be missing: the log is written behind it."""
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """A despatch of ours with its goods in stock units by stock code."""

    key: str
    order_number: str
    at: datetime
    goods: Mapping[str, Decimal]


def check_despatches(floor: Floor, company: Company) -> int:
    """Open a case for every despatch without an issue of its goods, close those that have one; returns how many lack.

    The first run only finds the place in the log.
    """
    now = floor.clock()
    with floor.store.scope(company.name) as c:
        last = sweeps.sweep(c, company.ledger_account, SWEEP)
    places = _places(last, now)
    try:
        newest = company.feeds.newest_movement()
        issued = _issued(company, min(places.values())) if places else {}
    except ConnectorError as error:
        log.warning("despatches.stopped", company=company.name, reason=str(error))
        return 0
    since = min((datetime.fromisoformat(at) for at in places), default=now)
    with floor.store.scope(company.name) as c:
        posted = tuple(_posted(c, company, since))
    found = list(_lacking(posted, issued, now))
    costs = _costs(company, {sku for _, lacks in found for sku in lacks})
    with floor.store.scope(company.name) as c:
        lacking = _report(c, company, found, costs, now)
        place = json.dumps({**places, now.isoformat(): newest})
        counted = {"listed": len(posted), "lacking": lacking}
        sweeps.swept(c, company.ledger_account, SWEEP, high_water=place, counted=counted, at=now)
    return lacking


def _places(last: sweeps.Sweep | None, now: datetime) -> dict[str, int]:
    """The newest row of the log at each run of the last two weeks; at the last run, where it is longer ago."""
    kept = {str(at): int(row) for at, row in json.loads(last.high_water).items()} if last is not None else {}
    recent = {at: row for at, row in kept.items() if datetime.fromisoformat(at) >= now - BACK}
    return recent or dict(list(kept.items())[-1:])


def _costs(company: Company, skus: set[str]) -> dict[str, Decimal]:
    """What goods cost, as far as it can be read: a case without a value is better than none."""
    try:
        products = company.books.products(tuple(sorted(skus))) if skus else ()
    except ConnectorError as error:
        log.warning("despatches.no_costs", company=company.name, reason=str(error))
        return {}
    return {each.sku: each.unit_cost for each in products if each.unit_cost is not None}


def _issued(company: Company, after: int) -> dict[tuple[str, str], Decimal]:
    """Units that left by the log, by the references of the row and the stock code."""
    found: dict[tuple[str, str], Decimal] = {}
    for row in company.feeds.movements_after(after):
        for reference in {row.reference, row.second_reference} - {""} if row.quantity < 0 else ():
            found[reference, row.sku] = found.get((reference, row.sku), NOTHING) - row.quantity
    return found


def _posted(c: Connection, company: Company, since: datetime) -> Iterator[_Left]:
    """Despatches of ours since, oldest first."""
    gathered = dict(attempts.newest_facts(c, company.name, ORDER, since=since))
    found = effects.done_of_open(c, company.name, ORDER, command="despatch", since=since)
    for effect in sorted(found, key=lambda each: (each.settled_at or each.intended_at, each.key)):
        command, kept = command_from_json(effect.content), gathered.get(effect.document_key)
        at = effect.settled_at or effect.intended_at
        if isinstance(command, Despatch) and kept is not None and at >= since:
            goods = _goods(order_facts_from_json(kept), command)
            yield _Left(key=effect.key, order_number=command.order_number, at=at, goods=goods)


def _goods(facts: OrderFacts, command: Despatch) -> dict[str, Decimal]:
    """The goods of a despatch in stock units; lines without stock have no issue."""
    lines = {line.line_id: line for line in facts.order.lines} if facts.order is not None else {}
    found: dict[str, Decimal] = {}
    for line in command.lines:
        of = lines.get(line.order_line)
        if of is not None and of.is_stocked and of.line_class == "standard":
            found[line.sku] = found.get(line.sku, NOTHING) + line.quantity * of.stock_units
    return found


def _lacking(
    posted: tuple[_Left, ...], issued: Mapping[tuple[str, str], Decimal], now: datetime
) -> Iterator[tuple[_Left, dict[str, Decimal]]]:
    """Every despatch with the units that the log has no issue of; what it has goes to the oldest first."""
    rest = dict(issued)
    for one in posted:
        lacks: dict[str, Decimal] = {}
        for sku, units in one.goods.items():
            place = (one.order_number, sku)
            there = min(units, rest.get(place, NOTHING))
            rest[place] = rest.get(place, NOTHING) - there
            if there < units and now - one.at >= GRACE:
                lacks[sku] = units - there
        yield one, lacks


def _report(
    c: Connection,
    company: Company,
    found: list[tuple[_Left, dict[str, Decimal]]],
    costs: Mapping[str, Decimal],
    now: datetime,
) -> int:
    was_open = set(cases.open_with(c, company.name, DESPATCH, (DESPATCH_NOT_IN_GL.code,)))
    lacking = 0
    for one, lacks in found:
        title = f"Despatch of order {one.order_number}"
        subject = Subject(company=company.name, kind=DESPATCH, key=one.key, title=title, lanes=company.lanes)
        if not lacks:
            if one.key in was_open:
                clear_case(c, subject, at=now)
            continue
        lacking += 1
        worth = [money(costs[sku] * units) for sku, units in lacks.items() if sku in costs]
        said = ", ".join(f"{units.normalize():f} x {sku}" for sku, units in sorted(lacks.items()))
        at, saw = f"order {one.order_number}, despatch {one.key}", f"no issue of {said}, {total(worth)} at cost"
        fault = Fault(code=DESPATCH_NOT_IN_GL.code, at=at, saw=saw, wanted="an issue in Sage's movement log")
        raise_case(c, subject, (fault,), total(worth), at=now)
    return lacking
