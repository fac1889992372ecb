"""Where a parcel is: told to Sage, to the shop and to customer service, whatever the 3PL calls its carrier."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Row, play
from tests.acceptance.visitors import asked_for, at_console
from tests.acceptance.warehouses.seen import despatch_notes
from tests.acceptance.warehouses.threepl import agreed, faults_on, gone, operator, told_badly
from tests.acceptance.warehouses.yard import Setup
from tests.processes.house import COMPANY

from tieout.domain.people import Role
from tieout.sandbox.shopify import ShopifySandbox

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(kind="csv", rules=(("policy", "tell_storefront", {"value": "yes"}),))


def bought(yard: Yard, name: str, units: int = 2) -> str:
    """A customer buys mugs in the shop, and the order is in Sage; returns its number there."""
    sale = {"sku": "MUG", "quantity": units, "location": "HOME", "name": name}
    yard.control.post("/shopify/checkout", sale)
    return yard.order(("MUG", units), name=name)


def sent_by_shop(yard: Yard, name: str) -> list[tuple[int, list[str]]]:
    """(units, tracking numbers) of everything that the shop shows as sent of an order."""
    (shop,) = (system for system in yard.control.estate.systems if isinstance(system, ShopifySandbox))
    order = next(order for order in shop.shop.books.orders.values() if order.name == name)
    return [(one.units, [track.number for track in one.tracking]) for one in order.fulfilments]


def told_to_all(yard: Yard) -> None:
    """A customer buys two mugs in the shop; they leave the 3PL in one parcel. Nobody touches anything.

    Sage has the despatch with its tracking number and two mugs fewer. The shop shows both as sent, under the number,
    and customer service reads it.
    """
    before = yard.stock("MUG")
    number = bought(yard, "W9101")
    yard.settle()
    gone(yard, number, tracking="TRK9101")
    yard.settle()
    (note,) = despatch_notes(yard, number)
    assert (note.consignment, note.lines) == ("TRK9101", (("MUG", 2),))
    assert before - yard.stock("MUG") == 2
    assert sent_by_shop(yard, "W9101") == [(2, ["TRK9101"])]
    assert yard.is_done(number)
    with at_console(yard, Role.CUSTOMER_SERVICE) as visitor:
        assert "with DPD (tracking number TRK9101)" in asked_for(visitor, "W9101").text("main")


def seen_while_held(yard: Yard) -> None:
    """The order is on hold in Sage when its mugs leave, so Sage is not told. Another leaves without a tracking number.

    Customer service reads carrier and number of the first all the same, by the shop's number or the parcel's. A day
    later it is told that the second has none, and the shop is told what left without one.
    """
    number, bare = bought(yard, "W9103"), bought(yard, "W9104")
    yard.settle()
    yard.control.post("/sage200/desktop/hold", {"order": number, "on_hold": True})
    gone(yard, number, tracking="TRK9103")
    told_badly(yard, blank_tracking=1.0)
    gone(yard, bare)
    told_badly(yard)
    yard.settle()
    assert yard.booked(number) == {}
    with at_console(yard, Role.CUSTOMER_SERVICE) as visitor:
        for asked in ("W9103", "TRK9103"):
            page = asked_for(visitor, asked)
            assert page.title == f"Order {number}"
            assert "It left on 20 January with DPD (tracking number TRK9103)." in page.text("main")
    assert (yard.faults(bare), sent_by_shop(yard, "W9104")) == ([], [])
    yard.hours_pass(25)
    assert yard.faults(bare) == ["TRACKING_MISSING"]
    assert yard.the_case(bare).owner == "customer experience"
    assert sent_by_shop(yard, "W9104") == [(2, [])]
    yard.control.post("/sage200/desktop/hold", {"order": number, "on_hold": False})
    yard.settle()
    assert yard.booked(number) == {"MUG": Decimal(2)}


def unknown_carrier(yard: Yard) -> None:
    """The 3PL names a carrier that nobody has mapped. Sage has the despatch all the same, and the shop its number.

    A case asks operations for the row. Mapped, it closes by itself, and nothing is told twice.
    """
    ended = ("mapping", "propose", COMPANY, "carrier", "threepl|*", "--end", "--why", "every carrier is mapped")
    proposal = yard.read(*ended, "--as", operator(yard))
    yard.typed("mapping", "approve", str(proposal["id"]), "--as", operator(yard))
    number = bought(yard, "W9102")
    yard.settle()
    gone(yard, number, carrier="SPEEDY-XX", tracking="TRK9102")
    yard.settle()
    assert yard.booked(number) == {"MUG": Decimal(2)}
    assert sent_by_shop(yard, "W9102") == [(2, ["TRK9102"])]
    (fault,) = faults_on(yard, number)
    assert (fault["code"], fault["row"]) == ("CARRIER_UNMAPPED", "carrier/threepl|SPEEDY-XX")
    agreed(yard, "carrier", "threepl|SPEEDY-XX", why="a new carrier", storefront="Speedy")
    yard.settle()
    assert yard.case(number) is None
    assert len(despatch_notes(yard, number)) == len(sent_by_shop(yard, "W9102")) == 1


ROWS = (
    Row(
        id="3PL-17",
        says="A despatch of the 3PL is in Sage and in the shop with its tracking number, without anybody's doing.",
        scenario=told_to_all,
    ),
    Row(
        id="3PL-45",
        says="Customer service sees the tracking number though Sage cannot be told, and hears when there is none.",
        scenario=seen_while_held,
    ),
    Row(
        id="3PL-44",
        says="A carrier that nobody knows keeps nothing from finance, and is asked about.",
        scenario=unknown_carrier,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_where_parcels_are(row: Row, yard: Yard) -> None:
    play(row, yard)
