"""Batch and serial numbers: how they come in, lie, are allocated, leave, are given and corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

PLACE = {"warehouse": "HOME", "bin": "A1", "unit_cost": "2.00"}
NUMBERED: list[dict[str, Any]] = [
    {
        "code": "SOAP",
        "traceable": "batch",
        "standard_price": "5.00",
        "stock": [
            PLACE | {"quantity": "5", "numbers": [{"number": "LATE", "quantity": "5", "sell_by": "2027-06-30"}]},
            PLACE | {"quantity": "4", "numbers": [{"number": "SOON", "quantity": "4", "sell_by": "2027-01-31"}]},
        ],
    },
    {
        "code": "CLOCK",
        "traceable": "serial",
        "costing": "ACTUAL",
        "standard_price": "50.00",
        "stock": [
            PLACE | {"quantity": "1", "unit_cost": "20.00", "numbers": [{"number": "S1"}]},
            PLACE | {"quantity": "1", "unit_cost": "25.00", "numbers": [{"number": "S2"}]},
        ],
    },
    {
        "code": "TEA",
        "traceable": "batch",
        "record_numbers": False,
        "standard_price": "3.00",
        "stock": [PLACE | {"quantity": "6"}],
    },
]


@pytest.fixture
def numbered(sage: Sage) -> Sage:
    """The company with an item of batches, one of serial numbers, and one whose batches are not known yet."""
    sage.control("POST", "load", {"products": NUMBERED})
    return sage


def item(sage: Sage, code: str) -> int:
    return sage.id_of("products", f"code eq '{code}'")


def balances(sage: Sage, code: str) -> dict[str, Json]:
    """Return what lies at HOME under each number of an item."""
    holding = sage.one("warehouse_holdings", f"product_id eq {item(sage, code)} and warehouse_name eq 'HOME'")
    rows = sage.get(f"warehouse_holdings/{holding['id']}/traceable_item_balances")
    return {row["identification_no"]: row for row in rows}


def transferred(sage: Sage, code: str, quantity: int, numbers: list[Json]) -> Json:
    """Return a transfer from A1 to B2 of some numbers."""
    bins = {row["name"]: row["id"] for row in sage.get(f"products/{item(sage, code)}/bin_holdings")}
    return {
        "product_id": item(sage, code),
        "bin_holding_from_id": bins["A1"],
        "bin_holding_to_id": bins["B2"],
        "quantity": quantity,
        "reference": "T1",
        "traceable_adjustment_items": numbers,
    }


def sold(sage: Sage, code: str, quantity: int) -> Json:
    return sage.order(quantity=quantity, product_id=item(sage, code), to_allocate_quantity=quantity)


def despatch(sage: Sage, order: Json, quantity: int, **more: Json) -> None:
    items = [{"id": order["lines"][0]["id"], "quantity": quantity, **more}]
    sage.post("sop_confirm_despatch", {"sop_order_return_id": order["id"], "items": items})


def test_the_first_to_expire_is_allocated_and_leaves_first(numbered: Sage) -> None:
    order = sold(numbered, "SOAP", 5)
    found = balances(numbered, "SOAP")
    assert {number: row["allocated_quantity"] for number, row in found.items()} == {"SOON": 4, "LATE": 1}
    path = f"traceable_items/{found['SOON']['traceable_item_id']}/traceable_item_allocations"
    allocation = numbered.get(path)[0]
    assert (allocation["order_no"], allocation["allocated_to"]) == (order["document_no"], "SHOP")
    despatch(numbered, order, 5)
    assert {number: row["quantity"] for number, row in balances(numbered, "SOAP").items()} == {"LATE": 4}
    issues = numbered.get(f"traceable_items/{found['SOON']['traceable_item_id']}/traceable_item_issues")
    assert [(row["transaction_history_type"], row["received_issued_quantity"]) for row in issues] == [("Out - SOP", 4)]
    carried = numbered.get(f"product_transactions/{issues[0]['id']}/traceable_item_transactions")
    assert {(row["identification_no"], row["quantity"]) for row in carried} == {("SOON", 4), ("LATE", 1)}
    numbered.proofs()


def test_the_numbers_to_despatch_can_be_chosen_among_those_allocated(numbered: Sage) -> None:
    order = sold(numbered, "SOAP", 5)
    late = balances(numbered, "SOAP")["LATE"]
    chosen = [{"traceable_bin_item_id": late["traceable_bin_item_id"], "quantity": 1, "is_selected": True}]
    despatch(numbered, order, 1, traceable_adjustment_items=chosen)
    assert {number: row["quantity"] for number, row in balances(numbered, "SOAP").items()} == {"SOON": 4, "LATE": 4}
    more = [{"id": order["lines"][0]["id"], "quantity": 1, "traceable_adjustment_items": chosen}]
    body = {"sop_order_return_id": order["id"], "items": more}
    assert "do not add up" in numbered.refused("sop_confirm_despatch", body)
    numbered.proofs()


def test_a_serial_number_leaves_at_its_own_cost(numbered: Sage) -> None:
    second = balances(numbered, "CLOCK")["S2"]["traceable_bin_item_id"]
    numbers = [{"traceable_bin_item_id": second, "is_selected": True}]
    numbered.post("stock_transfers", transferred(numbered, "CLOCK", 1, numbers))
    moved = numbered.get("product_transaction_views", filter="reference eq 'T1'")
    assert [row["cost_value"] for row in moved] == [25, 25]
    assert {number: row["bin_name"] for number, row in balances(numbered, "CLOCK").items()} == {"S1": "A1", "S2": "B2"}
    numbered.proofs()


def test_a_transfer_lists_what_can_be_chosen_and_takes_no_more(numbered: Sage) -> None:
    sold(numbered, "CLOCK", 1)
    body = transferred(numbered, "CLOCK", 1, [])
    asked = {name: body[name] for name in ("product_id", "bin_holding_from_id")}
    rows = numbered.post("stock_transfer_traceable_items", asked)["traceable_adjustment_items"]
    assert {row["identification_no"]: row["is_selectable"] for row in rows} == {"S1": False, "S2": True}
    taken = next(row for row in rows if row["identification_no"] == "S1")
    numbers = [{"traceable_bin_item_id": taken["traceable_bin_item_id"], "is_selected": True}]
    assert "is free" in numbered.refused("stock_transfers", body | {"traceable_adjustment_items": numbers})


def test_goods_come_in_under_numbers_where_the_item_asks_for_them(numbered: Sage) -> None:
    told = {"product": "CLOCK", "bin": "A1", "quantity": "1", "unit_cost": "30"}
    control = numbered.control
    assert "Numbers must be recorded" in control("POST", "desktop/goods-in", told, expect=400)["error"]
    again = told | {"numbers": [{"number": "S1"}]}
    assert "already in stock" in control("POST", "desktop/goods-in", again, expect=400)["error"]
    control("POST", "desktop/goods-in", told | {"numbers": [{"number": "S3"}], "reference": "PO9"})
    key = balances(numbered, "CLOCK")["S3"]["traceable_item_id"]
    receipt = numbered.get(f"traceable_items/{key}/traceable_item_receipts")[0]
    assert (receipt["sales_purchase_order_no"], receipt["transaction_history_type"]) == ("PO9", "In - POP")
    numbered.proofs()


def test_a_returned_serial_number_is_the_one_that_was_sold(numbered: Sage) -> None:
    before = balances(numbered, "CLOCK")["S1"]["traceable_item_id"]
    order = sold(numbered, "CLOCK", 1)
    despatch(numbered, order, 1)
    line = {"line_type": "EnumLineTypeStandard", "product_id": item(numbered, "CLOCK"), "line_quantity": 1}
    back = numbered.post("sop_returns", {"customer_id": order["customer_id"], "lines": [line]})
    lines = [{"return_line_id": back["lines"][0]["id"], "quantity": "1", "numbers": [{"number": "S1"}]}]
    numbered.control("POST", "desktop/receive-return", {"return": back["id"], "bin": "B2", "lines": lines})
    assert balances(numbered, "CLOCK")["S1"]["traceable_item_id"] == before
    numbered.proofs()


def test_unassigned_stock_is_not_allocated_until_it_has_numbers(numbered: Sage) -> None:
    product = {"product_id": item(numbered, "TEA")}
    order = numbered.order(quantity=2, product_id=product["product_id"])
    ask = {"lines": [{"id": order["lines"][0]["id"], "to_allocate_quantity": 2}]}
    assert "insufficient" in numbered.refused(f"sop_orders/{order['id']}", ask, "PUT")
    found = numbered.post("traceable_items_assign_traceable_items", product)["traceable_adjustment_items"]
    assert [(row["available_quantity"], row["bin_name"]) for row in found] == [(6, "A1")]
    split = [{"identification_no": "T1", "quantity": 2}, {"identification_no": "T2", "quantity": 3}]
    named = {"traceable_item_id": found[0]["traceable_item_id"], "split_batch_items": split}
    left = numbered.post("traceable_items_assign", product | {"traceable_adjustment_items": [named]})
    assert left["traceable_adjustment_items"][0]["available_quantity"] == 1
    numbered.put(f"sop_orders/{order['id']}", ask)
    more = {"traceable_item_id": found[0]["traceable_item_id"], "identification_no": "T3", "quantity": 2}
    body = product | {"traceable_adjustment_items": [more]}
    assert "has no number" in numbered.refused("traceable_items_assign", body)
    numbered.proofs()


def test_numbers_are_corrected_but_not_doubled(numbered: Sage) -> None:
    product = {"product_id": item(numbered, "SOAP")}
    rows = numbered.post("traceable_items_amend_traceable_items", product)["traceable_adjustment_items"]
    late = next(row for row in rows if row["identification_no"] == "LATE")
    change = {"traceable_item_id": late["traceable_item_id"], "identification_no": "LATER", "additional_reference": "x"}
    answer = numbered.post("traceable_items_amend", product | {"traceable_adjustment_items": [change]})
    assert {row["identification_no"] for row in answer["traceable_adjustment_items"]} == {"SOON", "LATER"}
    double = change | {"identification_no": "soon"}
    body = product | {"traceable_adjustment_items": [double]}
    assert "already in use" in numbered.refused("traceable_items_amend", body)
    issued = numbered.post(
        "traceable_items_amend", product | {"issue_status": "Issued Only", "traceable_adjustment_items": []}
    )
    assert issued["traceable_adjustment_items"] == []


def test_an_item_without_numbers_takes_none(numbered: Sage) -> None:
    product = {"product_id": item(numbered, "MUG")}
    for path in ("traceable_items_assign_traceable_items", "traceable_items_amend_traceable_items"):
        assert "no batch or serial numbers" in numbered.refused(path, product)
    told = {"product": "MUG", "bin": "A1", "quantity": "1", "numbers": [{"number": "X"}]}
    assert "no batch" in numbered.control("POST", "desktop/add-stock", told, expect=400)["error"]


def test_counted_numbers_stand_on_the_sheet_where_the_item_wants_them(numbered: Sage) -> None:
    key = item(numbered, "CLOCK")
    numbered.put(f"products/{key}", {"include_nos_on_count_sheets": True})
    chosen = [{"item_code": "CLOCK", "is_selected": True}]
    home = numbered.id_of("warehouses", "name eq 'HOME'")
    body = {"warehouse_id": home, "stocktake_name": "ST", "stocktake_items": chosen}
    stocktake = numbered.post("stocktakes", body)
    sheet = numbered.put(f"stocktakes/{stocktake['id']}", {"advance_status": True})["stocktake_count_sheet_items"]
    numbers = {row["bin_name"]: row["stocktake_trace_count_sheet_items"] for row in sheet}
    assert [one["identification_no"] for one in numbers["A1"]] == ["S1", "S2"]


def test_an_item_sold_from_a_single_batch_is_allocated_from_one_that_has_enough(numbered: Sage) -> None:
    numbered.put(f"products/{item(numbered, 'SOAP')}", {"sale_from_single_batch": True})
    sold(numbered, "SOAP", 5)
    found = balances(numbered, "SOAP")
    assert {number: row["allocated_quantity"] for number, row in found.items()} == {"SOON": 0, "LATE": 5}
    order = numbered.order(quantity=5, product_id=item(numbered, "SOAP"))
    ask = {"lines": [{"id": order["lines"][0]["id"], "to_allocate_quantity": 4}]}
    numbered.put(f"sop_orders/{order['id']}", ask)
    numbered.proofs()
