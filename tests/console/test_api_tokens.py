"""The API lets in tokens, and nothing else; every refusal is a problem detail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.console.browser import Browser
from tests.console.conftest import Clock, add_person
from tests.console.programs import make_token, program

from tieout.console.parts import Console
from tieout.domain.people import Actor, Permission, Role
from tieout.processes.desk import NotPossible
from tieout.processes.people import api_tokens
from tieout.processes.people.api_tokens import PREFIX, WantedToken
from tieout.processes.people.signing_in import actor_of
from tieout.store import api_tokens as rows
from tieout.store import audit, people

ACCOUNTS = Permission.ACCOUNTS_SEE


def test_a_token_with_the_scope_is_let_in(console: Console) -> None:
    with program(console, make_token(console, ACCOUNTS)) as asker:
        answer = asker.get("/accounts")
    assert [one["name"] for one in answer["items"]] == ["sage"]
    assert answer["next"] is None


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer nonsense", f"Bearer {PREFIX}nonsense", "Basic YTpi", f"Bearer {PREFIX}\xe9"],
)
def test_without_a_token_that_holds_nobody_is_let_in(console: Console, authorization: str) -> None:
    with program(console, "") as asker:
        headers = [(b"authorization", authorization.encode("latin-1"))] if authorization else []
        answer = asker.client.get("/api/v1/accounts", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith('Bearer realm="tieout"')


def test_a_session_of_a_browser_opens_nothing_of_the_api(console: Console, visitor: Callable[..., Browser]) -> None:
    browser = visitor(Role.FINANCE)
    assert browser.get("/accounts").status == 200
    assert browser.get("/api/v1/accounts").status == 401
    assert browser.client.post("/api/v1/webhooks", headers=browser.site, json={}).status_code == 401
    del console


def test_a_token_opens_no_page(console: Console) -> None:
    with program(console, make_token(console)) as asker:
        headers = {"Authorization": f"Bearer {asker.token}"}
        answer = asker.client.get("/accounts", headers=headers, follow_redirects=False)
        posted = asker.client.post("/sign-out", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/accounts")
    assert posted.status_code == 403


def test_a_token_without_the_scope_is_refused_and_told_which(console: Console) -> None:
    with program(console, make_token(console, Permission.DOCUMENTS_SEE)) as asker:
        refused = asker.get("/accounts", status=403)
        headers = {"Authorization": f"Bearer {asker.token}"}
        challenge = asker.client.get("/api/v1/accounts", headers=headers).headers["www-authenticate"]
    assert refused["detail"] == "This needs the scope accounts.see."
    assert 'error="insufficient_scope", scope="accounts.see"' in challenge


def test_a_token_ends_by_itself(console: Console, clock: Clock) -> None:
    with program(console, make_token(console, ACCOUNTS, days=30)) as asker:
        clock.pass_by(timedelta(days=30) - timedelta(seconds=1))
        asker.get("/accounts")
        clock.pass_by(timedelta(seconds=1))
        asker.get("/accounts", status=401)


@pytest.mark.parametrize("change", [{"state": "closed"}, {"roles": ["auditor"]}, {"roles": []}])
def test_a_token_loses_what_its_maker_loses(console: Console, change: dict[str, object]) -> None:
    token = make_token(console, Permission.WEBHOOKS_EDIT, roles=(Role.INTEGRATION_OPERATOR,))
    with program(console, token) as asker:
        asker.get("/webhooks")
        with console.store.scope(None) as c:
            people.change_user(c, "robot", **change)
        asker.get("/webhooks", status=401 if change.get("state") else 403)


def test_a_token_loses_the_companies_that_its_maker_loses_and_never_sees_all_for_it(console: Console) -> None:
    with program(console, make_token(console, ACCOUNTS, only=("ACME",))) as asker:
        asker.get("/accounts", company="ACME")
        with console.store.scope(None) as c:
            people.change_user(c, "robot", companies=["BETA"])
        asker.get("/accounts", status=401)
        asker.get("/accounts", status=401, company="BETA")


def test_a_revoked_token_is_out_at_once(console: Console, clock: Clock) -> None:
    token = make_token(console, ACCOUNTS)
    with program(console, token) as asker:
        asker.get("/accounts")
        with console.store.scope(None) as c:
            (kept,) = rows.tokens(c)
            user = people.user(c, "robot")
        assert user is not None
        assert kept.last_used_at == clock()
        api_tokens.revoke(console.store, actor_of(user), kept.id, now=clock())
        asker.get("/accounts", status=401)
    with console.store.scope(None) as c:
        entries = audit.entries(c, subject=f"token {kept.id}")
    assert [entry.action for entry in entries] == ["token.revoked", "token.made"]
    assert token not in str(entries)


def test_the_database_keeps_nothing_that_opens_the_api(console: Console) -> None:
    token = make_token(console, ACCOUNTS)
    with console.store.scope(None) as c:
        (kept,) = rows.tokens(c)
    assert token not in repr(kept)
    assert len(kept.hint) < len(token) / 3
    with program(console, kept.token_hash) as asker:
        asker.get("/accounts", status=401)


@pytest.mark.parametrize(
    ("role", "wanted", "reason"),
    [
        (Role.WAREHOUSE, {"scopes": ["desk.see"]}, "does not allow API tokens"),
        (Role.FINANCE, {"scopes": ["audit.see"]}, "only what you may do yourself"),
        (Role.FINANCE, {"scopes": ["desk.see", "nonsense"]}, "only what you may do yourself"),
        (Role.FINANCE, {"scopes": []}, "Choose what the token may do"),
        (Role.FINANCE, {"scopes": ["tokens.make"]}, "only what you may do yourself"),
        (Role.FINANCE, {"days": 0}, "between 1 and 366 days"),
        (Role.FINANCE, {"days": 367}, "between 1 and 366 days"),
        (Role.FINANCE, {"name": " "}, "what the token is for"),
        (Role.FINANCE, {"name": "a\nb"}, "what the token is for"),
        (Role.FINANCE, {"companies": ["NOWHERE"]}, "no company NOWHERE"),
        (Role.FINANCE, {"companies": ["ACME"]}, "no company ACME"),
    ],
)
def test_nobody_makes_a_token_for_more_than_they_may(
    console: Console, role: Role, wanted: dict[str, object], reason: str
) -> None:
    actor = replace(_actor(console, role), companies=("BETA",))
    plain: dict[str, object] = {"name": "x", "scopes": ["desk.see"], "days": 30}
    with pytest.raises(NotPossible, match=reason):
        api_tokens.make(
            console.store,
            actor,
            WantedToken(**{**plain, **wanted}),  # type: ignore[arg-type]  # cells of a table
            now=console.clock(),
            companies=("ACME", "BETA"),
        )


def test_only_those_who_give_access_revoke_the_tokens_of_others(console: Console, clock: Clock) -> None:
    make_token(console, ACCOUNTS)
    with console.store.scope(None) as c:
        (kept,) = rows.tokens(c)
    with pytest.raises(NotPossible, match="no such token"):
        api_tokens.revoke(console.store, _actor(console, Role.FINANCE), kept.id, now=clock())
    revoked = api_tokens.revoke(console.store, _actor(console, Role.ADMINISTRATOR), kept.id, now=clock())
    assert revoked.revoked_by == "administrator"


def test_who_asks_too_often_waits_and_is_told_how_long(console: Console, clock: Clock) -> None:
    slow = replace(console, api_requests_per_minute=3)
    token, other = make_token(slow, ACCOUNTS), make_token(slow, ACCOUNTS, name="second")
    with program(slow, token) as asker:
        for _ in range(3):
            asker.get("/accounts")
        asker.get("/accounts", status=429)
        headers = {"Authorization": f"Bearer {token}"}
        assert asker.client.get("/api/v1/accounts", headers=headers).headers["retry-after"] == "20"
        replace(asker, token=other).get("/accounts")
        clock.pass_by(timedelta(seconds=19))
        asker.get("/accounts", status=429)
        clock.pass_by(timedelta(seconds=1))
        asker.get("/accounts")
        asker.get("/accounts", status=429)


def _actor(console: Console, role: Role) -> Actor:
    add_person(console.store, role.value, role)
    with console.store.scope(None) as c:
        user = people.user(c, role.value)
    assert user is not None
    return actor_of(user)
