"""One order from Sage's clearing to the last leg read back, through every kind of warehouse alike."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.shipping.depot import Depot, open_depot

from tieout.domain.legs import LegState
from tieout.processes.standing import leg_state

KINDS = ("mintsoft", "shipbob", "csv", "x12", "edifact")


@pytest.fixture(params=KINDS)
def depot(address: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Depot]:
    with open_depot(address, tmp_path, request.param) as opened:
        opened.house.rule("carrier", f"{opened.floor.account}|*", courier="")
        yield opened


def test_an_order_goes_out_once_is_despatched_in_parts_and_ties_out(depot: Depot) -> None:
    before = {sku: depot.stock(sku) for sku in ("MUG", "BOOK")}
    number = depot.order(("MUG", 3), ("BOOK", 1))
    reference = f"{number}-1"
    depot.settle()
    assert depot.faults(number) == []
    depot.floor.ship(reference, tracking="TRK1", MUG=2)
    depot.settle()
    assert depot.despatched(number) == {"MUG": Decimal(2)}
    depot.floor.ship(reference, tracking="TRK2")
    depot.settle()
    assert depot.despatched(number) == {"MUG": Decimal(3), "BOOK": Decimal(1)}
    assert depot.floor.shipped(reference) == {"MUG": 3, "BOOK": 1}
    assert {leg_state(leg, depot.now()) for leg in depot.legs(number)} == {LegState.AGREED}
    assert (depot.document(number).state, depot.faults(number)) == ("done", [])
    assert {sku: before[sku] - depot.stock(sku) for sku in before} == {"MUG": 3, "BOOK": 1}
