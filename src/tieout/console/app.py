"""The console as one ASGI application: pages, static files, errors in plain words."""

from __future__ import annotations

from http import HTTPStatus
from importlib.resources import files
from pathlib import Path

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from tieout.console.api import document as api_document
from tieout.console.api import problems
from tieout.console.api import routers as api_routers
from tieout.console.api.limits import Buckets
from tieout.console.api.problems import Refusal, is_of_api, problem
from tieout.console.pages import ROUTERS
from tieout.console.parts import Console
from tieout.console.security import Guard
from tieout.console.templating import render
from tieout.console.visit import PasswordNeeded, SignInNeeded, Visit, sign_in_address, visit_of
from tieout.processes.desk import NotPossible

log = structlog.get_logger()

WORDS = {
    400: ("That could not be read", "The address or the form holds something that the console cannot read."),
    403: ("You may not do that", "Your role does not allow it. Somebody who gives access can change your roles."),
    404: ("Nothing is here", "The address is wrong, or the record is in a company that you do not see."),
    405: ("That cannot be done here", "Go back and use the buttons of the page."),
    413: ("That is too much at once", "The console takes in at most 12 MB."),
    422: ("That could not be read", "The address or the form holds something that the console cannot read."),
    429: ("Too many requests", "Wait a little, then try again."),
}


def build(console: Console) -> ASGIApp:
    """The guarded application."""
    return Guard(application(console), console)


def application(console: Console) -> FastAPI:
    """The application itself, with its routes, as the tests walk them."""
    app = FastAPI(title="Tieout console", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.console = console
    app.mount("/static/vendor", StaticFiles(directory=str(files("tieout_assets"))), name="vendor")
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    for router in (*ROUTERS, *api_routers.ROUTERS, api_document.router):
        app.include_router(router)
    app.state.buckets = Buckets(console.api_requests_per_minute)
    app.add_exception_handler(Refusal, _refused_program)
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    app.add_exception_handler(PasswordNeeded, _to_own_password)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(NotPossible, _not_possible)
    app.add_exception_handler(Exception, _broken)
    return app


async def _to_sign_in(request: Request, _needed: Exception) -> Response:
    """Never a sign-in form swapped into a table: htmx is sent to the page."""
    address = sign_in_address(request)
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


async def _refused_program(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(request, error.status, str(error), headers=error.headers)


async def _to_own_password(request: Request, _needed: Exception) -> Response:
    """A password that another gave opens one page only: where it is replaced."""
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": "/me/password"})
    return RedirectResponse("/me/password", status_code=303)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if is_of_api(request.url.path):
        return problems.of_http(request, error)
    title, text = WORDS.get(error.status_code, WORDS[400])
    own = error.detail if error.detail and error.detail != HTTPStatus(error.status_code).phrase else text
    return _error_page(request, error.status_code, title, own)


async def _unreadable(request: Request, error: Exception) -> Response:
    if is_of_api(request.url.path):
        assert isinstance(error, RequestValidationError)
        return problems.of_validation(request, error)
    return _error_page(request, 422, *WORDS[422])


async def _not_possible(request: Request, error: Exception) -> Response:
    if is_of_api(request.url.path):
        return problem(request, 409, str(error))
    return _error_page(request, 409, "That was not done", str(error))


async def _broken(request: Request, error: Exception) -> Response:
    """Our own fault: say that nothing is lost, and give a number to quote."""
    reference = request.scope.get("state", {}).get("reference", "")
    log.error("console.defect", path=request.url.path, reference=reference, exc_info=error)
    if is_of_api(request.url.path):
        return problem(request, 500)
    text = (
        "The console made a mistake while it answered. What you see elsewhere is safe, and what you sent was not "
        f"done in part. Try again; if it happens again, quote {reference}."
    )
    return _error_page(request, 500, "Something went wrong here", text)


def _error_page(request: Request, status: int, title: str, text: str) -> Response:
    return render(
        request,
        "error.html",
        {"visit": _visitor(request), "status": status, "title": title, "text": text},
        status=status,
    )


def _visitor(request: Request) -> Visit | None:
    """Who is signed in, for the menu of an error page; None when not even that can be known."""
    try:
        return visit_of(request)
    except Exception:  # noqa: BLE001 - an error page must come out whatever is broken
        return None
