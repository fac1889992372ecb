"""The sales ledger that every company starts with: its settings, ageing periods and finance charges."""

from __future__ import annotations

from tieout.sandbox.sage200.company.books import Books

AGEING_DAYS = (30, 60, 90)
OVERDUE_DAYS = (7, 14, 28)
FINANCE_CHARGES = ((1, 200), (2, 400), (3, 800))
"""Code and percentage in hundredths of a per cent."""

SALES_LEDGER_SETTINGS: dict[str, object] = {
    "id": 1,
    "copy_statements_for_head_offices": False,
    "allow_batch_processing": False,
    "auto_generate_account_numbers": False,
    "next_account_number": 1,
    "allow_additional_trans_analysis": False,
    "use_card_processing": False,
    "use_transaction_date_for_allocation": False,
    "early_settlement_discount_days": 0,
    "early_settlement_discount_percent": 0,
    "keep_transactions_for": 12,
    "archive_transaction_after_keeping": True,
    "maximum_enquiry_transactions_to_display": 500,
    "show_outstanding_transactions": True,
    "tax_recovery_period": 6,
    "default_tax_code_id": 0,
    "default_terms_agreed": True,
    "no_of_reporting_periods": len(AGEING_DAYS),
    "default_payment_terms_basis": "PaymentDueFromDocumentDate",
    "default_payment_terms_days": 30,
    "use_account_periods_as_trading_periods": True,
    "revalue_foreign_entries": False,
    "statement_terms": "StatementTermsAllTransactions",
    "statement_ageing_terms": "StatementAgeingTermsTypeEnumInstrumentDate",
    "charge_interest_on_finance_charges": False,
}


def seed_sales(books: Books) -> None:
    """Lay out the sales ledger of a new company; call inside a transaction."""
    stamps = books.stamps()
    shown = {"date_time_created": stamps["created"], "date_time_updated": stamps["updated"]}
    for name, value in SALES_LEDGER_SETTINGS.items():
        books.set_setting("sales_ledger", name, value)
    for name, days in (("ageing_periods", AGEING_DAYS), ("overdue_periods", OVERDUE_DAYS)):
        periods = [{"id": n, "days_period_starts_after": day} | shown for n, day in enumerate(days, start=1)]
        books.set_setting("sales_ledger", name, periods)
    for name, moment in shown.items():
        books.set_setting("sales_ledger", name, moment)
    for code, percent in FINANCE_CHARGES:
        books.insert("finance_charge", code=code, percent=percent, **stamps)
