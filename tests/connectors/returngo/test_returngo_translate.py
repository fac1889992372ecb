from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.returngo.client import until_next_utc_day
from tieout.connectors.returngo.figures import moment
from tieout.connectors.returngo.translate import head_from, rma_from
from tieout.connectors.returngo.wire import RmaShape, SummaryShape, read_as
from tieout.connectors.transport import parse_json
from tieout.domain.documents.rma import Grade, Outcome, Rma, RmaStatus
from tieout.domain.money import Money, money
from tieout.ports.errors import BadAnswer

READ_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BIG = 9007199254740993
"""2^53 + 1: the first integer that a double cannot hold."""

Edge = dict[str, Any]


def paid(amount: float | str, currency: str = "GBP") -> Edge:
    return {"amount": amount, "currency": currency, "shopAmount": amount, "shopCurrency": currency}


def item(unit: str, **others: object) -> Edge:
    return {
        "returnedItemId": unit,
        "shopLineItemId": str(BIG),
        "sku": "BOOT-BLK-7",
        "fullName": "Boot, black - 7",
        "paidPrice": paid(24.0),
        "paidTax": paid(4.0),
        "taxIncluded": 1,
        "returnReason": "Does not fit",
        "resolutionType": "RefundToPaymentMethod",
        "isAutoApprove": 0,
        "shipmentId": "S1",
        **others,
    }


def detail(*items: Edge, **others: object) -> Edge:
    return {
        "rmaSummary": {
            "rmaId": "1234",
            "status": "Approved",
            "order_name": "#1001",
            "events": [{"eventName": "RMA_CREATED", "eventDate": "2026-11-10T09:00:00Z"}],
        },
        "orderDetails": {"orderId": str(BIG), "order_name": "#1001"},
        "shipments": [{"shipmentId": "S1", "status": "Shipped"}],
        "items": list(items),
        "createdAt": "2026-11-10T09:00:00.000Z",
        "isOutOfPolicy": 0,
        **others,
    }


def read(document: Edge) -> Rma:
    shape = read_as(RmaShape, parse_json(json.dumps(document).encode()), "RMA")
    return rma_from(shape, read_at=READ_AT, shop_currency="GBP")


def shipped(status: str, **others: object) -> Edge:
    return {"shipmentId": "S1", "status": status, **others}


def inspected(*, returned: int, restockable: int | None = 1, on: str | None = "2026-11-15T10:00:00Z") -> Edge:
    return {"isReturned": returned, "isRestockable": restockable, "lastValidationDate": on}


def test_each_array_entry_is_one_unit_even_when_lines_repeat() -> None:
    rma = read(detail(item("1"), item("2"), item("3", shopLineItemId="77")))
    assert [unit.unit_id for unit in rma.units] == ["1", "2", "3"]
    assert [unit.shop_line for unit in rma.units] == [str(BIG), str(BIG), "77"]


def test_ids_beyond_two_to_the_fifty_third_stay_whole_as_text_and_as_number() -> None:
    rma = read(detail(item("1", shopLineItemId=BIG, returnedItemId=BIG)))
    assert rma.order_id == rma.units[0].shop_line == rma.units[0].unit_id == "9007199254740993"


def test_the_price_paid_is_read_without_a_float_in_between() -> None:
    body = json.dumps(detail(item("1"))).replace("24.0", "1000000000000000.07").encode()
    rma = rma_from(read_as(RmaShape, parse_json(body), "RMA"), read_at=READ_AT, shop_currency="GBP")
    assert rma.units[0].paid_gross == Money(100_000_000_000_000_007)


@given(price=st.integers(0, 10**9), tax=st.integers(0, 10**8), included=st.sampled_from([0, 1, True, False]))
def test_tax_is_added_only_when_the_price_is_without_it(price: int, tax: int, included: int) -> None:
    pence = [str(Decimal(figure).scaleb(-2)) for figure in (price, tax)]
    document = detail(item("1", paidPrice=paid(pence[0]), paidTax=paid(pence[1]), taxIncluded=included))
    assert read(document).units[0].paid_gross.minor == price + (0 if included else tax)


def test_shop_money_goes_before_what_the_customer_saw() -> None:
    seen = {"amount": 28.5, "currency": "EUR", "shopAmount": 24, "shopCurrency": "GBP"}
    rma = read(detail(item("1", paidPrice=seen)))
    assert rma.units[0].paid_gross == money("24.00")
    assert rma.currency == "GBP"


def test_without_shop_money_the_customers_own_is_kept_with_its_currency() -> None:
    assert read(detail(item("1", paidPrice={"amount": 28.5, "currency": "EUR"}))).currency == "EUR"


def test_a_unit_without_a_price_is_not_taken_for_free() -> None:
    with pytest.raises(BadAnswer, match="no price paid for unit 17"):
        read(detail(item("17", paidPrice=None)))


@pytest.mark.parametrize("status", ["Pending", "LabelCreated", "Shipped", "Canceled"])
def test_goods_are_not_here_while_their_shipment_is_elsewhere(status: str) -> None:
    rma = read(detail(item("1"), shipments=[shipped(status)]))
    assert rma.units[0].received_at is None


@pytest.mark.parametrize("status", ["Received", "Validated"])
def test_goods_are_here_once_their_shipment_is_received_and_nothing_else_gives_a_date(status: str) -> None:
    rma = read(detail(item("1"), shipments=[shipped(status)]))
    assert rma.units[0].received_at == READ_AT
    assert rma.units[0].grade is Grade.UNGRADED


def test_the_timeline_says_when_the_goods_came() -> None:
    comments = [
        {"htmlText": "Shipment updated", "datetime": "2026-11-14T08:00:00Z"},
        {"htmlText": "<b>Shipment received</b>", "datetime": "2026-11-13T16:30:00Z"},
    ]
    rma = read(detail(item("1"), shipments=[shipped("Received")], comments=comments))
    assert rma.units[0].received_at == datetime(2026, 11, 13, 16, 30, tzinfo=UTC)


def test_with_two_parcels_only_an_entry_naming_the_parcel_dates_it() -> None:
    rma = read(
        detail(
            item("1"),
            item("2", shipmentId="S2"),
            shipments=[shipped("Received"), {"shipmentId": "S2", "status": "Received"}],
            comments=[{"htmlText": "Shipment S2 received", "datetime": "2026-11-13T16:30:00Z"}],
        )
    )
    assert rma.units[0].received_at == READ_AT
    assert rma.units[1].received_at == datetime(2026, 11, 13, 16, 30, tzinfo=UTC)


def test_of_two_parcels_only_the_units_of_the_received_one_are_here() -> None:
    parcels = [shipped("Received"), {"shipmentId": "S2", "status": "Shipped"}]
    rma = read(detail(item("1"), item("2", shipmentId="S2"), shipments=parcels))
    assert [unit.received_at is not None for unit in rma.units] == [True, False]


def test_an_outbound_parcel_is_no_receipt() -> None:
    rma = read(detail(item("1"), shipments=[shipped("Received", isOutbound=1)]))
    assert rma.units[0].received_at is None


def test_not_returned_means_nothing_until_somebody_inspected() -> None:
    validation = inspected(returned=0, restockable=0, on=None)
    rma = read(detail(item("1", itemValidationStatusResponse=validation), shipments=[shipped("Received")]))
    assert rma.units[0].received_at == READ_AT
    assert rma.units[0].is_missing is False
    assert rma.units[0].grade is Grade.UNGRADED


def test_inspected_and_found_missing_is_not_received() -> None:
    validation = inspected(returned=0)
    rma = read(detail(item("1", itemValidationStatusResponse=validation), shipments=[shipped("Validated")]))
    assert rma.units[0].is_missing
    assert rma.units[0].received_at is None
    assert rma.units[0].grade is Grade.UNGRADED


@pytest.mark.parametrize(("restockable", "grade"), [(1, Grade.GOOD), (0, Grade.DAMAGED), (None, Grade.UNGRADED)])
def test_inspection_grades_what_came_back(restockable: int | None, grade: Grade) -> None:
    validation = inspected(returned=1, restockable=restockable)
    rma = read(detail(item("1", itemValidationStatusResponse=validation), shipments=[shipped("Validated")]))
    assert rma.units[0].grade is grade
    assert rma.units[0].received_at == datetime(2026, 11, 15, 10, 0, tzinfo=UTC)


def test_a_unit_handed_in_without_a_parcel_is_here_once_inspected() -> None:
    handed_in = item("1", itemValidationStatusResponse=inspected(returned=1))
    del handed_in["shipmentId"]
    rma = read(detail(handed_in, item("2"), shipments=[shipped("Shipped")]))
    assert [unit.received_at is not None for unit in rma.units] == [True, False]


def test_a_unit_that_names_no_parcel_is_not_here_because_another_units_parcel_is() -> None:
    unnamed = item("1")
    del unnamed["shipmentId"]
    rma = read(detail(unnamed, item("2"), shipments=[shipped("Received")]))
    assert [unit.received_at is not None for unit in rma.units] == [False, True]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("RefundToPaymentMethod", Outcome.REFUND),
        ("RefundToStoreCredit", Outcome.STORE_CREDIT),
        ("InstantVariantExchange", Outcome.EXCHANGE),
        ("RefundToBankAccount", Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
    ],
)
def test_resolutions_have_a_meaning_or_go_to_a_person(word: str, outcome: Outcome) -> None:
    unit = read(detail(item("1", resolutionType=word))).units[0]
    assert (unit.outcome, unit.outcome_text) == (outcome, word)


@pytest.mark.parametrize(
    ("word", "outcome"), [("RefundToPaymentMethod", Outcome.REFUND), ("RefundToStoreCredit", Outcome.STORE_CREDIT)]
)
def test_goods_that_need_no_shipment_are_kept_and_what_the_customer_gets_is_still_said(
    word: str, outcome: Outcome
) -> None:
    kept = item("1", resolutionType=word, returnMethod={"type": "No shipment required", "name": "Keep it"})
    unit = read(detail(kept, shipments=[shipped("Received")])).units[0]
    assert (unit.is_kept, unit.outcome, unit.received_at) == (True, outcome, None)
    assert unit.outcome_text == f"{word}; No shipment required"
    assert read(detail(item("1"))).units[0].is_kept is False


@given(word=st.text(max_size=30))
def test_every_status_word_is_kept_and_only_documented_ones_have_a_meaning(word: str) -> None:
    summary = {"rmaId": "1", "status": word}
    rma = read(detail(item("1"), rmaSummary=summary))
    documented = {"Pending", "Approved", "Received", "Validated", "Done", "Rejected", "Canceled"}
    assert rma.status_text == word
    assert (rma.status is RmaStatus.UNKNOWN) == (word not in documented)


def test_a_shipment_in_a_state_nobody_documented_goes_to_a_person() -> None:
    rma = read(detail(item("1"), shipments=[shipped("PartlyReceived")]))
    assert rma.status is RmaStatus.UNKNOWN
    assert rma.status_text == "Approved; shipment S1 PartlyReceived"
    assert rma.units[0].received_at is None


def test_a_blind_return_has_no_order() -> None:
    document = detail(item("1"))
    del document["orderDetails"]
    document["rmaSummary"]["order_name"] = None
    rma = read(document)
    assert (rma.order_id, rma.order_name) == ("", "")


def test_a_customer_is_known_by_id_or_by_email_as_the_account_is_set() -> None:
    document = detail(
        item("1"),
        customerDetails={"customerId": BIG, "email": None},
        shipments=[shipped("Shipped", customerAddress={"email": " ada@example.com "})],
    )
    shape = read_as(RmaShape, parse_json(json.dumps(document).encode()), "RMA")
    by_email = rma_from(shape, read_at=READ_AT, shop_currency="GBP", customer_known_by="email")
    assert (read(document).customer_reference, by_email.customer_reference) == (str(BIG), "ada@example.com")
    assert read(detail(item("1"))).customer_reference == ""


def test_an_rma_of_the_barest_keys_can_be_read() -> None:
    bare = {"returnedItemId": 1, "paidPrice": {"amount": 3, "currency": "GBP"}}
    rma = read({"rmaSummary": {"rmaId": 1, "status": "Pending"}, "items": [bare], "createdAt": "2026-11-10T09:00:00"})
    assert rma.raised_at == datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
    assert rma.units[0].shop_line == rma.units[0].sku == ""


def test_an_answer_of_another_shape_is_bad_and_is_not_quoted() -> None:
    with pytest.raises(BadAnswer) as caught:
        read(detail({"sku": "SECRET-CUSTOMER"}))
    assert "items.0.returnedItemId" in str(caught.value)
    assert "SECRET-CUSTOMER" not in str(caught.value)


def test_the_list_tells_number_status_and_creation() -> None:
    events = [
        {"eventName": "RMA_APPROVED", "eventDate": "2026-11-09T00:00:00Z"},
        {"eventName": "RMA_CREATED", "eventDate": "2026-11-10T10:00:00+01:00"},
    ]
    head = head_from(read_as(SummaryShape, {"rmaId": BIG, "status": "Odd", "events": events}, "list"))
    assert (head.number, head.status_text) == (str(BIG), "Odd")
    assert head.raised_at == datetime(2026, 11, 10, 9, 0, tzinfo=UTC)


@given(at=st.datetimes(timezones=st.just(UTC), max_value=datetime(9000, 1, 1)))  # noqa: DTZ001 - a bound
def test_the_allowance_starts_anew_at_the_next_midnight_utc(at: datetime) -> None:
    start = at + until_next_utc_day(at)
    assert (start.hour, start.minute, start.second, start.microsecond) == (0, 0, 0, 0)
    assert 0 < (start - at).total_seconds() <= 86_400


@pytest.mark.parametrize("text", ["", "soon", "None", "2026-13-01"])
def test_what_is_no_time_is_no_moment(text: str) -> None:
    assert moment(text) is None
