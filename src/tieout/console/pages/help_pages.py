"""Help: what words and states mean, whom to ask, and the runbook of every kind of trouble."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import Response

from tieout.console.state_words import STATE_WORDS
from tieout.console.visit import Visit, need
from tieout.domain import glossary
from tieout.domain.faults import ALL, BY_CODE, FaultClass, FaultKind, Owner
from tieout.domain.people import STANDS_FOR, Permission, Role
from tieout.processes.people.signing_in import actor_of
from tieout.store import people
from tieout.store.people import User

router = APIRouter()
Anybody = Annotated[Visit, Depends(need(None))]

CLASSES: Mapping[FaultClass, str] = {
    FaultClass.TECHNICAL: "The systems or their connections",
    FaultClass.DATA: "A figure, a record or a mapping",
    FaultClass.POLICY: "A rule of the house, or a decision to take",
}


@router.get("/help")
def begin(visit: Anybody) -> Response:
    """Where to begin, the states, the keyboard, and whom to ask."""
    return visit.page("help/begin.html", states=STATE_WORDS, standing=_who_settles(visit))


@router.get("/help/words")
def words(visit: Anybody) -> Response:
    """The glossary."""
    groups = (
        ("Words of the trade", glossary.TRADE),
        ("Tieout's own words", glossary.OURS),
        ("Words that are worked out", glossary.COMPUTED),
    )
    return visit.page("help/words.html", groups=groups)


@router.get("/help/faults")
def faults(visit: Anybody) -> Response:
    """Every kind of trouble by whose desk it lands on; `?q=` keeps those that say all of some words."""
    asked = visit.request.query_params.get("q", "").strip()
    found = [kind for kind in ALL if all(word in _text(kind) for word in asked.casefold().split())]
    groups = [(owner, [kind for kind in found if kind.owner is owner]) for owner in Owner]
    return visit.page(
        "help/faults.html",
        partial="help/_faults.html",
        groups=[(owner, kinds) for owner, kinds in groups if kinds],
        count=len(found),
        asked=asked,
    )


@router.get("/help/faults/{code}")
def fault(visit: Anybody, code: str) -> Response:
    """The runbook of one kind."""
    kind = BY_CODE.get(code.upper())
    if kind is None:
        raise HTTPException(404)
    return visit.page(
        "help/fault.html",
        kind=kind,
        class_of=CLASSES[kind.fault_class],
        standing=_who_settles(visit).get(kind.owner, []),
        sees_desk=visit.may(Permission.DESK_SEE),
    )


def _text(kind: FaultKind) -> str:
    return f"{kind.code} {kind.title} {kind.means} {kind.do}".casefold()


def _who_settles(visit: Visit) -> dict[Owner | str, list[User]]:
    """Who stands for each owner, and who gives access; only people who share a company with the visitor."""
    now, mine = visit.console.clock(), visit.actor.companies
    with visit.console.store.scope(None) as c:
        active = [user for user in people.all_users(c) if user.is_active(now)]
    seen = [user for user in active if not mine or not user.companies or set(mine) & set(user.companies)]
    standing: dict[Owner | str, list[User]] = {
        owner: [user for user in seen if owner in actor_of(user).stands_for] for owner in Owner
    }
    standing["access"] = [user for user in seen if Role.ADMINISTRATOR.value in user.roles]
    return standing


assert {owner for owners in STANDS_FOR.values() for owner in owners} == set(Owner), "an owner nobody stands for"
