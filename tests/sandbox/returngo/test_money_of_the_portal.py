from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Desk


@pytest.mark.parametrize("trigger", ["approved", "received", "validated"])
def test_a_refund_goes_out_when_its_trigger_is_reached_and_not_before(desk: Desk, trigger: str) -> None:
    desk.control("PUT", "settings", {"auto_refund": trigger})
    rma = desk.raise_rma()
    for action, reached in (("approve", "approved"), ("receive", "received"), ("validate", "validated")):
        before = len(desk.refunds())
        desk.act(rma, action)
        assert len(desk.refunds()) - before == (1 if reached == trigger else 0)
    (refund,) = desk.refunds()
    assert (refund["app"], refund["amount"], refund["return"]) == ("ReturnGO", "21.34", "#1001-R1")


def test_no_refund_goes_out_by_itself_when_that_is_switched_off(desk: Desk) -> None:
    rma = desk.raise_rma()
    desk.act(rma, "approve", "receive", "validate", "done")
    assert desk.refunds() == []
    assert desk.ask("GET", "transactions", pagesize="10")["transactions"] == []


def test_a_transaction_names_the_refund_of_the_shop_and_has_numbers_for_ids(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received"})
    rma = desk.raise_rma()
    desk.act(rma, "approve", "receive")
    (move,) = desk.ask("GET", "transactions", pagesize="10", rma_ids=rma)["transactions"]
    assert (move["rmaId"], move["type"], move["status"]) == (int(rma), "RefundToPaymentMethod", "Success")
    assert move["externalReferenceType"] == "PlatformRefundId"
    assert desk.refunds()[0]["id"] == f"gid://shopify/Refund/{move['externalReferenceId']}"
    assert move["amount"]["amount"] == Decimal("21.34")
    assert desk.ask("GET", "transactions", pagesize="10", order_ids=str(move["orderId"]))["transactions"] == [move]
    assert desk.ask("GET", "transactions", pagesize="10", order_ids="1")["transactions"] == []


def test_auto_refund_stands_down_when_the_shop_has_refunded_already(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "validated"})
    rma = desk.raise_rma()
    desk.act(rma, "approve", "receive")
    desk.shop("POST", "refunds", {"order": "#1001", "lines": [{"sku": "MUG", "quantity": 2}]})
    desk.act(rma, "validate")
    assert [refund["app"] for refund in desk.refunds()] == ["Shopify admin"]
    assert "skipped" in desk.detail(rma)["comments"][-1]["htmlText"]


def test_a_failed_transaction_moves_no_money_and_can_be_tried_again_by_hand(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received", "fail_next_transactions": 1})
    rma = desk.raise_rma()
    desk.act(rma, "approve", "receive")
    assert desk.refunds() == []
    assert desk.detail(rma)["transactions"][0]["status"] == "Failed"
    assert desk.detail(rma)["comments"][-1]["commentType"] == "error"
    desk.act(rma, "refund", "refund")
    assert [refund["amount"] for refund in desk.refunds()] == ["21.34"]


def test_a_refund_that_the_shop_still_processes_is_requested_until_it_arrives(desk: Desk) -> None:
    desk.shop("PUT", "settings", {"refund_delay_seconds": 60})
    desk.control("PUT", "settings", {"auto_refund": "received"})
    rma = desk.raise_rma()
    desk.act(rma, "approve", "receive")
    assert desk.detail(rma)["transactions"][0]["status"] == "Requested"
    desk.client.put("/_sandbox/clock", json={"offset_seconds": 61})
    assert desk.detail(rma)["transactions"][0]["status"] == "Success"


def test_store_credit_is_given_unit_by_unit_and_may_exceed_the_price(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received", "store_credit_percent": 150})
    rma = desk.raise_rma({"sku": "MUG", "quantity": 2, "resolution": "RefundToStoreCredit"})
    desk.act(rma, "approve", "receive")
    moves = desk.ask("GET", "transactions", pagesize="10")["transactions"]
    assert [len(move["returnItemIds"]) for move in moves] == [1, 1]
    assert {move["amount"]["amount"] for move in moves} == {Decimal("16.00")}
    assert {move["externalReferenceType"] for move in moves} == {"StoreCreditCode"}
    assert desk.refunds() == []


def test_fees_come_off_the_refund_but_never_below_nought(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received"})
    rma = desk.raise_rma({"sku": "BOWL", "return_fee": "5.00"})
    assert desk.detail(rma)["items"][0]["returnFee"] == 5
    desk.act(rma, "approve", "receive")
    assert desk.refunds()[0]["amount"] == "7.00"
    fees = desk.raise_rma({"sku": "MUG", "restocking_fee": "99.00"})
    desk.act(fees, "approve", "receive")
    assert desk.refunds()[1]["amount"] == "0.00"


def test_parts_of_a_return_are_refunded_as_they_arrive(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_refund": "received"})
    rma = desk.raise_rma({"sku": "MUG", "quantity": 3})
    desk.act(rma, "approve")
    items = [item["returnedItemId"] for item in desk.detail(rma)["items"]]
    for item in items:
        desk.act(rma, "receive", returned_item_ids=[item])
    assert [refund["amount"] for refund in desk.refunds()] == ["10.67", "10.67", "10.66"]
    assert desk.shop("GET", "ledgers/refunds")["refunds"][2]["lines"][0]["subtotal"] == "10.66"


def test_an_exchange_has_a_draft_order_without_an_order_id(desk: Desk) -> None:
    rma = desk.raise_rma({"sku": "BOWL", "resolution": "InstantVariantExchange"})
    desk.act(rma, "approve")
    (order,) = desk.detail(rma)["exchangeOrders"]
    assert order["draftOrderId"]
    assert order["orderId"] == ""


def test_a_released_exchange_is_an_order_of_the_shop_at_no_charge(desk: Desk) -> None:
    rma = desk.raise_rma({"sku": "BOWL", "resolution": "InstantVariantExchange"})
    desk.act(rma, "approve", "receive", "release_exchange")
    (order,) = desk.detail(rma)["exchangeOrders"]
    made = desk.shop("GET", f"orders/{order['orderName'].lstrip('#')}")
    assert (str(made["id"]), made["total_price"], made["line_items"][0]["sku"]) == (order["orderId"], "0.00", "BOWL")
    assert desk.client.post(f"/_sandbox/returngo/rmas/{rma}/release_exchange").status_code == 409
