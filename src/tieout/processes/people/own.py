"""What people do to their own user: their password, how the pages look to them, and where they are signed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tieout.processes.desk import NotPossible
from tieout.processes.people import access_rules as rules
from tieout.processes.people.signing_in import (
    GUESSES_BY_NAME,
    GUESSING_WINDOW,
    WeakPassword,
    is_password_of,
    password_hash,
)
from tieout.store import Store, audit, people
from tieout.store.people import Session, User
from tieout.store.rows import Json
from tieout.store.store import Connection

PREFERENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "theme": ("", "light", "dark"),
    "density": ("", "compact", "comfortable"),
    "shortcuts": ("", "off"),
}
"""Each preference with what it may be; the first, empty, is as the system has it."""
NAME_LETTERS_TOLD: Final = 4
"""A name this short stands in many a good password by chance."""


def change_password(store: Store, user: User, session: Session, *, old: str, new: str, now: datetime) -> None:
    """Choose a new password, proved by the old one; one's other sessions end.

    Raises `NotPossible` for a wrong old password and for a new one that cannot be taken.
    """
    if user.password_hash is None:
        raise NotPossible("You sign in elsewhere: change your password there.")
    _check_guesses(store, user, session, old, now)
    if old == new:
        raise NotPossible("The new password is the old one: choose another.")
    try:
        hashed = password_hash(new)
    except WeakPassword as error:
        raise NotPossible(str(error)) from None
    if len(user.name) >= NAME_LETTERS_TOLD and user.name in new.lower():
        raise NotPossible("The password holds your name: choose another.")
    with store.scope(None) as c:
        people.forget_failures(c, name=user.name)
        people.change_user(c, user.name, password_hash=hashed, password_set_at=now, temporary_until=None)
        ended = people.end_sessions(c, user_name=user.name, but=session.id_hash, by=user.name, at=now)
        _note(c, user, "user.password_changed", None, {"sessions ended": ended}, now)


def change_preferences(store: Store, user: User, chosen: Mapping[str, str], *, now: datetime) -> User:
    """Keep how the pages look to somebody; what they may not choose is left out."""
    taken = {name: value for name, value in chosen.items() if value in PREFERENCES.get(name, ())}
    kept = {**user.preferences, **taken}
    with store.scope(None) as c:
        after = people.change_user(c, user.name, preferences=kept)
        assert after is not None, "users are never deleted"
        if kept != user.preferences:
            _note(c, user, "user.preferences", user.preferences, kept, now)
    return after


def change_details(store: Store, user: User, *, display_name: str, email: str, now: datetime) -> User:
    """Change one's own name as others see it, and where mail goes; `NotPossible` for what cannot be."""
    if user.subject is not None:
        raise NotPossible("Your name and email come from where you sign in: change them there.")
    display_name, email = rules.checked_details(display_name, email)
    with store.scope(None) as c:
        after = people.change_user(c, user.name, display_name=display_name, email=email)
        assert after is not None, "users are never deleted"
        if rules.shown(user) != rules.shown(after):
            _note(c, user, "user.changed", rules.shown(user), rules.shown(after), now)
    return after


def end_own_session(store: Store, user: User, id_hash: str, *, now: datetime) -> bool:
    """End one of one's own sessions; False when it was not running or is somebody else's."""
    with store.scope(None) as c:
        if id_hash not in {one.id_hash for one in people.sessions_of(c, user.name)}:
            return False
        people.end_sessions(c, id_hash=id_hash, by=user.name, at=now)
        _note(c, user, "session.ended", None, {"by": user.name}, now)
    return True


def _check_guesses(store: Store, user: User, session: Session, old: str, now: datetime) -> None:
    """Whoever sits down at somebody's open console must not be able to try passwords for long."""
    with store.scope(None) as c:
        failures, _ = people.failures_since(c, name=user.name, address="", since=now - GUESSING_WINDOW)
    if failures >= GUESSES_BY_NAME:
        raise NotPossible("Too many attempts. Wait a quarter of an hour, then try again.")
    if not is_password_of(user, old):
        with store.scope(None) as c:
            people.note_failure(c, name=user.name, address=session.address, at=now)
        raise NotPossible("The old password is not right.")


def _note(c: Connection, user: User, action: str, before: Json, after: Json, at: datetime) -> None:
    audit.append(
        c, company=None, who=user.name, action=action, subject=f"user {user.name}", before=before, after=after, at=at
    )
