"""Quotas: daily budgets of calls, shared by all processes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from tieout.store.tables import quotas


def spend(c: Connection, account: str, day: date, budget: int, *, calls: int = 1) -> bool:
    """Spend calls of an account's budget for the day; False, and nothing spent, when it does not reach."""
    assert calls >= 1, f"{calls} calls"
    if calls > budget:
        return False
    fresh = insert(quotas).values(account=account, day=day, used=calls)
    statement = fresh.on_conflict_do_update(
        index_elements=["account", "day"],
        set_={"used": quotas.c.used + calls},
        where=quotas.c.used + calls <= budget,
    )
    return c.execute(statement.returning(quotas.c.used)).first() is not None


def spent(c: Connection, account: str, day: date) -> int:
    """Return the calls spent on a day."""
    query = select(quotas.c.used).where(quotas.c.account == account, quotas.c.day == day)
    return c.execute(query).scalar_one_or_none() or 0
