"""What the reports on returns say, held against the figures of Sage and the shop."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.processes.estate import Json, Line
from tests.processes.house import COMPANY

from tieout.store import attempts, audit

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk

SINCE = ("--since", "2011-01-01", "--json")


def entries_by_hand(desk: Desk) -> None:
    """A mug is credited by Tieout; ANN journals 33.00 on the returns nominal and BEN keys a credit note of 5.00 on it.

    The count leaves Tieout's own out and has both people, with 33.00 and 5.00, in the week of each; what the nominal
    moved by in Sage is those two and the mug.
    """
    rma = desk.authorised(desk.sold(), ("MUG", 1))
    desk.arrived(rma)
    desk.settle()
    before = by_hand(desk)
    journalled(desk, "33.00", "returns of the week", "ANN")
    keyed = {"customer": "12345", "reference": "CN-ANN", "net": "5.00", "tax": "1.00", "tax_code": 1, "nominal": "4010"}
    desk.control.post("/sage200/desktop/post-credit-note", {**keyed, "date": "2011-01-20", "user": "BEN"})
    found = [row for row in by_hand(desk) if row not in before]
    assert {(row["user"], row["kind"], row["minor"]) for row in found} == {
        ("ANN", "journal", 3300),
        ("BEN", "credit note", 500),
    }
    assert desk.change().nominals["4010"] == 3300 + 500 + 1000


def batch_journal(desk: Desk) -> None:
    """Instead of crediting a customer's return, CARL journals 24.00 to the returns nominal and names the RMA in it.

    The list has his journal with its user, date and amount, and the return that it names has no credit note in Sage.
    """
    rma = desk.authorised(desk.sold(Line("MUG", 2, "10.00")), ("MUG", 2))
    desk.settle()
    journalled(desk, "24.00", f"goods back, RMA-{rma.number}", "CARL")
    (found,) = (row for row in by_hand(desk) if row["user"] == "CARL")
    assert (found["kind"], found["on"], found["minor"], found["rma"]) == ("journal", "2011-01-19", 2400, rma.number)
    assert desk.change().credits == ()
    assert desk.change().nominals["4010"] == 2400


def journals_become_fewer(desk: Desk) -> None:
    """In the first week of January DORA journals returns twice, in the third once.

    The trend counts by week what the nominal has, two postings of 10.00 in all and one of 7.00; Tieout makes none.
    """
    before = desk.change().nominals.get("4010", 0)
    for day, pounds in (("2011-01-04", "4.00"), ("2011-01-05", "6.00"), ("2011-01-18", "7.00")):
        journalled(desk, pounds, "correction of a return", "DORA", day=day)
    rows = [row for row in by_hand(desk) if row["user"] == "DORA"]
    weeks = [(week, [row["minor"] for row in rows if row["week"] == week]) for week in ("2011-01-03", "2011-01-17")]
    assert [(week, len(sums), sum(sums)) for week, sums in weeks] == [("2011-01-03", 2, 1000), ("2011-01-17", 1, 700)]
    assert desk.change().nominals["4010"] - before == 1700


def map_of_the_flow(desk: Desk) -> None:
    """The map of today's settings is read; then a good and a damaged mug come back.

    Each lies in Sage where the map says that its kind goes, and the credit is on the nominal of the map.
    """
    rows = json.loads(desk.answered("report", "flow-map", "--json"))["rows"]
    bins = {row["disposition"]: row["bin"] for row in rows if row["event"].startswith("goods received")}
    (nominal,) = {row["nominal"] for row in rows if (row["event"], row["disposition"]) == ("goods booked", "Too small")}
    rma = desk.authorised(desk.sold(Line("MUG", 2, "10.00")), ("MUG", 2))
    desk.arrived(rma, damaged=rma.units[1:])
    desk.settle()
    change = desk.change()
    assert change.stock == {("MUG", bins["sound|good"]): 1, ("MUG", bins["sound|damaged"]): 1}
    assert change.nominals[nominal] == 2000


def refund_to_saleable(desk: Desk) -> None:
    """The portal refunds a lamp, and the lamp is back on the shelf thirty hours later.

    The report says thirty hours from the shop's refund to stock that Sage can sell and the shop offers.
    """
    before = saleable(desk)
    with desk.chosen(mode="detect"):
        rma = desk.authorised(desk.sold(Line("LAMP", 1, "25.00")), ("LAMP", 1, "Changed mind"))
        desk.house.act(rma, "refund")
        desk.settle()
        assert (desk.change().refunded, desk.change().offered) == (3000, {})
        desk.delivered()
        desk.house.later(timedelta(hours=30))
        desk.arrived(rma)
        desk.settle()
        assert desk.change().offered == {"LAMP": 1}
    spread = saleable(desk)
    assert (spread["times"] - before["times"], spread["max_hours"][:2]) == (1, "30")


def who_decided(desk: Desk) -> None:
    """The portal invents a price for a mug; a person accepts the invoiced one; Sage credits 12.00 with VAT.

    The record has who accepted, when and why; what was known when it was decided is kept; the chain of it is whole.
    """
    rma = desk.authorised(desk.sold(), ("MUG", 1), paid_price="11.00", paid_tax="2.20", tax_included=False)
    desk.arrived(rma)
    desk.settle()
    desk.accepted(rma)
    desk.settle()
    assert desk.change().credited == 1200
    with desk.house.application.store.scope(COMPANY) as c:
        (entry,) = (each for each in audit.entries(c) if each.subject.endswith(f"return {rma.number}"))
        assert audit.verify_chain(c, COMPANY) is None
        looks = attempts.attempts_of(c, desk.house.document(rma))
    assert (entry.who != "", json.dumps(entry.after).count("agreed")) == (True, 1)
    blocked, performed = (next(look for look in looks if look.ended == how) for how in ("blocked", "performed"))
    assert blocked.started_at <= entry.at <= performed.started_at
    assert "REFUND_NE_INVOICE" in json.dumps(blocked.decision)
    assert all(look.facts is not None for look in (blocked, performed))


def by_hand(desk: Desk) -> list[Json]:
    """What people posted on the nominals of returns, as the report has it."""
    rows: list[Json] = json.loads(desk.answered("report", "journals", *SINCE))["rows"]
    return rows


def journalled(desk: Desk, pounds: str, narrative: str, user: str, *, day: str = "2011-01-19") -> None:
    """Somebody posts a nominal journal on the nominal of returns."""
    lines = [{"nominal": "4010", "debit": pounds}, {"nominal": "1200", "credit": pounds}]
    body = {"date": day, "reference": "BATCH", "narrative": narrative, "lines": lines, "user": user}
    desk.control.post("/sage200/desktop/nominal-journal", body)


def saleable(desk: Desk) -> Json:
    """The spread of the time from refund to saleable over everything."""
    rows = json.loads(desk.answered("report", "lag", *SINCE))["rows"]
    whole = (row["spread"] for row in rows if (row["metric"], row["name"]) == ("refund_to_saleable", "all"))
    return next(whole, {"times": 0, "max_hours": "0"})


ROWS = (
    Row(
        id="RET-03",
        says="What people enter by hand on the nominals of returns is counted, by week, beside what Tieout posts.",
        scenario=entries_by_hand,
        missing="the same for entries on stock items",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="RET-07",
        says="A map of how stock flows from the portal into Sage, made from the settings in force.",
        scenario=map_of_the_flow,
        missing="a new map, kept with its difference, whenever the settings change",
        left_to=(Later.GO_LIVE,),
    ),
    Row(
        id="RET-08",
        says="Journals posted in the place of credit notes are found, with user, date, amount and return.",
        scenario=batch_journal,
    ),
    Row(
        id="RET-11",
        says="Who decided what about a return, when, why and on which facts, can be read afterwards and not changed.",
        scenario=who_decided,
        missing="rebuilding every state at a past moment from that record alone",
        left_to=(Later.CLOSE, Later.GO_LIVE),
    ),
    Row(
        id="RET-33",
        says="The time from the customer's refund to stock that can be sold again is measured against a target.",
        scenario=refund_to_saleable,
        missing="an alarm when the target is missed",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="RET-54",
        says="Journals that people post to mend gaps are counted week by week, to see them become none.",
        scenario=journals_become_fewer,
        missing="an estimate of the hours they cost",
        left_to=(Later.CLOSE,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_reports_say(row: Row, desk: Desk) -> None:
    play(row, desk)
