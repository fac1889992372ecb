"""Cases: trouble with one document that a person settles; at most one is open per document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert

from tieout.store.documents import Document
from tieout.store.rows import Json, columns_of, read, read_all, read_maybe
from tieout.store.tables import cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What a case is about: the first fault's code, owner and class, and all faults with their figures."""

    code: str
    owner: str
    fault_class: str
    faults: Sequence[Json]
    stake_minor: int | None
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case as it stands."""

    id: int
    company: str
    document_kind: str
    document_key: str
    code: str
    owner: str
    fault_class: str
    faults: Sequence[Json]
    stake_minor: int | None
    currency: str | None
    opened_at: datetime
    state: Literal["open", "closed"]
    assignee: str | None
    closed_at: datetime | None
    closed_by: str | None
    closed_how: str | None
    seen_again: int


_COLUMNS: Final = columns_of(cases, Case)
_OPEN: Final = text("state = 'open'")


def open_or_update(c: Connection, document: Document, trouble: Trouble, *, at: datetime) -> Case:
    """Open a case for a document, or bring its open one up to date and count that it came up again."""
    cells = {
        "code": trouble.code,
        "owner": trouble.owner,
        "fault_class": trouble.fault_class,
        "faults": list(trouble.faults),
        "stake_minor": trouble.stake_minor,
        "currency": trouble.currency,
    }
    fresh = insert(cases).values(
        company=document.company, document_kind=document.kind, document_key=document.key, opened_at=at, **cells
    )
    statement = fresh.on_conflict_do_update(
        index_elements=["company", "document_kind", "document_key"],
        index_where=_OPEN,
        set_={name: fresh.excluded[name] for name in cells} | {"seen_again": cases.c.seen_again + 1},
    )
    return read(Case, c.execute(statement.returning(*_COLUMNS)).one())


def close(c: Connection, case_id: int, *, by: str, how: str, at: datetime) -> Case | None:
    """Close a case; None when it is not open."""
    statement = (
        update(cases)
        .where(cases.c.id == case_id, cases.c.state == "open")
        .values(state="closed", closed_at=at, closed_by=by, closed_how=how)
    )
    return read_maybe(Case, c.execute(statement.returning(*_COLUMNS)).first())


def assign(c: Connection, case_id: int, *, to: str | None) -> Case | None:
    """Put an open case on somebody's desk, or back; None when it is not open."""
    statement = update(cases).where(cases.c.id == case_id, cases.c.state == "open").values(assignee=to)
    return read_maybe(Case, c.execute(statement.returning(*_COLUMNS)).first())


def open_cases(c: Connection, *, owner: str | None = None, limit: int = 1000) -> list[Case]:
    """Return the open cases of the companies in scope, oldest first."""
    query = select(*_COLUMNS).where(cases.c.state == "open")
    if owner is not None:
        query = query.where(cases.c.owner == owner)
    return read_all(Case, c.execute(query.order_by(cases.c.opened_at, cases.c.id).limit(limit)))


def case(c: Connection, case_id: int) -> Case | None:
    """Return one case, or None."""
    return read_maybe(Case, c.execute(select(*_COLUMNS).where(cases.c.id == case_id)).first())


def cases_of(c: Connection, company: str, kind: str, key: str) -> list[Case]:
    """Return all cases of a document, oldest first."""
    query = select(*_COLUMNS).where(
        cases.c.company == company, cases.c.document_kind == kind, cases.c.document_key == key
    )
    return read_all(Case, c.execute(query.order_by(cases.c.id)))


def open_case_of(c: Connection, company: str, kind: str, key: str) -> Case | None:
    """Return a document's open case, or None."""
    return next((one for one in cases_of(c, company, kind, key) if one.state == "open"), None)
