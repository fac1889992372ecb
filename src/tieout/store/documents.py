"""Documents: what state each is in and when it is to be worked on next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from sqlalchemy import Connection, case, func, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from tieout.domain.telling import Event
from tieout.store import webhooks
from tieout.store.rows import Json, columns_of, read, read_all, read_maybe
from tieout.store.tables import documents

State = Literal["new", "waiting", "blocked", "done"]
PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One business document as it stood when it was read.

    `touches` counts what happened to it, so that `settle` can see that something came in between.
    """

    company: str
    kind: str
    key: str
    opened_month: date
    lane_key: str
    lane: int
    state: State
    due_at: datetime | None
    touched_at: datetime
    touches: int
    attempts: int
    troubled_since: datetime | None
    troubled_by: str
    opened_at: datetime
    settled_at: datetime | None
    title: str
    stake_minor: int | None
    currency: str | None


_COLUMNS: Final = columns_of(documents, Document)


def lane_of(lane_key: str, lanes: int) -> int:
    """Return the lane of a key: the same on every machine and in every release."""
    assert lanes >= 1, f"{lanes} lanes"
    return int.from_bytes(hashlib.sha256(lane_key.encode()).digest()[:8]) % lanes


def touch(  # noqa: PLR0913  # one keyword per column
    c: Connection, *, company: str, kind: str, key: str, lane_key: str, lanes: int, due_at: datetime, at: datetime
) -> Document:
    """Note that something happened to a document, opening it if it is new; it becomes due at `due_at`.

    The earliest due time wins. A done or blocked document is woken.
    """
    fresh = insert(documents).values(
        company=company,
        kind=kind,
        key=key,
        opened_month=at.astimezone(UTC).date().replace(day=1),
        lane_key=lane_key,
        lane=lane_of(lane_key, lanes),
        due_at=due_at,
        touched_at=at,
        opened_at=at,
    )
    statement = fresh.on_conflict_do_update(
        index_elements=["company", "kind", "key"],
        set_={
            "lane_key": fresh.excluded.lane_key,
            "lane": fresh.excluded.lane,
            "due_at": func.least(documents.c.due_at, fresh.excluded.due_at),
            "touched_at": func.greatest(documents.c.touched_at, fresh.excluded.touched_at),
            "touches": documents.c.touches + 1,
            "state": case((documents.c.state.in_(["done", "blocked"]), "waiting"), else_=documents.c.state),
            "settled_at": null(),
        },
    )
    return read(Document, c.execute(statement.returning(*_COLUMNS)).one())


def next_due(
    c: Connection, company: str, lane: int, now: datetime, *, kinds: Sequence[str] | None = None
) -> Document | None:
    """Return the document of this lane that has been due for longest, or None."""
    query = select(*_COLUMNS).where(documents.c.company == company, documents.c.lane == lane, documents.c.due_at <= now)
    if kinds is not None:
        query = query.where(documents.c.kind.in_(kinds))
    return read_maybe(Document, c.execute(query.order_by(documents.c.due_at, documents.c.key).limit(1)).first())


def due_lanes(c: Connection, now: datetime, *, kinds: Sequence[str] | None = None) -> list[tuple[str, int]]:
    """Return every (company, lane) that has a document due."""
    query = select(documents.c.company, documents.c.lane).where(documents.c.due_at <= now)
    if kinds is not None:
        query = query.where(documents.c.kind.in_(kinds))
    return [(row.company, row.lane) for row in c.execute(query.distinct().order_by("company", "lane"))]


def settle(
    c: Connection,
    document: Document,
    *,
    state: State,
    due_at: datetime | None,
    at: datetime,
    troubled_since: datetime | None,
    troubled_by: str = "",
) -> bool:
    """Record where work on a document has ended.

    Returns False when the document was touched since it was read: then it stays due at the touch's time
    and is not set to done or blocked, because what came in has not been looked at.
    """
    unchanged = documents.c.touches == document.touches
    due = literal(due_at, documents.c.due_at.type)
    settled = literal(at if state == "done" else None, documents.c.settled_at.type)
    statement = (
        update(documents)
        .where(_is(document.company, document.kind, document.key))
        .values(
            state=case((unchanged, state), else_="waiting"),
            due_at=case((unchanged, due), else_=func.least(documents.c.due_at, due)),
            settled_at=case((unchanged, settled), else_=null()),
            troubled_since=troubled_since,
            troubled_by=troubled_by,
        )
        .returning(unchanged)
    )
    is_settled = bool(c.execute(statement).scalar_one())
    if is_settled and state == "done" and document.state != "done":
        named: Json = {"kind": document.kind, "key": document.key}
        webhooks.tell(c, Event.DOCUMENT_TIED_OUT, company=document.company, at=at, document=named, state=state)
    return is_settled


def describe(c: Connection, document: Document, *, title: str, stake_minor: int | None, currency: str | None) -> None:
    """Give a document the name and the money at stake that people see."""
    values = {"title": title, "stake_minor": stake_minor, "currency": currency}
    c.execute(update(documents).where(_is(document.company, document.kind, document.key)).values(values))


def document(c: Connection, company: str, kind: str, key: str) -> Document | None:
    """Return one document, or None."""
    return read_maybe(Document, c.execute(select(*_COLUMNS).where(_is(company, kind, key))).first())


def documents_in(
    c: Connection, state: State | None = None, *, kind: str | None = None, limit: int = PAGE, offset: int = 0
) -> list[Document]:
    """Return documents of the companies in scope, last touched first."""
    query = select(*_COLUMNS).order_by(documents.c.touched_at.desc(), documents.c.key).limit(limit).offset(offset)
    if state is not None:
        query = query.where(documents.c.state == state)
    if kind is not None:
        query = query.where(documents.c.kind == kind)
    return read_all(Document, c.execute(query))


def count_due(c: Connection, by: datetime | None = None) -> int:
    """Count documents of the companies in scope that are due now or at a known time; with `by` those due by then."""
    is_due = documents.c.due_at.is_not(None) if by is None else documents.c.due_at <= by
    return int(c.execute(select(func.count()).where(is_due)).scalar_one())


def counted(c: Connection) -> dict[tuple[str, str, State], int]:
    """Count documents of the companies in scope by (company, kind, state)."""
    query = select(documents.c.company, documents.c.kind, documents.c.state, func.count().label("n"))
    grouped = query.group_by(documents.c.company, documents.c.kind, documents.c.state)
    return {(row.company, row.kind, row.state): row.n for row in c.execute(grouped)}


def _is(company: str, kind: str, key: str) -> ColumnElement[bool]:
    return (documents.c.company == company) & (documents.c.kind == kind) & (documents.c.key == key)
