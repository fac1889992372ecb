"""A tiny Sage and two tiny warehouses, and a Tieout between them that may be cut off anywhere.

Their own books are what the laws are held against. Nothing here is the project's code but the plan itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from tests.domain.orders.trade import LEFT, NOW, NUMBER, Row, facts, line, order

from tieout.domain import commands as c
from tieout.domain.documents.books import Bin, PeriodAnswer, PeriodCheck
from tieout.domain.documents.open_order import OpenLine, OpenOrder
from tieout.domain.documents.shipping import RequestStatus, Shipment, ShippedLine, WarehouseOrder
from tieout.domain.orders.facts import OrderFacts, Posted, Sent, State
from tieout.domain.orders.plan import plan_order
from tieout.domain.plans import Blocked, Plan

ZERO = Decimal(0)
SITES: tuple[Row, ...] = (
    ("warehouse_node", "NORTH", {"account": "shipbob", "site": ""}),
    ("warehouse_site", "shipbob", {"warehouse": "NORTH", "bin": "N1"}),
    ("warehouse_item", "mintsoft|CASE", {"code": "M-CASE", "factor": "6", "unit": "BX"}),
    ("carrier", "*", {"courier": ""}),
)
BINS = (Bin(warehouse="HOME", name="A1", is_for_sale=True), Bin(warehouse="NORTH", name="N1", is_for_sale=True))


def goods() -> tuple[OpenLine, ...]:
    """Two lines of one code, one sold by the dozen, and one that another warehouse ships."""
    return (
        line(1, "MUG", 6, allocated=ZERO),
        line(2, "MUG", 4, allocated=ZERO),
        line(3, "CASE", 3, allocated=ZERO, stock_units=Decimal(12)),
        line(4, "BOOK", 5, allocated=ZERO, warehouse="NORTH"),
    )


@dataclass(slots=True)
class Job:
    """A request in a warehouse's own books, in its own units."""

    command: c.SendShipmentRequest
    status: RequestStatus = RequestStatus.RECEIVED
    shipped: Counter[str] = field(default_factory=Counter)
    """Units by our id of the line."""
    shipments: list[Shipment] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.status not in (RequestStatus.SHIPPED, RequestStatus.CANCELLED, RequestStatus.REJECTED)

    def rest(self, asked: c.RequestLine) -> int:
        return max(int(asked.quantity) - self.shipped[asked.line], 0) if self.is_open else 0


@dataclass(slots=True)
class Record:
    """What Tieout keeps of one command."""

    command: c.AnyCommand
    state: State
    is_sent: bool = False


@dataclass(slots=True)
class Town:
    """Everything together."""

    rows: tuple[Row, ...] = ()
    names_lines: bool = True
    """Whether warehouses keep our id of a line."""
    sage: OpenOrder = field(default_factory=lambda: order(*goods()))
    jobs: dict[str, Job] = field(default_factory=dict)
    despatches: dict[str, c.Despatch] = field(default_factory=dict)
    written_off: dict[str, c.WriteOff] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    now: datetime = NOW

    # Sage

    def set_line(self, line_id: str, **changes: Decimal) -> None:
        """A person, or a command, changes figures of a line."""
        lines = tuple(replace(x, **changes) if x.line_id == line_id else x for x in self.sage.lines)  # type: ignore[arg-type]  # figures only
        self.sage = replace(self.sage, lines=lines)

    def line(self, line_id: str) -> OpenLine:
        """A line as it stands in Sage."""
        return next(each for each in self.sage.lines if each.line_id == line_id)

    def in_sage(self, command: c.AnyCommand) -> None:
        """What Sage makes of a command; it refuses nothing, and remembers all."""
        if isinstance(command, c.Despatch):
            assert command.key not in self.despatches, f"{command.key} was despatched before"
            self.despatches[command.key] = command
            for gone in command.lines:
                one = self.line(gone.order_line)
                assert gone.quantity > 0, f"{command.key} despatches nothing"
                assert gone.despatched_before == one.despatched, f"{command.key} was decided on other books"
                assert one.despatched + gone.quantity <= one.quantity, f"{command.key} is more than ordered"
                allocated = max(one.allocated - gone.quantity, ZERO)
                self.set_line(one.line_id, despatched=one.despatched + gone.quantity, allocated=allocated)
        elif isinstance(command, c.AmendOrder):
            for change in command.lines:
                self.set_line(change.order_line, quantity=change.quantity)
        elif isinstance(command, c.WriteOff):
            assert command.key not in self.written_off, f"{command.key} was written off before"
            self.written_off[command.key] = command

    # Tieout

    def gathered(self) -> OrderFacts:
        """What Tieout reads now."""
        known = list(self.records.values())
        told = [shipment for job in self.jobs.values() for shipment in job.shipments]
        days = {each.reached_at.date() for each in told} | {LEFT.date()}
        return facts(
            self.sage,
            *SITES,
            *self.rows,
            now=self.now,
            requests=tuple(
                self._sent(x) for x in known if isinstance(x.command, c.SendShipmentRequest) and self._may_stand(x)
            ),
            posted=tuple(
                Posted(command=x.command, state=x.state, at=self.now)
                for x in known
                if isinstance(x.command, c.Despatch) and self._may_stand(x)
            ),
            amended=tuple(x.command.key for x in known if x.command.kind == "amend_order" and x.state == "done"),
            written_off=tuple(x.command.key for x in known if x.command.kind == "write_off" and x.state == "done"),
            bins=BINS,
            periods=tuple(
                PeriodCheck(on=on, ledger="stock", answer=PeriodAnswer.NORMAL, message="") for on in sorted(days)
            ),
            accounts=("mintsoft", "shipbob"),
            accepted=frozenset(self.accepted),
        )

    def _may_stand(self, record: Record) -> bool:
        return record.state == "done" or record.is_sent

    def _sent(self, record: Record) -> Sent:
        command = record.command
        assert isinstance(command, c.SendShipmentRequest)
        job = self.jobs.get(command.reference) if record.state == "done" else None
        stop = next(
            (
                x
                for x in self.records.values()
                if isinstance(x.command, c.CancelShipmentRequest) and x.command.reference == command.reference
            ),
            None,
        )
        return Sent(
            command=command,
            state=record.state,
            at=self.now,
            stands=_standing(job) if job else None,
            shipments=tuple(job.shipments) if job else (),
            cancelling=stop.state if stop is not None and (stop.state != "intended" or stop.is_sent) else None,
            cancelling_since=self.now if stop is not None else None,
        )

    def plan(self) -> Plan | Blocked:
        """What Tieout decides now."""
        self.now += timedelta(minutes=1)
        return plan_order(self.gathered())

    def run(self, fates: Iterator[str]) -> None:
        """One run as the protocol has it: intents, then each looked for, sent, read back; a bad fate ends it."""
        decision = self.plan()
        if isinstance(decision, Blocked):
            return
        planned = {command.key for command in decision.commands}
        assert len(planned) == len(decision.commands), "one key twice in one plan"
        for key in [key for key, x in self.records.items() if x.state == "intended" and not x.is_sent]:
            if key not in planned:
                del self.records[key]
        for command in decision.commands:
            known = self.records.get(command.key)
            if known is None or known.state != "done":
                kept = known is not None and known.is_sent
                self.records[command.key] = Record(command=command, state="intended", is_sent=kept)
        for command in decision.commands:
            if not self._perform(command, next(fates)):
                return

    def _perform(self, command: c.AnyCommand, fate: str) -> bool:
        record = self.records[command.key]
        if record.state == "done":
            assert record.command == command, f"{command.key} is planned again with other content"
            return True
        if self._stands(command):
            record.state = "done"
            return True
        if fate == "cut":
            return False
        record.is_sent = True
        if fate in ("lost", "well"):
            refused = self._arrive(command)
            if refused:
                record.state = "refused"
                return False
        if fate == "well":
            record.state = "done"
        return fate == "well"

    def _arrive(self, command: c.AnyCommand) -> bool:
        """What the other house does; True when it refuses."""
        if isinstance(command, c.SendShipmentRequest):
            assert command.reference not in self.jobs, f"{command.reference} was asked for twice"
            self.jobs[command.reference] = Job(command=command)
        elif isinstance(command, c.CancelShipmentRequest):
            job = self.jobs[command.reference]
            if job.status not in (RequestStatus.RECEIVED, RequestStatus.HELD):
                return True
            job.status = RequestStatus.CANCELLED
        else:
            self.in_sage(command)
        return False

    def _stands(self, command: c.AnyCommand) -> bool:
        """What a look finds; what stands under a key must say what is planned."""
        if isinstance(command, c.SendShipmentRequest):
            found = self.jobs.get(command.reference)
            assert found is None or found.command.figures() == command.figures(), "other content under one reference"
            return found is not None
        if isinstance(command, c.CancelShipmentRequest):
            return self.jobs[command.reference].status is RequestStatus.CANCELLED
        if isinstance(command, c.Despatch):
            posted = self.despatches.get(command.key)
            assert posted is None or posted.figures() == command.figures(), "other content under one key"
            return posted is not None
        return command.key in self.written_off

    # What the books say

    def told(self) -> Iterator[tuple[Job, Shipment]]:
        """Every shipment that has left."""
        for job in self.jobs.values():
            yield from ((job, one) for one in job.shipments if one.stage == "despatched")

    def under_way(self, line_id: str) -> Decimal:
        """What warehouses will still ship of a line, or shipped and Sage does not know, in selling units."""
        found = ZERO
        for job in self.jobs.values():
            for asked in job.command.lines:
                if asked.line == line_id:
                    found += job.rest(asked) * asked.stock_quantity / asked.quantity
        return found / self.line(line_id).stock_units

    def untold(self, sku: str) -> Decimal:
        """What left of a stock code and Sage has under no key of ours, in stock units."""
        by_us = sum(
            (
                gone.quantity * self.line(gone.order_line).stock_units
                for each in self.despatches.values()
                for gone in each.lines
                if gone.sku == sku
            ),
            ZERO,
        )
        by_us += sum((each.quantity for each in self.written_off.values() if each.sku == sku), ZERO)
        return self.left(sku) - by_us

    def left(self, sku: str) -> Decimal:
        """What left of a stock code by the warehouses' own books, in stock units."""
        found = ZERO
        for job, one in self.told():
            factors = {x.sku: (x.stock_sku, x.stock_quantity / x.quantity) for x in job.command.lines}
            for gone in one.lines:
                stock_sku, factor = factors[gone.sku]
                found += gone.quantity * factor if stock_sku == sku else ZERO
        return found


def _standing(job: Job) -> WarehouseOrder:
    return WarehouseOrder(
        reference=job.command.reference,
        warehouse_ids=(f"W-{job.command.reference}",),
        status=job.status,
        status_text=job.status.value,
        lines=(),
    )


def shipped_line(town: Town, asked: c.RequestLine, units: int) -> ShippedLine:
    """What a warehouse tells of units of a line."""
    named = asked.line if town.names_lines else ""
    return ShippedLine(line=named, sku=asked.sku, quantity=Decimal(units), unit=asked.unit)


__all__ = ["NUMBER", "Job", "Town", "goods", "shipped_line"]
