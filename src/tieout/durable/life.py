"""Whether anybody is working: the last sign of life of any worker on a database."""

from __future__ import annotations

from datetime import datetime

import psycopg


def last_sign_of_life(address: str) -> datetime | None:
    """When a worker last said that it lives, in UTC by the database's clock; None when none is known."""
    with psycopg.connect(address, connect_timeout=10) as connection:
        row = connection.execute("SELECT max(last_heartbeat) FROM procrastinate_workers").fetchone()
    return row[0] if row else None
