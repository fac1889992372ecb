"""What leaves the warehouse reaches Sage: line by line, once, whatever stands in the way."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Row, play

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard


def parts_reach_their_lines(yard: Yard) -> None:
    """An order of three mugs and a book goes out; two mugs leave, then the rest, and nobody touches anything.

    Sage shows two mugs despatched after the first parcel and all of both lines after the second.
    """
    number = yard.order(("MUG", 3), ("BOOK", 1))
    yard.settle()
    yard.ship(number, tracking="TRK1", MUG=2)
    yard.heard()
    assert yard.despatched(number) == {"MUG": Decimal(2)}
    yard.ship(number, tracking="TRK2")
    yard.heard()
    assert yard.despatched(number) == {"MUG": Decimal(3), "BOOK": Decimal(1)}
    assert yard.is_done(number)


ROWS = (
    Row(
        id="WMS-03",
        says="What was shipped, in parts too, reaches exactly its order lines in Sage, and nobody has to touch it.",
        scenario=parts_reach_their_lines,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_leaves(row: Row, yard: Yard) -> None:
    play(row, yard)
