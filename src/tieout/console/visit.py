"""One request of somebody signed in: who they are, what they may see, and how they are answered."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import HTTPException, Path, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from tieout.console.parts import Console
from tieout.console.templating import render
from tieout.domain.people import Actor, Permission
from tieout.processes.people import signing_in
from tieout.store import people
from tieout.store.people import Session, User
from tieout.store.store import Connection

Found = TypeVar("Found")
FORM_FIELDS_MAX = 20_000
_UTF_8 = re.compile(r"((?!charset).)*(charset=\"?utf-8\"?((?!charset).)*)?", re.IGNORECASE)
"""The type of a form in the letters of our pages: another charset makes texts that no database keeps."""
RecordNumber = Annotated[int, Path(ge=1, lt=2**63)]
"""The number of a record in an address, no larger than the database counts."""


class SignInNeeded(Exception):  # noqa: N818 - an answer rather than an error
    """Nobody is signed in; they are sent to the sign-in and come back."""


class PasswordNeeded(Exception):  # noqa: N818 - an answer rather than an error
    """Somebody came with a password that another gave; they choose their own before anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something to put right in a form: which field, and what."""

    field: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody signed in, asking for one page."""

    request: Request
    console: Console
    actor: Actor
    user: User
    session: Session
    company: str | None
    """The company that the page is limited to; None for all that there are."""

    @contextmanager
    def scope(self) -> Iterator[Connection]:
        """Give a transaction that sees what the visitor may see on this page."""
        with self.console.store.scope(self.company) as c:
            yield c

    def find(self, look: Callable[[Connection], Found | None]) -> Found:
        """The record that `look` finds in a company that the visitor may see; 404 when there is none."""
        found = self.console.find(self.actor, look)
        if found is None:
            raise HTTPException(404)
        return found

    def may(self, permission: Permission | str) -> bool:
        """Say whether the visitor may do one thing; templates ask the same."""
        return self.actor.may(Permission(permission))

    def without_empty_fields(self) -> Response | None:
        """Send on to the address without the empty fields that a form sends all the same; None when it has none."""
        asked = self.request.query_params
        if "" not in asked.values():
            return None
        kept = urlencode([(name, value) for name, value in asked.multi_items() if value])
        return RedirectResponse(self.request.url.path + (f"?{kept}" if kept else ""), status_code=303)

    @property
    def is_partial(self) -> bool:
        """Say whether htmx asks for a part of the page that is on screen already."""
        headers = self.request.headers
        return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"

    def page(
        self,
        template: str,
        *,
        partial: str | None = None,
        status: int = 200,
        problems: Sequence[Problem] = (),
        **context: Any,  # noqa: ANN401 - what the template needs
    ) -> Response:
        """A whole page, or the part of it that htmx asked for."""
        name = partial if partial is not None and self.is_partial else template
        flash = None if name == partial else self._take_flash()
        answer = render(
            self.request, name, {"visit": self, "flash": flash, "problems": list(problems), **context}, status=status
        )
        if partial is not None:
            answer.headers.append("Vary", "HX-Request")
        return answer

    def done(self, said: str, *, to: str, tone: str = "good") -> Response:
        """Go on to another page, which says once what was done; `tone` is good, warn or bad."""
        with self.console.store.scope(None) as c:
            people.set_flash(c, self.session.id_hash, {"said": said, "tone": tone})
        if self.request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={"HX-Redirect": to})
        return RedirectResponse(to, status_code=303)

    def _take_flash(self) -> Mapping[str, str] | None:
        if not isinstance(self.session.flash, dict):
            return None
        with self.console.store.scope(None) as c:
            people.set_flash(c, self.session.id_hash, None)
        return {str(name): str(value) for name, value in self.session.flash.items()}


def need(permission: Permission | None, *, with_temporary_password: bool = False) -> Callable[[Request], Visit]:
    """A dependency that lets in whoever has a permission; None lets in everybody who is signed in.

    Somebody with a temporary password is sent to choose their own, but where the route takes them as they are.
    """

    def visit(request: Request) -> Visit:
        found = visit_of(request)
        if found is None:
            raise SignInNeeded
        if found.user.temporary_until is not None and not with_temporary_password:
            raise PasswordNeeded
        if permission is not None and not found.actor.may(permission):
            raise HTTPException(403)
        return found

    visit.permission = permission  # type: ignore[attr-defined]  # read by the test that walks the routes
    return visit


def visit_of(request: Request) -> Visit | None:
    """Who is signed in with this browser, or None."""
    console: Console = request.app.state.console
    secret = request.cookies.get(console.cookie, "")
    running = signing_in.session_of(console.store, secret, lasting=console.lasting, now=console.clock())
    if running is None:
        return None
    session, user = running
    actor = signing_in.actor_of(user)
    return Visit(
        request=request,
        console=console,
        actor=actor,
        user=user,
        session=session,
        company=_company(request, console, actor),
    )


def _company(request: Request, console: Console, actor: Actor) -> str | None:
    """The company of the address; somebody who may see only some is never shown all at once."""
    asked = request.query_params.get("company", "")
    if asked and asked != "*":
        if not actor.sees(asked):
            raise HTTPException(403)
        if asked not in console.companies:
            raise HTTPException(404)
        return asked
    return actor.companies[0] if actor.companies else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What a form sent."""

    form: FormData

    def text(self, name: str, default: str = "") -> str:
        """One field, stripped; NUL characters are left out, which no database keeps."""
        value = self.form.get(name, default)
        return value.replace("\0", "").strip() if isinstance(value, str) else default

    def texts(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value.replace("\0", "").strip() for value in self.form.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> tuple[str, bytes] | None:
        """Name and content of an uploaded file; None when none was chosen."""
        value = self.form.get(name)
        if not isinstance(value, UploadFile) or not value.filename:
            return None
        return value.filename, value.file.read()

    def as_dict(self) -> dict[str, str]:
        """The last text of every field, to show a form again as it was filled in."""
        return {name: value for name, value in self.form.multi_items() if isinstance(value, str)}


async def posted(request: Request) -> AsyncIterator[Fields]:
    """A dependency: the fields of a form that was posted; files are let go with the answer."""
    if not _UTF_8.fullmatch(request.headers.get("content-type", "")):
        raise HTTPException(400)
    form = await request.form(max_files=1, max_fields=FORM_FIELDS_MAX)
    try:
        yield Fields(form=form)
    finally:
        await form.close()


def sign_in_address(request: Request) -> str:
    """Where to sign in, coming back to the page that was asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = "" if request.method not in {"GET", "HEAD"} or wanted == "/" else f"?next={quote(wanted, safe='/')}"
    return f"/sign-in{back}"
