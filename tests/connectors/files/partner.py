"""A real SFTP server in a thread, which can be told to misbehave, and what tests of file exchange have in common."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncssh
from pydantic import SecretStr

from tieout.connectors.files import FilesSettings
from tieout.domain.commands import CancelShipmentRequest, SendShipmentRequest
from tieout.domain.commands.warehouse import RequestLine
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.shipping import Shipment
from tieout.domain.documents.warehouse_stock import StockSnapshot
from tieout.ports.warehouses import RequestAnswer

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DIRECTORIES = ("in", "in/processing", "in/archive", "out", "out/processing", "out/archive", "out/error")
REFERENCE = "0000000123-1"


@dataclass
class Temper:
    """What the server does not allow, and when it hangs up."""

    refuses_posix_rename: bool = False
    refuses_rename: bool = False
    refuses_writing: bool = False
    drops_before: str = ""
    """Operation before which it hangs up: write, rename."""
    drops_after: str = ""
    """Operation after which it hangs up without having answered."""
    is_silent: bool = False
    """Whether it stops answering at the next list."""
    refuses_listing: str = ""
    """Directory that may not be listed."""
    refuses_absolute: bool = False
    connections: int = 0


class Server(asyncssh.SFTPServer):
    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], root: Path, temper: Temper) -> None:
        self.temper = temper
        super().__init__(chan, chroot=os.fsencode(root))

    def map_path(self, path: bytes) -> bytes:
        if self.temper.refuses_absolute and path.startswith(b"/data"):
            raise asyncssh.SFTPNoSuchFile("No such file")
        return super().map_path(path)

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if self.temper.refuses_writing and pflags & asyncssh.FXF_WRITE:
            raise asyncssh.SFTPPermissionDenied("not for you")
        return super().open(path, pflags, attrs)

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        self._hang_up_before("write")
        written = super().write(file_obj, offset, data)
        return await written if asyncio.iscoroutine(written) else written  # type: ignore[return-value]  # as in its base

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self.temper.refuses_posix_rename:
            raise asyncssh.SFTPOpUnsupported("no such extension")
        await self.rename(oldpath, newpath, is_over=True)

    async def rename(self, oldpath: bytes, newpath: bytes, *, is_over: bool = False) -> None:
        if self.temper.refuses_rename:
            raise asyncssh.SFTPPermissionDenied("renaming is not for you")
        self._hang_up_before("rename")
        (super().posix_rename if is_over else super().rename)(oldpath, newpath)
        if self.temper.drops_after == "rename":
            self.temper.drops_after = ""
            self.connection.abort()
            await asyncio.sleep(60)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        if self.temper.refuses_listing and path.decode().strip("/") == self.temper.refuses_listing:
            raise asyncssh.SFTPPermissionDenied("not for you")
        if self.temper.is_silent:
            await asyncio.sleep(60)
        async for name in super().scandir(path):
            yield name

    def _hang_up_before(self, operation: str) -> None:
        if self.temper.drops_before == operation:
            self.temper.drops_before = ""
            self.connection.abort()
            raise asyncssh.SFTPConnectionLost("gone")


class Login(asyncssh.SSHServer):
    def __init__(self, partner: Partner) -> None:
        self._partner = partner

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._partner.temper.connections += 1
        self._partner.connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        del username
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "merchant" and key.public_data == self._partner.client_key.public_data

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("merchant", "swordfish")


class Partner:
    """The server, its directories, and its temper."""

    def __init__(self, root: Path, *more_keys: asyncssh.SSHKey) -> None:
        self.root = root
        self.more_keys = more_keys
        self.client_key = asyncssh.generate_private_key("ssh-ed25519")
        self.temper = Temper()
        self.connections: list[asyncssh.SSHServerConnection] = []
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        for directory in DIRECTORIES:
            (root / directory).mkdir(parents=True, exist_ok=True)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    @property
    def host_key(self) -> str:
        return self.key.export_public_key().decode().strip()

    def close(self) -> None:
        async def end() -> None:
            await asyncio.sleep(0.05)  # a connection that was dropped at once may not have been accepted yet
            self._server.close()
            for connection in self.connections:
                connection.abort()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(*(one.wait_closed() for one in self.connections), return_exceptions=True)
            await self._server.wait_closed()
            await asyncio.sleep(0.01)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def drop(self, name: str, body: bytes, *, at: datetime = NOON, directory: str = "out") -> Path:
        """Put a file there as the partner would, last written at a moment."""
        path = self.root / directory / name
        path.write_bytes(body)
        os.utime(path, (at.timestamp(), at.timestamp()))
        return path

    def names(self, directory: str) -> list[str]:
        return sorted(path.name for path in (self.root / directory).iterdir() if path.is_file())

    async def _listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self.key, *self.more_keys],
            server_factory=lambda: Login(self),
            sftp_factory=lambda chan: Server(chan, self.root, self.temper),
            allow_scp=False,
        )

    def settings(self, **changes: object) -> FilesSettings:
        return FilesSettings.model_validate(
            {
                "account": "northern",
                "host": "127.0.0.1",
                "port": self.port,
                "host_key": self.host_key,
                "username": "merchant",
                "password": SecretStr("swordfish"),
                "read_seconds": 5.0,
                "connect_seconds": 5.0,
                **changes,
            }
        )


@dataclass
class Clock:
    now: datetime = NOON + timedelta(hours=1)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Ledger:
    read: set[tuple[str, str, str]] = field(default_factory=set)

    def is_read(self, account: str, name: str, digest: str) -> bool:
        return (account, name, digest) in self.read

    def note_read(self, account: str, name: str, digest: str) -> None:
        self.read.add((account, name, digest))


@dataclass
class Told:
    """The inbox: what files told, by what stands in them as reference."""

    left: list[Shipment] = field(default_factory=list)
    answered: list[RequestAnswer] = field(default_factory=list)
    counted: list[StockSnapshot] = field(default_factory=list)

    def shipments(self, account: str, reference: str) -> tuple[Shipment, ...]:
        return tuple(one for one in self.left if (one.account, one.reference) == (account, reference))

    def answers(self, account: str, reference: str) -> tuple[RequestAnswer, ...]:
        del account
        return tuple(one for one in self.answered if one.reference == reference)

    def snapshots(self, account: str) -> tuple[StockSnapshot, ...]:
        return tuple(one for one in self.counted if one.account == account)


def line(number: int = 1, sku: str = "0012", quantity: str = "3", **changes: Any) -> RequestLine:  # noqa: ANN401 - any field of it
    given: dict[str, Any] = {
        "line": f"55{number}",
        "number": number,
        "sku": sku,
        "quantity": Decimal(quantity),
        "unit": "EA",
        "stock_sku": sku,
        "stock_quantity": Decimal(quantity),
        "description": "Mug, blue",
    }
    return RequestLine(**{**given, **changes})


def request(reference: str = REFERENCE, **changes: Any) -> SendShipmentRequest:  # noqa: ANN401 - any field of it
    given: dict[str, Any] = {
        "key": f"release:{reference}",
        "account": "northern",
        "site": "NOR1",
        "reference": reference,
        "order_number": reference.rpartition("-")[0],
        "channel_reference": "#1001",
        "customer": "SHO001",
        "ordered_on": date(2026, 11, 19),
        "required_on": None,
        "lines": (line(), line(2, "MUG-RED", "1.5")),
        "deliver_to": PostalAddress(
            name="Ann Lee", lines=("1 High St",), city="Leeds", postcode="LS1 1AA", country="GB"
        ),
        "service": "NEXTDAY",
        "instructions": 'Leave at "No. 3",\nplease',
    }
    return SendShipmentRequest(**{**given, **changes})


def cancel(reference: str = REFERENCE) -> CancelShipmentRequest:
    return CancelShipmentRequest(
        key=f"cancel:{reference}", account="northern", reference=reference, order_number=reference.rpartition("-")[0]
    )


def despatch(*rows: str, order: Callable[[str], str] = str) -> bytes:
    """A despatch confirmation in our own layout."""
    header = (
        "file_id,order_ref,release_no,node_code,despatch_ref,despatched_at,line_no,sku_ordered,sku_shipped,qty,uom,"
        "base_qty,batch,expiry,serial,parcel_no,tracking,carrier,service,line_status,short_reason,order_complete"
    )
    return "".join(f"{order(row)}\r\n" for row in (header, *rows)).encode()


def left(  # what most rows have in common
    quantity: str = "3",
    *,
    sku: str = "0012",
    status: str = "shipped",
    shipped: str | None = None,
    ref: str = "D1",
    order: str = "0000000123",
    release: str = "1",
    at: str = "2026-11-20T09:30:00+00:00",
    complete: str = "",
    tracking: str = "1Z9",
    **more: str,
) -> str:
    """One row of a despatch confirmation."""
    cells = [
        "F1", order, release, "NOR1", ref, at, more.get("line", "551"), sku, sku if shipped is None else shipped,
        quantity, "EA", more.get("base", ""), more.get("batch", ""), "", more.get("serial", ""), more.get("parcel", ""),
        tracking, "DPD", "NEXTDAY", status, more.get("reason", ""), complete,
    ]  # fmt: skip
    return ",".join(cells)
