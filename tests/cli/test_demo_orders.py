"""The orders that the demo plays: chosen from the trading, each with what becomes of it."""

from __future__ import annotations

from collections import Counter

import pytest

from tieout.cli.demo.floors import units_at
from tieout.cli.demo.orders_cast import COUNTRIES, HOME, LEEDS, ORDERS, LiveOrder, Turn, orders_of
from tieout.cli.demo.orders_report import OrdersTieOut, RiddenOut, Units
from tieout.cli.demo.printing_orders import order_lines
from tieout.cli.demo.trading import SHIPPED_CUT, Play, read_trading


@pytest.fixture(scope="module")
def play() -> Play:
    return read_trading(SHIPPED_CUT).play(None, 1)


@pytest.fixture(scope="module", params=range(1, 9))
def orders(play: Play, request: pytest.FixtureRequest) -> tuple[LiveOrder, ...]:
    chosen = orders_of(play, request.param)
    assert chosen == orders_of(play, request.param)
    return chosen


def test_every_turn_is_played_and_most_orders_ship_as_asked(orders: tuple[LiveOrder, ...]) -> None:
    turns = Counter(order.turn for order in orders)
    assert len(orders) == ORDERS
    assert turns.keys() == set(Turn)
    for once in (Turn.SHORT, Turn.ON_SCREEN, Turn.NO_STOCK, Turn.SPELLING, Turn.TWO_FILES):
        assert turns[once] == 1
    assert turns[Turn.PLAIN] > len(orders) / 3


def test_both_warehouses_are_asked_and_some_orders_are_split_over_them(orders: tuple[LiveOrder, ...]) -> None:
    places = [frozenset(line.warehouse for line in order.lines) for order in orders]
    assert {frozenset({HOME}), frozenset({LEEDS})} <= set(places)
    by_turn = {order.turn: {line.warehouse for line in order.lines} for order in orders}
    assert by_turn[Turn.ON_SCREEN] == by_turn[Turn.SHORT] == {HOME}
    assert by_turn[Turn.TWO_FILES] == by_turn[Turn.SPELLING] == {LEEDS}


def test_an_order_is_one_that_a_customer_of_the_file_placed(orders: tuple[LiveOrder, ...]) -> None:
    for order in orders:
        bought = {line.sku: line for line in order.sale.lines}
        assert order.sale.customer is not None
        assert order.deliver_to.country in COUNTRIES
        assert len({line.sku for line in order.lines}) == len(order.lines) > 0
        for line in order.lines:
            assert line.price == bought[line.sku].unit_price
            assert line.quantity >= 1
    assert len({order.name for order in orders}) == len(orders)


def test_what_is_shipped_in_parts_can_be_divided_and_what_is_misspelt_has_letters(
    orders: tuple[LiveOrder, ...],
) -> None:
    for order in orders:
        if order.turn in (Turn.PARTS, Turn.TWO_FILES, Turn.SHORT):
            assert all(line.quantity >= 2 for line in order.lines)
        if order.turn is Turn.SPELLING:
            assert all(line.sku != line.sku.swapcase() for line in order.lines)


def test_the_shelves_hold_what_will_be_asked_for(orders: tuple[LiveOrder, ...]) -> None:
    asked = units_at(orders, HOME) + units_at(orders, LEEDS)
    assert asked.total() == sum(order.units for order in orders)


def test_a_file_with_too_little_trade_plays_no_orders(play: Play) -> None:
    few = Play(sales=play.sales[:5], returns=(), set_aside=())
    assert orders_of(few, 1) == ()
    assert list(order_lines(OrdersTieOut())) == []


def test_the_tie_out_is_right_only_when_nothing_is_doubled_lost_or_in_the_way() -> None:
    ridden_out = RiddenOut(
        number="1", holders=("MOWENS",), times=3, seconds=2.0, open_seconds=4.0, despatches=1, is_right=True
    )
    assert OrdersTieOut(ridden_out=ridden_out).is_right
    assert not OrdersTieOut(doubled=["order 1, MUG"]).is_right
    assert not OrdersTieOut(lost=["order 1"]).is_right
    twice = RiddenOut(number="1", holders=(), times=3, seconds=2.0, open_seconds=4.0, despatches=2, is_right=False)
    assert not OrdersTieOut(ridden_out=twice).is_right


def test_the_section_says_what_left_and_how_the_open_order_was_ridden_out() -> None:
    ridden_out = RiddenOut(
        number="0000002363", holders=("MOWENS",), times=8, seconds=12.4, open_seconds=6.0, despatches=1, is_right=True
    )
    result = OrdersTieOut(orders=3, tied_out=1, ridden_out=ridden_out, waiting={"0000002364": "stock"})
    result.cases.update(["SHORT_SHIPPED"])
    result.by_warehouse = {"mintsoft": Units(orders=2, asked=1779, shipped=1778, despatched=1778)}
    text = "\n".join(order_lines(result))
    assert "3 orders: 1 tied out, 1 on a case, 1 waiting" in text
    assert "1,779      1,778     1,778" in text
    assert "order 0000002364 waits for stock" in text
    assert "Order 0000002363 was open in Sage (MOWENS) for 6 s while its goods left:" in text
    assert "found in use 8 times, ridden out over 12 s, then despatched once" in text
