"""Nominal codes and their balances, where postings landed, and the simple records beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def pay(sage: Sage, value: float, on: str = "2026-11-20", **more: Json) -> int:
    bank = sage.id_of("banks", "code eq 'CURRENT'")
    item = {"code": "7601", "gross_value": value, "transaction_date": f"{on}T00:00:00Z", "reference": "X"}
    return int(sage.post("bank_payment", {"bank_id": bank, "nominal_analysis_items": [item | more]})["urn"])


def test_a_balance_is_what_was_brought_forward_and_this_years_movement(sage: Sage) -> None:
    sage.put("system_settings/1", {"number_open_periods": 20})
    sage.control("PUT", "periods", {"period_start": "2025-06-01", "sub_ledger": "CashBook", "status": "Open"})
    pay(sage, 30, "2025-06-30")
    pay(sage, 12)
    bank, fees = (sage.one("nominal_codes", f"reference eq '{code}'") for code in ("1200", "7601"))
    assert (bank["brought_forward_balance"], bank["balance_year_to_date"]) == (-30, -42)
    assert (bank["debit_balance_year_to_date"], bank["credit_balance_year_to_date"]) == (0, 12)
    assert (fees["brought_forward_balance"], fees["balance_year_to_date"]) == (0, 12)
    shown = sage.one("lookup_nominal_codes", "reference eq '1200'")
    assert (
        shown["balance_year_to_date"] == sage.one("nominal_code_views", "reference eq '1200'")["balance_year_to_date"]
    )
    assert shown["balance_year_to_date"] == -42


def test_period_values_add_up_to_the_balance(sage: Sage) -> None:
    pay(sage, 30, "2026-02-10")
    pay(sage, 12)
    fees = sage.one("nominal_codes", "reference eq '7601'")
    rows = sage.get("nominal_period_value_views", filter=f"nominal_code_id eq {fees['id']}")
    values = {row["accounting_period_start_date"][:7]: row["nominal_period_value_actual_value"] for row in rows}
    assert {month: value for month, value in values.items() if value} == {"2026-02": 30, "2026-11": 12}
    year = next(y for y in sage.get(f"nominal_codes/{fees['id']}")["financial_years"] if y["closing_balance"])
    assert (year["year_relative_to_current_year"], year["closing_balance"]) == (0, 42)


def test_the_totals_of_periods_are_those_of_the_postings(bare_sage: Sage) -> None:
    sage = bare_sage
    sage.control("POST", "bulk", {"posted": 60, "orders": 20, "movements": 20, "customers": 5, "products": 5})
    ids = {row["id"]: row for row in sage.get("nominal_codes", top="5000")}
    shown: dict[int, Decimal] = dict.fromkeys(ids, Decimal(0))
    for row in sage.get("nominal_period_value_views", top="5000"):
        shown[row["nominal_code_id"]] += row["nominal_period_value_actual_value"]
    booked: dict[int, Decimal] = dict.fromkeys(ids, Decimal(0))
    for row in sage.get("nominal_transaction_enquiry_views", top="5000"):
        booked[row["nominal_code_id"]] += row["debit"] - row["credit"]
    assert any(booked.values())
    assert shown == booked
    receipts = sage.get("bank_posted_transactions", top="5000")
    assert sum(row["cheque_value"] for row in receipts) == sum(row["balance"] for row in sage.get("banks"))


def test_a_posting_is_seen_on_each_account_that_it_reached(sage: Sage) -> None:
    urn = pay(sage, 12, narrative="Card fees")
    rows = sage.get("nominal_transaction_enquiry_views", filter=f"urn eq {urn}", orderby="id")
    assert [(row["debit"], row["credit"]) for row in rows] == [(0, 12), (12, 0)]
    fees = sage.one("nominal_codes", "reference eq '7601'")["id"]
    assert sage.get(f"nominal_codes/{fees}/nominal_transaction_enquiry_views") == [rows[1]]
    whole = sage.get(f"nominal_transaction_enquiry_views/{rows[1]['id']}")
    assert [item["bank_code"] for item in whole["bank_items"]] == ["CURRENT"]
    assert whole["narrative"] == "Card fees"


def test_postings_are_paged_by_id_through_an_index(sage: Sage) -> None:
    books = sage.system.books
    for condition in ("e.id > 5", "j.reference = 'X'", "j.urn = 7", "e.nominal_id = 3"):
        plan = books.rows(
            "EXPLAIN QUERY PLAN SELECT e.id FROM entry e JOIN journal j ON j.id = e.journal_id "  # noqa: S608
            "JOIN period p ON p.id = j.period_id JOIN financial_year y ON y.id = p.year_id "
            f"WHERE j.deferred = 0 AND {condition} ORDER BY e.id LIMIT 500"
        )
        assert not [step["detail"] for step in plan if step["detail"].startswith("SCAN")], condition


def test_a_nominal_code_is_entered_amended_and_deleted_while_unused(sage: Sage) -> None:
    new = sage.post("nominal_codes_new", {})
    centre = sage.id_of("cost_centres", "code eq 'WEB'")
    body = {name: new[name] for name in ("report_category_id", "nominal_account_type")}
    body |= {"reference": "7700", "name": "Postage", "cost_centre_id": centre, "analysis_code_1": "Post"}
    made = sage.post("nominal_codes", body)
    assert (made["reference"], made["cost_centre_code"], made["analysis_code_1"]) == ("7700", "WEB", "Post")
    assert "already exists" in sage.refused("nominal_codes", body)
    path = f"nominal_codes/{made['id']}"
    assert (
        sage.put(path, {"account_status_type": "AccountStatusHidden"})["account_status_type"] == "AccountStatusHidden"
    )
    assert "cannot be changed" in sage.refused(path, {"reference": "7701"}, "PUT")
    assert sage.call("DELETE", path).status_code == 200
    used = sage.one("nominal_codes", "reference eq '1300'")["id"]
    assert "in use" in sage.refused(f"nominal_codes/{used}", {}, "DELETE")


def test_a_nominal_code_takes_memos(sage: Sage) -> None:
    fees = sage.one("nominal_codes", "reference eq '7601'")["id"]
    memo = sage.post("nominal_code_memos", {"nominal_code_id": fees, "note": "Card fees go here"})
    assert memo["is_active"] is True
    assert memo["created_by"] == "TIEOUT"
    assert sage.put(f"nominal_code_memos/{memo['id']}", {"note": "y"})["note"] == "y"
    assert [m["note"] for m in sage.get(f"nominal_codes/{fees}")["memos"]] == ["y"]
    assert "does not exist" in sage.refused("nominal_code_memos", {"nominal_code_id": 999, "note": "x"})
    assert sage.call("DELETE", f"nominal_code_memos/{memo['id']}").status_code == 200


def test_a_list_of_places_is_amended_deleted_and_entered_at_once(sage: Sage) -> None:
    web = sage.id_of("cost_centres", "code eq 'WEB'")
    gone = sage.post("cost_centres", {"code": "OLD", "name": "Old"})["id"]
    rows = [{"id": web, "name": "Web"}, {"id": gone, "is_to_delete": True}, {"code": "NEW", "name": "New"}]
    answer = sage.put("cost_centres", rows)
    assert [row["name"] for row in answer] == ["Web", "New"]
    assert {row["code"] for row in sage.get("cost_centres")} == {"WEB", "SHP", "NEW"}
    assert "in use" in sage.refused("cost_centres", [{"code": "TWO"}, {"id": web, "is_to_delete": True}], "PUT")
    assert {row["code"] for row in sage.get("cost_centres")} == {"WEB", "SHP", "NEW"}
    assert "object" in sage.refused("cost_centres", [], "POST")


def test_one_courier_is_the_default_and_one_that_delivered_is_kept(sage: Sage) -> None:
    first = sage.get("couriers")[0]["id"]
    sage.put(f"couriers/{first}", {"is_default": True})
    second = sage.post("couriers", {"name": "DPD", "is_default": True, "tracking_url": "https://dpd.example/{0}"})
    assert [row["is_default"] for row in sage.get("couriers", orderby="id")] == [False, True]
    assert sage.call("DELETE", f"couriers/{second['id']}").status_code == 200
    assert "is required" in sage.refused("couriers", {"name": ""})


def test_settings_are_changed_by_their_one_record(sage: Sage) -> None:
    sage.put("system_settings/1", {"transaction_date_validation": {"transaction_date_validation_type": "None"}})
    rules = sage.get("system_settings")[0]["transaction_date_validation"]
    assert (rules["transaction_date_validation_type"], rules["pre_days_normal"]) == ("None", 31)
    company = sage.put("company_details/1", {"telephone": "0113 496 0000", "address": {"city": "York"}})
    assert (company["address"]["city"], company["address"]["postcode"]) == ("York", "LS1 1AA")
    assert sage.get("company_details/1") == company
    assert "not valid" in sage.refused("system_settings/1", {"accounting_period_validation_type": "Maybe"}, "PUT")
    sage.refused("system_settings/2", {}, "PUT", status=404)


def test_the_rate_between_two_currencies_is_told_and_nothing_is_stored(sage: Sage) -> None:
    rates = {row["currency_iso_code"]["code"]: row for row in sage.get("currencies", expand="currency_iso_code")}
    asked = {"currency_from_id": rates["GBP"]["id"], "currency_to_id": rates["EUR"]["id"]}
    answer = sage.post("currency_exchange_rates", asked)
    assert answer["exchange_rate"] == Decimal("1.15") == rates["EUR"]["core_currency_rate"]
    back = {"currency_from_id": asked["currency_to_id"], "currency_to_id": asked["currency_from_id"]}
    assert sage.post("currency_exchange_rates", back)["exchange_rate"] == Decimal("0.869565")
    assert "does not exist" in sage.refused("currency_exchange_rates", asked | {"currency_to_id": 99})


def test_the_licence_names_the_modules_and_the_caller_is_one_of_the_users(sage: Sage) -> None:
    licence = sage.get("licence")
    assert (licence["is_sales_orders_enabled"], licence["is_manufacturing_enabled"]) == (True, False)
    assert sage.get("current_user")["logon_name"] in {row["name"] for row in sage.get("users")}
