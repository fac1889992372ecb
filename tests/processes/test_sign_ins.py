"""The daily look at the accounts: a case before a sign-in ends, closed by signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.house import COMPANY

from tieout.processes.accounts import KIND, check_account
from tieout.store import cases, documents, probes

if TYPE_CHECKING:
    from tests.processes.house import House

    from tieout.store.cases import Case


def check(house: House) -> None:
    """What the schedule does once a day."""
    application = house.application
    check_account(application.store, application.accounts.open("sage"), COMPANY, application.clock())


def all_cases(house: House) -> list[Case]:
    with house.application.store.scope(COMPANY) as c:
        return cases.cases_of(c, COMPANY, KIND, "sage")


def days_pass(house: House, days: float) -> None:
    """Time passes for everybody, and nobody signs in."""
    house.control.shift(timedelta(days=days))
    house.choose()


def sign_in(house: House) -> None:
    """Somebody puts the refresh token of a new sign-in into the settings: it is used when a token must be renewed."""
    house.sign_in()
    days_pass(house, 0.5)


def test_a_sign_in_that_ends_soon_is_a_case_and_signing_in_closes_it(house: House) -> None:
    check(house)
    assert all_cases(house) == []
    days_pass(house, 77)
    check(house)
    (case,) = all_cases(house)
    assert (case.code, case.owner, case.fault_class) == ("SIGN_IN_ENDS_SOON", "integration", "technical")
    assert "ends in 13 days, on 20 Apr 2011" in str(case.faults)
    check(house)
    assert [case.seen_again for case in all_cases(house)] == [1]
    sign_in(house)
    check(house)
    (case,) = all_cases(house)
    assert case.state == "closed"
    assert "somebody signed in" in (case.closed_how or "")
    with house.application.store.scope(COMPANY) as c:
        document = documents.document(c, COMPANY, KIND, "sage")
    assert document is not None
    assert (document.state, document.due_at) == ("done", None)


def test_the_schedule_looks_at_every_account_of_every_company(house: House) -> None:
    application = house.application
    assert application.settings.schedule.account_check == "11 6 * * *"
    application.engine._schedules["accounts.check/1"].run(application.clock())
    with application.store.scope(None) as c:
        assert [len(probes.latest(c, name)) for name in ("sage", "returngo", "shopify")] == [1, 1, 1]


def test_a_sign_in_that_was_taken_back_is_a_case_and_the_next_one_opens_a_new_case(house: House) -> None:
    check(house)
    for times in (1, 2):
        house.control.ask("DELETE", "/sage200/refresh-tokens")
        days_pass(house, 1)
        check(house)
        found = all_cases(house)
        assert [case.state for case in found] == ["closed"] * (times - 1) + ["open"]
        assert found[-1].code == "SIGN_IN_ENDED"
        assert "sign in to Sage 200 again" in str(found[-1].faults)
        sign_in(house)
        check(house)
    assert [case.state for case in all_cases(house)] == ["closed", "closed"]


def test_a_sign_in_service_that_is_away_neither_opens_nor_closes_a_case(house: House) -> None:
    check(house)
    days_pass(house, 1)
    house.control.temper("sage200", seed=1, error_before=1.0, path_contains="oauth")
    check(house)
    assert all_cases(house) == []


def test_every_look_keeps_what_the_account_allows(house: House) -> None:
    check(house)
    days_pass(house, 1)
    check(house)
    with house.application.store.scope(None) as c:
        kept = probes.latest(c, "sage", limit=5)
    assert len(kept) == 2
    assert {capability.channel for capability in kept[0].report.capabilities} == {"native", "companion"}


@pytest.mark.parametrize("name", ["returngo", "shopify"])
def test_an_account_with_a_key_needs_no_sign_in(house: House, name: str) -> None:
    application = house.application
    check_account(application.store, application.accounts.open(name), COMPANY, application.clock())
    with application.store.scope(None) as c:
        ((finding,),) = [kept.report.findings for kept in probes.latest(c, name)]
        assert cases.cases_of(c, COMPANY, KIND, name) == []
    assert finding.is_well
