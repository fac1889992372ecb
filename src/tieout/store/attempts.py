"""Attempts: what was gathered and decided each time a process worked on a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, cast, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH, distinct_on
from sqlalchemy.sql.elements import ColumnElement

from tieout.store.documents import Document
from tieout.store.rows import Json, columns_of, read, read_all, read_maybe
from tieout.store.tables import attempts, documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt; `ended` is None while it runs, or for ever if its worker died."""

    company: str
    document_kind: str
    document_key: str
    opened_month: date
    number: int
    process: str
    started_at: datetime
    finished_at: datetime | None
    facts: Json
    decision: Json
    ended: str | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLine:
    """One attempt as a line of a timeline: what was planned, or what stood in the way, by its short names."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    commands: Sequence[str] | None
    """The commands of its plan; empty where nothing was to be done, None where nothing was decided."""
    faults: Sequence[str] | None
    """Codes of the faults that stopped it."""
    ended: str | None
    note: str


_COLUMNS: Final = columns_of(attempts, Attempt)


def begin(c: Connection, document: Document, *, process: str, at: datetime) -> Attempt:
    """Open the next attempt at a document and count it."""
    mine = (
        (documents.c.company == document.company)
        & (documents.c.kind == document.kind)
        & (documents.c.key == document.key)
    )
    counting = update(documents).where(mine).values(attempts=documents.c.attempts + 1)
    number = c.execute(counting.returning(documents.c.attempts)).scalar_one()
    opened = insert(attempts).values(
        company=document.company,
        document_kind=document.kind,
        document_key=document.key,
        opened_month=document.opened_month,
        number=number,
        process=process,
        started_at=at,
    )
    return read(Attempt, c.execute(opened.returning(*_COLUMNS)).one())


def record_decision(c: Connection, attempt: Attempt, *, facts: Json, decision: Json) -> Attempt:
    """Record what was gathered and decided, before anything is performed.

    A decision that is recorded already stays as it is and is returned: replay obeys the record.
    """
    recording = (
        update(attempts)
        .where(_is(attempt), attempts.c.decision.is_(None))
        .values(facts=facts, decision=decision)
        .returning(*_COLUMNS)
    )
    row = c.execute(recording).first()
    return read(Attempt, row if row is not None else c.execute(select(*_COLUMNS).where(_is(attempt))).one())


def finish(c: Connection, attempt: Attempt, *, ended: str, note: str, at: datetime) -> None:
    """Close an attempt, saying how it ended."""
    c.execute(update(attempts).where(_is(attempt)).values(ended=ended, note=note, finished_at=at))


def last_attempt(c: Connection, document: Document) -> Attempt | None:
    """Return the newest attempt at a document, or None."""
    query = select(*_COLUMNS).where(_of(document)).order_by(attempts.c.number.desc()).limit(1)
    return read_maybe(Attempt, c.execute(query).first())


def last_gathered(c: Connection, document: Document) -> Attempt | None:
    """Return the newest attempt that has facts, or None where none could be gathered."""
    query = select(*_COLUMNS).where(_of(document), attempts.c.facts.is_not(None))
    return read_maybe(Attempt, c.execute(query.order_by(attempts.c.number.desc()).limit(1)).first())


def newest_facts(c: Connection, company: str, kind: str, *, since: datetime) -> Iterator[tuple[str, Json]]:
    """Return the key and the newest facts of every document that is not done, or was touched since."""
    is_wanted = (documents.c.state != "done") | (documents.c.touched_at >= since)
    query = (
        select(attempts.c.document_key, attempts.c.facts)
        .join(
            documents,
            (documents.c.company == attempts.c.company)
            & (documents.c.kind == attempts.c.document_kind)
            & (documents.c.key == attempts.c.document_key)
            & (documents.c.opened_month == attempts.c.opened_month),
        )
        .where(documents.c.company == company, documents.c.kind == kind, is_wanted, attempts.c.facts.is_not(None))
        .order_by(attempts.c.document_key, attempts.c.number.desc())
        .ext(distinct_on(attempts.c.document_key))
    )
    for row in c.execute(query):
        yield row.document_key, row.facts


def attempts_of(c: Connection, document: Document) -> list[Attempt]:
    """Return all attempts at a document, oldest first."""
    return read_all(Attempt, c.execute(select(*_COLUMNS).where(_of(document)).order_by(attempts.c.number)))


def lines_of(c: Connection, document: Document, *, limit: int) -> list[AttemptLine]:
    """Return the newest attempts at a document as lines, oldest first; facts and plans stay where they are."""
    query = select(
        attempts.c.number,
        attempts.c.started_at,
        attempts.c.finished_at,
        _every("$.plan.commands[*].kind").label("commands"),
        _every("$.blocked.faults[*].code").label("faults"),
        attempts.c.ended,
        attempts.c.note,
    )
    newest = query.where(_of(document)).order_by(attempts.c.number.desc()).limit(limit)
    return read_all(AttemptLine, c.execute(newest))[::-1]


def _every(path: str) -> ColumnElement[Any]:
    """All values at a path of the decision, as a list."""
    return func.jsonb_path_query_array(attempts.c.decision, cast(path, JSONPATH), type_=JSONB)


def _of(document: Document) -> ColumnElement[bool]:
    return (
        (attempts.c.company == document.company)
        & (attempts.c.document_kind == document.kind)
        & (attempts.c.document_key == document.key)
        & (attempts.c.opened_month == document.opened_month)
    )


def _is(attempt: Attempt) -> ColumnElement[bool]:
    return (
        (attempts.c.company == attempt.company)
        & (attempts.c.document_kind == attempt.document_kind)
        & (attempts.c.document_key == attempt.document_key)
        & (attempts.c.opened_month == attempt.opened_month)
        & (attempts.c.number == attempt.number)
    )
