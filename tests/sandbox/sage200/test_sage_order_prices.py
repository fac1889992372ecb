"""Prices by the book, prices that hold VAT, selling units, profit, payment with order and the credit limit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def order(sage: Sage, *lines: Json, code: str = "SHOP", **header: Json) -> Json:
    customer = sage.id_of("customers", f"reference eq '{code}'")
    return sage.post("sop_orders", {"customer_id": customer, "lines": list(lines), **header})


def mugs(sage: Sage, quantity: float = 1, **more: Json) -> Json:
    product = sage.id_of("products", "code eq 'MUG'")
    return {"line_type": "EnumLineTypeStandard", "product_id": product, "line_quantity": quantity} | more


def unit_price(row: Json) -> tuple[Decimal, Decimal]:
    return row["lines"][0]["selling_unit_price"], row["lines"][0]["unit_discount_percent"]


SWITCHES = ("customer_discount_groups", "stock_item_discounts", "product_group_discounts", "quantity_based_discounts")


def price_book(sage: Sage, **book: Json) -> None:
    on = {f"use_{name}": True for name in (*SWITCHES, "order_value_discounts")}
    sage.control("PUT", "price-book", {"settings": on, **book})


def test_a_customers_band_goes_before_the_standard_band(sage: Sage) -> None:
    price_book(sage, bands={"Trade": {"MUG": "8.00"}}, customers={"SHOP": {"band": "Trade"}})
    assert unit_price(order(sage, mugs(sage)))[0] == 8
    sage.control("PUT", "price-book", {"bands": {"Trade": {"CANDLE": "3"}}, "customers": {"HELD": {"band": "Trade"}}})
    asked = {"product_id": sage.id_of("products", "code eq 'MUG'"), "quantity": 2}
    told = sage.post("customer_price_enquiry", asked | {"customer_id": sage.id_of("customers", "reference eq 'HELD'")})
    assert (told["unit_price"], told["total_discounted_price"]) == (8, 16)


def test_the_largest_quantity_break_that_fits_counts(sage: Sage) -> None:
    breaks = [{"quantity": "5", "percent": "10"}, {"quantity": "10", "percent": "20"}]
    price_book(sage, discounts=[{"name": "Bulk", "product": "MUG", "breaks": breaks}])
    seen = [unit_price(order(sage, mugs(sage, n)))[1] for n in (4, 5, 9, 10)]
    assert seen == [0, 10, 10, 20]
    key = order(sage, mugs(sage, 10))["id"]
    line = sage.get(f"sop_orders/{key}")["lines"][0]
    shown = sage.get(f"sop_order_lines/{line['id']}", expand="discount")["discount"]
    assert (shown["discount_name"], shown["quantity_break_quantity"], shown["value"]) == ("Bulk", 10, 20)


def test_the_most_particular_discount_wins(sage: Sage) -> None:
    everybody = {"name": "All goods", "product_group": "GOODS", "breaks": [{"percent": "30"}]}
    friends = {"name": "Friends", "product": "MUG", "discount_group": "FRIENDS", "breaks": [{"percent": "5"}]}
    own = {"name": "Own", "product": "MUG", "customer": "SHOP", "breaks": [{"value": "1.50"}]}
    price_book(sage, discounts=[everybody])
    assert unit_price(order(sage, mugs(sage)))[1] == 30
    price_book(
        sage, discount_groups=["FRIENDS"], customers={"SHOP": {"discount_group": "FRIENDS"}}, discounts=[friends]
    )
    assert unit_price(order(sage, mugs(sage)))[1] == 5
    price_book(sage, discounts=[own])
    line = order(sage, mugs(sage, 2))["lines"][0]
    assert (line["unit_discount_percent"], line["unit_discount_value"], line["line_total_value"]) == (0, 1.5, 17)


def test_a_customers_line_discount_is_the_last_resort(sage: Sage) -> None:
    price_book(sage, customers={"SHOP": {"line_discount": "12.5"}})
    assert unit_price(order(sage, mugs(sage)))[1] == Decimal("12.5")
    sage.control("PUT", "permissions", {"override_prices_discounts": False})
    assert unit_price(order(sage, mugs(sage)))[1] == Decimal("12.5")
    wrong = {
        "customer_id": sage.id_of("customers", "reference eq 'SHOP'"),
        "lines": [mugs(sage, unit_discount_percent=100)],
    }
    assert "permission" in sage.refused("sop_orders", wrong)
    sage.control("PUT", "permissions", {"override_prices_discounts": True})
    assert sage.post("sop_orders", wrong)["total_gross_value"] == 0


def test_a_discounted_price_is_kept_as_a_discount(sage: Sage) -> None:
    line = order(sage, mugs(sage, 2, discounted_unit_price=8.5))["lines"][0]
    assert (line["selling_unit_price"], line["unit_discount_value"], line["line_total_value"]) == (10, 1.5, 17)
    assert line["unit_discount_overridden"] is True


def test_switched_off_discounts_are_not_given(sage: Sage) -> None:
    price_book(sage, discounts=[{"name": "Bulk", "product": "MUG", "breaks": [{"percent": "10"}]}])
    sage.control("PUT", "price-book", {"settings": {"use_stock_item_discounts": False}})
    assert unit_price(order(sage, mugs(sage)))[1] == 0


def test_a_price_that_is_sent_takes_no_discount_of_the_book(sage: Sage) -> None:
    price_book(sage, discounts=[{"name": "Bulk", "product": "MUG", "breaks": [{"percent": "10"}]}])
    line = order(sage, mugs(sage, selling_unit_price=4))["lines"][0]
    assert (line["line_total_value"], line["selling_unit_price_overridden"]) == (4, True)


def test_the_better_document_discount_is_applied_when_asked(sage: Sage) -> None:
    steps = [{"value": "50", "percent": "5"}, {"value": "100", "percent": "10"}]
    price_book(
        sage,
        order_value_discounts=[{"name": "SPEND", "breaks": steps}],
        customers={"SHOP": {"order_value_discount": "SPEND", "document_discount": "2"}},
    )
    plain = order(sage, mugs(sage, 10))
    assert plain["document_discount_percent"] == 2
    assert "available_document_discount_percent" not in plain
    shown = sage.get(f"sop_orders/{plain['id']}", expand="available_document_discount")
    assert shown["available_document_discount_percent"] == 10
    better = order(sage, mugs(sage, 10), apply_available_document_discount_percent=True)
    assert (better["document_discount_percent"], better["total_net_value"]) == (10, 90)
    own = order(sage, mugs(sage, 10), document_discount_percent=20, apply_available_document_discount_percent=True)
    assert own["document_discount_percent"] == 20


def test_prices_are_worked_out_again_only_where_nobody_has_overridden_them(sage: Sage) -> None:
    entered = order(sage, mugs(sage), mugs(sage, selling_unit_price=7))
    sage.control("PUT", "prices", {"MUG": "11.00"})
    again = sage.put(f"sop_orders/{entered['id']}", {"recalculate_prices": True})
    assert [line["selling_unit_price"] for line in again["lines"]] == [11, 7]


def test_an_enquiry_remembers_what_the_customer_paid(sage: Sage) -> None:
    order(sage, mugs(sage, 2, selling_unit_price=9))
    asked = {
        "customer_id": sage.id_of("customers", "reference eq 'SHOP'"),
        "product_id": sage.id_of("products", "code eq 'MUG'"),
        "include_previous_prices": True,
    }
    paid = sage.post("customer_price_enquiry", asked)["previous_prices"]
    assert [(row["quantity"], row["discounted_unit_price"]) for row in paid] == [(2, 9)]


def test_items_are_sold_by_the_case_and_held_singly(sage: Sage) -> None:
    stock = [{"warehouse": "HOME", "bin": "A1", "quantity": "20", "unit_cost": "4"}]
    units = [{"unit": "Pack of 6", "multiple": "6"}]
    jar = {"code": "JAR", "standard_price": "10.00", "units": units, "stock": stock}
    sage.control("POST", "load", {"products": [jar]})
    case = sage.one("units", "name eq 'Pack of 6'")["id"]
    jars = {"product_id": sage.id_of("products", "code eq 'JAR'"), "selling_unit_id": case}
    entered = order(sage, mugs(sage, 2, to_allocate_quantity=1) | jars)
    line = entered["lines"][0]
    assert (line["selling_unit_price"], line["line_total_value"]) == (60, 120)
    assert (line["line_quantity"], line["allocated_quantity"]) == (2, 1)
    assert (line["stock_unit_line_quantity"], line["stock_unit_allocated_quantity"]) == (12, 6)
    items = [{"id": line["id"], "quantity": 6}]
    sage.post("sop_confirm_despatch", {"sop_order_return_id": entered["id"], "items": items})
    seen = sage.get(f"sop_orders/{entered['id']}")["lines"][0]
    assert (seen["despatch_receipt_quantity"], seen["stock_unit_despatch_receipt_quantity"]) == (1, 6)
    bad = {"customer_id": entered["customer_id"], "lines": [mugs(sage, selling_unit_id=999)]}
    assert "not sold in" in sage.refused("sop_orders", bad)
    sage.control("POST", "desktop/post-invoice", {"order": entered["id"]})
    assert sage.one("sales_posted_transactions", "second_reference eq '0000000001'")["document_goods_value"] == 60
    sage.proofs()


def test_prices_that_hold_vat_are_split_from_the_gross(bare_sage: Sage) -> None:
    sage = bare_sage
    sage.control("PUT", "settings", {"sop": {"are_prices_tax_inclusive": True}})
    product = {"code": "MUG", "standard_price": "10.00", "stock": [{"warehouse": "HOME", "bin": "A1", "quantity": "9"}]}
    sage.control("POST", "load", {"customers": [{"reference": "SHOP"}], "products": [product]})
    entered = order(sage, *(mugs(sage, 1, to_allocate_quantity=1) for _ in range(3)))
    totals = ("total_net_value", "total_tax_value", "total_gross_value")
    assert [entered[name] for name in totals] == [25, 5, 30]
    assert sum(line["line_tax_value"] for line in entered["lines"]) == 5
    assert sage.get("sop_order_return_views")[0]["are_prices_tax_inclusive"] is True
    items = [{"id": line["id"], "quantity": 1} for line in entered["lines"]]
    sage.post("sop_confirm_despatch", {"sop_order_return_id": entered["id"], "items": items})
    bill = sage.control("POST", "desktop/post-invoice", {"order": entered["id"]})
    assert (bill["net"], bill["tax"]) == ("25.00", "5.00")
    sage.proofs()


def test_profit_is_estimated_at_entry_and_realised_by_despatch(sage: Sage) -> None:
    entered = order(
        sage, mugs(sage, 2, to_allocate_quantity=2), {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE"}
    )
    items = [{"id": entered["lines"][0]["id"], "quantity": 2}]
    sage.post("sop_confirm_despatch", {"sop_order_return_id": entered["id"], "items": items})
    sage.control("POST", "desktop/post-invoice", {"order": entered["id"]})
    profit = sage.get(f"sop_orders/{entered['id']}", expand="profitability")["profitability"]
    assert profit["realised_cost_value"] == 8
    assert profit["realised_profit_value"] == Decimal("16.95")
    assert [row["item_code"] for row in profit["stock_item_order_lines"]] == ["MUG"]
    assert [row["item_code"] for row in profit["other_order_lines"]] == ["CARRIAGE"]


def method(sage: Sage, name: str = "CASH") -> int:
    return sage.id_of("sop_payment_methods", f"name eq '{name}'")


@pytest.mark.parametrize("immediately", [True, False])
def test_payment_with_order_is_posted_at_entry_or_with_the_invoice(sage: Sage, *, immediately: bool) -> None:
    paid: dict[str, Json] = {
        "payment_with_order": True,
        "payment_method_id": method(sage),
        "payment_reference": "TILL-7",
    }
    entered = order(
        sage, mugs(sage, 2, to_allocate_quantity=2), invoice_payment_with_order_immediately=immediately, **paid
    )
    assert entered["payment_value"] == 24
    receipts = sage.get("sales_posted_transactions", filter="reference eq 'TILL-7'")
    assert [row["document_gross_value"] for row in receipts] == ([-24] if immediately else [])
    items = [{"id": entered["lines"][0]["id"], "quantity": 2}]
    sage.post("sop_confirm_despatch", {"sop_order_return_id": entered["id"], "items": items})
    sage.control("POST", "desktop/post-invoice", {"order": entered["id"]})
    assert {row["document_outstanding_value"] for row in sage.get("sales_posted_transactions")} == {0}
    assert sage.one("sop_order_return_views", f"id eq {entered['id']}")["payment_method_name"] == "CASH"
    sage.proofs()


def test_a_part_payment_is_above_nothing_and_at_most_the_order(sage: Sage) -> None:
    customer = sage.id_of("customers", "reference eq 'SHOP'")
    part = {
        "payment_with_order": True,
        "payment_type": "EnumSOPOrderPaymentTypePart",
        "payment_method_id": method(sage),
    }
    body = {"customer_id": customer, "lines": [mugs(sage)], **part}
    for value in (0, 12.01):
        assert "payment value" in sage.refused("sop_orders", body | {"payment_value": value})
    assert "does not exist" in sage.refused("sop_orders", body | {"payment_value": 5, "payment_method_id": 99})
    online = body | {"payment_value": 5, "payment_method_id": method(sage, "ONLINE")}
    assert "online card" in sage.refused("sop_orders", online)
    now = {"payment_value": 5, "invoice_payment_with_order_immediately": True}
    entered = sage.post("sop_orders", body | now)
    assert entered["declared_payment_remaining"] == 5
    changed = {"payment_value": 6}
    assert "has been posted" in sage.refused(f"sop_orders/{entered['id']}", changed, "PUT")
    assert "payment" in sage.refused(f"sop_orders/{entered['id']}", None, "DELETE")
    sage.control("PUT", "settings", {"sop": {"allow_payment_with_order": False}})
    assert "not allowed" in sage.refused("sop_orders", body | {"payment_value": 5})


def test_an_order_above_the_credit_limit_is_taken_and_held_unless_somebody_may_override(sage: Sage) -> None:
    sage.control("PUT", "price-book", {"customers": {"SHOP": {"credit_limit": "30"}}})
    assert order(sage, mugs(sage, 2))["is_credit_limit_exceeded"] is False
    over = order(sage, mugs(sage, 3), override_on_hold=True)
    assert (over["is_credit_limit_exceeded"], over["document_status"]) == (True, "EnumDocumentStatusOnHold")
    sage.control("PUT", "permissions", {"override_credit_holds": True})
    allowed = order(sage, mugs(sage, 3), override_on_hold=True)
    assert (allowed["is_credit_limit_exceeded"], allowed["document_status"]) == (True, "EnumDocumentStatusLive")
    grown = order(sage, mugs(sage, 1))
    more = {"lines": [{"id": grown["lines"][0]["id"], "line_quantity": 5}], "override_on_hold": True}
    assert sage.put(f"sop_orders/{grown['id']}", more)["document_status"] == "EnumDocumentStatusLive"
    sage.post("sop_orders_status", {"id": over["id"], "document_status": "EnumDocumentStatusLive"})
    fewer = sage.put(f"sop_orders/{over['id']}", {"lines": [{"id": over["lines"][0]["id"], "line_quantity": 1}]})
    assert fewer["is_credit_limit_exceeded"] is False


def test_cash_orders_keep_their_own_invoice_address(sage: Sage) -> None:
    address = {"postal_name": "A Person", "city": "Leeds"}
    cash: dict[str, Json] = {"customer_type": "EnumCustomerTypeCash", "cash_account_invoice_address": address}
    entered = order(sage, mugs(sage), **cash)
    assert address.items() <= entered["cash_account_invoice_address"].items()
    body = {"customer_id": entered["customer_id"], "lines": [mugs(sage)]}
    sage.control("PUT", "settings", {"sop": {"allow_cash_orders": False}})
    assert "Cash orders" in sage.refused("sop_orders", body | cash)
    assert "prospect" in sage.refused("sop_orders", body | {"customer_type": "EnumCustomerTypeProspect"})


def test_a_delivery_address_of_the_customer_is_copied(sage: Sage) -> None:
    customer = sage.id_of("customers", "reference eq 'SHOP'")
    where = {
        "customer_id": customer,
        "description": "Shop",
        "postal_name": "The Shop",
        "city": "York",
        "tax_code_id": sage.get("tax_codes")[1]["id"],
    }
    kept = sage.post("customer_delivery_addresses", where)
    entered = order(sage, mugs(sage), customer_delivery_address_id=kept["id"])
    assert (entered["delivery_address"]["city"], entered["use_invoice_address"]) == ("York", False)
    body = {"customer_id": customer, "lines": [mugs(sage)], "customer_delivery_address_id": 999}
    assert "delivery address" in sage.refused("sop_orders", body)


def test_free_text_is_despatched_by_confirming_it(sage: Sage) -> None:
    text = {"line_type": "EnumLineTypeFreeText", "description": "Fitting", "line_quantity": 2, "selling_unit_price": 5}
    entered = order(sage, text | {"confirmation_intent_type": "Confirm"})
    assert sage.get("sop_confirm_despatch", filter=f"document_no eq '{entered['document_no']}'") == []
    asked = f"document_no eq '{entered['document_no']}' and confirmation_intent_type eq 'Confirm'"
    ready = sage.get("sop_confirm_despatch", filter=asked)[0]["items"]
    assert [(row["id"], row["available_quantity"]) for row in ready] == [(entered["lines"][0]["id"], 2)]
    assert [row["document_no"] for row in sage.get("sop_despatch_discrete_orders", filter=asked)] == ["0000000001"]
    items = [{"id": entered["lines"][0]["id"], "quantity": 2}]
    body = {"sop_order_return_id": entered["id"], "confirmation_intent_type": "Confirm", "items": items}
    sage.post("sop_confirm_despatch", body)
    bill = sage.control("POST", "desktop/post-invoice", {"order": entered["id"]})
    assert bill["net"] == "10.00"
    assert sage.get(f"sop_orders/{entered['id']}")["document_status"] == "EnumDocumentStatusComplete"


def test_products_are_suggested_by_what_was_bought(sage: Sage) -> None:
    for _ in range(3):
        order(sage, mugs(sage, 2))
    candle = {"product_id": sage.id_of("products", "code eq 'CANDLE'")}
    order(sage, mugs(sage) | candle)
    asked = {"customer_id": sage.id_of("customers", "reference eq 'SHOP'")}
    rows = sage.post("suggested_products", asked)
    assert [(row["code"], row["source"], row["number_orders_appears"]) for row in rows] == [
        ("MUG", "Frequent", 3),
        ("CANDLE", "Recent", 1),
    ]
    assert [row["code"] for row in sage.post("suggested_products", asked | {"show_frequent_items": True})] == ["MUG"]
    preferred = asked | {"show_preferred_items": True}
    assert sage.post("suggested_products", preferred) == []
    order(sage, mugs(sage, mark_as_preferred=True) | candle)
    assert [row["code"] for row in sage.post("suggested_products", preferred)] == ["CANDLE"]
