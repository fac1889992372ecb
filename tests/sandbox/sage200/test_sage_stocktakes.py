"""Stocktakes, whole: selecting, printing, counting, approving, and the movement and posting of the variance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def home(sage: Sage) -> int:
    return sage.id_of("warehouses", "name eq 'HOME'")


def begun(sage: Sage, *codes: str, **more: Json) -> Json:
    """Begin a stocktake of items at HOME."""
    items = [{"item_code": code, "is_selected": True} for code in codes]
    body = {"warehouse_id": home(sage), "stocktake_name": "ST-1", "stocktake_items": items}
    return sage.post("stocktakes", body | more)


def advanced(sage: Sage, stocktake: Json, **more: Json) -> Json:
    return sage.put(f"stocktakes/{stocktake['id']}", {"advance_status": True, **more})


def counting(sage: Sage, *codes: str, **more: Json) -> Json:
    """Bring a stocktake to the entering of counts, by way of the printed sheets."""
    printed = advanced(sage, begun(sage, *codes, **more))
    assert printed["stocktake_status"] == "Sheets printed"
    return advanced(sage, printed)


def count(sage: Sage, stocktake: Json, figures: dict[tuple[str, str], float]) -> None:
    """Enter the figures of some bins; the others as they stand in stock."""
    for row in stocktake["stocktake_count_sheet_items"]:
        bin_holding = sage.get(f"bin_holdings/{row['bin_item_id']}")
        figure = figures.get((row["item_code"], row["bin_name"]), float(bin_holding["quantity_in_stock"]))
        body = {"actual_quantity_in_stock": figure, "actual_quantity_entered": True, "discrepancy_narrative": "Shelf"}
        sage.put(f"stocktake_count_sheet_items/{row['id']}", body)


def complete(sage: Sage, stocktake: Json, **more: Json) -> Json:
    approval = sage.post("stocktake_approve_complete", {"id": stocktake["id"]})
    assert approval["stocktake_status"] == "Requires Approval"
    return advanced(sage, stocktake, **more)


def balance(sage: Sage, account: str) -> str:
    accounts = sage.control("GET", "ledgers/nominal")["accounts"]
    return str(next(row["balance"] for row in accounts if row["account"] == account and not row["cost_centre"]))


def test_a_count_moves_stock_and_posts_the_variance_to_the_nominal_of_the_approval(sage: Sage) -> None:
    stocktake = counting(sage, "MUG", "CANDLE")
    count(sage, stocktake, {("MUG", "A1"): 18, ("CANDLE", "B2"): 3})
    nominal = sage.id_of("nominal_codes", "reference eq '5100'")
    done = complete(sage, stocktake, stock_variance_nominal_code_id=nominal, nominal_narrative="Year end")
    assert done["stocktake_status"] == "Complete"
    moved = sage.get("product_transaction_views", filter="reference eq 'ST-1'", orderby="id")
    assert {(row["transaction_type"], row["bin_name"], row["quantity"]) for row in moved} == {
        ("Out - Write Off", "A1", 2),
        ("In - Unknown Source", "B2", 2),
    }
    assert balance(sage, "5100") == "5.50"
    assert balance(sage, "5200") == "0.00"
    sage.proofs()


def test_the_variance_account_is_taken_where_the_approval_names_none(sage: Sage) -> None:
    stocktake = counting(sage, "MUG")
    count(sage, stocktake, {("MUG", "A1"): 21})
    complete(sage, stocktake)
    assert balance(sage, "5200") == "-4.50"
    sage.proofs()


def test_what_was_counted_right_moves_nothing_but_is_dated(sage: Sage) -> None:
    stocktake = counting(sage, "MUG")
    count(sage, stocktake, {})
    complete(sage, stocktake)
    assert sage.get("product_transaction_views", filter="reference eq 'ST-1'") == []
    row = stocktake["stocktake_count_sheet_items"][0]
    assert sage.get(f"bin_holdings/{row['bin_item_id']}")["last_stocktake"].startswith("2026-11-20")


def test_a_movement_after_the_count_is_undone_because_the_count_is_absolute(sage: Sage) -> None:
    stocktake = counting(sage, "MUG")
    count(sage, stocktake, {})
    sold = {"product": "MUG", "bin": "A1", "quantity": "3"}
    sage.control("POST", "desktop/internal-issue", sold)
    complete(sage, stocktake)
    back = sage.one("product_transaction_views", "reference eq 'ST-1'")
    assert (back["transaction_type"], back["quantity"]) == ("In - Unknown Source", 3)
    sage.proofs()


def test_the_candidates_are_not_stored_and_leave_out_what_another_stocktake_holds(sage: Sage) -> None:
    asked = {"warehouse_id": home(sage), "stocktake_type": "By Stock Item"}
    found = sage.post("stocktake_new_items", asked)["stocktake_items"]
    assert [item["item_code"] for item in found] == ["CANDLE", "MUG"]
    assert sage.get("stocktakes") == []
    begun(sage, "MUG")
    left = sage.post("stocktake_new_items", asked)["stocktake_items"]
    assert [item["item_code"] for item in left] == ["CANDLE"]


def test_an_item_is_on_one_running_stocktake_of_a_warehouse(sage: Sage) -> None:
    first = begun(sage, "MUG")
    items = [{"item_code": code, "is_selected": True} for code in ("MUG", "CANDLE")]
    body = {"warehouse_id": home(sage), "stocktake_name": "ST-2", "stocktake_items": items}
    second = sage.post("stocktakes", body)
    assert [item["item_code"] for item in second["failed_stocktake_items"]] == ["MUG"]
    assert [item["item_code"] for item in second["stocktake_items"]] == ["CANDLE"]
    assert "another stocktake" in sage.refused("stocktakes", body | {"stocktake_items": items[:1]})
    assert "By Stock Item" in sage.refused("stocktakes", body | {"stocktake_type": "By Bin"})
    sage.call("DELETE", f"stocktakes/{first['id']}")
    assert sage.post("stocktakes", body | {"stocktake_items": items[:1]})["failed_stocktake_items"] == []


def test_a_stocktake_by_bin_counts_only_the_bins_selected(sage: Sage) -> None:
    item = {"item_code": "CANDLE", "bin_name": "B2", "is_selected": True}
    stocktake = counting(sage, stocktake_type="By Bin", stocktake_items=[item])
    assert [row["bin_name"] for row in stocktake["stocktake_count_sheet_items"]] == ["B2"]


def test_expected_quantities_show_only_where_they_are_to_be_seen(sage: Sage) -> None:
    hidden = counting(sage, "MUG")
    assert "recorded_quantity_in_stock" not in hidden["stocktake_count_sheet_items"][0]
    shown = counting(sage, "CANDLE", stocktake_name="ST-2", show_expected_quantities=True)
    recorded = {row["bin_name"]: row["recorded_quantity_in_stock"] for row in shown["stocktake_count_sheet_items"]}
    assert recorded["A1"] == 3


def test_every_count_is_entered_before_approval_and_may_be_filled_in_beforehand(sage: Sage) -> None:
    stocktake = counting(sage, "MUG")
    assert "has not been entered" in sage.refused("stocktake_approve_complete", {"id": stocktake["id"]})
    filled = counting(sage, "CANDLE", stocktake_name="ST-2", pre_fill_actual_with_expected=True)
    assert all(row["actual_quantity_entered"] for row in filled["stocktake_count_sheet_items"])
    complete(sage, filled)


def test_the_variance_nominal_is_set_only_at_approval(sage: Sage) -> None:
    stocktake = counting(sage, "MUG")
    nominal = sage.id_of("nominal_codes", "reference eq '5100'")
    body = {"stock_variance_nominal_code_id": nominal}
    assert "requires approval" in sage.refused(f"stocktakes/{stocktake['id']}", body, "PUT")


def test_a_discrepancy_is_found_and_can_be_marked_as_resolved(sage: Sage) -> None:
    stocktake = counting(sage, "MUG")
    count(sage, stocktake, {("MUG", "A1"): 1})
    rows = sage.post("stocktake_view_adjustments", {"id": stocktake["id"]})["stocktake_count_sheet_items"]
    found = {row["bin_name"]: row for row in rows}
    assert found["A1"]["discrepancy_status"] == "Discrepancy Found"
    assert found["B2"]["discrepancy_status"] == "No Discrepancy"
    body = {"discrepancy_status": "Discrepancy Resolved"}
    resolved = sage.put(f"stocktake_count_sheet_items/{found['A1']['id']}", body)
    assert resolved["discrepancy_status"] == "Discrepancy Resolved"


@pytest.mark.parametrize("allowed", [False, True])
def test_a_count_below_the_allocation_follows_the_setting_for_negative_stocktakes(sage: Sage, allowed: bool) -> None:  # noqa: FBT001  # a parameter
    sage.control("PUT", "settings", {"stock": {"allow_negative_stocktake": allowed}})
    sage.order(quantity=15, to_allocate_quantity=15)
    stocktake = counting(sage, "MUG")
    count(sage, stocktake, {("MUG", "A1"): 12})
    sage.post("stocktake_approve_complete", {"id": stocktake["id"]})
    path = f"stocktakes/{stocktake['id']}"
    if allowed:
        assert sage.put(path, {"advance_status": True})["stocktake_status"] == "Complete"
    else:
        assert "free stock would be negative" in sage.refused(path, {"advance_status": True}, "PUT")
    sage.proofs()


def test_a_negative_count_is_refused(sage: Sage) -> None:
    row = counting(sage, "MUG")["stocktake_count_sheet_items"][0]
    path = f"stocktake_count_sheet_items/{row['id']}"
    assert "cannot be negative" in sage.refused(path, {"actual_quantity_in_stock": -1}, "PUT")


def test_a_complete_stocktake_stays_as_it_is(sage: Sage) -> None:
    stocktake = counting(sage, "MUG", pre_fill_actual_with_expected=True)
    complete(sage, stocktake)
    path = f"stocktakes/{stocktake['id']}"
    assert "complete" in sage.refused(path, {"advance_status": True}, "PUT")
    assert sage.call("DELETE", path).status_code == 400
    view = sage.one("stocktake_views", "stocktake_name eq 'ST-1'")
    names = {row["id"]: row["value"] for row in sage.get("stocktake_status_types")}
    assert names[view["stocktake_status_id"]] == "Complete"


def test_the_desktop_counts_a_bin_at_once(sage: Sage) -> None:
    sage.control("POST", "desktop/count", {"product": "MUG", "bin": "A1", "quantity": "17", "reference": "SPOT"})
    moved = sage.one("product_transaction_views", "reference eq 'SPOT'")
    assert (moved["quantity"], moved["user_name"]) == (3, "JBROWN")
    sage.proofs()


def test_templates_keep_what_is_to_be_selected(sage: Sage) -> None:
    group = sage.id_of("product_groups", "code eq 'GOODS'")
    body = {"name": "Dear things", "quantity_from": 1.5, "product_groups": [{"id": group}]}
    made = sage.post("stocktake_criteria_templates", body)
    assert (made["quantity_from"], made["stock_value_number_of_items"]) == (1.5, 100)
    assert [found["code"] for found in made["product_groups"]] == ["GOODS"]
    path = f"stocktake_criteria_templates/{made['id']}"
    assert sage.put(path, {"quantity_to": 9, "product_groups": []})["product_groups"] == []
    assert "already exists" in sage.refused("stocktake_criteria_templates", body)
    sage.call("DELETE", path)
    assert sage.get("stocktake_criteria_templates") == []
