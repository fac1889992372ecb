"""Keys of programs to the JSON API: the database keeps their digests only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select, update

from tieout.store.rows import columns_of, read, read_all, read_maybe
from tieout.store.tables import api_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """One token; see the table for the meaning of each field."""

    id: int
    name: str
    token_hash: str = field(repr=False)
    hint: str
    user_name: str
    scopes: Sequence[str]
    companies: Sequence[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None

    def holds(self, at: datetime) -> bool:
        """Say whether it is neither revoked nor over."""
        return self.revoked_at is None and at < self.expires_at


_COLUMNS: Final = columns_of(api_tokens, ApiToken)


def add(  # noqa: PLR0913 - one keyword per column
    c: Connection,
    *,
    name: str,
    token_hash: str,
    hint: str,
    user_name: str,
    scopes: Sequence[str],
    companies: Sequence[str],
    at: datetime,
    expires_at: datetime,
) -> ApiToken:
    """Keep a new token."""
    cells: dict[str, object] = {
        "name": name,
        "token_hash": token_hash,
        "hint": hint,
        "user_name": user_name,
        "scopes": list(scopes),
        "companies": list(companies),
        "created_at": at,
        "expires_at": expires_at,
    }
    return read(ApiToken, c.execute(insert(api_tokens).values(cells).returning(*_COLUMNS)).one())


def by_hash(c: Connection, token_hash: str) -> ApiToken | None:
    """Return the token with this digest, or None."""
    return read_maybe(ApiToken, c.execute(select(*_COLUMNS).where(api_tokens.c.token_hash == token_hash)).first())


def token(c: Connection, token_id: int) -> ApiToken | None:
    """Return one token, or None."""
    return read_maybe(ApiToken, c.execute(select(*_COLUMNS).where(api_tokens.c.id == token_id)).first())


def tokens(c: Connection, *, user_name: str | None = None) -> list[ApiToken]:
    """Return the tokens of a user, or of everybody, newest first."""
    query = select(*_COLUMNS).order_by(api_tokens.c.id.desc())
    if user_name is not None:
        query = query.where(api_tokens.c.user_name == user_name)
    return read_all(ApiToken, c.execute(query))


def see(c: Connection, token_id: int, at: datetime) -> None:
    """Note that a token was used."""
    c.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(last_used_at=at))


def revoke(c: Connection, token_id: int, *, by: str, at: datetime) -> ApiToken | None:
    """End a token; None when there is none that is not revoked."""
    statement = (
        update(api_tokens)
        .where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by=by)
    )
    return read_maybe(ApiToken, c.execute(statement.returning(*_COLUMNS)).first())
