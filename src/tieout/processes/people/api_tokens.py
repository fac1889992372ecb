"""API tokens: keys that people make for programs, with no more than they may do themselves.

A token acts for the person who made it: it may do what is both in its scopes and in their roles at that moment, so
it loses what they lose, and ends when they leave. It is random, so a plain digest is enough to keep of it, and
finding the digest is the comparison.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from tieout.domain.people import Actor, Permission, Role
from tieout.processes.desk import NotPossible
from tieout.processes.people.access_rules import reaches
from tieout.processes.people.signing_in import actor_of, digest
from tieout.store import Store, api_tokens, audit, people
from tieout.store.api_tokens import ApiToken
from tieout.store.rows import Json
from tieout.store.store import Connection

PREFIX: Final = "tieout_"
"""So that a scanner of repositories knows one when it sees it."""
HINT_LETTERS: Final = len(PREFIX) + 4
DAYS_MAX: Final = 366
NAME_MAX: Final = 100
SEEN_EVERY: Final = timedelta(minutes=1)
NOT_FOR_TOKENS: Final = frozenset({Permission.TOKENS_MAKE, Permission.PEOPLE_EDIT})
"""A program that could make tokens or give access would outlive its own end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeToken:
    """A new token; `secret` is shown this once."""

    token: ApiToken
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedToken:
    """What somebody asks for."""

    name: str
    scopes: Sequence[str]
    companies: Sequence[str] = ()
    """Empty means all that the maker sees."""
    days: int


def grantable(actor: Actor) -> list[Permission]:
    """What somebody may give to a token, in the order of the permissions."""
    return [one for one in Permission if actor.may(one) and one not in NOT_FOR_TOKENS]


def make(
    store: Store,
    actor: Actor,
    wanted: WantedToken,
    *,
    now: datetime,
    companies: Sequence[str],
    by: str | None = None,
) -> MadeToken:
    """Make a token of somebody's own; NotPossible, in a sentence, when it cannot be.

    `companies` are those that there are; `by` is whoever does it in their place, at the terminal.
    """
    scopes = _refuse_unfit(actor, wanted, companies)
    name = wanted.name.strip()
    secret = PREFIX + secrets.token_urlsafe(32)
    with store.scope(None) as c:
        made = api_tokens.add(
            c,
            name=name,
            token_hash=digest(secret),
            hint=secret[:HINT_LETTERS],
            user_name=actor.name,
            scopes=[one.value for one in scopes],
            companies=list(dict.fromkeys(wanted.companies)),
            at=now,
            expires_at=now + timedelta(days=wanted.days),
        )
        after: Json = {
            "name": made.name,
            "user": made.user_name,
            "scopes": list(made.scopes),
            "companies": list(made.companies),
            "expires_at": made.expires_at.isoformat(),
        }
        audit.append(
            c,
            company=None,
            who=by or actor.name,
            action="token.made",
            subject=f"token {made.id}",
            before=None,
            after=after,
            at=now,
        )
    return MadeToken(token=made, secret=secret)


def revoke(store: Store, actor: Actor, token_id: int, *, now: datetime) -> ApiToken:
    """End a token at once: one's own, or anybody's for those who give access."""
    with store.scope(None) as c:
        found = api_tokens.token(c, token_id)
        if found is None or not _is_in_reach(c, actor, found):
            raise NotPossible("You have no such token.")
        revoked = api_tokens.revoke(c, token_id, by=actor.name, at=now)
        if revoked is None:
            raise NotPossible("This token was revoked already.")
        audit.append(
            c,
            company=None,
            who=actor.name,
            action="token.revoked",
            subject=f"token {token_id}",
            before={"name": found.name},
            after={"revoked_by": actor.name},
            at=now,
        )
    return revoked


def listed(store: Store, actor: Actor) -> list[ApiToken]:
    """One's own tokens; for those who give access, everybody's whom they may touch."""
    with store.scope(None) as c:
        if not actor.may(Permission.PEOPLE_EDIT):
            return api_tokens.tokens(c, user_name=actor.name)
        return [one for one in api_tokens.tokens(c) if _is_in_reach(c, actor, one)]


def bearer(store: Store, secret: str, *, now: datetime) -> tuple[ApiToken, Actor] | None:
    """The token of a secret and who acts with it; None when it is unknown, over, revoked, or its maker has gone.

    The use is noted at most once a minute.
    """
    if not secret.startswith(PREFIX) or not secret.isascii():
        return None
    with store.scope(None) as c:
        found = api_tokens.by_hash(c, digest(secret))
        user = people.user(c, found.user_name) if found is not None else None
        if found is None or user is None or not found.holds(now) or not user.is_active(now):
            return None
        acting = _acting(found, actor_of(user))
        if acting is not None and (found.last_used_at is None or now - found.last_used_at > SEEN_EVERY):
            api_tokens.see(c, found.id, now)
    return None if acting is None else (found, acting)


def _is_in_reach(c: Connection, actor: Actor, token: ApiToken) -> bool:
    """Say whether a token is the actor's own, or of somebody whose access is theirs to give and take."""
    if token.user_name == actor.name:
        return True
    user = people.user(c, token.user_name) if actor.may(Permission.PEOPLE_EDIT) else None
    return user is not None and reaches(actor, user)


def _refuse_unfit(actor: Actor, wanted: WantedToken, companies: Sequence[str]) -> list[Permission]:
    """The permissions that are asked for; NotPossible when something about it cannot be."""
    if not actor.may(Permission.TOKENS_MAKE):
        raise NotPossible("Your role does not allow API tokens.")
    if not 0 < len(wanted.name.strip()) <= NAME_MAX or not wanted.name.isprintable():
        raise NotPossible(f"Say what the token is for, in at most {NAME_MAX} characters.")
    if not 1 <= wanted.days <= DAYS_MAX:
        raise NotPossible(f"A token lasts between 1 and {DAYS_MAX} days.")
    chosen = [one for one in grantable(actor) if one.value in wanted.scopes]
    if not chosen or len(chosen) != len(set(wanted.scopes)):
        raise NotPossible("Choose what the token may do, and only what you may do yourself.")
    for company in wanted.companies:
        if company not in companies or not actor.sees(company):
            raise NotPossible(f"There is no company {company}.")
    return chosen


def _acting(token: ApiToken, maker: Actor) -> Actor | None:
    """The maker, limited to the token; None when no company is left, because none in the list means all."""
    companies = maker.companies
    if token.companies:
        companies = tuple(one for one in token.companies if maker.sees(one))
        if not companies:
            return None
    known = {one.value for one in Permission}
    scopes = frozenset(Permission(one) for one in token.scopes if one in known) - NOT_FOR_TOKENS
    return replace(maker, companies=companies, scopes=scopes)


def terminal_actor(name: str) -> Actor:
    """Whoever has the terminal of this installation may do everything that a role may."""
    return Actor(name=name, display_name=name, roles=tuple(Role))
