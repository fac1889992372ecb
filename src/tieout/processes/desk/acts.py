"""What somebody does to one case: try again, assign, put off, say something, close."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from tieout.domain.people import Actor, Permission
from tieout.processes.desk import Desk, NotPossible
from tieout.processes.desk.acting import Act, Done, acting, given
from tieout.processes.people.signing_in import actor_of
from tieout.store import cases, comments, people
from tieout.store.people import User

WHERE: Mapping[str, str] = {
    "source": "Where it came from: portal, shop or warehouse",
    "mapping": "In a mapping table",
    "sage": "In Sage 200",
    "itself": "Nothing had to be done",
}
"""Where a person may say that the trouble was put right."""
SLEEP_MAX = timedelta(days=92)
COMMENT_LENGTH = 4_000
_MENTION = re.compile(r"(?<![\w@.])@([A-Za-z0-9][\w.+-]*)")


def retry(desk: Desk, actor: Actor, case_id: int, *, key: str = "") -> Done:
    """Try the case's document again: what is there already is found and not done twice."""
    with acting(desk, actor, case_id, Permission.DESK_WORK, "retry", key=key) as act:
        again = f"{_named(act)} will be tried again."
        if not act.was_done():
            act.start_again()
            act.note("case.retry", {"document": _named(act)})
    return Done(case_id=case_id, said=again)


def resolve(desk: Desk, actor: Actor, case_id: int, *, where: str, why: str, version: str = "", key: str = "") -> Done:
    """Close a case by hand, saying where it was put right; its legs stay open until they are read back."""
    how = given(why, "how it was settled")
    if where not in WHERE:
        raise NotPossible("Say where it was put right: one of the places offered.")
    with acting(desk, actor, case_id, Permission.DESK_SETTLE, "resolve", version=version, key=key) as act:
        if not act.was_done():
            act.close(how, where=where)
            act.note("case.resolve", {"state": "closed", "where": where, "why": how})
    return Done(case_id=case_id, said=f"Exception {case_id} is closed.")


def assign(desk: Desk, actor: Actor, case_id: int, *, to: str | None) -> Done:
    """Put a case on the desk of somebody who may work on it; None takes it off."""
    name = (to or "").strip().casefold() or None
    with acting(desk, actor, case_id, Permission.DESK_WORK, "assign") as act:
        found = _worker(act, name) if name is not None else None
        if act.case.assignee != name:
            cases.assign(act.c, case_id, to=name)
            act.note("case.assign", {"assignee": name or "nobody"}, {"assignee": act.case.assignee})
    said = f"is on the desk of {found.display_name}" if found is not None else "is on nobody's desk now"
    return Done(case_id=case_id, said=f"Exception {case_id} {said}.")


def snooze(desk: Desk, actor: Actor, case_id: int, *, until: datetime | None, why: str) -> Done:
    """Let a case sleep until a time, with whom or what it waits for; None wakes it. Other trouble wakes it, too."""
    now = desk.clock()
    reason = given(why, "whom or what it waits for") if until is not None else None
    if until is not None and not now < until <= now + SLEEP_MAX:
        raise NotPossible(f"Choose a time between now and {SLEEP_MAX.days} days from now.")
    with acting(desk, actor, case_id, Permission.DESK_WORK, "snooze") as act:
        cases.snooze(act.c, case_id, until=until, why=reason)
        before = {"snoozed_until": act.case.snoozed_until, "snoozed_why": act.case.snoozed_why}
        act.note("case.snooze", {"snoozed_until": until or "awake", "snoozed_why": reason}, before)
    said = "sleeps until the time you chose, or until other trouble comes up" if until is not None else "is awake"
    return Done(case_id=case_id, said=f"Exception {case_id} {said}.")


def comment(desk: Desk, actor: Actor, case_id: int, *, said: str, key: str = "") -> Done:
    """Write a comment on a case, open or closed; `@name` mentions somebody, who must exist and see the company."""
    text = said.strip()
    if not text or len(text) > COMMENT_LENGTH:
        raise NotPossible(f"Write between one and {COMMENT_LENGTH:,} characters.")
    with acting(desk, actor, case_id, Permission.DESK_WORK, "comment", key=key, is_open=False) as act:
        if not act.was_done():
            named = [_mentioned(act, name).name for name in dict.fromkeys(mentions_in(text))]
            case = act.case
            comments.say(
                act.c,
                company=case.company,
                kind=case.document_kind,
                key=case.document_key,
                case_id=case.id,
                who=actor.name,
                said=text,
                mentions=named,
                at=act.now,
            )
            act.note("case.comment", {"said": text, "mentions": ", ".join(named)})
    return Done(case_id=case_id, said="Your comment is on the record.")


def mentions_in(text: str) -> list[str]:
    """The names after an at sign, lower case; addresses of e-mail are none."""
    return [name.rstrip(".-").casefold() for name in _MENTION.findall(text)]


def workers(people_there: list[User], company: str, now: datetime) -> list[User]:
    """The users who may work on cases of a company."""
    return [user for user in people_there if may_work(user, company, now)]


def may_work(user: User, company: str, now: datetime) -> bool:
    """Whether a user may work on cases of a company."""
    actor = actor_of(user)
    return user.is_active(now) and actor.may(Permission.DESK_WORK) and actor.sees(company)


def _worker(act: Act, name: str) -> User:
    user = people.user(act.c, name)
    if user is None or not may_work(user, act.case.company, act.now):
        raise NotPossible(f"Nobody called {name} may work on exceptions of {act.case.company}: choose somebody else.")
    return user


def _mentioned(act: Act, name: str) -> User:
    user = people.user(act.c, name)
    if user is None or not (user.is_active(act.now) and actor_of(user).sees(act.case.company)):
        raise NotPossible(f"Nobody called @{name} sees {act.case.company}, so they would not be told. Check the name.")
    return user


def _named(act: Act) -> str:
    return f"{act.case.document_kind.capitalize()} {act.case.document_key}"
