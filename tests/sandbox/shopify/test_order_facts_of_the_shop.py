from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Shopper

ADDRESS = {
    "name": "Ann Ash",
    "address1": "1 High Street",
    "address2": "",
    "city": "Leeds",
    "province": "West Yorkshire",
    "zip": "LS1 1AA",
    "country_code": "GB",
    "phone": "+44 113 496 0000",
}
BOX = {"title": "Breakfast box", "sku": "BOX", "quantity": 1}
ORDER: dict[str, Any] = {
    "name": "#2001",
    "customer": {"id": 501, "email": "ann@example.com", "first_name": "Ann", "last_name": "Ash"},
    "shipping_address": ADDRESS,
    "app": "Online Store",
    "source_name": "pos",
    "source_identifier": "R-17",
    "retail_location": "Leeds shop",
    "attributes": {"gift": "yes"},
    "tags": ["vip"],
    "presentment": {"currency": "EUR", "rate": "1.1537"},
    "lines": [
        {"sku": "MUG", "quantity": 1, "price": "19.99", "tax": "3.33", "tax_rate": "0.2", "group": BOX},
        {"sku": "BOWL", "quantity": 2, "price": "4.99", "tax": "1.66", "tax_rate": "0.2", "group": BOX},
        {"sku": "CARD", "price": "25.00", "gift_card": True},
    ],
    "shipping": {"price": "3.60", "tax": "0.60"},
}
FACTS = """query($id:ID!){order(id:$id){sourceName sourceIdentifier app{name} retailLocation{name} tags
 customAttributes{key value} cancelledAt returnStatus displayFinancialStatus displayFulfillmentStatus
 shippingAddress{name firstName lastName address1 address2 city province zip countryCodeV2 phone}
 currencyCode presentmentCurrencyCode totalPriceSet{shopMoney{amount} presentmentMoney{amount currencyCode}}
 shippingLines(first:2){nodes{originalPriceSet{presentmentMoney{amount}} taxLines{priceSet{shopMoney{amount}}}}}
 lineItems(first:9){nodes{sku isGiftCard currentQuantity lineItemGroup{id title quantity variantSku}
  originalTotalSet{presentmentMoney{amount}}}}
 fulfillments(first:2){status fulfillmentLineItems(first:9){nodes{id quantity lineItem{sku}}}}}}"""


def facts(shopper: Shopper, **more: object) -> dict[str, Any]:
    made = shopper.control("POST", "load", {"orders": [{**ORDER, **more}]})["orders"]
    found: dict[str, Any] = shopper.read(FACTS, id=made[str(more.get("name", "#2001"))]["id"])["order"]
    return found


def test_an_order_tells_where_it_came_from_and_where_it_goes(shopper: Shopper) -> None:
    order = facts(shopper)
    assert (order["sourceName"], order["sourceIdentifier"], order["app"]) == ("pos", "R-17", {"name": "Online Store"})
    assert order["retailLocation"] == {"name": "Leeds shop"}
    assert order["customAttributes"] == [{"key": "gift", "value": "yes"}]
    assert (order["cancelledAt"], order["returnStatus"]) == (None, "NO_RETURN")
    assert order["shippingAddress"]["countryCodeV2"] == "GB"
    assert (order["shippingAddress"]["firstName"], order["shippingAddress"]["lastName"]) == ("Ann", "Ash")
    assert order["shippingAddress"]["address2"] is None


def test_components_of_a_bundle_share_a_group_and_carry_the_prices(shopper: Shopper) -> None:
    mug, bowl, card = facts(shopper)["lineItems"]["nodes"]
    assert mug["lineItemGroup"] == bowl["lineItemGroup"]
    assert (mug["lineItemGroup"]["title"], mug["lineItemGroup"]["variantSku"]) == ("Breakfast box", "BOX")
    assert card["lineItemGroup"] is None
    assert [line["isGiftCard"] for line in (mug, bowl, card)] == [False, False, True]


def test_figures_in_the_customers_currency_are_rounded_one_by_one(shopper: Shopper) -> None:
    order = facts(shopper)
    assert order["presentmentCurrencyCode"] == "EUR"
    assert order["totalPriceSet"]["presentmentMoney"] == {"amount": "67.57", "currencyCode": "EUR"}
    parts = [line["originalTotalSet"]["presentmentMoney"]["amount"] for line in order["lineItems"]["nodes"]]
    parts.append(order["shippingLines"]["nodes"][0]["originalPriceSet"]["presentmentMoney"]["amount"])
    assert parts == ["23.06", "11.51", "28.84", "4.15"]  # 67.56: a cent less than the total


def test_what_went_out_can_be_returned_until_a_return_waits_for_it(shopper: Shopper) -> None:
    facts(shopper)
    ask = """query($id:ID!){returnableFulfillments(orderId:$id,first:5){nodes{
     returnableFulfillmentLineItems(first:9){nodes{quantity fulfillmentLineItem{lineItem{sku}}}}}}}"""

    def left() -> list[tuple[str, int]]:
        found = shopper.read(ask, id=shopper.order_id())["returnableFulfillments"]["nodes"]
        lines = [x for f in found for x in f["returnableFulfillmentLineItems"]["nodes"]]
        return [(x["fulfillmentLineItem"]["lineItem"]["sku"], x["quantity"]) for x in lines]

    assert left() == [("MUG", 3), ("BOWL", 1)]
    shopper.control("POST", "returns", {"order": "#1001", "lines": [{"sku": "MUG", "quantity": 2}]})
    assert left() == [("MUG", 1), ("BOWL", 1)]


@pytest.mark.parametrize("found_by", ["return_status:in_progress", "return_status:IN_PROGRESS financial_status:paid"])
def test_orders_with_a_return_under_way_are_found(shopper: Shopper, found_by: str) -> None:
    shopper.control("POST", "returns", {"order": "#1001", "lines": [{"sku": "MUG", "quantity": 2}]})
    found = shopper.read("query($q:String){orders(first:9,query:$q){nodes{name}}}", q=found_by)["orders"]["nodes"]
    assert found == [{"name": "#1001"}]


def test_cash_that_was_rounded_says_by_how_much(shopper: Shopper) -> None:
    order = {
        "name": "#2002",
        "gateway": "cash",
        "cash_rounding": "-0.02",
        "lines": [{"sku": "MUG", "price": "19.97"}],
    }
    number = shopper.control("POST", "load", {"orders": [order]})["orders"]["#2002"]["id"]
    shopper.control("POST", "refunds", {"order": "#2002", "amount": "4.98", "rounding": "0.02"})
    ask = """query($id:ID!){order(id:$id){totalCashRoundingAdjustment{paymentSet{shopMoney{amount}}
     refundSet{shopMoney{amount}}} transactions{kind amountRoundingSet{shopMoney{amount}}}}}"""
    found = shopper.read(ask, id=number)["order"]
    rounding = found["totalCashRoundingAdjustment"]
    assert rounding["paymentSet"]["shopMoney"]["amount"] == "-0.02"
    assert rounding["refundSet"]["shopMoney"]["amount"] == "0.02"
    assert [t["amountRoundingSet"]["shopMoney"]["amount"] for t in found["transactions"]] == ["-0.02", "0.02"]
