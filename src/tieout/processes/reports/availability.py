"""What may be sold of every stock code and location, with its formula, Sage's free-stock field beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tieout.domain.availability.figures import Figure
from tieout.domain.availability.publishing import Mode, mode_of
from tieout.domain.business_dates import uk_date
from tieout.domain.commands import plain
from tieout.domain.faults.warehouse_stock import OVERSELL_RISK
from tieout.processes.availability import figure_from_json
from tieout.processes.rules import rules_on
from tieout.store import availability
from tieout.store.availability import KeptFigure
from tieout.store.store import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the formula."""

    name: str
    sign: str
    """`+` or `-`."""
    units: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityRow:
    """One stock code at one location."""

    company: str
    location: str
    sku: str
    as_at: datetime
    age_minutes: int
    source: str
    available: Decimal | None
    """None where no figure can be worked out."""
    offered: Decimal | None
    """By the storefront, when it was last read; None where it does not sell it there."""
    parts: tuple[Part, ...]
    """They add up to `there`; `available` is that less the buffer, whole and never below nought."""
    there: Decimal
    not_for_sale: Decimal
    free: Decimal | None
    """Sage's own free-stock field."""
    difference: Decimal | None
    """Sage's field less ours: what it would offer too many."""
    stale: tuple[str, ...]
    outcome: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCompany:
    """How a company stands."""

    company: str
    mode: Mode
    over_by_free_stock: int
    """Stock codes and locations of which Sage's field would offer more than there is."""
    incidents: int
    """Cases of OVERSELL_RISK that were ever opened."""
    open_incidents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """The report."""

    as_at: datetime
    companies: tuple[OfCompany, ...]
    rows: tuple[AvailabilityRow, ...]


def availability_report(
    c: Connection, companies: Sequence[str], now: datetime, *, sku: str | None = None
) -> Availability:
    """The last figures of the companies, by company, stock code and location."""
    rows = [row_of(one, now) for name in companies for one in availability.kept_figures(c, name, sku=sku)]
    return Availability(
        as_at=now,
        companies=tuple(_of_company(c, name, rows, now) for name in companies),
        rows=tuple(rows),
    )


def row_of(one: KeptFigure, now: datetime) -> AvailabilityRow:
    """One kept figure, spelt out."""
    figure = figure_from_json(one.figure)
    return AvailabilityRow(
        company=one.company,
        location=one.location,
        sku=one.sku,
        as_at=one.as_at,
        age_minutes=int((now - one.as_at).total_seconds() // 60),
        source=one.source,
        available=_neat(one.available),
        offered=_neat(one.offered),
        parts=parts_of(figure),
        there=neat(figure.there),
        not_for_sale=neat(figure.not_for_sale),
        free=_neat(one.free),
        difference=_neat(figure.difference) if figure.is_known else None,
        stale=figure.stale,
        outcome=one.outcome,
        published_at=one.published_at,
    )


def parts_of(figure: Figure) -> tuple[Part, ...]:
    """The formula of a figure: what is on hand, and every part of it that is not nought."""
    start = "on hand in bins for sale" if figure.source == "sage" else "counted"
    parts = (
        ("allocated in Sage", "-", figure.allocated),
        ("sold in the shop, not in Sage", "-", figure.sold),
        ("ordered in Sage, not allocated", "-", figure.ordered),
        ("at warehouses, beyond that", "-", figure.at_warehouse),
        ("lost, not in Sage", "-", figure.lost),
        ("about to be offered by their return", "-", figure.returning),
        ("left after the count", "-", figure.left),
        ("promised, but left before the count", "+", figure.gone),
        ("buffer", "-", figure.buffer),
    )
    kept = (Part(name=name, sign=sign, units=neat(units)) for name, sign, units in parts if units)
    return (Part(name=start, sign="+", units=neat(figure.on_hand)), *kept)


def neat(units: Decimal) -> Decimal:
    """Units without noughts behind the point, as people write them."""
    return Decimal(plain(units))


def _neat(units: Decimal | None) -> Decimal | None:
    return None if units is None else neat(units)


def _of_company(c: Connection, company: str, rows: Sequence[AvailabilityRow], now: datetime) -> OfCompany:
    ever, still = availability.incidents(c, company, OVERSELL_RISK.code)
    mine = [row for row in rows if row.company == company]
    return OfCompany(
        company=company,
        mode=mode_of(rules_on(c, company, uk_date(now), table="policy")),
        over_by_free_stock=sum(1 for row in mine if row.difference is not None and row.difference > 0),
        incidents=ever,
        open_incidents=still,
    )
