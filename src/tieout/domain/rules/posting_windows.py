"""When a company lets Tieout post: rows of the mapping table `posting_window`.

A row's key is a date (`2026-11-30`), a weekday (`monday`) or `*`; its fields are `from` and `to`, clock times of
the company's own time zone, or `closed` = `yes`. Where no row speaks of a day it is open from midnight to midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tieout.domain.rules.mapping import MappingTables

TABLE = "posting_window"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS_AHEAD = 400
"""A company that is closed for longer than this is taken for shut for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The hours of one day in which postings may be sent; `until` 00:00 is midnight at the day's end."""

    opens: time
    until: time


def opening_after(tables: MappingTables, at: datetime, zone: tzinfo) -> datetime | None:
    """The moment (UTC) from which postings may be sent again; None while they may be sent now.

    A row that cannot be read leaves its day open: a mistyped hour must not stop the books in silence, and
    `malformed_windows` puts it on a desk. A company without an opening in sight opens in `DAYS_AHEAD` days.
    """
    local = at.astimezone(zone)
    for ahead in range(-1, DAYS_AHEAD):  # yesterday's window may end this morning
        day = local.date() + timedelta(days=ahead)
        window = window_of(tables, day)
        if window is None:
            continue
        opens = _moment(day, window.opens, zone)
        closes = _moment(day + timedelta(days=window.until <= window.opens), window.until, zone)
        if opens <= at < closes:
            return None
        if at < opens:
            return opens
    return at + timedelta(days=DAYS_AHEAD)


def window_of(tables: MappingTables, day: date) -> Window | None:
    """The hours of one day; None for a day on which nothing is posted."""
    rows = {rule.key.strip().casefold(): rule for rule in tables.rules if rule.table == TABLE}
    rule = rows.get(day.isoformat()) or rows.get(DAYS[day.weekday()]) or rows.get("*")
    if rule is None:
        return Window(opens=time(0), until=time(0))
    if rule.value.get("closed", "").casefold() == "yes":
        return None
    hours = _hours(rule.value.get("from", ""), rule.value.get("to", ""))
    return hours or Window(opens=time(0), until=time(0))


def malformed_windows(tables: MappingTables) -> Iterator[str]:
    """The keys of rows that cannot be read."""
    for rule in tables.rules:
        if rule.table != TABLE:
            continue
        key = rule.key.strip().casefold()
        is_known = key == "*" or key in DAYS or _is_day(key)
        is_closed = rule.value.get("closed", "").casefold() == "yes"
        if not is_known or not (is_closed or _hours(rule.value.get("from", ""), rule.value.get("to", ""))):
            yield rule.key


def _hours(opens: str, until: str) -> Window | None:
    try:
        return Window(opens=time.fromisoformat(opens.strip()), until=time.fromisoformat(until.strip()))
    except ValueError:
        return None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
