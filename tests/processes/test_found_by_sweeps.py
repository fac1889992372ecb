"""What only a second look finds: credit notes that are gone, refunds that an app makes by rule, what a mapping held."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.house import COMPANY, LONG_AGO

from tieout.processes.held import wake_held
from tieout.processes.payouts_seen import sweep_payouts
from tieout.processes.sweeps import sweep_credit_notes, sweep_refunds
from tieout.store import documents

if TYPE_CHECKING:
    from tests.processes.house import House, Rma

BACK = timedelta(days=3 * 365)


def credited(house: House) -> Rma:
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    assert house.document(rma).state == "done"
    return rma


def look_again(house: House) -> None:
    sweep_credit_notes(house.application.floor, house.application.companies[COMPANY], BACK)


def test_a_credit_note_that_a_restored_backup_lost_is_missed_at_the_next_sweep(either_house: House) -> None:
    """RET-29: portal, shop and our own log say that it is done; Sage no longer has it."""
    house = either_house
    rma = credited(house)
    look_again(house)
    assert house.open_cases() == [], "nothing is missed while everything stands"
    posted = [row for row in house.control.get("/sage200/ledgers/sales") if "Credit" in row["type"]]
    house.control.post("/sage200/desktop/restore-without", {"references": [row["reference"] for row in posted]})
    look_again(house)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner, case.stake_minor) == ("SYNC_ILLUSION_REFUND", "finance", 2400)
    assert house.leg_states(rma)["differs"] == 1
    look_again(house)
    assert len(house.open_cases()) == 1, "it is missed once"


def test_a_missed_credit_note_that_stands_again_closes_its_case(house: House) -> None:
    """RET-29: the books were restored whole."""
    rma = credited(house)
    house.control.post("/sage200/desktop/back-up")
    posted = [row for row in house.control.get("/sage200/ledgers/sales") if "Credit" in row["type"]]
    house.control.post("/sage200/desktop/restore-without", {"references": [row["reference"] for row in posted]})
    look_again(house)
    assert house.case(rma) is not None
    house.control.post("/sage200/desktop/restore")
    look_again(house)
    assert house.case(rma) is None
    assert house.document(rma).state == "done"
    assert set(house.leg_states(rma)) == {"agreed"}


@pytest.mark.parametrize(("up_to", "adopted"), [("50.00", 1), ("5.00", 0)])
def test_a_house_may_declare_what_an_apps_refunds_are_up_to_a_limit(house: House, up_to: str, adopted: int) -> None:
    """RGO-48: declared and below the limit it is adopted without a person; above it stands on a desk."""
    rule = {"as": "goodwill", "reason": "Changed mind", "up_to": up_to}
    house.rule("refund_app", "Happy Returns", LONG_AGO, **rule)
    house.rule("value_policy", "goodwill", LONG_AGO, account="4010", tax_code="1", approve_over="never")
    house.control.post("/shopify/refunds", {"order": "W1003", "amount": "12.00", "lines": [], "app": "Happy Returns"})
    sweep_refunds(house.application.floor, house.application.companies[COMPANY], BACK)
    house.drain()
    books = house.control.books()
    assert books.credits == (("2011-01-20", 1000, 200),) * adopted
    assert books.payments == (1200,) * adopted
    assert len(house.open_cases()) == 1 - adopted
    house.control.prove()


def test_one_mapping_lets_go_everything_that_its_lack_held(house: House) -> None:
    """RET-56."""
    held = [house.authorised(order, ("MUG", 1, "Wrong colour")) for order in ("W1001", "W1004")]
    other = house.authorised("W1003", ("LAMP", 1, "No such reason"))
    for rma in (*held, other):
        house.receive(rma)
    house.drain(*held, other)
    assert [case.code for case in house.open_cases()] == ["REASON_UNMAPPED"] * 3
    assert not house.control.deeds(), "an unmapped reason stops before Sage"
    house.rule("reason", "Wrong colour", LONG_AGO, code="sound", account="4010", grade="good")
    with house.application.store.scope(COMPANY) as c:
        company = house.application.companies[COMPANY]
        wake_held(c, company, "reason", at=house.application.clock())
    house.drain()
    assert [house.document(rma).state for rma in held] == ["done", "done"]
    assert [case.document_key for case in house.open_cases()] == [other.number]
    with house.application.store.scope(COMPANY) as c:
        assert documents.count_due(c) == 0


def test_a_refund_has_left_the_bank_only_when_its_payout_is_paid(house: House) -> None:
    """RGO-45: the provider's balance is the source of truth for what left the bank."""
    house.rule("policy", "payouts", LONG_AGO, value="on")
    rma = credited(house)
    company = house.application.companies[COMPANY]
    assert sweep_payouts(house.application.floor, company, BACK) == 0
    assert house.leg_states(rma)["expected"] == 1, "the balance holds it and no payout does"
    assert house.document(rma).state == "done", "the bank has its own time"
    house.later(timedelta(days=8))
    assert house.leg_states(rma)["overdue"] == 1
    issued_at = house.application.clock().isoformat()
    payout = house.control.post("/shopify/payouts", {"issued_at": issued_at, "status": "SCHEDULED"})
    assert sweep_payouts(house.application.floor, house.application.companies[COMPANY], BACK) == 0
    house.control.post(f"/shopify/payouts/{payout['id']}/status", {"status": "PAID"})
    assert sweep_payouts(house.application.floor, house.application.companies[COMPANY], BACK) == 1
    assert set(house.leg_states(rma)) == {"agreed"}


def test_a_house_that_does_not_ask_for_payouts_is_not_asked_about_them(house: House) -> None:
    rma = credited(house)
    assert sweep_payouts(house.application.floor, house.application.companies[COMPANY], BACK) == 0
    assert set(house.leg_states(rma)) == {"agreed"}


def test_trying_again_does_not_hide_a_credit_note_that_is_gone(house: House) -> None:
    """RET-29: our own record says done, and is not believed."""
    rma = credited(house)
    posted = [row for row in house.control.get("/sage200/ledgers/sales") if "Credit" in row["type"]]
    house.control.post("/sage200/desktop/restore-without", {"references": [row["reference"] for row in posted]})
    look_again(house)
    house.tell(rma)
    house.work()
    assert house.case(rma) is not None
    assert house.document(rma).state != "done"
