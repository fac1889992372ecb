"""Set-up of reference data: warehouses, tax codes, nominals, banks, customers, products with their stock."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.bulk import Loader, price
from tieout.sandbox.sage200.company.bulk_stock import bring_in
from tieout.sandbox.sage200.company.figures import stored
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.seed import POSTING, TAX_CODE_BASE, add_bin, create_warehouse
from tieout.sandbox.sage200.company.seed_stock import NORMAL_WAREHOUSE
from tieout.sandbox.sage200.company.set_up_items import add_units, group_of, numbers_of, traceable_columns
from tieout.sandbox.sage200.stock.movements import link_bin, link_warehouse, need_bin

Item = Mapping[str, Any]


def load(books: Books, body: Mapping[str, Any]) -> dict[str, int]:
    """Enter everything that is listed, in order of dependence, and return how many of each."""
    steps = {
        "warehouses": _warehouse,
        "tax_codes": _tax_code,
        "nominals": _nominal,
        "banks": _bank,
        "customers": _customer,
        "products": _product,
    }
    unknown = set(body) - set(steps) - {"orders"}
    if unknown:
        raise RefusedError(f"The set-up has no {', '.join(sorted(unknown))}.")
    counts = {}
    for name, step in steps.items():
        for item in body.get(name, []):
            try:
                step(books, item)
            except KeyError as error:
                raise RefusedError(f"One of {name} lacks {error.args[0]}.") from error
            except sqlite3.IntegrityError as error:
                raise RefusedError(f"One of {name} cannot be entered: {error}.") from error
        counts[name] = len(body.get(name, []))
    orders = body.get("orders", [])
    counts["orders"] = len(orders)
    if orders:
        counts["lines"] = Loader(books).load(orders)
    return counts


def _warehouse(books: Books, item: Item) -> None:
    bins = [b if isinstance(b, dict) else {"name": b} for b in item.get("bins", [])]
    trading = bool(item.get("use_for_sales_trading", True))
    found = books.row("SELECT * FROM warehouse WHERE name = ?", item["name"])
    if found is None:
        create_warehouse(books, item["name"], "", [b["name"] for b in bins], trading=trading)
        return
    books.update("warehouse", found["id"], trading=int(trading), updated=books.stamp())
    for place in bins:
        add_bin(books, found["id"], place["name"], int(place.get("allocation_priority", 9)))


def _tax_code(books: Books, item: Item) -> None:
    code, rate = int(item["code"]), stored(Decimal(str(item["rate"])), 2)
    found = books.value("SELECT id FROM tax_code WHERE code = ?", code)
    columns = {"name": item["name"], "rate": rate, "removed": 0}
    if found is None:
        books.insert("tax_code", id=TAX_CODE_BASE + code, code=code, **columns, **books.stamps())
    else:
        books.update("tax_code", found, **columns, updated=books.stamp())


def _nominal(books: Books, item: Item) -> None:
    key = (str(item["account"]), str(item.get("cost_centre") or ""), str(item.get("department") or ""))
    for table, code in (("cost_centre", key[1]), ("department", key[2])):
        if code and books.value(f"SELECT id FROM {table} WHERE code = ?", code) is None:  # noqa: S608  # our own tables
            books.insert(table, code=code, name=code, **books.stamps())
    columns = {
        "name": item.get("name", key[0]),
        "type": item.get("type", POSTING),
        "hidden": int(bool(item.get("hidden"))),
    }
    found = nominal_id(books, *key, missing=0)
    if found:
        books.update("nominal", found, **columns, updated=books.stamp())
    else:
        books.insert("nominal", account=key[0], cost_centre=key[1], department=key[2], **columns, **books.stamps())


def nominal_id(
    books: Books, account: object, cost_centre: object = "", department: object = "", *, missing: int | None = None
) -> int:
    """Return the id of a nominal account; RefusedError unless `missing` says what to return."""
    found = books.value(
        "SELECT id FROM nominal WHERE account = ? AND cost_centre = ? AND department = ?",
        str(account),
        str(cost_centre or ""),
        str(department or ""),
    )
    if found is None and missing is None:
        raise RefusedError(f"Nominal account {account} does not exist.")
    return int(missing or 0 if found is None else found)


def _nominal_named(books: Books, name: object, default: int) -> int:
    """Return a nominal given as "4000", "4000/WEB/ONL" or an object; the default when not given."""
    if name is None:
        return default
    if isinstance(name, dict):
        return nominal_id(books, name["account"], name.get("cost_centre"), name.get("department"))
    return nominal_id(books, *str(name).split("/"))


def _bank(books: Books, item: Item) -> None:
    nominal = _nominal_named(books, item["nominal"], 0)
    found = books.value("SELECT id FROM bank WHERE code = ?", item["code"])
    columns = {"name": item.get("name", item["code"]), "nominal_id": nominal}
    if found is None:
        books.insert("bank", code=item["code"], **columns, **books.stamps())
    else:
        books.update("bank", found, **columns, updated=books.stamp())


def tax_code_id(books: Books, code: object) -> int:
    """Return the id of a tax code by its number; the standard rate when none is given."""
    if code is None:
        return books.control("tax_code")
    found = books.value("SELECT id FROM tax_code WHERE code = ? AND removed = 0", int(str(code)))
    if found is None:
        raise RefusedError(f"Tax code {code} does not exist.")
    return int(found)


def _customer(books: Books, item: Item) -> None:
    name = item.get("name", item["reference"])
    books.insert(
        "customer",
        reference=item["reference"],
        name=name,
        short_name=name[:8],
        on_hold=int(bool(item.get("on_hold"))),
        country_id=books.value("SELECT id FROM country WHERE code = ?", item.get("country", books.profile.country)),
        tax_code_id=tax_code_id(books, item.get("tax_code")),
        nominal_id=_nominal_named(books, item.get("nominal"), books.control("revenue")),
        band_id=1,
        **books.stamps(),
    )


def _product(books: Books, item: Item) -> None:
    group = group_of(books, item)
    product_id = books.insert(
        "product",
        code=item["code"],
        name=item.get("name", item["code"]),
        description=item.get("description", ""),
        barcode=item.get("barcode"),
        group_id=group["id"],
        costing=group["costing"],
        tax_code_id=tax_code_id(books, item.get("tax_code")),
        revenue_id=_nominal_named(books, item.get("revenue_nominal"), books.control("revenue")),
        stock_id=books.control("stock"),
        issue_id=_nominal_named(books, item.get("cost_of_sales_nominal"), books.control("cost_of_sales")),
        standard_cost=price(item.get("standard_cost", 0)),
        status="EnumStockItemStatusTypeInactive" if item.get("inactive") else "EnumStockItemStatusTypeActive",
        accrual_id=books.control("accrual"),
        **traceable_columns(books, item),
        **books.stamps(),
    )
    if item.get("standard_price") is not None:
        set_price(books, product_id, price(item["standard_price"]))
    add_units(books, product_id, item.get("units", ()))
    places = item.get("locations")
    for warehouse in books.rows("SELECT * FROM warehouse WHERE type = ? ORDER BY id", NORMAL_WAREHOUSE):
        if places is None or warehouse["name"] in places:
            hold(books, product_id, warehouse["id"])
    product = books.need("product", product_id, "Product")
    for holding in item.get("stock", []):
        place = books.row("SELECT * FROM warehouse WHERE name = ?", holding["warehouse"])
        if place is None:
            raise RefusedError(f"Warehouse {holding['warehouse']} does not exist.")
        bin_holding = need_bin(books, product, place, holding["bin"])
        cost = price(holding.get("unit_cost", item.get("standard_cost", 0)))
        numbers = numbers_of(holding.get("numbers", ()))
        bring_in(books, product, bin_holding, price(holding["quantity"]), cost, books.today(), numbers)


def hold(books: Books, product_id: int, warehouse_id: int) -> None:
    """Link an item to a warehouse and all its bins."""
    holding_id = link_warehouse(books, product_id, warehouse_id)
    for place in books.rows("SELECT * FROM warehouse_bin WHERE warehouse_id = ? ORDER BY priority, name", warehouse_id):
        link_bin(books, holding_id, place["name"], place["priority"])


def set_price(books: Books, product_id: int, unit_price: int) -> None:
    """Set the standard price of an item in the price book."""
    books.run(
        "INSERT INTO price (product_id, band_id, price, updated) VALUES (?, 1, ?, ?) "
        "ON CONFLICT (product_id, band_id) DO UPDATE SET price = excluded.price, updated = excluded.updated",
        product_id,
        unit_price,
        books.stamp(),
    )
