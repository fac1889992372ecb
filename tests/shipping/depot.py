"""A small house with a warehouse: Sage and the shop as in other flows, orders still to go, and who ships."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from tests.processes.estate import SHOP, SKUS, THE_DAY, Control
from tests.processes.house import COMPANY, LONG_AGO, Choices, House
from tests.shipping.floors import FilesFloor, Floor, MintsoftFloor, ShipBobFloor

from tieout.domain import commands as c
from tieout.domain.documents.address import PostalAddress
from tieout.intake.files import pick_up
from tieout.processes import polls
from tieout.processes.kinds import ORDER
from tieout.processes.routing import wake
from tieout.processes.warehouses_seen import sweep_warehouses
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate, SandboxSystem
from tieout.sandbox.files import FilesSandbox
from tieout.sandbox.mintsoft import MintsoftSandbox
from tieout.sandbox.returngo import ReturnGoSandbox
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shipbob import ShipBobSandbox
from tieout.sandbox.shopify import ShopifySandbox
from tieout.store import cases, documents, effects, legs
from tieout.store.cases import Case
from tieout.store.documents import Document

Json: TypeAlias = Any  # a JSON edge
BACK = timedelta(days=3 * 365)
HOME = PostalAddress(
    name="A. Customer",
    lines=("1 High Street",),
    city="Leeds",
    county="West Yorkshire",
    postcode="LS1 4AP",
    country="GB",
    telephone="0113 496 0000",
    email="a.customer@example.test",
)


@dataclass(slots=True)
class Depot:
    """The house, the warehouse's people, and what stands everywhere."""

    house: House
    control: Control
    floor: Floor
    others: dict[str, Floor] = field(default_factory=dict)
    """Further warehouses by the Sage warehouse that they ship from."""
    orders: int = field(default=0)

    # What happens in Sage and outside

    def order(self, *lines: tuple[str, int], name: str = "", deliver_to: PostalAddress = HOME, **more: Any) -> str:  # noqa: ANN401 - fields of a line
        """A live order of these goods, allocated in full, at 10.00 each; returns its number in Sage."""
        self.orders += 1
        entry = tuple(
            c.EntryLine(
                sku=sku,
                quantity=Decimal(quantity),
                unit_price=Decimal("10.00"),
                warehouse=more.get("warehouse", "HOME"),
                allocate=Decimal(more.get("allocate", quantity)),
            )
            for sku, quantity in lines
        )
        return self.enter(*entry, name=name, deliver_to=deliver_to, analysis=more.get("analysis", ()))

    def enter(
        self,
        *lines: c.EntryLine,
        name: str = "",
        deliver_to: PostalAddress = HOME,
        analysis: tuple[tuple[int, str], ...] = (),
    ) -> str:
        """A live order of these lines; returns its number in Sage."""
        company = self.house.application.companies[COMPANY]
        self.orders += 1
        command = c.EnterOrder(
            key=f"TEO-{self.orders:0>16}",
            customer_id=company.orders.customer_id("12345"),
            channel_reference=name or f"W{2000 + self.orders}",
            on=THE_DAY.date(),
            lines=lines,
            delivery=deliver_to,
            analysis=analysis,
        )
        company.order_entry.enter_order(command)
        found = company.order_entry.find_order(command)
        assert found is not None
        return found.reference

    # What Tieout does

    def tell(self, *numbers: str) -> None:
        """What a poll or a message does: the orders are due."""
        with self.house.application.store.scope(COMPANY) as connection:
            for number in numbers:
                wake(connection, COMPANY, self.house.choices.lanes, number, at=self.now(), kind=ORDER)

    def look(self) -> None:
        """What the schedules do: Sage's lists, the warehouses' lists, files."""
        floor, company = self.house.application.floor, self.house.application.companies[COMPANY]
        polls.poll_ledger(floor, company, BACK)
        sweep_warehouses(floor, company, BACK)
        pick_up(floor, company)

    def settle(self, seconds: float = 20.0) -> None:
        """Look, and work until nothing is due soon."""
        for _ in range(2):
            self.look()
            self.house.drain(seconds=seconds)

    def is_due(self) -> bool:
        """Whether any document is due within moments."""
        with self.house.application.store.scope(COMPANY) as connection:
            soon = self.now() + timedelta(seconds=5)
            lanes = range(self.house.choices.lanes)
            return any(documents.next_due(connection, COMPANY, lane, soon, kinds=(ORDER,)) for lane in lanes)

    def now(self) -> Any:  # noqa: ANN401 - a moment
        return self.house.application.clock()

    # What stands where

    def document(self, number: str) -> Document:
        """An order's document."""
        with self.house.application.store.scope(COMPANY) as connection:
            found = documents.document(connection, COMPANY, ORDER, number)
        assert found is not None, f"no document of order {number}"
        return found

    def case(self, number: str) -> Case | None:
        """The open case of an order."""
        with self.house.application.store.scope(COMPANY) as connection:
            return cases.open_case_of(connection, COMPANY, ORDER, number)

    def faults(self, number: str) -> list[str]:
        """The codes of the faults on an order's case."""
        found = self.case(number)
        faults: Any = found.faults if found is not None else []
        return [str(fault["code"]) for fault in faults]

    def legs(self, number: str) -> list[legs.Leg]:
        """An order's legs."""
        with self.house.application.store.scope(COMPANY) as connection:
            return legs.legs_of(connection, self.document(number))

    def effects(self, number: str) -> list[effects.Effect]:
        """An order's effects."""
        with self.house.application.store.scope(COMPANY) as connection:
            return effects.effects_of(connection, self.document(number))

    def despatched(self, number: str) -> dict[str, Decimal]:
        """What Sage's own books say was despatched of an order, by stock code."""
        company = self.house.application.companies[COMPANY]
        assert company.order_book is not None
        order = company.order_book.open_order(number)
        assert order is not None
        found: dict[str, Decimal] = {}
        for line in order.lines:
            found[line.sku] = found.get(line.sku, Decimal(0)) + line.despatched
        return {sku: quantity for sku, quantity in found.items() if quantity}

    def despatched_by_line(self) -> dict[tuple[str, str], int]:
        """Units that Sage's despatch notes say left, by (order, line)."""
        rows = self.control.get("/sage200/ledgers/despatches")
        return {(row["order"], str(row["line"])): int(row["quantity"]) for row in rows}

    def stock_value(self) -> Decimal:
        """What Sage's stock is worth by its own ledger."""
        return sum((Decimal(row["value"]) for row in self.control.get("/sage200/ledgers/stock")), Decimal(0))

    def stock_up(self, units: Mapping[str, int]) -> None:
        """Stock items that nobody knows yet, as many in Sage as at the warehouse."""
        self.control.post(
            "/sage200/load",
            {
                "products": [
                    {
                        "code": sku,
                        "name": sku,
                        "costing": "FIFO",
                        "standard_price": "9.00",
                        "stock": [{"warehouse": "HOME", "bin": "A1", "quantity": str(count), "unit_cost": "1.50"}],
                    }
                    for sku, count in units.items()
                ]
            },
        )
        for sku, count in units.items():
            self.floor.set_up([sku], count)

    def stock(self, sku: str, bin_name: str = "A1") -> int:
        """Units in a bin by Sage's own ledger."""
        return self.control.books().in_bin(sku, bin_name)


def rules_of(account: str, site: str, warehouse: str = "HOME") -> Sequence[tuple[str, str, dict[str, str]]]:
    """A house that sends what Sage has allocated in a warehouse of its own to one that ships."""
    node = {"account": account, "site": site}
    return (
        ("policy", "release_orders", {"value": "on"}),
        ("warehouse_node", warehouse, node),
        ("warehouse_site", f"{account}|{site}", {"warehouse": warehouse, "bin": "A1"}),
        ("carrier", "*", {"courier": ""}),
    )


def open_in_sage(control: Control, warehouses: Sequence[str]) -> None:
    """Further warehouses of Sage, each with a bin A1 that holds a hundred of everything."""
    rows = [{"name": name, "use_for_sales_trading": True, "bins": [{"name": "A1"}]} for name in warehouses]
    control.post("/sage200/load", {"warehouses": rows})
    control.fill()
    for name, sku in itertools.product(warehouses, SKUS):
        added = {"product": sku, "warehouse": name, "bin": "A1", "quantity": "100", "unit_cost": "1.50"}
        control.post("/sage200/desktop/add-stock", added)


def build_estate(seed: int = 1) -> Estate:
    """Sage, the shop, its portal and every kind of warehouse, on the day that all tests live on."""
    clock = SandboxClock.set_to(THE_DAY)
    shopify = ShopifySandbox(clock, shop_domain=SHOP, seed=seed)
    systems: list[SandboxSystem] = [
        Sage200Sandbox(clock, seed=seed + 20),
        ReturnGoSandbox(clock, shop_name=SHOP, shopify=shopify, seed=seed + 10),
        shopify,
        MintsoftSandbox(clock, seed=seed + 30),
        ShipBobSandbox(clock, seed=seed + 40),
        FilesSandbox(clock, seed=seed + 50),
    ]
    return Estate(systems, clock, seed)


def floor_of(kind: str, control: Control, estate: Estate) -> Floor:
    """The people of one kind of warehouse: `mintsoft`, `shipbob`, or the format of a 3PL that exchanges files."""
    if kind == "mintsoft":
        return MintsoftFloor(control)
    if kind == "shipbob":
        return ShipBobFloor(control)
    (system,) = [each for each in estate.systems if isinstance(each, FilesSandbox)]
    return FilesFloor(control, system, kind)


@contextmanager
def open_depot(
    address: str,
    home: Path,
    kind: str = "mintsoft",
    *,
    also: Mapping[str, str] = MappingProxyType({}),
    **choices: Any,  # noqa: ANN401 - any choice of a house
) -> Iterator[Depot]:
    """A depot that ships through one kind of warehouse; `also` names further kinds by their Sage warehouse."""
    with ExitStack() as stack:
        estate = build_estate()
        for system in estate.systems:
            if isinstance(system, FilesSandbox):
                stack.enter_context(system)
        served = stack.enter_context(ServedEstate(estate))
        control = Control(served.url, estate)
        stack.callback(control.close)
        open_in_sage(control, tuple(also))
        floors = {"HOME": floor_of(kind, control, estate)}
        floors |= {warehouse: floor_of(each, control, estate) for warehouse, each in also.items()}
        for floor in floors.values():
            floor.set_up(SKUS, 100)
        accounts = tuple(floor.account for floor in floors.values())
        more = "".join(floor.settings() for floor in floors.values())
        house = House(control, home, address, Choices(ships=accounts, more=more, **choices))
        stack.callback(house.close)
        house.set_rules()
        for warehouse, floor in floors.items():
            for table, key, value in rules_of(floor.account, floor.site, warehouse):
                house.rule(table, key, LONG_AGO, **value)
        yield Depot(house, control, floors.pop("HOME"), floors)


def wait_for(what: Callable[[], object], seconds: float = 10.0) -> None:
    """Until a question is answered with yes."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.02)
