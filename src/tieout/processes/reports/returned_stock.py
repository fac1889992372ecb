"""Returned stock by stage: units and value, saleable apart from quarantine and from what is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tieout.processes.reports.known import Known
from tieout.processes.reports.stages import Stage, Standing, standings


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """Units of one stage at one place, valued by one system."""

    company: str
    stage: Stage
    warehouse: str
    bin: str
    units: int
    shown_by: str
    shown_at: datetime
    """The oldest read among these units."""
    value_minor: int
    currency: str
    valued_by: str
    valued_at: datetime
    """The oldest read among these values."""
    oldest_since: datetime
    oldest_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTotal:
    """A stage over all places."""

    stage: Stage
    currency: str
    units: int
    value_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A return that stands in no figure, because its RMA was never read."""

    company: str
    document: str
    state: str
    case: str
    """The open case's code; empty when it is simply due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedStock:
    """The report."""

    as_at: datetime
    rows: tuple[StockRow, ...]
    totals: tuple[StageTotal, ...]
    unread: tuple[Unread, ...]


def returned_stock(known: Sequence[Known], now: datetime) -> ReturnedStock:
    """Where returned units stand; a unit stands in exactly one row.

    What was booked for sale stays there: what was sold since is Sage's to say.
    """
    groups: dict[tuple[str, int, str, str, str, str, str], list[Standing]] = {}
    for each in known:
        for standing in standings(each):
            groups.setdefault(_group(each.company, standing), []).append(standing)
    rows = tuple(_row(key[0], groups[key], now) for key in sorted(groups))
    kinds = {(row.stage, row.currency) for row in rows} | {(stage, "GBP") for stage in Stage}
    order = list(Stage)
    return ReturnedStock(
        as_at=now,
        rows=rows,
        totals=tuple(_total(rows, *kind) for kind in sorted(kinds, key=lambda kind: (order.index(kind[0]), kind[1]))),
        unread=unread(known),
    )


def unread(known: Sequence[Known]) -> tuple[Unread, ...]:
    """The returns whose RMA was never read: they are named, because no figure holds them."""
    return tuple(
        Unread(
            company=each.company,
            document=each.names,
            state=each.state,
            case=each.open_case.code if each.open_case else "",
        )
        for each in known
        if each.facts is None
    )


def _group(company: str, standing: Standing) -> tuple[str, int, str, str, str, str, str]:
    place = standing.place
    return (
        company,
        list(Stage).index(standing.stage),
        place.warehouse if place else "",
        place.bin if place else "",
        standing.value.currency,
        standing.valued_by,
        standing.shown_by,
    )


def _row(company: str, units: Sequence[Standing], now: datetime) -> StockRow:
    first, since = units[0], min(each.since for each in units)
    return StockRow(
        company=company,
        stage=first.stage,
        warehouse=first.place.warehouse if first.place else "",
        bin=first.place.bin if first.place else "",
        units=len(units),
        shown_by=first.shown_by,
        shown_at=min(each.shown_at for each in units),
        value_minor=sum(each.value.minor for each in units),
        currency=first.value.currency,
        valued_by=first.valued_by,
        valued_at=min(each.valued_at for each in units),
        oldest_since=since,
        oldest_days=(now - since).days,
    )


def _total(rows: Sequence[StockRow], stage: Stage, currency: str) -> StageTotal:
    mine = [row for row in rows if (row.stage, row.currency) == (stage, currency)]
    units, value = sum(row.units for row in mine), sum(row.value_minor for row in mine)
    return StageTotal(stage=stage, currency=currency, units=units, value_minor=value)
