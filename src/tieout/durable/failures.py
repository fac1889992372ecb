"""Defects: which lanes and schedules failed, how often in a row, and with what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from psycopg.rows import class_row

ERROR_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """A lane or schedule whose last run ended in a defect; its documents are still due."""

    process: str
    company: str
    lane: int
    failed_at: datetime
    times: int
    error: str


def record(connection: psycopg.Connection, process: str, company: str, lane: int, defect: BaseException) -> int:
    """Note one more failure in a row; returns how many there are."""
    error = f"{type(defect).__name__}: {defect}"[:ERROR_MAX].replace("\x00", "")
    row = connection.execute(
        "INSERT INTO durable_failures AS known (process, company, lane, failed_at, times, error)"
        " VALUES (%s, %s, %s, now(), 1, %s) ON CONFLICT (process, company, lane) DO UPDATE"
        " SET failed_at = now(), times = known.times + 1, error = excluded.error RETURNING times",
        [process, company, lane, error],
    ).fetchone()
    assert row is not None
    return int(row[0])


def clear(connection: psycopg.Connection, process: str, company: str, lane: int) -> None:
    """Forget the failures of a lane that has run to its end."""
    connection.execute(
        "DELETE FROM durable_failures WHERE process = %s AND company = %s AND lane = %s", [process, company, lane]
    )


def failed_jobs(address: str) -> list[FailedJob]:
    """Return what failed last, the latest first."""
    with (
        psycopg.connect(address) as connection,
        connection.cursor(row_factory=class_row(FailedJob)) as cursor,
    ):
        cursor.execute(
            "SELECT process, company, lane, failed_at, times, error FROM durable_failures ORDER BY failed_at DESC"
        )
        return cursor.fetchall()
