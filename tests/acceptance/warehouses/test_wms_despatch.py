"""What leaves the warehouse reaches Sage: line by line, once, whatever stands in the way."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import asked_for, at_console
from tests.acceptance.warehouses.people import act_on, at_mintsoft, entered_at_mintsoft, message, over_ships
from tests.acceptance.warehouses.seen import despatch_notes, side_by_side

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard


def parts_reach_their_lines(yard: Yard) -> None:
    """Three mugs and a book go out. Two mugs leave, then the rest; of another order one mug of two is not found, and of
    a third a mug too many leaves. Nobody is asked about the first.

    Sage shows two mugs despatched after the first parcel and both lines whole after the second; one mug of the short
    order; none of the third, which is on a desk with what left and what was ordered.
    """
    number, short, over = yard.order(("MUG", 3), ("BOOK", 1)), yard.order(("MUG", 2)), yard.order(("BOWL", 2))
    yard.settle()
    yard.ship(number, tracking="TRK1", MUG=2)
    yard.heard()
    assert yard.despatched(number) == {"MUG": Decimal(2)}
    yard.ship(number, tracking="TRK2")
    yard.floor.short(f"{short}-1", tracking="TRK3", MUG=1)
    over_ships(yard, over, "BOWL", 1)
    yard.settle()
    assert yard.despatched(number) == {"MUG": Decimal(3), "BOOK": Decimal(1)}
    assert yard.is_done(number)
    assert (yard.despatched(short), yard.faults(short)) == ({"MUG": Decimal(1)}, ["SHORT_SHIPPED"])
    assert (yard.despatched(over), yard.faults(over)) == ({}, ["OVER_DESPATCHED"])


def what_sage_holds_of_a_despatch(yard: Yard) -> None:
    """Two mugs and a book leave in two parcels of one shipment, at a minute that the warehouse tells.

    Sage's own despatch has that day, each line's quantity, both tracking numbers and two parcels; read back line by
    line it is done. Typed into the search, a tracking number leads to the order.
    """
    number = yard.order(("MUG", 2), ("BOOK", 1))
    yard.settle()
    parcels = [{"number": f"DPD{place}{number[-3:]}", "courier": "DPD Next Day"} for place in (1, 2)]
    at_mintsoft(yard, number, "despatch", parcels=parcels)
    yard.heard()
    (note,) = despatch_notes(yard, number)
    assert note.lines == (("MUG", 2), ("BOOK", 1))
    assert (note.on, note.pieces) == (f"{yard.now():%Y-%m-%d}", 2)
    assert note.consignment == ", ".join(parcel["number"] for parcel in parcels)
    with at_console(yard, Role.OPERATIONS) as visitor:
        assert asked_for(visitor, parcels[1]["number"]).title == f"Order {number}"
    assert yard.is_done(number)


def shipped_and_open_in_sage(yard: Yard) -> None:
    """A mug leaves while the order is on hold in Sage; an hour goes by, and four.

    The case says since when it left and that the order is on hold; then whose it is is asked. Nobody has to know of a
    lock or a status to find it: it is in the list of what Sage does not have.
    """
    number = yard.order(("MUG", 1))
    yard.settle()
    yard.held_in_sage(number)
    yard.ship(number)
    yard.hours_pass(1.1)
    assert yard.faults(number) == ["SHIPPED_NOT_DESPATCHED_IN_SAGE"]
    assert "the order is on hold in Sage" in yard.says(number)
    assert "left 20 Jan 2011" in yard.says(number)
    yard.held_in_sage(number, on_hold=False)
    yard.settle()
    assert yard.is_done(number)


def status_comes_later(yard: Yard) -> None:
    """A mug leaves while somebody has the order on hold in Sage, and it is released two hours later. Of another order
    nobody releases it for five hours.

    The first one waits, with its reason, and goes through by itself. The second is on operations' desk with who
    changed the order last; nothing of it is booked until it is released, and then at once.
    """
    soon, late = yard.order(("MUG", 1)), yard.order(("MUG", 2))
    yard.settle()
    for number in (soon, late):
        yard.held_in_sage(number)
        yard.ship(number)
    yard.settle()
    assert yard.waits_for(soon) == "the order to be live in Sage: it is on hold"
    yard.hours_pass(0.5)
    assert [yard.faults(number) for number in (soon, late)] == [[], []]
    yard.held_in_sage(soon, on_hold=False)
    yard.settle()
    assert yard.is_done(soon)
    yard.hours_pass(4.6)
    assert yard.faults(late)[0] == "WAITING_FOR_STATUS"
    assert yard.despatched(late) == {}
    yard.held_in_sage(late, on_hold=False)
    yard.settle()
    assert yard.is_done(late)


def nothing_without_a_despatch(yard: Yard) -> None:
    """Orders are cleared, sent, picked and packed; a message that is not signed says that one has left.

    Neither stock nor any ledger of Sage moves until a warehouse's own books say that goods left. Every despatch in
    Sage then stands beside the shipment that it came from.
    """
    numbers = [yard.order(("MUG", 1)) for _ in range(3)]
    before = yard.stock("MUG")
    yard.settle()
    for action in ("pick", "pack"):
        at_mintsoft(yard, numbers[0], action)
        yard.settle()
    told = {"ExternalOrderReference": f"{numbers[1]}-1"}
    assert message(yard, "mintsoft?secret=guessed", told) == 401
    assert message(yard, "mintsoft?secret=a-long-random-word", told) == 202
    yard.settle()
    assert yard.stock("MUG") == before
    assert all(despatch_notes(yard, number) == [] for number in numbers)
    for number in numbers:
        yard.ship(number)
    yard.settle()
    assert yard.stock("MUG") == before - 3
    for number in numbers:
        assert side_by_side(yard, number, "Gone out") == {"sage": ["1"], "warehouse": ["1"]}


def shipment_without_an_order(yard: Yard) -> None:
    """The warehouse ships something under a number that Tieout never sent; an order that it knows leaves, and Sage
    refuses it for an hour.

    Both are on a desk with what left and when: nobody has to look for a shipment that Sage does not have.
    """
    stray = f"HAND-{yard.orders}"
    entered_at_mintsoft(yard, stray, MUG=2)
    act_on(yard, stray, "despatch", tracking="TRKHAND")
    number = yard.order(("MUG", 1))
    yard.settle()
    (case,) = yard.cases_about(stray)
    assert (case.code, case.owner) == ("ORPHANED_SHIPMENT", "operations")
    assert "2 x MUG" in str(case.faults)
    yard.control.temper("sage200", error_before=1.0, path_contains="sop_confirm_despatch")
    yard.ship(number)
    yard.tried_for(0.3)
    yard.control.temper("sage200")
    yard.settle()
    assert yard.is_done(number)
    yard.typed("case", "resolve", str(case.id), "--where", "sage", "--why", "entered by hand")


ROWS = (
    Row(
        id="WMS-03",
        says="What was shipped, in parts too, reaches exactly its order lines in Sage, and nobody has to touch it.",
        scenario=parts_reach_their_lines,
        missing="the share of orders that nobody had to touch",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-20",
        says="A despatch is booked by line with its day, tracking and parcels, and read back from Sage.",
        scenario=what_sage_holds_of_a_despatch,
        missing="the hour of despatch: Sage keeps a day",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="WMS-32",
        says="Goods that left and that Sage still shows as open are found, with the reason and since when.",
        scenario=shipped_and_open_in_sage,
    ),
    Row(
        id="WMS-35",
        says="A despatch waits for the order's status in Sage and goes through by itself, or its owner is asked.",
        scenario=status_comes_later,
    ),
    Row(
        id="WMS-51",
        says="Sage books nothing for an order before a warehouse's own books say that goods left.",
        scenario=nothing_without_a_despatch,
        missing="the daily count of this in the close pack",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-54",
        says="A shipment that Sage does not have never stays unseen.",
        scenario=shipment_without_an_order,
        missing="the alarm at none before a period ends",
        left_to=(Later.CLOSE,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_leaves(row: Row, yard: Yard) -> None:
    play(row, yard)
