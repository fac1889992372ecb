"""People at the desktop: records open on screen, dead sessions, month end, corrections behind a client's back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tieout.sandbox.sage200.company.refusals import WORDINGS

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

FIRST_OF_MONTH = "2026-11-01"
NEXT_MONTH = "2026-12-01"


def ordered(sage: Sage, quantity: int = 2) -> Json:
    return sage.order(quantity=quantity, to_allocate_quantity=quantity)


def despatched(sage: Sage, quantity: int = 2) -> Json:
    order = ordered(sage, quantity)
    item = {"id": order["lines"][0]["id"], "quantity": quantity}
    sage.post("sop_confirm_despatch", {"sop_order_return_id": order["id"], "items": [item]})
    return sage.get(f"sop_orders/{order['id']}")


def despatch_no(sage: Sage) -> str:
    return str(sage.get("sop_despatch_receipts", orderby="id desc", top="1")[0]["despatch_no"])


def credited(sage: Sage, reference: str, **more: Json) -> int:
    customer = sage.id_of("customers", "reference eq 'SHOP'")
    body = {"customer_id": customer, "document_goods_value": 10, "reference": reference}
    return int(sage.post("sales_credit_notes", body | more)["urn"])


def mugs(sage: Sage) -> tuple[str, str]:
    """Return quantity and allocated quantity of the mugs in bin A1."""
    held = next(row for row in sage.control("GET", "ledgers/stock") if row["product"] == "MUG" and row["bin"] == "A1")
    return held["quantity"], held["allocated"]


@pytest.mark.parametrize("wording", sorted(WORDINGS))
def test_a_lock_is_told_in_the_wording_asked_for(sage: Sage, wording: str) -> None:
    sage.control(
        "POST", "desktop/open", {"record": "customer", "reference": "SHOP", "user": "APATEL", "wording": wording}
    )
    told = sage.refused("sales_credit_notes", {"customer_id": 1, "document_goods_value": 1})
    assert told == WORDINGS[wording].format(record="Customer account SHOP", holder="APATEL")


def test_a_wording_that_does_not_exist_is_refused(sage: Sage) -> None:
    asked = {"record": "customer", "reference": "SHOP", "wording": "shouting"}
    assert "unheard" in sage.control("POST", "desktop/open", asked, expect=400)["error"]


def test_whoever_has_a_record_open_may_work_on_it_and_nobody_else(sage: Sage) -> None:
    order = ordered(sage)
    mine = {"record": "order", "reference": order["document_no"], "user": "APATEL"}
    sage.control("POST", "desktop/open", mine)
    edit = {"order": order["document_no"], "customer_document_no": "NEW"}
    sage.control("POST", "desktop/edit", edit | {"user": "MOWENS"}, expect=423)
    sage.control("POST", "desktop/edit", edit | {"user": "APATEL"})
    assert sage.call("PUT", f"sop_orders/{order['id']}", {"customer_document_no": "X"}).status_code == 400
    assert sage.control("POST", "desktop/close", {"user": "APATEL"}) == {"released": 1}
    assert sage.call("PUT", f"sop_orders/{order['id']}", {"customer_document_no": "X"}).status_code == 200


def test_while_somebody_holds_the_numbers_nothing_is_numbered(sage: Sage) -> None:
    sage.control("POST", "desktop/open", {"record": "numbers", "user": "APATEL"})
    body = {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "document_goods_value": 1}
    assert "The number generator is in use by APATEL" in sage.refused("sales_credit_notes", body)
    assert sage.get("sales_posted_transactions") == []


def test_while_somebody_holds_a_warehouse_nothing_moves_in_it(sage: Sage) -> None:
    order = ordered(sage)
    sage.control("POST", "desktop/open", {"record": "warehouse", "reference": "HOME", "dress": "423"})
    item = {"id": order["lines"][0]["id"], "quantity": 1}
    despatch = {"sop_order_return_id": order["id"], "items": [item]}
    assert "Warehouse HOME is in use" in sage.refused("sop_confirm_despatch", despatch, status=423)
    sage.control("DELETE", "locks")
    sage.post("sop_confirm_despatch", despatch)


def test_a_dead_session_holds_its_records_until_somebody_clears_it(sage: Sage) -> None:
    order = ordered(sage)
    records = [{"record": "order", "reference": order["document_no"]}, {"record": "customer", "reference": "SHOP"}]
    sage.control("POST", "desktop/crash", {"records": records, "user": "KDAVIES"})
    sage.shift(7 * 86_400)
    sage.sign_in()
    assert "in use by KDAVIES" in sage.refused(f"sop_orders/{order['id']}", {"customer_document_no": "X"}, "PUT")
    assert sage.control("POST", "desktop/close", {"of": "KDAVIES", "user": "SAGEADMIN"}) == {"released": 2}
    assert sage.call("PUT", f"sop_orders/{order['id']}", {"customer_document_no": "X"}).status_code == 200


def test_month_end_needs_the_company_alone_and_holds_it(sage: Sage) -> None:
    sage.control("POST", "desktop/open", {"record": "customer", "reference": "SHOP", "user": "APATEL"})
    close = {
        "period_start": FIRST_OF_MONTH,
        "sub_ledger": "Sales",
        "status": "Closed",
        "seconds": 60,
        "user": "KDAVIES",
    }
    assert "APATEL" in sage.control("POST", "desktop/period", close, expect=400)["error"]
    sage.control("DELETE", "locks")
    sage.control("POST", "desktop/period", close)
    assert "The company is in use by KDAVIES" in sage.refused("flow_states", {"flow_id": "a", "value": "b"})
    sage.shift(61)
    sage.post("flow_states", {"flow_id": "a", "value": "b"})
    body = {"customer_id": 1, "document_goods_value": 1, "transaction_date": "2026-11-20T00:00:00Z"}
    assert "closed" in sage.refused("sales_credit_notes", body)


def test_a_deferred_entry_reaches_the_nominal_when_its_period_opens(sage: Sage) -> None:
    urn = credited(sage, "LATER", transaction_date=f"{NEXT_MONTH}T00:00:00Z")
    debtors = next(a for a in sage.control("GET", "ledgers/nominal")["accounts"] if a["account"] == "1300")
    assert debtors["deferred"] == "-10.00"
    opening = {"period_start": NEXT_MONTH, "sub_ledger": "Sales", "status": "Open"}
    assert "12 accounting periods" in sage.control("POST", "desktop/period", opening, expect=400)["error"]
    sage.control("POST", "desktop/period", {"period_start": "2025-12-01", "sub_ledger": "Sales", "status": "Closed"})
    sage.control("POST", "desktop/period", opening | {"sub_ledger": "CashBook"}, expect=400)
    sage.control("POST", "desktop/period", opening)
    debtors = next(a for a in sage.control("GET", "ledgers/nominal")["accounts"] if a["account"] == "1300")
    assert debtors["deferred"] == "0.00"
    row = sage.one("sales_posted_transactions", f"urn eq {urn}", expand="nominal_analysis_items")
    assert row["nominal_analysis_items"][0]["location"] == "Current"


def test_only_as_many_periods_are_open_as_the_settings_allow(sage: Sage) -> None:
    periods = sage.control("GET", "periods")
    open_ones = [p["period_start"] for p in periods if p["statuses"]["Stock"] == "Open"]
    assert open_ones == ["2025-12-01", *(f"2026-{month:02d}-01" for month in range(1, 12))]
    body = {"customer_id": 1, "document_goods_value": 1, "transaction_date": "2025-11-30T00:00:00Z"}
    assert "closed" in sage.refused("sales_credit_notes", body)


def validated(sage: Sage, **rules: Json) -> None:
    sage.control("PUT", "settings", {"system": {"transaction_date_validation": rules}})


def verdict(sage: Sage, day: str) -> str:
    asked = {"date": f"{day}T00:00:00Z", "ledger_type": "Sales"}
    return str(sage.post("transaction_date_validation", asked)["classification"])


def test_dates_are_judged_by_calendar_by_period_or_not_at_all(sage: Sage) -> None:
    validated(sage, transaction_date_validation_type="Calendar")
    days = ("2026-11-19", "2026-10-10", "2026-08-01", "2026-11-30", "2027-02-01")
    assert [verdict(sage, day) for day in days] == [
        "Normal",
        "Acceptable",
        "Unacceptable",
        "Acceptable",
        "Unacceptable",
    ]
    validated(sage, transaction_date_validation_type="Period", future_period_classification="Unacceptable")
    assert [verdict(sage, day) for day in days] == ["Normal", "Normal", "Normal", "Normal", "Unacceptable"]
    validated(sage, transaction_date_validation_type="None")
    assert {verdict(sage, day) for day in days} == {"Normal"}


def test_a_date_of_another_financial_year_has_a_verdict_of_its_own(sage: Sage) -> None:
    assert verdict(sage, "2025-12-31") == "Normal"
    validated(sage, previous_year_classification="Unacceptable")
    assert verdict(sage, "2025-12-31") == "Unacceptable"
    assert verdict(sage, "2026-01-01") == "Normal"


def test_an_invoice_run_bills_what_it_can_and_tells_the_rest(sage: Sage) -> None:
    first, second = despatched(sage), despatched(sage, 1)
    sage.control("POST", "locks", {"record": "order", "reference": second["document_no"], "holder": "JSMITH"})
    ran = sage.control("POST", "desktop/invoice-run", {})
    assert [row["document_no"] for row in ran["posted"]] == [first["document_no"]]
    assert [row["document_no"] for row in ran["refused"]] == [second["document_no"]]
    sage.control("DELETE", "locks")
    assert len(sage.control("POST", "desktop/invoice-run", {})["posted"]) == 1
    assert sage.control("POST", "desktop/invoice-run", {}) == {"posted": [], "refused": []}
    assert len(sage.get("sales_posted_transactions")) == 2
    sage.proofs()


def test_a_nominal_journal_is_posted_by_hand_and_balances(sage: Sage) -> None:
    lines = [{"nominal": "1210", "credit": "5.00"}, {"nominal": "1200", "debit": "5.00"}]
    assert sage.control("POST", "desktop/nominal-journal", {"reference": "J1", "lines": lines})["urn"] > 0
    sage.proofs()
    lopsided = sage.control("POST", "desktop/nominal-journal", {"lines": lines[:1]}, expect=400)
    assert "does not balance" in lopsided["error"]


def test_a_reversed_credit_note_is_settled_by_its_opposite(sage: Sage) -> None:
    urn = credited(sage, "WRONG")
    against = sage.control("POST", "desktop/reverse", {"urn": urn})["urn"]
    rows = {row["urn"]: row for row in sage.get("sales_posted_transactions", filter="reference eq 'WRONG'")}
    assert [rows[n]["document_gross_value"] for n in (urn, against)] == [-10, 10]
    assert {row["document_outstanding_value"] for row in rows.values()} == {0}
    sage.proofs()
    assert "allocat" in sage.control("POST", "desktop/reverse", {"urn": urn}, expect=400)["error"]


def test_a_deleted_posting_leaves_no_trace_in_any_ledger(sage: Sage) -> None:
    urn = credited(sage, "GONE")
    sage.control("POST", "desktop/delete-posting", {"urn": urn})
    assert sage.get("sales_posted_transactions", filter="reference eq 'GONE'") == []
    assert Decimal(sage.control("GET", "ledgers/nominal")["accounts"][7]["balance"]) == 0
    sage.proofs()


def test_a_deallocated_transaction_is_outstanding_again(sage: Sage) -> None:
    urn = credited(sage, "WRONG")
    sage.control("POST", "desktop/reverse", {"urn": urn})
    assert len(sage.control("POST", "desktop/deallocate", {"urn": urn})["sessions"]) == 1
    row = sage.one("sales_posted_transactions", f"urn eq {urn}")
    assert row["document_outstanding_value"] == -10
    sage.proofs()
    sage.control("POST", "desktop/deallocate", {"urn": urn}, expect=400)


def test_stock_of_an_order_is_given_back(sage: Sage) -> None:
    order = ordered(sage)
    assert mugs(sage)[1] == "2"
    sage.control("POST", "desktop/deallocate-stock", {"order": order["document_no"]})
    assert mugs(sage)[1] == "0"
    sage.proofs()


def test_a_despatch_that_is_taken_back_is_allocated_stock_again(sage: Sage) -> None:
    before = mugs(sage)
    order = despatched(sage)
    sage.control("POST", "desktop/amend-despatch", {"despatch_no": despatch_no(sage)})
    assert mugs(sage) == (before[0], "2")
    line = sage.get(f"sop_orders/{order['id']}")["lines"][0]
    assert (line["despatch_receipt_quantity"], line["allocated_quantity"]) == (0, 2)
    sage.proofs()
    item = {"id": line["id"], "quantity": 2}
    sage.post("sop_confirm_despatch", {"sop_order_return_id": order["id"], "items": [item]})
    sage.proofs()


def test_part_of_a_despatch_is_taken_back_but_nothing_that_is_invoiced(sage: Sage) -> None:
    order = despatched(sage)
    line = order["lines"][0]["id"]
    note = despatch_no(sage)
    back = {"despatch_no": note, "lines": [{"line_id": line, "quantity": "1"}]}
    sage.control("POST", "desktop/amend-despatch", back)
    assert sage.get(f"sop_orders/{order['id']}")["lines"][0]["despatch_receipt_quantity"] == 1
    sage.control("POST", "desktop/post-invoice", {"order": order["id"]})
    assert "invoiced" in sage.control("POST", "desktop/amend-despatch", back, expect=400)["error"]
    sage.proofs()


def test_a_customer_is_put_on_hold_by_a_person(sage: Sage) -> None:
    sage.control("POST", "desktop/change", {"customers": {"SHOP": {"on_hold": True}}, "user": "MOWENS"})
    assert "on hold" in sage.refused("sales_credit_notes", {"customer_id": 1, "document_goods_value": 1})


def test_an_order_on_hold_is_not_despatched_until_a_person_lets_it_go_on(sage: Sage) -> None:
    order = sage.order()
    before = sage.get(f"sop_orders/{order['id']}")["date_time_updated"]
    sage.control("POST", "desktop/hold", {"order": order["document_no"], "on_hold": True})
    held = sage.get(f"sop_orders/{order['id']}")
    assert held["document_status"] == "EnumDocumentStatusOnHold"
    assert held["date_time_updated"] > before
    sage.control("POST", "desktop/hold", {"order": order["document_no"], "on_hold": False})
    assert sage.get(f"sop_orders/{order['id']}")["document_status"] == "EnumDocumentStatusLive"
    sage.proofs()


def test_what_a_person_does_stands_in_the_journal_under_their_name(sage: Sage) -> None:
    since = sage.http.get("/_sandbox/sage200/journal").json()["entries"][-1]["seq"]
    sage.control("POST", "desktop/change", {"customers": {"SHOP": {"on_hold": True}}, "user": "MOWENS"})
    journal = sage.http.get(f"/_sandbox/sage200/journal?since={since}").json()["entries"]
    assert [(e["method"], e["path"], e["query"]) for e in journal] == [("DESKTOP", "change", "user=MOWENS")]
    assert journal[0]["status"] == 200
    assert journal[0]["effects"][0]["name"] == "company.changed"
