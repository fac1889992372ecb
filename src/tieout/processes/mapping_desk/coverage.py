"""Coverage: what the traffic of the last days gave each mapping table, and what of it would not map today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tieout.domain.business_dates import uk_date
from tieout.domain.money import Money
from tieout.domain.rules.fields import Table
from tieout.domain.rules.keys_seen import TABLES_SEEN, is_mapped, keys_seen
from tieout.domain.rules.mapping import MappingTables
from tieout.domain.rules.tables import TABLES
from tieout.processes.rules import rules_on
from tieout.store import mapping_traffic
from tieout.store.mapping_traffic import RowCases, Seen
from tieout.store.store import Connection

DAYS = 30
MOST = 1_000
"""How many documents are looked at, the latest first: a page must not read a million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySeen:
    """One key as the traffic gave it."""

    key: str
    documents: int
    amounts: tuple[Money, ...]
    """Money at stake on these documents, one amount per currency."""
    is_mapped: bool
    cases: int
    """Open cases that name the row."""
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCoverage:
    """What one table was asked for."""

    table: Table
    keys: tuple[KeySeen, ...]
    """Unmapped ones first, then by how many documents gave them."""
    is_from_documents: bool
    """False where keys cannot be read from documents: then only open cases tell of missing rows."""

    @property
    def unmapped(self) -> tuple[KeySeen, ...]:
        """The keys without a row."""
        return tuple(each for each in self.keys if not each.is_mapped)

    @property
    def share(self) -> int | None:
        """Mapped keys in per cent of the keys seen, rounded down; None where nothing was seen."""
        return 100 * (len(self.keys) - len(self.unmapped)) // len(self.keys) if self.keys else None

    @property
    def unmapped_amounts(self) -> tuple[Money, ...]:
        """Money at stake on unmapped keys, by currency; a document counts with each of its keys."""
        return _totals(amount for each in self.unmapped for amount in each.amounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The coverage of every table."""

    since: datetime
    documents: int
    is_cut: bool
    """Whether there were more documents than were looked at."""
    tables: tuple[TableCoverage, ...]


@dataclass(slots=True, kw_only=True)
class _Count:
    key: str
    documents: int = 0
    amounts: list[Money] = field(default_factory=list)
    cases: int = 0
    causes: list[str] = field(default_factory=list)


def coverage(c: Connection, company: str, now: datetime, *, table: str | None = None, days: int = DAYS) -> Coverage:
    """What recent returns and open cases of a company asked its tables for."""
    since = now - timedelta(days=days)
    seen = mapping_traffic.seen_lately(c, company, since, most=MOST + 1)
    cases = [row for row in mapping_traffic.cases_on_rows(c, table) if row.company == company]
    rules = rules_on(c, company, uk_date(now))
    counts: dict[tuple[str, str], _Count] = {}
    _count_documents(counts, seen[:MOST], rules)
    _count_cases(counts, cases)
    wanted = [each for each in TABLES.values() if table in {None, each.name}]
    tables = tuple(
        TableCoverage(table=one, keys=tuple(_keys(one, counts, rules)), is_from_documents=one.name in TABLES_SEEN)
        for one in wanted
    )
    return Coverage(since=since, documents=len(seen[:MOST]), is_cut=len(seen) > MOST, tables=tables)


def missing_by_table(c: Connection) -> dict[str, int]:
    """How many missing or wrong rows the open cases of the companies in scope name, by table."""
    rows: dict[str, set[tuple[str, str]]] = {}
    for row in mapping_traffic.cases_on_rows(c):
        rows.setdefault(row.table_name, set()).add((row.company, row.key.casefold()))
    return {table: len(keys) for table, keys in rows.items()}


def _count_documents(counts: dict[tuple[str, str], _Count], seen: Sequence[Seen], rules: MappingTables) -> None:
    for each in seen:
        assert isinstance(each.facts, Mapping), "facts are a record"
        for table, keys in keys_seen(each.facts, rules).items():
            for key in keys:
                count = counts.setdefault((table, key.casefold()), _Count(key=key))
                count.documents += 1
                if each.stake_minor:
                    count.amounts.append(Money(each.stake_minor, each.currency or "GBP"))


def _count_cases(counts: dict[tuple[str, str], _Count], cases: Sequence[RowCases]) -> None:
    """Cases that name a row; where no document was counted with it, their stakes are what it is about."""
    for row in cases:
        count = counts.setdefault((row.table_name, row.key.casefold()), _Count(key=row.key))
        if not count.documents:
            count.amounts += [Money(minor, currency) for currency, minor in row.stakes.items()]
        count.cases += row.cases
        count.causes.append(row.cause)


def _keys(table: Table, counts: Mapping[tuple[str, str], _Count], rules: MappingTables) -> Iterator[KeySeen]:
    mine = [
        KeySeen(
            key=count.key,
            documents=count.documents,
            amounts=_totals(count.amounts),
            is_mapped=is_mapped(rules, name, count.key),
            cases=count.cases,
            causes=tuple(dict.fromkeys(count.causes)),
        )
        for (name, _), count in counts.items()
        if name == table.name
    ]
    yield from sorted(mine, key=lambda each: (each.is_mapped, -each.cases, -each.documents, each.key.casefold()))


def _totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, Money(0, amount.currency)) + amount
    return tuple(sums[currency] for currency in sorted(sums))
