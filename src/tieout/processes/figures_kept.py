"""The console's figures, kept by the clock: the debt of the day, how long units took, tallies folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from tieout.domain.business_dates import uk_date
from tieout.domain.rules.mapping import MappingTables
from tieout.processes.kinds import RETURN
from tieout.processes.reports.known import Known, known_document
from tieout.processes.reports.lag import METRICS, target_hours, took
from tieout.processes.reports.unit_times import unit_times
from tieout.processes.rules import rules_on
from tieout.store import Store, figures, lags
from tieout.store.documents import Document
from tieout.store.lags import UnitLag

OVERLAP: Final = timedelta(minutes=5)
"""What another worker had not committed yet when units were last looked at is looked at the next time."""

AT_ONCE: Final = 200
"""Returns that are looked at in one transaction."""


def keep_figures(store: Store, companies: Iterable[str], *, now: datetime) -> None:
    """Count everything that the pages show of figures, and keep it."""
    names = sorted(companies)
    with store.scope(None) as c:
        figures.fold_tallies(c, now=now)
        last = figures.last_debt(c)
    # The debt comes last: when it was counted tells the next run since when units are to be looked at.
    keep_lags(store, names, since=last.taken_at - OVERLAP if last is not None else None, now=now)
    with store.scope(None) as c:
        figures.keep_debt(c, names, now=now)


def keep_lags(store: Store, companies: Iterable[str], *, since: datetime | None, now: datetime) -> int:
    """Keep the times of the units of every return that was worked on since a time; returns how many returns.

    None means every return. A time is worked out as the lag report does it.
    """
    with store.scope(None) as c:
        worked = lags.worked_since(c, RETURN, since)
        tables = {name: rules_on(c, name, uk_date(now), table="policy") for name in companies}
    days: set[date] = set()
    for few in (worked[at : at + AT_ONCE] for at in range(0, len(worked), AT_ONCE)):
        with store.scope(None) as c:
            for document in few:
                known = known_document(c, document, now)
                days |= lags.keep_units(c, document, list(_taken(document, known, tables, now)))
            lags.count_days(c, days, now=now)
            days.clear()
    return len(worked)


def _taken(document: Document, known: Known, tables: Mapping[str, MappingTables], now: datetime) -> Iterator[UnitLag]:
    for unit in unit_times(known):
        for metric in METRICS:
            one = took(unit, metric, now)
            if one is not None and one.ended_at is not None:
                yield UnitLag(
                    company=document.company,
                    document_kind=document.kind,
                    document_key=document.key,
                    unit=unit.unit,
                    metric=metric,
                    sku=unit.sku,
                    began_at=one.began_at,
                    ended_at=one.ended_at,
                    ended_on=uk_date(one.ended_at),
                    seconds=one.taken // timedelta(seconds=1),
                    target_hours=target_hours(tables.get(document.company), metric),
                )
