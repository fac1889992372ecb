"""Loop's shapes, as its documents and public samples show them, become our documents."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.loop.money_out import is_processed
from tieout.connectors.loop.translate import rma_from
from tieout.connectors.loop.wire import ReturnShape, read_as
from tieout.connectors.transport import parse_json
from tieout.domain.documents.rma import (
    Allowance,
    ExchangeItem,
    ExchangeOrder,
    Fee,
    Grade,
    IssuedCredit,
    Outcome,
    Rma,
    RmaRefund,
    RmaStatus,
)
from tieout.domain.money import Money, money, total
from tieout.ports.errors import BadAnswer

Edge = dict[str, Any]
READ_AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def line(number: int = 1, **others: object) -> Edge:
    return {
        "line_item_id": number,
        "provider_line_item_id": "23984238720",
        "sku": "BOOT",
        "title": "Boot",
        "price": "20.00",
        "discount": "0.00",
        "tax": "4.00",
        "refund": "24.00",
        "return_reason": "Item was too big",
        "outcome": "default",
        **others,
    }


def raised(*lines: Edge, **others: object) -> Edge:
    return {
        "id": 37603915,
        "state": "open",
        "created_at": "2026-11-20 14:08:31",
        "outcome": "refund",
        "order_name": "#1001",
        "provider_order_id": 5444175757553,
        "customer": "ada@example.com",
        "currency": "GBP",
        "line_items": list(lines or (line(),)),
        **others,
    }


def shape(body: Edge) -> ReturnShape:
    return read_as(ReturnShape, body, "detail of a return")


def rma(body: Edge) -> Rma:
    return rma_from(shape(body), read_at=READ_AT, shop_currency="GBP")


def exchange(sku: str = "SHOE", **others: object) -> Edge:
    return {"exchange_id": "9", "sku": sku, "price": "25.00", "discount": "0.00", "tax": "5.00", **others}


def test_a_return_is_read_with_its_head_and_units() -> None:
    found = rma(raised(line(1), line(2, sku="SOCK")))
    assert (found.number, found.order_id, found.order_name) == ("37603915", "5444175757553", "#1001")
    assert (found.status, found.customer_reference) == (RmaStatus.AUTHORISED, "ada@example.com")
    assert found.raised_at == datetime(2026, 11, 20, 14, 8, 31, tzinfo=UTC)
    assert [(unit.unit_id, unit.sku, unit.outcome) for unit in found.units] == [
        ("1", "BOOT", Outcome.REFUND),
        ("2", "SOCK", Outcome.REFUND),
    ]
    assert {unit.paid_gross for unit in found.units} == {money("24.00")}
    assert {unit.value for unit in found.units} == {None}
    assert (found.fees, found.refunds, found.allowances, found.exchange_orders) == ((), (), (), ())


def test_a_published_webhook_sample_adds_up() -> None:
    body = raised(
        line(price="120.00", discount="119.88", tax="0.01", refund="0.13"),
        return_product_total="120.00",
        return_discount_total="119.88",
        return_tax_total="0.01",
        return_total="0.13",
        refund="0.13",
        refunds=[],
        tracking_number="N/A",
        label_status="pending",
    )
    found = rma(body)
    assert found.units[0].paid_gross == money("0.13")
    assert found.units[0].value is None
    assert found.parcels == ()


@pytest.mark.parametrize(("return_total", "paid"), [("24.00", "24.00"), ("20.00", "20.00")])
def test_the_totals_show_whether_tax_is_in_the_prices(return_total: str, paid: str) -> None:
    body = raised(
        line(refund=paid),
        return_product_total="20.00",
        return_discount_total="0.00",
        return_tax_total="4.00",
        return_total=return_total,
    )
    assert rma(body).units[0].paid_gross == money(paid)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("open", RmaStatus.AUTHORISED),
        ("closed", RmaStatus.DONE),
        ("cancelled", RmaStatus.CANCELLED),
        ("expired", RmaStatus.CANCELLED),
        ("review", RmaStatus.REQUESTED),
        ("somewhere", RmaStatus.UNKNOWN),
    ],
)
def test_every_state_has_a_meaning_and_others_go_to_a_person(state: str, status: RmaStatus) -> None:
    found = rma(raised(state=state))
    assert (found.status, found.status_text) == (status, state)


@pytest.mark.parametrize(
    "begun",
    [
        {"was_processed": True},
        {"refunds": [{"amount": "24.00", "provider_refund_id": 7}]},
        {"line_items": [line(condition={"condition_category": "grade_a", "inspected_at": "2026-11-20 10:00:00"})]},
    ],
)
def test_a_return_under_review_that_has_begun_goes_to_a_person(begun: Edge) -> None:
    assert rma(raised(state="review", **begun)).status is RmaStatus.UNKNOWN


@pytest.mark.parametrize(
    ("line_word", "return_word", "outcome"),
    [
        ("default", "refund", Outcome.REFUND),
        ("default", "store_credit", Outcome.STORE_CREDIT),
        ("default", "gift_card", Outcome.GIFT_CARD),
        ("", "refund", Outcome.REFUND),
        ("store_credit", "refund", Outcome.STORE_CREDIT),
        ("default", "barter", Outcome.UNKNOWN),
        ("barter", "refund", Outcome.UNKNOWN),
    ],
)
def test_a_line_goes_its_own_way_or_the_returns(line_word: str, return_word: str, outcome: Outcome) -> None:
    unit = rma(raised(line(outcome=line_word), outcome=return_word)).units[0]
    assert unit.outcome is outcome
    assert (line_word or "default") in unit.outcome_text


@pytest.mark.parametrize(
    "kept",
    [
        {"line_items": [line(outcome="keep")]},
        {"line_items": [line()], "return_method": {"method_type": "keep_item"}},
        {"line_items": [line(outcome="Keep item")]},
    ],
)
def test_goods_that_are_kept_keep_the_returns_outcome(kept: Edge) -> None:
    unit = rma(raised(**kept)).units[0]
    assert (unit.is_kept, unit.outcome, unit.received_at) == (True, Outcome.REFUND, None)


def test_a_delivered_label_is_a_parcel_and_no_receipt() -> None:
    label = {"status": "delivered", "updated_at": "2026-11-19T09:00:00.000Z", "carrier": "DPD", "tracking_number": 15}
    found = rma(raised(labels=[label]))
    (parcel,) = found.parcels
    assert (parcel.tracking, parcel.carrier, parcel.status) == ("15", "DPD", "delivered")
    assert parcel.delivered_at == datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
    assert found.units[0].received_at is None


@pytest.mark.parametrize(
    ("condition", "disposition", "grade"),
    [
        ("grade_a", None, Grade.GOOD),
        ("grade_b", None, Grade.DAMAGED),
        ("junk", None, Grade.DAMAGED),
        ("grade_d", "back_to_stock", Grade.GOOD),
        ("grade_a", "recycle", Grade.DAMAGED),
        (None, "resale_hold", Grade.DAMAGED),
        ("grade_z", None, Grade.UNGRADED),
    ],
)
def test_an_inspection_is_a_receipt_with_a_grade(condition: str | None, disposition: str | None, grade: Grade) -> None:
    looks: Edge = {}
    if condition:
        looks["condition"] = {"condition_category": condition, "inspected_at": "2026-11-20 09:30:00"}
    if disposition:
        looks["disposition"] = {"disposition_outcome": disposition, "inspected_at": "2026-11-20 09:30:00"}
    unit = rma(raised(line(**looks))).units[0]
    assert (unit.grade, unit.received_at) == (grade, datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize("condition", [{"condition_category": "grade_a"}, "grade_a"])
def test_an_inspection_without_a_date_is_a_receipt_at_the_moment_of_reading(condition: object) -> None:
    unit = rma(raised(line(condition=condition, disposition=None))).units[0]
    assert (unit.grade, unit.received_at) == (Grade.GOOD, READ_AT)


@pytest.mark.parametrize("nothing", [None, "", [], {}, {"condition_category": None, "inspected_at": None}])
def test_no_inspection_is_no_receipt_however_it_is_written(nothing: object) -> None:
    unit = rma(raised(line(condition=nothing, disposition=nothing))).units[0]
    assert (unit.grade, unit.received_at) == (Grade.UNGRADED, None)


def test_what_was_not_in_the_parcel_is_missing_and_another_item_goes_to_a_person() -> None:
    missing, wrong = (
        {"condition_category": word, "inspected_at": "2026-11-20 09:30:00"} for word in ("missing", "incorrect_item")
    )
    found = rma(raised(line(1, condition=missing), line(2, condition=wrong)))
    assert [(unit.is_missing, unit.received_at is None, unit.outcome) for unit in found.units] == [
        (True, True, Outcome.REFUND),
        (False, False, Outcome.UNKNOWN),
    ]


@pytest.mark.parametrize(("refunds", "value"), [(("24.00", "24.00"), None), (("22.75", "22.75"), None)])
def test_a_fee_is_taken_once_on_whichever_side_the_lines_state_it(
    refunds: tuple[str, str], value: Money | None
) -> None:
    body = raised(line(1, refund=refunds[0]), line(2, refund=refunds[1]), handling_fee="2.50", refund="45.50")
    found = rma(body)
    assert found.fees == (Fee(kind="return_shipping_fee", amount=money("2.50")),)
    assert [unit.value for unit in found.units] == [value, value]


def test_postage_given_back_beside_the_lines_is_an_allowance() -> None:
    found = rma(raised(line(), refund="27.95"))
    assert found.allowances == (Allowance(kind="shipping_refund", amount=money("3.95")),)


@given(
    lines=st.lists(st.tuples(st.integers(1, 99_999), st.integers(0, 9_999)), min_size=1, max_size=8),
    kept=st.integers(0, 500),
    beside=st.integers(0, 900),
    is_after_fee=st.booleans(),
)
def test_the_units_and_what_is_beside_them_less_the_fee_are_what_loop_gives(
    lines: list[tuple[int, int]], kept: int, beside: int, *, is_after_fee: bool
) -> None:
    given_gross = [net + tax for net, tax in lines]
    fee = min(kept, *given_gross)
    shares = Money(fee).split(given_gross)
    stated = [gross - (share.minor if is_after_fee else 0) for gross, share in zip(given_gross, shares, strict=True)]
    body = raised(
        *(
            line(at, price=pounds(net), tax=pounds(tax), refund=pounds(amount))
            for at, ((net, tax), amount) in enumerate(zip(lines, stated, strict=True), start=1)
        ),
        handling_fee=pounds(fee),
        refund=pounds(sum(given_gross) - fee + beside),
    )
    found = rma(body)
    units = total([unit.value or unit.paid_gross for unit in found.units])
    rest = total([allowance.amount for allowance in found.allowances])
    assert (units + rest - total([charge.amount for charge in found.fees])).minor == sum(given_gross) - fee + beside


def pounds(pence: int) -> str:
    return Money(pence).text()


def test_a_gift_card_worth_more_than_the_goods_is_what_the_units_are_worth() -> None:
    body = raised(line(1, refund="0.00"), line(2, refund="0.00"), outcome="gift_card", gift_card="55.00")
    found = rma(body)
    assert [unit.value for unit in found.units] == [money("27.50"), money("27.50")]
    assert found.issued == ()


def test_a_credit_is_issued_once_loop_names_its_order() -> None:
    body = raised(line(1), outcome="store_credit", gift_card="24.00", gift_card_order_name="GC-1", was_processed=True)
    assert rma(body).issued == (
        IssuedCredit(
            kind="store_credit",
            reference="GC-1",
            amount=money("24.00"),
            units=("1",),
            is_settled=True,
            has_failed=False,
        ),
    )


def test_a_refund_is_one_however_many_gateways_it_took_and_a_planned_one_is_none() -> None:
    body = raised(
        refunds=[
            {"gateway": "stripe", "amount": "20.00", "currency": "GBP", "provider_refund_id": "12345"},
            {"gateway": "gift_card", "amount": 4, "currency": "GBP", "provider_refund_id": 12345},
            {"gateway": "paypal", "amount": "1.00", "currency": "GBP", "provider_refund_id": None},
        ]
    )
    assert rma(body).refunds == (RmaRefund(refund_id="12345", amount=money("24.00"), is_settled=True),)


def test_the_storefronts_refund_is_known_also_where_only_its_id_is_linked() -> None:
    body = raised(refund="24.00", refunds=[], shopify_refund_object=[{"id": 1, "provider_refund_id": 987}])
    assert rma(body).refunds == (RmaRefund(refund_id="987", amount=money("24.00"), is_settled=True),)


def test_a_lone_refund_stated_in_another_currency_is_the_returns_refund() -> None:
    body = raised(refund="24.00", refunds=[{"amount": "28.10", "currency": "EUR", "provider_refund_id": 987}])
    assert rma(body).refunds == (RmaRefund(refund_id="987", amount=money("24.00"), is_settled=True),)


def test_several_refunds_are_told_apart() -> None:
    rows = [{"amount": amount, "provider_refund_id": at} for at, amount in enumerate(("20.00", "4.00"), start=1)]
    assert [(made.refund_id, made.amount) for made in rma(raised(refunds=rows)).refunds] == [
        ("1", money("20.00")),
        ("2", money("4.00")),
    ]


def test_exchange_items_go_to_the_units_that_name_them() -> None:
    body = raised(
        line(1, exchange_variant="8"),
        line(2, exchange_variant="7"),
        outcome="exchange",
        exchanges=[exchange("SHOE", variant_id="7"), exchange("HAT", variant_id="8"), exchange("BAG", total="10.00")],
    )
    found = rma(body)
    items = [
        [ExchangeItem(sku="HAT", quantity=1, price=money("30.00"))],
        [
            ExchangeItem(sku="SHOE", quantity=1, price=money("30.00")),
            ExchangeItem(sku="BAG", quantity=1, price=money("10.00")),
        ],
    ]
    assert [list(unit.exchange) for unit in found.units] == items
    assert found.exchange_orders == (ExchangeOrder(order_id="", order_name="", is_released=False),)


def test_an_exchange_order_is_named_once_it_is_made() -> None:
    made = {"exchange_order_id": "9876", "exchange_order_name": "EXC-1001"}
    body = raised(outcome="exchange", exchanges=[exchange(**made), exchange("HAT", **made)], **made)
    order = ExchangeOrder(order_id="9876", order_name="EXC-1001", is_released=True)
    assert rma(body).exchange_orders == (order,)


def test_exchange_items_that_no_line_stands_for_go_to_a_person() -> None:
    found = rma(raised(outcome="refund", exchanges=[exchange()]))
    assert [unit.outcome for unit in found.units] == [Outcome.UNKNOWN]
    assert "exchange" in found.units[0].outcome_text


PROCESSED = {"date": "2026-11-20 10:00:00.000000", "timezone_type": 3, "timezone": "UTC"}
MADE = [{"amount": "24.00", "provider_refund_id": 7}]


@pytest.mark.parametrize(
    ("stated", "processed"),
    [
        ({"state": "open", "refund": "24.00"}, False),
        ({"state": "closed", "refund": "24.00"}, False),
        ({"state": "closed", "refund": "24.00", "refunds": MADE}, True),
        ({"state": "open", "refund": "24.00", "refunds": MADE}, False),
        ({"state": "open", "was_processed": True}, True),
        ({"state": "closed", "refund": "24.00", "was_processed": False}, False),
        ({"state": "open", "outcomes_processed_at": {"return_processed": PROCESSED}}, True),
        ({"state": "open", "outcomes_processed_at": {"return_processed": None}}, False),
        ({"state": "closed", "gift_card": "24.00"}, False),
        ({"state": "closed", "gift_card": "24.00", "gift_card_order_id": "55"}, True),
        ({"state": "closed", "exchanges": [exchange()]}, False),
        ({"state": "closed", "exchanges": [exchange(exchange_order_id="55")]}, True),
        ({"state": "closed", "refund": "0.00"}, True),
    ],
)
def test_a_return_is_processed_when_loop_says_so_or_everything_due_is_there(stated: Edge, processed: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert is_processed(shape(raised(**stated))) is processed


@pytest.mark.parametrize(
    "body",
    [
        raised(line(price=None)),
        raised(created_at=None),
        raised(refunds=[{"provider_refund_id": 1}]),
        raised(
            refunds=[{"provider_refund_id": at, "amount": "12.00", "currency": "EUR"} for at in (1, 2)], refund="20.00"
        ),
    ],
)
def test_what_lacks_a_price_a_date_or_an_amount_in_the_shops_currency_is_a_bad_answer(body: Edge) -> None:
    with pytest.raises(BadAnswer):
        rma(body)


def test_a_figure_is_never_a_float() -> None:
    read = parse_json(b'{"id": 1, "created_at": "2026-11-20", "line_items": [{"line_item_id": 1, "price": 0.1}]}')
    assert read_as(ReturnShape, read, "detail").lines[0].price == Decimal("0.1")
