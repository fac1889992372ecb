"""Money: sharing never gains or loses a penny, and one place rounds."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.domain.money import CurrencyDiffersError, Money, money, round_half_up, tax_on, total

pence = st.integers(-(10**11), 10**11)


@given(minor=pence, weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_split_never_gains_or_loses_a_penny(minor: int, weights: list[int]) -> None:
    assert total(Money(minor).split(weights)) == Money(minor)


@given(minor=pence, weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_a_share_is_less_than_a_penny_from_its_exact_value_and_nothing_goes_to_no_weight(
    minor: int, weights: list[int]
) -> None:
    for weight, part in zip(weights, Money(minor).split(weights), strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)
        assert weight or not part


@given(minor=pence, cuts=st.lists(st.integers(0, 200), max_size=8), whole=st.integers(1, 200), order=st.randoms())
def test_adjoining_parts_add_up_whatever_the_tiling_and_the_order(
    minor: int, cuts: list[int], whole: int, order: Random
) -> None:
    edges = sorted({0, whole, *(cut for cut in cuts if cut <= whole)})
    tiles = list(pairwise(edges))
    order.shuffle(tiles)
    parts = [Money(minor).part(Decimal(start), Decimal(end), Decimal(whole)) for start, end in tiles]
    assert total(parts) == Money(minor)


@given(minor=pence, start=st.integers(0, 50), length=st.integers(0, 50), rest=st.integers(0, 50))
def test_a_negative_amount_is_shared_as_its_opposite(minor: int, start: int, length: int, rest: int) -> None:
    bounds = Decimal(start), Decimal(start + length), Decimal(max(start + length + rest, 1))
    assert Money(-minor).part(*bounds) == -Money(minor).part(*bounds)


@given(minor=pence, quarters=st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_parts_of_a_fractional_quantity_add_up(minor: int, quarters: list[int]) -> None:
    whole = sum((Decimal(q) / 4 for q in quarters), Decimal(0))
    start, parts = Decimal(0), []
    for quarter in quarters:
        parts.append(Money(minor).part(start, start + Decimal(quarter) / 4, whole))
        start += Decimal(quarter) / 4
    assert total(parts) == Money(minor)


@given(amount=st.decimals(-(10**9), 10**9, allow_nan=False, places=4))
def test_half_a_penny_goes_away_from_zero(amount: Decimal) -> None:
    rounded = round_half_up(amount)
    assert abs(Decimal(rounded) - amount) <= Decimal("0.5")
    if abs(amount) % 1 == Decimal("0.5"):
        assert abs(rounded) > abs(amount)


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.5", 1), ("-0.5", -1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-2.5", -3)]
)
def test_rounding_by_hand(amount: str, rounded: int) -> None:
    assert round_half_up(Decimal(amount)) == rounded


@given(net=pence, rate=st.sampled_from([Decimal(0), Decimal(5), Decimal("17.5"), Decimal(20)]))
def test_tax_is_the_rate_of_the_net_to_the_nearest_penny(net: int, rate: Decimal) -> None:
    exact = (Decimal(net) * rate / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert tax_on(Money(net), rate).minor == exact
    assert tax_on(Money(-net), rate) == -tax_on(Money(net), rate)


@given(minor=pence, currency=st.sampled_from(["GBP", "EUR", "JPY", "ISK", "XYZ"]))
def test_a_figure_reads_back_as_the_amount_it_was_written_for(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    assert money(amount.text(), currency) == amount
    assert money(amount.decimal(), currency) == amount


def test_two_currencies_never_meet_in_one_figure() -> None:
    with pytest.raises(CurrencyDiffersError):
        total([Money(1, "GBP"), Money(1, "EUR")])


def test_the_sum_of_nothing_is_nothing_of_the_currency_asked_for() -> None:
    assert total([], "EUR") == Money(0, "EUR")
