"""The file server: SFTP by asyncssh on a port of this computer, in a thread with an event loop of its own.

The login of the 3PL's own name sees all partners as folders; every partner's name is a login that sees its own
folders only, with the same password and key.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

import asyncssh
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tieout.sandbox.files.manners import Slips
from tieout.sandbox.journal import Journal

START_WAIT_SECONDS = 10.0
HOST = "127.0.0.1"


class Wire:
    """What all connections share: the folders, who may log in, the manners, and which files are open."""

    def __init__(self, root: Path, slips: Slips, journal: Journal, lock: threading.RLock) -> None:
        self.root = root
        self.slips = slips
        self.journal = journal
        self.lock = lock
        self.username = ""
        self.password = ""
        self.client_key = ""
        self.partners: Callable[[], set[str]] = set
        self.writing: dict[int, Path] = {}

    def folder_of(self, username: str) -> Path | None:
        """Return what a login sees; None when there is no such login."""
        if username == self.username:
            return self.root
        return self.root / username if username in self.partners() else None

    def busy(self) -> set[Path]:
        """Return the files that are being written."""
        with self.lock:
            return set(self.writing.values())

    def happens(self, slip: str, path: Path) -> bool:
        """Say whether this slip strikes an act on that path."""
        partner = path.relative_to(self.root).parts[:1]
        with self.lock:
            return bool(self.slips.roll((slip,), partner=partner[0] if partner else ""))

    def note(self, act: str, effect: str, path: Path, *, slip: str = "", **fields: str | int) -> None:
        """Write an act of a client to the journal."""
        where = path.relative_to(self.root).as_posix()
        with self.lock:
            entry = self.journal.begin("SFTP", f"/{where}", act)
            entry.temper = slip
            entry.effect(effect, path=where, **fields)


class _Server(asyncssh.SSHServer):
    """Lets in who knows the password or has the key."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def begin_auth(self, username: str) -> bool:
        """Nobody comes in without proof."""
        del username
        return True

    def password_auth_supported(self) -> bool:
        """Passwords are taken where one is set."""
        return bool(self._wire.password)

    def validate_password(self, username: str, password: str) -> bool:
        """Compare in constant time."""
        right = hmac.compare_digest(password.encode(), self._wire.password.encode())
        return right and self._wire.folder_of(username) is not None

    def public_key_auth_supported(self) -> bool:
        """Keys are taken where one is set."""
        return bool(self._wire.client_key)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Compare with the one client key."""
        wanted = asyncssh.import_public_key(self._wire.client_key)
        return key.public_data == wanted.public_data and self._wire.folder_of(username) is not None


class _Files(asyncssh.SFTPServer):
    """One session: a folder as the root, with the rights and the faults of the manners."""

    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], wire: Wire) -> None:
        self._wire = wire
        self._connection = chan.get_connection()
        self._open: dict[int, Path] = {}
        folder = wire.folder_of(str(chan.get_extra_info("username")))
        assert folder is not None, "who is unknown does not come in"
        super().__init__(chan, chroot=str(folder).encode())

    def map_path(self, path: bytes) -> bytes:
        """Refuse absolute paths where the manners say so."""
        if path.startswith(b"/") and path != b"/" and not self._wire.slips.manners.absolute_paths:
            raise asyncssh.SFTPNoSuchFile("No such file")
        return super().map_path(path)

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open, and remember what is open."""
        opened = super().open(path, pflags, attrs)
        self._open[id(opened)] = self._place(path)
        if pflags & (asyncssh.FXF_WRITE | asyncssh.FXF_APPEND):
            with self._wire.lock:
                self._wire.writing[id(opened)] = self._place(path)
        return opened

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Read, or lose the connection."""
        found = cast("bytes", super().read(file_obj, offset, size))
        path = self._open[id(file_obj)]
        if found and self._wire.happens("drop_connection", path):
            self._drop(path, "reading")
        return found

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Write, or write the first half and lose the connection."""
        path = self._open[id(file_obj)]
        if data and self._wire.happens("drop_connection", path):
            super().write(file_obj, offset, data[: len(data) // 2])
            self._drop(path, "writing")
        return cast("int", super().write(file_obj, offset, data))

    def close(self, file_obj: object) -> None:
        """Close; a file that was written is noted."""
        self._open.pop(id(file_obj), None)
        with self._wire.lock:
            path = self._wire.writing.pop(id(file_obj), None)
        super().close(file_obj)
        if path is not None and path.is_file():
            body = path.read_bytes()
            digest = hashlib.sha256(body).hexdigest()
            self._wire.note("close", "file.uploaded", path, size=len(body), sha256=digest)

    def exit(self) -> None:
        """Forget what a lost session had open."""
        with self._wire.lock:
            for key in self._open:
                self._wire.writing.pop(key, None)
        super().exit()

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename where there is no file of the new name."""
        self._may("client_may_rename")
        super().rename(oldpath, newpath)
        self._renamed(oldpath, newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename over whatever is there."""
        if not self._wire.slips.manners.posix_rename:
            raise asyncssh.SFTPOpUnsupported("Operation unsupported")
        self._may("client_may_rename")
        super().posix_rename(oldpath, newpath)
        self._renamed(oldpath, newpath)

    def remove(self, path: bytes) -> None:
        """Delete a file."""
        self._may("client_may_delete")
        super().remove(path)
        self._wire.note("remove", "file.removed", self._place(path))

    def _renamed(self, oldpath: bytes, newpath: bytes) -> None:
        new = self._place(newpath)
        lost = self._wire.happens("drop_after_rename", new)
        slip = "drop_after_rename" if lost else ""
        old = self._place(oldpath).relative_to(self._wire.root).as_posix()
        self._wire.note("rename", "file.renamed", new, slip=slip, old=old)
        if lost:
            self._abort()

    def _may(self, right: str) -> None:
        if not getattr(self._wire.slips.manners, right):
            raise asyncssh.SFTPPermissionDenied("Permission denied")

    def _drop(self, path: Path, act: str) -> None:
        with self._wire.lock:
            self._wire.writing = {key: one for key, one in self._wire.writing.items() if one != path}
        self._wire.note(act, "connection.dropped", path, slip="drop_connection")
        self._abort()

    def _abort(self) -> None:
        self._connection.abort()
        raise asyncssh.SFTPConnectionLost("Connection lost")

    def _place(self, path: bytes) -> Path:
        return Path(self.map_path(path).decode())


class FileServer:
    """Starts and stops the server; the host key is made from the seed, so that it can be pinned."""

    def __init__(self, wire: Wire, seed: int, port: int) -> None:
        self._wire = wire
        self._wanted_port = port
        self.key = host_key(seed)
        self.port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._trouble: BaseException | None = None

    @property
    def public_key(self) -> str:
        """The host's public key as a line of known_hosts has it: type and text."""
        return " ".join(self.key.export_public_key().decode().split()[:2])

    @property
    def fingerprint(self) -> str:
        """The host key's fingerprint: SHA256 and base64."""
        return self.key.get_fingerprint()

    def start(self) -> None:
        """Listen; returns once connections are taken. Harmless when it runs."""
        if self._thread is not None:
            return
        ready = threading.Event()
        self._trouble = None
        self._thread = threading.Thread(target=self._run, args=(ready,), name="sandbox-sftp", daemon=True)
        self._thread.start()
        assert ready.wait(START_WAIT_SECONDS), "the file server did not start"
        if self._trouble is not None:
            raise RuntimeError("the file server did not start") from self._trouble

    def stop(self) -> None:
        """Close all connections and the port; harmless when it does not run."""
        if self._thread is None or self._loop is None:
            return
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(START_WAIT_SECONDS)
        self._thread = None

    def change_key(self, seed: int) -> None:
        """Show the key of another seed from now on, at the same port; connections that stand are closed."""
        runs, port = self._thread is not None, self._wanted_port
        self._wanted_port = self.port
        self.stop()
        self.key = host_key(seed)
        if runs:
            self.start()
        self._wanted_port = port

    def _run(self, ready: threading.Event) -> None:
        asyncio.run(self._serve(ready))

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        open_ones: set[asyncssh.SSHServerConnection] = set()
        wire = self._wire

        class Counted(_Server):
            def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
                open_ones.add(conn)

        try:
            acceptor = await asyncssh.listen(
                HOST,
                self._wanted_port,
                reuse_address=True,
                server_host_keys=[self.key],
                server_factory=lambda: Counted(wire),
                sftp_factory=lambda chan: _Files(chan, wire),
                allow_scp=False,
            )
        except OSError as error:
            self._trouble = error
            ready.set()
            return
        self.port = acceptor.get_port()
        ready.set()
        await self._ended.wait()
        acceptor.close()
        for connection in open_ones:
            connection.abort()
        await acceptor.wait_closed()
        await asyncio.gather(*(connection.wait_closed() for connection in open_ones))


def host_key(seed: int) -> asyncssh.SSHKey:
    """Return the Ed25519 key that belongs to a seed: the same each time, and secret to nobody."""
    secret = Ed25519PrivateKey.from_private_bytes(random.Random(f"host key {seed}").randbytes(32))
    text = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return asyncssh.import_private_key(text)
