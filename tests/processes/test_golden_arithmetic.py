"""The golden arithmetic of returns through the flow: what stands in Sage's and the shop's own books, to the penny."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import Line
from tests.processes.wares import Watch
from tests.processes.wares import sold as sold_in_both
from tests.processes.worth import BY_EITHER_ROUTE, SWAP, Since, asked, assert_done, paying, sold, stock_up, treat

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House

pytestmark = BY_EITHER_ROUTE


@pytest.fixture(scope="module")
def golden(shared_house: House) -> House:
    stock_up(shared_house)
    return shared_house


def goods(sku: str, price: str) -> Json:
    return {"sku": sku, "title": sku.title(), "quantity": 1, "catalog_price": price, "effective_price": price}


def test_one_third_of_a_line_and_then_the_rest_are_the_whole_line_in_value_and_vat(golden: House) -> None:
    """Three for 26.67 net, 32.00 with VAT: 10.67, 10.66 and 10.67; VAT 5.33, not three times 1.78."""
    house = golden
    name = sold(house, Line("BOWL", 3, "8.89"))
    rma = house.authorised(name, ("BOWL", 3))
    watch = Watch(house)
    for unit in rma.units:
        house.receive(rma, unit)
        house.drain(rma)
    moved = watch.moved()
    assert sum(net for _, net, _ in moved.credits) == 2667
    assert sum(tax for _, _, tax in moved.credits) == 533
    assert (sum(moved.refunds), sum(moved.payments), moved.outstanding) == (3200, 3200, 0)
    assert sorted(moved.refunds) == [1066, 1067, 1067]
    assert_done(house, rma)


def test_a_discount_of_the_order_in_sage_comes_off_the_lines_that_come_back(golden: House) -> None:
    """Three lines of 16.66 net, 8.33 off the order: the one that comes back is worth 16.65, not 19.99."""
    house = golden
    lines = (Line("MUG", 1, "16.66"), Line("BOWL", 1, "16.66"), Line("LAMP", 1, "16.66"))
    shop_lines = [
        {"discount": "2.78", "tax": "2.77"},
        {"discount": "2.78", "tax": "2.78"},
        {"discount": "2.77", "tax": "2.77"},
    ]
    prices = [
        {"sku": line.sku, "title": line.sku, "quantity": 1, "price": line.price, "tax_rate": "0.2", **less}
        for line, less in zip(lines, shop_lines, strict=True)
    ]
    discount = {"description": "Discount", "net": "8.33", "tax_code": 1, "nominal": "4000"}
    name = sold_in_both(house.control, *lines, shop_more={"lines": prices}, discount_line=discount)
    rma = house.authorised(name, ("MUG", 1))
    watch = Watch(house)
    house.receive(rma)
    house.drain(rma)
    moved = watch.moved()
    assert [net + tax for _, net, tax in moved.credits] == [1665]
    assert moved.refunds == (1665,)
    assert_done(house, rma)


@pytest.mark.long
def test_a_fee_leaves_45_99_of_50_99_and_never_takes_more_than_there_is(golden: House) -> None:
    """50.99 less 5.00; and 4.00 less 5.00 is nothing: no refund, no minus."""
    house = golden
    dear, cheap = sold(house, Line("LAMP", 1, "42.49")), sold(house, Line("BOWL", 1, "3.33"))
    first = house.authorised(dear, ("LAMP", 1), restocking_fee="5.00")
    before = Since(house)
    house.receive(first)
    house.drain(first)
    made = before.changes()
    assert (made.credits, made.fees, made.refunds, made.payments, made.outstanding) == (
        (5099,),
        (500,),
        (4599,),
        (4599,),
        0,
    )
    assert_done(house, first)
    second = house.authorised(cheap, ("BOWL", 1), restocking_fee="5.00")
    before = Since(house)
    house.receive(second)
    house.drain(second)
    made = before.changes()
    assert (made.credits, made.fees, made.refunds, made.payments, made.outstanding) == ((400,), (400,), (), (), 0)
    assert_done(house, second)


@pytest.mark.parametrize(
    ("treatment", "credit", "left"), [("zero", 1528, 0), pytest.param("full", 1893, -365, marks=[pytest.mark.long])]
)
def test_18_93_come_back_3_65_leave_and_15_28_is_paid_once(
    golden: House, treatment: str, credit: int, left: int
) -> None:
    """The account moves by 15.28 or by the value of the goods sent; never twice by 3.65."""
    house = golden
    treat(house, "exchange", treatment)
    name = sold(house, Line("LAMP", 1, "18.93", 2))
    item = {"sku": "LAMP", "resolution": SWAP, "exchange": [goods("BOOK", "3.65")]}
    with paying(house, "portal"):
        rma = asked(house, name, item)
        before = Since(house)
        house.receive(rma)
        for _ in range(3):
            house.drain(rma)
    made = before.changes()
    assert sum(made.credits) == credit
    assert (sum(made.refunds), sum(made.payments)) == (1528, 1528)
    assert made.outstanding == left
    house.control.prove()
    treat(house, "exchange", "zero")


def test_one_of_two_at_48_00_less_a_fifth_is_38_40(golden: House) -> None:
    """2 x 40.00 net less 16.00: half of it is 38.40 with VAT, never 28.80."""
    house = golden
    lines = (Line("LAMP", 2, "40.00"),)
    price = {"sku": "LAMP", "title": "Lamp", "quantity": 2, "price": "40.00", "tax_rate": "0.2"}
    discount = {"description": "A fifth off", "net": "16.00", "tax_code": 1, "nominal": "4000"}
    shop = {"lines": [{**price, "discount": "16.00", "tax": "12.80"}]}
    name = sold_in_both(house.control, *lines, shop_more=shop, discount_line=discount)
    rma = house.authorised(name, ("LAMP", 1))
    watch = Watch(house)
    house.receive(rma)
    house.drain(rma)
    assert (watch.moved().refunds, [n + t for _, n, t in watch.moved().credits]) == ((3840,), [3840])
    assert_done(house, rma)


def test_a_free_gift_comes_back_into_stock_and_moves_no_money(golden: House) -> None:
    house = golden
    name = sold(house, Line("MUG", 1, "0.00"), Line("BOWL", 1, "10.00"))
    rma = house.authorised(name, ("MUG", 1))
    watch = Watch(house)
    house.receive(rma)
    house.drain(rma)
    moved = watch.moved()
    assert (moved.refunds, moved.payments, moved.outstanding) == ((), (), 0)
    assert sum(net + tax for _, net, tax in moved.credits) == 0
    assert moved.stock == {("MUG", "A1"): 1}
    assert_done(house, rma)
