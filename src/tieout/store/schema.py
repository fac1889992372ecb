"""Brings a database up to the tables of this release, and adds the months' partitions."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, func, select, text

from tieout.store.binaries import OLDEST_MAJOR
from tieout.store.connection import make_engine

PARTITIONED: Final = ("events", "attempts", "effects", "legs", "audit")
_LOCK: Final = 7_163_042_001


class DatabaseRefused(RuntimeError):  # noqa: N818  # named for what happened
    """The database cannot be used; the sentence says what to do."""


def upgrade(address: str) -> None:
    """Apply the migrations that this database lacks; safe from several processes at once.

    Raises `DatabaseRefused` for a PostgreSQL that is too old, and for a role that the rule which keeps
    companies apart would not bind.
    """
    engine = make_engine(address, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            _check(connection)
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            connection.execute(select(func.set_config("tieout.company", "*", True)))  # noqa: FBT003
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def is_current(connection: Connection) -> bool:
    """Say whether the database has exactly the tables of this release."""
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == wanted


def ensure_partitions(connection: Connection, first_month: date, months: int) -> int:
    """Make the partitions of `months` months from `first_month` on; returns how many were made.

    Rows of a month without a partition go to the default partition, so being late loses nothing.
    """
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK + 1)))
    make = text("SELECT tieout_make_month(:parent, :first_day)")
    return sum(
        bool(connection.execute(make, {"parent": parent, "first_day": month}).scalar_one())
        for month in _months(first_month, months)
        for parent in PARTITIONED
    )


def _check(connection: Connection) -> None:
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if version < OLDEST_MAJOR * 10_000:
        raise DatabaseRefused(f"PostgreSQL {OLDEST_MAJOR} or newer is needed; this one is {version // 10_000}.")
    role = connection.execute(
        text("SELECT rolname, rolsuper OR rolbypassrls AS unbound FROM pg_roles WHERE rolname = current_user")
    ).one()
    if role.unbound:
        raise DatabaseRefused(
            f"The database role {role.rolname!r} is a superuser or bypasses row-level security, which keeps "
            "companies apart: make an ordinary role that owns the database and put it in the address."
        )


def _months(first: date, count: int) -> list[date]:
    start = first.year * 12 + first.month - 1
    return [date((start + step) // 12, (start + step) % 12 + 1, 1) for step in range(count)]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
