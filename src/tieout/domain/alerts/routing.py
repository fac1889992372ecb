"""Who hears of an alert, at which hours, and who next.

A route's key is a fault code, an owner, a ladder (`technical`, `data`) or `*`; the most particular one serves, and
without any the ladders of the settings do. The steps of a route name channels, or roles that channels serve.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from tieout.domain.alerts.troubles import Alert
from tieout.domain.business_dates import UK

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = re.compile(r"(?:(\d\d:\d\d)-(\d\d:\d\d))?\s*([a-z]{3}(?:[-,][a-z]{3})*)?")
OWNER = "owner"
"""Stands in a ladder for whoever owns the trouble."""
EVERYBODY = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When somebody may be told, by the UK clock. Always, unless the settings say otherwise."""

    opens: time = time(0)
    closes: time = time(0)
    """Midnight is the end of the day."""
    days: frozenset[int] = frozenset(range(7))
    """Monday is 0."""

    def opening(self, now: datetime) -> datetime:
        """The first moment (UTC) from now on at which somebody may be told."""
        local = now.astimezone(UK)
        for ahead in range(8):
            day = local.date() + timedelta(days=ahead)
            if day.weekday() not in self.days:
                continue
            opens = datetime.combine(day, self.opens, UK).astimezone(UTC)
            last = day + timedelta(days=self.closes == time(0))
            closes = datetime.combine(last, self.closes, UK).astimezone(UTC)
            if now < closes:
                return max(now, opens)
        raise AssertionError("hours without a day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One route as the settings give it."""

    steps: tuple[tuple[str, ...], ...]
    hours: Hours = Hours()
    least_minor: int | None = None
    """Alerts with less money at stake are only listed."""
    escalate_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds where no route speaks, and which channel serves whom."""

    served: Mapping[str, Sequence[str]]
    """Channel names by what they serve; each channel also serves its own name, and `*` whoever has none."""
    technical: Row
    data: Row
    escalate_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a ladder: whom it was meant for, and the channels that reach them."""

    recipient: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who hears of one alert: the steps of its ladder, its hours, and how long each step has."""

    steps: tuple[Step, ...]
    hours: Hours = Hours()
    escalate_after: timedelta
    is_quiet: bool = False
    """Whether so little money is at stake that nobody is told."""


def route_of(alert: Alert, rows: Mapping[str, Row], defaults: Defaults) -> Route:
    """The route of an alert: by its code, its owner, its ladder, or `*`; else the default of its ladder."""
    keys = (alert.code, alert.owner, alert.ladder, EVERYBODY)
    usual = defaults.technical if alert.ladder == "technical" else defaults.data
    row = next((rows[key] for key in keys if key in rows), usual)
    is_small = row.least_minor is not None and alert.stake_minor is not None and alert.stake_minor < row.least_minor
    return Route(
        steps=tuple(_steps(row.steps, alert.owner, defaults.served)),
        hours=row.hours,
        escalate_after=defaults.escalate_after if row.escalate_after is None else row.escalate_after,
        is_quiet=is_small,
    )


def served_by(channels: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Channel names by what they serve, from what each channel serves."""
    found: dict[str, list[str]] = {}
    for channel, serves in channels.items():
        for name in dict.fromkeys((channel, *serves)):
            found.setdefault(name, []).append(channel)
    return found


def hours_of(text: str) -> Hours:
    """`08:00-18:00 Mon-Fri`, `08:00-18:00` or `Mon,Wed`; empty is always. ValueError when it cannot be read."""
    found = HOURS.fullmatch(text.strip().casefold())
    if found is None:
        raise ValueError("hours are a span of the clock, days, or both")
    opens, closes = (time.fromisoformat((part or "00:00").replace("24:00", "00:00")) for part in found.group(1, 2))
    if closes != time(0) and opens >= closes:
        raise ValueError("closes before it opens")
    return Hours(opens=opens, closes=closes, days=frozenset(_days(found[3])) if found[3] else frozenset(range(7)))


def _days(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        yield from range(start, end + 1) if start <= end else (*range(start, 7), *range(end + 1))


def _steps(steps: Sequence[Sequence[str]], owner: str, served: Mapping[str, Sequence[str]]) -> Iterator[Step]:
    """A step for each that reaches somebody; a step that reaches nobody is no step."""
    for names in steps:
        meant = [owner if name == OWNER else name for name in names]
        channels = dict.fromkeys(channel for name in meant for channel in served.get(name, served.get(EVERYBODY, ())))
        if channels:
            yield Step(recipient=", ".join(meant), channels=tuple(channels))
