"""Whom we tell of our events, and every message to them: written beside what happened, in the same transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, bindparam, cast, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from tieout.domain.telling import Event
from tieout.store.rows import Json, columns_of, read, read_all, read_maybe
from tieout.store.tables import EVERY_COMPANY, webhook_messages, webhooks

MessageState = Literal["waiting", "delivered", "given_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One program that is told; see the table for the meaning of each field."""

    id: int
    company: str
    url: str
    events: Sequence[str]
    secret: bytes = field(repr=False)
    previous_secret: bytes | None = field(repr=False)
    previous_until: datetime | None
    state: Literal["active", "closed"]
    failing_since: datetime | None
    closed_why: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one webhook, with what became of it."""

    id: int
    company: str
    webhook_id: int
    message_id: str
    event: str
    body: Mapping[str, Json]
    made_at: datetime
    due_at: datetime | None
    tries: int
    state: MessageState
    answer: str
    settled_at: datetime | None


_WEBHOOK: Final = columns_of(webhooks, Webhook)
_MESSAGE: Final = columns_of(webhook_messages, Message)


def tell(c: Connection, event: Event, *, company: str, at: datetime, **told: Json) -> int:
    """Write a message to every active webhook that asks for this event; returns to how many.

    The message is sent only if the caller's transaction is committed.
    """
    wants = select(
        literal(company),
        webhooks.c.id,
        literal(f"msg_{secrets.token_hex(16)}"),
        literal(event.value),
        cast(bindparam("told", _body(event, company, at, told), JSONB), JSONB),
        literal(at, webhook_messages.c.made_at.type),
        literal(at, webhook_messages.c.due_at.type),
    ).where(
        webhooks.c.state == "active",
        webhooks.c.events.op("?")(event.value),
        webhooks.c.company.in_([company, EVERY_COMPANY]),
    )
    columns = ["company", "webhook_id", "message_id", "event", "body", "made_at", "due_at"]
    return c.execute(insert(webhook_messages).from_select(columns, wants)).rowcount


def tell_one(c: Connection, webhook: Webhook, event: Event, *, at: datetime, **told: Json) -> Message:
    """Write a message to one webhook, whatever it asks for."""
    cells = {
        "company": webhook.company,
        "webhook_id": webhook.id,
        "message_id": f"msg_{secrets.token_hex(16)}",
        "event": event.value,
        "body": _body(event, webhook.company, at, told),
        "made_at": at,
        "due_at": at,
    }
    return read(Message, c.execute(insert(webhook_messages).values(cells).returning(*_MESSAGE)).one())


def add(
    c: Connection, *, company: str, url: str, events: Sequence[Event], secret: bytes, by: str, at: datetime
) -> Webhook:
    """Keep a new webhook; `company` is * for all, and the secret is encrypted already."""
    cells: dict[str, object] = {
        "company": company,
        "url": url,
        "events": [event.value for event in events],
        "secret": secret,
        "created_by": by,
        "created_at": at,
    }
    return read(Webhook, c.execute(insert(webhooks).values(cells).returning(*_WEBHOOK)).one())


def webhook(c: Connection, webhook_id: int, *, locked: bool = False) -> Webhook | None:
    """Return one webhook, or None; `locked` keeps others from changing it until this transaction ends."""
    query = select(*_WEBHOOK).where(webhooks.c.id == webhook_id)
    return read_maybe(Webhook, c.execute(query.with_for_update() if locked else query).first())


def all_webhooks(c: Connection) -> list[Webhook]:
    """Return the webhooks of the companies in scope and those of all companies, newest first."""
    return read_all(Webhook, c.execute(select(*_WEBHOOK).order_by(webhooks.c.id.desc())))


def change(c: Connection, webhook_id: int, **cells: Any) -> Webhook:  # noqa: ANN401 - any column
    """Change columns of a webhook."""
    statement = update(webhooks).where(webhooks.c.id == webhook_id).values(**cells)
    return read(Webhook, c.execute(statement.returning(*_WEBHOOK)).one())


def due_webhooks(c: Connection, now: datetime) -> list[int]:
    """Return the active webhooks that have a message due, by number."""
    query = (
        select(webhook_messages.c.webhook_id)
        .join(webhooks, webhooks.c.id == webhook_messages.c.webhook_id)
        .where(webhook_messages.c.due_at <= now, webhooks.c.state == "active")
    )
    return list(c.execute(query.distinct().order_by(webhook_messages.c.webhook_id)).scalars())


def take_due(c: Connection, webhook_id: int, now: datetime, *, lease: timedelta) -> Message | None:
    """Take the oldest message that is due: it counts one more try, and is due after the lease if we die with it."""
    oldest = (
        select(webhook_messages.c.id)
        .where(webhook_messages.c.webhook_id == webhook_id, webhook_messages.c.due_at <= now)
        .order_by(webhook_messages.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taking = (
        update(webhook_messages)
        .where(webhook_messages.c.id == oldest)
        .values(due_at=now + lease, tries=webhook_messages.c.tries + 1)
    )
    return read_maybe(Message, c.execute(taking.returning(*_MESSAGE)).first())


def settle(
    c: Connection, message_id: int, *, state: MessageState, answer: str, due_at: datetime | None, at: datetime
) -> None:
    """Record how one try ended: delivered, given up, or waiting for another at `due_at`."""
    cells = {"state": state, "answer": answer, "due_at": due_at, "settled_at": None if state == "waiting" else at}
    c.execute(update(webhook_messages).where(webhook_messages.c.id == message_id).values(cells))


def put_off(c: Connection, webhook_id: int, until: datetime) -> None:
    """Let every waiting message of a webhook wait at least until a time: what took nothing now will take none."""
    mine = (webhook_messages.c.webhook_id == webhook_id) & (webhook_messages.c.state == "waiting")
    c.execute(update(webhook_messages).where(mine).values(due_at=func.greatest(webhook_messages.c.due_at, until)))


def give_up(c: Connection, webhook_id: int, *, why: str, at: datetime) -> int:
    """Give up every waiting message of a webhook; returns how many."""
    mine = (webhook_messages.c.webhook_id == webhook_id) & (webhook_messages.c.state == "waiting")
    cells = {"state": "given_up", "answer": why, "due_at": None, "settled_at": at}
    return c.execute(update(webhook_messages).where(mine).values(cells)).rowcount


def again(c: Connection, webhook_id: int, message: int, *, at: datetime) -> Message | None:
    """Send a message of a webhook once more, under the number it has; None when there is none such."""
    mine = (webhook_messages.c.webhook_id == webhook_id) & (webhook_messages.c.id == message)
    cells = {"state": "waiting", "due_at": at, "settled_at": None}
    return read_maybe(
        Message, c.execute(update(webhook_messages).where(mine).values(cells).returning(*_MESSAGE)).first()
    )


def messages_of(
    c: Connection, webhook_id: int, *, state: str = "", limit: int = 50, before_id: int | None = None
) -> list[Message]:
    """Return messages to a webhook, the newest first."""
    query = select(*_MESSAGE).where(webhook_messages.c.webhook_id == webhook_id)
    if state:
        query = query.where(webhook_messages.c.state == state)
    if before_id is not None:
        query = query.where(webhook_messages.c.id < before_id)
    return read_all(Message, c.execute(query.order_by(webhook_messages.c.id.desc()).limit(limit)))


def counted(c: Connection, webhook_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return how many messages of each webhook are in each state."""
    query = (
        select(webhook_messages.c.webhook_id, webhook_messages.c.state, func.count().label("number"))
        .where(webhook_messages.c.webhook_id.in_(webhook_ids))
        .group_by(webhook_messages.c.webhook_id, webhook_messages.c.state)
    )
    found: dict[int, dict[str, int]] = {}
    for row in c.execute(query):
        found.setdefault(row.webhook_id, {})[row.state] = row.number
    return found


def failing(c: Connection, *, since: datetime, until: datetime) -> list[Webhook]:
    """Return the webhooks that took their last message between two times, and nothing after it."""
    query = select(*_WEBHOOK).where(webhooks.c.failing_since.between(since, until))
    return read_all(Webhook, c.execute(query.order_by(webhooks.c.id)))


def _body(event: Event, company: str, at: datetime, told: Mapping[str, Json]) -> dict[str, Json]:
    """As Standard Webhooks would have it: a type, a time and what it is about."""
    return {"type": event.value, "timestamp": at.isoformat(), "data": {"company": company, **told}}
