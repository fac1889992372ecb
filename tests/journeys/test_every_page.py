"""Every page that links lead to: usable by everybody (WCAG 2.2 AA by axe), in both themes, on a narrow screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.journeys.conftest import PageAs, Site, arrivals
from tests.journeys.walking import Walk, page_routes

from tieout.domain.people import Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from tests.journeys.visitor import Visitor

WALKERS = (
    Role.INTEGRATION_OPERATOR,
    Role.FINANCE_APPROVER,
    Role.ADMINISTRATOR,
    Role.CUSTOMER_SERVICE,
    Role.AUDITOR,
)
"""Together they may see every page; who sees most of a record comes first, because records are opened once."""
BY_HAND = "/styleguide"
"""No page leads to it: it is for whoever makes pages."""
SAME_WHATEVER_HAPPENED = {
    "/help",
    "/help/words",
    "/help/faults",
    "/help/faults/{code}",
    "/mappings/{table}/import",
    "/mappings/{table}/propose",
    "/me",
    "/me/password",
    "/people",
    "/people/new",
    "/people/{name}",
    "/settings",
    "/tokens/new",
    "/webhooks/new",
}
"""Pages that are not looked at again where nothing has happened yet."""
NOT_LED_TO = {
    "/sign-in/sso": "only where people sign in elsewhere; tests/console/test_sso.py is about it",
    "/sign-in/sso/back": "where they come back from there",
    "/exceptions/bulk/{act_id}": "comes after somebody has acted on many at once",
    "/still-here": "scripts ask it before a session ends",
    "/sign-in": "only for who is not signed in; test_arriving.py is about it",
}


@pytest.fixture(
    scope="module",
    params=[pytest.param("site", id="filled"), pytest.param("fresh_site", id="empty", marks=pytest.mark.long)],
)
def walk(request: pytest.FixtureRequest, chrome: Browser) -> Walk:
    """What the walkers met on a site with some days of trade, and on one where nothing has happened yet."""
    site: Site = request.getfixturevalue(request.param)
    walk = Walk(request.param, but=() if request.param == "site" else SAME_WHATEVER_HAPPENED)
    with arrivals(site, chrome) as arrive:
        if walk.name == "site":
            _leave_traces(arrive)
        for role in WALKERS:
            walk.by(arrive(role), "/", *([BY_HAND] if role is Role.ADMINISTRATOR and walk.name == "site" else []))
    return walk


def _leave_traces(arrive: PageAs) -> None:
    """What only people bring about: a proposal that waits, a token, an address that is told."""
    proposer = arrive(Role.OPERATIONS).go("/mappings/line_class/propose?company=giftware&key=POST")
    proposer.fill("Is", "carriage").fill("Why", "Postage is not goods.").press("See what it would change")
    proposer.looks_well("form_check_of_a_row").press("Propose it").sees("Waiting")
    operator = arrive(Role.INTEGRATION_OPERATOR).go("/webhooks/new")
    operator.fill("Address", "https://hooks.example.org/tieout").find("input[name='event']").first.check()
    operator.press("Begin to tell it").sees("hooks.example.org").looks_well("form_webhook_made")
    operator.go("/tokens/new").fill("What it is for", "Figures for the board").find("[name='scope']").first.check()
    operator.press("Make the token").looks_well("form_token_made")


def test_no_page_keeps_anybody_out(walk: Walk) -> None:
    assert [violation for look in walk.looks for violation in look.violations] == []


def test_no_page_scrolls_sideways_on_a_narrow_screen(walk: Walk) -> None:
    assert [(look.address, look.too_wide) for look in walk.looks if look.too_wide > 0] == []


def test_every_page_says_what_it_is(walk: Walk) -> None:
    assert [look.address for look in walk.looks if look.headings != 1] == []
    assert [look.address for look in walk.looks if not look.title.removesuffix(" · Tieout").strip()] == []


def test_links_lead_to_every_page_there_is(walk: Walk) -> None:
    if walk.name == "site":
        assert set(page_routes()) - walk.reached - set(NOT_LED_TO) == set()


def test_no_link_leads_nowhere(walk: Walk) -> None:
    assert walk.dead == set()


def test_every_form_that_is_sent_empty_says_what_is_missing_and_keeps_nobody_out(
    walk: Walk, site: Site, chrome: Browser
) -> None:
    if walk.name != "site":
        return
    assert len(walk.forms) > 8
    roles = {role.value.replace(" ", "-"): role for role in Role}
    with arrivals(site, chrome) as arrive:
        for action, (name, address) in walk.forms.items():
            visitor = arrive(roles[name]).go(address).expecting(422, 409)
            empty(visitor, action)
            visitor.find(".problems, h1:has-text('That was not done')").first.wait_for()
            visitor.looks_well(f"error_of{re.sub('[^a-z]+', '_', action)}")


def empty(visitor: Visitor, action: str) -> None:
    """Send a form with nothing in it, past what the browser itself would refuse."""
    pattern = "^" + re.escape(action).replace("N", "\\d+") + "$"
    visitor.page.evaluate(
        """pattern => {
          const form = [...document.forms].find(one => new RegExp(pattern).test(one.getAttribute("action")));
          form.noValidate = true;
          form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), textarea").forEach(one => {
            one.value = "";
          });
          form.requestSubmit();
        }""",
        pattern,
    )
