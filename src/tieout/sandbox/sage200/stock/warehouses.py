"""Warehouses: entering, amending and deleting them. The system's own warehouses are not touched."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.seed import create_warehouse as open_warehouse
from tieout.sandbox.sage200.company.seed_stock import NORMAL_WAREHOUSE
from tieout.sandbox.sage200.reading.stock_fields import WAREHOUSE_KEPT, written

Body = Mapping[str, Any]
_OWN = f"description:s50 warehouse_type:s50 use_for_sales_trading:b {written(WAREHOUSE_KEPT)}"


def create_warehouse(books: Books, body: Body) -> int:
    """Enter a warehouse with its one bin "Unspecified" and return its id."""
    fields = checked(body, f"name:s20! {_OWN}")
    _check(books, fields, 0)
    trading = bool(fields.get("use_for_sales_trading", True))
    key = open_warehouse(books, fields["name"], fields.get("description", ""), [], trading=trading)
    books.update("warehouse", key, more=json.dumps(_kept(fields)))
    books.effect("warehouse.created", id=key, name=fields["name"])
    return key


def amend_warehouse(books: Books, key: int, body: Body) -> None:
    """Change a warehouse."""
    fields = checked(body, f"name:s20 {_OWN}")
    warehouse = _own(books, key)
    _check(books, {"name": warehouse["name"], **fields}, key)
    columns: Fields = {name: fields[name] for name in ("name", "description") if name in fields}
    if "use_for_sales_trading" in fields:
        columns["trading"] = int(fields["use_for_sales_trading"])
    kept = json.loads(warehouse["more"]) | _kept(fields)
    books.update("warehouse", key, **columns, more=json.dumps(kept), updated=books.stamp())
    books.effect("warehouse.amended", id=key)


def delete_warehouse(books: Books, key: int) -> None:
    """Delete a warehouse in which no item is held."""
    warehouse = _own(books, key)
    if books.value("SELECT id FROM warehouse_holding WHERE warehouse_id = ?", key):
        raise RefusedError(f"Warehouse {warehouse['name']} holds stock items and cannot be deleted.")
    books.run("DELETE FROM warehouse_bin WHERE warehouse_id = ?", key)
    books.run("DELETE FROM warehouse WHERE id = ?", key)
    books.effect("warehouse.deleted", id=key, name=warehouse["name"])


def _own(books: Books, key: int) -> sqlite3.Row:
    warehouse = books.need("warehouse", key, "Warehouse")
    if warehouse["type"] != NORMAL_WAREHOUSE:
        raise RefusedError(f"Warehouse {warehouse['name']} is one of the system's own and cannot be changed.")
    return warehouse


def _check(books: Books, fields: Fields, key: int) -> None:
    if not fields["name"].strip():
        raise RefusedError("A warehouse needs a name.")
    if books.value("SELECT id FROM warehouse WHERE name = ? AND id <> ?", fields["name"], key):
        raise RefusedError(f"Warehouse {fields['name']} already exists.")
    if fields.get("warehouse_type", NORMAL_WAREHOUSE) != NORMAL_WAREHOUSE:
        raise RefusedError(f"The warehouse_type {fields['warehouse_type']} cannot be chosen.")
    country = fields.get("country_code_id")
    if country and books.value("SELECT id FROM country WHERE id = ?", country) is None:
        raise RefusedError(f"The country_code_id {country} does not exist.")


def _kept(fields: Fields) -> Fields:
    names = [word.partition(":")[0] for word in WAREHOUSE_KEPT.split()]
    return {
        name: fields[name].isoformat() if isinstance(fields[name], date) else fields[name]
        for name in names
        if name in fields
    }
