"""One database server for the whole test run, and a fresh migrated database for every test."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tieout.store import Store, embedded, schema
from tieout.store.binaries import installed

TEMPLATE = "tieout_template"
MEMORY_BYTES_MIN = 2 * 1024**3
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server and how to make databases on it."""

    home: Path
    administrator: str

    def make_database(self, name: str, *, template: str = "template1") -> str:
        with psycopg.connect(self.administrator, autocommit=True) as connection:
            make = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY wal_log")
            names = (name, embedded.ROLE, template)
            connection.execute(make.format(*(sql.Identifier(each) for each in names)))
        return self.administrator.replace("//postgres@/postgres", f"//{embedded.ROLE}@/{name}")

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.administrator, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def roomy_memory() -> str | None:
    """Return the file system in memory if there is room: a database is a few hundred files, slow to make on disks."""
    memory = Path("/dev/shm")  # noqa: S108  # our folder in it is private
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > MEMORY_BYTES_MIN
    return str(memory) if roomy else None


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a short home that the server's own account may pass through, even when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="tieout-", dir=roomy_memory()))
    folder.chmod(0o711)
    yield folder
    embedded.remove(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Run one embedded server for the whole session, with a migrated template."""
    folder = Path(tempfile.mkdtemp(prefix="tieout-", dir=roomy_memory()))
    folder.chmod(0o711)
    try:
        embedded.ensure(folder)
        running = Server(home=folder, administrator=embedded.administrator(folder))
        with psycopg.connect(running.administrator, autocommit=True) as connection:
            # Only here, and only for speed: nobody needs these rows after a power cut.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
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


@pytest.fixture(scope="session")
def external_server() -> Iterator[str]:
    """Run the operating system's PostgreSQL on a loopback port with passwords; the superuser's address."""
    binaries = installed()
    if binaries is None:
        pytest.skip("no PostgreSQL of the operating system is installed")
    folder = Path(tempfile.mkdtemp(prefix="tieout-external-", dir=roomy_memory()))
    drop: dict[str, Any] = {}
    if os.geteuid() == 0:
        drop = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody", "nogroup")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    password = folder / "password"
    password.write_text("external", encoding="ascii")
    password.chmod(0o644)
    data = str(folder / "data")
    make = ["-D", data, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C"]
    listen = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
    control = [binaries.program("pg_ctl"), "-w", "-D", data, "-l", str(folder / "log")]
    subprocess.run([binaries.program("initdb"), *make], cwd="/", check=True, capture_output=True, **drop)
    subprocess.run([*control, "-o", listen, "start"], cwd="/", check=True, capture_output=True, **drop)
    try:
        yield f"postgresql://postgres:external@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], cwd="/", check=True, capture_output=True, **drop)
        shutil.rmtree(folder)


@pytest.fixture
def external_address(external_server: str) -> str:
    """Give the address of a fresh, empty database on a server that is not ours, with an ordinary role."""
    name = f"external_{next(_numbers)}"
    with psycopg.connect(external_server, autocommit=True) as connection:
        for statement in ("CREATE ROLE {} LOGIN PASSWORD 'ordinary'", "CREATE DATABASE {0} OWNER {0}"):
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    return external_server.replace("postgres:external@", f"{name}:ordinary@").removesuffix("postgres") + name


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """Give a store on a fresh database."""
    opened = Store(address, pool_size=5)
    yield opened
    opened.close()
