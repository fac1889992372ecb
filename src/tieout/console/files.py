"""Lists as files: CSV as it is read, Excel with a sheet that says how it came about. The audit tells who took one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from fastapi import HTTPException
from starlette.responses import Response, StreamingResponse

from tieout.console.visit import Visit
from tieout.domain.masking import masked_looks
from tieout.processes.tables_out import CSV_TYPE, EXCEL_TYPE, Cell, Row, Sheet, write_csv, write_excel
from tieout.store import audit

ROWS_AT_ONCE: Final = 1_000
"""Rows of a list read at a time while a file is sent."""
EXCEL_MOST: Final = 100_000
"""An Excel file of more rows is refused with a sentence; CSV has no end."""


def csv_of_list(visit: Visit, name: str, heads: Sequence[str], rows: Iterable[Row]) -> Response:
    """What a list's address asks for, as CSV; `name` is the list's, for instance `exceptions`."""
    _note(visit, name, "csv")
    return csv_file(f"{name}.csv", write_csv(heads, rows))


def excel_of_list(
    visit: Visit, name: str, heads: Sequence[str], rows: Iterable[Row], filters: Mapping[str, Cell]
) -> Response:
    """The same as Excel, with who asked, when and the filters on a sheet of its own; 413 when it is too long."""
    _note(visit, name, "excel")
    facts: dict[str, Cell] = {
        "Exported by": visit.actor.display_name,
        "At": visit.console.clock(),
        "Company": visit.company or "all",
        **filters,
    }
    try:
        file = write_excel([Sheet(name=name.capitalize(), heads=heads, rows=rows)], facts, most=EXCEL_MOST)
    except ValueError as error:
        raise HTTPException(413, str(error)) from error
    return excel_file(f"{name}.xlsx", file)


def csv_file(name: str, pieces: Iterable[bytes]) -> Response:
    """CSV to be saved under a name, sent as it is made."""
    return StreamingResponse(pieces, media_type=CSV_TYPE, headers=_saved_as(name))


def excel_file(name: str, content: bytes) -> Response:
    """Excel to be saved under a name."""
    return Response(content, media_type=EXCEL_TYPE, headers=_saved_as(name))


def _saved_as(name: str) -> dict[str, str]:
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in ".-_") else "-" for letter in name)
    return {"Content-Disposition": f'attachment; filename="{kept}"'}


def _note(visit: Visit, name: str, form: str) -> None:
    asked = visit.request.query_params.multi_items()
    query = "&".join(f"{name}={masked_looks(value)}" for name, value in asked)  # it may be a customer's address
    with visit.console.store.scope(None) as c:
        audit.append(
            c,
            company=visit.company,
            who=visit.actor.name,
            action="list.exported",
            subject=name,
            before=None,
            after={"form": form, "query": query},
            at=visit.console.clock(),
        )
