"""Wake a document: make it due now and say which lane must run."""

from __future__ import annotations

from datetime import datetime

from tieout.ports.directory import Company
from tieout.processes.returns import KIND
from tieout.store import documents
from tieout.store.store import Connection


def wake(c: Connection, company: Company, key: str, *, at: datetime) -> int:
    """Make a return due now, opening it if it is new; returns its lane."""
    document = documents.touch(
        c, company=company.name, kind=KIND, key=key, lane_key=key, lanes=company.lanes, due_at=at, at=at
    )
    return document.lane
