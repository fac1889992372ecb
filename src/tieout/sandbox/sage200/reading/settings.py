"""Answers of one record: the company, the system, the licence, the settings of price book, nominal and cash book."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tieout.sandbox.sage200.company.books import Books

Json = dict[str, Any]
LICENSED = (
    "sales",
    "purchase",
    "nominal",
    "cash_book",
    "stock",
    "price_book",
    "sales_orders",
    "purchase_orders",
    "additional_excel_reports",
)
PROFESSIONAL_MODULES = ("project_accounting", "manufacturing", "business_intelligence", "scripting")
NOT_LICENSED = ("fixed_assets", "invoicing", "bill_of_materials", *PROFESSIONAL_MODULES)
YEARS_HELD = 7


def company_details(books: Books) -> Json:
    """Return the company as its profile says, with what was changed since."""
    profile = books.profile
    country = books.row("SELECT id, name FROM country WHERE code = ?", profile.country)
    assert country is not None, f"no country {profile.country}"
    said = books.settings("company_details")
    address = {"id": 1, **dict(profile.address), "country": country["name"]} | said.pop("address", {})
    told = {
        "id": 1,
        "name": profile.name,
        "telephone": "",
        "fax": "",
        "email": "",
        "website": "",
        "tax_registration_number": profile.tax_number,
        "years_accounts_held_for": YEARS_HELD,
        "country_code_id": country["id"],
        "eori_number": "",
        "is_supplier_payments_enabled": False,
    }
    return told | said | {"address": address}


def system_settings(books: Books) -> Json:
    """Return the settings of the system, with the numbers that come next."""

    def upcoming(series: str) -> int:
        return int(books.value("SELECT upcoming FROM counter WHERE name = ?", series) or 1)

    year_end = books.value("SELECT finish FROM financial_year WHERE relative = 0")
    numbers = {
        "next_urn": str(upcoming("urn")),
        "next_invoice_number": upcoming("invoice_no"),
        "next_credit_note_number": upcoming("credit_note_no"),
        "next_journal_entry_number": upcoming("journal_no"),
        "financial_year_end_date": f"{year_end}T00:00:00Z",
    }
    return _SYSTEM_DEFAULTS | books.settings("system") | numbers


_SYSTEM_DEFAULTS: Json = {
    "first_vat_return_date_defined": False,
    "intrastat_value_for_consolidation": 0,
    "use_cost_centre_breakdown": True,
    "use_intrastat_reporting": False,
    "use_period_exchange_rates": False,
    "use_segmented_address": True,
    "use_additional_trans_analysis": False,
    "transaction_analysis_heading": "",
    "reverse_charge_minimum_value": 0,
}


def _licence(books: Books) -> Json:
    answer = {f"is_{name}_enabled": True for name in LICENSED} | {f"is_{name}_enabled": False for name in NOT_LICENSED}
    if not books.profile.professional:
        for name in PROFESSIONAL_MODULES:
            del answer[f"is_{name}_enabled"]
    return answer


def _cash_book(books: Books) -> Json:
    return {"id": 1, "default_bank_account_id": books.value("SELECT min(id) FROM bank")}


FINANCE_SETTINGS: dict[str, Callable[[Books], object]] = {
    "company_details": lambda books: [company_details(books)],
    "system_settings": lambda books: [system_settings(books)],
    "licence": _licence,
    "price_book_settings": lambda books: [books.settings("price_book")],
    "nominal_ledger_settings": lambda books: [books.settings("nominal_ledger")],
    "cash_book_settings": lambda books: [_cash_book(books)],
}
