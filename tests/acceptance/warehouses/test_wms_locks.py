"""Somebody has the order open in Sage: waited for, posted once, and told when it lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Row, play
from tests.acceptance.warehouses.yard import Setup

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(choices={"lock_window": 2700.0})
"""Three quarters of an hour, as it is by itself."""


def locks_of_any_length(yard: Yard) -> None:
    """Five orders leave while somebody has each open in Sage: for no time, a second, a minute, ten and thirty minutes.

    Nobody is asked anything; each is despatched once, as soon as it is closed, and Sage has each despatch once.
    """
    held = {yard.order(("MUG", 1)): seconds for seconds in (0, 1, 60, 600, 1800)}
    yard.settle()
    for number, seconds in held.items():
        if seconds:
            yard.opened_in_sage(number, seconds)
        yard.ship(number)
    yard.tried_for(0.5)
    for minutes in (1, 8, 12, 10):
        assert all(yard.case(number) is None for number in held)
        yard.house.later(timedelta(minutes=minutes))
        yard.tried_for(0.5)
    assert all(yard.is_done(number) for number in held)
    assert [yard.despatches_in_sage(number) for number in held] == [1] * 5


ROWS = (
    Row(
        id="WMS-02",
        says="A record that somebody has open in Sage is waited for and posted to once, without anybody's help.",
        scenario=locks_of_any_length,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_somebody_has_open(row: Row, yard: Yard) -> None:
    play(row, yard)
