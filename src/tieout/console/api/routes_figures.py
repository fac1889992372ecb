"""Figures: the reconciliation debt and what goods and credit notes take, as the pages show them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Query

from tieout.console.api.calls import Call, need, token_router
from tieout.console.api.problems import answers
from tieout.console.api.shapes import PageShape
from tieout.console.api.shapes_figures import DebtDayShape, DebtShape, LagDayShape
from tieout.console.api.values import CompanyName
from tieout.domain.business_dates import uk_date
from tieout.domain.people import Permission
from tieout.store import figures, lags

router = token_router("figures")
Seer = Annotated[Call, Depends(need(Permission.MONEY_SEE))]
Days = Annotated[int, Query(ge=1, le=366, description="How many days back, today included")]


@router.get("/debt", responses=answers())
def get_debt(call: Seer, company: CompanyName = None) -> DebtShape:
    """Return the reconciliation debt as it was counted last, by company, flow, system and owner."""
    with call.scope(company) as c:
        return DebtShape.of(figures.last_debt(c))


@router.get("/debt/days", responses=answers())
def list_debt_days(call: Seer, company: CompanyName = None, days: Days = 30) -> PageShape[DebtDayShape]:
    """List the debt at the end of each day that was counted."""
    since = uk_date(call.console.clock()) - timedelta(days=days - 1)
    with call.scope(company) as c:
        found = figures.debt_trend(c, since=since)
    return PageShape(items=[DebtDayShape.of(one) for one in found])


@router.get("/lag", responses=answers())
def list_lag_days(call: Seer, company: CompanyName = None, days: Days = 30) -> PageShape[LagDayShape]:
    """List what units took by each metric, by the day on which they reached their end."""
    only, since = call.company(company), uk_date(call.console.clock()) - timedelta(days=days - 1)
    with call.scope(company) as c:
        found = lags.days_of(c, company=only, since=since)
    return PageShape(items=[LagDayShape.of(one) for one in found])
