"""The enumerations of stock, as (description, value); where Sage's own spelling is not public the value is the word."""

from __future__ import annotations

from collections.abc import Iterable

from tieout.sandbox.sage200.reading.resources import ENUMS

Pairs = tuple[tuple[str, str], ...]


def _same(*words: str) -> Pairs:
    return tuple((word, word) for word in words)


def _prefixed(prefix: str, *words: str) -> Pairs:
    return tuple((word, prefix + word.replace(" ", "")) for word in words)


MOVEMENT_TYPES = (
    "Allocation - Customer",
    "In - Unknown Source",
    "In - SOP",
    "In - Transfer",
    "Out - Write Off",
    "Out - Internal",
    "Out - FOC",
    "Out - SOP",
    "Out - Transfer",
    "In - POP",
    "In (No Price) - POP",
    "BOM Build",
    "Out - POP",
    "Out (No Price) - POP",
    "BOM Issue",
    "Allocation - Adjustment",
)
MOVEMENT_GROUPS = ("Allocation", "Goods Out", "Goods In", "On POP Order")
STOCKTAKE_TYPES = ("By Stock Item", "By Bin")
STOCKTAKE_STATUSES = (
    "No stocktake",
    "Selecting items",
    "Sheets printed",
    "Entering counts",
    "Complete",
    "Requires Approval",
)
WAREHOUSE_TYPES = ("Normal", "Supplier returns", "Direct delivery")
STOCK_ENUMS: dict[str, Pairs] = {
    "auto_generate_option_types": (
        ("Do not generate", "EnumDoNotGenerate"),
        ("Generate on request", "Generate on request"),
        ("Always generate", "Always generate"),
    ),
    "bom_cost_heading_types": _same("Materials", "Labour", "Machine", "Set up", "Subcontract", "Overhead"),
    "bom_item_types": (
        ("Component", "EnumBOMItemTypeComponent"),
        *_same("Subassembly", "Phantom", "Built/Bought"),
    ),
    "costing_method_types": _prefixed("EnumCostingMethodType", "FIFO", "Average", "Standard", "Actual"),
    "discrepancy_status_types": _same("No Discrepancy", "Discrepancy Found", "Discrepancy Resolved"),
    "entry_source_types": _prefixed("EnumEntrySourceType", "Stock", "SOP", "POP", "BOM", "Manual"),
    "fulfilment_method_types": (
        ("From stock", "EnumFulfilmentFromStock"),
        *_same("Supplier via stock", "Direct to customer"),
    ),
    "fulfilment_sequence_types": (
        ("Bin priority", "EnumBinPriority"),
        *_same(
            "Smallest quantity first", "Largest quantity first", "Oldest sell by date", "Oldest use by date", "FIFO"
        ),
    ),
    "label_printing_option_types": (
        ("Not required", "EnumNotRequired"),
        *_same("One for each stock item", "One for each goods received"),
    ),
    "landed_costs_types": (("Not applicable", "EnumNotApplicable"), *_same("Value based", "Percentage based")),
    "pricing_source_types": (("Last buying price", "LastBuyingPrice"), ("List price", "ListPrice")),
    "product_search_types": _prefixed("EnumStockItemType", "All", "Stock", "ServiceLabour", "Misc"),
    "product_transaction_group_types": _same(*MOVEMENT_GROUPS),
    "product_transaction_types": _same(*MOVEMENT_TYPES),
    "product_types": (
        ("Stock", "EnumStockItemTypeStock"),
        ("Service/labour", "EnumStockItemTypeServiceLabour"),
        ("Miscellaneous", "EnumStockItemTypeMisc"),
    ),
    "serial_allocated_to_who_types": _prefixed("EnumSerialAllocatedToWho", "Not", "This", "Other"),
    "source_area_types": _prefixed(
        "EnumSourceAreaType", "Supplier", "Customer", "Internal", "WriteOff", "OpeningBalance", "BOM"
    ),
    "stocktake_selector_value_types": _same("Average buying price", "Value of stock"),
    "stocktake_status_types": _same(*STOCKTAKE_STATUSES),
    "stocktake_traceable_types": _same("Non-Traceable", "Serial Numbered", "Batch Numbered", "Batch and Serial"),
    "stocktake_types": _same(*STOCKTAKE_TYPES),
    "traceable_issue_status_types": _same("All", "Issued Only", "Not Issued"),
    "traceable_types": (
        ("Non-Traceable", "EnumTraceableTypeNone"),
        ("Serial Numbered", "EnumTraceableTypeSerial"),
        ("Batch Numbered", "EnumTraceableTypeBatch"),
    ),
    "unit_types": _same("Base", "Stock", "Additional"),
    "warehouse_types": _same(*WAREHOUSE_TYPES),
}
STOCK_TYPES: dict[str, list[dict[str, object]]] = {
    name: [{"id": i, "description": said, "value": value} for i, (said, value) in enumerate(pairs)]
    for name, pairs in STOCK_ENUMS.items()
}


def values_of(name: str) -> tuple[str, ...]:
    """Return the values that an enumeration of stock knows."""
    if name == "product_status_types":
        return tuple(value for _, _, value in ENUMS["product_status"])
    return tuple(value for _, value in STOCK_ENUMS[name])


def number_sql(name: str, column: str) -> str:
    """Return SQL for the number of an enumeration's value in a column; 0 when it is none of them."""
    return _case(column, values_of(name))


def _case(column: str, values: Iterable[str]) -> str:
    whens = " ".join(f"WHEN '{value}' THEN {i}" for i, value in enumerate(values))
    return f"CASE {column} {whens} ELSE 0 END"
