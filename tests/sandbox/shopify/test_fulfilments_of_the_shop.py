from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .conftest import Json, Shopper

OPEN = """query($id:ID!){order(id:$id){displayFulfillmentStatus lineItems(first:9){nodes{sku unfulfilledQuantity}}
 fulfillmentOrders(first:9){nodes{id status assignedLocation{name} lineItems(first:9){nodes{id sku totalQuantity
 remainingQuantity lineItem{id}}}}}
 fulfillments(first:9){id name status totalQuantity location{name} trackingInfo(first:9){company number url}
 fulfillmentLineItems(first:9){nodes{quantity lineItem{sku}}}}}}"""
SEND = """mutation($f:FulfillmentInput!){fulfillmentCreate(fulfillment:$f){fulfillment{id status totalQuantity
 trackingInfo{company number url}} userErrors{field message}}}"""
TRACK = """mutation($id:ID!,$t:FulfillmentTrackingInput!){fulfillmentTrackingInfoUpdate(fulfillmentId:$id,
 trackingInfoInput:$t,notifyCustomer:true){fulfillment{trackingInfo{number}} userErrors{field message}}}"""
ORDER = {
    "name": "#2001",
    "fulfilled": False,
    "lines": [
        {"sku": "MUG", "quantity": 3, "price": "12.00"},
        {"sku": "BOWL", "quantity": 2, "price": "10.00"},
    ],
}


def placed(shopper: Shopper) -> str:
    made = shopper.control("POST", "load", {"orders": [ORDER]})
    return str(made["orders"]["#2001"]["id"])


def order(shopper: Shopper, number: str) -> Json:
    found: Json = shopper.read(OPEN, id=number)["order"]
    return found


def lines(shopper: Shopper, number: str) -> dict[str, tuple[str, int]]:
    (one,) = order(shopper, number)["fulfillmentOrders"]["nodes"]
    return {line["sku"]: (line["id"], line["remainingQuantity"]) for line in one["lineItems"]["nodes"]}


def send(shopper: Shopper, number: str, units: dict[str, int] | None = None, **more: Any) -> Json:  # noqa: ANN401
    (one,) = order(shopper, number)["fulfillmentOrders"]["nodes"]
    by_order: Json = {"fulfillmentOrderId": one["id"]}
    if units is not None:
        known = {line["sku"]: line["id"] for line in one["lineItems"]["nodes"]}
        by_order["fulfillmentOrderLineItems"] = [{"id": known[sku], "quantity": n} for sku, n in units.items()]
    made: Json = shopper.read(SEND, f={"lineItemsByFulfillmentOrder": [by_order], **more})["fulfillmentCreate"]
    return made


def level(shopper: Shopper, sku: str = "MUG") -> tuple[int, int, int]:
    found = shopper.read(
        "query($q:String){productVariants(first:1,query:$q){nodes{inventoryItem{inventoryLevels(first:1){nodes{"
        'quantities(names:["available","committed","on_hand"]){name quantity}}}}}}}',
        q=f"sku:{sku}",
    )
    (one,) = found["productVariants"]["nodes"][0]["inventoryItem"]["inventoryLevels"]["nodes"]
    held = {q["name"]: q["quantity"] for q in one["quantities"]}
    return held["available"], held["committed"], held["on_hand"]


def test_an_open_order_waits_with_all_its_units_committed(shopper: Shopper) -> None:
    found = order(shopper, placed(shopper))
    assert (found["displayFulfillmentStatus"], found["fulfillments"]) == ("UNFULFILLED", [])
    (one,) = found["fulfillmentOrders"]["nodes"]
    assert (one["status"], one["assignedLocation"]["name"]) == ("OPEN", "Home")
    assert [(x["sku"], x["totalQuantity"], x["remainingQuantity"]) for x in one["lineItems"]["nodes"]] == [
        ("MUG", 3, 3),
        ("BOWL", 2, 2),
    ]
    assert level(shopper) == (10, 3, 13)


def test_a_part_that_is_sent_lowers_what_is_left_and_what_is_committed(shopper: Shopper) -> None:
    number = placed(shopper)
    tracking = {"company": "DPD UK", "number": "15501", "url": "https://track.example.com/15501"}
    made = send(shopper, number, {"MUG": 2}, trackingInfo=tracking, notifyCustomer=True)
    assert made["userErrors"] == []
    assert made["fulfillment"]["trackingInfo"] == [tracking]
    found = order(shopper, number)
    assert found["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert {sku: left for sku, (_, left) in lines(shopper, number).items()} == {"MUG": 1, "BOWL": 2}
    assert [(x["sku"], x["unfulfilledQuantity"]) for x in found["lineItems"]["nodes"]] == [("MUG", 1), ("BOWL", 2)]
    assert level(shopper) == (10, 1, 11)
    assert send(shopper, number)["userErrors"] == []
    found = order(shopper, number)
    assert (found["displayFulfillmentStatus"], found["fulfillmentOrders"]["nodes"][0]["status"]) == (
        "FULFILLED",
        "CLOSED",
    )
    assert [(x["name"], x["totalQuantity"]) for x in found["fulfillments"]] == [("#2001.1", 2), ("#2001.2", 3)]
    assert level(shopper) == (10, 0, 10)


def test_more_than_is_left_is_refused_and_nothing_is_sent(shopper: Shopper) -> None:
    number = placed(shopper)
    send(shopper, number, {"MUG": 2})
    for units in ({"MUG": 2}, {"BOWL": 1, "MUG": 2}, {"MUG": 0}):
        refused = send(shopper, number, units)
        assert refused["fulfillment"] is None
        assert refused["userErrors"] == [
            {"field": ["fulfillment"], "message": "Invalid fulfillment order line item quantity requested."}
        ]
    assert len(order(shopper, number)["fulfillments"]) == 1
    send(shopper, number)
    assert "unfulfillable status= closed" in send(shopper, number)["userErrors"][0]["message"]
    stranger = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/1"}]}
    assert "does not exist" in shopper.read(SEND, f=stranger)["fulfillmentCreate"]["userErrors"][0]["message"]


def test_several_parcels_have_a_number_each_and_tracking_can_follow_later(shopper: Shopper) -> None:
    number = placed(shopper)
    made = send(shopper, number, {"MUG": 1}, trackingInfo={"company": "Evri", "numbers": ["H1", "H2"]})
    assert [x["number"] for x in made["fulfillment"]["trackingInfo"]] == ["H1", "H2"]
    bare = send(shopper, number, {"MUG": 1})["fulfillment"]
    assert bare["trackingInfo"] == []
    later = shopper.read(TRACK, id=bare["id"], t={"company": "Evri", "number": "H3"})
    assert later["fulfillmentTrackingInfoUpdate"]["fulfillment"]["trackingInfo"] == [{"number": "H3"}]
    found = order(shopper, number)["fulfillments"]
    assert [[x["number"] for x in one["trackingInfo"]] for one in found] == [["H1", "H2"], ["H3"]]
    again = shopper.read("query($id:ID!){fulfillment(id:$id){order{name}}}", id=bare["id"])
    assert again["fulfillment"]["order"]["name"] == "#2001"


def test_a_fulfilment_sent_twice_is_there_twice(shopper: Shopper) -> None:
    number = placed(shopper)
    for _ in range(2):
        assert send(shopper, number, {"MUG": 1})["userErrors"] == []
    assert len(order(shopper, number)["fulfillments"]) == 2


def test_an_order_that_went_out_when_it_was_entered_has_nothing_left(shopper: Shopper) -> None:
    found = order(shopper, shopper.order_id())
    assert [x["totalQuantity"] for x in found["fulfillments"]] == [4]
    assert found["fulfillmentOrders"]["nodes"][0]["status"] == "CLOSED"
    assert level(shopper) == (10, 0, 10)


def test_units_that_are_cancelled_before_they_are_sent_are_offered_again(shopper: Shopper) -> None:
    number = placed(shopper)
    line = shopper.read(OPEN, id=number)["order"]["fulfillmentOrders"]["nodes"][0]["lineItems"]["nodes"][0]
    refund = {
        "orderId": number,
        "currency": "GBP",
        "refundLineItems": [
            {
                "lineItemId": line["lineItem"]["id"],
                "quantity": 2,
                "restockType": "CANCEL",
                "locationId": shopper.ids["location"],
            }
        ],
    }
    query = 'mutation($i:RefundInput!){refundCreate(input:$i)@idempotent(key:"r"){userErrors{message}}}'
    assert shopper.read(query, i=refund)["refundCreate"]["userErrors"] == []
    assert level(shopper) == (12, 1, 13)
    assert lines(shopper, number)["MUG"][1] == 1


def test_a_fulfilment_is_told_by_webhook_with_the_order(shopper: Shopper) -> None:
    shopper.listen("orders/updated", "inventory_levels/update")
    number = placed(shopper)
    send(shopper, number, {"MUG": 1})
    (body,) = shopper.bodies("orders/updated")
    assert json.loads(body)["fulfillment_status"] == "partial"
    assert len(shopper.bodies("inventory_levels/update")) == 1
