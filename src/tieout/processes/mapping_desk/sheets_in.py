"""Spreadsheets that people upload, as rows of text: CSV and Excel, whatever state they are in.

Every fault is told with its place: sheet, row and column. Formulas are refused, never calculated.
"""

from __future__ import annotations

import csv
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tieout.processes.desk import NotPossible
from tieout.processes.tables_out import unguarded

BYTES_MAX = 5_000_000
UNPACKED_MAX = 60_000_000
ROWS_MAX = 5_000
COLUMNS_MAX = 60
CSV_NAME = "file"
_EXCEL = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a sheet: its number as people see it, and the texts of its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One sheet with its head and its rows; empty rows are left out."""

    name: str
    head: Line
    lines: tuple[Line, ...]


def read_sheet(name: str, content: bytes) -> Page:
    """The first sheet of an Excel file, or a CSV file; NotPossible with one sentence when it cannot be read."""
    if len(content) > BYTES_MAX:
        raise NotPossible(f"The file has more than {BYTES_MAX // 1_000_000} MB: split it.")
    if not content.strip():
        raise NotPossible("The file is empty.")
    if content[:4] == b"PK\x03\x04" or name.lower().endswith(_EXCEL):
        page_name, rows = _excel(content)
    elif content[:4] == b"\xd0\xcf\x11\xe0" or name.lower().endswith(".xls"):
        raise NotPossible("This is a file of an old Excel (.xls): save it as .xlsx or as CSV UTF-8.")
    else:
        page_name, rows = CSV_NAME, list(_csv(content))
    lines = [line for line in rows if any(line.cells)]
    if not lines:
        raise NotPossible(f"Sheet {page_name} has no rows.")
    if len(lines) == 1:
        raise NotPossible(f"Sheet {page_name} has a head and no rows.")
    if len(lines) > ROWS_MAX + 1:
        raise NotPossible(f"Sheet {page_name} has more than {ROWS_MAX:,} rows: split it.")
    return Page(name=page_name, head=lines[0], lines=tuple(lines[1:]))


def _csv(content: bytes) -> Iterator[Line]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise NotPossible(
            f"Row {row} of the file is not UTF-8: save it from Excel as 'CSV UTF-8', or as .xlsx."
        ) from None
    if "\0" in text:
        raise NotPossible("The file is neither CSV nor Excel.")
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if number > ROWS_MAX * 2:
                raise NotPossible(f"The file has more than {ROWS_MAX:,} rows: split it.")
            yield Line(number=number, cells=tuple(unguarded(cell).strip() for cell in cells))
    except csv.Error:
        raise NotPossible(f"Row {reader.line_num} of the file: a quotation mark is missing or too much.") from None


def _excel(content: bytes) -> tuple[str, list[Line]]:
    broken = "The file says that it is Excel, but it cannot be read: open it in Excel and save it again as .xlsx."
    try:
        _check_size(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here
            book = load_workbook(BytesIO(content), read_only=True, data_only=False)
            sheet = book.worksheets[0]
            rows = [_line(sheet.title, number, cells) for number, cells in enumerate(_cells(sheet), start=1)]
            book.close()
    except NotPossible:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        IndexError,
        ValueError,
        OSError,
        SyntaxError,
        TypeError,
        AttributeError,
        EOFError,
        RuntimeError,
        zlib.error,
    ):
        raise NotPossible(broken) from None
    return sheet.title, rows


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > UNPACKED_MAX:
            raise NotPossible("The file is too large when it is unpacked: split it.")


def _cells(sheet: Any) -> Iterator[Sequence[Any]]:  # noqa: ANN401 - the library's own sheet
    """The rows of a sheet, no more than are read; what a file claims of its size is not believed."""
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(max_row=ROWS_MAX * 2, max_col=COLUMNS_MAX))


def _line(sheet: str, number: int, cells: Sequence[Any]) -> Line:
    return Line(number=number, cells=tuple(_text(sheet, number, at, cell) for at, cell in enumerate(cells, start=1)))


def _text(sheet: str, row: int, column: int, cell: Any) -> str:  # noqa: ANN401 - the library's own cell
    value = cell.value
    place = f"Sheet {sheet}, row {row}, column {column}"
    if cell.data_type == "f":
        raise NotPossible(f"{place}: there is a formula; write the text itself.")
    if cell.data_type == "e":
        raise NotPossible(f"{place}: Excel shows an error ({value}) there.")
    match value:
        case None:
            return ""
        case int() | float() if not isinstance(value, bool) and "%" in str(cell.number_format):
            return f"{(Decimal(repr(value)) * 100).normalize():f}"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case _:
            return str(value).strip()
