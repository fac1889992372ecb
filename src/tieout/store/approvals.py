"""Approvals: what people decided about one document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from tieout.store.rows import columns_of, read, read_all
from tieout.store.tables import approvals

BOOKED_BY_HAND: Final = "booked_by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One decision: the fault that was overridden, or that the document was booked by hand in Sage."""

    id: int
    company: str
    document_kind: str
    document_key: str
    code: str
    who: str
    why: str
    reference: str | None
    at: datetime


_COLUMNS: Final = columns_of(approvals, Approval)


def approve(  # noqa: PLR0913  # one keyword per column
    c: Connection,
    *,
    company: str,
    kind: str,
    key: str,
    code: str,
    who: str,
    why: str,
    at: datetime,
    reference: str | None = None,
) -> Approval:
    """Record a decision about a document."""
    statement = insert(approvals).values(
        company=company, document_kind=kind, document_key=key, code=code, who=who, why=why, reference=reference, at=at
    )
    return read(Approval, c.execute(statement.returning(*_COLUMNS)).one())


def approvals_of(c: Connection, company: str, kind: str, key: str) -> list[Approval]:
    """Return the decisions about a document, oldest first."""
    query = select(*_COLUMNS).where(
        approvals.c.company == company, approvals.c.document_kind == kind, approvals.c.document_key == key
    )
    return read_all(Approval, c.execute(query.order_by(approvals.c.id)))
