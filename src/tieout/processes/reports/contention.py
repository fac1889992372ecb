"""Who keeps records open when Tieout wants to post: by hour of the day, by record, by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.domain.business_dates import UK
from tieout.store import contentions
from tieout.store.contentions import Contention
from tieout.store.store import Connection

UNNAMED = "not named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One hour, record or person, with what waited for it."""

    name: str
    times: int
    """Locks met."""
    documents: int
    """Different documents that had to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentionReport:
    """Locks met in the last days. Hours are UK clock hours."""

    company: str | None
    since: datetime
    until: datetime
    met: int
    by_hour: tuple[Waiting, ...]
    by_record: tuple[Waiting, ...]
    by_holder: tuple[Waiting, ...]
    unjudged: int
    """Sentences that nobody has judged yet: `tieout locks messages`."""


def contention(c: Connection, *, company: str | None, now: datetime, days: int) -> ContentionReport:
    """The contention of a company, or of all, over the last days."""
    since = now - timedelta(days=days)
    met = contentions.contentions_since(c, since, company=company)
    return ContentionReport(
        company=company,
        since=since,
        until=now,
        met=len(met),
        by_hour=_sorted((f"{lock.at.astimezone(UK):%H}:00", lock) for lock in met),
        by_record=_commonest((lock.record or UNNAMED, lock) for lock in met),
        by_holder=_commonest((lock.holder or UNNAMED, lock) for lock in met),
        unjudged=len(contentions.messages(c, company=company, unjudged=True)),
    )


def _sorted(named: Iterable[tuple[str, Contention]]) -> tuple[Waiting, ...]:
    return tuple(sorted(_counted(named), key=lambda row: row.name))


def _commonest(named: Iterable[tuple[str, Contention]]) -> tuple[Waiting, ...]:
    return tuple(sorted(_counted(named), key=lambda row: (-row.times, row.name)))


def _counted(named: Iterable[tuple[str, Contention]]) -> list[Waiting]:
    times: Counter[str] = Counter()
    waiting: dict[str, set[tuple[str, str]]] = {}
    for name, lock in named:
        times[name] += 1
        waiting.setdefault(name, set()).add((lock.document_kind, lock.document_key))
    return [Waiting(name=name, times=count, documents=len(waiting[name])) for name, count in times.items()]
