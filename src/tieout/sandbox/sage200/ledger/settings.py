"""The sales ledger settings and its finance charges: read as one record, changed by what a PUT names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tieout.sandbox.sage200.company.bodies import checked
from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.figures import percent
from tieout.sandbox.sage200.company.refusals import NotFoundError, RefusedError
from tieout.sandbox.sage200.ledger.owned import check_references
from tieout.sandbox.sage200.ledger.terms import BASES
from tieout.sandbox.sage200.reading.enumerations_sales import STATEMENT_AGEING, STATEMENT_TERMS

Json = dict[str, Any]
SETTINGS = (
    "copy_statements_for_head_offices:b allow_batch_processing:b auto_generate_account_numbers:b next_account_number:i "
    "allow_additional_trans_analysis:b use_card_processing:b use_transaction_date_for_allocation:b "
    "early_settlement_discount_days:i early_settlement_discount_percent:p keep_transactions_for:i "
    "archive_transaction_after_keeping:b maximum_enquiry_transactions_to_display:i show_outstanding_transactions:b "
    "tax_recovery_period:i default_tax_code_id:i default_terms_agreed:b no_of_reporting_periods:i "
    "default_payment_terms_basis:s50 default_payment_terms_days:i use_account_periods_as_trading_periods:b "
    "ageing_periods:l overdue_periods:l revalue_foreign_entries:b statement_terms:s50 statement_ageing_terms:s50 "
    "charge_interest_on_finance_charges:b finance_charges:l"
)
VALUES = {
    "default_payment_terms_basis": BASES,
    "statement_terms": tuple(value for _, value in STATEMENT_TERMS),
    "statement_ageing_terms": tuple(value for _, value in STATEMENT_AGEING),
}
PERIODS = ("ageing_periods", "overdue_periods")
PERIODS_MOST = 8


def sales_ledger_settings(books: Books) -> list[Json]:
    """Return the settings as the one record of a list."""
    found = books.settings("sales_ledger")
    found["default_tax_code_id"] = found["default_tax_code_id"] or books.control("tax_code")
    found["early_settlement_discount_percent"] = percent(found["early_settlement_discount_percent"])
    found["finance_charges"] = [
        {
            "id": row["id"],
            "code": row["code"],
            "finance_charge_percent": percent(row["percent"]),
            "date_time_created": row["created"],
            "date_time_updated": row["updated"],
        }
        for row in books.rows("SELECT * FROM finance_charge ORDER BY id")
    ]
    stamps = {name: found.pop(name) for name in ("date_time_created", "date_time_updated")}
    return [found | stamps]


def amend_settings(books: Books, settings_id: int, body: Mapping[str, Any]) -> None:
    """Change the settings that the body names; NotFoundError for another record than the one there is."""
    if settings_id != books.setting("sales_ledger", "id"):
        raise NotFoundError(f"The sales_ledger_settings record {settings_id} does not exist.")
    fields = checked(body, SETTINGS)
    for name, known in VALUES.items():
        if name in fields and fields[name] not in known:
            raise RefusedError(f"The value {fields[name]} of {name} is not valid.")
    check_references(books, fields, {"default_tax_code_id": ("tax_code", "tax code")})
    for item in fields.pop("finance_charges", []):
        amend_finance_charge(books, checked(item, "id:i!")["id"], item)
    for name in PERIODS:
        if name in fields:
            fields[name] = _periods(books, name, fields[name])
    for name, value in fields.items():
        books.set_setting("sales_ledger", name, value)
    books.set_setting("sales_ledger", "date_time_updated", books.stamp())


def _periods(books: Books, name: str, items: Sequence[Mapping[str, Any]]) -> list[Json]:
    """Return the ageing or overdue periods with those that the body names by id changed, in rising order."""
    kept = {period["id"]: period for period in books.setting("sales_ledger", name)}
    for item in items:
        fields = checked(item, "id:i days_period_starts_after:i!")
        key = fields.get("id") or max(kept, default=0) + 1
        created = kept.get(key, {}).get("date_time_created", books.stamp())
        kept[key] = {
            "id": key,
            "days_period_starts_after": fields["days_period_starts_after"],
            "date_time_created": created,
            "date_time_updated": books.stamp(),
        }
    days = [period["days_period_starts_after"] for period in kept.values()]
    if len(days) > PERIODS_MOST or sorted(set(days)) != days or min(days, default=1) < 1:
        raise RefusedError(f"The {name} must start after more days each, and there are {PERIODS_MOST} at most.")
    return list(kept.values())


def amend_finance_charge(books: Books, charge_id: int, body: Mapping[str, Any]) -> None:
    """Change the code or the percentage of a finance charge."""
    found = books.need("finance_charge", charge_id, "Finance charge")
    fields = checked(body, "code:i finance_charge_percent:p")
    books.update(
        "finance_charge",
        charge_id,
        code=fields.get("code", found["code"]),
        percent=fields.get("finance_charge_percent", found["percent"]),
        updated=books.stamp(),
    )
