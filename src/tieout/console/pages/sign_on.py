"""Signing in elsewhere: away to the provider, and back."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from tieout.console.pages.sign_in import give_cookie, inside, sign_in_form
from tieout.console.parts import Console, SingleSignOn
from tieout.console.sign_on import hop as hops
from tieout.console.sign_on.hop import Hop
from tieout.console.sign_on.provider import REFUSED, Provider
from tieout.processes.people.signing_in import NotSignedIn
from tieout.processes.people.signing_in_elsewhere import GroupRules, sign_in_elsewhere

router = APIRouter()
BACK = "/sign-in/sso/back"


@router.get("/sign-in/sso")
def leave(request: Request) -> Response:
    """Send the browser to the provider."""
    console, settings = _single_sign_on(request)
    hop = hops.leave(console.store, next_page=inside(request.query_params.get("next", "")), now=console.clock())
    try:
        address = _provider(request, settings).address(hop, back=_back(request, console))
    except NotSignedIn as error:
        return sign_in_form(request, next_page="", problem=str(error), status=503)
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        _cookie(console),
        hop.secret,
        max_age=int(hops.LASTS.total_seconds()),
        path="/",
        secure=console.is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(BACK)
def come_back(request: Request) -> Response:
    """Take the provider's answer, once, from the browser that was sent."""
    console, settings = _single_sign_on(request)
    try:
        hop, next_page = _arrived(request, console)
        known = _provider(request, settings).somebody(hop, request.query_params, back=_back(request, console))
        begun = sign_in_elsewhere(
            console.store,
            known,
            GroupRules(roles_of=settings.roles_of, companies_of=settings.companies_of),
            companies=console.companies,
            address=request.client.host if request.client else "",
            agent=request.headers.get("user-agent", ""),
            lasting=console.lasting,
            now=console.clock(),
        )
    except NotSignedIn as error:
        answer = sign_in_form(request, next_page="", problem=str(error), status=403)
    else:
        answer = RedirectResponse(next_page or "/", status_code=303)
        give_cookie(answer, console, begun.secret)
    answer.delete_cookie(_cookie(console), path="/", secure=console.is_secure, httponly=True, samesite="lax")
    return answer


def _arrived(request: Request, console: Console) -> tuple[Hop, str]:
    """The way that this answer ends, and where the person wanted to go; a way ends once, and only where it began."""
    hop = Hop(secret=request.cookies.get(_cookie(console), ""))
    is_theirs = hop.is_answered_by(request.query_params.get("state", ""))
    next_page = hops.come_back(console.store, hop.secret, now=console.clock()) if is_theirs else None
    if next_page is None:
        raise NotSignedIn(REFUSED)
    return hop, next_page


def _single_sign_on(request: Request) -> tuple[Console, SingleSignOn]:
    console: Console = request.app.state.console
    if console.single_sign_on is None:
        raise HTTPException(404)
    return console, console.single_sign_on


def _provider(request: Request, settings: SingleSignOn) -> Provider:
    """The one provider of this process: what it says of itself is kept."""
    state = request.app.state
    if not hasattr(state, "provider"):
        state.provider = Provider(settings)
    provider: Provider = state.provider
    return provider


def _back(request: Request, console: Console) -> str:
    """Where the provider sends people back to; it must know this address."""
    return (console.public_url or str(request.base_url).rstrip("/")) + BACK


def _cookie(console: Console) -> str:
    return "__Host-tieout-hop" if console.is_secure else "tieout-hop"
