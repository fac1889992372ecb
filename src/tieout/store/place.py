"""Where the embedded server keeps its data, as which account it runs and where its socket is."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

# A socket's whole path must stay under about 104 bytes on macOS and 108 on Linux.
SOCKET_PATH_MAX: Final = 100
SOCKET_NAME: Final = ".s.PGSQL.5432"
STATE_DIRECTORY: Final = Path("/var/lib/tieout")
LOCATION_FILE: Final = "postgres.location"


class PlaceRefused(RuntimeError):  # noqa: N818  # named for what happened
    """The data cannot be kept where it was asked for; the sentence says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operating-system account that the server runs as when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Everything that is known about one embedded server before it runs.

    `folder` is ours; `account` is None when the server runs as the caller; `port` and `password` are set
    only where there are no Unix sockets (Windows).
    """

    folder: Path
    account: Account | None
    socket: Path
    port: int | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        """The server's data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log, inside the data directory because the server's account writes it."""
        return self.data / "server.log"


def account_named(name: str) -> Account | None:
    """Return the account to drop to when the caller is root, else None."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415  # absent on Windows

    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise PlaceRefused(
            f"PostgreSQL refuses to run as root and there is no account {name!r} to run it as: "
            "name an existing unprivileged account, or start Tieout as an ordinary user."
        ) from None
    if entry.pw_uid == 0:
        raise PlaceRefused(f"PostgreSQL refuses to run as root, and the account {name!r} is root.")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def find_place(home: Path, *, account: Account | None, loopback: bool, state: Path = STATE_DIRECTORY) -> Place:
    """Decide where the data lives and make the folder; remembered in the home from then on.

    It is `home/postgres`. When root chose a home under directories that the server's own account may not
    pass through, it is a folder of the system state directory instead, because we never open a directory
    that somebody closed.
    """
    _make_folder(home)
    home = home.resolve()
    folder = _remembered(home) or _choose(home, account, state)
    _make_folder(folder)
    (home / LOCATION_FILE).write_text(f"{folder}\n", encoding="utf-8")
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    if account is not None and data.stat().st_uid != account.uid:
        os.chown(data, account.uid, account.gid)
    if loopback:
        port, password = _endpoint(folder)
        return Place(folder=folder, account=account, socket=data, port=port, password=password)
    return Place(folder=folder, account=account, socket=_socket_folder(data, account))


def known_place(home: Path, *, account: Account | None, loopback: bool) -> Place | None:
    """Return the place of a home that has been used before, or None."""
    if not home.is_dir() or _remembered(home.resolve()) is None:
        return None
    return find_place(home, account=account, loopback=loopback)


def may_enter(path: Path, account: Account) -> bool:
    """Say whether the account may pass through every directory from the root down to `path`."""
    return all(_may_pass(folder.stat(), account) for folder in (path, *path.parents) if folder.exists())


def _remembered(home: Path) -> Path | None:
    note = home / LOCATION_FILE
    if not note.is_file():
        return None
    folder = Path(note.read_text(encoding="utf-8").strip())
    # A home that was moved takes its data along; only data kept elsewhere stays where it was.
    beside = home / "postgres"
    return beside if beside.is_dir() else folder


def _choose(home: Path, account: Account | None, state: Path) -> Path:
    if account is None or may_enter(home, account):
        return home / "postgres"
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    chosen = state / digest
    if not may_enter(state, account):
        raise PlaceRefused(
            f"The database cannot be kept under {home}, because its own account may not pass through the "
            f"directories above it, nor under {state}: choose a home whose parents are open to others (0711)."
        )
    return chosen


def _make_folder(folder: Path) -> None:
    """Make a folder that others may pass through but not list; one that exists stays as it is."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o711)  # whatever the umask says


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _socket_folder(data: Path, account: Account | None) -> Path:
    """Return the data directory itself, or a short private directory when its path is too long."""
    if len(os.fsencode(data / SOCKET_NAME)) <= SOCKET_PATH_MAX:
        return data
    owner = account.uid if account is not None else os.geteuid()
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:10]
    folder = Path(tempfile.gettempdir()) / f"tieout-{digest}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        os.chown(folder, owner, account.gid if account is not None else -1)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner or status.st_mode & 0o077:
        raise PlaceRefused(
            f"The socket directory {folder} belongs to somebody else or is open to others: "
            "remove it, or choose a home with a shorter path."
        )
    return folder


def _endpoint(folder: Path) -> tuple[int, str]:
    """Return the loopback port and password of this server, drawn once."""
    import socket  # noqa: PLC0415  # only where there are no Unix sockets

    note = folder / "endpoint.json"
    if not note.exists():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            drawn = {"port": probe.getsockname()[1], "password": secrets.token_urlsafe(24)}
        with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(drawn, file)
    kept = json.loads(note.read_text(encoding="utf-8"))
    return int(kept["port"]), str(kept["password"])


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of this home."""
    _make_folder(home)
    with (home / "postgres.lock").open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  # only on Windows

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl  # noqa: PLC0415  # absent on Windows

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
