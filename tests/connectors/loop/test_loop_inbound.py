from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from tieout.connectors.loop import LoopInbound, LoopSettings, open_inbound
from tieout.ports.inbound import Envelope, MalformedError, SignatureError

SECRET = b"secret-nobody-may-see"


@pytest.fixture
def inbound(settings: LoopSettings) -> LoopInbound:
    return open_inbound(settings)


def signed(body: bytes, secret: bytes = SECRET) -> dict[str, str]:
    return {"x-loop-signature": base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()}


def opened(inbound: LoopInbound, body: bytes) -> Envelope:
    return inbound.open(signed(body), {}, body)


def event(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize("told", [None, "", "nonsense", "ü", signed(b"{}", b"another")["x-loop-signature"]])
def test_what_loop_did_not_sign_is_not_let_in(inbound: LoopInbound, told: str | None) -> None:
    headers = {} if told is None else {"x-loop-signature": told}
    with pytest.raises(SignatureError) as caught:
        inbound.open(headers, {}, b"{}")
    assert "nobody-may-see" not in str(caught.value)


def test_the_signature_is_of_the_bytes_that_came(inbound: LoopInbound) -> None:
    escaped = rb'{"topic":"return","trigger":"return.created","id":"1673","status_page_url":"https:\/\/a.test\/1"}'
    plain = escaped.replace(rb"\/", b"/")
    assert opened(inbound, escaped).document_key == "1673"
    with pytest.raises(SignatureError):
        inbound.open(signed(escaped), {}, plain)


def test_a_message_names_its_return_and_when_it_happened(inbound: LoopInbound) -> None:
    body = event(topic="return", trigger="return.created", id=1673, created_at="2026-11-20T10:00:00Z", edited_at=None)
    envelope = opened(inbound, body)
    assert (envelope.kind, envelope.document_kind) == ("return.created", "return")
    assert (envelope.document_key, envelope.lookup) == ("1673", "")
    assert envelope.occurred_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def test_a_failed_processing_names_its_return(inbound: LoopInbound) -> None:
    body = event(
        topic="return.processing",
        trigger="return.processing.failed",
        return_id=1673,
        return_state="review",
        message=None,
        source="api",
    )
    envelope = opened(inbound, body)
    assert (envelope.kind, envelope.document_kind, envelope.document_key) == (
        "return.processing.failed",
        "return",
        "1673",
    )


def test_the_id_of_another_topic_is_not_taken_for_the_returns(inbound: LoopInbound) -> None:
    body = event(topic="label", trigger="label.updated", id=5, provider_order_id="9007199254740993")
    envelope = opened(inbound, body)
    assert (envelope.document_key, envelope.lookup) == ("", "9007199254740993")


@pytest.mark.parametrize("body", [b"", b"\n", b"{}", b"[]", b"null", b'""'])
def test_a_message_of_an_unrelated_trigger_is_empty_and_left(inbound: LoopInbound, body: bytes) -> None:
    envelope = opened(inbound, body)
    assert (envelope.kind, envelope.document_kind, envelope.document_key, envelope.lookup) == ("empty", "", "", "")


def test_the_same_bytes_are_the_same_event_and_others_are_another(inbound: LoopInbound) -> None:
    bodies = [event(topic="return", trigger="return.updated", id=number) for number in (1, 1, 2)]
    ids = [opened(inbound, body).external_id for body in bodies]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize("body", [b"not json", b'["return"]', b'{"id": 1}', b"\xff\xfe{}"])
def test_what_is_signed_and_no_event_is_malformed(inbound: LoopInbound, body: bytes) -> None:
    with pytest.raises(MalformedError):
        opened(inbound, body)
