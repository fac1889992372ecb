"""The stock side of a bulk set-up: cost layers and bins held in memory while thousands of orders are despatched."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import cost_each, portion
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.stock import traceables
from tieout.sandbox.sage200.stock.movements import Story, pool_of, receive, received_value
from tieout.sandbox.sage200.stock.postings import post_in
from tieout.sandbox.sage200.stock.traceables import Number

MOVEMENT = (
    "product_id bin_holding_id warehouse_name bin_name type date quantity unit_cost value unit_issue "
    "source_reference source_name reference second_reference line_id user_name updated"
)


class StockRoom:
    """Bins and layers by item, loaded when first needed and written back once."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._now = books.stamp()
        self._bins: dict[tuple[int, int], list[list[Any]]] = {}
        self._layers: dict[tuple[int, int], list[list[int]]] = {}
        self._pools: dict[int, list[int]] = {}
        self._names: dict[int, tuple[str, str]] = {}
        self._taken: dict[int, int] = defaultdict(int)
        self._touched: set[int] = set()
        self._costs: dict[int, int] = {}
        self._moves: list[tuple[object, ...]] = []

    def ensure(self, product: sqlite3.Row, warehouse_id: int, quantity: int, cost: int, on: date) -> None:
        """Bring in opening stock where free stock is short, dated on the first despatch; then load what is there."""
        if traceables.is_traceable(product):
            raise RefusedError(f"Stock item {product['code']} has numbers: enter its orders one by one.")
        bins = self._bin_rows(product, warehouse_id)
        if not bins:
            raise RefusedError(f"Stock item {product['code']} is not held in the warehouse of its order line.")
        short = quantity - sum(row["quantity"] - row["allocated"] for row in bins)
        if short > 0:
            bring_in(self._books, product, bins[0], short, cost, on)
            bins = self._bin_rows(product, warehouse_id)
        self._bins[product["id"], warehouse_id] = [[row["id"], row["quantity"] - row["allocated"]] for row in bins]
        for row in bins:
            self._names[row["id"]] = (row["warehouse"], row["name"])
        if product["id"] not in self._touched:
            self._touched.add(product["id"])
        self._load_layers(product["id"])

    def _bin_rows(self, product: sqlite3.Row, warehouse_id: int) -> list[sqlite3.Row]:
        return self._books.rows(
            "SELECT b.*, w.name AS warehouse FROM bin_holding b "
            "JOIN warehouse_holding h ON h.id = b.warehouse_holding_id JOIN warehouse w ON w.id = h.warehouse_id "
            "WHERE b.product_id = ? AND w.id = ? ORDER BY b.priority, b.id",
            product["id"],
            warehouse_id,
        )

    def _load_layers(self, product_id: int) -> None:
        for pool in self._pools.pop(product_id, []):
            del self._layers[product_id, pool]
        for row in self._books.rows("SELECT * FROM layer WHERE product_id = ? ORDER BY id", product_id):
            self._layers.setdefault((product_id, row["pool"]), []).append([row["quantity"], row["value"]])
            if row["pool"] not in self._pools.setdefault(product_id, []):
                self._pools[product_id].append(row["pool"])

    def unit_cost(self, product: sqlite3.Row) -> int:
        """Return the present cost of one, from the layers held here; else the standard cost."""
        for pool in self._pools.get(product["id"], ()):
            layers = self._layers[product["id"], pool]
            if layers:
                self._costs[product["id"]] = cost_each(layers[0][1], layers[0][0])
                break
        return self._costs.get(product["id"], int(product["standard_cost"]))

    def take(self, product: sqlite3.Row, warehouse_id: int, quantity: int) -> list[tuple[int, int, int]]:
        """Take stock bin by bin; return (bin holding, quantity, value) of each part."""
        parts = []
        for place in self._bins[product["id"], warehouse_id]:
            part = min(quantity, place[1])
            if part > 0:
                place[1] -= part
                quantity -= part
                self._taken[place[0]] += part
                pool = pool_of(product, place[0])
                parts.append((place[0], part, self._cost(product["id"], pool, part)))
        assert quantity == 0, "opening stock did not cover the despatches"
        return parts

    def _cost(self, product_id: int, pool: int, quantity: int) -> int:
        layers, value = self._layers[product_id, pool], 0
        while quantity:
            layer = layers[0]
            part = min(quantity, layer[0])
            share = portion(layer[1], part, layer[0])
            layer[0], layer[1] = layer[0] - part, layer[1] - share
            value, quantity = value + share, quantity - part
            if not layer[0]:
                layers.pop(0)
        return value

    def move(  # one movement
        self,
        product: sqlite3.Row,
        bin_id: int,
        quantity: int,
        value: int,
        on: date,
        story: tuple[str, str, dict[str, Any], sqlite3.Row],
    ) -> None:
        """Note one movement out to a customer; the story is order number, despatch number, line and customer."""
        number, note, line, customer = story
        self._moves.append(
            (
                product["id"],
                bin_id,
                *self._names[bin_id],
                "Out - SOP",
                on.isoformat(),
                quantity,
                cost_each(abs(value), abs(quantity)),
                value,
                line["unit_price"],
                customer["reference"],
                customer["name"][:20],
                number,
                note,
                line["id"],
                self._books.user,
                self._now,
            )
        )

    def write(self) -> None:
        """Write movements, bin quantities and layers back."""
        names = MOVEMENT.split()
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO movement ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  # our own names
        self._books.db.executemany(sql, self._moves)
        self._books.db.executemany(
            "UPDATE bin_holding SET quantity = quantity - ? WHERE id = ?",
            [(quantity, bin_id) for bin_id, quantity in self._taken.items()],
        )
        self._books.db.executemany("DELETE FROM layer WHERE product_id = ?", [(i,) for i in self._touched])
        self._books.db.executemany(
            "INSERT INTO layer (product_id, pool, quantity, value) VALUES (?, ?, ?, ?)",
            [(*key, *layer) for key, layers in self._layers.items() for layer in layers],
        )


def bring_in(  # one opening balance
    books: Books,
    product: sqlite3.Row,
    bin_holding: sqlite3.Row,
    quantity: int,
    unit_cost: int,
    on: date,
    numbers: Sequence[Number] = (),
) -> None:
    """Bring opening stock into a bin against the opening balances account."""
    value = received_value(quantity, unit_cost)
    story = Story(type="In - Unknown Source", on=on, memo="Opening stock")
    moved = receive(books, product, bin_holding, quantity, value, story, numbers)
    post_in(books, product, moved, books.control("opening"), on=on, reference="OPENING")
