"""What people do with stock at the desktop, as tests and the demo tell it: quantities and costs are decimal strings.

Every deed names the item by code, the warehouse and the bin by name; numbers are [{"number", "quantity"}].
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.bulk import price
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.set_up import nominal_id
from tieout.sandbox.sage200.company.set_up_items import numbers_of
from tieout.sandbox.sage200.stock import stocktake_counts, stocktakes
from tieout.sandbox.sage200.stock.movements import (
    ACTIVE,
    Moved,
    Story,
    check_free,
    issue,
    need_bin,
    product_record,
    receive,
    received_value,
    transfer,
    unit_cost_now,
)
from tieout.sandbox.sage200.stock.postings import post_in, post_out
from tieout.sandbox.sage200.stock.traceables import Chosen, is_traceable

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What every stock deed names."""

    product: sqlite3.Row
    place: sqlite3.Row
    quantity: int
    on: date

    def story(self, kind: str, body: Body) -> Story:
        """Tell the movement in the words of the body."""
        return Story(
            type=kind,
            on=self.on,
            reference=str(body.get("reference", ""))[:20],
            second_reference=str(body.get("second_reference", ""))[:20],
            source_reference=str(body.get("source", ""))[:20],
            memo=str(body.get("memo", ""))[:1000],
        )


def _asked(books: Books, body: Body) -> _Asked:
    product = books.row("SELECT * FROM product WHERE code = ?", str(body["product"]))
    if product is None:
        raise RefusedError(f"Stock item {body['product']} does not exist.")
    if product["status"] != ACTIVE:
        raise RefusedError(f"Stock item {product['code']} is inactive.")
    books.locks.touch(product_record(product))
    on = date.fromisoformat(str(body["date"])) if "date" in body else books.today()
    check_date(books, on, "Stock")
    quantity = price(body.get("quantity", 1))
    if quantity <= 0:
        raise RefusedError("The quantity must be greater than zero.")
    place = _place(books, product, body.get("warehouse", "HOME"), body["bin"])
    return _Asked(product=product, place=place, quantity=quantity, on=on)


def _place(books: Books, product: sqlite3.Row, warehouse: object, bin_name: object) -> sqlite3.Row:
    found = books.row("SELECT * FROM warehouse WHERE name = ?", str(warehouse))
    if found is None:
        raise RefusedError(f"Warehouse {warehouse} does not exist.")
    return need_bin(books, product, found, str(bin_name))


def _chosen(books: Books, asked: _Asked, body: Body) -> list[Chosen] | None:
    """Return the numbers told, as they lie in the bin; none when the desktop may choose."""
    if not body.get("numbers") or not is_traceable(asked.product):
        return None
    found = []
    for told in numbers_of(body["numbers"]):
        key = books.value(
            "SELECT n.id FROM traceable_bin n JOIN traceable_item t ON t.id = n.traceable_item_id "
            "WHERE n.bin_holding_id = ? AND t.number = ? ORDER BY n.quantity DESC",
            asked.place["id"],
            told.number,
        )
        if key is None:
            raise RefusedError(f"The number {told.number} is not in bin {asked.place['name']}.")
        found.append(Chosen(traceable_bin_id=key, quantity=told.quantity))
    return found


def _out(books: Books, body: Body, kind: str, nominal: int) -> dict[str, Any]:
    asked = _asked(books, body)
    check_free(asked.product, asked.place, asked.quantity)
    story = asked.story(kind, body)
    chosen = _chosen(books, asked, body)
    moved = issue(books, asked.product, asked.place, asked.quantity, story, chosen)
    post_out(books, asked.product, moved, nominal, on=asked.on, reference=story.reference, narrative=story.memo)
    return {"movement_id": moved.movement_id}


def _in(books: Books, body: Body, kind: str, nominal: int) -> dict[str, Any]:
    asked = _asked(books, body)
    cost = price(body["unit_cost"]) if "unit_cost" in body else unit_cost_now(books, asked.product)
    if cost < 0:
        raise RefusedError("The unit_cost cannot be negative.")
    value = received_value(asked.quantity, cost)
    story = asked.story(kind, body)
    numbers = numbers_of(body.get("numbers", ()))
    moved: Moved = receive(books, asked.product, asked.place, asked.quantity, value, story, numbers)
    post_in(books, asked.product, moved, nominal, on=asked.on, reference=story.reference, narrative=story.memo)
    return {"movement_id": moved.movement_id}


def move_stock(books: Books, body: Body) -> dict[str, Any]:
    """Move free stock to another bin, without the API knowing."""
    asked = _asked(books, body)
    target = _place(books, asked.product, body.get("to_warehouse", body.get("warehouse", "HOME")), body["to_bin"])
    if target["id"] == asked.place["id"]:
        raise RefusedError("The two bins of a transfer must be different.")
    check_free(asked.product, asked.place, asked.quantity)
    chosen = _chosen(books, asked, body)
    story = asked.story("Transfer", body)
    transfer(books, asked.product, asked.place, target, asked.quantity, story, chosen)
    return {"reference": story.reference}


def write_off(books: Books, body: Body) -> dict[str, Any]:
    """Write stock off under a category, whose nominal account takes the cost."""
    category = _named(books, "write_off_category", body.get("category", "Damaged"))
    return _out(books, body, "Out - Write Off", category)


def issue_internally(books: Books, body: Body) -> dict[str, Any]:
    """Issue stock to an internal area, whose nominal account takes the cost."""
    area = _named(books, "internal_area", body.get("area", "Samples"))
    return _out(books, body, "Out - Internal", area)


def give_away(books: Books, body: Body) -> dict[str, Any]:
    """Issue stock free of charge; its cost goes to cost of sales."""
    return _out(books, body, "Out - FOC", books.control("cost_of_sales"))


def add_stock(books: Books, body: Body) -> dict[str, Any]:
    """Add stock that nobody bought, against a nominal account (the variance when none is told)."""
    account = body.get("nominal")
    nominal = nominal_id(books, *str(account).split("/")) if account else books.control("variance")
    return _in(books, body, "In - Unknown Source", nominal)


def goods_in(books: Books, body: Body) -> dict[str, Any]:
    """Receive bought goods: stock against goods received not invoiced; the reference is the purchase order's number."""
    told = {"second_reference": f"{books.number('grn_no'):010d}", "source": "POTTERY", **body}
    return _in(books, told, "In - POP", books.control("accrual"))


def _named(books: Books, table: str, name: object) -> int:
    found = books.value(f"SELECT nominal_id FROM {table} WHERE name = ?", str(name))  # noqa: S608  # our own tables
    if found is None:
        raise RefusedError(f"There is no {table.replace('_', ' ')} {name}.")
    return int(found)


def count(books: Books, body: Body) -> dict[str, Any]:
    """Count one bin as somebody does with a stocktake of their own: begun, counted and completed at once."""
    product = books.row("SELECT * FROM product WHERE code = ?", str(body["product"]))
    if product is None:
        raise RefusedError(f"Stock item {body['product']} does not exist.")
    place = _place(books, product, body.get("warehouse", "HOME"), body["bin"])
    warehouse = books.value("SELECT warehouse_id FROM warehouse_holding WHERE id = ?", place["warehouse_holding_id"])
    name = str(body.get("reference") or f"COUNT {books.number('count_no')}")
    chosen = {"warehouse_holding_id": place["warehouse_holding_id"], "bin_name": place["name"], "is_selected": True}
    key, _ = stocktakes.create(
        books,
        {
            "stocktake_name": name,
            "warehouse_id": warehouse,
            "stocktake_type": stocktakes.BY_BIN,
            "stocktake_items": [chosen],
        },
    )
    for _ in range(2):
        stocktakes.change(books, key, {"advance_status": True})
    count_id = books.value("SELECT id FROM stocktake_count WHERE stocktake_id = ?", key)
    told = {
        "actual_quantity_in_stock": Decimal(str(body["quantity"])),
        "discrepancy_narrative": str(body.get("memo", "")),
    }
    stocktake_counts.enter(books, count_id, told)
    for _ in range(2):
        stocktakes.change(books, key, {"advance_status": True})
    return {"stocktake_id": key}


STOCK_DEEDS: dict[str, Callable[[Books, Body], object]] = {
    "move-stock": move_stock,
    "write-off": write_off,
    "internal-issue": issue_internally,
    "free-issue": give_away,
    "add-stock": add_stock,
    "goods-in": goods_in,
    "count": count,
}
"""The deeds by the names of their control routes."""
