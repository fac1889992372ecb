"""The audit: what is wrong in the systems is found without touching them, and what was put right is seen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.returns.trade import returned, sold_as, typed
from tests.acceptance.rows import Later, Row, play
from tests.processes.estate import Line
from tests.processes.reported import keyed_by_hand

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk
    from tests.processes.estate import Json

LONG = "It did not fit the shelf that my grandmother put up in the kitchen in nineteen sixty-two"


def audited(desk: Desk, *words: str) -> Json:
    """The audit's findings, as another program reads them."""
    return json.loads(typed(desk, "audit", "returns", "--json", *words, ends=1))


def seeded_defects(desk: Desk) -> None:
    """Into healthy returns somebody puts seven defects: an unknown reason, another VAT rate, a text too long, a bin
    that is not in Sage, a refund by hand, a refund at authorisation and a credit note by hand.

    The audit finds each with its value, and no system has been written to.
    """
    returned(desk, desk.sold(), ("MUG", 1))
    desk.authorised(desk.sold(), ("MUG", 1, "Because"))
    desk.authorised(sold_as(desk, Line("MUG", 1, "12.00", 2), shop=(Line("MUG", 1, "10.00"),)), ("MUG", 1))
    desk.house.rule("reason", LONG, code="sound", account="4010", grade="good")
    desk.authorised(desk.sold(), ("MUG", 1, LONG))
    desk.house.rule("disposition", "sound|damaged", warehouse="HOME", bin="Z99")
    desk.refunded_by_hand(desk.sold(), "5.00")
    desk.house.act(desk.authorised(desk.sold(), ("MUG", 1)), "refund")
    desk.control.post("/sage200/desktop/ledger-credit-note", keyed_by_hand(desk.house))
    desk.settle()
    before = desk.control.deeds()
    found = {finding["code"]: finding["minor"] for finding in audited(desk)["findings"]}
    wanted = {
        "REASON_UNMAPPED": 1200,
        "TAX_MISMATCH": 1200,
        "TEXT_TOO_LONG": 1200,
        "REFUND_OUTSIDE_WORKFLOW": 500,
        "REFUND_AT_AUTHORISATION": 1200,
        "UNLINKED_CREDIT": 600,
    }
    assert found.items() >= wanted.items()
    assert "BIN_UNMAPPED" in found
    assert desk.control.deeds() == before


def put_right_since(desk: Desk) -> None:
    """An audit finds two returns whose reasons nobody has mapped; one row is added, and the audit is run again.

    The second one names that return as put right and the other not.
    """
    rma = desk.authorised(desk.sold(), ("MUG", 1, "Arrived in May"))
    other = desk.authorised(desk.sold(), ("MUG", 1, "Arrived in June"))
    desk.settle()
    first = typed(desk, "audit", "returns", "--json", ends=1)
    (finding,) = (one for one in json.loads(first)["findings"] if one["code"] == "REASON_UNMAPPED")
    assert (finding["owner"], "reason" in finding["do"].lower()) == ("operations", True)
    path = desk.house.home / "audit.json"
    path.write_text(first, encoding="utf-8")
    desk.house.rule("reason", "Arrived in May", code="sound", account="4010", grade="good")
    second = typed(desk, "audit", "returns", "--against", str(path), ends=1)
    assert "0 new, 1 put right" in second
    assert f"put right REASON_UNMAPPED|giftware|return {rma.number}|MUG" in second
    assert f"return {other.number}: MUG: Arrived in June" in second
    assert desk.change().is_nothing


ROWS = (
    Row(
        id="RGO-04",
        says="An audit that writes nothing finds what is wrong in the systems.",
        scenario=seeded_defects,
    ),
    Row(
        id="RGO-05",
        says="Findings are ranked by money with owner and remedy, and the next audit shows what was put right.",
        scenario=put_right_since,
        missing="findings as tasks that are tracked",
        left_to=(Later.NOBODY,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_audit_of_returns(row: Row, desk: Desk) -> None:
    play(row, desk)
