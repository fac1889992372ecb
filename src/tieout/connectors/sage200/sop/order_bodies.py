"""Orders into the bodies that Sage 200 takes (sections 7.3, 7.5). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tieout.connectors.sage200.bodies import figure, nominal_fields
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.translate import stamp_of
from tieout.connectors.transport import Json
from tieout.domain import commands as c

LINE_TYPES: Mapping[c.LineKind, str] = {
    "standard": "EnumLineTypeStandard",
    "free_text": "EnumLineTypeFreeText",
    "charge": "EnumLineTypeCharge",
    "comment": "EnumLineTypeComment",
}
COUNTED = ("standard", "free_text")
"""Lines that have a quantity (7.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryNames:
    """The record ids behind the names on an order; a name that Sage does not know is left out."""

    products: Mapping[str, int] = field(default_factory=dict)
    warehouses: Mapping[str, int] = field(default_factory=dict)
    taxes: Mapping[str, int] = field(default_factory=dict)
    payment_method: int = 0


def order_body(command: c.EnterOrder, settings: Sage200Settings, names: EntryNames) -> dict[str, Json]:
    """`POST /sop_orders` (7.3): the key is in an analysis code, the channel's number is the customer's number."""
    body: dict[str, Json] = {
        "customer_id": int(command.customer_id),
        "document_date": stamp_of(command.on),
        "customer_document_no": command.channel_reference,
        **{f"analysis_code_{slot}": text for slot, text in command.analysis if text},
        f"analysis_code_{settings.order_key_slot}": command.key,
        "is_to_sequence_lines": True,
        "lines": [line_body(line, names) for line in command.lines],
    }
    if command.delivery:
        body |= {"use_invoice_address": False, "delivery_address": address_body(command.delivery)}
    if command.requested:
        body["requested_delivery_date"] = stamp_of(command.requested)
    if command.override_on_hold:
        body["override_on_hold"] = True
    return body | payment_fields(command, names.payment_method, settings.compat.payment_in_part)


def line_body(line: c.EntryLine, names: EntryNames) -> dict[str, Json]:
    """One line: only what its type may carry (7.3), and nothing that is Sage's choice."""
    body: dict[str, Json] = {"line_type": LINE_TYPES[line.kind]}
    match line.kind:
        case "standard":
            body["product_id"] = names.products.get(line.sku, 0)
            if line.description:
                body |= {"use_description": True, "description": line.description}
        case "charge":
            body |= {"code": line.sku} if line.sku else {"description": line.description}
        case "free_text" | "comment":
            body["description"] = line.description
    if line.kind in COUNTED:
        body["line_quantity"] = line.quantity
    if line.warehouse:
        body["warehouse_id"] = names.warehouses.get(line.warehouse, 0)
    if line.allocate:
        body["to_allocate_quantity"] = line.allocate
    return body | value_fields(line, names)


def value_fields(line: c.EntryLine, names: EntryNames) -> dict[str, Json]:
    """Price, discount, VAT and nominal of a line, as far as the command states them."""
    body: dict[str, Json] = {}
    if line.unit_price is not None:
        body["selling_unit_price"] = line.unit_price
        if line.kind == "standard":
            body["selling_unit_price_overridden"] = True
    if line.discount_percent is not None:
        body |= {"unit_discount_percent": line.discount_percent, "discount_percent_specified": True}
    if line.tax_code is not None:
        body["tax_code_id"] = names.taxes.get(line.tax_code, 0)
    return body | nominal_fields(line.nominal) if line.nominal else body


def address_body(place: c.PostalAddress) -> dict[str, Json]:
    """`delivery_address`; what is empty is left out."""
    streets = {f"address_{number}": text for number, text in enumerate(place.lines, 1)}
    texts = {
        "postal_name": place.name,
        **streets,
        "city": place.city,
        "county": place.county,
        "country": place.country,
        "postcode": place.postcode,
        "contact": place.contact,
        "telephone_number": place.telephone,
        "email_address": place.email,
    }
    return {name: text for name, text in texts.items() if text}


def payment_fields(command: c.EnterOrder, method_id: int, in_part: str) -> dict[str, Json]:
    """The payment with the order: in full, which is Sage's default, when it meets the known total; else in part."""
    payment = command.payment
    if payment is None:
        return {}
    is_full = command.net is not None and command.tax is not None and command.net + command.tax == payment.amount
    body: dict[str, Json] = {
        "payment_with_order": True,
        **({} if is_full else {"payment_type": in_part}),
        "payment_method_id": method_id,
        "payment_value": figure(payment.amount),
    }
    return body | {"payment_reference": payment.reference} if payment.reference else body
