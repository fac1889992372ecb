"""The `_types` of system, financials, price book, cash book, nominal and of order lines.

Values are those of public documents where one was seen. Where only the words for people are known, the value is those
words (an assumption, see `assumptions.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

Values = list[dict[str, object]]


def spoken(*words: str) -> Values:
    """Return values that are their own description."""
    return [{"id": number, "description": word, "value": word} for number, word in enumerate(words)]


def named(prefix: str, words: Iterable[str]) -> Values:
    """Return values of one prefix: "NominalAccountType" and "Posting"."""
    return [
        {"id": number, "description": word, "value": f"{prefix}{word.replace(' ', '')}"}
        for number, word in enumerate(words)
    ]


_LEDGERS = (
    "NotSpecified",
    "Sales",
    "Purchase",
    "Nominal",
    "Payroll",
    "ProjectCosting",
    "StockControl",
    "SOP",
    "POP",
    "Invoicing",
    "CashBook",
    "BOM",
    "FixedAssets",
    "Retail",
)
FINANCE_TYPES: dict[str, Values] = {
    "accounting_period_validation_types": spoken("Acceptable", "Unacceptable", "UseAccrual"),
    "ledger_types": named("Ledger", _LEDGERS),
    "time_unit_types": named("EnumTimeUnit", ("Day", "Week", "Month", "Year")),
    "transaction_date_validation_classifications": spoken("Normal", "Acceptable", "Unacceptable"),
    "transaction_date_validation_types": spoken("None", "Period", "Calendar"),
    "update_modes": spoken("Update", "Create", "Delete"),
    "aged_balances_ageing_types": spoken("TransactionDate", "DueDate", "CalendarMonth"),
    "allocation_status_types": spoken("Not allocated", "Part allocated", "Fully allocated"),
    "contact_number_types": spoken("Telephone", "Fax", "Mobile", "Email", "Website"),
    "currency_transaction_types": named("CurrencyTransaction", ("Cash", "NonCash")),
    "exchange_rate_amendability_types": [
        *spoken("Not amendable", "Amendable - cash postings only"),
        {"id": 2, "description": "Amendable - all", "value": "ExchangeAmendabilityAllTransactions"},
        {"id": 3, "description": "Fixed to Euro", "value": "Fixed to Euro"},
    ],
    "exchange_rate_types": named("ExchangeRate", ("Single", "Period", "Both")),
    "financial_report_layout_types": spoken("BalanceSheet", "ProfitAndLoss"),
    "financial_report_row_layout_debit_or_credit_types": spoken("Debit", "Credit"),
    "financial_report_row_layout_position_types": spoken("Left", "Right"),
    "financial_report_row_line_types": spoken("Heading", "Text", "Line", "Total", "Subtotal"),
    "tax_account_entry_types": named("TaxAccountEntry", ("Output", "Input")),
    "trader_account_types": named("TradingAccountType", ("OpenItem", "BalanceForward")),
    "trader_location_types": spoken("Main address", "Invoice address", "Delivery address"),
    "trader_payment_terms": named("PaymentDueFrom", ("Document Date", "End Of Month", "Calendar Month")),
    "trading_revaluation_allocation_entry_types": spoken("Allocation", "Revaluation"),
    "discount_or_surcharge_types": spoken("Discount", "Surcharge"),
    "flat_rate_or_quantity_break_types": spoken("Flat rate", "Quantity break"),
    "price_band_types": spoken("Universal", "Limited"),
    "pricing_types": spoken("Unit price", "Unit discount value", "Unit discount percentage", "Special price"),
    "source_of_price_types": spoken("Customer", "Stock item", "Product group"),
    "bank_account_types": spoken("Bank", "Cash", "Credit card"),
    "bank_entry_types": named("BankAccountEntryType.", ("Receipt", "Payment")),
    "electronic_bank_function_types": spoken("None", "Payments", "Statements", "Payments and statements"),
    "control_nominal_code_types": spoken(
        "Debtors Control", "Creditors Control", "Tax Control", "Stock Control", "Cost Of Sales", "Default Sales"
    ),
    "nominal_account_entry_location_types": spoken("Current", "Deferred"),
    "nominal_account_types": named("NominalAccountType", ("Posting", "Group", "Memo")),
    "nominal_budget_types": spoken("None", "Annual", "Period", "Profile"),
    "nominal_report_category_types": spoken("Asset", "Liability", "Income", "Expense"),
    "nominal_reporting_types": spoken("BalanceSheet", "ProfitAndLoss", "Cashflow", "SOFA"),
    "confirmation_intent_types": spoken("NoConfirmation", "Confirm", "ConfirmOnDespatch"),
    "intrastat_date_types": spoken("Despatch or receipt of goods", "VAT applied"),
    "intrastat_terms_of_delivery_types": spoken("EXW", "FOB", "CIF", "DAP", "DDU", "DDP"),
    "order_return_line_types": named("EnumLineType", ("Standard", "FreeText", "Charge", "Comment")),
}
