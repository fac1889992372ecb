"""What left the bank, as Shopify Payments states it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tieout.connectors.shopify import ShopifySettings, open_payouts
from tieout.domain.money import money
from tieout.ports.errors import BadAnswer

if TYPE_CHECKING:
    from .conftest import Teller

Edge = dict[str, Any]
Clock = Callable[[], datetime]
BIG = 9007199254740993


def amount(figure: str) -> Edge:
    return {"amount": figure, "currencyCode": "GBP"}


def answer(connection: str, *nodes: Edge, end: str | None = None) -> Edge:
    page = {"pageInfo": {"hasNextPage": end is not None, "endCursor": end}, "nodes": list(nodes)}
    return {"data": {"shopifyPaymentsAccount": {connection: page}}}


def paid_out(number: int, net: str, **others: object) -> Edge:
    return {
        "id": f"gid://shopify/ShopifyPaymentsPayout/{number}",
        "issuedAt": "2026-11-19T00:00:00Z",
        "status": "PAID",
        "transactionType": "DEPOSIT",
        "externalTraceId": None,
        "net": amount(net),
        **others,
    }


def row(number: int, kind: str, figure: str, fee: str, net: str, **others: object) -> Edge:
    return {
        "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{number}",
        "type": kind,
        "test": False,
        "transactionDate": "2026-11-18T10:00:00Z",
        "amount": amount(figure),
        "fee": amount(fee),
        "net": amount(net),
        "sourceOrderTransactionId": None,
        "associatedOrder": None,
        "associatedPayout": {"id": None, "status": None},
        **others,
    }


def test_payouts_come_from_all_pages_and_a_withdrawal_is_negative(
    teller: Teller, settings: ShopifySettings, noon: Clock
) -> None:
    teller.says(200, answer("payouts", paid_out(2, "41.90", externalTraceId="BANK-1"), end="c1"))
    teller.says(200, answer("payouts", paid_out(1, "7.00", transactionType="WITHDRAWAL", status="SCHEDULED")))
    with closing(open_payouts(settings, noon)) as shop:
        first, second = shop.payouts(noon())
    assert (first.payout_id, first.net, first.is_paid, first.trace) == ("2", money("41.90"), True, "BANK-1")
    assert first.issued_on == date(2026, 11, 19)
    assert (second.net, second.is_paid, second.status, second.trace) == (money("-7.00"), False, "SCHEDULED", "")
    assert b"issued_at:>'2026-11-20T11:59:59Z'" in teller.asked[0].body


def test_a_row_keeps_its_net_its_word_and_its_order_digit_for_digit(
    teller: Teller, settings: ShopifySettings, noon: Clock
) -> None:
    sale = row(
        1,
        "CHARGE",
        "44.52",
        "1.32",
        "43.20",
        sourceOrderTransactionId=str(BIG),
        associatedOrder={"id": f"gid://shopify/Order/{BIG}", "name": "#1001"},
        associatedPayout={"id": "gid://shopify/ShopifyPaymentsPayout/2", "status": "PAID"},
    )
    broken = row(2, "ADJUSTMENT", "-1.50", "-0.25", "-1.75")
    strange = row(3, "SHIPPING_LABEL", "-3.00", "0.00", "-3.00", test=True, sourceOrderTransactionId=BIG)
    teller.says(200, answer("balanceTransactions", sale, broken, strange))
    with closing(open_payouts(settings, noon)) as shop:
        first, second, third = shop.movements(None)
    assert (first.kind, first.order_id, first.transaction_id) == ("charge", str(BIG), str(BIG))
    assert (first.order_name, first.payout_id, first.payout_status) == ("#1001", "2", "PAID")
    assert (first.amount, first.fee, first.net) == (money("44.52"), money("1.32"), money("43.20"))
    assert (second.kind, second.net, second.payout_id, second.order_id) == ("adjustment", money("-1.75"), "", "")
    assert (third.kind, third.kind_text, third.is_test) == ("other", "SHIPPING_LABEL", True)
    assert third.transaction_id == str(BIG)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("REFUND", "refund"),
        ("REFUND_FAILURE", "refund_failure"),
        ("DISPUTE_WITHDRAWAL", "dispute"),
        ("CHARGEBACK_FEE", "fee"),
        ("TRANSFER", "other"),
        ("A_WORD_NOBODY_KNOWS", "other"),
    ],
)
def test_every_word_has_a_kind(teller: Teller, settings: ShopifySettings, noon: Clock, word: str, kind: str) -> None:
    teller.says(200, answer("balanceTransactions", row(1, word, "-1.00", "0.00", "-1.00")))
    with closing(open_payouts(settings, noon)) as shop:
        (found,) = shop.movements(None)
    assert (found.kind, found.kind_text) == (kind, word)


def test_a_store_without_shopify_payments_says_so(teller: Teller, settings: ShopifySettings, noon: Clock) -> None:
    teller.says(200, {"data": {"shopifyPaymentsAccount": None}})
    with closing(open_payouts(settings, noon)) as shop, pytest.raises(BadAnswer, match="no shopifyPaymentsAccount"):
        list(shop.payouts(None))
