"""Customer accounts: entering and amending them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from tieout.sandbox.sage200.company.bodies import Fields, checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.locks import Record
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.ledger.nominal import find_nominal

CUSTOMER = (
    "reference:s8 name:s60 short_name:s8 on_hold:b account_status_type:s20 credit_limit:m country_code_id:i "
    "default_tax_code_id:i vat_number:s30 default_nominal_code_reference:s8 default_nominal_code_cost_centre:s3 "
    "default_nominal_code_department:s3 price_band_id:i main_address:o telephone_country_code:s5 "
    "telephone_area_code:s20 telephone_subscriber_number:s200 website:s200"
)
ADDRESS = (
    "address_1:s60 address_2:s60 address_3:s60 address_4:s60 city:s60 county:s60 postcode:s10 address_country_code_id:i"
)
COLUMNS = {
    "name": "name",
    "short_name": "short_name",
    "on_hold": "on_hold",
    "account_status_type": "status",
    "credit_limit": "credit_limit",
    "country_code_id": "country_id",
    "default_tax_code_id": "tax_code_id",
    "vat_number": "vat_number",
    "price_band_id": "band_id",
}


def customer_record(customer: sqlite3.Row) -> Record:
    """Return the lockable record of a customer account."""
    return Record(kind="customer", id=customer["id"], label=f"Customer account {customer['reference']}")


def create_customer(books: Books, body: Mapping[str, Any]) -> int:
    """Open an account and return its id."""
    wanted = CUSTOMER.replace("reference:s8", "reference:s8!", 1).replace("name:s60", "name:s60!", 1)
    fields = checked(body, wanted)
    if not fields["reference"]:
        raise RefusedError("The field reference is required.")
    if books.value("SELECT id FROM customer WHERE reference = ?", fields["reference"]):
        raise RefusedError(f"A customer with the reference {fields['reference']} already exists.")
    defaults = {
        "tax_code_id": books.control("tax_code"),
        "nominal_id": books.control("revenue"),
        "band_id": books.value("SELECT id FROM price_band WHERE standard = 1"),
        "country_id": books.value("SELECT id FROM country WHERE code = ?", books.profile.country),
        "short_name": fields["name"][:8],
    }
    columns = defaults | _columns(books, fields)
    customer_id = books.insert("customer", reference=fields["reference"], **columns, **books.stamps())
    books.effect("customer.created", id=customer_id, reference=fields["reference"])
    return customer_id


def amend_customer(books: Books, customer_id: int, body: Mapping[str, Any]) -> None:
    """Change an account; its reference cannot be changed."""
    customer = books.need("customer", customer_id, "Customer")
    fields = checked(body, CUSTOMER)
    books.locks.touch(customer_record(customer))
    if fields.get("reference", customer["reference"]) != customer["reference"]:
        raise RefusedError("The reference of a customer cannot be changed.")
    books.update("customer", customer_id, **_columns(books, fields), updated=books.stamp())
    books.effect("customer.amended", id=customer_id, reference=customer["reference"])


def _columns(books: Books, fields: Fields) -> Fields:
    columns: Fields = {column: fields[name] for name, column in COLUMNS.items() if name in fields}
    if columns.get("tax_code_id"):
        tax_code = books.value("SELECT id FROM tax_code WHERE id = ? AND removed = 0", columns["tax_code_id"])
        if tax_code is None:
            raise RefusedError(f"The tax code {columns['tax_code_id']} does not exist.")
    if fields.get("default_nominal_code_reference"):
        nominal = find_nominal(
            books,
            fields["default_nominal_code_reference"],
            fields.get("default_nominal_code_cost_centre", ""),
            fields.get("default_nominal_code_department", ""),
        )
        columns["nominal_id"] = nominal["id"]
    if "main_address" in fields:
        columns["address"] = json.dumps(checked(fields["main_address"], ADDRESS))
    return columns
