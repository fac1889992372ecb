"""Signing in, staying signed in, and being signed out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.console.browser import PASSWORD, Browser
from tests.console.conftest import Clock, add_person, browsing

from tieout.console.app import build
from tieout.console.parts import Console
from tieout.console.security import BODY_BYTES_MAX, POLICY
from tieout.domain.people import Role
from tieout.processes.people.signing_in import GUESSES_BY_NAME, WeakPassword, password_hash
from tieout.store import audit, people


def test_somebody_signs_in_and_comes_to_the_page_they_asked_for(console: Console) -> None:
    add_person(console.store, "ann", Role.FINANCE)
    with browsing(console) as browser:
        asked = browser.get("/accounts?company=ACME")
        assert asked.title == "Sign in to Tieout"
        page = browser.submit(asked, "form[action='/sign-in']", name="Ann ", password=PASSWORD)
    assert page.title == "Accounts"
    assert page.address.endswith("/accounts?company=ACME")


@pytest.mark.parametrize("name", ["ann", "nobody-of-this-name"])
def test_a_wrong_password_and_a_wrong_name_are_told_alike(console: Console, name: str) -> None:
    add_person(console.store, "ann", Role.FINANCE)
    with browsing(console) as browser:
        page = browser.submit(browser.get("/sign-in"), "form", name=name, password="wrong wrong wrong")
    assert page.status == 422
    assert page.text(".problems li") == "The name or the password is not right."
    assert "wrong wrong wrong" not in page.body
    assert page.text("title").startswith("Error:")


def test_guessing_is_stopped_even_for_the_right_password(console: Console, clock: Clock) -> None:
    add_person(console.store, "ann", Role.FINANCE)
    with browsing(console) as browser:
        form = browser.get("/sign-in")
        for _ in range(GUESSES_BY_NAME):
            assert browser.submit(form, "form", name="ann", password="a guess a guess").status == 422
        assert browser.submit(form, "form", name="ann", password=PASSWORD).status == 429
        clock.pass_by(timedelta(minutes=16))
        assert browser.submit(form, "form", name="ann", password=PASSWORD, follow=False).status == 303


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example"])
def test_nobody_is_sent_to_another_site_after_the_sign_in(console: Console, elsewhere: str) -> None:
    add_person(console.store, "ann", Role.FINANCE)
    with browsing(console) as browser:
        page = browser.post("/sign-in", {"name": "ann", "password": PASSWORD, "next": elsewhere}, follow=False)
    assert page.headers["location"] == "/"


def test_a_session_ends_when_nobody_uses_it_and_after_its_longest_time(
    clock: Clock, visitor: Callable[..., Browser]
) -> None:
    browser = visitor(Role.FINANCE)
    for _ in range(23):
        clock.pass_by(timedelta(minutes=30))
        assert browser.get("/accounts").title == "Accounts"
    clock.pass_by(timedelta(minutes=31))
    assert browser.get("/accounts").title == "Sign in to Tieout"
    browser.sign_in("finance")
    clock.pass_by(timedelta(minutes=61))
    assert browser.get("/accounts").title == "Sign in to Tieout"


def test_a_session_that_was_ended_elsewhere_is_over_at_once(
    console: Console, clock: Clock, visitor: Callable[..., Browser]
) -> None:
    browser = visitor(Role.FINANCE)
    with console.store.scope(None) as c:
        assert people.end_sessions(c, user_name="finance", by="admin", at=clock()) == 1
    assert browser.get("/accounts").title == "Sign in to Tieout"


@pytest.mark.parametrize("change", [{"state": "closed"}, {"expires_at": "now"}])
def test_a_closed_user_and_one_whose_time_is_over_are_out_at_once(
    console: Console, clock: Clock, visitor: Callable[..., Browser], change: dict[str, str]
) -> None:
    browser = visitor(Role.SUPPORT)
    cells = {name: clock() if value == "now" else value for name, value in change.items()}
    with console.store.scope(None) as c:
        people.change_user(c, "support", **cells)
    assert browser.get("/accounts").title == "Sign in to Tieout"
    page = browser.submit(browser.get("/sign-in"), "form", name="support", password=PASSWORD)
    assert page.status == 422


def test_signing_out_ends_the_session_on_the_server_too(console: Console, visitor: Callable[..., Browser]) -> None:
    browser = visitor(Role.FINANCE)
    secret = browser.client.cookies[console.cookie]
    page = browser.submit(browser.get("/accounts"), "form[action='/sign-out']")
    assert page.text(".flash") == "You are signed out."
    browser.client.cookies.set(console.cookie, secret)
    assert browser.get("/accounts").title == "Sign in to Tieout"


def test_what_the_database_keeps_of_a_session_opens_nothing(console: Console, visitor: Callable[..., Browser]) -> None:
    visitor(Role.FINANCE)
    with console.store.scope(None) as c:
        kept = people.sessions_of(c, "finance")[0].id_hash
    with browsing(console) as browser:
        browser.client.cookies.set(console.cookie, kept)
        assert browser.get("/accounts").title == "Sign in to Tieout"


def test_the_audit_names_who_signed_in_and_holds_no_secret(console: Console, visitor: Callable[..., Browser]) -> None:
    browser = visitor(Role.FINANCE)
    secret = browser.client.cookies[console.cookie]
    with console.store.scope(None) as c:
        entries = audit.entries(c, subject="user finance")
        assert audit.verify_chain(c, None) is None
    assert [entry.action for entry in entries] == ["session.began"]
    assert secret not in str(entries)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "null"},
        {},
    ],
)
def test_a_post_from_elsewhere_is_refused_before_anything_is_done(
    visitor: Callable[..., Browser], headers: dict[str, str]
) -> None:
    browser = visitor(Role.FINANCE)
    assert browser.client.post("/sign-out", headers=headers, follow_redirects=False).status_code == 403
    assert browser.get("/accounts").title == "Accounts"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}])
def test_a_post_from_a_page_of_ours_is_taken(visitor: Callable[..., Browser], headers: dict[str, str]) -> None:
    browser = visitor(Role.FINANCE)
    assert browser.client.post("/sign-out", headers=headers, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("told", ["with its length", "in pieces"])
def test_a_body_longer_than_the_limit_is_refused_however_it_is_sent(console: Console, told: str) -> None:
    body = b"name=" + b"a" * BODY_BYTES_MAX
    with browsing(console) as browser:
        headers = {**browser.site, "content-type": "application/x-www-form-urlencoded"}
        answer = browser.client.post(
            "/sign-in", content=body if told == "with its length" else iter([body]), headers=headers
        )
    assert answer.status_code == 413


def test_the_console_answers_only_to_its_own_name(console: Console) -> None:
    with browsing(console) as browser:
        assert browser.get("/sign-in", host="evil.example").status == 421


@pytest.mark.parametrize("address", ["/sign-in", "/static/tieout.css", "/nowhere", "/accounts"])
def test_every_answer_carries_the_policy(console: Console, address: str) -> None:
    with browsing(console) as browser:
        page = browser.get(address, follow=False)
    assert page.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert page.headers["x-content-type-options"] == "nosniff"
    assert (page.headers.get("cache-control") == "no-store") == (not address.startswith("/static"))


def test_over_https_the_cookie_is_bound_to_the_host_and_to_https(console: Console) -> None:
    secure = type(console)(
        **{
            **{name: getattr(console, name) for name in console.__dataclass_fields__},
            "public_url": "https://tieout.example",
        }
    )
    add_person(secure.store, "ann", Role.FINANCE)
    browser = Browser(build(secure), base="https://tieout.example")
    answer = browser.post("/sign-in", {"name": "ann", "password": PASSWORD}, follow=False)
    browser.close()
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-tieout=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"]


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_weak_password_is_refused_with_a_sentence(password: str) -> None:
    with pytest.raises(WeakPassword, match="characters"):
        password_hash(password)


def test_an_htmx_request_without_a_session_is_sent_to_the_sign_in_and_gets_no_form(console: Console) -> None:
    with browsing(console) as browser:
        page = browser.get("/accounts", follow=False, hx_request="true")
    assert (page.status, page.headers["hx-redirect"], page.body) == (401, "/sign-in?next=/accounts", "")


def test_a_part_is_the_same_as_in_the_whole_page(visitor: Callable[..., Browser]) -> None:
    browser = visitor(Role.FINANCE)
    whole, part = browser.get("/accounts"), browser.part("/accounts")
    assert part.text("table") == whole.text("#rows table") != ""
    assert "<html" not in part.body
    assert "HX-Request" in part.headers["vary"]
    assert "<html" in browser.get("/accounts", hx_request="true", hx_history_restore_request="true").body


def test_somebody_limited_to_one_company_sees_no_other(visitor: Callable[..., Browser]) -> None:
    browser = visitor(Role.FINANCE, companies=("BETA",))
    assert browser.get("/accounts").rows() == []
    assert browser.get("/accounts?company=ACME").status == 403
