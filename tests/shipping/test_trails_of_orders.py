"""What people find of an order, and how its figures stand side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.processes.house import COMPANY
from tests.shipping.depot import Depot, open_depot

from tieout.processes.trail.gathering import trail_of
from tieout.store import cross_references


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path) as opened:
        yield opened


def test_an_order_is_found_by_every_number_and_what_left_stands_beside_what_sage_shows(depot: Depot) -> None:
    number = depot.order(("MUG", 2), name="W7001")
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="TRK7001")
    depot.settle()
    with depot.house.application.store.scope(COMPANY) as connection:
        for name in (number, "W7001", f"{number}-1", "TRK7001"):
            assert [each.document_key for each in cross_references.find(connection, name)] == [number], name
        grid = trail_of(connection, depot.document(number), depot.now()).grid
    cells = {
        row.stage: {system: {mark.leg.kind for mark in row.cells[system]} for system in row.cells} for row in grid.rows
    }
    assert cells == {
        "Asked of the warehouse": {"warehouse": {"acknowledgement", "shipment request"}},
        "Gone out": {"sage": {"despatch"}, "warehouse": {"shipment"}},
    }
