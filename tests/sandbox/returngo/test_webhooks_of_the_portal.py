from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Desk


def test_events_are_thin_and_unsigned(desk: Desk) -> None:
    desk.listen("RMA_CREATED", "SHIPMENT_STATUS_UPDATED")
    rma = desk.raise_rma()
    desk.act(rma, "approve", "receive")
    created, received = desk.events()
    assert created == {"eventName": "RMA_CREATED", "rmaId": rma, "order_name": "#1001", "status": "Pending"}
    assert received["status"] == "Received"
    assert received["shipmentId"] == desk.shipment(rma)["shipmentId"]


def test_only_what_was_subscribed_to_is_sent_and_the_secret_stays_out_of_the_log(desk: Desk) -> None:
    desk.listen("REFUND_CREATED")
    rma = desk.raise_rma()
    desk.act(rma, "approve", "receive", "refund")
    assert [event["eventName"] for event in desk.events()] == ["REFUND_CREATED"]
    assert "secret" not in str(desk.control("GET", "deliveries"))


def test_subscriptions_can_be_changed_and_deleted(desk: Desk) -> None:
    made = desk.ask("POST", "webhook", {"url": "http://127.0.0.1:9/x", "eventName": "RMA_CREATED"})
    changed = desk.ask("PUT", f"webhook/{made['id']}", {"eventName": "RMA_STATUS_UPDATED"})
    assert desk.ask("GET", "webhooks")["webhooks"] == [changed]
    assert changed["url"] == made["url"]
    desk.ask("DELETE", f"webhook/{made['id']}")
    assert desk.ask("GET", "webhooks")["webhooks"] == []
    assert desk.call("DELETE", f"webhook/{made['id']}").status_code == 404
    assert desk.call("POST", "webhook", {"url": "http://127.0.0.1:9/x", "eventName": "NONSENSE"}).status_code == 400


def test_a_seeded_temper_doubles_and_reorders_events(desk: Desk) -> None:
    desk.listen("RMA_CREATED")
    desk.control("PUT", "temper", {"duplicate_webhook": 0.5, "reorder_webhook": 0.5, "seed": 5})
    ids = [desk.raise_rma({"sku": "BOWL"}) for _ in range(12)]
    heard = [event["rmaId"] for event in desk.events()]
    assert set(heard) == set(ids)
    assert len(heard) > len(ids)
    assert heard != sorted(heard, key=int)
