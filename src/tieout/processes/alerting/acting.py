"""What people do about alerts: take one, let it sleep, wake it, try a channel. Each with its audit entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from tieout.domain.alerts.troubles import Alert
from tieout.domain.alerts.wording import uk_moment
from tieout.domain.business_dates import UK
from tieout.domain.masking import masked_looks
from tieout.domain.people import Actor, Permission
from tieout.processes.alerting import Alerting
from tieout.processes.alerting.gathering import INSTALLATION
from tieout.processes.alerting.sending import send_due
from tieout.processes.desk import NotPossible
from tieout.store import Store, alerts, audit
from tieout.store.alerts import NewNotice, Notice
from tieout.store.rows import Json

SLEEPS: Final = {
    "hour": "One hour",
    "hours": "Four hours",
    "tomorrow": "Until tomorrow 09:00",
    "monday": "Until Monday 09:00",
}
"""For how long people let an alert sleep; the morning is the UK's."""
SLEEP_MAX: Final = timedelta(days=31)
MORNING: Final = time(9)


def acknowledge(store: Store, actor: Actor, alert_id: int, *, now: datetime) -> Alert:
    """Take an alert: nobody further up is told of it unless it grows. NotPossible when it cannot be taken."""

    def taken(alert: Alert) -> Alert:
        if alert.state == "acknowledged":
            raise NotPossible(f"{alert.acknowledged_by} has taken this alert already.")
        return replace(alert, state="acknowledged", acknowledged_by=actor.name, acknowledged_at=now)

    return _changed(store, actor, alert_id, "alert.acknowledged", taken, now=now)


def release(store: Store, actor: Actor, alert_id: int, *, now: datetime) -> Alert:
    """Give an alert back, or wake it: it escalates again, from now on."""

    def open_again(alert: Alert) -> Alert:
        if alert.state == "open" and alert.snoozed_until is None:
            raise NotPossible("This alert is open and awake already.")
        awake = replace(alert, state="open", acknowledged_by=None, acknowledged_at=None, snoozed_until=None)
        return replace(awake, snoozed_by=None, step_at=now if alert.told_at else None)

    return _changed(store, actor, alert_id, "alert.released", open_again, now=now)


def snooze(store: Store, actor: Actor, alert_id: int, *, until: datetime, why: str, now: datetime) -> Alert:
    """Let an alert sleep: nobody is told again before then unless it grows."""
    if not why:
        raise NotPossible("Say why the alert may wait: others read it.")
    if not now < until <= now + SLEEP_MAX:
        raise NotPossible("Choose a time to come, at most a month ahead.")

    def asleep(alert: Alert) -> Alert:
        return replace(alert, snoozed_until=until, snoozed_by=actor.name)

    return _changed(store, actor, alert_id, "alert.snoozed", asleep, now=now, why=why)


def wakes_at(how_long: str, now: datetime) -> datetime:
    """When an alert that sleeps for so long wakes; NotPossible for a length that nobody offers."""
    today = now.astimezone(UK).date()
    match how_long:
        case "hour":
            return now + timedelta(hours=1)
        case "hours":
            return now + timedelta(hours=4)
        case "tomorrow":
            return datetime.combine(today + timedelta(days=1), MORNING, UK).astimezone(UTC)
        case "monday":
            return datetime.combine(today + timedelta(days=7 - today.weekday()), MORNING, UK).astimezone(UTC)
        case _:
            raise NotPossible("Choose until when the alert may sleep.")


def try_channel(alerting: Alerting, actor: Actor, channel: str) -> Notice:
    """Send a test by one channel now; returns its notice with the proof. NotPossible when there is no such channel."""
    now = alerting.clock()
    if channel not in alerting.channels:
        raise NotPossible(f"No channel is named {channel}: the settings name them under [alerts.channel.NAME].")
    said = f"Test of the alerts\n\nThis tries the channel {channel}. Nothing is wrong.\n{alerting.public_url}/alerts"
    fresh = NewNotice(
        company=INSTALLATION, alert_id=0, channel=channel, recipient=channel, why="test", said=said, due_at=now
    )
    with alerting.store.scope(None) as c:
        made = alerts.make_notice(c, fresh, at=now)
        subject = f"alert channel {channel}"
        audit.append(
            c, company=None, who=actor.name, action="alert.tested", subject=subject, before=None, after=None, at=now
        )
    send_due(alerting)
    with alerting.store.scope(None) as c:
        return next(one for one in alerts.notices_of(c, 0, newest_first=True) if one.id == made.id)


def _changed(  # one keyword for each part of the record
    store: Store,
    actor: Actor,
    alert_id: int,
    action: str,
    change: Callable[[Alert], Alert],
    *,
    now: datetime,
    why: str = "",
) -> Alert:
    """Change one alert and write the audit entry in one transaction."""
    if not actor.may(Permission.ALERTS_WORK):
        raise NotPossible("Your role reads alerts and does not work on them.")
    with store.scope(_scope(store, actor, alert_id)) as c:
        before = alerts.alert(c, alert_id, locked=True)
        assert before is not None, "an alert is never deleted"
        if before.state == "cleared":
            raise NotPossible("This alert is over: its cause is gone.")
        after = change(before)
        alerts.save(c, after)
        company = None if before.company == INSTALLATION else before.company
        said: Json = _seen(after) | ({"why": why} if why else {})
        audit.append(
            c,
            company=company,
            who=actor.name,
            action=action,
            subject=f"alert {alert_id} {masked_looks(before.cause)}",  # a customer may be known by an address
            before=_seen(before),
            after=said,
            at=now,
        )
    return after


def _scope(store: Store, actor: Actor, alert_id: int) -> str | None:
    """The company to work in: that of the alert, which the actor must see."""
    for company in actor.companies or (None,):
        with store.scope(company) as c:
            found = alerts.alert(c, alert_id)
        if found is not None:
            return company
    raise NotPossible(f"There is no alert {alert_id}, or it is in a company that you do not see.")


def _seen(alert: Alert) -> dict[str, str]:
    until = uk_moment(alert.snoozed_until) if alert.snoozed_until else ""
    return {"state": alert.state, "acknowledged_by": alert.acknowledged_by or "", "snoozed_until": until}
