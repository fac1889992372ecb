"""Everything an order is decided on, gathered before the decision and recorded with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from tieout.domain.commands import Despatch, FulfilOrder, SendShipmentRequest
from tieout.domain.documents.books import Bin, PeriodCheck, Product
from tieout.domain.documents.open_order import OpenOrder
from tieout.domain.documents.shipping import RequestStatus, Shipment, WarehouseOrder
from tieout.domain.rules.mapping import MappingTables

CLOSED = frozenset(
    {RequestStatus.SHIPPED, RequestStatus.CANCELLED, RequestStatus.REJECTED},
)
"""Words of a warehouse after which nothing more of a request leaves."""

State = Literal["intended", "done", "refused"]
"""`intended` was sent and has no answer that anybody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A shipment request that was sent, or may have been, with what its warehouse says of it now."""

    command: SendShipmentRequest
    state: State
    at: datetime | None
    """When it was read back as done, or else sent."""
    stands: WarehouseOrder | None
    shipments: tuple[Shipment, ...]
    cancelling: State | None = None
    """How an earlier request to cancel it stands; None when there was none."""
    cancelling_since: datetime | None = None
    """When it was last asked to be cancelled."""

    @property
    def is_closed(self) -> bool:
        """Whether nothing more of it will leave: the warehouse said so, in its status or with a shipment."""
        if self.cancelling == "done" or (self.stands is not None and self.stands.status in CLOSED):
            return True
        return any(shipment.follows == "no" for shipment in self.shipments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A despatch that Tieout posted to Sage, or may have."""

    command: Despatch
    state: State
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A fulfilment that the storefront was told, or may have been."""

    command: FulfilOrder
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """The facts of one sales order at one moment."""

    company: str
    order_number: str
    now: datetime
    today: date
    order: OpenOrder | None
    requests: tuple[Sent, ...]
    """Oldest first."""
    posted: tuple[Posted, ...]
    told: tuple[Told, ...]
    amended: tuple[str, ...]
    """Keys of order lines raised for what a warehouse shipped over."""
    written_off: tuple[str, ...]
    products: tuple[Product, ...]
    """The stock items of the codes that were shipped and stand on no line of the order."""
    bins: tuple[Bin, ...]
    periods: tuple[PeriodCheck, ...]
    """The stock ledger's verdict on the day of each shipment that is not posted."""
    accounts: tuple[str, ...]
    """The warehouses that are connected."""
    tables: MappingTables
    accepted: frozenset[str]
    """Codes of faults that a person accepted for this document, with a reason on record."""
    has_storefront: bool = False
    """Whether the order came from the storefront and the house tells it what left."""

    def policy(self, name: str, otherwise: str) -> str:
        """A rule of the house by its word."""
        return (self.tables.policy(name) or otherwise).strip().casefold()

    def period(self, on: date) -> PeriodCheck | None:
        """The stock ledger's verdict on a date, if it was asked."""
        return next((check for check in self.periods if check.on == on), None)

    def posted_under(self, key: str) -> Posted | None:
        """The despatch that was posted under a key."""
        return next((one for one in self.posted if one.command.key == key), None)

    def despatched_by_us(self, line_id: str) -> Decimal:
        """What Tieout has told Sage of a line, in selling units; what may have arrived does not count."""
        lines = [line for one in self.posted if one.state == "done" for line in one.command.lines]
        return sum((line.quantity for line in lines if line.order_line == line_id), Decimal(0))

    def posted_of(self, line_id: str) -> Decimal:
        """What Tieout has told Sage of a line, or may have."""
        lines = [line for one in self.posted for line in one.command.lines]
        return sum((line.quantity for line in lines if line.order_line == line_id), Decimal(0))
