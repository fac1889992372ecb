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
from tieout.sandbox.sage200.reading.catalogue import NESTED, RESOURCES
from tieout.sandbox.sage200.reading.enquiries import SINGLETONS, SITE, despatchable
from tieout.sandbox.sage200.reading.enumerations import TYPES
from tieout.sandbox.sage200.reading.reads import describe, read_list, read_one, wire
from tieout.sandbox.sage200.writes import READS_BY_POST, WRITES, order_record, perform
from tieout.sandbox.temper import TemperMiddleware

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox

BASE = "/uk/sage200extra/accounts/v1"
ID_DIGITS_MAX = 15
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
        books = self._system.books
        if words and words[0] in SINGLETONS:
            return _settings(SINGLETONS[words[0]](books), words)
        if len(words) == 1 and words[0] in TYPES:
            return TYPES[words[0]]
        if words == ["sop_confirm_despatch"]:
            return despatchable(books, params)
        if len(words) == 3 and (words[0], words[2]) in NESTED:
            name, link = NESTED[words[0], words[2]]
            read_one(books, RESOURCES[words[0]], _key(words[1]))
            return read_list(books, RESOURCES[name], params, under=(link, _key(words[1])))
        resource = RESOURCES.get(words[0]) if len(words) in {1, 2} else None
        if resource is None or resource.hidden or (len(words) == 2 and not resource.single):
            raise NoPathError
        if "$metadata" in params:
            return describe(resource)
        if len(words) == 1:
            return read_list(books, resource, params)
        return self._single(words[0], _key(words[1]), params)

    def _single(self, name: str, key: int, params: dict[str, str]) -> object:
        books = self._system.books
        answer = read_one(books, RESOURCES[name], key, params)
        if "is_to_lock" in params.get("$expand", "") and name in {"sop_orders", "sop_returns"}:
            kind = "order" if name == "sop_orders" else "return"
            answer["lock_id"] = order_record(books, kind, key)
        return answer

    def _write(self, method: str, words: list[str], raw: bytes) -> object:
        key = _key(words[1]) if len(words) == 2 else 0
        if len(words) not in {1, 2} or (method, words[0], bool(key)) not in WRITES:
            raise NoPathError
        body: Any = {}
        if method != "DELETE":
            try:
                body = json.loads(raw, parse_float=Decimal)
            except ValueError as error:
                raise RefusedError("The request body is not valid JSON.") from error
            if not isinstance(body, dict):
                raise RefusedError("The request body must be an object.")
        return perform(self._system.books, method, words[0], key, body)

    async def _locked(self, lock: LockedError) -> Response:
        """Show a record lock in its dress."""
        if lock.dress == "hang":
            await asyncio.sleep(self._system.temper.silence_seconds)
            return message(504, "Gateway timeout")
        return message(int(lock.dress), lock.message)


def _key(word: str) -> int:
    """Return an id of the path; a word that is none leads nowhere."""
    if not word.isdecimal() or len(word) > ID_DIGITS_MAX:
        raise NoPathError
    return int(word)


def _settings(answer: object, words: list[str]) -> object:
    """Return a worked-out answer; the record of a settings list when its id is asked for."""
    if len(words) == 1:
        return answer
    if len(words) == 2 and isinstance(answer, list) and answer[0].get("id") == _key(words[1]):
        return answer[0]
    raise NoPathError
