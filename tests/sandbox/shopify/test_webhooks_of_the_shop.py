from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Shopper


def test_a_webhook_is_signed_over_its_raw_body(shopper: Shopper) -> None:
    shopper.listen("refunds/create")
    shopper.control("POST", "refunds", {"order": "#1001", "lines": [{"sku": "MUG", "quantity": 1}]})
    (raw,) = shopper.bodies("refunds/create")
    headers = shopper.heard[0][0]
    made = base64.b64encode(hmac.new(b"hush", raw, hashlib.sha256).digest()).decode()
    assert headers["x-shopify-hmac-sha256"] == made
    assert headers["x-shopify-shop-domain"] == "tieout-demo.myshopify.com"
    assert {"x-shopify-webhook-id", "x-shopify-event-id", "x-shopify-triggered-at"} <= set(headers)


def test_a_refund_body_has_the_rest_form(shopper: Shopper) -> None:
    shopper.listen("refunds/create")
    made = shopper.control("POST", "refunds", {"order": "#1001", "lines": [{"sku": "MUG", "quantity": 1}]})
    body = json.loads(shopper.bodies("refunds/create")[0])
    assert body["admin_graphql_api_id"] == made["id"] == f"gid://shopify/Refund/{body['id']}"
    line = body["refund_line_items"][0]
    assert (line["subtotal"], line["total_tax"]) == (10.67, 1.78)
    assert line["subtotal_set"]["shop_money"] == {"amount": "10.67", "currency_code": "GBP"}
    assert body["transactions"][0]["amount"] == "10.67"
    assert body["order_id"] > 2**53


def test_a_new_order_is_announced_only_when_asked(shopper: Shopper) -> None:
    shopper.listen("orders/create")
    order = {"name": "#3001", "lines": [{"sku": "MUG", "price": "12.00"}]}
    shopper.control("POST", "load", {"orders": [order]})
    assert shopper.bodies("orders/create") == []
    shopper.control("POST", "load", {"orders": [{**order, "name": "#3002"}], "notify": True})
    assert [json.loads(b)["name"] for b in shopper.bodies("orders/create")] == ["#3002"]


def test_stock_movements_are_announced(shopper: Shopper) -> None:
    shopper.listen("inventory_levels/update")
    shopper.control("POST", "adjustments", {"sku": "MUG", "delta": 1})
    assert json.loads(shopper.bodies("inventory_levels/update")[0])["available"] == 11


def test_an_edited_order_is_announced(shopper: Shopper) -> None:
    shopper.listen("orders/updated")
    shopper.control("POST", "orders/1001/edit", {"note": "leave at door", "tags": ["a", "b"]})
    body = json.loads(shopper.bodies("orders/updated")[0])
    assert (body["note"], body["tags"]) == ("leave at door", "a, b")


def edits(shopper: Shopper, number: int) -> list[str]:
    shopper.listen("orders/updated")
    for n in range(number):
        shopper.control("POST", "orders/1001/edit", {"note": str(n)})
    return [json.loads(b)["note"] for b in shopper.bodies("orders/updated")]


def test_a_seeded_temper_doubles_webhooks_with_the_same_ids(shopper: Shopper) -> None:
    shopper.control("PUT", "temper", {"duplicate_webhook": 1, "seed": 1})
    assert edits(shopper, 2) == ["0", "0", "1", "1"]
    ids = [headers["x-shopify-webhook-id"] for headers, _ in shopper.heard]
    assert len(set(ids)) == 2


def test_a_seeded_temper_puts_webhooks_out_of_order(shopper: Shopper) -> None:
    shopper.control("PUT", "temper", {"reorder_webhook": 0.4, "seed": 3})
    heard = edits(shopper, 12)
    assert heard != sorted(heard, key=int)
    assert sorted(heard, key=int) == [str(n) for n in range(12)]


@pytest.mark.parametrize("rate", ["drop_webhook", "late_webhook"])
def test_webhooks_may_be_dropped_or_late(shopper: Shopper, rate: str) -> None:
    shopper.control("PUT", "temper", {rate: 1, "late_webhook_seconds": 0.1, "limit": 1})
    assert edits(shopper, 2) == (["1"] if rate == "drop_webhook" else ["1", "0"])


def test_webhooks_can_be_subscribed_through_the_api(shopper: Shopper) -> None:
    made = shopper.read(
        """mutation($u:String!){webhookSubscriptionCreate(topic:REFUNDS_CREATE,webhookSubscription:{uri:$u}){
         webhookSubscription{id topic uri} userErrors{message}}}""",
        u=f"{shopper.url}/_sandbox/shopify/ear",
    )["webhookSubscriptionCreate"]["webhookSubscription"]
    assert made["topic"] == "REFUNDS_CREATE"
    shopper.control("POST", "refunds", {"order": "#1001", "amount": "1.00"})
    assert len(shopper.bodies("refunds/create")) == 1
    listed = shopper.read("{webhookSubscriptions(first:5){nodes{id}}}")["webhookSubscriptions"]["nodes"]
    assert listed == [{"id": made["id"]}]
