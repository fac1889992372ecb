from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from .conftest import SECRET, body_of

if TYPE_CHECKING:
    from .conftest import Depot


def test_a_webhook_is_signed_as_standard_webhooks_says_and_holds_the_shipment(depot: Depot) -> None:
    depot.listen("order.shipped")
    depot.stock("MUG", 5)
    made = depot.order("A-1")
    depot.ship("A-1")
    assert depot.topics() == ["order.shipped"]
    body, headers = depot.heard[0]
    told = Webhook(SECRET).verify(body, headers)
    assert (told["id"], told["reference_id"]) == (made["shipments"][0]["id"], "A-1")
    assert told["tracking"]["tracking_number"]
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"A-1", b"A-2"), headers)


def test_a_message_is_fresh_wherever_the_clock_of_the_estate_stands(depot: Depot) -> None:
    depot.listen("order.shipped")
    depot.stock("MUG", 5)
    depot.client.put("/_sandbox/clock", json={"offset_seconds": -90 * 86400})
    depot.order("A-1")
    depot.ship("A-1")
    depot.topics()
    assert Webhook(SECRET).verify(*depot.heard[0])["reference_id"] == "A-1"


def test_a_signature_can_come_without_its_padding(depot: Depot) -> None:
    depot.control("PUT", "settings", {"unpadded_signatures": True})
    depot.listen("order.shipped")
    depot.stock("MUG", 5)
    depot.order("A-1")
    depot.ship("A-1")
    depot.topics()
    signature = depot.heard[0][1]["webhook-signature"]
    assert signature.startswith("v1,")
    assert len(signature) == len("v1,") + 43


def test_the_life_of_an_order_is_told_topic_by_topic(depot: Depot) -> None:
    depot.listen(
        "order.shipment.exception",
        "order.shipment.on_hold",
        "order.shipment.cancelled",
        "order.shipped",
        "order.shipment.delivered",
        "order.delivered",
    )
    shipment = depot.order("A-1")["shipments"][0]["id"]
    depot.stock("MUG", 4)
    depot.control("POST", f"shipments/{shipment}/hold")
    depot.control("POST", f"shipments/{shipment}/release")
    depot.ship("A-1")
    depot.control("POST", f"shipments/{shipment}/deliver")
    second = depot.order("A-2")
    depot.ask("POST", f"order/{second['id']}:cancel")
    assert depot.topics() == [
        "order.shipment.exception",
        "order.shipment.on_hold",
        "order.shipped",
        "order.shipment.delivered",
        "order.delivered",
        "order.shipment.cancelled",
    ]
    assert json.loads(depot.heard[4][0])["status"] == "Fulfilled"


def test_a_subscription_takes_the_topics_of_its_version_only(depot: Depot) -> None:
    body = {"url": "https://hooks.example.com/shipbob", "topics": ["wro.completed"]}
    assert depot.call("POST", "webhook", body, version="2026-01").status_code == 422
    made = depot.ask("POST", "webhook", body)
    assert made["secret"] == SECRET
    assert [hook["id"] for hook in depot.ask("GET", "webhook")["items"]] == [made["id"]]
    plain = {**body, "url": "http://hooks.example.com/shipbob"}
    assert list(depot.call("POST", "webhook", plain).json()) == ["Url"]
    assert depot.call("DELETE", f"webhook/{made['id']}").status_code == 204
    assert depot.ask("GET", "webhook")["items"] == []


def test_an_order_whose_answer_was_lost_stands_there_once(depot: Depot) -> None:
    depot.stock("MUG", 9)
    depot.client.put("/_sandbox/shipbob/temper", json={"lost_reply": 1, "lost_reply_as": "504", "limit": 1})
    assert depot.call("POST", "order", body_of("A-1")).status_code == 504
    assert depot.call("POST", "order", body_of("A-1")).status_code == 422
    effects = depot.client.get("/_sandbox/shipbob/journal", params={"effects_only": "1"}).json()["entries"]
    names = [effect["name"] for entry in effects for effect in entry["effects"]]
    assert names.count("order.created") == 1
