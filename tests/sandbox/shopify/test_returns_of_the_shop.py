from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Shopper

Json = dict[str, Any]
RETURN = """query($id:ID!){return(id:$id){name status totalQuantity decline{reason note}
 returnLineItems(first:9){nodes{id quantity processedQuantity unprocessedQuantity refundedQuantity refundableQuantity
  returnReasonDefinition{handle name} ... on ReturnLineItem{restockingFee{percentage amountSet{shopMoney{amount}}}
  withCodeDiscountedTotalPriceSet{shopMoney{amount}} fulfillmentLineItem{id lineItem{sku}}}}}
 exchangeLineItems(first:9){nodes{id quantity processedQuantity variantId lineItems{id sku}}}
 returnShippingFees{amountSet{shopMoney{amount}}}
 reverseFulfillmentOrders(first:2){nodes{id status lineItems(first:9){nodes{id totalQuantity
  dispositions{type quantity}}}}}
 refunds(first:5){nodes{id totalRefundedSet{shopMoney{amount}}}} order{returnStatus}}}"""
PROCESS = """mutation($input:ReturnProcessInput!){returnProcess(input:$input){return{id status
 refunds(first:5){nodes{id totalRefundedSet{shopMoney{amount}}}}} userErrors{code field message}}}"""
CREATE = """mutation($r:ReturnInput!){returnCreate(returnInput:$r){return{id name status} userErrors{code message}}}"""
DECIDE = "mutation($id:ID!){%s(id:$id){return{status} userErrors{code}}}"


def open_return(shopper: Shopper, **more: object) -> Json:
    lines = [{"sku": "MUG", "quantity": 2, "reason": "Too small"}]
    return shopper.control("POST", "returns", {"order": "#1001", "lines": lines, **more})


def act(shopper: Shopper, name: str, deed: str, **given: object) -> Json:
    return shopper.control("POST", f"returns/{name.replace('#', '%23')}/{deed}", given)


def refused(shopper: Shopper, name: str, deed: str, **given: object) -> str:
    path = f"/_sandbox/shopify/returns/{name.replace('#', '%23')}/{deed}"
    answer = shopper.client.post(path, json=given)
    assert answer.status_code == 400
    return str(answer.json()["error"])


def read(shopper: Shopper, number: str) -> Json:
    found: Json = shopper.read(RETURN, id=number)["return"]
    return found


def process(shopper: Shopper, made: Json, *, quantity: int = 2, amount: str | None = None, **more: object) -> Json:
    """Process as a client, with a refund of this amount when one is given."""
    order = shopper.read("query($id:ID!){order(id:$id){transactions(first:1){id}}}", id=shopper.order_id())["order"]
    parent = order["transactions"][0]["id"]
    money = [{"parentId": parent, "transactionAmount": {"amount": amount, "currencyCode": "GBP"}}]
    asked: Json = {
        "returnId": made["id"],
        "returnLineItems": [{"id": made["lines"][0]["id"], "quantity": quantity}],
        **({"financialTransfer": {"issueRefund": {"orderTransactions": money}}} if amount else {}),
        **more,
    }
    found: Json = shopper.read(PROCESS, input=asked)["returnProcess"]
    return found


def test_a_return_is_opened_processed_and_refunded_through_the_api(shopper: Shopper) -> None:
    ask = "query($id:ID!){order(id:$id){fulfillments(first:1){fulfillmentLineItems(first:1){nodes{id}}}}}"
    sent = shopper.read(ask, id=shopper.order_id())["order"]["fulfillments"][0]["fulfillmentLineItems"]["nodes"][0]
    line = {"fulfillmentLineItemId": sent["id"], "quantity": 2, "returnReason": "SIZE_TOO_SMALL"}
    made = shopper.read(CREATE, r={"orderId": shopper.order_id(), "returnLineItems": [line]})["returnCreate"]["return"]
    assert (made["name"], made["status"]) == ("#1001-R1", "OPEN")
    opened = read(shopper, made["id"])
    assert opened["returnLineItems"]["nodes"][0]["withCodeDiscountedTotalPriceSet"]["shopMoney"]["amount"] == "21.33"
    lines = [{"id": opened["returnLineItems"]["nodes"][0]["id"]}]
    answer = process(shopper, {"id": made["id"], "lines": lines}, amount="21.34")
    assert answer["userErrors"] == []
    assert answer["return"]["refunds"]["nodes"][0]["totalRefundedSet"]["shopMoney"]["amount"] == "21.34"
    (after,) = read(shopper, made["id"])["returnLineItems"]["nodes"]
    assert (after["processedQuantity"], after["unprocessedQuantity"]) == (2, 0)
    assert (after["refundedQuantity"], after["refundableQuantity"]) == (2, 0)


def test_more_than_is_left_cannot_be_processed(shopper: Shopper) -> None:
    made = open_return(shopper)
    assert process(shopper, made, amount="21.34")["userErrors"] == []
    again = process(shopper, made, amount="21.34")
    assert [error["code"] for error in again["userErrors"]] == ["INVALID"]
    assert len(shopper.control("GET", "ledgers/refunds")["refunds"]) == 1


def test_a_refund_above_what_was_paid_leaves_the_return_as_it_was(shopper: Shopper) -> None:
    made = open_return(shopper)
    assert process(shopper, made, amount="47.61")["userErrors"]
    (line,) = read(shopper, made["id"])["returnLineItems"]["nodes"]
    assert (line["processedQuantity"], line["refundedQuantity"]) == (0, 0)
    assert shopper.control("GET", "ledgers/refunds")["refunds"] == []


def test_units_processed_without_a_refund_can_still_be_refunded(shopper: Shopper) -> None:
    made = open_return(shopper)
    assert process(shopper, made)["userErrors"] == []
    (line,) = read(shopper, made["id"])["returnLineItems"]["nodes"]
    assert (line["processedQuantity"], line["refundedQuantity"], line["refundableQuantity"]) == (2, 0, 2)
    ask = "query($id:ID!){order(id:$id){lineItems(first:1){nodes{currentQuantity refundableQuantity}}}}"
    found = shopper.read(ask, id=shopper.order_id())["order"]["lineItems"]["nodes"][0]
    assert found == {"currentQuantity": 1, "refundableQuantity": 3}


def test_more_than_was_sent_or_waits_in_a_return_cannot_be_returned(shopper: Shopper) -> None:
    open_return(shopper)
    answer = shopper.client.post(
        "/_sandbox/shopify/returns", json={"order": "#1001", "lines": [{"sku": "MUG", "quantity": 2}]}
    )
    assert answer.status_code == 400
    assert "invalid quantity" in answer.json()["error"]


def test_fees_are_withheld_and_never_below_nought(shopper: Shopper) -> None:
    lines = [{"sku": "MUG", "quantity": 1}]
    one = open_return(shopper, lines=lines, fee="5.00")
    assert act(shopper, one["name"], "process", refund=True)["refunded"] == "5.67"
    two = open_return(shopper, lines=lines, fee="11.00")
    assert act(shopper, two["name"], "process", refund=True)["refunded"] == "0.00"
    three = open_return(shopper, lines=[{"sku": "BOWL", "quantity": 1}], restocking_percent="12.5")
    (line,) = read(shopper, three["id"])["returnLineItems"]["nodes"]
    assert line["restockingFee"] == {"percentage": 12.5, "amountSet": {"shopMoney": {"amount": "1.50"}}}
    assert act(shopper, three["name"], "process", refund=True)["refunded"] == "10.50"


def test_a_processed_return_cannot_be_cancelled_but_closed_and_reopened(shopper: Shopper) -> None:
    made = open_return(shopper)
    act(shopper, made["name"], "process", refund=True)
    cancelled = shopper.read(DECIDE % "returnCancel", id=made["id"])["returnCancel"]
    assert [error["code"] for error in cancelled["userErrors"]] == ["INVALID_STATE"]
    assert shopper.read(DECIDE % "returnClose", id=made["id"])["returnClose"]["return"]["status"] == "CLOSED"
    assert read(shopper, made["id"])["order"]["returnStatus"] == "RETURNED"
    assert shopper.read(DECIDE % "returnReopen", id=made["id"])["returnReopen"]["return"]["status"] == "OPEN"


def test_a_request_waits_until_it_is_approved_or_declined(shopper: Shopper) -> None:
    one, two = (open_return(shopper, request=True, lines=[{"sku": "MUG", "quantity": 1}]) for _ in range(2))
    assert "not open" in refused(shopper, one["name"], "process", refund=True)
    assert read(shopper, one["id"])["order"]["returnStatus"] == "RETURN_REQUESTED"
    act(shopper, one["name"], "approve")
    act(shopper, two["name"], "decline", reason="FINAL_SALE", note="Sorry")
    assert read(shopper, one["id"])["status"] == "OPEN"
    assert read(shopper, two["id"])["decline"] == {"reason": "FINAL_SALE", "note": "Sorry"}
    assert "DECLINED" in refused(shopper, two["name"], "approve")


def test_goods_that_are_restocked_are_for_sale_and_the_others_are_not(shopper: Shopper) -> None:
    made = open_return(shopper)
    graded = [{"sku": "MUG", "quantity": 1, "type": "RESTOCKED"}, {"sku": "MUG", "quantity": 1, "type": "MISSING"}]
    act(shopper, made["name"], "process", refund=True, dispositions=graded)
    levels = shopper.control("GET", "ledgers/inventory")["levels"]
    assert {x["sku"]: x["available"] for x in levels} == {"MUG": 11, "BOWL": 4}
    (order,) = read(shopper, made["id"])["reverseFulfillmentOrders"]["nodes"]
    assert [(d["type"], d["quantity"]) for d in order["lineItems"]["nodes"][0]["dispositions"]] == [
        ("RESTOCKED", 1),
        ("MISSING", 1),
    ]
    assert "invalid quantity" in refused(shopper, made["name"], "dispose", dispositions=graded)


def test_inspection_is_complete_when_every_unit_is_disposed_of(shopper: Shopper) -> None:
    made = open_return(shopper)
    ask = """mutation($d:[ReverseFulfillmentOrderDisposeInput!]!){reverseFulfillmentOrderDispose(dispositionInputs:$d){
     reverseFulfillmentOrderLineItems{dispositions{type quantity}} userErrors{code message}}}"""
    line = read(shopper, made["id"])["reverseFulfillmentOrders"]["nodes"][0]["lineItems"]["nodes"][0]["id"]
    graded = {"reverseFulfillmentOrderLineItemId": line, "quantity": 2, "dispositionType": "NOT_RESTOCKED"}
    assert shopper.read(ask, d=[graded])["reverseFulfillmentOrderDispose"]["userErrors"] == []
    assert read(shopper, made["id"])["order"]["returnStatus"] == "INSPECTION_COMPLETE"
    assert shopper.read(ask, d=[graded])["reverseFulfillmentOrderDispose"]["userErrors"]


def test_a_return_closes_by_itself_where_the_shop_is_set_so(shopper: Shopper) -> None:
    shopper.control("PUT", "settings", {"close_processed_returns": 1})
    made = open_return(shopper)
    act(shopper, made["name"], "process", lines=[{"sku": "MUG", "quantity": 1}])
    assert read(shopper, made["id"])["status"] == "OPEN"
    act(shopper, made["name"], "process")
    assert read(shopper, made["id"])["status"] == "CLOSED"


def test_returns_of_an_order_are_found_by_status(shopper: Shopper) -> None:
    first = open_return(shopper, lines=[{"sku": "MUG", "quantity": 1}])
    open_return(shopper, lines=[{"sku": "BOWL", "quantity": 1}])
    act(shopper, first["name"], "cancel")
    ask = "query($id:ID!,$q:String){order(id:$id){returns(first:5,query:$q){nodes{name}}}}"
    for search, names in (("status:open", ["#1001-R2"]), ("status:canceled", ["#1001-R1"]), (None, None)):
        found = shopper.read(ask, id=shopper.order_id(), q=search)["order"]["returns"]["nodes"]
        assert [x["name"] for x in found] == (names or ["#1001-R1", "#1001-R2"])


def test_what_shopify_suggests_counts_fees_and_the_last_units_remainder(shopper: Shopper) -> None:
    made = open_return(shopper, lines=[{"sku": "MUG", "quantity": 3}], fee="5.00")
    ask = """query($id:ID!,$r:[SuggestedOutcomeReturnLineItemInput!]!){return(id:$id){suggestedFinancialOutcome(
     returnLineItems:$r,exchangeLineItems:[]){discountedSubtotal{shopMoney{amount}} totalTax{shopMoney{amount}}
     financialTransfer{... on RefundReturnOutcome{amount{shopMoney{amount}}}}}}}"""
    asked = [{"id": made["lines"][0]["id"], "quantity": 3}]
    found = shopper.read(ask, id=made["id"], r=asked)["return"]["suggestedFinancialOutcome"]
    assert found["discountedSubtotal"]["shopMoney"]["amount"] == "32.00"
    assert found["totalTax"]["shopMoney"]["amount"] == "5.33"
    assert found["financialTransfer"]["amount"]["shopMoney"]["amount"] == "27.00"


@pytest.mark.parametrize(
    ("deeds", "topic", "keys"),
    [
        (["approve"], "returns/request", {"return_line_items", "return_shipping_fees"}),
        (["approve"], "returns/approve", {"return_line_items", "return_shipping_fees"}),
        (["decline"], "returns/decline", {"decline"}),
        (["approve", "cancel"], "returns/cancel", set()),
        (["approve", "process", "close"], "returns/close", set()),
        (["approve", "process"], "returns/process", set()),
        (["approve", "close", "reopen"], "returns/reopen", set()),
    ],
)
def test_webhooks_of_returns_are_thin(shopper: Shopper, deeds: list[str], topic: str, keys: set[str]) -> None:
    shopper.listen(topic)
    made = open_return(shopper, request=True)
    for deed in deeds:
        act(shopper, made["name"], deed)
    (body,) = (json.loads(x) for x in shopper.bodies(topic))
    assert body["admin_graphql_api_id"] == made["id"]
    assert set(body) - {"id", "admin_graphql_api_id", "order", "status", "name", "total_return_line_items"} == keys


def test_dispositions_and_removals_are_announced(shopper: Shopper) -> None:
    shopper.listen("reverse_fulfillment_orders/dispose", "returns/update")
    made = open_return(shopper)
    act(shopper, made["name"], "remove", sku="MUG", quantity=1)
    act(shopper, made["name"], "dispose", dispositions=[{"sku": "MUG", "quantity": 1, "type": "RESTOCKED"}])
    (update,) = (json.loads(x) for x in shopper.bodies("returns/update"))
    (dispose,) = (json.loads(x) for x in shopper.bodies("reverse_fulfillment_orders/dispose"))
    assert [x["delta"] for x in update["return_line_items"]["removals"]] == [1]
    assert "status" not in update
    assert (dispose["type"], dispose["quantity"]) == ("restocked", 1)


def test_a_request_is_made_and_decided_through_the_api(shopper: Shopper) -> None:
    ask = "query($id:ID!){order(id:$id){fulfillments(first:1){fulfillmentLineItems(first:1){nodes{id}}}}}"
    sent = shopper.read(ask, id=shopper.order_id())["order"]["fulfillments"][0]["fulfillmentLineItems"]["nodes"][0]
    line = {"fulfillmentLineItemId": sent["id"], "quantity": 1, "customerNote": "It leaks"}
    request = """mutation($i:ReturnRequestInput!){returnRequest(input:$i){return{id status} userErrors{code}}}"""
    fee = {"amount": {"amount": "3.00", "currencyCode": "GBP"}}
    asked = {"orderId": shopper.order_id(), "returnLineItems": [line], "returnShippingFee": fee}
    one, two = (shopper.read(request, i=asked)["returnRequest"]["return"] for _ in range(2))
    assert one["status"] == "REQUESTED"
    approve = "mutation($i:ReturnApproveRequestInput!){returnApproveRequest(input:$i){return{status} userErrors{code}}}"
    decline = "mutation($i:ReturnDeclineRequestInput!){returnDeclineRequest(input:$i){return{status} userErrors{code}}}"
    approved = shopper.read(approve, i={"id": one["id"]})["returnApproveRequest"]
    declined = shopper.read(decline, i={"id": two["id"], "declineReason": "OTHER"})["returnDeclineRequest"]
    assert (approved["return"]["status"], declined["return"]["status"]) == ("OPEN", "DECLINED")
    again = shopper.read(approve, i={"id": two["id"]})["returnApproveRequest"]
    assert (again["return"], [error["code"] for error in again["userErrors"]]) == (None, ["INVALID_STATE"])
    assert read(shopper, one["id"])["returnShippingFees"] == [{"amountSet": {"shopMoney": {"amount": "3.00"}}}]


def test_exchange_store_credit_and_shipping_go_through_one_processing(shopper: Shopper) -> None:
    lines = [{"sku": "MUG", "quantity": 2}]
    made = open_return(shopper, lines=lines, exchange=[{"sku": "BOWL", "quantity": 1, "price": "12.00"}])
    credit = {"storeCreditRefund": {"amount": {"amount": "12.94", "currencyCode": "GBP"}}}
    answer = process(
        shopper,
        made,
        exchangeLineItems=[{"id": made["exchange"][0]["id"], "quantity": 1}],
        refundShipping={"fullRefund": True},
        financialTransfer={"issueRefund": {"orderTransactions": [], "refundMethods": [credit]}},
    )
    assert answer["userErrors"] == []
    (refund,) = shopper.control("GET", "ledgers/refunds")["refunds"]
    # 21.34 of goods and 3.60 of shipping, less 12.00 of new goods
    assert (refund["refunded"], refund["shipping"], refund["adjustment"]) == ("12.94", "3.60", "0.00")
