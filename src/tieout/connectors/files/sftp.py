"""SFTP with one partner: a pinned host key, deadlines, and failures named for what to do next."""

from __future__ import annotations

import contextlib
import io
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

import paramiko

from tieout.connectors.files import host_keys, names
from tieout.connectors.files.settings import FilesSettings, too_large
from tieout.ports.errors import BadAnswer, ConnectorError, OutcomeUnknown, Refused, Unauthorised, Unavailable
from tieout.ports.inbound import MalformedError
from tieout.ports.warehouses import WaitingFile

_LOST = (paramiko.SSHException, EOFError, TimeoutError, ConnectionError)
_FAILURES = (OSError, paramiko.SSHException, EOFError)
_NOT_THERE = FileNotFoundError
_CHUNK = 32_768
_ANY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_WORDS_MAX = 200
_LISTED_MAX = 100_000
"""Files that a directory may hold. More are not read in part: the new ones could be those left out."""

T = TypeVar("T")


class Line:
    """An open connection. What the server refuses raises OSError, a lost connection one of the errors in `_LOST`."""

    def __init__(self, transport: paramiko.Transport, sftp: paramiko.SFTPClient) -> None:
        self.transport = transport
        self.sftp = sftp
        self.directories: dict[str, str] = {}

    def is_lost(self, error: Exception) -> bool:
        """Whether the error means that the connection is gone, or out of step after a deadline."""
        channel = self.sftp.get_channel()
        return isinstance(error, _LOST) or channel is None or channel.closed or not self.transport.is_active()

    def close(self) -> None:
        """Hang up."""
        self.sftp.close()
        hang_up(self.transport, self.transport.sock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A directory as it stands."""

    files: int
    may_write: bool
    """False where its permissions let nobody write; a server may still refuse what they allow."""


class SftpPlace:
    """One account's server. Safe to share between threads: one of them speaks at a time."""

    def __init__(self, settings: FilesSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.RLock()
        self._line: Line | None = None
        self._used_at: datetime | None = None

    def listing(self, directory: str) -> tuple[WaitingFile, ...]:
        """The files of a directory with safe names; none where there is no such directory."""

        def read(line: Line) -> tuple[WaitingFile, ...]:
            try:
                rows = list(islice(line.sftp.listdir_iter(self._path(line, directory)), _LISTED_MAX + 1))
            except _NOT_THERE:
                return ()
            if len(rows) > _LISTED_MAX:
                raise BadAnswer(f"{directory} holds more than {_LISTED_MAX:,} files: ask the partner to clear it")
            return tuple(file for file in map(_as_file, rows) if file is not None)

        return self._reading(f"list {directory}", read)

    def greet(self) -> str:
        """Connect and sign in; the fingerprint of the server's key, which is a pinned one."""

        def read(line: Line) -> str:
            line.sftp.stat(".")
            return host_keys.fingerprint(line.transport.get_remote_server_key())

        return self._reading("greet the server", read)

    def directory(self, directory: str) -> Directory | None:
        """A directory as it stands; None where there is none, Unauthorised where it may not be listed."""

        def read(line: Line) -> Directory | None:
            path = self._path(line, directory)
            try:
                mode = line.sftp.stat(path).st_mode
                rows = islice(line.sftp.listdir_iter(path), _LISTED_MAX)
                files = sum(1 for row in rows if _as_file(row) is not None)
            except _NOT_THERE:
                return None
            return Directory(files=files, may_write=mode is None or bool(mode & _ANY_WRITE))

        return self._reading(f"list {directory}", read)

    def look(self, directory: str, name: str) -> WaitingFile | None:
        """One file as it stands; None when it is not there."""

        def read(line: Line) -> WaitingFile | None:
            try:
                row = line.sftp.stat(self._path(line, directory, name))
            except _NOT_THERE:
                return None
            row.filename = name
            return _as_file(row)

        return self._reading(f"look at {directory}/{name}", read)

    def fetch(self, directory: str, name: str) -> bytes | None:
        """All of a file; None when it is not there, MalformedError when it is larger than allowed."""
        limit = self._settings.file_bytes_max

        def read(line: Line) -> bytes | None:
            try:
                with line.sftp.open(self._path(line, directory, name), "rb") as file:
                    size = file.stat().st_size or 0
                    if size > limit:
                        raise MalformedError(too_large(size, self._settings))
                    file.prefetch(size)
                    return bytes(file.read(limit + 1))
            except _NOT_THERE:
                return None

        body = self._reading(f"read {directory}/{name}", read)
        if body is not None and len(body) > limit:
            raise MalformedError(too_large(len(body), self._settings))
        return body

    def move(self, directory: str, name: str, to_directory: str, to_name: str) -> bool:
        """Move a file, never over another one; False when it is not there any more."""
        what = f"move {name} from {directory} to {to_directory}"

        def act(line: Line) -> bool:
            if self._stands(line, to_directory, to_name):
                raise BadAnswer(f"{to_directory}/{to_name} stands there already: {name} was left where it is")
            try:
                line.sftp.rename(self._path(line, directory, name), self._path(line, to_directory, to_name))
            except _NOT_THERE:
                if self._stands(line, directory, name):
                    raise Unavailable(f"{self._who} has no directory {to_directory} to move {name} to") from None
                return False
            return True

        return self._reading(what, act, tries=1)

    def put(self, directory: str, name: str, body: bytes) -> None:
        """Upload a file so that nobody sees it before it is whole.

        It arrives with its last step, the renaming. Until that is sent, every failure means that it did not arrive;
        a connection lost after it raises OutcomeUnknown. Without the right to rename it grows under its final name,
        and a connection lost meanwhile raises OutcomeUnknown, too.
        """
        with self._lock:
            line = self._open_checked()
            target = self._path(line, directory, name)
            way = f"{target}.tmp" if self._settings.may_rename else target
            try:
                is_last = not self._settings.may_rename
                self._acting(line, f"write {way}", lambda: _write(line, way, body), is_last=is_last)
                if self._settings.may_rename:
                    self._acting(line, f"rename {way}", lambda: _rename(line, way, target), is_last=True)
            except (Refused, Unauthorised):
                # The server said no and the line stands: nothing of ours is left lying there, if we may remove it.
                with contextlib.suppress(*_FAILURES):
                    line.sftp.remove(way)
                raise

    def close(self) -> None:
        """Drop the idle connection."""
        with self._lock:
            self._drop()

    @property
    def _who(self) -> str:
        return self._settings.host

    def _reading(self, what: str, act: Callable[[Line], T], tries: int = 2) -> T:
        """What a read brings; it is repeated once on a fresh connection when the old one turns out to be gone."""
        with self._lock:
            for left in reversed(range(tries)):
                line = self._open()
                try:
                    return act(line)
                except _FAILURES as error:
                    if not line.is_lost(error):
                        raise self._said_no(what, error, otherwise=Unavailable) from None
                    self._drop()
                    if not left:
                        raise Unavailable(f"the connection to {self._who} was lost: could not {what}") from None
        raise AssertionError("no try left and nothing raised")

    def _acting(self, line: Line, what: str, act: Callable[[], None], *, is_last: bool) -> None:
        """One step of a write; a connection lost in the last step leaves open whether it was done."""
        try:
            act()
        except _FAILURES as error:
            if not line.is_lost(error):
                raise self._said_no(what, error, otherwise=Refused) from None
            self._drop()
            text = f"the connection to {self._who} was lost while it was asked to {what}"
            raise (OutcomeUnknown(text) if is_last else Unavailable(f"{text}: nothing arrived")) from None

    def _said_no(self, what: str, error: Exception, otherwise: type[ConnectorError]) -> ConnectorError:
        words = _words(error)
        if isinstance(error, PermissionError):
            return Unauthorised(f"{self._who} does not let {self._settings.username} {what}: {words}")
        return otherwise(f"{self._who} could not {what}: {words}")

    def _stands(self, line: Line, directory: str, name: str) -> bool:
        try:
            line.sftp.lstat(self._path(line, directory, name))
        except _NOT_THERE:
            return False
        return True

    def _path(self, line: Line, directory: str, name: str = "") -> str:
        """The path of a file: its directory as configured, or as the server shows it to an account locked in."""
        assert not name or names.is_safe(name.removesuffix(".tmp")), name
        if directory not in line.directories:
            line.directories[directory] = next(
                (path for path in _ways(directory) if _is_directory(line, path)), directory or "."
            )
        base = line.directories[directory]
        return f"{base.rstrip('/')}/{name}" if name else base

    def _open(self) -> Line:
        now = self._clock()
        if self._line is not None:
            is_idle = self._used_at is None or now - self._used_at > timedelta(seconds=self._settings.idle_seconds)
            if is_idle or not self._line.transport.is_active():
                self._drop()
        if self._line is None:
            self._line = dial(self._settings)
        self._used_at = now
        return self._line

    def _open_checked(self) -> Line:
        """A connection that has just answered, so that a write does not die of an old one."""
        line = self._open()
        try:
            line.sftp.stat(".")
        except _FAILURES as error:
            if line.is_lost(error):
                self._drop()
                line = self._open()
        return line

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


def dial(settings: FilesSettings) -> Line:
    """A connection to the server whose key is pinned, signed in; Unauthorised or Unavailable otherwise."""
    seconds = settings.connect_seconds
    try:
        wire = socket.create_connection((settings.host, settings.port), timeout=seconds)
    except OSError as error:
        raise Unavailable(f"{settings.host} cannot be reached at port {settings.port}: {error}") from None
    transport: paramiko.Transport | None = None
    try:
        transport = paramiko.Transport(wire)
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = seconds
        options = transport.get_security_options()
        options.key_types = host_keys.preferred(settings, tuple(options.key_types))
        transport.start_client(timeout=seconds)
        host_keys.check(transport.get_remote_server_key(), settings)
        _sign_in(transport, settings)
        channel = transport.open_session(timeout=seconds)
        channel.settimeout(settings.read_seconds)
        channel.invoke_subsystem("sftp")
        return Line(transport, paramiko.SFTPClient(channel))
    except BaseException as error:
        hang_up(transport, wire)
        if isinstance(error, ConnectorError) or not isinstance(error, _FAILURES):
            raise
        raise Unavailable(f"{settings.host} does not complete the connection: {_words(error)}") from None


def hang_up(transport: paramiko.Transport | None, wire: socket.socket | paramiko.Channel) -> None:
    """Close both: a transport that the other side has ended leaves its socket open."""
    if transport is not None:
        transport.close()
    wire.close()


def _sign_in(transport: paramiko.Transport, settings: FilesSettings) -> None:
    try:
        if settings.private_key is not None:
            transport.auth_publickey(settings.username, _private_key(settings))
        else:
            assert settings.password is not None, "settings without password and key are refused"
            transport.auth_password(settings.username, settings.password.get_secret_value())
    except paramiko.AuthenticationException as error:
        if any(word in str(error).casefold() for word in ("timeout", "eof")):
            raise Unavailable(f"{settings.host} went away while signing in") from None
        way = "this private key" if settings.private_key is not None else "this password"
        raise Unauthorised(
            f"{settings.host} does not let {settings.username} in with {way}: ask the partner what is right"
        ) from None


def _private_key(settings: FilesSettings) -> paramiko.PKey:
    assert settings.private_key is not None, "asked for a key where none is set"
    phrase = settings.private_key_passphrase.get_secret_value() if settings.private_key_passphrase else None
    text = settings.private_key.get_secret_value().strip() + "\n"
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), password=phrase)
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise Unauthorised(
        "private_key cannot be read: it must be in OpenSSH or PEM form, with its passphrase if it has one"
    )


def _ways(directory: str) -> Iterator[str]:
    """The directory as configured, then as seen by an account that is locked into one of those above it."""
    yield directory or "."
    parts = [part for part in directory.split("/") if part and part != "."]
    if directory.startswith("/"):
        for at in range(len(parts)):
            yield "/".join(parts[at:])
            yield "/" + "/".join(parts[at:])
    elif parts:
        yield "/" + "/".join(parts)


def _is_directory(line: Line, path: str) -> bool:
    try:
        return stat.S_ISDIR(line.sftp.stat(path).st_mode or stat.S_IFDIR)
    except OSError as error:
        if line.is_lost(error):
            raise
        return False


def _as_file(row: paramiko.SFTPAttributes) -> WaitingFile | None:
    """A row of a list as a file; None for what is no plain file, or whose name could lead elsewhere."""
    if not names.is_safe(row.filename) or not stat.S_ISREG(row.st_mode or stat.S_IFREG):
        return None
    changed_at = datetime.fromtimestamp(row.st_mtime or 0, UTC)
    return WaitingFile(name=row.filename, size=row.st_size or 0, changed_at=changed_at)


def _write(line: Line, path: str, body: bytes) -> None:
    with line.sftp.open(path, "wb") as file:
        for start in range(0, len(body), _CHUNK):
            file.write(body[start : start + _CHUNK])
    if line.sftp.stat(path).st_size != len(body):
        raise OSError("it kept less than was written")


def _rename(line: Line, path: str, to: str) -> None:
    """Rename over what stands there: at once where the server can, else by the plain way, else by removing first."""
    try:
        line.sftp.posix_rename(path, to)
    except OSError as error:
        if line.is_lost(error):
            raise
    else:
        return
    try:
        line.sftp.rename(path, to)
    except PermissionError:
        raise
    except OSError as error:
        if line.is_lost(error):
            raise
        line.sftp.remove(to)
        line.sftp.rename(path, to)


def _words(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(text.split())[:_WORDS_MAX]
