"""Files of a 3PL: each believed once, none lost, and what they name held against Sage's own records."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.warehouses.threepl import at_3pl, cases_of, despatches, files_of, gone, told_badly
from tests.acceptance.warehouses.yard import Setup

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(kind="csv")


def files_that_go_wrong(yard: Yard) -> None:
    """A despatch file is cut off, another comes twice under two names, a third is told again in a new file.

    The cut-off one is held on a case and books nothing until the 3PL sends it whole; of the others Sage has one
    despatch each.
    """
    cut, twice, retold = (yard.order(("MUG", 2)) for _ in range(3))
    yard.settle()
    told_badly(yard, truncated=1.0)
    gone(yard, cut)
    yard.settle()
    assert [case.document_kind for case in cases_of(yard, "FILE_REFUSED")] == ["file"]
    assert yard.booked(cut) == {}
    told_badly(yard)
    gone(yard, twice)
    at_3pl(yard, "copies", seq=files_of(yard, "despatch")[-1]["seq"])
    told_badly(yard, same_rows_again=1.0)
    gone(yard, retold)
    told_badly(yard)
    yard.settle()
    at_3pl(yard, "resend")
    yard.settle()
    for number in (cut, twice, retold):
        assert yard.booked(number) == {"MUG": Decimal(2)}
        assert len(despatches(yard, number)) == 1


ROWS = (
    Row(
        id="3PL-02",
        says="Files that come twice, cut off or told again book nothing twice and nothing that is not whole.",
        scenario=files_that_go_wrong,
        missing="attachments of e-mail as a way in",
        left_to=(Later.NOBODY,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_files_say(row: Row, yard: Yard) -> None:
    play(row, yard)
