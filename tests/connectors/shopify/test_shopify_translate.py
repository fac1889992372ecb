from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.shopify import compat
from tieout.connectors.shopify.payback import note_of, refund_input, shares
from tieout.connectors.shopify.reader import term
from tieout.connectors.shopify.translate import digits, gid, order_from, raised_figures
from tieout.connectors.shopify.wire import GroupShape, OrderShape, moment, read_as
from tieout.connectors.transport import parse_json
from tieout.domain import commands as c
from tieout.domain.documents.shop_order import ShopOrder
from tieout.domain.money import Money, money, total
from tieout.ports.errors import BadAnswer, NeedsHand, Refused

Edge = dict[str, Any]
BIG = 9007199254740993
"""2^53 + 1: the first integer that a double cannot hold."""
KEY = "TRF-0123456789ABCDEF"


def amount(figure: str, currency: str = "GBP") -> Edge:
    return {"shopMoney": {"amount": figure, "currencyCode": currency}}


def page(*nodes: Edge) -> Edge:
    return {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": list(nodes)}


def line(number: int, price: str, *taxes: tuple[Any, str], quantity: int = 1, discounts: Sequence[str] = ()) -> Edge:
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "sku": "BOOT",
        "quantity": quantity,
        "refundableQuantity": quantity,
        "originalUnitPriceSet": amount(price),
        "discountAllocations": [{"allocatedAmountSet": amount(discount)} for discount in discounts],
        "taxLines": [{"rate": rate, "priceSet": amount(tax)} for rate, tax in taxes],
    }


def moved(
    number: int,
    figure: str,
    *,
    kind: str = "SALE",
    status: str = "SUCCESS",
    gateway: str = "shopify_payments",
    parent: int | None = None,
) -> Edge:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": status,
        "gateway": gateway,
        "amountSet": amount(figure),
        "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{parent}"} if parent else None,
    }


def given_back(number: int, *transactions: Edge, note: str | None = None) -> Edge:
    return {
        "id": f"gid://shopify/Refund/{number}",
        "createdAt": "2026-11-20T10:00:00Z",
        "note": note,
        "refundLineItems": page(),
        "refundShippingLines": page(),
        "transactions": page(*transactions),
    }


def document(**others: object) -> Edge:
    return {
        "id": f"gid://shopify/Order/{BIG}",
        "name": "#1001",
        "createdAt": "2026-11-01T09:00:00Z",
        "shippingLines": {"nodes": []},
        "taxesIncluded": True,
        "currencyCode": "GBP",
        "presentmentCurrencyCode": "GBP",
        "totalPriceSet": amount("49.97"),
        "lineItems": page(),
        "transactions": [moved(1, "49.97")],
        "refunds": [],
        "agreements": page(),
        **others,
    }


def shape_of(**others: object) -> OrderShape:
    return read_as(OrderShape, parse_json(json.dumps(document(**others)).encode()), "order")


def order(**others: object) -> ShopOrder:
    return order_from(shape_of(**others))


def refund_of(figure: str, *lines: tuple[str, int], note: str = "RMA 1234") -> c.Refund:
    return c.Refund(
        key=KEY,
        batch="",
        units=(),
        order_id=str(BIG),
        amount=money(figure),
        lines=tuple(c.RefundLine(shop_line=number, quantity=quantity) for number, quantity in lines),
        note=note,
    )


def test_three_lines_with_a_shared_discount_add_up_to_what_was_paid() -> None:
    taxed = (0.2, "2.78")
    shares_of_ten = ("3.34", "3.33", "3.33")
    lines = page(*(line(number, "19.99", taxed, discounts=[share]) for number, share in enumerate(shares_of_ten, 1)))
    found = order(lineItems=lines)
    assert total([row.gross for row in found.lines]) == found.total == money("49.97")
    assert total([row.tax for row in found.lines]) == money("8.34")
    assert {row.tax_rate for row in found.lines} == {Decimal(20)}


def test_a_line_of_three_keeps_its_whole_value() -> None:
    dear = line(BIG, "12.00", (0.2, "5.33"), quantity=3, discounts=["3.00", "1.00"])
    (row,) = order(lineItems=page(dear)).lines
    assert (row.line_id, row.quantity, row.gross) == (str(BIG), 3, money("32.00"))


def test_tax_is_added_where_the_shops_prices_are_without_it() -> None:
    (row,) = order(taxesIncluded=False, lineItems=page(line(1, "41.66", (0.2, "8.33")))).lines
    assert (row.gross, row.tax) == (money("49.99"), money("8.33"))


@given(net=st.integers(0, 10**9), taxes=st.lists(st.integers(0, 10**6), max_size=4), included=st.booleans())
def test_gross_is_net_and_tax_to_the_penny(net: int, taxes: list[int], included: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    rows = [(0.1, str(Money(tax).decimal())) for tax in taxes]
    (row,) = order(taxesIncluded=included, lineItems=page(line(1, str(Money(net).decimal()), *rows))).lines
    assert row.tax.minor == sum(taxes)
    assert row.gross.minor == net + (0 if included else sum(taxes))


def test_a_discount_stays_whole_on_the_whole_quantity_when_a_unit_was_removed() -> None:
    removed = {**line(1, "48.00", (0.2, "12.80"), quantity=2, discounts=["19.20"]), "currentQuantity": 1}
    (row,) = order(lineItems=page(removed)).lines
    assert row.gross == money("76.80")
    assert row.gross.part(Decimal(0), Decimal(1), Decimal(row.quantity)) == money("38.40")


def test_a_free_gift_with_tax_and_an_odd_rate_is_read_as_stated() -> None:
    (row,) = order(lineItems=page(line(1, "0.00", (4.0, "0.40")))).lines
    assert (row.gross, row.tax, row.tax_rate) == (money(0), money("0.40"), Decimal(400))


@pytest.mark.parametrize(
    ("status", "pence", "is_settled", "has_failed"),
    [
        ("SUCCESS", 4599, True, False),
        ("PENDING", 4599, False, False),
        ("AWAITING_RESPONSE", 4599, False, False),
        ("A_WORD_NOBODY_KNOWS", 4599, False, False),
        ("FAILURE", 0, True, True),
        ("ERROR", 0, True, True),
    ],
)
def test_pending_money_counts_and_failed_money_does_not(
    status: str, pence: int, *, is_settled: bool, has_failed: bool
) -> None:
    (found,) = order(refunds=[given_back(7, moved(2, "45.99", kind="REFUND", status=status))]).refunds
    assert (found.amount.minor, found.is_settled, found.has_failed) == (pence, is_settled, has_failed)


def test_only_transactions_that_give_money_back_count_in_a_refund() -> None:
    rows = (moved(2, "15.28", kind="REFUND"), moved(3, "3.65", kind="SALE"), moved(4, "1.00", kind="VOID"))
    (found,) = order(refunds=[given_back(7, *rows)]).refunds
    assert found.amount == money("15.28")


def test_a_refund_without_transactions_moved_nothing() -> None:
    (found,) = order(refunds=[given_back(BIG)]).refunds
    assert (found.refund_id, found.amount, found.is_settled) == (str(BIG), money(0), True)
    assert found.made_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def test_the_app_behind_a_refund_comes_from_the_agreements() -> None:
    agreements = page(
        {"id": "a0", "app": {"title": "Online Store"}},
        {"id": "a1", "app": {"title": "ReturnGO"}, "refund": {"id": "gid://shopify/Refund/7"}},
        {"id": "a2", "app": {"title": "Shopify admin"}, "refund": {"id": "gid://shopify/Refund/8"}},
        {"id": "a3", "app": None, "refund": {"id": "gid://shopify/Refund/9"}},
    )
    found = order(refunds=[given_back(7), given_back(8), given_back(9)], agreements=agreements)
    assert [refund.app for refund in found.refunds] == ["ReturnGO", "", ""]


def test_the_gateway_is_the_one_that_took_money_and_two_are_no_known_one() -> None:
    taken = [moved(1, "10.00"), moved(2, "9.00", gateway="paypal", status="FAILURE")]
    assert order(transactions=taken).gateway == "shopify_payments"
    assert order(transactions=[*taken, moved(3, "1.00", gateway="gift_card")]).gateway == "gift_card, shopify_payments"
    assert order(transactions=[]).gateway == ""


def test_an_order_of_another_shape_is_bad_and_is_not_quoted() -> None:
    with pytest.raises(BadAnswer) as caught:
        shape_of(totalPriceSet={"shopMoney": {"amount": "SECRET", "currencyCode": "GBP"}})
    assert "totalPriceSet.shopMoney.amount" in str(caught.value)
    assert "SECRET" not in str(caught.value)


@given(number=st.integers(1, 10**20))
def test_ids_go_to_gids_and_back_digit_for_digit(number: int) -> None:
    assert digits(gid("Order", str(number))) == str(number)
    assert gid("Order", gid("Order", str(number))) == f"gid://shopify/Order/{number}"


def test_the_refund_asks_the_payment_that_took_the_money_and_restocks_nothing() -> None:
    wanted = refund_input(refund_of("24.00", ("77", 1), ("77", 1), (str(BIG), 1)), shape_of())
    assert wanted == {
        "orderId": f"gid://shopify/Order/{BIG}",
        "note": f"RMA 1234 {KEY}",
        "refundLineItems": [
            {"lineItemId": "gid://shopify/LineItem/77", "quantity": 2, "restockType": "NO_RESTOCK"},
            {"lineItemId": f"gid://shopify/LineItem/{BIG}", "quantity": 1, "restockType": "NO_RESTOCK"},
        ],
        "transactions": [
            {
                "orderId": f"gid://shopify/Order/{BIG}",
                "parentId": "gid://shopify/OrderTransaction/1",
                "kind": "REFUND",
                "gateway": "shopify_payments",
                "amount": "24.00",
            }
        ],
    }


def test_the_key_stands_in_the_note_once() -> None:
    assert note_of(refund_of("1.00", note=f"RMA 7 ({KEY})")) == f"RMA 7 ({KEY})"
    assert note_of(refund_of("1.00", note="")) == KEY


def test_captures_of_one_gateway_give_back_oldest_first_and_never_more_than_they_have_left() -> None:
    rows = [
        moved(1, "30.00", kind="CAPTURE"),
        moved(2, "30.00", kind="CAPTURE"),
        moved(3, "25.00", kind="REFUND", parent=1),
        moved(4, "5.00", kind="REFUND", parent=1, status="FAILURE"),
    ]
    parts = shares(money("24.00"), shape_of(transactions=rows), str)
    assert [(digits(parent.id), part.text()) for parent, part in parts] == [("1", "5.00"), ("2", "19.00")]


def test_more_than_was_taken_is_left_to_the_shop_to_refuse() -> None:
    rows = [moved(1, "30.00"), moved(2, "30.00", kind="REFUND", parent=1)]
    parts = shares(money("24.00"), shape_of(transactions=rows), str)
    assert [(digits(parent.id), part.text()) for parent, part in parts] == [("1", "24.00")]


@given(
    taken=st.lists(st.integers(1, 10_000), min_size=1, max_size=5),
    wanted=st.integers(1, 60_000),
)
def test_the_shares_of_the_payments_add_up_to_the_refund(taken: list[int], wanted: int) -> None:
    rows = [moved(number, Money(pence).text()) for number, pence in enumerate(taken, 1)]
    parts = shares(Money(wanted), shape_of(transactions=rows), str)
    assert total([part for _, part in parts]) == Money(wanted)
    assert all(part.minor <= pence for (_, part), pence in zip(parts[:-1], taken, strict=False))


def test_a_person_chooses_between_several_gateways_and_in_another_currency() -> None:
    split = shape_of(transactions=[moved(1, "10.00"), moved(2, "10.00", gateway="gift_card")])
    with pytest.raises(NeedsHand, match=f"several gateways.*{KEY}"):
        refund_input(refund_of("5.00"), split)
    with pytest.raises(NeedsHand, match=f"paid in EUR.*{KEY}"):
        refund_input(refund_of("5.00"), shape_of(presentmentCurrencyCode="EUR"))


def test_nothing_is_given_back_where_nothing_was_taken() -> None:
    with pytest.raises(Refused, match="no payment was taken on order #1001"):
        refund_input(refund_of("5.00"), shape_of(transactions=[moved(1, "5.00", status="FAILURE")]))


def test_an_adjustments_figures_count_what_is_on_offer_by_code_and_place() -> None:
    def change(name: str, delta: int, place: int) -> Edge:
        item = {"id": "gid://shopify/InventoryItem/1", "sku": "BOOT"}
        location = {"id": f"gid://shopify/Location/{place}", "name": f"Place {place}"}
        return {"name": name, "delta": delta, "item": item, "location": location}

    group = read_as(
        GroupShape,
        {
            "id": "gid://shopify/InventoryAdjustmentGroup/3",
            "changes": [change("available", 2, 1), change("on_hand", 2, 1)],
        },
        "group",
    )
    assert raised_figures(group, {"gid://shopify/Location/1": "Web"}) == {"BOOT@Web": "2"}
    assert raised_figures(group, {"gid://shopify/Location/9": "Web"}) == {"BOOT@Place 1": "2"}


def test_one_key_has_one_idempotency_key_for_ever() -> None:
    assert compat.idempotency_key(KEY) == "e53c9a3a-8f82-5c03-8d05-d86e10511853"
    assert compat.idempotency_key(KEY) != compat.idempotency_key("TRF-0123456789ABCDEG")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("#1001", "#1001"),
        ("A-1.b/2", "A-1.b/2"),
        ("two words", '"two words"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ("a:b", '"a:b"'),
    ],
)
def test_search_terms_cannot_break_out_of_their_quotes(text: str, written: str) -> None:
    assert term(text) == written


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-20T10:00:00"])
def test_a_time_without_an_offset_is_no_moment(text: str) -> None:
    assert moment(text) is None
