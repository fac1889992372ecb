"""Today: what needs the person who is signed in, and the figures that they may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.figure_charts import Drawn, debt_charts, hours, lag_charts, since
from tieout.console.visit import Visit, need
from tieout.domain.business_dates import uk_date
from tieout.domain.faults import BY_CODE
from tieout.domain.people import Permission
from tieout.processes.account_health import Health, healths
from tieout.processes.reports.lag import TARGETS, target_hours
from tieout.processes.rules import rules_on
from tieout.store import comments, desk_lists, figures, lags, mapping_proposals
from tieout.store.case_filters import ME, CaseFilter
from tieout.store.cases import Case
from tieout.store.desk_lists import Totals
from tieout.store.figures import Debt
from tieout.store.store import Connection

router = APIRouter()
Anybody = Annotated[Visit, Depends(need(None))]

QUEUE: Final = 8
DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that waits for the visitor: how much of it, what, and where it is."""

    count: str
    what: str
    address: str
    tone: str = "off"
    stakes: Mapping[str, int]
    """Minor units by currency; empty where there is none, or where not all was counted."""


@router.get("/")
def today(visit: Anybody) -> Response:
    """The first page; each role sees what it may."""
    now = visit.console.clock()
    with visit.scope() as c:
        shown: dict[str, Any] = {"needs": _needs(visit, c, now), "mentions": comments.mentions_of(c, visit.actor.name)}
        shown["queue"] = _queue(visit, c, now) if visit.may(Permission.DESK_SEE) else []
        shown |= _figures(visit, c, now) if visit.may(Permission.MONEY_SEE) else {}
        shown["ages"] = figures.cases_by_age(c, now=now) if visit.may(Permission.DESK_SEE) else []
        shown["accounts"] = _health(visit, c, now) if visit.may(Permission.ACCOUNTS_SEE) else []
    titles = {code: kind.title for code, kind in BY_CODE.items()}
    owners = ", ".join(sorted(owner.value for owner in visit.actor.stands_for))
    return visit.page("today/page.html", titles=titles, owners=owners, age_names=figures.AGES, hours=hours, **shown)


def _needs(visit: Visit, c: Connection, now: datetime) -> list[Need]:
    found = []
    if visit.may(Permission.DESK_SEE):
        mine = desk_lists.case_totals(c, CaseFilter(assignee=ME, me=visit.actor.name), now=now)
        found.append(_of_cases(mine, "on my desk", "/exceptions?assigned=me"))
        for owner in sorted(owner.value for owner in visit.actor.stands_for):
            for due, said, tone in (("overdue", "over time", "bad"), ("today", "due later today", "warn")):
                totals = desk_lists.case_totals(c, CaseFilter(owner=owner, due=due), now=now)  # type: ignore[arg-type]  # one of them
                address = f"/exceptions?owner={owner.replace(' ', '+')}&due={due}"
                found.append(_of_cases(totals, f"of {owner} {said}", address, tone))
    if visit.may(Permission.MAPPINGS_APPROVE):
        waiting = [
            one
            for one in mapping_proposals.proposals(c, state="waiting")
            if one.proposed_by != visit.actor.name and one.owner in {owner.value for owner in visit.actor.stands_for}
        ]
        tone = "warn" if waiting else "off"
        what = "mapping change to approve" if len(waiting) == 1 else "mapping changes to approve"
        found.append(Need(count=str(len(waiting)), what=what, address="/mappings/proposals", tone=tone, stakes={}))
    return found


def _of_cases(totals: Totals, what: str, address: str, tone: str = "busy") -> Need:
    count = f"{totals.count - 1 if totals.is_at_least else totals.count:,}{'+' if totals.is_at_least else ''}"
    return Need(count=count, what=what, address=address, tone=tone if totals.count else "off", stakes=_shown(totals))


def _shown(totals: Totals) -> Mapping[str, int]:
    """Stakes of what was counted whole."""
    return {} if totals.is_at_least else {name: minor for name, minor in totals.stakes.items() if minor}


def _queue(visit: Visit, c: Connection, now: datetime) -> Sequence[Case]:
    """What to take up next: the soonest due of one's own desk, then of the owners that one stands for."""
    mine = CaseFilter(assignee=ME, me=visit.actor.name)
    wanted = [mine, *(CaseFilter(owner=owner.value) for owner in visit.actor.stands_for)]
    if len(wanted) == 1:
        wanted.append(CaseFilter())
    found = {row.id: row for one in wanted for row in desk_lists.cases_page(c, one, now=now, size=QUEUE).rows}
    free = [row for row in found.values() if row.assignee in (None, visit.actor.name)]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(free, key=lambda row: (row.assignee is None, row.due_at or far, row.id))[:QUEUE]


def _figures(visit: Visit, c: Connection, now: datetime) -> dict[str, Any]:
    first = since(uk_date(now), DAYS)
    debt = figures.last_debt(c)
    charts: list[Drawn] = debt_charts(figures.debt_trend(c, since=first))
    charts += lag_charts(lags.days_of(c, company=visit.company, since=first), lag_targets(visit, c, now))
    return {
        "debt": debt,
        "debts": _by_currency(debt),
        "overdue": _overdue(debt),
        "open": desk_lists.case_totals(c, CaseFilter(sleep="any"), now=now),
        "charts": charts,
    }


def lag_targets(visit: Visit, c: Connection, now: datetime) -> dict[str, int]:
    """How many hours each lag may take: the tightest of the companies that are shown."""
    names = visit.console.companies if visit.company is None else (visit.company,)
    tables = [rules_on(c, name, uk_date(now), table="policy") for name in names]
    return {
        metric: min((target_hours(each, metric) for each in tables), default=target_hours(None, metric))
        for metric in TARGETS
    }


def _by_currency(debt: Debt | None) -> dict[str, int]:
    found = {"GBP": 0}
    for line in debt.lines if debt is not None else ():
        found[line.currency] = found.get(line.currency, 0) + line.debt_minor
    return {name: minor for name, minor in found.items() if minor or len(found) == 1}


def _overdue(debt: Debt | None) -> list[tuple[str, int, Mapping[str, int]]]:
    """Systems with overdue legs: how many, and the debt of all that is wrong there by currency."""
    found: dict[str, tuple[int, dict[str, int]]] = {}
    for line in debt.lines if debt is not None else ():
        count, money = found.setdefault(line.system, (0, {}))
        money[line.currency] = money.get(line.currency, 0) + line.debt_minor
        found[line.system] = (count + line.overdue, money)
    rows = [(system, count, money) for system, (count, money) in found.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def _health(visit: Visit, c: Connection, now: datetime) -> list[Health]:
    seen = visit.console.accounts_of(visit.actor, visit.company)
    return healths(c, seen, now=now)
