from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tieout.sandbox.loop.amounts import Worth, split
from tieout.sandbox.loop.books import OUTCOMES

PENCE = st.integers(0, 10**6)
UNITS = st.lists(st.tuples(st.sampled_from(OUTCOMES), PENCE, PENCE), max_size=6)


@given(UNITS, PENCE)
def test_what_comes_back_and_what_is_paid_on_top_is_given_out_to_the_penny(
    units: list[tuple[str, int, int]], fee: int
) -> None:
    units = [(outcome, worth, out if outcome == "exchange" else 0) for outcome, worth, out in units]
    going = split(units, 0, 0)
    back, out = sum(worth for _, worth, _ in units), sum(out for _, _, out in units)
    assert back + going.upsell == going.refund + going.gift_card + out
    less = split(units, fee, 0)
    assert min(less.refund, less.gift_card, less.exchange_credit, less.upsell) >= 0
    taken = going.refund + going.gift_card - less.refund - less.gift_card
    assert taken == min(fee, going.refund + going.gift_card)


@given(st.integers(1, 10**6), st.integers(0, 100), st.integers(0, 25))
def test_prices_without_tax_add_up_to_what_was_paid(price: int, discount_percent: int, rate: int) -> None:
    gross = price - price * discount_percent // 100
    worth = Worth(price=price, gross=gross, tax=gross * rate // (100 + rate), tax_included=True)
    bare, discount = worth.shown(net=True)
    assert bare - discount + worth.tax == gross
    assert bare >= 0
    assert discount >= -1
