"""The audit for people: what changed in an entry, a file for auditors, and the check of the chains."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tieout.domain.people import Actor, Permission
from tieout.processes.desk import NotPossible
from tieout.processes.tables_out import Cell, Row, Sheet, write_csv, write_excel
from tieout.store import Store, audit
from tieout.store.audit import AuditEntry, Break
from tieout.store.audit_search import AuditFilter, ChainHead, audit_page, heads
from tieout.store.keyset import Page, every
from tieout.store.store import EVERY_COMPANY

READ_AT_A_TIME: Final = 1_000
EXCEL_ROWS_MAX: Final = 100_000
HEADS: Final = ("Chain", "Row", "At (UTC)", "Who", "Did", "To what", "Before", "After", "Previous hash", "Hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of an entry, before and after."""

    field: str
    before: str
    after: str

    @property
    def is_other(self) -> bool:
        """Say whether it changed."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found in one chain."""

    chain: str
    rows: int
    hash: str
    broken: Break | None


def changes_of(entry: AuditEntry) -> list[Change]:
    """The fields of an entry side by side, what changed first; a value without fields is one field without a name."""
    before, after = _fields(entry.before), _fields(entry.after)
    names = dict.fromkeys([*before, *after])
    found = [Change(field=name, before=before.get(name, ""), after=after.get(name, "")) for name in names]
    return sorted(found, key=lambda one: not one.is_other)


def check_chains(store: Store, actor: Actor, *, company: str | None, now: datetime) -> list[Checked]:
    """Check every chain in sight, and note what was found."""
    found = []
    with store.scope(company) as c:
        for head in heads(c):
            name = None if head.company == EVERY_COMPANY else head.company
            broken = audit.first_break(c, name)
            found.append(Checked(chain=head.company, rows=head.seq, hash=head.hash, broken=broken))
    broken_rows = {one.chain: one.broken.seq for one in found if one.broken is not None}
    _note(store, actor, "audit.checked", company, {"chains": len(found), "broken": broken_rows}, now)
    return found


def export_csv(
    store: Store, actor: Actor, wanted: AuditFilter, *, company: str | None, now: datetime
) -> Iterator[bytes]:
    """Entries as CSV, piece by piece, with their hashes. Noted before the first piece; `NotPossible` for a stranger."""
    _begin_export(store, actor, wanted, company, now)
    return write_csv(HEADS, (_row(one) for one in _every(store, wanted, company, now)))


def export_excel(store: Store, actor: Actor, wanted: AuditFilter, *, company: str | None, now: datetime) -> bytes:
    """Entries as Excel, with the chains' ends on the last sheet. `NotPossible` when there are too many for one file."""
    ends = _begin_export(store, actor, wanted, company, now)
    facts: dict[str, Cell] = {"Taken by": actor.display_name, "Taken at": now}
    facts |= {f"Filter: {name}": value for name, value in _told(wanted).items()}
    facts |= {f"Chain {end.company} ends at row {end.seq:,} with": end.hash for end in ends}
    rows = (_row(one) for one in _every(store, wanted, company, now))
    try:
        return write_excel([Sheet(name="Audit", heads=HEADS, rows=rows)], facts, most=EXCEL_ROWS_MAX)
    except ValueError as error:
        raise NotPossible(str(error)) from None


def _begin_export(
    store: Store, actor: Actor, wanted: AuditFilter, company: str | None, now: datetime
) -> list[ChainHead]:
    """The ends of the chains after it was noted who takes what."""
    if not (actor.may(Permission.AUDIT_SEE) and actor.may(Permission.EXPORTS_MAKE)):
        raise NotPossible("Your role sees the audit and does not export it: ask an auditor.")
    with store.scope(company) as c:
        ends = heads(c)
    told = {**_told(wanted), "ends": {end.company: end.hash for end in ends}}
    _note(store, actor, "audit.exported", company, told, now)
    with store.scope(company) as c:
        return heads(c)


def _every(store: Store, wanted: AuditFilter, company: str | None, now: datetime) -> Iterator[AuditEntry]:
    """Every entry that is wanted and was there before the file was begun, newest first."""

    def read(after: str) -> Page[AuditEntry]:
        with store.scope(company) as c:
            return audit_page(c, wanted, after=after, size=READ_AT_A_TIME)

    return (one for one in every(read) if one.at <= now)


def _row(entry: AuditEntry) -> Row:
    return (
        entry.company,
        entry.seq,
        entry.at.isoformat(timespec="microseconds"),
        entry.who,
        entry.action,
        entry.subject,
        _spelled(entry.before),
        _spelled(entry.after),
        entry.previous_hash,
        entry.hash,
    )


def _spelled(value: object) -> str:
    return "" if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _told(wanted: AuditFilter) -> dict[str, str]:
    """The filter in words, without what is not asked for."""
    told = {name: getattr(wanted, name) for name in ("who", "action", "subject", "about", "since", "until")}
    return {name: str(value) for name, value in told.items() if value}


def _fields(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {str(name): _in_words(one) for name, one in value.items()}
    return {"": _in_words(value)}


def _in_words(value: Any) -> str:  # noqa: ANN401 - a JSON value
    match value:
        case None | "" | [] | {}:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() if all(isinstance(one, str | int) for one in value):
            return ", ".join(map(str, value))
        case dict() | list():
            return _spelled(value)
        case _:
            return str(value)


def _note(
    store: Store, actor: Actor, action: str, company: str | None, after: Mapping[str, Any], now: datetime
) -> None:
    """Put into the chain of the company that was looked at, or of the installation."""
    with store.scope(company) as c:
        audit.append(
            c, company=company, who=actor.name, action=action, subject="audit", before=None, after=dict(after), at=now
        )
