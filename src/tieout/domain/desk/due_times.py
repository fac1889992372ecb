"""When a case is due: working hours of the United Kingdom, and never after the period's working time is over.

Monday to Friday, 09:00 to 17:30. Bank holidays are not known here: a case over one is due earlier than it need be.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from tieout.domain.business_dates import UK, uk_date

OPENS: Final = time(9)
CLOSES: Final = time(17, 30)
DAY: Final = timedelta(hours=8, minutes=30)
"""Working time of one day."""
HOURS_USUALLY: Final = 16
HOURS_MAX: Final = 2_000
"""About a year of working time; a policy of more is taken as this."""
SATURDAY: Final = 5


def due_time(opened_at: datetime, *, hours: int, document_opened_at: datetime) -> datetime:
    """When a case must be settled.

    So many working hours after it was opened; for a document of the same month no later than the month's last working
    minute, if that is still to come. Never before it was opened.
    """
    due = after_working_hours(opened_at, hours)
    day, of = uk_date(opened_at), uk_date(document_opened_at)
    end = end_of_month(day)
    is_of_this_month = (of.year, of.month) == (day.year, day.month)
    return end if is_of_this_month and opened_at < end < due else due


def after_working_hours(start: datetime, hours: int) -> datetime:
    """The moment, in UTC, when so many working hours have passed; it lies in working time."""
    assert start.tzinfo is not None, "a time without a zone"
    left = timedelta(hours=min(max(hours, 0), HOURS_MAX))
    moment = _into_working_time(start)
    while left > (rest := _at(moment.date(), CLOSES) - moment):
        left -= rest
        moment = _into_working_time(_at(moment.date() + timedelta(days=1), OPENS))
    return (moment + left).astimezone(UTC)


def end_of_month(day: date) -> datetime:
    """The last working minute of a day's month, in UTC."""
    first_of_next = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = first_of_next - timedelta(days=1)
    while last.weekday() >= SATURDAY:
        last -= timedelta(days=1)
    return _at(last, CLOSES).astimezone(UTC)


def _into_working_time(moment: datetime) -> datetime:
    """The moment itself in working time, else when work begins next; in UK time."""
    local = moment.astimezone(UK)
    if local.time() >= CLOSES:
        local = _at(local.date() + timedelta(days=1), OPENS)
    while local.weekday() >= SATURDAY:
        local = _at(local.date() + timedelta(days=1), OPENS)
    return max(local, _at(local.date(), OPENS))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, UK)
