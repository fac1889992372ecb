"""The header of a sales order, return or quote: what may be sent, what it is kept as."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import PERCENT
from tieout.sandbox.sage200.company.profiles import STANDARD
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.company.tables import ANALYSIS_CODES
from tieout.sandbox.sage200.orders.delivery import delivery_address_of
from tieout.sandbox.sage200.orders.entry_lines import SPARES

CASH, CREDIT, PROSPECT = "EnumCustomerTypeCash", "EnumCustomerTypeCredit", "EnumCustomerTypeProspect"
INT16_MAX = 32767
KEPT = (
    "customer_type:s50 exchange_rate:r is_triangulated:b settlement_discount_days:i settlement_discount_percent:p "
    "quotation_expiry_date:d use_header_requested_date:b use_header_promised_date:b document_created_by:s30 "
    "payment_with_order:b payment_type:s50 payment_value:m "
    "invoice_payment_with_order_immediately:b payment_reference:s20 payment_method_id:i "
    f"cash_account_invoice_address:o {' '.join(SPARES)}"
)
HEADER = (
    "customer_id:i document_no:s20 customer_document_no:s30 document_date:d requested_delivery_date:d "
    "promised_delivery_date:d order_priority:s1 document_discount_percent:p customer_delivery_address_id:i "
    "use_invoice_address:b override_on_hold:b is_editing:b is_to_sequence_lines:b recalculate_prices:b "
    "apply_available_document_discount_percent:b suppress_warnings:b document_status:s50 lock_id:i delivery_address:o "
    f"lines:l memos:l {' '.join(f'{n}:s60' for n in ANALYSIS_CODES)} {KEPT}"
)
NEW_HEADER = HEADER.replace("customer_id:i", "customer_id:i!", 1)
_POSTAL = (
    "postal_name:s60 address_1:s60 address_2:s60 address_3:s60 address_4:s60 city:s60 county:s60 country:s60 "
    "postcode:s10"
)
ADDRESS = (
    f"{_POSTAL} contact:s235 telephone_number:s30 fax_number:s30 email_address:s255 tax_number:s30 "
    "tax_code_id:i country_code_id:i"
)
COLUMNS = {
    "customer_document_no": "customer_document_no",
    "document_date": "document_date",
    "requested_delivery_date": "requested_date",
    "promised_delivery_date": "promised_date",
    "order_priority": "priority",
    "document_discount_percent": "discount_percent",
    "use_invoice_address": "use_invoice_address",
    **{name: name for name in ANALYSIS_CODES},
}
_KEPT_NAMES = tuple(word.partition(":")[0] for word in KEPT.split())


def _stored(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def columns_of(books: Books, customer: sqlite3.Row, header: Fields, before: str = "{}") -> Fields:
    """Return the header fields that were sent as columns; `before` is what the document kept until now."""
    _check(header)
    columns: Fields = {column: _stored(header[name]) for name, column in COLUMNS.items() if name in header}
    if header.get("customer_delivery_address_id"):
        address = delivery_address_of(books, customer, header["customer_delivery_address_id"])
        columns |= {"address": json.dumps(address), "use_invoice_address": 0}
    if "delivery_address" in header:
        columns["address"] = json.dumps(checked(header["delivery_address"], ADDRESS))
        columns.setdefault("use_invoice_address", 0)
    kept = {name: _stored(header[name]) for name in _KEPT_NAMES if name in header}
    if "cash_account_invoice_address" in kept:
        kept["cash_account_invoice_address"] = checked(header["cash_account_invoice_address"], _POSTAL)
    if kept:
        columns["kept"] = json.dumps(json.loads(before) | kept)
    return columns


def _check(header: Fields) -> None:
    if abs(header.get("document_discount_percent", 0)) >= 100 * PERCENT:
        raise RefusedError("The field document_discount_percent must be between -99.99 and 99.99.")
    if not 0 <= header.get("settlement_discount_days", 0) <= INT16_MAX:
        raise RefusedError("The field settlement_discount_days is out of range.")
    if not 0 <= header.get("settlement_discount_percent", 0) < 100 * PERCENT:
        raise RefusedError("The field settlement_discount_percent must be between 0 and 99.99.")
    if header.get("exchange_rate", 1) <= 0:
        raise RefusedError("The field exchange_rate must be greater than zero.")
    if not ("A" <= header.get("order_priority", "A") <= "Z" or header["order_priority"] == ""):
        raise RefusedError("The field order_priority must be a letter from A to Z.")


def check_customer_type(books: Books, kind: str, header: Mapping[str, Any]) -> None:
    """Refuse a kind of customer that the company does not take such documents from."""
    told = header.get("customer_type") or CREDIT
    if told not in {CASH, CREDIT, PROSPECT}:
        raise RefusedError(f"The customer type {told} is not valid.")
    if told == CASH and not books.setting("sop", "allow_cash_orders"):
        raise RefusedError("Cash orders are not allowed.")
    if told == PROSPECT and kind != "quote":
        raise RefusedError("Only quotes can be entered for a prospect.")


def new_number(books: Books, kind: str, asked: str = "") -> str:
    """Return the number of a new document: the next of its series, or the one keyed where numbers are manual.

    Standard companies always number by themselves; so do quotes (assumed).
    """
    if kind == "quote" or books.edition == STANDARD:
        return f"{books.number(f'{kind}_no'):010d}"
    if books.setting("sop", "auto_generate_order_return_numbers"):
        return f"{books.number(f'{kind}_no'):010d}"
    if not asked or asked == "TBA":
        raise RefusedError("The field document_no is required: document numbers are not generated automatically.")
    if books.value("SELECT id FROM document WHERE document_no = ? AND kind = ?", asked, kind) is not None:
        raise RefusedError(f"The document number {asked} has already been used.")
    return asked
