"""The days that the play takes: each has its returns, and Tieout lives through them one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tieout.cli.demo.trading import ReturnRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the play."""

    date: date
    returns: tuple[ReturnRequest, ...]
    is_last: bool

    @property
    def noon(self) -> datetime:
        """When it is played."""
        return datetime.combine(self.date, time(12), UTC)

    def offset(self, now: datetime) -> timedelta:
        """How far a clock must be moved from now to stand at this day's noon."""
        return self.noon - now


def days_of(returns: Sequence[ReturnRequest], today: date, count: int) -> list[Day]:
    """The last days on which anything came back, at most `count`, the last of them today.

    What came back before the first of them is played on it, and what the file dates after today is played today.
    """
    with_returns = sorted({one.day for one in returns if one.day < today})
    dates = [*(with_returns[-(count - 1) :] if count > 1 else []), today]
    played: dict[date, list[ReturnRequest]] = {day: [] for day in dates}
    for one in returns:
        played[next((day for day in dates if one.day <= day), today)].append(one)
    return [Day(date=day, returns=tuple(their), is_last=day == today) for day, their in played.items()]
