"""Giving and taking access: who is let in, with which roles, to which companies, until when.

Nobody changes their own access, the last administrator stays, support is let in for a time only, and nobody gives
more than they have. Every act is one transaction with its audit entry, in which no secret ever stands.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tieout.domain.people import Actor, Permission
from tieout.processes.desk import NotPossible
from tieout.processes.people import access_rules as rules
from tieout.processes.people.access_rules import Access
from tieout.processes.people.signing_in import WeakPassword, password_hash
from tieout.store import Store, audit, people
from tieout.store.people import User
from tieout.store.store import Connection

TEMPORARY_LASTS: Final = timedelta(days=3)
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are read as one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A user as they are now, and the password to hand over once; None when they sign in elsewhere."""

    user: User
    password: str | None = field(default=None, repr=False)


def add_person(  # noqa: PLR0913 - one keyword per fact
    store: Store,
    giver: Actor,
    *,
    name: str,
    display_name: str,
    email: str,
    access: Access,
    companies: Collection[str],
    now: datetime,
    password: str | None = None,
) -> Given:
    """Let somebody in, with a temporary password that is given back once, unless one is handed in.

    `companies` are those there are. Either way they choose their own password at their first sign-in. Raises
    `NotPossible` in a sentence.
    """
    name = rules.checked_name(name)
    display_name, email = rules.checked_details(display_name or name, email)
    rules.check_access(giver, access, companies=companies, now=now)
    chosen = password if password is not None else temporary_password()
    hashed = _hashed(chosen)
    with _turn(store, giver) as c:
        made = people.add_user(
            c,
            name=name,
            display_name=display_name,
            email=email,
            roles=[role.value for role in access.roles],
            companies=access.companies,
            password_hash=hashed,
            subject=None,
            at=now,
            expires_at=access.expires_at,
            temporary_until=now + TEMPORARY_LASTS,
        )
        if made is None:
            raise NotPossible(f"The name {name!r} is taken: choose another, or open that person again.")
        _note(c, giver, "user.added", before=None, after=made, at=now)
    return Given(user=made, password=chosen)


def change_person(  # noqa: PLR0913 - one keyword per fact
    store: Store,
    giver: Actor,
    name: str,
    *,
    display_name: str,
    email: str,
    access: Access,
    companies: Collection[str],
    now: datetime,
) -> User:
    """Change what others see of somebody, their roles, companies and the end of their access.

    A change of roles or companies ends their sessions. Raises `NotPossible` in a sentence.
    """
    display_name, email = rules.checked_details(display_name, email)
    with _turn(store, giver) as c:
        before = _somebody(c, giver, name)
        if rules.access_of(before) != access:
            rules.check_not_oneself(giver, name)
            rules.check_access(giver, access, companies=companies, now=now)
        if not access.is_lasting_administrator:
            _keep_an_administrator(c, before, now)
        return _changed(
            c,
            giver,
            "user.changed",
            before,
            now,
            display_name=display_name,
            email=email,
            roles=[role.value for role in access.roles],
            companies=list(access.companies),
            expires_at=access.expires_at,
        )


def close_person(store: Store, giver: Actor, name: str, *, why: str, now: datetime) -> User:
    """Shut somebody out at once, with a reason; their name stays taken and what they did stays theirs."""
    why = " ".join(why.split())
    if not why:
        raise NotPossible("Say why the access is closed; it is kept in the audit.")
    with _turn(store, giver) as c:
        before = _somebody(c, giver, name)
        rules.check_not_oneself(giver, name)
        if before.state == "closed":
            raise NotPossible(f"{before.display_name} is closed already.")
        _keep_an_administrator(c, before, now)
        return _changed(c, giver, "user.closed", before, now, why=why, state="closed")


def reopen_person(store: Store, giver: Actor, name: str, *, companies: Collection[str], now: datetime) -> User:
    """Let somebody in again, with the access they had and the password they knew."""
    with _turn(store, giver) as c:
        before = _somebody(c, giver, name)
        rules.check_not_oneself(giver, name)
        if before.state == "active":
            raise NotPossible(f"{before.display_name} is not closed.")
        rules.check_access(giver, rules.access_of(before), companies=companies, now=now)
        return _changed(c, giver, "user.reopened", before, now, state="active")


def reset_password(store: Store, giver: Actor, name: str, *, now: datetime, password: str | None = None) -> Given:
    """Give somebody a new temporary password, end their sessions, and forget that they guessed wrong."""
    chosen = password if password is not None else temporary_password()
    hashed = _hashed(chosen)
    with _turn(store, giver) as c:
        before = _somebody(c, giver, name)
        rules.check_not_oneself(giver, name)
        if before.subject is not None:
            raise NotPossible(f"{before.display_name} signs in elsewhere: the password is set there.")
        people.forget_failures(c, name=name)
        until = now + TEMPORARY_LASTS
        after = _changed(c, giver, "user.password_reset", before, now, password_hash=hashed, temporary_until=until)
    return Given(user=after, password=chosen)


def end_sessions(store: Store, giver: Actor, name: str, *, now: datetime, id_hash: str | None = None) -> int:
    """End one session of somebody, or all of them; returns how many were running."""
    with _turn(store, giver) as c:
        user = _somebody(c, giver, name)
        running = {one.id_hash for one in people.sessions_of(c, name)}
        ending = running if id_hash is None else running & {id_hash}
        ended = sum(people.end_sessions(c, id_hash=one, by=giver.name, at=now) for one in ending)
        audit.append(
            c,
            company=None,
            who=giver.name,
            action="session.ended",
            subject=f"user {user.name}",
            before={"sessions": len(running)},
            after={"sessions": len(running) - ended, "by": giver.name},
            at=now,
        )
    return ended


def temporary_password() -> str:
    """A password to be read out or typed once: four groups of five."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


@contextmanager
def _turn(store: Store, giver: Actor) -> Iterator[Connection]:
    """A transaction in which nobody else gives access; refuses those who may not."""
    if not giver.may(Permission.PEOPLE_EDIT):
        raise NotPossible("Only an administrator gives and takes access.")
    with store.scope(None) as c:
        people.in_turn(c)
        yield c


def _somebody(c: Connection, giver: Actor, name: str) -> User:
    """The user of a name, whom the giver may touch."""
    user = people.user(c, name)
    if user is None:
        raise NotPossible(f"There is nobody of the name {name!r}.")
    rules.check_reach(giver, user)
    return user


def _keep_an_administrator(c: Connection, leaving: User, now: datetime) -> None:
    """Refuse to take away the last administrator of all companies whose access does not end by itself."""
    if rules.is_lasting_administrator(leaving, now) and not any(
        rules.is_lasting_administrator(user, now) for user in people.all_users(c) if user.name != leaving.name
    ):
        raise NotPossible(
            f"{leaving.display_name} is the last administrator who can sign in: make somebody else one first."
        )


def _changed(
    c: Connection, giver: Actor, action: str, before: User, now: datetime, *, why: str = "", **cells: object
) -> User:
    """The user after a change, noted; sessions end where what they rest on has changed."""
    after = people.change_user(c, before.name, **cells)
    assert after is not None, "the user was read in this transaction"
    is_other = (before.roles, before.companies, before.state) != (after.roles, after.companies, after.state)
    if is_other or before.password_hash != after.password_hash:
        people.end_sessions(c, user_name=before.name, by=giver.name, at=now)
    if rules.shown(before) != rules.shown(after) or before.password_hash != after.password_hash:
        _note(c, giver, action, before=before, after=after, at=now, why=why)
    return after


def _note(
    c: Connection, giver: Actor, action: str, *, before: User | None, after: User, at: datetime, why: str = ""
) -> None:
    said = rules.shown(after) | ({"why": why} if why else {})
    audit.append(
        c,
        company=None,
        who=giver.name,
        action=action,
        subject=f"user {after.name}",
        before=rules.shown(before) if before is not None else None,
        after=said,
        at=at,
    )


def _hashed(password: str) -> str:
    try:
        return password_hash(password)
    except WeakPassword as error:
        raise NotPossible(str(error)) from None
