from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.sandbox.shopify.books import share

if TYPE_CHECKING:
    from .conftest import Shopper

REFUND = """mutation($input:RefundInput!,$k:String!){refundCreate(input:$input) @idempotent(key:$k){
 refund{id note totalRefundedSet{shopMoney{amount}} refundLineItems(first:9){nodes{quantity
  subtotalSet{shopMoney{amount}} totalTaxSet{shopMoney{amount}}}}
  orderAdjustments(first:3){nodes{reason amountSet{shopMoney{amount}}}} transactions(first:9){nodes{status kind
  gateway amountSet{shopMoney{amount}}}}}
 userErrors{field message}}}"""


def wanted(shopper: Shopper, amount: str, quantity: int = 0, **more: object) -> dict[str, Any]:
    found = shopper.read(
        "query($id:ID!){order(id:$id){transactions(first:1){id gateway} lineItems(first:5){nodes{id}}}}",
        id=shopper.order_id(),
    )["order"]
    sale = found["transactions"][0]
    line = {"lineItemId": found["lineItems"]["nodes"][0]["id"], "quantity": quantity}
    money = {
        "orderId": shopper.order_id(),
        "parentId": sale["id"],
        "gateway": sale["gateway"],
        "kind": "REFUND",
        "amount": amount,
    }
    return {
        "orderId": shopper.order_id(),
        "refundLineItems": [line] if quantity else [],
        "transactions": [money],
        **more,
    }


def test_units_of_a_line_carry_its_rounded_share_and_the_last_takes_the_remainder(shopper: Shopper) -> None:
    parts = []
    for number, amount in enumerate(("10.67", "10.67", "10.66")):
        made = shopper.read(REFUND, input=wanted(shopper, amount, 1), k=f"k{number}")["refundCreate"]
        line = made["refund"]["refundLineItems"]["nodes"][0]
        parts.append((line["subtotalSet"]["shopMoney"]["amount"], line["totalTaxSet"]["shopMoney"]["amount"]))
    assert parts == [("10.67", "1.78"), ("10.67", "1.78"), ("10.66", "1.77")]


def test_a_refund_without_a_key_fails(shopper: Shopper) -> None:
    answer = shopper.ask(
        "mutation($input:RefundInput!){refundCreate(input:$input){refund{id} userErrors{message}}}",
        input=wanted(shopper, "1.00"),
    )
    assert "@idempotent" in answer["errors"][0]["message"]
    assert shopper.control("GET", "ledgers/refunds")["refunds"] == []


def test_the_same_key_and_input_give_the_same_refund(shopper: Shopper) -> None:
    asked = wanted(shopper, "10.67", 1, note="RTN-1")
    ids = {shopper.read(REFUND, input=asked, k="one")["refundCreate"]["refund"]["id"] for _ in range(3)}
    assert len(ids) == 1
    assert len(shopper.control("GET", "ledgers/refunds")["refunds"]) == 1
    assert shopper.control("GET", "proofs") == {"duplicates": []}


def test_the_same_key_with_other_input_is_a_mismatch(shopper: Shopper) -> None:
    shopper.read(REFUND, input=wanted(shopper, "10.67", 1), k="one")
    again = shopper.read(REFUND, input=wanted(shopper, "5.00"), k="one")["refundCreate"]
    assert again["refund"] is None
    assert again["userErrors"][0]["message"].startswith("IDEMPOTENCY_KEY_PARAMETER_MISMATCH")


def test_a_key_whose_attempt_was_refused_must_be_replaced(shopper: Shopper) -> None:
    asked = wanted(shopper, "999.00")
    assert shopper.read(REFUND, input=asked, k="one")["refundCreate"]["userErrors"]
    again = shopper.read(REFUND, input=asked, k="one")["refundCreate"]
    assert again["userErrors"][0]["message"].startswith("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")


@pytest.mark.parametrize("quantity", [4, 0])
def test_more_than_was_bought_or_paid_is_refused(shopper: Shopper, quantity: int) -> None:
    asked = wanted(shopper, "1.00" if quantity else "47.61", quantity)
    assert shopper.read(REFUND, input=asked, k="one")["refundCreate"]["userErrors"]
    assert shopper.control("GET", "ledgers/refunds")["refunds"] == []


def test_more_than_was_paid_is_given_when_over_refunding_is_allowed(shopper: Shopper) -> None:
    asked = wanted(shopper, "50.00", allowOverRefunding=True)
    assert shopper.read(REFUND, input=asked, k="one")["refundCreate"]["userErrors"] == []


def test_a_fee_withheld_shows_as_a_discrepancy(shopper: Shopper) -> None:
    made = shopper.read(REFUND, input=wanted(shopper, "5.67", 1), k="one")["refundCreate"]["refund"]
    assert made["orderAdjustments"]["nodes"] == [
        {"reason": "REFUND_DISCREPANCY", "amountSet": {"shopMoney": {"amount": "5.00"}}}
    ]


def test_a_pending_refund_counts_only_when_the_money_has_arrived(shopper: Shopper) -> None:
    shopper.control("PUT", "settings", {"refund_delay_seconds": 3600})
    made = shopper.read(REFUND, input=wanted(shopper, "10.67", 1), k="one")["refundCreate"]["refund"]
    assert made["transactions"]["nodes"][0]["status"] == "PENDING"
    assert made["totalRefundedSet"]["shopMoney"]["amount"] == "0.00"
    shopper.client.put("/_sandbox/clock", json={"offset_seconds": 3601})
    later = shopper.read(
        "query($id:ID!){node(id:$id){... on Refund{totalRefundedSet{shopMoney{amount}}}}}", id=made["id"]
    )
    assert later["node"]["totalRefundedSet"]["shopMoney"]["amount"] == "10.67"


def test_a_failed_refund_leaves_the_money_where_it_was(shopper: Shopper) -> None:
    shopper.control("PUT", "settings", {"fail_next_refunds": 1})
    made = shopper.read(REFUND, input=wanted(shopper, "47.60"), k="one")["refundCreate"]["refund"]
    assert made["transactions"]["nodes"][0]["status"] == "FAILURE"
    again = shopper.read(REFUND, input=wanted(shopper, "47.60"), k="two")["refundCreate"]["refund"]
    assert again["totalRefundedSet"]["shopMoney"]["amount"] == "47.60"


def test_the_ledger_of_the_order_tells_who_refunded(shopper: Shopper) -> None:
    shopper.read(REFUND, input=wanted(shopper, "10.67", 1), k="one")
    shopper.control("POST", "refunds", {"order": "#1001", "amount": "2.00", "note": "goodwill"})
    found = shopper.read(
        "query($id:ID!){order(id:$id){agreements(first:9){nodes{app{title} user{name}}}}}",
        id=shopper.order_id(),
    )["order"]["agreements"]["nodes"]
    assert [(a["app"] and a["app"]["title"], bool(a["user"])) for a in found] == [
        (None, False),
        ("Tieout", False),
        ("Shopify admin", True),
    ]


def test_a_lost_reply_commits_the_refund_once_however_often_it_is_tried(shopper: Shopper) -> None:
    asked = wanted(shopper, "10.67", 1)
    variables = {"input": asked, "k": "one"}
    shopper.control("PUT", "temper", {"lost_reply": 1, "lost_reply_as": "504", "limit": 2})
    assert shopper.post(REFUND, variables).status_code == 504
    assert shopper.post(REFUND, variables).status_code == 504
    assert shopper.read(REFUND, input=asked, k="one")["refundCreate"]["refund"]
    assert len(shopper.control("GET", "ledgers/refunds")["refunds"]) == 1
    effects = [e for x in shopper.control("GET", "journal?effects_only=1")["entries"] for e in x["effects"]]
    assert [e["name"] for e in effects] == ["refund.created"]


def test_a_late_refund_is_made_after_the_answer_and_then_only_once(shopper: Shopper) -> None:
    variables = {"input": wanted(shopper, "10.67", 1), "k": "one"}
    shopper.control("PUT", "temper", {"late_commit": 1, "late_commit_seconds": 0.15, "limit": 1})
    assert shopper.post(REFUND, variables).status_code == 504
    assert shopper.control("GET", "ledgers/refunds")["refunds"] == []
    deadline = time.monotonic() + 3
    while not shopper.control("GET", "ledgers/refunds")["refunds"] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert shopper.read(REFUND, **variables)["refundCreate"]["refund"]
    assert len(shopper.control("GET", "ledgers/refunds")["refunds"]) == 1


def test_a_retry_that_overtakes_the_late_commit_still_makes_one_refund(shopper: Shopper) -> None:
    variables = {"input": wanted(shopper, "10.67", 1), "k": "one"}
    shopper.control("PUT", "temper", {"late_commit": 1, "late_commit_seconds": 0.2, "limit": 1})
    assert shopper.post(REFUND, variables).status_code == 504
    assert shopper.read(REFUND, **variables)["refundCreate"]["refund"]
    time.sleep(0.3)
    assert [e["acted_status"] for e in shopper.control("GET", "journal")["entries"]].count(200) == 3
    assert len(shopper.control("GET", "ledgers/refunds")["refunds"]) == 1


@pytest.mark.parametrize("seed", range(5))
def test_whatever_goes_wrong_a_client_that_keeps_its_key_refunds_once(shopper: Shopper, seed: int) -> None:
    asked = [{"input": wanted(shopper, "1.00", note=f"RTN-{n}"), "k": f"key-{n}"} for n in range(6)]
    faults = {"lost_reply": 0.4, "late_commit": 0.2, "error_before": 0.2, "busy": 0.2, "expired_token": 0.1}
    waits = {"silence_seconds": 0.01, "late_commit_seconds": 0.02}
    shopper.control("PUT", "temper", {**faults, **waits, "seed": seed})
    for variables in asked:
        while shopper.post(REFUND, variables).status_code != 200:
            pass
    shopper.control("PUT", "temper", {})
    time.sleep(0.05)
    notes = [refund["note"] for refund in shopper.control("GET", "ledgers/refunds")["refunds"]]
    assert sorted(notes) == [f"RTN-{n}" for n in range(6)]
    assert shopper.control("GET", "proofs") == {"duplicates": []}


def test_queries_never_lose_their_reply(shopper: Shopper) -> None:
    shopper.control("PUT", "temper", {"lost_reply": 1, "late_commit": 1})
    assert shopper.read("{shop{name}}")["shop"]["name"] == "tieout-demo"


def test_a_restocked_unit_is_for_sale_again(shopper: Shopper) -> None:
    asked = wanted(shopper, "10.67", 1)
    asked["refundLineItems"][0] |= {"restockType": "RETURN", "locationId": shopper.ids["location"]}
    shopper.read(REFUND, input=asked, k="one")
    levels = shopper.control("GET", "ledgers/inventory")["levels"]
    assert {x["sku"]: x["available"] for x in levels} == {"MUG": 11, "BOWL": 4}


def test_tax_beside_the_price_is_refunded_with_it(shopper: Shopper) -> None:
    made = shopper.control("POST", "refunds", {"order": "#1002", "lines": [{"sku": "BOWL", "quantity": 1}]})
    assert made["amount"] == "12.00"
    assert json.dumps(made["lines"]) == '[{"sku": "BOWL", "quantity": 1, "subtotal": "10.00", "tax": "2.00"}]'


def test_two_refunds_with_one_note_are_reported(shopper: Shopper) -> None:
    for _ in range(2):
        shopper.control("POST", "refunds", {"order": "#1001", "amount": "1.00", "note": "RTN-9"})
    assert [d["value"] for d in shopper.control("GET", "proofs")["duplicates"]] == ["RTN-9"]


@given(total=st.integers(0, 10**6), steps=st.lists(st.integers(1, 9), min_size=1, max_size=9))
def test_refunds_of_all_units_add_back_to_the_line(total: int, steps: list[int]) -> None:
    given_back, done = 0, 0
    for step in steps:
        part = share(total, sum(steps), given_back, done, step)
        assert part >= 0
        given_back += part
        done += step
    assert given_back == total
