"""Signing in with a password, and the sessions that come of it.

A session is an opaque random id that only the browser has; the database keeps its digest, so that sessions can be
listed and ended. Guessing is slowed down by name and by address, counted in the database so that several web
processes share the count.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from pwdlib import PasswordHash

from tieout.domain.people import Actor, Role
from tieout.store import Store, audit, people
from tieout.store.people import Session, User
from tieout.store.store import Connection

PASSWORD_LETTERS_MIN: Final = 12
GUESSES_BY_NAME: Final = 10
GUESSES_BY_ADDRESS: Final = 50
GUESSING_WINDOW: Final = timedelta(minutes=15)
SEEN_EVERY: Final = timedelta(minutes=1)

_HASHER: Final = PasswordHash.recommended()
_AT_A_TIME: Final = threading.BoundedSemaphore(2)
"""One verification takes 64 MB and a tenth of a second: more at once would only starve the pages."""


class NotSignedIn(Exception):  # noqa: N818 - a sentence for a person
    """The sign-in is refused; the text says why, and never whether the name exists."""


class TooManyGuesses(NotSignedIn):
    """Too many failures of late: wait."""


class WeakPassword(ValueError):  # noqa: N818 - a sentence for a person
    """The password cannot be taken; the text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session; `secret` is for the browser alone."""

    secret: str
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """How long sessions last."""

    idle: timedelta
    longest: timedelta


def password_hash(password: str) -> str:
    """The hash of a new password; `WeakPassword` when it is too short or far too long."""
    if len(password) < PASSWORD_LETTERS_MIN:
        raise WeakPassword(
            f"Choose a password of at least {PASSWORD_LETTERS_MIN} characters; a short sentence is fine."
        )
    if len(password) > 1000:
        raise WeakPassword("Choose a password of at most 1,000 characters.")
    with _AT_A_TIME:
        return _HASHER.hash(password)


def sign_in(  # noqa: PLR0913 - one keyword per fact
    store: Store,
    *,
    name: str,
    password: str,
    address: str,
    agent: str,
    lasting: Lasting,
    now: datetime,
    only: Collection[str] | None = None,
) -> SignedIn:
    """Begin a session for a name and its password; `NotSignedIn` in one sentence otherwise.

    `only` are the names that may use a password at all, where people sign in elsewhere; None lets everybody.
    """
    name = name.strip().lower()
    with store.scope(None) as c:
        people.guess_in_turn(c, name)
        by_name, by_address = people.failures_since(c, name=name, address=address, since=now - GUESSING_WINDOW)
        user = people.user(c, name)
        is_too_many = by_name >= GUESSES_BY_NAME or by_address >= GUESSES_BY_ADDRESS
        if not is_too_many:  # counted before it is looked at: guesses that come all at once are no fewer
            people.note_failure(c, name=name[:200], address=address, at=now)
    if is_too_many:
        raise TooManyGuesses("Too many attempts. Wait a quarter of an hour, then try again.")
    is_right = _is_right(password, user.password_hash if user is not None else None)
    if user is None or not is_right or not _may_use_password(user, only, now):
        elsewhere = ", or this person signs in elsewhere" if only is not None else ""
        raise NotSignedIn(f"The name or the password is not right{elsewhere}.")
    with store.scope(None) as c:
        people.forget_failures(c, name=name, before=now - timedelta(days=30))
        return begin_session(c, user, address=address, agent=agent, lasting=lasting, now=now, by="password")


def begin_session(
    c: Connection, user: User, *, address: str, agent: str, lasting: Lasting, now: datetime, by: str
) -> SignedIn:
    """Begin a session for somebody who has proved who they are, and note it in the audit."""
    secret = secrets.token_urlsafe(32)
    people.open_session(
        c,
        id_hash=digest(secret),
        user_name=user.name,
        at=now,
        expires_at=now + lasting.longest,
        address=address,
        agent=agent[:300],
    )
    people.change_user(c, user.name, last_sign_in_at=now)
    audit.append(
        c,
        company=None,
        who=user.name,
        action="session.began",
        subject=f"user {user.name}",
        before=None,
        after={"by": by, "address": address},
        at=now,
    )
    return SignedIn(secret=secret, user=user)


def session_of(store: Store, secret: str, *, lasting: Lasting, now: datetime) -> tuple[Session, User] | None:
    """The running session of a browser's secret, with its user; None when there is none any more."""
    if not secret:
        return None
    with store.scope(None) as c:
        session = people.session(c, digest(secret))
        user = people.user(c, session.user_name) if session is not None else None
        if session is None or user is None or not user.is_active(now):
            return None
        ends_at = min(session.expires_at, session.last_seen_at + lasting.idle)
        if session.ended_at is not None or now >= ends_at:
            return None
        if now - session.last_seen_at > SEEN_EVERY:
            people.see_session(c, session.id_hash, now)
    return session, user


def sign_out(store: Store, session: Session, *, now: datetime) -> None:
    """End a session."""
    with store.scope(None) as c:
        people.end_sessions(c, id_hash=session.id_hash, by=session.user_name, at=now)
        audit.append(
            c,
            company=None,
            who=session.user_name,
            action="session.ended",
            subject=f"user {session.user_name}",
            before=None,
            after={"by": session.user_name},
            at=now,
        )


def actor_of(user: User) -> Actor:
    """The person as somebody who acts."""
    known = {role.value for role in Role}
    return Actor(
        name=user.name,
        display_name=user.display_name,
        roles=tuple(Role(role) for role in user.roles if role in known),
        companies=tuple(user.companies),
    )


def digest(secret: str) -> str:
    """What the database keeps of a secret that is random already."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_password_of(user: User, password: str) -> bool:
    """Say whether this is the password of a user."""
    return _is_right(password, user.password_hash)


def _may_use_password(user: User, only: Collection[str] | None, now: datetime) -> bool:
    """Say whether somebody may come in with the password that is theirs."""
    is_past = user.temporary_until is not None and now >= user.temporary_until
    return user.is_active(now) and not is_past and (only is None or user.name in only)


def _is_right(password: str, kept: str | None) -> bool:
    with _AT_A_TIME:
        nobodys = _nobodys()  # made for known names too: the first answer of a process takes as long for everybody
        is_right = _HASHER.verify(password[:1000], kept or nobodys)
    return is_right and kept is not None


@cache
def _nobodys() -> str:
    """A hash that is verified where there is no such user, so that the answer takes as long."""
    return _HASHER.hash(secrets.token_hex())
