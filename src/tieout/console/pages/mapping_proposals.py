"""Proposals: what waits, what each would change and do, and the decision of a second person."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from tieout.console.pages.mapping_changes import labels_of
from tieout.console.pages.mappings import today_of
from tieout.console.visit import Fields, Problem, Visit, need, posted
from tieout.console.wording import day, plural
from tieout.domain.people import Permission
from tieout.domain.rules.tables import TABLES
from tieout.processes.desk import NotPossible
from tieout.processes.mapping_desk import deciding
from tieout.processes.mapping_desk.changes import changes_of
from tieout.processes.mapping_desk.deciding import Approved, cases_of, why_not_approve
from tieout.processes.mapping_desk.impact import impact_of
from tieout.processes.mapping_desk.undoing import undo
from tieout.store import mapping_proposals
from tieout.store.mapping_proposals import Proposal

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.MAPPINGS_SEE))]
Proposer = Annotated[Visit, Depends(need(Permission.MAPPINGS_PROPOSE))]
Approver = Annotated[Visit, Depends(need(Permission.MAPPINGS_APPROVE))]
Posted = Annotated[Fields, Depends(posted)]
Number = Annotated[int, Path(ge=1, lt=2**63)]
PAGE = 50
ROWS_SHOWN = 200


@router.get("/mappings/proposals")
def proposals(
    visit: Seer,
    state: Annotated[str, Query(max_length=20)] = "waiting",
    table: Annotated[str, Query(max_length=60)] = "",
    after: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """What waits for a decision, or all that there ever was."""
    with visit.scope() as c:
        found = mapping_proposals.proposals(
            c,
            state="waiting" if state == "waiting" else None,
            table=table if table in TABLES else None,
            before=after,
            limit=PAGE + 1,
        )
    return visit.page(
        "mappings/proposals.html",
        found=[(one, changes_of(one)) for one in found[:PAGE]],
        next=found[PAGE - 1].id if len(found) > PAGE else None,
        state="waiting" if state == "waiting" else "all",
        table=TABLES.get(table),
        tables=TABLES,
    )


@router.get("/mappings/proposals/{number}")
def proposal_page(visit: Seer, number: Number) -> Response:
    """One proposal with both sides of every row and what it would do."""
    return _page(visit, _found(visit, number))


@router.post("/mappings/proposals/{number}/approve")
def approve(visit: Approver, number: Number, fields: Posted) -> Response:
    """Put it in force."""
    proposal, why = _found(visit, number), fields.text("why")
    try:
        done = deciding.approve(visit.console.desk, visit.actor, number, why=why)
    except NotPossible as error:
        return _page(visit, proposal, problem=str(error), why=why)
    return visit.done(_said(done, today_of(visit)), to=f"/mappings/proposals/{number}")


@router.post("/mappings/proposals/{number}/reject")
def reject(visit: Approver, number: Number, fields: Posted) -> Response:
    """Refuse it, with the reason."""
    proposal, why = _found(visit, number), fields.text("why")
    try:
        deciding.reject(visit.console.desk, visit.actor, number, why=why)
    except NotPossible as error:
        return _page(visit, proposal, problem=str(error), why=why)
    return visit.done(f"Proposal {number} is rejected. Nothing changed.", to="/mappings/proposals")


@router.post("/mappings/proposals/{number}/withdraw")
def withdraw(visit: Proposer, number: Number) -> Response:
    """Take one's own proposal back."""
    _found(visit, number)
    deciding.withdraw(visit.console.desk, visit.actor, number)
    return visit.done(f"Proposal {number} is taken back. Nothing changed.", to="/mappings/proposals")


@router.post("/mappings/proposals/{number}/undo")
def undo_proposal(visit: Proposer, number: Number, fields: Posted) -> Response:
    """Propose that everything be as it was before it."""
    proposal = _found(visit, number)
    why = fields.text("why") or f"Undo proposal {number}"
    try:
        made = undo(visit.console.desk, visit.actor, number, why=why)
    except NotPossible as error:
        return _page(visit, proposal, problem=str(error), why=why)
    return visit.done(
        f"Proposal {made.id} would undo proposal {number}. Somebody else approves it.",
        to=f"/mappings/proposals/{made.id}",
    )


def _found(visit: Visit, number: int) -> Proposal:
    return visit.find(lambda c: mapping_proposals.proposal(c, number))


def _page(visit: Visit, proposal: Proposal, *, problem: str = "", why: str = "") -> Response:
    changes = changes_of(proposal)
    with visit.console.store.scope(proposal.company) as c:
        waits = proposal.state == "waiting"
        impact = impact_of(c, proposal.company, proposal.table_name, changes, visit.console.clock()) if waits else None
        held = cases_of(c, proposal.company, proposal.table_name, [change.key for change in changes])
    table = TABLES[proposal.table_name]
    return visit.page(
        "mappings/proposal.html",
        status=422 if problem else 200,
        problems=[Problem(field="why", text=problem)] if problem else [],
        proposal=proposal,
        table=table,
        changes=changes[:ROWS_SHOWN],
        total=len(changes),
        labels={change.key: labels_of(table, change.key) for change in changes[:ROWS_SHOWN]},
        impact=impact,
        held=held,
        cause_link=cause_link,
        why_not=why_not_approve(visit.actor, proposal),
        why=why,
    )


def cause_link(cause: str) -> str:
    """Where the open cases of a cause are listed, to be tried again in bulk."""
    return f"/exceptions?cause={quote(cause)}"


def _said(done: Approved, today: date) -> str:
    held = sum(row.cases for row in done.cases)
    number = done.proposal.id
    if done.since > today:
        return f"Proposal {number} is approved and counts from {day(done.since)}."
    if not held:
        return f"Proposal {number} is approved."
    if done.is_started:
        return f"Proposal {number} is approved. {plural(held, 'open case')} named its rows and are being tried again."
    return f"Proposal {number} is approved. {plural(held, 'open case')} named its rows: try them again below."
