"""The vendor paths of the Sage 200 sandbox.

- /authorize, /oauth/token                    Sage ID (never misbehaves: it is another host than the API)
- /uk/sage200extra/accounts/v1/{resource}     the public API of the Professional companies
- /uk/sage200/accounts/v1/{resource}          the same of the Standard company
- /{resource}                                 the same of all of them
- /companion/v1/...                           the companion, with a bearer key of its own
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tieout.sandbox.journal import journal_of
from tieout.sandbox.sage200.companion.routes import companion_routes
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.profiles import BASES, PROFILES, Profile
from tieout.sandbox.sage200.company.refusals import LockedError, NoPathError, RefusedError
from tieout.sandbox.sage200.oauth import OAuthRefusalError
from tieout.sandbox.sage200.reading.access import check_allowed
from tieout.sandbox.sage200.reading.paths import address, read
from tieout.sandbox.sage200.reading.reads import wire
from tieout.sandbox.sage200.writes import READS_BY_POST, TAKE_LISTS, WRITES, order_record, perform
from tieout.sandbox.temper import TemperMiddleware

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]
_AS_JSON: dict[str, Any] = {"media_type": "application/json"}
LOCKABLE = {"sop_orders": "order", "sop_returns": "return", "sop_quotes": "quote"}
DENIED = "Authorization has been denied for this request."


def message(status: int, text: str) -> Response:
    """Return an error as Sage does."""
    return Response(wire({"Message": text}), status, media_type="application/json")


def is_write(method: str, path: str, body: bytes) -> bool:
    """Say whether a request changes the books; two enquiries are posted and change nothing."""
    del body
    return method not in {"GET", "HEAD", "OPTIONS"} and path.rsplit("/", 1)[-1] not in READS_BY_POST


def sage_app(system: Sage200Sandbox, rng: random.Random) -> ASGIApp:
    """Return the application of one sandbox."""
    methods = ["GET", "POST", "PUT", "DELETE"]
    api = _Api(system)
    bases = {base: edition for edition, base in BASES.items()} | {"": ""}
    tempered = TemperMiddleware(
        Starlette(
            routes=[
                *companion_routes(system),
                *(Route(base + "/{path:path}", api.under(edition), methods=methods) for base, edition in bases.items()),
            ]
        ),
        lambda: system.temper,
        system.journal,
        rng,
        system.counts,
        is_write=is_write,
    )
    identity = Starlette(
        routes=[
            Route("/authorize", _authorize(system), methods=["GET"]),
            Route("/oauth/token", _token(system), methods=["POST"]),
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", "")).removeprefix(str(scope.get("root_path", "")))
        await (identity if path in {"/authorize", "/oauth/token"} else tempered)(scope, receive, send)

    return app


def _authorize(system: Sage200Sandbox) -> Any:  # noqa: ANN401  # an endpoint
    async def endpoint(request: Request) -> Response:
        try:
            return RedirectResponse(system.identity.authorize(dict(request.query_params)), 302)
        except OAuthRefusalError as refusal:
            return Response(json.dumps(refusal.body), refusal.status, media_type="application/json")

    return endpoint


def _token(system: Sage200Sandbox) -> Any:  # noqa: ANN401  # an endpoint
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        entry = system.journal.begin("POST", "/oauth/token", "", hashlib.sha256(body).hexdigest())
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        try:
            answer, status = system.identity.token(form), 200
        except OAuthRefusalError as refusal:
            answer, status = dict(refusal.body), refusal.status
        entry.status = entry.acted_status = status
        return Response(json.dumps(answer), status, media_type="application/json")

    return endpoint


class _Api:
    """Serves the public API of one sandbox."""

    def __init__(self, system: Sage200Sandbox) -> None:
        self._system = system

    def under(self, edition: str) -> Endpoint:
        """Return the endpoint of one edition's base address; of every edition when it is empty."""

        async def endpoint(request: Request) -> Response:
            return await self._serve(request, edition)

        return endpoint

    async def _serve(self, request: Request, edition: str) -> Response:
        """Check the caller, then read or write; a refusal is {"Message": ...}."""
        words = [word for word in request.path_params["path"].split("/") if word]
        try:
            seen = self._seen(request)
            if words == ["sites"] and request.method == "GET":
                return Response(wire([p.as_site() for p in seen if edition in {"", p.site.edition}]), **_AS_JSON)
            books = self._books(request, seen, edition)
            check_allowed(books, request.method, words)
        except RefusedError as refusal:
            return message(refusal.status, refusal.message)
        raw = await request.body()
        books.request = journal_of(request)
        try:
            if request.method == "GET":
                answer = self._read(books, words, dict(request.query_params))
            else:
                answer = self._write(books, request.method, words, raw)
        except LockedError as lock:
            locked = lock
        except RefusedError as refusal:
            return message(refusal.status, refusal.message)
        else:
            return Response(b"" if answer is None else wire(answer), **_AS_JSON)
        finally:
            books.request = None
        return await self._locked(locked)

    def _seen(self, request: Request) -> list[Profile]:
        """Return the companies that the signed-in account can see; 401 when the token does not hold."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._system.identity.holds(token):
            raise RefusedError(DENIED, 401)
        return [p for p in PROFILES if self._system.identity.sees(p.company_id)]

    def _books(self, request: Request, seen: list[Profile], edition: str) -> Books:
        """Return the company that the headers choose; 401 when there is none, 404 at the other edition's address."""
        chosen = (request.headers.get("x-site", "").lower(), request.headers.get("x-company", ""))
        profile = next((p for p in seen if (p.site.id, str(p.company_id)) == chosen), None)
        if profile is None:
            raise RefusedError(DENIED, 401)
        if edition not in {"", profile.site.edition}:
            raise NoPathError
        books = self._system.company(profile.company_id)
        assert books is not None, f"no books of company {profile.company_id}"
        return books

    def _read(self, books: Books, words: list[str], params: dict[str, str]) -> object:
        at = address(words)
        answer = read(books, at, params)
        if "is_to_lock" in params.get("$expand", "") and at.key is not None and isinstance(answer, dict):
            kind = LOCKABLE.get(at.route)
            if kind is not None:
                answer["lock_id"] = order_record(books, kind, at.key)
        return answer

    def _write(self, books: Books, method: str, words: list[str], raw: bytes) -> object:
        at = address(words)
        if (method, at.route, at.key is not None) not in WRITES:
            raise NoPathError
        body: Any = {}
        if method != "DELETE":
            try:
                body = json.loads(raw, parse_float=Decimal)
            except ValueError as error:
                raise RefusedError("The request body is not valid JSON.") from error
            if isinstance(body, list) and (method, at.route, at.key) in TAKE_LISTS:
                body = {"records": body}
            if not isinstance(body, dict):
                raise RefusedError("The request body must be an object.")
        return perform(books, method, at.route, at.key or 0, body, at.parents)

    async def _locked(self, lock: LockedError) -> Response:
        """Show a record lock in its dress."""
        if lock.dress == "hang":
            await asyncio.sleep(self._system.temper.silence_seconds)
            return message(504, "Gateway timeout")
        return message(int(lock.dress), lock.message)
