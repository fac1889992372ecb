"""Migrations, partitions, comments, and companies kept apart in every table."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from psycopg import errors, sql

from tieout.store import Store, inbox, schema
from tieout.store.documents import Document
from tieout.store.tables import METADATA

TABLES_WITH_A_COMPANY = """
SELECT c.oid::regclass::text, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
STATES = {
    "alert_notices": "waiting",
    "alerts": "open",
    "bulk_acts": "running",
    "cases": "open",
    "effects": "intended",
    "mapping_proposals": "waiting",
    "webhook_messages": "waiting",
    "webhooks": "active",
}
CELLS = {
    "text": "x",
    "integer": 1,
    "bigint": 1,
    "numeric": 1,
    "date": date(2026, 11, 1),
    "timestamp with time zone": datetime(2026, 11, 20, tzinfo=UTC),
    "jsonb": "{}",
    "bytea": b"x",
    "boolean": True,
}


def _is_ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:  # noqa: ANN401, FBT001
    """Leave the partitions and the migration tool's own table out of the comparison."""
    partition = name is not None and any(name.startswith(f"{parent}_") for parent in schema.PARTITIONED)
    return not (kind == "table" and (name == "alembic_version" or (partition and name not in METADATA.tables)))


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(empty_address: str) -> None:
    schema.upgrade(empty_address)
    store = Store(empty_address)
    with store.scope(None) as c:
        assert schema.is_current(c)
        context = MigrationContext.configure(c, opts={"include_object": _is_ours, "compare_server_default": False})
        assert compare_metadata(context, METADATA) == []
    store.close()


def test_upgrading_again_and_at_once_is_harmless(empty_address: str) -> None:
    threads = [threading.Thread(target=schema.upgrade, args=(empty_address,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    schema.upgrade(empty_address)
    store = Store(empty_address)
    with store.scope(None) as c:
        assert schema.is_current(c)
    store.close()


def test_every_table_and_column_says_what_it_holds(address: str) -> None:
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace"
            " AND a.attnum >= 0 AND NOT a.attisdropped AND c.relname <> 'alembic_version'"
            " AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)"
        ).fetchall()
        assert rows == []


def fill(superuser: psycopg.Connection, table: str, company: str, number: int) -> None:
    """Put one row of a company into a table, with made-up cells."""
    columns = superuser.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
        " AND table_schema = 'public' AND is_generated = 'NEVER' AND is_identity = 'NO'",
        [table],
    ).fetchall()
    cells = {name: CELLS[kind] for name, kind in columns} | {"company": company}
    if "state" in cells:
        cells["state"] = STATES.get(table, "new")
    if "version" in cells:
        cells["version"] = number
    if table == "events":
        cells["id"] = number
    if table == "ledger_messages":
        cells["judged"] = "lock"
    if table == "suggestions":
        cells["answer"] = "applied"
    if table == "bulk_acts":
        cells["key"] = company
    insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, cells)),
        sql.SQL(", ").join(sql.Placeholder() * len(cells)),
    )
    superuser.execute(insert, list(cells.values()))


def test_a_company_can_neither_read_nor_write_anothers_rows_in_any_table(store: Store, address: str) -> None:
    with store.scope(None) as c:
        schema.ensure_partitions(c, date(2026, 11, 1), 2)
    with psycopg.connect(address.replace("//tieout@", "//postgres@"), autocommit=True) as superuser:
        tables = superuser.execute(TABLES_WITH_A_COMPANY).fetchall()
        for table, _, _ in tables:
            if not any(table.startswith(f"{parent}_") for parent in schema.PARTITIONED) or table == "audit_heads":
                fill(superuser, table, "ACME", 1)
                fill(superuser, table, "BETA", 2)
    names = [name for name, _, _ in tables]
    assert {"documents", "events", "effects", "legs", "audit", "legs_2026_11", "audit_default"} <= set(names)
    assert all(enabled and forced for _, enabled, forced in tables), tables
    with psycopg.connect(address) as connection:
        for table in names:
            assert_apart(connection, table)


def assert_apart(connection: psycopg.Connection, table: str) -> None:
    name = sql.Identifier(table)
    count = sql.SQL("SELECT coalesce(string_agg(DISTINCT company, ' ' ORDER BY company), '') FROM {}").format(name)
    change = sql.SQL("UPDATE {} SET company = company WHERE company = 'BETA'").format(name)
    seen = {}
    for scope in ("*", "ACME", "BETA", ""):
        with connection.transaction(force_rollback=True):
            connection.execute("SELECT set_config('tieout.company', %s, true)", [scope])
            row = connection.execute(count).fetchone()
            assert row is not None
            seen[scope] = row[0]
            if scope == "ACME":
                assert connection.execute(change).rowcount == 0, table
    holds_rows = seen["*"] != ""
    assert seen == (
        {"*": "ACME BETA", "ACME": "ACME", "BETA": "BETA", "": ""} if holds_rows else dict.fromkeys(seen, "")
    )
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config('tieout.company', 'ACME', true)")
        if holds_rows:
            with pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)), connection.transaction():
                connection.execute(sql.SQL("UPDATE {} SET company = 'BETA'").format(name))


def test_rows_of_a_transaction_without_a_company_are_invisible(address: str, opened: Callable[..., Document]) -> None:
    opened("RMA-1")
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (0,)


def test_a_company_may_not_be_called_star(store: Store) -> None:
    with pytest.raises(ValueError, match="no company"), store.scope("*"):
        pass


def partitions_of(c: Any) -> dict[str, int]:  # noqa: ANN401
    query = "SELECT tableoid::regclass::text AS name, count(*) AS n FROM events GROUP BY 1"
    return {row.name: row.n for row in c.exec_driver_sql(query)}


def test_months_get_partitions_and_rows_without_one_are_kept(
    store: Store, event: Callable[..., inbox.NewEvent]
) -> None:
    moments = [datetime(2026, month, 15, tzinfo=UTC) for month in (11, 12)] + [datetime(2027, 1, 1, tzinfo=UTC)]
    with store.scope("ACME") as c:
        assert schema.ensure_partitions(c, date(2026, 11, 1), 2) == 10
        assert schema.ensure_partitions(c, date(2026, 11, 1), 2) == 0
        for number, at in enumerate(moments):
            inbox.store_event(c, event(str(number), at=at), due_at=at)
        assert partitions_of(c) == {"events_2026_11": 1, "events_2026_12": 1, "events_default": 1}
        # The month that already has rows in the default partition is left there; the other tables get theirs.
        assert schema.ensure_partitions(c, date(2026, 12, 1), 2) == 4
        assert len(inbox.events_of(c, "ACME", "return", "RMA-1")) == 3


def test_a_superusers_address_is_refused(server: Any) -> None:  # noqa: ANN401
    with pytest.raises(schema.DatabaseRefused, match="superuser"):
        schema.upgrade(server.administrator)


def test_an_external_server_works_like_our_own(
    external_address: str, event: Callable[..., inbox.NewEvent], now: datetime
) -> None:
    schema.upgrade(external_address)
    store = Store(external_address)
    with store.scope("ACME") as c:
        schema.ensure_partitions(c, date(2026, 11, 1), 1)
        assert inbox.store_event(c, event("1"), due_at=now)
        assert not inbox.store_event(c, event("1"), due_at=now)
        assert partitions_of(c) == {"events_2026_11": 1}
    with store.scope("BETA") as c:
        assert partitions_of(c) == {}
    store.close()
