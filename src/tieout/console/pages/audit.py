"""The audit: who did what to what and when, before and after, and whether nobody changed it since."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from starlette.datastructures import QueryParams
from starlette.responses import Response

from tieout.console import files
from tieout.console.visit import Problem, Visit, need
from tieout.domain.business_dates import UK
from tieout.domain.people import Permission
from tieout.processes.audit_trail import changes_of, check_chains, export_csv, export_excel
from tieout.store import audit_search, people
from tieout.store.audit_search import AuditFilter
from tieout.store.keyset import BadCursor

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.AUDIT_SEE))]
SEQ_MAX = 2**62
SHOWN_CHANGES = 3


@router.get("/audit")
def entries(visit: Seer) -> Response:
    """Entries newest first, by the filter of the address."""
    asked = visit.request.query_params
    wanted, problems = _filter(asked)
    try:
        with visit.scope() as c:
            page = audit_search.audit_page(c, wanted, after=asked.get("after", ""), before=asked.get("before", ""))
            ends = audit_search.heads(c)
            known = [user.name for user in people.all_users(c)]
            seen = audit_search.people_seen(c, known)
    except BadCursor as error:
        raise HTTPException(400, str(error)) from error
    return visit.page(
        "audit/list.html",
        partial="audit/_list.html",
        page=page,
        rows=[(entry, [one for one in changes_of(entry) if one.is_other]) for entry in page.rows],
        shown_changes=SHOWN_CHANGES,
        ends=ends,
        seen=seen,
        asked=dict(asked),
        is_filtered=wanted != AuditFilter(),
        problems=problems,
    )


@router.get("/audit/entry")
def entry(visit: Seer, chain: str, row: int) -> Response:
    """One entry, its values before and after side by side."""
    if not 0 < row < SEQ_MAX:
        raise HTTPException(404)
    with visit.scope() as c:
        found = audit_search.entry(c, chain, row)
    if found is None:
        raise HTTPException(404)
    return visit.page("audit/entry.html", entry=found, changes=changes_of(found))


@router.post("/audit/check")
def check(visit: Seer) -> Response:
    """Read every row of every chain in sight, and say whether any was changed, taken out or cut off."""
    found = check_chains(visit.console.store, visit.actor, company=visit.company, now=visit.console.clock())
    return visit.page("audit/checked.html", found=found)


@router.get("/audit/export")
def export(visit: Seer) -> Response:
    """What the filter finds as CSV, or as Excel with `?as=excel`; that it was taken stands in the audit."""
    console, asked = visit.console, visit.request.query_params
    wanted, problems = _filter(asked)
    if problems:
        raise HTTPException(400, problems[0].text)
    now = console.clock()
    name = f"audit-{visit.company or 'all'}-{now:%Y-%m-%d-%H%M}"
    if asked.get("as") == "excel":
        content = export_excel(console.store, visit.actor, wanted, company=visit.company, now=now)
        return files.excel_file(f"{name}.xlsx", content)
    pieces = export_csv(console.store, visit.actor, wanted, company=visit.company, now=now)
    return files.csv_file(f"{name}.csv", pieces)


def _filter(asked: QueryParams) -> tuple[AuditFilter, list[Problem]]:
    """The filter of an address, and what in it is no day."""
    problems: list[Problem] = []
    days: dict[str, datetime] = {}
    for name in ("since", "until"):
        text = asked.get(name, "").strip()
        try:
            if text:
                day = date.fromisoformat(text) + timedelta(days=name == "until")
                days[name] = datetime.combine(day, datetime.min.time(), UK).astimezone(UTC)
        except (ValueError, OverflowError):
            problems.append(Problem(field=name, text="Write the day as in 2026-11-20."))
    words = {name: asked.get(name, "").replace("\0", "").strip() for name in ("who", "action", "subject", "about")}
    return AuditFilter(**words, since=days.get("since"), until=days.get("until")), problems
