from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Desk


def test_the_signature_is_of_the_bytes_sent_which_escape_slashes_and_have_no_newlines(desk: Desk) -> None:
    desk.listen("return", "return.created")
    number = desk.raise_return({"sku": "BOWL", "comment": "a/b\nc"})
    (event,) = desk.events()
    body, given = desk.heard[0]
    assert given == base64.b64encode(hmac.new(b"secret", body, hashlib.sha256).digest()).decode()
    assert b"a\\/b\\nc" in body
    assert b"\n" not in body
    assert body.count(b"/") == body.count(b"\\/")
    assert (event["topic"], event["trigger"], event["id"]) == ("return", "return.created", number)
    assert (event["customer_detail"]["first_name"], event["refund"]) == ("Ann", "12.00")
    assert event["line_items"][0]["return_comment"] == "a/b\nc"


def test_each_change_has_its_trigger_and_an_unrelated_topic_an_empty_body(desk: Desk) -> None:
    for topic, trigger in (("label", "return.created"), ("label", "label.created"), ("label", "label.updated")):
        desk.listen(topic, trigger)
    for trigger in ("return.updated", "return.closed"):
        desk.listen("return", trigger)
    number = desk.raise_return({"sku": "BOWL"})
    desk.act(number, "deliver")
    desk.process(number)
    empty, *told = desk.events()
    assert empty == []
    assert [(event["trigger"], event.get("state") or event["label_status"]) for event in told] == [
        ("label.created", "new"),
        ("label.updated", "delivered"),
        ("return.updated", "open"),
        ("return.updated", "closed"),
        ("return.closed", "closed"),
    ]
    assert told[-1]["refunds"] == [{"gateway": "shopify_payments", "amount": "12.00"}]


def test_subscriptions_are_inactive_unless_said_otherwise_and_can_be_changed_and_deleted(desk: Desk) -> None:
    wanted = {"topic": "return", "trigger": "return.created", "url": f"{desk.url}/_sandbox/loop/ear"}
    made = desk.call("POST", "webhooks", wanted)
    assert (made.status_code, made.json()["status"]) == (201, "inactive")
    desk.raise_return({"sku": "BOWL"})
    assert desk.events() == []
    path = f"webhooks/{made.json()['id']}"
    assert desk.call("PUT", path, {"status": "active"}).status_code == 204
    assert desk.ask("GET", "webhooks")["webhooks"] == [{**made.json(), "status": "active"}]
    desk.raise_return({"sku": "BOWL"})
    assert len(desk.events()) == 1
    assert [desk.call("DELETE", path).status_code for _ in range(2)] == [204, 404]
    assert desk.call("POST", "webhooks", {**wanted, "topic": "nonsense"}).status_code == 422


def test_a_seeded_temper_doubles_and_reorders_events(desk: Desk) -> None:
    desk.listen("return", "return.created")
    desk.control("PUT", "temper", {"duplicate_webhook": 0.5, "reorder_webhook": 0.5, "seed": 5})
    numbers = [desk.raise_return({"sku": "BOWL"}) for _ in range(12)]
    heard = [event["id"] for event in desk.events()]
    assert set(heard) == set(numbers)
    assert len(heard) > len(numbers)
    assert heard != sorted(heard, key=int)
