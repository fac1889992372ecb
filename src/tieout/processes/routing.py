"""Wake a document: make it due and say which lane must run."""

from __future__ import annotations

from datetime import datetime

from tieout.processes.kinds import RETURN
from tieout.store import documents
from tieout.store.store import Connection


def wake(
    c: Connection,
    company: str,
    lanes: int,
    key: str,
    *,
    at: datetime,
    due_at: datetime | None = None,
    kind: str = RETURN,
) -> int:
    """Make a document due, now unless a later time is named, opening it if it is new; returns its lane."""
    document = documents.touch(
        c, company=company, kind=kind, key=key, lane_key=key, lanes=lanes, due_at=due_at or at, at=at
    )
    return document.lane
