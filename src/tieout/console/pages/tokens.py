"""API tokens: keys that people make for programs. A new one is on one page, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.api.routers import scopes_used
from tieout.console.scope_words import SCOPE_WORDS
from tieout.console.visit import Fields, Problem, RecordNumber, Visit, need, posted
from tieout.domain.people import Permission
from tieout.processes.desk import NotPossible
from tieout.processes.people import api_tokens
from tieout.processes.people.api_tokens import DAYS_MAX, WantedToken

router = APIRouter()
Maker = Annotated[Visit, Depends(need(Permission.TOKENS_MAKE))]
Posted = Annotated[Fields, Depends(posted)]
DAYS = ((30, "30 days"), (90, "90 days"), (180, "180 days"), (DAYS_MAX, "A year"))
USUAL_DAYS = 90


@router.get("/tokens")
def tokens(visit: Maker) -> Response:
    """One's own tokens; everybody's for those who give access."""
    rows = api_tokens.listed(visit.console.store, visit.actor)
    is_everybodys = visit.may(Permission.PEOPLE_EDIT)
    return visit.page("tokens/list.html", partial="tokens/_table.html", rows=rows, is_everybodys=is_everybodys)


@router.get("/tokens/new")
def new(visit: Maker) -> Response:
    """The form for a new token."""
    return _form(visit, {})


@router.post("/tokens")
def make(visit: Maker, fields: Posted) -> Response:
    """Make a token; it is on this one page and nowhere else."""
    console, days = visit.console, fields.text("days")
    wanted = WantedToken(
        name=fields.text("name"),
        scopes=fields.texts("scope"),
        companies=fields.texts("company"),
        days=int(days) if days.isascii() and days.isdecimal() and len(days) < 6 else 0,
    )
    try:
        made = api_tokens.make(
            console.store, visit.actor, wanted, now=console.clock(), companies=tuple(console.companies)
        )
    except NotPossible as error:
        filled = {**fields.as_dict(), "scope": wanted.scopes, "company": wanted.companies}
        return _form(visit, filled, [Problem(field=_field_of(wanted), text=str(error))], status=422)
    return visit.page("tokens/made.html", made=made, words=SCOPE_WORDS)


@router.post("/tokens/{token_id}/revoke")
def revoke(visit: Maker, token_id: RecordNumber) -> Response:
    """End a token at once."""
    revoked = api_tokens.revoke(visit.console.store, visit.actor, token_id, now=visit.console.clock())
    return visit.done(f"The token {revoked.name} is revoked: it opens nothing any more.", to="/tokens")


def _form(visit: Visit, filled: Mapping[str, Any], problems: Sequence[Problem] = (), *, status: int = 200) -> Response:
    offered = [one for one in api_tokens.grantable(visit.actor) if one in scopes_used()]
    return visit.page(
        "tokens/new.html",
        status=status,
        problems=problems,
        filled=filled,
        offered=[(one.value, SCOPE_WORDS[one]) for one in offered],
        companies=[one for one in visit.console.companies if visit.actor.sees(one)],
        days=DAYS,
        usual=USUAL_DAYS,
    )


def _field_of(wanted: WantedToken) -> str:
    """The field that a refusal is most likely about."""
    if not wanted.name:
        return "name"
    return "days" if not 1 <= wanted.days <= DAYS_MAX else "scope-1"
