"""What every route of the control surface is made of: the company it means, the transaction, the person.

`?company=<id>` on any control route picks a company; without it the default company is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tieout.sandbox.estate import json_object
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import LockedError, RefusedError
from tieout.sandbox.sage200.reading.reads import wire

if TYPE_CHECKING:
    from tieout.sandbox.sage200.system import Sage200Sandbox

Body = dict[str, Any]
Act = Callable[[Request, Body], object]
DESKTOP_USER = "JBROWN"


def answer(value: object, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(wire(value), status, media_type="application/json")


def route(path: str, methods: dict[str, Act]) -> Route:
    """Return a route whose functions take the request and its JSON body and return a JSON value."""

    async def endpoint(request: Request) -> Response:
        body = await json_object(request) if request.method in {"POST", "PUT"} else {}
        try:
            return answer(methods[request.method](request, body))
        except LockedError as lock:
            return answer({"error": lock.message}, 423)
        except RefusedError as refusal:
            return answer({"error": refusal.message}, refusal.status)
        except (KeyError, ValueError, ArithmeticError) as error:
            return answer({"error": f"The body cannot be used: {type(error).__name__} {error}."}, 400)

    return Route(path, endpoint, methods=list(methods))


def chosen(system: Sage200Sandbox, request: Request) -> Books:
    """Return the books that a control request means; RefusedError when there is no such company."""
    asked = request.query_params.get("company")
    if asked is None:
        return system.books
    found = system.company(int(asked)) if asked.isdecimal() else None
    if found is None:
        raise RefusedError(f"There is no company {asked}; there are {', '.join(map(str, system.company_ids))}.")
    return found


def reading(system: Sage200Sandbox, ask: Callable[[Books, Request], object]) -> Act:
    """Return a route's function that looks into the chosen books."""
    return lambda request, _: ask(chosen(system, request), request)


def changing(system: Sage200Sandbox, change: Callable[[Books, Body], object]) -> Act:
    """Return a route's function that changes the chosen books in one transaction."""

    def act(request: Request, body: Body) -> object:
        books = chosen(system, request)
        with books.transaction():
            return change(books, body)

    return act


def by_hand(system: Sage200Sandbox, deed: Callable[[Books, Body], object]) -> Act:
    """Return a route's function that does something as a person in the desktop would, under that person's name."""

    def act(request: Request, body: Body) -> object:
        books = chosen(system, request)
        user, books.user = books.user, str(body.pop("user", DESKTOP_USER))
        books.locks.strikes, books.locks.acting = False, books.user
        entry = system.journal.begin("DESKTOP", request.url.path.rpartition("/")[2], f"user={books.user}")
        books.request = entry
        try:
            with books.transaction():
                done = deed(books, body)
        except RefusedError as refusal:
            entry.status = entry.acted_status = 423 if isinstance(refusal, LockedError) else refusal.status
            raise
        else:
            entry.status = entry.acted_status = 200
            return done
        finally:
            books.user, books.request = user, None
            books.locks.strikes, books.locks.acting = True, ""

    return act
