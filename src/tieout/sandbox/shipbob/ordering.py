"""Reads the body of an order: what it must say, and what its lines are in single units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tieout.sandbox.shipbob.books import EACH, UNITS_OF_MEASURE, Books, Channel, Item, OrderLine, Product
from tieout.sandbox.shipbob.refusing import DUPLICATE, RefusedError, of_fields

ORDER_TYPES = ("DTC", "DropShip", "B2B")


def check_order(given: Mapping[str, Any], channel: Channel, books: Books) -> None:
    """Raise RefusedError with everything that is wrong with the body."""
    wrong: dict[str, list[str]] = {}
    for name, field in (("reference_id", "ReferenceId"), ("shipping_method", "ShippingMethod")):
        if not isinstance(given.get(name), str) or not given[name].strip():
            wrong[field] = [f"The {field} field is required."]
    if given.get("type") not in ORDER_TYPES:
        wrong["Type"] = [f"The Type field must be one of {', '.join(ORDER_TYPES)}."]
    wrong |= _wrong_recipient(given.get("recipient"))
    location = given.get("location_id")
    if location is not None and location not in books.centres:
        wrong["LocationId"] = [f"Fulfillment center {location} does not exist."]
    products = given.get("products")
    if not isinstance(products, list) or not products:
        wrong["Products"] = ["The Products field is required."]
    else:
        for number, one in enumerate(products):
            wrong |= _wrong_product(number, one, books)
    if wrong:
        raise of_fields(wrong)
    if (channel.id, given["reference_id"]) in books.orders_by_reference:
        raise of_fields({"": [DUPLICATE]})


def lines_of(given: Mapping[str, Any], books: Books) -> list[OrderLine]:
    """Return the lines of a checked body; a product that is not known is made by its name, without stock."""
    lines = []
    for number, one in enumerate(given["products"], start=1):
        product = _product(one, books) or new_product(books, str(one["reference_id"]), str(one["name"]))
        unit = str(one.get("quantity_unit_of_measure_code") or EACH)
        lines.append(
            OrderLine(
                number=number,
                product=product,
                quantity=one["quantity"],
                unit=unit,
                each=one["quantity"] * product.units[unit],
                given=dict(one),
            )
        )
    return lines


def new_product(  # a product and the item that it is
    books: Books,
    sku: str,
    name: str,
    *,
    barcode: str = "",
    lots: bool = False,
    serials: bool = False,
    units: Mapping[str, int] | None = None,
) -> Product:
    """Put a product with one item into the books."""
    item = Item(id=books.new_id(), sku=sku, name=name, barcode=barcode, lots=lots, serials=serials)
    books.items[item.id] = item
    return new_bundle(books, sku, name, ((item, 1),), units)


def new_bundle(
    books: Books, sku: str, name: str, parts: tuple[tuple[Item, int], ...], units: Mapping[str, int] | None = None
) -> Product:
    """Put a product of several items into the books."""
    product = Product(
        id=books.new_id(),
        variant_id=books.new_id(),
        sku=sku,
        name=name,
        parts=parts,
        units={EACH: 1, **(units or {})},
    )
    books.products[product.id] = product
    books.products_by_sku[sku] = product
    return product


def number_in(text: str) -> RefusedError:
    """Refuse a value that is no number."""
    return of_fields({"": [f"The value '{text}' is not valid."]}, 400)


def _wrong_recipient(given: object) -> dict[str, list[str]]:
    if not isinstance(given, dict):
        return {"Recipient": ["The Recipient field is required."]}
    wrong = {} if given.get("name") else {"Recipient.Name": ["The Name field is required."]}
    address = given.get("address")
    if not isinstance(address, dict):
        return {**wrong, "Recipient.Address": ["The Address field is required."]}
    for name, field in (("address1", "Address1"), ("city", "City"), ("country", "Country")):
        if not address.get(name):
            wrong[f"Recipient.Address.{field}"] = [f"The {field} field is required."]
    return wrong


def _wrong_product(number: int, one: object, books: Books) -> dict[str, list[str]]:
    at = f"Products[{number}]"
    if not isinstance(one, dict):
        return {at: ["The product is not an object."]}
    wrong: dict[str, list[str]] = {}
    quantity, line = one.get("quantity"), one.get("external_line_id")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
        wrong[f"{at}.Quantity"] = ["The Quantity field must be a whole number of at least 1."]
    if line is not None and (not isinstance(line, int) or isinstance(line, bool)):
        wrong[f"{at}.ExternalLineId"] = ["The ExternalLineId field must be a whole number."]
    product = _product(one, books)
    if product is None and not (one.get("reference_id") and one.get("name")):
        wrong[at] = ["The product does not exist; to make it, give its reference_id and name."]
    unit = one.get("quantity_unit_of_measure_code") or EACH
    if unit not in UNITS_OF_MEASURE:
        wrong[f"{at}.QuantityUnitOfMeasureCode"] = [f"The value must be one of {', '.join(UNITS_OF_MEASURE)}."]
    elif unit not in (product.units if product else {EACH: 1}):
        wrong[f"{at}.QuantityUnitOfMeasureCode"] = [f"The product has no packing configuration for {unit}."]
    return wrong


def _product(one: Mapping[str, Any], books: Books) -> Product | None:
    if one.get("id") is not None:
        return books.products.get(one["id"])
    return books.products_by_sku.get(str(one.get("reference_id") or ""))
