"""Orders go out, are found again, changed and cancelled."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tieout.connectors.shipbob import ShipBobCompat, ShipBobWarehouse
from tieout.domain import commands as c
from tieout.domain.commands import differences
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.shipping import HeldLine, RequestStatus
from tieout.ports.errors import BadAnswer, OutcomeUnknown, Refused

from .conftest import CANCEL, REFERENCE, line, order, ordered, product, send, shipment

if TYPE_CHECKING:
    from .conftest import Node, Opening, Teller


def sent(teller: Teller) -> Node:
    return teller.asked[-1].json()


def query(teller: Teller, at: int = -1) -> dict[str, list[str]]:
    return parse_qs(urlsplit(teller.asked[at].path).query)


def test_an_order_is_sent_whole_to_the_pinned_version_and_our_channel(
    warehouse: ShipBobWarehouse, teller: Teller
) -> None:
    teller.says(201, order())
    warehouse.send_request(send(site="Cork", service="next day", instructions="Ring twice"))
    asked = teller.asked[-1]
    assert (asked.method, asked.path) == ("POST", "/2026-07/order")
    assert asked.headers["authorization"] == "Bearer token-nobody-may-see"
    assert asked.headers["shipbob_channel_id"] == "77"
    assert asked.json() == {
        "reference_id": REFERENCE,
        "order_number": "0000000123",
        "purchase_date": "2026-11-19T00:00:00Z",
        "shipping_method": "Express",
        "type": "DTC",
        "location_id": 11,
        "recipient": {
            "name": "Ada L",
            "address": {
                "address1": "1 High Street",
                "address2": "Yard 2, Back door",
                "company_name": "Ada Ltd",
                "city": "Leeds",
                "zip_code": "LS1 1AA",
                "country": "GB",
            },
        },
        "products": [
            {
                "reference_id": "BOOT",
                "sku": "BOOT",
                "name": "Boot, brown",
                "quantity": 2,
                "external_line_id": 1,
                "quantity_unit_of_measure_code": "EA",
                "unit_price": 19.99,
            }
        ],
        "tags": [
            {"name": "tieout.line.1", "value": "L1"},
            {"name": "tieout.instructions", "value": "Ring twice"},
        ],
    }


def test_prices_are_written_digit_for_digit(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(201, order())
    warehouse.send_request(send())
    assert b'"unit_price":19.99' in teller.asked[-1].body


@pytest.mark.parametrize(
    ("service", "method"),
    [("", "Standard"), ("next day", "Express"), ("Ground", "Ground")],
    ids=["none", "map", "same"],
)
def test_the_service_becomes_a_shipping_method(
    warehouse: ShipBobWarehouse, teller: Teller, service: str, method: str
) -> None:
    teller.says(201, order())
    warehouse.send_request(send(service=service))
    assert sent(teller)["shipping_method"] == method


def test_a_case_is_sent_as_a_case_with_its_factor_kept(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(201, order())
    warehouse.send_request(send(line(quantity="2.000", unit="cs", stock_quantity=Decimal(24))))
    assert sent(teller)["products"][0]["quantity"] == 2
    assert sent(teller)["products"][0]["quantity_unit_of_measure_code"] == "CS"
    assert {"name": "tieout.stock_units.1", "value": "12"} in sent(teller)["tags"]


def test_switches_say_what_is_kept_and_where_instructions_go(opening: Opening, teller: Teller) -> None:
    teller.says(201, order())
    switches = ShipBobCompat(keeps_line_ids=False, instructions_as="gift_message", sends_unit_prices=False)
    opening(compat=switches).send_request(send(instructions="Ring twice"))
    body = sent(teller)
    assert (body["tags"], body["gift_message"]) == ([], "Ring twice")
    assert "unit_price" not in body["products"][0]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (send(line(quantity="1.5")), "whole units only: set a smaller unit"),
        (send(line(quantity="0", stock_quantity=Decimal(1))), "whole units only"),
        (send(line(unit="BOX")), "ShipBob knows EA, INP, CS, PL: set one of these"),
        (send(reference="12,3-1"), "comma"),
        (send(line(1), line(1, sku="SOCK")), "same place"),
        (send(site="Paris"), "no fulfilment centre Paris; it has: Cork, Manchester"),
        (send(deliver_to=PostalAddress(name="Ada", city="Leeds")), "needs a street in the delivery address"),
        (send(deliver_to=PostalAddress(lines=("1 High Street",))), "needs a name and a town"),
    ],
    ids=["part", "none", "unit", "comma", "number", "site", "street", "name"],
)
def test_what_shipbob_could_not_do_is_refused_before_anything_is_sent(
    warehouse: ShipBobWarehouse, teller: Teller, request_: c.SendShipmentRequest, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        warehouse.send_request(request_)
    assert teller.asked == []


def test_without_configured_sites_shipbobs_own_list_names_them(opening: Opening, teller: Teller) -> None:
    teller.says(200, [{"id": 10, "name": "Manchester (GB)"}])
    teller.says(201, order())
    opening(sites={}).send_request(send(site="Manchester (GB)"))
    assert sent(teller)["location_id"] == 10


def test_what_was_sent_reads_back_as_the_command_says(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [order()])
    command = send()
    found = warehouse.find_request(command)
    assert found is not None
    assert differences(command.figures(), found.figures) == ()
    assert found.reference == "501"
    assert query(teller) == {"ReferenceIds": [REFERENCE]}


def test_lines_of_one_stock_code_are_read_back_in_sum(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [order(products=[ordered(1, quantity=2), ordered(2, quantity=3)])])
    command = send(line(1, quantity="2"), line(2, quantity="3"))
    found = warehouse.find_request(command)
    assert found is not None
    assert found.figures == command.figures() == {"reference": REFERENCE, "quantity BOOT": "5"}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [order(reference_id="0000000123-10")],
        [order(reference_id=None)],
        [order(channel={"id": 78, "name": "Shop"})],
    ],
    ids=["none", "longer", "null", "channel"],
)
def test_orders_that_are_not_ours_are_not_found(warehouse: ShipBobWarehouse, teller: Teller, rows: list[Node]) -> None:
    teller.says(200, rows)
    assert warehouse.find_request(send()) is None
    assert warehouse.request(REFERENCE) is None
    assert warehouse.shipments(REFERENCE) == ()
    assert warehouse.find_cancelled(CANCEL) is None


def test_two_orders_of_one_reference_are_no_answer(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [order(), order(id=502)])
    with pytest.raises(BadAnswer, match="2 orders of the reference"):
        warehouse.find_request(send())


def test_a_reference_that_is_taken_is_adopted_when_the_order_stands_there(
    warehouse: ShipBobWarehouse, teller: Teller
) -> None:
    teller.says(422, {"": ["Cannot insert order with existing ReferenceId"]})
    teller.says(200, [order()])
    warehouse.send_request(send())
    assert [asked.method for asked in teller.asked] == ["POST", "GET"]


def test_a_refusal_with_no_order_behind_it_is_a_refusal(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(422, {"ShippingMethod": ["The field is required"]})
    teller.says(200, [])
    with pytest.raises(Refused, match=r"^ShippingMethod: The field is required$"):
        warehouse.send_request(send())


def test_a_refusal_that_cannot_be_looked_into_leaves_the_outcome_open(
    warehouse: ShipBobWarehouse, teller: Teller
) -> None:
    teller.says(422, {"": ["Cannot insert order with existing ReferenceId"]})
    teller.says(500)
    with pytest.raises(OutcomeUnknown, match="could not be asked"):
        warehouse.send_request(send())


# What a cancellation comes to -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stands", "is_found"),
    [
        (order(), False),
        (order(status="Cancelled"), True),
        (order(shipment(71, "Cancelled"), status="Cancelled"), True),
        (order(shipment(71, "Cancelled"), shipment(72, "Processing")), False),
        (order(shipment(71, "Cancelled"), shipment(72, "OnHold")), False),
        (order(shipment(71, "Cancelled"), shipment(72, "Something New")), False),
        (order(shipment(71, "Completed"), shipment(72, "Cancelled"), status="PartiallyFulfilled"), True),
        (order(shipment(71, "Completed"), status="Fulfilled"), False),
        (order(shipment(71, "Processing"), status="Cancelled"), False),
    ],
    ids=["new", "empty", "whole", "part", "held", "unknown", "rest", "left", "contrary"],
)
def test_a_request_is_cancelled_once_nothing_of_it_can_leave(
    warehouse: ShipBobWarehouse, teller: Teller, stands: Node, *, is_found: bool
) -> None:
    teller.says(200, [stands])
    found = warehouse.find_cancelled(CANCEL)
    assert (found is not None) is is_found
    if found:
        assert differences(CANCEL.figures(), found.figures) == ()


def result(shipment_id: int, reason: str = "", *, is_success: bool) -> Node:
    return {"shipment_id": shipment_id, "action": "Cancel", "is_success": is_success, "reason": reason}


def cancelling(*results: Node, status: str = "PartialSuccess") -> Node:
    return {"order_id": 501, "status": status, "canceled_shipment_results": list(results)}


def test_cancelling_asks_once_and_believes_the_results(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [order(shipment(71, "Processing"))])
    teller.says(200, cancelling(result(71, is_success=True), status="Success"))
    warehouse.cancel_request(CANCEL)
    assert (teller.asked[-1].method, teller.asked[-1].path) == ("POST", "/2026-07/order/501:cancel")


def test_a_part_that_is_too_late_is_refused_and_says_what_was_cancelled(
    warehouse: ShipBobWarehouse, teller: Teller
) -> None:
    teller.says(200, [order(shipment(71, "Processing"), shipment(72, "Processing"))])
    teller.says(
        200, cancelling(result(71, is_success=True), result(72, "Shipment is already picked", is_success=False))
    )
    with pytest.raises(Refused, match=r"^shipment 72: Shipment is already picked \(cancelled: 71\)$"):
        warehouse.cancel_request(CANCEL)


def test_a_part_that_had_left_before_does_not_spoil_the_cancellation_of_the_rest(
    warehouse: ShipBobWarehouse, teller: Teller
) -> None:
    teller.says(200, [order(shipment(71, "Completed"), shipment(72, "Processing"))])
    teller.says(200, cancelling(result(71, "Already shipped", is_success=False), result(72, is_success=True)))
    warehouse.cancel_request(CANCEL)


@pytest.mark.parametrize(
    ("stands", "words"),
    [([order(shipment(71, "Completed"))], "Too late"), ([], "no order of the reference")],
    ids=["left", "none"],
)
def test_what_cannot_be_cancelled_is_refused_without_asking(
    warehouse: ShipBobWarehouse, teller: Teller, stands: list[Node], words: str
) -> None:
    teller.says(200, stands)
    with pytest.raises(Refused, match=words):
        warehouse.cancel_request(CANCEL)
    assert [asked.method for asked in teller.asked] == ["GET"]


def test_a_failure_without_results_is_a_refusal(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [order()])
    teller.says(200, cancelling(status="Failure"))
    with pytest.raises(Refused, match="gave no reason"):
        warehouse.cancel_request(CANCEL)


# How a request stands -------------------------------------------------------------------------------------------------


def processing(shipment_id: int, *details: str) -> Node:
    return shipment(shipment_id, "Processing", status_details=[{"name": name} for name in details])


@pytest.mark.parametrize(
    ("stands", "status"),
    [
        (order(), RequestStatus.RECEIVED),
        (order(status="Exception"), RequestStatus.HELD),
        (order(status="ImportReview"), RequestStatus.HELD),
        (order(status="Cancelled"), RequestStatus.CANCELLED),
        (order(status="Teleported"), RequestStatus.UNKNOWN),
        (order(processing(71)), RequestStatus.RECEIVED),
        (order(shipment(71, "None")), RequestStatus.RECEIVED),
        (order(shipment(71, "On Hold")), RequestStatus.HELD),
        (order(shipment(71, "Exception")), RequestStatus.HELD),
        (order(shipment(71, "CleanSweeped")), RequestStatus.HELD),
        (order(processing(71, "PickInProgress")), RequestStatus.PICKING),
        (order(processing(71, "Picked")), RequestStatus.PICKED),
        (order(processing(71, "Picked"), processing(72)), RequestStatus.PICKING),
        (order(processing(71, "Packed"), processing(72, "Picked")), RequestStatus.PICKED),
        (order(processing(71, "Labeled")), RequestStatus.PACKED),
        (order(shipment(71, "LabeledCreated")), RequestStatus.PACKED),
        (order(shipment(71, "LabeledCreated"), shipment(72, "Cancelled")), RequestStatus.PACKED),
        (order(shipment(71), processing(72), status="PartiallyFulfilled"), RequestStatus.PART_SHIPPED),
        (order(shipment(71), status="PartiallyFulfilled"), RequestStatus.PART_SHIPPED),
        (order(shipment(71), shipment(72, "Cancelled"), status="Fulfilled"), RequestStatus.PART_SHIPPED),
        (order(shipment(71), shipment(72), status="Fulfilled"), RequestStatus.SHIPPED),
        (order(shipment(71, "Cancelled"), status="Processing"), RequestStatus.CANCELLED),
        (order(shipment(71), shipment(72, "Teleported")), RequestStatus.UNKNOWN),
    ],
)
def test_shipbobs_words_for_where_an_order_stands(
    warehouse: ShipBobWarehouse, teller: Teller, stands: Node, status: RequestStatus
) -> None:
    teller.says(200, [stands])
    found = warehouse.request(REFERENCE)
    assert found is not None
    assert found.status is status
    assert found.status_text.startswith(stands["status"])


def test_a_request_says_what_was_asked_for_and_why_it_waits(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    detail = {"id": 303, "name": "OutOfStock", "description": "No Stock On Hand For Sku"}
    lines = [ordered(1), ordered(2, "SOCK", 3, None), ordered(3, "HAT", 1, external_line_id=None)]
    teller.says(200, [order(shipment(71, "Exception", status_details=[detail]), products=lines)])
    found = warehouse.request(REFERENCE)
    assert found is not None
    assert (found.warehouse_ids, found.reason) == (("501",), "No Stock On Hand For Sku")
    assert found.status_text == "Processing; 71 Exception (OutOfStock)"
    assert found.lines == (
        HeldLine(line="L1", sku="BOOT", quantity=Decimal(2), unit="EA"),
        HeldLine(line="#2", sku="SOCK", quantity=Decimal(3)),
        HeldLine(line="", sku="HAT", quantity=Decimal(1), unit="EA"),
    )


def test_one_product_of_many_shipments_does_not_change_what_was_asked_for(
    warehouse: ShipBobWarehouse, teller: Teller
) -> None:
    teller.says(200, [order(shipment(71, "Completed", product()), shipment(72, "Completed", product()))])
    found = warehouse.find_request(send())
    assert found is not None
    assert found.figures["quantity BOOT"] == "2"
