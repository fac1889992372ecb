"""Effects: everything we did, or set out to do, in a remote system.

The intent is committed before anything is sent; afterwards the outcome is recorded. An effect that is
still `intended` may or may not have happened: look in the remote system by its key before sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, func, null, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from tieout.store.connection import lock_number
from tieout.store.documents import Document
from tieout.store.rows import Json, columns_of, read, read_all, read_maybe
from tieout.store.tables import documents, effects

ANSWERED: Final = "answered_as_done"
EffectState = Literal["intended", "done", "refused", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is about to be done: the command, whole, under its key."""

    key: str
    attempt: int
    command: str
    system: str
    content: Json
    content_hash: str
    about: str = ""
    """The sales order that it concerns, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One effect as it stands."""

    company: str
    key: str
    opened_month: date
    document_kind: str
    document_key: str
    attempt: int
    command: str
    system: str
    content: Json
    content_hash: str
    state: EffectState
    intended_at: datetime
    about: str
    sent_at: datetime | None
    """When a request that may have arrived was last sent; None when none is in doubt."""
    tries: int
    settled_at: datetime | None
    reference: str | None
    answer: Json
    reason: str | None


_COLUMNS: Final = columns_of(effects, Effect)


def intend(c: Connection, document: Document, intent: Intent, *, at: datetime) -> Effect:
    """Record an intent and return its effect; commit before sending anything.

    If the key is known already, the effect that stands is returned unchanged, whatever its content: the
    caller compares `content_hash` and decides.
    """
    statement = insert(effects).values(
        company=document.company,
        opened_month=document.opened_month,
        document_kind=document.kind,
        document_key=document.key,
        state="intended",
        intended_at=at,
        **_cells(intent),
    )
    row = c.execute(statement.on_conflict_do_nothing().returning(*_COLUMNS)).first()
    if row is not None:
        return read(Effect, row)
    return read(Effect, c.execute(select(*_COLUMNS).where(_is(document, intent.key))).one())


def intend_again(c: Connection, document: Document, intent: Intent, *, at: datetime) -> Effect:
    """Take an effect that is not done into a new attempt, with that attempt's content and a fresh count of tries.

    A request that may still arrive stays in doubt.
    """
    statement = (
        update(effects)
        .where(_is(document, intent.key), effects.c.state != "done")
        .values(
            state="intended", intended_at=at, settled_at=None, reason=None, answer=null(), tries=0, **_cells(intent)
        )
    )
    return read(Effect, c.execute(statement.returning(*_COLUMNS)).one())


def sending(c: Connection, document: Document, key: str, *, at: datetime) -> int:
    """Record that the request is about to be sent; commit before sending. Returns the tries of this attempt."""
    statement = update(effects).where(_is(document, key)).values(tries=effects.c.tries + 1, sent_at=at)
    return int(c.execute(statement.returning(effects.c.tries)).scalar_one())


def not_sent(c: Connection, document: Document, key: str) -> None:
    """Record that the remote system certainly did not do what was last sent: nothing is in doubt, no try is spent."""
    c.execute(update(effects).where(_is(document, key)).values(sent_at=None, tries=effects.c.tries - 1))


def answered(c: Connection, document: Document, key: str) -> None:
    """Record that the remote system answered the last sending as done: it is never sent again in this attempt."""
    c.execute(update(effects).where(_is(document, key)).values(answer={ANSWERED: True}))


def hold_order(c: Connection, company: str, order: str) -> None:
    """Hold a sales order until the transaction ends, against other documents that share out its units."""
    c.execute(select(func.pg_advisory_xact_lock(lock_number("order", company, order))))


def effects_on_order(c: Connection, order: str, *, commands: Sequence[str]) -> list[Effect]:
    """Return every document's effects on one sales order that were done or may have been, by command."""
    query = select(*_COLUMNS).where(
        effects.c.about == order, effects.c.command.in_(commands), effects.c.state.in_(["intended", "done"])
    )
    return read_all(Effect, c.execute(query.order_by(effects.c.intended_at, effects.c.key)))


def mark_done(
    c: Connection, document: Document, key: str, *, reference: str | None, answer: Json, at: datetime
) -> Effect:
    """Record that the remote system has it, under this reference."""
    return _settle(c, document, key, at, state="done", reference=reference, answer=answer)


def mark_refused(c: Connection, document: Document, key: str, *, reason: str, answer: Json, at: datetime) -> Effect:
    """Record that the remote system refused it, in its own words."""
    return _settle(c, document, key, at, state="refused", reason=reason, answer=answer)


def withdraw(c: Connection, document: Document, key: str, *, reason: str, at: datetime) -> Effect:
    """Record that it was found not to have happened and will not be sent."""
    return _settle(c, document, key, at, state="withdrawn", reason=reason)


def effect(c: Connection, document: Document, key: str) -> Effect | None:
    """Return the effect of this key, or None."""
    return read_maybe(Effect, c.execute(select(*_COLUMNS).where(_is(document, key))).first())


def under_key(c: Connection, company: str, key: str) -> Effect | None:
    """Return the effect of a key, whichever document of the company it belongs to, or None."""
    query = select(*_COLUMNS).where(effects.c.company == company, effects.c.key == key).limit(1)
    return read_maybe(Effect, c.execute(query).first())


def intended_of(c: Connection, company: str, command: str) -> list[Effect]:
    """Return everything of one kind of command that is decided on, or was sent, and is not known to be done."""
    query = select(*_COLUMNS).where(
        effects.c.company == company, effects.c.command == command, effects.c.state == "intended"
    )
    return read_all(Effect, c.execute(query.order_by(effects.c.key)))


def done_keys(c: Connection, company: str, keys: Sequence[str]) -> set[str]:
    """Return those of the keys under which something was done and read back."""
    query = select(effects.c.key).where(
        effects.c.company == company, effects.c.key.in_(keys), effects.c.state == "done"
    )
    return {row.key for row in c.execute(query)}


def effects_of(c: Connection, document: Document) -> list[Effect]:
    """Return all effects of a document in the order in which they were intended."""
    query = select(*_COLUMNS).where(
        effects.c.company == document.company,
        effects.c.document_kind == document.kind,
        effects.c.document_key == document.key,
        effects.c.opened_month == document.opened_month,
    )
    return read_all(Effect, c.execute(query.order_by(effects.c.intended_at, effects.c.key)))


def done_of_open(c: Connection, company: str, kind: str, *, command: str, since: datetime) -> list[Effect]:
    """Return the done effects of a command of all documents of a kind that are not done, or were touched since."""
    is_wanted = (documents.c.state != "done") | (documents.c.touched_at >= since)
    query = (
        select(*_COLUMNS)
        .join(
            documents,
            (documents.c.company == effects.c.company)
            & (documents.c.kind == effects.c.document_kind)
            & (documents.c.key == effects.c.document_key),
        )
        .where(documents.c.company == company, documents.c.kind == kind, is_wanted)
        .where(effects.c.command == command, effects.c.state == "done")
    )
    return read_all(Effect, c.execute(query.order_by(effects.c.document_key, effects.c.key)))


def open_effects(c: Connection, *, intended_before: datetime, limit: int = 100) -> list[Effect]:
    """Return effects of the companies in scope whose outcome has been unknown since before that time."""
    query = select(*_COLUMNS).where(effects.c.state == "intended", effects.c.intended_at < intended_before)
    return read_all(Effect, c.execute(query.order_by(effects.c.intended_at).limit(limit)))


def _settle(c: Connection, document: Document, key: str, at: datetime, **cells: Any) -> Effect:  # noqa: ANN401  # columns
    statement = update(effects).where(_is(document, key), effects.c.state != "done")
    row = c.execute(statement.values(settled_at=at, **cells).returning(*_COLUMNS)).first()
    if row is not None:
        return read(Effect, row)
    standing = effect(c, document, key)
    assert standing is not None, f"no intent was recorded under {key}"
    assert cells["state"] == "done", f"{key} is done and cannot become {cells['state']}"
    return standing


def _cells(intent: Intent) -> dict[str, Any]:
    return {name: getattr(intent, name) for name in Intent.__dataclass_fields__}


def _is(document: Document, key: str) -> ColumnElement[bool]:
    return (
        (effects.c.company == document.company)
        & (effects.c.key == key)
        & (effects.c.opened_month == document.opened_month)
    )
