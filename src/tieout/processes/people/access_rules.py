"""What access may be given, and by whom: the rules that every act of giving access asks."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tieout.domain.people import Actor, Role
from tieout.processes.desk import NotPossible
from tieout.store.people import User

SUPPORT_LASTS: Final = timedelta(days=14)
NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
RESERVED: Final = frozenset({"new", "nobody", "me"})
"""Words that the addresses and filters of the console use themselves."""
_EMAIL: Final = re.compile(r"[^@\s,;<>]{1,100}@[^@\s,;<>]{1,150}\.[^@\s,;<>.]{2,}")
_LETTERS_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What somebody is let in to."""

    roles: tuple[Role, ...]
    companies: tuple[str, ...] = ()
    """Empty means all."""
    expires_at: datetime | None = None

    @property
    def is_lasting_administrator(self) -> bool:
        """Say whether it makes an administrator of all companies whose access does not end by itself."""
        return Role.ADMINISTRATOR in self.roles and not self.companies and self.expires_at is None


def access_of(user: User) -> Access:
    """The access of a user as it stands."""
    known = {role.value: role for role in Role}
    return Access(
        roles=tuple(known[role] for role in user.roles if role in known),
        companies=tuple(user.companies),
        expires_at=user.expires_at,
    )


def shown(user: User) -> dict[str, Any]:
    """What the audit keeps of a user: never anything of a password."""
    return {
        "display_name": user.display_name,
        "email": user.email,
        "roles": list(user.roles),
        "companies": list(user.companies),
        "state": user.state,
        "expires_at": user.expires_at.isoformat() if user.expires_at else None,
        "signs_in": "elsewhere" if user.subject else "with a password",
    }


def checked_name(name: str) -> str:
    """The name to sign in with, in lower case; `NotPossible` for one that cannot be."""
    name = name.strip().lower()
    if not NAME.fullmatch(name) or name in RESERVED:
        raise NotPossible("Choose a name of letters, digits, full stops and hyphens; an email address is fine.")
    return name


def checked_details(display_name: str, email: str) -> tuple[str, str]:
    """What others see and where mail goes, in one line each; `NotPossible` for what cannot be."""
    display_name, email = " ".join(display_name.split()), email.strip()
    if not display_name or len(display_name) > _LETTERS_MAX:
        raise NotPossible(f"Write the name that others see, of at most {_LETTERS_MAX} characters.")
    if email and not _EMAIL.fullmatch(email):
        raise NotPossible("Write the email address as in ann@example.co.uk, or leave it empty.")
    return display_name, email


def check_access(giver: Actor, access: Access, *, companies: Collection[str], now: datetime) -> None:
    """Refuse access without a role, to companies that are not there, for too long, or beyond the giver's own."""
    if not access.roles:
        raise NotPossible("Choose at least one role.")
    unknown = sorted(set(access.companies) - set(companies))
    if unknown:
        raise NotPossible(f"There is no company {unknown[0]!r} in the settings.")
    _check_companies(giver, access.companies)
    if access.expires_at is not None and access.expires_at <= now:
        raise NotPossible("The day on which the access ends has passed: choose a later one.")
    if Role.SUPPORT in access.roles and (access.expires_at is None or access.expires_at > now + SUPPORT_LASTS):
        raise NotPossible(f"Support is let in for at most {SUPPORT_LASTS.days} days: choose when the access ends.")


def check_not_oneself(giver: Actor, name: str) -> None:
    """Refuse a person who changes their own access."""
    if giver.name == name:
        raise NotPossible("Nobody changes their own access: ask another administrator.")


def reaches(giver: Actor, user: User) -> bool:
    """Say whether somebody's companies are all the giver's."""
    return not giver.companies or (bool(user.companies) and set(user.companies) <= set(giver.companies))


def check_reach(giver: Actor, user: User) -> None:
    """Refuse an administrator of some companies who touches somebody of more."""
    _check_companies(giver, tuple(user.companies))


def is_lasting_administrator(user: User, now: datetime) -> bool:
    """Say whether somebody can sign in, and give access to all companies, for as long as nobody stops them."""
    can_sign_in = user.password_hash is not None or user.subject is not None
    return can_sign_in and user.is_active(now) and access_of(user).is_lasting_administrator


def _check_companies(giver: Actor, companies: tuple[str, ...]) -> None:
    if giver.companies and (not companies or not set(companies) <= set(giver.companies)):
        only = " and ".join(giver.companies)
        raise NotPossible(f"You give access to {only} only: choose among these companies.")
