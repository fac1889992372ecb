"""What a company starts with beside its chart and its stock: people's words, layouts, categories, control accounts."""

from __future__ import annotations

from tieout.sandbox.sage200.company.books import Books

USERS = ("TIEOUT", "JSMITH", "APATEL", "MOWENS", "KDAVIES", "JBROWN", "SAGEADMIN")
SALUTATIONS = (("Mr", "Mister"), ("Mrs", "Mistress"), ("Ms", "Ms"), ("Mx", "Mx"), ("Dr", "Doctor"))
ROLES = (("Account", True), ("Send Order To", False), ("Send Invoice To", False), ("Send Statement To", False))
DOCUMENT_TYPES = (
    ("Sales order acknowledgement", "SOPOrderAcknowledgement", "SOP"),
    ("Sales invoice", "SOPInvoice", "SOP"),
    ("Sales credit note", "SOPCreditNote", "SOP"),
    ("Despatch note", "SOPDespatchNote", "SOP"),
    ("Customer statement", "SLStatement", "SalesLedger"),
)
TERMS = (
    ("COSTCENTRE", "Cost centre", "Cost centres"),
    ("DEPARTMENT", "Department", "Departments"),
    ("WAREHOUSE", "Warehouse", "Warehouses"),
    ("BIN", "Bin", "Bins"),
)
CATEGORIES = (
    ("0100", "Current assets", "BalanceSheet", "Asset", "1"),
    ("0200", "Current liabilities", "BalanceSheet", "Liability", "2"),
    ("0300", "Capital and reserves", "BalanceSheet", "Liability", "3"),
    ("0400", "Turnover", "ProfitAndLoss", "Income", "4"),
    ("0500", "Cost of sales", "ProfitAndLoss", "Expense", "5"),
    ("0700", "Overheads", "ProfitAndLoss", "Expense", "7"),
)
CONTROLS = (
    ("Debtors control", "debtors", "BalanceSheet", "Debtors Control"),
    ("VAT on sales", "vat_output", "BalanceSheet", "Tax Control"),
    ("Stock", "stock", "BalanceSheet", "Stock Control"),
    ("Cost of sales", "cost_of_sales", "ProfitAndLoss", "Cost Of Sales"),
    ("Sales", "revenue", "ProfitAndLoss", "Default Sales"),
)
VAT_INPUT = "2201"
OTHER_CURRENCIES = {
    "GBP": (("EUR", "€", "Euro", 1_150_000), ("USD", "$", "US Dollar", 1_270_000)),
    "EUR": (("GBP", "£", "Pound Sterling", 870_000), ("USD", "$", "US Dollar", 1_100_000)),
}
MEMBERS_OF_THE_EU = ("IE", "FR", "DE")
ANALYSIS = ("Channel", ("Web", "Shop", "Phone"))
ANALYSED = (("SOPOrderReturn", "Sales orders and returns"), ("SLCustomerAccount", "Customer accounts"))
PRICE_BOOK_SETTINGS: dict[str, object] = {
    "id": 1,
    "use_limited_price_bands": False,
    "use_customer_discount_groups": True,
    "use_stock_item_discounts": True,
    "use_product_group_discounts": True,
    "use_quantity_based_discounts": True,
    "use_order_value_discounts": True,
}
NOMINAL_SETTINGS: dict[str, object] = {
    "id": 1,
    "allow_additional_trans_analysis": False,
    "is_consolidation_enabled": False,
    "keep_nominal_transactions": True,
    "months_to_keep_transactions": 24,
    "use_expanded_budgets": False,
    "budget_titles": [],
    "budget_profiles": [],
}


def seed_finance(books: Books) -> None:
    """Fill the lists of financials, nominal and cash book; call after the chart, banks and base currency are there."""
    for name in USERS:
        books.insert("sage_user", name=name)
    _people(books)
    _documents(books)
    _money(books)
    _nominal(books)
    for key, single, plural in TERMS:
        books.insert("configurable_term", name=key, single=single, plural=plural)
    for area, settings in (("price_book", PRICE_BOOK_SETTINGS), ("nominal_ledger", NOMINAL_SETTINGS)):
        for name, value in settings.items():
            books.set_setting(area, name, value)


def _people(books: Books) -> None:
    stamps = books.stamps()
    for code, description in SALUTATIONS:
        books.insert("salutation", code=code, description=description, is_default=int(code == "Mr"), **stamps)
    for role, default in ROLES:
        books.insert("trader_contact_role", role=role, is_default=int(default), for_suppliers=int(default), **stamps)
    books.insert("credit_bureau", name="None", is_default=1, **stamps)
    books.insert("credit_position", name="Good", is_default=1, **stamps)
    books.insert("credit_position", name="Doubtful", **stamps)
    code_id = books.insert("analysis_code", name=ANALYSIS[0], **stamps)
    for value in ANALYSIS[1]:
        books.insert(
            "analysis_value",
            analysis_code_id=code_id,
            value=value,
            is_default=int(value == ANALYSIS[1][0]),
            **stamps,
        )
    for class_name, friendly in ANALYSED:
        books.insert(
            "analysis_mapping", class_name=class_name, friendly=friendly, slot=1, analysis_code_id=code_id, **stamps
        )


def _documents(books: Books) -> None:
    stamps = books.stamps()
    for number, (description, value, module) in enumerate(DOCUMENT_TYPES):
        role_id = min(number + 1, len(ROLES))
        key = books.insert(
            "document_type", description=description, value=value, role_id=role_id, module=module, **stamps
        )
        books.insert(
            "document_layout",
            document_type_id=key,
            name=f"{description} (single)",
            layout=f"{value}.srt",
            is_default=1,
            **stamps,
        )


def _money(books: Books) -> None:
    """Date the lists that came before stamps, and add the currencies that the company only translates."""
    stamps = books.stamps()
    for iso, symbol, name, rate in OTHER_CURRENCIES[books.profile.currency.iso]:
        books.insert("currency", iso=iso, symbol=symbol, name=name, base=0, rate=rate)
    for table in ("currency", "country"):
        books.run(f"UPDATE {table} SET created = ?, updated = ?", *stamps.values())  # noqa: S608  # our own tables
    marks = ", ".join("?" * len(MEMBERS_OF_THE_EU))
    books.run(f"UPDATE country SET eu = 1 WHERE code IN ({marks})", *MEMBERS_OF_THE_EU)  # noqa: S608  # marks only
    books.run("UPDATE bank SET account_type = 'Cash' WHERE code = 'CASH'")


def _nominal(books: Books) -> None:
    stamps = books.stamps()
    layouts = {
        kind: books.insert("report_layout", name=name, report_type=kind)
        for kind, name in (("BalanceSheet", "Balance sheet"), ("ProfitAndLoss", "Profit and loss account"))
    }
    for number, (code, description, report, category, first) in enumerate(CATEGORIES, start=1):
        key = books.insert(
            "report_category",
            code=code,
            description=description,
            report_type=report,
            category_type=category,
            **stamps,
        )
        books.run("UPDATE nominal SET report_category_id = ? WHERE account LIKE ?", key, f"{first}%")
        books.insert(
            "report_row",
            layout_id=layouts[report],
            number=number,
            line_type="Total",
            title=description,
            category_id=key,
        )
    vat = books.value("SELECT id FROM nominal WHERE account = ? AND cost_centre = ''", VAT_INPUT)
    books.set_setting("control", "vat_input", vat)
    for name, control, reporting, kind in CONTROLS:
        books.insert(
            "control_nominal",
            name=name,
            nominal_id=books.control(control),
            reporting_type=reporting,
            type=kind,
            **stamps,
        )
    books.insert("transaction_analysis_code", code="GENERAL", description="General", **stamps)
