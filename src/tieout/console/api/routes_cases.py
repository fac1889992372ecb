"""Cases: listed, read, and acted upon by the same acts as at the exceptions desk."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from tieout.console.api.calls import Call, Paged, need, token_router
from tieout.console.api.given import Assignment, Comment, Reason, Resolution, Snooze, Word
from tieout.console.api.problems import answers
from tieout.console.api.shapes import DoneShape, PageShape
from tieout.console.api.shapes_desk import CaseShape, CaseWithFaultsShape
from tieout.console.api.values import NUMBER_MAX, CompanyName, IdempotencyKey, Number, Text
from tieout.domain.people import Permission
from tieout.processes.desk import acts
from tieout.processes.desk.acting import Done
from tieout.processes.desk.overriding import override, second
from tieout.store import cases
from tieout.store.case_filters import CaseFilter, Due, Sleep
from tieout.store.cases import Case
from tieout.store.desk_lists import CaseSort, cases_page

router = token_router("cases")
Seer = Annotated[Call, Depends(need(Permission.DESK_SEE))]
Worker = Annotated[Call, Depends(need(Permission.DESK_WORK))]
Settler = Annotated[Call, Depends(need(Permission.DESK_SETTLE))]
Stake = Annotated[int | None, Query(ge=0, le=NUMBER_MAX, description="Minor units")]
ACTS = answers(acts=True, finds=True)


@router.get("/cases", responses=answers())
def list_cases(  # noqa: PLR0913 - one argument per parameter
    call: Seer,
    paged: Paged,
    *,
    company: CompanyName = None,
    state: Literal["open", "closed"] = "open",
    owner: Text = "",
    code: Text = "",
    cause: Text = "",
    kind: Annotated[Text, Query(description="Kind of document")] = "",
    assignee: Annotated[Text, Query(description="A name, `me` or `nobody`")] = "",
    due: Annotated[Due | None, Query(description="By the UK day")] = None,
    sleep: Sleep = "awake",
    stake_min: Stake = None,
    stake_max: Stake = None,
    text: Annotated[Text, Query(description="A case's number, or how any name of its document begins")] = "",
    sort: CaseSort = "due",
) -> PageShape[CaseShape]:
    """List cases, the soonest due first."""
    wanted = CaseFilter(
        state=state,
        owner=owner,
        code=code,
        cause=cause,
        kind=kind,
        assignee=assignee,
        me=call.actor.name,
        due=due,
        sleep=sleep,
        stake_min=stake_min,
        stake_max=stake_max,
        text=text,
    )
    after = call.unsealed(paged.cursor)
    with call.scope(company) as c:
        page = cases_page(c, wanted, now=call.console.clock(), sort=sort, after=after, size=paged.limit)
    return PageShape(items=[CaseShape.of(row) for row in page.rows], next=call.sealed(page.next))


@router.get("/cases/{case_id}", responses=answers(finds=True))
def get_case(call: Seer, case_id: Number) -> CaseWithFaultsShape:
    """Return one case with its faults and what to do about them."""
    return CaseWithFaultsShape.of(_found(call, case_id))


@router.post("/cases/{case_id}/retry", responses=ACTS)
def retry_case(call: Worker, case_id: Number, key: IdempotencyKey = "") -> DoneShape:
    """Try the case's document again: what is there already is found and not done twice."""
    _found(call, case_id)
    return _done(acts.retry(call.console.desk, call.actor, case_id, key=key))


@router.post("/cases/{case_id}/comments", responses=ACTS)
def comment_on_case(call: Worker, case_id: Number, given: Comment, key: IdempotencyKey = "") -> DoneShape:
    """Write a comment; `@name` mentions somebody."""
    _found(call, case_id)
    return _done(acts.comment(call.console.desk, call.actor, case_id, said=given.said, key=key))


@router.put("/cases/{case_id}/assignee", responses=ACTS)
def assign_case(call: Worker, case_id: Number, given: Assignment) -> DoneShape:
    """Put a case on somebody's desk, or back."""
    _found(call, case_id)
    return _done(acts.assign(call.console.desk, call.actor, case_id, to=given.to))


@router.put("/cases/{case_id}/sleep", responses=ACTS)
def snooze_case(call: Worker, case_id: Number, given: Snooze) -> DoneShape:
    """Let a case sleep until a time, or wake it."""
    _found(call, case_id)
    return _done(acts.snooze(call.console.desk, call.actor, case_id, until=given.until, why=given.why))


@router.post("/cases/{case_id}/override", responses=ACTS)
def override_case(call: Settler, case_id: Number, given: Reason, key: IdempotencyKey = "") -> DoneShape:
    """Accept the fact as it is; above the house's amount a second person must agree."""
    _found(call, case_id)
    desk = call.console.desk
    return _done(override(desk, call.actor, case_id, why=given.why, version=given.version, key=key))


@router.post("/cases/{case_id}/second", responses=ACTS)
def second_case(call: Settler, case_id: Number, given: Word, key: IdempotencyKey = "") -> DoneShape:
    """Say yes or no, as the second person, to what somebody else decided."""
    _found(call, case_id)
    return _done(second(call.console.desk, call.actor, case_id, agrees=given.agrees, why=given.why, key=key))


@router.post("/cases/{case_id}/resolve", responses=ACTS)
def resolve_case(call: Settler, case_id: Number, given: Resolution, key: IdempotencyKey = "") -> DoneShape:
    """Close a case by hand, saying where it was put right."""
    _found(call, case_id)
    desk = call.console.desk
    return _done(
        acts.resolve(desk, call.actor, case_id, where=given.where, why=given.why, version=given.version, key=key)
    )


def _found(call: Call, case_id: int) -> Case:
    return call.find(lambda c: cases.case(c, case_id))


def _done(done: Done) -> DoneShape:
    return DoneShape(said=done.said, waits_for_second=done.is_pending)
