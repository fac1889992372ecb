"""The days that a report is about, and weeks of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tieout.domain.business_dates import UK, uk_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Business dates from the first to the last, both included; days are those of the UK clock."""

    first: date
    last: date

    @property
    def begins_at(self) -> datetime:
        """The instant at which the first day begins."""
        return datetime.combine(self.first, time(0), UK)

    def holds(self, day: date) -> bool:
        """Whether a business date lies within."""
        return self.first <= day <= self.last

    def saw(self, moment: datetime) -> bool:
        """Whether an instant lies within, by the UK clock."""
        return self.holds(uk_date(moment))


def last_days(now: datetime, days: int) -> Period:
    """The period of so many days that ends today."""
    today = uk_date(now)
    return Period(first=today - timedelta(days=days - 1), last=today)


def week_of(moment: datetime) -> date:
    """The Monday of the week that an instant lies in, by the UK clock."""
    day = uk_date(moment)
    return day - timedelta(days=day.weekday())
