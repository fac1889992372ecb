"""What Tieout needs from warehouses, 3PLs and the places where they drop files.

The rules of `ports.systems` hold here too: `find_...` looks in the remote system and nowhere else, and which errors a
read and a write may raise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from tieout.domain import commands as c
from tieout.domain.documents.shipping import Shipment, WarehouseOrder
from tieout.domain.documents.warehouse_stock import ChargeLine, StockSnapshot, WarehouseMovement


class Warehouse(Protocol):
    """One account at a warehouse system or 3PL, with all its sites."""

    def find_request(self, command: c.SendShipmentRequest) -> c.Found | None:
        """The request that stands there under the reference, in its own quantities, cancelled or not."""

    def send_request(self, command: c.SendShipmentRequest) -> None:
        """Send it; Refused in the warehouse's words when it takes it not, whole or in part."""

    def find_cancelled(self, command: c.CancelShipmentRequest) -> c.Found | None:
        """Found (status `cancelled`) once nothing of the request can leave any more; None while something can.

        A request of which a part has left and the rest is cancelled is found, too.
        """

    def cancel_request(self, command: c.CancelShipmentRequest) -> None:
        """Cancel what has not left; Refused, in the warehouse's words, when it is too late."""

    def request(self, reference: str) -> WarehouseOrder | None:
        """How a request stands there now; None while the warehouse has not acknowledged it, or knows it not."""

    def shipments(self, reference: str) -> tuple[Shipment, ...]:
        """Everything that left, or is picked or packed, of one request, oldest first; each once, as last told."""

    def changed(self, since: datetime | None) -> Iterator[str]:
        """The references of requests that changed since, all pages; of others' orders, what stands in their place."""

    def movements(self, after: str) -> Iterator[WarehouseMovement]:
        """Movements behind a cursor, oldest first; from the beginning of what can be read for an empty one.

        A warehouse that pushes its movements yields none.
        """

    def stock(self) -> tuple[StockSnapshot, ...]:
        """What every site holds now, or as last told; empty where nothing was told yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFile:
    """A file that is ready to be read: under its final name and no longer growing."""

    name: str
    size: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAnswer:
    """What a file says of a request: that it was taken, or why not."""

    reference: str
    is_accepted: bool
    reason: str = ""
    source: str = ""
    about: Literal["request", "cancellation"] = "request"
    """Whether it answers the request itself or our asking to cancel it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A part of a file that cannot be used."""

    where: str
    """Row or segment, for instance `row 7`."""
    why: str
    """One sentence that says what is wrong and what to do."""
    raw: str
    """The part as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """One file, read. What it holds is told apart; most files hold one kind."""

    file_id: str
    """What the sender calls it (control number, file id); its digest where the sender names none."""
    described: str
    """What it is, for people: `despatch confirmation, 12 rows`."""
    written_at: datetime | None = None
    shipments: tuple[Shipment, ...] = ()
    answers: tuple[RequestAnswer, ...] = ()
    movements: tuple[WarehouseMovement, ...] = ()
    snapshots: tuple[StockSnapshot, ...] = ()
    charges: tuple[ChargeLine, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    """Parts that were refused; the rest counts all the same."""


class FileFeed(Protocol):
    """The place where one account's files are dropped for us. Nothing is ever lost there: a file moves, or stays."""

    def waiting(self) -> tuple[WaitingFile, ...]:
        """Every file that is ready, oldest first; those that are still being written are left out."""

    def take(self, file: WaitingFile) -> bytes:
        """Claim it, so that no other reader takes it, and read it whole; BadAnswer when it changed meanwhile.

        A file that an earlier reader claimed and did not finish is ready again.
        """

    def read(self, name: str, body: bytes) -> FileContent:
        """What the file says; `ports.inbound.MalformedError` when it cannot be read at all. Sends nothing."""

    def acknowledge(self, name: str, content: FileContent) -> None:
        """Tell the sender what was taken and what refused, where its format has an acknowledgement; once per file."""

    def keep(self, name: str) -> None:
        """Move a file that was taken to where the sender finds what was read; harmless when it is there already."""

    def reject(self, name: str, why: str) -> None:
        """Move a file that cannot be read to where the sender finds what was not, with the reason beside it."""


class FileLedger(Protocol):
    """Which files were read: for places where the partner lets us move nothing, so that no file is read twice."""

    def is_read(self, account: str, name: str, digest: str) -> bool:
        """Whether a file of this name was read in this state.

        `digest` names the state: `sha256:...` of its contents, or `listed:<size>:<changed at>` of what the list of
        files shows before anything is fetched.
        """

    def note_read(self, account: str, name: str, digest: str) -> None:
        """Keep that it was read in this state; noting it twice is harmless."""


class KeptShipments(Protocol):
    """What files told us of an account's requests and stock, as kept in our inbox: a file is not there to be asked."""

    def shipments(self, account: str, reference: str) -> tuple[Shipment, ...]:
        """Every shipment told of a request, in the order of telling; one told again stands there again."""

    def answers(self, account: str, reference: str) -> tuple[RequestAnswer, ...]:
        """Every answer told of a request, oldest first."""

    def snapshots(self, account: str) -> tuple[StockSnapshot, ...]:
        """At least the newest snapshot told of every site, in the order of telling."""
