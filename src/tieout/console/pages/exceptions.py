"""Exceptions: the list, its views and its files. One case and bulk acts are in `cases.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import RedirectResponse, Response

from tieout.console import case_query, files
from tieout.console.visit import Fields, RecordNumber, Visit, need, posted
from tieout.domain.faults import ALL, BY_CODE, Owner
from tieout.domain.money import Money
from tieout.domain.people import Permission, Role
from tieout.domain.views import EXCEPTIONS
from tieout.processes.people import views
from tieout.processes.tables_out import Row
from tieout.store import desk_lists, people
from tieout.store.case_filters import ME, NOBODY, CaseFilter
from tieout.store.cases import Case
from tieout.store.keyset import BadCursor, Page, every

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.DESK_SEE))]
Exporter = Annotated[Visit, Depends(need(Permission.EXPORTS_MAKE))]
Posted = Annotated[Fields, Depends(posted)]

SIZES: Final = {"25": 25, "50": 50, "100": 100, "200": 200}
GROUPS_SHOWN: Final = 100


@router.get("/exceptions")
def exceptions(visit: Seer) -> Response:
    """The list that the address asks for; without any filter, where the visitor's role begins."""
    address = visit.request.query_params
    with visit.scope() as c:
        offered = views.saved_views(c, visit.actor, EXCEPTIONS)
    if not visit.request.url.query and offered:
        return RedirectResponse(f"/exceptions?{offered[0].query}", status_code=303)
    if (cleaned := visit.without_empty_fields()) is not None:
        return cleaned
    if address.get("by") == "cause":
        return _by_cause(visit, offered)
    wanted, sort, now = case_query.case_filter(address, me=visit.actor.name), case_query.case_sort(address), _now(visit)
    try:
        with visit.scope() as c:
            page = desk_lists.cases_page(
                c,
                wanted,
                now=now,
                sort=sort,
                after=address.get("after", ""),
                before=address.get("before", ""),
                size=SIZES.get(address.get("size", ""), desk_lists.PAGE),
            )
            counts = desk_lists.case_counts(c, wanted, now=now)
            totals = desk_lists.case_totals(c, wanted, now=now, counts=counts)
            names = _names(people.all_users(c))
    except BadCursor as error:
        raise HTTPException(400, str(error)) from error
    return visit.page(
        "exceptions/list.html",
        partial="exceptions/_list.html",
        rows=page.rows,
        page=page,
        totals=totals,
        sort=sort,
        names=names,
        **_around(visit, wanted, offered, names, counts),
    )


def _by_cause(visit: Visit, offered: Sequence[views.View]) -> Response:
    """The same cases, one line for each cause."""
    wanted = case_query.case_filter(visit.request.query_params, me=visit.actor.name)
    with visit.scope() as c:
        groups = desk_lists.causes(c, wanted, now=_now(visit), limit=GROUPS_SHOWN + 1)
        counts = desk_lists.case_counts(c, wanted, now=_now(visit))
        totals = desk_lists.case_totals(c, wanted, now=_now(visit), counts=counts)
        names = _names(people.all_users(c))
    return visit.page(
        "exceptions/causes.html",
        partial="exceptions/_causes.html",
        groups=groups[:GROUPS_SHOWN],
        has_more=len(groups) > GROUPS_SHOWN,
        totals=totals,
        **_around(visit, wanted, offered, names, counts),
    )


def _around(
    visit: Visit,
    wanted: CaseFilter,
    offered: Sequence[views.View],
    names: Mapping[str, str],
    counts: Mapping[str, desk_lists.Totals],
) -> dict[str, Any]:
    """What stands around the rows: views, filters in words, choices, counts by owner."""
    query = views.query_of(visit.request.url.query)
    return {
        "wanted": wanted,
        "views": offered,
        "current": query,
        "owners": [(owner.value, _with_count(owner.value, counts.get(owner.value))) for owner in Owner],
        "desks": _desks(wanted, names),
        "chips": case_query.in_words(wanted),
        "titles": {code: kind.title for code, kind in BY_CODE.items()},
        "kinds": sorted(((kind.code, kind.title) for kind in ALL), key=lambda pair: pair[1]),
        "dues": list(case_query.DUES.items()),
        "sleeps": list(case_query.SLEEPS.items()),
        "classes": list(case_query.CLASSES.items()),
        "olders": list(case_query.OLDER.items()),
        "address": dict(visit.request.query_params),
        "saved_for": [("", "Me only"), *((role.value, f"Everybody in {role.value}") for role in visit.actor.roles)],
    }


def _with_count(owner: str, totals: desk_lists.Totals | None) -> str:
    if totals is None:
        return owner.capitalize()
    return f"{owner.capitalize()} ({totals.count:,}{'+' if totals.is_at_least else ''})"


def _desks(wanted: CaseFilter, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Me, nobody, and the person that the list is limited to; others are reached by a link."""
    found = [(ME, "Me"), (NOBODY, "Nobody")]
    if wanted.assignee not in {"", ME, NOBODY}:
        found.append((wanted.assignee, names.get(wanted.assignee, wanted.assignee)))
    return found


@router.post("/exceptions/views")
def save_view(visit: Seer, fields: Posted) -> Response:
    """Keep the filters under a name."""
    of = fields.text("role")
    made = views.save_view(
        visit.console.store,
        visit.actor,
        page=EXCEPTIONS,
        name=fields.text("name"),
        query=fields.text("query"),
        at=_now(visit),
        role=Role(of) if of in set(Role) else None,
    )
    return visit.done(f"The view “{made.name}” is saved.", to=f"/exceptions?{made.query}")


@router.post("/exceptions/views/{view_id}/drop")
def drop_view(visit: Seer, view_id: RecordNumber) -> Response:
    """Forget a view."""
    gone = views.drop_view(visit.console.store, visit.actor, view_id, at=_now(visit))
    return visit.done(f"The view “{gone.name}” is gone; the exceptions are not.", to="/exceptions")


@router.get("/exceptions.csv")
def as_csv(visit: Exporter) -> Response:
    """Every exception that the address asks for, as it is read."""
    return files.csv_of_list(visit, "exceptions", _HEADS, _lines(visit))


@router.get("/exceptions.xlsx")
def as_excel(visit: Exporter) -> Response:
    """The same as an Excel file, with the filters and who asked on a sheet of its own."""
    wanted = case_query.case_filter(visit.request.query_params, me=visit.actor.name)
    filters = {f"Filter {name}": told for name, told in case_query.in_words(wanted)}
    told = {"State": wanted.state, "Owner": wanted.owner or "all", **filters}
    return files.excel_of_list(visit, "exceptions", _HEADS, _lines(visit), told)


_HEADS = (
    "Exception",
    "Company",
    "Document",
    "Number",
    "What is wrong",
    "Code",
    "Owner",
    "On the desk of",
    "At stake",
    "Currency",
    "Opened",
    "Due",
    "State",
    "Came back",
    "Closed",
    "Closed by",
    "How",
)


def _lines(visit: Visit) -> Iterator[Row]:
    """The rows of an export."""
    address = visit.request.query_params
    wanted, sort = case_query.case_filter(address, me=visit.actor.name), case_query.case_sort(address)

    def read(after: str) -> Page[Case]:
        with visit.scope() as c:
            return desk_lists.cases_page(c, wanted, now=_now(visit), sort=sort, after=after, size=files.ROWS_AT_ONCE)

    return map(_line, every(read))


def _line(case: Case) -> Row:
    kind = BY_CODE.get(case.code)
    stake = None if case.stake_minor is None else Money(case.stake_minor, case.currency or "GBP")
    return (
        case.id,
        case.company,
        case.document_kind,
        case.document_key,
        kind.title if kind else case.code,
        case.code,
        case.owner,
        case.assignee,
        stake,
        case.currency,
        case.opened_at,
        case.due_at,
        case.state,
        case.came_back,
        case.closed_at,
        case.closed_by,
        case.closed_how,
    )


def _names(users: Sequence[people.User]) -> dict[str, str]:
    return {user.name: user.display_name for user in users}


def _now(visit: Visit) -> datetime:
    return visit.console.clock()
