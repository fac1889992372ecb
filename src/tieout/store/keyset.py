"""Pages of long lists by keyset: a page goes on after a row, so the hundredth costs what the first does.

Rows that come or go meanwhile never make another row show twice or not at all.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, Select, literal_column, tuple_
from sqlalchemy.sql.elements import ColumnElement

Shown = TypeVar("Shown")
Cell = str | int | None


class BadCursor(ValueError):  # noqa: N818  # named for what it is
    """The text is no cursor of this list in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Shown]):
    """Some rows of a list, with the cursors of its neighbours; an empty cursor where there is none."""

    rows: Sequence[Shown]
    next: str
    previous: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a list is ordered by: columns that together tell rows apart, all one way."""

    name: str
    columns: Sequence[ColumnElement[Any]]
    is_down: bool
    bind: Callable[[Sequence[Cell]], Sequence[ColumnElement[Any]]]
    """The cells of a cursor as values to compare the columns with; raises ValueError for others' cells."""
    cells: Callable[[Any], Sequence[Cell]]
    """The cells of a shown row."""

    def by(self, *, backward: bool) -> list[ColumnElement[Any]]:
        """The columns to order by, forward or backward."""
        is_down = self.is_down is not backward
        return [column.desc() if is_down else column.asc() for column in self.columns]

    def beyond(self, cursor: str, *, backward: bool) -> ColumnElement[bool]:
        """What lies after the cursor's row, or before it. Raises `BadCursor`."""
        try:
            values = self.bind(_opened(cursor, self.name))
        except (ValueError, TypeError, OverflowError) as error:
            raise BadCursor("The list cannot go on from there; begin at its first page.") from error
        place, row = tuple_(*self.columns), tuple_(*values)
        return place < row if self.is_down is not backward else place > row

    def cursor(self, row: object) -> str:
        """The cursor of a shown row."""
        spelled = json.dumps([self.name, *self.cells(row)], separators=(",", ":"))
        return base64.urlsafe_b64encode(spelled.encode()).decode().rstrip("=")


def page_of(
    c: Connection,
    query: Callable[[Sequence[ColumnElement[bool]], Sequence[ColumnElement[Any]], ColumnElement[int]], Select[Any]],
    order: Order,
    make: Callable[[Sequence[Row[Any]]], list[Shown]],
    *,
    after: str,
    before: str,
    size: int,
) -> Page[Shown]:
    """One page: `query` is given what to add to its conditions, its order and its limit. Raises `BadCursor`."""
    backward = bool(before) and not after
    cursor = after or before
    beyond = [order.beyond(cursor, backward=backward)] if cursor else []
    # Written out, not bound: a plan for any limit would not be a plan for a page.
    rows = make(c.execute(query(beyond, order.by(backward=backward), written(size + 1))).all())
    has_more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    has_next, has_previous = (bool(rows), has_more) if backward else (has_more, bool(cursor) and bool(rows))
    return Page(
        rows=rows,
        next=order.cursor(rows[-1]) if has_next else "",
        previous=order.cursor(rows[0]) if has_previous else "",
    )


def every(read: Callable[[str], Page[Shown]]) -> Iterator[Shown]:
    """Every row of a list, a page at a time: `read` is given the cursor to go on after, empty for the beginning.

    Nothing is held between two pages, so that a slow reader keeps no connection.
    """
    after = ""
    while True:
        page = read(after)
        yield from page.rows
        after = page.next
        if not after:
            return


def written(number: int) -> ColumnElement[int]:
    """A whole number as part of the statement's text."""
    return literal_column(str(int(number)))


def _opened(cursor: str, name: str) -> list[Cell]:
    try:
        cells = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(cursor) from error
    if not isinstance(cells, list) or not cells or cells[0] != name:
        raise ValueError(cursor)
    rest = cells[1:]
    if not all(cell is None or type(cell) in (str, int) for cell in rest):
        raise ValueError(cursor)
    # No row of ours holds what the database cannot keep: NUL, and halves of a pair (which do not encode).
    if any(b"\0" in cell.encode() for cell in rest if isinstance(cell, str)):
        raise ValueError(cursor)
    return rest
