"""Customer accounts: entering, amending and deleting them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.nominal import find_nominal
from tieout.sandbox.sage200.ledger.owned import (
    KINDS,
    OF_ACCOUNT,
    OF_CONTACT,
    OF_CUSTOMER,
    check_references,
    customer_record,
    merge,
)
from tieout.sandbox.sage200.ledger.terms import BASES
from tieout.sandbox.sage200.reading.enumerations_sales import OFFICES

PROFESSIONAL_ONLY = (
    "finance_charge_id:i office_type:s50 associated_head_office_id:i produce_statements_for_customer:b "
    "use_consolidated_billing:b"
)
_SPARES = " ".join(
    f"spare_{kind}_{n}:{read}"
    for kind, count, read in (("text", 10, "s100"), ("number", 10, "q"), ("date", 5, "d"), ("bool", 5, "b"))
    for n in range(1, count + 1)
)
CUSTOMER = (
    "reference:s8 name:s60 short_name:s8 on_hold:b status_reason:s256 account_status_type:s50 currency_id:i "
    "exchange_rate_type:s50 telephone_country_code:s5 telephone_area_code:s20 telephone_subscriber_number:s200 "
    "fax_country_code:s5 fax_area_code:s20 fax_subscriber_number:s200 website:s200 credit_limit:m country_code_id:i "
    "default_tax_code_id:i vat_number:s30 duns_code:s9 account_type:s50 early_settlement_discount_percent:p "
    "early_settlement_discount_days:i payment_terms_days:i payment_terms_basis:s50 terms_agreed:b credit_bureau_id:i "
    "credit_position_id:i trading_terms:s30 credit_reference:s60 account_opened:d last_credit_review:d "
    "next_credit_review:d application_date:d date_received:d order_priority:s1 use_tax_code_as_default:b "
    "months_to_keep_transactions:i default_nominal_code_reference:s8 default_nominal_code_cost_centre:s3 "
    "default_nominal_code_department:s3 invoice_discount_percent:p invoice_line_discount_percent:p "
    "customer_discount_group_id:i order_value_discount_id:i price_band_id:i last_follow_up_date:d "
    "has_promised_payment:b credit_memo_note:o main_address:o alerts:l cards:l contacts:l memos:l "
    + " ".join(f"analysis_code_{n}:s60" for n in range(1, 21))
    + f" {_SPARES} {PROFESSIONAL_ONLY}"
)
ADDRESS = (
    "address_1:s60 address_2:s60 address_3:s60 address_4:s60 city:s60 county:s60 postcode:s10 address_country_code_id:i"
)
COLUMNS = {
    "account_status_type": "status",
    "country_code_id": "country_id",
    "default_tax_code_id": "tax_code_id",
    "price_band_id": "band_id",
    "customer_discount_group_id": "discount_group_id",
    "order_value_discount_id": "order_discount_id",
    "invoice_discount_percent": "document_discount",
    "invoice_line_discount_percent": "line_discount",
}
"""Columns that are not named as their property."""

WORKED_OUT = frozenset(
    {
        "reference",
        "default_nominal_code_reference",
        "default_nominal_code_cost_centre",
        "default_nominal_code_department",
        "credit_memo_note",
        "main_address",
        *OF_ACCOUNT,
    }
)
VALUES = {
    "account_status_type": ("AccountStatusActive", "AccountStatusHidden"),
    "account_type": ("TradingAccountTypeOpenItem",),
    "exchange_rate_type": ("ExchangeRateSingle", "ExchangeRatePeriod", "ExchangeRateBoth"),
    "payment_terms_basis": BASES,
    "office_type": OFFICES,
}
REFERENCES = {
    "currency_id": ("currency", "currency"),
    "country_code_id": ("country", "country code"),
    "price_band_id": ("price_band", "price band"),
    "credit_bureau_id": ("credit_bureau", "credit bureau"),
    "credit_position_id": ("credit_position", "credit position"),
    "finance_charge_id": ("finance_charge", "finance charge"),
    "associated_head_office_id": ("customer", "head office"),
    "customer_discount_group_id": ("customer_discount_group", "customer discount group"),
    "order_value_discount_id": ("order_value_discount", "order value discount"),
}
DAYS_MOST = 999
NEW_REFERENCE_DIGITS = 8


def create_customer(books: Books, body: Mapping[str, Any]) -> int:
    """Open an account and return its id; the settings may number it."""
    numbered = books.setting("sales_ledger", "auto_generate_account_numbers")
    fields = checked(body, CUSTOMER.replace("name:s60", "name:s60!", 1))
    reference = fields.get("reference", "")
    if not reference and numbered:
        reference = _next_reference(books)
    if not reference:
        raise RefusedError("The field reference is required.")
    if not fields["name"].strip():
        raise RefusedError("The field name is required.")
    if books.value("SELECT id FROM customer WHERE reference = ?", reference):
        raise RefusedError(f"A customer with the reference {reference} already exists.")
    columns = defaults(books) | {"short_name": fields["name"][:8]} | _columns(books, fields, {})
    customer_id = books.insert("customer", reference=reference, **columns, **books.stamps())
    _merge_lists(books, customer_id, fields)
    books.effect("customer.created", id=customer_id, reference=reference)
    return customer_id


def defaults(books: Books) -> Fields:
    """Return the columns of a new account as the sales ledger settings have them."""
    settings = books.settings("sales_ledger")
    return {
        "tax_code_id": settings["default_tax_code_id"] or books.control("tax_code"),
        "nominal_id": books.control("revenue"),
        "band_id": books.value("SELECT id FROM price_band WHERE standard = 1"),
        "country_id": books.value("SELECT id FROM country WHERE code = ?", books.profile.country),
        "payment_terms_days": settings["default_payment_terms_days"],
        "payment_terms_basis": settings["default_payment_terms_basis"],
        "early_settlement_discount_days": settings["early_settlement_discount_days"],
        "early_settlement_discount_percent": settings["early_settlement_discount_percent"],
        "months_to_keep_transactions": settings["keep_transactions_for"],
        "terms_agreed": int(settings["default_terms_agreed"]),
        "account_opened": books.today().isoformat(),
    }


def amend_customer(books: Books, customer_id: int, body: Mapping[str, Any]) -> None:
    """Change an account; its reference cannot be changed."""
    customer = books.need("customer", customer_id, "Customer")
    fields = checked(body, CUSTOMER)
    books.locks.touch(customer_record(customer))
    if fields.get("reference", customer["reference"]) != customer["reference"]:
        raise RefusedError("The reference of a customer cannot be changed.")
    if not fields.get("name", customer["name"]).strip():
        raise RefusedError("The field name is required.")
    if fields.get("associated_head_office_id") == customer_id:
        raise RefusedError("A customer cannot be its own head office.")
    current = {"address": json.loads(customer["address"]), "credit_memo": json.loads(customer["credit_memo"] or "{}")}
    books.update("customer", customer_id, **_columns(books, fields, current), updated=books.stamp())
    _merge_lists(books, customer_id, fields)
    books.effect("customer.amended", id=customer_id, reference=customer["reference"])


def delete_customer(books: Books, customer_id: int) -> None:
    """Delete an account that has no transactions and no documents, with all that hangs on it."""
    customer = books.need("customer", customer_id, "Customer")
    books.locks.touch(customer_record(customer))
    name = f"Customer account {customer['reference']}"
    for table, column, why in (
        ("posted", "customer_id", "has transactions"),
        ("document", "customer_id", "has sales orders or returns"),
        ("customer", "associated_head_office_id", "is the head office of other accounts"),
    ):
        if books.value(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1", customer_id):  # noqa: S608  # our own
            raise RefusedError(f"{name} {why} and cannot be deleted.")
    of_contacts = "SELECT id FROM customer_contact WHERE customer_id = ?"
    for kind in KINDS.values():
        if kind.owner == OF_CONTACT:
            books.run(f"DELETE FROM {kind.table} WHERE {OF_CONTACT} IN ({of_contacts})", customer_id)  # noqa: S608  # our own
    for kind in KINDS.values():
        if kind.owner == OF_CUSTOMER:
            books.run(f"DELETE FROM {kind.table} WHERE {OF_CUSTOMER} = ?", customer_id)  # noqa: S608  # our own names
    books.run("DELETE FROM customer_price_band WHERE customer_id = ?", customer_id)
    breaks = "DELETE FROM discount_break WHERE discount_id IN (SELECT id FROM discount WHERE customer_id = ?)"
    books.run(breaks, customer_id)
    books.run("DELETE FROM discount WHERE customer_id = ?", customer_id)
    books.run("DELETE FROM customer WHERE id = ?", customer_id)
    books.effect("customer.deleted", id=customer_id, reference=customer["reference"])


def _next_reference(books: Books) -> str:
    number = int(books.setting("sales_ledger", "next_account_number"))
    while books.value("SELECT id FROM customer WHERE reference = ?", f"{number:0{NEW_REFERENCE_DIGITS}d}"):
        number += 1
    books.set_setting("sales_ledger", "next_account_number", number + 1)
    return f"{number:0{NEW_REFERENCE_DIGITS}d}"


def _merge_lists(books: Books, customer_id: int, fields: Fields) -> None:
    for name, kind in OF_ACCOUNT.items():
        if name in fields:
            merge(books, KINDS[kind], customer_id, fields[name])


def _columns(books: Books, fields: Fields, current: Mapping[str, dict[str, Any]]) -> Fields:
    """Return the keyed fields as columns; RefusedError for the first that Sage would not take."""
    _check(books, fields)
    professional = {word.partition(":")[0] for word in PROFESSIONAL_ONLY.split()}
    hidden = frozenset() if books.profile.professional else professional
    columns: Fields = {
        COLUMNS.get(name, name): _stored(value)
        for name, value in fields.items()
        if name not in WORKED_OUT and name not in hidden
    }
    if fields.get("default_nominal_code_reference"):
        nominal = find_nominal(
            books,
            fields["default_nominal_code_reference"],
            fields.get("default_nominal_code_cost_centre", ""),
            fields.get("default_nominal_code_department", ""),
        )
        columns["nominal_id"] = nominal["id"]
    if "main_address" in fields:
        address = checked(fields["main_address"], ADDRESS)
        check_references(books, address, {"address_country_code_id": REFERENCES["country_code_id"]})
        columns["address"] = json.dumps(current.get("address", {}) | address)
    if "credit_memo_note" in fields:
        columns["credit_memo"] = _credit_memo(books, fields["credit_memo_note"], current.get("credit_memo", {}))
    return columns


def _stored(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def _credit_memo(books: Books, body: Mapping[str, Any], current: Mapping[str, Any]) -> str:
    """Return the note on an account's credit as it is kept: the first writing dates it, the last changes it."""
    now = books.stamp()
    kept = {"created_by": books.user, "date_time_created": now} | dict(current)
    note = checked(body, "note:s1000").get("note", "")
    return json.dumps(kept | {"note": note, "date_time_updated": now})


def _check(books: Books, fields: Fields) -> None:
    for name, known in VALUES.items():
        if name in fields and fields[name] not in known:
            raise RefusedError(f"The value {fields[name]} of {name} is not valid.")
    check_references(books, fields, REFERENCES)
    tax_code_id = fields.get("default_tax_code_id")
    if tax_code_id and books.value("SELECT id FROM tax_code WHERE id = ? AND removed = 0", tax_code_id) is None:
        raise RefusedError(f"The tax code {tax_code_id} does not exist.")
    base: sqlite3.Row | None = books.row("SELECT id, symbol FROM currency WHERE base = 1")
    if base is not None and fields.get("currency_id", 0) not in {0, base["id"]}:
        raise RefusedError("Customer accounts are kept in the base currency of the company.")
    for name in ("payment_terms_days", "early_settlement_discount_days", "months_to_keep_transactions"):
        if not 0 <= fields.get(name, 0) <= DAYS_MOST:
            raise RefusedError(f"The field {name} must be between 0 and {DAYS_MOST}.")
    priority = fields.get("order_priority", "")
    if priority and not "A" <= priority.upper() <= "Z":
        raise RefusedError("The field order_priority must be a letter from A to Z.")
