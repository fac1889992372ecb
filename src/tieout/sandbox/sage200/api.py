"""The vendor paths of the Sage 200 sandbox.

- /authorize, /oauth/token                    Sage ID (never misbehaves: it is another host than the API)
- /uk/sage200extra/accounts/v1/{resource}     the public API; the same under /{resource}
- /companion/v1/...                           the companion, with a bearer key of its own
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
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
from tieout.sandbox.sage200.company.refusals import LockedError, NoPathError, RefusedError
from tieout.sandbox.sage200.oauth import OAuthRefusalError
from tieout.sandbox.sage200.reading.enquiries import SITE
from tieout.sandbox.sage200.reading.paths import address, read
from tieout.sandbox.sage200.reading.reads import wire
from tieout.sandbox.sage200.writes import READS_BY_POST, WRITES, order_record, perform
from tieout.sandbox.temper import TemperMiddleware

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox

BASE = "/uk/sage200extra/accounts/v1"
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
    tempered = TemperMiddleware(
        Starlette(
            routes=[
                *companion_routes(system),
                Route(BASE + "/{path:path}", api.serve, methods=methods),
                Route("/{path:path}", api.serve, methods=methods),
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

    async def serve(self, request: Request) -> Response:
        """Check the caller, then read or write; a refusal is {"Message": ...}."""
        words = [word for word in request.path_params["path"].split("/") if word]
        resource = words[0] if words else ""
        refused = self._refuse_caller(request, resource)
        if refused is not None:
            return refused
        raw = await request.body()
        books = self._system.books
        books.request = journal_of(request)
        try:
            if request.method == "GET":
                answer = self._read(words, dict(request.query_params))
            else:
                answer = self._write(request.method, words, raw)
        except LockedError as lock:
            locked = lock
        except RefusedError as refusal:
            return message(refusal.status, refusal.message)
        else:
            return Response(b"" if answer is None else wire(answer), media_type="application/json")
        finally:
            books.request = None
        return await self._locked(locked)

    def _refuse_caller(self, request: Request, resource: str) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._system.identity.holds(token):
            return message(401, DENIED)
        if resource == "sites":
            return None
        site, company = request.headers.get("x-site", ""), request.headers.get("x-company", "")
        if site.lower() != str(SITE["site_id"]) or company != str(SITE["company_id"]):
            return message(401, DENIED)
        if resource in self._system.books.setting("forbidden", "resources"):
            return message(403, "The user does not have access to this feature.")
        return None

    def _read(self, words: list[str], params: dict[str, str]) -> object:
        books, at = self._system.books, address(words)
        answer = read(books, at, params)
        if "is_to_lock" in params.get("$expand", "") and at.key is not None and isinstance(answer, dict):
            kind = {"sop_orders": "order", "sop_returns": "return"}.get(at.route)
            if kind is not None:
                answer["lock_id"] = order_record(books, kind, at.key)
        return answer

    def _write(self, method: str, words: list[str], raw: bytes) -> object:
        at = address(words)
        if (method, at.route, at.key is not None) not in WRITES:
            raise NoPathError
        body: Any = {}
        if method != "DELETE":
            try:
                body = json.loads(raw, parse_float=Decimal)
            except ValueError as error:
                raise RefusedError("The request body is not valid JSON.") from error
            if not isinstance(body, dict):
                raise RefusedError("The request body must be an object.")
        return perform(self._system.books, method, at.route, at.key or 0, body, at.parents)

    async def _locked(self, lock: LockedError) -> Response:
        """Show a record lock in its dress."""
        if lock.dress == "hang":
            await asyncio.sleep(self._system.temper.silence_seconds)
            return message(504, "Gateway timeout")
        return message(int(lock.dress), lock.message)
