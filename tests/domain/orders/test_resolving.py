"""Which lines shipped units belong to: by our line, its number, its code or an alias; doubt is a fault."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.orders.trade import (
    LEFT,
    asked,
    asked_whole,
    codes,
    facts,
    faults,
    left,
    line,
    numbers,
    of_kind,
    order,
    posted,
    request,
    sent,
    shipment,
    tables,
)

from tieout.domain.commands import BatchQuantity
from tieout.domain.documents.books import Product
from tieout.domain.orders.batches import dealt, in_stock_units
from tieout.domain.orders.facts import OrderFacts

MUGS = (line(1, "MUG", 3), line(2, "BOOK", 1), line(3, "MUG", 2))


def told(found: OrderFacts) -> list[dict[str, Decimal]]:
    """What Sage is told, shipment by shipment: units by line number."""
    assert found.order is not None
    places = {each.line_id: str(each.number) for each in found.order.lines}
    return [{places[x.order_line]: x.quantity for x in each.lines} for each in of_kind(found, "despatch")]


@pytest.mark.parametrize(
    ("gone", "where"),
    [
        (left("MUG", 2, "1003"), {"3": 2}),
        (left("MUG", 2, "#3"), {"3": 2}),
        (left("MUG", 2), {"1": 2}),
        (left("MUG", 5), {"1": 3, "3": 2}),
        (left("MUG", 2, "their own id 77"), {"1": 2}),
        (left("MUG", 1, "1002"), {}),
        (left("OLD-MUG", 2, "1003"), {"3": 2}),
        (left("MUG", 2, "1003", sku_ordered="OLD-MUG"), {"3": 2}),
    ],
)
def test_units_go_to_the_line_that_they_name_else_fill_the_lines_of_their_code(gone: object, where: object) -> None:
    rows = tables(("warehouse_alias", "mintsoft|OLD-MUG", {"sku": "MUG"}))
    found = asked_whole(order(*MUGS), shipment(gone), tables=rows)  # type: ignore[arg-type]  # a shipped line
    assert told(found) == ([where] if where else [])
    assert bool(codes(found)) == (not where)


def test_two_shipments_of_one_code_fill_its_lines_one_after_the_other() -> None:
    first, second = (
        shipment(left("MUG", 3)),
        shipment(left("MUG", 2), name="S2", reached_at=LEFT + timedelta(minutes=1)),
    )
    found = asked_whole(order(*MUGS), second, first)
    assert told(found) == [{"1": 3}, {"3": 2}]
    assert told(posted(found, first)) == [{"3": 2}]
    assert not codes(found)


def test_what_sage_was_told_of_stays_where_it_was_booked_when_an_older_shipment_comes_to_light() -> None:
    known = shipment(left("MUG", 3))
    after = posted(asked_whole(order(*MUGS), known), known)
    older = shipment(left("MUG", 2), name="S0", reached_at=LEFT - timedelta(hours=1))
    (asked_of,) = after.requests
    found = replace(after, requests=(replace(asked_of, shipments=(older, known)),))
    assert told(found) == [{"3": 2}]


@given(data=st.data())
def test_units_of_one_code_sum_up_to_their_lines_however_they_are_shipped(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=4), label="lines")
    lines = tuple(line(number, "MUG", units) for number, units in enumerate(sizes, 1))
    cuts = data.draw(st.lists(st.integers(0, sum(sizes)), max_size=4).map(sorted), label="cuts")
    edges = [0, *cuts, sum(sizes)]
    parts = [after - before for before, after in itertools.pairwise(edges) if after > before]
    gone = [shipment(left("MUG", units), name=f"S{index}") for index, units in enumerate(parts)]
    found = asked_whole(order(*lines), *data.draw(st.permutations(gone), label="told in this order"))
    booked = {str(number): Decimal(0) for number in range(1, len(lines) + 1)}
    for each in told(found):
        for number, units in each.items():
            booked[number] += units
    assert list(booked.values()) == sizes
    assert not codes(found)


def test_another_letter_case_is_offered_and_never_taken() -> None:
    (fault,) = faults(asked_whole(order(line(1, "MUG-1", 3)), shipment(left("mug1", 3))))[:1]
    assert (fault.code, fault.wanted, fault.row) == (
        "SKU_NOT_ON_ORDER",
        "perhaps MUG-1",
        "warehouse_alias/mintsoft|mug1",
    )


def test_what_left_under_an_unknown_code_is_not_called_short_as_well() -> None:
    found = asked_whole(order(line(1, "MUG-1", 3)), shipment(left("mug1", 3), follows="no"))
    assert codes(found) == {"SKU_NOT_ON_ORDER"}


def test_a_substitute_is_never_booked_for_another_item() -> None:
    product = Product(sku="JUG", name="Jug", is_stock=True, is_active=True)
    for gone in (left("JUG", 3), left("JUG", 3, "1001", sku_ordered="MUG")):
        found = asked_whole(None, shipment(gone), products=(product,))
        assert "SUBSTITUTED" in codes(found)
        assert of_kind(found, "despatch") == []


def test_a_line_that_left_the_order_or_became_another_item_stops_its_shipment_only() -> None:
    good, bad = shipment(left("BOOK", 1, "1002"), name="S2"), shipment(left("MUG", 3, "1001"))
    whole = asked_whole(order(), good, bad)
    assert whole.order is not None
    fewer = replace(whole, order=replace(whole.order, lines=whole.order.lines[1:]))
    other = replace(whole, order=order(line(1, "JUG", 3), line(2, "BOOK", 1)))
    text = replace(whole, order=order(line(1, "MUG", 3, line_class="free_text"), line(2, "BOOK", 1)))
    for found, code in ((fewer, "PICK_NOT_STOCK_ITEM"), (other, "SUBSTITUTED"), (text, "PICK_NOT_STOCK_ITEM")):
        assert code in codes(found)
        assert told(found) == [{"2": 1}]


# Batches and serial numbers


def test_batches_told_in_either_unit_are_read_in_stock_units() -> None:
    twelves = Fraction(12)
    theirs = left("MUG", 2, batches=numbers("B1", "B2"))
    ours = left("MUG", 2, batches=numbers("B1", "B2", each=12))
    assert in_stock_units(theirs, twelves) == ours.batches == in_stock_units(ours, twelves)


@given(units=st.integers(1, 50), factor=st.fractions(Fraction(1, 12), 12, max_denominator=12), wrong=st.integers(1, 99))
def test_batches_that_add_up_to_neither_unit_stay_as_they_were_told(units: int, factor: Fraction, wrong: int) -> None:
    shipped = left("MUG", units, batches=numbers("B1", each=wrong))
    found = sum(each.quantity for each in in_stock_units(shipped, factor))
    if wrong not in (units, units * factor):
        assert found == wrong
    elif wrong != units * factor and (units * factor).denominator == 1:
        assert found == units * factor


@pytest.mark.parametrize(
    ("batches", "is_missing"),
    [
        (numbers("B1", each=24), False),
        (numbers("B1", "B2", each=1), False),
        (numbers("B1", each=23), True),
        ((), True),
        ((*numbers("B1", each=23), *numbers("B1")), False),
    ],
)
def test_a_traceable_line_leaves_with_numbers_for_its_stock_units(
    batches: tuple[BatchQuantity, ...], *, is_missing: bool
) -> None:
    one = line(1, "MUG", 24, is_traceable=True)
    command = request(asked(one, factor=Fraction(12)))
    gone = shipment(left("MUG", 2, "1001", batches=batches))
    found = facts(order(one), requests=(sent(command, gone),))
    assert ("SERIAL_MISSING" in codes(found)) == is_missing
    if not is_missing:
        (despatch,) = of_kind(found, "despatch")
        assert sum(each.quantity for each in despatch.lines[0].batches) == 24


def test_serials_of_several_lines_of_one_code_are_dealt_out_and_none_goes_twice() -> None:
    lines = (line(1, "MUG", 2, is_traceable=True), line(2, "MUG", 1, is_traceable=True))
    found = asked_whole(order(*lines), shipment(left("MUG", 3, batches=numbers("A", "B", "C"))))
    (despatch,) = of_kind(found, "despatch")
    assert [[each.number for each in x.batches] for x in despatch.lines] == [["A", "B"], ["C"]]


def test_a_serial_told_twice_stops_the_despatch() -> None:
    found = asked_whole(
        order(line(1, "MUG", 2, is_traceable=True)), shipment(left("MUG", 2, batches=numbers("A", "A")))
    )
    assert "SERIAL_MISSING" in codes(found)


@given(
    batches=st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 9)), max_size=6),
    parts=st.lists(st.integers(1, 9), min_size=1, max_size=4),
)
def test_numbers_are_dealt_out_whole_and_each_part_gets_its_own(
    batches: list[tuple[str, int]], parts: list[int]
) -> None:
    told_of = [BatchQuantity(number=name, quantity=Decimal(units)) for name, units in batches]
    hands = dealt(told_of, [Fraction(part) for part in parts])
    given_out = [each for hand in hands for each in hand]
    for name in "ABC":
        units = sum(each.quantity for each in given_out if each.number == name)
        assert units == sum(each.quantity for each in told_of if each.number == name)
    if sum(units for _, units in batches) == sum(parts):
        assert [sum(each.quantity for each in hand) for hand in hands] == parts
