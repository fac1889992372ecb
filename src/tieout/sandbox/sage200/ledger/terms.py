"""Payment terms: when an invoice of an account falls due, and what may be deducted for paying early."""

from __future__ import annotations

import sqlite3
from calendar import monthrange
from datetime import date, timedelta

DOCUMENT_DATE = "PaymentDueFromDocumentDate"
END_OF_MONTH = "PaymentDueFromEndOfMonth"
CALENDAR_MONTH = "PaymentDueFromCalendarMonth"
BASES = (DOCUMENT_DATE, END_OF_MONTH, CALENDAR_MONTH)
DAYS_OF_A_MONTH = 30


def due_date(customer: sqlite3.Row, on: date) -> date:
    """Return when a document of this date falls due by the account's terms."""
    return due(on, customer["payment_terms_days"], customer["payment_terms_basis"])


def due(on: date, days: int, basis: str) -> date:
    """Return the due date: from the document, from the end of its month, or by calendar months.

    By calendar months every 30 days are a month, so that 30 days after the 31st of January is the end of February
    (assumed; Sage documents the names only).
    """
    if basis == END_OF_MONTH:
        return on.replace(day=monthrange(on.year, on.month)[1]) + timedelta(days=days)
    if basis == CALENDAR_MONTH:
        return later_by_months(on, days // DAYS_OF_A_MONTH) + timedelta(days=days % DAYS_OF_A_MONTH)
    return on + timedelta(days=days)


def later_by_months(on: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
