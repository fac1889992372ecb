"""Enumerations against the resources that carry their values; the rest of the definition is tested in `contract/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Sage


def test_enumerations_are_listed_with_the_values_that_other_resources_carry(sage: Sage) -> None:
    order = sage.order()
    statuses = sage.get("sop_document_status_types")
    assert order["document_status"] in {row["value"] for row in statuses}
    moved = {row["transaction_type"] for row in sage.get("product_transaction_views")}
    assert moved <= {row["value"] for row in sage.get("product_transaction_types")}
    ledger = next(row["value"] for row in sage.get("ledger_types") if row["description"] == "Sales")
    asked = {"date": "2026-11-20T00:00:00Z", "ledger_type": ledger}
    assert sage.post("transaction_date_validation", asked)["classification"] == "Normal"
    assert sage.get("sop_settings/1")["update_stock_on_despatch"] is True
