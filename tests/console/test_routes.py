"""Every route asks who is there and whether they may; the few that do not are named here with their reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount
from tests.console.browser import Browser
from tests.console.conftest import browsing
from tests.console.programs import make_token, program

from tieout.console.api.calls import TokenRoute
from tieout.console.api.document import PATH as OPENAPI
from tieout.console.api.problems import PROBLEM_TYPE, is_of_api
from tieout.console.app import application
from tieout.console.navigation import MENU
from tieout.console.parts import Console
from tieout.domain.people import PERMISSIONS, Permission, Role

PUBLIC = {
    ("GET", OPENAPI): "describes the API and holds nothing of any house",
    ("GET", "/sign-in"): "the form itself",
    ("POST", "/sign-in"): "proves who is there",
    ("GET", "/sign-in/sso"): "sends people to where they prove who they are",
    ("GET", "/sign-in/sso/back"): "takes the proof",
}
STATIC = {"/static", "/static/vendor"}
"""Files for everybody: styles and scripts."""
SIGNED_IN = {
    ("GET", "/"): "shows what each may see",
    ("POST", "/sign-out"): "everybody may leave",
    ("GET", "/still-here"): "keeps one's own session",
    **{("GET", f"/help{rest}"): "helps everybody" for rest in ("", "/words", "/faults", "/faults/{code}")},
    **dict.fromkeys(
        (
            ("GET", "/me"),
            ("POST", "/me"),
            ("POST", "/me/preferences"),
            ("GET", "/me/password"),
            ("POST", "/me/password"),
            ("POST", "/me/sessions"),
            ("POST", "/me/views"),
        ),
        "changes what is one's own",
    ),
}
"""Routes that need no permission but being signed in."""


def routes(console: Console) -> Iterator[tuple[str, str, Any]]:
    """Method, path and the dependency that guards it, of every route."""
    for context in iter_route_contexts(application(console).routes):
        route = context.original_route
        if isinstance(route, Mount):
            assert route.path in STATIC, f"{route.path} is served, and nothing asks who is there"
            continue
        assert isinstance(route, APIRoute), route
        guards = [one.call for one in route.dependant.dependencies if hasattr(one.call, "permission")]
        for method in route.methods or ():
            yield method, str(context.path), guards[0] if guards else None


def pages(console: Console) -> Iterator[tuple[str, str, Any]]:
    """The routes that browsers use."""
    return (found for found in routes(console) if not is_of_api(found[1]))


def endpoints(console: Console) -> Iterator[tuple[str, str, Any]]:
    """The routes that programs use."""
    return (found for found in routes(console) if is_of_api(found[1]) and found[:2] not in PUBLIC)


def filled(path: str) -> str:
    """A path with its names in the place of what they stand for: nonsense, but one address."""
    return path.replace(":path", "").replace("{", "").replace("}", "")


def test_every_route_but_the_named_ones_is_guarded_by_a_permission(console: Console) -> None:
    found = {(method, path): guard for method, path, guard in routes(console)}
    bare = {route for route, guard in found.items() if guard is None}
    assert bare == set(PUBLIC)
    unasked = {route for route, guard in found.items() if guard is not None and guard.permission is None}
    assert unasked == set(SIGNED_IN)


def test_nobody_gets_anything_but_the_sign_in_without_a_session(console: Console) -> None:
    with browsing(console) as browser:
        for method, path, _ in pages(console):
            if (method, path) in PUBLIC:
                continue
            answer = browser.client.request(method, filled(path), headers=browser.site, follow_redirects=False)
            assert answer.status_code == 303, (method, path, answer.status_code)
            assert answer.headers["location"].startswith("/sign-in"), (method, path)


@pytest.mark.parametrize("role", Role)
def test_each_role_is_refused_what_it_may_not_and_only_that(
    console: Console, visitor: Callable[..., Browser], role: Role
) -> None:
    browser = visitor(role)
    wrong = []
    for method, path, guard in pages(console):
        if guard is None or (method, path) in SIGNED_IN:
            continue
        answer = browser.client.request(method, filled(path), headers=browser.site, follow_redirects=False)
        is_refused = answer.status_code == 403
        if is_refused != (guard.permission not in PERMISSIONS[role]):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_programs_need_a_token_on_every_endpoint_and_a_cookie_is_none(
    console: Console, visitor: Callable[..., Browser]
) -> None:
    browser = visitor(*Role)
    for method, path, _ in endpoints(console):
        answer = browser.client.request(method, filled(path), headers=browser.site, follow_redirects=False)
        assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM_TYPE), (method, path)


@pytest.mark.parametrize("role", Role)
def test_a_token_is_refused_what_its_maker_or_its_scopes_do_not_allow_and_only_that(
    console: Console, role: Role
) -> None:
    makes_tokens = Permission.TOKENS_MAKE in PERMISSIONS[role]
    token = make_token(console, roles=(role,)) if makes_tokens else ""
    wrong = []
    with program(console, token) as asker:
        for method, path, guard in endpoints(console):
            headers = {"Authorization": f"Bearer {token}"}
            answer = asker.client.request(method, filled(path), headers=headers)
            wanted = guard.permission in PERMISSIONS[role] if makes_tokens else None
            if (answer.status_code == 401) != (wanted is None) or (answer.status_code == 403) != (wanted is False):
                wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_every_endpoint_looks_at_the_token_before_anything_that_was_sent(console: Console) -> None:
    application_routes = [context.original_route for context in iter_route_contexts(application(console).routes)]
    of_api = [one for one in application_routes if isinstance(one, APIRoute) and is_of_api(one.path)]
    assert {one.path for one in of_api if not isinstance(one, TokenRoute)} == {OPENAPI}
    with program(console, "") as asker:
        for method, path, _ in endpoints(console):
            headers = {"content-type": "application/json"}
            answer = asker.client.request(method, filled(path), content=b"{", headers=headers)
            assert answer.status_code == 401, (method, path)


def test_the_menu_leads_only_where_its_permission_lets_one_in(console: Console) -> None:
    guards = {(method, path): guard for method, path, guard in routes(console)}
    for entry in MENU:
        guard = guards.get(("GET", entry.address))
        assert guard is not None, f"the menu leads to {entry.address}, which is no page"
        assert guard.permission == entry.permission, entry.address


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_is_given_to_somebody(permission: Permission) -> None:
    assert any(permission in allowed for allowed in PERMISSIONS.values())
