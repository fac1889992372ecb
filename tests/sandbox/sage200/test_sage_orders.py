"""Sales orders: pricing, permissions, VAT, allocation, despatch, amending, status, archive."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def order_of(sage: Sage, lines: list[Json], **header: Json) -> Json:
    return {"customer_id": sage.id_of("customers", "reference eq 'SHOP'"), "lines": lines, **header}


def standard(sage: Sage, code: str = "MUG", **more: Json) -> Json:
    product = sage.id_of("products", f"code eq '{code}'")
    return {"line_type": "EnumLineTypeStandard", "product_id": product, "line_quantity": 1} | more


def despatch(order: Json, quantity: float) -> Json:
    items = [{"id": order["lines"][0]["id"], "quantity": quantity}]
    return {"sop_order_return_id": order["id"], "items": items}


def test_a_line_without_a_price_takes_it_from_the_band(sage: Sage) -> None:
    order = sage.order(quantity=3)
    assert order["document_no"] == "0000000001"
    assert order["document_status"] == "EnumDocumentStatusLive"
    assert order["lines"][0]["selling_unit_price"] == 10
    assert (order["total_net_value"], order["total_tax_value"], order["total_gross_value"]) == (30, 6, 36)


def test_an_own_price_needs_the_permission(sage: Sage) -> None:
    line = standard(sage, selling_unit_price=0, selling_unit_price_overridden=True)
    assert sage.post("sop_orders", order_of(sage, [line]))["total_gross_value"] == 0
    sage.control("PUT", "permissions", {"override_prices_discounts": False})
    assert "permission" in sage.refused("sop_orders", order_of(sage, [line]))
    assert sage.post("sop_orders", order_of(sage, [standard(sage, selling_unit_price=10)]))["id"]


def test_vat_is_worked_out_on_the_total_and_the_lines_add_up_to_it(sage: Sage) -> None:
    order = sage.post("sop_orders", order_of(sage, [standard(sage, "CANDLE") for _ in range(3)]))
    assert order["total_net_value"] == Decimal("9.99")
    assert order["total_tax_value"] == Decimal("2.00")
    assert sum(line["line_tax_value"] for line in order["lines"]) == order["total_tax_value"]


def test_a_document_discount_lowers_net_and_tax(sage: Sage) -> None:
    order = sage.post("sop_orders", order_of(sage, [standard(sage)], document_discount_percent=12.5))
    assert (order["subtotal_goods_value"], order["subtotal_discount_value"]) == (10, Decimal("1.25"))
    assert (order["total_net_value"], order["total_tax_value"]) == (Decimal("8.75"), Decimal("1.75"))


def test_lines_are_validated_by_their_type(sage: Sage) -> None:
    charge = {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE"}
    text = {"line_type": "EnumLineTypeFreeText", "description": "Wrap", "line_quantity": 1, "selling_unit_price": 1.5}
    note = {"line_type": "EnumLineTypeComment", "description": "Handle with care"}
    order = sage.post("sop_orders", order_of(sage, [standard(sage), charge, text, note]))
    assert (order["subtotal_charge_net_value"], order["total_net_value"]) == (Decimal("4.95"), Decimal("16.45"))
    for wrong in (
        charge | {"line_quantity": 1},
        charge | {"code": "NOPE"},
        text | {"description": ""},
        note | {"selling_unit_price": 1},
        standard(sage, line_quantity=0),
        standard(sage, cost_price=-1),
        {"line_type": "EnumLineTypeStandard", "line_quantity": 1, "product_id": 999},
        {"line_type": "Odd"},
    ):
        assert sage.refused("sop_orders", order_of(sage, [wrong]))
    assert len(sage.get("sop_orders")) == 1


def test_a_negative_total_is_refused(sage: Sage) -> None:
    sage.control("PUT", "permissions", {"override_prices_discounts": True})
    text = {"line_type": "EnumLineTypeFreeText", "description": "Off", "line_quantity": 1, "selling_unit_price": -20}
    assert "negative" in sage.refused("sop_orders", order_of(sage, [standard(sage), text]))


def test_an_account_on_hold_takes_orders_only_with_the_override_and_the_right(sage: Sage) -> None:
    body = order_of(sage, [standard(sage)]) | {"customer_id": sage.id_of("customers", "reference eq 'HELD'")}
    assert "on hold" in sage.refused("sop_orders", body)
    assert "on hold" in sage.refused("sop_orders", body | {"override_on_hold": True})
    sage.control("PUT", "permissions", {"override_credit_holds": True})
    assert sage.post("sop_orders", body | {"override_on_hold": True})["id"]


def test_allocation_lowers_free_stock_only(sage: Sage) -> None:
    order = sage.order(quantity=5, to_allocate_quantity=3)
    bin_ = sage.one("bin_holdings", f"product_id eq {order['lines'][0]['product_id']} and name eq 'A1'")
    assert (bin_["quantity_in_stock"], bin_["quantity_allocated"], bin_["free_stock_available"]) == (20, 3, 17)
    held = sage.one("sop_allocation_line_views", f"sop_order_return_line_id eq {order['lines'][0]['id']}")
    assert held["sop_allocation_line_current_allocated_quantity"] == 3
    assert "insufficient" in sage.refused(
        "sop_orders", order_of(sage, [standard(sage, line_quantity=30, to_allocate_quantity=18)])
    )


def test_only_allocated_quantity_can_be_despatched(sage: Sage) -> None:
    order = sage.order(quantity=5, to_allocate_quantity=3)
    assert "allocated" in sage.refused("sop_confirm_despatch", despatch(order, 4))
    ready = sage.get("sop_confirm_despatch", filter=f"document_no eq '{order['document_no']}'")
    assert ready[0]["items"][0]["available_quantity"] == 3
    sage.post("sop_confirm_despatch", despatch(order, 3))
    seen = sage.get(f"sop_orders/{order['id']}")
    assert seen["despatch_receipt_status"] == "EnumDocumentProcessStatusPart"
    assert seen["lines"][0]["despatch_receipt_quantity"] == 3
    view = sage.one("sop_order_despatch_line_views", f"sop_order_document_no eq '{order['document_no']}'")
    assert view["sop_despatch_line_quantity"] == 3
    sage.proofs()


def test_a_line_in_several_bins_is_despatched_from_the_bins_that_are_chosen(sage: Sage) -> None:
    wanted = standard(sage, "CANDLE", line_quantity=4, to_allocate_quantity=4)
    order = sage.post("sop_orders", order_of(sage, [wanted]))
    line = order["lines"][0]["id"]
    bins = sage.post("sop_confirm_despatch_bin_items", {"id": line})["bin_items"]
    assert {row["bin_name"]: row["available_quantity"] for row in bins} == {"A1": 3, "B2": 1}
    last = next(row["id"] for row in bins if row["bin_name"] == "B2")
    body = {"sop_order_return_id": order["id"]}
    wrong = [{"id": line, "quantity": 2, "bin_items": [{"id": last, "quantity": 2}]}]
    assert "do not add up" in sage.refused("sop_confirm_despatch", body | {"items": wrong})
    right = [{"id": line, "quantity": 1, "bin_items": [{"id": last, "quantity": 1}]}]
    sage.post("sop_confirm_despatch", body | {"items": right})
    assert sage.one("product_transaction_views", "transaction_type eq 'Out - SOP'")["bin_name"] == "B2"
    sage.proofs()


def test_stock_is_allocated_on_entry_when_the_setting_says_so(sage: Sage) -> None:
    sage.control("PUT", "settings", {"sop": {"allocate_stock_on_order_entry": True}})
    line = sage.order(quantity=30)["lines"][0]
    assert line["allocated_quantity"] == 20
    assert line["allocation_status"] == "EnumLineStatusPartially"


def test_a_warehouse_that_is_not_for_trading_takes_no_order_lines(sage: Sage) -> None:
    quarantine = sage.id_of("warehouses", "name eq 'QUARANTINE'")
    assert "trading" in sage.refused("sop_orders", order_of(sage, [standard(sage, warehouse_id=quarantine)]))


def test_lines_of_a_put_before_the_failing_one_stay_applied(sage: Sage) -> None:
    order = sage.post("sop_orders", order_of(sage, [standard(sage), standard(sage), standard(sage)]))
    first, second, third = (line["id"] for line in order["lines"])
    body = {
        "customer_document_no": "NEW",
        "lines": [
            {"id": first, "line_quantity": 2},
            {"id": second, "tax_code_id": 1},
            {"id": third, "line_quantity": 9},
        ],
    }
    assert "tax code" in sage.refused(f"sop_orders/{order['id']}", body, method="PUT")
    seen = sage.get(f"sop_orders/{order['id']}")
    assert [line["line_quantity"] for line in seen["lines"]] == [2, 1, 1]
    assert seen["customer_document_no"] == ""
    assert seen["total_net_value"] == 40


def test_a_quantity_cannot_fall_below_what_is_processed(sage: Sage) -> None:
    order = sage.order(quantity=5, to_allocate_quantity=5)
    sage.post("sop_confirm_despatch", despatch(order, 3))
    line = order["lines"][0]["id"]
    body = {"lines": [{"id": line, "line_quantity": 2}]}
    assert "processed" in sage.refused(f"sop_orders/{order['id']}", body, method="PUT")
    seen = sage.put(f"sop_orders/{order['id']}", {"lines": [{"id": line, "line_quantity": 3}]})
    assert seen["lines"][0]["allocated_quantity"] == 0
    assert sage.call("DELETE", f"sop_orders/{order['id']}").status_code == 400
    sage.proofs()


@pytest.mark.parametrize("change", [{"customer_id": 1}, {"document_no": "X"}])
def test_customer_and_number_of_an_order_stay(sage: Sage, change: Json) -> None:
    sage.control("POST", "load", {"customers": [{"reference": "OTHER"}]})
    order = sage.order()
    body = change if "document_no" in change else {"customer_id": order["customer_id"] + 1}
    assert "cannot be changed" in sage.refused(f"sop_orders/{order['id']}", body, method="PUT")


def test_orders_can_be_held_released_and_cancelled(sage: Sage) -> None:
    order = sage.order(quantity=2, to_allocate_quantity=2)
    for status in ("EnumDocumentStatusOnHold", "EnumDocumentStatusLive", "EnumDocumentStatusCancelled"):
        assert sage.post("sop_orders_status", {"sop_order_id": order["id"], "document_status": status})
        if status == "EnumDocumentStatusOnHold":
            assert "on hold" in sage.refused(f"sop_orders/{order['id']}", {}, method="PUT")
    assert sage.get("bin_holdings", filter="quantity_allocated gt 0") == []
    assert sage.get(f"sop_orders/{order['id']}")["cancelled_status"] == "EnumDocumentProcessStatusFull"
    sage.proofs()


def test_a_deleted_order_gives_its_stock_back(sage: Sage) -> None:
    order = sage.order(quantity=2, to_allocate_quantity=2)
    assert sage.call("DELETE", f"sop_orders/{order['id']}").status_code == 200
    assert sage.call("GET", f"sop_orders/{order['id']}").status_code == 404
    assert sage.get("bin_holdings", filter="quantity_allocated gt 0") == []


def test_a_draft_has_no_number_until_it_is_confirmed(sage: Sage) -> None:
    draft = sage.post("sop_orders", order_of(sage, [standard(sage)], is_editing=True))
    assert (draft["document_no"], draft["is_draft"]) == ("TBA", True)
    done = sage.put(f"sop_orders/{draft['id']}", {"is_editing": False})
    assert (done["document_no"], done["is_draft"]) == ("0000000001", False)


def test_an_archived_order_vanishes_from_lists_and_views(sage: Sage) -> None:
    line = {"product": "MUG", "quantity": "1"}
    done = {"customer": "SHOP", "customer_document_no": "OLD", "lines": [line], "despatched": True, "invoiced": True}
    sage.control("POST", "load", {"orders": [done]})
    assert sage.one("sop_orders", "customer_document_no eq 'OLD'")
    assert sage.control("POST", "desktop/archive", {}) == {"archived": 1}
    for path in ("sop_orders", "sop_order_return_views", "sop_order_return_invoice_credit_views"):
        assert sage.get(path) == []
    assert sage.get("sales_posted_transactions")


def test_the_price_sage_would_use_can_be_asked(sage: Sage) -> None:
    sage.control("PUT", "prices", {"MUG": "12.50"})
    asked = {
        "customer_id": sage.id_of("customers", "reference eq 'SHOP'"),
        "product_id": sage.id_of("products", "code eq 'MUG'"),
        "quantity": 2,
    }
    assert sage.post("customer_price_enquiry", asked)["total_discounted_price"] == 25
