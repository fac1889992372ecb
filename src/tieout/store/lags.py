"""How long returned units took, kept by unit and counted by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, literal, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from tieout.store.documents import Document
from tieout.store.rows import columns_of, read_all
from tieout.store.tables import EVERY_COMPANY, attempts, documents, lag_days, unit_lags

LONGEST_ATTEMPT: Final = timedelta(hours=6)
"""No attempt that began so long before it ended is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLag:
    """What one unit took by one metric."""

    company: str
    document_kind: str
    document_key: str
    unit: str
    metric: str
    sku: str
    began_at: datetime
    ended_at: datetime
    ended_on: date
    seconds: int
    target_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LagDay:
    """One metric over the units that reached their end on one UK day."""

    metric: str
    day: date
    units: int
    median_seconds: int
    p90_seconds: int
    beyond_target: int
    taken_at: datetime


def worked_since(c: Connection, kind: str, since: datetime | None) -> list[Document]:
    """Return the documents of a kind in scope with an attempt that ended at or after a time; None for all of them."""
    query = select(*columns_of(documents, Document)).where(documents.c.kind == kind)
    if since is not None:
        worked = select(attempts.c.company, attempts.c.document_key).where(
            attempts.c.started_at >= since - LONGEST_ATTEMPT,
            attempts.c.finished_at >= since,
            attempts.c.document_kind == kind,
        )
        some = worked.distinct().subquery()
        query = query.join(some, (documents.c.company == some.c.company) & (documents.c.key == some.c.document_key))
    return read_all(Document, c.execute(query.order_by(documents.c.company, documents.c.key)))


def keep_units(c: Connection, document: Document, found: Sequence[UnitLag]) -> set[date]:
    """Keep what the units of one document took, in place of what was kept; returns the days that this changes."""
    is_its = (
        (unit_lags.c.company == document.company)
        & (unit_lags.c.document_kind == document.kind)
        & (unit_lags.c.document_key == document.key)
    )
    columns = columns_of(unit_lags, UnitLag)
    before = read_all(UnitLag, c.execute(select(*columns).where(is_its)))
    if set(before) == set(found):
        return set()
    c.execute(delete(unit_lags).where(is_its))
    if found:
        c.execute(
            insert(unit_lags), [{name: getattr(one, name) for name in UnitLag.__dataclass_fields__} for one in found]
        )
    return {one.ended_on for one in {*before} ^ {*found}}


def count_days(c: Connection, days: Iterable[date], *, now: datetime) -> None:
    """Count some days anew, of each company and of all together; needs all companies in scope."""
    wanted = sorted(set(days))
    if not wanted:
        return
    c.execute(delete(lag_days).where(lag_days.c.day.in_(wanted)))
    for company in (unit_lags.c.company, literal(EVERY_COMPANY)):
        _count(c, company, wanted, now)


def _count(c: Connection, company: ColumnElement[str], days: Sequence[date], now: datetime) -> None:
    taken = unit_lags.c
    query = (
        select(
            company,
            taken.metric,
            taken.ended_on,
            func.count(),
            func.percentile_disc(0.5).within_group(taken.seconds),
            func.percentile_disc(0.9).within_group(taken.seconds),
            func.count().filter(taken.seconds > taken.target_hours * literal_column("3600")),
            literal(now, lag_days.c.taken_at.type),
        )
        .where(taken.ended_on.in_(days))
        .group_by(literal_column("1"), taken.metric, taken.ended_on)
    )
    c.execute(insert(lag_days).from_select([column.name for column in lag_days.c], query))


def days_of(c: Connection, *, company: str | None, since: date) -> list[LagDay]:
    """Return the counted days of one company, or of all together, the oldest first."""
    query = select(*columns_of(lag_days, LagDay)).where(
        lag_days.c.company == (company or EVERY_COMPANY), lag_days.c.day >= since
    )
    return read_all(LagDay, c.execute(query.order_by(lag_days.c.day, lag_days.c.metric)))


def slowest(c: Connection, *, metric: str, day: date, limit: int = 50) -> list[UnitLag]:
    """Return the units that took longest of those that reached their end on a day."""
    query = select(*columns_of(unit_lags, UnitLag)).where(unit_lags.c.metric == metric, unit_lags.c.ended_on == day)
    by = (unit_lags.c.seconds.desc(), unit_lags.c.document_key.desc(), unit_lags.c.unit.desc())
    return read_all(UnitLag, c.execute(query.order_by(*by).limit(limit)))
