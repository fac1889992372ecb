"""Every list of the definition takes Sage's query options on its fields of every kind."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tieout.sandbox.sage200.served import served

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json
    from tests.sandbox.sage200.contract.conftest import Company

LISTS = sorted(path for (_, path), form in served().items() if form == "list" and "{Id}" not in path)
FEW = "20"


def literal(kind: str, value: Json) -> str:
    """Write a value as $filter takes it."""
    if kind == "d":
        return str(value)[:10]
    if kind == "t":
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return "'" + str(value).replace("'", "''") + "'"


def one_of_each_kind(described: Json, rows: Json) -> list[tuple[str, str, Json]]:
    """Return (name, kind, value) of a field of each kind that has a value in some row."""
    found: dict[str, tuple[str, str, Json]] = {}
    for column in described:
        kind, name = column["type"], column["name"]
        value = next((row[name] for row in rows if name in row), None)
        if kind != "o" and value is not None:
            found.setdefault(kind.partition(".")[0], (name, kind, value))
    return list(found.values())


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_counted_cut_selected_and_paged(company: Company, path: str) -> None:
    name = path.removeprefix("/")
    rows = company.sage.get(name, top=FEW)
    described = company.sage.get(name, metadata="true")
    names = [column["name"] for column in described]
    assert len(names) == len(set(names)) > 0
    assert company.sage.get(name, count="true") >= len(rows)
    if not rows:
        return
    assert company.sage.get(name, top="1") == rows[:1]
    shown = company.sage.get(name, top=FEW, select=names[0])
    assert shown == [{names[0]: row[names[0]]} if names[0] in row else {} for row in rows]
    ordered = company.sage.get(name, top=FEW, orderby=f"{names[0]} desc")
    assert company.sage.get(name, top="2", skip="1", orderby=f"{names[0]} desc") == ordered[1:3]
    values = [row[names[0]] for row in ordered]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_filtered_on_a_field_of_each_kind(company: Company, path: str) -> None:
    name = path.removeprefix("/")
    rows = company.sage.get(name, top=FEW)
    for field, kind, value in one_of_each_kind(company.sage.get(name, metadata="true"), rows):
        text = f"{field} eq {literal(kind, value)}"
        found = company.sage.get(name, filter=text, top="500")
        assert found, f"{path} where {text} finds nothing"
        wrong = [row.get(field) for row in found if str(row.get(field)).lower() != str(value).lower()]
        assert not wrong, f"{path} where {text} finds {wrong[:3]}"
        others = company.sage.get(name, filter=f"{field} ne {literal(kind, value)}", top="500")
        assert all(str(row.get(field)).lower() != str(value).lower() for row in others)
