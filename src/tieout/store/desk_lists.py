"""Lists of cases for people: filtered, ordered, paged, counted; quick however many cases there are.

Counts by owner, code, class, kind of document, person and sleep come from the tallies and are exact. Under any other
filter at most `COUNTED_MAX` cases are counted, and the answer says that there may be more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, Row, Select, func, literal, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from tieout.store import keyset
from tieout.store.case_filters import DUE, NOBODY, STAKE, CaseFilter, conditions
from tieout.store.cases import Case
from tieout.store.keyset import BadCursor, Cell, Order, Page, written
from tieout.store.rows import columns_of, read_all
from tieout.store.tables import case_tallies, cases, cause_tallies

__all__ = [
    "BadCursor",
    "CaseFilter",
    "Cause",
    "Page",
    "Totals",
    "case_counts",
    "case_totals",
    "cases_page",
    "causes",
    "matching_case_ids",
]

PAGE: Final = 50
COUNTED_MAX: Final = 2_500
BULK_MAX: Final = 10_000
CAUSES_MAX: Final = 200

CaseSort = Literal["due", "-due", "stake", "-stake", "opened", "-opened"]
SORTS: Final = get_args(CaseSort)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many cases, and how much is at stake in them."""

    count: int
    stakes: Mapping[str, int]
    """Minor units by currency."""
    is_at_least: bool = False
    """More may match than were counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Open cases of one cause and fault."""

    cause: str
    code: str
    owner: str
    fault_class: str
    totals: Totals


NONE: Final = Totals(count=0, stakes={})
_COLUMNS: Final = columns_of(cases, Case)
_FOREVER: Final = literal_column("'infinity'::timestamp with time zone", cases.c.due_at.type)
_PLACES: Final[Mapping[str, ColumnElement[Any]]] = {"due": DUE, "stake": STAKE, "opened": cases.c.opened_at}


def cases_page(  # one keyword per choice
    c: Connection,
    wanted: CaseFilter,
    *,
    now: datetime,
    sort: CaseSort = "due",
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> Page[Case]:
    """One page of the cases in scope; a minus in `sort` puts the largest first.

    `after` and `before` are the `next` and `previous` of another page. Raises `BadCursor` for any other text.
    """
    met = conditions(wanted, now)

    def query(
        beyond: Sequence[ColumnElement[bool]], by: Sequence[ColumnElement[Any]], limit: ColumnElement[int]
    ) -> Select[Any]:
        return select(*_COLUMNS).where(*met, *beyond).order_by(*by).limit(limit)

    return keyset.page_of(c, query, _order(sort), _made, after=after, before=before, size=size)


def case_counts(c: Connection, wanted: CaseFilter, *, now: datetime) -> dict[str, Totals]:
    """Count the cases that match but for the owner, by owner: for tabs. Owners without a case are left out."""
    wanted = replace(wanted, owner="")
    if not _is_tallied(wanted, _IN_CASE_TALLIES):
        return _by_owner(c, _counted(wanted, now), most=COUNTED_MAX)
    table = case_tallies.c
    count, stake = func.sum(table.cases).label("n"), func.sum(table.stake_minor).label("stake")
    query = select(table.owner, table.currency, count, stake).where(*_tallied(case_tallies, wanted, now))
    return _by_owner(c, query.group_by(table.owner, table.currency))


def case_totals(
    c: Connection, wanted: CaseFilter, *, now: datetime, counts: Mapping[str, Totals] | None = None
) -> Totals:
    """Count the cases that match, with the money at stake by currency.

    `counts` is what `case_counts` said of the same filter, where it was asked already: nothing is counted twice.
    """
    if counts is None and _is_tallied(wanted, _IN_CASE_TALLIES):
        counts = case_counts(c, wanted, now=now)
    if counts is not None and not any(one.is_at_least for one in counts.values()):
        return counts.get(wanted.owner, NONE) if wanted.owner else _sum(counts)
    if _is_tallied(wanted, _IN_CAUSE_TALLIES):
        return _sum({cause.code + cause.owner: cause.totals for cause in causes(c, wanted, now=now)})
    return _sum(_by_owner(c, _counted(wanted, now), most=COUNTED_MAX))


def causes(c: Connection, wanted: CaseFilter, *, now: datetime, limit: int = CAUSES_MAX) -> list[Cause]:
    """Group the open cases that match by what they have in common, most cases first."""
    if _is_tallied(wanted, _IN_CAUSE_TALLIES):
        table: Any = cause_tallies
        many: Any = func.sum(table.c.cases)
        stake: Any = func.sum(table.c.stake_minor)
        met = _tallied(cause_tallies, wanted, now)
        met.append(table.c.cause.in_(_largest(c, many, met, limit)))
    else:
        table = cases
        many, stake = func.count(), func.coalesce(func.sum(cases.c.stake_minor), 0)
        met = conditions(wanted, now)
    named = (table.c.cause, table.c.code, table.c.owner, table.c.fault_class)
    query = select(*named, table.c.currency, many.label("n"), stake.label("stake")).where(*met)
    grouped = query.group_by(*named, table.c.currency).having(many != 0).order_by(many.desc(), *named)
    found: dict[tuple[str, ...], Totals] = {}
    for row in c.execute(grouped.limit(written(limit * 2))):
        name = (row.cause, row.code, row.owner, row.fault_class)
        found[name] = _plus(found.get(name, NONE), _totals(row.currency, row.n, row.stake))
    made = [
        Cause(cause=cause, code=code, owner=owner, fault_class=fault_class, totals=totals)
        for (cause, code, owner, fault_class), totals in found.items()
    ]
    return sorted(made, key=lambda one: -one.totals.count)[:limit]


def _largest(c: Connection, many: Any, met: Sequence[ColumnElement[bool]], limit: int) -> list[str]:  # noqa: ANN401
    """The causes with most cases: found by themselves first, since every name more is dear on thousands of rows."""
    cause = cause_tallies.c.cause
    query = select(cause).where(*met).group_by(cause).having(many != 0).order_by(many.desc(), cause)
    return list(c.execute(query.limit(written(limit))).scalars())


def matching_case_ids(c: Connection, wanted: CaseFilter, *, now: datetime, limit: int = BULK_MAX) -> list[int]:
    """Return the numbers of the cases that match, the soonest due first; at most `limit`."""
    query = select(cases.c.id).where(*conditions(wanted, now)).order_by(_PLACES["due"], cases.c.id)
    return list(c.execute(query.limit(written(limit))).scalars())


_IN_CASE_TALLIES: Final = frozenset({"owner", "code", "fault_class", "kind", "assignee"})
_IN_CAUSE_TALLIES: Final = frozenset({"owner", "code", "fault_class", "cause"})
_ALWAYS: Final = frozenset({"state", "sleep", "me"})


def _is_tallied(wanted: CaseFilter, by: frozenset[str]) -> bool:
    """Say whether a tally kept by these answers a filter."""
    plain = CaseFilter()
    asked = {name for name in CaseFilter.__dataclass_fields__ if getattr(wanted, name) != getattr(plain, name)}
    return wanted.state == "open" and asked <= by | _ALWAYS


def _tallied(table: Any, wanted: CaseFilter, now: datetime) -> list[ColumnElement[bool]]:  # noqa: ANN401  # a table
    names = {"owner": "owner", "code": "code", "fault_class": "fault_class", "kind": "document_kind", "cause": "cause"}
    met = [table.c[column] == getattr(wanted, name) for name, column in names.items() if getattr(wanted, name)]
    if wanted.assignee:
        met.append(table.c.assignee.is_(None) if wanted.person == NOBODY else table.c.assignee == wanted.person)
    if wanted.sleep == "asleep":
        met.append(table.c.snoozed_until > now)
    if wanted.sleep == "awake":
        met.append(or_(table.c.snoozed_until.is_(None), table.c.snoozed_until <= now))
    return met


def _counted(wanted: CaseFilter, now: datetime) -> Select[Any]:
    """Count by owner and currency what matches, but no more than `COUNTED_MAX` cases."""
    some = select(cases.c.owner, cases.c.currency, cases.c.stake_minor).where(*conditions(wanted, now))
    few = some.limit(written(COUNTED_MAX + 1)).subquery()
    query = select(few.c.owner, few.c.currency, func.count().label("n"), func.sum(few.c.stake_minor).label("stake"))
    return query.group_by(few.c.owner, few.c.currency)


def _by_owner(c: Connection, query: Select[Any], *, most: int | None = None) -> dict[str, Totals]:
    found: dict[str, Totals] = {}
    for row in c.execute(query).all():
        found[row.owner] = _plus(found.get(row.owner, NONE), _totals(row.currency, row.n, row.stake))
    found = {owner: totals for owner, totals in found.items() if totals.count}
    if most is None or sum(totals.count for totals in found.values()) <= most:
        return found
    return {owner: replace(totals, is_at_least=True) for owner, totals in found.items()}


def _totals(currency: str | None, count: int, stake: int | None) -> Totals:
    return Totals(count=int(count), stakes={currency or "GBP": int(stake or 0)} if count else {})


def _plus(one: Totals, other: Totals) -> Totals:
    names = sorted({*one.stakes, *other.stakes})
    return Totals(
        count=one.count + other.count,
        stakes={name: one.stakes.get(name, 0) + other.stakes.get(name, 0) for name in names},
        is_at_least=one.is_at_least or other.is_at_least,
    )


def _sum(parts: Mapping[str, Totals]) -> Totals:
    total = NONE
    for one in parts.values():
        total = _plus(total, one)
    return total


def _made(rows: Sequence[Row[Any]]) -> list[Case]:
    return read_all(Case, rows)


def _order(sort: str) -> Order:
    assert sort in SORTS, sort
    name = sort.removeprefix("-")

    def cells(row: Case) -> Sequence[Cell]:
        match name:
            case "due":
                return (row.due_at.isoformat() if row.due_at else None, row.id)
            case "stake":
                return (row.stake_minor or 0, row.id)
            case _:
                return (row.opened_at.isoformat(), row.id)

    def bind(values: Sequence[Cell]) -> Sequence[ColumnElement[Any]]:
        value, number = values
        place = _PLACES[name]
        if name == "due" and value is None:
            return (_FOREVER, literal(_whole(number), cases.c.id.type))
        cell = _whole(value) if name == "stake" else datetime.fromisoformat(str(value))
        return (literal(cell, place.type), literal(_whole(number), cases.c.id.type))

    return Order(name=name, columns=(_PLACES[name], cases.c.id), is_down=sort.startswith("-"), bind=bind, cells=cells)


def _whole(value: Cell) -> int:
    if not isinstance(value, int) or abs(value) >= 2**63:
        raise ValueError(value)
    return value
