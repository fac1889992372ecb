from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Desk, Json


def line_of(desk: Desk) -> Json:
    found: Json = desk.control("GET", "ledgers/rmas")["rmas"][0]
    return found


def test_a_reopened_rma_takes_another_unit_and_pays_only_for_that(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received"})
    rma = desk.raise_rma({"sku": "MUG"})
    desk.act(rma, "approve", "receive", "done")
    assert desk.client.post(f"/_sandbox/returngo/rmas/{rma}/add-item", json={"sku": "BOWL"}).status_code == 409
    desk.act(rma, "reopen")
    desk.act(rma, "add-item", sku="BOWL", reason="Broken")
    desk.act(rma, "receive")
    assert [refund["amount"] for refund in desk.refunds()] == ["10.67", "12.00"]
    assert [refund["return"] for refund in desk.refunds()] == ["#1001-R1", "#1001-R2"]
    assert [item["settled"] for item in line_of(desk)["items"]] == [True, True]


def test_a_reopened_exchange_gets_a_new_draft_for_the_one_that_vanished(desk: Desk) -> None:
    rma = desk.raise_rma({"sku": "BOWL", "resolution": "InstantVariantExchange"})
    desk.act(rma, "approve")
    first = desk.detail(rma)["exchangeOrders"][0]["draftOrderId"]
    desk.act(rma, "cancel")
    assert desk.detail(rma)["exchangeOrders"] == []
    desk.act(rma, "reopen")
    (order,) = desk.detail(rma)["exchangeOrders"]
    assert order["draftOrderId"] != first
    assert (order["orderId"], order["type"]) == ("", "Exchange")


def test_a_transaction_is_requested_until_its_time_and_then_fails_with_a_comment(desk: Desk) -> None:
    desk.control("PUT", "settings", {"transaction_delay_seconds": 60, "fail_next_transactions": 1})
    rma = desk.raise_rma({"sku": "MUG", "resolution": "RefundToStoreCredit"})
    desk.act(rma, "approve", "receive", "refund")
    (move,) = desk.detail(rma)["transactions"]
    assert (move["status"], "externalReferenceId" in move) == ("Requested", False)
    desk.client.put("/_sandbox/clock", json={"offset_seconds": 61})
    (found,) = desk.ask("GET", "transactions", pagesize="9", statuses="Failed")["transactions"]
    assert found["updatedAt"] > found["createdAt"]
    assert desk.detail(rma)["comments"][-1]["commentType"] == "error"
    assert line_of(desk)["items"][0]["settled"] is False


def test_a_failed_transaction_is_tried_again_under_its_own_id(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received", "fail_next_transactions": 1})
    rma = desk.raise_rma()
    desk.act(rma, "approve", "receive")
    (move,) = line_of(desk)["transactions"]
    desk.act(rma, "retry-transaction", transaction=move["id"])
    (after,) = line_of(desk)["transactions"]
    assert (after["id"], after["status"], after["amount"]) == (move["id"], "Success", "21.34")
    assert desk.refunds()[0]["id"] == f"gid://shopify/Refund/{after['reference']}"
    again = desk.client.post(f"/_sandbox/returngo/rmas/{rma}/retry-transaction", json={"transaction": move["id"]})
    assert again.status_code == 409


def test_a_refund_that_the_shop_fails_after_a_while_leaves_the_units_unsettled(desk: Desk) -> None:
    desk.shop("PUT", "settings", {"refund_delay_seconds": 60, "fail_next_refunds": 1})
    desk.control("PUT", "settings", {"auto_refund": "received"})
    rma = desk.raise_rma({"sku": "BOWL"})
    desk.act(rma, "approve", "receive")
    desk.client.put("/_sandbox/clock", json={"offset_seconds": 61})
    assert line_of(desk)["transactions"][0]["status"] == "Failed"
    assert line_of(desk)["items"][0]["settled"] is False
    assert line_of(desk)["timeline"][-1]["kind"] == "error"


def test_only_the_units_that_the_shop_refunded_are_left_out(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "validated"})
    rma = desk.raise_rma({"sku": "MUG", "quantity": 2})
    other = desk.raise_rma({"sku": "MUG"})
    desk.act(rma, "approve")
    desk.act(other, "approve")
    desk.shop("POST", "refunds", {"order": "#1001", "lines": [{"sku": "MUG", "quantity": 1}]})
    desk.act(rma, "validate")
    desk.act(other, "validate")
    assert [(r["app"], r["lines"][0]["quantity"]) for r in desk.refunds()] == [
        ("Shopify admin", 1),
        ("ReturnGO", 1),
        ("ReturnGO", 1),
    ]
    desk.act(rma, "refund")
    assert len(desk.refunds()) == 3
    assert [item["refunded_elsewhere"] for item in line_of(desk)["items"]] == [True, False]
    desk.act(rma, "refund", force=True)
    assert line_of(desk)["transactions"][-1]["status"] == "Failed", "the shop has no such unit left"


def test_a_goodwill_payment_in_the_shop_does_not_stand_for_the_units(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received"})
    rma = desk.raise_rma({"sku": "BOWL"})
    desk.act(rma, "approve")
    desk.shop("POST", "refunds", {"order": "#1001", "amount": "5.00"})
    desk.act(rma, "receive")
    assert [refund["app"] for refund in desk.refunds()] == ["Shopify admin", "ReturnGO"]


def test_chatter_fills_the_timeline_the_ears_and_the_quota_but_moves_no_date(desk: Desk) -> None:
    desk.listen("SHIPMENT_STATUS_UPDATED")
    rma = desk.raise_rma()
    desk.act(rma, "approve", "ship")
    before, used = desk.detail(rma), desk.control("GET", "quota")["used"]
    desk.act(rma, "chatter", times=7)
    assert desk.control("GET", "quota")["used"] == used + 7
    after = desk.detail(rma)
    assert len(after["comments"]) - len(before["comments"]) == 7
    assert (after["lastUpdated"], after["shipments"]) == (before["lastUpdated"], before["shipments"])
    assert len([event for event in desk.events() if event["status"] == "Shipped"]) == 8


def test_the_shop_may_fail_to_make_its_own_return(desk: Desk) -> None:
    desk.control("PUT", "settings", {"fail_next_shop_returns": 1})
    rma = desk.raise_rma()
    desk.act(rma, "approve")
    assert line_of(desk)["shop_returns"] == []
    assert "error" in {comment["commentType"] for comment in desk.detail(rma)["comments"]}


def test_in_transit_is_a_trigger_and_exchanges_can_be_released_by_one(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "shipped", "auto_release": "validated"})
    rma = desk.raise_rma({"sku": "MUG"}, {"sku": "BOWL", "resolution": "InstantVariantExchange"})
    desk.act(rma, "approve", "ship")
    assert [refund["amount"] for refund in desk.refunds()] == ["10.67"]
    assert desk.detail(rma)["exchangeOrders"][0]["orderId"] == ""
    desk.act(rma, "validate")
    assert desk.detail(rma)["exchangeOrders"][0]["orderName"] == f"#EX{rma}"


def test_a_warehouse_creates_an_rma_by_policy_and_only_what_the_policy_allows(desk: Desk) -> None:
    desk.control("PUT", "policies", {"policies": [{"name": "Blind", "resolutions": ["RefundToStoreCredit"]}]})
    body = {"order_name": "#1001", "items": [{"sku": "BOWL", "policyRuleName": "Blind"}]}
    (policy,) = desk.ask("POST", "rma/getEligiblePolicies", body)["policies"]
    assert policy["policyRuleName"] == "Blind"
    assert desk.call("POST", "rma/createByPolicy", body).status_code == 400, "a refund is not allowed"
    body["items"][0]["resolutionType"] = policy["resolutions"][0]["resolutionType"]  # type: ignore[index]  # a list
    made = desk.ask("POST", "rma/createByPolicy", body)
    assert desk.detail(made["rmaId"])["rmaSummary"]["events"][0]["triggeredVia"] == "API"
    assert desk.call("POST", "rma/createByPolicy", {**body, "order_name": "#9"}).status_code == 400
    assert len(desk.ask("GET", "rmas", pagesize="9")["rmas"]) == 1


def test_news_of_a_carrier_is_sent_on_and_leaves_the_shipment_as_it_is(desk: Desk) -> None:
    desk.listen("SHIPMENT_TRACKER_STATUS_UPDATED")
    rma = desk.raise_rma()
    desk.act(rma, "approve")
    desk.act(rma, "ship", tracking_number="TN1")
    desk.ask("POST", "shipment-tracker", {"trackingNumber": "TN1", "status": "Delivered"})
    desk.act(rma, "track", status="InTransit")
    assert [event["status"] for event in desk.events()] == ["Delivered", "InTransit"]
    assert desk.shipment(rma)["status"] == "Shipped"
    assert desk.ask("POST", "shipment-tracker", {"trackingNumber": "TN1"})["status"] == "InTransit"
    assert desk.call("POST", "shipment-tracker", {"trackingNumber": "?"}).status_code == 404


def test_a_delayed_refund_goes_out_when_its_hours_have_passed_unless_the_rma_was_cancelled(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received", "auto_refund_delay_hours": 24})
    kept, dropped = desk.raise_rma({"sku": "BOWL"}), desk.raise_rma({"sku": "MUG"})
    desk.act(kept, "approve", "receive")
    desk.act(dropped, "approve", "receive", "cancel")
    assert desk.detail(kept)["transactions"] == []
    desk.client.put("/_sandbox/clock", json={"offset_seconds": 86_401})
    assert [move["status"] for move in desk.detail(kept)["transactions"]] == ["Success"]
    assert desk.detail(dropped)["transactions"] == []


def test_the_cancellation_fee_is_not_taken_twice_when_a_failed_payment_is_tried_again(desk: Desk) -> None:
    desk.control("PUT", "settings", {"fail_next_transactions": 1})
    units = [{"sku": "BOWL", "resolution": "RefundToStoreCredit"}, {"sku": "MUG"}]
    made = desk.control("POST", "rmas", {"order_name": "#1001", "items": units, "cancellation_fee": "4.00"})
    rma = str(made["rmas"][0]["rma_id"])
    desk.act(rma, "approve", "receive", "refund")
    failed, refund = line_of(desk)["transactions"]
    assert [(m["status"], m["amount"]) for m in (failed, refund)] == [("Failed", "8.00"), ("Success", "6.67")]
    desk.act(rma, "retry-transaction", transaction=failed["id"])
    assert line_of(desk)["transactions"][0]["amount"] == "12.00"
