"""Laws of the house: whatever is done in whatever order, units neither appear nor vanish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.journal import JournalEntry
from tieout.sandbox.mintsoft import MintsoftSandbox
from tieout.sandbox.mintsoft.reading import new_order
from tieout.sandbox.mintsoft.rows import GONE, Flow, Lot, Order, RefusedError, Status
from tieout.sandbox.mintsoft.setting_up import SetUp
from tieout.sandbox.mintsoft.stock import Why
from tieout.sandbox.mintsoft.wire import Fields
from tieout.sandbox.mintsoft.working import Rates, Shift

Draw = tuple[int, int, int]
SKUS = ("A", "B", "C")
BY_HAND = Why(reason="by hand")


@dataclass
class Play:
    """A house and what was asked of it, by reference."""

    system: MintsoftSandbox
    asked: Counter[int] = field(default_factory=Counter)

    def entry(self) -> JournalEntry:
        return self.system.journal.begin("LAW", "/")

    def order(self, draw: Draw) -> Order:
        orders = list(self.system.books.orders.values())
        if not orders:
            raise RefusedError("no orders yet")
        return orders[draw[0] % len(orders)]


def opened() -> Play:
    system = MintsoftSandbox(SandboxClock())
    product: dict[str, Any] = {"stock": [{"quantity": 6}, {"quantity": 4, "location": "QUARANTINE"}]}
    warehouses = [
        {"code": "MAIN", "locations": [{"name": "A1"}, {"name": "B1", "kind": "BULK"}]},
        {"code": "NORTH"},
    ]
    rows = {"warehouses": warehouses, "products": [{"sku": sku, **product} for sku in SKUS]}
    SetUp(system.books, system.stock, system.now).load(rows)
    return Play(system)


def create(play: Play, draw: Draw) -> None:
    names = {SKUS[draw[0] % 3]: draw[1] % 5 + 1, SKUS[draw[2] % 3]: draw[2] % 4 + 1}
    body = {
        "Warehouse": ("MAIN", "MAIN", "NORTH")[draw[2] % 3],
        "Country": "GB",
        "CourierService": "AUTO",
        "OrderItems": [{"SKU": sku, "Quantity": units} for sku, units in names.items()],
    }
    (order,) = play.system.desk.create(new_order(play.system.books, Fields(body)), "law", play.entry())
    play.asked[order.root] = sum(names.values())


def split(play: Play, draw: Draw) -> None:
    order = play.order(draw)
    item = order.items[draw[1] % len(order.items)]
    play.system.desk.split(order, {item.id: draw[2] % 4 + 1}, "law", play.entry(), with_stock=bool(draw[1] % 2))


def short(play: Play, draw: Draw) -> None:
    order = play.order(draw)
    item = order.items[draw[1] % len(order.items)]
    gone, lost = draw[2] % 3 + 1, bool(draw[0] % 2)
    play.system.floor.short(order, {item.id: gone}, "Not found", "back_order", play.entry(), write_off=lost)


def step(play: Play, draw: Draw) -> None:
    order, floor = play.order(draw), play.system.floor
    acts: tuple[Callable[[Order, str, JournalEntry], None], ...] = (floor.pick, floor.pack, floor.despatch)
    acts[draw[1] % 3](order, "law", play.entry())


def cancel(play: Play, draw: Draw) -> None:
    play.system.desk.cancel(play.order(draw), "law", play.entry())


def move(play: Play, draw: Draw) -> None:
    books, stock = play.system.books, play.system.stock
    product = list(books.products.values())[draw[0] % 3]
    site, other = list(books.warehouses)[:: 1 if draw[0] % 4 else -1]
    places = [p for p in books.locations.values() if p.warehouse_id == site]
    place, units = places[draw[1] % len(places)], draw[1] % 4 + 1
    match draw[2] % 7:
        case 0:
            stock.receive(product, place, [(Lot(), units)], BY_HAND)
            play.system.desk.promise_all(product.id)
        case 1:
            stock.remove(product, places, units, BY_HAND)
        case 2:
            stock.scrap(product, [place], units, BY_HAND)
        case 3:
            stock.shift(product, books.shelves(site), books.ward(site), units, BY_HAND)
        case 4:
            stock.shift(product, [books.ward(site)], books.door(site), units, BY_HAND)
        case 5:
            stock.shift(product, [books.door(site)], place, units, BY_HAND)
        case _:
            stock.transfer(product, places, books.door(other), units, BY_HAND, arrive=draw[0] % 2 == 0)


def check_stock(play: Play) -> None:
    books, stock = play.system.books, play.system.stock
    for product_id, warehouse_id in books.inventory:
        lines = [flow for flow in books.flows[product_id] if flow.warehouse_id == warehouse_id]
        levels = stock.levels(product_id, warehouse_id)
        assert levels.stock_level == sum(flow.effect for flow in lines)
        assert levels.allocated == sum(flow.held for flow in lines)
        if lines:
            assert lines[-1].after.stock_level == levels.stock_level
        promised = sum(
            taken.quantity
            for order in books.orders.values()
            for taken in order.taken
            if not taken.despatched and taken.place.product_id == product_id and order.warehouse_id == warehouse_id
        )
        assert promised == levels.allocated
    for product_id, places in books.places.items():
        assert all(0 <= place.reserved <= place.quantity for place in places)
        moves = [m for m in books.moves if m.product_id == product_id]
        came = sum(m.quantity for m in moves if m.source is None) - sum(m.quantity for m in moves if m.target is None)
        on_the_way = sum(row.in_transition for key, row in books.inventory.items() if key[0] == product_id)
        assert sum(place.quantity for place in places) + on_the_way == came


def check_orders(play: Play) -> None:
    books = play.system.books
    units: Counter[int] = Counter()
    for order in books.orders.values():
        units[order.root] += sum(item.quantity for item in order.items)
        for item in order.items:
            assert item.quantity > 0
            assert item.shipped <= item.picked <= item.quantity
            assert order.allocated(item) + item.shipped <= item.quantity
            assert item.shipped == (item.quantity if order.status in GONE else 0)
        if order.status == Status.CANCELLED:
            assert not order.taken
    assert units == play.asked
    effects = play.system.journal.effects()
    for order in books.orders.values():
        mine = [e for e in effects if e.fields.get("id") == order.id]
        left = sum(int(e.fields["units"]) for e in mine if e.name == "order.units_despatched")
        assert left == sum(item.shipped for item in order.items)
        assert left == sum(flow.quantity for lines in books.flows.values() for flow in lines if _left(flow, order))


def _left(flow: Flow, order: Order) -> bool:
    return flow.order_id == order.id and flow.reason == "Despatch"


DEEDS = (create, split, short, step, cancel, move)
DRAWS = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from((create, *DEEDS, step)), DRAWS), max_size=30))
def test_units_neither_appear_nor_vanish_whatever_is_done(deeds: list[tuple[Callable[..., None], Draw]]) -> None:
    play = opened()
    for deed, draw in deeds:
        with suppress(RefusedError):
            deed(play, draw)
        check_stock(play)
    check_orders(play)


@settings(max_examples=40, deadline=None)
@given(st.lists(DRAWS, min_size=1, max_size=12), st.integers(0, 999), st.floats(0, 1), st.floats(0, 1))
def test_shifts_send_what_was_asked_for_once_and_the_same_seed_does_the_same(
    orders: list[Draw], seed: int, splits: float, shorts: float
) -> None:
    told = []
    for _ in range(2):
        play = opened()
        for draw in orders:
            create(play, draw)
        rates = Rates(seed=seed, split=splits, short=shorts, delay=0.2, write_off=0.3)
        shift = Shift(play.system.books, play.system.floor, rates)
        told.append([shift.work(play.system.journal) for _ in range(3)])
        check_stock(play)
        check_orders(play)
    assert told[0] == told[1]


def test_a_quantity_with_a_point_is_no_whole_number_even_when_it_could_be() -> None:
    play = opened()
    row = {"SKU": "A", "Quantity": Decimal("1.0")}
    body = {"Warehouse": "MAIN", "Country": "GB", "CourierService": "AUTO", "OrderItems": [row]}
    with pytest.raises(HTTPException, match="not valid for Quantity"):
        new_order(play.system.books, Fields(body))
