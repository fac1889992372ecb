"""The figures in full: the reconciliation debt with the legs that make it up, and the lags with the slowest units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console import wording
from tieout.console.figure_charts import LAG_TITLES, debt_charts, hours, lag_charts, since
from tieout.console.pages.today import lag_targets
from tieout.console.visit import Visit, need
from tieout.domain.business_dates import uk_date
from tieout.domain.people import Permission
from tieout.processes.standing import leg_state
from tieout.store import figures, lags
from tieout.store.figures import DebtLine
from tieout.store.legs import LegCondition

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.MONEY_SEE))]

DAYS: Final = 90
LEGS: Final = 50
CONDITIONS: Final[tuple[LegCondition, ...]] = ("overdue", "differs", "unexpected")
NAME_MAX: Final = 60


@router.get("/debt")
def debt(visit: Seer) -> Response:
    """The debt by owner, system and flow, its days, and the legs behind it, the longest due first."""
    now, address = visit.console.clock(), visit.request.query_params
    asked = {name: address.get(name, "")[:NAME_MAX].replace("\0", "") for name in ("system", "owner", "kind")}
    condition = next((one for one in CONDITIONS if one == address.get("condition")), None)
    companies = visit.console.companies if visit.company is None else (visit.company,)
    with visit.scope() as c:
        last = figures.last_debt(c)
        charts = debt_charts(figures.debt_trend(c, since=since(uk_date(now), DAYS)))
        legs = figures.troubled_legs(c, companies, now=now, condition=condition or "troubled", limit=LEGS, **asked)
    lines = [line for line in last.lines if _is_asked(line, asked)] if last is not None else []
    return visit.page(
        "figures/debt.html",
        last=last,
        lines=lines,
        charts=charts,
        legs=[(leg, leg_state(leg, now).value) for leg in legs],
        most=LEGS,
        condition=condition or "",
        asked=asked,
        choices=_choices(last.lines if last is not None else ()),
        hours=hours,
    )


@router.get("/lag")
def lag(visit: Seer) -> Response:
    """How long returned units took, day by day, and the slowest of one day."""
    now, address = visit.console.clock(), visit.request.query_params
    metric = address.get("metric", "")
    metric = metric if metric in LAG_TITLES else next(iter(LAG_TITLES))
    with visit.scope() as c:
        days = lags.days_of(c, company=visit.company, since=since(uk_date(now), DAYS))
        charts = lag_charts(days, lag_targets(visit, c, now))
        known = [one.day for one in days if one.metric == metric]
        day = _day(address.get("day", "")) or (known[-1] if known else uk_date(now))
        slowest = lags.slowest(c, metric=metric, day=day)
    return visit.page(
        "figures/lag.html", charts=charts, metric=metric, day=day, slowest=slowest, hours=hours, titles=LAG_TITLES
    )


def _is_asked(line: DebtLine, asked: Mapping[str, str]) -> bool:
    mine = {"system": line.system, "owner": line.owner, "kind": line.document_kind}
    return all(mine[name] == value for name, value in asked.items() if value)


def _choices(lines: tuple[DebtLine, ...]) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers, with the words for it."""
    return {
        "system": [(one, wording.system(one)) for one in sorted({line.system for line in lines})],
        "owner": [(one, one.capitalize()) for one in sorted({line.owner for line in lines} - {""})],
        "kind": [(one, wording.kind(one)) for one in sorted({line.document_kind for line in lines})],
        "condition": [(one, one.capitalize()) for one in CONDITIONS],
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
