"""One exception: what happened, what would settle it, and everything that somebody may do about it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from tieout.console.record_links import links_for, names_for
from tieout.console.visit import Fields, Problem, Visit, need, posted
from tieout.console.wording import spoken
from tieout.domain.business_dates import UK, uk_date
from tieout.domain.desk.severity import severity_of
from tieout.domain.people import Permission
from tieout.domain.returns.adopted import ADOPTIONS, AdoptedAs
from tieout.processes.assistance import acting as assisting
from tieout.processes.assistance.suggesting import suggestions_for
from tieout.processes.desk import Desk, NotPossible, acts, adopting, booking, overriding
from tieout.processes.desk.acting import Done, settles
from tieout.processes.desk.facts import facts_of_case, title_of
from tieout.processes.desk.previews import Preview, preview
from tieout.processes.flows import FLOWS
from tieout.store import cases, mapping_rules, people
from tieout.store.cases import Case
from tieout.store.people import User
from tieout.store.store import Connection

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.DESK_SEE))]
Worker = Annotated[Visit, Depends(need(Permission.DESK_WORK))]
Settler = Annotated[Visit, Depends(need(Permission.DESK_SETTLE))]
Posted = Annotated[Fields, Depends(posted)]
CaseId = Annotated[int, Path(ge=1, lt=2**63)]

MORNING: Final = time(9)
"""When a case wakes that was put off until a day, UK time."""
ADOPTED_AS: Final[Mapping[AdoptedAs, str]] = {
    "goods": "Goods: they came back, or will",
    "returnless": "Returnless: the customer keeps the goods",
    "goodwill": "Goodwill: money alone",
}


@router.get("/exceptions/{case_id}")
def case_page(visit: Seer, case_id: CaseId) -> Response:
    """One exception."""
    return _page(visit, _found(visit, case_id))


@router.get("/exceptions/{case_id}/preview")
def what_would_happen(visit: Worker, case_id: CaseId) -> Response:
    """What trying again will do, by what all systems say now; nothing is written anywhere."""
    case, seen, why_not = _found(visit, case_id), None, ""
    try:
        seen = preview(visit.console.desk, case)
    except NotPossible as error:
        why_not = str(error)
    return _preview_page(visit, case, seen, why_not)


@router.post("/exceptions/{case_id}/retry")
def try_again(visit: Worker, case_id: CaseId, fields: Posted) -> Response:
    """Try the document again."""
    return _did(visit, case_id, fields, "retry", lambda desk: acts.retry(desk, visit.actor, case_id, key=_key(fields)))


@router.post("/exceptions/{case_id}/assign")
def assign(visit: Worker, case_id: CaseId, fields: Posted) -> Response:
    """Put it on somebody's desk; nobody's when none is named."""
    to = fields.text("assign_to") or None
    return _did(visit, case_id, fields, "assign_to", lambda desk: acts.assign(desk, visit.actor, case_id, to=to))


@router.post("/exceptions/{case_id}/snooze")
def snooze(visit: Worker, case_id: CaseId, fields: Posted) -> Response:
    """Let it sleep until the morning of a day, or wake it."""

    def act(desk: Desk) -> Done:
        until = None if fields.text("wake") else morning_of(fields.text("snooze_until"))
        return acts.snooze(desk, visit.actor, case_id, until=until, why=fields.text("snooze_why"))

    return _did(visit, case_id, fields, "snooze_until", act)


@router.post("/exceptions/{case_id}/comment")
def comment(visit: Worker, case_id: CaseId, fields: Posted) -> Response:
    """Write a comment."""
    said = fields.text("said")
    return _did(
        visit,
        case_id,
        fields,
        "said",
        lambda desk: acts.comment(desk, visit.actor, case_id, said=said, key=_key(fields)),
    )


@router.post("/exceptions/{case_id}/override")
def override(visit: Settler, case_id: CaseId, fields: Posted) -> Response:
    """Override it with a reason."""

    def act(desk: Desk) -> Done:
        why, version = fields.text("override_why"), fields.text("version")
        return overriding.override(desk, visit.actor, case_id, why=why, version=version, key=_key(fields))

    return _did(visit, case_id, fields, "override_why", act)


@router.post("/exceptions/{case_id}/second")
def second(visit: Settler, case_id: CaseId, fields: Posted) -> Response:
    """Agree or refuse, as the second person."""

    def act(desk: Desk) -> Done:
        agrees = fields.text("answer") == "agree"
        why = fields.text("second_why")
        return overriding.second(desk, visit.actor, case_id, agrees=agrees, why=why, key=_key(fields))

    return _did(visit, case_id, fields, "second_why", act)


@router.post("/exceptions/{case_id}/resolve")
def resolve(visit: Settler, case_id: CaseId, fields: Posted) -> Response:
    """Close it, saying where it was put right."""

    def act(desk: Desk) -> Done:
        return acts.resolve(
            desk,
            visit.actor,
            case_id,
            where=fields.text("resolve_where"),
            why=fields.text("resolve_why"),
            version=fields.text("version"),
            key=_key(fields),
        )

    return _did(visit, case_id, fields, "resolve_why", act)


@router.post("/exceptions/{case_id}/booked")
def booked(visit: Settler, case_id: CaseId, fields: Posted) -> Response:
    """Take over what was booked by hand, once it was read back in Sage."""

    def act(desk: Desk) -> Done:
        return booking.book_by_hand(
            desk,
            visit.actor,
            case_id,
            reference=fields.text("reference"),
            why=fields.text("booked_why"),
            units=fields.texts("units"),
            is_difference_right=bool(fields.text("difference")),
            version=fields.text("version"),
            key=_key(fields),
        )

    return _did(visit, case_id, fields, "reference", act)


@router.post("/exceptions/{case_id}/adopt")
def adopt(visit: Settler, case_id: CaseId, fields: Posted) -> Response:
    """Take a refund that somebody made outside the workflow into it."""

    def act(desk: Desk) -> Done:
        adopted_as = next((one for one in ADOPTIONS if one == fields.text("adopt_as")), None)
        if adopted_as is None:
            raise NotPossible("Say as what the refund is adopted.")
        since = fields.text("here_since")
        return adopting.adopt(
            desk,
            visit.actor,
            case_id,
            adopted_as=adopted_as,
            reason=fields.text("adopt_reason"),
            why=fields.text("adopt_why"),
            here_since=datetime.combine(_day(since), time(12), UTC) if since else None,
            key=_key(fields),
        )

    return _did(visit, case_id, fields, "adopt_as", act)


@router.post("/exceptions/{case_id}/suggestions/{suggestion_id}/dismiss")
def dismiss(visit: Worker, case_id: CaseId, suggestion_id: CaseId) -> Response:
    """Put a suggestion away."""
    _found(visit, case_id)
    if visit.console.assistance is None:
        raise NotPossible("Suggestions are switched off.")
    assisting.dismiss(visit.console.assistance, visit.actor, suggestion_id)
    return visit.done("It is not suggested for this exception any more.", to=f"/exceptions/{case_id}")


@router.post("/exceptions/{case_id}/explain")
def explain(visit: Worker, case_id: CaseId) -> Response:
    """Have the configured model explain it; its answer is kept among the suggestions."""
    case = _found(visit, case_id)
    if visit.console.assistance is None:
        raise NotPossible("Suggestions are switched off.")
    assisting.explain(visit.console.assistance, visit.actor, case)
    return visit.done("The model's explanation stands among the suggestions.", to=f"/exceptions/{case_id}")


def morning_of(text: str) -> datetime:
    """The morning of a day as a form sends it; NotPossible for what is no day."""
    return datetime.combine(_day(text), MORNING, UK).astimezone(UTC)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotPossible("Give the day as a date, for instance 20/11/2026.") from None


def _did(visit: Visit, case_id: int, fields: Fields, field: str, act: Callable[[Desk], Done]) -> Response:
    """Do it and go back to the page; what is not possible is told beside the form, with what was typed kept."""
    case = _found(visit, case_id)
    try:
        done = act(visit.console.desk)
    except NotPossible as error:
        return _page(
            visit, case, problem=Problem(field=field, text=spoken(str(error))), typed=fields.as_dict(), fields=fields
        )
    return visit.done(spoken(done.said), to=f"/exceptions/{case_id}", tone="warn" if done.is_pending else "good")


def _found(visit: Visit, case_id: int) -> Case:
    return visit.find(lambda c: cases.case(c, case_id))


def _page(
    visit: Visit,
    case: Case,
    *,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
    fields: Fields | None = None,
) -> Response:
    now = visit.console.clock()
    with visit.console.store.scope(case.company) as c:
        seen = cases.case(c, case.id) or case
        facts = facts_of_case(c, seen, now)
        everybody = people.all_users(c)
        suggested = suggestions_for(c, seen, visit.console.assistance)
        reasons = _reasons(c, seen.company, now) if seen.document_kind == "refund" else []
    is_theirs = settles(visit.actor, seen) and seen.state == "open"
    return visit.page(
        "exceptions/case.html",
        status=422 if problem else 200,
        problems=[problem] if problem else [],
        facts=facts,
        has_flow=case.document_kind in FLOWS,
        suggested=suggested,
        has_model=_has_model(visit),
        case=seen,
        severity=severity_of(seen.stake_minor, seen.due_at, now),
        names={user.name: user.display_name for user in everybody},
        workers=_choices(everybody, seen.company, now),
        may_work=visit.may(Permission.DESK_WORK) and seen.state == "open",
        may_settle=is_theirs,
        may_second=is_theirs
        and facts.pending is not None
        and facts.pending.who.casefold() != visit.actor.name.casefold(),
        typed=typed or {},
        chosen=fields.texts("units") if fields else [one.unit.unit_id for one in facts.bookable if one.is_likely],
        key=secrets.token_hex(12),
        link=links_for(visit.console, seen.company),
        name_of=names_for(visit.console, seen.company),
        where=list(acts.WHERE.items()),
        adopted_as=list(ADOPTED_AS.items()),
        reasons=reasons,
        title_of=title_of,
    )


def _preview_page(visit: Visit, case: Case, seen: Preview | None, why_not: str) -> Response:
    context: dict[str, Any] = {"case": case, "preview": seen, "why_not": why_not, "title": title_of(case.code)}
    status = 422 if why_not else 200
    return visit.page(
        "exceptions/preview.html",
        partial="exceptions/_preview.html",
        status=status,
        key=secrets.token_hex(12),
        title_of=title_of,
        **context,
    )


def _choices(everybody: list[User], company: str, now: datetime) -> list[tuple[str, str]]:
    found = acts.workers(everybody, company, now)
    return sorted(((user.name, user.display_name) for user in found), key=lambda pair: pair[1].casefold())


def _reasons(c: Connection, company: str, now: datetime) -> list[tuple[str, str]]:
    """The return reasons in force, as a choice."""
    rules = mapping_rules.rules_in_force(c, uk_date(now), company=company, table="reason")
    return [(rule.key, rule.key) for rule in rules]


def _has_model(visit: Visit) -> bool:
    assistance = visit.console.assistance
    return assistance is not None and assistance.is_on and assistance.explainer is not None


def _key(fields: Fields) -> str:
    return fields.text("key")[:100]
