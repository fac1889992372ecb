"""Schedules: what runs by the clock, when it ran and how that ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.visit import Fields, Visit, need, posted
from tieout.domain.people import Permission
from tieout.processes.desk import NotPossible
from tieout.processes.schedules import run_now
from tieout.store import sweeps

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.ACCOUNTS_SEE))]
Runner = Annotated[Visit, Depends(need(Permission.SCHEDULES_RUN))]
Posted = Annotated[Fields, Depends(posted)]
CUT_OFF: Final = timedelta(hours=2)
"""A run without an end for so long is taken for one whose worker died."""
RUNS_SHOWN: Final = 40


@router.get("/schedules")
def schedules(visit: Seer) -> Response:
    """Every schedule with its next and its last run; every sweep with what it last counted."""
    console = visit.console
    with console.store.scope(None) as c:
        last = sweeps.last_runs(c)
        counted = sweeps.all_sweeps(c)
        chosen = visit.request.query_params.get("name", "").replace("\0", "")
        runs = sweeps.runs(c, chosen, limit=RUNS_SHOWN) if chosen else []
    now = console.clock()
    offset = now - datetime.now(UTC)
    seen = {account.name for account in console.accounts_of(visit.actor, None)}
    return visit.page(
        "schedules/list.html",
        partial="schedules/_table.html",
        rows=[(line, line.next_after(now - offset) + offset, last.get(line.name)) for line in console.schedules],
        counted=[one for one in counted if one.account in seen or not visit.actor.companies],
        chosen=chosen,
        titles={line.name: line.title for line in console.schedules},
        runs=runs,
        cut_off=CUT_OFF,
        may_run=visit.may(Permission.SCHEDULES_RUN) and console.run_schedule is not None,
    )


@router.post("/schedules/run")
def run(visit: Runner, fields: Posted) -> Response:
    """Let one run as soon as a worker is free."""
    console, name = visit.console, fields.text("name")
    known = {line.name: line.title for line in console.schedules}
    if console.run_schedule is None or name not in known:
        raise NotPossible("There is no schedule of this name any more.")
    run_now(console.store, visit.actor, name, run=console.run_schedule, now=console.clock())
    return visit.done("It runs as soon as a worker is free. Look here again in a minute.", to="/schedules")
