"""People: who may sign in, as what, and who signed in from where."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import Response

from tieout.console.role_words import ROLE_WORDS
from tieout.console.visit import Fields, Problem, Visit, need, posted
from tieout.console.wording import day
from tieout.domain.business_dates import UK, uk_date
from tieout.domain.people import Permission, Role
from tieout.processes.desk import NotPossible
from tieout.processes.people import giving_access as giving
from tieout.processes.people.access_rules import SUPPORT_LASTS, Access, access_of
from tieout.processes.people.giving_access import Given
from tieout.store import audit, people
from tieout.store.people import User

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.PEOPLE_SEE))]
Giver = Annotated[Visit, Depends(need(Permission.PEOPLE_EDIT))]
Posted = Annotated[Fields, Depends(posted)]
STATES = {"active": "Can sign in", "closed": "Closed", "": "Everybody"}
ENTRIES_SHOWN = 12


@router.get("/people")
def everybody(visit: Seer) -> Response:
    """Everybody, or those of one state or role."""
    asked, now = visit.request.query_params, visit.console.clock()
    state, role = asked.get("state", "active"), asked.get("role", "")
    with visit.console.store.scope(None) as c:
        found, running = people.all_users(c), people.running_sessions(c)
    rows = [
        user
        for user in found
        if (not state or (state == "active") == user.is_active(now)) and (not role or role in user.roles)
    ]
    return visit.page(
        "people/list.html",
        partial="people/_table.html",
        rows=rows,
        running=running,
        state=state,
        role=role,
        states=STATES,
        roles=list(Role),
    )


@router.get("/people/new")
def new_person(visit: Giver) -> Response:
    """The form for somebody new."""
    return _form(visit, {"role": [], "company": []})


@router.post("/people")
def add(visit: Giver, fields: Posted) -> Response:
    """Let somebody in; their password is on this one page and nowhere else."""
    console = visit.console
    try:
        given = giving.add_person(
            console.store,
            visit.actor,
            name=fields.text("name"),
            display_name=fields.text("display_name"),
            email=fields.text("email"),
            access=_access(fields, console.clock()),
            companies=console.companies,
            now=console.clock(),
        )
    except NotPossible as error:
        filled = {**fields.as_dict(), "role": fields.texts("role"), "company": fields.texts("company")}
        return _form(visit, filled, problems=[Problem(field="", text=str(error))], status=422)
    return _handed_over(visit, given)


@router.get("/people/{name}")
def person(visit: Seer, name: str) -> Response:
    """One person: what they may, where they are signed in, what was changed."""
    return _person(visit, name)


@router.post("/people/{name}/access")
def change(visit: Giver, name: str, fields: Posted) -> Response:
    """Change what somebody may, and what others see of them."""
    now = visit.console.clock()
    try:
        after = giving.change_person(
            visit.console.store,
            visit.actor,
            name,
            display_name=fields.text("display_name"),
            email=fields.text("email"),
            access=_access(fields, now, before=_user(visit, name)),
            companies=visit.console.companies,
            now=now,
        )
    except NotPossible as error:
        filled = {**fields.as_dict(), "role": fields.texts("role"), "company": fields.texts("company")}
        return _person(visit, name, filled=filled, problems=[Problem(field="", text=str(error))], status=422)
    return visit.done(f"The access of {after.display_name} is as you set it.", to=f"/people/{name}")


@router.post("/people/{name}/password")
def new_password(visit: Giver, name: str) -> Response:
    """Give a temporary password."""
    return _handed_over(visit, giving.reset_password(visit.console.store, visit.actor, name, now=visit.console.clock()))


@router.post("/people/{name}/close")
def close(visit: Giver, name: str, fields: Posted) -> Response:
    """Shut somebody out."""
    now = visit.console.clock()
    after = giving.close_person(visit.console.store, visit.actor, name, why=fields.text("why"), now=now)
    return visit.done(f"{after.display_name} cannot sign in any more.", to=f"/people/{name}")


@router.post("/people/{name}/reopen")
def reopen(visit: Giver, name: str) -> Response:
    """Let somebody in again."""
    console = visit.console
    after = giving.reopen_person(console.store, visit.actor, name, companies=console.companies, now=console.clock())
    return visit.done(f"{after.display_name} can sign in again.", to=f"/people/{name}")


@router.post("/people/{name}/sessions")
def end_sessions(visit: Giver, name: str, fields: Posted) -> Response:
    """Sign somebody out, everywhere or in one place."""
    chosen = fields.text("session") or None
    ended = giving.end_sessions(visit.console.store, visit.actor, name, now=visit.console.clock(), id_hash=chosen)
    said = {0: "Nobody was signed in there any more.", 1: "One session was ended."}
    return visit.done(said.get(ended, f"{ended} sessions were ended."), to=f"/people/{name}")


def _form(
    visit: Visit, filled: dict[str, Any], *, problems: list[Problem] | None = None, status: int = 200
) -> Response:
    return visit.page(
        "people/new.html",
        filled=filled,
        problems=problems or [],
        status=status,
        role_words=ROLE_WORDS,
        support_days=SUPPORT_LASTS.days,
    )


def _person(
    visit: Visit,
    name: str,
    *,
    filled: dict[str, Any] | None = None,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> Response:
    user = _user(visit, name)
    with visit.console.store.scope(None) as c:
        running = people.sessions_of(c, user.name)
        entries = audit.entries(c, subject=f"user {user.name}", limit=ENTRIES_SHOWN)
    return visit.page(
        "people/person.html",
        user=user,
        running=running,
        entries=entries if visit.may(Permission.AUDIT_SEE) else [],
        filled=filled or _filled(user),
        is_oneself=user.name == visit.actor.name,
        problems=problems or [],
        status=status,
        role_words=ROLE_WORDS,
        support_days=SUPPORT_LASTS.days,
    )


def _filled(user: User) -> dict[str, Any]:
    """What stands in the form before anybody changes it."""
    access = access_of(user)
    last_day = uk_date(access.expires_at - timedelta(seconds=1)) if access.expires_at else None
    return {
        "display_name": user.display_name,
        "email": user.email,
        "role": list(user.roles),
        "company": list(user.companies),
        "until": last_day.isoformat() if last_day else "",
    }


def _user(visit: Visit, name: str) -> User:
    with visit.console.store.scope(None) as c:
        found = people.user(c, name.replace("\0", "").lower())
    if found is None:
        raise HTTPException(404)
    return found


def _access(fields: Fields, now: datetime, before: User | None = None) -> Access:
    """The access that a form asks for; NotPossible for a day that is none."""
    known = {role.value: role for role in Role}
    until = fields.text("until")
    try:
        last_day = date.fromisoformat(until) if until else None
    except ValueError:
        raise NotPossible("Write the last day of the access as in 2026-12-31.") from None
    ends = None
    if last_day is not None:
        if last_day.year > now.year + 50:
            raise NotPossible(f"{day(last_day)} is too far away: leave the last day empty instead.")
        ends = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), UK).astimezone(UTC)
    if before is not None and before.expires_at is not None and _filled(before)["until"] == until:
        ends = before.expires_at
    return Access(
        roles=tuple(known[role] for role in fields.texts("role") if role in known),
        companies=tuple(fields.texts("company")),
        expires_at=ends,
    )


def _handed_over(visit: Visit, given: Given) -> Response:
    return visit.page("people/password.html", user=given.user, password=given.password)
