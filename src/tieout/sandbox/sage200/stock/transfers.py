"""Moving stock between two bins of an item, with the batch and serial numbers that go along."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, plain, units
from tieout.sandbox.sage200.company.periods import check_date
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.stock.movements import ACTIVE, Story, check_free, product_record, transfer
from tieout.sandbox.sage200.stock.traceables import SERIAL, Chosen, is_traceable

Body = Mapping[str, Any]
Json = dict[str, Any]
NUMBER = "traceable_item_id:i traceable_bin_item_id:i! quantity:q is_selected:b"


def transfer_stock(books: Books, body: Body) -> None:
    """Move free stock of an active item between two of its bins."""
    fields = checked(
        body,
        "product_id:i! bin_holding_from_id:i! bin_holding_to_id:i! quantity:q! date:d reference:s20 "
        "second_reference:s20 traceable_adjustment_items:l",
    )
    product = _active(books, fields["product_id"])
    books.locks.touch(product_record(product))
    source, target = (_bin_of(books, product, fields[f"bin_holding_{end}_id"]) for end in ("from", "to"))
    quantity = fields["quantity"]
    if source["id"] == target["id"]:
        raise RefusedError("The two bins of a transfer must be different.")
    if quantity <= 0:
        raise RefusedError("The quantity to transfer must be greater than zero.")
    check_free(product, source, quantity)
    on = fields.get("date", books.today())
    check_date(books, on, "Stock")
    story = Story(
        type="Transfer",
        on=on,
        reference=fields.get("reference", ""),
        second_reference=fields.get("second_reference", ""),
    )
    transfer(books, product, source, target, quantity, story, _chosen(product, fields))
    books.effect(
        "stock_transfer.posted",
        product_id=product["id"],
        quantity=plain(quantity),
        reference=story.reference,
        second_reference=story.second_reference,
    )


def _active(books: Books, product_id: int) -> sqlite3.Row:
    product = books.row("SELECT * FROM product WHERE id = ?", product_id)
    if product is None:
        raise RefusedError(f"The product {product_id} does not exist.")
    if product["status"] != ACTIVE:
        raise RefusedError(f"Stock item {product['code']} is inactive.")
    return product


def _bin_of(books: Books, product: sqlite3.Row, bin_holding_id: int) -> sqlite3.Row:
    holding = books.row("SELECT * FROM bin_holding WHERE id = ?", bin_holding_id)
    if holding is None or holding["product_id"] != product["id"]:
        raise RefusedError(f"The bin holding {bin_holding_id} is not one of stock item {product['code']}.")
    return holding


def _chosen(product: sqlite3.Row, fields: Fields) -> list[Chosen] | None:
    """Return the numbers chosen for a transfer; none when Sage is to choose."""
    if not fields.get("traceable_adjustment_items"):
        return None
    found = []
    for told in (checked(item, NUMBER) for item in fields["traceable_adjustment_items"]):
        serial = product["traceable"] == SERIAL
        quantity = UNIT * int(told.get("is_selected", False)) if serial else told.get("quantity", 0)
        found.append(Chosen(traceable_bin_id=told["traceable_bin_item_id"], quantity=quantity))
    return found


def numbers_to_transfer(books: Books, body: Body) -> Json:
    """Answer a transfer that lists the batch and serial numbers in its source bin, none of them selected."""
    fields = checked(body, "product_id:i! bin_holding_from_id:i! bin_holding_to_id:i")
    product = books.row("SELECT * FROM product WHERE id = ?", fields["product_id"])
    if product is None:
        raise RefusedError(f"The product {fields['product_id']} does not exist.")
    if not is_traceable(product):
        raise RefusedError(f"Stock item {product['code']} has no batch or serial numbers.")
    place = _bin_of(books, product, fields["bin_holding_from_id"])
    rows = books.rows(
        "SELECT n.*, t.number, t.additional_reference, t.sell_by, t.use_by, t.receipt_date, t.supplier_reference "
        "FROM traceable_bin n JOIN traceable_item t ON t.id = n.traceable_item_id "
        "WHERE n.bin_holding_id = ? AND n.quantity > 0 ORDER BY t.number, t.id",
        place["id"],
    )
    return {
        "product_id": product["id"],
        "bin_holding_from_id": place["id"],
        "bin_holding_to_id": fields.get("bin_holding_to_id", 0),
        "quantity": units(0),
        "traceable_adjustment_items": [_number(product, place, row) for row in rows],
    }


def _number(product: sqlite3.Row, place: sqlite3.Row, row: sqlite3.Row) -> Json:
    serial = product["traceable"] == SERIAL
    answer: Json = {
        "traceable_item_id": row["traceable_item_id"],
        "traceable_bin_item_id": row["id"],
        "quantity": units(0),
        "is_selected": False,
        "identification_no": row["number"],
        "is_selectable": row["quantity"] > row["allocated"],
        "additional_reference": row["additional_reference"],
        "bin_item_id": place["id"],
        "bin_name": place["name"],
        "allocated_quantity": units(row["allocated"]),
        "original_quantity": units(row["quantity"]),
        "available_quantity": units(row["quantity"] - row["allocated"]),
    }
    answer |= {f"{name}_date": f"{row[name]}T00:00:00Z" for name in ("sell_by", "use_by") if row[name]}
    if serial:
        answer |= {
            "supplier_reference": row["supplier_reference"],
            "receipt_date": f"{row['receipt_date']}T00:00:00Z",
            "is_allocated": row["allocated"] > 0,
        }
    return answer
