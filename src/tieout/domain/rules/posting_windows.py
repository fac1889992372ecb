"""When a company lets Tieout post: rows of the mapping tables `posting_window` and `stock_window`.

A row's key is a date (`2026-11-30`), a weekday (`monday`) or `*`; its fields are `from` and `to`, clock times of
the company's own time zone, or `at`, the times of a schedule (`10:00, 14:00, 18:00`), each of which opens for
`minutes` (15 when left out), or `closed` = `yes`. Where no row speaks of a day it is open from midnight to midnight.

Stock and postings have lanes of their own: `stock_window` rules goods coming in, moved, counted and announced,
`posting_window` all else that is sent to the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tieout.domain.rules.mapping import MappingRule, MappingTables

POSTINGS, STOCK = "posting_window", "stock_window"
TABLES = (POSTINGS, STOCK)
MINUTES = 15
"""How long a time of a schedule stays open, where its row does not say."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS_AHEAD = 400
"""A company that is closed for longer than this is taken for shut for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The hours of one day in which postings may be sent; `until` 00:00 is midnight at the day's end."""

    opens: time
    until: time


def opening_after(tables: MappingTables, at: datetime, zone: tzinfo, table: str = POSTINGS) -> datetime | None:
    """The moment (UTC) from which postings may be sent again; None while they may be sent now.

    A row that cannot be read leaves its day open: a mistyped hour must not stop the books in silence, and
    `malformed_windows` puts it on a desk. A company without an opening in sight opens in `DAYS_AHEAD` days.
    """
    local = at.astimezone(zone)
    for ahead in range(-1, DAYS_AHEAD):  # yesterday's window may end this morning
        day = local.date() + timedelta(days=ahead)
        for window in windows_of(tables, day, table):
            opens = _moment(day, window.opens, zone)
            closes = _moment(day + timedelta(days=window.until <= window.opens), window.until, zone)
            if opens <= at < closes:
                return None
            if at < opens:
                return opens
    return at + timedelta(days=DAYS_AHEAD)


def windows_of(tables: MappingTables, day: date, table: str = POSTINGS) -> tuple[Window, ...]:
    """The hours of one day, earliest first; none for a day on which nothing is posted."""
    rows = {rule.key.strip().casefold(): rule for rule in tables.rules if rule.table == table}
    rule = rows.get(day.isoformat()) or rows.get(DAYS[day.weekday()]) or rows.get("*")
    all_day = (Window(opens=time(0), until=time(0)),)
    if rule is None:
        return all_day
    if rule.value.get("closed", "").casefold() == "yes":
        return ()
    return _windows(rule) or all_day


def malformed_windows(tables: MappingTables) -> Iterator[str]:
    """Table and key of rows that cannot be read."""
    for rule in tables.rules:
        if rule.table not in TABLES:
            continue
        key = rule.key.strip().casefold()
        is_known = key == "*" or key in DAYS or _is_day(key)
        is_closed = rule.value.get("closed", "").casefold() == "yes"
        if not is_known or not (is_closed or _windows(rule)):
            yield f"{rule.table} {rule.key}"


def _windows(rule: MappingRule) -> tuple[Window, ...]:
    """What a row opens; nothing when it cannot be read."""
    times = [text for text in rule.value.get("at", "").split(",") if text.strip()]
    if not times:
        hours = _hours(rule.value.get("from", ""), rule.value.get("to", ""))
        return (hours,) if hours is not None else ()
    minutes = rule.value.get("minutes", str(MINUTES)).strip()
    if not minutes.isdecimal() or not int(minutes):
        return ()
    found = [_hours(text, _plus(text, int(minutes))) for text in times]
    return tuple(sorted((w for w in found if w is not None), key=lambda w: w.opens)) if None not in found else ()


def _plus(text: str, minutes: int) -> str:
    try:
        start = datetime.combine(date.min, time.fromisoformat(text.strip()))
    except ValueError:
        return ""
    return (start + timedelta(minutes=minutes)).time().isoformat()


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
