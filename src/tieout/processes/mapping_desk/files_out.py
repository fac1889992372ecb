"""A mapping table as a spreadsheet: what `files_in` reads again without a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from tieout.domain.rules.fields import Field, Table
from tieout.processes.mapping_desk.rows import Version
from tieout.processes.tables_out import Cell, Row, Sheet, write_csv, write_excel

SINCE, UNTIL, VERSION, APPROVED = "In force from", "Ends on", "Version", "Approved by"
SHEET = "Rows"


def columns_of(table: Table) -> list[Field]:
    """The fields of a table in the order of its columns: where each key has fields of its own, all of them."""
    rows = [row.fields for row in table.own_rows.values()] or [table.fields]
    found: dict[str, Field] = {}
    for fields in rows:
        for field in fields:
            found.setdefault(field.name, field)
    return list(found.values())


def heads_of(table: Table) -> list[str]:
    """The heads of a table's columns."""
    return [table.key_label, *(field.label for field in columns_of(table)), SINCE, UNTIL, VERSION, APPROVED]


def as_csv(table: Table, rows: Sequence[Version]) -> Iterator[bytes]:
    """The rows as CSV, piece by piece."""
    return write_csv(heads_of(table), _rows(table, rows))


def as_excel(  # the facts of the last sheet
    table: Table, rows: Sequence[Version], *, company: str, day: date, who: str, at: datetime
) -> bytes:
    """The rows as an Excel file whose last sheet says how it came about."""
    parameters: dict[str, Cell] = {
        "Mapping table": table.title,
        "Company": company,
        "In force on": day,
        "Made by": who,
        "Made at": at,
    }
    return write_excel([Sheet(name=SHEET, heads=heads_of(table), rows=_rows(table, rows))], parameters)


def _rows(table: Table, rows: Sequence[Version]) -> Iterator[Row]:
    names = [field.name for field in columns_of(table)]
    for row in rows:
        texts = [row.value.get(name) for name in names]
        yield (row.key, *texts, row.since, row.until, row.version, row.approved_by)
