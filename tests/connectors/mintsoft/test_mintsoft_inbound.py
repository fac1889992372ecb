"""Webhooks are hints: who knows the address's secret may name an order, and nothing more."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from tests.connectors.mintsoft.served import REFERENCE, order

from tieout.connectors.mintsoft import MintsoftInbound, MintsoftSettings, open_inbound
from tieout.connectors.mintsoft.bodies import order_secret
from tieout.ports.inbound import MalformedError, SignatureError

WHOLE = "inbound-nobody-may-see"
SECRET = {"secret": WHOLE}


@pytest.fixture
def inbound() -> MintsoftInbound:
    return open_inbound(MintsoftSettings(account="depot", api_key=SecretStr("k"), inbound_secret=SecretStr(WHOLE)))


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"secret": ""},
        {"secret": WHOLE[:-1]},
        {"secret": "ü"},
        {"secret": order_secret("", WHOLE)},
        {"secret": order_secret("0000000999-1", WHOLE), "reference": REFERENCE},
    ],
)
def test_without_the_secret_of_the_address_nothing_is_let_in(inbound: MintsoftInbound, query: dict[str, str]) -> None:
    with pytest.raises(SignatureError) as caught:
        inbound.open({}, query, body(**order()))
    assert "nobody-may-see" not in str(caught.value)


def test_an_account_without_a_secret_lets_nothing_in() -> None:
    closed = open_inbound(MintsoftSettings(account="depot", api_key=SecretStr("k")))
    for query in ({}, {"secret": ""}, {"secret": order_secret("1-1", ""), "reference": "1-1"}):
        with pytest.raises(SignatureError):
            closed.open({}, query, body(**order()))


def test_an_orders_own_secret_names_that_order_whatever_the_body_says(inbound: MintsoftInbound) -> None:
    query = {"secret": order_secret(REFERENCE, WHOLE), "event": "split", "reference": REFERENCE}
    envelope = inbound.open({}, query, body(What="nobody documented"))
    assert (envelope.kind, envelope.document_kind, envelope.document_key) == ("split", "order", "0000000123")
    assert envelope.reference == REFERENCE


def test_a_despatched_order_names_the_sales_order_and_when_it_happened(inbound: MintsoftInbound) -> None:
    envelope = inbound.open({}, SECRET, body(**order(status=4, DespatchDate="2026-07-20T10:30:00")))
    assert (envelope.document_kind, envelope.document_key) == ("order", "0000000123")
    assert envelope.occurred_at == datetime(2026, 7, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("field", ["Order", "OriginalOrder", "NewOrder", "SplitOrder"])
def test_a_split_names_the_order_wherever_it_stands(inbound: MintsoftInbound, field: str) -> None:
    envelope = inbound.open({}, SECRET, body(**{field: order()}))
    assert envelope.document_key == "0000000123"


def test_only_what_stands_before_the_last_dash_is_the_orders_number(inbound: MintsoftInbound) -> None:
    told = inbound.open({}, SECRET, body(**order(OrderNumber="SO-77-12", ExternalOrderReference=None)))
    assert told.document_key == "SO-77"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", body(**order(OrderNumber="Web", ExternalOrderReference=""))])
def test_what_names_no_request_of_ours_is_stored_and_left(inbound: MintsoftInbound, content: bytes) -> None:
    envelope = inbound.open({}, SECRET, content)
    assert (envelope.document_kind, envelope.document_key) == ("", "")


@pytest.mark.parametrize("content", [b"<xml/>", b'"words"', b"7"])
def test_what_is_no_object_is_malformed(inbound: MintsoftInbound, content: bytes) -> None:
    with pytest.raises(MalformedError):
        inbound.open({}, SECRET, content)


def test_the_same_message_twice_has_one_id_and_another_event_has_another(inbound: MintsoftInbound) -> None:
    content = body(**order())
    ids = [inbound.open({}, {**SECRET, "event": event}, content).external_id for event in ("a", "a", "b")]
    assert ids[0] == ids[1] != ids[2]
