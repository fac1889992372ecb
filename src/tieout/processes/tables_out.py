"""Rows written for people: CSV and Excel files that never turn a text into a formula.

Lists, mapping tables, audit entries and reports leave the product by these two functions, so that dates, money and
dangerous texts are treated alike everywhere. Times are shown on the UK clock; money is written in major units.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # the library ships no types

from tieout.domain.business_dates import UK
from tieout.domain.money import Money

Cell = str | int | Decimal | Money | date | datetime | None
"""What stands in one cell; the type decides how it is written. A text is never read as anything else."""

Row = Sequence[Cell]

BOM: Final = "\ufeff".encode()
"""Tells Excel that a CSV file is UTF-8."""

EXCEL_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE: Final = "text/csv; charset=utf-8"

MOST_ROWS: Final = 1_048_575
"""Rows below the head that one sheet of Excel holds."""

_LONGEST_TEXT: Final = 32_767
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
_CHUNK: Final = 500
_FORMATS: Final = {Money: "#,##0.00", Decimal: "General", datetime: "dd mmm yyyy hh:mm", date: "dd mmm yyyy"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of an Excel file: its name, the heads of its columns, and its rows."""

    name: str
    heads: Sequence[str]
    rows: Iterable[Row]


def write_csv(heads: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A CSV file piece by piece: UTF-8 with its mark, texts that a spreadsheet would calculate led by an apostrophe."""
    page = StringIO()
    lines = csv.writer(page, lineterminator="\r\n")
    lines.writerow([guarded(head) for head in heads])
    yield BOM
    for number, row in enumerate(rows, start=1):
        lines.writerow([_plain(cell) for cell in row])
        if number % _CHUNK == 0:
            yield _taken(page)
    yield _taken(page)


def write_excel(sheets: Sequence[Sheet], parameters: Mapping[str, Cell], *, most: int = MOST_ROWS) -> bytes:
    """An Excel file: a frozen head with filters on each sheet, and a last sheet that says how the file came about.

    `parameters` are the facts of the last sheet, for instance who asked, when, and the filters; the number of rows of
    each sheet is added. Raises ValueError when a sheet has more than `most` rows.
    """
    file = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        looks = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        facts: dict[str, Cell] = dict(parameters)
        for sheet in sheets:
            facts[f"Rows of {sheet.name}"] = _fill(book.add_worksheet(sheet.name), sheet, looks, head, most)
        told = Sheet(name="Parameters", heads=("What", "Value"), rows=list(facts.items()))
        _fill(book.add_worksheet(told.name), told, looks, head, most)
    return file.getvalue()


def guarded(text: str) -> str:
    """A text as CSV keeps it: with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def _fill(
    page: Any,  # noqa: ANN401 - the library has no types
    sheet: Sheet,
    looks: Mapping[type, Any],
    head: Any,  # noqa: ANN401 - as above
    most: int,
) -> int:
    page.freeze_panes(1, 0)
    for column, name in enumerate(sheet.heads):
        page.set_column(column, column, max(14, min(40, len(name) + 4)))
        page.write_string(0, column, name, head)
    count = 0
    for count, row in enumerate(sheet.rows, start=1):
        if count > most:
            raise ValueError(f"{sheet.name} has more than {most:,} rows: narrow the filter, or ask for CSV.")
        for column, cell in enumerate(row):
            _put(page, count, column, cell, looks)
    if sheet.heads:
        page.autofilter(0, 0, count, len(sheet.heads) - 1)
    return count


def _put(page: Any, row: int, column: int, cell: Cell, looks: Mapping[type, Any]) -> None:  # noqa: ANN401 - as above
    match cell:
        case None | "":
            return
        case str():
            page.write_string(row, column, cell[:_LONGEST_TEXT])
        case Money():
            page.write_number(row, column, cell.decimal(), looks[Money])
        case int():
            page.write_number(row, column, cell)
        case Decimal():
            page.write_number(row, column, cell, looks[Decimal])
        case datetime():
            page.write_datetime(row, column, _on_the_clock(cell), looks[datetime])
        case date():
            page.write_datetime(row, column, cell, looks[date])


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return guarded(cell)
        case Money():
            return cell.text()
        case datetime():
            return f"{_on_the_clock(cell):%Y-%m-%d %H:%M}"
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _on_the_clock(moment: datetime) -> datetime:
    return moment.astimezone(UK).replace(tzinfo=None)


def _taken(page: StringIO) -> bytes:
    written = page.getvalue().encode()
    page.seek(0)
    page.truncate()
    return written
