"""Cost of stock: standard cost and its variance, goods that leave at the invoice, and what posts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage

A1 = {"warehouse": "HOME", "bin": "A1"}


def balance(sage: Sage, account: str, company: str = "") -> str:
    accounts = sage.control("GET", f"ledgers/nominal{company}")["accounts"]
    return str(next(row["balance"] for row in accounts if row["account"] == account and not row["cost_centre"]))


def standard_item(sage: Sage) -> int:
    """Load an item at a standard cost of 2.00 of which ten were bought at 2.50."""
    item = {"code": "JUG", "costing": "STANDARD", "standard_price": "8", "standard_cost": "2.00"}
    sage.control("POST", "load", {"products": [item]})
    bought = {"product": "JUG", **A1, "quantity": "10", "unit_cost": "2.50", "reference": "PO1"}
    sage.control("POST", "desktop/goods-in", bought)
    return sage.id_of("products", "code eq 'JUG'")


def stock_of(sage: Sage, code: str) -> list[tuple[str, str]]:
    rows = sage.control("GET", "ledgers/stock")
    return [(row["quantity"], row["value"]) for row in rows if row["product"] == code and row["quantity"] != "0"]


def despatched(sage: Sage, quantity: int, **more: Json) -> Json:
    order = sage.order(quantity=quantity, to_allocate_quantity=quantity, **more)
    items = [{"id": order["lines"][0]["id"], "quantity": quantity}]
    sage.post("sop_confirm_despatch", {"sop_order_return_id": order["id"], "items": items})
    return order


def test_what_was_paid_above_standard_cost_is_a_variance(sage: Sage) -> None:
    product = standard_item(sage)
    assert stock_of(sage, "JUG") == [("10", "20.00")]
    assert (balance(sage, "2110"), balance(sage, "5200")) == ("-25.00", "5.00")
    despatched(sage, 3, product_id=product)
    assert balance(sage, "5000") == "6.00"
    sage.proofs()


def test_a_new_standard_cost_revalues_what_is_in_stock(sage: Sage) -> None:
    product = standard_item(sage)
    sage.put(f"products/{product}", {"standard_cost": 2.25})
    assert stock_of(sage, "JUG") == [("10", "22.50")]
    assert balance(sage, "5200") == "2.50"
    despatched(sage, 10, product_id=product)
    assert balance(sage, "5000") == "22.50"
    sage.proofs()


def test_returned_goods_go_back_in_at_standard_whatever_the_line_says(sage: Sage) -> None:
    product = standard_item(sage)
    line = {"line_type": "EnumLineTypeStandard", "product_id": product, "line_quantity": 2, "cost_price": 1.5}
    customer = sage.id_of("customers", "reference eq 'SHOP'")
    back = sage.post("sop_returns", {"customer_id": customer, "lines": [line]})
    sage.control("POST", "desktop/receive-return", {"return": back["id"], "bin": "A1"})
    assert stock_of(sage, "JUG") == [("12", "24.00")]
    assert (balance(sage, "5000"), balance(sage, "5200")) == ("-3.00", "4.00")
    sage.proofs()


def test_goods_leave_stock_at_the_invoice_where_despatch_does_not_update_it(sage: Sage) -> None:
    sage.control("PUT", "settings", {"sop": {"update_stock_on_despatch": False}})
    order = despatched(sage, 4)
    line = sage.get(f"sop_orders/{order['id']}")["lines"][0]
    assert (line["despatch_receipt_quantity"], line["allocated_quantity"]) == (4, 0)
    place = sage.one("bin_holdings", "name eq 'A1' and quantity_allocated eq 4")
    assert (place["quantity_in_stock"], place["free_stock_available"]) == (20, 16)
    assert balance(sage, "5000") == "0.00"
    sage.proofs()
    sage.control("POST", "desktop/post-invoice", {"order": order["id"]})
    place = sage.get(f"bin_holdings/{place['id']}")
    assert (place["quantity_in_stock"], place["quantity_allocated"]) == (16, 0)
    assert balance(sage, "5000") == "16.00"
    sage.proofs()


def test_no_cost_of_sales_is_posted_where_it_is_not_generated(sage: Sage) -> None:
    sage.control("PUT", "settings", {"stock": {"generate_cos_for_sop": False}})
    despatched(sage, 1)
    assert (balance(sage, "5000"), balance(sage, "1100")) == ("0.00", "95.00")
    assert stock_of(sage, "MUG") == [("19", "86.00")]
    sage.control("POST", "desktop/write-off", {"product": "MUG", "bin": "A1"})
    assert balance(sage, "5100") == "4.00"
    assert "stock_equals_nominal" not in sage.control("GET", "ledgers/proofs")


def test_movements_post_nothing_where_stock_is_not_integrated(sage: Sage) -> None:
    before = balance(sage, "1100")
    sage.control("PUT", "settings", {"stock": {"integrate_stock_management_with_nominal": False}})
    despatched(sage, 1)
    for deed in ("write-off", "internal-issue", "free-issue", "add-stock", "goods-in"):
        told = {"product": "MUG", "bin": "A1", "quantity": "2", "unit_cost": "3"}
        sage.control("POST", f"desktop/{deed}", told)
    assert balance(sage, "1100") == before
    assert sage.control("GET", "ledgers/proofs")["stock_equals_movements"] is True


@pytest.mark.parametrize(
    ("deed", "account", "more"),
    [
        ("write-off", "5100", {"category": "Lost"}),
        ("internal-issue", "5300", {"area": "Shop fittings"}),
        ("free-issue", "5000", {}),
    ],
)
def test_stock_that_people_take_is_posted_to_where_it_belongs(sage: Sage, deed: str, account: str, more: Json) -> None:
    told = {"product": "MUG", "bin": "A1", "quantity": "12", "reference": "R1", "user": "APATEL"}
    sage.control("POST", f"desktop/{deed}", told | more)
    assert balance(sage, account) == "50.00"
    moved = sage.one("product_transaction_views", "reference eq 'R1'")
    assert (moved["cost_value"], moved["user_name"]) == (50, "APATEL")
    too_many = told | more | {"quantity": "9"}
    assert "insufficient" in sage.control("POST", f"desktop/{deed}", too_many, expect=400)["error"]
    sage.proofs()


def test_people_move_and_add_stock_behind_the_back_of_the_api(sage: Sage) -> None:
    sage.control("POST", "desktop/move-stock", {"product": "MUG", **A1, "to_bin": "B2", "quantity": "5"})
    found = {"product": "MUG", "bin": "B2", "quantity": "1", "nominal": "5300", "reference": "FOUND"}
    sage.control("POST", "desktop/add-stock", found)
    rows = {row["bin"]: row["quantity"] for row in sage.control("GET", "ledgers/stock") if row["product"] == "MUG"}
    assert (rows["A1"], rows["B2"]) == ("15", "6")
    assert balance(sage, "5300") == "-4.50"
    sage.proofs()


def test_a_standard_company_moves_stock_without_a_nominal_posting(sage: Sage) -> None:
    companies = sage.control("GET", "companies")
    standard = next(row["company_id"] for row in companies if row["edition"] == "Standard")
    stock = [A1 | {"quantity": "5", "unit_cost": "2"}]
    item = {"code": "PLAIN", "standard_price": "4", "stock": stock}
    sage.control("POST", f"load?company={standard}", {"products": [item]})
    sage.control("POST", f"desktop/write-off?company={standard}", {"product": "PLAIN", "bin": "A1"})
    assert balance(sage, "5100", f"?company={standard}") == "0.00"
    on = {"stock": {"integrate_stock_management_with_nominal": True}}
    refusal = sage.control("PUT", f"settings?company={standard}", on, expect=400)
    assert "does not let" in refusal["error"]
    batch = {"code": "B", "traceable": "batch"}
    refusal = sage.control("POST", f"load?company={standard}", {"products": [batch]}, expect=400)
    assert "only in Sage 200 Professional" in refusal["error"]
