"""What is in force, what was, and what waits: the mapping tables as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tieout.domain.rules.fields import Table
from tieout.domain.rules.tables import TABLES
from tieout.processes.desk import NotPossible
from tieout.processes.mapping_desk.changes import fields_of
from tieout.store import mapping_proposals, mapping_rules
from tieout.store.mapping_rules import MappingRule
from tieout.store.store import Connection

Standing = Literal["in force", "coming", "past", "proposed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one row, with the days on which it was in force."""

    company: str
    key: str
    value: dict[str, str]
    version: int
    since: date
    until: date | None
    """The first day on which it is no longer in force; None while nobody has ended it."""
    standing: Standing
    proposed_by: str
    approved_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    """One mapping table in the list of tables."""

    table: Table
    rows: int
    waiting: int


def known_table(name: str) -> Table:
    """The table of a name; NotPossible when there is none."""
    if name not in TABLES:
        raise NotPossible(f"There is no mapping table {name!r}. There are: {', '.join(TABLES)}.")
    return TABLES[name]


def table_lines(c: Connection, today: date) -> list[TableLine]:
    """Every table with its rows in force and its waiting proposals, of the companies in scope."""
    rows, waiting = mapping_rules.counted_in_force(c, today), mapping_proposals.waiting_by_table(c)
    return [TableLine(table=t, rows=rows.get(t.name, 0), waiting=waiting.get(t.name, 0)) for t in TABLES.values()]


def rows_on(c: Connection, table: str, day: date, *, company: str | None = None, match: str = "") -> list[Version]:
    """The rows of a table in force on a day, of the companies in scope; `match` is a text that key or value holds."""
    found = mapping_rules.rules_in_force(c, day, company=company, table=table)
    wanted = match.strip().casefold()
    versions = [version_of(row, day) for row in found]
    return [row for row in versions if wanted in " ".join((row.key, *row.value.values())).casefold()]


def coming(c: Connection, table: str, today: date, *, company: str | None = None) -> list[Version]:
    """The approved rows of a table that are in force from a later day, earliest first."""
    rows = (version_of(row, today) for row in mapping_rules.all_rules(c) if row.table_name == table)
    found = [row for row in rows if row.standing == "coming" and company in {None, row.company}]
    return sorted(found, key=lambda row: (row.since, row.key.casefold()))


def history(c: Connection, company: str, table: str, key: str, today: date) -> list[Version]:
    """Every version of one row that was ever approved, newest first."""
    rows = mapping_rules.rules_of(c, company, table)
    mine = [version_of(row, today) for row in same_key(rows, key) if row.approved_by is not None]
    return sorted(mine, key=lambda row: -row.version)


def same_key(rows: Sequence[MappingRule], key: str) -> list[MappingRule]:
    """The rows of one key, in whatever letter case: the tables are read so."""
    wanted = key.strip().casefold()
    return [row for row in rows if row.key.strip().casefold() == wanted]


def in_force(rows: Sequence[MappingRule], day: date) -> MappingRule | None:
    """The row among these that is in force on a day."""
    return next((row for row in rows if row.approved_by is not None and _covers(row, day)), None)


def version_of(row: MappingRule, today: date) -> Version:
    """A stored rule as people read it."""
    return Version(
        company=row.company,
        key=row.key,
        value=fields_of(row.value),
        version=row.version,
        since=row.in_force_from,
        until=row.in_force_to,
        standing=_standing(row, today),
        proposed_by=row.proposed_by,
        approved_by=row.approved_by,
    )


def _standing(row: MappingRule, today: date) -> Standing:
    if row.approved_by is None:
        return "proposed"
    if _covers(row, today):
        return "in force"
    is_to_come = row.in_force_from > today and row.in_force_to != row.in_force_from
    return "coming" if is_to_come else "past"


def _covers(row: MappingRule, day: date) -> bool:
    return row.in_force_from <= day and (row.in_force_to is None or row.in_force_to > day)
