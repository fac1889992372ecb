"""Cases that a comparison opens and closes by itself: nobody works on them but people and the next comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tieout.domain.faults.kinds import Fault
from tieout.domain.legs import Leg
from tieout.domain.money import Money
from tieout.processes import standing
from tieout.store import documents
from tieout.store.legs import SeenLeg
from tieout.store.store import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a comparison is about."""

    company: str
    kind: str
    key: str
    title: str
    lanes: int = field(default=1)


def raise_case(
    c: Connection,
    subject: Subject,
    faults: Sequence[Fault],
    stake: Money,
    *,
    at: datetime,
    legs: Sequence[tuple[Leg, SeenLeg]] = (),
) -> None:
    """Put a subject on somebody's desk, or bring its open case up to date; each leg with what both sides say."""
    assert faults, f"a case about {subject.title} without a fault"
    document = documents.touch(
        c,
        company=subject.company,
        kind=subject.kind,
        key=subject.key,
        lane_key=subject.key,
        lanes=subject.lanes,
        due_at=at,
        at=at,
    )
    documents.describe(c, document, title=subject.title, stake_minor=stake.minor, currency=stake.currency)
    standing.declare(c, document, [leg for leg, _ in legs], at=at)
    standing.see_read(c, document, [seen for _, seen in legs], at=at)
    standing.open_case(c, document, tuple(faults), stake, at=at)
    documents.settle(c, document, state="blocked", due_at=None, at=at, troubled_since=None)


def clear_case(c: Connection, subject: Subject, *, at: datetime, legs: Sequence[tuple[Leg, SeenLeg]] = ()) -> bool:
    """Close a subject's case, whose cause is gone; False, and nothing done, where it has none."""
    document = documents.document(c, subject.company, subject.kind, subject.key)
    if document is None or document.state == "done":
        return False
    standing.declare(c, document, [leg for leg, _ in legs], at=at)
    standing.see_read(c, document, [seen for _, seen in legs], at=at)
    standing.close_case(c, document, at=at)
    documents.settle(c, document, state="done", due_at=None, at=at, troubled_since=None)
    return True
