"""A race for one stock code: many sellers at the shop's checkout while its orders wander to Sage and out of the door.

Units exist from the moment their delivery arrives, before it is booked; they are sold when the checkout has taken the
order. Whoever buys what does not exist at that moment was sold too much, whatever arrives later.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias
from uuid import uuid4

import httpx
from tests.processes.house import COMPANY
from tests.shipping.depot import Depot

from tieout.connectors.shopify.queries import INVENTORY_SET
from tieout.domain import commands as c
from tieout.ports.directory import Company
from tieout.processes.availability import publish_availability
from tieout.sandbox.shopify import ShopifySandbox

Json: TypeAlias = Any  # a JSON edge
SKU, PLACE = "MUG", "HOME"
API = "2026-07"
SELLERS = 20
INVOICED_AT_ONCE = 100
Publisher: TypeAlias = Callable[[Depot], None]


@dataclass(slots=True)
class Tally:
    """Units by the moment, under one lock."""

    existed: int
    sold: int = 0
    orders: int = 0
    oversold_orders: int = 0
    worst: int = 0
    over_offered: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def arrive(self, units: int) -> None:
        with self.lock:
            self.existed += units

    def sell(self, units: int) -> None:
        with self.lock:
            self.sold += units
            self.orders += 1
            beyond = self.sold - self.existed
            self.worst = max(self.worst, beyond)
            self.oversold_orders += beyond > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a race, by the ledgers of the shop and of Sage."""

    orders: int
    units_sold: int
    units_existed: int
    oversold_at_worst: int
    """Most units that were sold at one moment and did not exist."""
    oversold_orders: int
    """Orders taken while more was sold than existed."""
    over_offered: int
    """Most units that the shop had sold or offered, just after it was told, and that did not exist."""
    not_sendable: int
    """Units of orders that Sage could not despatch for want of stock when all had been tried."""
    published: int
    """How often the shop was told."""
    seconds: float

    def line(self, name: str) -> str:
        """One line for people."""
        return (
            f"{name}: {self.orders} orders of {self.units_sold} units by {SELLERS} sellers, {self.units_existed} units "
            f"existed; oversold at worst {self.oversold_at_worst} units, {self.oversold_orders} orders while more was "
            f"sold than existed, {self.over_offered} units offered too many at worst, {self.not_sendable} units could "
            f"not be sent; told the shop {self.published} times; {self.seconds:.0f} s"
        )


@dataclass(slots=True)
class Race:
    """One race: who sells, who enters orders in Sage, who sends them, who brings goods, and who tells the shop."""

    depot: Depot
    target: int
    publisher: Publisher
    delivery: tuple[int, int] = (60, 120)
    delay: float = 1.5
    """Longest time, in seconds, until an order is in Sage, and again until it is sent."""
    pace: float = 0.8
    """Longest time, in seconds, that a seller waits for the next customer."""
    rest: float = 0.01
    """Seconds between two tellings."""
    tally: Tally = field(init=False)
    before: int = field(init=False)
    stop: threading.Event = field(default_factory=threading.Event)
    to_enter: deque[tuple[float, str, int]] = field(default_factory=deque)
    to_send: deque[tuple[float, str, int]] = field(default_factory=deque)
    short: deque[tuple[str, int]] = field(default_factory=deque)
    published: int = 0
    died: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tally = Tally(self.depot.stock(SKU))
        self.before = units_ordered(self.depot)

    def run(self) -> Outcome:
        """Race until so many orders are sold, then let everything come to its end."""
        began = time.monotonic()
        self.publisher(self.depot)
        sellers = [self._thread(partial(self._sell, number)) for number in range(SELLERS)]
        others = [self._thread(work) for work in (self._enter, self._send, self._bring, self._publish)]
        for thread in sellers:
            thread.join()
        self.stop.set()
        for thread in others:
            thread.join()
        assert not self.died, self.died
        self._finish()
        sold = units_ordered(self.depot) - self.before
        assert sold == self.tally.sold, "the shop's ledger and the sellers agree"
        return Outcome(
            orders=self.tally.orders,
            units_sold=sold,
            units_existed=self.tally.existed,
            oversold_at_worst=self.tally.worst,
            oversold_orders=self.tally.oversold_orders,
            over_offered=self.tally.over_offered,
            not_sendable=sum(units for _, units in self.short),
            published=self.published,
            seconds=time.monotonic() - began,
        )

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        def whole() -> None:
            is_done = False
            try:
                work()
                is_done = True
            finally:  # a thread that dies must end the race, and be seen
                if not is_done:
                    self.died.append(threading.current_thread().name)
                    self.stop.set()

        thread = threading.Thread(target=whole, daemon=True)
        thread.start()
        return thread

    def _sell(self, number: int) -> None:
        """One seller: customers come all the time, and go when there is nothing."""
        dice, count = random.Random(number), 0
        with httpx.Client(base_url=f"{self.depot.control.url}/_sandbox", timeout=60) as http:
            while not self.stop.is_set() and self.tally.orders < self.target:
                units = dice.choice((1, 1, 2, 3))
                name = f"R{number:02}-{count:05}"
                answer = http.post(
                    "/shopify/checkout", json={"sku": SKU, "quantity": units, "location": PLACE, "name": name}
                )
                if answer.status_code == httpx.codes.CONFLICT:
                    self.stop.wait(dice.uniform(0.02, 0.1))
                    continue
                answer.raise_for_status()
                count += 1
                self.tally.sell(units)
                self.stop.wait(dice.uniform(0.0, self.pace))
                self.to_enter.append((time.monotonic() + dice.uniform(0.0, self.delay), name, units))

    def _enter(self) -> None:
        """The shop's orders come into Sage late and a few at a time."""
        while not self.stop.is_set() or self.to_enter:
            due = _due(self.to_enter, is_last=self.stop.is_set())
            if due:
                orders = [_sage_order(name, units) for name, units in due]
                self.depot.control.post("/sage200/load", {"orders": orders})
                later = time.monotonic() + random.uniform(0.0, self.delay)
                self.to_send.extend((later, name, units) for name, units in due)
            self.stop.wait(0.01)

    def _send(self) -> None:
        """The warehouse picks and sends what Sage has, the shop is told, and Sage invoices now and then."""
        sent = 0
        while not self.stop.is_set() or self.to_enter or self.to_send:
            for name, units in _due(self.to_send, is_last=self.stop.is_set()):
                self._despatch(name, units)
                sent += 1
                if sent % INVOICED_AT_ONCE == 0:
                    self.depot.control.post("/sage200/desktop/invoice-run", {})
            self.stop.wait(0.005)

    def _despatch(self, name: str, units: int) -> None:
        company = self._company()
        answer = self.depot.control.http.post("/sage200/desktop/despatch", json={"order": name})
        if answer.is_error:
            self.short.append((name, units))
            return
        assert company.fulfilments is not None
        command = c.FulfilOrder(
            key=f"TFO-{name:0>16}",
            order_name=name,
            lines=(c.SentLine(sku=SKU, quantity=units),),
            carrier="",
            tracking=(f"T{name}",),
        )
        company.fulfilments.fulfil_order(command)

    def _bring(self) -> None:
        """Goods arrive when all that existed is sold, and as often while some is left and customers buy."""
        dice = random.Random("goods")
        reserve = 0
        while not self.stop.is_set():
            if self.tally.existed - self.tally.sold <= reserve:
                units = dice.randint(*self.delivery)
                self.tally.arrive(units)
                goods = {"product": SKU, "warehouse": "HOME", "bin": "A1", "quantity": str(units), "unit_cost": "1.50"}
                order = f"PO{self.tally.existed}"
                self.depot.control.post("/sage200/desktop/goods-in", {**goods, "reference": order})
                reserve = dice.choice((0, 0, 20, 60))
            self.stop.wait(dice.uniform(0.05, 0.3))

    def _publish(self) -> None:
        while not self.stop.is_set():
            self.publisher(self.depot)
            self.published += 1
            self._look()
            self.stop.wait(self.rest)

    def _look(self) -> None:
        """What is sold and offered together changes by nothing but our telling: it must never be more than exists.

        Looked at three times, because one look may fall between the two halves of a sale.
        """
        existed = self.tally.existed
        beyond = min(self._sold_and_offered() - existed for _ in range(3))
        self.tally.over_offered = max(self.tally.over_offered, beyond)

    def _sold_and_offered(self) -> int:
        time.sleep(0.001)
        books = shop_of(self.depot).shop.books
        item = books.variants_by_sku[SKU].inventory_item_id
        sold = units_ordered(self.depot) - self.before
        level = next(one for one in list(books.levels.values()) if one.inventory_item_id == item)
        return sold + level.available

    def _finish(self) -> None:
        """What could not be sent is tried once more when everything has arrived."""
        again = list(self.short)
        self.short.clear()
        for name, units in again:
            self._despatch(name, units)

    def _company(self) -> Company:
        return self.depot.house.application.companies[COMPANY]


def _due(waiting: deque[tuple[float, str, int]], *, is_last: bool) -> list[tuple[str, int]]:
    """Take what is due, oldest first, at most twenty; all that waits at the end."""
    found: list[tuple[str, int]] = []
    now = time.monotonic()
    for _ in range(min(len(waiting), 20)):
        at, name, units = waiting.popleft()
        if at <= now or is_last:
            found.append((name, units))
        else:
            waiting.append((at, name, units))
    return found


def _sage_order(name: str, units: int) -> Json:
    line = {"product": SKU, "quantity": str(units), "unit_price": "10.00", "warehouse": "HOME"}
    return {"customer": "12345", "customer_document_no": name, "document_date": "2011-01-20", "lines": [line]}


def shop_of(depot: Depot) -> ShopifySandbox:
    """The shop's stand-in."""
    (shop,) = [system for system in depot.control.estate.systems if isinstance(system, ShopifySandbox)]
    return shop


def units_ordered(depot: Depot) -> int:
    """Units of the stock code on all of the shop's orders, by its own books."""
    orders = list(shop_of(depot).shop.books.orders.values())
    return sum(line.quantity for order in orders for line in order.lines if line.sku == SKU)


def by_tieout(depot: Depot) -> None:
    """The shop is told what Tieout works out."""
    publish_availability(depot.house.application.floor, depot.house.application.companies[COMPANY])


def by_free_stock(depot: Depot) -> None:
    """The shop is told Sage's own free-stock field, whatever was sold meanwhile: a plain set."""
    company = depot.house.application.companies[COMPANY]
    levels = [level for level in company.feeds.stock_levels() if (level.sku, level.warehouse) == (SKU, "HOME")]
    free = max(sum((level.free or Decimal(0) for level in levels), Decimal(0)), Decimal(0))
    shop = shop_of(depot).shop
    item = shop.books.variants_by_sku[SKU].inventory_item_id
    place = next(one.id for one in shop.books.locations.values() if one.name == PLACE)
    entry = {
        "inventoryItemId": f"gid://shopify/InventoryItem/{item}",
        "locationId": f"gid://shopify/Location/{place}",
        "quantity": int(free),
        "changeFromQuantity": None,
    }
    body = {"name": "available", "reason": "correction", "quantities": [entry]}
    answer = httpx.post(
        f"{depot.control.url}/shopify/admin/api/{API}/graphql.json",
        json={"query": INVENTORY_SET.text, "variables": {"input": body, "key": str(uuid4())}},
        headers={"X-Shopify-Access-Token": "shpat_sandbox"},
        timeout=60,
    )
    assert not answer.json()["data"]["inventorySetQuantities"]["userErrors"], answer.text
