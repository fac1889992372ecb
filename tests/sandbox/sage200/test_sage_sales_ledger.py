"""The sales ledger of the Sage 200 stand-in: due dates, discounts, queries, archiving, views, settings."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

THE_DAY = "2026-11-20T00:00:00Z"


def shop(sage: Sage) -> int:
    return sage.id_of("customers", "reference eq 'SHOP'")


def invoice(sage: Sage, value: int = 100, **more: Json) -> Json:
    body = {"customer_id": shop(sage), "document_goods_value": value, "transaction_date": THE_DAY} | more
    return sage.one("sales_posted_transactions", f"urn eq {sage.post('sales_invoices', body)['urn']}")


def receipt(sage: Sage, value: int = 100, **more: Json) -> Json:
    bank = sage.id_of("banks", "code eq 'CARD'")
    body = {"customer_id": shop(sage), "bank_id": bank, "cheque_value": value, "transaction_date": THE_DAY} | more
    return sage.one("sales_posted_transactions", f"urn eq {sage.post('sales_receipts', body)['urn']}")


def allocate(sage: Sage, *pairs: tuple[Json, int], **more: Json) -> None:
    lines = [{"posted_tran_id": row["id"], "value_to_allocate": value} for row, value in pairs]
    sage.post("sales_allocations", {"customer_id": shop(sage), "allocation_lines": lines} | more)


def settled_pair(sage: Sage, on: str) -> tuple[Json, Json]:
    """Post an invoice and a receipt of one day that settle each other."""
    pair = invoice(sage, transaction_date=on), receipt(sage, transaction_date=on)
    allocate(sage, (pair[0], 100), (pair[1], -100))
    return pair


@pytest.mark.parametrize(
    ("basis", "days", "on", "due"),
    [
        ("PaymentDueFromDocumentDate", 30, "2026-11-20", "2026-12-20"),
        ("PaymentDueFromDocumentDate", 0, "2026-11-20", "2026-11-20"),
        ("PaymentDueFromEndOfMonth", 0, "2026-11-20", "2026-11-30"),
        ("PaymentDueFromEndOfMonth", 14, "2026-11-20", "2026-12-14"),
        ("PaymentDueFromCalendarMonth", 30, "2026-10-31", "2026-11-30"),
        ("PaymentDueFromCalendarMonth", 70, "2026-11-20", "2027-01-30"),
    ],
)
def test_an_invoice_falls_due_by_the_terms_of_the_account(sage: Sage, basis: str, days: int, on: str, due: str) -> None:
    sage.put(f"customers/{shop(sage)}", {"payment_terms_basis": basis, "payment_terms_days": days})
    assert invoice(sage, transaction_date=f"{on}T00:00:00Z")["due_date"] == f"{due}T00:00:00Z"
    line = {"product": "MUG", "quantity": "1"}
    order = {"customer": "SHOP", "document_date": on, "lines": [line], "despatched": True, "invoiced": True}
    sage.control("POST", "load", {"orders": [order]})
    of_order = sage.get("sales_posted_transactions", filter="document_tax_value ne 0")
    assert [row["due_date"] for row in of_order] == [f"{due}T00:00:00Z"]
    given = invoice(sage, due_date="2027-02-03T00:00:00Z", settled_immediately=True)
    assert (given["due_date"], given["settled_immediately"]) == ("2027-02-03T00:00:00Z", True)


def test_the_settlement_discount_comes_from_the_account(sage: Sage) -> None:
    terms = {"early_settlement_discount_percent": 2.5, "early_settlement_discount_days": 10}
    sage.put(f"customers/{shop(sage)}", terms)
    blank = sage.post("sales_invoices_new", {"customer_id": shop(sage)})
    assert (blank["discount_percent"], blank["discount_days"]) == (Decimal("2.5"), 10)
    row = invoice(sage)
    assert (row["discount_days"], row["document_discount_value"]) == (10, Decimal("2.50"))
    view = sage.get(f"sales_transaction_enquiry_views/{row['id']}")
    assert (view["discount_due_date"], view["discount_days"]) == ("2026-11-30T00:00:00Z", "10")
    assert view["document_discounted_value"] == Decimal("97.50")


def test_a_discount_taken_on_a_receipt_clears_the_invoice_and_is_an_expense(sage: Sage) -> None:
    row, paid = invoice(sage), receipt(sage, 97, settlement_discount_value=3)
    assert paid["document_gross_value"] == -100
    allocate(sage, (row, 100), (paid, -100))
    accounts = sage.control("GET", "ledgers/nominal")["accounts"]
    balances = {found["account"]: Decimal(found["balance"]) for found in accounts if not found["cost_centre"]}
    assert [balances[account] for account in ("1300", "1210", "4900")] == [0, 97, 3]
    assert sage.get(f"sales_posted_transactions/{paid['id']}")["bank_items"][0]["cheque_value"] == 97
    sage.proofs()


def test_new_documents_carry_the_defaults_of_the_account_and_store_nothing(sage: Sage) -> None:
    before = sage.get("system_settings")[0]["next_urn"]
    for path in ("sales_invoices_new", "sales_credit_notes_new"):
        blank = sage.post(path, {"customer_id": shop(sage)})
        assert blank["nominal_analysis_items"][0]["code"] == "4000"
        assert ("due_date" in blank) is (path == "sales_invoices_new")
        assert "does not exist" in sage.refused(path, {"customer_id": 987})
    assert sage.get("sales_posted_transactions") == []
    assert sage.get("system_settings")[0]["next_urn"] == before
    blank = sage.call("POST", "sales_invoices_new", {"customer_id": shop(sage)}).json()
    assert sage.post("sales_invoices", blank)["urn"] == before


@pytest.mark.parametrize(
    ("path", "more", "said"),
    [
        ("sales_invoices", {"exchange_rate": 1.5}, "exchange_rate must be 1"),
        ("sales_receipts", {"cheque_currency_id": 987}, "currency of the cheque"),
        ("sales_receipts", {"customer_cheque_value": 5}, "customer_cheque_value"),
        ("sales_receipts", {"settlement_discount_value": -1}, "settlement discount"),
        ("sales_payments", {"settlement_discount_value": 1}, "settlement discount"),
        ("sales_payments", {"bank_id": 987}, "bank account 987"),
        (
            "sales_credit_notes",
            {"nominal_analysis_items": [{"code": "4000", "transaction_analysis_code": "X"}]},
            "not used",
        ),
    ],
)
def test_documents_that_do_not_fit_the_ledger_are_refused(sage: Sage, path: str, more: Json, said: str) -> None:
    body = {"customer_id": shop(sage), "document_goods_value": 10, "cheque_value": 10}
    body["bank_id"] = sage.id_of("banks", "code eq 'CARD'")
    assert said in sage.refused(path, body | more)
    assert sage.get("sales_posted_transactions") == []


def test_a_transaction_analysis_code_is_kept_when_the_ledger_uses_them(sage: Sage) -> None:
    sage.put("sales_ledger_settings/1", {"allow_additional_trans_analysis": True})
    row = invoice(sage, nominal_analysis_items=[{"code": "4000", "transaction_analysis_code": "FAIR"}])
    item = sage.get(f"sales_posted_transactions/{row['id']}")["nominal_analysis_items"][0]
    assert item["transaction_analysis_code"] == "FAIR"


def test_only_the_query_of_a_transaction_can_be_changed(sage: Sage) -> None:
    row = invoice(sage)
    changed = sage.put(f"sales_posted_transactions/{row['id']}", {"queried": "Q", "reference": "OTHER"})
    assert (changed["queried"], changed["reference"]) == ("Q", row["reference"])
    assert sage.one("sales_transaction_views", "query eq 'Q'")["posted_customer_transaction_id"] == row["id"]
    assert "too long" in sage.refused(f"sales_posted_transactions/{row['id']}", {"queried": "QQ"}, method="PUT")


def test_memos_of_a_transaction_are_entered_amended_and_deleted(sage: Sage) -> None:
    row = invoice(sage)
    made = sage.post("sales_posted_transaction_memos", {"posted_customer_transaction_id": row["id"], "note": "Rang"})
    assert sage.get(f"sales_posted_transactions/{row['id']}/sales_posted_transaction_memos") == [made]
    assert sage.get(f"sales_transaction_enquiry_views/{row['id']}")["memo_note_status"] == "Y"
    path = f"sales_posted_transaction_memos/{made['id']}"
    changed = sage.put(path, {"note": "Rang again", "is_active": False})
    assert (changed["note"], changed["is_active"]) == ("Rang again", False)
    moved = {"posted_customer_transaction_id": invoice(sage)["id"]}
    assert "cannot be moved" in sage.refused(path, moved, method="PUT")
    sage.call("DELETE", path)
    assert sage.call("GET", path).status_code == 404


def test_an_allocation_shows_on_both_sides_what_it_was_against(sage: Sage) -> None:
    row, paid = invoice(sage, reference="INV"), receipt(sage, 60, reference="REC")
    allocate(sage, (row, 60), (paid, -60), allocation_date="2026-11-19T00:00:00Z")
    found = sage.get(f"sales_posted_transactions/{row['id']}")
    session = found["allocation_session_items"][0]
    assert (session["reference"], session["allocation_value"], session["value"]) == ("REC", -60, -60)
    assert session["allocation_date"] == "2026-11-19T00:00:00Z"
    assert found["allocation_history_items"][0]["allocation_value"] == 60
    assert "full_settlement_date" not in found
    other = sage.get(f"sales_posted_transactions/{paid['id']}")
    assert other["allocation_session_items"][0]["reference"] == "INV"
    assert other["full_settlement_date"] == "2026-11-19T00:00:00Z"
    statuses = [row["allocation_status"] for row in sage.get("sales_transaction_enquiry_views")]
    assert statuses == ["Part allocated", "Fully allocated"]
    assert set(statuses) <= {value["value"] for value in sage.get("allocation_status_types")}


def test_the_settings_can_date_an_allocation_by_its_receipt(sage: Sage) -> None:
    sage.put("sales_ledger_settings/1", {"use_transaction_date_for_allocation": True})
    row, paid = invoice(sage), receipt(sage, transaction_date="2026-11-12T00:00:00Z")
    allocate(sage, (row, 100), (paid, -100))
    settled = sage.get(f"sales_posted_transactions/{row['id']}")["full_settlement_date"]
    assert settled == "2026-11-12T00:00:00Z"


def test_archived_transactions_leave_the_current_ledger_and_stay_readable(sage: Sage) -> None:
    old, new = settled_pair(sage, "2026-10-05T00:00:00Z"), settled_pair(sage, THE_DAY)
    half = invoice(sage, transaction_date="2026-10-05T00:00:00Z")
    assert sage.control("POST", "desktop/archive-ledger", {"upto": "2026-10-31"}) == {"archived": 2}
    left = {row["id"] for row in sage.get("sales_posted_transactions")}
    assert left == {new[0]["id"], new[1]["id"], half["id"]}
    for path in ("sales_historical_transactions", f"customers/{shop(sage)}/sales_historical_transactions"):
        assert [row["id"] for row in sage.get(path)] == [row["id"] for row in old]
    archived = sage.get(f"sales_historical_transactions/{old[0]['id']}")
    assert (archived["urn"], archived["document_outstanding_value"]) == (old[0]["urn"], 0)
    assert archived["nominal_analysis_items"][0]["code"] == "4000"
    gone = f"sales_posted_transactions/{old[0]['id']}"
    assert sage.call("GET", gone).status_code == 404
    assert "archived" in sage.refused(gone, {"queried": "Q"}, method="PUT")
    assert sage.get("customers", filter="reference eq 'SHOP'")[0]["balance"] == 100
    assert {row["posted_customer_transaction_id"] for row in sage.get("sales_transaction_views")} == left
    sage.proofs()


def aged(sage: Sage, path: str, **params: str) -> Json:
    asked = {f"${name}": value for name, value in params.items()}
    url = f"/sage200/uk/sage200extra/accounts/v1/{path}"
    return sage.http.get(url, params=asked, headers=sage.headers).json()


def test_debts_are_aged_by_transaction_date_due_date_or_calendar_month(sage: Sage) -> None:
    for number, on in enumerate(("2026-12-01", "2026-11-20", "2026-10-15", "2026-09-01", "2026-03-01"), start=1):
        invoice(sage, number, transaction_date=f"{on}T00:00:00Z")
    summary = aged(sage, "sales_aged_debtor_summary_views")[0]
    names = ("future", "current", "period_1", "period_2", "period_3", "past")
    assert [summary[f"doc_{name}"] for name in names] == [1, 2, 3, 4, 0, 5]
    assert [summary[f"aged_period_{number}"] for number in (1, 2, 3, 4)] == ["30", "60", "90", ""]
    by_due = aged(sage, "sales_aged_debtor_summary_views", ageingdatetype="duedate")[0]
    assert [by_due[f"base_{name}"] for name in names] == [3, 3, 4, 0, 0, 5]
    by_month = aged(sage, "sales_aged_debtor_detailed_views", ageingdatetype="calendarmonth")
    assert [[row[f"doc_{name}"] for name in names].index(number) for number, row in enumerate(by_month, 1)] == [
        0, 1, 2, 3, 5,
    ]  # fmt: skip
    assert "ageingdatetype" in str(aged(sage, "sales_aged_debtor_summary_views", ageingdatetype="moon"))
    assert aged(sage, "sales_aged_debtor_detailed_views", filter="doc_period_2 gt 0")[0]["doc_period_2"] == 4


def test_the_ageing_periods_follow_the_settings(sage: Sage) -> None:
    invoice(sage, 7, transaction_date="2026-11-10T00:00:00Z")
    periods = [{"id": 1, "days_period_starts_after": 7}, {"id": 2, "days_period_starts_after": 14}]
    sage.put("sales_ledger_settings/1", {"ageing_periods": periods})
    row = aged(sage, "sales_aged_debtor_summary_views")[0]
    assert (row["doc_period_1"], row["aged_period_1"], row["aged_period_2"]) == (7, "7", "14")
    wrong = {"ageing_periods": [{"id": 1, "days_period_starts_after": 99}]}
    assert "more days" in sage.refused("sales_ledger_settings/1", wrong, method="PUT")


def test_looking_back_undoes_what_was_posted_and_allocated_later(sage: Sage) -> None:
    row = invoice(sage, transaction_date="2026-10-05T00:00:00Z")
    allocate(sage, (row, 100), (receipt(sage), -100))
    assert aged(sage, "sales_aged_transaction_period_views") == []
    back = aged(sage, "sales_aged_transaction_period_views", periodnumber="1")
    assert back == [
        {
            "customer_id": shop(sage),
            "base_outstanding_value": 100.0,
            "ageing_period_name": "Current",
            "ageing_date": "2026-10-31T00:00:00Z",
        }
    ]
    assert aged(sage, "sales_aged_transaction_period_views", periodnumber="2") == []


def test_periods_and_years_sum_what_an_account_was_invoiced_credited_and_paid(sage: Sage) -> None:
    settled_pair(sage, "2026-10-05T00:00:00Z")
    invoice(sage, 7)
    sage.post("sales_credit_notes", {"customer_id": shop(sage), "document_goods_value": 2, "transaction_date": THE_DAY})
    rows = sage.get("customer_period_value_views", filter=f"customer_id eq {shop(sage)}")
    figures = [
        (row["analysis_period_start_date"][:7], row["period_value_total_invoice_value_to_date"],
         row["period_value_total_credit_note_value_to_date"], row["period_value_total_cash_value_to_date"])
        for row in rows
    ]  # fmt: skip
    assert figures == [("2026-10", 100, 0, 100), ("2026-11", 7, 2, 0)]
    year = sage.one("customer_year_value_views", "customer_reference eq 'SHOP'")
    assert year["year_value_total_invoice_value_to_date"] == 107
    assert (year["number_of_periods_in_year"], year["year_relative_to_current_year"]) == (12, 0)


def test_invoiced_lines_tell_what_was_earned_on_them(sage: Sage) -> None:
    line = {"product": "MUG", "quantity": "2", "unit_price": "10.00"}
    done = {"customer": "SHOP", "lines": [line], "despatched": True, "invoiced": True}
    sage.control("POST", "load", {"orders": [done]})
    row = sage.get("customer_sop_invoice_credit_line_views", filter="customer_reference eq 'SHOP'")[0]
    assert (row["product_code"], row["invoice_line_profit_analysis_line_quantity"]) == ("MUG", 2)
    assert row["sop_invoice_credit_line_total_value"] == 20
    profit = row["invoice_line_profit_analysis_realised_profit_value"]
    assert profit == 20 - row["invoice_line_profit_analysis_realised_cost_value"]


def test_the_settings_of_the_ledger_are_one_record(sage: Sage) -> None:
    settings = sage.get("sales_ledger_settings")[0]
    changed = sage.put("sales_ledger_settings/1", {"use_card_processing": True})
    assert changed == settings | {"use_card_processing": True, "date_time_updated": changed["date_time_updated"]}
    assert sage.get("sales_ledger_settings/1") == changed
    assert sage.call("PUT", "sales_ledger_settings/2", {}).status_code == 404
    assert "statement_terms" in sage.refused("sales_ledger_settings/1", {"statement_terms": "None"}, method="PUT")


@pytest.mark.parametrize(
    "name",
    [
        "document_transmission_method_types",
        "head_office_types",
        "statement_ageing_terms",
        "statement_layout_types",
        "statement_terms",
    ],
)
def test_an_enumeration_is_listed_with_value_and_description(sage: Sage, name: str) -> None:
    rows = sage.get(name)
    assert [row["id"] for row in rows] == list(range(len(rows)))
    assert all(row["value"] and row["description"] for row in rows)


def test_trading_periods_are_the_accounting_periods(sage: Sage) -> None:
    found = sage.one("sales_trading_periods", "start_date eq 2026-11-01")
    assert (found["period_number"], found["end_date"]) == ("11", "2026-11-30T00:00:00Z")
    assert sage.get(f"sales_trading_periods/{found['id']}") == found
