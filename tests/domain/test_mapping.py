"""Mapping tables: the exact key, then the longest prefix, then the row for all others."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.domain.rules.mapping import MappingRule, MappingTables
from tieout.domain.rules.policies import POLICIES, VALUE_POLICIES
from tieout.domain.rules.tables import TABLES as TABLES_KNOWN

TABLES = MappingTables(
    rules=tuple(
        MappingRule(table=table, key=key, value={"value": value}, version=3)
        for table, key, value in (
            ("line_class", "POST", "exact"),
            ("line_class", "PO*", "short prefix"),
            ("line_class", "POS*", "long prefix"),
            ("line_class", "*", "all others"),
            ("policy", "credit_on", "receipt"),
        )
    )
)
words = st.text(st.characters(codec="ascii", categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("POST", "exact"),
        (" post ", "exact"),
        ("POSTAGE", "long prefix"),
        ("POUND", "short prefix"),
        ("MUG", "all others"),
        ("", "all others"),
    ],
)
def test_the_nearest_row_is_found(key: str, value: str) -> None:
    assert TABLES.value("line_class", key, "value") == value


@pytest.mark.parametrize(("table", "key"), [("policy", "credit"), ("policy", "credit_on_receipt"), ("reason", "POST")])
def test_no_row_is_no_value(table: str, key: str) -> None:
    assert TABLES.find(table, key) is None
    assert TABLES.value(table, key, "value") is None


def test_a_policy_and_a_missing_field() -> None:
    assert TABLES.policy("credit_on") == "receipt"
    assert TABLES.value("policy", "credit_on", "other") is None


@given(keys=st.lists(words, min_size=1, max_size=6, unique_by=str.casefold), order=st.randoms(), wanted=words)
def test_the_order_of_the_rows_does_not_matter_and_an_exact_row_always_wins(
    keys: list[str], order: Random, wanted: str
) -> None:
    rules = [MappingRule(table="t", key=key, value={}, version=1) for key in keys]
    rules += [MappingRule(table="t", key=f"{key}*", value={}, version=1) for key in keys]
    shuffled = list(rules)
    order.shuffle(shuffled)
    found = MappingTables(rules=tuple(rules)).find("t", wanted)
    assert MappingTables(rules=tuple(shuffled)).find("t", wanted) == found
    if wanted.casefold() in {key.casefold() for key in keys}:
        assert found is not None
        assert found.key.casefold() == wanted.casefold()
    elif found is not None:
        assert wanted.casefold().startswith(found.key.removesuffix("*").casefold())


def test_every_rule_is_named_with_its_version() -> None:
    assert next(TABLES.names()) == "line_class/POST/3"


def test_a_decision_keeps_of_a_long_table_only_the_rows_that_serve_it() -> None:
    rows = [
        MappingRule(table="customer", key=f"C{number}", value={"account": str(number)}, version=1) for number in (1, 2)
    ]
    rest = MappingRule(table="customer", key="*", value={"account": "WEB"}, version=1)
    policy = MappingRule(table="policy", key="credit_on", value={"value": "receipt"}, version=1)
    tables = MappingTables(rules=(*rows, rest, policy))
    assert tables.narrowed("customer", "c1").rules == (rows[0], policy)
    assert tables.narrowed("customer", "c9").rules == (rest, policy)
    assert tables.narrowed("customer").rules == (policy,)


def test_every_table_and_rule_that_people_may_fill_in_is_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
    names = [*TABLES_KNOWN, *VALUE_POLICIES, *(name for name in POLICIES if " " not in name)]
    assert [name for name in names if f"`{name}`" not in guide] == []


def test_every_rule_of_the_house_that_something_reads_can_be_filled_in() -> None:
    """What code asks for by name is in the registry, so that the console has a form for it."""
    source = Path(__file__).parents[2] / "src" / "tieout"
    asked = {
        name
        for room in ("domain", "processes")
        for path in (source / room).rglob("*.py")
        for name in re.findall(
            r"(?:tables|policies|rules)\.(?:policy|number)\(\s*\"([a-z_]+)\"", path.read_text("utf-8")
        )
    }
    assert "credit_on" in asked
    assert asked <= set(POLICIES)
