"""Where items lie: linking items to warehouses and bins, and moving stock between bins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import plain
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.stock.movements import (
    ACTIVE,
    Story,
    free,
    link_bin,
    link_warehouse,
    product_record,
    transfer,
)


def create_warehouse_holding(books: Books, body: Mapping[str, Any]) -> int:
    """Link an item to a warehouse with its default bin "Unspecified" and return the holding's id."""
    fields = checked(body, "product_id:i! warehouse_id:i! reorder_level:q minimum_level:q maximum_level:q")
    for table, name in (("product", "product_id"), ("warehouse", "warehouse_id")):
        if books.value(f"SELECT id FROM {table} WHERE id = ?", fields[name]) is None:  # noqa: S608  # our own names
            raise RefusedError(f"The {table} {fields[name]} does not exist.")
    pair = (fields.pop("product_id"), fields.pop("warehouse_id"))
    if books.value("SELECT id FROM warehouse_holding WHERE product_id = ? AND warehouse_id = ?", *pair):
        raise RefusedError("The product is already held in this warehouse.")
    holding_id = link_warehouse(books, *pair, **fields)
    link_bin(books, holding_id, "Unspecified", 9)
    books.effect("warehouse_holding.created", id=holding_id, product_id=pair[0])
    return holding_id


def create_bin_holding(books: Books, body: Mapping[str, Any]) -> int:
    """Link an item to a bin of a warehouse that holds it and return the bin holding's id."""
    fields = checked(body, "warehouse_holding_id:i! product_id:i! name:s20 allocation_priority:i")
    holding = books.row("SELECT * FROM warehouse_holding WHERE id = ?", fields["warehouse_holding_id"])
    if holding is None or holding["product_id"] != fields["product_id"]:
        raise RefusedError(f"The warehouse holding {fields['warehouse_holding_id']} is not one of this product.")
    name = fields.get("name") or "Unspecified"
    priority = fields.get("allocation_priority", 9)
    if not 1 <= priority <= 9:
        raise RefusedError("The field allocation_priority must be between 1 and 9.")
    if books.value("SELECT id FROM bin_holding WHERE warehouse_holding_id = ? AND name = ?", holding["id"], name):
        raise RefusedError(f"The product is already held in bin {name}.")
    books.run("INSERT OR IGNORE INTO warehouse_bin VALUES (?, ?, ?)", holding["warehouse_id"], name, priority)
    bin_holding_id = link_bin(books, holding["id"], name, priority)
    books.effect("bin_holding.created", id=bin_holding_id, bin=name)
    return bin_holding_id


def transfer_stock(books: Books, body: Mapping[str, Any]) -> None:
    """Move free stock of an active item between two of its bins."""
    fields = checked(
        body,
        "product_id:i! bin_holding_from_id:i! bin_holding_to_id:i! quantity:q! date:d reference:s20 "
        "second_reference:s20",
    )
    product = books.row("SELECT * FROM product WHERE id = ?", fields["product_id"])
    if product is None:
        raise RefusedError(f"The product {fields['product_id']} does not exist.")
    if product["status"] != ACTIVE:
        raise RefusedError(f"Stock item {product['code']} is inactive.")
    books.locks.touch(product_record(product))
    bins = []
    for name in ("bin_holding_from_id", "bin_holding_to_id"):
        holding = books.row("SELECT * FROM bin_holding WHERE id = ?", fields[name])
        if holding is None or holding["product_id"] != product["id"]:
            raise RefusedError(f"The bin holding {fields[name]} is not one of stock item {product['code']}.")
        bins.append(holding)
    source, target = bins
    quantity = fields["quantity"]
    if source["id"] == target["id"]:
        raise RefusedError("The two bins of a transfer must be different.")
    if quantity <= 0:
        raise RefusedError("The quantity to transfer must be greater than zero.")
    if quantity > free(source):
        raise RefusedError(
            f"There is insufficient free stock of {product['code']} in bin {source['name']}: "
            f"{plain(free(source))} available."
        )
    on = fields.get("date", books.today())
    check_date(books, on, "Stock")
    story = Story(
        type="Transfer",
        on=on,
        reference=fields.get("reference", ""),
        second_reference=fields.get("second_reference", ""),
    )
    transfer(books, product, source, target, quantity, story)
    books.effect(
        "stock_transfer.posted",
        product_id=product["id"],
        quantity=plain(quantity),
        reference=story.reference,
        second_reference=story.second_reference,
    )
