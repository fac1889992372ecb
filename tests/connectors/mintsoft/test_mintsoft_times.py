"""Times without a zone, in the hour that comes twice and the one that does not come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tieout.connectors.mintsoft import MintsoftSettings
from tieout.connectors.mintsoft.times import asked_since, asked_until, is_repeated, moment

LONDON = ZoneInfo("Europe/London")
ZONES = [LONDON, ZoneInfo("UTC"), ZoneInfo("America/Chicago"), ZoneInfo("Australia/Lord_Howe")]
instants = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy takes naive ends
near_changes = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from([datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)]),
    st.integers(-240, 240),
)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-07-09T14:41:08.996542", "2026-07-09T13:41:08.996542+00:00"),
        ("2026-02-09T14:41:09.5121363", "2026-02-09T14:41:09.512136+00:00"),
        ("2026-02-04 18:37:43", "2026-02-04T18:37:43+00:00"),
        ("2026-07-09T14:41:08Z", "2026-07-09T14:41:08+00:00"),
        ("2026-07-09T14:41:08+02:00", "2026-07-09T12:41:08+00:00"),
        ("2026-10-25T01:30:00", "2026-10-25T00:30:00+00:00"),
        ("2026-03-29T01:30:00", "2026-03-29T01:30:00+00:00"),
    ],
)
def test_a_time_is_read_in_the_accounts_zone(text: str, at: str) -> None:
    assert moment(text, LONDON) == datetime.fromisoformat(at)


@pytest.mark.parametrize("text", ["", "soon", "0001-01-01T00:00:00"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment(text, LONDON) is None


def test_the_hour_that_comes_twice_is_the_first_or_the_second_as_told() -> None:
    first, second = moment("2026-10-25T01:30:00", LONDON), moment("2026-10-25T01:30:00", LONDON, "second")
    assert (first, second) == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert moment("2026-10-25T02:30:00", LONDON) == moment("2026-10-25T02:30:00", LONDON, "second")


def test_the_missing_hour_keeps_its_place_between_what_came_before_and_after() -> None:
    texts = ["2026-03-29T00:59:59", "2026-03-29T01:00:00", "2026-03-29T01:59:59"]
    read = [moment(text, LONDON) for text in texts]
    assert read == sorted(read, key=lambda at: at or datetime.max.replace(tzinfo=UTC))
    assert not is_repeated(datetime.fromisoformat(texts[1]), LONDON)


@given(at=st.one_of(instants, near_changes), zone=st.sampled_from(ZONES))
def test_a_time_that_is_written_without_a_zone_is_read_back_or_is_an_hour_early_in_the_repeated_one(
    at: datetime, zone: ZoneInfo
) -> None:
    text = at.astimezone(zone).replace(tzinfo=None).isoformat()
    readings = {moment(text, zone), moment(text, zone, "second")}
    assert at in readings
    assert len(readings) == 2 if is_repeated(datetime.fromisoformat(text), zone) else len(readings) == 1


@given(since=near_changes, later=st.integers(0, 4 * 3600), zone=st.sampled_from(ZONES))
def test_a_question_misses_nothing_of_later_where_times_are_compared_as_written(
    since: datetime, later: int, zone: ZoneInfo
) -> None:
    written = (since + timedelta(seconds=later)).astimezone(zone).replace(tzinfo=None, microsecond=0).isoformat()
    assert asked_since(since, zone) <= written


@given(until=near_changes, earlier=st.integers(0, 2 * 3600), zone=st.sampled_from(ZONES))
def test_a_question_misses_nothing_of_earlier_either(until: datetime, earlier: int, zone: ZoneInfo) -> None:
    written = (until - timedelta(seconds=earlier)).astimezone(zone).replace(tzinfo=None).isoformat()
    assert written <= asked_until(until, zone)


def test_a_zone_that_does_not_exist_is_refused_in_the_settings() -> None:
    with pytest.raises(ValidationError, match="is no time zone"):
        MintsoftSettings.model_validate({"account": "a", "api_key": "k", "time_zone": "Mars/Olympus"})
