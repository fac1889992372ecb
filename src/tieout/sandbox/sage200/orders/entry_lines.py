"""Lines of sales orders and returns, validated by their type as Sage does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, plain
from tieout.sandbox.sage200.company.locks import Record
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.tables import ANALYSIS_CODES
from tieout.sandbox.sage200.ledger.nominal import check_nominal, find_nominal
from tieout.sandbox.sage200.orders import allocation
from tieout.sandbox.sage200.orders.pricing import CHARGE, COMMENT, FREE_TEXT, STANDARD, band_price
from tieout.sandbox.sage200.stock.movements import ACTIVE, unit_cost_now

_ANALYSIS = " ".join(f"{name}:s60" for name in ANALYSIS_CODES)
LINE = (
    "id:i line_type:s20 product_id:i warehouse_id:i code:s30 description:s6000 line_quantity:q "
    "to_allocate_quantity:q allocated_quantity:q tax_code_id:i nominal_reference:s8 nominal_cost_centre:s3 "
    "nominal_department:s3 selling_unit_price:q selling_unit_price_overridden:b unit_discount_percent:p "
    "discount_percent_specified:b unit_discount_value:q discounted_unit_price:m cost_price:q "
    "confirmation_intent_type:s50 requested_delivery_date:d promised_delivery_date:d picking_list_comment:s160 "
    "despatch_note_comment:s160 show_on_customer_docs:b show_on_picking_list_type:s20 is_to_delete:b "
    f"create_cancelled_line:b selling_unit_id:i fulfilment_method:s50 {_ANALYSIS}"
)
LINE_TYPES = (STANDARD, FREE_TEXT, CHARGE, COMMENT)


def record_of(document: sqlite3.Row) -> Record:
    """Return the lockable record of an order or return."""
    label = f"{'Order' if document['kind'] == 'order' else 'Return'} {document['document_no']}"
    return Record(kind=document["kind"], id=document["id"], label=label)


def add_line(books: Books, document: sqlite3.Row, customer: sqlite3.Row, body: Mapping[str, Any], position: int) -> int:
    """Add one line and return its id."""
    fields = checked(body, LINE.replace("line_type:s20", "line_type:s20!", 1).replace("s20!", "s50!", 1))
    fields |= {k: v for k, v in body.items() if k.endswith("_stored")}
    match fields["line_type"]:
        case "EnumLineTypeStandard":
            columns = _standard(books, document, customer, fields)
        case "EnumLineTypeFreeText":
            columns = _free_text(books, document, customer, fields)
        case "EnumLineTypeCharge":
            columns = _charge(books, customer, fields)
        case "EnumLineTypeComment":
            columns = _comment(fields)
        case other:
            raise RefusedError(f"The line type {other} is not valid.")
    line_id = books.insert(
        "line",
        document_id=document["id"],
        number=position,
        line_type=fields["line_type"],
        analysis=json.dumps({k: v for k, v in fields.items() if k in ANALYSIS_CODES}),
        requested_date=_iso(fields, "requested_delivery_date"),
        promised_date=_iso(fields, "promised_delivery_date"),
        **columns,
        **books.stamps(),
    )
    _allocate_on_entry(books, document, line_id, fields)
    return line_id


def _iso(fields: Fields, name: str) -> str | None:
    return fields[name].isoformat() if name in fields else None


def _allocate_on_entry(books: Books, document: sqlite3.Row, line_id: int, fields: Fields) -> None:
    line = books.need("line", line_id, "Line")
    asked = fields.get("to_allocate_quantity", fields.get("allocated_quantity", 0))
    if document["kind"] == "return":
        return
    if line["line_type"] != STANDARD or not line["warehouse_id"]:
        if asked:
            raise RefusedError("Only standard lines of orders can be allocated.")
        return
    if asked:
        allocation.allocate(books, line, asked)
    elif books.setting("sop", "allocate_stock_on_order_entry"):
        allocation.allocate(books, line, line["quantity"], as_available=True)


def _quantity(fields: Fields) -> int:
    quantity = int(fields.get("quantity_stored") or fields.get("line_quantity") or 0)
    if quantity <= 0:
        raise RefusedError("The field line_quantity must be greater than zero.")
    return quantity


def _standard(books: Books, document: sqlite3.Row, customer: sqlite3.Row, fields: Fields) -> Fields:
    product = books.row("SELECT * FROM product WHERE id = ?", fields.get("product_id"))
    if product is None:
        raise RefusedError(f"The product {fields.get('product_id', '')} does not exist.")
    if product["status"] != ACTIVE and document["kind"] == "order":
        raise RefusedError(f"Stock item {product['code']} is inactive.")
    quantity = _quantity(fields)
    warehouse = _warehouse(books, document, product, fields.get("warehouse_id"))
    cost = fields.get("cost_stored") or _cost_price(fields)
    return {
        "product_id": product["id"],
        "warehouse_id": warehouse["id"],
        "code": product["code"],
        "description": fields.get("description") or product["name"],
        "quantity": quantity,
        "cost_price": cost or unit_cost_now(books, product),
        "tax_code_id": _tax_code(books, fields, product["tax_code_id"]),
        "nominal_id": _nominal(books, fields, product["revenue_id"]),
        **_price(books, fields, band_price(books, product["id"], customer)),
    }


def _cost_price(fields: Fields) -> int:
    """Return the cost price of a line, 0 when none is given."""
    cost = int(fields.get("cost_price", 0))
    if cost < 0:
        raise RefusedError("The field cost_price cannot be negative.")
    return cost


def _warehouse(books: Books, document: sqlite3.Row, product: sqlite3.Row, warehouse_id: int | None) -> sqlite3.Row:
    """Return the line's warehouse (the item's first trading one when none is given), if it may be used."""
    if warehouse_id:
        found = books.row("SELECT * FROM warehouse WHERE id = ?", warehouse_id)
        if found is None:
            raise RefusedError(f"The warehouse {warehouse_id} does not exist.")
    else:
        found = books.row(
            "SELECT w.* FROM warehouse w JOIN warehouse_holding h ON h.warehouse_id = w.id "
            "WHERE h.product_id = ? AND w.trading = 1 ORDER BY w.id",
            product["id"],
        )
        if found is None:
            raise RefusedError(f"Stock item {product['code']} is not held in any warehouse.")
    held = "SELECT id FROM warehouse_holding WHERE product_id = ? AND warehouse_id = ?"
    if books.value(held, product["id"], found["id"]) is None:
        raise RefusedError(f"Stock item {product['code']} is not held in warehouse {found['name']}.")
    if document["kind"] == "order" and not found["trading"]:
        raise RefusedError(f"Warehouse {found['name']} is not used for sales trading.")
    return found


def _tax_code(books: Books, fields: Fields, default: int | None) -> int:
    tax_code_id = fields.get("tax_code_id") or default
    if books.value("SELECT id FROM tax_code WHERE id = ? AND removed = 0", tax_code_id) is None:
        raise RefusedError(f"The tax code {tax_code_id} does not exist.")
    return int(tax_code_id or 0)


def _nominal(books: Books, fields: Fields, default: int) -> int:
    if not fields.get("nominal_reference"):
        return int(check_nominal(books.need("nominal", default, "Nominal account"))["id"])
    found = find_nominal(
        books,
        fields["nominal_reference"],
        fields.get("nominal_cost_centre", ""),
        fields.get("nominal_department", ""),
    )
    if found["id"] != default and not books.setting("sop", "amend_nominal_codes"):
        raise RefusedError("Nominal codes cannot be amended on sales documents.")
    return int(found["id"])


def _price(books: Books, fields: Fields, band: int) -> Fields:
    """Return price and discount: Sage's own price unless one is given and the user may override prices."""
    if fields.get("price_stored") is not None:
        return {"unit_price": fields["price_stored"], "discount_percent": fields["discount_stored"]}
    price = fields.get("selling_unit_price", band)
    percent = fields.get("unit_discount_percent", 0)
    off = fields.get("unit_discount_value", 0)
    if percent:
        off = 0
    allowed = books.setting("permissions", "override_prices_discounts")
    if (price != band or percent or off) and not allowed:
        raise RefusedError("You do not have permission to override prices and discounts.")
    if price < 0:
        raise RefusedError("The field selling_unit_price cannot be negative.")
    return {"unit_price": price, "discount_percent": percent, "discount_value": off}


def _free_text(books: Books, document: sqlite3.Row, customer: sqlite3.Row, fields: Fields) -> Fields:
    if not fields.get("description"):
        raise RefusedError("The field description is required for a free text line.")
    if fields.get("product_id"):
        raise RefusedError("A free text line cannot have a product.")
    confirmation = fields.get("confirmation_intent_type", "NoConfirmation")
    return {
        "description": fields["description"],
        "quantity": _quantity(fields),
        "unit_price": fields.get("selling_unit_price", 0),
        "discount_percent": fields.get("unit_discount_percent", 0),
        "cost_price": _cost_price(fields),
        "tax_code_id": _tax_code(books, fields, customer["tax_code_id"]),
        "nominal_id": _nominal(books, fields, customer["nominal_id"] or books.control("revenue")),
        "confirmation": "NoConfirmation" if document["kind"] == "return" else confirmation,
    }


def _charge(books: Books, customer: sqlite3.Row, fields: Fields) -> Fields:
    """Return a charge line; its quantity is one and is never sent."""
    if fields.get("line_quantity"):
        raise RefusedError("A charge line cannot have a quantity.")
    code, description = fields.get("code", ""), fields.get("description", "")
    charge = books.row("SELECT * FROM charge WHERE code = ?", code)
    if code and charge is None:
        raise RefusedError(f"The additional charge {code} does not exist.")
    if not code and not description:
        raise RefusedError("A charge line needs a code or a description.")
    tax_default = charge["tax_code_id"] if charge else customer["tax_code_id"]
    nominal_default = charge["nominal_id"] if charge else books.control("carriage")
    value = charge["value"] * (UNIT // 100) if charge else 0
    return {
        "code": code,
        "description": description or (charge["name"] if charge else ""),
        "quantity": UNIT,
        "unit_price": fields.get("selling_unit_price", value),
        "cost_price": _cost_price(fields),
        "tax_code_id": _tax_code(books, fields, tax_default),
        "nominal_id": _nominal(books, fields, nominal_default),
        "confirmation": "NoConfirmation",
    }


def _comment(fields: Fields) -> Fields:
    if not fields.get("description"):
        raise RefusedError("The field description is required for a comment line.")
    for name in ("tax_code_id", "nominal_reference", "selling_unit_price"):
        if fields.get(name):
            raise RefusedError(f"A comment line cannot have {name}.")
    return {"description": fields["description"], "confirmation": "NoConfirmation"}


def amend_line(books: Books, document: sqlite3.Row, customer: sqlite3.Row, body: Mapping[str, Any]) -> None:
    """Change, allocate or remove one existing line."""
    fields = checked(body, LINE.replace("line_type:s20", "line_type:s50", 1))
    line = books.row("SELECT * FROM line WHERE id = ? AND document_id = ?", fields["id"], document["id"])
    if line is None:
        raise RefusedError(f"The line {fields['id']} is not on {record_of(document).label}.")
    if fields.get("is_to_delete"):
        _remove(books, line)
        return
    columns: Fields = {}
    if fields.get("line_quantity", line["quantity"]) != line["quantity"] and line["line_type"] != CHARGE:
        columns["quantity"] = _changed_quantity(books, line, _quantity(fields))
    priced = {"selling_unit_price", "unit_discount_percent", "unit_discount_value"} & fields.keys()
    if priced and not line["invoiced"]:
        current = {
            "selling_unit_price": line["unit_price"],
            "unit_discount_percent": line["discount_percent"],
            "unit_discount_value": line["discount_value"],
        }
        band = band_price(books, line["product_id"], customer) if line["product_id"] else line["unit_price"]
        if any(fields.get(k, v) != v for k, v in current.items()):
            columns |= _price(books, current | fields, band)
    if "tax_code_id" in fields:
        columns["tax_code_id"] = _tax_code(books, fields, line["tax_code_id"])
    if "description" in fields:
        columns["description"] = fields["description"]
    if "cost_price" in fields:
        columns["cost_price"] = _cost_price(fields)
    if columns:
        books.update("line", line["id"], **columns, updated=books.stamp())
    _reallocate(books, books.need("line", line["id"], "Line"), fields, document["kind"])


def _changed_quantity(books: Books, line: sqlite3.Row, quantity: int) -> int:
    processed = max(line["despatched"], line["invoiced"])
    if quantity < processed:
        raise RefusedError(f"The line quantity cannot be less than {plain(processed)}, which has been processed.")
    surplus = line["allocated"] + line["despatched"] - quantity
    if surplus > 0:
        allocation.release(books, line, surplus)
    return quantity


def _reallocate(books: Books, line: sqlite3.Row, fields: Fields, kind: str) -> None:
    """Allocate `to_allocate_quantity` more (assumed: more), or bring the allocation to `allocated_quantity`."""
    if fields.get("to_allocate_quantity"):
        if line["line_type"] != STANDARD or kind == "return":
            raise RefusedError("Only standard lines of orders can be allocated.")
        allocation.allocate(books, line, fields["to_allocate_quantity"])
    elif "allocated_quantity" in fields and line["line_type"] == STANDARD and kind == "order":
        allocation.adjust(books, line, fields["allocated_quantity"])


def _remove(books: Books, line: sqlite3.Row) -> None:
    if line["despatched"] or line["invoiced"]:
        raise RefusedError("A line that has been despatched or invoiced cannot be deleted.")
    if line["allocated"]:
        allocation.release(books, line, line["allocated"])
    books.run("DELETE FROM stock_allocation WHERE line_id = ?", line["id"])
    books.run("DELETE FROM line WHERE id = ?", line["id"])
