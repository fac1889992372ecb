"""The page of API tokens: made once, shown once, revoked at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.console.browser import Browser
from tests.console.conftest import Clock
from tests.console.programs import make_token, program

from tieout.console.parts import Console
from tieout.console.scope_words import SCOPE_WORDS
from tieout.domain.people import Permission, Role
from tieout.store import api_tokens, audit

FORM = "form[action='/tokens']"


def made_secret(browser: Browser, **fields: Any) -> str:  # noqa: ANN401 - any field
    """The token of the page that shows it."""
    page = browser.submit(browser.get("/tokens/new"), FORM, **{"name": "till export", **fields})
    assert page.title == "Keep this token now", page.text("main")
    return page.text(".shown-once code")


def test_a_token_is_shown_once_and_opens_what_was_chosen(console: Console, visitor: Callable[..., Browser]) -> None:
    browser = visitor(Role.INTEGRATION_OPERATOR)
    secret = made_secret(browser, scope=["accounts.see", "desk.see"], days="30")
    with program(console, secret) as asker:
        asker.get("/accounts")
        asker.get("/documents", status=403)
    listed = browser.get("/tokens")
    assert secret not in listed.body
    ((name, may, companies, state, used, _),) = listed.rows()
    assert name == f"till export{secret[:11]}…"
    assert (may, companies, state) == ("desk.see, accounts.see", "all", "Until 20 Dec 2026")
    assert used == "just now"


def test_a_token_can_be_limited_to_a_company(console: Console, visitor: Callable[..., Browser]) -> None:
    secret = made_secret(visitor(Role.FINANCE), scope=["accounts.see"], company=["BETA"])
    with program(console, secret) as asker:
        assert asker.get("/accounts")["items"] == []
        asker.get("/accounts", status=403, company="ACME")


def test_a_revoked_token_opens_nothing_and_the_audit_says_who_ended_it(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    browser = visitor(Role.FINANCE)
    secret = made_secret(browser, scope=["accounts.see"])
    page = browser.submit(browser.get("/tokens"), "form[action$='/revoke']")
    assert page.text(".flash") == "The token till export is revoked: it opens nothing any more."
    assert page.rows()[0][3] == "Revoked"
    with program(console, secret) as asker:
        asker.get("/accounts", status=401)
    with console.store.scope(None) as c:
        entry = audit.entries(c, limit=1)[0]
    assert (entry.action, entry.who) == ("token.revoked", "finance")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"scope": []}, "Choose what the token may do, and only what you may do yourself."),
        ({"name": " ", "scope": ["desk.see"]}, "Say what the token is for, in at most 100 characters."),
        ({"days": "9999", "scope": ["desk.see"]}, "A token lasts between 1 and 366 days."),
        ({"days": "soon", "scope": ["desk.see"]}, "A token lasts between 1 and 366 days."),
        ({"scope": ["audit.see"]}, "Choose what the token may do, and only what you may do yourself."),
    ],
)
def test_what_is_missing_is_said_beside_the_form_which_keeps_what_was_typed(
    visitor: Callable[..., Browser], fields: dict[str, object], problem: str
) -> None:
    browser = visitor(Role.FINANCE)
    page = browser.post("/tokens", {"name": "till export", "days": "30", **fields})
    assert page.status == 422
    assert page.texts(".problems li") == [problem]
    assert page.text("title").startswith("Error:")
    ticked = [one.get("value") for one in page.tree.cssselect("input[name=scope][checked]")]
    assert ticked == [scope for scope in fields["scope"] if scope != "audit.see"]  # type: ignore[attr-defined]  # a list
    assert page.tree.cssselect("input[name=name]")[0].get("value") == fields.get("name", "till export")


def test_only_scopes_that_one_has_and_that_some_endpoint_asks_for_are_offered(visitor: Callable[..., Browser]) -> None:
    page = visitor(Role.FINANCE).get("/tokens/new")
    offered = {one.get("value") for one in page.tree.cssselect("input[name=scope]")}
    assert {"desk.see", "desk.settle", "documents.see"} <= offered
    assert offered.isdisjoint({"audit.see", "tokens.make", "people.edit", "webhooks.edit", "settings.see"})


def test_people_see_their_own_tokens_and_administrators_everybodys(
    console: Console, visitor: Callable[..., Browser], clock: Clock
) -> None:
    make_token(console, Permission.DESK_SEE, name="other")
    assert visitor(Role.FINANCE).get("/tokens").rows() == []
    rows = visitor(Role.ADMINISTRATOR).get("/tokens").rows()
    assert [row[1] for row in rows] == ["other"]
    with console.store.scope(None) as c:
        (kept,) = api_tokens.tokens(c)
    refused = visitor(Role.OPERATIONS).post(f"/tokens/{kept.id}/revoke", {})
    assert (refused.status, refused.text("main p")) == (409, "You have no such token.")
    clock.pass_by(timedelta(minutes=1))


def test_every_scope_has_its_words() -> None:
    assert set(SCOPE_WORDS) == set(Permission)
    assert len(set(SCOPE_WORDS.values())) == len(SCOPE_WORDS)
