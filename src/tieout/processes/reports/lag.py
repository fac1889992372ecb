"""How long returns take: from the refund until the goods are for sale, from receipt until the credit note in Sage.

Beside the finished times stand the outliers, those still open included, and what was received and not posted at any
moment asked for. A unit that is for sale before its money went back has taken no time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from tieout.domain.rules.mapping import MappingTables
from tieout.processes.reports.figures import Spread, hours, spread_of
from tieout.processes.reports.known import Known
from tieout.processes.reports.period import Period
from tieout.processes.reports.unit_times import UnitTimes, unit_times

Metric = Literal["refund_to_saleable", "receipt_to_credit"]
METRICS: tuple[Metric, ...] = ("refund_to_saleable", "receipt_to_credit")
By = Literal["warehouse", "reason", "carrier"]
TARGETS: dict[Metric, tuple[str, int]] = {
    "refund_to_saleable": ("refund_to_saleable_hours", 48),
    "receipt_to_credit": ("receipt_to_credit_hours", 24),
}
"""The policy that sets how many hours each may take, and what counts where the house has set none."""
NONE = "not named"
NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LagRow:
    """One metric over the units of one warehouse, reason or carrier that reached its end in the period."""

    metric: Metric
    name: str
    target_hours: int
    beyond_target: int
    spread: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A unit that took, or has been waiting, longer than it may."""

    metric: Metric
    company: str
    rma: str
    unit: str
    sku: str
    reason: str
    warehouse: str
    hours: Decimal
    is_open: bool
    began_by: str
    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPosted:
    """Goods that were here and not on a credit note, of one company and currency."""

    company: str
    currency: str
    returns: int
    units: int
    minor: int
    """As invoiced, tax included."""
    oldest_hours: Decimal
    valued_by: tuple[str, ...]
    read_at: datetime
    """The oldest reading of the portal among them."""
    rmas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """The report."""

    as_at: datetime
    moment: datetime
    """The time that `not_posted` is about."""
    period: Period
    by: By
    rows: tuple[LagRow, ...]
    outliers: tuple[Outlier, ...]
    not_posted: tuple[NotPosted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """One unit's time for one metric, up to now while it is open."""

    unit: UnitTimes
    metric: Metric
    taken: timedelta
    began_at: datetime
    ended_at: datetime | None


def lag_report(
    known: Sequence[Known], tables: dict[str, MappingTables], period: Period, now: datetime, *, by: By, moment: datetime
) -> Lag:
    """Spreads over what ended in the period; outliers also of what has not ended. Longest first."""
    units = [unit for each in known for unit in unit_times(each)]
    every = [one for metric in METRICS for unit in units if (one := took(unit, metric, now)) is not None]
    ended = [one for one in every if one.ended_at is not None and period.saw(one.ended_at)]
    late = [
        one for one in every if (one.ended_at is None or period.saw(one.ended_at)) and one.taken > _allowed(tables, one)
    ]
    late.sort(key=lambda one: (-one.taken, one.unit.rma, one.unit.unit))
    return Lag(
        as_at=now,
        moment=moment,
        period=period,
        by=by,
        rows=tuple(_rows(ended, tables, by)),
        outliers=tuple(_outlier(one) for one in late),
        not_posted=tuple(_not_posted(units, moment)),
    )


def took(unit: UnitTimes, metric: Metric, now: datetime) -> Took | None:
    """How long a unit took; None for what has not begun, and for goods that are not to be sold again."""
    if metric == "refund_to_saleable":
        began, ended = unit.refunded_at, unit.saleable_at
        is_meant = unit.is_to_be_sold or ended is not None
    else:
        began, ended, is_meant = unit.received_at, unit.credited_at, True
    if began is None or not is_meant:
        return None
    taken = max((ended or now) - began, NOTHING)
    return Took(unit=unit, metric=metric, taken=taken, began_at=began, ended_at=ended)


def _allowed(tables: dict[str, MappingTables], one: Took) -> timedelta:
    return timedelta(hours=_target(tables, one.unit.company, one.metric))


def target_hours(tables: MappingTables | None, metric: Metric) -> int:
    """How many hours one metric may take, by the house's policy."""
    policy, usual = TARGETS[metric]
    return tables.number(policy, usual) if tables is not None else usual


def _target(tables: dict[str, MappingTables], company: str, metric: Metric) -> int:
    return target_hours(tables.get(company), metric)


def _rows(ended: Sequence[Took], tables: dict[str, MappingTables], by: By) -> Iterator[LagRow]:
    for metric in METRICS:
        mine = [one for one in ended if one.metric == metric]
        groups: dict[str, list[Took]] = {"all": mine} if mine else {}
        for one in mine:
            groups.setdefault(_name(one.unit, by), []).append(one)
        for name, found in groups.items():
            targets = {_target(tables, one.unit.company, metric) for one in found}
            yield LagRow(
                metric=metric,
                name=name,
                target_hours=min(targets),
                beyond_target=sum(1 for one in found if one.taken > _allowed(tables, one)),
                spread=spread_of([one.taken for one in found]),
            )


def _name(unit: UnitTimes, by: By) -> str:
    names: dict[By, str] = {"warehouse": unit.warehouse, "reason": unit.reason, "carrier": unit.carrier}
    return f"{by} {names[by] or NONE}"


def _outlier(one: Took) -> Outlier:
    unit = one.unit
    return Outlier(
        metric=one.metric,
        company=unit.company,
        rma=unit.rma,
        unit=unit.unit,
        sku=unit.sku,
        reason=unit.reason,
        warehouse=unit.warehouse,
        hours=hours(one.taken),
        is_open=one.ended_at is None,
        began_by="storefront refund" if one.metric == "refund_to_saleable" else "portal receipt",
        began_at=one.began_at,
    )


def _not_posted(units: Sequence[UnitTimes], moment: datetime) -> Iterator[NotPosted]:
    """What was received by a moment and credited later, or not yet."""
    groups: dict[tuple[str, str], list[UnitTimes]] = {}
    for unit in units:
        is_here = unit.received_at is not None and unit.received_at <= moment
        if is_here and (unit.credited_at is None or unit.credited_at > moment):
            groups.setdefault((unit.company, unit.value.currency), []).append(unit)
    for (company, currency), mine in sorted(groups.items()):
        rmas = tuple(sorted({unit.rma for unit in mine}))
        yield NotPosted(
            company=company,
            currency=currency,
            returns=len(rmas),
            units=len(mine),
            minor=sum(unit.value.minor for unit in mine),
            oldest_hours=max(hours(moment - unit.received_at) for unit in mine if unit.received_at is not None),
            valued_by=tuple(sorted({unit.valued_by for unit in mine})),
            read_at=min(unit.read_at for unit in mine),
            rmas=rmas,
        )
