"""What Sage 200's fields hold (section 5), checked on a whole body before it is sent.

Sage refuses longer text instead of cutting it, and names only the first fault of a request
(2.2, 2.5): here every fault is named at once. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from tieout.connectors.transport import Json
from tieout.ports.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one field holds."""

    longest: int | None = None
    """Characters; None where the field is no text."""
    places: int | None = None
    """Decimal places; None where the field is no number."""
    is_required: bool = False


Limits: TypeAlias = "Mapping[str, Limit | Limits]"


def refuse_over_long(resource: str, body: Json) -> None:
    """Raise Refused, naming every fault of the body, when Sage would not take it; `resource` is a key of LIMITS."""
    found = problems(resource, body)
    if found:
        raise Refused(f"Nothing was sent, because Sage 200 does not take it: {'; '.join(found)}.")


def problems(resource: str, body: Json) -> tuple[str, ...]:
    """Every field of the body that is too long, too fine or missing, in words; empty when Sage takes it."""
    if not isinstance(body, Mapping):
        return (f"the {resource.replace('_', ' ')} is empty",)
    return tuple(_faults(LIMITS[resource], body, ""))


def wide_texts(body: Json, place: str = "") -> tuple[str, ...]:
    """Every text of the body with letters outside Windows-1252, in words.

    Sage keeps many texts in columns that may turn such letters into question marks (section 5, unproven).
    """
    if isinstance(body, str):
        wide = "".join(dict.fromkeys(letter for letter in body if not _is_narrow(letter)))
        return (f"{place} holds {wide[:20]}, which Sage 200 may turn into question marks",) if wide else ()
    if isinstance(body, Mapping):
        named = [(name.replace("_", " "), value) for name, value in body.items()]
    else:
        named = [(str(number), value) for number, value in enumerate(body, 1)] if isinstance(body, Sequence) else []
    comma = " " if isinstance(body, Sequence) else ", "
    return tuple(said for name, value in named for said in wide_texts(value, f"{place}{comma if place else ''}{name}"))


def refuse_wide(body: Json) -> None:
    """Raise Refused, naming every text that Sage may not keep."""
    found = wide_texts(body)
    if found:
        advice = "write it in Western letters, or set wide_text where the site is known to keep it"
        raise Refused(f"Nothing was sent: {'; '.join(found)}: {advice}")


def _is_narrow(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _faults(limits: Limits, body: Mapping[str, Json], place: str) -> Iterator[str]:
    for name, limit in limits.items():
        value, label = body.get(name), place + name.replace("_", " ")
        if isinstance(limit, Limit):
            fault = _fault(limit, value)
            if fault:
                yield f"{label} {fault}"
        elif isinstance(value, Mapping):
            yield from _faults(limit, value, f"{label}, ")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            for number, row in enumerate(value, 1):
                yield from _faults(limit, row if isinstance(row, Mapping) else {}, f"{label} {number}, ")


def _fault(limit: Limit, value: Json) -> str:
    if value is None or value == "":
        return "is missing" if limit.is_required else ""
    if limit.longest is not None and isinstance(value, str) and len(value) > limit.longest:
        return f"has {len(value)} characters of {limit.longest} allowed"
    if limit.places is None or isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "is no number"
    return _fault_of_number(number, limit.places)


def _fault_of_number(number: Decimal, places: int) -> str:
    if not number.is_finite():
        return "is no number"
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        return f"{number} has more than {places} decimal places"
    return ""


def _text(longest: int, *, required: bool = False) -> Limit:
    return Limit(longest=longest, is_required=required)


def _number(places: int, *, required: bool = False) -> Limit:
    return Limit(places=places, is_required=required)


VALUE = _number(2)
QUANTITY = _number(5)
RECORD = Limit(is_required=True)
NARRATIVE = _text(6000)

KEYED: Limits = {"reference": _text(20, required=True), "second_reference": _text(20)}
NOMINAL: Limits = {
    "code": _text(8, required=True),
    "cost_centre": _text(3),
    "department": _text(3),
    "narrative": NARRATIVE,
}
DOCUMENT: Limits = {
    "customer_id": RECORD,
    **KEYED,
    "document_goods_value": VALUE,
    "document_tax_value": VALUE,
    "tax_analysis_items": {"id": RECORD, "goods_amount": VALUE, "tax_amount": VALUE},
    "nominal_analysis_items": {**NOMINAL, "value": VALUE},
}
CHEQUE: Limits = {"customer_id": RECORD, "bank_id": RECORD, "cheque_value": _number(2, required=True), **KEYED}
BANK_ENTRY: Limits = {
    "bank_id": RECORD,
    **KEYED,
    "narrative": NARRATIVE,
    "cheque_value": VALUE,
    "cheque_goods_value": VALUE,
    "cheque_tax_value": VALUE,
    "nominal_analysis_items": {
        **NOMINAL,
        "gross_value": VALUE,
        "goods_value": VALUE,
        "tax_value": VALUE,
        "reference": _text(20),
    },
}
STREET: Limits = {
    **{f"address_{number}": _text(60) for number in range(1, 5)},
    "city": _text(60),
    "county": _text(60),
    "country": _text(60),
    "postcode": _text(10),
}
ANALYSIS: Limits = {f"analysis_code_{slot}": _text(60) for slot in range(1, 21)}
ORDER_LINE: Limits = {
    "code": _text(30),
    "description": NARRATIVE,
    "line_quantity": QUANTITY,
    "to_allocate_quantity": QUANTITY,
    "allocated_quantity": QUANTITY,
    "selling_unit_price": _number(5),
    "unit_discount_percent": _number(2),
    "unit_discount_value": _number(5),
    "nominal_reference": _text(8),
    "nominal_cost_centre": _text(3),
    "nominal_department": _text(3),
    "picking_list_comment": _text(160),
    "despatch_note_comment": _text(160),
    **ANALYSIS,
}
ORDER: Limits = {
    "customer_document_no": _text(30),
    "document_created_by": _text(30),
    "document_discount_percent": _number(2),
    "payment_reference": _text(20),
    "payment_value": VALUE,
    "order_priority": _text(1),
    **ANALYSIS,
    "delivery_address": {
        "postal_name": _text(60),
        **STREET,
        "contact": _text(235),
        "telephone_number": _text(30),
        "fax_number": _text(30),
        "email_address": _text(255),
    },
    "cash_account_invoice_address": {"postal_name": _text(60), **STREET},
    "lines": ORDER_LINE,
}
ON_SITE: Limits = {"key": _text(20, required=True), "narrative": NARRATIVE}
ON_SITE_STOCK: Limits = {
    **ON_SITE,
    "second_reference": _text(20),
    "product_code": _text(30, required=True),
    "warehouse": _text(20, required=True),
    "bin": _text(20, required=True),
    "quantity": _number(5, required=True),
    "nominal": {"account": _text(8, required=True), "cost_centre": _text(3), "department": _text(3)},
}

LIMITS: Mapping[str, Limits] = {
    "sales_invoice": DOCUMENT,
    "sales_credit_note": DOCUMENT,
    "sales_receipt": CHEQUE,
    "sales_payment": CHEQUE,
    "sales_allocation": {
        "customer_id": RECORD,
        "allocation_lines": {"posted_tran_id": RECORD, "value_to_allocate": _number(2, required=True)},
    },
    "bank_receipt": BANK_ENTRY,
    "bank_payment": BANK_ENTRY,
    "bank_transfer": {
        "bank_from_id": RECORD,
        "bank_to_id": RECORD,
        **KEYED,
        "narrative": NARRATIVE,
        "payment_value": _number(2, required=True),
        "receipt_value": VALUE,
    },
    "bin_holding": {"name": _text(20, required=True)},
    "stock_transfer": {
        **KEYED,
        "quantity": _number(5, required=True),
        "traceable_adjustment_items": {"identification_no": _text(30), "quantity": QUANTITY},
    },
    "stocktake": {"stocktake_name": _text(60, required=True), "nominal_narrative": NARRATIVE},
    "stocktake_count_sheet_item": {"actual_quantity_in_stock": QUANTITY, "discrepancy_narrative": NARRATIVE},
    "customer": {
        "reference": _text(8, required=True),
        "name": _text(60, required=True),
        "short_name": _text(8),
        "vat_number": _text(30),
        "default_nominal_code_reference": _text(8),
        "default_nominal_code_cost_centre": _text(3),
        "default_nominal_code_department": _text(3),
        "main_address": STREET,
        "contacts": {
            "first_name": _text(60),
            "middle_name": _text(60),
            "last_name": _text(60),
            "emails": {"email": _text(227)},
            "telephones": {"country_code": _text(5), "area_code": _text(20), "subscriber_number": _text(200)},
        },
    },
    "customer_delivery_address": {
        "customer_id": RECORD,
        "tax_code_id": RECORD,
        "description": _text(255, required=True),
        "postal_name": _text(60),
        **STREET,
        "contact": _text(235),
        "telephone": _text(60),
        "fax": _text(30),
        "email": _text(255),
        "tax_number": _text(30),
    },
    "customer_memo": {"customer_id": RECORD, "note": _text(1000, required=True)},
    "sales_posted_transaction_memo": {
        "posted_customer_transaction_id": RECORD,
        "note": _text(1000, required=True),
    },
    "sop_order": {"customer_id": RECORD, **ORDER},
    "sop_order_change": ORDER,
    "sop_return": {"customer_id": RECORD, **ORDER, "customer_document_no": _text(30, required=True)},
    "sop_confirm_despatch": {
        "items": {"id": RECORD, "quantity": _number(5, required=True), "bin_items": {"quantity": QUANTITY}},
        "tracking_items": {"consignment_no": _text(60), "weight": _number(4), "notes": _text(256)},
    },
    "on_site_receipt": {**ON_SITE, "lines": {"quantity": QUANTITY, "bin": _text(20, required=True)}},
    "on_site_credit_note": {**ON_SITE, "lines": {"quantity": QUANTITY, "net_value": VALUE, "tax_value": VALUE}},
    "on_site_stock": ON_SITE_STOCK,
    "on_site_write_off": {**ON_SITE_STOCK, "category": RECORD},
    "on_site_journal": {
        **ON_SITE,
        "lines": {
            "account": _text(8, required=True),
            "cost_centre": _text(3),
            "department": _text(3),
            "debit": VALUE,
            "credit": VALUE,
        },
    },
    "on_site_invoice": ON_SITE,
}
"""By resource as Sage names it; `on_site_...` are the companion's bodies, whose figures are texts."""
