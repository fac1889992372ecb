"""CSV files into rows under our own column names. What was cut off is held whole; a bad row is refused alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from tieout.connectors.files import figures
from tieout.connectors.files.figures import RowError
from tieout.connectors.files.layouts import LAYOUTS, TOTALLED, WORDS, CsvLayout, LayoutName
from tieout.ports.inbound import MalformedError
from tieout.ports.warehouses import RefusedRow

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_RAW_MAX = 2_000
"""How much of a refused row is kept, in characters."""
_ROWS_MAX = 1_000_000
_REFUSED_MAX = 1_000
"""A file with more bad rows than this is not what it is taken for."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row under our column names."""

    number: int
    """Its place in the file, the header being row 1."""
    cells: Mapping[str, str]
    raw: str

    def refused(self, why: str) -> RefusedRow:
        """The row as refused for a reason."""
        return RefusedRow(where=f"row {self.number}", why=why, raw=self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a file."""

    rows: tuple[Row, ...]
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How cells of one file are read."""

    layout: CsvLayout
    zone: ZoneInfo
    now: datetime
    future: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """One row's cells, read by the declared style. Every method raises RowError with a sentence."""

    row: Row
    dialect: Dialect

    def text(self, column: str) -> str:
        """The cell as it came, blanks at its ends left out."""
        return self.row.cells.get(column, "")

    def code(self, column: str) -> str:
        """A code, never one that a spreadsheet has mangled."""
        return figures.code(self.text(column), column)

    def number(self, column: str, *, is_signed: bool = False) -> Decimal:
        """A number."""
        return figures.number(self.text(column), column, self.dialect.layout, is_signed=is_signed)

    def number_if_told(self, column: str, *, is_signed: bool = False) -> Decimal | None:
        """A number, or None for an empty cell."""
        return self.number(column, is_signed=is_signed) if self.text(column) else None

    def day(self, column: str) -> date:
        """A day."""
        return figures.day(self.text(column), column, self.dialect.layout)

    def moment(self, column: str) -> datetime:
        """A time in UTC; one that lies ahead of our clock is refused."""
        at = figures.moment(self.text(column), column, self.dialect.layout, self.dialect.zone)
        if at > self.dialect.now + self.dialect.future:
            raise RowError(f"{column} is `{self.text(column)}`: that is in the future; check the partner's clock")
        return at

    def word(self, column: str) -> str:
        """One of the words that the column may hold, translated from the partner's; empty for an empty cell."""
        theirs = self.text(column)
        ours = {known.casefold(): word for known, word in self.dialect.layout.words.get(column, {}).items()}
        known = {word.casefold(): word for word in WORDS[column]}
        word = ours.get(theirs.casefold(), known.get(theirs.casefold(), ""))
        if theirs and not word:
            raise RowError(
                f"{column} is `{theirs}`: that word is not known; it is one of {', '.join(WORDS[column])}, or "
                "map it in the layout's words"
            )
        return word

    def reference(self) -> str:
        """Our reference of a request, from the order number and the release number."""
        order, release = self.code("order_ref"), self.code("release_no")
        order = order.rjust(self.dialect.layout.order_digits, "0") if order.isdecimal() else order
        return order if self.dialect.layout.whole_reference or not release else f"{order}-{release}"


def read_table(name: LayoutName, layout: CsvLayout, body: bytes) -> Table:
    """The rows of a file of this layout; MalformedError for one that is empty, cut off or something else."""
    raw = list(_records(_decoded(body, layout), layout))
    if not raw:
        raise MalformedError("the file is empty: not even its header row is there")
    places = _places(name, layout, raw)
    records = raw[1:] if layout.has_header else raw
    if again := next((one for one in records if layout.has_header and one.cells == raw[0].cells), None):
        raise MalformedError(f"the header row stands there again as row {again.number}: files were run together")
    width = len(raw[0].cells) if layout.has_header else 0
    records = _without_trailer(name, layout, records, places)
    records = _without_totals(layout, records)
    must_end = layout.ends_with_newline and not _has_trailer(layout, raw)
    if must_end and not body.endswith((b"\n", b"\r")):
        raise MalformedError("the last row has no line end: the file was cut off; ask for it again")
    if records and _is_short(records[-1], width, places):
        raise MalformedError(f"row {records[-1].number}, the last one, is not whole: the file was cut off")
    return _table(name, records, width, places)


def header_of(layout: CsvLayout, body: bytes) -> frozenset[str]:
    """The names in the first row, in small letters; MalformedError when it cannot be read."""
    first = next(_records(_decoded(body, layout), layout), None)
    return frozenset(cell.casefold() for cell in first.cells) if first else frozenset()


def read_rows(
    table: Table, dialect: Dialect, read: Callable[[Cells], T]
) -> tuple[list[tuple[Row, T]], list[RefusedRow]]:
    """Every row read, and every one that cannot be, those refused before among them."""
    good: list[tuple[Row, T]] = []
    bad = list(table.refused)
    for row in table.rows:
        try:
            good.append((row, read(Cells(row=row, dialect=dialect))))
        except RowError as error:
            bad.append(row.refused(str(error)))
    if len(bad) > _REFUSED_MAX:
        raise MalformedError(f"{len(bad):,} rows cannot be read, the first ({bad[0].where}) because {bad[0].why}")
    return good, bad


def told_once(
    rows: Sequence[tuple[Row, T]], column: str, id_of: Callable[[T], str]
) -> tuple[list[tuple[Row, T]], list[RefusedRow]]:
    """Rows with each id once: a row that says the same again is left out, one that says otherwise is refused."""
    first: dict[str, Row] = {}
    good: list[tuple[Row, T]] = []
    bad: list[RefusedRow] = []
    for row, one in rows:
        before = first.setdefault(id_of(one), row)
        if before is row:
            good.append((row, one))
        elif before.cells != row.cells:
            bad.append(
                row.refused(f"{column} {id_of(one)} stands at row {before.number}, too, and says otherwise there")
            )
    return good, bad


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    number: int
    cells: Sequence[str]
    raw: str
    fault: str = ""


def _decoded(body: bytes, layout: CsvLayout) -> str:
    if not body.strip():
        raise MalformedError("the file is empty: not even its header row is there")
    if body.startswith(_UTF16_MARKS):
        raise MalformedError("the file is written in UTF-16; ask for it in the agreed encoding")
    marked = body.startswith(_UTF8_MARK)
    if marked and layout.encoding != "utf-8":
        raise MalformedError(f"the file says that it is UTF-8, and {layout.encoding} is agreed; set the encoding")
    try:
        text = body.removeprefix(_UTF8_MARK).decode(layout.encoding)
    except UnicodeDecodeError as error:
        raise MalformedError(
            f"byte {error.start + 1:,} is no {layout.encoding}: the file is written in another encoding than agreed"
        ) from None
    if "\0" in text:
        raise MalformedError("the file holds null characters: it is no text, or was cut off while it was written")
    return text


def _records(text: str, layout: CsvLayout) -> Iterator[_Record]:
    """Rows with their raw text; a blank one is left out but counted."""
    lines: list[str] = []
    same: dict[str, str] = {}  # a large snapshot repeats its site, time and unit in every row: kept once

    def consumed() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            lines.append(line)
            yield line

    reader = csv.reader(consumed(), delimiter=layout.delimiter, strict=True)
    number = 0
    while True:
        number += 1
        if number > _ROWS_MAX:
            raise MalformedError(f"the file has more than {_ROWS_MAX:,} rows; ask for it in parts")
        lines.clear()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "end of data" in str(error):
                raise MalformedError(f"row {number} opens a quotation that never ends: the file was cut off") from None
            yield _Record(number=number, cells=(), raw=_raw(lines), fault=f"its quotation marks are wrong ({error})")
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield _Record(
                number=number, cells=[same.setdefault(cell, cell) for cell in map(str.strip, cells)], raw=_raw(lines)
            )


def _raw(lines: Sequence[str]) -> str:
    return "".join(lines).rstrip("\r\n")[:_RAW_MAX]


def _places(name: LayoutName, layout: CsvLayout, raw: Sequence[_Record]) -> Mapping[str, int]:
    """Where each of our columns stands in a row, from 0."""
    if not layout.has_header:
        order = {column.name: str(place) for place, column in enumerate(LAYOUTS[name], start=1)}
        theirs = layout.columns or order
        return {column: int(place) - 1 for column, place in theirs.items() if place and int(place)}
    if raw[0].fault:
        raise MalformedError(f"the header row cannot be read: {raw[0].fault}")
    header = [cell.casefold() for cell in raw[0].cells]
    if twice := sorted({cell for cell in header if cell and header.count(cell) > 1}):
        raise MalformedError(f"the header row names {', '.join(twice)} twice: nobody can say which one counts")
    wanted = {column.name: layout.theirs(column.name).casefold() for column in LAYOUTS[name]}
    places = {column: header.index(theirs) for column, theirs in wanted.items() if theirs and theirs in header}
    missing = [column.name for column in LAYOUTS[name] if column.is_required and column.name not in places]
    if missing:
        names = ", ".join(layout.theirs(column) for column in missing)
        raise MalformedError(f"the header row lacks {names}: this is no {name} as agreed")
    return places


def _has_trailer(layout: CsvLayout, records: Sequence[_Record]) -> bool:
    return layout.trailer != "none" and any(_is_trailer(layout, record) for record in records[-1:])


def _is_trailer(layout: CsvLayout, record: _Record) -> bool:
    return bool(record.cells) and record.cells[0].casefold() == layout.trailer_mark.casefold()


def _without_trailer(
    name: LayoutName, layout: CsvLayout, records: list[_Record], places: Mapping[str, int]
) -> list[_Record]:
    """The rows before the trailer, which must agree with it; MalformedError where it is wrong or should be there."""
    if layout.trailer == "none":
        return records
    at = next((i for i, record in enumerate(records) if _is_trailer(layout, record)), None)
    if at is None:
        if layout.trailer == "required":
            raise MalformedError("the trailer row is missing: the file was cut off; ask for it again")
        return records
    if at != len(records) - 1:
        raise MalformedError(f"rows follow behind the trailer (row {records[at].number}): files were run together")
    said = [*records[at].cells[1:3], "", ""]
    if said[0] != str(at):
        raise MalformedError(f"the trailer counts `{said[0]}` rows and there are {at}: rows were lost")
    totalled = places.get(TOTALLED.get(name, ""))
    if said[1] and totalled is not None:
        try:
            total = figures.number(said[1], "the trailer's total", layout)
            parts = [record.cells[totalled] for record in records[:at] if totalled < len(record.cells)]
            found = sum((figures.number(part, "", layout) for part in parts if part), Decimal(0))
        except RowError as error:
            raise MalformedError(f"the trailer cannot be checked: {error}") from None
        if found != total:
            raise MalformedError(f"the trailer totals {total} and the rows come to {found}: rows were lost or changed")
    return records[:at]


def _without_totals(layout: CsvLayout, records: list[_Record]) -> list[_Record]:
    """The rows before those at the end that only add up the others."""
    words = {word.casefold() for word in layout.total_words}
    end = len(records)
    while end and next((cell for cell in records[end - 1].cells if cell), "").casefold() in words:
        end -= 1
    return records[:end]


def _is_short(record: _Record, width: int, places: Mapping[str, int]) -> bool:
    return not record.fault and len(record.cells) < (width or max(places.values(), default=-1) + 1)


def _table(name: LayoutName, records: Sequence[_Record], width: int, places: Mapping[str, int]) -> Table:
    rows: list[Row] = []
    refused: list[RefusedRow] = []
    for record in records:
        cells = {column: record.cells[at] for column, at in places.items() if at < len(record.cells)}
        row = Row(number=record.number, cells=cells, raw=record.raw)
        empty = [column.name for column in LAYOUTS[name] if column.is_required and not cells.get(column.name)]
        if record.fault:
            refused.append(row.refused(record.fault))
        elif _is_short(record, width, places):
            refused.append(row.refused(f"it has {len(record.cells)} cells and the header row names {width or 'more'}"))
        elif width and any(record.cells[width:]):
            refused.append(row.refused(f"it has {len(record.cells)} cells and the header row names {width}"))
        elif empty:
            refused.append(row.refused(f"{', '.join(empty)} is empty"))
        else:
            rows.append(row)
    return Table(rows=tuple(rows), refused=tuple(refused))
