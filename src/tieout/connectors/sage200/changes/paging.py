"""Reading a list that changes while it is read, oldest change first, one page in memory (section 2.4).

Pages are cut by stamp, never by position: a row that changes moves to the end and shifts nothing.
Stamps are shown coarser than a server may keep them, so that an equal stamp cannot be asked for:
each page begins a little before the last stamp seen, and what was given is dropped. Pure but for
the list that is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

BLUR = timedelta(milliseconds=4)
"""More than a shown stamp may differ from the kept one: milliseconds are shown, SQL Server ticks every 3.3 of them."""


class Changed(Protocol):
    """A row with its record id and the stamp of its last change."""

    @property
    def id(self) -> int:
        """The record."""

    @property
    def date_time_updated(self) -> datetime:
        """Aware UTC."""


R = TypeVar("R", bound=Changed)
R_co = TypeVar("R_co", bound=Changed, covariant=True)


class ChangeList(Protocol[R_co]):
    """A list that can be asked by stamp and by id; answers hold at most the page's rows."""

    def behind(self, low: datetime, *, is_open: bool) -> Sequence[R_co]:
        """The first rows changed at `low` or later (later only when `is_open`), by stamp and id."""

    def between(self, low: datetime, high: datetime, after_id: int) -> Sequence[R_co]:
        """The first rows behind an id that were changed from `low` up to and with `high`, by id."""


def changes(of: ChangeList[R], since: datetime, size: int) -> Iterator[R]:
    """Every row changed since, oldest change first; `size` is the rows of a full page.

    A row that does not change meanwhile is given once; one that does is given again, with its new stamp.
    Rows that change within BLUR of being read are the next reading's, which begins earlier.
    """
    low, is_open = since, False
    given: set[tuple[int, datetime]] = set()
    while True:
        page = of.behind(low, is_open=is_open)
        fresh = [row for row in page if _mark(row) not in given]
        yield from fresh
        if len(page) < size:
            return
        newest = page[-1].date_time_updated
        if fresh:
            given |= {_mark(row) for row in fresh}
            if newest - BLUR > low:
                low, is_open = newest - BLUR, False
            given = {mark for mark in given if mark[1] >= low - BLUR}
        else:
            yield from _crowd(of, low, newest + BLUR, given, size)
            low, is_open, given = newest + BLUR, True, set()


def _crowd(
    of: ChangeList[R], low: datetime, high: datetime, given: set[tuple[int, datetime]], size: int
) -> Iterator[R]:
    """The rows of a short time that do not fit one page, as one statement over many rows leaves them: by id."""
    last = 0
    while True:
        page = of.between(low, high, last)
        yield from (row for row in page if _mark(row) not in given)
        if len(page) < size:
            return
        last = page[-1].id


def _mark(row: Changed) -> tuple[int, datetime]:
    return row.id, row.date_time_updated
