"""A yard: Sage, the shop, warehouses and 3PLs and Tieout's real intake served, and what people do and see there."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from click.testing import CliRunner
from tests.acceptance.intake import served_intake
from tests.processes.house import COMPANY, LONG_AGO
from tests.shipping.depot import HOME, Depot, open_depot
from tests.shipping.floors import FilesFloor, Floor

from tieout.cli import tieout
from tieout.domain import commands as c
from tieout.domain.documents.address import PostalAddress
from tieout.domain.legs import LegState
from tieout.durable import LaneJob
from tieout.durable.lanes import Deadline
from tieout.processes import sweeps
from tieout.processes.lanes import drain
from tieout.processes.orders import ORDERS
from tieout.processes.record import command_from_json
from tieout.processes.standing import leg_state
from tieout.store import attempts, cases
from tieout.store.cases import Case

Json: TypeAlias = Any  # a JSON edge
SHIPBOB_NEWS = ("order.shipped", "order.shipment.on_hold", "order.shipment.exception", "order.shipment.cancelled")
SHIPBOB_SECRET = "whsec_c2hpcGJvYi1zYW5kYm94LXNlY3JldA=="
SYSTEMS = ("mintsoft", "shipbob", "shopify")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How the yard of a module is set up: its `SETUP`."""

    kind: str = "mintsoft"
    """Who ships from HOME: `mintsoft`, `shipbob`, or a 3PL's `csv`, `x12` or `edifact`."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Further kinds by the Sage warehouse that they ship from."""
    choices: Mapping[str, Any] = field(default_factory=dict)
    """How the house is set up: `lock_window` and the like."""
    rules: Sequence[tuple[str, str, dict[str, str]]] = ()
    """Mapping rows in force from the beginning: table, key, value."""


@dataclass(slots=True)
class Yard(Depot):
    """The depot with a door for messages. Whatever happens reaches Tieout only through its intake and its polls."""

    url: str = ""
    entered: list[str] = field(default_factory=list)
    """Orders since the books were opened."""

    # What happens outside

    def enter(
        self,
        *lines: c.EntryLine,
        name: str = "",
        deliver_to: PostalAddress = HOME,
        analysis: tuple[tuple[int, str], ...] = (),
    ) -> str:
        """A live order of these lines; returns its number in Sage."""
        number = Depot.enter(self, *lines, name=name, deliver_to=deliver_to, analysis=analysis)
        self.entered.append(number)
        return number

    def in_warehouse(self, warehouse: str) -> Floor:
        """Whoever ships from a Sage warehouse."""
        return self.others.get(warehouse, self.floor)

    def ship(self, number: str, *, release: int = 1, tracking: str = "", **items: int) -> None:
        """Goods of an order's request leave: all that is left, or these units by stock code."""
        self.floor.ship(f"{number}-{release}", tracking=tracking or f"TRK{number[-6:]}", **items)

    def opened_in_sage(self, number: str, seconds: float | None) -> None:
        """Somebody has the order open at a Sage desktop; for good when no seconds are given."""
        body = {"record": "order", "reference": number, "seconds": seconds, "user": "JBROWN"}
        self.control.post("/sage200/desktop/open", body)

    def held_in_sage(self, number: str, *, on_hold: bool = True) -> None:
        """Somebody puts the order on hold in Sage, or takes it off."""
        self.control.post("/sage200/desktop/hold", {"order": number, "on_hold": on_hold})

    def days_pass(self, days: float) -> None:
        """Time goes by for everybody, and the schedules run."""
        self.delivered()
        self.house.later(timedelta(days=days))
        self.settle()
        self.overdue_seen()

    def hours_pass(self, hours: float) -> None:
        """The same, by hours."""
        self.days_pass(hours / 24)

    # What people do at Tieout

    def typed(self, *words: str, ends: int = 0) -> str:
        """What the command line answers."""
        head = ["--config", str(self.house.config), "--home", str(self.house.home)]
        shown = CliRunner().invoke(tieout, [*head, *words])
        assert shown.exit_code == ends, shown.output
        return shown.stdout

    def refused(self, *words: str) -> str:
        """What the command line says when it refuses."""
        head = ["--config", str(self.house.config), "--home", str(self.house.home)]
        shown = CliRunner().invoke(tieout, [*head, *words])
        assert shown.exit_code != 0, shown.output
        return f"{shown.output}{shown.exception}"

    def read(self, *words: str, ends: int = 0) -> Any:  # noqa: ANN401 - a JSON edge
        """What the command line answers another program."""
        return json.loads(self.typed(*words, "--json", ends=ends))

    def mapped(self, table: str, key: str, **value: str) -> None:
        """A person puts a rule in force at the command line, which lets go what the lack of it held."""
        self.typed("mapping", "set", COMPANY, table, key, *(f"{name}={text}" for name, text in value.items()))

    def tried_again(self, number: str) -> None:
        """A person put the cause right and lets the case be tried again."""
        self.typed("case", "retry", str(self.the_case(number).id))

    def accepted(self, number: str, why: str = "agreed") -> None:
        """A person accepts the case about the order as it is, with a reason."""
        self.typed("case", "accept", str(self.the_case(number).id), "--why", why)

    @contextmanager
    def set_up(self, more: str) -> Iterator[None]:
        """More settings for a while, as they stand in the file."""
        before = self.house.choices.more
        self.delivered()
        self.house.choose(more=before + more)
        try:
            yield
        finally:
            self.house.choose(more=before)

    @contextmanager
    def chosen(self, **choices: Any) -> Iterator[None]:  # noqa: ANN401 - any choice of a house
        """Other settings for a while: `lock_window`, `tries_max` and the like."""
        before = {name: getattr(self.house.choices, name) for name in choices}
        self.delivered()
        self.house.choose(**choices)
        try:
            yield
        finally:
            self.delivered()
            self.house.choose(**before)

    @contextmanager
    def ruled(self, table: str, key: str, otherwise: dict[str, str], /, **value: str) -> Iterator[None]:
        """A mapping rule for a while; `otherwise` is the rule in force afterwards."""
        self.house.rule(table, key, **value)
        try:
            yield
        finally:
            self.house.rule(table, key, **otherwise)

    # What Tieout does

    def delivered(self) -> None:
        """Every webhook on its way has arrived, or was given up."""
        for system in SYSTEMS:
            self.control.post(f"/{system}/drain")

    def heard(self, seconds: float = 20.0) -> None:
        """Messages are delivered and worked on; no schedule runs."""
        for _ in range(2):
            self.delivered()
            self.house.drain(seconds=seconds)

    def settle(self, seconds: float = 20.0) -> None:
        """Messages are delivered, the schedules look, and everything that is due is worked on."""
        self.delivered()
        Depot.settle(self, seconds)
        self.delivered()

    def overdue_seen(self) -> None:
        """The schedule that looks for what has become late."""
        sweeps.sweep_overdue(self.house.application.floor, self.house.application.companies[COMPANY])
        self.house.drain()

    def tried_for(self, seconds: float) -> None:
        """What has come in is worked on for so long, however it goes."""
        self.delivered()
        until = Deadline(seconds, threading.Event())
        while not until.passed():
            drain(self.house.application.floor, LaneJob(company=COMPANY, lane=0, deadline=until), ORDERS)
            time.sleep(0.01)

    def tried_until(self, what: Callable[[], object], seconds: float = 20.0) -> None:
        """What has come in is worked on until something has come to pass."""
        until = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < until, "it did not come to pass"
            self.tried_for(0.05)

    # What is seen

    def open_books(self) -> None:
        """From here on orders are counted."""
        self.entered.clear()

    def prove(self) -> None:
        """Every ledger agrees, nothing stands twice, and Sage despatched what the warehouses shipped, no more, no less.

        Where the two differ for an order, a case stands on somebody's desk.
        """
        self.control.prove()
        for number in self.entered:
            left, booked = self.left(number), self.booked(number)
            assert left == booked or self.case(number) is not None, f"order {number}: {left} left, {booked} in Sage"

    def left(self, number: str) -> dict[str, Decimal]:
        """What the warehouses' own books say left of an order, in Sage's stock units by stock code."""
        found: Counter[str] = Counter()
        for effect in self.effects(number):
            command = command_from_json(effect.content)
            if not isinstance(command, c.SendShipmentRequest) or effect.state != "done":
                continue
            lines = {line.sku: line for line in command.lines}
            floor = next(each for each in (self.floor, *self.others.values()) if each.account == command.account)
            for code, units in floor.shipped(command.reference).items():
                line = lines.get(code)
                # A 3PL with files counts in base units, and those are Sage's stock units where a unit is named.
                in_base = line is None or (isinstance(floor, FilesFloor) and bool(line.unit))
                share = Decimal(1) if in_base or line is None else line.stock_quantity / line.quantity
                found[line.stock_sku if line else code] += units * share  # type: ignore[assignment]  # counts exactly
        return {sku: Decimal(units) for sku, units in found.items() if units}

    def booked(self, number: str) -> dict[str, Decimal]:
        """What Sage's own books say was despatched of an order, in stock units by stock code."""
        if self.house.application.companies[COMPANY].order_book is None:
            return {}
        found: dict[str, Decimal] = {}
        for line in self.in_sage(number).lines:
            if line.line_class == "standard" and line.is_stocked and line.despatched:
                found[line.sku] = found.get(line.sku, Decimal(0)) + line.despatched * line.stock_units
        return found

    def in_sage(self, number: str) -> Any:  # noqa: ANN401 - an OpenOrder
        """The order as Sage shows it."""
        book = self.house.application.companies[COMPANY].order_book
        assert book is not None
        order = book.open_order(number)
        assert order is not None, f"Sage has no order {number}"
        return order

    def is_done(self, number: str) -> bool:
        """Every leg of the order was read back and agrees, and nothing waits on a desk."""
        states = {leg_state(leg, self.now()) for leg in self.legs(number)}
        return states <= {LegState.AGREED} and self.document(number).state == "done" and self.case(number) is None

    def the_case(self, number: str) -> Case:
        """The open case of an order."""
        found = self.case(number)
        assert found is not None, f"there is no case about order {number}"
        return found

    def says(self, number: str) -> str:
        """Everything that the case about the order says, as one text."""
        found = self.case(number)
        return json.dumps(found.faults) if found is not None else ""

    def waits_for(self, number: str) -> str:
        """What must happen outside before more can be done; empty when nothing must."""
        with self.house.application.store.scope(COMPANY) as connection:
            last = attempts.last_attempt(connection, self.document(number))
        return (last.note or "") if last is not None else ""

    def cases_about(self, text: str) -> list[Case]:
        """Open cases whose title or faults name something."""
        with self.house.application.store.scope(COMPANY) as connection:
            found = cases.open_cases(connection)
        return [case for case in found if text in f"{case.document_key} {case.faults}"]

    def requests(self, number: str) -> list[c.SendShipmentRequest]:
        """What went out of an order, oldest first."""
        sent = [command_from_json(e.content) for e in self.effects(number) if e.state == "done"]
        return [each for each in sent if isinstance(each, c.SendShipmentRequest)]


@contextmanager
def open_yard(setup: Setup, address: str, home: Path) -> Iterator[Yard]:
    """A yard on a database of its own, with everything served and every webhook subscribed."""
    with (
        open_depot(address, home, setup.kind, also=setup.also, **setup.choices) as depot,
        served_intake(depot.house) as url,
    ):
        yard = Yard(depot.house, depot.control, depot.floor, depot.others, url=url)
        _subscribe(yard, url)
        for floor in (yard.floor, *yard.others.values()):
            yard.house.rule("carrier", f"{floor.account}|*", LONG_AGO, courier="")
        for table, key, value in setup.rules:
            yard.house.rule(table, key, LONG_AGO, **value)
        yield yard
        yard.delivered()


def _subscribe(yard: Yard, url: str) -> None:
    """Every system is told where to send its news; Mintsoft is told with each order."""
    door = f'webhook_url = "{url}/in/mintsoft"\ninbound_secret'
    yard.house.choose(more=yard.house.choices.more.replace("inbound_secret", door))
    told = {"url": f"{url}/in/shipbob", "topics": list(SHIPBOB_NEWS), "secret": SHIPBOB_SECRET}
    yard.control.post("/shipbob/webhooks", told)


def people_of(floor: Floor) -> FilesFloor:
    """The people of a 3PL that exchanges files."""
    assert isinstance(floor, FilesFloor)
    return floor
