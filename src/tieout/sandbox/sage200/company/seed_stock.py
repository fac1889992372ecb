"""What the starting company has for stock: units, groups by costing method, areas, categories, search values."""

from __future__ import annotations

from tieout.sandbox.sage200.company.books import Books

NINE_PLACES = 1_000_000_000
UNITS = (("Pack of 6", 6), ("Case of 24", 24))
GROUPS = (
    ("GOODS-STD", "Goods at STANDARD cost", "EnumStockItemTypeStock", "STANDARD"),
    ("GOODS-ACT", "Goods at ACTUAL cost", "EnumStockItemTypeStock", "ACTUAL"),
    ("SERVICES", "Services and labour", "EnumStockItemTypeServiceLabour", "FIFO"),
    ("MISC", "Miscellaneous items", "EnumStockItemTypeMisc", "FIFO"),
)
SYSTEM_WAREHOUSES = (
    ("Supplier returns", "Supplier returns"),
    ("Direct delivery", "Direct delivery"),
)
NORMAL_WAREHOUSE = "Normal"
STANDARD_EDITION = {
    "integrate_stock_management_with_nominal": False,
    "generate_cos_for_sop": False,
    "use_search_categories": False,
    "allow_negative_stocktake": True,
    "allow_negative_stocktake_with_purchase_order": True,
    "record_numbers_on_goods_received": False,
}
"""The stock settings that Sage 200 Standard fixes, as the notes on the fields say."""

SEARCH = (("Colour", ("None", "Blue", "Red", "White")), ("Season", ("None", "Summer", "Winter")))


def seed_stock(books: Books) -> None:
    """Add to a starting company what stock needs; call after the chart of accounts and the first groups."""
    stamps = books.stamps()
    if books.edition != "Professional":
        for name, value in STANDARD_EDITION.items():
            books.set_setting("stock", name, value)
    books.run("UPDATE unit SET created = ?, updated = ?", *stamps.values())
    for name, multiple in UNITS:
        books.insert("unit", name=name, multiple=multiple * NINE_PLACES, **stamps)
    books.set_setting("control", "accrual", _nominal(books, "2110", "Goods received not invoiced"))
    for code, description, kind, costing in GROUPS:
        books.insert("product_group", code=code, description=description, type=kind, costing=costing, **stamps)
    for name, kind in SYSTEM_WAREHOUSES:
        books.insert("warehouse", name=name, description=name, trading=0, type=kind, **stamps)
    for name in ("Damaged", "Lost"):
        books.insert("write_off_category", name=name, nominal_id=books.control("write_off"), **stamps)
    internal = books.value("SELECT id FROM nominal WHERE account = '5300' AND cost_centre = ''")
    for name in ("Shop fittings", "Samples"):
        books.insert("internal_area", name=name, is_default=int(name == "Samples"), nominal_id=internal, **stamps)
    _search(books)
    for name, sign in (("Hyphen", "-"), ("Slash", "/")):
        books.insert("separator", name=name, sign=sign, **stamps)
    for name in ("Materials", "Labour"):
        books.insert("bom_cost_heading", type=name, name=name, **stamps)
    books.insert("supplier", reference="POTTERY", name="Pottery Supplies Ltd", **stamps)


def _nominal(books: Books, account: str, name: str) -> int:
    return books.insert(
        "nominal",
        account=account,
        cost_centre="",
        department="",
        name=name,
        type="NominalAccountTypePosting",
        **books.stamps(),
    )


def _search(books: Books) -> None:
    stamps = books.stamps()
    goods = books.value("SELECT id FROM product_group WHERE code = 'GOODS'")
    for name, values in SEARCH:
        category = books.insert("search_category", name=name, **stamps)
        books.insert("group_search_category", group_id=goods, search_category_id=category, **stamps)
        for value in values:
            books.insert(
                "search_value", search_category_id=category, name=value, is_none=int(value == "None"), **stamps
            )
