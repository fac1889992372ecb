"""The inbox: everything that any system told us, raw, each event once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.sql.elements import ColumnElement

from tieout.store.documents import touch
from tieout.store.rows import columns_of, read_all, read_maybe
from tieout.store.tables import documents, event_keys, events


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One event as the outer edge received it, verified and attributed to a document.

    `lane_key` and `lanes` say in which order of work the document stands; without a lane key the document
    has an order of its own.
    """

    company: str
    account: str
    external_id: str
    kind: str
    document_kind: str
    document_key: str
    occurred_at: datetime
    received_at: datetime
    payload: bytes = field(repr=False)
    content_type: str
    lane_key: str = ""
    lanes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One stored event."""

    id: int
    company: str
    account: str
    external_id: str
    kind: str
    document_kind: str
    document_key: str
    occurred_at: datetime
    received_at: datetime
    payload: bytes = field(repr=False)
    content_type: str
    handled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHead:
    """One stored event without its body."""

    id: int
    account: str
    kind: str
    occurred_at: datetime
    received_at: datetime
    content_type: str
    handled_at: datetime | None


_COLUMNS: Final = columns_of(events, Event)
_HEAD: Final = columns_of(events, EventHead)
_ROUTING: Final = ("lane_key", "lanes")


def store_event(c: Connection, event: NewEvent, *, due_at: datetime) -> bool:
    """Store an event and make its document due; False, and nothing done, when it was received before.

    An event of no document kind is kept and concerns nobody yet.

    The account and the sender's id tell duplicates apart. Two receivers of one event wait for each other.
    """
    if not keep_event(c, event):
        return False
    if not event.document_kind:
        return True
    touch(
        c,
        company=event.company,
        kind=event.document_kind,
        key=event.document_key,
        lane_key=event.lane_key or event.document_key,
        lanes=event.lanes,
        due_at=due_at,
        at=event.received_at,
    )
    return True


def keep_event(c: Connection, event: NewEvent) -> bool:
    """Store an event without making anything due; False, and nothing done, when it was received before."""
    known = insert(event_keys).values(account=event.account, external_id=event.external_id)
    if c.execute(known.on_conflict_do_nothing().returning(event_keys.c.account)).first() is None:
        return False
    cells = {name: getattr(event, name) for name in NewEvent.__dataclass_fields__ if name not in _ROUTING}
    c.execute(plain_insert(events).values(cells))
    return True


def is_received(c: Connection, account: str, external_id: str) -> bool:
    """Whether an event of this id was received from an account."""
    query = select(event_keys.c.account).where(event_keys.c.account == account, event_keys.c.external_id == external_id)
    return c.execute(query).first() is not None


def note_received(c: Connection, account: str, external_id: str) -> None:
    """Remember an id as received, without an event of its own; twice is harmless."""
    known = insert(event_keys).values(account=account, external_id=external_id)
    c.execute(known.on_conflict_do_nothing())


def newest_of_account(c: Connection, company: str, kind: str, account: str) -> list[bytes]:
    """Return the body of the newest event, by when it occurred, of every document of a kind that an account told of."""
    query = (
        select(events.c.payload)
        .ext(distinct_on(events.c.document_key))
        .where(events.c.company == company, events.c.document_kind == kind, events.c.account == account)
        .order_by(events.c.document_key, events.c.occurred_at.desc(), events.c.id.desc())
    )
    return [bytes(row.payload) for row in c.execute(query)]


def newest_before(c: Connection, company: str, kind: str, key: str, *, until: datetime) -> bytes | None:
    """Return the body of a document's newest event, by when it occurred, up to a time."""
    query = select(events.c.payload).where(_is(company, kind, key), events.c.occurred_at <= until)
    newest = query.order_by(events.c.occurred_at.desc(), events.c.id.desc()).limit(1)
    row = c.execute(newest).first()
    return bytes(row.payload) if row is not None else None


def keys_of_account(c: Connection, company: str, kind: str, account: str) -> list[str]:
    """Return the keys of all documents of a kind that an account told of."""
    query = select(events.c.document_key).distinct()
    told = query.where(events.c.company == company, events.c.document_kind == kind, events.c.account == account)
    return sorted(c.execute(told).scalars())


def newest_open(c: Connection, company: str, kind: str, account: str, *, since: datetime) -> list[tuple[str, bytes]]:
    """Return key and newest body of every document that an account told of and that is not done, or was touched since.

    The newest is the one that came last.
    """
    is_wanted = (documents.c.state != "done") | (documents.c.touched_at >= since)
    query = (
        select(events.c.document_key, events.c.payload)
        .join(
            documents,
            (documents.c.company == events.c.company)
            & (documents.c.kind == events.c.document_kind)
            & (documents.c.key == events.c.document_key),
        )
        .where(events.c.company == company, events.c.document_kind == kind, events.c.account == account, is_wanted)
        .order_by(events.c.document_key, events.c.received_at.desc(), events.c.id.desc())
        .ext(distinct_on(events.c.document_key))
    )
    return [(row.document_key, bytes(row.payload)) for row in c.execute(query)]


def events_of(c: Connection, company: str, kind: str, key: str) -> list[Event]:
    """Return a document's events in the order of their receipt."""
    query = select(*_COLUMNS).where(_is(company, kind, key)).order_by(events.c.received_at, events.c.id)
    return read_all(Event, c.execute(query))


def heads_of(c: Connection, company: str, kind: str, key: str, *, limit: int) -> list[EventHead]:
    """Return the newest events of a document without their bodies, in the order of their receipt."""
    newest = select(*_HEAD).where(_is(company, kind, key)).order_by(events.c.received_at.desc(), events.c.id.desc())
    return read_all(EventHead, c.execute(newest.limit(limit)))[::-1]


def event_of(c: Connection, company: str, kind: str, key: str, event_id: int) -> Event | None:
    """Return one event of a document with its body, or None."""
    query = select(*_COLUMNS).where(_is(company, kind, key), events.c.id == event_id)
    return read_maybe(Event, c.execute(query).first())


def bodies_of(c: Connection, company: str, kind: str, key: str, account: str) -> list[bytes]:
    """Return the bodies that one account sent of a document, in the order of their receipt."""
    query = select(events.c.payload).where(_is(company, kind, key), events.c.account == account)
    return [bytes(row.payload) for row in c.execute(query.order_by(events.c.received_at, events.c.id))]


def move_events(c: Connection, company: str, *, of: tuple[str, str], to: tuple[str, str]) -> int:
    """Give the events of one document, by kind and key, to another that they turned out to be about; how many."""
    kind, key = to
    statement = update(events).where(_is(company, *of)).values(document_kind=kind, document_key=key)
    return c.execute(statement).rowcount


def mark_handled(c: Connection, company: str, kind: str, key: str, received_until: datetime, at: datetime) -> int:
    """Mark a document's events up to and including that time as handled; returns how many were waiting."""
    statement = (
        update(events)
        .where(_is(company, kind, key), events.c.received_at <= received_until, events.c.handled_at.is_(None))
        .values(handled_at=at)
    )
    return c.execute(statement).rowcount


def _is(company: str, kind: str, key: str) -> ColumnElement[bool]:
    return (events.c.company == company) & (events.c.document_kind == kind) & (events.c.document_key == key)
