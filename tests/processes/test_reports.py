"""Returned stock and the bench's worklist: every stage is reached and left, every value holds to the penny."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.processes.reported import COMPANY, bench, staged, stock, totals

from tieout.store import legs

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House


def test_a_unit_goes_from_announced_to_saleable_and_stands_in_one_stage_only(either_house: House) -> None:
    """RET-16, RET-18: announced at the portal's price, saleable at the invoiced one, with the bin."""
    house = either_house
    assert staged(house) == {}
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    assert staged(house) == {"announced": (2, 2400)}
    (row,) = stock(house).rows
    assert (row.shown_by, row.valued_by, row.warehouse) == ("portal", "portal", "")
    house.receive(rma)
    house.drain(rma)
    assert staged(house) == {"saleable": (2, 2400)}
    (row,) = stock(house).rows
    assert (row.warehouse, row.bin, row.shown_by, row.valued_by) == ("HOME", "A1", "storefront", "sage credit note")


def test_a_request_and_a_cancelled_rma_are_no_returned_stock(house: House) -> None:
    """RET-16, RGO-13: only what was authorised and is still to come is anticipated."""
    house.drain(house.raise_rma("W1001", ("MUG", 1)))
    assert staged(house) == {}
    rma = house.authorised("W1004", ("MUG", 1))
    house.drain(rma)
    assert staged(house) == {"announced": (1, 1200)}
    house.act(rma, "cancel")
    house.drain(rma)
    assert staged(house) == {}


def test_damaged_goods_stand_in_quarantine_apart_from_the_saleable(either_house: House) -> None:
    """RET-16: one parcel, two stages, and together the credit note to the penny."""
    house = either_house
    rma = house.authorised("W1002", ("MUG", 5))
    house.drain(rma)
    house.receive(rma, damaged=rma.units[:2])
    house.drain(rma)
    found = staged(house)
    assert {stage: units for stage, (units, _) in found.items()} == {"saleable": 3, "quarantine": 2}
    ((_, net, tax),) = house.control.books().credits
    assert sum(value for _, value in found.values()) == net + tax
    places = {(row.stage.value, row.warehouse, row.bin) for row in stock(house).rows}
    assert places == {("saleable", "HOME", "A1"), ("quarantine", "QUARANTINE", "Q1")}


def test_lines_of_different_prices_are_valued_each_at_its_own(house: House) -> None:
    """RET-16: a damaged mug at 12.00 in quarantine, a zero-rated book at 4.55 for sale."""
    rma = house.authorised("W1001", ("MUG", 1), ("BOOK", 1))
    house.receive(rma, damaged=rma.units[:1])
    house.drain(rma)
    assert staged(house) == {"saleable": (1, 455), "quarantine": (1, 1200)}


def test_goods_await_inspection_until_somebody_looked(open_house: OpenHouse) -> None:
    """RET-18, RGO-11: the stage, the bench's task with both outcomes, and both gone afterwards."""
    house = open_house()
    house.rule("policy", "credit_on", value="inspection")
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma, graded=False)
    house.drain(rma)
    assert staged(house) == {"awaiting inspection": (1, 1200)}
    ((task,),) = (each.tasks for each in bench(house).rmas)
    assert task.todo == "inspect; good: HOME/A1; damaged: QUARANTINE/Q1"
    assert (task.warehouse, task.grade) == ("", "ungraded")
    house.receive(rma)
    house.drain(rma)
    assert staged(house) == {"saleable": (1, 1200)}
    assert bench(house).rmas == ()


def test_received_goods_that_a_case_holds_are_on_the_worklist_with_the_case(house: House) -> None:
    """RGO-11, RET-18: nothing is booked; the warehouse sees where it will go and who holds it up."""
    house.rule("tender", "shopify_payments", bank="NOWHERE")
    rma = house.authorised("W1004", ("MUG", 1), ("BOWL", 1, "Faulty"))
    house.receive(rma, damaged=rma.units[1:])
    house.drain(rma)
    assert staged(house) == {"received, not booked": (2, 2159)}
    (tasks,) = bench(house).rmas
    assert "TENDER_UNMAPPED" in tasks.held_by
    assert [(task.sku, task.todo) for task in tasks.tasks] == [
        ("MUG", "put into HOME/A1"),
        ("BOWL", "put into QUARANTINE/Q1"),
    ]
    house.rule("tender", "shopify_payments", bank="SHOPPAY")
    house.drain(rma)
    assert bench(house).rmas == ()
    assert set(staged(house)) == {"saleable", "quarantine"}


def test_stock_that_is_back_and_not_offered_is_neither_saleable_nor_quarantine(house: House) -> None:
    """RET-18, RGO-14: Sage has it, the shop offers fewer: the half-done return shows as such."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    document = house.document(rma)
    with house.application.store.scope(COMPANY) as c:
        (leg,) = (each for each in legs.legs_of(c, document) if each.kind == "availability")
        fewer = legs.SeenLeg(
            system=leg.system,
            kind=leg.kind,
            ref=leg.ref,
            owner=leg.owner,
            currency=None,
            minor=None,
            quantity=Decimal(1),
            reference=None,
        )
        legs.see(c, document, fewer, at=house.application.clock())
    assert staged(house) == {"booked, under way": (2, 2400)}


def test_the_report_says_when_each_figure_was_read_and_how_old_the_goods_are(house: House) -> None:
    """RGO-12, RET-18: the as-at stamp is now, the read is not."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.drain(rma)
    house.later(timedelta(days=9))
    made = stock(house)
    (row,) = made.rows
    assert row.oldest_days == 9
    assert made.as_at - row.shown_at >= timedelta(days=9)
    assert row.shown_at == row.valued_at


def test_a_return_that_was_never_read_is_named_and_not_counted_as_nothing(house: House) -> None:
    """RGO-12, RGO-09: told of and not read: in no figure, in the list, and the control is not silent."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.tell(rma)
    made = stock(house)
    assert [each.document for each in made.unread] == [f"return {rma.number}"]
    (difference,) = totals(house).differences
    assert difference.source_read_at is None
