"""What time or somebody else's hand brings to light: stuck goods, orphans, a lost credit note, bad messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.returns.desk import PORTAL_WORD
from tests.acceptance.rows import Row, play
from tests.processes.estate import Line
from tests.processes.reported import staged

if TYPE_CHECKING:
    from datetime import datetime

    from tests.acceptance.returns.desk import Desk

CLOSED, OPEN = ({"period_start": "2011-01-01", "status": status} for status in ("Closed", "Open"))


def received_and_not_posted(desk: Desk) -> None:
    """Ten mugs are received while Sage is closed, and four days go by.

    The report shows ten units and 120.00 as received and not booked; the case now says RECEIVED_NOT_POSTED.
    Opened, Sage credits the same 120.00 and the report is rid of them, but for the days on which they were.
    """
    order = desk.sold(Line("MUG", 10, "10.00"))
    with desk.amiss("/sage200/periods", CLOSED, OPEN):
        rma = desk.authorised(order, ("MUG", 10))
        desk.arrived(rma)
        desk.settle()
        assert staged(desk.house)["received, not booked"] == (10, 12000)
        then = desk.house.application.clock()
        desk.days_pass(4)
        assert "RECEIVED_NOT_POSTED" in desk.faults(rma)
        assert desk.change().is_nothing
    desk.tried_again(rma)
    desk.settle()
    assert desk.change().credited == 12000
    assert "received, not booked" not in staged(desk.house)
    assert not_posted(desk, then + timedelta(minutes=1)) == [(10, 12000)]
    assert not_posted(desk, then - timedelta(days=1)) == []


def refunded_and_not_in_stock(desk: Desk) -> None:
    """The portal refunds a mug and it arrives, but its reason has no row, so that Sage never gets it; 15 days go by.

    The case says ORPHANED_RETURN with one unit and 12.00; it goes when Sage has the mug in stock and the credit note.
    """
    with desk.chosen(mode="detect"):
        rma = desk.authorised(desk.sold(), ("MUG", 1, "Too heavy"))
        desk.house.act(rma, "refund")
        desk.arrived(rma)
        desk.settle()
        assert (desk.change().refunded, desk.change().stock) == (1200, {})
        desk.days_pass(15)
        assert "ORPHANED_RETURN" in desk.faults(rma)
        assert "1 units, GBP 12.00" in desk.says(rma)
        desk.mapped("reason", "Too heavy", code="sound", account="4010", grade="good")
        desk.settle()
        assert desk.change().stock == {("MUG", "A1"): 1}
        assert desk.change().credits == ((1000, 200),)
        assert desk.is_done(rma)


def message_that_nobody_can_read(desk: Desk) -> None:
    """The portal sends half a message about a mug, with its secret; somebody else sends a whole one without.

    The half one is kept and on the integration desk, the other is refused; no ledger moves. The mug itself is found by
    the next sweep and credited once.
    """
    rma = desk.authorised(desk.sold(), ("MUG", 1))
    desk.arrived(rma)
    half = desk.pushed(f"returngo?secret={PORTAL_WORD}", b'{"eventName": "RMA_STATUS_UPD', lambda _: {})
    whole = desk.pushed("returngo", b'{"eventName": "RMA_CREATED", "rmaId": "1"}', lambda _: {})
    assert (half.status_code, whole.status_code) == (422, 401)
    assert [case.code for case in desk.house.open_cases() if case.document_kind == "message"] == ["MALFORMED_PAYLOAD"]
    assert desk.change().is_nothing
    desk.schedules_run()
    assert desk.change().credits == ((1000, 200),)


def credit_note_that_went(desk: Desk) -> None:
    """A mug is credited and refunded; Sage is then restored from before its credit note, and later put right.

    The portal and the shop still say 12.00 refunded while Sage has no credit note: the next look says so on the case,
    and does not post another. With Sage as it was, the case is gone and there is one credit note.
    """
    rma = desk.authorised(desk.sold(), ("MUG", 1))
    desk.arrived(rma)
    desk.settle()
    desk.control.post("/sage200/desktop/back-up", {})
    notes = [row for row in desk.control.get("/sage200/ledgers/sales") if "Credit" in row["type"]]
    last = max(notes, key=lambda row: int(row["urn"]))
    desk.control.post("/sage200/desktop/restore-without", {"references": [last["reference"]]})
    desk.days_pass(1.1)
    assert desk.faults(rma) == {"SYNC_ILLUSION_REFUND"}
    desk.tried_again(rma)
    desk.settle()
    desk.days_pass(0.1)
    assert desk.faults(rma) == {"SYNC_ILLUSION_REFUND"}, "trying again hid what is still amiss"
    assert (desk.change().credits, desk.change().refunded) == ((), 1200)
    desk.control.post("/sage200/desktop/restore", {})
    desk.schedules_run()
    assert desk.is_done(rma)
    assert (desk.change().credits, desk.change().refunded) == (((1000, 200),), 1200)


def not_posted(desk: Desk, at: datetime) -> list[tuple[int, int]]:
    """(units, pence) that were received and not posted at a moment."""
    asked = ("report", "lag", "--json", "--as-at", at.strftime("%Y-%m-%d %H:%M"))
    return [(row["units"], row["minor"]) for row in json.loads(desk.answered(*asked))["not_posted"]]


ROWS = (
    Row(
        id="RET-01",
        says="What was received and not posted is shown for any moment; when it gets old, somebody is told.",
        scenario=received_and_not_posted,
    ),
    Row(
        id="RET-29",
        says="A refund of which Sage holds no credit note is found by reading Sage, not by our own record of success.",
        scenario=credit_note_that_went,
    ),
    Row(
        id="RET-31",
        says="A message that cannot be read is kept and put on a desk; nothing of it is acted on.",
        scenario=message_that_nobody_can_read,
    ),
    Row(
        id="RET-34",
        says="A refund whose goods never reached Sage's stock is found; its case closes only when they have.",
        scenario=refunded_and_not_in_stock,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_comes_to_light(row: Row, desk: Desk) -> None:
    play(row, desk)
