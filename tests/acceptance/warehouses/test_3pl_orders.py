"""The life of an order at a 3PL: sent once when cleared, acknowledged, changed, stopped, shipped in every way."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.warehouses.threepl import order_at_3pl
from tests.acceptance.warehouses.yard import Setup
from tests.processes.house import COMPANY
from tests.shipping.floors import FilesFloor

from tieout.domain import commands as c

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(kind="csv", also={"NORTH": "shipbob"})


def cleared_and_acknowledged(yard: Yard) -> None:
    """Of five orders one is on hold in Sage, one not paid, one not allocated, one of a customer on hold, one cleared.

    Each of the four waits with its reason and the 3PL hears of none. The cleared one lies there once; four hours
    without a word of the 3PL it is on operations' desk, and off it when the acknowledgement comes. The others go out
    as soon as they are cleared.
    """
    held, bare, clear = yard.order(("MUG", 1)), yard.order(("MUG", 1), allocate=0), yard.order(("MUG", 1))
    yard.control.post("/sage200/desktop/hold", {"order": held, "on_hold": True})
    yard.settle()
    with yard.ruled("policy", "release_paid", {"value": "no"}, value="yes"):
        unpaid = yard.order(("MUG", 1))
        yard.settle()
    doubtful = yard.order(("MUG", 1))
    customer_on_hold(yard, on_hold=True)
    yard.settle()
    reasons = {number: yard.waits_for(number) for number in (held, bare, unpaid, doubtful)}
    assert list(reasons.values()) == [
        "the order to be live in Sage: it is on hold",
        "stock to be allocated in Sage: MUG",
        "payment of GBP 12.00",
        "customer 12345 to be taken off hold in Sage",
    ]
    assert [len(yard.requests(number)) for number in (*reasons, clear)] == [0, 0, 0, 0, 1]
    yard.hours_pass(4.1)
    assert yard.faults(clear) == ["ORDER_NOT_ACKED"]
    assert [order_at_3pl(yard, number) for number in reasons] == [None] * 4
    customer_on_hold(yard, on_hold=False)
    yard.control.post("/sage200/desktop/hold", {"order": held, "on_hold": False})
    yard.tell(held, unpaid, doubtful)
    yard.settle()
    assert yard.faults(clear) == []
    assert [len(yard.requests(number)) for number in (held, unpaid, doubtful, clear)] == [1] * 4
    assert all(order_at_3pl(yard, number)["status"] != "rejected" for number in (held, unpaid, doubtful, clear))


def customer_on_hold(yard: Yard, *, on_hold: bool) -> None:
    """Credit control puts the customer on hold in Sage, or lets it go on."""
    yard.control.put("/sage200/company", {"customers": {"12345": {"on_hold": on_hold}}})


def whole_life(yard: Yard) -> None:
    """At the 3PL with files and at ShipBob alike, five orders of four mugs: one leaves in parts, one is found short.

    One is made smaller in Sage, one cancelled in time, one after it left. Sage has exactly what left of each: the
    smaller one went out anew, the short mug once somebody had it sent again, and what left of the last is on a desk.
    """
    for warehouse in ("HOME", "NORTH"):
        life_at(yard, warehouse)


def life_at(yard: Yard, warehouse: str) -> None:
    """Five orders of one warehouse."""
    floor = yard.in_warehouse(warehouse)
    part, short, amended, cancelled, late = (yard.order(("MUG", 4), warehouse=warehouse) for _ in range(5))
    yard.settle()
    floor.ship(f"{part}-1", tracking="T1", MUG=1)
    floor.short(f"{short}-1", tracking="T2", MUG=3)
    amend(yard, amended, 2)
    yard.control.post("/sage200/desktop/cancel", {"order": cancelled})
    floor.ship(f"{late}-1", tracking="T3")
    yard.control.post("/sage200/desktop/cancel", {"order": late})
    yard.settle()
    if isinstance(floor, FilesFloor):
        floor.take_in()
    yard.settle()
    assert [yard.booked(number) for number in (part, short)] == [{"MUG": Decimal(1)}, {"MUG": Decimal(3)}]
    assert yard.faults(short) == ["SHORT_SHIPPED"]
    assert [line.quantity for line in yard.requests(amended)[1].lines] == [Decimal(2)]
    floor.ship(f"{part}-1", tracking="T4")
    floor.ship(f"{amended}-2", tracking="T5")
    yard.accepted(short, "send it again")
    yard.settle()
    floor.ship(f"{short}-2", tracking="T6")
    yard.hours_pass(1.1)
    assert [yard.booked(number) for number in (part, short, amended)] == [
        {"MUG": Decimal(4)},
        {"MUG": Decimal(4)},
        {"MUG": Decimal(2)},
    ]
    assert all(yard.is_done(number) for number in (part, short, amended))
    assert (yard.booked(cancelled), floor.shipped(f"{cancelled}-1"), yard.case(cancelled)) == ({}, {}, None)
    assert "SHIPPED_NOT_DESPATCHED_IN_SAGE" in yard.faults(late)


def amend(yard: Yard, number: str, quantity: int) -> None:
    """Somebody changes the quantity of an order's only line in Sage."""
    company = yard.house.application.companies[COMPANY]
    (line,) = yard.in_sage(number).lines
    change = c.LineAmendment(order_line=line.line_id, quantity=Decimal(quantity))
    company.order_entry.amend_order(c.AmendOrder(key=f"TAO-{number:0>16}", order_number=number, lines=(change,)))


ROWS = (
    Row(
        id="3PL-16",
        says="An order goes to the 3PL once, when it is cleared, and somebody is asked when nobody acknowledges it.",
        scenario=cleared_and_acknowledged,
        missing="a rule of its own for suspected fraud: such an order is put on hold in Sage",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="3PL-40",
        says="Released, changed, stopped, shipped in parts and short: Sage has of every order what left, at each 3PL.",
        scenario=whole_life,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_becomes_of_orders(row: Row, yard: Yard) -> None:
    play(row, yard)
