"""What people see of an order: where it stands everywhere, what is stuck and why, and that nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import asked_for, at_console
from tests.acceptance.warehouses.people import at_mintsoft, over_ships
from tests.acceptance.warehouses.seen import despatch_notes, side_by_side
from tests.processes.house import COMPANY

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

CLOSED, OPEN = (
    {"period_start": "2011-01-01", "status": status, "sub_ledger": "Stock"} for status in ("Closed", "Open")
)


def every_change_with_its_effect(yard: Yard) -> None:
    """An order is cleared, sent, picked, shipped in two parts and told to Sage.

    Its timeline has each step with its time and the system that told it; beside each shipment stands the despatch that
    it brought about in Sage, and Sage's stock has moved by the same units.
    """
    before = yard.stock("MUG")
    number = yard.order(("MUG", 3))
    yard.settle()
    for action in ("pick", "pack"):
        at_mintsoft(yard, number, action)
    yard.ship(number, tracking="PART1", MUG=1)
    yard.settle()
    yard.ship(number, tracking="PART2")
    yard.settle()
    assert side_by_side(yard, number, "Gone out") == {"sage": ["1", "2"], "warehouse": ["1", "2"]}
    assert before - yard.stock("MUG") == 3
    with at_console(yard, Role.FINANCE) as visitor:
        told = visitor.get(f"/documents/{COMPANY}/order/{number}").text("main")
    for step in ("Send shipment request: done and read back", "Planned: despatch", "Shipment last seen"):
        assert step in told
    assert yard.is_done(number)


def what_kind_of_trouble(yard: Yard) -> None:
    """Four orders leave. Of one Sage loses its answer; for one Sage cannot be reached for a while; one's day is in a
    closed period; and for one the user has lost the right to orders.

    The first two heal by themselves, looked for in Sage before anything is sent again, and are there once. The period
    is on finance's desk; opened and tried again, and with the right given back, all four are in Sage, once each.
    """
    lost, away, late = (yard.order(("MUG", 1)) for _ in range(3))
    yard.settle()
    yard.control.temper("sage200", lost_reply=1, lost_reply_as="504", path_contains="sop_confirm_despatch", limit=1)
    yard.ship(lost)
    yard.settle()
    yard.control.temper("sage200", error_before=1)
    yard.ship(away)
    yard.tried_for(0.3)
    assert yard.case(away) is None
    yard.control.temper("sage200")
    yard.settle()
    assert [len(despatch_notes(yard, number)) for number in (lost, away)] == [1, 1]
    yard.control.put("/sage200/periods", CLOSED)
    yard.ship(late)
    yard.settle()
    yard.control.put("/sage200/periods", OPEN)
    case = yard.the_case(late)
    assert (case.code, case.owner, case.fault_class) == ("DESPATCH_PERIOD_CLOSED", "finance", "data")
    yard.tried_again(late)
    yard.settle()
    refused = yard.order(("MUG", 1))
    yard.settle()
    yard.control.put("/sage200/permissions", {"denied_features": ["sales_orders"]})
    yard.ship(refused)
    yard.tried_for(1.0)
    yard.control.put("/sage200/permissions", {"denied_features": []})
    yard.settle()
    if yard.case(refused) is not None:
        yard.tried_again(refused)
        yard.settle()
    assert [len(despatch_notes(yard, number)) for number in (late, refused)] == [1, 1]
    assert all(yard.is_done(number) for number in (lost, away, late, refused))


def where_an_order_stands(yard: Yard) -> None:
    """An order waits at the warehouse; it leaves while it is on hold in Sage; it is released.

    At each moment its page says how it stands in Sage and at the warehouse, what is awaited and until when.
    """
    number = yard.order(("MUG", 2))
    yard.settle()
    page = f"/documents/{COMPANY}/order/{number}"
    with at_console(yard, Role.OPERATIONS) as visitor:
        assert "Waiting for mintsoft to ship" in visitor.get(page).text("main")
        yard.held_in_sage(number)
        yard.ship(number)
        yard.settle()
        waiting = visitor.get(page).text("main")
        assert "Shipment Agreed Expected 2 · seen 2" in waiting
        assert "Despatch Expected Expected 2 Due by" in waiting
        assert "the order to be live in Sage: it is on hold" in waiting
        yard.held_in_sage(number, on_hold=False)
        yard.settle()
        assert "Despatch Agreed Expected 2 · seen 2" in visitor.get(page).text("main")
    assert yard.is_done(number)


def which_record_is_stuck(yard: Yard) -> None:
    """A warehouse ships three mugs of two; finance opens the exception from the number on the label.

    The page, whose address stays, names Sage's order, the shop's, the warehouse's own number and the shipment, the
    step that is stuck, since when, whose it is and what is at stake. The search finds it by any of these numbers.
    """
    number = yard.order(("MUG", 2), name="W8801")
    yard.settle()
    over_ships(yard, number, "MUG", 1)
    yard.settle()
    case = yard.the_case(number)
    with at_console(yard, Role.FINANCE) as visitor:
        document = asked_for(visitor, f"TRK{number[-6:]}")
        assert document.title == f"Order {number}"
        for name in (number, "W8801", f"{number}-1"):
            assert name in document.text("main")
            assert f"Order {number}" in asked_for(visitor, name).text("main")
        assert f"/exceptions/{case.id}" in document.links("main a")
        page = visitor.get(f"/exceptions/{case.id}").text("main")
    for said in ("for finance", "3 shipped", "£24.00 at stake", "20 Jan 2011", "Gone out"):
        assert said in page
    yard.control.post("/sage200/desktop/edit", {"order": number, "lines": [raised(yard, number, 3)]})
    yard.tried_again(number)
    yard.settle()
    assert yard.booked(number) == yard.left(number)


def the_gravest_first(yard: Yard) -> None:
    """Two orders are shipped over: one of 12.00, one of 720.00. Finance looks at what waits for it.

    Each says how grave it is and why: by the money and by the time that is left. By value the dear one comes first;
    three days later nobody has looked, and it is urgent.
    """
    cheap, dear = yard.order(("BOOK", 1)), yard.order(("BOOK", 60))
    yard.settle()
    for number in (cheap, dear):
        over_ships(yard, number, "BOOK", 7)
    yard.settle()
    with at_console(yard, Role.FINANCE) as visitor:
        page = visitor.get("/exceptions?owner=finance&code=OVER_DESPATCHED&sort=-stake")
        rows = [" ".join(row) for row in page.rows("#list tbody tr")]
        assert [number for row in rows for number in (cheap, dear) if number in row] == [dear, cheap], rows
        place = f"/exceptions/{yard.the_case(dear).id}"
        assert visitor.get(place).text(".status-line").startswith("Open High · £720.00 at stake")
        yard.days_pass(5)
    with at_console(yard, Role.FINANCE) as visitor:
        assert visitor.get(place).text(".status-line").startswith("Open Urgent · £720.00 at stake")
    for number, units in ((cheap, 8), (dear, 67)):
        yard.control.post("/sage200/desktop/edit", {"order": number, "lines": [raised(yard, number, units)]})
        yard.tried_again(number)
    yard.settle()


def nothing_is_lost(yard: Yard) -> None:
    """Thirty orders leave in a rush while the warehouse loses a third of its messages and tells a third twice, and
    Sage loses every tenth answer.

    Every order ends despatched in Sage, once, with what left; none is unaccounted for, and no shipment of the
    warehouse is without its order.
    """
    numbers = [yard.order(("MUG", 1)) for _ in range(30)]
    yard.settle(60)
    yard.control.temper("mintsoft", drop_webhook=0.3, duplicate_webhook=0.3, seed=7)
    yard.control.temper(
        "sage200", lost_reply=0.1, lost_reply_as="504", method="POST", path_contains="sop_confirm_despatch"
    )
    for number in numbers:
        yard.ship(number)
    yard.settle(60)
    yard.control.temper("mintsoft")
    yard.control.temper("sage200")
    yard.settle(60)
    assert [number for number in numbers if not yard.is_done(number)] == []
    assert [len(despatch_notes(yard, number)) for number in numbers] == [1] * 30
    assert yard.cases_about("ORPHANED_SHIPMENT") == []


def raised(yard: Yard, number: str, quantity: int) -> dict[str, int]:
    """The order's first line with another quantity."""
    return {"id": int(yard.in_sage(number).lines[0].line_id), "line_quantity": quantity}


ROWS = (
    Row(
        id="WMS-04",
        says="Every change of an order stands with its time, its source and what it brought about in Sage.",
        scenario=every_change_with_its_effect,
        missing="value by status: allocated, picked, despatched and not posted",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-28",
        says="What goes wrong is told apart: what heals is retried, what does not goes to whom it concerns.",
        scenario=what_kind_of_trouble,
    ),
    Row(
        id="WMS-34",
        says="Where an order stands in each system, what is awaited next and until when is on one page.",
        scenario=where_an_order_stands,
        missing="who is next to act, by stock code",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-37",
        says="An exception names the records in each system, the step, its owner and since when; its address stays.",
        scenario=which_record_is_stuck,
        missing="who last touched the order in Sage: Sage keeps only who took it",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="WMS-48",
        says="Exceptions are ranked by money and by the time that is left, and say why.",
        scenario=the_gravest_first,
        missing="nearness of the period's end and what the customer was promised in the rank",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-49",
        says="At peak volumes nothing is lost in silence: what came in is settled or on a desk.",
        scenario=nothing_is_lost,
        missing="the daily count of messages received against settled and open",
        left_to=(Later.CLOSE,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_seen_of_an_order(row: Row, yard: Yard) -> None:
    play(row, yard)
