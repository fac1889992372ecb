"""What people posted by hand on the nominals of returns, as Sage's own nominal ledger has it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import pence
from tests.processes.reported import asked

if TYPE_CHECKING:
    from tests.processes.estate import Json
    from tests.processes.house import House

PERIOD = ("--since", "2011-01-01")


def report(house: House, *words: str) -> Json:
    """The report as a program reads it."""
    return json.loads(asked(house, "journals", *PERIOD, "--json", *words).stdout)


def journal(house: House, nominal: str, pounds: str, narrative: str, user: str) -> None:
    """Somebody journals an amount against the stock nominal instead of crediting a customer."""
    lines = [{"nominal": nominal, "debit": pounds}, {"nominal": "1200", "credit": pounds}]
    body = {"date": "2011-01-19", "reference": "BATCH", "narrative": narrative, "lines": lines, "user": user}
    house.control.post("/sage200/desktop/nominal-journal", body)


def test_what_people_post_on_the_nominals_of_returns_is_told_with_user_and_return(either_house: House) -> None:
    """RET-03, RET-08, RGO-61: ours are left out; the rest adds up to the nominal's own balance."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    assert report(house)["rows"] == [], "what Tieout posted is none of it"
    journal(house, "4010", "33.00", f"returns of the week, RMA-{rma.number}", "ANN")
    journal(house, "4000", "8.00", "not on a nominal of returns", "ANN")
    body = {"customer": "12345", "reference": "CN-HAND", "second_reference": "W1001", "net": "5.00", "tax": "1.00"}
    more = {"tax_code": 1, "nominal": "4010", "date": "2011-01-20", "user": "BEN"}
    house.control.post("/sage200/desktop/post-credit-note", {**body, **more})
    made = report(house)
    rows = {row["user"]: row for row in made["rows"]}
    assert set(rows) == {"ANN", "BEN"}
    assert (rows["ANN"]["kind"], rows["ANN"]["minor"], rows["ANN"]["rma"]) == ("journal", 3300, rma.number)
    assert (rows["BEN"]["kind"], rows["BEN"]["minor"], rows["BEN"]["rma"]) == ("credit note", 500, rma.number)
    assert (rows["ANN"]["on"], rows["ANN"]["nominal"]) == ("2011-01-19", "4010")
    credited = sum(net for _, net, _ in house.control.books().credits)
    balance = sum(pence(str(Decimal(row["value"]))) for row in house.control.get("/sage200/ledgers/nominal/4010"))
    assert balance == 3300 + credited, "the balance is what we credited, and what stands in the report"
    (week,) = {row["week"] for row in made["weeks"]}
    assert (week, sum(row["minor"] for row in made["weeks"])) == ("2011-01-17", 3800)
    assert [row["minor"] for row in report(house, "--nominal", "4000")["rows"] if row["nominal"] == "4000"][-1:] != []
    text = asked(house, "journals", *PERIOD).stdout
    assert f"names return {rma.number}" in text
    assert "ANN" in text


@pytest.mark.long
def test_a_credit_note_by_hand_on_another_nominal_is_told_too(house: House) -> None:
    """RGO-61: nobody hides a credit note by choosing another nominal."""
    body = {"customer": "12345", "reference": "CN-HAND", "net": "5.00", "tax": "1.00"}
    house.control.post("/sage200/desktop/post-credit-note", {**body, "tax_code": 1, "nominal": "4000", "user": "BEN"})
    (row,) = report(house)["rows"]
    assert (row["kind"], row["nominal"], row["minor"], row["user"], row["rma"]) == ("credit note", "", 500, "BEN", "")
    assert report(house, "--until", "2011-01-19")["rows"] == []
