"""Signing in elsewhere: who is proved comes in with what their groups allow, and nobody else does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from tests.console.browser import PASSWORD, Browser, Page
from tests.console.conftest import Clock, add_person
from tests.console.provider import CLIENT, SECRET, Claims, Key, Provider, serving

from tieout.console.app import application, build
from tieout.console.parts import Console, SingleSignOn
from tieout.console.sign_on.provider import Provider as Client
from tieout.domain.people import Role
from tieout.store import audit, people
from tieout.store.people import User

ANN: Claims = {"sub": "7", "preferred_username": "Ann.Smith", "name": "Ann Smith", "email": "ann@example.co.uk"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as running:
        running.person = {**ANN, "groups": ["tieout-finance", "everybody"]}
        yield running


@pytest.fixture
def joined(console: Console, provider: Provider) -> Console:
    """The console of an installation where people sign in elsewhere."""
    settings = SingleSignOn(
        name="the company's account",
        issuer=provider.issuer,
        client_id=CLIENT,
        client_secret=SECRET,
        groups_claim="groups",
        roles_of={
            "tieout-finance": Role.FINANCE,
            "tieout-audit": Role.AUDITOR,
            "tieout-support": Role.SUPPORT,
            "tieout-admin": Role.ADMINISTRATOR,
        },
        companies_of={},
    )
    return replace(console, single_sign_on=settings)


@pytest.fixture
def browser(joined: Console) -> Iterator[Browser]:
    opened = Browser(build(joined))
    yield opened
    opened.close()


def leave(browser: Browser, address: str = "/sign-in/sso") -> str:
    """Begin the way; the address at the provider."""
    page = browser.get(address, follow=False)
    assert page.status == 303, page.body
    return str(page.headers["location"])


def back(browser: Browser, address: str, *, follow: bool = True) -> Page:
    """Come back by the address that the provider gave."""
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}", follow=follow)


def come_in(browser: Browser, provider: Provider) -> Page:
    return back(browser, provider.authorise(leave(browser)))


def somebody(console: Console, name: str = "ann.smith") -> User | None:
    with console.store.scope(None) as c:
        return people.user(c, name)


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/").title != "Sign in to Tieout")


def test_somebody_comes_in_by_their_groups_and_to_the_page_they_wanted(
    joined: Console, browser: Browser, provider: Provider
) -> None:
    asked = browser.get("/accounts")
    way = asked.links("a[href^='/sign-in/sso']")[0]
    page = back(browser, provider.authorise(leave(browser, way)))
    assert (page.status, page.title) == (200, "Accounts")
    user = somebody(joined)
    assert user is not None
    assert (user.display_name, user.email, user.roles, user.companies) == (
        "Ann Smith",
        "ann@example.co.uk",
        ["finance"],
        [],
    )
    assert user.password_hash is None
    with joined.store.scope(None) as c:
        entries = audit.entries(c, subject="user ann.smith")
    assert [(entry.who, entry.action) for entry in entries] == [
        ("ann.smith", "session.began"),
        ("single sign-on", "user.added"),
    ]
    assert SECRET not in str(entries)


LIES: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": lambda claims: {**claims, "nonce": "x" * 43},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "another audience": lambda claims: {**claims, "aud": "somebody-elses-client"},
    "an audience beside us": lambda claims: {**claims, "aud": [CLIENT, "somebody-elses-client"], "azp": CLIENT},
    "no audience": lambda claims: {name: value for name, value in claims.items() if name != "aud"},
    "another party": lambda claims: {**claims, "azp": "somebody-elses-client"},
    "another issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "expired": lambda claims: {**claims, "iat": int(time.time()) - 900, "exp": int(time.time()) - 120},
    "no end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "from the future": lambda claims: {**claims, "iat": int(time.time()) + 900, "nbf": int(time.time()) + 900},
    "another access token": lambda claims: {**claims, "at_hash": "x" * 22},
    "nobody": lambda claims: {name: value for name, value in claims.items() if name != "sub"},
}


def refused(joined: Console, browser: Browser, page: Page, says: str = "could not be proved") -> None:
    assert page.status == 403
    assert says in page.text(".problems")
    assert not is_in(browser)
    with joined.store.scope(None) as c:
        assert people.all_users(c) == []


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_token_that_says_something_wrong_lets_nobody_in(
    joined: Console, browser: Browser, provider: Provider, lie: Callable[[Claims], Claims]
) -> None:
    provider.lie = lie
    refused(joined, browser, come_in(browser, provider))
    provider.lie = dict
    assert come_in(browser, provider).status == 200


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_a_token_without_an_asymmetric_signature_lets_nobody_in_whatever_the_provider_lists(
    joined: Console, browser: Browser, provider: Provider, alg: str
) -> None:
    provider.alg = alg
    refused(joined, browser, come_in(browser, provider))


@pytest.mark.parametrize("kid", ["first", "never seen"])
def test_a_token_signed_with_a_key_that_is_not_published_lets_nobody_in(
    joined: Console, browser: Browser, provider: Provider, kid: str
) -> None:
    provider.signer = Key(kid)
    refused(joined, browser, come_in(browser, provider))


def test_an_answer_is_taken_once(joined: Console, browser: Browser, provider: Provider) -> None:
    address = provider.authorise(leave(browser))
    cookie = browser.client.cookies["tieout-hop"]
    assert back(browser, address).status == 200
    browser.client.cookies.clear()
    browser.client.cookies.set("tieout-hop", cookie)
    page = back(browser, address)
    assert page.status == 403
    assert "could not be proved" in page.text(".problems")
    assert not is_in(browser)
    assert somebody(joined) is not None


def test_an_answer_is_taken_only_from_the_browser_that_was_sent(
    joined: Console, browser: Browser, provider: Provider
) -> None:
    address = provider.authorise(leave(browser))
    other = Browser(build(joined))
    refused(joined, other, back(other, address))
    leave(other)
    refused(joined, other, back(other, address))
    other.close()


def test_an_answer_that_comes_too_late_is_not_taken(
    joined: Console, browser: Browser, provider: Provider, clock: Clock
) -> None:
    address = provider.authorise(leave(browser))
    clock.pass_by(timedelta(minutes=11))
    refused(joined, browser, back(browser, address))


@pytest.mark.parametrize("change", ["state", "code", "iss"])
def test_an_answer_with_another_state_code_or_issuer_lets_nobody_in(
    joined: Console, browser: Browser, provider: Provider, change: str
) -> None:
    address = provider.authorise(leave(browser))
    refused(joined, browser, back(browser, address.replace(f"{change}=", f"{change}=x")))


def test_somebody_who_says_no_at_the_provider_is_told_to_begin_again(
    joined: Console, browser: Browser, provider: Provider
) -> None:
    refused(joined, browser, back(browser, provider.authorise(leave(browser), agrees=False)))


@pytest.mark.parametrize("groups", [[], ["everybody"], None, {"tieout-finance": True}, 7])
def test_somebody_in_no_group_of_ours_is_refused_with_a_sentence(
    joined: Console, browser: Browser, provider: Provider, groups: object
) -> None:
    provider.person = {**ANN, "groups": groups}
    refused(joined, browser, come_in(browser, provider), "in no group that may use Tieout")


def test_what_groups_allow_is_brought_up_to_date_and_taken_away(
    joined: Console, browser: Browser, provider: Provider
) -> None:
    come_in(browser, provider)
    provider.person = {**ANN, "name": "Ann Jones", "groups": ["tieout-audit"]}
    second = Browser(build(joined))
    come_in(second, provider)
    user = somebody(joined)
    assert user is not None
    assert (user.roles, user.display_name) == (["auditor"], "Ann Jones")
    assert not is_in(browser), "the session of the other roles goes on"
    provider.person = {**ANN, "groups": []}
    third = Browser(build(joined))
    assert "in no group" in come_in(third, provider).text(".problems")
    assert not is_in(second), "the session goes on without a group"
    user = somebody(joined)
    assert user is not None
    assert user.roles == []
    for one in (second, third):
        one.close()


def test_companies_come_by_group_and_without_one_nobody_sees_any(joined: Console, provider: Provider) -> None:
    assert joined.single_sign_on is not None
    by_group = {"acme": ("ACME",), "both": ("ACME", "BETA"), "all": ("*",), "gone": ("GONE",)}
    console = replace(joined, single_sign_on=replace(joined.single_sign_on, companies_of=by_group))
    browser = Browser(build(console))
    for group, wanted in (("acme", ["ACME"]), ("both", ["ACME", "BETA"]), ("all", [])):
        provider.person = {**ANN, "groups": ["tieout-finance", group]}
        assert come_in(browser, provider).status == 200
        user = somebody(console)
        assert user is not None
        assert user.companies == wanted
    for group in ("gone", "none"):
        provider.person = {**ANN, "groups": ["tieout-finance", group]}
        assert "in no group of a company" in come_in(browser, provider).text(".problems")
    browser.close()


def test_groups_may_come_with_the_user_information_but_only_of_the_same_person(
    joined: Console, browser: Browser, provider: Provider
) -> None:
    provider.person = dict(ANN)
    provider.user_information = {"sub": "8", "groups": ["tieout-finance"]}
    refused(joined, browser, come_in(browser, provider))
    provider.user_information = {"sub": "7", "groups": ["tieout-finance"]}
    assert come_in(browser, provider).status == 200


def test_nobody_takes_over_a_user_who_signs_in_with_a_password(
    joined: Console, browser: Browser, provider: Provider
) -> None:
    add_person(joined.store, "ann.smith", Role.ADMINISTRATOR)
    page = come_in(browser, provider)
    assert "Somebody else signs in here by your name" in page.text(".problems")
    user = somebody(joined)
    assert user is not None
    assert user.subject is None


def test_somebody_closed_here_stays_out_whatever_the_groups(
    joined: Console, browser: Browser, provider: Provider
) -> None:
    come_in(browser, provider)
    with joined.store.scope(None) as c:
        people.change_user(c, "ann.smith", state="closed")
    assert "Your access is closed" in come_in(browser, provider).text(".problems")


def test_support_is_let_in_only_when_an_administrator_has_said_until_when(
    joined: Console, browser: Browser, provider: Provider, clock: Clock
) -> None:
    provider.person = {**ANN, "groups": ["tieout-support"]}
    assert "Support is let in for a time" in come_in(browser, provider).text(".problems")
    with joined.store.scope(None) as c:
        people.change_user(c, "ann.smith", expires_at=clock() + timedelta(days=1))
    assert come_in(browser, provider).status == 200
    clock.pass_by(timedelta(days=2))
    assert "Support is let in for a time" in come_in(browser, provider).text(".problems")


def test_a_new_key_of_the_provider_is_fetched_when_the_old_ones_are_old(joined: Console, provider: Provider) -> None:
    assert joined.single_sign_on is not None
    for again_after, wanted in ((3600.0, 403), (-1.0, 200)):
        app = application(joined)
        app.state.provider = Client(joined.single_sign_on, keys_again_seconds=again_after)
        browser = Browser(app)
        provider.key = Key("old")
        assert come_in(browser, provider).status == 200
        provider.key = Key("new")
        assert come_in(browser, provider).status == wanted
        browser.close()


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "ftp://evil.example/keys"},
        {"authorization_endpoint": None},
    ],
)
def test_a_discovery_document_that_cannot_be_trusted_sends_nobody_anywhere(
    browser: Browser, provider: Provider, document: Claims
) -> None:
    provider.document = document
    page = browser.get("/sign-in/sso", follow=False)
    assert page.status == 503
    assert "does not answer" in page.text(".problems")
    assert "location" not in page.headers


def test_while_the_provider_is_down_the_sign_in_says_so_and_works_again_after(
    browser: Browser, provider: Provider
) -> None:
    provider.is_down = True
    assert browser.get("/sign-in/sso", follow=False).status == 503
    provider.is_down = False
    address = provider.authorise(leave(browser))
    provider.is_down = True
    assert back(browser, address).status == 403
    provider.is_down = False
    assert come_in(browser, provider).status == 200


def test_passwords_can_be_kept_for_the_few_who_are_named(joined: Console) -> None:
    assert joined.single_sign_on is not None
    few = replace(joined, single_sign_on=replace(joined.single_sign_on, passwords_for=frozenset({"olive"})))
    add_person(few.store, "olive", Role.ADMINISTRATOR)
    add_person(few.store, "ben", Role.FINANCE)
    browser = Browser(build(few))
    refusals = [
        browser.submit(browser.get("/sign-in"), "form", name=name, password=password)
        for name, password in (("ben", PASSWORD), ("olive", "wrong wrong wrong"), ("nobody", PASSWORD))
    ]
    assert {(page.status, page.text(".problems li")) for page in refusals} == {
        (422, "The name or the password is not right, or this person signs in elsewhere.")
    }
    assert browser.submit(browser.get("/sign-in"), "form", name="olive", password=PASSWORD).status == 200
    browser.close()


def test_without_a_provider_there_is_no_way_to_one(console: Console) -> None:
    browser = Browser(build(console))
    assert browser.get("/sign-in/sso").status == 404
    assert browser.get("/sign-in/sso/back?state=x").status == 404
    assert browser.get("/sign-in").links("a[href*='sso']") == []
    browser.close()


def test_nobody_is_sent_to_another_site_after_they_come_back(browser: Browser, provider: Provider) -> None:
    address = provider.authorise(leave(browser, "/sign-in/sso?next=//evil.example"))
    assert back(browser, address, follow=False).headers["location"] == "/"


def test_no_secret_stands_in_what_is_shown_of_the_settings(joined: Console) -> None:
    assert SECRET not in repr(joined.single_sign_on)
