"""Under one's own name: password, looks, keyboard, saved views, and where one is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tieout.console.role_words import ROLE_WORDS
from tieout.console.visit import Fields, Problem, Visit, need, posted
from tieout.processes.desk import NotPossible
from tieout.processes.people import own, views
from tieout.processes.people.signing_in import PASSWORD_LETTERS_MIN
from tieout.store import people, saved_views

router = APIRouter()
Anybody = Annotated[Visit, Depends(need(None))]
Newcomer = Annotated[Visit, Depends(need(None, with_temporary_password=True))]
Posted = Annotated[Fields, Depends(posted)]


@router.get("/me")
def me(visit: Anybody) -> Response:
    """Everything that is one's own."""
    return _page(visit)


@router.post("/me")
def change_details(visit: Anybody, fields: Posted) -> Response:
    """Change one's name as others see it, and where mail goes."""
    try:
        own.change_details(
            visit.console.store,
            visit.user,
            display_name=fields.text("display_name"),
            email=fields.text("email"),
            now=visit.console.clock(),
        )
    except NotPossible as error:
        return _page(visit, [Problem(field="display_name", text=str(error))], fields, status=422)
    return visit.done("Your name and email are kept.", to="/me")


@router.post("/me/preferences")
def change_preferences(visit: Anybody, fields: Posted) -> Response:
    """Choose how the pages look."""
    chosen = {name: fields.text(name) for name in own.PREFERENCES}
    own.change_preferences(visit.console.store, visit.user, chosen, now=visit.console.clock())
    return visit.done("The pages look as you chose.", to="/me")


@router.get("/me/password")
def password_page(visit: Newcomer) -> Response:
    """The form for a new password."""
    return _password_page(visit)


@router.post("/me/password")
def change_password(visit: Newcomer, fields: Posted) -> Response:
    """Choose a new password; one's other sessions end."""
    old, new = str(fields.form.get("old", "")), str(fields.form.get("new", ""))
    if new != str(fields.form.get("again", "")):
        return _password_page(visit, Problem(field="again", text="The two new passwords are not the same."))
    try:
        own.change_password(visit.console.store, visit.user, visit.session, old=old, new=new, now=visit.console.clock())
    except NotPossible as error:
        is_old = "old password is not right" in str(error)
        return _password_page(visit, Problem(field="old" if is_old else "new", text=str(error)))
    was_temporary = visit.user.temporary_until is not None
    return visit.done("Your password is changed; you are signed out elsewhere.", to="/" if was_temporary else "/me")


@router.post("/me/sessions")
def end_session(visit: Anybody, fields: Posted) -> Response:
    """End one of one's own sessions."""
    is_ended = own.end_own_session(visit.console.store, visit.user, fields.text("session"), now=visit.console.clock())
    return visit.done("That session is ended." if is_ended else "That session had ended already.", to="/me")


@router.post("/me/views")
def drop_view(visit: Anybody, fields: Posted) -> Response:
    """Forget one of one's saved views."""
    number = fields.text("view")
    if not number.isdecimal() or len(number) > 15:
        raise NotPossible("This view is gone already.")
    dropped = views.drop_view(visit.console.store, visit.actor, int(number), at=visit.console.clock())
    return visit.done(f"The view {dropped.name} is dropped.", to="/me")


def _page(
    visit: Visit, problems: list[Problem] | None = None, fields: Fields | None = None, *, status: int = 200
) -> Response:
    with visit.console.store.scope(None) as c:
        running = people.sessions_of(c, visit.user.name)
        kept = saved_views.of(c, user=visit.user.name, roles=[])
    user = visit.user
    filled = {"display_name": user.display_name, "email": user.email} | (fields.as_dict() if fields else {})
    return visit.page(
        "me/page.html",
        user=user,
        running=running,
        kept=kept,
        filled=filled,
        problems=problems or [],
        status=status,
        role_words=ROLE_WORDS,
    )


def _password_page(visit: Visit, problem: Problem | None = None) -> Response:
    return visit.page(
        "me/password.html",
        is_temporary=visit.user.temporary_until is not None,
        letters=PASSWORD_LETTERS_MIN,
        problems=[problem] if problem else [],
        status=422 if problem else 200,
    )
