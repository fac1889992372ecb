"""The audit: what people changed, append-only, each row chained to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from tieout.store.connection import spell
from tieout.store.rows import Json, columns_of, read, read_all
from tieout.store.tables import EVERY_COMPANY, audit, audit_heads

_BATCH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change; `company` is * for changes to the whole installation."""

    seq: int
    at: datetime
    who: str
    company: str
    action: str
    subject: str
    before: Json
    after: Json
    previous_hash: str
    hash: str


_COLUMNS: Final = columns_of(audit, AuditEntry)


def append(  # noqa: PLR0913  # one keyword per column
    c: Connection, *, company: str | None, who: str, action: str, subject: str, before: Json, after: Json, at: datetime
) -> AuditEntry:
    """Add one change to the chain of its company (None: of the installation).

    Writers of one chain wait for each other until the end of their transactions.
    """
    chain = EVERY_COMPANY if company is None else company
    c.execute(insert(audit_heads).values(company=chain, seq=0, hash="").on_conflict_do_nothing())
    head = c.execute(select(audit_heads).where(audit_heads.c.company == chain).with_for_update()).one()
    entry = AuditEntry(
        seq=head.seq + 1,
        at=at.astimezone(UTC),
        who=who,
        company=chain,
        action=action,
        subject=subject,
        before=json.loads(spell(before)),  # as it will be read back
        after=json.loads(spell(after)),
        previous_hash=head.hash,
        hash="",
    )
    cells = {name: getattr(entry, name) for name in AuditEntry.__dataclass_fields__} | {"hash": _hash(entry)}
    written = read(AuditEntry, c.execute(plain_insert(audit).values(cells).returning(*_COLUMNS)).one())
    c.execute(update(audit_heads).where(audit_heads.c.company == chain).values(seq=written.seq, hash=written.hash))
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where a chain is broken: the number of the first bad row, and one sentence."""

    seq: int
    why: str


def verify_chain(c: Connection, company: str | None) -> str | None:
    """Check a whole chain; returns None when it is whole, else one sentence that names the first bad row."""
    found = first_break(c, company)
    return None if found is None else found.why


def first_break(c: Connection, company: str | None) -> Break | None:
    """Check a whole chain; returns None when it is whole."""
    chain = EVERY_COMPANY if company is None else company
    head = c.execute(select(audit_heads).where(audit_heads.c.company == chain)).first()
    seq, last = 0, ""
    while rows := _after(c, chain, seq):
        for entry in rows:
            if entry.seq != seq + 1:
                return Break(seq=seq + 1, why=f"Row {seq + 1} of the audit is missing.")
            if entry.previous_hash != last or entry.hash != _hash(entry):
                return Break(seq=entry.seq, why=f"Row {entry.seq} of the audit was changed after it was written.")
            seq, last = entry.seq, entry.hash
    if (seq, last) != ((head.seq, head.hash) if head is not None else (0, "")):
        return Break(seq=seq + 1, why=f"The audit ends at row {seq}, but more was written.")
    return None


def entries(
    c: Connection, *, subject: str | None = None, limit: int = 100, before_seq: int | None = None
) -> list[AuditEntry]:
    """Return changes of the companies in scope, newest first."""
    query = select(*_COLUMNS).order_by(audit.c.at.desc(), audit.c.seq.desc()).limit(limit)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    if before_seq is not None:
        query = query.where(audit.c.seq < before_seq)
    return read_all(AuditEntry, c.execute(query))


def entries_about(c: Connection, company: str, subjects: Sequence[str], *, limit: int) -> list[AuditEntry]:
    """Return the newest changes of these subjects of one company, newest first."""
    query = select(*_COLUMNS).where(audit.c.company == company, audit.c.subject.in_(subjects))
    return read_all(AuditEntry, c.execute(query.order_by(audit.c.at.desc(), audit.c.seq.desc()).limit(limit)))


def _after(c: Connection, chain: str, seq: int) -> list[AuditEntry]:
    query = select(*_COLUMNS).where(audit.c.company == chain, audit.c.seq > seq)
    return read_all(AuditEntry, c.execute(query.order_by(audit.c.seq).limit(_BATCH)))


def _hash(entry: AuditEntry) -> str:
    """Return the SHA-256 over everything in a row but its own hash, in one fixed spelling."""
    cells = [
        entry.seq,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.who,
        entry.company,
        entry.action,
        entry.subject,
        entry.before,
        entry.after,
        entry.previous_hash,
    ]
    spelled = json.dumps(cells, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()
