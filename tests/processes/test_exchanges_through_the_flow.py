"""Exchanges: one order in Sage for what leaves, the credit of what comes back, and the goods seen to go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.house import COMPANY
from tests.processes.worth import (
    BY_EITHER_ROUTE,
    SWAP,
    Since,
    assert_done,
    at_portal,
    codes,
    paying,
    sold,
    stock_up,
    treat,
)

from tieout.processes import sweeps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.processes.estate import Json
    from tests.processes.house import House, Rma

pytestmark = BY_EITHER_ROUTE
EITHER_TREATMENT = pytest.mark.parametrize(
    "treated", ["zero", pytest.param("full", marks=[pytest.mark.long])], indirect=True
)


@pytest.fixture(scope="module")
def swapping(shared_house: House) -> House:
    stock_up(shared_house)
    shared_house.rule("exchange_service", "*", service="ROYAL48", analysis="4")
    shared_house.rule("exchange_service", "FR", service="COLISSIMO", analysis="4")
    return shared_house


@pytest.fixture
def treated(swapping: House, request: pytest.FixtureRequest) -> Iterator[str]:
    """How exchanges are booked: `zero`, at the difference alone, or `full`, both ways at their price."""
    treat(swapping, "exchange", request.param)
    yield request.param
    treat(swapping, "exchange", "zero")


def goods(sku: str, price: str) -> Json:
    return {"sku": sku, "title": sku.title(), "quantity": 1, "catalog_price": price, "effective_price": price}


def swap(house: House, price: str, *, name: str = "") -> Rma:
    """A mug of 12.00, to be exchanged for a book of this price."""
    return house.authorised(name or sold(house), ("MUG", 1), resolution=SWAP, exchange=[goods("BOOK", price)])


def exchange_names(house: House, rma: Rma) -> list[str]:
    """What the portal calls the exchange's orders, drafts too."""
    return [exchange["name"] for exchange in at_portal(house, rma)["exchanges"]]


def sage_books(house: House) -> Json:
    """Sage's own books, for what no control route shows."""
    return house.control.estate.systems[0].books  # type: ignore[attr-defined]  # the stand-in's own books


def orders(house: House, name: str) -> list[Json]:
    """The sales orders in Sage under a storefront's order name, each with (stock code, net) of its lines."""
    books = sage_books(house)
    found = books.rows("SELECT * FROM document WHERE kind = 'order' AND customer_document_no = ?", name)
    lines = "SELECT code, net FROM line WHERE document_id = ? ORDER BY number"
    return [{**row, "lines": [tuple(line) for line in books.rows(lines, row["id"])]} for row in found]


def lines(house: House, rma: Rma) -> list[Json]:
    """(stock code, net) of every line of every order that sends the RMA's exchanges."""
    return [line for name in exchange_names(house, rma) for order in orders(house, name) for line in order["lines"]]


def despatch(house: House, rma: Rma) -> None:
    """Somebody sends the goods from the desktop."""
    for name in exchange_names(house, rma):
        (order,) = orders(house, name)
        house.control.post("/sage200/desktop/despatch", {"order": order["id"]})


def released(house: House, price: str, **sale: Json) -> Rma:
    """An exchange whose order stands in the storefront before anything came back."""
    rma = swap(house, price, **sale)
    house.act(rma, "release-exchange")
    return rma


def test_an_exchange_stays_a_draft_until_it_is_released_and_is_done_when_its_goods_have_left(swapping: House) -> None:
    """RGO-53, RGO-55, RGO-57: an even exchange: no money, stock in, one order of no value, its service by the table."""
    house = swapping
    rma = swap(house, "12.00")
    before = Since(house)
    house.receive(rma)
    house.drain(rma)
    assert lines(house, rma) == []
    assert (codes(house, rma), house.document(rma).state) == ([], "waiting")
    house.act(rma, "release-exchange")
    house.drain(rma)
    (order,) = orders(house, exchange_names(house, rma)[0])
    assert (order["lines"], order["analysis_code_4"], order["allocated_status"]) == ([("BOOK", 0)], "ROYAL48", 2)
    assert (codes(house, rma), house.document(rma).state) == ([], "waiting")
    despatch(house, rma)
    house.drain(rma)
    assert_done(house, rma)
    made = before.changes()
    assert (sum(made.credits), made.payments, made.refunds, made.outstanding, made.stock) == (0, (), (), 0, 0)


@pytest.mark.parametrize(
    ("treated", "price", "credit", "refund", "charged", "left"),
    [
        pytest.param("zero", "18.00", 0, 0, 500, 0, marks=[pytest.mark.long]),
        ("zero", "6.00", 600, 600, 0, 0),
        pytest.param("zero", "12.00", 0, 0, 0, 0, marks=[pytest.mark.long]),
        pytest.param("full", "12.00", 1200, 0, 1000, -1200, marks=[pytest.mark.long]),
        pytest.param("full", "18.00", 1200, 0, 1500, -1200, marks=[pytest.mark.long]),
        ("full", "6.00", 1200, 600, 500, -600),
    ],
    indirect=["treated"],
)
@pytest.mark.usefixtures("treated")
def test_a_dearer_a_cheaper_and_an_even_exchange_by_either_treatment(
    swapping: House, price: str, credit: int, refund: int, charged: int, left: int
) -> None:
    """RGO-53: credited, given back, charged on the order (net), and left on the account to pay for the order."""
    house = swapping
    with paying(house, "portal"):
        rma = swap(house, price)
        before = Since(house)
        house.receive(rma)
        house.drain(rma)
        house.drain(rma)
        house.drain(rma)
        assert codes(house, rma) == []
        assert lines(house, rma) == [("BOOK", charged)]
        made = before.changes()
        assert (sum(made.credits), sum(made.refunds), sum(made.payments)) == (credit, refund, refund)
        assert made.outstanding == left
        despatch(house, rma)
        house.drain(rma)
    assert_done(house, rma)


@pytest.mark.long
@EITHER_TREATMENT
@pytest.mark.usefixtures("treated")
def test_goods_may_leave_before_anything_came_back(swapping: House) -> None:
    """RGO-57: the exchange is over when the goods are here as well."""
    house = swapping
    rma = released(house, "12.00")
    house.drain(rma)
    despatch(house, rma)
    house.drain(rma)
    assert (codes(house, rma), house.document(rma).state) == ([], "waiting")
    house.receive(rma)
    house.drain(rma)
    assert_done(house, rma)


def test_the_difference_of_a_cheaper_exchange_is_the_portals_to_give_and_is_given_once(swapping: House) -> None:
    """RGO-53: in gate mode too: the portal gives it back with the exchange, so Tieout credits it, waits and sees it."""
    house = swapping
    rma = swap(house, "6.00")
    before = Since(house)
    house.receive(rma)
    house.drain(rma)
    made = before.changes()
    assert (sum(made.credits), made.refunds, made.payments) == (600, (), ())
    assert (codes(house, rma), house.document(rma).state) == ([], "waiting")
    house.act(rma, "release-exchange")
    house.drain(rma)
    made = before.changes()
    assert (sum(made.credits), made.refunds, made.payments, made.outstanding) == (600, (600,), (600,), 0)
    despatch(house, rma)
    house.drain(rma)
    assert_done(house, rma)


def test_lines_of_no_value_that_sage_refuses_are_entered_at_full_value_once_the_house_says_so(swapping: House) -> None:
    """RGO-55: an add-on refuses them: ZERO_PRICE_REFUSED, then the policy changes."""
    house = swapping
    house.control.put("/sage200/addon", {"zero_price_lines": "refuse"})
    try:
        rma = released(house, "12.00")
        house.drain(rma)
        assert codes(house, rma) == ["ZERO_PRICE_REFUSED"]
        assert lines(house, rma) == []
        treat(house, "exchange", "full")
        house.receive(rma)
        house.drain(rma)
        assert (codes(house, rma), lines(house, rma)) == ([], [("BOOK", 1000)])
        despatch(house, rma)
        house.drain(rma)
        assert_done(house, rma)
    finally:
        house.control.put("/sage200/addon", {"zero_price_lines": "allow"})
        treat(house, "exchange", "zero")


def test_an_order_that_sage_holds_is_seen_at_once_and_gone_when_it_is_released(swapping: House) -> None:
    """RGO-55: an add-on puts it on hold the moment it is saved: EXCHANGE_ON_HOLD."""
    house = swapping
    rma = swap(house, "12.00")
    house.receive(rma)
    house.drain(rma)
    house.act(rma, "release-exchange")
    house.control.put("/sage200/addon", {"zero_price_lines": "hold"})
    house.drain(rma)
    house.control.put("/sage200/addon", {"zero_price_lines": "allow"})
    assert codes(house, rma) == ["EXCHANGE_ON_HOLD"]
    (order,) = orders(house, exchange_names(house, rma)[0])
    sage_books(house).run("UPDATE document SET status = 'Live' WHERE id = ?", order["id"])
    house.drain(rma)
    assert codes(house, rma) == []
    despatch(house, rma)
    house.drain(rma)
    assert_done(house, rma)


def test_other_goods_than_were_agreed_are_not_entered_until_both_say_the_same(swapping: House) -> None:
    """RGO-54: somebody changed the exchange's order in the shop: EXCHANGE_MISMATCH."""
    house = swapping
    rma = released(house, "12.00")
    books = house.control.estate.systems[2].shop.books  # type: ignore[attr-defined]  # the stand-in's own books
    (line,) = books.order_named(exchange_names(house, rma)[0]).lines
    line.sku = "BOWL"
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert [(f["code"], f["saw"], f["wanted"]) for f in case.faults if isinstance(f, dict)] == [
        ("EXCHANGE_MISMATCH", "1 of BOWL", "1 of BOOK")
    ]
    assert lines(house, rma) == []
    line.sku = "BOOK"
    house.drain(rma)
    assert (codes(house, rma), lines(house, rma)) == ([], [("BOOK", 0)])


def test_an_exchange_that_nobody_can_deliver_is_not_entered(swapping: House) -> None:
    """RGO-54: no address with a postcode in the storefront: EXCHANGE_MISMATCH."""
    house = swapping
    rma = released(house, "12.00", name=sold(house, customer=777, address=False))
    house.drain(rma)
    assert (codes(house, rma), lines(house, rma)) == (["EXCHANGE_MISMATCH"], [])


def test_an_exchange_that_somebody_else_entered_is_not_entered_again(swapping: House) -> None:
    """RGO-53: an importer of shop orders was faster; its despatch ends the return."""
    house = swapping
    rma = released(house, "12.00")
    line = {"product": "BOOK", "quantity": "1", "unit_price": "0", "tax_code": 1, "warehouse": "HOME"}
    today = house.application.clock().date().isoformat()
    (name,) = exchange_names(house, rma)
    imported = {"customer": "12345", "customer_document_no": name, "document_date": today, "lines": [line]}
    house.control.post("/sage200/load", {"orders": [imported]})
    house.receive(rma)
    house.drain(rma)
    assert (codes(house, rma), len(orders(house, name))) == ([], 1)
    despatch(house, rma)
    house.drain(rma)
    assert_done(house, rma)


@EITHER_TREATMENT
def test_each_exchange_of_an_rma_is_charged_for_itself(swapping: House, treated: str) -> None:
    """RGO-53: an even one first, then a dearer one on an item added later."""
    house = swapping
    rma = house.authorised(sold(house), ("MUG", 1), resolution=SWAP, exchange=[goods("BOOK", "12.00")])
    before = Since(house)
    house.act(rma, "release-exchange")
    house.drain(rma)
    more = {"sku": "MUG", "quantity": 1, "reason": "Too small", "resolution": SWAP}
    house.act(rma, "add-item", **more, exchange=[goods("BOWL", "15.00")])
    house.act(rma, "release-exchange")
    house.receive(rma, *[item["returned_item_id"] for item in at_portal(house, rma)["items"]])
    house.drain(rma)
    assert codes(house, rma) == []
    assert (
        lines(house, rma) == {"zero": [("BOOK", 0), ("BOWL", 250)], "full": [("BOOK", 1000), ("BOWL", 1250)]}[treated]
    )
    assert before.changes().outstanding == {"zero": 0, "full": -2400}[treated]
    despatch(house, rma)
    house.drain(rma)
    assert_done(house, rma)


def test_an_rma_called_off_whose_exchange_is_on_its_way_is_a_case_until_the_order_is_cancelled(swapping: House) -> None:
    """RGO-57: goods would leave, and none come back."""
    house = swapping
    rma = released(house, "12.00")
    house.drain(rma)
    house.act(rma, "cancel")
    house.drain(rma)
    assert codes(house, rma) == ["CANCELLED_AFTER_RECEIPT"]
    (order,) = orders(house, exchange_names(house, rma)[0])
    house.control.post("/sage200/desktop/cancel", {"order": order["id"]})
    house.drain(rma)
    assert codes(house, rma) == []
    assert house.document(rma).state == "done", house.leg_states(rma)
    house.control.prove()


def test_a_service_row_that_names_no_analysis_code_leaves_our_key_alone(swapping: House) -> None:
    """RGO-55: the order is found by its key; the service stands beside it."""
    house = swapping
    house.rule("exchange_service", "*", service="ROYAL48")
    rma = released(house, "12.00")
    house.drain(rma)
    (order,) = orders(house, exchange_names(house, rma)[0])
    assert (order["analysis_code_4"], str(order["analysis_code_3"])[:4]) == ("ROYAL48", "TXO-")
    assert codes(house, rma) == []


def test_goods_in_exchange_that_do_not_leave_come_to_light_by_time_alone(swapping: House) -> None:
    """RGO-56: EXCHANGE_NOT_DESPATCHED after the hours of the house; gone once they have left."""
    house = swapping
    rma = released(house, "12.00")
    house.receive(rma)
    house.drain(rma)
    assert (codes(house, rma), house.document(rma).state) == ([], "waiting")
    house.later(timedelta(hours=50))
    sweeps.sweep_overdue(house.application.floor, house.application.companies[COMPANY])
    house.drain()
    assert codes(house, rma) == ["EXCHANGE_NOT_DESPATCHED"]
    despatch(house, rma)
    house.drain(rma)
    assert_done(house, rma)
