"""Figures that are kept so that a page shows them at once: the reconciliation debt by day, open cases by age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, literal_column, select, text, union_all

from tieout.domain.business_dates import uk_date
from tieout.store.keyset import written
from tieout.store.legs import Leg, LegCondition, meets, owed
from tieout.store.rows import columns_of, read_all
from tieout.store.tables import age_tallies, debt_days, legs

AGES: Final[tuple[tuple[str, int], ...]] = (
    ("today", 0),
    ("1 to 2 days", 1),
    ("3 to 7 days", 3),
    ("8 to 30 days", 8),
    ("over 30 days", 31),
)
"""Ages of cases in UK days: what each is called, and where it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtLine:
    """The debt of one company, flow, system and owner in one currency."""

    company: str
    document_kind: str
    system: str
    owner: str
    currency: str
    debt_minor: int
    legs: int
    overdue: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtDay:
    """The debt of one day in one currency, of everything in scope."""

    day: date
    currency: str
    debt_minor: int
    legs: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """The debt as it was counted last."""

    day: date
    taken_at: datetime
    lines: tuple[DebtLine, ...]
    """None of them where there is no debt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """Open cases of one owner by age, in the order of `AGES`, with the money at stake by currency."""

    owner: str
    counts: tuple[int, ...]
    stakes: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many in all."""
        return sum(self.counts)


def debt_now(c: Connection, now: datetime) -> list[DebtLine]:
    """Count the debt of the companies in scope: legs that are overdue, differ, or nobody expected.

    It looks at every leg that does not agree; pages read what `keep_debt` kept.
    """
    currency = func.coalesce(legs.c.currency, literal_column("'GBP'"))  # no parameter: it is grouped by
    named = (legs.c.company, legs.c.document_kind, legs.c.system, legs.c.owner, currency)
    is_overdue = legs.c.declared_at.is_not(None) & legs.c.seen_at.is_(None)
    query = select(
        *named[:-1],
        currency.label("currency"),
        func.sum(owed()).label("debt_minor"),
        func.count().label("legs"),
        func.count().filter(is_overdue).label("overdue"),
        func.min(func.coalesce(legs.c.due_by, legs.c.seen_at)).label("oldest_at"),
    )
    rows = c.execute(query.where(meets("troubled", now)).group_by(*named).order_by(*named))
    return [DebtLine(**{**row._mapping, "debt_minor": int(row.debt_minor)}) for row in rows]  # noqa: SLF001  # by name


def keep_debt(c: Connection, companies: Iterable[str], *, now: datetime) -> None:
    """Count the debt and keep it as this UK day's, over what was kept of the day before; needs all companies in scope.

    Each company has a line even without any debt, which tells a day without debt from one that nobody counted.
    """
    found = debt_now(c, now)
    nothing = {"document_kind": "", "system": "", "owner": "", "currency": "GBP", "debt_minor": 0, "legs": 0}
    rows = [{name: getattr(line, name) for name in DebtLine.__dataclass_fields__} for line in found]
    counted = {line.company for line in found}
    rows += [{"company": one, **nothing, "overdue": 0, "oldest_at": None} for one in {*companies} - counted]
    c.execute(delete(debt_days).where(debt_days.c.day == uk_date(now)))
    if rows:
        c.execute(insert(debt_days), [{**row, "day": uk_date(now), "taken_at": now} for row in rows])


def last_debt(c: Connection) -> Debt | None:
    """Return the debt as it was counted last; None when nobody has counted it yet."""
    last = select(func.max(debt_days.c.day)).scalar_subquery()
    columns = columns_of(debt_days, DebtLine)
    rows = c.execute(
        select(debt_days.c.day, debt_days.c.taken_at, *columns)
        .where(debt_days.c.day == last)
        .order_by(debt_days.c.debt_minor.desc(), *columns[:5])
    ).all()
    if not rows:
        return None
    lines = tuple(line for line in read_all(DebtLine, rows) if line.legs)
    return Debt(day=rows[0].day, taken_at=max(row.taken_at for row in rows), lines=lines)


def debt_trend(c: Connection, *, since: date) -> list[DebtDay]:
    """Return the debt of every day that was counted, by day and currency."""
    table = debt_days.c
    query = (
        select(
            table.day,
            table.currency,
            func.sum(table.debt_minor).label("debt_minor"),
            func.sum(table.legs).label("legs"),
            func.sum(table.overdue).label("overdue"),
        )
        .where(table.day >= since)
        .group_by(table.day, table.currency)
        .order_by(table.day, table.currency)
    )
    return [
        DebtDay(day=row.day, currency=row.currency, debt_minor=int(row.debt_minor), legs=row.legs, overdue=row.overdue)
        for row in c.execute(query)
    ]


def troubled_legs(  # noqa: PLR0913  # one keyword per choice
    c: Connection,
    companies: Iterable[str],
    *,
    now: datetime,
    condition: LegCondition = "troubled",
    system: str = "",
    kind: str = "",
    owner: str = "",
    limit: int = 100,
) -> list[Leg]:
    """Return legs that make up the debt of some companies, the longest due first."""
    asked = {legs.c.system: system, legs.c.document_kind: kind, legs.c.owner: owner}
    met = [meets(condition, now), *(column == value for column, value in asked.items() if value)]
    by = (legs.c.due_by, legs.c.document_key)
    # One piece for each company: so the index by company and due time gives it in order.
    pieces = [
        select(
            select(*columns_of(legs, Leg))
            .where(legs.c.company == company, *met)
            .order_by(*by)
            .limit(written(limit))
            .subquery()
        )
        for company in sorted(companies)
    ]
    if not pieces:
        return []
    every: Any = union_all(*pieces).subquery()
    query = select(every).order_by(every.c.due_by, every.c.document_key, every.c.company).limit(written(limit))
    return read_all(Leg, c.execute(query))


def cases_by_age(c: Connection, *, now: datetime) -> list[Aged]:
    """Return the open cases by owner and age, asleep or not, most cases first."""
    table, today = age_tallies.c, uk_date(now)
    query = select(
        table.owner,
        table.currency,
        table.opened_on,
        func.sum(table.cases).label("n"),
        func.sum(table.stake_minor).label("stake"),
    ).group_by(table.owner, table.currency, table.opened_on)
    counts: dict[str, list[int]] = {}
    stakes: dict[str, dict[str, int]] = {}
    for row in c.execute(query):
        mine = counts.setdefault(row.owner, [0] * len(AGES))
        mine[_age((today - row.opened_on).days)] += int(row.n)
        money = stakes.setdefault(row.owner, {})
        money[row.currency or "GBP"] = money.get(row.currency or "GBP", 0) + int(row.stake)
    found = [
        Aged(owner=owner, counts=tuple(mine), stakes={name: minor for name, minor in stakes[owner].items() if minor})
        for owner, mine in counts.items()
        if any(mine)
    ]
    return sorted(found, key=lambda each: (-each.count, each.owner))


def fold_tallies(c: Connection, *, now: datetime) -> None:
    """Make the tallies fewer rows; their sums stay. Needs all companies in scope."""
    c.execute(text("SELECT tieout_fold_tallies(:now)"), {"now": now})


def _age(days: int) -> int:
    return max(place for place, (_, first) in enumerate(AGES) if max(days, 0) >= first)
