"""Stock items: entering, amending, copying and deleting them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.seed import TAX_CODE_BASE
from tieout.sandbox.sage200.reading.enumerations_stock import values_of
from tieout.sandbox.sage200.reading.stock_fields import PRODUCT_KEPT, written
from tieout.sandbox.sage200.stock import attachments
from tieout.sandbox.sage200.stock.holdings import amend_warehouse_holding, create_warehouse_holding
from tieout.sandbox.sage200.stock.movements import ACTIVE, product_record
from tieout.sandbox.sage200.stock.postings import revalue
from tieout.sandbox.sage200.stock.traceables import NONE

Body = Mapping[str, Any]
_LISTS = (
    "alternative_products:l cross_sell_products:l memos:l search_category_values:l suppliers:l units:l "
    "warehouse_holdings:l"
)
_OWN = (
    "description:s1000 barcode:s60 allow_sales_order:b tax_code_id:i product_status_type:s50 traceable_type:s50 "
    "standard_cost:q stock_nominal_code_id:i revenue_nominal_code_id:i accrual_nominal_code_id:i "
    f"issue_nominal_code_id:i base_unit_id:i stock_unit_id:i {_LISTS} {written(PRODUCT_KEPT)}"
)
NEW = f"code:s30! name:s60! product_group_id:i! {_OWN}"
CHANGE = f"code:s30 name:s60 product_group_id:i {_OWN}"
_KEPT = tuple(word.partition(":")[0] for word in PRODUCT_KEPT.split())
_COLUMNS = {
    "name": "name",
    "description": "description",
    "barcode": "barcode",
    "allow_sales_order": "allow_sales",
    "tax_code_id": "tax_code_id",
    "product_status_type": "status",
    "traceable_type": "traceable",
    "stock_nominal_code_id": "stock_id",
    "revenue_nominal_code_id": "revenue_id",
    "accrual_nominal_code_id": "accrual_id",
    "issue_nominal_code_id": "issue_id",
    "base_unit_id": "base_unit_id",
    "stock_unit_id": "stock_unit_id",
}
_TABLES = {
    "tax_code_id": "tax_code",
    "base_unit_id": "unit",
    "stock_unit_id": "unit",
    **{name: "nominal" for name in _COLUMNS if name.endswith("_nominal_code_id")},
}
_ENUMERATED = {
    "product_status_type": "product_status_types",
    "traceable_type": "traceable_types",
    "fulfilment_method_type": "fulfilment_method_types",
    "fulfilment_sequence_type": "fulfilment_sequence_types",
    "label_printing_option_type": "label_printing_option_types",
    "auto_generate_option_type": "auto_generate_option_types",
    "landed_costs_type": "landed_costs_types",
    "bom_item_type": "bom_item_types",
}


def create_product(books: Books, body: Body) -> int:
    """Enter a stock item with its locations and lists, and return its id."""
    fields = _valid(books, checked(body, NEW))
    if not fields["code"].strip() or not fields["name"].strip():
        raise RefusedError("A stock item needs a code and a name.")
    if books.value("SELECT id FROM product WHERE code = ?", fields["code"]):
        raise RefusedError(f"Stock item {fields['code']} already exists.")
    group = _group(books, fields["product_group_id"])
    holdings = fields.get("warehouse_holdings", [])
    if not holdings and books.setting("stock", "use_multiple_locations"):
        raise RefusedError("At least one warehouse holding must be specified for a new stock item.")
    defaults = {
        "code": fields["code"],
        "group_id": group["id"],
        "costing": group["costing"],
        "tax_code_id": TAX_CODE_BASE + 1,
        "stock_id": books.control("stock"),
        "revenue_id": books.control("revenue"),
        "issue_id": books.control("cost_of_sales"),
        "accrual_id": books.control("accrual"),
        "traceable": group["traceable"],
        "standard_cost": fields.get("standard_cost", 0),
    }
    columns = defaults | _columns(fields)
    kept = json.dumps(_kept(fields))
    product_id = books.insert("product", **columns, more=kept, **books.stamps())
    attachments.add_own_units(books, product_id)
    home = books.value("SELECT id FROM warehouse WHERE type = 'Normal' ORDER BY id")
    for holding in holdings or [{"warehouse_id": home}]:
        create_warehouse_holding(books, {**holding, "product_id": product_id})
    attachments.amend_all(books, product_id, fields)
    books.effect("product.created", id=product_id, code=fields["code"])
    return product_id


def amend_product(books: Books, product_id: int, body: Body) -> None:
    """Change a stock item; its code never changes, its group and its tracing only while it has no history."""
    fields = _valid(books, checked(body, CHANGE))
    product = books.need("product", product_id, "Product")
    books.locks.touch(product_record(product))
    if fields.get("code", product["code"]).upper() != product["code"].upper():
        raise RefusedError("The code of a stock item cannot be changed.")
    columns = _columns(fields)
    group = _group(books, fields.get("product_group_id", product["group_id"]))
    rebuilt = (
        group["id"] != product["group_id"] or columns.get("traceable", product["traceable"]) != product["traceable"]
    )
    if rebuilt and books.value("SELECT id FROM movement WHERE product_id = ?", product_id):
        raise RefusedError(f"Stock item {product['code']} has movements: its group and its tracing cannot be changed.")
    kept = json.loads(product["more"]) | _kept(fields)
    if columns.get("status", ACTIVE) != ACTIVE and "inactivation_date" not in kept:
        kept["inactivation_date"] = books.today().isoformat()
    books.update(
        "product",
        product_id,
        **columns,
        group_id=group["id"],
        costing=group["costing"],
        more=json.dumps(kept),
        updated=books.stamp(),
    )
    if fields.get("standard_cost", product["standard_cost"]) != product["standard_cost"]:
        revalue(books, books.need("product", product_id, "Product"), fields["standard_cost"], books.today())
    _amend_holdings(books, product_id, fields.get("warehouse_holdings", []))
    attachments.amend_all(books, product_id, fields)
    books.effect("product.amended", id=product_id)


def delete_product(books: Books, product_id: int) -> None:
    """Delete a stock item that has never moved and stands on no document."""
    product = books.need("product", product_id, "Product")
    books.locks.touch(product_record(product))
    for table, what in (("movement", "movements"), ("line", "documents")):
        if books.value(f"SELECT id FROM {table} WHERE product_id = ?", product_id):  # noqa: S608  # our own tables
            raise RefusedError(f"Stock item {product['code']} has {what} and cannot be deleted.")
    for table in (*attachments.TABLES, "price", "bin_holding", "warehouse_holding"):
        books.run(f"DELETE FROM {table} WHERE product_id = ?", product_id)  # noqa: S608  # our own tables
    books.run("DELETE FROM product WHERE id = ?", product_id)
    books.effect("product.deleted", id=product_id, code=product["code"])


def duplicate_product(books: Books, body: Body) -> int:
    """Copy a stock item under a new code with what the flags ask for, and return the copy's id."""
    flags = checked(
        body,
        "source_id:i! new_code:s30 new_name:s60 locations:b location_stocking_levels:b units:b alternative_items:b "
        "cross_selling_items:b attachments:b memos:b suppliers:b",
    )
    source = books.row("SELECT * FROM product WHERE id = ?", flags["source_id"])
    if source is None:
        raise RefusedError(f"The product {flags['source_id']} does not exist.")
    code = flags.get("new_code") or _free_code(books, source["code"])
    if books.value("SELECT id FROM product WHERE code = ?", code):
        raise RefusedError(f"Stock item {code} already exists.")
    columns = {name: source[name] for name in source.keys() if name not in {"id", "created", "updated"}}  # noqa: SIM118  # a database row
    columns |= {"code": code, "name": flags.get("new_name") or source["name"]}
    copy_id = books.insert("product", **columns, **books.stamps())
    _copy_locations(books, source, copy_id, flags)
    attachments.copy_all(books, source["id"], copy_id, flags)
    books.effect("product.created", id=copy_id, code=code)
    return copy_id


def _free_code(books: Books, code: str) -> str:
    for number in range(1, 1000):
        found = f"{code[:26]}-{number}"
        if books.value("SELECT id FROM product WHERE code = ?", found) is None:
            return found
    raise RefusedError("The field new_code is required.")


def _copy_locations(books: Books, source: sqlite3.Row, copy_id: int, flags: Fields) -> None:
    levels = ("reorder_level", "minimum_level", "maximum_level") if flags.get("location_stocking_levels") else ()
    rows = books.rows("SELECT * FROM warehouse_holding WHERE product_id = ? ORDER BY id", source["id"])
    for row in rows if flags.get("locations") else rows[:1]:
        holding_id = books.insert(
            "warehouse_holding",
            product_id=copy_id,
            warehouse_id=row["warehouse_id"],
            **{name: row[name] for name in levels},
            **books.stamps(),
        )
        for place in books.rows("SELECT * FROM bin_holding WHERE warehouse_holding_id = ? ORDER BY id", row["id"]):
            books.insert(
                "bin_holding",
                warehouse_holding_id=holding_id,
                product_id=copy_id,
                name=place["name"],
                priority=place["priority"],
                **books.stamps(),
            )


def _amend_holdings(books: Books, product_id: int, told: list[Fields]) -> None:
    for holding in told:
        if holding.get("id"):
            amend_warehouse_holding(books, int(holding["id"]), holding)
        else:
            create_warehouse_holding(books, {**holding, "product_id": product_id})


def _group(books: Books, group_id: int) -> sqlite3.Row:
    found = books.row("SELECT * FROM product_group WHERE id = ?", group_id)
    if found is None:
        raise RefusedError(f"The product group {group_id} does not exist.")
    return found


def _valid(books: Books, fields: Fields) -> Fields:
    """Return the fields when every reference and enumerated value in them exists; RefusedError names the first."""
    for name, table in _TABLES.items():
        if not fields.get(name):
            fields.pop(name, None)
        elif books.value(f"SELECT id FROM {table} WHERE id = ?", fields[name]) is None:  # noqa: S608  # our own tables
            raise RefusedError(f"The {name} {fields[name]} does not exist.")
    for name, enumeration in _ENUMERATED.items():
        if name in fields and fields[name] not in values_of(enumeration):
            raise RefusedError(f"The {name} {fields[name]} is not valid.")
    if fields.get("standard_cost", 0) < 0:
        raise RefusedError("The field standard_cost cannot be negative.")
    if books.edition != "Professional":
        fields.pop("traceable_type", None)
    return fields


def _columns(fields: Fields) -> Fields:
    found = {column: fields[name] for name, column in _COLUMNS.items() if name in fields}
    return {name: int(value) if isinstance(value, bool) else value for name, value in found.items()}


def _kept(fields: Fields) -> Fields:
    found = {name: fields[name] for name in _KEPT if name in fields}
    if fields.get("traceable_type", NONE) != NONE:
        found.setdefault("record_nos_on_goods_received", True)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}
