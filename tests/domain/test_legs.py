"""Legs: one state for every standing, the same in the domain and in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.domain.legs import LegState, Standing, debt, is_tied_out, state_of
from tieout.processes.standing import leg_state
from tieout.store import Store, documents, legs

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LATE, EARLY = NOW - timedelta(hours=1), NOW + timedelta(hours=1)

amounts = st.none() | st.integers(-500, 500)
quantities = st.none() | st.integers(0, 3).map(Decimal)
standings = st.builds(
    Standing,
    expected_amount=amounts,
    expected_quantity=quantities,
    is_expected=st.booleans(),
    seen_amount=amounts,
    seen_quantity=quantities,
    seen_at=st.none() | st.just(NOW),
    due_by=st.none() | st.sampled_from([LATE, NOW, EARLY]),
    is_waived=st.booleans(),
)


@given(standing=standings)
def test_every_standing_has_a_state_and_a_debt_that_is_never_negative(standing: Standing) -> None:
    state = state_of(standing, NOW)
    assert debt(standing, state) >= 0
    assert state_of(replace(standing, is_waived=True), NOW) is LegState.WAIVED
    if state in {LegState.AGREED, LegState.WAIVED, LegState.EXPECTED}:
        assert debt(standing, state) == 0


@given(standing=standings)
def test_a_leg_that_was_not_seen_agrees_with_nothing(standing: Standing) -> None:
    unseen = replace(standing, is_expected=True, is_waived=False, seen_at=None)
    assert state_of(unseen, NOW) in {LegState.EXPECTED, LegState.OVERDUE}


@given(minor=st.integers(-(10**9), 10**9), off=st.integers(1, 100))
def test_a_penny_is_a_difference_and_the_debt_is_the_difference(minor: int, off: int) -> None:
    standing = Standing(
        expected_amount=minor,
        expected_quantity=None,
        is_expected=True,
        seen_amount=minor + off,
        seen_quantity=None,
        seen_at=NOW,
        due_by=EARLY,
        is_waived=False,
    )
    assert state_of(standing, NOW) is LegState.DIFFERS
    assert debt(standing, LegState.DIFFERS) == off
    assert state_of(replace(standing, seen_amount=minor), NOW) is LegState.AGREED


@pytest.mark.parametrize(
    ("states", "tied"),
    [
        ([], False),
        ([LegState.AGREED], True),
        ([LegState.AGREED, LegState.WAIVED], True),
        ([LegState.AGREED, LegState.EXPECTED], False),
        ([LegState.UNEXPECTED], False),
    ],
)
def test_a_document_ties_out_when_it_has_legs_and_none_is_open(states: list[LegState], tied: bool) -> None:  # noqa: FBT001  # a parameter of the table
    assert is_tied_out(states) is tied


def test_the_database_gives_every_leg_the_state_that_the_domain_gives_it(store: Store) -> None:
    """All combinations of both figures, seen or not, declared or not, waived or not, late or not."""
    with store.scope("ACME") as c:
        document = documents.touch(
            c, company="ACME", kind="return", key="RMA7", lane_key="RMA7", lanes=1, due_at=NOW, at=NOW
        )
        figures = [(None, None), (100, None), (None, Decimal(2)), (100, Decimal(2))]
        seen_figures = [None, *figures, (101, Decimal(2)), (100, Decimal(3))]
        for number, (expected, seen, due_by, is_waived) in enumerate(
            product([None, *figures], seen_figures, [LATE, EARLY], [False, True])
        ):
            ref = str(number)
            if expected is not None:
                declared = legs.ExpectedLeg(
                    system="sage",
                    kind="credit note",
                    ref=ref,
                    owner="finance",
                    currency="GBP",
                    minor=expected[0],
                    quantity=expected[1],
                    due_by=due_by,
                )
                legs.declare(c, document, [declared], at=NOW)
            if seen is not None:
                found = legs.SeenLeg(
                    system="sage",
                    kind="credit note",
                    ref=ref,
                    owner="finance",
                    currency="GBP",
                    minor=seen[0],
                    quantity=seen[1],
                    reference="C-1",
                )
                legs.see(c, document, found, at=NOW)
            if is_waived and (expected or seen):
                legs.waive(c, document, system="sage", kind="credit note", ref=ref, by="Ann", why="known", at=NOW)
        by_domain = {leg.ref: leg_state(leg, NOW).value for leg in legs.legs_of(c, document)}
        conditions: list[legs.LegCondition] = ["overdue", "differs", "unexpected", "expected", "agreed", "waived"]
        by_database = {leg.ref: condition for condition in conditions for leg in legs.legs_where(c, condition, now=NOW)}
    assert len(by_domain) > 100
    assert set(by_domain.values()) == set(conditions)
    assert by_database == by_domain
