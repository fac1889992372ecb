"""Stock that a warehouse adjusts, receives and writes off, booked in Sage once, through every kind of warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.shipping.depot import open_depot
from tests.shipping.stockroom import Stockroom

KINDS = ("mintsoft", "shipbob", "csv", "x12")


@pytest.fixture(params=KINDS)
def stockroom(address: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stockroom]:
    with open_depot(address, tmp_path, request.param) as opened:
        room = Stockroom(opened)
        room.set_rules()
        yield room


def test_what_a_warehouse_loses_and_finds_is_booked_once_and_ties_out(stockroom: Stockroom) -> None:
    depot = stockroom.depot
    before = {sku: depot.stock(sku) for sku in ("MUG", "BOOK")}
    stockroom.act("adjust", "MUG", -2, reason="Damaged")
    stockroom.act("adjust", "BOOK", 3, reason="Found")
    stockroom.settle()
    stockroom.settle()
    assert {sku: depot.stock(sku) - before[sku] for sku in before} == {"MUG": -2, "BOOK": 3}
    for document in stockroom.movements():
        assert stockroom.codes(document.key) == []
        assert set(stockroom.leg_states(document.key).values()) == {"agreed"}
        assert document.state == "done"
    done = sorted(command for document in stockroom.movements() for command in stockroom.commands(document.key))
    assert done == ["write_off", "write_on"]
