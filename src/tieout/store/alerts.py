"""Alerts and the notices sent for them, each with its proof of delivery."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, case, func, insert, select, update

from tieout.domain.alerts.troubles import Alert, record_from_json, record_to_json
from tieout.domain.telling import Event
from tieout.store import webhooks
from tieout.store.connection import lock_number
from tieout.store.rows import Json, columns_of, read, read_all
from tieout.store.tables import alert_notices, alerts

NoticeState = Literal["waiting", "sent", "given_up", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice for one channel."""

    id: int
    company: str
    alert_id: int
    """0 for a test, which belongs to no alert."""
    channel: str
    recipient: str
    why: str
    said: str
    """Title, an empty line, and the text."""
    made_at: datetime
    due_at: datetime | None
    tries: int
    state: NoticeState
    proof: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A notice that is to be written; see `Notice`."""

    company: str
    alert_id: int
    channel: str
    recipient: str
    why: str
    said: str
    due_at: datetime


_ALERT: Final = columns_of(alerts, Alert)
_NOTICE: Final = columns_of(alert_notices, Notice)
_ALERT_NAMES: Final = tuple(field.name for field in fields(Alert))


def standing(c: Connection) -> list[Alert]:
    """Return every alert that is not cleared, of the companies in scope."""
    query = select(*_ALERT).where(alerts.c.state != "cleared").order_by(alerts.c.company, alerts.c.cause)
    return [_alert(row) for row in c.execute(query)]


def alert(c: Connection, alert_id: int, *, locked: bool = False) -> Alert | None:
    """Return one alert, or None; `locked` keeps others from changing it until this transaction ends."""
    query = select(*_ALERT).where(alerts.c.id == alert_id)
    row = c.execute(query.with_for_update() if locked else query).first()
    return None if row is None else _alert(row)


def listed(  # one keyword per filter
    c: Connection,
    *,
    state: str | None = None,
    owner: str | None = None,
    ladder: str | None = None,
    limit: int = 200,
    before_id: int | None = None,
) -> list[Alert]:
    """Return alerts of the companies in scope, the newest first; without a state those that stand."""
    query = select(*_ALERT).order_by(alerts.c.id.desc()).limit(limit)
    query = query.where(alerts.c.state != "cleared") if state is None else query.where(alerts.c.state == state)
    if owner is not None:
        query = query.where(alerts.c.owner == owner)
    if ladder is not None:
        query = query.where(alerts.c.ladder == ladder)
    if before_id is not None:
        query = query.where(alerts.c.id < before_id)
    return [_alert(row) for row in c.execute(query)]


def hold_look(c: Connection) -> bool:
    """Say whether this transaction alone looks at troubles now; held until it ends."""
    number = lock_number("alerts", "look")
    return bool(c.execute(select(func.pg_try_advisory_xact_lock(number))).scalar_one())


def cleared_since(c: Connection, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many alerts of each company and cause were cleared since a time."""
    query = (
        select(alerts.c.company, alerts.c.cause, func.count().label("number"))
        .where(alerts.c.state == "cleared", alerts.c.cleared_at >= since)
        .group_by(alerts.c.company, alerts.c.cause)
    )
    return {(row.company, row.cause): int(row.number) for row in c.execute(query)}


def undelivered(c: Connection) -> set[int]:
    """Return the alerts in scope whose last telling reached nobody: every notice of it was given up."""
    query = (
        select(alerts.c.id)
        .join(alert_notices, (alert_notices.c.alert_id == alerts.c.id) & (alert_notices.c.made_at == alerts.c.told_at))
        .where(alerts.c.state != "cleared")
        .group_by(alerts.c.id)
        .having(func.bool_and(alert_notices.c.state == "given_up"))
    )
    return set(c.execute(query).scalars())


def told_channels(c: Connection, alert_id: int) -> dict[str, str]:
    """Return the channels by which an alert was sent, or may have been, each with whom it was meant for."""
    mine = (alert_notices.c.alert_id == alert_id) & (alert_notices.c.tries > 0) & (alert_notices.c.state != "given_up")
    query = select(alert_notices.c.channel, alert_notices.c.recipient).where(mine).order_by(alert_notices.c.id)
    return {row.channel: row.recipient for row in c.execute(query)}


def last_notices(c: Connection) -> dict[str, Notice]:
    """Return the last notice of each channel that was tried, in the companies in scope."""
    newest = select(func.max(alert_notices.c.id)).where(alert_notices.c.tries > 0).group_by(alert_notices.c.channel)
    found = read_all(Notice, c.execute(select(*_NOTICE).where(alert_notices.c.id.in_(newest))))
    return {notice.channel: notice for notice in found}


def counted(c: Connection) -> dict[str, int]:
    """Return how many alerts of the companies in scope are in each state."""
    query = select(alerts.c.state, func.count().label("number")).group_by(alerts.c.state)
    return {str(row.state): int(row.number) for row in c.execute(query)}


def raise_alert(c: Connection, fresh: Alert) -> Alert:
    """Keep a new alert; returned with its number."""
    kept = _alert(c.execute(insert(alerts).values(_cells(fresh)).returning(*_ALERT)).one())
    told: dict[str, Json] = {"alert": kept.id, "state": kept.state, "kind": kept.kind, "code": kept.code}
    webhooks.tell(c, Event.ALERT_RAISED, company=kept.company, at=kept.first_at, owner=kept.owner, **told)
    return kept


def save(c: Connection, changed: Alert) -> None:
    """Keep what has become of an alert."""
    c.execute(update(alerts).where(alerts.c.id == changed.id).values(_cells(changed)))


def make_notice(c: Connection, fresh: NewNotice, *, at: datetime) -> Notice:
    """Write a notice to be sent, in the transaction that found it necessary."""
    cells = {field.name: getattr(fresh, field.name) for field in fields(NewNotice)} | {"made_at": at}
    return read(Notice, c.execute(insert(alert_notices).values(cells).returning(*_NOTICE)).one())


def take_due(c: Connection, now: datetime, *, lease: timedelta, limit: int = 200) -> list[Notice]:
    """Take notices that are due: each counts one more try, and is due again after the lease if we die with it."""
    due = (
        select(alert_notices.c.id)
        .where(alert_notices.c.due_at <= now, alert_notices.c.state == "waiting")
        .order_by(alert_notices.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taking = (
        update(alert_notices)
        .where(alert_notices.c.id.in_(due))
        .values(due_at=now + lease, tries=alert_notices.c.tries + 1)
        .returning(*_NOTICE)
    )
    return sorted(read_all(Notice, c.execute(taking)), key=lambda notice: notice.id)


def settle_notice(
    c: Connection, notice_id: int, *, state: NoticeState, proof: str, due_at: datetime | None, at: datetime
) -> None:
    """Record how one try ended: sent, given up, or waiting for another at `due_at`; earlier tries stay on record."""
    kept = case((alert_notices.c.proof == "", ""), else_=alert_notices.c.proof + "\n")
    changed = {
        "state": state,
        "proof": kept + proof,
        "due_at": due_at,
        "settled_at": None if state == "waiting" else at,
    }
    mine = (alert_notices.c.id == notice_id) & (alert_notices.c.state == "waiting")
    c.execute(update(alert_notices).where(mine).values(changed))


def withdraw(c: Connection, alert_id: int, *, why: str, at: datetime) -> int:
    """Take back the notices of an alert that nobody has been sent yet; returns how many."""
    mine = (alert_notices.c.alert_id == alert_id) & (alert_notices.c.state == "waiting") & (alert_notices.c.tries == 0)
    taken = {"state": "withdrawn", "proof": why, "due_at": None, "settled_at": at}
    return c.execute(update(alert_notices).where(mine).values(taken)).rowcount


def notices_of(c: Connection, alert_id: int, *, limit: int = 200, newest_first: bool = False) -> list[Notice]:
    """Return the notices of an alert (0: tests of channels), the oldest first unless asked otherwise."""
    order = alert_notices.c.id.desc() if newest_first else alert_notices.c.id
    query = select(*_NOTICE).where(alert_notices.c.alert_id == alert_id).order_by(order).limit(limit)
    return read_all(Notice, c.execute(query))


def _cells(of: Alert) -> dict[str, Any]:
    cells = {name: getattr(of, name) for name in _ALERT_NAMES if name != "id"}
    return cells | {"records": [dict(record_to_json(record)) for record in of.records]}


def _alert(row: Row[Any]) -> Alert:
    cells = dict(row._mapping)  # noqa: SLF001  # the documented way to read by name
    cells["records"] = tuple(record_from_json(kept) for kept in cells["records"])
    return Alert(**cells)
