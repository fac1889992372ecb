"""What left, or is about to: part by part, with its numbers, parcels and times."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connectors.mintsoft.served import REFERENCE, Books, Opening, Row, Teller, item, order

from tieout.connectors.mintsoft import MintsoftSettings, MintsoftWarehouse
from tieout.connectors.mintsoft.compat import STATUSES, Compat
from tieout.connectors.mintsoft.orders import Part
from tieout.connectors.mintsoft.translate import (
    Sent,
    figures_of,
    line_ids,
    request_of,
    shipment_of,
    stage_of,
    status_in_all,
    status_of,
)
from tieout.connectors.mintsoft.wire import ItemShape, OrderShape
from tieout.domain.commands import BatchQuantity
from tieout.domain.documents.shipping import Parcel, RequestStatus, Shipment
from tieout.ports.errors import BadAnswer

LEFT: dict[str, Any] = {"OrderStatusId": 4, "DespatchDate": "2026-11-20T10:30:00.1234567"}


def only(shipments: tuple[Shipment, ...]) -> Shipment:
    (shipment,) = shipments
    return shipment


def held(books: Books, row: Row, *items: Row) -> None:
    books.find(row)
    books.hold(row, *items)


def test_a_despatched_order_is_one_shipment_under_its_own_number(warehouse: MintsoftWarehouse, books: Books) -> None:
    held(books, order(**LEFT), item(1, "BOOT", 2, "line-1"), item(2, "SOCK", 3, "line-2"))
    shipment = only(warehouse.shipments(REFERENCE))
    assert (shipment.shipment_id, shipment.reference, shipment.account) == ("2207", REFERENCE, "depot")
    assert (shipment.stage, shipment.site, shipment.follows) == ("despatched", "Leeds", "unsaid")
    assert shipment.reached_at == datetime(2026, 11, 20, 10, 30, 0, 123456, tzinfo=UTC)
    assert shipment.reached_text == "2026-11-20T10:30:00.1234567"
    assert [(line.line, line.sku, line.quantity) for line in shipment.lines] == [
        ("line-1", "BOOT", Decimal(2)),
        ("line-2", "SOCK", Decimal(3)),
    ]
    assert (shipment.parcels, shipment.short) == ((), ())


@pytest.mark.parametrize("status", [4, 5, 6])
def test_despatched_invoiced_and_invoice_failed_have_all_left(
    warehouse: MintsoftWarehouse, books: Books, status: int
) -> None:
    held(books, order(status=status, DespatchDate="2026-11-20T10:30:00"), item(1, "BOOT", 2))
    assert only(warehouse.shipments(REFERENCE)).stage == "despatched"


def test_a_part_that_was_split_off_is_despatched_on_its_own(warehouse: MintsoftWarehouse, books: Books) -> None:
    first, second = order(**LEFT, NumberOfParts=2), order(2301, 9, OrderNumber="M-2301", Part=2, NumberOfParts=2)
    books.find(first)
    books.split(2207, 2301)
    books.hold(first, item(1, "BOOT", 2, "line-1"))
    books.hold(second, item(2, "BOOT", 1))
    shipment = only(warehouse.shipments(REFERENCE))
    assert (shipment.shipment_id, shipment.follows) == ("2207", "yes")


def test_all_parts_that_left_are_told_oldest_first_and_a_split_of_a_split_is_found(
    warehouse: MintsoftWarehouse, books: Books
) -> None:
    rows = [
        order(number, 4, Part=at, NumberOfParts=3, DespatchDate=f"2026-11-{day}T10:00:00")
        for at, (number, day) in enumerate([(2207, 20), (2301, 18), (2302, 19)], start=1)
    ]
    books.find(rows[0])
    books.teller.says("GET", "/api/Order/2207/Splits", [{"OrderId": 2207, "SplitOrderId": 2301}])
    books.teller.says("GET", "/api/Order/2301/Splits", [{"OrderId": 2301, "SplitOrderId": 2302}])
    for row in rows:
        books.hold(row, item(1, "BOOT", 1, "line-1"))
    assert [each.shipment_id for each in warehouse.shipments(REFERENCE)] == ["2301", "2302", "2207"]


def test_the_rest_does_not_follow_once_it_was_cancelled(warehouse: MintsoftWarehouse, books: Books) -> None:
    rows = [order(**LEFT), order(2301, 3, Part=2)]
    books.find(*rows)
    for row in rows:
        books.hold(row, item(1, "BOOT", 1, "line-1"))
    assert only(warehouse.shipments(REFERENCE)).follows == "no"


def test_a_picked_order_says_when_picking_ended_and_a_packed_one_when_it_last_changed(
    warehouse: MintsoftWarehouse, books: Books
) -> None:
    pairs = [{"Name": "PickingFinishTime", "Value": "2026-11-20 10:37:43"}]
    rows = [order(1, 17, OrderNameValues=pairs), order(2, 20, Part=2, OrderNameValues=pairs)]
    books.find(*rows)
    for row in rows:
        books.hold(row, item(1, "BOOT", 1, "line-1"))
    told = [(each.stage, each.reached_text) for each in warehouse.shipments(REFERENCE)]
    assert told == [("picked", "2026-11-20 10:37:43"), ("packed", "2026-11-20T11:00:00.5121363")]


def test_what_nobody_has_picked_is_no_shipment(warehouse: MintsoftWarehouse, books: Books) -> None:
    held(books, order(status=16), item(1, "BOOT", 2))
    assert warehouse.shipments(REFERENCE) == ()
    assert warehouse.shipments("unheard-of") == ()


def test_a_despatch_time_of_nought_is_none_and_an_order_with_no_time_at_all_is_a_bad_answer(
    warehouse: MintsoftWarehouse, books: Books
) -> None:
    never = "0001-01-01T00:00:00"
    held(books, order(status=4, DespatchDate=never), item(1, "BOOT", 2))
    assert only(warehouse.shipments(REFERENCE)).reached_text == "2026-11-20T11:00:00.5121363"
    books.teller.told["GET", "/api/Order/Search"].clear()
    books.find(order(status=4, DespatchDate=never, LastUpdated=None, OrderDate=""))
    with pytest.raises(BadAnswer, match="no time at all"):
        warehouse.shipments(REFERENCE)


def test_units_on_back_order_stay_behind_and_are_short(opening: Opening, books: Books) -> None:
    held(books, order(**LEFT), item(1, "BOOT", 3, "line-1", OnBackOrder=1), item(2, "SOCK", 2, "line-2", OnBackOrder=2))
    shipment = only(opening().shipments(REFERENCE))
    assert [(line.sku, line.quantity) for line in shipment.lines] == [("BOOT", Decimal(2))]
    assert [(short.line, short.quantity, short.reason) for short in shipment.short] == [
        ("line-1", Decimal(1), "OnBackOrder"),
        ("line-2", Decimal(2), "OnBackOrder"),
    ]
    whole = only(opening(compat=Compat(leaves_back_orders=False)).shipments(REFERENCE))
    assert ([line.quantity for line in whole.lines], whole.short) == ([Decimal(3), Decimal(2)], ())


def test_consignments_are_parcels_and_each_number_is_told_once(warehouse: MintsoftWarehouse, books: Books) -> None:
    held(
        books,
        order(**LEFT, TrackingNumber="RM1", TrackingURL="https://track.example/RM1"),
        item(1, "BOOT", 2, "line-1"),
    )
    rows = [{"CourierType": "RoyalMail", "Number": number} for number in ("RM1", "RM2", "RM1", None)]
    books.teller.says("GET", "/api/Order/2207/Shipments", rows)
    assert only(warehouse.shipments(REFERENCE)).parcels == (
        Parcel(tracking="RM1", carrier="RoyalMail", service="Royal Mail 24", url="https://track.example/RM1"),
        Parcel(tracking="RM2", carrier="RoyalMail", service="Royal Mail 24"),
    )


def test_without_consignments_the_orders_own_tracking_number_is_the_parcel(
    warehouse: MintsoftWarehouse, books: Books
) -> None:
    held(books, order(**LEFT, TrackingNumber="RM1"), item(1, "BOOT", 2))
    assert [parcel.tracking for parcel in only(warehouse.shipments(REFERENCE)).parcels] == ["RM1"]


def scan(item_id: int, quantity: int, **numbers: object) -> Row:
    return {"OrderItemId": item_id, "Quantity": quantity, **numbers}


def numbered(books: Books, *, scanned: list[Row], allocated: list[Row]) -> None:
    held(books, order(**LEFT), item(1, "BOOT", 2, "line-1"))
    books.teller.says("GET", "/api/Order/2207/BarcodeVerifiedOrderItems", scanned)
    books.teller.says("GET", "/api/Order/2207/Allocations", allocated)


@pytest.mark.parametrize(
    ("scanned", "allocated", "told"),
    [
        ([scan(1, 1, SerialNo="S1"), scan(1, 1, SerialNo="S2")], [scan(1, 2, BatchNo="B")], {"S1": 1, "S2": 1}),
        ([scan(1, 1, SerialNo="S1")], [scan(1, 1, SerialNo="S1"), scan(1, 1, SerialNo="S2")], {"S1": 1, "S2": 1}),
        ([scan(1, 2)], [scan(1, 1, BatchNo="B"), scan(1, 1, BatchNo="B", Despatched=True)], {"B": 2}),
        ([], [scan(1, 2, BatchNo="B", Despatched=False)], {}),
        ([], [scan(9, 2, BatchNo="B")], {}),
        ([scan(1, 1, SerialNo="S1")], [], {"S1": 1}),
    ],
    ids=["as scanned", "allocations are whole", "batches add up", "still there", "another line", "part of it"],
)
def test_numbers_are_those_scanned_unless_only_the_allocations_make_up_the_quantity(
    warehouse: MintsoftWarehouse, books: Books, scanned: list[Row], allocated: list[Row], told: dict[str, int]
) -> None:
    numbered(books, scanned=scanned, allocated=allocated)
    (line,) = only(warehouse.shipments(REFERENCE)).lines
    assert line.batches == tuple(BatchQuantity(number=each, quantity=Decimal(told[each])) for each in told)


def test_a_warehouse_without_a_name_of_ours_is_called_as_mintsoft_calls_it(
    warehouse: MintsoftWarehouse, books: Books, teller: Teller
) -> None:
    held(books, order(**LEFT, WarehouseId=9, WAREHOUSE_CODE="HULL"), item(1, "BOOT", 2))
    assert only(warehouse.shipments(REFERENCE)).site == "HULL"
    assert teller.calls("/api/Warehouse") == []


def part(order_id: int, *items: tuple[str, int, str], status: int = 1, number: int = 1) -> Part:
    return Part(
        order=OrderShape.model_validate(order(order_id, status, Part=number)),
        items=tuple(
            ItemShape.model_validate(item(order_id * 100 + at, sku, quantity, line))
            for at, (sku, quantity, line) in enumerate(items)
        ),
    )


def test_a_part_that_lost_our_line_takes_it_from_the_stock_code_unless_that_is_ambiguous() -> None:
    parts = [
        part(1, ("BOOT", 1, "line-1"), ("SOCK", 1, "line-2"), ("SOCK", 2, "line-3"), ("HAT", 1, "")),
        part(2, ("BOOT", 1, ""), ("SOCK", 1, "")),
        part(3, ("SOCK", 1, ""), ("SOCK", 1, "")),
    ]
    ids = line_ids(parts)
    assert [ids["2", 0], ids["2", 1]] == ["line-1", ""]
    assert [ids["3", 0], ids["3", 1]] == ["line-2", "line-3"]
    assert ids["1", 3] == ""


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        ([1], RequestStatus.RECEIVED),
        ([2], RequestStatus.PICKING),
        ([8], RequestStatus.HELD),
        ([14], RequestStatus.HELD),
        ([17], RequestStatus.PICKED),
        ([20], RequestStatus.PACKED),
        ([17, 20], RequestStatus.PICKED),
        ([15, 17], RequestStatus.PICKING),
        ([9, 15], RequestStatus.HELD),
        ([9, 16], RequestStatus.PICKING),
        ([4, 9], RequestStatus.PART_SHIPPED),
        ([4, 3], RequestStatus.SHIPPED),
        ([5, 6], RequestStatus.SHIPPED),
        ([3, 3], RequestStatus.CANCELLED),
        ([3, 1], RequestStatus.RECEIVED),
        ([4, 99], RequestStatus.UNKNOWN),
    ],
)
def test_where_a_request_stands_follows_from_all_its_parts(statuses: list[int], whole: RequestStatus) -> None:
    rows = [OrderShape.model_validate(order(at, status)) for at, status in enumerate(statuses, start=1)]
    assert status_in_all([status_of(row, Compat()) for row in rows]) is whole


def test_an_account_that_means_something_else_by_a_status_can_say_so() -> None:
    row = OrderShape.model_validate(order(status=14))
    assert stage_of(row, Compat()) is None
    assert stage_of(row, Compat(statuses={14: RequestStatus.PACKED})) == "packed"
    assert stage_of(OrderShape.model_validate(order(status=5)), Compat(despatched_statuses=frozenset({4}))) is not None


@given(
    asked=st.lists(st.tuples(st.sampled_from(["BOOT", "SOCK", "HAT"]), st.integers(1, 20)), min_size=1, max_size=5),
    cuts=st.lists(st.integers(0, 20), min_size=5, max_size=5),
    statuses=st.tuples(st.sampled_from(sorted(STATUSES)), st.sampled_from(sorted(STATUSES))),
    keeps=st.booleans(),
)
def test_units_over_all_parts_are_the_units_asked_however_it_was_split(
    asked: list[tuple[str, int]], cuts: list[int], statuses: tuple[int, int], *, keeps: bool
) -> None:
    lines = [(sku, quantity, f"line-{at}") for at, (sku, quantity) in enumerate(asked, start=1)]
    stays = [(sku, min(cut, quantity), line) for (sku, quantity, line), cut in zip(lines, cuts, strict=False)]
    goes = [
        (sku, quantity - kept, line if keeps else "")
        for (sku, quantity, line), (_, kept, _) in zip(lines, stays, strict=True)
        if quantity > kept
    ]
    parts = [part(1, *stays, status=statuses[0]), part(2, *goes, status=statuses[1], number=2)]
    settings = MintsoftSettings(account="depot", api_key="k")  # type: ignore[arg-type]  # pydantic makes it a secret
    whole = [part(1, *lines)]
    assert figures_of(REFERENCE, parts) == figures_of(REFERENCE, whole)
    request = request_of(REFERENCE, parts, {}, settings)
    assert sum(line.quantity for line in request.lines) == sum(quantity for _, quantity in asked)
    nothing = Sent(consignments=(), allocated=(), scanned=())
    left = [
        sum(line.quantity for line in shipment_of(REFERENCE, at, parts, nothing, "", settings).lines)
        for at, each in enumerate(parts)
        if stage_of(each.order, settings.compat) == "despatched"
    ]
    expected = [
        sum(quantity for _, quantity, _ in rows)
        for rows, status in ((stays, statuses[0]), (goes, statuses[1]))
        if status in (4, 5, 6)
    ]
    assert left == expected
