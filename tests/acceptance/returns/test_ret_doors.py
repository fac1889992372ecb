"""Goods counted by warehouses: several doors, one RMA, and two who say what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.acceptance.returns.desk import Setup
from tests.acceptance.rows import Row, play
from tests.processes.estate import Line
from tests.processes.house import Choices

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk

SETUP = Setup(choices=Choices(late_commit=0.12, read_seconds=1.0, warehouses=("dock",)))
PORTAL = {"value": "portal"}


def one_rma_at_two_doors(desk: Desk) -> None:
    """Three jugs of one RMA come in at two warehouses on two days; a fourth jug that comes was never on the RMA.

    Two jugs at HOME are credited and lie there, one at NORTH later and there. The fourth is credited to nobody.
    """
    second_warehouse(desk)
    with desk.ruled("policy", "receipt_authority", PORTAL, value="warehouse"):
        order = desk.sold(Line("JUG", 4, "10.00"))
        rma = desk.authorised(order, ("JUG", 3))
        desk.settle()
        desk.counted_at_the_door(rma, ("JUG", 2, "good", "HOME"), is_final=False)
        desk.settle()
        assert desk.change().credits == ((2000, 400),)
        assert desk.change().stock == {("JUG", "A1"): 2}
        desk.counted_at_the_door(rma, ("JUG", 2, "good", "NORTH"))
        desk.settle()
        assert desk.change().credits == ((1000, 200), (2000, 400))
        assert desk.change().stock == {("JUG", "A1"): 2, ("JUG", "N1"): 1}
        assert desk.change().refunded == 3600
        assert desk.faults(rma) == {"RECEIVED_TOO_MANY"}


def two_who_received(desk: Desk) -> None:
    """The house believes portal and warehouse together: the portal received two mugs, the warehouse counted one.

    Nothing is booked while they differ; the warehouse counts again, two, and both mugs are booked and credited.
    """
    with desk.ruled("policy", "receipt_authority", PORTAL, value="both"):
        rma = desk.authorised(desk.sold(Line("MUG", 2, "10.00")), ("MUG", 2))
        desk.arrived(rma)
        desk.counted_at_the_door(rma, ("MUG", 1, "good", "HOME"), receipt="R-49")
        desk.settle()
        assert desk.case(rma) == "RECEIPT_CONFLICT"
        assert desk.change().is_nothing
        desk.counted_at_the_door(rma, ("MUG", 2, "good", "HOME"), receipt="R-49")
        desk.settle()
        assert desk.change().credits == ((2000, 400),)
        assert desk.change().stock == {("MUG", "A1"): 2}
        assert desk.is_done(rma)


def second_warehouse(desk: Desk) -> None:
    """A warehouse NORTH, a jug that is kept in both, and where its goods go."""
    jug = {"code": "JUG", "name": "Jug", "costing": "FIFO", "standard_price": "99.00"}
    stock = [{"warehouse": "HOME", "bin": "A1"}, {"warehouse": "NORTH", "bin": "N1"}]
    north = {"name": "NORTH", "use_for_sales_trading": True, "bins": [{"name": "N1"}]}
    held = [each | {"quantity": "10", "unit_cost": "1.50"} for each in stock]
    desk.control.post("/sage200/load", {"warehouses": [north], "products": [jug | {"stock": held}]})
    offered = [{"sku": "JUG", "title": "Jug", "price": "99.00", "available": 20}]
    desk.control.post("/shopify/load", {"location": "HOME", "variants": offered})
    desk.house.rule("disposition", "any|good|NORTH", warehouse="NORTH", bin="N1")
    desk.house.rule("storefront_location", "NORTH", location="HOME")


ROWS = (
    Row(
        id="RET-28",
        says="One RMA may come back in parts to several warehouses; never more is credited than came or was sold.",
        scenario=one_rma_at_two_doors,
    ),
    Row(
        id="RET-49",
        says="Receipt and inspection count from the portal, the warehouse or both; where they differ a person decides.",
        scenario=two_who_received,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_doors_count(row: Row, desk: Desk) -> None:
    play(row, desk)
