"""Things found that no document explains: each becomes a document of its own on somebody's desk."""

from __future__ import annotations

from datetime import datetime

from tieout.domain.faults.kinds import Fault
from tieout.domain.money import Money
from tieout.processes import standing
from tieout.store import cases, documents, legs
from tieout.store.store import Connection


def report_stray(  # noqa: PLR0913 - a stray is just these facts
    c: Connection,
    *,
    company: str,
    kind: str,
    key: str,
    title: str,
    fault: Fault,
    stake: Money,
    leg: legs.SeenLeg | None,
    at: datetime,
) -> bool:
    """Open the stray's document, its case and its unexpected leg; False when it is known already."""
    known = documents.document(c, company, kind, key)
    if known is not None and cases.cases_of(c, company, kind, key):
        return False
    document = documents.touch(c, company=company, kind=kind, key=key, lane_key=key, lanes=1, due_at=at, at=at)
    documents.describe(c, document, title=title, stake_minor=stake.minor, currency=stake.currency)
    if leg is not None:
        legs.see(c, document, leg, at=at)
    standing.open_case(c, document, (fault,), stake, at=at)
    documents.settle(c, document, state="blocked", due_at=None, at=at, troubled_since=None)
    return True
