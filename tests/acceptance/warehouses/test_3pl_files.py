"""Files of a 3PL: each believed once, none lost, and what they name held against Sage's own records."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.warehouses.threepl import at_3pl, cases_of, despatches, files_of, gone, told_badly
from tests.acceptance.warehouses.yard import Setup
from tests.processes.house import COMPANY

from tieout.reconciliation.feeds_late import watch_feeds

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(kind="csv")


def files_that_go_wrong(yard: Yard) -> None:
    """A despatch file is cut off, another comes twice under two names, a third is told again in a new file.

    The cut-off one is held on a case and books nothing until the 3PL sends it whole; of the others Sage has one
    despatch each. Then no file comes for two days: that is integration's, and over with the next file.
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
    nothing_comes(yard)


def nothing_comes(yard: Yard) -> None:
    """No file comes for longer than was agreed, eight working hours; it is integration's, and over with a file."""
    yard.settle()
    with yard.ruled("policy", "feed_late_hours", {"value": "24"}, value="8"):
        yard.house.later(timedelta(hours=48))
        watch_feeds(yard.house.application.floor, yard.house.application.companies[COMPANY])
        (late,) = cases_of(yard, "FEED_LATE")
        assert (late.owner, late.document_key) == ("integration", "threepl")
        at_3pl(yard, "snapshots", site="LEEDS")
        yard.settle()
        watch_feeds(yard.house.application.floor, yard.house.application.companies[COMPANY])
        assert cases_of(yard, "FEED_LATE") == []


ROWS = (
    Row(
        id="3PL-02",
        says="Files that come twice, cut off or told again book nothing twice or half; a silence is alarmed.",
        scenario=files_that_go_wrong,
        missing="attachments of e-mail as a way in",
        left_to=(Later.NOBODY,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_files_say(row: Row, yard: Yard) -> None:
    play(row, yard)
