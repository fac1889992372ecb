"""Figures that are read back: compared name by name, and a quantity reads the same however it is written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.domain.commands import differences, plain, stock_figures

figures = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["0", "1", "2", "-1"]))
quantities = st.decimals(-10_000, 10_000, allow_nan=False, places=3)


@given(wanted=figures)
def test_figures_do_not_differ_from_themselves(wanted: dict[str, str]) -> None:
    assert differences(wanted, dict(reversed(wanted.items()))) == ()


@given(wanted=figures, seen=figures)
def test_every_difference_is_named_with_both_figures(wanted: dict[str, str], seen: dict[str, str]) -> None:
    found = {name: (want, saw) for name, want, saw in differences(wanted, seen)}
    for name in wanted.keys() | seen.keys():
        pair = wanted.get(name, "-"), seen.get(name, "-")
        assert found.get(name, pair) == pair
        assert (name in found) == (pair[0] != pair[1])
    assert found.keys() <= wanted.keys() | seen.keys()


@given(wanted=figures, seen=figures)
def test_differences_are_the_same_from_the_other_side(wanted: dict[str, str], seen: dict[str, str]) -> None:
    assert [(n, b, a) for n, a, b in differences(wanted, seen)] == list(differences(seen, wanted))


@given(quantity=quantities)
def test_a_quantity_reads_back_as_itself_and_equal_quantities_read_the_same(quantity: Decimal) -> None:
    assert Decimal(plain(quantity)) == quantity
    assert plain(quantity) == plain(quantity.normalize()) == plain(quantity.quantize(Decimal("0.00001")))


@pytest.mark.parametrize(
    ("quantity", "text"), [("0", "0"), ("-0.00", "0"), ("100", "100"), ("1E+2", "100"), ("2.50", "2.5")]
)
def test_a_quantity_by_hand(quantity: str, text: str) -> None:
    assert plain(Decimal(quantity)) == text


def test_movements_of_one_item_in_one_bin_are_summed() -> None:
    moves = [("MUG", "HOME", "A1", Decimal(2)), ("MUG", "HOME", "A1", Decimal(1)), ("MUG", "HOME", "B2", Decimal(-3))]
    assert stock_figures(moves) == {"MUG@HOME/A1": "3", "MUG@HOME/B2": "-3"}
