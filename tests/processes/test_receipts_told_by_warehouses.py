"""Receipts told by a warehouse: fewer, more, other goods, several doors, unannounced, and against the portal's word."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import Line
from tests.processes.house import COMPANY
from tests.processes.wares import Watch, closed_codes, codes, seen, sold, told

from tieout.processes.goods_in import KIND as GOODS
from tieout.store import cases

if TYPE_CHECKING:
    from tests.processes.house import House

LONG_AGO = date(2000, 1, 1)
pytestmark = pytest.mark.parametrize(
    "shared_house", ["sop", pytest.param("ledger", marks=pytest.mark.long)], indirect=True
)


@pytest.fixture(scope="module")
def docked(shared_house: House) -> House:
    """A house with a warehouse that tells what came in."""
    shared_house.choose(warehouses=("desk",))
    shared_house.rule("disposition", "any|damaged|NORTH", LONG_AGO, warehouse="HOME", bin="GOODS-IN")
    return shared_house


@pytest.fixture
def dock(docked: House) -> House:
    """The same, where the warehouse's word counts."""
    docked.rule("policy", "receipt_authority", LONG_AGO, value="warehouse")
    return docked


@pytest.fixture
def both(docked: House) -> House:
    """The same, where portal and warehouse must say the same."""
    docked.rule("policy", "receipt_authority", LONG_AGO, value="both")
    return docked


@pytest.mark.long
def test_what_the_warehouse_counted_is_credited_whatever_the_portal_has_marked(dock: House) -> None:
    """RET-49: three announced, all marked received at the portal; the warehouse counted two, then the third."""
    name = sold(dock.control, Line("MUG", 3, "10.00"))
    before = Watch(dock)
    rma = dock.authorised(name, ("MUG", 3))
    dock.receive(rma)
    dock.drain(rma)
    assert before.moved().credits == ()
    told(dock, rma, ("MUG", 2, "good"), is_final=False)
    dock.drain(rma)
    assert codes(dock, rma) == [], seen(dock, rma)
    assert before.moved().credits == (("2011-01-20", 2000, 400),)
    told(dock, rma, ("MUG", 1, "good"))
    dock.drain(rma)
    assert codes(dock, rma) == [], seen(dock, rma)
    assert dock.document(rma).state == "done"
    moved = before.moved()
    assert (sum(net + tax for _, net, tax in moved.credits), sum(moved.refunds), moved.outstanding) == (3600, 3600, 0)
    assert (moved.stock, moved.offered) == ({("MUG", "A1"): 3}, {"MUG": 3})


def test_fewer_than_announced_are_credited_and_the_rest_is_named_until_it_comes(dock: House) -> None:
    """RET-49, X-08: RECEIVED_TOO_FEW raised by a final receipt of two of three, cleared by the third."""
    name = sold(dock.control, Line("MUG", 3, "10.00"))
    before = Watch(dock)
    rma = dock.authorised(name, ("MUG", 3))
    told(dock, rma, ("MUG", 2, "good"))
    dock.drain(rma)
    assert codes(dock, rma) == ["RECEIVED_TOO_FEW"]
    assert "1 missing" in seen(dock, rma)
    assert before.moved().credits == (("2011-01-20", 2000, 400),)
    told(dock, rma, ("MUG", 1, "damaged"))
    dock.drain(rma)
    assert (codes(dock, rma), closed_codes(dock, rma)) == ([], ["RECEIVED_TOO_FEW"])
    assert before.moved().stock == {("MUG", "A1"): 2, ("MUG", "Q1"): 1}


def test_more_than_announced_are_named_and_never_credited_beyond_the_rma(dock: House) -> None:
    """RET-49, X-08: RECEIVED_TOO_MANY raised, cleared when the warehouse has counted again."""
    name = sold(dock.control, Line("MUG", 3, "10.00"))
    before = Watch(dock)
    rma = dock.authorised(name, ("MUG", 1))
    told(dock, rma, ("MUG", 3, "good"), receipt=f"{name}-1")
    dock.drain(rma)
    assert codes(dock, rma) == ["RECEIVED_TOO_MANY"]
    assert before.moved().credits == (("2011-01-20", 1000, 200),)
    told(dock, rma, ("MUG", 1, "good"), receipt=f"{name}-1")
    dock.drain(rma)
    assert (codes(dock, rma), closed_codes(dock, rma)) == ([], ["RECEIVED_TOO_MANY"])
    assert dock.document(rma).state == "done"
    assert before.moved().stock == {("MUG", "A1"): 1}


def test_another_item_than_announced_is_named_and_not_booked(dock: House) -> None:
    """RET-49, X-08: WRONG_ITEM_RECEIVED raised, cleared when the receipt is told right; told twice it counts once."""
    name = sold(dock.control, Line("MUG", 1, "10.00"), Line("LAMP", 1, "25.00"))
    before = Watch(dock)
    rma = dock.authorised(name, ("MUG", 1))
    told(dock, rma, ("LAMP", 1, "good"), receipt=f"{name}-1", is_final=False)
    dock.drain(rma)
    assert codes(dock, rma) == ["WRONG_ITEM_RECEIVED"]
    assert before.moved().credits == ()
    for _ in range(2):
        told(dock, rma, ("MUG", 1, "good"), receipt=f"{name}-1")
        dock.drain(rma)
    assert (codes(dock, rma), closed_codes(dock, rma)) == ([], ["WRONG_ITEM_RECEIVED"])
    assert before.moved().stock == {("MUG", "A1"): 1}


@pytest.mark.long
def test_goods_of_one_rma_that_came_in_by_two_doors_go_where_each_door_sends_them(dock: House) -> None:
    """RET-14: damaged goods of the northern door to goods-in, all others to quarantine; none of it is offered."""
    name = sold(dock.control, Line("MUG", 3, "10.00"))
    before = Watch(dock)
    rma = dock.authorised(name, ("MUG", 3))
    told(dock, rma, ("MUG", 1, "damaged", "NORTH"), ("MUG", 1, "damaged", "SOUTH"), ("MUG", 1, "good", "SOUTH"))
    dock.drain(rma)
    assert codes(dock, rma) == [], seen(dock, rma)
    moved = before.moved()
    assert moved.stock == {("MUG", "A1"): 1, ("MUG", "GOODS-IN"): 1, ("MUG", "Q1"): 1}
    assert moved.offered == {"MUG": 1}
    assert sum(net + tax for _, net, tax in moved.credits) == 3600


def test_a_receipt_told_late_does_not_change_hands_with_one_that_was_booked_before(dock: House) -> None:
    """RET-20: the damaged mug was booked; the good one came in earlier and is told later. Each goes to its own bin."""
    name = sold(dock.control, Line("MUG", 2, "10.00"))
    before = Watch(dock)
    rma = dock.authorised(name, ("MUG", 2))
    told(dock, rma, ("MUG", 1, "damaged"), is_final=False)
    dock.drain(rma)
    assert before.moved().stock == {("MUG", "Q1"): 1}
    told(dock, rma, ("MUG", 1, "good"), at=dock.application.clock() - timedelta(hours=3))
    dock.drain(rma)
    assert codes(dock, rma) == [], seen(dock, rma)
    moved = before.moved()
    assert (moved.stock, moved.offered) == ({("MUG", "Q1"): 1, ("MUG", "A1"): 1}, {"MUG": 1})


@pytest.mark.long
def test_goods_told_before_their_rma_exists_are_booked_once_it_is_authorised(dock: House) -> None:
    """RET-49: under the order's number first, on a desk; the RMA claims them."""
    name = sold(dock.control, Line("BOWL", 2, "7.99"))
    before = Watch(dock)
    told(dock, "", ("BOWL", 2, "good"), order=name, receipt=f"{name}-1")
    (unannounced,) = [case for case in dock.open_cases() if case.code == "UNANNOUNCED_GOODS"]
    rma = dock.raise_rma(name, ("BOWL", 2))
    dock.drain(rma)
    assert before.moved().credits == ()
    dock.approve(rma)
    dock.drain(rma)
    assert codes(dock, rma) == [], seen(dock, rma)
    assert before.moved().credits == (("2011-01-20", 1598, 320),)
    with dock.application.store.scope(COMPANY) as c:
        (one,) = cases.cases_of(c, COMPANY, GOODS, unannounced.document_key)
    assert one.closed_how is not None


@pytest.mark.long
def test_goods_told_for_a_number_that_the_portal_has_not_yet_given_wait_for_it(dock: House) -> None:
    """RET-20, X-08: UNKNOWN_RECORD, until the portal knows the RMA."""
    name = sold(dock.control, Line("BOWL", 1, "7.99"))
    before = Watch(dock)
    number = f"88{name[1:]}"
    told(dock, number, ("BOWL", 1, "good"))
    dock.drain()
    rma = dock.raise_rma(name, ("BOWL", 1), number=number)
    assert rma.number == number
    assert codes(dock, rma) == ["UNKNOWN_RECORD"]
    dock.approve(rma)
    dock.drain(rma)
    assert codes(dock, rma) == [], seen(dock, rma)
    assert before.moved().credits == (("2011-01-20", 799, 160),)


def test_two_authorities_that_counted_differently_stop_the_return_until_they_agree(both: House) -> None:
    """RET-49, X-08: RECEIPT_CONFLICT raised, nothing posted; cleared when the portal is put right."""
    name = sold(both.control, Line("MUG", 2, "10.00"))
    before = Watch(both)
    rma = both.authorised(name, ("MUG", 2))
    told(both, rma, ("MUG", 2, "good"))
    both.receive(rma, rma.units[0])
    both.drain(rma)
    assert codes(both, rma) == ["RECEIPT_CONFLICT"]
    moved = before.moved()
    assert (moved.credits, moved.stock) == ((), {})
    both.receive(rma)
    both.drain(rma)
    assert (codes(both, rma), closed_codes(both, rma)) == ([], ["RECEIPT_CONFLICT"])
    assert before.moved().credits == (("2011-01-20", 2000, 400),)


@pytest.mark.long
def test_with_both_as_authorities_the_portal_s_word_alone_books_nothing(both: House) -> None:
    """RET-49: the warehouse's count is the one that is booked."""
    name = sold(both.control, Line("MUG", 1, "10.00"))
    before = Watch(both)
    rma = both.authorised(name, ("MUG", 1))
    both.receive(rma)
    both.drain(rma)
    assert (codes(both, rma), before.moved().credits) == ([], ())
    told(both, rma, ("MUG", 1, "good"))
    both.drain(rma)
    assert codes(both, rma) == [], seen(both, rma)
    assert before.moved().credits == (("2011-01-20", 1000, 200),)


def test_part_of_a_bundle_that_came_in_is_credited_and_restocked_alone(dock: House) -> None:
    """RGO-49: the portal counts one set, the warehouse one of its two mugs; the rest comes later."""
    name = sold(dock.control, Line("LAMP", 2, "100.00"))
    dock.rule("bundle", "LAMP", LONG_AGO, components="MUG*2=60.00; BOOK*1=40.00")
    before = Watch(dock)
    rma = dock.authorised(name, ("LAMP", 1))
    told(dock, rma, ("MUG", 1, "good"), is_final=False)
    dock.drain(rma)
    assert codes(dock, rma) == [], seen(dock, rma)
    moved = before.moved()
    assert (moved.credits, moved.refunds) == ((("2011-01-20", 3000, 600),), (3600,))
    assert (moved.stock, moved.offered) == ({("MUG", "A1"): 1}, {"MUG": 1})
    told(dock, rma, ("MUG", 1, "damaged"), ("BOOK", 1, "good"))
    dock.drain(rma)
    assert codes(dock, rma) == [], seen(dock, rma)
    moved = before.moved()
    assert (sum(net + tax for _, net, tax in moved.credits), sum(moved.refunds), moved.outstanding) == (12000, 12000, 0)
    assert moved.stock == {("MUG", "A1"): 1, ("MUG", "Q1"): 1, ("BOOK", "A1"): 1}
    whole = dock.authorised(name, ("LAMP", 1))
    told(dock, whole, ("LAMP", 1, "good"))
    dock.drain(whole)
    dock.rule("bundle", "LAMP", LONG_AGO, components="LAMP*1")
    assert codes(dock, whole) == [], seen(dock, whole)
    assert sum(before.moved().refunds) == 24000


@pytest.mark.long
def test_the_shop_offers_nothing_before_the_stock_is_read_back_in_sage(dock: House) -> None:
    """RGO-43: somebody holds the item; the shop is raised only once Sage has it."""
    name = sold(dock.control, Line("BOOK", 1, "4.55", 2))
    before = Watch(dock)
    rma = dock.authorised(name, ("BOOK", 1))
    dock.drain(rma)
    lock = {"record": "product", "reference": "BOOK", "holder": "JB", "dress": "400", "wording": "in use"}
    dock.control.post("/sage200/locks", {**lock, "seconds": None})
    told(dock, rma, ("BOOK", 1, "good"))
    dock.tell(rma)
    for _ in range(3):
        dock.work()
    moved = before.moved()
    assert (moved.stock, moved.offered, moved.refunds) == ({}, {}, ())
    dock.control.ask("DELETE", "/sage200/locks")
    dock.drain(rma)
    moved = before.moved()
    assert (moved.stock, moved.offered) == ({("BOOK", "A1"): 1}, {"BOOK": 1})


@pytest.mark.long
def test_a_count_taken_back_after_it_was_booked_undoes_nothing_and_is_named(dock: House) -> None:
    """RET-49, X-08: two were booked; the warehouse says now that it was one. Nothing is booked again or reversed."""
    name = sold(dock.control, Line("MUG", 2, "10.00"))
    before = Watch(dock)
    rma = dock.authorised(name, ("MUG", 2))
    told(dock, rma, ("MUG", 2, "good"), receipt=f"{name}-1")
    dock.drain(rma)
    assert codes(dock, rma) == [], seen(dock, rma)
    booked = before.moved()
    told(dock, rma, ("MUG", 1, "good"), receipt=f"{name}-1")
    dock.drain(rma)
    assert codes(dock, rma) == ["RECEIVED_TOO_FEW"], seen(dock, rma)
    assert before.moved() == booked
    told(dock, rma, ("MUG", 2, "good"), receipt=f"{name}-1")
    dock.drain(rma)
    assert (codes(dock, rma), before.moved()) == ([], booked)


def test_a_grade_told_after_the_goods_were_put_on_sale_moves_nothing_and_is_seen(dock: House) -> None:
    """RET-14: booked as good, told as damaged afterwards: no second movement, offer or credit, and a person looks."""
    name = sold(dock.control, Line("MUG", 1, "10.00"))
    before = Watch(dock)
    rma = dock.authorised(name, ("MUG", 1))
    told(dock, rma, ("MUG", 1, "good"), receipt=f"{name}-1")
    dock.drain(rma)
    booked = before.moved()
    told(dock, rma, ("MUG", 1, "damaged"), receipt=f"{name}-1")
    dock.drain(rma)
    assert (codes(dock, rma), before.moved()) == (["DAMAGED_ON_OFFER"], booked)
    dock.accept(rma, "DAMAGED_ON_OFFER")
    dock.drain(rma)
    assert (codes(dock, rma), before.moved()) == ([], booked)
