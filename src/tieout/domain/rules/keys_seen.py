"""Which mapping rows a return looks up: the keys that it gives each table, read from what was recorded of it.

Rows that a return needs and tables that it only might use are told apart: goods need a place, but a stock code needs no
row of the table of codes that are not goods. Only needs are listed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from tieout.domain.rules.mapping import MappingTables

Recorded = Mapping[str, Any]
"""Parts of a return's recorded facts."""

TABLES_SEEN = (
    "reason",
    "disposition",
    "value_policy",
    "tax_rate",
    "customer",
    "tender",
    "storefront_location",
)
"""The tables whose keys can be read from what is recorded of returns."""

_GRADES = ("good", "damaged")
_OUTCOMES = ("store_credit", "gift_card", "exchange")


def keys_seen(facts: Recorded, tables: MappingTables) -> dict[str, list[str]]:
    """The keys by table that a return needs rows for, each once; `tables` lead from reasons on to places."""
    found: dict[str, dict[str, str]] = {name: {} for name in TABLES_SEEN}
    for table, key in _keys(facts, tables):
        if key.strip():
            found[table].setdefault(key.strip().casefold(), key.strip())
    return {table: list(keys.values()) for table, keys in found.items()}


def is_mapped(tables: MappingTables, table: str, key: str) -> bool:
    """Whether a key that was seen has a row in force that serves it."""
    if table == "disposition":
        code, _, grade = key.partition("|")
        return any(tables.find(table, f"{name}|{grade}") is not None for name in (code, "any"))
    return tables.find(table, key) is not None


def _keys(facts: Recorded, tables: MappingTables) -> Iterator[tuple[str, str]]:
    for unit in _records(facts.get("units")):
        outcome = str(unit.get("outcome", ""))
        if outcome == "reject":
            continue
        reason = str(unit.get("reason", ""))
        yield "reason", reason
        yield from _places(reason, str(unit.get("grade", "")), tables)
        if outcome in _OUTCOMES:
            yield "value_policy", outcome
    for part in (*_records(facts.get("fees")), *_records(facts.get("allowances"))):
        yield "value_policy", str(part.get("kind", ""))
    if facts.get("gateway"):
        yield "tender", str(facts["gateway"])
    if not facts.get("order") and facts.get("customer"):
        yield "customer", str(facts["customer"])
    if any(order.get("is_historical") for order in _records(facts.get("orders"))):
        for line in _records(facts.get("lines")):
            yield "tax_rate", _rate(line.get("tax_rate"))


def _places(reason: str, grade: str, tables: MappingTables) -> Iterator[tuple[str, str]]:
    row = tables.find("reason", reason)
    if row is None:
        return
    grade = grade if grade in _GRADES else row.value.get("grade", "").strip().lower()
    if grade not in _GRADES:
        return
    code = row.value.get("code", "") or "any"
    yield "disposition", f"{code}|{grade}"
    place = tables.find("disposition", f"{code}|{grade}") or tables.find("disposition", f"any|{grade}")
    if place is not None and grade == "good":
        yield "storefront_location", place.value.get("warehouse", "")


def _rate(text: object) -> str:
    try:
        return f"{Decimal(str(text)).normalize():f}"
    except InvalidOperation:
        return ""


def _records(part: object) -> Sequence[Recorded]:
    return [each for each in part if isinstance(each, Mapping)] if isinstance(part, list | tuple) else []
