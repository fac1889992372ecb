"""What a line of a sales document is made of, by its type: each type has fields that it needs and must not have."""

from __future__ import annotations

import sqlite3

from tieout.sandbox.sage200.company.bodies import Fields
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import UNIT, divided
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.nominal import check_nominal, find_nominal
from tieout.sandbox.sage200.orders.numbers import check_single_batch
from tieout.sandbox.sage200.orders.price_book import Offer, offer
from tieout.sandbox.sage200.orders.pricing import CHARGE, COMMENT, FREE_TEXT, STANDARD
from tieout.sandbox.sage200.orders.selling_units import SellingUnit, selling_unit
from tieout.sandbox.sage200.stock.items import is_stocked
from tieout.sandbox.sage200.stock.movements import ACTIVE, unit_cost_now
from tieout.sandbox.sage200.stock.traceables import SERIAL

CONFIRMATIONS = ("ConfirmOnDespatch", "Confirm", "NoConfirmation")
FULFILMENTS = ("EnumFulfilmentFromStock", "EnumFulfilmentFromSupplierViaStock", "EnumFulfilmentFromSupplierDirect")


def columns_of(books: Books, document: sqlite3.Row, customer: sqlite3.Row, fields: Fields) -> Fields:
    """Return the columns of a new line; what is only kept and shown is under "kept"."""
    match fields["line_type"]:
        case "EnumLineTypeStandard":
            return _standard(books, document, customer, fields)
        case "EnumLineTypeFreeText":
            return _free_text(books, document, customer, fields)
        case "EnumLineTypeCharge":
            return _charge(books, customer, fields)
        case "EnumLineTypeComment":
            return _comment(fields)
    raise RefusedError(f"The line type {fields['line_type']} is not valid.")


def quantity_of(fields: Fields) -> int:
    """Return the quantity asked for, in selling units; RefusedError unless it is above zero."""
    quantity = int(fields.get("line_quantity") or 0)
    if quantity <= 0:
        raise RefusedError("The field line_quantity must be greater than zero.")
    return quantity


def in_stock_units(quantity: int, multiple: int) -> int:
    """Return a quantity of selling units as stock units."""
    return divided(quantity * multiple, UNIT)


def whole_serials(product: sqlite3.Row, quantity: int) -> int:
    """Return a quantity in stock units; of serial-numbered items it is rounded to whole ones."""
    return divided(quantity, UNIT) * UNIT if product["traceable"] == SERIAL else quantity


def _standard(books: Books, document: sqlite3.Row, customer: sqlite3.Row, fields: Fields) -> Fields:
    product = books.row("SELECT * FROM product WHERE id = ?", fields.get("product_id"))
    if product is None:
        raise RefusedError(f"The product {fields.get('product_id', '')} does not exist.")
    if product["status"] != ACTIVE and document["kind"] != "return":
        raise RefusedError(f"Stock item {product['code']} is inactive.")
    unit = selling_unit(books, product, fields.get("selling_unit_id"))
    quantity = fields.get("quantity_stored") or whole_serials(
        product, in_stock_units(quantity_of(fields), unit.multiple)
    )
    if quantity <= 0:
        raise RefusedError("The field line_quantity is too small for the stock unit.")
    warehouse = _warehouse(books, document, product, fields.get("warehouse_id"))
    if document["kind"] == "order":
        check_single_batch(books, product, warehouse["id"], quantity)
    found = offer(books, product, customer, quantity, unit.multiple)
    priced = price_of(books, fields, found)
    return {
        "product_id": product["id"],
        "warehouse_id": warehouse["id"],
        "code": product["code"],
        "description": fields.get("description") or product["name"],
        "quantity": quantity,
        "multiple": unit.multiple,
        "cost_price": fields.get("cost_stored") or cost_price(books, fields) or unit_cost_now(books, product),
        "tax_code_id": tax_code_of(books, fields, product["tax_code_id"]),
        "nominal_id": _nominal(books, fields, product["revenue_id"]),
        "confirmation": _confirmation_of(books, product, fields),
        **priced,
        "kept": _fulfilment(books, fields) | kept_unit(unit) | kept_source(priced, found),
    }


def _confirmation_of(books: Books, product: sqlite3.Row, fields: Fields) -> str:
    """Return how a line of an item is confirmed: goods on despatch, services as asked or as the company has it."""
    if is_stocked(books, product):
        return CONFIRMATIONS[0]
    default = books.setting("sop", "default_service_labour_confirm_intent_type")
    return _confirmation(fields.get("confirmation_intent_type") or default)


def _confirmation(told: str) -> str:
    if told not in CONFIRMATIONS:
        raise RefusedError(f"The confirmation type {told} is not valid.")
    return told


def kept_unit(unit: SellingUnit) -> Fields:
    """Return what is kept of the unit in which a line sells."""
    return {
        "selling_unit_id": unit.id,
        "selling_unit_description": unit.name,
        "selling_unit_multiple": unit.to_base,
        "stock_unit_multiple": unit.stock_to_base,
        "line_unit_precision": unit.precision,
        "stock_unit_precision": unit.stock_precision,
    }


def kept_source(priced: Fields, found: Offer) -> Fields:
    """Return what is kept of where a line's price and discount (its columns) come from."""
    own = (priced["discount_percent"], priced["discount_value"]) != (found.percent, found.value)
    return {
        "selling_unit_price_overridden": priced["unit_price"] != found.price,
        "unit_discount_overridden": own,
        "discount_percent_specified": bool(priced["discount_percent"]),
        "discount_source": "" if own else found.source,
        "discount_name": "" if own else found.name,
        "discount_break": 0 if own else found.break_quantity,
    }


def _fulfilment(books: Books, fields: Fields) -> Fields:
    method = fields.get("fulfilment_method") or FULFILMENTS[0]
    if method not in FULFILMENTS:
        raise RefusedError(f"The fulfilment method {method} is not valid.")
    if method != FULFILMENTS[0] and not books.setting("permissions", "override_fulfilment_method"):
        raise RefusedError("You do not have permission to override the fulfilment method.")
    return {"fulfilment_method": method}


def cost_price(books: Books, fields: Fields) -> int:
    """Return the cost price given for a line, 0 when none is; the user must be allowed to give one."""
    cost = int(fields.get("cost_price", 0))
    if cost < 0:
        raise RefusedError("The field cost_price cannot be negative.")
    if cost and not books.setting("permissions", "override_cost_price"):
        raise RefusedError("You do not have permission to override cost prices.")
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
    if document["kind"] != "return" and not found["trading"]:
        raise RefusedError(f"Warehouse {found['name']} is not used for sales trading.")
    return found


def tax_code_of(books: Books, fields: Fields, default: int | None) -> int:
    """Return the tax code of a line, the default when none is given; RefusedError when it does not exist."""
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


def price_of(books: Books, fields: Fields, found: Offer) -> Fields:
    """Return price and discount: Sage's own unless others are given and the user may override prices.

    A price given without a discount takes none (assumed: the shop's price is the price).
    """
    if fields.get("price_stored") is not None:
        return {
            "unit_price": fields["price_stored"],
            "discount_percent": fields["discount_stored"],
            "discount_value": fields.get("off_stored", 0),
        }
    price = fields.get("selling_unit_price", found.price)
    own = price != found.price
    percent = fields.get("unit_discount_percent", 0 if own or "unit_discount_value" in fields else found.percent)
    off = fields.get("unit_discount_value", 0 if own or "unit_discount_percent" in fields else found.value)
    if "discounted_unit_price" in fields and not {"unit_discount_percent", "unit_discount_value"} & fields.keys():
        percent, off = 0, price - fields["discounted_unit_price"] * (UNIT // 100)
    if percent:
        off = 0
    changed = (price, percent, off) != (found.price, found.percent, found.value)
    if changed and not books.setting("permissions", "override_prices_discounts"):
        raise RefusedError("You do not have permission to override prices and discounts.")
    if price < 0:
        raise RefusedError("The field selling_unit_price cannot be negative.")
    return {"unit_price": price, "discount_percent": percent, "discount_value": off}


def _free_text(books: Books, document: sqlite3.Row, customer: sqlite3.Row, fields: Fields) -> Fields:
    if not fields.get("description"):
        raise RefusedError("The field description is required for a free text line.")
    if fields.get("product_id"):
        raise RefusedError("A free text line cannot have a product.")
    default = books.setting("sop", "default_free_text_confirm_intent_type")
    confirmation = _confirmation(fields.get("confirmation_intent_type") or default)
    return {
        "description": fields["description"],
        "quantity": quantity_of(fields),
        "unit_price": fields.get("selling_unit_price", 0),
        "discount_percent": fields.get("unit_discount_percent", 0),
        "discount_value": 0 if fields.get("unit_discount_percent") else fields.get("unit_discount_value", 0),
        "cost_price": cost_price(books, fields),
        "tax_code_id": tax_code_of(books, fields, customer["tax_code_id"]),
        "nominal_id": _nominal(books, fields, customer["nominal_id"] or books.control("revenue")),
        "confirmation": confirmation if document["kind"] == "order" else "NoConfirmation",
        "kept": {"selling_unit_description": fields.get("selling_unit_description", "")},
    }


def _charge(books: Books, customer: sqlite3.Row, fields: Fields) -> Fields:
    """Return a charge line; its quantity is one and is never sent."""
    if fields.get("line_quantity"):
        raise RefusedError("A charge line cannot have a quantity.")
    if fields.get("unit_discount_percent") or fields.get("unit_discount_value"):
        raise RefusedError("A charge line cannot have a discount.")
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
        "cost_price": cost_price(books, fields),
        "tax_code_id": tax_code_of(books, fields, tax_default),
        "nominal_id": _nominal(books, fields, nominal_default),
        "confirmation": "NoConfirmation",
        "kept": {"charge_id": charge["id"] if charge else 0},
    }


def _comment(fields: Fields) -> Fields:
    if not fields.get("description"):
        raise RefusedError("The field description is required for a comment line.")
    for name in ("tax_code_id", "nominal_reference", "selling_unit_price"):
        if fields.get(name):
            raise RefusedError(f"A comment line cannot have {name}.")
    return {"description": fields["description"], "confirmation": "NoConfirmation"}


LINE_TYPES = (STANDARD, FREE_TEXT, CHARGE, COMMENT)
