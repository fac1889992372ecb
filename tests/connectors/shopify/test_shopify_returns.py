"""Shopify's own returns read as RMAs, and what processing them asks for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.shopify.processing import is_processed, process_input
from tieout.connectors.shopify.rmas import rma_from
from tieout.connectors.shopify.wire import OrderMoneyShape, read_as
from tieout.connectors.shopify.wire_returns import ReturnShape, ReverseLineShape, VariantPriceShape, WholeReturn
from tieout.connectors.transport import parse_json
from tieout.domain import commands as c
from tieout.domain.documents.rma import ExchangeItem, Fee, Grade, Outcome, Rma, RmaStatus
from tieout.domain.money import money, total
from tieout.ports.errors import NeedsHand, Refused

Edge = dict[str, Any]
KEY = "TRL-0123456789ABCDEF"
READ_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def amount(figure: str) -> Edge:
    return {"shopMoney": {"amount": figure, "currencyCode": "GBP"}}


def page(*nodes: Edge) -> Edge:
    return {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": list(nodes)}


def sold(number: int, sku: str, price: str, quantity: int = 1, discount: str = "0.00") -> Edge:
    return {
        "id": gid("LineItem", number),
        "sku": sku,
        "title": sku.title(),
        "quantity": quantity,
        "refundableQuantity": quantity,
        "originalUnitPriceSet": amount(price),
        "discountAllocations": [{"allocatedAmountSet": amount(discount)}],
        "taxLines": [],
    }


def returned(number: int, line: Edge | None, quantity: int = 1, processed: int = 0, **others: object) -> Edge:
    return {
        "id": gid("ReturnLineItem", number),
        "quantity": quantity,
        "processedQuantity": processed,
        "unprocessedQuantity": quantity - processed,
        "returnReasonNote": "",
        "returnReasonDefinition": {"name": "Too tight"},
        "fulfillmentLineItem": {"id": gid("FulfillmentLineItem", number), "lineItem": line} if line else None,
        **others,
    }


def given_back(number: int, figure: str, note: str, status: str = "SUCCESS", of: int = 1) -> Edge:
    row = {"id": f"t{number}", "kind": "REFUND", "status": status, "gateway": "bogus", "amountSet": amount(figure)}
    return {
        "id": gid("Refund", number),
        "createdAt": "2026-11-20T10:00:00Z",
        "note": note,
        "return": {"id": gid("Return", of), "name": f"#1001-R{of}"},
        "refundLineItems": page(),
        "refundShippingLines": page(),
        "transactions": page(row),
    }


def found(number: int, total_quantity: int, *dispositions: tuple[str, int, int]) -> ReverseLineShape:
    """What was found of the fulfilled line `number`: word, quantity, hour of the day."""
    rows = [
        {"id": f"d{at}", "type": word, "quantity": quantity, "createdAt": f"2026-11-19T{at:02}:00:00Z"}
        for word, quantity, at in dispositions
    ]
    line = {
        "id": f"r{number}",
        "totalQuantity": total_quantity,
        "fulfillmentLineItem": {"id": gid("FulfillmentLineItem", number)},
        "dispositions": rows,
    }
    return read_as(ReverseLineShape, exact(line), "line")


def a_return(
    *lines: Edge,
    found: tuple[ReverseLineShape, ...] = (),
    refunds: tuple[Edge, ...] = (),
    exchange: tuple[Edge, ...] = (),
    gateways: tuple[str, ...] = ("bogus",),
    **others: object,
) -> WholeReturn:
    order = {
        "id": gid("Order", 7),
        "name": "#1001",
        "email": "ada@example.com",
        "taxesIncluded": True,
        "currencyCode": "GBP",
        "customer": {"id": gid("Customer", 9)},
    }
    shape = {
        "id": gid("Return", 1),
        "name": "#1001-R1",
        "status": "OPEN",
        "createdAt": "2026-11-18T09:00:00Z",
        "order": order,
        "returnShippingFees": [],
        "returnLineItems": page(*lines),
        "exchangeLineItems": page(*exchange),
        **others,
    }
    takings = [
        {"id": f"p{number}", "kind": "SALE", "status": "SUCCESS", "gateway": name, "amountSet": amount("2000.00")}
        for number, name in enumerate(gateways)
    ]
    money_shape = {
        **order,
        "presentmentCurrencyCode": "GBP",
        "transactions": takings,
        "refunds": list(refunds),
        "agreements": page(),
    }
    variant = {"id": gid("ProductVariant", 5), "sku": "SCARF", "price": "365.00"}
    return WholeReturn(
        shape=read_as(ReturnShape, exact(shape), "return"),
        money=read_as(OrderMoneyShape, exact(money_shape), "order"),
        found=found,
        prices={gid("ProductVariant", 5): read_as(VariantPriceShape, exact(variant), "variant")},
    )


def exact(value: Edge) -> Any:  # noqa: ANN401 - JSON
    return parse_json(json.dumps(value).encode())


def promised(number: int, quantity: int = 1, processed: int = 0, *lines: Edge) -> Edge:
    return {
        "id": gid("ExchangeLineItem", number),
        "quantity": quantity,
        "processedQuantity": processed,
        "variantId": gid("ProductVariant", 5),
        "lineItems": list(lines) or None,
    }


def rma(whole: WholeReturn) -> Rma:
    return rma_from(whole, read_at=READ_AT, customer_known_by="id")


def release(figure: str, *units: str) -> c.ReleaseOutcome:
    return c.ReleaseOutcome(key=KEY, rma="1", units=units, amount=money(figure))


BOOTS = sold(11, "BOOT", "12.00", quantity=3, discount="4.00")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("REQUESTED", RmaStatus.REQUESTED),
        ("OPEN", RmaStatus.AUTHORISED),
        ("CLOSED", RmaStatus.DONE),
        ("DECLINED", RmaStatus.REJECTED),
        ("CANCELED", RmaStatus.CANCELLED),
        ("A_WORD_NOBODY_KNOWS", RmaStatus.UNKNOWN),
    ],
)
def test_every_word_of_shopify_has_its_status_and_is_kept(word: str, status: RmaStatus) -> None:
    read = rma(a_return(returned(21, BOOTS), status=word))
    assert (read.status, read.status_text) == (status, word)


def test_a_line_of_three_is_three_units_that_share_the_price_to_the_penny() -> None:
    read = rma(a_return(returned(21, BOOTS, quantity=3)))
    assert [unit.unit_id for unit in read.units] == ["21:1", "21:2", "21:3"]
    assert [unit.paid_gross for unit in read.units] == [money("10.67"), money("10.66"), money("10.67")]
    assert {(unit.sku, unit.shop_line, unit.reason, unit.outcome) for unit in read.units} == {
        ("BOOT", "11", "Too tight", Outcome.REFUND)
    }
    assert (read.number, read.order_id, read.order_name, read.customer_reference) == ("1", "7", "#1001", "9")


def test_two_return_lines_of_one_order_line_share_its_price_between_them() -> None:
    read = rma(a_return(returned(21, BOOTS, quantity=2), returned(22, BOOTS)))
    assert total([unit.paid_gross for unit in read.units]) == money("32.00")


def test_a_customer_may_be_known_by_the_address_of_their_mail() -> None:
    whole = a_return(returned(21, BOOTS))
    assert rma_from(whole, read_at=READ_AT, customer_known_by="email").customer_reference == "ada@example.com"


def test_each_unit_is_as_it_was_found() -> None:
    parcels = (
        found(21, 5, ("RESTOCKED", 1, 8), ("NOT_RESTOCKED", 1, 9), ("MISSING", 1, 10), ("PROCESSING_REQUIRED", 1, 11)),
    )
    boots = sold(11, "BOOT", "12.00", quantity=5)
    units = rma(a_return(returned(21, boots, quantity=5), found=parcels)).units
    hours = [unit.received_at.hour if unit.received_at else None for unit in units]
    assert hours == [8, 9, None, 11, None]
    assert [unit.grade for unit in units] == [Grade.GOOD, Grade.DAMAGED, *[Grade.UNGRADED] * 3]
    assert [unit.is_missing for unit in units] == [False, False, True, False, False]


def test_a_later_word_on_a_unit_takes_the_place_of_the_one_that_left_it_open() -> None:
    parcels = (found(21, 1, ("PROCESSING_REQUIRED", 1, 8), ("RESTOCKED", 1, 9)),)
    (unit,) = rma(a_return(returned(21, BOOTS), found=parcels)).units
    assert (unit.grade, unit.received_at) == (Grade.GOOD, datetime(2026, 11, 19, 9, 0, tzinfo=UTC))


def test_units_that_were_processed_without_a_word_on_their_state_are_in_and_ungraded() -> None:
    back = (given_back(5, "10.67", "by hand"),)
    first, second = rma(a_return(returned(21, BOOTS, quantity=2, processed=1), refunds=back)).units
    assert (first.received_at, first.grade) == (datetime(2026, 11, 20, 10, 0, tzinfo=UTC), Grade.UNGRADED)
    assert second.received_at is None


def test_fees_are_named_and_only_those_that_cost_anything() -> None:
    lines = (
        returned(21, BOOTS, restockingFee={"amountSet": amount("1.60")}),
        returned(22, BOOTS, restockingFee={"amountSet": amount("0.00")}),
    )
    read = rma(a_return(*lines, returnShippingFees=[{"amountSet": amount("5.00")}]))
    assert read.fees == (
        Fee(kind="restocking_fee", amount=money("1.60")),
        Fee(kind="return_shipping_fee", amount=money("5.00")),
    )


def test_only_refunds_of_this_return_are_its_refunds_and_failed_ones_are_marked() -> None:
    back = (
        given_back(5, "10.67", "a", of=1),
        given_back(6, "3.00", "b", of=2),
        given_back(7, "10.66", "c", status="FAILURE"),
        {**given_back(8, "1.00", "d"), "return": None},
    )
    read = rma(a_return(returned(21, BOOTS), refunds=back))
    assert [(refund.refund_id, refund.amount, refund.has_failed) for refund in read.refunds] == [
        ("5", money("10.67"), False),
        ("7", money(0), True),
    ]


def test_all_that_comes_back_is_set_off_against_all_that_leaves() -> None:
    coat = sold(12, "COAT", "1893.00")
    read = rma(a_return(returned(21, coat), returned(22, BOOTS), exchange=(promised(31),)))
    assert [unit.outcome for unit in read.units] == [Outcome.EXCHANGE, Outcome.EXCHANGE]
    assert [unit.exchange for unit in read.units] == [
        (ExchangeItem(sku="SCARF", quantity=1, price=money("365.00")),),
        (),
    ]


def test_once_processed_an_exchange_costs_what_the_orders_line_says() -> None:
    made = sold(13, "SCARF", "350.00", discount="10.00")
    (unit,) = rma(a_return(returned(21, BOOTS), exchange=(promised(31, 1, 1, made),))).units
    assert unit.exchange == (ExchangeItem(sku="SCARF", quantity=1, price=money("340.00")),)


@given(st.integers(1, 6), st.integers(0, 8))
def test_no_piece_that_leaves_is_lost_or_doubled_over_the_units(units: int, pieces: int) -> None:
    boots = sold(11, "BOOT", "12.00", quantity=units)
    whole = a_return(returned(21, boots, quantity=units), exchange=(promised(31, pieces),) if pieces else ())
    read = rma(whole)
    assert sum(item.quantity for unit in read.units for item in unit.exchange) == pieces
    given_out = total([item.price for unit in read.units for item in unit.exchange])
    assert given_out.minor == 36500 * pieces


def test_a_unit_that_nobody_verified_goes_to_a_person() -> None:
    (unit,) = rma(a_return(returned(21, None))).units
    assert (unit.outcome, unit.sku, unit.paid_gross) == (Outcome.UNKNOWN, "", money(0))


def test_a_return_taken_in_at_a_till_says_so() -> None:
    whole = a_return(returned(21, BOOTS))
    by_till = {"id": "a1", "app": {"title": "Point of Sale"}, "return": {"id": gid("Return", 1)}}
    agreements = exact(page(by_till))
    shape = whole.money.model_validate({**whole.money.model_dump(by_alias=True), "agreements": agreements})
    assert rma(replace(whole, money=shape)).is_in_person
    assert not rma(whole).is_in_person


def test_processing_asks_for_exactly_the_units_the_amount_and_what_leaves_with_them() -> None:
    whole = a_return(
        returned(21, BOOTS, quantity=3), returned(22, BOOTS), exchange=(promised(31), promised(32)), gateways=("bogus",)
    )
    assert process_input(release("16.33", "21:1", "21:2"), whole) == {
        "returnId": gid("Return", 1),
        "note": f"Return 1 {KEY}",
        "notifyCustomer": False,
        "returnLineItems": [{"id": gid("ReturnLineItem", 21), "quantity": 2}],
        "exchangeLineItems": [
            {"id": gid("ExchangeLineItem", 31), "quantity": 1},
            {"id": gid("ExchangeLineItem", 32), "quantity": 1},
        ],
        "financialTransfer": {
            "issueRefund": {
                "orderTransactions": [
                    {"parentId": "p0", "transactionAmount": {"amount": "16.33", "currencyCode": "GBP"}}
                ]
            }
        },
    }


def test_an_even_exchange_is_processed_without_any_money() -> None:
    wanted = process_input(release("0.00", "21:1"), a_return(returned(21, BOOTS), exchange=(promised(31),)))
    assert "financialTransfer" not in wanted


@pytest.mark.parametrize("status", ["REQUESTED", "CLOSED", "DECLINED", "CANCELED", "A_WORD_NOBODY_KNOWS"])
def test_only_an_open_return_is_processed(status: str) -> None:
    with pytest.raises(Refused, match=status):
        process_input(release("10.67", "21:1"), a_return(returned(21, BOOTS), status=status))


@pytest.mark.parametrize("units", [("21:1", "21:2"), ("21:4",), ("99:1",), ("nothing",), ()])
def test_units_that_are_not_there_any_more_are_refused(units: tuple[str, ...]) -> None:
    with pytest.raises(Refused):
        process_input(release("10.67", *units), a_return(returned(21, BOOTS, quantity=3, processed=2)))


def test_without_money_an_earlier_unit_is_processed_first() -> None:
    with pytest.raises(Refused, match="by hand"):
        process_input(release("0.00", "21:2"), a_return(returned(21, BOOTS, quantity=2)))


def test_a_person_chooses_the_payment_where_there_are_several() -> None:
    with pytest.raises(NeedsHand, match=f"several gateways.*{KEY}"):
        process_input(release("10.67", "21:1"), a_return(returned(21, BOOTS), gateways=("bogus", "gift_card")))


def test_a_refund_with_the_key_tells_that_it_is_released_even_if_the_money_failed() -> None:
    for status in ("SUCCESS", "PENDING", "FAILURE"):
        back = (given_back(5, "10.67", f"Return 1 {KEY}", status=status),)
        assert is_processed(release("10.67", "21:2"), a_return(returned(21, BOOTS, quantity=2), refunds=back))


def test_quantities_alone_tell_nothing_where_less_money_went_back_than_is_due() -> None:
    done = returned(21, BOOTS, quantity=2, processed=2)
    assert not is_processed(release("10.67", "21:1"), a_return(done))
    assert not is_processed(release("10.67", "21:1"), a_return(done, refunds=(given_back(5, "5.00", "by hand"),)))
    assert is_processed(release("10.67", "21:1"), a_return(done, refunds=(given_back(5, "10.67", "by hand"),)))


def test_without_money_the_quantities_tell() -> None:
    assert is_processed(release("0.00", "21:1"), a_return(returned(21, BOOTS, quantity=2, processed=1)))
    assert not is_processed(release("0.00", "21:2"), a_return(returned(21, BOOTS, quantity=2, processed=1)))
