from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Shopper

Json = dict[str, Any]
REFUNDS = """query($id:ID!){order(id:$id){refunds{id note totalRefundedSet{shopMoney{amount}}
 refundLineItems(first:9){nodes{quantity restockType subtotalSet{shopMoney{amount}} totalTaxSet{shopMoney{amount}}}}
 refundShippingLines(first:2){nodes{subtotalAmountSet{shopMoney{amount}} taxAmountSet{shopMoney{amount}}}}
 orderAdjustments(first:2){nodes{reason amountSet{shopMoney{amount}}}}
 transactions(first:2){nodes{status gateway amountSet{shopMoney{amount}}}}}}}"""
CREATE = """mutation($input:RefundInput!,$k:String!){refundCreate(input:$input) @idempotent(key:$k){
 refund{totalRefundedSet{shopMoney{amount} presentmentMoney{amount}}} userErrors{field message}}}"""


def refund(shopper: Shopper, **given: object) -> Json:
    """Refund by hand and return what the graph shows of it."""
    shopper.control("POST", "refunds", {"order": "#1001", **given})
    found: Json = shopper.read(REFUNDS, id=shopper.order_id())["order"]["refunds"][-1]
    return found


def amounts(nodes: list[Json], *names: str) -> list[tuple[str, ...]]:
    return [tuple(node[name]["shopMoney"]["amount"] for name in names) for node in nodes]


def test_shipping_is_refunded_with_its_share_of_the_tax(shopper: Shopper) -> None:
    one = refund(shopper, shipping="1.00")
    two = refund(shopper, shipping="2.60")
    parts = ("subtotalAmountSet", "taxAmountSet")
    assert amounts(one["refundShippingLines"]["nodes"], *parts) == [("1.00", "0.17")]
    assert amounts(two["refundShippingLines"]["nodes"], *parts) == [("2.60", "0.43")]
    assert one["totalRefundedSet"]["shopMoney"]["amount"] == "1.00"
    assert one["orderAdjustments"]["nodes"] == []


def test_shipping_that_is_refunded_stands_twice_in_the_webhook(shopper: Shopper) -> None:
    shopper.listen("refunds/create")
    refund(shopper, shipping="3.60")
    (body,) = (json.loads(x) for x in shopper.bodies("refunds/create"))
    assert body["refund_shipping_lines"][0]["subtotal_amount_set"]["shop_money"]["amount"] == "3.60"
    (adjustment,) = body["order_adjustments"]
    assert (adjustment["kind"], adjustment["amount"], adjustment["tax_amount"]) == ("shipping_refund", "-3.60", "-0.60")


def test_an_amount_alone_is_an_adjustment_with_its_reason(shopper: Shopper) -> None:
    made = refund(shopper, amount="2.00", adjustment_reason="DAMAGE")
    assert made["orderAdjustments"]["nodes"] == [{"reason": "DAMAGE", "amountSet": {"shopMoney": {"amount": "-2.00"}}}]
    assert made["refundLineItems"]["nodes"] == []


@pytest.mark.parametrize(("lines", "counted"), [([{"sku": "MUG", "quantity": 1}], 1), ([], 0)])
def test_a_refund_may_move_no_money(shopper: Shopper, lines: list[Json], counted: int) -> None:
    made = refund(shopper, lines=lines, amount="0.00")
    assert len(made["refundLineItems"]["nodes"]) == counted
    assert (made["transactions"]["nodes"], made["orderAdjustments"]["nodes"]) == ([], [])


@pytest.mark.parametrize(("ends", "total"), [("SUCCESS", "10.67"), ("FAILURE", "0.00")])
def test_a_pending_refund_ends_when_somebody_says_so(shopper: Shopper, ends: str, total: str) -> None:
    made = refund(shopper, lines=[{"sku": "MUG", "quantity": 1}], status="PENDING")
    assert made["totalRefundedSet"]["shopMoney"]["amount"] == "0.00"
    shopper.client.put("/_sandbox/clock", json={"offset_seconds": 10**6})
    path = f"refunds/{made['id'].rsplit('/', 1)[1]}/settle"
    assert shopper.control("POST", path, {"status": ends})["statuses"] == [ends]
    (after,) = shopper.read(REFUNDS, id=shopper.order_id())["order"]["refunds"]
    assert after["totalRefundedSet"]["shopMoney"]["amount"] == total
    assert shopper.client.post(f"/_sandbox/shopify/{path}", json={"status": ends}).status_code == 400


def test_money_may_go_back_by_another_gateway(shopper: Shopper) -> None:
    made = refund(shopper, amount="2.00", gateway="shopify_store_credit", app="Point of Sale")
    assert made["transactions"]["nodes"][0]["gateway"] == "shopify_store_credit"


def test_an_order_in_two_currencies_is_refunded_in_the_customers(shopper: Shopper) -> None:
    order = {
        "name": "#5001",
        "presentment": {"currency": "EUR", "rate": "1.2"},
        "lines": [{"sku": "MUG", "price": "10.00"}],
    }
    number = shopper.control("POST", "load", {"orders": [order]})["orders"]["#5001"]["id"]
    sale = shopper.read("query($id:ID!){order(id:$id){transactions(first:1){id gateway}}}", id=number)["order"]
    paid = sale["transactions"][0]
    money = {"orderId": number, "parentId": paid["id"], "gateway": paid["gateway"], "kind": "REFUND", "amount": "6.00"}
    asked = {"orderId": number, "transactions": [money]}
    plain = shopper.read(CREATE, input=asked, k="one")["refundCreate"]
    assert "presentment" in plain["userErrors"][0]["message"]
    made = shopper.read(CREATE, input={**asked, "currency": "EUR"}, k="two")["refundCreate"]["refund"]
    assert made["totalRefundedSet"] == {"shopMoney": {"amount": "5.00"}, "presentmentMoney": {"amount": "6.00"}}


def test_an_order_paid_in_two_ways_is_refunded_to_each_no_more_than_it_took(shopper: Shopper) -> None:
    parts = [{"gateway": "gift_card", "amount": "8.00"}, {"gateway": "shopify_payments", "amount": "12.00"}]
    order = {"name": "#5002", "payments": parts, "lines": [{"sku": "MUG", "price": "20.00"}]}
    number = shopper.control("POST", "load", {"orders": [order]})["orders"]["#5002"]["id"]
    too_much = {"order": "#5002", "amount": "8.01", "gateway": "gift_card"}
    assert shopper.client.post("/_sandbox/shopify/refunds", json=too_much).status_code == 400
    shopper.control("POST", "refunds", {"order": "#5002", "amount": "15.00"})
    (made,) = shopper.read(REFUNDS, id=number)["order"]["refunds"]
    sent = [(t["gateway"], t["amountSet"]["shopMoney"]["amount"]) for t in made["transactions"]["nodes"]]
    assert sent == [("gift_card", "8.00"), ("shopify_payments", "7.00")]
