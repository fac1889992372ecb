"""Everything that the page of a case shows, gathered in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.domain.faults import BY_CODE
from tieout.domain.faults.kinds import FaultKind
from tieout.domain.money import Money
from tieout.processes.desk.booking import Bookable, bookable_units
from tieout.processes.desk.fixes import Fix, fix_for
from tieout.processes.desk.overriding import Pending, asks_above, pending_of
from tieout.processes.trail.gathering import Trail, trail_of
from tieout.store import cases, comments, documents
from tieout.store.cases import Case
from tieout.store.comments import Comment
from tieout.store.store import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSeen:
    """One fault of a case, with its kind's words and both figures."""

    code: str
    title: str
    at: str
    saw: str
    wanted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One case with what is known of it."""

    case: Case
    title: str
    kind: FaultKind | None
    """The runbook; None for a kind that this release does not know."""
    faults: Sequence[FaultSeen]
    fix: Fix
    pending: Pending | None
    limit: Money | None
    """Above it an override needs a second person; None where the house asks for none."""
    trail: Trail | None
    """The document with its figures and timeline; None when it is gone."""
    comments: Sequence[Comment]
    bookable: Sequence[Bookable]
    earlier: Sequence[Case]
    """Other cases of the same document, the newest first."""


def facts_of_case(c: Connection, case: Case, now: datetime) -> CaseFacts:
    """Everything that people are shown of a case."""
    name = (case.company, case.document_kind, case.document_key)
    document = documents.document(c, *name)
    kind = BY_CODE.get(case.code)
    return CaseFacts(
        case=case,
        title=title_of(case.code),
        kind=kind,
        faults=[_fault(fault) for fault in case.faults if isinstance(fault, Mapping)],
        fix=fix_for(c, case, now),
        pending=pending_of(c, case),
        limit=asks_above(c, case, now),
        trail=trail_of(c, document, now) if document is not None else None,
        comments=comments.comments_of(c, *name),
        bookable=bookable_units(c, case) if case.state == "open" else (),
        earlier=[other for other in reversed(cases.cases_of(c, *name)) if other.id != case.id],
    )


def title_of(code: str) -> str:
    """What a kind of fault is called; its code in words where this release does not know it."""
    kind = BY_CODE.get(code)
    return kind.title if kind is not None else code.replace("_", " ").capitalize()


def _fault(fault: Mapping[str, object]) -> FaultSeen:
    code = str(fault.get("code") or "")
    at, saw, wanted = (str(fault.get(name) or "") for name in ("at", "saw", "wanted"))
    return FaultSeen(code=code, title=title_of(code), at=at, saw=saw, wanted=wanted)
