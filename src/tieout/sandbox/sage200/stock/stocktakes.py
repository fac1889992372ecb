"""Stocktakes: selecting items, counting, and the adjustment that brings stock to the counted figures (4.2).

Statuses run Selecting items, Sheets printed, Entering counts, Requires Approval, Complete; each PUT with
advance_status moves one on. The order of the calls is inferred from the notes on the fields.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.nominal import check_nominal
from tieout.sandbox.sage200.reading.enumerations_stock import STOCKTAKE_TYPES
from tieout.sandbox.sage200.stock import stocktake_counts

Body = Mapping[str, Any]
Json = dict[str, Any]
BY_ITEM, BY_BIN = STOCKTAKE_TYPES
SELECTING, PRINTED, COUNTING, APPROVAL, COMPLETE = (
    "Selecting items",
    "Sheets printed",
    "Entering counts",
    "Requires Approval",
    "Complete",
)
NEXT = {SELECTING: PRINTED, PRINTED: COUNTING, COUNTING: APPROVAL, APPROVAL: COMPLETE}
_HEAD = (
    "stocktake_name:s60 stocktake_date:d stocktake_type:s50 exclude_inactive_stock:b show_expected_quantities:b "
    "stock_variance_nominal_code_id:i nominal_narrative:s6000 advance_status:b pre_fill_actual_with_expected:b "
    "stocktake_items:l"
)
NEW = f"warehouse_id:i! {_HEAD}"
CHANGE = f"warehouse_id:i {_HEAD} stocktake_count_sheet_items:l"
ITEM = "stocktake_item_id:i warehouse_holding_id:i item_code:s30 bin_name:s20 is_selected:b"


def candidates(books: Books, body: Body) -> Json:
    """Answer a stocktake that is not stored, with the items of a warehouse that may be selected for it."""
    fields = checked(body, NEW)
    warehouse = _warehouse(books, fields["warehouse_id"])
    kind = _kind(books, warehouse, fields)
    rows = _holdings(books, warehouse["id"], kind, exclude_inactive=fields.get("exclude_inactive_stock", False))
    return {
        "stocktake_name": fields.get("stocktake_name", ""),
        "warehouse_id": warehouse["id"],
        "warehouse_name": warehouse["name"],
        "stocktake_date": f"{books.today().isoformat()}T00:00:00Z",
        "stocktake_type": kind,
        "stocktake_status": SELECTING,
        "exclude_inactive_stock": fields.get("exclude_inactive_stock", False),
        "show_expected_quantities": fields.get("show_expected_quantities", False),
        "can_modify_stocktake_type": not _others(books, warehouse["id"], 0),
        "stocktake_items": [stocktake_counts.candidate(row) for row in rows if not row["taken"]],
        "failed_stocktake_items": [],
    }


def create(books: Books, body: Body) -> tuple[int, list[Json]]:
    """Begin a stocktake of the selected items; return its id and the items that another stocktake holds."""
    fields = checked(body, NEW)
    warehouse = _warehouse(books, fields["warehouse_id"])
    if not fields.get("stocktake_name", "").strip():
        raise RefusedError("The field stocktake_name is required.")
    if fields.get("stock_variance_nominal_code_id") or fields.get("nominal_narrative"):
        raise RefusedError("The stock variance nominal can be set only when the stocktake requires approval.")
    stocktake_id = books.insert(
        "stocktake",
        name=fields["stocktake_name"],
        warehouse_id=warehouse["id"],
        date=fields.get("stocktake_date", books.today()).isoformat(),
        type=_kind(books, warehouse, fields),
        status=SELECTING,
        exclude_inactive=int(fields.get("exclude_inactive_stock", False)),
        show_expected=int(fields.get("show_expected_quantities", False)),
        prefill=int(fields.get("pre_fill_actual_with_expected", False)),
        **books.stamps(),
    )
    stocktake = books.need("stocktake", stocktake_id, "Stocktake")
    failed = _select(books, stocktake, fields.get("stocktake_items", []))
    books.effect("stocktake.created", id=stocktake_id, name=fields["stocktake_name"])
    if fields.get("advance_status"):
        _advance(books, stocktake)
    return stocktake_id, failed


def change(books: Books, stocktake_id: int, body: Body) -> list[Json]:
    """Change a stocktake and, with advance_status, move it on; return the items that another stocktake holds."""
    fields = checked(body, CHANGE)
    stocktake = books.need("stocktake", stocktake_id, "Stocktake")
    if stocktake["status"] == COMPLETE:
        raise RefusedError("The stocktake is complete and cannot be changed.")
    if fields.get("warehouse_id", stocktake["warehouse_id"]) != stocktake["warehouse_id"]:
        raise RefusedError("The warehouse of a stocktake cannot be changed.")
    columns = _columns(books, stocktake, fields)
    books.update("stocktake", stocktake_id, **columns, updated=books.stamp())
    stocktake = books.need("stocktake", stocktake_id, "Stocktake")
    failed = []
    if "stocktake_items" in fields and stocktake["status"] == SELECTING:
        failed = _select(books, stocktake, fields["stocktake_items"])
    if stocktake["status"] in {COUNTING, APPROVAL}:
        for told in fields.get("stocktake_count_sheet_items", []):
            stocktake_counts.enter(books, int(told.get("id") or 0), told, stocktake_id)
    if fields.get("advance_status"):
        _advance(books, stocktake)
    return failed


def _columns(books: Books, stocktake: sqlite3.Row, fields: Fields) -> Fields:
    """Return what a change sets; the nominal account only at approval, the kind and the switches only at first."""
    approving = stocktake["status"] == APPROVAL
    columns: Fields = {}
    nominal = fields.get("stock_variance_nominal_code_id") or 0
    narrative = fields.get("nominal_narrative", "")
    if (
        (nominal and nominal != stocktake["nominal_id"]) or (narrative != stocktake["narrative"] and narrative)
    ) and not approving:
        raise RefusedError("The stock variance nominal can be set only when the stocktake requires approval.")
    if nominal:
        found = books.row("SELECT * FROM nominal WHERE id = ?", nominal)
        if found is None:
            raise RefusedError(f"The nominal code {nominal} does not exist.")
        columns["nominal_id"] = check_nominal(found)["id"]
    if narrative:
        columns["narrative"] = narrative
    if fields.get("stocktake_name", "").strip():
        columns["name"] = fields["stocktake_name"]
    if "stocktake_date" in fields:
        columns["date"] = fields["stocktake_date"].isoformat()
    if fields.get("stocktake_type", stocktake["type"]) != stocktake["type"]:
        warehouse = books.need("warehouse", stocktake["warehouse_id"], "Warehouse")
        if stocktake["status"] != SELECTING or books.value(
            "SELECT id FROM stocktake_item WHERE stocktake_id = ?", stocktake["id"]
        ):
            raise RefusedError("The type of a stocktake cannot be changed once items are selected.")
        columns["type"] = _kind(books, warehouse, fields, but=stocktake["id"])
    switches = {
        "exclude_inactive_stock": "exclude_inactive",
        "show_expected_quantities": "show_expected",
        "pre_fill_actual_with_expected": "prefill",
    }
    return columns | {column: int(fields[name]) for name, column in switches.items() if name in fields}


def delete(books: Books, stocktake_id: int) -> None:
    """Drop a stocktake that is not complete; nothing of it has touched stock."""
    stocktake = books.need("stocktake", stocktake_id, "Stocktake")
    if stocktake["status"] == COMPLETE:
        raise RefusedError("The stocktake is complete and cannot be deleted.")
    books.run(
        "DELETE FROM stocktake_count_number WHERE count_id IN (SELECT id FROM stocktake_count WHERE stocktake_id = ?)",
        stocktake_id,
    )
    for table in ("stocktake_count", "stocktake_item"):
        books.run(f"DELETE FROM {table} WHERE stocktake_id = ?", stocktake_id)  # noqa: S608  # our own tables
    books.run("DELETE FROM stocktake WHERE id = ?", stocktake_id)
    books.effect("stocktake.deleted", id=stocktake_id)


def approve(books: Books, stocktake_id: int) -> None:
    """Bring a stocktake whose counts are entered to approval."""
    stocktake = books.need("stocktake", stocktake_id, "Stocktake")
    if stocktake["status"] == COUNTING:
        _advance(books, stocktake)
    elif stocktake["status"] != APPROVAL:
        raise RefusedError(f"The stocktake is at {stocktake['status']}: counts must be entered before approval.")


def _advance(books: Books, stocktake: sqlite3.Row) -> None:
    """Move a stocktake to its next status and do what that means."""
    following = NEXT[stocktake["status"]]
    if following == PRINTED:
        stocktake_counts.print_sheets(books, stocktake)
    elif following == APPROVAL:
        stocktake_counts.check_entered(books, stocktake)
    elif following == COMPLETE:
        stocktake_counts.complete(books, stocktake)
    books.update("stocktake", stocktake["id"], status=following, updated=books.stamp())
    books.effect("stocktake.advanced", id=stocktake["id"], status=following)


def _select(books: Books, stocktake: sqlite3.Row, told: Sequence[Body]) -> list[Json]:
    """Put items on the stocktake or take them off; those on another running stocktake of the warehouse fail."""
    failed: list[Json] = []
    rows = _holdings(books, stocktake["warehouse_id"], stocktake["type"], exclude_inactive=False, but=stocktake["id"])
    known = {(row["warehouse_holding_id"], row["bin_name"].upper()): row for row in rows}
    by_code = {(row["item_code"].upper(), row["bin_name"].upper()): row for row in rows}
    for item in (checked(one, ITEM) for one in told):
        bin_name = item.get("bin_name", "").upper() if stocktake["type"] == BY_BIN else ""
        row = known.get((item.get("warehouse_holding_id", 0), bin_name)) or by_code.get(
            (item.get("item_code", "").upper(), bin_name)
        )
        if row is None:
            raise RefusedError("An item of the stocktake is not held in the warehouse.")
        key = (stocktake["id"], row["warehouse_holding_id"], row["bin_name"])
        if not item.get("is_selected", False):
            books.run(
                "DELETE FROM stocktake_item WHERE stocktake_id = ? AND warehouse_holding_id = ? AND bin_name = ?", *key
            )
        elif row["taken"]:
            failed.append({"item_code": row["item_code"], "bin_name": row["bin_name"]})
        else:
            books.run("INSERT OR IGNORE INTO stocktake_item VALUES (NULL, ?, ?, ?)", *key)
    if failed and not books.value("SELECT id FROM stocktake_item WHERE stocktake_id = ?", stocktake["id"]):
        names = ", ".join(sorted({item["item_code"] for item in failed}))
        raise RefusedError(f"{names} is on another stocktake of this warehouse that is not complete.")
    return failed


def _warehouse(books: Books, warehouse_id: int) -> sqlite3.Row:
    found = books.row("SELECT * FROM warehouse WHERE id = ?", warehouse_id)
    if found is None:
        raise RefusedError(f"The warehouse {warehouse_id} does not exist.")
    return found


def _others(books: Books, warehouse_id: int, but: int) -> list[sqlite3.Row]:
    return books.rows(
        "SELECT * FROM stocktake WHERE warehouse_id = ? AND status <> ? AND id <> ?", warehouse_id, COMPLETE, but
    )


def _kind(books: Books, warehouse: sqlite3.Row, fields: Fields, but: int = 0) -> str:
    """Return the kind of stocktake asked for; all running stocktakes of a warehouse are of one kind."""
    kind = str(fields.get("stocktake_type") or BY_ITEM)
    if kind not in STOCKTAKE_TYPES:
        raise RefusedError(f"The stocktake_type {kind} is not valid.")
    for other in _others(books, warehouse["id"], but):
        if other["type"] != kind:
            raise RefusedError(f"Warehouse {warehouse['name']} has a stocktake {other['type']} that is not complete.")
    return kind


def _holdings(books: Books, warehouse_id: int, kind: str, *, exclude_inactive: bool, but: int = 0) -> list[sqlite3.Row]:
    """Return what can be counted in a warehouse, item by item or bin by bin; `taken` tells what another one counts."""
    bins = "b.name" if kind == BY_BIN else "''"
    return books.rows(
        f"SELECT h.id AS warehouse_holding_id, {bins} AS bin_name, p.id AS product_id, p.code AS item_code, "  # noqa: S608  # our own text
        "p.name AS item_name, p.traceable, p.more, g.id AS group_id, g.code AS group_code, u.name AS unit_name, "
        "sum(b.quantity) AS quantity, max(b.last_stocktake) AS last_stocktake, EXISTS (SELECT 1 FROM stocktake_item i "
        "JOIN stocktake s ON s.id = i.stocktake_id WHERE i.warehouse_holding_id = h.id AND s.status <> ? "
        f"AND s.id <> ? AND i.bin_name IN ('', {bins})) AS taken, "
        "(SELECT coalesce(sum(value), 0) FROM layer WHERE product_id = p.id) AS value, "
        "(SELECT coalesce(sum(quantity), 0) FROM layer WHERE product_id = p.id) AS held "
        "FROM warehouse_holding h JOIN product p ON p.id = h.product_id JOIN product_group g ON g.id = p.group_id "
        "JOIN unit u ON u.id = p.stock_unit_id JOIN bin_holding b ON b.warehouse_holding_id = h.id "
        "WHERE h.warehouse_id = ? AND g.type = 'EnumStockItemTypeStock' "
        "AND (? = 0 OR p.status = 'EnumStockItemStatusTypeActive') "
        f"GROUP BY h.id, {bins} ORDER BY p.code, bin_name",
        COMPLETE,
        but,
        warehouse_id,
        int(exclude_inactive),
    )
