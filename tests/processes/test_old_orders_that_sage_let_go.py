"""Returns of orders that Sage has archived: a credit note that stands alone, and no unit credited twice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import Line
from tests.processes.wares import Watch, closed_codes, codes, ledger_of, seen, sold

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House

LONG_AGO = date(2000, 1, 1)
EITHER_ROUTE = pytest.mark.parametrize(
    "shared_house", ["sop", pytest.param("ledger", marks=pytest.mark.long)], indirect=True
)


def take_old_orders(house: House, **policy: str) -> House:
    """From now on the house takes old orders back, on the account of the shop's customer."""
    house.rule("customer", "a@example.org", LONG_AGO, account="12345")
    for rate, code in (("20", "1"), ("0", "2"), ("17.5", "9")):
        house.rule("tax_rate", rate, LONG_AGO, code=code)
    house.rule("value_policy", "historical", LONG_AGO, **{"account": "4000", "approve_over": "never", **policy})
    return house


@pytest.fixture(scope="module")
def keeper(shared_house: House) -> House:
    """A house that takes old orders back without asking anybody."""
    return take_old_orders(shared_house)


def archive(house: House, name: str) -> None:
    """Sage lets a completed order go; its invoice stays in the ledger."""
    house.control.post("/sage200/desktop/archive", {"order": name})


@EITHER_ROUTE
def test_an_order_archived_before_the_return_is_credited_alone_with_order_and_rma_in_its_reference(
    keeper: House,
) -> None:
    """RGO-59: one unit of three, at the VAT of the day of supply, 17.5 per cent; stock and shop as ever."""
    house = keeper
    name = sold(house.control, Line("MUG", 3, "9.99", 9), Line("BOOK", 1, "4.55", 2), day="2010-12-20")
    archive(house, name)
    before = Watch(house)
    rma = house.authorised(name, ("MUG", 1))
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    assert house.document(rma).state == "done"
    moved = before.moved()
    assert moved.credits == (("2011-01-20", 999, 175),)
    assert (moved.refunds, moved.payments, moved.outstanding) == ((1174,), (1174,), 0)
    assert (moved.stock, moved.offered) == ({("MUG", "A1"): 1}, {"MUG": 1})
    (credit,) = ledger_of(house, f"{name} {rma.number}")
    assert credit["second_reference"] == f"{name} {rma.number}"
    assert credit["customer"] == "12345"


@pytest.mark.long
@EITHER_ROUTE
def test_partial_returns_of_an_archived_order_add_up_and_take_no_unit_twice(keeper: House) -> None:
    """RGO-59: three returns of one unit give the line to the penny; a fourth finds nothing left."""
    house = keeper
    name = sold(house.control, Line("MUG", 3, "3.33", 9), day="2010-12-20")
    archive(house, name)
    before = Watch(house)
    for _ in range(3):
        rma = house.authorised(name, ("MUG", 1))
        house.receive(rma)
        house.drain(rma)
        assert codes(house, rma) == [], seen(house, rma)
    fourth = house.authorised(name, ("MUG", 1))
    house.receive(fourth)
    house.drain(fourth)
    assert codes(house, fourth) == ["QUANTITY_EXCEEDS_DESPATCH"]
    moved = before.moved()
    assert (sum(net for _, net, _ in moved.credits), sum(tax for *_, tax in moved.credits)) == (999, 175)
    assert (sum(moved.refunds), moved.outstanding) == (1174, 0)


@EITHER_ROUTE
def test_units_credited_before_the_order_was_archived_are_not_credited_again_after_it(keeper: House) -> None:
    """RGO-59: what was returned while Sage had the order counts, though the lines are told from elsewhere now."""
    house = keeper
    name = sold(house.control, Line("MUG", 2, "3.33"), Line("LAMP", 1, "25.00"))
    before = Watch(house)
    first = house.authorised(name, ("MUG", 1))
    house.receive(first)
    house.drain(first)
    assert codes(house, first) == [], seen(house, first)
    archive(house, name)
    both = house.authorised(name, ("MUG", 2))
    house.receive(both)
    house.drain(both)
    assert codes(house, both) == ["QUANTITY_EXCEEDS_DESPATCH"], seen(house, both)
    house.act(both, "cancel")
    second = house.authorised(name, ("MUG", 1), ("LAMP", 1))
    house.receive(second)
    house.drain(second)
    assert codes(house, second) == [], seen(house, second)
    moved = before.moved()
    assert (sum(net for _, net, _ in moved.credits), sum(tax for *_, tax in moved.credits)) == (3166, 633)
    assert (sum(moved.refunds), moved.outstanding) == (3799, 0)
    assert moved.stock == {("MUG", "A1"): 2, ("LAMP", "A1"): 1}


@EITHER_ROUTE
def test_a_return_begun_while_sage_had_the_order_is_ended_as_it_was_begun(keeper: House) -> None:
    """RGO-58: archived between authorisation and receipt; the pending return in Sage is received and credited."""
    house = keeper
    name = sold(house.control, Line("MUG", 2, "10.00"))
    before = Watch(house)
    rma = house.authorised(name, ("MUG", 1))
    house.drain(rma)
    archive(house, name)
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    assert house.document(rma).state == "done"
    moved = before.moved()
    assert (moved.credits, moved.refunds, moved.outstanding) == ((("2011-01-20", 1000, 200),), (1200,), 0)
    assert moved.stock == {("MUG", "A1"): 1}
    later = house.authorised(name, ("MUG", 2))
    house.receive(later)
    house.drain(later)
    assert codes(house, later) == ["QUANTITY_EXCEEDS_DESPATCH"]


@pytest.mark.long
@EITHER_ROUTE
def test_a_return_archived_between_its_receipt_and_its_credit_note_is_credited_once(keeper: House) -> None:
    """RGO-58: the goods are in stock, the credit note waits for its period; then the order goes."""
    house = keeper
    name = sold(house.control, Line("BOWL", 2, "7.99"))
    before = Watch(house)
    rma = house.authorised(name, ("BOWL", 2))
    house.receive(rma, rma.units[0])
    house.drain(rma)
    archive(house, name)
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    moved = before.moved()
    assert (sum(net for _, net, _ in moved.credits), sum(tax for *_, tax in moved.credits)) == (1598, 320)
    assert moved.stock == {("BOWL", "A1"): 2}


def test_without_a_rule_for_old_orders_the_return_waits_and_with_one_it_goes_on(open_house: OpenHouse) -> None:
    """RGO-59, X-08: ORDER_NOT_FOUND, then a limit, then a customer nobody has mapped, each put right in turn."""
    house = open_house()
    name = sold(house.control, Line("MUG", 2, "10.00"))
    archive(house, name)
    rma = house.authorised(name, ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == ["ORDER_NOT_FOUND"]
    take_old_orders(house, approve_over="20.00")
    house.drain(rma)
    assert codes(house, rma) == ["VALUE_NOT_APPROVED"]
    assert "GBP 24.00" in seen(house, rma)
    house.rule("customer", "a@example.org", LONG_AGO, account="NOBODY")
    house.accept(rma, "VALUE_NOT_APPROVED")
    house.drain(rma)
    assert codes(house, rma) == ["CUSTOMER_UNMAPPED"]
    assert "a@example.org" in seen(house, rma)
    house.rule("value_policy", "historical", LONG_AGO, account="4000", approve_over="20.00", customer="12346")
    before = Watch(house)
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    assert before.moved().credits == (("2011-01-20", 2000, 400),)
    (credit,) = ledger_of(house, f"{name} {rma.number}")
    assert credit["customer"] == "12346"
    assert closed_codes(house, rma) == ["CUSTOMER_UNMAPPED"]


@pytest.mark.long
def test_an_old_order_at_a_rate_that_no_tax_code_stands_for_waits(open_house: OpenHouse) -> None:
    """RGO-59: 17.5 per cent is in no table: nothing is guessed."""
    house = open_house()
    house.rule("value_policy", "historical", LONG_AGO, account="4000", approve_over="never")
    house.rule("tax_rate", "20", LONG_AGO, code="1")
    house.rule("customer", "a@example.org", LONG_AGO, account="12345")
    archive(house, "W1002")
    rma = house.authorised("W1002", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == ["VAT_CODE_MISSING"], seen(house, rma)
    house.rule("tax_rate", "17.5", LONG_AGO, code="9")
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
