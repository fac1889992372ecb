from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from tieout.connectors.shopify import ShopifyInbound, ShopifySettings, open_inbound
from tieout.ports.inbound import MalformedError, SignatureError

BIG = 9007199254740993
REFUND = json.dumps({"id": 1, "order_id": BIG, "created_at": "2026-11-20T11:00:00+01:00"}).encode()


@pytest.fixture
def inbound(settings: ShopifySettings) -> ShopifyInbound:
    return open_inbound(settings)


def signed(body: bytes, topic: str = "refunds/create", whose: str = "client") -> dict[str, str]:
    digest = hmac.new(f"{whose}-nobody-may-see".encode(), body, hashlib.sha256).digest()
    return {
        "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
        "x-shopify-topic": topic,
        "x-shopify-webhook-id": "w-1",
        "x-shopify-event-id": "e-1",
        "x-shopify-triggered-at": "2026-11-20T10:00:00.123456789Z",
    }


def test_a_signed_refund_names_its_order_digit_for_digit(inbound: ShopifyInbound) -> None:
    envelope = inbound.open(signed(REFUND), {}, REFUND)
    assert (envelope.kind, envelope.document_kind, envelope.document_key) == ("refunds/create", "return", "")
    assert envelope.lookup == "9007199254740993"
    assert envelope.external_id == "w-1"
    assert envelope.occurred_at == datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC)


def test_the_secret_before_a_rotation_still_counts(inbound: ShopifyInbound) -> None:
    assert inbound.open(signed(REFUND, whose="previous"), {}, REFUND).lookup == str(BIG)


def test_once_no_earlier_secret_is_set_only_the_present_one_counts(settings: ShopifySettings) -> None:
    rotated = open_inbound(settings.model_copy(update={"previous_client_secret": None}))
    with pytest.raises(SignatureError):
        rotated.open(signed(REFUND, whose="previous"), {}, REFUND)


@pytest.mark.parametrize("signature", ["", "not base64!", "AAAA", base64.b64encode(b"x" * 32).decode()])
def test_without_a_fitting_signature_nothing_is_let_in(inbound: ShopifyInbound, signature: str) -> None:
    with pytest.raises(SignatureError) as caught:
        inbound.open({**signed(REFUND), "x-shopify-hmac-sha256": signature}, {}, REFUND)
    assert "nobody-may-see" not in str(caught.value)


def test_a_body_changed_on_the_way_is_not_let_in(inbound: ShopifyInbound) -> None:
    with pytest.raises(SignatureError):
        inbound.open(signed(REFUND), {}, REFUND.replace(b"993", b"994"))


def test_headers_without_their_prefix_are_read_as_well(inbound: ShopifyInbound) -> None:
    headers = {name.removeprefix("x-"): value for name, value in signed(REFUND).items()}
    assert inbound.open(headers, {}, REFUND).lookup == str(BIG)


def test_without_a_webhook_id_the_event_and_its_topic_name_the_delivery(inbound: ShopifyInbound) -> None:
    headers = signed(REFUND)
    del headers["x-shopify-webhook-id"]
    assert inbound.open(headers, {}, REFUND).external_id == "e-1:refunds/create"
    del headers["x-shopify-event-id"]
    assert inbound.open(headers, {}, REFUND).external_id.endswith(":refunds/create")


@pytest.mark.parametrize(
    ("topic", "resource", "lookup"),
    [
        ("orders/updated", {"id": 12, "admin_graphql_api_id": f"gid://shopify/Order/{BIG}"}, str(BIG)),
        ("orders/updated", {"id": BIG}, str(BIG)),
        ("returns/approve", {"id": 1, "order": {"id": BIG}}, str(BIG)),
        ("returns/cancel", {"id": 1, "order": {"admin_graphql_api_id": f"gid://shopify/Order/{BIG}"}}, str(BIG)),
        ("returns/close", {"id": 1, "status": "closed"}, ""),
        ("order_transactions/create", {"id": 1, "order_id": BIG, "kind": "refund"}, str(BIG)),
        ("orders/create", {"id": BIG}, ""),
        ("inventory_levels/update", {"inventory_item_id": 1}, ""),
    ],
)
def test_only_topics_that_concern_a_return_are_looked_up(
    inbound: ShopifyInbound, topic: str, resource: dict[str, object], lookup: str
) -> None:
    body = json.dumps(resource).encode()
    envelope = inbound.open(signed(body, topic), {}, body)
    assert (envelope.kind, envelope.lookup) == (topic, lookup)
    assert envelope.document_kind == ("return" if lookup else "")


@pytest.mark.parametrize(
    ("topic", "resource", "key", "lookup"),
    [
        ("returns/approve", {"id": BIG, "order": {"id": 7}}, str(BIG), "7"),
        ("returns/close", {"admin_graphql_api_id": f"gid://shopify/Return/{BIG}", "order_id": 7}, str(BIG), "7"),
        ("returns/cancel", {"id": BIG, "status": "canceled"}, str(BIG), ""),
        ("refunds/create", {"id": 1, "order_id": 7, "return": {"id": BIG}}, str(BIG), "7"),
        ("refunds/create", {"id": 1, "order_id": 7, "return": None}, "", "7"),
        ("orders/updated", {"id": 7}, "", "7"),
    ],
)
def test_where_shopify_is_the_portal_its_webhooks_name_the_return(
    settings: ShopifySettings, topic: str, resource: dict[str, object], key: str, lookup: str
) -> None:
    body = json.dumps(resource).encode()
    portal = open_inbound(settings.model_copy(update={"returns_portal": True}))
    envelope = portal.open(signed(body, topic), {}, body)
    assert (envelope.document_kind, envelope.document_key, envelope.lookup) == ("return", key, lookup)
    assert not open_inbound(settings).open(signed(body, topic), {}, body).document_key


@pytest.mark.parametrize("body", [b"", b"[]", b"nothing"])
def test_what_is_signed_but_no_resource_is_malformed(inbound: ShopifyInbound, body: bytes) -> None:
    with pytest.raises(MalformedError):
        inbound.open(signed(body), {}, body)


def test_a_message_without_a_topic_is_malformed(inbound: ShopifyInbound) -> None:
    headers = signed(REFUND)
    del headers["x-shopify-topic"]
    with pytest.raises(MalformedError, match="topic"):
        inbound.open(headers, {}, REFUND)
