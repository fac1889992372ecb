"""Cases: trouble with one document that a person settles; at most one is open per document."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, exists, func, null, select, text, update
from sqlalchemy import case as choose
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.selectable import ScalarSelect

from tieout.domain.telling import Event
from tieout.store import webhooks
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
    cause: str = ""
    due_at: datetime | None = None


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
    cause: str
    """What it has in common with others; empty on cases of earlier releases."""
    due_at: datetime | None
    snoozed_until: datetime | None
    snoozed_why: str | None
    came_back: int
    settled_where: str | None

    @property
    def version(self) -> str:
        """Changes whenever somebody else, or new trouble, has changed what a person looks at."""
        return f"{self.state}.{self.seen_again}.{self.code}.{self.assignee or ''}"


_COLUMNS: Final = columns_of(cases, Case)
_OPEN: Final = text("state = 'open'")


def open_or_update(c: Connection, document: Document, trouble: Trouble, *, at: datetime) -> Case:
    """Open a case for a document, or bring its open one up to date and count that it came up again.

    An open one keeps the time it is due by; other trouble wakes it when it sleeps.
    """
    cells = {
        "code": trouble.code,
        "owner": trouble.owner,
        "fault_class": trouble.fault_class,
        "faults": list(trouble.faults),
        "stake_minor": trouble.stake_minor,
        "currency": trouble.currency,
        "cause": trouble.cause,
        "came_back": _closed_before(document, trouble.code),
    }
    fresh = insert(cases).values(
        company=document.company,
        document_kind=document.kind,
        document_key=document.key,
        opened_at=at,
        due_at=trouble.due_at,
        **cells,
    )
    is_same = cases.c.code == fresh.excluded.code
    others = {
        "seen_again": cases.c.seen_again + 1,
        "due_at": func.coalesce(cases.c.due_at, fresh.excluded.due_at),
        "snoozed_until": choose((is_same, cases.c.snoozed_until), else_=null()),
        "snoozed_why": choose((is_same, cases.c.snoozed_why), else_=null()),
    }
    statement = fresh.on_conflict_do_update(
        index_elements=["company", "document_kind", "document_key"],
        index_where=_OPEN,
        set_={name: fresh.excluded[name] for name in cells} | others,
    )
    kept = read(Case, c.execute(statement.returning(*_COLUMNS)).one())
    if kept.seen_again == 0:
        _tell(c, Event.CASE_OPENED, kept, at=at)
    return kept


def close(  # one keyword per column
    c: Connection, case_id: int, *, by: str, how: str, at: datetime, where: str | None = None
) -> Case | None:
    """Close a case, saying where it was fixed if that is known; None when it is not open."""
    statement = (
        update(cases)
        .where(cases.c.id == case_id, cases.c.state == "open")
        .values(state="closed", closed_at=at, closed_by=by, closed_how=how, settled_where=where)
    )
    closed = read_maybe(Case, c.execute(statement.returning(*_COLUMNS)).first())
    if closed is not None:
        _tell(c, Event.CASE_CLOSED, closed, at=at)
    return closed


def assign(c: Connection, case_id: int, *, to: str | None) -> Case | None:
    """Put an open case on somebody's desk, or back; None when it is not open."""
    statement = update(cases).where(cases.c.id == case_id, cases.c.state == "open").values(assignee=to)
    return read_maybe(Case, c.execute(statement.returning(*_COLUMNS)).first())


def snooze(c: Connection, case_id: int, *, until: datetime | None, why: str | None) -> Case | None:
    """Let an open case sleep until a time, or wake it with None; None when it is not open."""
    statement = (
        update(cases).where(cases.c.id == case_id, cases.c.state == "open").values(snoozed_until=until, snoozed_why=why)
    )
    return read_maybe(Case, c.execute(statement.returning(*_COLUMNS)).first())


def held(c: Connection, case_ids: Sequence[int]) -> list[Case]:
    """Return these cases by number, and hold them against other acts until the transaction ends."""
    query = select(*_COLUMNS).where(cases.c.id.in_(case_ids)).order_by(cases.c.id).with_for_update()
    return read_all(Case, c.execute(query))


def among(c: Connection, case_ids: Sequence[int]) -> list[Case]:
    """Return these cases by number, as far as they are in scope."""
    return read_all(Case, c.execute(select(*_COLUMNS).where(cases.c.id.in_(case_ids)).order_by(cases.c.id)))


def open_cases(c: Connection, *, owner: str | None = None, limit: int = 1000) -> list[Case]:
    """Return the open cases of the companies in scope, oldest first."""
    query = select(*_COLUMNS).where(cases.c.state == "open")
    if owner is not None:
        query = query.where(cases.c.owner == owner)
    return read_all(Case, c.execute(query.order_by(cases.c.opened_at, cases.c.id).limit(limit)))


def open_with(c: Connection, company: str, kind: str, codes: Collection[str]) -> list[str]:
    """Return the keys of the documents of a kind that have an open case with one of these faults, oldest first."""
    fault = func.jsonb_array_elements(cases.c.faults).table_valued("value", joins_implicitly=True)
    has_one = exists().where(fault.c.value.op("->>")("code").in_(codes)).correlate(cases)
    query = select(cases.c.document_key).where(
        cases.c.company == company, cases.c.state == "open", cases.c.document_kind == kind, has_one
    )
    return list(c.execute(query.order_by(cases.c.opened_at, cases.c.id)).scalars())


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


def _tell(c: Connection, event: Event, of: Case, *, at: datetime) -> None:
    """Tell the programs that ask for it: ids and states only."""
    document: Json = {"kind": of.document_kind, "key": of.document_key}
    told: dict[str, Json] = {"case": of.id, "state": of.state, "code": of.code, "owner": of.owner, "document": document}
    webhooks.tell(c, event, company=of.company, at=at, **told)


def _closed_before(document: Document, code: str) -> ScalarSelect[int]:
    """How many cases of a document with the same trouble were closed before."""
    query = select(func.count()).where(
        cases.c.company == document.company,
        cases.c.document_kind == document.kind,
        cases.c.document_key == document.key,
        cases.c.code == code,
        cases.c.state == "closed",
    )
    return query.scalar_subquery()
