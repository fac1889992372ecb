"""The rate between two currencies on a day, as the API works it out; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import divided
from tieout.sandbox.sage200.company.refusals import RefusedError
from tieout.sandbox.sage200.reading.catalogue import RESOURCES
from tieout.sandbox.sage200.reading.enumerations_finance import FINANCE_TYPES
from tieout.sandbox.sage200.reading.reads import read_one
from tieout.sandbox.sage200.reading.resources import conversion

ONE = 1_000_000
ASKED = "currency_from_id:i! currency_to_id:i! exchange_rate_type:s20 currency_transaction_type:s50 transaction_date:d"


def exchange_rate(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many units of the second currency one unit of the first buys (the direction is assumed)."""
    fields = checked(body, ASKED)
    for name, values in (
        ("exchange_rate_type", "exchange_rate_types"),
        ("currency_transaction_type", "currency_transaction_types"),
    ):
        if name in fields and fields[name] not in {row["value"] for row in FINANCE_TYPES[values]}:
            raise RefusedError(f"The value of {name} is not valid.")
    rates = {}
    for side in ("from", "to"):
        row = books.row("SELECT * FROM currency WHERE id = ?", fields[f"currency_{side}_id"])
        if row is None:
            raise RefusedError(f"The currency {fields[f'currency_{side}_id']} does not exist.")
        rates[side] = row
    on: date = fields.get("transaction_date", books.today())
    rate, money = conversion("r"), conversion("m")
    answer: dict[str, Any] = {}
    for side, row in rates.items():
        answer |= {
            f"currency_{side}_id": row["id"],
            f"currency_{side}_rate": rate(row["rate"]),
            f"currency_{side}_value": money(0),
            f"currency_{side}_is_amendable": not row["base"],
            f"currency_{side}_no_periods": True,
            f"currency_{side}_is_expired": False,
            f"currency_{side}": read_one(books, RESOURCES["currencies"], row["id"]),
        }
    base = books.value("SELECT id FROM currency WHERE base = 1")
    return answer | {
        "exchange_rate_type": fields.get("exchange_rate_type", "ExchangeRateSingle"),
        "currency_transaction_type": fields.get("currency_transaction_type", "CurrencyTransactionCash"),
        "transaction_date": f"{on.isoformat()}T00:00:00Z",
        "exchange_rate": rate(divided(rates["to"]["rate"] * ONE, rates["from"]["rate"])),
        "currency_base": read_one(books, RESOURCES["currencies"], base),
    }
