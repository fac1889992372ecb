"""Every route asks who is there and whether they may; the few that do not are named here with their reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount
from tests.console.browser import Browser
from tests.console.conftest import browsing

from tieout.console.app import application
from tieout.console.navigation import MENU
from tieout.console.parts import Console
from tieout.domain.people import PERMISSIONS, Permission, Role

PUBLIC = {
    ("GET", "/sign-in"): "the form itself",
    ("POST", "/sign-in"): "proves who is there",
}
STATIC = {"/static", "/static/vendor"}
"""Files for everybody: styles and scripts."""
SIGNED_IN = {
    ("GET", "/"): "shows what each may see",
    ("POST", "/sign-out"): "everybody may leave",
    ("GET", "/still-here"): "keeps one's own session",
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


def test_every_route_but_the_named_ones_is_guarded_by_a_permission(console: Console) -> None:
    found = {(method, path): guard for method, path, guard in routes(console)}
    bare = {route for route, guard in found.items() if guard is None}
    assert bare == set(PUBLIC)
    unasked = {route for route, guard in found.items() if guard is not None and guard.permission is None}
    assert unasked == set(SIGNED_IN)


def test_nobody_gets_anything_but_the_sign_in_without_a_session(console: Console) -> None:
    with browsing(console) as browser:
        for method, path, _ in routes(console):
            if (method, path) in PUBLIC:
                continue
            filled = path.replace("{", "").replace("}", "")
            answer = browser.client.request(method, filled, headers=browser.site, follow_redirects=False)
            assert answer.status_code == 303, (method, path, answer.status_code)
            assert answer.headers["location"].startswith("/sign-in"), (method, path)


@pytest.mark.parametrize("role", Role)
def test_each_role_is_refused_what_it_may_not_and_only_that(
    console: Console, visitor: Callable[..., Browser], role: Role
) -> None:
    browser = visitor(role)
    wrong = []
    for method, path, guard in routes(console):
        if guard is None or (method, path) in SIGNED_IN:
            continue
        filled = path.replace("{", "").replace("}", "")
        answer = browser.client.request(method, filled, headers=browser.site, follow_redirects=False)
        is_refused = answer.status_code == 403
        if is_refused != (guard.permission not in PERMISSIONS[role]):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_the_menu_leads_only_where_its_permission_lets_one_in(console: Console) -> None:
    guards = {(method, path): guard for method, path, guard in routes(console)}
    for entry in MENU:
        guard = guards.get(("GET", entry.address))
        assert guard is not None, f"the menu leads to {entry.address}, which is no page"
        assert guard.permission == entry.permission, entry.address


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_is_given_to_somebody(permission: Permission) -> None:
    assert any(permission in allowed for allowed in PERMISSIONS.values())
