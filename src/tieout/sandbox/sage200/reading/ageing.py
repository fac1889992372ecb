"""Debts by age: what is outstanding on an account, in the ageing periods of the sales ledger settings.

`$ageingdatetype` ages by transactiondate, duedate or calendarmonth; `$periodnumber` looks back to the end of an
accounting period (0 is the present one, 1 the one before) and undoes what was posted or allocated later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.reading.resources import Resource, fields

SLOTS = 8
FUTURE, PAST = -1, 99
DEFAULT_STARTS = (30, 60, 90)
BASES = {"transactiondate": "p.date", "duedate": "p.due", "calendarmonth": "p.date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """How debts are aged: on which day, by which date, in periods starting after so many days; `back` looks back."""

    on: date
    basis: str
    starts: tuple[int, ...]
    back: bool = False

    @property
    def names(self) -> list[str]:
        """Return the names of the ageing periods: days, or months when aged by calendar month."""
        if self.basis == "calendarmonth":
            return [str(number) for number in range(1, len(self.starts) + 1)]
        return [str(start) for start in self.starts]

    @property
    def ends(self) -> tuple[int, ...]:
        """Return the last day of age of each period; the last one is as long as the one before (assumed)."""
        if len(self.starts) == 1:
            return (self.starts[0] * 2,)
        return (*self.starts[1:], 2 * self.starts[-1] - self.starts[-2])


def ageing_starts(books: Books) -> tuple[int, ...]:
    """Return after how many days each ageing period starts, as the sales ledger settings say."""
    periods = books.settings("sales_ledger").get("ageing_periods", [])
    return tuple(int(period["days_period_starts_after"]) for period in periods)[:SLOTS] or DEFAULT_STARTS


def asked_ageing(books: Books, params: Mapping[str, str]) -> Ageing:
    """Return the ageing that the parameters ask for; RefusedError for values that Sage does not take."""
    basis = params.get("$ageingdatetype", "transactiondate").lower()
    if basis not in BASES:
        raise RefusedError("The value of $ageingdatetype must be transactiondate, duedate or calendarmonth.")
    number = params.get("$periodnumber")
    on = books.today() if number is None else _period_end(books, number)
    return Ageing(on=on, basis=basis, starts=ageing_starts(books), back=number is not None)


def _period_end(books: Books, number: str) -> date:
    """Return the last day of the period that lies so many periods before the present one."""
    if not number.isdecimal() or len(number) > 3:
        raise RefusedError("The value of $periodnumber must be a whole number.")
    found = books.value(
        "SELECT finish FROM period WHERE start <= ? ORDER BY start DESC LIMIT 1 OFFSET ?",
        books.today().isoformat(),
        int(number),
    )
    if found is None:
        raise RefusedError(f"There is no accounting period {number}.")
    return date.fromisoformat(found)


def aged_source(ageing: Ageing) -> str:
    """Return the rows that are outstanding, each with its bucket: -1 future, 0 current, 1 to 8, 99 past."""
    day = ageing.on.isoformat()
    outstanding, which = "p.gross - p.allocated", "p.gross <> p.allocated"
    if ageing.back:
        later = (
            f"SELECT coalesce(sum(a.value), 0) FROM ledger_allocation a WHERE a.posted_id = p.id AND a.date > '{day}'"  # noqa: S608  # a date
        )
        outstanding, which = f"p.gross - p.allocated + ({later})", f"p.date <= '{day}'"
    rows = (
        f"SELECT p.id, p.customer_id, {outstanding} AS outstanding, {_bucket(ageing)} AS bucket "  # noqa: S608  # a date and our own column names
        f"FROM posted p WHERE {which}"
    )
    return f"SELECT * FROM ({rows}) WHERE outstanding <> 0"  # noqa: S608  # as above


def _bucket(ageing: Ageing) -> str:
    day, column = ageing.on.isoformat(), BASES[ageing.basis]
    if ageing.basis == "calendarmonth":
        months = (
            f"((strftime('%Y', '{day}') - strftime('%Y', {column})) * 12 "
            f"+ strftime('%m', '{day}') - strftime('%m', {column}))"
        )
        last = len(ageing.starts)
        return f"CASE WHEN {months} < 0 THEN {FUTURE} WHEN {months} > {last} THEN {PAST} ELSE {months} END"
    age = f"(julianday('{day}') - julianday({column}))"
    edges = [ageing.starts[0], *ageing.ends]
    whens = "".join(f"WHEN {age} <= {edge} THEN {number} " for number, edge in enumerate(edges))
    return f"CASE WHEN {age} < 0 THEN {FUTURE} {whens}ELSE {PAST} END"


class Column(NamedTuple):
    """One figure of an aged view and the bucket that it sums."""

    name: str
    bucket: int


BUCKETS = (
    Column("past", PAST),
    Column("future", FUTURE),
    Column("current", 0),
    *(Column(f"period_{number}", number) for number in range(1, SLOTS + 1)),
)


def aged_view(name: str, *, by_transaction: bool) -> Resource:
    """Return a view of debts by age, of each transaction or of each account."""
    words = "customer_id:i posted_customer_transaction_id:i "
    words += " ".join(f"{money}_{column.name}:m" for money in ("doc", "base") for column in BUCKETS)
    words += "".join(f" aged_period_{number}:s" for number in range(1, SLOTS + 1))
    declared = Resource(
        name=name,
        source="",
        order="a.customer_id, a.id",
        single=False,
        fields=fields(
            "a",
            words,
            posted_customer_transaction_id="a.id",
            **{f"{money}_{column.name}": f"a.{column.name}" for money in ("doc", "base") for column in BUCKETS},
            **{f"aged_period_{number}": "''" for number in range(1, SLOTS + 1)},
        ),
    )

    def prepare(books: Books, params: Mapping[str, str]) -> Resource:
        ageing = asked_ageing(books, params)
        sums = ", ".join(
            f"sum(CASE bucket WHEN {column.bucket} THEN outstanding ELSE 0 END) AS {column.name}" for column in BUCKETS
        )
        group = "customer_id, id" if by_transaction else "customer_id"
        row = "id" if by_transaction else "0 AS id"
        source = f"(SELECT customer_id, {row}, {sums} FROM ({aged_source(ageing)}) GROUP BY {group}) a"  # noqa: S608  # as above
        names = {f"aged_period_{number}": f"'{title}'" for number, title in enumerate(ageing.names, start=1)}
        shown = tuple(replace(f, sql=names.get(f.name, f.sql)) for f in declared.fields)
        return replace(declared, source=source, fields=shown)

    return replace(declared, prepare=prepare)


def _period_rows(ageing: Ageing) -> str:
    """Return the name and last day of each bucket as rows of a table."""
    ends = [ageing.on - timedelta(days=start + 1) for start in (*ageing.starts, ageing.ends[-1])]
    if ageing.basis == "calendarmonth":
        ends = [_month_end(ageing.on, number) for number in range(1, len(ageing.starts) + 2)]
    rows = [(0, "Current", ageing.on), *zip(range(1, SLOTS + 1), ageing.names, ends, strict=False)]
    rows.append((PAST, "Past", ends[-1]))
    texts = [f"SELECT {bucket} AS bucket, '{name}' AS name, '{end}' AS ends" for bucket, name, end in rows]
    return " UNION ALL ".join([*texts, f"SELECT {FUTURE}, 'Future', NULL"])


def _month_end(on: date, back: int) -> date:
    """Return the last day of the month so many months before."""
    month = on.year * 12 + on.month - back
    return date(month // 12, month % 12 + 1, 1) - timedelta(days=1)


def aged_periods(name: str) -> Resource:
    """Return the view of debts by account and ageing period, one row each."""
    declared = Resource(
        name=name,
        source="",
        order="a.customer_id, a.name DESC",
        single=False,
        fields=fields(
            "a",
            "customer_id:i base_outstanding_value:m ageing_period_name:s ageing_date:d",
            base_outstanding_value="a.outstanding",
            ageing_period_name="a.name",
            ageing_date="a.ends",
        ),
    )

    def prepare(books: Books, params: Mapping[str, str]) -> Resource:
        ageing = asked_ageing(books, params)
        source = (
            "(SELECT r.customer_id, b.name, b.ends, sum(r.outstanding) AS outstanding "  # noqa: S608  # as above
            f"FROM ({aged_source(ageing)}) r JOIN ({_period_rows(ageing)}) b ON b.bucket = r.bucket "
            "GROUP BY r.customer_id, b.name, b.ends) a"
        )
        return replace(declared, source=source)

    return replace(declared, prepare=prepare)
