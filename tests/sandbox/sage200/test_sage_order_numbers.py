"""Batch and serial numbers on order lines, and lines of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

GOODS = [
    {"number": "L1", "quantity": "3", "sell_by": "2027-01-31"},
    {"number": "L2", "quantity": "4", "sell_by": "2026-12-31"},
]


@pytest.fixture
def soap(sage: Sage) -> Json:
    """An order for five soaps, of which there are two batches."""
    held = {"warehouse": "HOME", "bin": "A1", "quantity": "7", "unit_cost": "1", "numbers": GOODS}
    item = {"code": "SOAP", "standard_price": "2", "traceable": "batch", "stock": [held]}
    sage.control("POST", "load", {"products": [item]})
    product = sage.id_of("products", "code eq 'SOAP'")
    line = {"line_type": "EnumLineTypeStandard", "product_id": product, "line_quantity": 5}
    return sage.post("sop_orders", {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "lines": [line]})


def numbers(sage: Sage, order: Json, path: str = "sop_order_line_traceable_items") -> dict[str, Json]:
    answer = sage.post(path, {"id": order["lines"][0]["id"]})
    return {row["identification_no"]: row for row in answer["traceable_adjustment_items"]}


def selected(row: Json, quantity: int) -> Json:
    """Return a listed number as a request selects so much of it (0: not at all)."""
    names = ("traceable_item_id", "traceable_bin_item_id", "traceable_allocation_balance_id")
    return {name: row[name] for name in names} | {"is_selected": quantity > 0, "quantity": quantity}


def test_the_numbers_that_a_request_selects_are_allocated_and_despatched(sage: Sage, soap: Json) -> None:
    offered = numbers(sage, soap)
    assert {name: row["available_quantity"] for name, row in offered.items()} == {"L1": 3, "L2": 4}
    assert not any(row["is_selected"] for row in offered.values())
    chosen = [selected(offered["L1"], 2), selected(offered["L2"], 0)]
    line = {"id": soap["lines"][0]["id"], "to_allocate_quantity": 2, "traceable_adjustment_items": chosen}
    assert sage.put(f"sop_orders/{soap['id']}", {"lines": [line]})["lines"][0]["allocated_quantity"] == 2
    taken = numbers(sage, soap)
    assert (taken["L1"]["is_selected"], taken["L1"]["allocation_quantity"]) == (True, 2)
    held = sage.get(f"sop_order_lines/{line['id']}", expand="traceable_adjustment_items")["traceable_adjustment_items"]
    assert [(row["identification_no"], row["quantity"]) for row in held] == [("L1", 2)]
    ready = numbers(sage, soap, "sop_confirm_despatch_traceable_items")
    assert {name: row["quantity"] for name, row in ready.items()} == {"L1": 2}
    items = [{"id": line["id"], "quantity": 1, "traceable_adjustment_items": [selected(ready["L1"], 1)]}]
    sage.post("sop_confirm_despatch", {"sop_order_return_id": soap["id"], "items": items})
    assert numbers(sage, soap)["L1"]["original_quantity"] == 2
    sage.proofs()


def test_numbers_are_refused_where_there_are_none(sage: Sage, soap: Json) -> None:
    plain = sage.order()
    asked = {"id": plain["lines"][0]["id"]}
    assert "no batch or serial" in sage.refused("sop_order_line_traceable_items", asked)
    assert "no batch or serial" in sage.refused("sop_confirm_despatch_traceable_items", asked)
    assert "not one of" in sage.refused("sop_order_line_traceable_items", {"id": 999})
    row = numbers(sage, soap)["L1"]
    line = asked | {"to_allocate_quantity": 1, "traceable_adjustment_items": [selected(row, 1)]}
    assert "batch or serial" in sage.refused(f"sop_orders/{plain['id']}", {"lines": [line]}, "PUT")
    many = [selected(row, 4)]
    line = {"id": soap["lines"][0]["id"], "to_allocate_quantity": 4, "traceable_adjustment_items": many}
    assert "number" in sage.refused(f"sop_orders/{soap['id']}", {"lines": [line]}, "PUT")


def test_an_item_sold_from_a_single_batch_is_ordered_up_to_the_largest(sage: Sage, soap: Json) -> None:
    line = {name: soap["lines"][0][name] for name in ("line_type", "product_id")}
    sage.put(f"products/{line['product_id']}", {"sale_from_single_batch": True})
    body = {"customer_id": soap["customer_id"]}
    assert "single batch" in sage.refused("sop_orders", body | {"lines": [line | {"line_quantity": 5}]})
    assert sage.post("sop_orders", body | {"lines": [line | {"line_quantity": 4}]})["id"]


def test_serial_numbered_items_are_ordered_in_whole_ones(sage: Sage) -> None:
    numbers_ = [{"number": "S1"}, {"number": "S2"}]
    held = {"warehouse": "HOME", "bin": "A1", "quantity": "2", "unit_cost": "9", "numbers": numbers_}
    item = {"code": "CLOCK", "standard_price": "20", "traceable": "serial", "stock": [held]}
    sage.control("POST", "load", {"products": [item]})
    line = {"line_type": "EnumLineTypeStandard", "product_id": sage.id_of("products", "code eq 'CLOCK'")}
    body = {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "lines": [line | {"line_quantity": 1.6}]}
    assert sage.post("sop_orders", body)["lines"][0]["line_quantity"] == 2


def test_a_service_is_confirmed_without_stock(sage: Sage) -> None:
    sage.control("POST", "load", {"products": [{"code": "FIT", "group": "SERVICES", "standard_price": "50"}]})
    line = {
        "line_type": "EnumLineTypeStandard",
        "product_id": sage.id_of("products", "code eq 'FIT'"),
        "line_quantity": 2,
        "confirmation_intent_type": "Confirm",
    }
    order = sage.post("sop_orders", {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "lines": [line]})
    asked = f"document_no eq '{order['document_no']}' and confirmation_intent_type eq 'Confirm'"
    (ready,) = sage.get("sop_confirm_despatch", filter=asked)[0]["items"]
    assert (ready["available_quantity"], ready["product_type"]) == (2, "EnumStockItemTypeServiceLabour")
    items = [{"id": ready["id"], "quantity": 2}]
    sage.post("sop_confirm_despatch", {"sop_order_return_id": order["id"], "items": items})
    sage.control("POST", "desktop/post-invoice", {"order": order["id"]})
    assert sage.get(f"sop_orders/{order['id']}")["document_status"] == "EnumDocumentStatusComplete"
    assert sage.get("product_transaction_views", filter="product_code eq 'FIT'") == []
    sage.proofs()
