"""Mappings: the tables, their rows on a day, the history of a row, what has no row; files to take away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from starlette.responses import Response

from tieout.console import files
from tieout.console.visit import Visit, need
from tieout.domain.business_dates import uk_date
from tieout.domain.people import Permission
from tieout.domain.rules.fields import Field, Table
from tieout.domain.rules.tables import TABLES
from tieout.processes.mapping_desk import rows as desk_rows
from tieout.processes.mapping_desk.coverage import coverage, missing_by_table
from tieout.processes.mapping_desk.files_out import as_csv, as_excel, columns_of
from tieout.processes.mapping_desk.rows import Version
from tieout.store import audit, mapping_traffic

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.MAPPINGS_SEE))]
Exporter = Annotated[Visit, Depends(need(Permission.EXPORTS_MAKE))]
On = Annotated[str, Query(alias="on", max_length=10)]


@router.get("/mappings")
def tables(visit: Seer) -> Response:
    """Every table with its owner, its rows, what waits, and what has no row."""
    with visit.scope() as c:
        lines = desk_rows.table_lines(c, today_of(visit))
        missing = missing_by_table(c)
    return visit.page("mappings/list.html", lines=lines, missing=missing)


@router.get("/mappings/{table}")
def table_rows(visit: Seer, table: str, on: On = "", q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The rows of a table that are in force on a day."""
    known, company, today = table_of(table), company_of(visit), today_of(visit)
    day = _day(on, today)
    with visit.console.store.scope(company) as c:
        rows = desk_rows.rows_on(c, known.name, day, company=company, match=q)
        later = desk_rows.coming(c, known.name, today, company=company)
        missing = mapping_traffic.cases_on_rows(c, known.name)
        waiting = [line.waiting for line in desk_rows.table_lines(c, today) if line.table.name == known.name]
    return visit.page(
        "mappings/table.html",
        partial="mappings/_rows.html",
        table=known,
        columns=_filled(columns_of(known), rows),
        company=company,
        companies=companies_of(visit),
        rows=sorted(rows, key=lambda row: row.key.casefold()),
        later=later,
        missing=[row for row in missing if row.company == company],
        waiting=sum(waiting),
        day=day,
        today=today,
        q=q,
    )


@router.get("/mappings/{table}/history")
def row_history(visit: Seer, table: str, key: Annotated[str, Query(max_length=300)] = "") -> Response:
    """Every version of one row, with a way back to each."""
    known, company, today = table_of(table), company_of(visit), today_of(visit)
    with visit.console.store.scope(company) as c:
        versions = desk_rows.history(c, company, known.name, key, today)
    if not versions:
        raise HTTPException(404)
    return visit.page(
        "mappings/history.html",
        table=known,
        columns=_filled(known.fields_of(key), versions),
        company=company,
        key=versions[0].key,
        versions=versions,
    )


@router.get("/mappings/{table}/coverage")
def table_coverage(visit: Seer, table: str) -> Response:
    """What the last 30 days asked a table for, unmapped keys first."""
    known, company = table_of(table), company_of(visit)
    with visit.console.store.scope(company) as c:
        found = coverage(c, company, visit.console.clock(), table=known.name)
    return visit.page(
        "mappings/coverage.html",
        table=known,
        company=company,
        companies=companies_of(visit),
        found=found,
        covered=found.tables[0],
    )


@router.get("/mappings/{table}/export")
def export(visit: Exporter, table: str, kind: Literal["csv", "xlsx"] = "xlsx", on: On = "") -> Response:
    """The rows in force on a day as a file."""
    known, company, now = table_of(table), company_of(visit), visit.console.clock()
    day = _day(on, today_of(visit))
    with visit.console.store.scope(company) as c:
        rows = desk_rows.rows_on(c, known.name, day, company=company)
        audit.append(
            c,
            company=company,
            who=visit.actor.name,
            action="list.exported",
            subject=f"mappings {known.name}",
            before=None,
            after={"form": kind, "on": day.isoformat(), "rows": len(rows)},
            at=now,
        )
    name = f"{known.name}-{company}-{day.isoformat()}.{kind}"
    if kind == "csv":
        return files.csv_file(name, as_csv(known, rows))
    made = as_excel(known, rows, company=company, day=day, who=visit.actor.display_name, at=now)
    return files.excel_file(name, made)


def _filled(fields: Sequence[Field], rows: Sequence[Version]) -> list[Field]:
    """The columns worth their width: those that must be filled in, and those that some row has."""
    return [field for field in fields if field.is_required or any(row.value.get(field.name) for row in rows)]


def table_of(name: str) -> Table:
    """The table of an address; 404 when there is none."""
    if name not in TABLES:
        raise HTTPException(404)
    return TABLES[name]


def companies_of(visit: Visit) -> Sequence[str]:
    """The companies that the visitor may see."""
    return [company for company in visit.console.companies if visit.actor.sees(company)]


def company_of(visit: Visit) -> str:
    """The company of the page: rows belong to one; the first where none is chosen."""
    found = companies_of(visit)
    if visit.company is not None and visit.company in found:
        return visit.company
    if visit.company is not None or not found:
        raise HTTPException(404)
    return found[0]


def today_of(visit: Visit) -> date:
    """The UK day."""
    return uk_date(visit.console.clock())


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today
