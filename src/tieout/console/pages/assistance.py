"""Suggestions on a case: put away, or a model asked to explain it. Applying one is a link to the form it fills in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.visit import Visit, need
from tieout.domain.people import Permission
from tieout.processes.assistance import Assistance, acting
from tieout.processes.desk import NotPossible
from tieout.store import cases

router = APIRouter()
Worker = Annotated[Visit, Depends(need(Permission.DESK_WORK))]


@router.post("/assistance/{suggestion_id}/dismiss")
def dismiss(visit: Worker, suggestion_id: int) -> Response:
    """Put a suggestion away."""
    gone = acting.dismiss(_assistance(visit), visit.actor, suggestion_id)
    to = f"/exceptions/{gone.case_id}" if gone.case_id is not None else "/exceptions"
    return visit.done("The suggestion is put away.", to=to)


@router.post("/assistance/cases/{case_id}/explain")
def explain(visit: Worker, case_id: int) -> Response:
    """Have the configured model explain a case."""
    case = visit.find(lambda c: cases.case(c, case_id))
    acting.explain(_assistance(visit), visit.actor, case)
    return visit.done("The model has answered. Read it as a suggestion.", to=f"/exceptions/{case_id}#suggestions")


def _assistance(visit: Visit) -> Assistance:
    if visit.console.assistance is None:
        raise NotPossible("Suggestions are switched off in the settings.")
    return visit.console.assistance
