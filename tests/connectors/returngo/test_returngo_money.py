"""What ReturnGO pays, keeps and sends in exchange, as its documents state it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.returngo.translate import rma_from
from tieout.connectors.returngo.wire import RmaShape, read_as
from tieout.connectors.transport import parse_json
from tieout.domain.documents.rma import ExchangeItem, ExchangeOrder, Fee, Parcel, Rma, RmaStatus
from tieout.domain.money import Money, money
from tieout.ports.errors import BadAnswer

Edge = dict[str, Any]


def paid(amount: float | str) -> Edge:
    return {"amount": amount, "currency": "GBP", "shopAmount": amount, "shopCurrency": "GBP"}


def unit(number: str, word: str = "RefundToPaymentMethod", **others: object) -> Edge:
    return {"returnedItemId": number, "paidPrice": paid(24.0), "taxIncluded": 1, "resolutionType": word, **others}


def swap(number: str, **others: object) -> Edge:
    return unit(number, "InstantVariantExchange", **others)


def article(sku: str, price: float | None = 24.0, **others: object) -> Edge:
    return {
        "sku": sku,
        "quantity": 1,
        "itemPriceMethod": "CatalogPrice",
        "catalogPrice": paid(30.0),
        "effectivePrice": None if price is None else paid(price),
        **others,
    }


def row(word: str, status: str = "Success", **others: object) -> Edge:
    return {"id": 5, "type": word, "status": status, "amount": paid(24.0), **others}


def read(*units: Edge, **others: object) -> Rma:
    head = {"rmaId": "1234", "status": "Approved", "order_name": "#1001"}
    body = {"rmaSummary": head, "items": list(units), "createdAt": "2026-11-10T09:00:00Z", **others}
    shape = read_as(RmaShape, parse_json(json.dumps(body).encode()), "RMA")
    return rma_from(shape, read_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC), shop_currency="GBP")


def test_fees_are_told_apart_by_kind_and_added_up_over_the_units() -> None:
    fees: Edge = {"restockingFee": 1.5, "returnFee": 2, "shipmentFee": None}
    rma = read(unit("1", **fees), unit("2", shipmentFee=0.25), cancellationFee=1)
    assert rma.fees == (
        Fee(kind="restocking_fee", amount=money("1.50")),
        Fee(kind="return_shipping_fee", amount=money("2.25")),
        Fee(kind="cancellation_fee", amount=money("1.00")),
    )


@given(fees=st.lists(st.tuples(*[st.integers(0, 10_000)] * 3), min_size=1, max_size=5), closing=st.integers(0, 9_999))
def test_no_penny_of_a_fee_is_lost_and_none_is_nothing(fees: list[tuple[int, int, int]], closing: int) -> None:
    units = [
        unit(str(n), restockingFee=restocking / 100, returnFee=returning / 100, shipmentFee=shipping / 100)
        for n, (restocking, returning, shipping) in enumerate(fees)
    ]
    found = read(*units, cancellationFee=closing / 100).fees
    assert sum(fee.amount.minor for fee in found) == sum(map(sum, fees)) + closing
    assert all(fee.amount.minor > 0 for fee in found)


def test_a_fee_below_nothing_goes_to_a_person() -> None:
    rma = read(unit("1", returnFee=-2))
    assert (rma.status, rma.fees) == (RmaStatus.UNKNOWN, ())
    assert rma.status_text == "Approved; unit 1 with a fee below nothing"


def test_refunds_are_those_of_the_storefront_and_failed_ones_are_marked() -> None:
    big = 9007199254740993
    rows = [
        row("RefundToPaymentMethod", externalReferenceType="PlatformRefundId", externalReferenceId=big),
        {
            "id": 6,
            "status": "Requested",
            "externalReferenceType": "PlatformRefundId",
            "externalReferenceId": "gid://shopify/Refund/8",
            "amount": -2.5,
        },
        row("RefundToPaymentMethod", "Failed", amount=1),
    ]
    rma = read(unit("1"), transactions=rows)
    assert [(r.refund_id, r.amount, r.is_settled, r.has_failed) for r in rma.refunds] == [
        (str(big), money("24.00"), True, False),
        ("8", money("2.50"), False, False),
        ("", money("1.00"), False, True),
    ]
    assert (rma.status, rma.issued) == (RmaStatus.AUTHORISED, ())


def test_store_credit_and_gift_cards_are_issued_for_the_units_they_name() -> None:
    rows = [
        row(
            "RefundToStoreCredit",
            amount=paid(84.0),
            externalReferenceType="StoreCreditCode",
            externalReferenceId="RG-XY",
            returnItemIds=[17],
        ),
        row("RefundByNewGiftCard", "Requested", externalReferenceType="SomeCard", externalReferenceId="C-9"),
        row("RefundToStoreCredit", "Failed"),
    ]
    rma = read(unit("17", "RefundToStoreCredit"), transactions=rows)
    assert [(i.kind, i.reference, i.amount, i.units) for i in rma.issued] == [
        ("store_credit", "RG-XY", money("84.00"), ("17",)),
        ("gift_card", "C-9", money("24.00"), ()),
        ("store_credit", "", money("24.00"), ()),
    ]
    assert [(i.is_settled, i.has_failed) for i in rma.issued] == [(True, False), (False, False), (False, True)]
    assert (rma.status, rma.refunds) == (RmaStatus.AUTHORISED, ())


def test_what_the_customer_pays_on_top_is_no_refund() -> None:
    paid_on_top = row("InvoicePayment", externalReferenceType="InvoicePaymentId", amount=paid(6.0))
    rma = read(swap("1"), transactions=[paid_on_top])
    assert (rma.refunds, rma.issued, rma.status) == ((), (), RmaStatus.AUTHORISED)


@pytest.mark.parametrize(
    ("transaction", "words"),
    [
        (row("RefundToBankAccount"), "transaction 5 RefundToBankAccount"),
        (row(""), "transaction 5 without a type"),
        (row("RefundToPaymentMethod", "Reversed"), "transaction 5 Reversed"),
        (row("RefundToPaymentMethod", ""), "transaction 5 without a status"),
        (
            row("RefundToStoreCredit", externalReferenceType="PlatformRefundId"),
            "transaction 5 RefundToStoreCredit with PlatformRefundId",
        ),
    ],
)
def test_a_transaction_nobody_knows_is_never_dropped_but_goes_to_a_person(transaction: Edge, words: str) -> None:
    rma = read(unit("1"), transactions=[transaction])
    assert (rma.status, rma.status_text) == (RmaStatus.UNKNOWN, f"Approved; {words}")


def test_money_that_the_storefront_refunded_is_a_refund_whatever_it_is_called() -> None:
    odd = row("RefundToSomethingNew", externalReferenceType="PlatformRefundId", externalReferenceId="8")
    rma = read(unit("1"), transactions=[odd])
    assert [refund.refund_id for refund in rma.refunds] == ["8"]
    assert rma.status is RmaStatus.UNKNOWN


@pytest.mark.parametrize("word", ["RefundToPaymentMethod", "RefundToStoreCredit"])
def test_a_payment_without_an_amount_is_not_taken_for_nothing(word: str) -> None:
    with pytest.raises(BadAnswer, match="transaction 5 has no amount"):
        read(unit("1"), transactions=[row(word, amount=None)])


def test_a_resolution_worth_something_else_than_the_price_is_told_and_the_price_itself_is_not() -> None:
    rma = read(unit("1", resolutionValue=paid(20.0)), unit("2", resolutionAmount=24), unit("3"))
    assert [one.value for one in rma.units] == [money("20.00"), None, None]


def test_a_unit_states_what_leaves_for_it_and_the_price_is_for_all_pieces() -> None:
    rma = read(swap("1", exchangeItems=[article("BOOT-8", 12.5, quantity=2)]), unit("2"))
    assert rma.units[0].exchange == (ExchangeItem(sku="BOOT-8", quantity=2, price=money("25.00")),)
    assert rma.units[1].exchange == ()


def test_what_only_the_rma_states_goes_to_the_unit_of_the_same_product_else_to_the_first() -> None:
    wanted = [article("SOCK-L", productId=8), article("BOOT-8", productId="7"), article("HAT", productId=9)]
    units = (swap("1", shopProductId="7"), unit("2"), swap("3", shopProductId="8"))
    rma = read(*units, exchangeItems=wanted)
    assert [[item.sku for item in one.exchange] for one in rma.units] == [["BOOT-8", "HAT"], [], ["SOCK-L"]]


def test_two_pieces_for_two_units_of_a_product_are_one_for_each() -> None:
    units = (swap("1", shopProductId="7"), swap("2", shopProductId="7"))
    rma = read(*units, exchangeItems=[article("BOOT-8", 24.0, quantity=2, productId="7")])
    one_each = (ExchangeItem(sku="BOOT-8", quantity=1, price=money("24.00")),)
    assert [one.exchange for one in rma.units] == [one_each, one_each]


@given(prices=st.lists(st.integers(0, 10_000), min_size=1, max_size=6), units=st.integers(1, 4), own=st.booleans())
def test_whatever_leaves_leaves_once_however_often_it_is_stated(prices: list[int], units: int, own: bool) -> None:  # noqa: FBT001 - drawn
    wanted = [article(f"SKU-{n}", price / 100, productId=n % 3) for n, price in enumerate(prices)]
    first = swap("0", shopProductId="0", exchangeItems=wanted[:2] if own else [])
    others = [swap(str(n), shopProductId=str(n % 3)) for n in range(1, units)]
    rma = read(first, *others, exchangeItems=wanted)
    leaving = [item for one in rma.units for item in one.exchange]
    assert sorted(item.sku for item in leaving) == [f"SKU-{n}" for n in range(len(prices))]
    assert sum((item.price for item in leaving), Money(0)) == Money(sum(prices))


def test_the_catalogues_price_counts_only_where_it_is_said_to_be_the_one() -> None:
    rma = read(swap("1", exchangeItems=[article("BOOT-8", None)]))
    assert rma.units[0].exchange[0].price == money("30.00")
    free = read(swap("1", exchangeItems=[article("BOOT-8", 0)]))
    assert free.units[0].exchange[0].price == money("0.00")


@pytest.mark.parametrize(
    ("units", "others", "words"),
    [
        ([swap("1", exchangeItems=[article("HAT", None, itemPriceMethod="PaidPrice")])], {}, "HAT without a price"),
        ([swap("1", exchangeItems=[article("HAT", quantity=0)])], {}, "HAT of quantity 0"),
        ([unit("1")], {"exchangeItems": [article("HAT")]}, "exchange items for a unit that is not exchanged"),
        ([swap("1")], {"exchangeOrders": [{"orderName": "#D7", "type": "Gift"}]}, "exchange order #D7 Gift"),
    ],
)
def test_an_exchange_that_does_not_add_up_goes_to_a_person(units: list[Edge], others: Edge, words: str) -> None:
    rma = read(*units, **others)
    assert rma.status is RmaStatus.UNKNOWN
    assert words in rma.status_text


def test_an_exchange_order_is_released_once_it_has_an_id_and_an_order_for_a_fee_is_none() -> None:
    orders = [
        {"draftOrderId": "77", "orderId": "", "orderName": "#D1", "type": "Exchange"},
        {"draftOrderId": "78", "orderId": "gid://shopify/Order/9", "orderName": "#1002", "type": "Exchange"},
        {"draftOrderId": "79", "orderId": "10", "orderName": "#1003", "type": "Fee"},
    ]
    rma = read(swap("1"), exchangeOrders=orders)
    assert rma.exchange_orders == (
        ExchangeOrder(order_id="", order_name="#D1", is_released=False),
        ExchangeOrder(order_id="9", order_name="#1002", is_released=True),
    )
    assert rma.status is RmaStatus.AUTHORISED


def test_parcels_on_their_way_back_are_named_and_those_going_out_are_not() -> None:
    parcels = [
        {"shipmentId": "S1", "status": "Shipped", "trackingNumber": 123, "carrierName": "Royal Mail"},
        {"shipmentId": "S2", "status": "Shipped", "trackingNumber": "OUT", "isOutbound": 1},
        {"shipmentId": "S3", "status": "Pending"},
    ]
    assert read(unit("1"), shipments=parcels).parcels == (
        Parcel(tracking="123", carrier="Royal Mail", status="Shipped"),
        Parcel(tracking="", carrier="", status="Pending"),
    )
