"""A return from its authorisation to the last leg, by both routes: what stands where, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House

DEEDS = {
    "sop": {
        "sop_return.created": 1,
        "sop_return.received": 1,
        "stock.moved": 1,
        "sales_credit_note.posted": 1,
    },
    "ledger": {"stock.moved": 1, "sales_credit_note.posted": 1},
}
MONEY = {
    "sales_payment.posted": 1,
    "sales_allocation.posted": 1,
    "refund.created": 1,
    "inventory.adjusted": 1,
    "rma.status_changed": 1,
}


def test_a_return_travels_from_the_portal_to_sage_and_back_to_the_shop(either_house: House) -> None:
    """RET-02, RET-13, RGO-14: one of everything, in every system, read back."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.receive(rma)
    house.drain(rma)
    books = house.control.books()
    assert books.credits == (("2011-01-20", 2000, 400),)
    assert books.refunds == (("W1001", 2400),)
    assert books.payments == (2400,)
    assert books.outstanding == 0
    assert books.in_bin("MUG", "A1") == 90
    assert books.on_offer("MUG") == 102
    assert books.rmas == ((rma.number, "Done"),)
    assert house.document(rma).state == "done"
    assert house.open_cases() == []
    assert set(house.leg_states(rma)) == {"agreed"}
    assert house.control.deeds() == DEEDS[house.choices.route] | MONEY
    house.control.prove()


def test_authorisation_moves_neither_stock_nor_ledger(either_house: House) -> None:
    """RET-13, RET-50, RGO-13: a pending return at most; nothing that an auditor could see."""
    house = either_house
    before = house.control.books()
    trial = house.control.get("/sage200/ledgers/nominal")
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    after = house.control.books()
    assert (after.credits, after.payments, after.refunds, after.stock, after.available) == (
        before.credits,
        before.payments,
        before.refunds,
        before.stock,
        before.available,
    )
    assert house.control.get("/sage200/ledgers/nominal") == trial
    assert house.control.deeds() == ({"sop_return.created": 1} if house.choices.route == "sop" else {})
    assert house.document(rma).state == "waiting"


def test_an_rma_that_nobody_authorised_reaches_no_system(either_house: House) -> None:
    """RET-48: a request is not a return."""
    rma = either_house.raise_rma("W1001", ("MUG", 1))
    either_house.drain(rma)
    assert either_house.control.deeds() == {}
    assert either_house.document(rma).state == "waiting"


def test_damaged_goods_go_to_quarantine_and_are_not_offered(either_house: House) -> None:
    """RET-14, RET-51: the inspection decides, not the customer's reason."""
    house = either_house
    rma = house.authorised("W1004", ("MUG", 2), ("BOWL", 1))
    house.drain(rma)
    house.receive(rma, damaged=rma.units[:1])
    house.drain(rma)
    books = house.control.books()
    assert (books.in_bin("MUG", "A1"), books.in_bin("MUG", "Q1")) == (89, 1)
    assert books.in_bin("BOWL", "A1") == 98
    assert (books.on_offer("MUG"), books.on_offer("BOWL")) == (101, 101)
    assert books.credits == (("2011-01-20", 2799, 560),)
    assert house.document(rma).state == "done"
    house.control.prove()


def test_two_parcels_make_two_credit_notes_that_add_up_to_the_invoiced_line(either_house: House) -> None:
    """RET-23, RET-49: odd pence are shared, never lost and never found."""
    house = either_house
    rma = house.authorised("W1002", ("MUG", 5))
    house.drain(rma)
    house.receive(rma, *rma.units[:2])
    house.drain(rma)
    assert len(house.control.books().credits) == 1
    assert house.document(rma).state == "waiting"
    house.receive(rma, *rma.units[2:])
    house.drain(rma)
    books = house.control.books()
    assert len(books.credits) == 2
    assert (sum(net for _, net, _ in books.credits), sum(tax for _, _, tax in books.credits)) == (1665, 291)
    assert sum(amount for _, amount in books.refunds) == 1956
    assert books.outstanding == 0
    assert house.document(rma).state == "done"
    house.control.prove()


def test_several_lines_are_credited_at_their_own_rates(either_house: House) -> None:
    """RET-06, RGO-16: a zero-rated book and a standard-rated mug on one RMA."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 1), ("BOOK", 1))
    house.drain(rma)
    house.receive(rma)
    house.drain(rma)
    assert house.control.books().credits == (("2011-01-20", 1455, 200),)
    assert house.control.books().refunds == (("W1001", 1655),)
    assert house.document(rma).state == "done"
    house.control.prove()


def test_vat_is_that_of_the_time_of_supply(either_house: House) -> None:
    """RET-06, RGO-16: sold at 17.5 per cent in December, returned when the rate is 20."""
    house = either_house
    rma = house.authorised("W1002", ("LAMP", 2))
    house.drain(rma)
    house.receive(rma)
    house.drain(rma)
    assert house.control.books().credits == (("2011-01-20", 2498, 438),)
    assert house.control.books().refunds == (("W1002", 2936),)
    house.control.prove()


def test_a_change_of_the_price_book_moves_no_credit_note(either_house: House) -> None:
    """RET-06: the credit is what was invoiced, to the penny."""
    house = either_house
    first, second = (house.authorised("W1004", ("MUG", 1)) for _ in range(2))
    house.drain(first)
    house.control.put("/sage200/prices", {"MUG": "0.01"})
    house.control.put("/sage200/company", {"products": {"MUG": {"tax_code": 2}}})
    house.receive(first)
    house.receive(second)
    house.drain(first, second)
    assert house.control.books().credits == (("2011-01-20", 1000, 200),) * 2
    house.control.prove()


def test_several_rmas_on_one_order_never_credit_a_unit_twice(either_house: House) -> None:
    """RET-20, RET-48: three mugs were sold; the fourth that comes back is a case."""
    house = either_house
    rmas = [house.authorised("W1001", ("MUG", count)) for count in (1, 2, 1)]
    house.drain(*rmas)
    for rma in rmas:
        house.receive(rma)
    house.drain(*rmas)
    case = house.case(rmas[2])
    assert case is not None
    assert case.code == "QUANTITY_EXCEEDS_DESPATCH"
    assert [house.document(rma).state for rma in rmas] == ["done", "done", "blocked"]
    assert sum(net for _, net, _ in house.control.books().credits) == 3000
    house.control.prove()


@pytest.mark.parametrize("quantity", [1, 3])
def test_nothing_is_credited_before_inspection_where_the_house_waits_for_it(
    open_house: OpenHouse, quantity: int
) -> None:
    """RET-15, RET-49: the policy defers the posting, and the document says for what it waits."""
    house = open_house()
    house.rule("policy", "credit_on", value="inspection")
    rma = house.authorised("W1001", ("MUG", quantity))
    house.receive(rma, graded=False)
    house.drain(rma)
    assert house.control.deeds() == {"sop_return.created": 1}
    house.receive(rma)
    house.drain(rma)
    assert house.document(rma).state == "done"
    assert house.control.books().credits == (("2011-01-20", 1000 * quantity, 200 * quantity),)
