"""Signing in and out with a password; staying signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from tieout.console.parts import Console
from tieout.console.templating import render
from tieout.console.visit import Fields, Problem, Visit, need, posted
from tieout.processes.people import signing_in

router = APIRouter()
Anybody = Annotated[Visit, Depends(need(None, with_temporary_password=True))]
Posted = Annotated[Fields, Depends(posted)]


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    """The form."""
    return sign_in_form(request, next_page=inside(request.query_params.get("next", "")))


@router.post("/sign-in")
def sign_in(request: Request, fields: Posted) -> Response:
    """Begin a session and go where the person wanted to go."""
    console: Console = request.app.state.console
    next_page = inside(fields.text("next"))
    try:
        begun = signing_in.sign_in(
            console.store,
            name=fields.text("name"),
            password=str(fields.form.get("password", "")),
            address=request.client.host if request.client else "",
            agent=request.headers.get("user-agent", ""),
            lasting=console.lasting,
            now=console.clock(),
            only=console.single_sign_on.passwords_for if console.single_sign_on else None,
        )
    except signing_in.NotSignedIn as error:
        status = 429 if isinstance(error, signing_in.TooManyGuesses) else 422
        return sign_in_form(request, next_page=next_page, name=fields.text("name"), problem=str(error), status=status)
    answer = RedirectResponse(next_page or "/", status_code=303)
    give_cookie(answer, console, begun.secret)
    return answer


@router.post("/sign-out")
def sign_out(visit: Anybody) -> Response:
    """End the session."""
    signing_in.sign_out(visit.console.store, visit.session, now=visit.console.clock())
    answer = RedirectResponse("/sign-in?out=1", status_code=303)
    answer.delete_cookie(visit.console.cookie, path="/", secure=visit.console.is_secure, httponly=True, samesite="lax")
    return answer


@router.get("/still-here")
def still_here(visit: Anybody) -> Response:
    """Keep the session: asked for by the warning before it ends."""
    del visit
    return Response(status_code=204)


def give_cookie(answer: Response, console: Console, secret: str) -> None:
    """Hand the session's secret to the browser; scripts cannot read it, other sites cannot send it."""
    answer.set_cookie(
        console.cookie,
        secret,
        max_age=int(console.lasting.longest.total_seconds()),
        path="/",
        secure=console.is_secure,
        httponly=True,
        samesite="lax",
    )


def sign_in_form(request: Request, *, next_page: str, name: str = "", problem: str = "", status: int = 200) -> Response:
    """The form, with what stood in the way of the last attempt."""
    problems = [Problem(field="name" if name else "", text=problem)] if problem else []
    context = {"next_page": next_page, "name": name, "problems": problems, "is_out": "out" in request.query_params}
    return render(request, "sign_in.html", context, status=status)


def inside(address: str) -> str:
    """The address if it is one of our own pages, else nothing: nobody is sent to another site."""
    is_inside = address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address
    return address if is_inside and address.isprintable() else ""
