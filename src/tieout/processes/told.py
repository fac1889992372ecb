"""What files of warehouses told us, kept in the inbox part by part: each once, under the document that it is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from tieout.domain.documents.shipping import Shipment
from tieout.domain.documents.warehouse_stock import ChargeLine, StockSnapshot, WarehouseMovement
from tieout.domain.orders.keys import order_of
from tieout.ports.warehouses import RequestAnswer
from tieout.processes.kinds import MOVEMENT, ORDER
from tieout.store import Store, inbox
from tieout.store.store import Connection

JSON: Final = "application/json"
FILE: Final = "file"
TAKEN: Final = "newest file"
"""The sweep that says when an account dropped a file last that was not known."""
SHIPMENT: Final = "shipment"
ANSWER: Final = "answer"
CHARGE: Final = "charge"
SNAPSHOT: Final = "stock count"
"""Also the kind of document that counts of a site are kept under."""

_OF: Final[dict[str, TypeAdapter[Any]]] = {
    SHIPMENT: TypeAdapter(Shipment),
    ANSWER: TypeAdapter(RequestAnswer),
    SNAPSHOT: TypeAdapter(StockSnapshot),
    MOVEMENT: TypeAdapter(WarehouseMovement),
    CHARGE: TypeAdapter(ChargeLine),
}
T = TypeVar("T")


def packed(kind: str, part: object) -> bytes:
    """A part as it is kept: which kind, and its values as plain JSON."""
    told = {"told": kind, "part": _OF[kind].dump_python(part, mode="json")}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def unpacked(kind: str, body: bytes) -> Any:  # noqa: ANN401 - one of the documents above
    """The part of a kept body; None when it is of another kind."""
    told = json.loads(body)
    if not isinstance(told, dict) or told.get("told") != kind:
        return None
    return _OF[kind].validate_python(told["part"])


def site_key(account: str, site: str) -> str:
    """The key under which counts of a site are kept."""
    return f"{account}|{site}"


def keep(  # noqa: PLR0913 - what an event is made of
    c: Connection,
    kind: str,
    part: object,
    *,
    company: str,
    account: str,
    document: tuple[str, str],
    occurred_at: datetime,
    at: datetime,
) -> bool:
    """Keep one part under (kind, key) of its document; False when exactly this was told before."""
    body = packed(kind, part)
    event = inbox.NewEvent(
        company=company,
        account=account,
        external_id=f"{kind}:{hashlib.sha256(body).hexdigest()}",
        kind=kind,
        document_kind=document[0],
        document_key=document[1],
        occurred_at=occurred_at,
        received_at=at,
        payload=body,
        content_type=JSON,
    )
    return inbox.keep_event(c, event)


class ToldByFiles:
    """Implements `KeptShipments` over the inbox of one company."""

    def __init__(self, store: Store, company: str) -> None:
        self._store = store
        self._company = company

    def shipments(self, account: str, reference: str) -> tuple[Shipment, ...]:
        """Every shipment told of a request, in the order of telling."""
        return self._of(account, reference, SHIPMENT, lambda shipment: shipment.reference == reference)

    def answers(self, account: str, reference: str) -> tuple[RequestAnswer, ...]:
        """Every answer told of a request, oldest first."""
        return self._of(account, reference, ANSWER, lambda answer: answer.reference == reference)

    def snapshots(self, account: str) -> tuple[StockSnapshot, ...]:
        """The newest snapshot of every site, oldest first."""
        with self._store.scope(self._company) as c:
            bodies = inbox.newest_of_account(c, self._company, SNAPSHOT, account)
        found = [snapshot for body in bodies if (snapshot := unpacked(SNAPSHOT, body)) is not None]
        return tuple(sorted(found, key=lambda snapshot: snapshot.taken_at))

    def _of(self, account: str, reference: str, kind: str, is_wanted: Callable[[Any], bool]) -> tuple[Any, ...]:
        with self._store.scope(self._company) as c:
            bodies = inbox.bodies_of(c, self._company, ORDER, order_of(reference) or reference, account)
        parts = (unpacked(kind, body) for body in bodies if body.startswith(b'{"part"'))
        return tuple(part for part in parts if part is not None and is_wanted(part))


class FilesRead:
    """Implements `FileLedger` by the inbox's own memory of what it has received."""

    def __init__(self, store: Store, company: str) -> None:
        self._store = store
        self._company = company

    def is_read(self, account: str, name: str, digest: str) -> bool:
        """Whether a file of this name was read in this state."""
        with self._store.scope(self._company) as c:
            return inbox.is_received(c, account, f"{FILE}:{name}:{digest}")

    def note_read(self, account: str, name: str, digest: str) -> None:
        """Keep that it was read in this state."""
        with self._store.scope(self._company) as c:
            inbox.note_received(c, account, f"{FILE}:{name}:{digest}")
