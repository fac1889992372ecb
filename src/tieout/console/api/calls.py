"""One request of a program with a token: who it acts for, what it may see, and how lists are paged for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from tieout.console.api.limits import Buckets
from tieout.console.api.problems import Refusal
from tieout.console.parts import Console
from tieout.domain.people import Actor, Permission
from tieout.processes.people import api_tokens
from tieout.store import audit
from tieout.store.api_tokens import ApiToken
from tieout.store.store import Connection

Found = TypeVar("Found")
LIMIT_MAX: Final = 200
_SEAL_LETTERS: Final = 22
_BAD_CURSOR: Final = "The cursor is not one that this list gave to this token; begin without one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which part of a list is wanted."""

    cursor: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A program that asks."""

    request: Request
    console: Console
    actor: Actor
    token: ApiToken

    @contextmanager
    def scope(self, company: str | None) -> Iterator[Connection]:
        """Give a transaction that sees one company, or all where the token does; Refusal otherwise."""
        with self.console.store.scope(self.company(company)) as c:
            yield c

    def company(self, asked: str | None) -> str | None:
        """The company that is asked for, or the only one there is; None for all."""
        if asked is not None:
            if asked not in self.console.companies or not self.actor.sees(asked):
                raise Refusal(403, "The token does not see this company.")
            return asked
        if len(self.actor.companies) > 1:
            raise Refusal(422, "The token sees several companies: name one as the parameter `company`.")
        return self.actor.companies[0] if self.actor.companies else None

    def find(self, look: Callable[[Connection], Found | None]) -> Found:
        """The record that `look` finds in a company that the token sees; Refusal with 404 when there is none."""
        found = self.console.find(self.actor, look)
        if found is None:
            raise Refusal(404)
        return found

    def sealed(self, inner: str) -> str | None:
        """A place in this list as a cursor; None for the end of the list."""
        if not inner:
            return None
        packed = base64.urlsafe_b64encode(inner.encode()).decode().rstrip("=")
        return self._seal(packed) + packed

    def unsealed(self, cursor: str) -> str:
        """The place that a cursor of this list and token stands for; empty for the beginning."""
        if not cursor:
            return ""
        seal, packed = cursor[:_SEAL_LETTERS], cursor[_SEAL_LETTERS:]
        if not hmac.compare_digest(seal.encode(), self._seal(packed).encode()):
            raise Refusal(422, _BAD_CURSOR)
        return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()

    def number(self, cursor: str) -> int | None:
        """The number that a cursor of a list by numbers stands for; None for the beginning."""
        place = self.unsealed(cursor)
        return int(place) if place else None

    def _seal(self, packed: str) -> str:
        said = f"{self.request.url.path}\n{packed}".encode()
        made = hmac.new(self.token.token_hash.encode(), said, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made[:16]).decode().rstrip("=")


def paging(
    cursor: Annotated[
        str, Query(max_length=2000, description="The `next` of the page before; leave out to begin")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most")] = 50,
) -> Paging:
    """A dependency: which part of a list is wanted."""
    return Paging(cursor=cursor, limit=limit)


Paged = Annotated[Paging, Depends(paging)]


def need(permission: Permission) -> Callable[[Request], Call]:
    """A dependency that lets in a token which has a scope."""

    def called(request: Request) -> Call:
        """Whoever was let in by `TokenRoute`, before the body was read."""
        call: Call = request.state.call
        return call

    called.permission = permission  # type: ignore[attr-defined]  # read by the route, and by the test that walks routes
    return called


class TokenRoute(APIRoute):
    """A route that looks at the token before anything else: who may not ask learns nothing about what they sent."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Let in, then do as any route."""
        handle = super().get_route_handler()
        permission = permission_of(self)

        async def guarded(request: Request) -> Response:
            request.state.call = await run_in_threadpool(let_in, request, permission)
            return await handle(request)

        return guarded


def token_router(area: str) -> APIRouter:
    """A router of the API; its routes ask for a token."""
    return APIRouter(
        prefix="/api/v1", tags=[area], route_class=TokenRoute, generate_unique_id_function=lambda route: route.name
    )


def permission_of(route: APIRoute) -> Permission:
    """The scope that a route asks for."""
    guards = [one.call for one in route.dependant.dependencies if hasattr(one.call, "permission")]
    assert len(guards) == 1, f"{route.path} must take one Call"
    permission: Permission = getattr(guards[0], "permission")  # noqa: B009 - a function has it by `need`
    return permission


def let_in(request: Request, permission: Permission) -> Call:
    """Whoever asks, when their token holds, has the scope, and does not ask too often; Refusal otherwise."""
    console: Console = request.app.state.console
    buckets: Buckets = request.app.state.buckets
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Refusal(401, headers={"WWW-Authenticate": 'Bearer realm="tieout"'})
    found = api_tokens.bearer(console.store, secret.strip(), now=console.clock())
    if found is None:
        words = "The token is not known, has ended or was revoked."
        raise Refusal(401, words, headers={"WWW-Authenticate": 'Bearer realm="tieout", error="invalid_token"'})
    token, actor = found
    wait = buckets.take(token.id, console.clock())
    if wait:
        raise Refusal(429, headers={"Retry-After": str(wait)})
    if not actor.may(permission):
        challenge = f'Bearer realm="tieout", error="insufficient_scope", scope="{permission.value}"'
        raise Refusal(403, f"This needs the scope {permission.value}.", headers={"WWW-Authenticate": challenge})
    if request.method != "GET":
        _note(console, request, token)
    return Call(request=request, console=console, actor=actor, token=token)


def _note(console: Console, request: Request, token: ApiToken) -> None:
    """Say in the audit that a program asks for a change: the change itself names the person it acts for."""
    asked = {"method": request.method, "path": request.url.path[:300], "reference": request.scope["state"]["reference"]}
    with console.store.scope(None) as c:
        audit.append(
            c,
            company=None,
            who=token.user_name,
            action="token.used",
            subject=f"token {token.id}",
            before=None,
            after=asked,
            at=console.clock(),
        )
