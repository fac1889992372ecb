from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Shopper

Json = dict[str, Any]
CHAIR = {"name": "#3001", "lines": [{"sku": "CHAIR", "price": "1893.00", "tax": "315.50", "tax_rate": "0.2"}]}
GOODS = [
    {"sku": "CHAIR", "price": "1893.00", "available": 3},
    {"sku": "STOOL", "price": "365.00", "available": 5},
    {"sku": "SOFA", "price": "2400.00", "available": 1},
]
LEDGER = """query($id:ID!){order(id:$id){displayFinancialStatus
 totalPriceSet{shopMoney{amount}} currentTotalPriceSet{shopMoney{amount}}
 totalRefundedSet{shopMoney{amount}} lineItems(first:9){nodes{sku quantity currentQuantity unfulfilledQuantity}}
 refunds{totalRefundedSet{shopMoney{amount}} refundLineItems(first:9){nodes{subtotalSet{shopMoney{amount}}}}
  orderAdjustments(first:2){nodes{id}} return{name}}
 returns(first:5){nodes{exchangeLineItems(first:5){nodes{quantity processedQuantity variantId lineItems{sku}}}}}
 agreements(first:20){nodes{__typename reason app{title} user{name}
  sales(first:9){nodes{__typename actionType quantity totalAmount{shopMoney{amount}}}}}}}}"""


@pytest.fixture
def order(shopper: Shopper) -> str:
    made = shopper.control("POST", "load", {"variants": GOODS, "orders": [CHAIR]})
    return str(made["orders"]["#3001"]["id"])


def exchange(shopper: Shopper, sku: str) -> Json:
    lines = [{"sku": "CHAIR", "quantity": 1}]
    asked = {"order": "#3001", "lines": lines, "exchange": [{"sku": sku, "quantity": 1}]}
    made = shopper.control("POST", "returns", asked)
    return shopper.control("POST", f"returns/{made['name'].lstrip('#')}/process", {"refund": True})


def ledger(shopper: Shopper, order: str) -> Json:
    found: Json = shopper.read(LEDGER, id=order)["order"]
    return found


def sold(found: Json) -> str:
    sales = [sale for a in found["agreements"]["nodes"] for sale in a["sales"]["nodes"]]
    return f"{sum(round(float(s['totalAmount']['shopMoney']['amount']) * 100) for s in sales) / 100:.2f}"


def money(value: Json) -> str:
    return str(value["shopMoney"]["amount"])


def test_a_refund_is_what_came_back_less_what_went_out(shopper: Shopper, order: str) -> None:
    made = exchange(shopper, "STOOL")
    assert (made["charged"], made["netted"], made["refunded"]) == ("365.00", "365.00", "1528.00")
    found = ledger(shopper, order)
    (refund,) = found["refunds"]
    assert money(refund["totalRefundedSet"]) == "1528.00"
    assert money(refund["refundLineItems"]["nodes"][0]["subtotalSet"]) == "1893.00"
    assert refund["orderAdjustments"]["nodes"] == []
    assert (money(found["totalPriceSet"]), money(found["currentTotalPriceSet"])) == ("2258.00", "365.00")
    assert sold(found) == "365.00"


def test_exchange_lines_join_the_order_only_when_processed(shopper: Shopper, order: str) -> None:
    asked = {"order": "#3001", "lines": [{"sku": "CHAIR"}], "exchange": [{"sku": "STOOL", "quantity": 2}]}
    made = shopper.control("POST", "returns", asked)
    assert [x["sku"] for x in ledger(shopper, order)["lineItems"]["nodes"]] == ["CHAIR"]
    one = {"lines": [], "exchange": [{"sku": "STOOL", "quantity": 1}]}
    shopper.control("POST", f"returns/{made['name'].lstrip('#')}/process", one)
    found = ledger(shopper, order)
    (line,) = found["returns"]["nodes"][0]["exchangeLineItems"]["nodes"]
    assert (line["quantity"], line["processedQuantity"]) == (2, 1)
    assert line["lineItems"] == [{"sku": "STOOL"}]
    assert found["lineItems"]["nodes"][1] == {
        "sku": "STOOL",
        "quantity": 1,
        "currentQuantity": 1,
        "unfulfilledQuantity": 1,
    }
    assert found["displayFinancialStatus"] == "PARTIALLY_PAID"


def test_something_dearer_is_refunded_nothing_and_leaves_the_rest_to_pay(shopper: Shopper, order: str) -> None:
    assert exchange(shopper, "SOFA")["refunded"] == "0.00"
    found = ledger(shopper, order)
    assert money(found["refunds"][0]["totalRefundedSet"]) == "0.00"
    assert money(found["currentTotalPriceSet"]) == "2400.00"
    assert found["displayFinancialStatus"] == "PARTIALLY_PAID"


def test_an_even_exchange_moves_no_money(shopper: Shopper, order: str) -> None:
    assert exchange(shopper, "CHAIR")["refunded"] == "0.00"
    found = ledger(shopper, order)
    assert (found["displayFinancialStatus"], money(found["currentTotalPriceSet"])) == ("PAID", "1893.00")
    assert [x["currentQuantity"] for x in found["lineItems"]["nodes"]] == [0, 1]


@pytest.mark.parametrize(("on_return", "reasons"), [(False, ["ORDER_EDIT"]), (True, [])])
def test_an_exchange_at_the_till_stands_on_the_old_order(
    shopper: Shopper, order: str, *, on_return: bool, reasons: list[str]
) -> None:
    asked = {"returned": [{"sku": "CHAIR"}], "taken": [{"sku": "STOOL", "quantity": 1}], "on_return": on_return}
    made = shopper.control("POST", "orders/3001/pos-exchange", asked)
    assert (made["refunded"], made["paid"]) == ("1528.00", "0.00")
    found = ledger(shopper, order)
    assert [x["sku"] for x in found["lineItems"]["nodes"]] == ["CHAIR", "STOOL"]
    later = found["agreements"]["nodes"][1:]
    assert {a["app"]["title"] for a in later} == {"Point of Sale"}
    assert sorted(a["reason"] for a in later) == [*reasons, "REFUND", "RETURN", "RETURN"]
    assert sold(found) == "365.00"
    assert bool(found["returns"]["nodes"][0]["exchangeLineItems"]["nodes"]) == on_return
    stock = {x["sku"]: x["available"] for x in shopper.control("GET", "ledgers/inventory")["levels"]}
    assert stock["CHAIR"] == 4


def test_something_dearer_at_the_till_is_paid_for_at_once(shopper: Shopper, order: str) -> None:
    shopper.listen("orders/edited")
    asked = {"returned": [{"sku": "CHAIR"}], "taken": [{"sku": "SOFA", "quantity": 1}]}
    made = shopper.control("POST", "orders/3001/pos-exchange", asked)
    assert (made["refunded"], made["paid"]) == ("0.00", "507.00")
    found = ledger(shopper, order)
    assert (found["displayFinancialStatus"], money(found["currentTotalPriceSet"])) == ("PAID", "2400.00")
    (body,) = (json.loads(x) for x in shopper.bodies("orders/edited"))
    assert [x["delta"] for x in body["order_edit"]["line_items"]["additions"]] == [1]


def test_a_draft_becomes_an_order_of_its_own_at_the_same_address(shopper: Shopper) -> None:
    where = {"name": "Ann Ash", "address1": "1 High Street", "city": "Leeds", "zip": "LS1 1AA", "country_code": "GB"}
    bought = {**CHAIR, "customer": {"id": 501}, "shipping_address": where}
    shopper.control("POST", "load", {"variants": GOODS, "orders": [bought]})
    lines = [{"sku": "CHAIR", "price": "1893.00", "discount": "1893.00"}]
    draft = shopper.control(
        "POST", "drafts", {"for": "#3001", "name": "#EX9", "lines": lines, "app": "ReturnGO", "tags": ["exchange"]}
    )
    ask = "query($id:ID!){draftOrder(id:$id){status order{name}}}"
    assert shopper.read(ask, id=draft["draft"])["draftOrder"] == {"status": "OPEN", "order": None}
    made = shopper.control("POST", f"drafts/{draft['id']}/complete", {})
    found = shopper.read(
        """query($id:ID!){order(id:$id){name sourceName app{name} tags shippingAddress{address1 countryCodeV2}
         displayFinancialStatus displayFulfillmentStatus totalPriceSet{shopMoney{amount}} transactions{id}}}""",
        id=made["id"],
    )["order"]
    assert found.pop("totalPriceSet") == {"shopMoney": {"amount": "0.00"}}
    assert found == {
        "name": "#EX9",
        "sourceName": "shopify_draft_order",
        "app": {"name": "ReturnGO"},
        "tags": ["exchange"],
        "shippingAddress": {"address1": "1 High Street", "countryCodeV2": "GB"},
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "transactions": [],
    }
    again = shopper.client.post(f"/_sandbox/shopify/drafts/{draft['id']}/complete", json={})
    assert again.status_code == 400


def test_an_exchange_loaded_as_an_order_goes_where_the_customers_last_one_went(shopper: Shopper) -> None:
    where = {"name": "Ann Ash", "address1": "1 High Street", "country_code": "GB"}
    line = [{"sku": "BOWL", "price": "1.00"}]
    first = {"name": "#4001", "customer": {"id": 502}, "shipping_address": where, "lines": line}
    second = {"name": "#EX1", "customer": {"id": 502}, "tags": ["exchange"], "lines": line}
    made = shopper.control("POST", "load", {"orders": [first, second]})["orders"]
    found = shopper.read("query($id:ID!){order(id:$id){shippingAddress{address1}}}", id=made["#EX1"]["id"])
    assert found["order"]["shippingAddress"] == {"address1": "1 High Street"}
