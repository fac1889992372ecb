"""Business choices in force: rows of the mapping tables, looked up by exact key, then prefix, then `*`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRule:
    """One row of a mapping table as it was in force on a date."""

    table: str
    key: str
    value: Mapping[str, str]
    version: int

    @property
    def name(self) -> str:
        """How a plan names the rule it used: table, key and version."""
        return f"{self.table}/{self.key}/{self.version}"


@dataclass(frozen=True, kw_only=True)
class MappingTables:
    """Every rule in force on one date. Not slotted, so that it keeps an index: a house may map thousands of keys."""

    rules: tuple[MappingRule, ...]

    @cached_property
    def _tables(self) -> Mapping[str, Mapping[str, MappingRule]]:
        """The rules by table and key without letter case."""
        tables: dict[str, dict[str, MappingRule]] = {}
        for rule in self.rules:
            tables.setdefault(rule.table, {})[rule.key.strip().casefold()] = rule
        return tables

    def find(self, table: str, key: str) -> MappingRule | None:
        """The rule for a key, in any letter case; a row `TEST*` serves every key that begins so, `*` all others."""
        wanted = key.strip().casefold()
        rows = self._tables.get(table, {})
        if wanted in rows:
            return rows[wanted]
        prefixes = [row for row in rows if row.endswith("*") and wanted.startswith(row[:-1])]
        return rows[max(prefixes, key=len)] if prefixes else None

    def value(self, table: str, key: str, field: str) -> str | None:
        """One field of the rule for a key."""
        rule = self.find(table, key)
        return rule.value.get(field) if rule else None

    def policy(self, name: str) -> str | None:
        """The value of a policy of the house."""
        return self.value("policy", name, "value")

    def number(self, name: str, otherwise: int) -> int:
        """A policy that is a whole number; `otherwise` when it is not set, or not a number (a check says so)."""
        text = self.policy(name)
        return int(text) if text is not None and text.strip().isdecimal() else otherwise

    def narrowed(self, table: str, *keys: str) -> MappingTables:
        """The tables with only those rows of one that serve these keys: a decision keeps what it may have used."""
        used = [self.find(table, key) for key in keys]
        return MappingTables(rules=tuple(rule for rule in self.rules if rule.table != table or rule in used))

    def names(self) -> Iterator[str]:
        """The names of all rules, for the record of a decision."""
        return (rule.name for rule in self.rules)
