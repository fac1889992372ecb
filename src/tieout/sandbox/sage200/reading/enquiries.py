"""Answers that are worked out rather than listed: settings and the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.ledger.settings import sales_ledger_settings
from tieout.sandbox.sage200.reading.enquiries_sop import permissions
from tieout.sandbox.sage200.reading.settings import FINANCE_SETTINGS

Json = dict[str, Any]


def _current_user(books: Books) -> object:
    return {
        "id": 1,
        "logon_name": books.user,
        "friendly_name": "Tieout integration",
        "email_address": "sage@tieout.example",
        "is_web_user": True,
    }


SINGLETONS: dict[str, Callable[[Books], object]] = {
    **FINANCE_SETTINGS,
    "sites": lambda books: [books.profile.as_site()],
    "current_user": _current_user,
    "current_user_sop_user_permissions": permissions,
    "sop_user_permissions": permissions,
    "sop_settings": lambda books: [books.settings("sop")],
    "stock_settings": lambda books: [books.settings("stock")],
    "sales_ledger_settings": sales_ledger_settings,
}
