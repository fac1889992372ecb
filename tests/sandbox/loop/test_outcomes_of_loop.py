from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Desk


def test_processing_is_queued_and_refunds_once_in_the_shop(desk: Desk) -> None:
    desk.control("PUT", "settings", {"process_delay_seconds": 60})
    number = desk.raise_return(handling_fee="3.00")
    path = f"warehouse/return/{number}/process"
    assert [desk.ask("POST", path) for _ in range(2)] == [True, True]
    assert (desk.details(number)["state"], desk.refunds()) == ("open", [])
    desk.clock(61)
    found = desk.details(number)
    assert (found["state"], found["was_processed"]) == ("closed", True)
    assert found["outcomes_processed_at"]["refund_processed"]["timezone"] == "UTC"
    (refund,) = desk.refunds()
    assert (refund["app"], refund["amount"], refund["note"]) == (
        "Loop Returns & Exchanges",
        "18.34",
        f"Loop return {number}",
    )
    (given,) = found["refunds"]
    assert (given["gateway"], given["amount"]) == ("shopify_payments", "18.34")
    assert refund["id"] == f"gid://shopify/Refund/{given['provider_refund_id']}"
    assert "Refund" in desk.shop("GET", "orders/1001")["tags"]


def test_processing_finishes_by_itself(desk: Desk) -> None:
    desk.control("PUT", "settings", {"process_delay_seconds": 0.05})
    number = desk.raise_return({"sku": "BOWL"})
    desk.ask("POST", f"warehouse/return/{number}/process")
    for _ in range(100):
        if desk.refunds():
            break
        sleep(0.02)
    assert [refund["amount"] for refund in desk.refunds()] == ["12.00"]


def test_closing_fulfils_nothing(desk: Desk) -> None:
    number = desk.raise_return()
    desk.ask("POST", f"warehouse/return/{number}/close")
    found = desk.details(number)
    assert (found["state"], found["was_processed"], found["refunds"], desk.refunds()) == ("closed", False, [], [])


def test_a_processing_that_fails_says_so_by_webhook_only_and_can_be_tried_again(desk: Desk) -> None:
    desk.listen("return.processing", "return.processing.failed")
    desk.control("PUT", "settings", {"fail_next_processing": 1})
    number = desk.raise_return({"sku": "BOWL"})
    desk.process(number)
    assert desk.events() == [
        {
            "topic": "return.processing",
            "trigger": "return.processing.failed",
            "return_id": int(number),
            "return_state": "open",
            "message": "Return failed to process",
            "source": "api",
        }
    ]
    assert desk.refunds() == []
    desk.process(number)
    assert [refund["amount"] for refund in desk.refunds()] == ["12.00"]


def test_a_refund_that_the_shop_refuses_leads_to_review(desk: Desk) -> None:
    number = desk.raise_return({"sku": "BOWL"})
    desk.shop("POST", "refunds", {"order": "#1001", "lines": [{"sku": "BOWL", "quantity": 1}]})
    desk.process(number)
    assert desk.details(number)["state"] == "review"
    assert len(desk.refunds()) == 1
    assert "review" in desk.ask("POST", f"warehouse/return/{number}/process")["message"]


def test_store_credit_issues_a_gift_card_with_its_bonus_and_moves_no_money(desk: Desk) -> None:
    desk.control("PUT", "settings", {"third_party_gift_cards": True, "bonus_percent": 10})
    desk.listen("giftcard", "giftcard.requested")
    number = desk.raise_return({"sku": "BOWL", "outcome": "store_credit"})
    desk.process(number)
    found = desk.details(number)
    assert (found["outcome"], found["gift_card"], found["refund"]) == ("store_credit", "13.20", "0.00")
    assert found["outcomes_processed_at"]["gift_card_processed"]
    (event,) = desk.events()
    assert (event["total_credit_issued"], event["gift_card_bonus_credit"]) == ("13.20", "1.20")
    assert event["return_id"] == number
    assert desk.refunds() == []


def test_an_even_exchange_is_a_separate_order_at_no_charge(desk: Desk) -> None:
    number = desk.raise_return({"sku": "BOWL", "exchange": {"sku": "MUG"}})
    assert desk.details(number)["exchange_order_name"] is None
    desk.ask("POST", f"warehouse/return/{number}/process", {"ref": "T-1"})
    desk.control("POST", "drain")
    found = desk.details(number)
    assert (found["exchange_order_name"], found["refund"], found["upsell"]) == ("EXC-1001", "0.00", "0.00")
    made = desk.shop("GET", "orders/EXC-1001")
    assert (made["id"], made["total_price"], made["tags"]) == (found["exchange_order_id"], "0.00", "1001")
    assert [line["sku"] for line in made["line_items"]] == ["MUG"]
    assert desk.refunds() == []


def test_a_dearer_exchange_is_paid_for_and_a_cheaper_one_is_refunded_in_part(desk: Desk) -> None:
    dearer = desk.raise_return({"sku": "BOWL", "exchange": {"sku": "JUG"}})
    desk.process(dearer)
    found = desk.details(dearer)
    assert (found["exchange_total"], found["exchange_credit_total"], found["upsell"]) == ("30.00", "12.00", "18.00")
    made = desk.shop("GET", "orders/EXC-1001")
    assert (made["total_price"], made["total_tax"]) == ("18.00", "3.00")
    cheaper = desk.raise_return({"sku": "MUG", "exchange": {"sku": "BOWL", "price": "6.00"}}, {"sku": "MUG"})
    desk.process(cheaper)
    found = desk.details(cheaper)
    assert (found["outcome"], found["exchange_order_name"], found["refund"]) == (
        "refund+exchange",
        "EXC-1001-2",
        "15.34",
    )
    assert {line["outcome"] for line in found["line_items"]} == {"refund", "exchange"}
    assert [refund["amount"] for refund in desk.refunds()] == ["15.34"]


def test_line_items_can_be_taken_off_and_the_rest_is_processed(desk: Desk) -> None:
    number = desk.raise_return({"sku": "MUG", "quantity": 2}, {"sku": "BOWL", "exchange": {"sku": "MUG"}})
    first, second, swapped = (line["line_item_id"] for line in desk.details(number)["line_items"])
    path = f"warehouse/return/{number}/remove"
    assert [desk.call("POST", path, line_item_id=ids).status_code for ids in ("", swapped, f"{first},{swapped}")] == [
        422,
        422,
        422,
    ]
    assert desk.ask("POST", path, line_item_id=first) is True
    desk.control("POST", "drain")
    found = desk.details(number)
    assert [line["line_item_id"] for line in found["line_items"]] == [second, swapped]
    assert (found["state"], found["edited_at"] is not None) == ("closed", True)
    assert len(desk.refunds()) == 1
    assert desk.call("POST", path, line_item_id=second).json() == {"message": "Return cannot be modified."}


def test_a_merchant_may_let_the_carrier_set_off_the_refund(desk: Desk) -> None:
    desk.control("PUT", "settings", {"auto_process": "in_transit", "restock": True})
    number = desk.raise_return({"sku": "BOWL"})
    desk.act(number, "label", status="in_transit")
    desk.control("POST", "drain")
    assert [refund["amount"] for refund in desk.refunds()] == ["12.00"]
    assert desk.ask("GET", "warehouse/reporting/asn")[0]["restock_status"] == "restocked"
