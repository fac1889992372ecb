"""The stock ledger: quantities by bin, values by cost layer.

FIFO keeps its layers per bin, average and standard cost one pool per item, actual cost one layer per batch or serial
number in a bin. Every movement carries the value that it moved, in pence, so that quantity and value of any bin are
the sums of its movements, and the stock nominal agrees to the penny. Quantities here are in stock units.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import cost_each, plain, portion, value_of
from tieout.sandbox.sage200.company.locks import Record
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.stock import traceables
from tieout.sandbox.sage200.stock.items import is_stocked
from tieout.sandbox.sage200.stock.traceables import Chosen, Number, Part

FIFO, AVERAGE, STANDARD, ACTUAL = "FIFO", "AVERAGE", "STANDARD", "ACTUAL"
POOLED = frozenset({AVERAGE, STANDARD})
ACTIVE = "EnumStockItemStatusTypeActive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a movement says about itself in the item's transaction history."""

    type: str
    on: date
    reference: str = ""
    second_reference: str = ""
    source_reference: str = ""
    source_name: str = ""
    line_id: int = 0
    memo: str = ""
    unit_issue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A movement done: its value in stock, and by how much what came in had cost more than standard (pence)."""

    movement_id: int
    value: int
    variance: int = 0


def product_record(product: sqlite3.Row) -> Record:
    """Return the lockable record of a stock item."""
    return Record(kind="product", id=product["id"], label=f"Stock item {product['code']}")


def warehouse_record(warehouse: sqlite3.Row) -> Record:
    """Return the lockable record of a warehouse: while somebody holds it nothing moves in or out."""
    return Record(kind="warehouse", id=warehouse["id"], label=f"Warehouse {warehouse['name']}")


def pool_of(product: sqlite3.Row, bin_holding_id: int) -> int:
    """Return where the cost of this item is kept: 0 for one pool per item, else the bin."""
    return 0 if product["costing"] in POOLED else bin_holding_id


def unit_cost_now(books: Books, product: sqlite3.Row) -> int:
    """Return the present cost of one: the standard cost, stock value over quantity, or the last cost in."""
    if product["costing"] == STANDARD:
        return int(product["standard_cost"])
    row = books.row("SELECT sum(quantity) q, sum(value) v FROM layer WHERE product_id = ?", product["id"])
    if row is not None and row["q"]:
        return cost_each(row["v"], row["q"])
    last = books.value(
        "SELECT unit_cost FROM movement WHERE product_id = ? AND quantity > 0 ORDER BY id DESC LIMIT 1", product["id"]
    )
    return int(last if last is not None else product["standard_cost"])


def receive(  # the facts of a receipt
    books: Books,
    product: sqlite3.Row,
    bin_holding: sqlite3.Row,
    quantity: int,
    value: int,
    story: Story,
    numbers: Sequence[Number] = (),
) -> Moved:
    """Bring stock into a bin that cost `value` pence; at standard cost the difference is told as variance."""
    assert quantity > 0, "stock comes in by positive quantities"
    assert value >= 0, "stock has no negative value"
    if not is_stocked(books, product):
        raise RefusedError(f"Stock item {product['code']} is not of type Stock and has no stock levels.")
    at = value_of(quantity, product["standard_cost"]) if product["costing"] == STANDARD else value
    parts = traceables.bring_in(books, product, bin_holding["id"], quantity, numbers, story.on)
    left, so_far = at, 0
    for part in parts:
        so_far += part.quantity
        share = left if so_far == quantity else portion(at, part.quantity, quantity)
        _add_layer(books, product, bin_holding["id"], part, share)
        left -= share
    books.run("UPDATE bin_holding SET quantity = quantity + ? WHERE id = ?", quantity, bin_holding["id"])
    movement_id = _move(books, product["id"], bin_holding, quantity, at, story)
    traceables.note(books, movement_id, parts, 1)
    return Moved(movement_id=movement_id, value=at, variance=value - at)


def issue(
    books: Books,
    product: sqlite3.Row,
    bin_holding: sqlite3.Row,
    quantity: int,
    story: Story,
    chosen: Sequence[Chosen] | None = None,
) -> Moved:
    """Take stock out of a bin at cost, under the numbers chosen; the value is what left, in pence."""
    parts = traceables.take_out(books, product, bin_holding["id"], quantity, chosen)
    value = sum(v for part in parts for _, v in take_layers(books, product, bin_holding["id"], part))
    books.run("UPDATE bin_holding SET quantity = quantity - ? WHERE id = ?", quantity, bin_holding["id"])
    movement_id = _move(books, product["id"], bin_holding, -quantity, -value, story)
    traceables.note(books, movement_id, parts, -1)
    return Moved(movement_id=movement_id, value=value)


def transfer(  # both ends of a move
    books: Books,
    product: sqlite3.Row,
    source: sqlite3.Row,
    target: sqlite3.Row,
    quantity: int,
    story: Story,
    chosen: Sequence[Chosen] | None = None,
) -> None:
    """Move free stock from one bin to another with its numbers and cost layers; history shows a pair."""
    parts = traceables.take_out(books, product, source["id"], quantity, chosen)
    value = 0
    for part in parts:
        for taken, cost in take_layers(books, product, source["id"], part):
            _add_layer(books, product, target["id"], replace(part, quantity=taken), cost)
            value += cost
    for holding, sign, kind in ((source, -1, "Out - Transfer"), (target, 1, "In - Transfer")):
        books.run("UPDATE bin_holding SET quantity = quantity + ? WHERE id = ?", sign * quantity, holding["id"])
        movement_id = _move(
            books, product["id"], holding, sign * quantity, sign * value, replace(story, type=kind, line_id=0)
        )
        traceables.note(books, movement_id, parts, sign)
    traceables.place(books, target["id"], parts)


def assign_cost(books: Books, product: sqlite3.Row, bin_holding_id: int, part: Part) -> None:
    """Put unassigned stock that now has a number under that number's cost layer (actual cost only)."""
    if product["costing"] != ACTUAL:
        return
    for taken, cost in take_layers(books, product, bin_holding_id, replace(part, item_id=traceables.UNASSIGNED)):
        _add_layer(books, product, bin_holding_id, replace(part, quantity=taken), cost)


def take_layers(books: Books, product: sqlite3.Row, bin_holding_id: int, wanted: Part) -> list[tuple[int, int]]:
    """Take a quantity from the oldest cost layers (at actual cost: its number's); return (quantity, value) of each."""
    parts: list[tuple[int, int]] = []
    left = wanted.quantity
    number = wanted.item_id if product["costing"] == ACTUAL else traceables.UNASSIGNED
    for layer in books.rows(
        "SELECT id, quantity, value FROM layer WHERE product_id = ? AND pool = ? AND traceable_item_id = ? ORDER BY id",
        product["id"],
        pool_of(product, bin_holding_id),
        number,
    ):
        if not left:
            break
        part = min(left, layer["quantity"])
        value = portion(layer["value"], part, layer["quantity"])
        if part == layer["quantity"]:
            books.run("DELETE FROM layer WHERE id = ?", layer["id"])
        else:
            books.update("layer", layer["id"], quantity=layer["quantity"] - part, value=layer["value"] - value)
        parts.append((part, value))
        left -= part
    if left:
        raise RefusedError(f"There is insufficient stock of {product['code']}: {plain(left)} short.")
    return parts


def _add_layer(books: Books, product: sqlite3.Row, bin_holding_id: int, part: Part, value: int) -> None:
    pool = pool_of(product, bin_holding_id)
    if pool == 0 and books.run(
        "UPDATE layer SET quantity = quantity + ?, value = value + ? WHERE product_id = ? AND pool = 0",
        part.quantity,
        value,
        product["id"],
    ):
        return
    books.insert(
        "layer",
        product_id=product["id"],
        pool=pool,
        quantity=part.quantity,
        value=value,
        traceable_item_id=part.item_id if product["costing"] == ACTUAL else traceables.UNASSIGNED,
    )


def _move(  # the columns of a movement
    books: Books, product_id: int, bin_holding: sqlite3.Row, quantity: int, value: int, story: Story
) -> int:
    warehouse = warehouse_of(books, bin_holding)
    books.locks.pass_by(warehouse_record(warehouse))
    movement_id = books.insert(
        "movement",
        product_id=product_id,
        bin_holding_id=bin_holding["id"],
        warehouse_name=warehouse["name"],
        bin_name=bin_holding["name"],
        type=story.type,
        date=story.on.isoformat(),
        quantity=quantity,
        unit_cost=cost_each(abs(value), abs(quantity)),
        value=value,
        unit_issue=story.unit_issue,
        source_reference=story.source_reference,
        source_name=story.source_name[:20],
        reference=story.reference,
        second_reference=story.second_reference,
        line_id=story.line_id,
        memo=story.memo,
        user_name=books.user,
        updated=books.stamp(),
    )
    books.effect(
        "stock.moved",
        type=story.type,
        product_id=product_id,
        bin=bin_holding["name"],
        quantity=plain(quantity),
        reference=story.reference,
    )
    return movement_id


def warehouse_of(books: Books, bin_holding: sqlite3.Row) -> sqlite3.Row:
    """Return the warehouse in which a bin holding lies."""
    found = books.row(
        "SELECT w.* FROM warehouse w JOIN warehouse_holding h ON h.warehouse_id = w.id WHERE h.id = ?",
        bin_holding["warehouse_holding_id"],
    )
    assert found is not None, "a bin holding without a warehouse"
    return found


def free(bin_holding: sqlite3.Row) -> int:
    """Return the free stock of a bin: in stock less allocated."""
    return int(bin_holding["quantity"] - bin_holding["allocated"])


def check_free(product: sqlite3.Row, bin_holding: sqlite3.Row, quantity: int) -> None:
    """Raise RefusedError when a bin has less free stock than that."""
    if quantity > free(bin_holding):
        raise RefusedError(
            f"There is insufficient free stock of {product['code']} in bin {bin_holding['name']}: "
            f"{plain(max(free(bin_holding), 0))} available."
        )


def need_bin(books: Books, product: sqlite3.Row, warehouse: sqlite3.Row, name: str) -> sqlite3.Row:
    """Return the item's holding in a named bin, linking it when the warehouse has such a bin; else RefusedError."""
    holding = books.row(
        "SELECT * FROM warehouse_holding WHERE product_id = ? AND warehouse_id = ?", product["id"], warehouse["id"]
    )
    if holding is None:
        raise RefusedError(f"Stock item {product['code']} is not held in warehouse {warehouse['name']}.")
    found = books.row("SELECT * FROM bin_holding WHERE warehouse_holding_id = ? AND name = ?", holding["id"], name)
    if found is not None:
        return found
    there = books.row("SELECT * FROM warehouse_bin WHERE warehouse_id = ? AND name = ?", warehouse["id"], name)
    if there is None:
        raise RefusedError(f"There is no bin {name} in warehouse {warehouse['name']}.")
    return books.need("bin_holding", link_bin(books, holding["id"], there["name"], there["priority"]), "Bin")


def link_bin(books: Books, warehouse_holding_id: int, name: str, priority: int) -> int:
    """Link an item to one more bin of its warehouse and return the bin holding's id."""
    product_id = books.value("SELECT product_id FROM warehouse_holding WHERE id = ?", warehouse_holding_id)
    return books.insert(
        "bin_holding",
        warehouse_holding_id=warehouse_holding_id,
        product_id=product_id,
        name=name,
        priority=priority,
        **books.stamps(),
    )


def link_warehouse(books: Books, product_id: int, warehouse_id: int, **levels: int) -> int:
    """Link an item to a warehouse (without bins) and return the warehouse holding's id."""
    return books.insert(
        "warehouse_holding", product_id=product_id, warehouse_id=warehouse_id, **levels, **books.stamps()
    )


def received_value(quantity: int, unit_cost: int) -> int:
    """Return the value in pence at which a quantity comes in."""
    return value_of(quantity, unit_cost)
