"""One database server for the whole test run, and a fresh migrated database for every test."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tieout.store import Store, embedded, schema

TEMPLATE = "tieout_template"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server and how to make databases on it."""

    home: Path
    administrator: str

    def make_database(self, name: str, *, template: str = "template1") -> str:
        with psycopg.connect(self.administrator, autocommit=True) as connection:
            make = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy")
            names = (name, embedded.ROLE, template)
            connection.execute(make.format(*(sql.Identifier(each) for each in names)))
        return self.administrator.replace("//postgres@/postgres", f"//{embedded.ROLE}@/{name}")

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.administrator, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a short home that the server's own account may pass through, even when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="tieout-"))
    folder.chmod(0o711)
    yield folder
    embedded.remove(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Run one embedded server for the whole session, with a migrated template."""
    folder = Path(tempfile.mkdtemp(prefix="tieout-"))
    folder.chmod(0o711)
    try:
        embedded.ensure(folder)
        running = Server(home=folder, administrator=embedded.administrator(folder))
        template = running.make_database(TEMPLATE)
        schema.upgrade(template)
        yield running
    finally:
        embedded.remove(folder)
        shutil.rmtree(folder)


@pytest.fixture
def address(server: Server) -> Iterator[str]:
    """Give the address of a fresh database with our tables."""
    name = f"test_{next(_numbers)}"
    yield server.make_database(name, template=TEMPLATE)
    server.drop_database(name)


@pytest.fixture
def empty_address(server: Server) -> Iterator[str]:
    """Give the address of a fresh database with nothing in it."""
    name = f"test_{next(_numbers)}"
    yield server.make_database(name)
    server.drop_database(name)


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """Give a store on a fresh database."""
    opened = Store(address, pool_size=5)
    yield opened
    opened.close()
