"""The delivery addresses of customers, as a document copies them."""

from __future__ import annotations

import sqlite3
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.refusals import RefusedError

COPIED = {
    **{name: name for name in ("postal_name", "address_1", "address_2", "address_3", "address_4", "city", "county")},
    **{name: name for name in ("postcode", "contact", "tax_number")},
    "telephone_number": "telephone",
    "fax_number": "fax",
    "email_address": "email",
}


def delivery_address_of(books: Books, customer: sqlite3.Row, address_id: int) -> dict[str, Any]:
    """Return a delivery address of the customer as a document keeps it; RefusedError when it is another's."""
    found = books.row(
        "SELECT * FROM customer_delivery_address WHERE id = ? AND customer_id = ?", address_id, customer["id"]
    )
    if found is None:
        raise RefusedError(f"The delivery address {address_id} is not one of customer {customer['reference']}.")
    held = dict(found)
    copied = {theirs: held[ours] for theirs, ours in COPIED.items() if held.get(ours)}
    return copied | {name: held[name] for name in ("tax_code_id", "country_code_id") if held[name]}
