"""Sending, finding and cancelling requests."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.connectors.mintsoft.served import (
    CANCELLING,
    REFERENCE,
    Books,
    Opening,
    Teller,
    asked_line,
    asking,
    item,
    order,
)

from tieout.connectors.mintsoft import MintsoftWarehouse
from tieout.domain import commands as c
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.shipping import RequestStatus
from tieout.ports.errors import BadAnswer, OutcomeUnknown, Refused

TAKEN = [{"OrderId": 2207, "OrderNumber": REFERENCE, "Success": True, "OrderStatusId": 1, "Message": ""}]
DONE = {"ID": 2207, "Success": True, "Message": ""}


@pytest.fixture(autouse=True)
def taking(teller: Teller, books: Books) -> None:
    assert books.teller is teller
    teller.says("PUT", "/api/Order", TAKEN)


def sent(teller: Teller) -> dict[str, object]:
    (asked,) = teller.calls("/api/Order", "PUT")
    return asked.json()


def test_a_request_is_created_by_put_with_our_reference_in_both_single_fields(
    warehouse: MintsoftWarehouse, teller: Teller
) -> None:
    warehouse.send_request(asking(instructions="Ring the bell"))
    body = sent(teller)
    assert body["OrderNumber"] == body["ExternalOrderReference"] == REFERENCE
    assert (body["WarehouseId"], body["CountryId"], body["CourierService"]) == (3, 1, "AUTO")
    assert (body["FirstName"], body["LastName"], body["Address1"]) == ("Ada Mary", "Lovelace", "1 High Street")
    assert (body["RequiredDeliveryDate"], body["Comments"]) == ("2026-11-24T00:00:00", "Ring the bell")
    assert body["OrderItems"] == [
        {
            "SKU": "BOOT",
            "Quantity": 2,
            "Details": "Boot",
            "UnitPrice": 19.99,
            "OrderItemNameValues": [{"Name": "TieoutLine", "Value": "line-1"}],
        },
        {
            "SKU": "SOCK",
            "Quantity": 3,
            "Details": "Sock",
            "UnitPrice": 19.99,
            "OrderItemNameValues": [{"Name": "TieoutLine", "Value": "line-2"}],
        },
    ]


def test_the_key_goes_in_a_header_and_never_in_the_address(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    warehouse.send_request(asking())
    assert {asked.headers["ms-apikey"] for asked in teller.asked} == {"key-nobody-may-see"}
    assert not any("nobody" in str(asked.query) for asked in teller.asked)


def test_a_company_with_a_contact_and_four_lines_keeps_all_of_its_address(
    warehouse: MintsoftWarehouse, teller: Teller
) -> None:
    address = PostalAddress(name="Acme Ltd", contact="Ada", lines=("Unit 1", "The Mill", "Low Road", "North End"))
    warehouse.send_request(asking(deliver_to=address))
    body = sent(teller)
    assert (body["CompanyName"], body["LastName"]) == ("Acme Ltd", "Ada")
    assert [body[f"Address{n}"] for n in (1, 2, 3)] == ["Unit 1", "The Mill", "Low Road, North End"]


def test_an_administrators_user_names_the_client_and_a_numbered_service_is_sent_by_number(
    opening: Opening, teller: Teller
) -> None:
    opening(client_id=3).send_request(asking(service="2548"))
    body = sent(teller)
    assert (body["ClientId"], body["CourierServiceId"]) == (3, 2548)


@pytest.mark.parametrize("quantity", ["1.5", "0", "-1"])
def test_what_is_no_whole_number_is_refused_before_anything_is_sent(
    warehouse: MintsoftWarehouse, teller: Teller, quantity: str
) -> None:
    with pytest.raises(Refused, match=r"whole units only.* release a whole number"):
        warehouse.send_request(asking(asked_line(1, "BOOT", quantity)))
    assert teller.calls("/api/Order", "PUT") == []


def test_a_whole_number_written_with_noughts_is_whole(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    warehouse.send_request(asking(asked_line(1, "BOOT", "2.000")))
    assert b'"Quantity":2,' in teller.calls("/api/Order", "PUT")[0].body


def test_a_site_or_country_that_mintsoft_does_not_know_is_refused_with_what_to_do(
    warehouse: MintsoftWarehouse, teller: Teller
) -> None:
    with pytest.raises(Refused, match=r"no warehouse for the site 'Hull': add it to warehouses \(known: Bath, Leeds\)"):
        warehouse.send_request(asking(site="Hull"))
    with pytest.raises(Refused, match="lists no country 'ATLANTIS'"):
        warehouse.send_request(asking(deliver_to=PostalAddress(name="A", country="Atlantis")))
    assert teller.calls("/api/Order", "PUT") == []


def test_sites_are_those_that_mintsoft_lists_where_none_are_configured(opening: Opening, teller: Teller) -> None:
    rows = [{"ID": 3, "Name": "Main", "Active": True}, {"ID": 4, "Name": "Old", "Active": False}]
    teller.says("GET", "/api/Warehouse", rows)
    opening(warehouses={}, default_site="").send_request(asking(site=""))
    assert sent(teller)["WarehouseId"] == 3


def test_with_several_sites_and_none_named_nothing_is_guessed(opening: Opening) -> None:
    with pytest.raises(Refused, match="name a site, or set default_site"):
        opening(default_site="").send_request(asking(site=""))


def test_success_false_under_200_is_refused_in_mintsofts_words(opening: Opening, teller: Teller) -> None:
    teller.told.clear()
    teller.says("GET", "/api/RefData/Countries", [{"ID": 1, "Code": "GB"}])
    teller.says("PUT", "/api/Order", [{"Success": False, "Message": "OrderNumber already exists"}])
    with pytest.raises(Refused) as caught:
        opening().send_request(asking())
    assert caught.value.reason == "OrderNumber already exists"


@pytest.mark.parametrize(
    "body",
    [
        [{"OrderId": 2207, "Success": True}, {"Success": False, "Message": "no such SKU"}],
        [],
        [{}],
        b"<html>",
        None,
        [{"OrderId": ["?"]}],
    ],
    ids=["half", "nothing", "empty", "html", "null", "nonsense"],
)
def test_an_answer_that_does_not_say_what_became_of_the_order_leaves_the_outcome_unknown(
    opening: Opening, teller: Teller, body: object
) -> None:
    teller.told["PUT", "/api/Order"].clear()
    teller.says("PUT", "/api/Order", body)
    with pytest.raises(OutcomeUnknown):
        opening().send_request(asking())


@pytest.mark.parametrize("trouble", [{"hang_up": True}, {"silence_seconds": 1.0}, {"status": 502}])
def test_a_lost_answer_is_unknown_and_the_order_is_not_sent_again(
    opening: Opening, teller: Teller, trouble: dict[str, object]
) -> None:
    teller.told["PUT", "/api/Order"].clear()
    teller.says("PUT", "/api/Order", TAKEN, **trouble)  # type: ignore[arg-type]  # one trouble of several types
    with pytest.raises(OutcomeUnknown):
        opening(reads_tried=3).send_request(asking())
    assert len(teller.calls("/api/Order", "PUT")) == 1


def test_webhooks_are_registered_for_each_order_with_a_secret_of_its_own_and_a_refusal_is_no_failure(
    opening: Opening, teller: Teller
) -> None:
    teller.says("PUT", "/api/Order/2207/ConnectActions", {"Success": False, "Message": "no right"})
    opening(webhook_url="https://tieout.example/in/depot", inbound_secret="inbound-nobody-may-see").send_request(
        asking()
    )
    (asked,) = teller.calls("/api/Order/2207/ConnectActions", "PUT")
    body = asked.json()
    assert (body["Type"], body["SourceOrderId"], body["Complete"]) == ("API", 2207, False)
    assert body["ExtraCode1"].startswith("https://tieout.example/in/depot?secret=")
    assert f"event=split&reference={REFERENCE}" in body["ExtraCode5"]
    assert b"nobody-may-see" not in asked.body


def test_a_request_that_is_not_there_is_not_found(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    assert warehouse.find_request(asking()) is None
    assert warehouse.request(REFERENCE) is None
    names = [next(iter(asked.query)) for asked in teller.calls("/api/Order/Search")]
    assert names[:2] == ["OrderNumber", "ExternalOrderReference"]


def test_a_request_is_found_with_the_figures_of_the_command(warehouse: MintsoftWarehouse, books: Books) -> None:
    books.find(order(9, OrderNumber=f"{REFERENCE}0", ExternalOrderReference=None), order())
    books.hold(order(), item(1, "BOOT", 2), item(2, "SOCK", 3))
    found = warehouse.find_request(asking())
    assert found == c.Found(reference="2207", figures=asking().figures())


def test_an_order_found_only_by_the_reference_field_is_found(warehouse: MintsoftWarehouse, books: Books) -> None:
    row = order(OrderNumber="M-77")
    books.teller.says("GET", "/api/Order/Search", lambda query: [row] if "ExternalOrderReference" in query else [])
    books.hold(row, item(1, "BOOT", 2), item(2, "SOCK", 3))
    assert warehouse.find_request(asking()) is not None


def test_a_second_name_to_search_by_that_mintsoft_does_not_take_finds_nothing(
    warehouse: MintsoftWarehouse, teller: Teller
) -> None:
    teller.says("GET", "/api/Order/Search", [])
    teller.says("GET", "/api/Order/Search", {"Message": "bad name"}, status=400)
    assert warehouse.find_request(asking()) is None


def test_a_first_search_that_is_refused_is_never_taken_for_nothing(
    warehouse: MintsoftWarehouse, teller: Teller
) -> None:
    teller.says("GET", "/api/Order/Search", {"Message": "bad name"}, status=400)
    with pytest.raises(BadAnswer, match="bad name"):
        warehouse.find_request(asking())


def test_another_clients_order_of_the_same_number_is_not_ours(opening: Opening, books: Books) -> None:
    books.find(order(1, ClientId=8), order(2, ClientId=3))
    books.hold(order(1), item(1, "BOOT", 9))
    books.hold(order(2, ClientId=3), item(1, "BOOT", 2), item(2, "SOCK", 3))
    found = opening(client_id=3).find_request(asking())
    assert found is not None
    assert found.reference == "2"


def test_a_split_request_is_found_whole_whatever_number_its_part_carries(
    warehouse: MintsoftWarehouse, books: Books
) -> None:
    part = order(2301, 9, OrderNumber="M-2301", ExternalOrderReference=None, Part=2, NumberOfParts=2)
    books.find(order(NumberOfParts=2))
    books.split(2207, 2301)
    books.hold(order(NumberOfParts=2), item(1, "BOOT", 2, "line-1"), item(2, "SOCK", 1, "line-2"))
    books.hold(part, item(3, "SOCK", 2, OnBackOrder=2))
    found = warehouse.find_request(asking())
    assert found == c.Found(reference="2207, 2301", figures=asking().figures())
    request = warehouse.request(REFERENCE)
    assert request is not None
    assert (request.warehouse_ids, request.status) == (("2207", "2301"), RequestStatus.HELD)
    assert request.status_text == "NEW, ONBACKORDER"
    assert request.reason == "ONBACKORDER: 2 SOCK on back order"
    assert [(line.line, line.sku, line.quantity) for line in request.lines] == [
        ("line-1", "BOOT", Decimal(2)),
        ("line-2", "SOCK", Decimal(3)),
    ]


def test_a_status_that_nobody_knows_is_unknown_with_mintsofts_word(warehouse: MintsoftWarehouse, books: Books) -> None:
    books.find(order(status=42))
    books.hold(order(status=42), item(1, "BOOT", 2))
    books.teller.says("GET", "/api/Order/Statuses", [{"ID": 42, "Name": "LOSTINSPACE"}])
    request = warehouse.request(REFERENCE)
    assert request is not None
    assert (request.status, request.status_text) == (RequestStatus.UNKNOWN, "LOSTINSPACE")


def test_the_standard_statuses_are_known_without_asking(warehouse: MintsoftWarehouse, books: Books) -> None:
    books.find(order(status=15))
    books.hold(order(status=15), item(1, "BOOT", 2))
    request = warehouse.request(REFERENCE)
    assert request is not None
    assert (request.status, request.status_text) == (RequestStatus.RECEIVED, "AWAITINGPICKING")
    assert books.teller.calls("/api/Order/Statuses") == []


def test_cancelling_is_a_get_that_is_sent_once_for_each_part_that_has_not_left(
    opening: Opening, books: Books, teller: Teller
) -> None:
    books.find(order(status=4, NumberOfParts=2))
    books.split(2207, 2301)
    books.hold(order(status=4), item(1, "BOOT", 2))
    books.hold(order(2301, 9, Part=2), item(2, "SOCK", 3))
    teller.says("GET", "/api/Order/2301/Cancel", DONE)
    opening(reads_tried=3).cancel_request(CANCELLING)
    assert [asked.path for asked in teller.asked if asked.path.endswith("/Cancel")] == ["/api/Order/2301/Cancel"]


@pytest.mark.parametrize("trouble", [{"hang_up": True}, {"status": 503}, {"silence_seconds": 1.0}])
def test_a_cancel_whose_answer_is_lost_is_never_sent_again(
    opening: Opening, books: Books, teller: Teller, trouble: dict[str, object]
) -> None:
    books.find(order())
    teller.says("GET", "/api/Order/2207/Cancel", DONE, **trouble)  # type: ignore[arg-type]  # one trouble of several types
    with pytest.raises(OutcomeUnknown):
        opening(reads_tried=3).cancel_request(CANCELLING)
    assert len(teller.calls("/api/Order/2207/Cancel")) == 1


def test_a_cancel_that_is_refused_says_so_in_mintsofts_words_and_the_other_parts_are_cancelled_all_the_same(
    warehouse: MintsoftWarehouse, books: Books, teller: Teller
) -> None:
    books.find(order(status=16, NumberOfParts=2), order(2301, 9, Part=2))
    teller.says("GET", "/api/Order/2207/Cancel", {"Success": False, "Message": "picking has started"})
    teller.says("GET", "/api/Order/2301/Cancel", DONE)
    with pytest.raises(Refused) as caught:
        warehouse.cancel_request(CANCELLING)
    assert caught.value.reason == "order 2207: picking has started"
    assert len(teller.calls("/api/Order/2301/Cancel")) == 1


def test_what_has_left_whole_is_too_late_to_cancel_and_nothing_is_sent(
    warehouse: MintsoftWarehouse, books: Books, teller: Teller
) -> None:
    books.find(order(status=5))
    with pytest.raises(Refused, match="too late: order 2207 is INVOICED"):
        warehouse.cancel_request(CANCELLING)
    assert not any(asked.path.endswith("/Cancel") for asked in teller.asked)


def test_cancelling_what_is_cancelled_asks_nothing(warehouse: MintsoftWarehouse, books: Books, teller: Teller) -> None:
    books.find(order(status=3))
    warehouse.cancel_request(CANCELLING)
    assert not any(asked.path.endswith("/Cancel") for asked in teller.asked)


def test_cancelling_what_is_not_there_is_refused(warehouse: MintsoftWarehouse) -> None:
    with pytest.raises(Refused, match=f"no order {REFERENCE}"):
        warehouse.cancel_request(CANCELLING)


@pytest.mark.parametrize(
    ("statuses", "is_found"),
    [((3,), True), ((3, 3), True), ((4, 3), True), ((4,), False), ((4, 4), False), ((3, 1), False), ((3, 42), False)],
)
def test_a_request_counts_as_cancelled_once_nothing_of_it_can_leave_and_something_was_cancelled(
    warehouse: MintsoftWarehouse, books: Books, statuses: tuple[int, ...], *, is_found: bool
) -> None:
    rows = [order(2207 + at, status, Part=at + 1) for at, status in enumerate(statuses)]
    books.find(*rows)
    for row in rows:
        books.hold(row, item(1, "BOOT", 2))
    found = warehouse.find_cancelled(CANCELLING)
    assert (found is not None) == is_found
    if found is not None:
        assert found.figures == CANCELLING.figures()
