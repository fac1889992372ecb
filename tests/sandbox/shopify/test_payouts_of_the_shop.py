from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Shopper

Json = dict[str, Any]
ROWS = """query($q:String,$c:String,$n:Int){shopifyPaymentsAccount{balanceTransactions(first:$n,after:$c,query:$q){
 pageInfo{hasNextPage endCursor} nodes{id type test transactionDate amount{amount currencyCode} fee{amount} net{amount}
 sourceId sourceType sourceOrderTransactionId associatedOrder{id name} associatedPayout{id status}
 adjustmentReason}}}}"""
PAYOUTS = """query($q:String){shopifyPaymentsAccount{payouts(first:5,query:$q){nodes{id legacyResourceId issuedAt status
 transactionType net{amount} externalTraceId summary{adjustmentsFee{amount} adjustmentsGross{amount}
 chargesFee{amount} chargesGross{amount} refundsFee{amount} refundsFeeGross{amount}}}}}}"""
LATER = "2030-01-01T00:00:00Z"


def rows(shopper: Shopper, query: str | None = None) -> list[Json]:
    found: list[Json] = shopper.read(ROWS, q=query, n=50)["shopifyPaymentsAccount"]["balanceTransactions"]["nodes"]
    return found


def figures(row: Json) -> tuple[str, str, str, str]:
    return (row["type"], row["amount"]["amount"], row["fee"]["amount"], row["net"]["amount"])


def test_sales_and_refunds_through_shopify_payments_are_rows_without_a_payout_at_first(shopper: Shopper) -> None:
    shopper.control("POST", "load", {"orders": [{"name": "#9", "gateway": "cash", "lines": [{"price": "1.00"}]}]})
    shopper.control("POST", "refunds", {"order": "#1001", "lines": [{"sku": "MUG", "quantity": 1}]})
    found = rows(shopper)
    assert [figures(row) for row in found] == [
        ("CHARGE", "47.60", "0.91", "46.69"),
        ("CHARGE", "24.00", "0.56", "23.44"),
        ("REFUND", "-10.67", "0.00", "-10.67"),
    ]
    assert [row["associatedPayout"] for row in found] == [{"id": None, "status": "PENDING"}] * 3
    assert [row["associatedOrder"]["name"] for row in found] == ["#1001", "#1002", "#1001"]
    ask = "query($id:ID!){order(id:$id){transactions{id}}}"
    known = shopper.read(ask, id=shopper.order_id())["order"]["transactions"]
    assert [x["id"].rsplit("/", 1)[1] for x in known] == [
        row["sourceOrderTransactionId"] for row in found if row["associatedOrder"]["name"] == "#1001"
    ]


def test_a_pending_refund_is_a_row_only_when_its_money_has_gone(shopper: Shopper) -> None:
    made = shopper.control("POST", "refunds", {"order": "#1001", "amount": "5.00", "status": "PENDING"})
    assert len(rows(shopper)) == 2
    shopper.control("POST", f"refunds/{made['id'].rsplit('/', 1)[1]}/settle", {"status": "SUCCESS"})
    assert [row["type"] for row in rows(shopper)] == ["CHARGE", "CHARGE", "REFUND"]


def test_a_payout_takes_what_waits_and_adds_up(shopper: Shopper) -> None:
    shopper.control("POST", "refunds", {"order": "#1001", "amount": "10.67"})
    odd = {"amount": "-1.50", "fee": "-0.25", "net": "-1.75", "reason": "Label correction"}
    shopper.control("POST", "balance", odd)
    made = shopper.control("POST", "payouts", {"issued_at": LATER, "trace": "BANK-1"})
    assert (made["net"], len(made["rows"])) == ("57.71", 4)
    (payout,) = shopper.read(PAYOUTS, q="status:paid")["shopifyPaymentsAccount"]["payouts"]["nodes"]
    assert (payout["id"], payout["externalTraceId"], payout["transactionType"]) == (
        made["payout"],
        "BANK-1",
        "DEPOSIT",
    )
    total = {name: Decimal(value["amount"]) for name, value in payout["summary"].items()}
    gross = total["chargesGross"] + total["refundsFeeGross"] + total["adjustmentsGross"]
    fees = total["chargesFee"] + total["refundsFee"] + total["adjustmentsFee"]
    assert str(gross - fees) == payout["net"]["amount"] == "57.71"
    (row,) = rows(shopper, "transaction_type:adjustment")
    assert (row["associatedOrder"], row["adjustmentReason"]) == (None, "Label correction")
    assert figures(row) == ("ADJUSTMENT", "-1.50", "-0.25", "-1.75")
    assert row["associatedPayout"] == {"id": made["payout"], "status": "PAID"}
    answer = shopper.client.post("/_sandbox/shopify/payouts", json={"issued_at": LATER})
    assert answer.status_code == 400


def test_a_payout_that_fails_says_so_on_its_rows(shopper: Shopper) -> None:
    made = shopper.control("POST", "payouts", {"issued_at": LATER, "status": "SCHEDULED"})
    shopper.control("POST", f"payouts/{made['id']}/status", {"status": "FAILED"})
    assert {row["associatedPayout"]["status"] for row in rows(shopper, "payout_status:failed")} == {"FAILED"}


def test_rows_are_read_page_by_page_and_from_an_id_on(shopper: Shopper) -> None:
    for _ in range(5):
        shopper.control("POST", "refunds", {"order": "#1001", "amount": "1.00"})
    ids: list[str] = []
    page: Json = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        answer = shopper.read(ROWS, n=3, c=page["pageInfo"]["endCursor"])
        page = answer["shopifyPaymentsAccount"]["balanceTransactions"]
        ids += [row["id"] for row in page["nodes"]]
    assert len(ids) == len(set(ids)) == 7
    last = sorted(ids)[-2].rsplit("/", 1)[1]
    assert [row["id"] for row in rows(shopper, f"id:>{last}")] == [max(ids)]


@pytest.mark.parametrize("search", ["transaction_type:refund", "payments_transfer_id:1", "processed_at:>2029-01-01"])
def test_a_search_that_finds_nothing_is_an_empty_page(shopper: Shopper, search: str) -> None:
    assert rows(shopper, search) == []
