from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.sage200.changes.paging import BLUR, changes

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MICROSECOND, MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)


@dataclasses.dataclass(frozen=True)
class Row:
    id: int
    kept: datetime
    date_time_updated: datetime
    version: int


class LiveList:
    """A list whose stamps are kept finer than shown, and whose rows change between two questions."""

    def __init__(self, stamps: Sequence[int], size: int, touches: Sequence[Sequence[int]], *, rounds: bool) -> None:
        self.size, self.rounds = size, rounds
        self.touches = iter(touches)
        self.versions: Counter[int] = Counter()
        self.rows = {number: START + offset * MICROSECOND for number, offset in enumerate(stamps, 1)}
        self.now = START + timedelta(seconds=1)
        self.largest_answer = 0

    def shown(self, number: int) -> Row:
        kept = self.rows[number]
        half = timedelta(microseconds=500) if self.rounds else timedelta(0)
        coarse = kept + half - timedelta(microseconds=(kept + half).microsecond % 1000)
        return Row(number, kept, coarse, self.versions[number])

    def answer(self, rows: Iterator[Row]) -> list[Row]:
        page = list(islice(rows, self.size))
        self.largest_answer = max(self.largest_answer, len(page))
        for number in next(self.touches, ()):
            if number in self.rows:
                self.rows[number] = self.now
                self.versions[number] += 1
        self.now += timedelta(milliseconds=10)
        return page

    def behind(self, low: datetime, *, is_open: bool) -> Sequence[Row]:
        found = [self.shown(n) for n, kept in self.rows.items() if kept > low or (kept == low and not is_open)]
        return self.answer(iter(sorted(found, key=lambda row: (row.kept, row.id))))

    def between(self, low: datetime, high: datetime, after_id: int) -> Sequence[Row]:
        found = [self.shown(n) for n, kept in self.rows.items() if low <= kept <= high and n > after_id]
        return self.answer(iter(sorted(found, key=lambda row: row.id)))


@given(
    stamps=st.lists(st.sampled_from([0, 1, 400, 600, 999, 1000, 1001, 3500, 4000, 90_000]), max_size=40),
    size=st.integers(1, 9),
    touches=st.lists(st.lists(st.integers(1, 40), max_size=4, unique=True), max_size=12),
    rounds=st.booleans(),
)
def test_nothing_is_lost_or_doubled_while_the_list_changes(
    stamps: list[int],
    size: int,
    touches: list[list[int]],
    rounds: bool,  # noqa: FBT001 - drawn
) -> None:
    live = LiveList(stamps, size, touches, rounds=rounds)
    first = list(changes(live, START - MILLISECOND, size))
    seen = Counter((row.id, row.version) for row in first)
    numbers = Counter(number for number, _ in seen.elements())
    assert set(numbers) == set(live.rows)
    assert all(numbers[number] == 1 for number in live.rows if not live.versions[number])
    assert all(count == 1 for count in seen.values())
    live.touches = iter(())
    newest = max((row.date_time_updated for row in first), default=START)
    later = {(row.id, row.version) for row in changes(live, newest - BLUR, size)}
    assert all((number, live.versions[number]) in later | set(seen) for number in live.rows)
    assert live.largest_answer <= size


def test_a_crowd_of_one_stamp_larger_than_a_page_is_read_through() -> None:
    live = LiveList([500] * 1000 + [700_000], 10, (), rounds=False)
    rows = [row.id for row in changes(live, START, 10)]
    assert sorted(rows) == list(range(1, 1002))
    assert rows[-1] == 1001


def test_rows_changed_before_are_not_asked_for() -> None:
    live = LiveList([0, 90_000], 5, (), rounds=False)
    assert [row.id for row in changes(live, START + timedelta(milliseconds=50), 5)] == [2]


def test_a_page_is_asked_for_only_when_the_one_before_is_used_up() -> None:
    live = LiveList([number * 10_000 for number in range(100)], 10, (), rounds=False)
    rows = changes(live, START, 10)
    assert [row.id for row in islice(rows, 10)] == list(range(1, 11))
    assert live.now == START + timedelta(milliseconds=1010)
