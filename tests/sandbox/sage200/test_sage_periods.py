"""Periods: open, closed and future per sub-ledger, and the validation of dates before posting."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

TODAY = date(2026, 11, 20)
THIS_MONTH = date(2026, 11, 1)
NEXT_MONTH = date(2026, 12, 1)


def credit(sage: Sage, day: str) -> Json:
    customer = sage.id_of("customers", "reference eq 'SHOP'")
    return {
        "customer_id": customer,
        "transaction_date": f"{day}T00:00:00Z",
        "document_goods_value": 1,
        "reference": "P",
    }


def verdict(sage: Sage, day: str, ledger: str = "Sales") -> str:
    asked = {"date": f"{day}T00:00:00Z", "ledger_type": ledger}
    return str(sage.post("transaction_date_validation", asked)["classification"])


def close(sage: Sage, start: str, sub_ledger: str = "Sales") -> None:
    sage.control("PUT", "periods", {"period_start": start, "sub_ledger": sub_ledger, "status": "Closed"})


def test_dates_in_open_future_and_closed_periods_are_told_apart(sage: Sage) -> None:
    assert verdict(sage, f"{THIS_MONTH}") == "Normal"
    assert verdict(sage, f"{NEXT_MONTH}") == "Acceptable"
    close(sage, f"{THIS_MONTH}")
    assert verdict(sage, f"{THIS_MONTH}") == "Unacceptable"
    assert verdict(sage, f"{THIS_MONTH}", "CashBook") == "Normal"
    assert verdict(sage, "1999-01-01") == "Unacceptable"
    assert "ledger type" in sage.refused("transaction_date_validation", {"date": "2026-11-20T00:00:00Z"})


def test_a_closed_period_refuses_postings_while_validation_is_on(sage: Sage) -> None:
    close(sage, f"{THIS_MONTH}")
    assert "closed" in sage.refused("sales_credit_notes", credit(sage, f"{THIS_MONTH}"))


def test_without_validation_a_posting_to_a_closed_period_lands_in_the_next_open_one(sage: Sage) -> None:
    none = {"transaction_date_validation_type": "None"}
    sage.control("PUT", "settings", {"system": {"transaction_date_validation": none}})
    close(sage, f"{TODAY.year - 1}-12-01")
    assert verdict(sage, f"{TODAY.year - 1}-12-05") == "Normal"
    sage.post("sales_credit_notes", credit(sage, f"{TODAY.year - 1}-12-05"))
    entries = sage.control("GET", "ledgers/nominal/1300")
    assert entries[0]["period_start"] == f"{TODAY.year}-01-01"
    assert entries[0]["date"] == f"{TODAY.year - 1}-12-05"


def test_the_nominal_entry_of_a_future_date_is_deferred(sage: Sage) -> None:
    urn = sage.post("sales_credit_notes", credit(sage, f"{NEXT_MONTH}"))["urn"]
    row = sage.one("sales_posted_transactions", f"urn eq {urn}", expand="nominal_analysis_items")
    assert row["nominal_analysis_items"][0]["location"] == "Deferred"
    sage.proofs()


def test_a_closed_stock_period_refuses_movements(sage: Sage) -> None:
    order = sage.order(quantity=1, to_allocate_quantity=1)
    close(sage, f"{THIS_MONTH}", "Stock")
    body = {
        "sop_order_return_id": order["id"],
        "despatch_receipt_date": f"{THIS_MONTH}T00:00:00Z",
        "items": [{"id": order["lines"][0]["id"], "quantity": 1}],
    }
    assert "closed" in sage.refused("sop_confirm_despatch", body)
    assert sage.get("product_transaction_views", filter="transaction_type eq 'Out - SOP'") == []


def test_the_calendar_of_periods_can_be_read(sage: Sage) -> None:
    row = sage.one("financial_year_period_views", f"period_start_date eq {THIS_MONTH}")
    assert (row["year_relative_to_current_year"], row["period_number"]) == (0, TODAY.month)
