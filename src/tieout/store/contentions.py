"""Locks met, and sentences of a ledger that no lock word matches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from tieout.store.documents import Document
from tieout.store.rows import columns_of, read_all, read_maybe
from tieout.store.tables import contentions, ledger_messages

Judgement = Literal["", "lock", "refusal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contention:
    """A command met a record that somebody else had open."""

    company: str
    account: str
    at: datetime
    command: str
    document_kind: str
    document_key: str
    record: str
    """As the system named it; empty when it did not."""
    holder: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Sentences of one shape; `judged` is empty while no person has said what they are."""

    id: int
    company: str
    account: str
    shape: str
    example: str
    first_seen: datetime
    last_seen: datetime
    times: int
    judged: Judgement
    judged_by: str | None
    judged_at: datetime | None


_CONTENTION: Final = columns_of(contentions, Contention)
_MESSAGE: Final = columns_of(ledger_messages, Message)


def met(c: Connection, contention: Contention) -> None:
    """Record one lock that was met."""
    values = {name: getattr(contention, name) for name in Contention.__dataclass_fields__}
    c.execute(insert(contentions).values(**values))


def contentions_since(c: Connection, since: datetime, *, company: str | None = None) -> list[Contention]:
    """Return the locks met since, oldest first."""
    query = select(*_CONTENTION).where(contentions.c.at >= since)
    if company is not None:
        query = query.where(contentions.c.company == company)
    return read_all(Contention, c.execute(query.order_by(contentions.c.id)))


def contentions_of(c: Connection, document: Document) -> list[Contention]:
    """Return the locks met while a document was worked on, oldest first."""
    query = select(*_CONTENTION).where(
        contentions.c.company == document.company,
        contentions.c.at >= document.opened_at,
        contentions.c.document_kind == document.kind,
        contentions.c.document_key == document.key,
    )
    return read_all(Contention, c.execute(query.order_by(contentions.c.id)))


def heard(c: Connection, *, company: str, account: str, shape: str, example: str, at: datetime) -> None:
    """Count one sentence under its shape."""
    fresh = upsert(ledger_messages).values(
        company=company, account=account, shape=shape, example=example, first_seen=at, last_seen=at
    )
    c.execute(
        fresh.on_conflict_do_update(
            index_elements=["company", "account", "shape"],
            set_={"example": example, "last_seen": at, "times": ledger_messages.c.times + 1},
        )
    )


def messages(c: Connection, *, company: str | None = None, unjudged: bool = False) -> list[Message]:
    """Return the messages, the commonest first."""
    query = select(*_MESSAGE).order_by(ledger_messages.c.times.desc(), ledger_messages.c.id)
    if company is not None:
        query = query.where(ledger_messages.c.company == company)
    if unjudged:
        query = query.where(ledger_messages.c.judged == "")
    return read_all(Message, c.execute(query))


def judge(c: Connection, message_id: int, *, judged: Judgement, by: str, at: datetime) -> Message | None:
    """Record what a person says a message is; None when there is none of this number."""
    statement = (
        update(ledger_messages)
        .where(ledger_messages.c.id == message_id)
        .values(judged=judged, judged_by=by, judged_at=at)
        .returning(*_MESSAGE)
    )
    return read_maybe(Message, c.execute(statement).first())
