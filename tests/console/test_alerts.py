"""Alerts and suggestions as people meet them in the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.console.browser import Browser
from tests.console.conftest import Clock, add_person
from tests.processes.receivers import Web, web
from tests.processes.telling_house import SECRET, TellingHouse

from tieout.console.app import build
from tieout.console.parts import Console
from tieout.domain.people import Role
from tieout.store import alerts, audit

MINUTE = timedelta(minutes=1)


@pytest.fixture
def told() -> Iterator[Web]:
    with web() as found:
        yield found


@pytest.fixture
def trouble(console: Console, clock: Clock, told: Web) -> TellingHouse:
    """A house with trouble behind the same database; its time is the console's."""
    house = TellingHouse(console.store, {"finance": told})
    house.alerting = replace(house.alerting, clock=clock)
    house.now = clock.now
    return house


@pytest.fixture
def visit(console: Console, trouble: TellingHouse) -> Iterator[Callable[..., Browser]]:
    """Somebody signed in at a console that tells."""
    made: list[Browser] = []

    def arrive(*roles: Role, companies: tuple[str, ...] = (), **changes: object) -> Browser:
        name = roles[0].value.replace(" ", "-")
        add_person(console.store, name, *roles, companies=companies, at=console.clock())
        parts = {field: getattr(console, field) for field in console.__dataclass_fields__}
        browser = Browser(build(Console(**parts | {"alerting": trouble.alerting} | changes)))
        made.append(browser)
        browser.sign_in(name)
        return browser

    yield arrive
    for browser in made:
        browser.close()


def settle(trouble: TellingHouse, clock: Clock) -> None:
    """Trouble stands for long enough to be told."""
    trouble.look()
    clock.pass_by(2 * MINUTE)
    trouble.look()


def first_alert(console: Console) -> int:
    with console.store.scope(None) as c:
        return alerts.standing(c)[0].id


def test_an_alert_is_listed_with_its_count_money_and_state(
    visit: Callable[..., Browser], trouble: TellingHouse, clock: Clock
) -> None:
    trouble.open_cases(f"RMA{number}" for number in range(12))
    settle(trouble, clock)
    page = visit(Role.FINANCE).get("/alerts")
    (row,) = page.rows("#rows tbody tr")
    assert row[0].startswith("The return reason has no mapping")
    assert row[1:6] == ["Open", "Finance", "ACME", "12", "£150.00"]
    assert "Standing (1)" in page.texts(".tabs a")


def test_the_list_is_filtered_by_its_address(
    visit: Callable[..., Browser], trouble: TellingHouse, clock: Clock
) -> None:
    trouble.open_cases(["RMA1"])
    trouble.open_cases(
        ["RMA2"], owner="operations", code="SKU_UNMAPPED", cause="SKU_UNMAPPED mug", fault_class="technical"
    )
    settle(trouble, clock)
    browser = visit(Role.FINANCE)
    assert len(browser.get("/alerts").rows("#rows tbody tr")) == 2
    assert [row[2] for row in browser.get("/alerts?owner=operations").rows("#rows tbody tr")] == ["Operations"]
    assert [row[2] for row in browser.get("/alerts?ladder=data").rows("#rows tbody tr")] == ["Finance"]
    assert "No alert is like that" in browser.get("/alerts?owner=retail").text("#rows")
    assert "No alert has ended yet" in browser.get("/alerts?state=cleared").text("#rows")
    assert browser.get("/alerts?before=nonsense").status == 200


def test_an_alert_says_what_it_is_and_whom_it_was_told_with_proof(
    visit: Callable[..., Browser], console: Console, trouble: TellingHouse, clock: Clock
) -> None:
    (number,) = trouble.open_cases(["RMA1"])
    settle(trouble, clock)
    page = visit(Role.FINANCE).get(f"/alerts/{first_alert(console)}")
    assert page.title == "The return reason has no mapping"
    assert f"/exceptions/{number}" in page.links("main a")
    row = page.rows("section + h2 + .scroll + h2 + .scroll tbody tr") or page.rows()
    assert any("Try 1, 20 Nov 2026 09:07: sent, taken by 127.0.0.1" in cell for cells in row for cell in cells)
    assert "Add the reason to the reason table" in page.text(".suggested")


def test_somebody_takes_an_alert_gives_it_back_and_lets_it_sleep(
    visit: Callable[..., Browser], console: Console, trouble: TellingHouse, clock: Clock
) -> None:
    trouble.open_cases(["RMA1"])
    settle(trouble, clock)
    browser, number = visit(Role.FINANCE), first_alert(console)
    taken = browser.submit(browser.get(f"/alerts/{number}"), "#acknowledge")
    assert "You have taken alert" in taken.text(".flash")
    assert "Taken by finance" in taken.text("main")
    again = browser.post(f"/alerts/{number}/acknowledge", {})
    assert (again.status, "finance has taken this alert already" in again.text("main")) == (409, True)
    given = browser.submit(taken, "#release")
    assert "is open again" in given.text(".flash")
    asleep = browser.submit(given, "#snooze", how_long="monday", why="the agency answers on Monday")
    assert "Sleeps until 23 Nov 2026, 09:00" in asleep.text("main")
    assert browser.post(f"/alerts/{number}/snooze", {"how_long": "for ever", "why": "x"}).status == 409
    with console.store.scope("ACME") as c:
        done = [entry.action for entry in audit.entries(c)]
        assert done == ["alert.snoozed", "alert.released", "alert.acknowledged"]
        assert audit.verify_chain(c, "ACME") is None


def test_an_auditor_reads_alerts_and_has_no_button(
    visit: Callable[..., Browser], console: Console, trouble: TellingHouse, clock: Clock
) -> None:
    trouble.open_cases(["RMA1"])
    settle(trouble, clock)
    page = visit(Role.AUDITOR).get(f"/alerts/{first_alert(console)}")
    assert page.tree.cssselect("main form") == []


def test_somebody_of_another_company_finds_no_such_alert(
    visit: Callable[..., Browser], console: Console, trouble: TellingHouse, clock: Clock
) -> None:
    trouble.open_cases(["RMA1"])
    settle(trouble, clock)
    browser, number = visit(Role.FINANCE, companies=("BETA",)), first_alert(console)
    assert browser.get(f"/alerts/{number}").status == 404
    assert browser.get("/alerts").rows("#rows tbody tr") == []
    assert browser.post(f"/alerts/{number}/acknowledge", {}).status == 409


def test_an_operator_tries_a_channel_whose_address_nobody_sees(visit: Callable[..., Browser], told: Web) -> None:
    browser = visit(Role.INTEGRATION_OPERATOR)
    page = browser.get("/alerts")
    assert SECRET not in page.body
    sent = browser.submit(page, "form[action='/alerts/channels/finance/test']")
    assert "Sent by finance. Try 1" in sent.text(".flash")
    assert told.titles == ["Test of the alerts"]
    told.status = 500
    failed = browser.submit(sent, "form[action='/alerts/channels/finance/test']")
    assert "Not sent by finance" in failed.text(".flash.bad")
    assert browser.post("/alerts/channels/nobody/test", {}).status == 409
    assert SECRET not in failed.body
    assert visit(Role.FINANCE).get("/alerts").tree.cssselect("form[action*='test']") == []


def test_without_channels_the_page_says_that_nobody_is_told(visit: Callable[..., Browser]) -> None:
    page = visit(Role.FINANCE, alerting=None).get("/alerts")
    assert "Nobody is told" in page.text("main")


def test_the_page_leads_to_all_exceptions_of_the_cause(
    visit: Callable[..., Browser], console: Console, trouble: TellingHouse, clock: Clock
) -> None:
    trouble.open_cases(f"RMA{number}" for number in range(7))
    trouble.open_cases(["RMA9"], cause="REASON_UNMAPPED reason/too small")
    settle(trouble, clock)
    with console.store.scope(None) as c:
        number = next(alert.id for alert in alerts.standing(c) if alert.times == 7)
    browser = visit(Role.FINANCE)
    page = browser.get(f"/alerts/{number}")
    (address,) = (link for link in page.links("main a") if "cause=" in link)
    assert len(browser.get(address).rows("#list tbody tr")) == 7
