"""Proposals: changes to mapping tables that wait for a second person, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, func, insert, select, update

from tieout.store.connection import lock_number
from tieout.store.rows import Json, columns_of, read, read_all, read_maybe
from tieout.store.tables import mapping_proposals

State = Literal["waiting", "approved", "rejected", "withdrawn"]
PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal as it stands; `changes` is a list of rows with their value before and after."""

    id: int
    company: str
    table_name: str
    owner: str
    kind: str
    changes: Sequence[Json]
    why: str
    case_id: int | None
    proposed_by: str
    proposed_at: datetime
    state: State
    decided_by: str | None
    decided_at: datetime | None
    decided_why: str | None


_COLUMNS: Final = columns_of(mapping_proposals, Proposal)


def hold_table(c: Connection, company: str, table: str) -> None:
    """Keep others from proposing and deciding on a table until the transaction ends."""
    c.execute(select(func.pg_advisory_xact_lock(lock_number("mapping_proposals", company, table))))


def add(  # noqa: PLR0913 - one keyword per column
    c: Connection,
    *,
    company: str,
    table_name: str,
    owner: str,
    kind: str,
    changes: Sequence[Json],
    why: str,
    case_id: int | None,
    proposed_by: str,
    at: datetime,
) -> Proposal:
    """Write a proposal; it changes nothing until it is approved."""
    statement = insert(mapping_proposals).values(
        company=company,
        table_name=table_name,
        owner=owner,
        kind=kind,
        changes=list(changes),
        why=why,
        case_id=case_id,
        proposed_by=proposed_by,
        proposed_at=at,
    )
    return read(Proposal, c.execute(statement.returning(*_COLUMNS)).one())


def proposal(c: Connection, proposal_id: int, *, hold: bool = False) -> Proposal | None:
    """Return one proposal of the companies in scope, or None; `hold` keeps others off it until the end."""
    query = select(*_COLUMNS).where(mapping_proposals.c.id == proposal_id)
    return read_maybe(Proposal, c.execute(query.with_for_update() if hold else query).first())


def decide(c: Connection, proposal_id: int, *, state: State, by: str, why: str, at: datetime) -> Proposal | None:
    """Record what was decided on a waiting proposal; None when it does not wait any more."""
    statement = (
        update(mapping_proposals)
        .where(mapping_proposals.c.id == proposal_id, mapping_proposals.c.state == "waiting")
        .values(state=state, decided_by=by, decided_at=at, decided_why=why)
    )
    return read_maybe(Proposal, c.execute(statement.returning(*_COLUMNS)).first())


def proposals(
    c: Connection,
    *,
    state: State | None = None,
    company: str | None = None,
    table: str | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Proposal]:
    """Return proposals of the companies in scope, newest first; `before` is the number to go on from."""
    query = select(*_COLUMNS).order_by(mapping_proposals.c.id.desc()).limit(limit)
    wanted = {"state": state, "company": company, "table_name": table}
    for name, value in wanted.items():
        if value is not None:
            query = query.where(mapping_proposals.c[name] == value)
    if before is not None:
        query = query.where(mapping_proposals.c.id < before)
    return read_all(Proposal, c.execute(query))


def waiting_by_table(c: Connection) -> dict[str, int]:
    """Count the waiting proposals of the companies in scope by table."""
    query = select(mapping_proposals.c.table_name, func.count().label("n")).where(
        mapping_proposals.c.state == "waiting"
    )
    return {row.table_name: row.n for row in c.execute(query.group_by(mapping_proposals.c.table_name))}
