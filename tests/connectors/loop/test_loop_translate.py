"""Loop's shapes, as its documents and public samples show them, become our documents."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.connectors.loop.bodies import READ_AT, Edge, exchange, line, raised, rma

from tieout.connectors.loop.wire import ReturnShape, read_as
from tieout.connectors.transport import parse_json
from tieout.domain.documents.rma import (
    ExchangeItem,
    ExchangeOrder,
    Grade,
    Outcome,
    RmaStatus,
)
from tieout.domain.money import money
from tieout.ports.errors import BadAnswer


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
