"""What one file yields while it is read: a part that cannot be used is noted, and reading goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from tieout.connectors.files.edi.segments import Message, Segment, UnusableError
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.connectors.files.edi.values import moment
from tieout.domain.documents.shipping import Shipment
from tieout.domain.documents.warehouse_stock import StockSnapshot, WarehouseMovement
from tieout.ports.warehouses import RefusedRow, RequestAnswer


@dataclass(slots=True, kw_only=True)
class Harvest:
    """Grows while the file is read."""

    account: str
    settings: EdiSettings
    name: str = ""
    """What people call the file."""
    shipments: list[Shipment] = field(default_factory=list)
    answers: list[RequestAnswer] = field(default_factory=list)
    movements: list[WarehouseMovement] = field(default_factory=list)
    snapshots: list[StockSnapshot] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)

    def refuse(self, where: str, why: str, raw: str = "") -> None:
        """Note a part that cannot be used."""
        self.refused.append(RefusedRow(where=where, why=why, raw=raw))

    @contextmanager
    def part(self, message: Message, segment: Segment | None = None) -> Iterator[None]:
        """Refuse the message, or the segment of it with all that belongs to it, when it turns out not usable."""
        try:
            yield
        except UnusableError as unusable:
            if segment is None:
                self.refuse(message.where, str(unusable), message.segments[0].raw if message.segments else "")
            else:
                self.refuse(f"{message.where}, segment {segment.number}", str(unusable), segment.raw)

    def source(self, message: Message) -> str:
        """Where something was told, for people."""
        return f"{self.name}, {message.where}" if self.name else message.where

    def moment(self, text: str, what: str) -> datetime:
        """A time of the partner's clocks, as UTC."""
        return moment(text, self.settings.clock, self.settings.untimed_hour, what)
