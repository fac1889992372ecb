"""A portal and its shop on a loopback port, with an order to return and somebody who listens to webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.returngo import ReturnGoSandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shopify import ShopifySandbox

Json = dict[str, Any]
KEY = "key"
SHOP = "tieout-demo.myshopify.com"
MUG = {"sku": "MUG", "quantity": 3, "price": "12.00", "discount": "4.00", "tax": "5.33", "tax_rate": "0.2"}
BOWL = {"sku": "BOWL", "quantity": 1, "price": "12.00", "tax": "2.00", "tax_rate": "0.2"}
LOAD = {
    "location": "Home",
    "variants": [{"sku": "MUG", "price": "12.00"}, {"sku": "BOWL", "price": "12.00"}],
    "orders": [
        {
            "name": "#1001",
            "created_at": "2026-10-01T09:00:00Z",
            "customer": {"id": 77, "email": "ann@example.com", "first_name": "Ann"},
            "lines": [MUG, BOWL],
        }
    ],
}


class Desk:
    """Calls the portal as a client, and as customer, staff and warehouse."""

    def __init__(self, client: httpx.Client, clock: SandboxClock, heard: list[Json]) -> None:
        self.client = client
        self.url = str(client.base_url).rstrip("/")
        self.clock = clock
        self.heard = heard
        self.shop("POST", "load", LOAD)

    def call(self, method: str, path: str, body: object = None, **params: str) -> httpx.Response:
        return self.client.request(
            method,
            f"/returngo/{path}",
            json=body,
            params=params,
            headers={"x-api-key": KEY, "x-shop-name": SHOP},
        )

    def ask(self, method: str, path: str, body: object = None, **params: str) -> Json:
        answer = self.call(method, path, body, **params)
        assert answer.status_code == 200, answer.text
        found: Json = json.loads(answer.text, parse_float=Decimal)
        return found

    def control(self, method: str, path: str, body: object = None) -> Json:
        return self._control("returngo", method, path, body)

    def shop(self, method: str, path: str, body: object = None) -> Json:
        return self._control("shopify", method, path, body)

    def _control(self, system: str, method: str, path: str, body: object) -> Json:
        answer = self.client.request(method, f"/_sandbox/{system}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def raise_rma(self, *items: Json, order_name: str = "#1001") -> str:
        wanted = list(items) or [{"sku": "MUG", "quantity": 2}]
        made = self.control("POST", "rmas", {"order_name": order_name, "items": wanted})
        return str(made["rmas"][0]["rma_id"])

    def act(self, rma: str, *actions: str, **body: object) -> None:
        for action in actions:
            self.control("POST", f"rmas/{rma}/{action}", body)

    def detail(self, rma: str) -> Json:
        return self.ask("GET", f"rma/{rma}")

    def shipment(self, rma: str) -> Json:
        found: Json = self.detail(rma)["shipments"][0]
        return found

    def refunds(self) -> list[Json]:
        found: list[Json] = self.shop("GET", "ledgers/refunds")["refunds"]
        return found

    def listen(self, *events: str) -> None:
        for event in events:
            self.ask("POST", "webhook", {"url": f"{self.url}/_sandbox/returngo/ear?secret=1", "eventName": event})

    def events(self) -> list[Json]:
        self.control("POST", "drain")
        return self.heard


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = SandboxClock()
    shop = ShopifySandbox(clock)
    portal = ReturnGoSandbox(clock, api_key=KEY, shop_name=SHOP, shopify=shop)
    heard: list[Json] = []

    async def ear(request: Request) -> Response:
        heard.append(await request.json())
        return Response()

    portal.control = [*portal.control, Route("/ear", ear, methods=["POST"])]
    with (
        ServedEstate(Estate([portal, shop], clock)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=20) as client,
    ):
        yield Desk(client, clock, heard)
