"""Alerts: what stands, whom it was told and with what proof; taken, put to sleep, given back; channels tried."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.visit import Fields, RecordNumber, Visit, need, posted
from tieout.domain.alerts.conditions import do_of, means_of
from tieout.domain.alerts.troubles import Alert
from tieout.domain.alerts.wording import shown_records
from tieout.domain.faults import Owner
from tieout.domain.people import Permission
from tieout.processes.alerting import acting
from tieout.processes.desk import NotPossible
from tieout.store import alerts

router = APIRouter()
Seer = Annotated[Visit, Depends(need(Permission.ALERTS_SEE))]
Worker = Annotated[Visit, Depends(need(Permission.ALERTS_WORK))]
Keeper = Annotated[Visit, Depends(need(Permission.WEBHOOKS_EDIT))]
Posted = Annotated[Fields, Depends(posted)]

PAGE: Final = 100
TABS: Final = {"": "Standing", "open": "Nobody has taken", "acknowledged": "Taken", "cleared": "Over"}
LADDERS: Final = {"data": "Figures and mappings", "technical": "Systems"}
OWNERS: Final = frozenset(Owner)
WHYS: Final = {
    "raised": "It stands",
    "grew": "It grew",
    "escalated": "Nobody took it",
    "undelivered": "Those before could not be told",
    "period": "The period closes",
    "cleared": "It is over",
    "test": "Test",
}
"""Why somebody was told."""
STATES: Final = {
    "waiting": ("Waiting", "warn"),
    "sent": ("Sent", "good"),
    "given_up": ("Not delivered", "bad"),
    "withdrawn": ("Taken back", "off"),
}


@router.get("/alerts")
def alerts_list(visit: Seer) -> Response:
    """Alerts by state, owner and kind, as the address asks; and the channels."""
    asked = visit.request.query_params
    state, before = asked.get("state", ""), asked.get("before", "")
    owner = next((one.value for one in Owner if one == asked.get("owner")), "")
    ladder = next((one for one in LADDERS if one == asked.get("ladder")), "")
    with visit.scope() as c:
        rows = alerts.listed(
            c,
            state=state if state in TABS and state else None,
            owner=owner or None,
            ladder=ladder or None,
            before_id=int(before) if before.isdecimal() and len(before) < 18 else None,
            limit=PAGE + 1,
        )
        counts = alerts.counted(c)
        last = alerts.last_notices(c)
    counts[""] = counts.get("open", 0) + counts.get("acknowledged", 0)
    alerting = visit.console.alerting
    return visit.page(
        "alerts/list.html",
        partial="alerts/_table.html",
        rows=rows[:PAGE],
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        counts=counts,
        tabs=TABS,
        state=state,
        owner=owner,
        ladder=ladder,
        owners=[(one.value, one.value.capitalize()) for one in Owner],
        ladders=list(LADDERS.items()),
        channels=alerting.channels if alerting is not None else {},
        serves=_serves(visit),
        last=last,
        states=STATES,
    )


@router.get("/alerts/{alert_id}")
def alert_page(visit: Seer, alert_id: RecordNumber) -> Response:
    """One alert: what, since when, how many, whom it was told, with the proof of every try."""
    alert = visit.find(lambda c: alerts.alert(c, alert_id))
    with visit.console.store.scope(None if alert.company == "*" else alert.company) as c:
        notices = alerts.notices_of(c, alert_id)
    return visit.page(
        "alerts/alert.html",
        alert=alert,
        records=shown_records(alert),
        notices=notices,
        means=means_of(alert.code),
        do=do_of(alert.code),
        whys=WHYS,
        states=STATES,
        ladders=LADDERS,
        sleeps=list(acting.SLEEPS.items()),
        all_address=_all_address(alert),
    )


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge(visit: Worker, alert_id: RecordNumber) -> Response:
    """Take an alert."""
    taken = acting.acknowledge(visit.console.store, visit.actor, alert_id, now=visit.console.clock())
    said = f"You have taken alert {taken.id}. Nobody further up is told of it unless it grows."
    return visit.done(said, to=f"/alerts/{taken.id}")


@router.post("/alerts/{alert_id}/release")
def release(visit: Worker, alert_id: RecordNumber) -> Response:
    """Give an alert back, or wake it."""
    given = acting.release(visit.console.store, visit.actor, alert_id, now=visit.console.clock())
    return visit.done(f"Alert {given.id} is open again.", to=f"/alerts/{given.id}")


@router.post("/alerts/{alert_id}/snooze")
def snooze(visit: Worker, alert_id: RecordNumber, fields: Posted) -> Response:
    """Let an alert sleep."""
    now = visit.console.clock()
    until = acting.wakes_at(fields.text("how_long"), now)
    why = fields.text("why")[:500]
    asleep = acting.snooze(visit.console.store, visit.actor, alert_id, until=until, why=why, now=now)
    return visit.done(f"Alert {asleep.id} sleeps. It wakes by itself, or when it grows.", to=f"/alerts/{asleep.id}")


@router.post("/alerts/channels/{name}/test")
def try_channel(visit: Keeper, name: str) -> Response:
    """Send a test by one channel, and say what came of it."""
    if visit.console.alerting is None:
        raise NotPossible("No channel is set up: the settings name them under [alerts.channel.NAME].")
    notice = acting.try_channel(visit.console.alerting, visit.actor, name)
    is_sent = notice.state == "sent"
    said = f"{'Sent' if is_sent else 'Not sent'} by {name}. {notice.proof}."
    return visit.done(said, to="/alerts", tone="good" if is_sent else "bad")


def _all_address(alert: Alert) -> str:
    """The list of every exception that an alert stands for."""
    cause = alert.cause.removeprefix("case:")
    which = {"code": cause} if cause == alert.code else {"cause": cause}
    return f"/exceptions?{urlencode({**which, 'company': alert.company})}"


def _serves(visit: Visit) -> dict[str, list[str]]:
    """Whom each channel reaches."""
    alerting = visit.console.alerting
    found: dict[str, list[str]] = {}
    for name, channels in alerting.defaults.served.items() if alerting is not None else ():
        for channel in channels:
            if name != channel or name in OWNERS:
                found.setdefault(channel, []).append("whoever has no channel" if name == "*" else name)
    return found
