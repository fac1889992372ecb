"""Pauses: accounts whose system is out of order are left alone for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from tieout.store.rows import columns_of, read_all, read_maybe
from tieout.store.tables import account_pauses


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One account that is left alone until a time."""

    account: str
    until: datetime
    reason: str


_COLUMNS: Final = columns_of(account_pauses, Pause)


def pause(c: Connection, account: str, *, until: datetime, reason: str) -> None:
    """Leave an account alone until then; a longer pause that stands is kept."""
    fresh = insert(account_pauses).values(account=account, until=until, reason=reason)
    longer = {
        "until": func.greatest(account_pauses.c.until, fresh.excluded.until),
        "reason": fresh.excluded.reason,
    }
    c.execute(fresh.on_conflict_do_update(index_elements=["account"], set_=longer))


def paused(c: Connection, account: str, now: datetime) -> Pause | None:
    """Return the pause that an account is in, or None."""
    query = select(*_COLUMNS).where(account_pauses.c.account == account, account_pauses.c.until > now)
    return read_maybe(Pause, c.execute(query).first())


def pauses(c: Connection, now: datetime) -> list[Pause]:
    """Return all pauses that last."""
    query = select(*_COLUMNS).where(account_pauses.c.until > now)
    return read_all(Pause, c.execute(query.order_by(account_pauses.c.account)))


def resume(c: Connection, account: str) -> None:
    """End an account's pause."""
    c.execute(delete(account_pauses).where(account_pauses.c.account == account))
