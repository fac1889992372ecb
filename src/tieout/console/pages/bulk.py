"""Acts over many exceptions: what they will come to, said before anybody decides, and how far they have come."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, HTTPException, Path
from starlette.responses import Response

from tieout.console import case_query
from tieout.console.pages.cases import morning_of
from tieout.console.visit import Fields, Problem, Visit, need, posted
from tieout.console.wording import plural, spoken
from tieout.domain.people import Permission
from tieout.processes.desk import NotPossible, acts, bulk
from tieout.processes.people import views
from tieout.store import bulk_acts, desk_lists, people

router = APIRouter()
Many = Annotated[Visit, Depends(need(Permission.DESK_BULK))]
Posted = Annotated[Fields, Depends(posted)]
ActId = Annotated[int, Path(ge=1, lt=2**63)]

NAMES: Final[Mapping[str, str]] = {"accept": "override"}
"""What the list calls an act, where the desk has another word."""
HEADINGS: Final[Mapping[str, str]] = {
    "retry": "Try {} again",
    "assign": "Put {} on a desk",
    "snooze": "Let {} sleep",
    "override": "Override {}",
}
"""What each act is called, with how many it is over."""
NUMBER_DIGITS: Final = 18


@router.post("/exceptions/bulk")
def confirm(visit: Many, fields: Posted) -> Response:
    """What the act will come to: how many, how many pounds, and what will not be possible."""
    query = views.query_of(fields.text("query"))
    ids = _matching(visit, query) if fields.text("all") else _numbers(fields.texts("ids"))
    shown = fields.text("count")
    moved = int(shown) if fields.text("all") and shown.isdecimal() and len(shown) < NUMBER_DIGITS else 0
    return _confirm_page(visit, fields, ids, back=f"/exceptions?{query}" if query else "/exceptions", shown=moved)


@router.post("/exceptions/bulk/go")
def go(visit: Many, fields: Posted) -> Response:
    """Begin it."""
    ids, act = _numbers(fields.text("ids").split(",")), fields.text("act")
    problem = None
    if act == "override" and fields.text("typed").replace(",", "") != str(len(ids)):
        problem = Problem(field="typed", text=f"Type {len(ids)} to say that all of them may go on.")
    if problem is None:
        field = "until" if act == "snooze" else "why"
        try:
            order = bulk.Order(
                action=act,
                why=fields.text("why"),
                to=fields.text("to"),
                until=morning_of(fields.text("until")) if act == "snooze" else None,
            )
            number = bulk.bulk(visit.console.desk, visit.actor, order, ids, key=fields.text("key")[:100])
            return visit.done("It is on the record, one entry for each exception.", to=f"/exceptions/bulk/{number}")
        except NotPossible as error:
            problem = Problem(field=field, text=spoken(str(error)))
    back = fields.text("back")
    return _confirm_page(
        visit, fields, ids, back=back if back.startswith("/exceptions") else "/exceptions", problem=problem
    )


@router.get("/exceptions/bulk")
def begun(visit: Many) -> Response:
    """What the visitor has begun over many."""
    with visit.console.store.scope(None) as c:
        found = bulk_acts.acts_of(c, visit.actor.name)
    return visit.page("exceptions/bulk_acts.html", found=found, heading_of=_heading)


@router.get("/exceptions/bulk/{act_id}")
def progress(visit: Many, act_id: ActId) -> Response:
    """How far an act over many has come."""
    act = bulk.found_act(visit.console.desk, visit.actor, act_id)
    if act is None:
        raise HTTPException(404)
    return visit.page(
        "exceptions/bulk.html", partial="exceptions/_bulk.html", act=act, heading=_heading(act.action, act.asked)
    )


def _confirm_page(
    visit: Visit, fields: Fields, ids: list[int], *, back: str, shown: int = 0, problem: Problem | None = None
) -> Response:
    act = NAMES.get(fields.text("act"), fields.text("act"))
    seen = bulk.forecast(visit.console.desk, visit.actor, act, ids)
    now = visit.console.clock()
    with visit.console.store.scope(None) as c:
        everybody = people.all_users(c)
    companies = visit.actor.companies or visit.console.companies
    workers = [user for user in everybody if all(acts.may_work(user, company, now) for company in companies)]
    return visit.page(
        "exceptions/bulk_confirm.html",
        status=422 if problem else 200,
        problems=[problem] if problem else [],
        act=act,
        heading=_heading(act, len(seen.possible)),
        seen=seen,
        moved=shown if shown and shown != seen.asked else 0,
        back=back,
        key=fields.text("key") or secrets.token_hex(12),
        workers=sorted((user.name, user.display_name) for user in workers),
        typed=fields.as_dict(),
    )


def _heading(action: str, many: int) -> str:
    return HEADINGS.get(action, "{}").format(plural(many, "exception"))


def _matching(visit: Visit, query: str) -> list[int]:
    """The cases that the list showed, of all its pages, as they match now; one more than may be acted on."""
    address = dict(parse_qsl(query))
    wanted, company = case_query.case_filter(address, me=visit.actor.name), address.get("company") or visit.company
    if company == "*":
        company = visit.company
    if company is not None and not visit.actor.sees(company):
        raise HTTPException(403)
    if company is not None and company not in visit.console.companies:
        raise HTTPException(404)
    with visit.console.store.scope(company) as c:
        return desk_lists.matching_case_ids(c, wanted, now=visit.console.clock(), limit=bulk.MOST + 1)


def _numbers(texts: list[str]) -> list[int]:
    """The numbers among texts of a form; whatever else somebody sent is left out."""
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= NUMBER_DIGITS]
