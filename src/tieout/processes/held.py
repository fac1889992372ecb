"""Returns that a missing rule holds: one fix of a table lets all of them go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tieout.ports.directory import Company
from tieout.processes.kinds import RETURN
from tieout.processes.routing import wake
from tieout.store import cases
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
    "policy": frozenset({"POLICY_MISSING", "BIN_UNMAPPED", "NOMINAL_MISSING", "REFUND_NE_INVOICE"}),
}
"""Which faults a change of a table can mend."""


def wake_held(c: Connection, company: Company, table: str, *, at: datetime) -> list[int]:
    """Wake every return on a case that a change of this table may mend; returns the lanes that must run."""
    mended = MENDED_BY.get(table, frozenset())
    lanes = {
        wake(c, company.name, company.lanes, case.document_key, at=at)
        for case in cases.open_cases(c, limit=EVERY)
        if case.company == company.name and case.document_kind == RETURN and mended & _codes(case.faults)
    }
    return sorted(lanes)


EVERY = 1_000_000
"""All of them: a mapping that held ten thousand returns lets ten thousand go."""


def _codes(faults: object) -> set[str]:
    assert isinstance(faults, list), "a case holds a list of faults"
    return {str(fault.get("code")) for fault in faults if isinstance(fault, Mapping)}
