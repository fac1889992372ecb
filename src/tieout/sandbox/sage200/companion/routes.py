"""The companion's HTTP contract, version 1: commands, the look by key, problem details."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tieout.sandbox.journal import journal_of
from tieout.sandbox.sage200.companion import commands
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import KeyConflictError, LockedError, NotFoundError, RefusedError
from tieout.sandbox.sage200.reading.reads import wire

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox

Act = Callable[[Books, Request, Any], object]
COMPANION_USER = "COMPANION"
PATHS = {
    "/returns/{subject:int}/receipts": "receive_return",
    "/returns/{subject:int}/credit-notes": "post_sop_credit_note",
    "/orders/{subject:int}/invoices": "post_sop_invoice",
    "/stock/write-ons": "write_on",
    "/stock/write-offs": "write_off",
    "/stock/issues": "issue",
    "/nominal/journals": "journal",
}
TITLES = {
    "refused": "Sage refused the command",
    "unauthorised": "The key or the company is not accepted",
    "not_found": "Not found",
    "key_conflict": "The key was used for something else",
    "locked": "A record is in use",
    "unavailable": "Sage does not answer",
}


def problem(kind: str, status: int, detail: str, **more: str) -> Response:
    """Return problem details of one type."""
    body = {"type": f"about:blank#{kind}", "title": TITLES[kind], "status": status, "detail": detail, **more}
    headers = {"Retry-After": "5"} if kind == "unavailable" else None
    return Response(json.dumps(body), status, headers, media_type="application/problem+json")


def companion_routes(system: Sage200Sandbox) -> list[Route]:
    """Return the routes of the companion beside one sandbox."""

    def route(path: str, method: str, act: Act) -> Route:
        async def endpoint(request: Request) -> Response:
            return await _answer(system, request, act)

        return Route(f"/companion/v1{path}", endpoint, methods=[method])

    def command(name: str) -> Act:
        return lambda books, request, body: commands.perform(
            books, name, int(request.path_params.get("subject", 0)), body
        )

    async def nothing(_: Request) -> Response:
        return problem("not_found", 404, "The companion has no such path.")

    return [
        route("/about", "GET", lambda _, __, ___: commands.ABOUT),
        route("/commands/{key}", "GET", lambda books, r, _: commands.look(books, r.path_params["key"])),
        *(route(path, "POST", command(name)) for path, name in PATHS.items()),
        Route("/companion/{path:path}", nothing, methods=["GET", "POST", "PUT", "DELETE"]),
    ]


async def _answer(system: Sage200Sandbox, request: Request, act: Act) -> Response:
    """Check the caller, act as the companion's own user, and tell refusals as problem details."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    known = hmac.compare_digest(key.encode(), system.companion_key.encode())
    books = _served(system, request.headers.get("x-company", ""))
    if scheme.lower() != "bearer" or not known or books is None:
        return problem("unauthorised", 401, "The companion key or the company is not accepted.")
    raw = await request.body()
    user, books.user, books.request = books.user, COMPANION_USER, journal_of(request)
    try:
        body = json.loads(raw, parse_float=Decimal) if request.method == "POST" else {}
        if not isinstance(body, dict):
            return problem("refused", 400, "The body must be a JSON object.")
        return Response(wire(act(books, request, body)), media_type="application/json")
    except LockedError as lock:
        locked = lock
    except RefusedError as refusal:
        return _problem_of(refusal)
    except (json.JSONDecodeError, UnicodeError) as error:
        return problem("refused", 400, f"The body is not valid JSON: {error}.")
    finally:
        books.user, books.request = user, None
    return await _in_use(system, locked)


def _served(system: Sage200Sandbox, company: str) -> Books | None:
    """Return the books of a company on the companion's own site: it stands beside a Professional server."""
    books = system.company(int(company)) if company.isdecimal() else None
    return books if books is not None and books.profile.site == system.books.profile.site else None


def _problem_of(refusal: RefusedError) -> Response:
    match refusal:
        case KeyConflictError():
            return problem("key_conflict", 409, refusal.message)
        case NotFoundError():
            return problem("not_found", 404, refusal.message)
        case _:
            return problem("refused", 400, refusal.message)


async def _in_use(system: Sage200Sandbox, lock: LockedError) -> Response:
    """Tell who is in the record; a lock that hangs is Sage not answering."""
    if lock.dress == "hang":
        await asyncio.sleep(system.temper.silence_seconds)
        return problem("unavailable", 503, "Sage does not answer.")
    return problem("locked", 423, lock.message, holder=lock.holder, record=lock.record)
