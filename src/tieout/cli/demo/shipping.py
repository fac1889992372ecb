"""Plays the orders: entered in Sage and the shop, shipped by two warehouses, one of them open on somebody's screen.

The acts are `fill`, `enter`, `look`, `ship`, `finish`, `look_again`, with time to settle after each.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from tieout.bootstrap import Application
from tieout.cli.demo.floors import Floor, Mintsoft, ThreePl, units_at
from tieout.cli.demo.orders_cast import HOME, LEEDS, LiveOrder, Turn
from tieout.cli.demo.script import email_of
from tieout.cli.demo.stage import BINS, load_into, shop_order
from tieout.cli.demo.tempers import MANNERS
from tieout.cli.demo.trading import LineClass, Sale, SaleLine
from tieout.domain.commands import EnterOrder, EntryLine
from tieout.domain.identifiers import compose_key
from tieout.intake.files import pick_up
from tieout.ports.directory import Company
from tieout.processes import polls
from tieout.processes.kinds import ORDER
from tieout.processes.routing import wake
from tieout.processes.warehouses_seen import sweep_warehouses
from tieout.store import contentions, documents

Json = dict[str, Any]

BACK = timedelta(minutes=30)
"""How far the first looks at lists go back: the orders of the play are a few minutes old."""
USER = "MOWENS"
"""Who has an order open in Sage."""
SCREEN_SECONDS = 600
HELD_SECONDS_MIN, HELD_SECONDS_MAX = 4.0, 300.0
"""How long the screen stays open: some seconds, and until Tieout has met it, unless that takes too long."""
MET = 2
LOOK_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """An order of the play as Sage has it."""

    order: LiveOrder
    number: str


class Shipping:
    """The orders of one play."""

    def __init__(self, url: str, orders: tuple[LiveOrder, ...], company: str) -> None:
        self._control = httpx.Client(base_url=f"{url}/_sandbox", timeout=120)
        self._company = company
        self.orders = orders
        self.entered: list[Entered] = []
        self.mintsoft, self.threepl = Mintsoft(self._control), ThreePl(self._control)
        self.floors: tuple[Floor, ...] = (self.mintsoft, self.threepl)
        self.held_seconds = 0.0
        """How long an order was open on somebody's screen."""

    def close(self) -> None:
        """Let the connections go."""
        self._control.close()

    def fill(self) -> None:
        """Bring goods onto the shelves, by Sage's books too, and the shop's orders into the shop."""
        for warehouse, floor in ((HOME, self.mintsoft), (LEEDS, self.threepl)):
            units = units_at(self.orders, warehouse)
            floor.stock(units)
            for sku, count in units.items():
                where = {"warehouse": warehouse, "bin": BINS[warehouse]}
                goods = {"product": sku, **where, "quantity": str(2 * count), "unit_cost": "1.00"}
                self._post("/sage200/desktop/goods-in", goods)
        load_into(self._control, "shopify", {"orders": [_sold(order) for order in self.orders if order.is_from_shop]})

    def enter(self, application: Application) -> None:
        """Act one: the orders of the day are entered in Sage, and stock is allocated to all but one."""
        company = application.companies[self._company]
        for number, order in enumerate(self.orders):
            command = _entry(company, order, number, application)
            company.order_entry.enter_order(command)
            found = company.order_entry.find_order(command)
            assert found is not None, f"Sage does not have the order that repeats {order.sale.number}"
            self.entered.append(Entered(order=order, number=found.reference))

    def look(self, application: Application) -> None:
        """What the schedules do every few minutes: Sage's orders, and files; of the rest messages tell."""
        company, floor = application.companies[self._company], application.floor
        polls.poll_orders(floor, company, BACK)
        pick_up(floor, company)

    def behave(self, temper: str, seed: int) -> None:
        """How the 3PL's files misbehave from now on."""
        self.threepl.behave({**MANNERS[temper], "seed": seed * 100 + 50} if MANNERS[temper] else {})

    def ship(self, application: Application) -> None:
        """Act two: what was released leaves, whole or in part, while somebody has one of the orders open in Sage."""
        held = next((each for each in self.entered if each.order.turn is Turn.ON_SCREEN), None)
        if held is None:
            return
        self._wait_until_asked(application, held)
        self.threepl.take_in()
        screen = {"record": "order", "reference": held.number, "seconds": SCREEN_SECONDS, "user": USER}
        self._post("/sage200/desktop/open", screen)
        began = time.monotonic()
        try:
            self._all_ship(is_last=False)
            self._wait_until_met(application, held, began)
        finally:
            self._post("/sage200/desktop/close", {"of": USER})
        self.held_seconds = time.monotonic() - began

    def finish(self, application: Application) -> int:
        """Act three: what is still there leaves; files that were late or spoilt come again. Returns how much left."""
        self.threepl.take_in()
        count = self._all_ship(is_last=True)
        self.threepl.resend()
        self.look(application)
        return count

    def look_again(self, application: Application) -> None:
        """What the sweeps do: the warehouses' lists are read, and whatever is not finished is looked at again."""
        company, now = application.companies[self._company], application.clock()
        sweep_warehouses(application.floor, company, BACK)
        with application.store.scope(self._company) as c:
            for each in self.entered:
                found = documents.document(c, self._company, ORDER, each.number)
                if found is None or found.state != "done":
                    wake(c, self._company, company.lanes, each.number, at=now, kind=ORDER)

    def _all_ship(self, *, is_last: bool) -> int:
        orders: Mapping[str, LiveOrder] = {each.number: each.order for each in self.entered}
        return sum(floor.ship(orders, is_last=is_last) for floor in self.floors)

    def _wait_until_asked(self, application: Application, held: Entered) -> None:
        """The warehouse waits for the order that it ships first; what else is not there yet leaves the next time."""
        until = time.monotonic() + HELD_SECONDS_MAX
        while not self.mintsoft.has(held.number) and time.monotonic() < until:
            self.look(application)
            time.sleep(0.5)

    def _wait_until_met(self, application: Application, held: Entered, began: float) -> None:
        """Somebody goes on looking at the order until its despatch has come back and found it in use."""
        looked = 0.0
        while (seconds := time.monotonic() - began) < HELD_SECONDS_MAX:
            times = len(met_by(application, self._company, held.number))
            if seconds > HELD_SECONDS_MIN and times >= MET:
                return
            if not times and time.monotonic() - looked > LOOK_SECONDS:
                self.look(application)
                looked = time.monotonic()
            time.sleep(0.2)

    def _post(self, path: str, content: Json) -> Json:
        answer = self._control.post(path, json=content)
        assert answer.status_code < 300, f"the stage refused {path}: {answer.text[:300]}"
        said: Json = answer.json()
        return said


def met_by(application: Application, company: str, number: str) -> list[contentions.Contention]:
    """Every time that Tieout found a record in use while it worked on an order, oldest first."""
    with application.store.scope(company) as c:
        since = application.clock() - timedelta(days=2)
        found = contentions.contentions_since(c, since, company=company)
    return [one for one in found if (one.document_kind, one.document_key) == (ORDER, number)]


def _entry(company: Company, order: LiveOrder, number: int, application: Application) -> EnterOrder:
    customer = order.sale.customer or ""
    return EnterOrder(
        key=compose_key("EO", company.name, order.sale.number, str(number)),
        customer_id=company.orders.customer_id(customer),
        channel_reference=order.name,
        on=application.clock().date(),
        lines=tuple(
            EntryLine(
                sku=line.sku,
                quantity=Decimal(line.quantity),
                unit_price=line.price,
                warehouse=line.warehouse,
                allocate=Decimal(0 if order.turn is Turn.NO_STOCK else line.quantity),
            )
            for line in order.lines
        ),
        delivery=order.deliver_to,
    )


def _sold(order: LiveOrder) -> Json:
    """The order as the shop has it: paid, and nothing sent yet."""
    lines = tuple(
        SaleLine(
            row_id=0,
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            unit_price=line.price,
            line_class=LineClass.PRODUCT,
        )
        for line in order.lines
    )
    sale = order.sale
    again = Sale(
        number=order.name,
        day=sale.day,
        customer=sale.customer,
        country=sale.country,
        vat_percent=sale.vat_percent,
        lines=lines,
    )
    content = shop_order(again) | {"fulfilled": False}
    content["customer"] |= {"email": email_of(sale.customer or ""), "last_name": sale.customer}
    return content
