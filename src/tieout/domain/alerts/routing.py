"""Who hears of an alert, at which hours, and who next: rows of the mapping table `alert_route`.

A row's key is a fault code, an owner, a class (`technical`, `data`) or `*`; the most particular one serves. Its
fields: `channels` (names of channels, or of roles that channels serve), `min_stake` (pounds; below it nobody is
told, the alert is only listed), `hours` (`08:00-18:00 Mon-Fri`, by the UK clock), `deputy`, `escalate_to` (each as
`channels`) and `escalate_after` (minutes). Without a row the owner's channel serves, and for technical trouble
that of integration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from tieout.domain.alerts.troubles import Alert
from tieout.domain.business_dates import UK
from tieout.domain.rules.mapping import MappingRule, MappingTables

TABLE = "alert_route"
FIELDS = ("channels", "min_stake", "hours", "deputy", "escalate_after", "escalate_to")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When somebody may be told, by the UK clock. Always, unless a row says otherwise."""

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
        return now


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds where no row of the table speaks."""

    served: Mapping[str, Sequence[str]]
    """Channel names by the role that they serve; each channel also serves its own name."""
    technical: Sequence[str]
    data: Sequence[str]
    """Roles of both ladders, step by step; `owner` stands for the owner of the trouble."""
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
    rule: str = ""
    """The mapping rule that it came from; empty for the default."""
    is_quiet: bool = False
    """Whether so little money is at stake that nobody is told."""


def route_of(alert: Alert, tables: MappingTables, defaults: Defaults) -> Route:
    """The route of an alert: by its code, its owner, its class, or the row `*`; else by the settings."""
    rule = _rule(alert, tables)
    if rule is None:
        roles = defaults.technical if alert.ladder == "technical" else defaults.data
        names = dict.fromkeys(alert.owner if role == "owner" else role for role in roles)
        return Route(steps=_steps(names, defaults), escalate_after=defaults.escalate_after)
    names = dict.fromkeys(filter(None, (rule.value.get(part, "") for part in ("channels", "deputy", "escalate_to"))))
    minutes = rule.value.get("escalate_after", "").strip()
    least = pounds(rule.value.get("min_stake", ""))
    return Route(
        steps=_steps(names, defaults),
        hours=hours_of(rule.value.get("hours", "")) or Hours(),
        escalate_after=timedelta(minutes=int(minutes)) if minutes.isdecimal() else defaults.escalate_after,
        rule=rule.name,
        is_quiet=least is not None and alert.stake_minor is not None and alert.stake_minor < least,
    )


def malformed_routes(tables: MappingTables, channels: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Each row of the table that cannot be read as it stands, and why, in a sentence."""
    for rule in tables.rules:
        if rule.table != TABLE:
            continue
        names = [name for part in ("channels", "deputy", "escalate_to") for name in _listed(rule.value.get(part, ""))]
        unknown = [name for name in names if name not in channels]
        if unknown:
            yield f"alert_route {rule.key}: no channel serves {', '.join(unknown)}"
        if rule.value.get("hours", "").strip() and hours_of(rule.value["hours"]) is None:
            yield f"alert_route {rule.key}: hours are written as 08:00-18:00 Mon-Fri"
        if rule.value.get("min_stake", "").strip() and pounds(rule.value["min_stake"]) is None:
            yield f"alert_route {rule.key}: min_stake is an amount in pounds, for instance 250"


def hours_of(text: str) -> Hours | None:
    """`08:00-18:00 Mon-Fri`, `08:00-18:00` or `Mon,Wed`; None when it cannot be read."""
    opens, closes, days = time(0), time(0), frozenset(range(7))
    parts = text.split()
    if not parts:
        return None
    try:
        for part in parts:
            if ":" in part:
                first, _, last = part.partition("-")
                opens, closes = time.fromisoformat(first), time.fromisoformat("00:00" if last == "24:00" else last)
            else:
                days = frozenset(_days(part))
    except ValueError:
        return None
    return Hours(opens=opens, closes=closes, days=days) if closes == time(0) or opens < closes else None


def pounds(text: str) -> int | None:
    """An amount in pounds as pence; None when it is empty or no amount."""
    try:
        amount = Decimal(text.strip().replace(",", "").removeprefix("£"))
    except InvalidOperation:
        return None
    return int(amount * 100) if amount.is_finite() else None


def _days(text: str) -> Iterator[int]:
    for part in text.casefold().split(","):
        first, _, last = part.partition("-")
        start, end = DAYS.index(first[:3]), DAYS.index((last or first)[:3])
        yield from range(start, end + 1) if start <= end else (*range(start, 7), *range(end + 1))


def _rule(alert: Alert, tables: MappingTables) -> MappingRule | None:
    for key in (alert.code, alert.owner, alert.ladder):
        found = tables.find(TABLE, key)
        if found is not None and found.key != "*":
            return found
    return tables.find(TABLE, "*")


def _steps(names: Mapping[str, object], defaults: Defaults) -> tuple[Step, ...]:
    """A step for each name that reaches somebody; a step that reaches nobody is no step."""
    found = []
    for name in names:
        channels = dict.fromkeys(channel for one in _listed(name) for channel in defaults.served.get(one, ()))
        if channels:
            found.append(Step(recipient=name, channels=tuple(channels)))
    return tuple(found)


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
