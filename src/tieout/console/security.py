"""What every answer carries and every request must pass: policy headers, own host, same origin, a number to quote."""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieout.console.api.problems import is_of_api, problem
from tieout.console.parts import Console

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_BYTES_MAX = 12_000_000


class Guard:
    """Refuses requests that no page of ours sends, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["reference"] = secrets.token_hex(6)
        answer = self._with_headers(scope, send)
        refusal = self._refusal(scope)
        if refusal:
            status, text = refusal
            refused = (
                problem(Request(scope), status, text) if is_of_api(scope["path"]) else PlainTextResponse(text, status)
            )
            await refused(scope, receive, answer)
            return
        await self._app(scope, _counted(receive), answer)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers, method, path = Headers(scope=scope), scope["method"], scope["path"]
        if not self._console.is_own_host(headers.get("host", "")):
            return 421, "This address is not set as [web] public_url, so the console does not answer here."
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > BODY_BYTES_MAX:
            return 413, "That is more than the console takes in at once (12 MB)."
        # The API knows tokens and no cookies: no other site can make a browser send a token.
        if method in SAFE or is_of_api(path):
            return None
        if not self._is_same_origin(headers):
            return 403, "This request did not come from a page of the console, so nothing was done."
        return None

    def _is_same_origin(self, headers: Headers) -> bool:
        """A browser says where a request comes from; one that says nothing must name our own origin."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = headers.get("origin")
        return origin is not None and self._console.is_own_origin(origin, headers.get("host", ""))

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        is_asset = scope["path"].startswith("/static/")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
                headers["X-Request-Id"] = scope["state"]["reference"]
                if self._console.is_secure:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                if not is_asset:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return answer


def _counted(receive: Receive) -> Receive:
    """A body that tells no length, or a wrong one, is counted as it comes."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY_BYTES_MAX:
            raise HTTPException(413)
        return message

    return counted
