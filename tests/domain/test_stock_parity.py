"""Laws of comparing a count with Sage: what is under way explains a difference, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tieout.domain.warehouse_stock.parity import Happening, Known, compare, is_held

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
UNITS = st.integers(-50, 50).filter(bool).map(Decimal)
MINUTES = st.integers(-600, 600).map(lambda minutes: NOON + timedelta(minutes=minutes))


def happening(quantity: Decimal, at: datetime | None, in_sage: Known, sku: str = "MUG") -> Happening:
    return Happening(sku=sku, where="on hand", quantity=quantity, at=at, in_sage=in_sage, what="shipment 1")


@st.composite
def days(draw: st.DrawFn) -> tuple[Decimal, Decimal, list[Happening]]:
    """A day on which both sides know the truth in the end: what was counted, what Sage has, and what happened."""
    opening = Decimal(draw(st.integers(0, 500)))
    counted = in_sage = opening
    happenings = []
    for _ in range(draw(st.integers(0, 8))):
        quantity, at = draw(UNITS), draw(st.one_of(MINUTES, st.none()))
        is_counted = draw(st.booleans()) if at is None else at <= NOON
        is_booked = draw(st.booleans())
        counted += quantity if is_counted else 0
        in_sage += quantity if is_booked else 0
        sure: Known = "yes" if is_booked else "no"
        happenings.append(happening(quantity, at, draw(st.sampled_from([sure, "maybe"]))))
    return counted, in_sage, happenings


@given(days())
def test_what_is_only_told_or_booked_at_another_time_is_never_a_difference(
    day: tuple[Decimal, Decimal, list[Happening]],
) -> None:
    counted, in_sage, happenings = day
    assert compare("MUG", counted, in_sage, happenings, NOON).variance == 0


@given(days(), UNITS)
def test_a_unit_that_is_lost_shows_to_the_unit_where_everything_else_is_certain(
    day: tuple[Decimal, Decimal, list[Happening]], lost: Decimal
) -> None:
    _, in_sage, happenings = day
    certain = [one for one in happenings if one.at is not None and one.in_sage != "maybe"]
    opening = in_sage - sum(one.quantity for one in certain if one.in_sage == "yes")
    counted = opening + sum((one.quantity for one in certain if one.at is not None and one.at <= NOON), Decimal(0))
    found = compare("MUG", counted + lost, in_sage, certain, NOON)
    assert (found.variance, found.expected, found.lowest) == (lost, counted, found.highest)


@given(days(), UNITS)
def test_a_difference_is_never_more_than_what_was_lost_nor_on_the_other_side(
    day: tuple[Decimal, Decimal, list[Happening]], lost: Decimal
) -> None:
    counted, in_sage, happenings = day
    variance = compare("MUG", counted + lost, in_sage, happenings, NOON).variance
    assert abs(variance) <= abs(lost)
    assert variance * lost >= 0


@given(days())
def test_other_stock_codes_and_other_shelves_explain_nothing(day: tuple[Decimal, Decimal, list[Happening]]) -> None:
    _, in_sage, happenings = day
    found = compare("BOOK", in_sage, in_sage, happenings, NOON)
    assert found.variance == 0
    assert found.used == ()
    apart = compare("MUG", in_sage, in_sage, happenings, NOON, "set aside")
    assert apart.variance == 0
    assert apart.used == ()


def test_a_shipment_that_sage_was_not_told_of_is_named_as_what_explains_the_count() -> None:
    one = happening(Decimal(-2), NOON - timedelta(hours=1), "no")
    found = compare("MUG", Decimal(8), Decimal(10), [one], NOON)
    assert found.variance == 0
    assert found.used == (one,)


def test_a_shipment_booked_after_an_old_count_is_taken_back() -> None:
    one = happening(Decimal(-2), NOON + timedelta(hours=1), "yes")
    found = compare("MUG", Decimal(10), Decimal(8), [one], NOON)
    assert found.variance == 0
    assert found.used == (one,)


def test_a_difference_lasts_only_in_the_same_direction() -> None:
    assert is_held(Decimal(2), Decimal(1))
    assert is_held(Decimal(-1), Decimal(-3))
    assert not is_held(Decimal(2), Decimal(-1))
    assert not is_held(Decimal(2), Decimal(0))
