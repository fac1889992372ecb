"""The count sheet of a stocktake: printing it, entering counts, and adjusting stock to what was counted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import cost_each, money, plain, portion
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.stock.movements import (
    Story,
    issue,
    product_record,
    receive,
    received_value,
    unit_cost_now,
)
from tieout.sandbox.sage200.stock.postings import post_in, post_out
from tieout.sandbox.sage200.stock.traceables import SERIAL, is_traceable, setting

Json = dict[str, Any]
MORE, LESS = "In - Unknown Source", "Out - Write Off"
COUNT = (
    "actual_quantity_entered:b actual_quantity_in_stock:q discrepancy_narrative:s6000 discrepancy_status:s50 "
    "stocktake_id:i"
)


def candidate(row: sqlite3.Row) -> Json:
    """Return an item (or a bin of it) that may be selected; quantities and values with two places, as Sage has them."""
    value = portion(row["value"], row["quantity"], row["held"])
    answer: Json = {
        "warehouse_holding_id": row["warehouse_holding_id"],
        "bin_name": row["bin_name"],
        "item_code": row["item_code"],
        "item_name": row["item_name"],
        "stock_unit_name": row["unit_name"],
        "traceable_type": row["traceable"],
        "product_group_id": row["group_id"],
        "product_group_code": row["group_code"],
        "allows_negative_stock": False,
        "quantity_in_stock": money(row["quantity"] // 1000),
        "value_of_stock": money(value),
        "average_buying_price": money(cost_each(row["value"], row["held"]) // 1000),
        "stocktake_cycle_period": json.loads(row["more"]).get("stocktake_cycle_period", 0),
        "is_selected": False,
    }
    if row["last_stocktake"]:
        answer["last_stocktake"] = f"{row['last_stocktake']}T00:00:00Z"
    return answer


def print_sheets(books: Books, stocktake: sqlite3.Row) -> None:
    """Write the count sheet: one row for each bin of the selected items, with the quantity recorded now."""
    bins = books.rows(
        "SELECT b.*, p.traceable, p.more AS item_more FROM stocktake_item i "
        "JOIN bin_holding b ON b.warehouse_holding_id = i.warehouse_holding_id "
        "AND (i.bin_name = '' OR b.name = i.bin_name) JOIN product p ON p.id = b.product_id "
        "WHERE i.stocktake_id = ? AND (? = 0 OR p.status = 'EnumStockItemStatusTypeActive') ORDER BY p.code, b.name",
        stocktake["id"],
        stocktake["exclude_inactive"],
    )
    if not bins:
        raise RefusedError("No items have been selected for the stocktake.")
    for place in bins:
        count_id = books.insert(
            "stocktake_count",
            stocktake_id=stocktake["id"],
            bin_holding_id=place["id"],
            recorded=place["quantity"],
            entered=stocktake["prefill"],
            actual=place["quantity"] if stocktake["prefill"] else 0,
        )
        if json.loads(place["item_more"]).get("include_nos_on_count_sheets"):
            books.run(
                "INSERT INTO stocktake_count_number (count_id, traceable_item_id) SELECT ?, traceable_item_id "
                "FROM traceable_bin WHERE bin_holding_id = ? AND quantity > 0",
                count_id,
                place["id"],
            )


def enter(books: Books, count_id: int, body: Mapping[str, Any], stocktake_id: int = 0) -> None:
    """Enter or correct one count; RefusedError for a figure that cannot be."""
    fields = checked(body, COUNT)
    count = books.need("stocktake_count", count_id, "Stocktake count sheet item")
    stocktake = books.need("stocktake", count["stocktake_id"], "Stocktake")
    if stocktake_id not in {0, stocktake["id"]}:
        raise RefusedError(f"The count sheet item {count_id} is not one of this stocktake.")
    if stocktake["status"] not in {"Entering counts", "Requires Approval"}:
        raise RefusedError(f"Counts cannot be entered while the stocktake is at {stocktake['status']}.")
    actual = fields.get("actual_quantity_in_stock", count["actual"])
    entered = fields.get("actual_quantity_entered", "actual_quantity_in_stock" in fields or bool(count["entered"]))
    if actual < 0:
        raise RefusedError("The actual quantity in stock cannot be negative.")
    resolved = fields.get("discrepancy_status", "") == "Discrepancy Resolved" or (
        bool(count["resolved"]) and actual == count["actual"]
    )
    books.update(
        "stocktake_count",
        count_id,
        actual=actual,
        entered=int(entered),
        narrative=fields.get("discrepancy_narrative", count["narrative"]),
        resolved=int(resolved),
    )
    today = books.today().isoformat()
    books.update("stocktake", stocktake["id"], date=today, updated=books.stamp())
    books.effect("stocktake.counted", id=stocktake["id"], count_id=count_id, actual=plain(actual))


def check_entered(books: Books, stocktake: sqlite3.Row) -> None:
    """Raise RefusedError while a count is missing."""
    missing = books.row(
        "SELECT p.code, b.name FROM stocktake_count c JOIN bin_holding b ON b.id = c.bin_holding_id "
        "JOIN product p ON p.id = b.product_id WHERE c.stocktake_id = ? AND NOT c.entered",
        stocktake["id"],
    )
    if missing is not None:
        raise RefusedError(f"The actual quantity of {missing['code']} in bin {missing['name']} has not been entered.")


def complete(books: Books, stocktake: sqlite3.Row) -> None:
    """Bring the stock of every bin to its counted figure, whatever has moved since, and post the variance."""
    check_entered(books, stocktake)
    on = date.fromisoformat(stocktake["date"])
    check_date(books, on, "Stock")
    nominal_id = stocktake["nominal_id"] or books.control("variance")
    for count in books.rows("SELECT * FROM stocktake_count WHERE stocktake_id = ? ORDER BY id", stocktake["id"]):
        place = books.need("bin_holding", count["bin_holding_id"], "Bin")
        product = books.need("product", place["product_id"], "Product")
        books.locks.touch(product_record(product))
        story = Story(
            type=MORE if count["actual"] > place["quantity"] else LESS,
            on=on,
            reference=stocktake["name"][:20],
            second_reference="STOCKTAKE",
            memo=count["narrative"][:1000],
        )
        narrative = stocktake["narrative"] or count["narrative"]
        _adjust(books, (product, place, nominal_id), count["actual"] - place["quantity"], story, narrative)
        books.update("bin_holding", place["id"], last_stocktake=on.isoformat())


def _adjust(
    books: Books, at: tuple[sqlite3.Row, sqlite3.Row, int], difference: int, story: Story, narrative: str
) -> None:
    """Bring one bin up or down by the difference at present cost, against the variance account."""
    product, place, nominal_id = at
    if difference > 0:
        if is_traceable(product) and (
            product["traceable"] == SERIAL or setting(product, "record_nos_on_goods_received")
        ):
            raise RefusedError(
                f"More of {product['code']} was counted than is recorded: its numbers must be entered as added stock."
            )
        value = received_value(difference, unit_cost_now(books, product))
        moved = receive(books, product, place, difference, value, story)
        post_in(books, product, moved, nominal_id, on=story.on, reference=story.reference, narrative=narrative)
    elif difference < 0:
        left = place["quantity"] + difference
        if left < place["allocated"]:
            _check_allocated(books, product, place, left)
        moved = issue(books, product, place, -difference, story)
        post_out(books, product, moved, nominal_id, on=story.on, reference=story.reference, narrative=narrative)


def _check_allocated(books: Books, product: sqlite3.Row, place: sqlite3.Row, left: int) -> None:
    """Refuse a count below what is allocated, unless stocktakes may leave free stock negative (assumed)."""
    if not books.setting("stock", "allow_negative_stocktake"):
        raise RefusedError(
            f"Only {plain(left)} of {product['code']} was counted in bin {place['name']}, "
            f"but {plain(place['allocated'])} is allocated: free stock would be negative."
        )
