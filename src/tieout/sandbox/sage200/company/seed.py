"""What every company of the sandbox starts with; its profile says in which currency and with which VAT codes."""

from __future__ import annotations

from tieout.sandbox.sage200.company.books import Books
from tieout.sandbox.sage200.company.periods import create_periods
from tieout.sandbox.sage200.company.seed_finance import seed_finance
from tieout.sandbox.sage200.company.seed_sales import seed_sales
from tieout.sandbox.sage200.company.seed_sop import PERMISSIONS, SOP_SETTINGS, seed_sop
from tieout.sandbox.sage200.company.seed_stock import seed_stock

TAX_CODE_BASE = 1728

COST_CENTRES = (("WEB", "Web shop"), ("SHP", "Shops"))
DEPARTMENTS = (("RET", "Retail"), ("ONL", "Online"))
POSTING = "NominalAccountTypePosting"
CHART = (
    ("1100", "Stock"),
    ("1200", "Current account"),
    ("1210", "Card takings"),
    ("1220", "Cash takings"),
    ("1230", "PayPal"),
    ("1240", "Klarna"),
    ("1250", "Gift cards issued"),
    ("1300", "Debtors control"),
    ("2200", "VAT on sales"),
    ("2201", "VAT on purchases"),
    ("3200", "Opening balances"),
    ("4000", "Sales of goods"),
    ("4010", "Sales returns"),
    ("4100", "Carriage charged"),
    ("4200", "Other sales"),
    ("4900", "Discounts allowed"),
    ("5000", "Cost of sales"),
    ("5100", "Stock written off"),
    ("5200", "Stock variance"),
    ("5300", "Internal use"),
    ("7601", "Bank and card fees"),
    ("7610", "Till over and short"),
)
BY_COST_CENTRE = ("4000", "4010", "4100", "5000")
BANKS = (
    ("CURRENT", "Current account", "1200"),
    ("CARD", "Card takings", "1210"),
    ("CASH", "Cash takings", "1220"),
    ("PAYPAL", "PayPal", "1230"),
    ("KLARNA", "Klarna", "1240"),
    ("GIFTCARD", "Gift cards", "1250"),
)
CONTROL = {
    "debtors": "1300",
    "vat_output": "2200",
    "opening": "3200",
    "stock": "1100",
    "cost_of_sales": "5000",
    "revenue": "4000",
    "carriage": "4100",
    "discount": "4900",
    "write_off": "5100",
    "variance": "5200",
}
COUNTRIES = (("GB", "United Kingdom"), ("IE", "Ireland"), ("FR", "France"), ("DE", "Germany"), ("US", "USA"))
WAREHOUSES = (
    ("HOME", "Main warehouse", True, ("A1", "B2", "GOODS-IN")),
    ("QUARANTINE", "Goods held back", False, ("Q1",)),
)
STOCK_SETTINGS: dict[str, object] = {
    "id": 1,
    "use_multiple_locations": True,
    "integrate_stock_management_with_nominal": True,
    "generate_cos_for_sop": True,
    "allow_negative_stocktake": False,
    "use_search_categories": True,
    "allow_negative_stocktake_with_purchase_order": False,
    "profit_percent_of_revenue": True,
    "record_numbers_on_goods_received": True,
    "allocate_individual_items": True,
    "allow_fulfilment_from_stock": True,
    "allow_fulfilment_from_supplier_via_stock": False,
    "allow_fulfilment_from_supplier_direct_to_customer": False,
    "use_landed_costs": False,
    "landed_costs_nominal_code_id": 0,
}
SYSTEM_SETTINGS: dict[str, object] = {
    "id": 1,
    "number_open_periods": 12,
    "update_nominal_online": True,
    "accounting_period_validation_type": "Acceptable",
    "invoice_credit_note_same_numbers": False,
    "transaction_date_validation": {
        "id": 1,
        "transaction_date_validation_type": "Period",
        "pre_days_normal": 31,
        "post_days_normal": 0,
        "pre_days_acceptable": 62,
        "post_days_acceptable": 31,
        "previous_year_classification": "Normal",
        "future_year_classification": "Acceptable",
        "closed_period_classification": "Unacceptable",
        "future_period_classification": "Acceptable",
    },
}
SETTINGS: dict[str, dict[str, object]] = {
    "sop": SOP_SETTINGS,
    "stock": STOCK_SETTINGS,
    "system": SYSTEM_SETTINGS,
    "permissions": PERMISSIONS,
    "forbidden": {"resources": [], "features": []},
    "company": {"release": "2025 R1"},
}


def seed(books: Books) -> None:
    """Fill empty tables with the starting company; call inside a transaction."""
    stamps = books.stamps()
    for code, name, rate in books.profile.tax_codes:
        books.insert("tax_code", id=TAX_CODE_BASE + code, code=code, name=name, rate=rate, **stamps)
    for table, rows in (("cost_centre", COST_CENTRES), ("department", DEPARTMENTS)):
        for code_text, title in rows:
            books.insert(table, code=code_text, name=title, **stamps)
    _chart(books)
    for code_text, title, account in BANKS:
        nominal = books.value("SELECT id FROM nominal WHERE account = ? AND cost_centre = ''", account)
        books.insert("bank", code=code_text, name=title, nominal_id=nominal, **stamps)
    currency = books.profile.currency
    books.insert("currency", id=1, symbol=currency.symbol, name=currency.name, iso=currency.iso, base=1)
    books.insert("price_band", id=1, name="Standard", description="Standard prices", standard=1, **stamps)
    books.insert("unit", id=1, name="Each")
    for code_text, title in COUNTRIES:
        books.insert("country", code=code_text, name=title)
    books.insert("courier", name="Royal Mail", **stamps)
    for group, costing in (("GOODS", "FIFO"), ("GOODS-AVG", "AVERAGE")):
        books.insert(
            "product_group",
            code=group,
            description=f"Goods at {costing} cost",
            type="EnumStockItemTypeStock",
            costing=costing,
            **stamps,
        )
    for area, settings in SETTINGS.items():
        for name, value in settings.items():
            books.set_setting(area, name, value)
    books.insert(
        "charge",
        code="CARRIAGE",
        name="Carriage",
        value=495,
        nominal_id=books.control("carriage"),
        tax_code_id=books.control("tax_code"),
        **stamps,
    )
    for name, description, trading, bins in WAREHOUSES:
        create_warehouse(books, name, description, list(bins), trading=trading)
    seed_sop(books)
    seed_stock(books)
    seed_sales(books)
    seed_finance(books)
    create_periods(books)


def _chart(books: Books) -> None:
    for account, title in CHART:
        places = [("", ""), *((centre, "") for centre, _ in COST_CENTRES if account in BY_COST_CENTRE)]
        for cost_centre, department in places:
            books.insert(
                "nominal",
                account=account,
                cost_centre=cost_centre,
                department=department,
                name=title,
                type=POSTING,
                **books.stamps(),
            )
    for name, account in CONTROL.items():
        found = books.value("SELECT id FROM nominal WHERE account = ? AND cost_centre = ''", account)
        books.set_setting("control", name, found)
    books.set_setting("control", "tax_code", TAX_CODE_BASE + 1)


def create_warehouse(books: Books, name: str, description: str, bins: list[str], *, trading: bool) -> int:
    """Add a warehouse with named bins, in order of allocation priority, and return its id."""
    warehouse_id = books.insert("warehouse", name=name, description=description, trading=int(trading), **books.stamps())
    for priority, bin_name in enumerate(bins or ["Unspecified"], start=1):
        add_bin(books, warehouse_id, bin_name, min(priority, 9))
    return warehouse_id


def add_bin(books: Books, warehouse_id: int, name: str, priority: int = 9) -> None:
    """Add a named bin to a warehouse."""
    books.run("INSERT OR IGNORE INTO warehouse_bin VALUES (?, ?, ?)", warehouse_id, name, priority)
