"""Puts the engine's tables into a database, and brings those of an older release up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psycopg
from procrastinate.schema import SchemaManager

_LOCK: Final = 7_163_042_100
_OUR_TABLES: Final = """
CREATE TABLE IF NOT EXISTS durable_migrations (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE durable_migrations IS 'Which of the engine''s migrations this database has';
COMMENT ON COLUMN durable_migrations.name IS 'File name of the migration';
COMMENT ON COLUMN durable_migrations.applied_at IS 'When it was applied';
CREATE TABLE IF NOT EXISTS durable_failures (
    process text NOT NULL,
    company text NOT NULL,
    lane integer NOT NULL,
    failed_at timestamptz NOT NULL,
    times integer NOT NULL,
    error text NOT NULL,
    PRIMARY KEY (process, company, lane)
);
COMMENT ON TABLE durable_failures IS 'Lanes and schedules whose last run ended in a defect';
COMMENT ON COLUMN durable_failures.process IS 'The process or schedule';
COMMENT ON COLUMN durable_failures.company IS 'The Sage company; empty for a schedule';
COMMENT ON COLUMN durable_failures.lane IS 'The lane; 0 for a schedule';
COMMENT ON COLUMN durable_failures.failed_at IS 'When it last failed';
COMMENT ON COLUMN durable_failures.times IS 'How many times in a row';
COMMENT ON COLUMN durable_failures.error IS 'The defect in one line';
"""


def install(address: str) -> None:
    """Install the engine's tables or bring them up to date; safe from several processes at once.

    A new database gets the whole schema; one of an older release gets the migrations that it lacks, each
    in a transaction of its own.
    """
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # released with the connection
        with connection.transaction():
            connection.execute(_OUR_TABLES)
            if not _is_there(connection):
                connection.execute(SchemaManager.get_schema())
                for migration in _migrations():
                    _record(connection, migration.name)
        rows = connection.execute("SELECT name FROM durable_migrations").fetchall()
        applied = {str(row[0]) for row in rows}
        for migration in _migrations():
            if migration.name not in applied:
                with connection.transaction():
                    connection.execute(migration.read_bytes())
                    _record(connection, migration.name)


def _is_there(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").fetchone()
    assert row is not None
    return bool(row[0])


def _record(connection: psycopg.Connection, name: str) -> None:
    connection.execute("INSERT INTO durable_migrations (name) VALUES (%s)", [name])


def _migrations() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
