"""POST, PUT and DELETE of stock: items, warehouses, holdings, transfers, stocktakes, batch and serial numbers."""

from __future__ import annotations

import json
from datetime import date
from functools import partial

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.records import Body, Writes, plain_record
from tieout.sandbox.sage200.reading.catalogue import RESOURCES
from tieout.sandbox.sage200.reading.product_search import search_products
from tieout.sandbox.sage200.reading.reads import read_one
from tieout.sandbox.sage200.reading.stock_fields import TEMPLATE_KEPT, written
from tieout.sandbox.sage200.stock import (
    attachments,
    holdings,
    numbering,
    products,
    stocktake_counts,
    stocktakes,
    transfers,
    warehouses,
)

_record = partial(plain_record, put_deletes=True)


def _attachment(name: str) -> Writes:
    return _record(
        name,
        lambda books, body: attachments.create(books, name, body),
        lambda books, key, body: attachments.amend(books, name, key, body),
        lambda books, key: attachments.delete(books, name, key),
    )


def _transfer(books: Books, _: int, body: Body) -> object:
    transfers.transfer_stock(books, body)
    return {}


def _duplicate(books: Books, _: int, body: Body) -> object:
    return read_one(books, RESOURCES["products"], products.duplicate_product(books, body))


def _stocktake(books: Books, key: int, failed: list[Body] | None = None) -> Body:
    """Return a stocktake; the items that another one holds stand beside while items are selected."""
    answer = read_one(books, RESOURCES["stocktakes"], key)
    return answer if failed is None else answer | {"failed_stocktake_items": failed}


def _begin_stocktake(books: Books, _: int, body: Body) -> object:
    return _stocktake(books, *stocktakes.create(books, body))


def _change_stocktake(books: Books, key: int, body: Body) -> object:
    return _stocktake(books, key, stocktakes.change(books, key, body))


def _new_items(books: Books, _: int, body: Body) -> object:
    return stocktakes.candidates(books, body)


def _amend_items(books: Books, _: int, body: Body) -> object:
    """Answer a stocktake with all items of its warehouse, the selected ones marked."""
    key = _named(books, body)
    stored = _stocktake(books, key)
    asked = {name: stored[name] for name in ("warehouse_id", "stocktake_type", "exclude_inactive_stock")}
    chosen = {(item["warehouse_holding_id"], item["bin_name"]) for item in stored["stocktake_items"]}
    others = [
        item
        for item in stocktakes.candidates(books, asked)["stocktake_items"]
        if (item["warehouse_holding_id"], item["bin_name"]) not in chosen
    ]
    return stored | {"stocktake_items": [*stored["stocktake_items"], *others], "failed_stocktake_items": []}


def _named(books: Books, body: Body) -> int:
    """Return the id of the stocktake that a body names."""
    key = checked(body, "id:i!")["id"]
    if books.row("SELECT id FROM stocktake WHERE id = ?", key) is None:
        raise RefusedError(f"The stocktake {key} does not exist.")
    return int(key)


def _sheet(books: Books, _: int, body: Body) -> object:
    """Answer a stocktake with its count sheet, for entering values or for viewing adjustments."""
    key = _named(books, body)
    status = books.value("SELECT status FROM stocktake WHERE id = ?", key)
    if status == stocktakes.SELECTING:
        raise RefusedError("The stocktake has no count sheets yet.")
    return _stocktake(books, key)


def _enter_values(books: Books, _: int, body: Body) -> object:
    """Answer the count sheet for entering values; sheets that were only printed are now being counted."""
    key = _named(books, body)
    if books.value("SELECT status FROM stocktake WHERE id = ?", key) == stocktakes.PRINTED:
        stocktakes.change(books, key, {"advance_status": True})
    return _sheet(books, 0, body)


def _approve(books: Books, _: int, body: Body) -> object:
    key = _named(books, body)
    stocktakes.approve(books, key)
    return _stocktake(books, key)


def _enter_count(books: Books, key: int, body: Body) -> object:
    stocktake_counts.enter(books, key, body)
    return read_one(books, RESOURCES["stocktake_count_sheet_items"], key)


_TEMPLATE = f"{written(TEMPLATE_KEPT)} product_groups:l"


def _create_template(books: Books, body: Body) -> int:
    fields = checked(body, f"name:s50! {_TEMPLATE}")
    _check_template(books, fields, 0)
    key = books.insert("stocktake_template", name=fields["name"], more=_kept(fields), **books.stamps())
    _template_groups(books, key, fields)
    return key


def _amend_template(books: Books, key: int, body: Body) -> None:
    row = books.need("stocktake_template", key, "Stocktake criteria template")
    fields = checked(body, f"name:s50 {_TEMPLATE}")
    _check_template(books, {"name": row["name"], **fields}, key)
    more = json.dumps(json.loads(row["more"]) | json.loads(_kept(fields)))
    books.update("stocktake_template", key, name=fields.get("name", row["name"]), more=more, updated=books.stamp())
    if "product_groups" in fields:
        _template_groups(books, key, fields)


def _delete_template(books: Books, key: int) -> None:
    books.need("stocktake_template", key, "Stocktake criteria template")
    books.run("DELETE FROM stocktake_template_group WHERE template_id = ?", key)
    books.run("DELETE FROM stocktake_template WHERE id = ?", key)


def _check_template(books: Books, fields: Fields, key: int) -> None:
    if books.value("SELECT id FROM stocktake_template WHERE name = ? AND id <> ?", fields["name"], key):
        raise RefusedError(f"The stocktake criteria template {fields['name']} already exists.")


def _kept(fields: Fields) -> str:
    names = [word.partition(":")[0] for word in TEMPLATE_KEPT.split() if word.partition(":")[0] in fields]
    found = {name: fields[name] for name in names}
    return json.dumps({name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()})


def _template_groups(books: Books, key: int, fields: Fields) -> None:
    books.run("DELETE FROM stocktake_template_group WHERE template_id = ?", key)
    for told in (checked(group, "id:i!") for group in fields.get("product_groups", [])):
        if books.value("SELECT id FROM product_group WHERE id = ?", told["id"]) is None:
            raise RefusedError(f"The product group {told['id']} does not exist.")
        books.run("INSERT OR IGNORE INTO stocktake_template_group VALUES (?, ?)", key, told["id"])


STOCK_WRITES: Writes = {
    **_record("products", products.create_product, products.amend_product, products.delete_product),
    **_record("warehouses", warehouses.create_warehouse, warehouses.amend_warehouse, warehouses.delete_warehouse),
    **_record(
        "warehouse_holdings",
        holdings.create_warehouse_holding,
        holdings.amend_warehouse_holding,
        holdings.delete_warehouse_holding,
    ),
    **_record("bin_holdings", holdings.create_bin_holding, holdings.amend_bin_holding, holdings.delete_bin_holding),
    **_attachment("product_memos"),
    **_attachment("alternative_products"),
    **_attachment("cross_sell_products"),
    **_attachment("product_suppliers"),
    **_record("stocktake_criteria_templates", _create_template, _amend_template, _delete_template),
    ("POST", "products_duplicate", False): _duplicate,
    ("POST", "product_search", False): lambda books, _, body: search_products(books, body),
    ("POST", "stock_transfers", False): _transfer,
    ("POST", "stock_transfer_traceable_items", False): lambda books, _, body: transfers.numbers_to_transfer(
        books, body
    ),
    ("POST", "traceable_items_assign_traceable_items", False): lambda books, _, body: numbering.unassigned_items(
        books, body
    ),
    ("POST", "traceable_items_assign", False): lambda books, _, body: numbering.assign(books, body),
    ("POST", "traceable_items_amend_traceable_items", False): lambda books, _, body: numbering.assigned_items(
        books, body
    ),
    ("POST", "traceable_items_amend", False): lambda books, _, body: numbering.amend(books, body),
    ("POST", "stocktakes", False): _begin_stocktake,
    ("PUT", "stocktakes", True): _change_stocktake,
    ("DELETE", "stocktakes", True): lambda books, key, _: stocktakes.delete(books, key),
    ("POST", "stocktake_new_items", False): _new_items,
    ("POST", "stocktake_amend_items", False): _amend_items,
    ("POST", "stocktake_enter_values", False): _enter_values,
    ("POST", "stocktake_view_adjustments", False): _sheet,
    ("POST", "stocktake_approve_complete", False): _approve,
    ("PUT", "stocktake_count_sheet_items", True): _enter_count,
}
STOCK_READS_BY_POST = frozenset(
    {
        "product_search",
        "stock_transfer_traceable_items",
        "traceable_items_assign_traceable_items",
        "traceable_items_amend_traceable_items",
        "stocktake_new_items",
        "stocktake_amend_items",
        "stocktake_view_adjustments",
    }
)
