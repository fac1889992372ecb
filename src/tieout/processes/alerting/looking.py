"""One look at everything that is wrong: which alerts are raised, joined, cleared, and who must be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tieout.domain.alerts.judging import Judged, gone, judge, raised, seen
from tieout.domain.alerts.kinds import Why
from tieout.domain.alerts.routing import Route, route_of
from tieout.domain.alerts.troubles import Alert, Trouble
from tieout.domain.alerts.wording import words_for
from tieout.processes.alerting import Alerting
from tieout.processes.alerting.gathering import troubles
from tieout.store import alerts
from tieout.store.alerts import NewNotice
from tieout.store.store import Connection

MEMORY: Final = timedelta(days=30)
"""An alert whose like was cleared within so long has come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look came to."""

    standing: int = 0
    raised: int = 0
    cleared: int = 0
    notices: int = 0


def look(alerting: Alerting) -> Looked:
    """Look at everything once; what is to be said is written, not sent. Nothing when somebody else looks just now."""
    now = alerting.clock()
    with alerting.store.scope(None) as c:
        if not alerts.hold_look(c):
            return Looked()
        return _look(alerting, c, troubles(alerting, c, now), now)


def _look(alerting: Alerting, c: Connection, found: Sequence[Trouble], now: datetime) -> Looked:
    standing = {(one.company, one.cause): one for one in alerts.standing(c)}
    unreached = alerts.undelivered(c)
    past = alerts.cleared_since(c, now - MEMORY)
    fresh = notices = cleared = 0
    for trouble in found:
        place = (trouble.company, trouble.cause)
        known = standing.pop(place, None)
        if known is None:
            known = alerts.raise_alert(c, raised(trouble, now, came_back=past.get(place, 0)))
            fresh += 1
        current = seen(known, trouble, now)
        route = route_of(current, alerting.routes, alerting.defaults)
        patience = max(trouble.patience, alerting.limits.patience)
        judged = judge(current, route, alerting.rules, now, patience=patience, is_undelivered=current.id in unreached)
        notices += _keep(alerting, c, known, judged, route, now)
    for alert in standing.values():
        judged = gone(alert, alerting.rules, now)
        cleared += judged.alert.state == "cleared"
        notices += _keep(alerting, c, alert, judged, route_of(alert, alerting.routes, alerting.defaults), now)
    return Looked(standing=len(found), raised=fresh, cleared=cleared, notices=notices)


def _keep(alerting: Alerting, c: Connection, before: Alert, judged: Judged, route: Route, now: datetime) -> int:
    """Keep what became of an alert and write what is to be said of it; returns to how many channels."""
    if judged.alert != before:
        alerts.save(c, judged.alert)
    if judged.alert.state == "cleared":
        alerts.withdraw(c, before.id, why="its cause was gone before anybody was told", at=now)
    if judged.why is None:
        return 0
    whom = _whom(c, judged.alert, judged.why, route)
    words = words_for(judged.alert, judged.why, public_url=alerting.public_url)
    due_at = route.hours.opening(now)
    for channel, recipient in whom.items():
        notice = NewNotice(
            company=before.company,
            alert_id=before.id,
            channel=channel,
            recipient=recipient,
            why=judged.why,
            said=f"{words.title}\n\n{words.text}",
            due_at=due_at,
        )
        alerts.make_notice(c, notice, at=now)
    return len(whom)


def _whom(c: Connection, alert: Alert, why: Why, route: Route) -> dict[str, str]:
    """The channels to tell: who was told, of what is over; every step so far, of what grows; else the new step."""
    if why == "cleared":
        return alerts.told_channels(c, alert.id)
    top = min(alert.step, len(route.steps) - 1)
    steps = route.steps[: top + 1] if why == "grew" else route.steps[top : top + 1]
    return {channel: step.recipient for step in steps for channel in step.channels}
