"""One act over many cases: each on its own, as if somebody had done it to that case alone.

A case that refuses keeps none of the others from theirs. What was asked for is kept with how far it has come, so an
act that is cut off goes on where it was, and the same form sent twice is one act.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tieout.domain.faults import BY_CODE
from tieout.domain.people import Actor, Permission, Role
from tieout.processes.desk import Desk, NotPossible, acts
from tieout.processes.desk.acting import Done, given, settles
from tieout.processes.desk.overriding import override
from tieout.processes.flows import FLOWS
from tieout.store import audit, bulk_acts, cases, people
from tieout.store.bulk_acts import BulkAct
from tieout.store.cases import Case
from tieout.store.store import Connection

PROCESS: Final = "desk.bulk/1"
EVERY_COMPANY: Final = "*"
AT_ONCE: Final = 100
"""So many are done while the person waits; more by a worker."""
MOST: Final = 10_000
CHUNK: Final = 25
"""Progress is written down after so many: cut off, at most these are looked at again, and not done twice."""
ACTIONS: Final[Mapping[str, str]] = {
    "retry": "Try again",
    "assign": "Assign",
    "snooze": "Snooze",
    "override": "Override and release",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What an act over many cases will come to, as far as our own records tell."""

    asked: int
    possible: Sequence[int]
    stakes: Mapping[str, int]
    """Money at stake in those that are possible, by currency."""
    refused: Mapping[str, Sequence[int]]
    """Those that are not possible, by reason."""
    companies: Sequence[str]
    """Whose books those that are possible belong to."""


def forecast(desk: Desk, actor: Actor, action: str, case_ids: Sequence[int]) -> Forecast:
    """Say what is possible before anybody decides; the acts themselves ask again."""
    _refuse_unknown(actor, action, case_ids)
    with desk.store.scope(None) as c:
        found = {case.id: case for case in cases.among(c, case_ids) if actor.sees(case.company)}
    possible: list[int] = []
    stakes: dict[str, int] = {}
    refused: dict[str, list[int]] = {}
    for case_id in dict.fromkeys(case_ids):
        case = found.get(case_id)
        why = "It is in no company that you see." if case is None else _why_not(actor, action, case)
        if case is None or why:
            refused.setdefault(why, []).append(case_id)
            continue
        possible.append(case_id)
        currency = case.currency or "GBP"
        stakes[currency] = stakes.get(currency, 0) + (case.stake_minor or 0)
    companies = sorted({found[case_id].company for case_id in possible})
    return Forecast(asked=len(set(case_ids)), possible=possible, stakes=stakes, refused=refused, companies=companies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done to each case."""

    action: str
    why: str = ""
    """For overrides and snoozes."""
    to: str = ""
    """To whom they are assigned; empty for nobody."""
    until: datetime | None = None
    """Until when they sleep."""


def bulk(desk: Desk, actor: Actor, order: Order, case_ids: Sequence[int], *, key: str) -> int:
    """Begin an act over many cases, and finish it at once when they are few; the act's number.

    The same key is the same act. Raises NotPossible when nothing of it can be begun.
    """
    _refuse_unknown(actor, order.action, case_ids)
    if not key:
        raise NotPossible("The form is incomplete: open the list again and choose anew.")
    if order.action == "snooze" and order.until is None:
        raise NotPossible("Choose until when they sleep.")
    reason = given(order.why, "why") if order.action in {"override", "snooze"} else order.why
    ids = list(dict.fromkeys(case_ids))
    with desk.store.scope(None) as c:
        act, is_new = bulk_acts.begin(
            c,
            company=_company(actor),
            key=key,
            who=actor.name,
            action=order.action,
            arguments={
                "why": reason,
                "to": order.to,
                "until": order.until.isoformat() if order.until else "",
                "actor": _kept(actor),
            },
            wanted={"ids": ids},
            asked=len(ids),
            at=desk.clock(),
        )
        if is_new:
            _note(c, desk, actor, act)
        if is_new and len(ids) > AT_ONCE:
            desk.start_bulk(c, act.id)
    if len(ids) <= AT_ONCE:  # sent again: it goes on where it was cut off, and is done already where it was not
        work_through(desk, act.id, lambda: False)
    return act.id


def work_through(desk: Desk, act_id: int, is_over: Callable[[], bool]) -> None:
    """Carry on with an act until it is done, or until the time is up: then a worker goes on with it later."""
    while (act := _running(desk, act_id)) is not None:
        left = act.case_ids[act.behind :]
        if not left:
            with desk.store.scope(None) as c:
                bulk_acts.finish(c, act_id, state="done", at=desk.clock())
            return
        if is_over():
            with desk.store.scope(None) as c:
                desk.start_bulk(c, act_id)
            return
        _do_chunk(desk, act, left[:CHUNK])


def found_act(desk: Desk, actor: Actor, act_id: int) -> BulkAct | None:
    """An act over many that the actor may see: their own, or one of their companies where they may read the audit."""
    with desk.store.scope(None) as c:
        act = bulk_acts.act(c, act_id)
    if act is None or act.who == actor.name:
        return act
    return act if actor.may(Permission.AUDIT_SEE) and actor.sees(act.company) else None


def _do_chunk(desk: Desk, act: BulkAct, case_ids: Sequence[int]) -> None:
    refused = [(case_id, why) for case_id in case_ids if (why := _try_one(desk, act, case_id))]
    with desk.store.scope(None) as c:
        now_there = bulk_acts.act(c, act.id, locked=True)
        if now_there is not None and now_there.behind == act.behind:  # nobody else did these meanwhile
            bulk_acts.came_on(c, act.id, done=len(case_ids) - len(refused), refused=refused)


def _try_one(desk: Desk, act: BulkAct, case_id: int) -> str:
    """Do it to one case; why not, or empty when it was done."""
    actor = _actor(desk, act)
    if actor is None:
        return f"{act.who} may not sign in any more."
    try:
        done = _do_one(desk, actor, act, case_id)
    except NotPossible as error:
        return str(error)
    return done.said if done.is_pending else ""


def _do_one(desk: Desk, actor: Actor, act: BulkAct, case_id: int) -> Done:
    given_with, key = act.arguments, f"bulk {act.id} case {case_id}"
    match act.action:
        case "retry":
            return acts.retry(desk, actor, case_id, key=key)
        case "assign":
            return acts.assign(desk, actor, case_id, to=str(given_with["to"]) or None)
        case "snooze":
            until = datetime.fromisoformat(str(given_with["until"])).astimezone(UTC)
            return acts.snooze(desk, actor, case_id, until=until, why=str(given_with["why"]))
        case "override":
            return override(desk, actor, case_id, why=str(given_with["why"]), key=key)
        case other:
            raise NotPossible(f"This release knows no act called {other}.")


def _note(c: Connection, desk: Desk, actor: Actor, act: BulkAct) -> None:
    audit.append(
        c,
        at=desk.clock(),
        who=actor.name,
        company=_company(actor),
        action="bulk.begun",
        subject=f"bulk {act.id}",
        before=None,
        after={"action": act.action, "cases": act.asked, "why": act.arguments["why"], "to": act.arguments["to"]},
    )


def _company(actor: Actor) -> str | None:
    return actor.companies[0] if len(actor.companies) == 1 else None


def _running(desk: Desk, act_id: int) -> BulkAct | None:
    with desk.store.scope(None) as c:
        act = bulk_acts.act(c, act_id)
    return act if act is not None and act.state == "running" else None


def _refuse_unknown(actor: Actor, action: str, case_ids: Sequence[int]) -> None:
    if not actor.may(Permission.DESK_BULK):
        raise NotPossible("Your role may not act on many exceptions at once.")
    if action not in ACTIONS:
        raise NotPossible("Choose what to do with them.")
    if not case_ids:
        raise NotPossible("No exception is chosen. Tick some, or choose all that match.")
    if len(case_ids) > MOST:
        raise NotPossible(f"These are more than {MOST:,} exceptions: narrow the list down.")


def _why_not(actor: Actor, action: str, case: Case) -> str:
    """Why a case will refuse, as far as our own records tell; empty when nothing speaks against it."""
    kind = BY_CODE.get(case.code)
    if case.state != "open":
        return "It is closed already."
    if action == "override" and not settles(actor, case):
        return f"It is for {case.owner} to settle."
    if action == "override" and (kind is None or not kind.can_accept):
        return f"{kind.title if kind else case.code}: that cannot be overridden."
    if action == "retry" and case.document_kind not in FLOWS:
        return f"There is nothing to try again for a {case.document_kind}."
    return ""


def _kept(actor: Actor) -> dict[str, Any]:
    scopes = None if actor.scopes is None else sorted(scope.value for scope in actor.scopes)
    roles = [role.value for role in actor.roles]
    return {"name": actor.display_name, "roles": roles, "companies": list(actor.companies), "scopes": scopes}


def _actor(desk: Desk, act: BulkAct) -> Actor | None:
    """Whoever asked for it, with what they had then and have still; None when they may not sign in any more."""
    with desk.store.scope(None) as c:
        user = people.user(c, act.who)
    if user is not None and not user.is_active(desk.clock()):
        return None
    kept = act.arguments["actor"]
    scopes = None if kept["scopes"] is None else frozenset(Permission(scope) for scope in kept["scopes"])
    held = set(user.roles) if user is not None else set(kept["roles"])
    companies = _both(kept["companies"], user.companies if user is not None else ())
    if companies is None:
        return None
    return Actor(
        name=act.who,
        display_name=str(kept["name"]),
        roles=tuple(Role(role) for role in kept["roles"] if role in held),
        companies=companies,
        scopes=scopes,
    )


def _both(then: Sequence[str], now: Sequence[str]) -> tuple[str, ...] | None:
    """The companies of both lists, of which an empty one means all; None where no company is in both."""
    if not then or not now:
        return tuple(then or now)
    return tuple(one for one in then if one in now) or None
