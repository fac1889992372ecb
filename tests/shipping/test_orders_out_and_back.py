"""One order from Sage's clearing to the last leg read back, through a warehouse by API."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.shipping.depot import Depot, open_depot


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path) as opened:
        yield opened


def test_an_order_goes_out_once_and_what_left_stands_in_sage(depot: Depot) -> None:
    number = depot.order(("MUG", 3), ("BOOK", 1))
    depot.settle()
    assert depot.faults(number) == []
    assert depot.document(number).state == "waiting"
    depot.work_at(f"{number}-1", "despatch", tracking="TRK1")
    depot.settle()
    assert depot.despatched(number) == {"MUG": Decimal(3), "BOOK": Decimal(1)}
    assert depot.faults(number) in ([], ["CARRIER_UNMAPPED"])
