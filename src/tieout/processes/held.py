"""Documents that a missing rule holds: one fix of a table lets all of them go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tieout.domain.business_dates import uk_date
from tieout.ports.directory import Company
from tieout.processes.flows import FLOWS
from tieout.processes.lanes import Floor
from tieout.processes.routing import wake
from tieout.store import cases, mapping_rules
from tieout.store.store import Connection

MENDED_BY: Mapping[str, frozenset[str]] = {
    "reason": frozenset({"REASON_UNMAPPED", "NOMINAL_MISSING", "NOMINAL_CLOSED", "DISPOSITION_UNMAPPED"}),
    "disposition": frozenset({"DISPOSITION_UNMAPPED", "DISPOSITION_UNSAFE", "BIN_UNMAPPED", "RESTOCK_NOT_ATP"}),
    "storefront_location": frozenset({"STOREFRONT_LOCATION_UNMAPPED"}),
    "tender": frozenset({"TENDER_UNMAPPED"}),
    "customer": frozenset({"CUSTOMER_UNMAPPED", "ORDER_NOT_FOUND"}),
    "line_class": frozenset({"CARRIAGE_REFUND", "MANUAL_ADJUSTMENT", "NOT_A_RETURN", "TEST_PRODUCT"}),
    "bundle": frozenset({"BUNDLE_UNMAPPED", "LINE_NOT_ON_ORDER"}),
    "tax_rate": frozenset({"VAT_CODE_MISSING"}),
    "value_policy": frozenset(
        {
            "OUTCOME_NOT_COVERED",
            "FEE_NOT_COVERED",
            "ALLOWANCE_NOT_COVERED",
            "VALUE_NOT_APPROVED",
            "ZERO_PRICE_REFUSED",
            "EXCHANGE_ON_HOLD",
            "NOMINAL_MISSING",
            "NOMINAL_CLOSED",
            "VAT_CODE_MISSING",
            "TENDER_UNMAPPED",
            "POLICY_MISSING",
            "ORDER_NOT_FOUND",
        }
    ),
    "policy": frozenset(
        {
            "POLICY_MISSING",
            "BIN_UNMAPPED",
            "NOMINAL_MISSING",
            "REFUND_NE_INVOICE",
            "OVER_DESPATCHED",
            "SHORT_SHIPPED",
            "DESPATCH_PERIOD_CLOSED",
            "WAREHOUSE_ITEM_UNMAPPED",
            "UNAUTHORISED_RESTOCK",
            "CHARGE_UNMAPPED",
            "CHARGE_UNMATCHED",
        }
    ),
    "warehouse_node": frozenset({"WAREHOUSE_UNKNOWN", "UNKNOWN_LOCATION", "LOCATION_DIFFERS"}),
    "warehouse_site": frozenset({"UNKNOWN_LOCATION", "LOCATION_DIFFERS", "OVER_DESPATCHED", "LOCATION_MAP_BROKEN"}),
    "warehouse_item": frozenset(
        {"WAREHOUSE_ITEM_UNMAPPED", "UOM_NON_INTEGER", "SKU_NOT_ON_ORDER", "UNKNOWN_STOCK_CODE"}
    ),
    "warehouse_alias": frozenset({"SKU_NOT_ON_ORDER", "SUBSTITUTED", "PICK_NOT_STOCK_ITEM", "UNKNOWN_STOCK_CODE"}),
    "country": frozenset({"DELIVERY_ADDRESS_INCOMPLETE"}),
    "carrier": frozenset({"CARRIER_UNMAPPED"}),
    "stock_reason": frozenset(
        {"STOCK_REASON_UNMAPPED", "MOVEMENT_NOT_APPROVED", "NOMINAL_MISSING", "NOMINAL_CLOSED"},
    ),
    "warehouse_charge": frozenset({"CHARGE_UNMAPPED", "CHARGE_UNMATCHED", "NOMINAL_MISSING", "NOMINAL_CLOSED"}),
}
"""Which faults a change of a table can mend."""


def wake_held(c: Connection, company: Company, table: str, *, at: datetime) -> list[int]:
    """Wake every document on a case that a change of this table may mend; returns the lanes that must run."""
    mended = MENDED_BY.get(table, frozenset())
    if not mended:
        return []
    held = [(kind, key) for kind in FLOWS for key in cases.open_with(c, company.name, kind, mended)]
    return sorted({wake(c, company.name, company.lanes, key, at=at, kind=kind) for kind, key in held})


def wake_for_rows_begun(floor: Floor, company: Company) -> int:
    """Wake what rows may mend that were approved for a later day, once that day has come; returns how many lanes.

    Looks a few days back, because a machine may be down at midnight; to be looked at twice does no harm.
    """
    now, today = floor.clock(), uk_date(floor.clock())
    with floor.store.scope(company.name) as c:
        tables = mapping_rules.tables_begun(c, company.name, after=today - DAYS_BACK, until=today)
        lanes = {lane for table in tables for lane in wake_held(c, company, table, at=now)}
    return len(lanes)


DAYS_BACK = timedelta(days=3)
