"""Webhooks: who signed them, and which order they name."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from tieout.connectors.shipbob import ShipBobSettings, open_inbound
from tieout.connectors.shipbob.inbound import order_number_of
from tieout.ports.inbound import Envelope, Inbound, MalformedError, SignatureError

from .conftest import PREVIOUS, REFERENCE, SECRET, Node, order, shipment

BODY = json.dumps(shipment()).encode()
STRANGER = "whsec_c3RyYW5nZXItbm9ib2R5LW1heS1zZWUtdGhpcyE="


@pytest.fixture
def inbound(settings: ShipBobSettings) -> Inbound:
    return open_inbound(settings)


def signature(body: bytes, secret: str, at: datetime) -> str:
    return Webhook(secret).sign("msg_1", at, body.decode())


def stamped(at: datetime, sign: str) -> dict[str, str]:
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": f"{int(at.timestamp())}",
        "webhook-signature": sign,
        "x-webhook-topic": "order.shipped",
    }


def signed(body: bytes = BODY, topic: str = "order.shipped", secret: str = SECRET) -> dict[str, str]:
    at = datetime.now(UTC)
    return stamped(at, signature(body, secret, at)) | {"x-webhook-topic": topic}


def test_a_shipment_names_its_order(inbound: Inbound) -> None:
    assert inbound.open(signed(), {}, BODY) == Envelope(
        external_id="msg_1",
        kind="order.shipped",
        document_kind="order",
        document_key="0000000123",
        lookup="",
        occurred_at=datetime(2026, 11, 20, 11, 0, tzinfo=UTC),
        reference=REFERENCE,
    )


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS], ids=["new", "old"])
@pytest.mark.parametrize("padding", ["", "=", "=="])
def test_old_and_new_secret_count_with_and_without_padding(inbound: Inbound, secret: str, padding: str) -> None:
    at = datetime.now(UTC)
    sign = signature(BODY, secret, at)
    assert sign.endswith("="), "the case is about padding"
    assert inbound.open(stamped(at, sign.rstrip("=") + padding), {}, BODY).document_key == "0000000123"


def test_one_good_signature_among_others_is_enough(inbound: Inbound) -> None:
    at = datetime.now(UTC)
    good = signature(BODY, SECRET, at).rstrip("=")
    others = f"v1a,{'A' * 88} nonsense v1, v1,x v1,%%% v1,\u00e9 {signature(BODY, STRANGER, at)} {good}"
    assert inbound.open(stamped(at, others), {}, BODY).kind == "order.shipped"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda given: given | {"webhook-signature": ""},
        lambda given: given | {"webhook-signature": given["webhook-signature"].removeprefix("v1,")},
        lambda given: given | {"webhook-signature": given["webhook-signature"].replace("v1,", "v2,")},
        lambda given: given | {"webhook-id": "msg_2"},
        lambda given: given | {"webhook-timestamp": "yesterday"},
        lambda given: given | {"webhook-timestamp": str(int(given["webhook-timestamp"]) + 1)},
        lambda given: {name: value for name, value in given.items() if name != "webhook-id"},
        lambda given: {name: value for name, value in given.items() if name != "webhook-timestamp"},
        lambda given: {name: value for name, value in given.items() if name != "webhook-signature"},
    ],
    ids=["empty", "no version", "version", "id", "no time", "time", "- id", "- time", "- signature"],
)  # fmt: skip
def test_what_shipbob_did_not_sign_is_not_believed(inbound: Inbound, spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(SignatureError):
        inbound.open(spoil(signed()), {}, BODY)


def test_the_time_of_the_event_counts_where_it_is_told(inbound: Inbound) -> None:
    body = json.dumps(shipment(event_time="2026-11-20T11:30:00.3614767Z")).encode()
    assert inbound.open(signed(body), {}, body).occurred_at == datetime(2026, 11, 20, 11, 30, 0, 361476, tzinfo=UTC)


def test_a_stranger_is_not_believed(inbound: Inbound) -> None:
    with pytest.raises(SignatureError):
        inbound.open(signed(secret=STRANGER), {}, BODY)


def test_a_changed_body_is_not_believed(inbound: Inbound) -> None:
    with pytest.raises(SignatureError):
        inbound.open(signed(), {}, BODY.replace(b"123-1", b"124-1"))
    with pytest.raises(SignatureError):
        inbound.open(signed(), {}, b"\xff\xfe")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_message_is_not_believed(inbound: Inbound, minutes: int) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(SignatureError, match="more than five minutes"):
        inbound.open(stamped(at, signature(BODY, SECRET, at)), {}, BODY)


def test_without_a_secret_nothing_is_believed(settings: ShipBobSettings) -> None:
    bare = settings.model_copy(update={"webhook_secret": None, "previous_webhook_secret": None})
    with pytest.raises(SignatureError, match="no webhook secret"):
        open_inbound(bare).open(signed(), {}, BODY)


@pytest.mark.parametrize(
    ("topic", "body", "key"),
    [
        ("order.shipped", shipment(), "0000000123"),
        ("order.shipment.delivered", {"shipment": shipment()}, "0000000123"),
        ("order.shipment.exception", {"data": {"order": order()}}, "0000000123"),
        ("order.shipped", {"payload": [1], "order": {"reference_id": "A-B-12-3"}}, "A-B-12"),
        ("order.shipped", {"reference_id": None}, ""),
        ("order.shipped", {"reference_id": "WEB1001"}, ""),
        ("order.shipped", {"reference_id": "WEB-A"}, ""),
        ("order.shipped", {}, ""),
        ("return.completed", shipment(), ""),
        ("wro.completed", {"id": 1}, ""),
        ("billing.charge.created", {"id": 1}, ""),
        ("something.new", shipment(), ""),
    ],
)
def test_which_order_a_message_is_about(inbound: Inbound, topic: str, body: Node, key: str) -> None:
    content = json.dumps(body).encode()
    envelope = inbound.open(signed(content, topic), {}, content)
    assert (envelope.document_key, envelope.document_kind, envelope.kind) == (key, "order" if key else "", topic)


@pytest.mark.parametrize(
    ("topic", "body"), [("", BODY), ("order.shipped", b"[1]"), ("order.shipped", b"{")], ids=["topic", "list", "json"]
)
def test_a_signed_message_that_cannot_be_read_says_so(inbound: Inbound, topic: str, body: bytes) -> None:
    with pytest.raises(MalformedError):
        inbound.open(signed(body, topic), {}, body)


@given(number=st.text(min_size=1), release=st.integers(1, 999))
def test_the_order_number_is_what_stands_before_the_last_dash(number: str, release: int) -> None:
    """Whatever the order number holds, dashes too."""
    assert order_number_of(f"{number}-{release}") == number
