"""Answers that are worked out rather than listed: settings and the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.ledger.settings import sales_ledger_settings
from tieout.sandbox.sage200.reading.enquiries_sop import permissions

Json = dict[str, Any]


def _current_user(books: Books) -> object:
    return {
        "id": 1,
        "logon_name": books.user,
        "friendly_name": "Tieout integration",
        "email_address": "sage@tieout.example",
        "is_web_user": True,
    }


def _company(books: Books) -> object:
    profile = books.profile
    return [
        {
            "id": 1,
            "name": profile.name,
            "tax_registration_number": profile.tax_number,
            "country_code_id": books.value("SELECT id FROM country WHERE code = ?", profile.country),
            "address": {"id": 1, **dict(profile.address)},
        }
    ]


def _system(books: Books) -> object:
    def upcoming(series: str) -> int:
        return int(books.value("SELECT upcoming FROM counter WHERE name = ?", series) or 1)

    numbers = {
        "next_urn": str(upcoming("urn")),
        "next_invoice_number": upcoming("invoice_no"),
        "next_credit_note_number": upcoming("credit_note_no"),
    }
    return [books.settings("system") | numbers]


SINGLETONS: dict[str, Callable[[Books], object]] = {
    "sites": lambda books: [books.profile.as_site()],
    "current_user": _current_user,
    "company_details": _company,
    "current_user_sop_user_permissions": permissions,
    "sop_user_permissions": permissions,
    "sop_settings": lambda books: [books.settings("sop")],
    "stock_settings": lambda books: [books.settings("stock")],
    "system_settings": _system,
    "sales_ledger_settings": sales_ledger_settings,
}
