"""For customers: found by any number they have, told in their words, and nothing of the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.console.browser import Browser
from tests.console.conftest import NOW, add_person
from tests.console.test_document_list import name_it
from tests.console.test_documents import PRIVATE, add_document, add_legs

from tieout.console.addresses import customer_address
from tieout.console.parts import Console
from tieout.domain.people import PERMISSIONS, Permission, Role
from tieout.domain.pseudonyms import EMAIL_NAME, email_name
from tieout.store import cases


@pytest.mark.parametrize("typed", ["R-77", "w5005", "1Z999", "zelda@example.com"])
def test_customer_service_finds_a_return_by_whatever_the_customer_has(
    console: Console, visitor: Callable[..., Browser], typed: str
) -> None:
    """X-32: RMA, order, tracking, e-mail address; straight from the search that is on every page."""
    add_document(console.store, "R-77")
    for kind, value in (("order name", "W5005"), ("tracking", "1Z999"), (EMAIL_NAME, email_name("zelda@example.com"))):
        name_it(console.store, "R-77", kind, value)
    browser = visitor(Role.CUSTOMER_SERVICE)
    page = browser.submit(browser.get("/customer"), "header form.search", q=typed)
    assert page.title == "Return R-77"
    assert "What to tell the customer" in page.texts("h2")


def test_several_returns_of_one_customer_are_listed_without_the_address(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    for key in ("R-1", "R-2"):
        add_document(console.store, key)
        name_it(console.store, key, EMAIL_NAME, email_name("zelda@example.com"))
    page = visitor(Role.CUSTOMER_SERVICE).get("/customer?q=zelda@example.com")
    assert sorted(cells[0] for cells in page.rows("main tbody tr")) == ["Return R-1", "Return R-2"]
    assert {cells[1] for cells in page.rows("main tbody tr")} == {"E-mail address"}
    assert email_name("zelda@example.com") not in page.body


def test_the_money_is_told_as_the_customer_gets_it_and_no_ledger_figure_is_shown(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    document = add_document(console.store)
    add_legs(console.store, document)
    page = visitor(Role.CUSTOMER_SERVICE).get(customer_address("ACME", "return", "4711"))
    said = page.texts(".read-out")
    assert "The refund of £20.00 was sent to the card or account that you paid with." in said
    whole = page.text("main")
    for word in ("Sage", "credit note", "SCN 10023", "£24.00", "Differs", "nominal", "ledger"):
        assert word not in whole
    assert [private for private in PRIVATE if private in page.body] == []
    assert all(not link.startswith("/documents") for link in page.links())


def test_a_stopped_return_names_who_is_on_it_and_by_when(console: Console, visitor: Callable[..., Browser]) -> None:
    document = add_document(console.store)
    trouble = cases.Trouble(
        code="NOMINAL_CLOSED",
        owner="finance",
        fault_class="data",
        faults=[],
        stake_minor=2400,
        currency="GBP",
        due_at=NOW + timedelta(days=1),
    )
    add_person(console.store, "maria", Role.FINANCE)
    with console.store.scope("ACME") as c:
        case = cases.open_or_update(c, document, trouble, at=NOW)
        cases.assign(c, case.id, to="maria")
    browser = visitor(Role.CUSTOMER_SERVICE)
    page = browser.get(customer_address("ACME", "return", "4711"))
    assert page.text("section[aria-labelledby='who'] p") == "Maria, our accounts team"
    assert "It should happen by 21 Nov 2026." in page.text("section[aria-labelledby='next']")
    assert "nominal" not in page.text("main").lower()
    assert f"/exceptions/{case.id}" in page.links()


def test_what_should_have_happened_is_said_to_be_late(console: Console, visitor: Callable[..., Browser]) -> None:
    document = add_document(console.store)
    trouble = cases.Trouble(
        code="NOMINAL_CLOSED",
        owner="finance",
        fault_class="data",
        faults=[],
        stake_minor=2400,
        currency="GBP",
        due_at=NOW - timedelta(days=2),
    )
    with console.store.scope("ACME") as c:
        cases.open_or_update(c, document, trouble, at=NOW - timedelta(days=4))
    page = visitor(Role.CUSTOMER_SERVICE).get(customer_address("ACME", "return", "4711"))
    assert "Late It should have happened by 18 Nov 2026." in page.text("section[aria-labelledby='next']")


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_it_exactly_when_it_may(console: Console, visitor: Callable[..., Browser], role: Role) -> None:
    add_document(console.store)
    browser = visitor(role)
    expected = 200 if Permission.CUSTOMER_SEE in PERMISSIONS[role] else 403
    assert browser.get("/customer?q=nothing").status == expected
    assert browser.get(customer_address("ACME", "return", "4711")).status == expected


def test_another_companys_customer_is_not_there(console: Console, visitor: Callable[..., Browser]) -> None:
    add_document(console.store, company="BETA")
    browser = visitor(Role.CUSTOMER_SERVICE, companies=("ACME",))
    assert browser.get(customer_address("BETA", "return", "4711")).status == 404
    assert "Nothing is known by 4711" in browser.get("/customer?q=4711").text(".empty")


@pytest.mark.parametrize("key", ["a/b", "dock R 12", "50%", "a?b#c", "Ærø №5", "<b>&amp;"])
def test_a_key_of_any_letters_is_found_and_told(console: Console, visitor: Callable[..., Browser], key: str) -> None:
    add_document(console.store, key)
    browser = visitor(Role.CUSTOMER_SERVICE)
    page = browser.submit(browser.get("/customer"), "main form", q=key)
    assert page.title == f"Return {key}"


def test_the_empty_search_says_what_to_ask_for(visitor: Callable[..., Browser]) -> None:
    page = visitor(Role.CUSTOMER_SERVICE).get("/customer?q=%00")
    assert page.text(".empty-title") == "Ask the customer for one number"
