"""Units: what goes out and comes back whole is equal; what does not come out even is refused and never rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.orders.trade import (
    asked_whole,
    codes,
    facts,
    left,
    line,
    of_kind,
    order,
    posted,
    sent,
    shipment,
    tables,
)

from tieout.domain.orders.units import (
    PLACES,
    WarehouseItem,
    exact,
    factor_of,
    item_at,
    stock_code_of,
    stock_units_of,
    to_selling,
    to_warehouse,
)

factors = st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000)
quantities = st.decimals(min_value=0, max_value=100_000, places=PLACES)
multiples = st.sampled_from([Decimal(1), Decimal(6), Decimal(12), Decimal("0.5"), Decimal("2.25"), Decimal(144)])


@given(selling=quantities, stock_units=multiples, factor=factors, decimals=st.integers(0, 5))
def test_what_goes_out_and_comes_back_whole_is_equal(
    selling: Decimal, stock_units: Decimal, factor: Fraction, decimals: int
) -> None:
    item = WarehouseItem(code="A", unit="CS", factor=factor, decimals=decimals)
    theirs = to_warehouse(item, stock_units_of(selling, stock_units))
    if theirs is not None:
        assert to_selling(Fraction(theirs) * factor, stock_units) == selling


@given(value=st.fractions(-(10**12), 10**12, max_denominator=10**6), decimals=st.integers(0, 6))
def test_a_value_is_exact_or_refused_and_never_rounded(value: Fraction, decimals: int) -> None:
    found = exact(value, decimals)
    assert (found is not None) == ((value * 10**decimals).denominator == 1)
    assert found is None or (Fraction(found) == value and -found.as_tuple().exponent <= decimals)  # type: ignore[operator]  # a finite number has a whole exponent


@given(top=st.integers(1, 10**6), bottom=st.integers(1, 10**6))
def test_a_factor_is_read_as_people_write_it(top: int, bottom: int) -> None:
    assert factor_of(f" {top} / {bottom} ") == Fraction(top, bottom)
    assert factor_of(f"{top}") == top
    assert factor_of(f"{top}.5") == Fraction(2 * top + 1, 2)


@given(text=st.one_of(st.text(max_size=6), st.sampled_from(["0", "1/0", "-1", "1,5", "1e3", "0.0", "1//2"])))
def test_what_is_no_factor_is_none(text: str) -> None:
    found = factor_of(text)
    assert found is None or found > 0


@given(quantity=st.integers(1, 500), factor=factors)
def test_a_line_goes_out_even_or_not_at_all_and_its_whole_shipment_is_its_whole_line(
    quantity: int, factor: Fraction
) -> None:
    one = line(1, "MUG", quantity)
    row = ("warehouse_item", "mintsoft|MUG", {"code": "M-1", "factor": f"{factor.numerator}/{factor.denominator}"})
    found = facts(order(one), row)
    requests = of_kind(found, "send_shipment_request")
    if not requests:
        assert codes(found) == {"UOM_NON_INTEGER"}
        return
    (told,) = requests[0].lines
    assert Fraction(told.quantity) * factor == quantity == told.stock_quantity
    gone = shipment(left("M-1", told.quantity, one.line_id))
    away = facts(order(one), requests=(sent(requests[0], gone),))
    (despatch,) = of_kind(away, "despatch")
    assert [(each.order_line, each.quantity) for each in despatch.lines] == [(one.line_id, Decimal(quantity))]
    assert of_kind(posted(away, gone), "despatch") == []


def test_a_shipment_is_read_by_the_factor_that_it_went_out_with_and_never_by_todays() -> None:
    one = line(1, "MUG", 24)
    row = ("warehouse_item", "mintsoft|MUG", {"code": "M-1", "factor": "12"})
    (request,) = of_kind(facts(order(one), row), "send_shipment_request")
    gone = shipment(left("M-1", 2, one.line_id))
    today = facts(order(one), ("warehouse_item", "mintsoft|MUG", {"factor": "6"}), requests=(sent(request, gone),))
    (despatch,) = of_kind(today, "despatch")
    assert despatch.lines[0].quantity == 24


def test_units_that_sage_could_not_keep_exactly_are_shown_and_not_told() -> None:
    one = line(1, "MUG", 1, stock_units=Decimal(3))
    found = asked_whole(order(one), shipment(left("MUG", 1, one.line_id)))
    assert "UOM_NON_INTEGER" in codes(found)
    assert of_kind(found, "despatch") == []


def test_the_code_of_a_warehouse_is_found_letter_for_letter() -> None:
    rows = tables(
        ("warehouse_item", "mintsoft|MUG", {"code": "abc-1"}),
        ("warehouse_alias", "mintsoft|5012345678900", {"sku": "MUG"}),
        ("warehouse_item", "other|BOOK", {"code": "abc-2"}),
    )
    assert stock_code_of(rows, "mintsoft", "abc-1") == "MUG"
    assert stock_code_of(rows, "mintsoft", "ABC-1") == "ABC-1"
    assert stock_code_of(rows, "mintsoft", "5012345678900") == "MUG"
    assert stock_code_of(rows, "mintsoft", "abc-2") == "abc-2"
    assert stock_code_of(rows, "other", "abc-2") == "BOOK"


def test_a_house_that_wants_every_code_mapped_sends_nothing_without_a_row() -> None:
    mapped = tables(("policy", "warehouse_codes", {"value": "mapped"}))
    assert item_at(mapped, "mintsoft", "MUG") is None
    assert item_at(tables(("warehouse_item", "mintsoft|MUG", {"factor": "nonsense"})), "mintsoft", "MUG") is None
    assert item_at(tables(("warehouse_item", "M*", {"code": "X"})), "mintsoft", "MUG") == item_at(
        tables(), "mintsoft", "MUG"
    )
