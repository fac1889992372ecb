"""Installing the engine's tables, afresh and over those of an older release."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager

from tieout.durable.installation import install

FUNCTIONS = """
SELECT p.proname, pg_get_function_identity_arguments(p.oid), regexp_replace(p.prosrc, '\\s+', ' ', 'g')
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND p.proname LIKE 'procrastinate%' ORDER BY 1, 2
"""
COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name LIKE 'procrastinate%' ORDER BY 1, 2
"""


def shape(address: str) -> list[object]:
    with psycopg.connect(address) as connection:
        return [*connection.execute(FUNCTIONS), *connection.execute(COLUMNS)]


def test_installing_twice_and_at_once_is_harmless(empty_address: str) -> None:
    threads = [threading.Thread(target=install, args=(empty_address,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = shape(empty_address)
    assert first
    install(empty_address)
    assert shape(empty_address) == first


def test_a_database_of_an_older_release_gets_the_migrations_it_lacks(empty_address: str, address: str) -> None:
    migrations = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    older = [each for each in migrations if each.name < "03.02"]
    assert 0 < len(older) < len(migrations)
    with psycopg.connect(empty_address, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE durable_migrations (name text PRIMARY KEY, applied_at timestamptz DEFAULT now())"
        )
        for migration in older:
            connection.execute(migration.read_bytes())
            connection.execute("INSERT INTO durable_migrations (name) VALUES (%s)", [migration.name])
    install(empty_address)
    install(address)
    assert shape(empty_address) == shape(address)
