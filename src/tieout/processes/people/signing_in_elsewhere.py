"""People whom a single sign-on has proved: their groups there decide what they may here, at every sign-in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tieout.domain.people import Role
from tieout.processes.people import access_rules as rules
from tieout.processes.people.access_rules import NAME, RESERVED
from tieout.processes.people.signing_in import Lasting, NotSignedIn, SignedIn, begin_session
from tieout.store import Store, audit, people
from tieout.store.people import User
from tieout.store.store import Connection

EVERY_COMPANY: Final = "*"
WHO: Final = "single sign-on"
NO_GROUP: Final = (
    "You are known, but in no group that may use Tieout. Ask whoever gives access to put you into one, then try again."
)
NO_COMPANY: Final = (
    "You are known, but in no group of a company here. Ask whoever gives access to put you into one, then try again."
)
CLOSED: Final = "Your access is closed. Ask an administrator of Tieout to open it again."
NAME_TAKEN: Final = "Somebody else signs in here by your name. Ask an administrator of Tieout to close that user first."
SUPPORT: Final = "Support is let in for a time. Ask an administrator of Tieout to say until when, then try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody as the provider has proved them."""

    issuer: str
    subject: str
    name: str
    display_name: str
    email: str
    groups: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRules:
    """What each group may: its role, its companies."""

    roles_of: Mapping[str, Role]
    companies_of: Mapping[str, Sequence[str]]
    """Empty: everybody sees all companies."""

    def roles(self, groups: Sequence[str]) -> tuple[Role, ...]:
        """The roles of somebody in these groups, in the order of all roles."""
        given = {self.roles_of[group] for group in groups if group in self.roles_of}
        return tuple(role for role in Role if role in given)

    def companies(self, groups: Sequence[str], there: Collection[str]) -> tuple[str, ...] | None:
        """The companies of somebody in these groups: empty for all, None for not one that is there."""
        if not self.companies_of:
            return ()
        given = {company for group in groups for company in self.companies_of.get(group, ())}
        if EVERY_COMPANY in given:
            return ()
        return tuple(company for company in there if company in given) or None


def sign_in_elsewhere(  # noqa: PLR0913 - one keyword per fact
    store: Store,
    known: Known,
    group_rules: GroupRules,
    *,
    companies: Collection[str],
    address: str,
    agent: str,
    lasting: Lasting,
    now: datetime,
) -> SignedIn:
    """Begin a session for somebody the provider has proved, with what their groups allow now.

    Their user is made or brought up to date first. Raises `NotSignedIn` in one sentence, after taking away what they
    may no longer have.
    """
    roles, seen = group_rules.roles(known.groups), group_rules.companies(known.groups, companies)
    with store.scope(None) as c:
        people.in_turn(c)
        before = people.user_of_subject(c, _subject(known))
        refusal = _refusal(c, known, before, roles, seen)
        if not refusal:
            user = _brought_up_to_date(c, known, before, roles, seen or (), now)
            if user.is_active(now):
                return begin_session(c, user, address=address, agent=agent, lasting=lasting, now=now, by=WHO)
            refusal = SUPPORT if Role.SUPPORT in roles else CLOSED
        elif before is not None and before.state == "active" and before.roles:
            _changed(c, before, now, roles=[])
    raise NotSignedIn(refusal)


def _refusal(
    c: Connection, known: Known, before: User | None, roles: Sequence[Role], seen: Sequence[str] | None
) -> str:
    """Why somebody is not let in; empty when nothing speaks against it."""
    if before is not None and before.state != "active":
        return CLOSED
    if not roles:
        return NO_GROUP
    if seen is None:
        return NO_COMPANY
    if before is None and people.user(c, _name(known)) is not None:
        return NAME_TAKEN
    return ""


def _brought_up_to_date(
    c: Connection, known: Known, before: User | None, roles: Sequence[Role], seen: Sequence[str], now: datetime
) -> User:
    display_name = " ".join(known.display_name.split())[:100] or _name(known)
    if before is not None:
        return _changed(
            c,
            before,
            now,
            roles=[role.value for role in roles],
            companies=list(seen),
            display_name=display_name,
            email=known.email,
        )
    made = people.add_user(
        c,
        name=_name(known),
        display_name=display_name,
        email=known.email,
        roles=[role.value for role in roles],
        companies=seen,
        password_hash=None,
        subject=_subject(known),
        at=now,
        # Support is known from here on, and let in when an administrator says until when.
        expires_at=now if Role.SUPPORT in roles else None,
    )
    assert made is not None, "the name was free in this turn"
    _note(c, "user.added", None, made, now)
    return made


def _changed(c: Connection, before: User, now: datetime, **cells: object) -> User:
    """The user after what the provider says of them now; their sessions end when they may something else."""
    if Role.SUPPORT.value in cells["roles"] and before.expires_at is None:  # type: ignore[operator]  # a list of ours
        cells["expires_at"] = now
    after = people.change_user(c, before.name, **cells)
    assert after is not None, "the user was read in this transaction"
    if (before.roles, before.companies) != (after.roles, after.companies):
        people.end_sessions(c, user_name=before.name, by=WHO, at=now)
    if rules.shown(before) != rules.shown(after):
        _note(c, "user.changed", before, after, now)
    return after


def _note(c: Connection, action: str, before: User | None, after: User, at: datetime) -> None:
    audit.append(
        c,
        company=None,
        who=WHO,
        action=action,
        subject=f"user {after.name}",
        before=rules.shown(before) if before is not None else None,
        after=rules.shown(after),
        at=at,
    )


def _subject(known: Known) -> str:
    return f"{known.issuer} {known.subject}"


def _name(known: Known) -> str:
    """The name that the user has here: the provider's, with what a name of ours cannot hold taken out."""
    name = known.name.strip().lower()
    if name in RESERVED:  # nobody could ever open the page of such a user, to close it
        return f"{name}-elsewhere"
    if NAME.fullmatch(name):
        return name
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._@+-") else "-" for letter in name)
    return kept.strip("-._@+")[:100] or "nameless"
