"""Control totals of the returns flow, and how every report is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.processes.reported import COMPANY, asked, bench, statement, stock, totals

from tieout.store import cases

if TYPE_CHECKING:
    from tests.processes.house import House


def test_control_totals_agree_once_everything_is_booked(either_house: House) -> None:
    """RGO-09: count, units and pounds at the source against the books; the waiting one gives its reason."""
    house = either_house
    rma, other = house.authorised("W1001", ("MUG", 2)), house.authorised("W1004", ("BOWL", 1))
    house.receive(rma)
    house.drain(rma, other)
    made = totals(house)
    (total,) = made.totals
    assert (total.source_returns, total.source_units, total.source_minor) == (2, 3, 3359)
    assert (total.booked_returns, total.booked_units, total.booked_minor) == (1, 2, 2400)
    (difference,) = made.differences
    assert difference.reasons == ("waiting: 1 unit to be received or inspected",)
    assert made.is_complete
    house.receive(other)
    house.drain(other)
    made = totals(house)
    assert made.differences == ()
    assert (made.totals[0].booked_returns, made.totals[0].booked_minor) == (2, 3359)


def test_a_difference_without_a_reason_keeps_the_control_open(house: House) -> None:
    """RGO-09: blocked, and its case gone without a word."""
    house.rule("tender", "shopify_payments", bank="NOWHERE")
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert totals(house).differences[0].reasons == (f"case {case.id} TENDER_UNMAPPED",)
    assert totals(house).is_complete
    with house.application.store.scope(COMPANY) as c:
        cases.close(c, case.id, by="Tieout", how="lost", at=house.application.clock())
    made = totals(house)
    assert (made.differences[0].reasons, made.differences[0].has_reason) == ((), False)
    assert not made.is_complete


def test_control_lists_what_every_sweep_counted(house: House) -> None:
    """RGO-09: the last run of each listing with its time."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.control.post("/shopify/refunds", {"order": "W1003", "amount": "5.00", "lines": [], "note": "sorry"})
    house.sweep()
    house.drain()
    found = {row.name: (row.listed, row.found, row.found_are) for row in totals(house).sweeps}
    assert found == {"portal": (1, 1, "woken"), "refunds": (1, 1, "strays"), "credit notes": (0, 0, "strays")}
    assert house.document(rma).state == "waiting"


def test_the_reports_ask_no_remote_system(house: House) -> None:
    """RET-12: what is shown is what was read, and looking at it moves nothing."""
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    before = {system: house.control.requests(system) for system in ("sage200", "returngo", "shopify")}
    for made in (stock, bench, statement, totals):
        made(house)
    assert {system: house.control.requests(system) for system in before} == before


@pytest.mark.parametrize("name", ["returned-stock", "worklist", "variance", "control"])
def test_every_report_prints_as_text_and_as_one_json_document(house: House, name: str) -> None:
    """RGO-12: either form carries the systems and the times."""
    rma, other = house.authorised("W1001", ("MUG", 2)), house.authorised("W1003", ("LAMP", 1))
    house.rule("tender", "shopify_payments", bank="NOWHERE")
    house.receive(rma)
    house.drain(rma, other)
    house.sweep()
    shown = asked(house, name)
    assert shown.exit_code == 0, shown.output
    assert "2011-01-20" in shown.output
    made: dict[str, Any] = json.loads(asked(house, name, "--company", COMPANY, "--json").output)
    assert made["as_at"].startswith("2011-01-20T")


def test_a_company_that_is_not_in_the_settings_is_refused(house: House) -> None:
    """RGO-12: no empty report for a misspelt name."""
    shown = asked(house, "control", "--company", "gift")
    assert "There is no company 'gift'" in str(shown.exception)
