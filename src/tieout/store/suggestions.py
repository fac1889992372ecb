"""Suggestions: what was offered for a case, and who applied or dismissed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, func, insert, select, update

from tieout.store.connection import lock_number
from tieout.store.rows import Json, columns_of, read, read_all, read_maybe
from tieout.store.tables import attempts, documents, suggestions


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSuggestion:
    """A suggestion that is to be kept."""

    company: str
    case_id: int | None
    kind: str
    table_name: str
    key: str
    suggested: Mapping[str, Json]
    evidence: Mapping[str, Json]
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One suggestion as it is kept; see the table for the meaning of each field."""

    id: int
    company: str
    case_id: int | None
    kind: str
    table_name: str
    key: str
    suggested: Mapping[str, Json]
    evidence: Mapping[str, Json]
    made_by: str
    made_at: datetime
    answer: Literal["", "applied", "dismissed"]
    answered_by: str | None
    answered_at: datetime | None


_COLUMNS: Final = columns_of(suggestions, Suggestion)
_READ_BACK: Final = 150
"""How many of the last documents are looked through for the ledger's items."""


def hold_case(c: Connection, case_id: int) -> None:
    """Keep others from offering for the same case until this transaction ends."""
    c.execute(select(func.pg_advisory_xact_lock(lock_number("suggestions", str(case_id)))))


def of_case(c: Connection, company: str, case_id: int) -> list[Suggestion]:
    """Return everything that was suggested for a case, the oldest first."""
    mine = (suggestions.c.company == company) & (suggestions.c.case_id == case_id)
    return read_all(Suggestion, c.execute(select(*_COLUMNS).where(mine).order_by(suggestions.c.id)))


def suggestion(c: Connection, suggestion_id: int) -> Suggestion | None:
    """Return one suggestion, or None."""
    query = select(*_COLUMNS).where(suggestions.c.id == suggestion_id)
    return read_maybe(Suggestion, c.execute(query).first())


def offer(c: Connection, fresh: NewSuggestion) -> Suggestion:
    """Keep a suggestion that was offered."""
    cells = {field.name: getattr(fresh, field.name) for field in fields(NewSuggestion)}
    return read(Suggestion, c.execute(insert(suggestions).values(cells).returning(*_COLUMNS)).one())


def answer(
    c: Connection, suggestion_id: int, *, answer: Literal["applied", "dismissed"], by: str, at: datetime
) -> Suggestion | None:
    """Record what somebody made of a suggestion; None when it was answered before."""
    statement = (
        update(suggestions)
        .where(suggestions.c.id == suggestion_id, suggestions.c.answer == "")
        .values(answer=answer, answered_by=by, answered_at=at)
    )
    return read_maybe(Suggestion, c.execute(statement.returning(*_COLUMNS)).first())


def applied(  # one keyword per column
    c: Connection, *, company: str, table_name: str, key: str, value: Mapping[str, Json], by: str, at: datetime
) -> int:
    """Record that somebody proposed just what was suggested for a row; returns how many suggestions that answers."""
    mine = (
        (suggestions.c.company == company)
        & (suggestions.c.table_name == table_name)
        & (func.lower(suggestions.c.key) == key.strip().lower())
        & (suggestions.c.answer == "")
    )
    waiting = read_all(Suggestion, c.execute(select(*_COLUMNS).where(mine, suggestions.c.kind == "mapping")))
    same = [one.id for one in waiting if _filled(one.suggested) == _filled(value)]
    for number in same:
        answer(c, number, answer="applied", by=by, at=at)
    return len(same)


def _filled(value: Mapping[str, Json]) -> dict[str, Json]:
    """The cells of a row that hold something."""
    return {name: cell for name, cell in value.items() if cell != ""}


def counted(c: Connection) -> dict[str, int]:
    """Return how many suggestions of the companies in scope have each answer; empty for those without."""
    query = select(suggestions.c.answer, func.count().label("number")).group_by(suggestions.c.answer)
    return {str(row.answer): int(row.number) for row in c.execute(query)}


def known_items(c: Connection, company: str) -> dict[str, str]:
    """Return name by stock code of the active stock items that the ledger named for the company's latest documents."""
    latest = (
        select(documents.c.company, documents.c.kind, documents.c.key, documents.c.opened_month)
        .where(documents.c.company == company, documents.c.state == "done")
        .order_by(documents.c.touched_at.desc())
        .limit(_READ_BACK)
        .subquery()
    )
    same = (
        (attempts.c.company == latest.c.company)
        & (attempts.c.document_kind == latest.c.kind)
        & (attempts.c.document_key == latest.c.key)
        & (attempts.c.opened_month == latest.c.opened_month)
    )
    query = select(attempts.c.facts["products"]).select_from(latest.join(attempts, same))
    items = [item for row in c.execute(query.where(attempts.c.facts.is_not(None))) for item in row[0] or ()]
    return {str(item["sku"]): str(item["name"]) for item in items if item["is_stock"] and item["is_active"]}
