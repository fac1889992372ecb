"""The vendor's application: keys that last a day, refusals, and the rooms of the API put together."""

from __future__ import annotations

import hmac
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tieout.sandbox.journal import journal_of
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.rows import RefusedError
from tieout.sandbox.mintsoft.wire import fields_of, result

Endpoint = Callable[[Request], Awaitable[Response]]
KEY_LIFE = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
ACTING_GETS = (
    "/cancel",
    "/markdespatched",
    "/confirm",
    "/bookin",
    "/bookinpartial",
    "/markpackandhold",
    "/markreleasepackandhold",
)


def acts(method: str, path: str, body: bytes) -> bool:
    """Say whether a request changes state: most state changes are GETs, and asking for a key is none."""
    del body
    plain = path.casefold().rstrip("/")
    if method in {"GET", "HEAD"}:
        return plain.endswith(ACTING_GETS)
    return plain != "/api/auth"


@dataclass(slots=True, kw_only=True)
class Keys:
    """API keys and until when they are good; None is for ever."""

    username: str
    password: str
    now: Callable[[], datetime]
    rng: random.Random
    good_until: dict[str, datetime | None] = field(default_factory=dict)

    def issue(self, username: str, password: str) -> str:
        """Return a new key for a day; empty for the wrong user or password."""
        right_name = hmac.compare_digest(username.encode(), self.username.encode())
        if not right_name or not hmac.compare_digest(password.encode(), self.password.encode()):
            return ""
        key = f"{self.rng.getrandbits(128):032x}"
        self.good_until[key] = self.now() + KEY_LIFE
        return key

    def accept(self, given: str) -> bool:
        """Say whether a key is known and has not expired."""
        known = [k for k in self.good_until if hmac.compare_digest(given.encode(), k.encode())]
        if not known:
            return False
        until = self.good_until[known[0]]
        return until is None or self.now() < until


class Gate:
    """Lets requests with a good key through, so many in a minute where the house says so."""

    def __init__(self, books: Books, keys: Keys) -> None:
        self._books = books
        self._keys = keys
        self._minute = (keys.now(), 0)

    def guarded(self, endpoint: Endpoint) -> Endpoint:
        """Check the key and the quota before the endpoint; a refusal of the house is a 200."""

        async def through(request: Request) -> Response:
            given = request.headers.get("ms-apikey", "")
            if not given and self._books.house.query_key:
                given = request.query_params.get("APIKey", "")
            if not self._keys.accept(given):
                raise HTTPException(401, "Authorization has been denied for this request.")
            if not self._take():
                raise HTTPException(429, "API calls quota exceeded.")
            try:
                return await endpoint(request)
            except RefusedError as error:
                return result(0, str(error), success=False)

        return through

    def _take(self) -> bool:
        most = self._books.house.requests_per_minute
        began, used = self._minute
        now = self._keys.now()
        if not timedelta(0) <= now - began < MINUTE:
            began, used = now, 0
        self._minute = began, used + 1
        return not most or used < most


def application(rooms: Sequence[Sequence[tuple[str, str, Endpoint]]], gate: Gate, keys: Keys) -> Starlette:
    """Return the application of all vendor paths; a room is a list of (method, path below /api/, endpoint)."""

    async def sign_in(request: Request) -> Response:
        given = await fields_of(request)
        key = keys.issue(given.text("Username"), given.text("Password"))
        if not key:
            raise HTTPException(401, "Invalid username or password.")
        journal_of(request).effect("key.issued", user=keys.username)
        return JSONResponse(key)

    routes: list[BaseRoute] = [Route("/api/Auth", sign_in, methods=["POST"])]
    for room in rooms:
        routes += [Route(f"/api/{path}", gate.guarded(endpoint), methods=[verb]) for verb, path, endpoint in room]
    return Starlette(routes=routes, exception_handlers={HTTPException: _refusal})


async def _refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Response(
        json.dumps({"Message": error.detail}), error.status_code, media_type="application/json; charset=utf-8"
    )
