"""Our own PostgreSQL server, started from bundled programs and shared by every process of one home."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final, NewType
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from tieout.store.binaries import Binaries, copy_beside, locate
from tieout.store.place import SOCKET_NAME, Account, Place, account_named, find_place, known_place, may_enter, only_one

Address = NewType("Address", str)
"""A libpq address, `postgresql://...`; it may hold a password, so it is never logged."""

ROLE: Final = "tieout"
DATABASE: Final = "tieout"
ADMINISTRATOR: Final = "postgres"
START_SECONDS: Final = 30
_LOOPBACK: Final = os.name == "nt"


class ServerFailed(RuntimeError):  # noqa: N818  # named for what happened
    """The embedded server did not start; the sentence holds the end of its log."""


def ensure(home: Path, *, account: str = "nobody", loopback: bool = _LOOPBACK) -> Address:
    """Find the embedded server of this home running, or start it, and return the application's address.

    The first call makes the data directory (about a second). Any number of processes may call this at
    once. As root the server runs as `account`, an existing unprivileged account; none is created and no
    directory that exists is opened. Raises `NoPostgres`, `PlaceRefused` or `ServerFailed`.
    """
    with only_one(home):
        place = find_place(home, account=account_named(account), loopback=loopback)
        if not _answers(place):
            _start(place)
        _make_database(place)
    return _address(place, role=ROLE, database=DATABASE)


def stop(home: Path, *, account: str = "nobody", loopback: bool = _LOOPBACK) -> bool:
    """Stop the server of this home; False when there was none running."""
    if not home.is_dir():
        return False
    with only_one(home):
        place = known_place(home, account=account_named(account), loopback=loopback)
        if place is None or not (place.data / "postmaster.pid").exists():
            return False
        if _postmaster(place) is None:
            return False
        _run(place, _usable_binaries(place).program("pg_ctl"), "-w", "-m", "fast", "-D", str(place.data), "stop")
        return True


def remove(home: Path, *, account: str = "nobody", loopback: bool = _LOOPBACK) -> None:
    """Stop the server of this home and delete its data for good (demos and tests)."""
    stop(home, account=account, loopback=loopback)
    place = known_place(home, account=account_named(account), loopback=loopback)
    if place is None:
        return
    shutil.rmtree(place.folder, ignore_errors=True)
    if place.socket != place.data:
        shutil.rmtree(place.socket, ignore_errors=True)
    for name in ("postgres.location", "postgres.lock"):
        (home / name).unlink(missing_ok=True)


def administrator(home: Path, *, account: str = "nobody", loopback: bool = _LOOPBACK) -> Address:
    """Return the superuser's address of a running server; for backups and tests, never for the application."""
    place = find_place(home, account=account_named(account), loopback=loopback)
    return _address(place, role=ADMINISTRATOR, database="postgres")


def _address(place: Place, *, role: str, database: str) -> Address:
    if place.port is None:
        return Address(f"postgresql://{role}@/{database}?" + urlencode({"host": str(place.socket), "port": 5432}))
    assert place.password is not None
    return Address(f"postgresql://{role}:{quote(place.password)}@127.0.0.1:{place.port}/{database}")


def _answers(place: Place) -> bool:
    if not (place.data / "PG_VERSION").exists():
        return False
    try:
        psycopg.connect(_address(place, role=ADMINISTRATOR, database="postgres"), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _start(place: Place) -> None:
    """Start the server, making its data first if need be, and wait until it answers.

    A killed server may leave dying backends that still hold its memory, a zombie, or a pid file whose
    number now belongs to another program, so a start that fails is tried again for a while.
    """
    binaries = _usable_binaries(place)
    if not (place.data / "PG_VERSION").exists():
        _initialise(place, binaries)
    _write_settings(place)
    give_up = time.monotonic() + START_SECONDS
    while True:
        _clear_stale_pid(place)
        answer = _run(place, binaries.program("pg_ctl"), "-w", "-t", "20", "-D", str(place.data), "-l",
                      str(place.log), "start", check=False)  # fmt: skip
        if _answers(place):
            return
        if time.monotonic() > give_up:
            raise ServerFailed(f"The embedded PostgreSQL did not start: {answer} Its log ends: {_log_end(place)}")
        time.sleep(0.25)


def _usable_binaries(place: Place) -> Binaries:
    version = place.data / "PG_VERSION"
    major = int(version.read_text(encoding="ascii")) if version.exists() else None
    binaries = locate(major)
    if place.account is None or may_enter(binaries.folder, place.account):
        return binaries
    return copy_beside(binaries, place.folder / "programs")


def _initialise(place: Place, binaries: Binaries) -> None:
    for left_over in place.data.iterdir():  # a first start that was cut off
        if left_over.is_dir() and not left_over.is_symlink():
            shutil.rmtree(left_over)
        else:
            left_over.unlink()
    arguments = ["-D", str(place.data), "-U", ADMINISTRATOR, "-E", "UTF8", "--locale=C", "--no-instructions"]
    password_file = place.folder / "administrator.password"
    if place.password is None:
        arguments += ["-A", "peer"]
    else:
        password_file.write_text(place.password, encoding="ascii")
        _hand_over(password_file, place.account)
        arguments += ["-A", "scram-sha-256", f"--pwfile={password_file}"]
    try:
        _run(place, binaries.program("initdb"), *arguments)
    finally:
        password_file.unlink(missing_ok=True)


def _write_settings(place: Place) -> None:
    """Write what we decide; rewritten at every start, so that a home may be moved."""
    where = (
        {"listen_addresses": "127.0.0.1", "port": str(place.port), "unix_socket_directories": ""}
        if place.port is not None
        else {"listen_addresses": "", "port": "5432", "unix_socket_directories": str(place.socket)}
    )
    settings = where | {
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "64MB",
        "max_parallel_workers_per_gather": "0",  # containers often have little shared memory
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "fsync": "on",
        "synchronous_commit": "on",
    }
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
    _write(place, "tieout.conf", lines)
    main = place.data / "postgresql.conf"
    if "include 'tieout.conf'" not in main.read_text(encoding="utf-8"):
        with main.open("a", encoding="utf-8") as file:
            file.write("\ninclude 'tieout.conf'\n")
    if place.password is None:
        # Only the account that runs Tieout may connect, whatever happens to the socket's permissions.
        caller = _caller_name()
        _write(place, "pg_hba.conf", ["local all all peer map=tieout"])
        _write(place, "pg_ident.conf", [f'tieout "{caller}" {role}' for role in (ROLE, ADMINISTRATOR)])
    else:
        _write(place, "pg_hba.conf", ["host all all 127.0.0.1/32 scram-sha-256"])


def _write(place: Place, name: str, lines: list[str]) -> None:
    path = place.data / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _hand_over(path, place.account)


def _hand_over(path: Path, account: Account | None) -> None:
    path.chmod(0o600)
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _caller_name() -> str:
    import pwd  # noqa: PLC0415  # absent on Windows

    return pwd.getpwuid(os.geteuid()).pw_name


def _make_database(place: Place) -> None:
    """Make the application's role and database, if they are not there yet.

    The role is no superuser: row-level security does not bind superusers.
    """
    address = _address(place, role=ADMINISTRATOR, database="postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
            make = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD {}")
            connection.execute(make.format(sql.Identifier(ROLE), sql.Literal(place.password)))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            make = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(make.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))


def _postmaster(place: Place) -> int | None:
    """Return the process id of a server that really runs on this data, else None."""
    note = place.data / "postmaster.pid"
    try:
        pid = int(note.read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _is_postgres(pid) else None


def _is_postgres(pid: int) -> bool:
    """Say whether this process exists, is no zombie and is a PostgreSQL server."""
    if Path("/proc/self/stat").exists():
        try:
            name, _, rest = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return "postgres" in name and rest.split()[0] not in ("Z", "X")
    on_windows = ["tasklist", "/FI", f"PID eq {pid}", "/NH"]
    query = on_windows if os.name == "nt" else ["ps", "-p", str(pid), "-o", "comm="]
    listing = subprocess.run(query, capture_output=True, text=True, check=False)  # noqa: S603
    return "postgres" in listing.stdout


def _clear_stale_pid(place: Place) -> None:
    """Remove a pid file whose process is gone, a zombie or another program.

    PostgreSQL itself still refuses to start while backends of the old server hold its shared memory. A
    server that runs but whose socket was swept away is asked to stop, so that it can be started anew.
    """
    note = place.data / "postmaster.pid"
    pid = _postmaster(place)
    if pid is None:
        note.unlink(missing_ok=True)
    elif place.port is None and not (place.socket / SOCKET_NAME).exists():
        time.sleep(0.5)  # it may only be starting
        if not (place.socket / SOCKET_NAME).exists():
            program = _usable_binaries(place).program("pg_ctl")
            _run(place, program, "-w", "-m", "fast", "-D", str(place.data), "stop", check=False)


def _run(place: Place, *command: str, check: bool = True) -> str:
    """Run one of PostgreSQL's programs as the server's account; return what it said."""
    who = place.account
    drop = {} if who is None else {"user": who.uid, "group": who.gid, "extra_groups": []}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    answer = subprocess.run(  # type: ignore[call-overload]  # noqa: S603  # the three arguments come together
        command, cwd=place.folder.anchor, env=environment, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, **drop,
    )  # fmt: skip
    said = f"{answer.stdout}{answer.stderr}".strip()
    if check and answer.returncode != 0:
        raise ServerFailed(f"{Path(command[0]).name} failed: {said}")
    return said


def _log_end(place: Place) -> str:
    try:
        return " / ".join(place.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
    except FileNotFoundError:
        return "(no log)"
