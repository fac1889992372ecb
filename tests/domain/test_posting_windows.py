"""When a company lets Tieout post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.domain.rules.posting_windows import malformed_windows, opening_after

LONDON = ZoneInfo("Europe/London")


def windows(**rows: dict[str, str]) -> MappingTables:
    """Rows of the table; an underscore in a name stands for a dash."""
    return MappingTables(
        rules=tuple(
            MappingRule(table="posting_window", key=key.replace("_", "-").replace("every-day", "*"), value=v, version=1)
            for key, v in rows.items()
        )
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


OFFICE = {"from": "07:00", "to": "19:00"}


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-20T06:59:59", "2026-11-20T07:00:00"),
        ("2026-11-20T07:00:00", None),
        ("2026-11-20T18:59:59", None),
        ("2026-11-20T19:00:00", "2026-11-21T07:00:00"),
        ("2026-07-20T06:00:00", None),
        ("2026-07-20T18:00:00", "2026-07-21T06:00:00"),
    ],
)
def test_postings_are_sent_in_office_hours_of_the_company_in_winter_and_summer(at: str, opens: str | None) -> None:
    assert opening_after(windows(every_day=OFFICE), utc(at), LONDON) == (utc(opens) if opens else None)


def test_a_day_without_a_row_is_open_all_day() -> None:
    assert opening_after(windows(monday={"closed": "yes"}), utc("2026-11-22T23:59:59"), LONDON) is None
    assert opening_after(windows(), utc("2026-11-22T23:59:59"), LONDON) is None


def test_a_closed_weekend_opens_on_monday_morning() -> None:
    tables = windows(every_day=OFFICE, saturday={"closed": "yes"}, sunday={"closed": "yes"})
    assert opening_after(tables, utc("2026-11-20T20:00:00"), LONDON) == utc("2026-11-23T07:00:00")


def test_the_day_of_the_month_end_close_overrides_its_weekday() -> None:
    tables = windows(every_day=OFFICE, **{"2026_11_30": {"from": "20:00", "to": "23:00"}})
    assert opening_after(tables, utc("2026-11-30T10:00:00"), LONDON) == utc("2026-11-30T20:00:00")


def test_a_window_may_end_at_midnight() -> None:
    tables = windows(every_day={"from": "20:00", "to": "00:00"})
    assert opening_after(tables, utc("2026-11-20T23:59:00"), LONDON) is None


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    tables = windows(friday={"from": "22:00", "to": "05:00"}, saturday={"closed": "yes"})
    assert opening_after(tables, utc("2026-11-21T04:59:00"), LONDON) is None
    assert opening_after(tables, utc("2026-11-21T05:00:00"), LONDON) == utc("2026-11-22T00:00:00")


def test_a_schedule_opens_at_each_of_its_times_for_some_minutes() -> None:
    """RGO-08."""
    tables = windows(every_day={"at": "16:00, 10:00", "minutes": "20"})
    assert opening_after(tables, utc("2026-11-20T09:00:00"), LONDON) == utc("2026-11-20T10:00:00")
    assert opening_after(tables, utc("2026-11-20T10:19:00"), LONDON) is None
    assert opening_after(tables, utc("2026-11-20T10:20:00"), LONDON) == utc("2026-11-20T16:00:00")
    assert opening_after(tables, utc("2026-11-20T16:20:00"), LONDON) == utc("2026-11-21T10:00:00")
    assert list(malformed_windows(tables)) == []


@pytest.mark.parametrize("row", [{"at": "ten"}, {"at": "10:00", "minutes": "0"}, {"at": "10:00", "minutes": "soon"}])
def test_a_schedule_that_cannot_be_read_is_named_and_leaves_the_day_open(row: dict[str, str]) -> None:
    tables = windows(every_day=row)
    assert list(malformed_windows(tables)) == ["posting_window *"]
    assert opening_after(tables, utc("2026-11-20T03:00:00"), LONDON) is None


def test_a_company_that_never_opens_is_asked_again_in_a_year() -> None:
    tables = windows(every_day={"closed": "yes"})
    at = utc("2026-11-20T10:00:00")
    opens = opening_after(tables, at, LONDON)
    assert opens is not None
    assert opens - at > timedelta(days=365)


def test_a_row_that_cannot_be_read_leaves_its_day_open_and_is_named() -> None:
    tables = windows(friday={"from": "7 am", "to": "19:00"}, fryday=OFFICE, monday=OFFICE)
    assert opening_after(tables, utc("2026-11-20T03:00:00"), LONDON) is None
    assert sorted(malformed_windows(tables)) == ["posting_window friday", "posting_window fryday"]


@given(
    at=st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: utc("2026-01-01T00:00:00") + timedelta(minutes=minutes)),
    opens=st.integers(0, 23),
    until=st.integers(0, 23),
    closed=st.sets(st.sampled_from(["monday", "wednesday", "sunday"])),
)
def test_at_the_opening_that_is_promised_postings_may_be_sent(
    at: datetime, opens: int, until: int, closed: set[str]
) -> None:
    rows = {day: {"closed": "yes"} for day in closed}
    tables = windows(every_day={"from": f"{opens:02}:00", "to": f"{until:02}:00"}, **rows)
    promised = opening_after(tables, at, LONDON)
    if promised is not None:
        assert promised > at
        assert opening_after(tables, promised, LONDON) is None
