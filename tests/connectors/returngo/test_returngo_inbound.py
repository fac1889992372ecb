from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tieout.connectors.returngo import ReturnGoInbound, ReturnGoSettings, open_inbound
from tieout.ports.inbound import MalformedError, SignatureError

SECRET = {"secret": "inbound-nobody-may-see"}


@pytest.fixture
def inbound(settings: ReturnGoSettings) -> ReturnGoInbound:
    return open_inbound(settings)


def event(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize("query", [{}, {"secret": ""}, {"secret": "inbound-nobody-may-se"}, {"secret": "ü"}])
def test_without_the_secret_of_the_address_nothing_is_let_in(inbound: ReturnGoInbound, query: dict[str, str]) -> None:
    with pytest.raises(SignatureError) as caught:
        inbound.open({}, query, event(eventName="RMA_CREATED", rmaId="1"))
    assert "nobody-may-see" not in str(caught.value)


def test_an_event_names_its_rma_and_when_it_happened(inbound: ReturnGoInbound) -> None:
    body = event(eventName="RMA_STATUS_UPDATED", rmaId=1234, eventDate="2026-11-20T10:00:00Z")
    envelope = inbound.open({}, SECRET, body)
    assert (envelope.kind, envelope.document_kind) == ("RMA_STATUS_UPDATED", "return")
    assert (envelope.document_key, envelope.lookup) == ("1234", "")
    assert envelope.occurred_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def test_the_same_body_is_the_same_event_and_another_body_is_another(inbound: ReturnGoInbound) -> None:
    bodies = [event(eventName="RMA_CREATED", rmaId=number) for number in ("1", "1", "2")]
    ids = [inbound.open({}, SECRET, body).external_id for body in bodies]
    assert ids[0] == ids[1] != ids[2]


def test_the_number_is_read_as_the_api_writes_it(inbound: ReturnGoInbound) -> None:
    envelope = inbound.open({}, SECRET, event(eventName="RMA_CREATED", data={"rmaId": "RMA1234"}))
    assert envelope.document_key == "1234"


def test_an_event_that_names_only_the_order_is_looked_up_by_it(inbound: ReturnGoInbound) -> None:
    envelope = inbound.open(
        {}, SECRET, event(eventName="REFUND_CREATED", orderId="gid://shopify/Order/9007199254740993")
    )
    assert (envelope.document_kind, envelope.document_key) == ("return", "")
    assert envelope.lookup == "9007199254740993"


@pytest.mark.parametrize(
    "fields", [{"eventName": "REFUND_CREATED"}, {"eventName": "SHIPMENT_TRACKER_STATUS_UPDATED", "rmaId": 1}]
)
def test_what_names_nothing_or_is_only_a_carriers_tracking_is_left(
    inbound: ReturnGoInbound, fields: dict[str, object]
) -> None:
    envelope = inbound.open({}, SECRET, event(**fields))
    assert (envelope.document_kind, envelope.document_key, envelope.lookup) == ("", "", "")


def test_an_event_of_a_name_nobody_documented_still_makes_us_look(inbound: ReturnGoInbound) -> None:
    envelope = inbound.open({}, SECRET, event(eventName="RMA_REOPENED", rmaId="1"))
    assert (envelope.kind, envelope.document_key) == ("RMA_REOPENED", "1")


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"rmaId": 1}', b'\xff\xfe{"eventName": "X"}'])
def test_what_is_no_event_is_malformed(inbound: ReturnGoInbound, body: bytes) -> None:
    with pytest.raises(MalformedError):
        inbound.open({}, SECRET, body)
