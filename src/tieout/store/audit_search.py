"""The audit as people look through it: filtered, page by page, and its chains' ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select
from sqlalchemy.types import BigInteger, DateTime, Text

from tieout.store.audit import AuditEntry
from tieout.store.keyset import Cell, Order, Page, page_of
from tieout.store.rows import columns_of, read_all, read_maybe
from tieout.store.tables import audit, audit_heads

PAGE: Final = 50
_COLUMNS: Final = columns_of(audit, AuditEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What somebody looks for; what is empty is not asked for."""

    who: str = ""
    action: str = ""
    """How the action begins, for instance case or case.closed."""
    subject: str = ""
    """The subject to the letter."""
    about: str = ""
    """A word of the subject: the number of a document, a name."""
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a row must fulfil."""
        found: list[ColumnElement[bool]] = []
        if self.who:
            found.append(audit.c.who == self.who)
        if self.action:
            found.append(audit.c.action.startswith(self.action, autoescape=True))
        if self.subject:
            found.append(audit.c.subject == self.subject)
        if self.about:
            found.append(func.lower(audit.c.subject).contains(self.about.lower(), autoescape=True))
        if self.since is not None:
            found.append(audit.c.at >= self.since)
        if self.until is not None:
            found.append(audit.c.at < self.until)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """The end of one chain."""

    company: str
    seq: int
    hash: str


def _bind(cells: Sequence[Cell]) -> Sequence[ColumnElement[Any]]:
    at, company, seq = cells
    if not (isinstance(at, str) and isinstance(company, str) and isinstance(seq, int) and abs(seq) < 2**63):
        raise ValueError(cells)
    when = datetime.fromisoformat(at)
    if when.tzinfo is None:
        raise ValueError(at)
    return (
        bindparam(None, when, DateTime(timezone=True)),
        bindparam(None, company, Text),
        bindparam(None, seq, BigInteger),
    )


_NEWEST: Final = Order(
    name="audit",
    columns=(audit.c.at, audit.c.company, audit.c.seq),
    is_down=True,
    bind=_bind,
    cells=lambda entry: (entry.at.isoformat(), entry.company, entry.seq),
)


def audit_page(
    c: Connection, wanted: AuditFilter, *, after: str = "", before: str = "", size: int = PAGE
) -> Page[AuditEntry]:
    """One page of the entries in scope, newest first. Raises `BadCursor`."""

    def query(
        beyond: Sequence[ColumnElement[bool]], order: Sequence[ColumnElement[Any]], limit: ColumnElement[int]
    ) -> Select[Any]:
        return select(*_COLUMNS).where(*wanted.conditions(), *beyond).order_by(*order).limit(limit)

    def make(rows: Sequence[Row[Any]]) -> list[AuditEntry]:
        return read_all(AuditEntry, rows)

    return page_of(c, query, _NEWEST, make, after=after, before=before, size=size)


def entry(c: Connection, company: str, seq: int) -> AuditEntry | None:
    """One entry of a chain, or None."""
    query = select(*_COLUMNS).where(audit.c.company == company, audit.c.seq == seq)
    return read_maybe(AuditEntry, c.execute(query).first())


def heads(c: Connection) -> list[ChainHead]:
    """The ends of the chains in scope."""
    columns = columns_of(audit_heads, ChainHead)
    return read_all(ChainHead, c.execute(select(*columns).order_by(audit_heads.c.company)))


def people_seen(c: Connection, known: Sequence[str], *, limit: int = 200) -> list[str]:
    """Who acted, among those known by name and whoever acted last."""
    latest = select(audit.c.who).order_by(audit.c.at.desc()).limit(limit * 10).subquery()
    found = c.execute(select(latest.c.who).distinct().limit(limit)).scalars()
    return sorted({*known, *map(str, found)})
