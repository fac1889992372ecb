"""Time alone makes an order somebody's matter, and only where nothing else settles it first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.shipping.depot import Depot, Json, open_depot


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path) as opened:
        opened.house.rule("carrier", "mintsoft|*", courier="")
        yield opened


def pass_hours(depot: Depot, hours: float) -> None:
    """Time goes by, and only what the clock makes due is worked on: no list is read, no message comes."""
    depot.house.later(timedelta(hours=hours))
    depot.house.drain()


def test_a_despatch_that_waits_for_its_order_says_why_and_then_asks_its_owner(depot: Depot) -> None:
    number = depot.order(("MUG", 1))
    depot.settle()
    depot.control.post("/sage200/desktop/hold", {"order": number, "on_hold": True})
    depot.floor.ship(f"{number}-1", tracking="TRK1")
    depot.settle()
    assert depot.faults(number) == []
    pass_hours(depot, 1.1)
    case = depot.case(number)
    assert case is not None
    faults: Json = case.faults
    assert [fault["code"] for fault in faults] == ["SHIPPED_NOT_DESPATCHED_IN_SAGE"]
    assert str(faults[0]["saw"]).endswith("the order is on hold in Sage")
    pass_hours(depot, 3)
    assert depot.faults(number) == ["WAITING_FOR_STATUS", "SHIPPED_NOT_DESPATCHED_IN_SAGE"]
    depot.control.post("/sage200/desktop/hold", {"order": number, "on_hold": False})
    depot.settle()
    assert (depot.document(number).state, depot.case(number)) == ("done", None)


def test_what_is_told_late_and_goes_to_sage_at_once_opens_no_case(depot: Depot) -> None:
    number = depot.order(("MUG", 1))
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="TRK1")
    depot.house.later(timedelta(hours=3))
    depot.look()
    while depot.document(number).state != "done":
        depot.house.drain()
        assert depot.case(number) is None, depot.faults(number)


def test_an_order_that_is_acknowledged_and_not_shipped_is_late_by_the_clock_alone(depot: Depot) -> None:
    number = depot.order(("MUG", 1))
    depot.settle()
    pass_hours(depot, 5)
    assert depot.faults(number) == []
    pass_hours(depot, 68)
    assert depot.faults(number) == ["DESPATCH_LATE"]


def test_a_tracking_number_that_never_comes_is_asked_for_by_the_clock_alone(depot: Depot) -> None:
    number = depot.order(("MUG", 2))
    depot.settle()
    depot.control.post(f"/mintsoft/orders/{order_at(depot, number)}/despatch", {"items": {"MUG": 1}})
    depot.settle()
    assert depot.faults(number) == []
    pass_hours(depot, 24.1)
    assert depot.faults(number) == ["TRACKING_MISSING"]


def order_at(depot: Depot, number: str) -> int:
    """Mintsoft's id of an order."""
    (row,) = depot.control.get(f"/mintsoft/orders?reference={number}-1")["orders"]
    return int(row["id"])
