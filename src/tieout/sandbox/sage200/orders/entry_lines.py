"""Lines of sales orders, returns and quotes: entering, amending, removing them one by one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, divided, plain
from tieout.sandbox.sage200.company.locks import Record
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.tables import ANALYSIS_CODES
from tieout.sandbox.sage200.orders import allocation
from tieout.sandbox.sage200.orders.line_columns import (
    LINE_TYPES,
    columns_of,
    cost_price,
    in_stock_units,
    kept_source,
    price_of,
    quantity_of,
    tax_code_of,
)
from tieout.sandbox.sage200.orders.numbers import chosen_for
from tieout.sandbox.sage200.orders.price_book import Offer, offer
from tieout.sandbox.sage200.orders.pricing import CHARGE, COMMENT, STANDARD

SPARES = (
    *(f"spare_text_{n}:s100" for n in range(1, 11)),
    *(f"spare_number_{n}:q" for n in range(1, 11)),
    *(f"spare_date_{n}:d" for n in range(1, 6)),
    *(f"spare_bool_{n}:b" for n in range(1, 6)),
)
KEPT = (
    "is_to_split_line:b use_description:b pricing_unit_id:i pricing_unit_description:s20 retain_manual_prices:b "
    "mark_as_preferred:b picking_list_comment:s160 despatch_note_comment:s160 show_on_customer_docs:b "
    f"show_on_picking_list_type:s20 {' '.join(SPARES)}"
)
LINE = (
    "id:i line_type:s50 product_id:i warehouse_id:i code:s30 description:s6000 line_quantity:q "
    "to_allocate_quantity:q allocated_quantity:q tax_code_id:i nominal_reference:s8 nominal_cost_centre:s3 "
    "nominal_department:s3 selling_unit_id:i selling_unit_description:s20 selling_unit_price:q "
    "selling_unit_price_overridden:b unit_discount_percent:p discount_percent_specified:b unit_discount_value:q "
    "unit_discount_overridden:b discounted_unit_price:m cost_price:q confirmation_intent_type:s50 "
    "fulfilment_method:s50 requested_delivery_date:d promised_delivery_date:d is_to_delete:b "
    f"create_cancelled_line:b traceable_adjustment_items:l {' '.join(f'{n}:s60' for n in ANALYSIS_CODES)} {KEPT}"
)
NEW_LINE = LINE.replace("line_type:s50", "line_type:s50!", 1)
_KEPT_NAMES = tuple(word.partition(":")[0] for word in KEPT.split())
SHOWN = ("Show", "DoNotShow", "ShowButExclude")
NOUNS = {"order": "Order", "return": "Return", "quote": "Quote"}


def record_of(document: sqlite3.Row) -> Record:
    """Return the lockable record of an order, return or quote."""
    label = f"{NOUNS[document['kind']]} {document['document_no']}"
    return Record(kind=document["kind"], id=document["id"], label=label)


def add_line(books: Books, document: sqlite3.Row, customer: sqlite3.Row, body: Mapping[str, Any], position: int) -> int:
    """Add one line and return its id."""
    fields = checked(body, NEW_LINE)
    fields |= {k: v for k, v in body.items() if k.endswith("_stored")}
    if fields["line_type"] not in LINE_TYPES:
        raise RefusedError(f"The line type {fields['line_type']} is not valid.")
    columns = columns_of(books, document, customer, fields)
    kept = columns.pop("kept", {}) | _kept(fields) | body.get("kept_stored", {})
    line_id = books.insert(
        "line",
        document_id=document["id"],
        number=position,
        line_type=fields["line_type"],
        analysis=json.dumps({k: v for k, v in fields.items() if k in ANALYSIS_CODES}),
        requested_date=_iso(fields, "requested_delivery_date"),
        promised_date=_iso(fields, "promised_delivery_date"),
        kept=json.dumps(kept),
        **columns,
        **books.stamps(),
    )
    _allocate_on_entry(books, document, line_id, fields)
    return line_id


def _iso(fields: Fields, name: str) -> str | None:
    return fields[name].isoformat() if name in fields else None


def _kept(fields: Fields) -> Fields:
    """Return the fields of a line that are only kept and shown."""
    if fields.get("show_on_picking_list_type", "") not in {"", *SHOWN}:
        raise RefusedError(f"The field show_on_picking_list_type is one of {', '.join(SHOWN)}.")
    found = {name: fields[name] for name in _KEPT_NAMES if name in fields}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in found.items()}


def _allocate_on_entry(books: Books, document: sqlite3.Row, line_id: int, fields: Fields) -> None:
    line = books.need("line", line_id, "Line")
    asked = fields.get("to_allocate_quantity", fields.get("allocated_quantity", 0))
    if document["kind"] != "order":
        return
    if line["line_type"] != STANDARD or not line["warehouse_id"]:
        if asked:
            raise RefusedError("Only standard lines of orders can be allocated.")
        return
    if asked:
        _allocate(books, line, in_stock_units(asked, line["multiple"]), fields)
    elif books.setting("sop", "allocate_stock_on_order_entry"):
        allocation.allocate(books, line, line["quantity"], as_available=True)


def _allocate(books: Books, line: sqlite3.Row, quantity: int, fields: Fields) -> None:
    """Allocate a quantity, under the batch or serial numbers that the request selects if it selects any."""
    items = fields.get("traceable_adjustment_items")
    allocation.allocate(books, line, quantity, chosen=chosen_for(books, line, items) if items else ())


def amend_line(books: Books, document: sqlite3.Row, customer: sqlite3.Row, body: Mapping[str, Any]) -> None:
    """Change, allocate or remove one existing line."""
    fields = checked(body, LINE)
    line = books.row("SELECT * FROM line WHERE id = ? AND document_id = ?", fields["id"], document["id"])
    if line is None:
        raise RefusedError(f"The line {fields['id']} is not on {record_of(document).label}.")
    cancel = bool(fields.get("create_cancelled_line"))
    if fields.get("is_to_delete"):
        _remove(books, line, record_cancelled=cancel)
        return
    columns = _changes(books, line, fields, cancel=cancel)
    columns |= _new_price(books, customer, line, fields, columns.get("quantity", line["quantity"]))
    kept = _kept(fields) | columns.pop("kept", {})
    if kept:
        columns["kept"] = json.dumps(json.loads(line["kept"]) | kept)
    if columns:
        books.update("line", line["id"], **columns, updated=books.stamp())
    _reallocate(books, books.need("line", line["id"], "Line"), fields, document["kind"])


def _changes(books: Books, line: sqlite3.Row, fields: Fields, *, cancel: bool) -> Fields:
    """Return the columns that change beside the price."""
    columns: Fields = {}
    quantity = line["quantity"]
    if "line_quantity" in fields and line["line_type"] not in {CHARGE, COMMENT}:
        quantity = in_stock_units(quantity_of(fields), line["multiple"])
    if quantity != line["quantity"]:
        columns["quantity"] = _changed_quantity(books, line, quantity)
        if cancel and quantity < line["quantity"]:
            record_cancelled_line(books, line, line["quantity"] - quantity)
    if "tax_code_id" in fields and line["line_type"] != COMMENT:
        columns["tax_code_id"] = tax_code_of(books, fields, line["tax_code_id"])
    if "description" in fields:
        columns["description"] = fields["description"]
    if fields.get("cost_price", line["cost_price"]) != line["cost_price"]:
        columns["cost_price"] = cost_price(books, fields)
    for name, column in (("requested_delivery_date", "requested_date"), ("promised_delivery_date", "promised_date")):
        if name in fields:
            columns[column] = fields[name].isoformat()
    codes = {name: fields[name] for name in ANALYSIS_CODES if name in fields}
    if codes:
        columns["analysis"] = json.dumps(json.loads(line["analysis"]) | codes)
    return columns


def _new_price(books: Books, customer: sqlite3.Row, line: sqlite3.Row, fields: Fields, quantity: int) -> Fields:
    """Return the price columns when a PUT names another price or discount than the line has."""
    current = {
        "selling_unit_price": line["unit_price"],
        "unit_discount_percent": line["discount_percent"],
        "unit_discount_value": line["discount_value"],
    }
    named = {k: fields[k] for k in current if k in fields}
    if line["invoiced"] or line["line_type"] == COMMENT or all(current[k] == v for k, v in named.items()):
        return {}
    if line["line_type"] == CHARGE and (named.get("unit_discount_percent") or named.get("unit_discount_value")):
        raise RefusedError("A charge line cannot have a discount.")
    found = Offer(price=line["unit_price"])
    if line["product_id"]:
        found = offer(books, books.need("product", line["product_id"], "Product"), customer, quantity, line["multiple"])
    wanted = current | named
    if named.get("unit_discount_value") and "unit_discount_percent" not in named:
        wanted["unit_discount_percent"] = 0
    priced = price_of(books, wanted, found)
    return {**priced, "kept": kept_source(priced, found)}


def reprice(books: Books, customer: sqlite3.Row, document_id: int) -> None:
    """Give the lines whose price nobody has overridden the price of today."""
    for line in books.rows("SELECT * FROM line WHERE document_id = ? AND product_id > 0 AND invoiced = 0", document_id):
        kept = json.loads(line["kept"])
        if kept.get("selling_unit_price_overridden") or kept.get("unit_discount_overridden"):
            continue
        product = books.need("product", line["product_id"], "Product")
        found = offer(books, product, customer, line["quantity"], line["multiple"])
        priced = price_of(books, {}, found)
        kept |= kept_source(priced, found)
        books.update("line", line["id"], **priced, kept=json.dumps(kept), updated=books.stamp())


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
        if line["line_type"] != STANDARD or kind != "order":
            raise RefusedError("Only standard lines of orders can be allocated.")
        _allocate(books, line, in_stock_units(fields["to_allocate_quantity"], line["multiple"]), fields)
    elif "allocated_quantity" in fields and line["line_type"] == STANDARD and kind == "order":
        allocation.adjust(books, line, in_stock_units(fields["allocated_quantity"], line["multiple"]))


def _remove(books: Books, line: sqlite3.Row, *, record_cancelled: bool) -> None:
    if line["despatched"] or line["invoiced"]:
        raise RefusedError("A line that has been despatched or invoiced cannot be deleted.")
    if line["allocated"]:
        allocation.release(books, line, line["allocated"])
    if record_cancelled:
        record_cancelled_line(books, line, line["quantity"])
    books.run("DELETE FROM stock_allocation WHERE line_id = ?", line["id"])
    books.run("DELETE FROM line WHERE id = ?", line["id"])


def record_cancelled_line(books: Books, line: sqlite3.Row, quantity: int) -> None:
    """Remember what is cancelled of a line of an order or return (in stock units), if the company records that."""
    kind = books.value("SELECT kind FROM document WHERE id = ?", line["document_id"])
    if line["line_type"] == COMMENT or kind == "quote" or not books.setting("sop", "record_cancelled_order_lines"):
        return
    books.insert(
        "cancelled_line",
        document_id=line["document_id"],
        code=line["code"],
        description=line["description"][:1000],
        quantity=divided(quantity * UNIT, line["multiple"]),
        stock_quantity=quantity,
        unit=json.loads(line["kept"]).get("selling_unit_description", ""),
        date=books.today().isoformat(),
        user_name=books.user,
        **books.stamps(),
    )
