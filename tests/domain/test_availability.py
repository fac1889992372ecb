"""What may be offered: no promise is ever forgotten, none is taken off twice, and every part adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.domain.availability.facts import (
    Count,
    Departure,
    Loss,
    Offer,
    Promise,
    Returning,
    Shelf,
    Source,
    Stock,
)
from tieout.domain.availability.figures import Figure, figures
from tieout.domain.availability.promising import lost_units, merged
from tieout.domain.availability.publishing import Standing, buffer_of, mode_of
from tieout.domain.documents.warehouse_stock import MovementKind, WarehouseMovement
from tieout.domain.rules.mapping import MappingRule, MappingTables

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MUG = Offer(location="Web", sku="MUG")
UNITS = st.integers(0, 50).map(Decimal)
SOURCES: st.SearchStrategy[Source] = st.sampled_from(get_args(Source))


def shelf(on_hand: int, allocated: int = 0, *, free: int | None = None, is_for_sale: bool = True) -> Shelf:
    return Shelf(
        offer=MUG,
        warehouse="HOME",
        bin="A1",
        on_hand=Decimal(on_hand),
        allocated=Decimal(allocated),
        is_for_sale=is_for_sale,
        free=None if free is None else Decimal(free),
    )


def promise(order: str = "1", **units: int) -> Promise:
    return Promise(order=order, offer=MUG, **{name: Decimal(value) for name, value in units.items()})


def stock(*shelves: Shelf, source: Source = "sage", **facts: object) -> Stock:
    plain = Stock(as_at=NOON, source=source, offers=(MUG,), shelves=shelves)
    return replace(plain, **facts)  # type: ignore[arg-type]  # whichever facts the test is about


def figure(found: Stock) -> Figure:
    (one,) = figures(found)
    return one


@st.composite
def stocks(draw: st.DrawFn) -> Stock:
    """Any facts of one stock code, also such as contradict each other."""
    orders = draw(st.lists(st.sampled_from("ABCDE"), unique=True))
    promises = [
        Promise(
            order=order,
            offer=MUG,
            sold=draw(UNITS),
            ordered=draw(UNITS),
            allocated=draw(UNITS),
            at_warehouse=draw(UNITS),
        )
        for order in orders
    ]
    hours = st.integers(-48, 48).map(lambda number: NOON + timedelta(hours=number))
    left = st.builds(
        Departure, order=st.sampled_from("ABCDE"), offer=st.just(MUG), units=UNITS, left_at=hours, is_told=st.booleans()
    )
    counts = st.builds(
        Count,
        offer=st.just(MUG),
        site=st.sampled_from(("x|1", "x|2")),
        on_hand=UNITS,
        taken_at=hours,
        is_stale=st.booleans(),
    )
    losses = st.builds(Loss, movement=st.just("m"), offer=st.just(MUG), units=UNITS, at=hours)
    return Stock(
        as_at=NOON,
        source=draw(SOURCES),
        offers=(MUG,),
        shelves=tuple(
            shelf(draw(st.integers(0, 99)), draw(st.integers(0, 50))) for _ in range(draw(st.integers(0, 3)))
        ),
        promises=tuple(promises),
        departures=tuple(draw(st.lists(left, max_size=4))),
        losses=tuple(draw(st.lists(losses, max_size=3))),
        returning=tuple(draw(st.lists(st.builds(Returning, offer=st.just(MUG), units=UNITS), max_size=2))),
        counts=tuple(draw(st.lists(counts, max_size=3))),
        buffers=((MUG, draw(UNITS)),),
    )


@given(stocks())
def test_the_parts_add_up_and_nothing_is_offered_that_is_less_than_nothing(found: Stock) -> None:
    one = figure(found)
    taken = one.allocated + one.sold + one.ordered + one.at_warehouse + one.lost + one.left + one.returning
    assert one.there == one.on_hand - taken + one.gone
    assert one.available == max(one.there - one.buffer, 0)
    parts = (one.allocated, one.sold, one.ordered, one.at_warehouse, one.lost, one.left, one.gone, one.buffer)
    assert min(parts) >= 0


@given(stocks(), st.sampled_from(("sold", "ordered", "at_warehouse")), st.integers(1, 20).map(Decimal), st.data())
def test_one_more_promise_never_raises_what_is_offered(
    found: Stock, name: str, more: Decimal, data: st.DataObject
) -> None:
    before = figure(found)
    promises: tuple[Promise, ...]
    is_known: bool = data.draw(st.booleans())
    if found.promises and is_known:
        place = data.draw(st.integers(0, len(found.promises) - 1))
        grown = replace(found.promises[place], **{name: getattr(found.promises[place], name) + more})
        promises = (*found.promises[:place], grown, *found.promises[place + 1 :])
    else:
        fresh: dict[str, Any] = {name: more}
        promises = (*found.promises, replace(promise("Z"), **fresh))
    assert figure(replace(found, promises=promises)).available <= before.available


@given(stocks(), UNITS, UNITS, UNITS)
def test_a_loss_a_buffer_and_an_allocation_never_raise_what_is_offered(
    found: Stock, lost: Decimal, buffer: Decimal, allocated: Decimal
) -> None:
    before = figure(found).available
    assert (
        figure(replace(found, losses=(*found.losses, Loss(movement="n", offer=MUG, units=lost, at=NOON)))).available
        <= before
    )
    assert figure(replace(found, buffers=((MUG, found.buffers[0][1] + buffer),))).available <= before
    assert figure(replace(found, shelves=(*found.shelves, shelf(0, int(allocated))))).available <= before


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_an_allocated_order_that_is_also_picked_is_taken_off_once(ordered: int, allocated: int, picked: int) -> None:
    allocated, picked = min(allocated, ordered), min(picked, ordered)
    held = promise(ordered=ordered, allocated=allocated, at_warehouse=picked)
    one = figure(stock(shelf(100, allocated), promises=(held,)))
    assert one.there == 100 - ordered


@given(st.integers(1, 20), st.integers(0, 20))
def test_on_its_way_from_the_shop_to_the_door_an_order_is_taken_off_exactly_once(units: int, others: int) -> None:
    """Sold, entered, allocated, picked, shipped, despatched in Sage: at each step the same is left to be sold."""
    other = promise("other", ordered=others, allocated=others)
    steps = [
        stock(shelf(100, others), promises=(other, promise("#1", sold=units))),
        stock(shelf(100, others), promises=(other, promise(ordered=units))),
        stock(shelf(100, others + units), promises=(other, promise(ordered=units, allocated=units))),
        stock(
            shelf(100, others + units), promises=(other, promise(ordered=units, allocated=units, at_warehouse=units))
        ),
        stock(shelf(100 - units, others), promises=(other,)),
    ]
    assert {figure(step).there for step in steps} == {Decimal(100 - units - others)}


def test_what_a_warehouse_shipped_of_another_code_or_of_a_cancelled_order_is_taken_off() -> None:
    assert figure(stock(shelf(10), promises=(promise(at_warehouse=3),))).available == 7


def test_what_is_not_for_sale_is_shown_and_not_offered() -> None:
    one = figure(stock(shelf(10), shelf(4, is_for_sale=False)))
    assert [one.available, one.not_for_sale] == [10, 4]


def test_sages_free_stock_stands_beside_the_figure_and_is_no_part_of_it() -> None:
    found = stock(shelf(10, 2, free=8), promises=(promise("#1", sold=5),))
    one = figure(found)
    assert [one.available, one.free, one.difference] == [3, 8, 5]
    for free in (None, 0, 1000):
        assert figure(replace(found, shelves=(shelf(10, 2, free=free),))).available == 3


def test_what_a_return_is_about_to_offer_is_not_offered_by_the_feed_too() -> None:
    found = stock(shelf(10), returning=(Returning(offer=MUG, units=Decimal(2)),))
    assert figure(found).available == 8


def test_pieces_of_one_order_are_added_up_before_they_are_compared() -> None:
    pieces = [promise(ordered=2, allocated=2), promise(ordered=3), promise(at_warehouse=5), promise("2", sold=1)]
    assert merged(pieces) == (promise(ordered=5, allocated=2, at_warehouse=5), promise("2", sold=1))


def counted(on_hand: int, hours: int, *, is_stale: bool = False, site: str = "3pl|Leeds") -> Count:
    at = NOON - timedelta(hours=hours)
    return Count(offer=MUG, site=site, on_hand=Decimal(on_hand), taken_at=at, is_stale=is_stale)


def left(units: int, hours: int, *, is_told: bool, order: str = "1") -> Departure:
    at = NOON - timedelta(hours=hours)
    return Departure(order=order, offer=MUG, units=Decimal(units), left_at=at, is_told=is_told)


@pytest.mark.parametrize(
    ("departures", "promises", "allocated", "there"),
    [
        ((), (promise(ordered=3, allocated=3),), 3, 7),
        ((left(3, 1, is_told=False),), (promise(ordered=3, allocated=3, at_warehouse=3),), 3, 7),
        ((left(3, 1, is_told=True),), (), 0, 7),
        ((left(3, 5, is_told=False),), (promise(ordered=3, allocated=3, at_warehouse=3),), 3, 10),
        ((left(3, 5, is_told=True),), (), 0, 10),
    ],
    ids=["still there", "left since", "left since and in Sage", "left before", "left before and in Sage"],
)
def test_a_count_is_less_what_left_after_it_and_not_what_left_before(
    departures: tuple[Departure, ...], promises: tuple[Promise, ...], allocated: int, there: int
) -> None:
    found = stock(
        shelf(999, allocated), source="count", counts=(counted(10, 3),), departures=departures, promises=promises
    )
    assert figure(found).there == there


def test_a_count_that_is_too_old_is_left_out_and_named() -> None:
    one = figure(
        stock(shelf(999), source="count", counts=(counted(10, 1), counted(50, 40, is_stale=True, site="3pl|Hull")))
    )
    assert one.available == 10
    assert (one.stale, one.is_known) == (("3pl|Hull",), True)
    none = figure(stock(shelf(999), source="count", counts=(counted(50, 40, is_stale=True),)))
    assert none.available == 0
    assert not none.is_known


def test_what_rests_on_old_counts_may_lower_and_never_raise_what_is_offered() -> None:
    one = figure(stock(source="count", counts=(counted(10, 1), counted(50, 40, is_stale=True, site="3pl|Hull"))))
    assert Standing(figure=one, offered=Decimal(12)).wanted == 10
    assert Standing(figure=one, offered=Decimal(8)).wanted is None
    assert Standing(figure=replace(one, is_known=False), offered=Decimal(12)).wanted is None


def test_somebody_is_told_when_more_is_offered_than_is_there() -> None:
    one = figure(stock(shelf(10, 4), buffers=((MUG, Decimal(2)),)))
    assert Standing(figure=one, offered=Decimal(6)).risk is None
    fault = Standing(figure=one, offered=Decimal(7)).risk
    assert fault is not None
    assert (fault.code, fault.wanted) == ("OVERSELL_RISK", "at most 6")
    old = figure(stock(source="count", counts=(counted(50, 40, is_stale=True),)))
    assert Standing(figure=old, offered=Decimal(1)).risk is not None
    assert Standing(figure=old, offered=Decimal(0)).risk is None


def tables(*rows: tuple[str, str, dict[str, str]]) -> MappingTables:
    return MappingTables(
        rules=tuple(MappingRule(table=table, key=key, value=value, version=1) for table, key, value in rows)
    )


def test_the_buffer_is_the_most_particular_row() -> None:
    rows = [(key, {"units": units}) for key, units in (("Web|MUG", "1"), ("MUG", "2"), ("BO*", "3"), ("*", "4"))]
    found = tables(*(("availability_buffer", key, value) for key, value in rows))
    offers = [MUG, replace(MUG, location="Shop"), replace(MUG, sku="BOOK"), replace(MUG, sku="CLOCK")]
    assert [buffer_of(found, offer) for offer in offers] == [1, 2, 3, 4]
    assert buffer_of(tables(), MUG) == 0


def test_nothing_is_published_until_the_house_says_so() -> None:
    assert [mode_of(tables(("policy", "publish_availability", {"value": v}))) for v in ("on", "watch", "off", "?")] == [
        "on",
        "watch",
        "off",
        "off",
    ]
    assert mode_of(tables()) == "off"


@pytest.mark.parametrize(
    ("kind", "quantity", "lost"),
    [
        ("adjustment", -3, 3),
        ("adjustment", 3, 0),
        ("write_off", -2, 2),
        ("quarantine", 4, 4),
        ("release", 4, 0),
        ("receipt", 9, 0),
    ],
)
def test_only_what_is_taken_away_counts_before_sage_has_it(kind: MovementKind, quantity: int, lost: int) -> None:
    movement = WarehouseMovement(
        movement_id="1",
        account="3pl",
        site="",
        occurred_at=NOON,
        occurred_text="",
        kind=kind,
        reason="",
        sku="MUG",
        quantity=Decimal(quantity),
    )
    assert lost_units(movement) == lost
