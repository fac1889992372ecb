"""Reasons without a mapping, and the stock-flow map that the live tables make."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.reported import asked

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House


def printed(house: House, *words: str) -> Json:
    """A report as a program reads it."""
    return json.loads(asked(house, *words, "--json").stdout)


def test_a_reason_without_a_row_stands_first_and_the_command_says_so(house: House) -> None:
    """RET-27, RET-30: what no rule serves; then, once it has one, its nominal and places with their dates."""
    house.drain(house.authorised("W1001", ("MUG", 2), ("BOOK", 1, "Wrong colour")))
    shown = asked(house, "reasons")
    assert shown.exit_code == 1
    assert "GAP: no row in the table reason" in shown.stdout
    first, second = printed(house, "reasons")["rows"]
    assert (first["reason"], first["units"], first["gaps"]) == ("Wrong colour", 1, ["no row in the table reason"])
    assert (second["reason"], second["nominal"], second["gaps"]) == ("Too small", "4010", [])
    assert [(place["grade"], place["warehouse"], place["bin"]) for place in second["places"]] == [
        ("good", "HOME", "A1"),
        ("damaged", "QUARANTINE", "Q1"),
    ]
    assert second["rule"]["since"] == "2000-01-01"
    house.rule("reason", "wrong colour", code="colour", account="4000/WEB", grade="good")
    made = printed(house, "reasons")
    assert made["is_total"] is True
    found = next(row for row in made["rows"] if row["reason"] == "Wrong colour")
    assert (found["code"], found["rule"]["since"], found["rule"]["approved_by"]) == ("colour", "2011-01-20", "owner")
    assert asked(house, "reasons").exit_code == 0
    assert {row["reason"] for row in made["unused"]} == {"Changed mind", "Faulty"}


@pytest.mark.long
def test_a_reason_of_a_return_raised_earlier_is_not_asked_about(house: House) -> None:
    """RET-27: the days asked for."""
    house.drain(house.authorised("W1001", ("BOOK", 1, "Wrong colour")))
    house.later(timedelta(days=10))
    assert printed(house, "reasons", "--days", "5")["rows"] == []
    assert len(printed(house, "reasons", "--days", "20")["rows"]) == 1


def test_the_flow_map_says_where_a_return_really_goes(either_house: House) -> None:
    """RET-07: what the map says of good and damaged mugs is what Sage's own stock and nominal ledger then show."""
    house = either_house
    rows = printed(house, "flow-map")["rows"]
    places = {
        row["disposition"]: (row["warehouse"], row["bin"], row["nominal"])
        for row in rows
        if row["event"].startswith("goods received")
    }
    good, damaged = places["sound|good"], places["sound|damaged"]
    assert (good[:2], damaged[:2]) == (("HOME", "A1"), ("QUARANTINE", "Q1"))
    (credit,) = (row for row in rows if (row["event"], row["disposition"]) == ("goods booked", "Too small"))
    is_sop = house.choices.route == "sop"
    assert credit["transaction"] == ("SOP credit note" if is_sop else "ledger credit note")
    assert good[2] == ("" if is_sop else "5200")
    before = house.control.books()
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma, damaged=rma.units[1:])
    house.drain(rma)
    after = house.control.books()
    assert after.in_bin("MUG", good[1]) == before.in_bin("MUG", good[1]) + 1
    assert after.in_bin("MUG", damaged[1]) == before.in_bin("MUG", damaged[1]) + 1
    assert house.control.get(f"/sage200/ledgers/nominal/{credit['nominal']}"), "the nominal of the map was posted to"
    offered = [row for row in rows if row["event"] == "stock read back"]
    assert {row["bin"] for row in offered} == {"A1"}
    assert after.on_offer("MUG") == before.on_offer("MUG") + 1


def test_a_change_of_the_tables_is_the_difference_between_two_days(house: House) -> None:
    """RET-07: a new place for damaged goods of one reason; nothing else has changed."""
    house.rule("disposition", "faulty|damaged", date(2011, 1, 18), warehouse="HOME", bin="A1")
    made = printed(house, "flow-map", "--against", "2011-01-17")
    assert {(row["disposition"], row["bin"], row["transaction"]) for row in made["added"]} == {
        ("faulty|damaged", "A1", "sales order return receipt"),
        ("faulty|damaged", "A1", "storefront availability at HOME"),
    }
    assert {(row["disposition"], row["bin"], row["transaction"]) for row in made["removed"]} == {
        ("faulty|damaged", "GOODS-IN", "sales order return receipt"),
        ("faulty|damaged", "Q1", "stock transfer"),
    }
    same = printed(house, "flow-map", "--against", "2011-01-18")
    assert (same["added"], same["removed"]) == ([], [])
    house.rule("disposition", "faulty|damaged", date(2011, 1, 19), warehouse="HOME", bin="A1")
    same = printed(house, "flow-map", "--against", "2011-01-18")
    assert (same["added"], same["removed"]) == ([], []), "a rule written anew that says the same is no difference"
    assert "Changed since 2011-01-17: 2 new, 2 gone" in asked(house, "flow-map", "--against", "2011-01-17").stdout
