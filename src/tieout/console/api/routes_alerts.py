"""Alerts: listed, and taken."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends

from tieout.console.api.calls import Call, Paged, need, token_router
from tieout.console.api.problems import answers
from tieout.console.api.shapes import AlertShape, PageShape
from tieout.console.api.values import CompanyName, Number
from tieout.domain.people import Permission
from tieout.processes.alerting.acting import acknowledge
from tieout.store import alerts

router = token_router("alerts")


@router.get("/alerts", responses=answers())
def list_alerts(
    call: Annotated[Call, Depends(need(Permission.ALERTS_SEE))],
    paged: Paged,
    company: CompanyName = None,
    state: Literal["standing", "open", "acknowledged", "cleared"] = "standing",
) -> PageShape[AlertShape]:
    """List alerts, the newest first; `standing` are those that are not cleared."""
    before = call.number(paged.cursor)
    wanted = None if state == "standing" else state
    with call.scope(company) as c:
        found = alerts.listed(c, state=wanted, limit=paged.limit + 1, before_id=before)
    shown = found[: paged.limit]
    more = str(shown[-1].id) if len(found) > len(shown) else ""
    return PageShape(items=[AlertShape.of(one) for one in shown], next=call.sealed(more))


@router.post("/alerts/{alert_id}/acknowledge", responses=answers(acts=True, finds=True))
def acknowledge_alert(call: Annotated[Call, Depends(need(Permission.ALERTS_WORK))], alert_id: Number) -> AlertShape:
    """Take an alert: nobody further up is told of it unless it grows."""
    call.find(lambda c: alerts.alert(c, alert_id))
    return AlertShape.of(acknowledge(call.console.store, call.actor, alert_id, now=call.console.clock()))
