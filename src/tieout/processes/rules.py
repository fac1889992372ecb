"""The mapping rules in force, as the domain reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.processes.record import Json
from tieout.store import mapping_rules
from tieout.store.store import Connection


def rules_on(connection: Connection, company: str, day: date, *, table: str | None = None) -> MappingTables:
    """Every rule of a company that is in force on a day; of one table where only that is needed."""
    rows = mapping_rules.rules_in_force(connection, day, company=company, table=table)
    return MappingTables(
        rules=tuple(
            MappingRule(table=row.table_name, key=row.key, value=_fields(row.value), version=row.version)
            for row in rows
        )
    )


LOCK_WORDS = "lock_words"


def lock_words(connection: Connection, company: str, day: date) -> tuple[str, ...]:
    """The words that a company has added for a record lock: rows of `lock_words` whose meaning is lock."""
    rules = rules_on(connection, company, day).rules
    return tuple(rule.key for rule in rules if rule.table == LOCK_WORDS and rule.value.get("meaning") == "lock")


def _fields(value: Json) -> Mapping[str, str]:
    assert isinstance(value, Mapping), "a mapping rule's value is a record of fields"
    return {name: str(field) for name, field in value.items()}
