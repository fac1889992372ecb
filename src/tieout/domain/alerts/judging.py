"""What becomes of an alert when its trouble is looked at again, and whether somebody must be told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tieout.domain.alerts.kinds import Why
from tieout.domain.alerts.routing import Route
from tieout.domain.alerts.troubles import Alert, Trouble
from tieout.domain.business_dates import uk_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When somebody is told again."""

    grow_factor: int
    """Told again when it stands for so many times as many records as when they were last told."""
    clear_after: timedelta
    """How long a cause must be away before its alert is cleared: one that flickers is one alert."""
    period_days: int
    """In so many last days of a period its financial cases escalate daily; 0 never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The alert as it is to be kept, and why somebody must be told of it now; None when nobody must."""

    alert: Alert
    why: Why | None = None


def raised(trouble: Trouble, now: datetime, *, came_back: int = 0) -> Alert:
    """The new alert of a trouble, not kept yet."""
    return Alert(
        id=0,
        company=trouble.company,
        cause=trouble.cause,
        kind=trouble.kind,
        code=trouble.code,
        title=trouble.title,
        owner=trouble.owner,
        ladder=trouble.ladder,
        state="open",
        times=trouble.times,
        stake_minor=trouble.stake_minor,
        currency=trouble.currency,
        records=trouble.records,
        first_at=now,
        last_at=now,
        due_at=trouble.due_at,
        came_back=came_back,
    )


def seen(alert: Alert, trouble: Trouble, now: datetime) -> Alert:
    """The alert with the figures of its trouble as they are now; owner and ladder stay as they were raised."""
    has_changed = (alert.times, alert.stake_minor) != (trouble.times, trouble.stake_minor)
    return replace(
        alert,
        times=trouble.times,
        stake_minor=trouble.stake_minor,
        currency=trouble.currency,
        records=trouble.records,
        due_at=trouble.due_at,
        title=trouble.title,
        last_at=now if has_changed else alert.last_at,
        gone_since=None,
    )


def judge(
    alert: Alert, route: Route, rules: Rules, now: datetime, *, patience: timedelta, is_undelivered: bool = False
) -> Judged:
    """Whether somebody must hear of an alert whose trouble stands, and what that changes.

    Told when it has stood for its patience, when it has grown by the factor, when nobody took it in time or nobody
    of its step could be reached, and daily at the end of its period; never otherwise. Growing takes it back from
    whoever had taken it or put it to sleep. It never comes down its ladder again.
    """
    if not route.steps or route.is_quiet:
        return Judged(alert=alert)
    if alert.told_at is None:
        return _told(alert, "raised", now) if now - alert.first_at >= patience else Judged(alert=alert)
    if alert.times >= alert.told_times * rules.grow_factor:
        awake = replace(alert, state="open", acknowledged_by=None, acknowledged_at=None, snoozed_until=None)
        return _told(replace(awake, snoozed_by=None), "grew", now)
    if alert.state != "open" or (alert.snoozed_until is not None and now < alert.snoozed_until):
        return Judged(alert=alert)
    return _climbed(alert, route, rules, now, is_undelivered=is_undelivered)


def gone(alert: Alert, rules: Rules, now: datetime) -> Judged:
    """What becomes of an alert whose trouble is away: cleared once it has stayed away for long enough."""
    since = alert.gone_since or now
    if now - since < rules.clear_after:
        return Judged(alert=replace(alert, gone_since=since))
    cleared = replace(alert, state="cleared", cleared_at=now, last_at=now, gone_since=since)
    return Judged(alert=cleared, why="cleared" if alert.told_at is not None else None)


def month_end(day: date) -> date:
    """The last day of the calendar month, which is the accounting period of nearly every company here."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _climbed(alert: Alert, route: Route, rules: Rules, now: datetime, *, is_undelivered: bool) -> Judged:
    """One step up, where time, the end of the period or a silent channel asks for it."""
    top = len(route.steps) - 1
    today = uk_date(now)
    up = replace(alert, step=max(alert.step, min(alert.step + 1, top)))
    if _closes(alert, rules, today) and alert.period_told_on != today:
        return _told(replace(up, period_told_on=today), "period", now)
    if alert.step >= top:
        return Judged(alert=alert)
    if is_undelivered:
        return _told(up, "undelivered", now)
    told = route.hours.opening(alert.step_at or now)
    if now - max(told, alert.snoozed_until or told) >= route.escalate_after:
        return _told(up, "escalated", now)
    return Judged(alert=alert)


def _closes(alert: Alert, rules: Rules, today: date) -> bool:
    """Whether it stands for money in a period that closes within the days that the rules name."""
    is_financial = alert.kind == "case" and (alert.owner == "finance" or bool(alert.stake_minor))
    return is_financial and (month_end(today) - today).days < rules.period_days


def _told(alert: Alert, why: Why, now: datetime) -> Judged:
    # Climbing is about time, not about size: it grows from what they were told when it was raised or grew.
    times = alert.times if why in {"raised", "grew"} else alert.told_times
    return Judged(alert=replace(alert, told_at=now, told_times=times, step_at=now), why=why)
