"""People who may sign in, their sessions, and sign-ins that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from tieout.store.connection import lock_number
from tieout.store.rows import Json, columns_of, read, read_all, read_maybe
from tieout.store.tables import sessions, sign_in_failures, sign_in_hops, users


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One person."""

    name: str
    display_name: str
    email: str
    roles: Sequence[str]
    companies: Sequence[str]
    password_hash: str | None = field(repr=False)
    subject: str | None
    state: str
    created_at: datetime
    password_set_at: datetime | None
    temporary_until: datetime | None
    """When a password that somebody else gave ends; None once its owner has chosen one."""
    last_sign_in_at: datetime | None
    expires_at: datetime | None
    preferences: dict[str, Any]

    def is_active(self, at: datetime) -> bool:
        """Say whether they may sign in now."""
        return self.state == "active" and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One sign-in of one person with one browser."""

    id_hash: str
    user_name: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    flash: Json
    ended_at: datetime | None
    ended_by: str | None


_USER: Final = columns_of(users, User)
_SESSION: Final = columns_of(sessions, Session)
_GIVING_ACCESS: Final = lock_number("people", "access")


def add_user(  # noqa: PLR0913 - one keyword per column
    c: Connection,
    *,
    name: str,
    display_name: str,
    email: str,
    roles: Sequence[str],
    companies: Sequence[str],
    password_hash: str | None,
    subject: str | None,
    at: datetime,
    expires_at: datetime | None = None,
    temporary_until: datetime | None = None,
) -> User | None:
    """Make a user; None when the name is taken, by a closed user too."""
    if user(c, name) is not None:
        return None
    values: dict[str, object] = {
        "name": name,
        "display_name": display_name,
        "email": email,
        "roles": list(roles),
        "companies": list(companies),
        "password_hash": password_hash,
        "subject": subject,
        "created_at": at,
        "password_set_at": at if password_hash else None,
        "temporary_until": temporary_until,
        "expires_at": expires_at,
        "preferences": {},
    }
    return read(User, c.execute(insert(users).values(values).returning(*_USER)).one())


def user(c: Connection, name: str) -> User | None:
    """Return one user, or None."""
    return read_maybe(User, c.execute(select(*_USER).where(users.c.name == name)).first())


def user_of_subject(c: Connection, subject: str) -> User | None:
    """Return the user of a single sign-on, or None."""
    return read_maybe(User, c.execute(select(*_USER).where(users.c.subject == subject)).first())


def all_users(c: Connection) -> list[User]:
    """Return every user, closed ones too, by name."""
    return read_all(User, c.execute(select(*_USER).order_by(users.c.name)))


def in_turn(c: Connection) -> None:
    """Wait until nobody else gives or takes access: who is the last administrator must not change meanwhile."""
    c.execute(select(func.pg_advisory_xact_lock(_GIVING_ACCESS)))


def change_user(c: Connection, name: str, **cells: Any) -> User | None:  # noqa: ANN401 - any column
    """Change columns of a user; None when there is none of that name."""
    statement = update(users).where(users.c.name == name).values(**cells)
    return read_maybe(User, c.execute(statement.returning(*_USER)).first())


def open_session(
    c: Connection, *, id_hash: str, user_name: str, at: datetime, expires_at: datetime, address: str, agent: str
) -> Session:
    """Begin a session."""
    values = {
        "id_hash": id_hash,
        "user_name": user_name,
        "created_at": at,
        "last_seen_at": at,
        "expires_at": expires_at,
        "address": address,
        "agent": agent,
    }
    return read(Session, c.execute(insert(sessions).values(values).returning(*_SESSION)).one())


def session(c: Connection, id_hash: str) -> Session | None:
    """Return one session, or None."""
    return read_maybe(Session, c.execute(select(*_SESSION).where(sessions.c.id_hash == id_hash)).first())


def sessions_of(c: Connection, user_name: str) -> list[Session]:
    """Return the sessions of a user that have not ended, newest first."""
    query = select(*_SESSION).where(sessions.c.user_name == user_name, sessions.c.ended_at.is_(None))
    return read_all(Session, c.execute(query.order_by(sessions.c.created_at.desc())))


def running_sessions(c: Connection) -> dict[str, int]:
    """Count the sessions that nobody has ended, by user."""
    counted = select(sessions.c.user_name, func.count()).where(sessions.c.ended_at.is_(None))
    return {str(name): int(count) for name, count in c.execute(counted.group_by(sessions.c.user_name))}


def see_session(c: Connection, id_hash: str, at: datetime) -> None:
    """Note that a session was used."""
    c.execute(update(sessions).where(sessions.c.id_hash == id_hash).values(last_seen_at=at))


def set_flash(c: Connection, id_hash: str, flash: Json) -> None:
    """Keep what the session's next page is to say; None takes it away."""
    c.execute(update(sessions).where(sessions.c.id_hash == id_hash).values(flash=flash))


def end_sessions(
    c: Connection, *, user_name: str | None = None, id_hash: str | None = None, but: str = "", by: str, at: datetime
) -> int:
    """End the sessions of a user, or one session, but one; returns how many were running."""
    assert user_name is not None or id_hash is not None, "whose sessions?"
    statement = update(sessions).where(sessions.c.ended_at.is_(None), sessions.c.id_hash != but)
    if user_name is not None:
        statement = statement.where(sessions.c.user_name == user_name)
    if id_hash is not None:
        statement = statement.where(sessions.c.id_hash == id_hash)
    return c.execute(statement.values(ended_at=at, ended_by=by)).rowcount


def keep_hop(c: Connection, *, id_hash: str, next_page: str, at: datetime, stale: datetime) -> None:
    """Keep that somebody went to sign in elsewhere; those who went before `stale` are forgotten."""
    c.execute(delete(sign_in_hops).where(sign_in_hops.c.at < stale))
    c.execute(insert(sign_in_hops).values(id_hash=id_hash, next_page=next_page, at=at))


def take_hop(c: Connection, id_hash: str, *, stale: datetime) -> str | None:
    """Where somebody who comes back wanted to go, once; None for who did not go, was too slow or came back before."""
    taken = delete(sign_in_hops).where(sign_in_hops.c.id_hash == id_hash, sign_in_hops.c.at >= stale)
    return c.execute(taken.returning(sign_in_hops.c.next_page)).scalar_one_or_none()


def note_failure(c: Connection, *, name: str, address: str, at: datetime) -> None:
    """Note a sign-in that failed."""
    c.execute(insert(sign_in_failures).values(name=name, address=address, at=at))


def guess_in_turn(c: Connection, name: str) -> None:
    """Wait until nobody else's attempt at this name is being counted."""
    c.execute(select(func.pg_advisory_xact_lock(lock_number("sign-in", name))))


def failures_since(c: Connection, *, name: str, address: str, since: datetime) -> tuple[int, int]:
    """Count failures since a time: of the name, and from the address."""
    counted = select(
        func.count().filter(sign_in_failures.c.name == name),
        func.count().filter(sign_in_failures.c.address == address),
    ).where(
        sign_in_failures.c.at >= since,
        or_(sign_in_failures.c.name == name, sign_in_failures.c.address == address),
    )
    by_name, by_address = c.execute(counted).one()
    return int(by_name), int(by_address)


def forget_failures(c: Connection, *, name: str = "", before: datetime | None = None) -> None:
    """Forget the failures of a name, after it signed in, or all that are older than a time."""
    if name:
        c.execute(delete(sign_in_failures).where(sign_in_failures.c.name == name))
    if before is not None:
        c.execute(delete(sign_in_failures).where(sign_in_failures.c.at < before))
