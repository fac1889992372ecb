from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Shopper

SNAPSHOT = """query($id:ID!){order(id:$id){id name legacyResourceId sourceName sourceIdentifier app{id name}
  retailLocation{id name}
 taxesIncluded currencyCode presentmentCurrencyCode tags note customAttributes{key value} updatedAt cancelledAt
 displayFinancialStatus displayFulfillmentStatus returnStatus totalPriceSet{shopMoney{amount currencyCode}
  presentmentMoney{amount currencyCode}}
 totalCashRoundingAdjustment{paymentSet{shopMoney{amount}} refundSet{shopMoney{amount}}}
  refundDiscrepancySet{shopMoney{amount}}
 lineItems(first:50){pageInfo{hasNextPage endCursor} nodes{id sku quantity currentQuantity refundableQuantity
  isGiftCard
  originalUnitPriceSet{shopMoney{amount}} discountedTotalSet(withCodeDiscounts:true){shopMoney{amount}}
  discountAllocations{allocatedAmountSet{shopMoney{amount}} discountApplication{index targetType allocationMethod}}
  taxLines{title rate priceSet{shopMoney{amount}}} lineItemGroup{id title quantity variantSku variantId}}}
 refunds{id legacyResourceId createdAt return{id} totalRefundedSet{shopMoney{amount}}
  refundLineItems(first:50){nodes{id quantity restockType restocked location{id} lineItem{id}
  subtotalSet{shopMoney{amount}} totalTaxSet{shopMoney{amount}}}}
  refundShippingLines(first:5){nodes{subtotalAmountSet{shopMoney{amount}} taxAmountSet{shopMoney{amount}}}}
  orderAdjustments(first:10){nodes{id reason amountSet{shopMoney{amount}} taxAmountSet{shopMoney{amount}}}}
  transactions(first:10){nodes{id status kind gateway amountSet{shopMoney{amount}}}}}
 returns(first:10){nodes{id name status exchangeLineItems(first:20){nodes{id quantity processedQuantity
  variantId lineItems{id sku}}}
  returnLineItems(first:50){nodes{id quantity processedQuantity unprocessedQuantity refundedQuantity
   ... on ReturnLineItem{restockingFee{percentage amountSet{shopMoney{amount}}} fulfillmentLineItem{id
  lineItem{id}}}}}
  returnShippingFees{id amountSet{shopMoney{amount}}}
  reverseFulfillmentOrders(first:5){nodes{id status lineItems(first:50){nodes{id totalQuantity
  dispositions{type quantity}}}}}}}
 agreements(first:50){nodes{id happenedAt reason app{id title handle} user{id} ... on
  RefundAgreement{refund{id}} ... on ReturnAgreement{return{id}}
  sales(first:50){nodes{id actionType lineType quantity totalAmount{shopMoney{amount}}
  totalTaxAmount{shopMoney{amount}}}}}}}}"""


def test_the_whole_order_snapshot_is_answered(shopper: Shopper) -> None:
    shopper.control("POST", "refunds", {"order": "#1001", "lines": [{"sku": "MUG", "quantity": 1}]})
    order = shopper.read(SNAPSHOT, id=shopper.order_id())["order"]
    assert order["totalPriceSet"]["shopMoney"] == {"amount": "47.60", "currencyCode": "GBP"}
    mug = order["lineItems"]["nodes"][0]
    assert mug["discountedTotalSet"]["shopMoney"]["amount"] == "32.00"
    assert mug["discountAllocations"][0]["allocatedAmountSet"]["shopMoney"]["amount"] == "4.00"
    assert mug["taxLines"][0] == {"title": "VAT", "rate": 0.2, "priceSet": {"shopMoney": {"amount": "5.33"}}}
    assert (mug["quantity"], mug["refundableQuantity"]) == (3, 2)
    assert [a["reason"] for a in order["agreements"]["nodes"]] == ["ORDER", "REFUND"]
    assert order["agreements"]["nodes"][1]["sales"]["nodes"][0]["totalAmount"]["shopMoney"]["amount"] == "-10.67"


def test_ids_are_beyond_what_a_floating_point_number_can_hold(shopper: Shopper) -> None:
    number = int(shopper.order_id().rsplit("/", 1)[1])
    assert number > 2**53
    assert shopper.order_id().startswith("gid://shopify/Order/")


def test_a_field_that_shopify_does_not_have_is_refused(shopper: Shopper) -> None:
    answer = shopper.ask("query($id:ID!){order(id:$id){id colour}}", id=shopper.order_id())
    assert "Cannot query field 'colour'" in answer["errors"][0]["message"]
    assert "data" not in answer


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("name:#1001", ["#1001"]),
        ("name:1002", ["#1002"]),
        ("updated_at:>2026-10-03T00:00:00Z", ["#1002"]),
        ("updated_at:>='2026-10-01T09:00:00Z' AND updated_at:<2026-10-03T00:00:00Z", ["#1001"]),
        ("name:#9999", []),
        ("(name:#1002 OR name:#1001)", ["#1001", "#1002"]),
        ("", ["#1001", "#1002"]),
    ],
)
def test_orders_are_found_by_name_and_by_time(shopper: Shopper, search: str, names: list[str]) -> None:
    found = shopper.read("query($q:String){orders(first:10,query:$q){nodes{name}}}", q=search)
    assert [node["name"] for node in found["orders"]["nodes"]] == names


def test_orders_are_found_by_id(shopper: Shopper) -> None:
    number = shopper.order_id().rsplit("/", 1)[1]
    found = shopper.read("query($q:String){orders(first:10,query:$q){nodes{id}}}", q=f"id:{number}")
    assert found["orders"]["nodes"] == [{"id": shopper.order_id()}]


def test_pages_follow_one_another_to_the_end(shopper: Shopper) -> None:
    more = {"orders": [{"name": f"#2{n:03d}", "lines": [{"sku": "BOWL", "price": "1.00"}]} for n in range(25)]}
    shopper.control("POST", "load", more)
    page_of = (
        "query($c:String){orders(first:10,after:$c,sortKey:UPDATED_AT){nodes{name} pageInfo{hasNextPage endCursor}}}"
    )
    names: list[str] = []
    page = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = shopper.read(page_of, c=page["pageInfo"]["endCursor"])["orders"]
        names += [node["name"] for node in page["nodes"]]
    assert len(names) == len(set(names)) == 27


def test_a_connection_without_a_page_size_is_refused(shopper: Shopper) -> None:
    answer = shopper.ask("{orders{nodes{id}}}")
    assert "first" in answer["errors"][0]["message"]


def test_a_search_that_is_not_served_says_so(shopper: Shopper) -> None:
    answer = shopper.ask('{orders(first:1,query:"colour:red"){nodes{id}}}')
    assert "colour" in answer["errors"][0]["message"]


def test_an_order_that_does_not_exist_is_null(shopper: Shopper) -> None:
    assert shopper.read('{order(id:"gid://shopify/Order/1"){id}}') == {"order": None}


def test_a_wrong_token_is_refused(shopper: Shopper) -> None:
    assert shopper.post("{shop{name}}", token="guess").status_code == 401


@pytest.mark.parametrize(("version", "status"), [("2026-07", 200), ("2026-10", 200), ("2019-04", 404)])
def test_the_version_is_echoed_and_old_ones_are_not_served(shopper: Shopper, version: str, status: int) -> None:
    answer = shopper.post("{shop{name}}", version=version)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["X-Shopify-API-Version"] == version


def test_an_empty_bucket_answers_throttled_with_status_200_and_refills(shopper: Shopper) -> None:
    shopper.control("PUT", "settings", {"bucket_size": 5, "restore_per_second": 0.1})
    ask = "{shop{name}}"
    answers = [shopper.ask(ask) for _ in range(6)]
    assert answers[0]["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 4
    assert answers[5]["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert answers[5]["extensions"]["cost"]["actualQueryCost"] is None
    shopper.client.put("/_sandbox/clock", json={"offset_seconds": 60})
    assert "errors" not in shopper.ask(ask)


def test_a_query_that_is_too_costly_is_refused(shopper: Shopper) -> None:
    levels = "inventoryLevels(first:250){nodes{item{variant{product{title}}} location{name}}}"
    answer = shopper.ask(
        "{orders(first:250){nodes{lineItems(first:250){nodes{variant{inventoryItem{%s}}}}}}}" % levels  # noqa: UP031
    )
    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_eighty_thousand_lines_load_in_under_ten_seconds(shopper: Shopper) -> None:
    line = {"sku": "MUG", "title": "Mug", "quantity": 2, "price": "12.00", "tax": "4.00", "tax_rate": "0.2"}
    orders = [{"name": f"#L{n}", "lines": [line] * 16} for n in range(5000)]
    start = time.monotonic()
    answer = shopper.client.post("/_sandbox/shopify/load", json={"orders": orders}, timeout=60)
    took = time.monotonic() - start
    assert len(answer.json()["orders"]) == 5000
    assert took < 10


def test_a_load_that_makes_no_sense_is_refused_in_a_sentence(shopper: Shopper) -> None:
    answer = shopper.client.post(
        "/_sandbox/shopify/load", json={"orders": [{"name": "#1", "lines": [{"sku": "MUG", "price": "1.001"}]}]}
    )
    assert answer.status_code == 400
    assert "two decimal places" in answer.json()["error"]
