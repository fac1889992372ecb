"""A mapping table from a spreadsheet: what it would change is shown first, then proposed as it was shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from tieout.console.pages.mapping_changes import company_of_form, labels_of
from tieout.console.pages.mappings import companies_of, company_of, table_of, today_of
from tieout.console.visit import Fields, Problem, Visit, need, posted
from tieout.domain.people import Permission
from tieout.domain.rules.fields import Table
from tieout.processes.desk import NotPossible
from tieout.processes.mapping_desk.changes import Change, Wanted
from tieout.processes.mapping_desk.files_in import BrokenFile, FileRead, import_rows, read_file
from tieout.processes.mapping_desk.impact import Impact, impact_of
from tieout.processes.mapping_desk.proposing import planned

router = APIRouter()
Proposer = Annotated[Visit, Depends(need(Permission.MAPPINGS_PROPOSE))]
Posted = Annotated[Fields, Depends(posted)]
PREVIEW_ROWS = 200
_ROWS: TypeAdapter[list[tuple[str, dict[str, str] | None, date]]] = TypeAdapter(
    list[tuple[str, dict[str, str] | None, date]]
)


@router.get("/mappings/{table}/import")
def import_form(visit: Proposer, table: str) -> Response:
    """Where a file is chosen."""
    return _import_page(visit, table_of(table), company_of(visit))


@router.post("/mappings/{table}/import")
def look_at_file(visit: Proposer, table: str, fields: Posted) -> Response:
    """Show what a file would change; nothing is written, and the file is not kept."""
    known, company, sent = table_of(table), company_of_form(visit, fields), fields.file("file")
    if sent is None:
        return _import_page(visit, known, company, [Problem(field="file", text="Choose a file.")])
    try:
        with visit.console.store.scope(company) as c:
            read = read_file(c, company, known.name, *sent, today=today_of(visit))
            changes = planned(c, company, known, read.wanted, today=today_of(visit)) if read.wanted else []
            impact = impact_of(c, company, known.name, changes, visit.console.clock()) if changes else None
    except BrokenFile as error:
        return _import_page(visit, known, company, [Problem(field="file", text=fault) for fault in error.faults])
    except NotPossible as error:
        return _import_page(visit, known, company, [Problem(field="file", text=str(error))])
    return _look_page(visit, known, company, changes, read=read, impact=impact, name=sent[0])


@router.post("/mappings/{table}/import/propose")
def propose_file(visit: Proposer, table: str, fields: Posted) -> Response:
    """Propose the rows of a file as they were shown."""
    known, company, why = table_of(table), company_of_form(visit, fields), fields.text("why")
    try:
        wanted = _rows_from(fields.text("rows"))
        made = import_rows(visit.console.desk, visit.actor, company, known.name, wanted, why=why)
    except NotPossible as error:
        return _import_page(visit, known, company, [Problem(field="file", text=str(error))])
    numbers = " and ".join(str(one.id) for one in made)
    to = f"/mappings/proposals/{made[0].id}" if len(made) == 1 else "/mappings/proposals"
    return visit.done(f"Proposal {numbers} is written. Somebody else approves it.", to=to)


def _import_page(visit: Visit, table: Table, company: str, problems: Sequence[Problem] = ()) -> Response:
    return visit.page(
        "mappings/import.html",
        status=422 if problems else 200,
        problems=problems,
        table=table,
        company=company,
        companies=companies_of(visit),
    )


def _look_page(
    visit: Visit,
    table: Table,
    company: str,
    changes: Sequence[Change],
    *,
    read: FileRead,
    impact: Impact | None,
    name: str,
) -> Response:
    """What a file would change, with the rows themselves in the form: nothing is kept between."""
    shown = changes[:PREVIEW_ROWS]
    return visit.page(
        "mappings/import_check.html",
        table=table,
        company=company,
        read=read,
        impact=impact,
        changes=shown,
        total=len(changes),
        labels={change.key: labels_of(table, change.key) for change in shown},
        owners=sorted({table.owner_of(change.key).value for change in changes}),
        rows=_rows_text(read.wanted),
        file_name=name,
    )


def _rows_text(wanted: Sequence[Wanted]) -> str:
    rows = [[one.key, dict(one.value) if one.value is not None else None, one.since.isoformat()] for one in wanted]
    return json.dumps(rows, separators=(",", ":"))


def _rows_from(text: str) -> list[Wanted]:
    """The rows that the form carried; they are checked anew, as everything that a browser sends."""
    try:
        rows = _ROWS.validate_json(text)
    except ValidationError:
        raise NotPossible("The rows of the file were lost on the way: choose the file again.") from None
    return [Wanted(key=key, value=value, since=since) for key, value, since in rows]
