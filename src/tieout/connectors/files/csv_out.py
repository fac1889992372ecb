"""Rows under our own column names into a CSV file as a partner wants it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

from tieout.connectors.files.figures import number_text
from tieout.connectors.files.layouts import LAYOUTS, CsvLayout, LayoutName
from tieout.ports.errors import Refused


def write_table(
    name: LayoutName, layout: CsvLayout, rows: Sequence[Mapping[str, str]], total: Decimal | None = None
) -> bytes:
    """The file: header, rows, and a trailer with the count of rows and the total, as the layout declares them.

    Cells stand there as given, words in the partner's own. Refused when the agreed encoding has not every character:
    then nothing was sent.
    """
    placed = _placed(name, layout)
    width = max(placed.values(), default=-1) + 1
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=layout.delimiter, lineterminator="\r\n")
    if layout.has_header:
        writer.writerow(_spread({column: layout.theirs(column) for column in placed}, placed, width))
    for row in rows:
        writer.writerow(
            _spread({column: _theirs(layout, column, row.get(column, "")) for column in placed}, placed, width)
        )
    if layout.trailer != "none":
        writer.writerow(
            [layout.trailer_mark, str(len(rows)), *([number_text(total, layout)] if total is not None else [])]
        )
    try:
        return stream.getvalue().encode(layout.encoding)
    except UnicodeEncodeError as error:
        letter = error.object[error.start]
        raise Refused(f"the partner's files are in {layout.encoding}, which has no `{letter}`: change it") from None


def _placed(name: LayoutName, layout: CsvLayout) -> Mapping[str, int]:
    names = [column.name for column in LAYOUTS[name]]
    if not layout.has_header and layout.columns:
        return {column: int(place) - 1 for column, place in layout.columns.items() if place and int(place)}
    return {column: place for place, column in enumerate(column for column in names if layout.theirs(column))}


def _spread(cells: Mapping[str, str], placed: Mapping[str, int], width: int) -> list[str]:
    spread = [""] * width
    for column, cell in cells.items():
        spread[placed[column]] = cell
    return spread


def _theirs(layout: CsvLayout, column: str, cell: str) -> str:
    words = layout.words.get(column, {})
    return next((theirs for theirs, ours in words.items() if ours == cell), cell)
