"""What stands in the house, by id, and how it is set up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from tieout.sandbox.mintsoft.rows import (
    OVER,
    Client,
    Courier,
    Flow,
    Inventory,
    Location,
    Move,
    Notice,
    Order,
    Place,
    Product,
    Return,
    Split,
    TrackingEvent,
    Warehouse,
)

# Kinds begin at numbers of their own, so that an id of one kind is found out when it is used as another's.
FIRST_IDS = {"order": 2001, "item": 50_001, "product": 301, "flow": 900_001, "move": 700_001, "location": 41}


@dataclass(slots=True, kw_only=True)
class House:
    """How this house is set up; the control surface changes it."""

    query_key: bool = False
    requests_per_minute: int = 0
    on_hand: str = "free"
    flow_quantity: str = "magnitude"
    part_numbers: str = "same"
    allocate_on_receipt: bool = True


class Books:
    """Everything, by id; ids are never used twice within a kind."""

    def __init__(self) -> None:
        self.house = House()
        self.clients: dict[int, Client] = {}
        self.warehouses: dict[int, Warehouse] = {}
        self.locations: dict[int, Location] = {}
        self.couriers: dict[int, Courier] = {}
        self.products: dict[int, Product] = {}
        self.inventory: dict[tuple[int, int], Inventory] = {}
        self.places: dict[int, list[Place]] = defaultdict(list)
        self.flows: dict[int, list[Flow]] = defaultdict(list)
        self.moves: list[Move] = []
        self.orders: dict[int, Order] = {}
        self.splits: list[Split] = []
        self.tracking: list[TrackingEvent] = []
        self.notices: dict[int, Notice] = {}
        self.returns: dict[int, Return] = {}
        self._ids: dict[str, count[int]] = {}
        self._skus: dict[tuple[int, str], Product] = {}
        self._numbers: dict[tuple[str, int, str], list[Order]] = defaultdict(list)
        self._families: dict[int, list[Order]] = defaultdict(list)

    def new_id(self, kind: str) -> int:
        """Return the next id of a kind."""
        if kind not in self._ids:
            self._ids[kind] = count(FIRST_IDS.get(kind, 1))
        return next(self._ids[kind])

    def add_product(self, product: Product) -> None:
        """Enter a product, or give one that stands there another SKU."""
        self._skus = {key: known for key, known in self._skus.items() if known.id != product.id}
        self._skus[product.client_id, _plain(product.sku)] = product
        self.products[product.id] = product

    def product_named(self, client_id: int, sku: str) -> Product | None:
        """Return the client's product with this SKU, upper and lower case being the same."""
        return self._skus.get((client_id, _plain(sku)))

    def door(self, warehouse_id: int) -> Location:
        """Return the location of a warehouse where things lie that have no other."""
        return next(p for p in self.locations.values() if p.warehouse_id == warehouse_id and p.name == "UNASSIGNED")

    def ward(self, warehouse_id: int) -> Location:
        """Return the quarantine of a warehouse."""
        return next(p for p in self.locations.values() if p.warehouse_id == warehouse_id and p.kind == "QUARANTINE")

    def shelves(self, warehouse_id: int) -> list[Location]:
        """Return the locations of a warehouse that are not in quarantine."""
        found = [p for p in self.locations.values() if p.warehouse_id == warehouse_id]
        return [p for p in found if p.kind != "QUARANTINE"]

    def add_order(self, order: Order) -> None:
        """Enter an order or a part of one."""
        self.orders[order.id] = order
        self._families[order.root].append(order)
        self._index(order)

    def renumber(self, order: Order, number: str, reference: str) -> None:
        """Give an order another number and reference."""
        for found in self._numbers.values():
            if order in found:
                found.remove(order)
        order.number, order.reference = number, reference
        self._index(order)

    def numbered(self, number: str, client_id: int = 0) -> list[Order]:
        """Return the orders with this number, of one client or of all (0)."""
        clients = [client_id] if client_id else list(self.clients)
        return [o for c in clients for o in self._numbers.get(("number", c, _plain(number)), ())]

    def referenced(self, reference: str, client_id: int) -> list[Order]:
        """Return the client's orders with this external reference."""
        return list(self._numbers.get(("reference", client_id, _plain(reference)), ())) if reference else []

    def family(self, order: Order) -> list[Order]:
        """Return all parts of what was one order, in order of their parts."""
        return sorted(self._families[order.root], key=lambda o: o.part)

    def open_orders(self) -> Iterable[Order]:
        """Return the orders that are neither gone nor cancelled, oldest first."""
        return [order for order in self.orders.values() if order.status not in OVER]

    def _index(self, order: Order) -> None:
        self._numbers["number", order.client_id, _plain(order.number)].append(order)
        if order.reference:
            self._numbers["reference", order.client_id, _plain(order.reference)].append(order)


def _plain(text: str) -> str:
    return text.strip().casefold()
