"""The condition of our own database, for whoever asks whether all is well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy import text

from tieout.store.schema import DatabaseRefused, is_current
from tieout.store.store import Store

REACH_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a database says of itself."""

    version: str
    is_current: bool
    """Whether it has exactly the tables of this release."""
    now: datetime
    """Its own time, in UTC."""


def reach(address: str) -> None:
    """Raise `DatabaseRefused` with one sentence when nobody answers at the address, or not to us."""
    try:
        psycopg.connect(address, connect_timeout=REACH_SECONDS, application_name="tieout").close()
    except psycopg.Error as error:
        line = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        raise DatabaseRefused(f"The database cannot be reached: {line}. Check address in [database].") from None


def condition(store: Store) -> Condition:
    """Ask the database."""
    with store.scope(None) as c:
        row = c.execute(text("SELECT current_setting('server_version') AS version, now() AS now")).one()
        return Condition(version=str(row.version), is_current=is_current(c), now=row.now)
