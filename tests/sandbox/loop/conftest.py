"""A portal of Loop and its shop on a loopback port, with an order to return and somebody who listens to webhooks."""

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
from tieout.sandbox.loop import LoopSandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shopify import ShopifySandbox

Json = dict[str, Any]
KEY = "key"
SECRET = "secret"
MUG = {"sku": "MUG", "quantity": 3, "price": "12.00", "discount": "4.00", "tax": "5.33", "tax_rate": "0.2"}
BOWL = {"sku": "BOWL", "quantity": 1, "price": "12.00", "tax": "2.00", "tax_rate": "0.2"}
LOAD = {
    "location": "Home",
    "variants": [
        {"sku": sku, "price": price} for sku, price in (("MUG", "12.00"), ("BOWL", "12.00"), ("JUG", "30.00"))
    ],
    "orders": [
        {
            "name": "#1001",
            "created_at": "2026-10-01T09:00:00Z",
            "customer": {"id": 77, "email": "ann@example.com", "first_name": "Ann", "last_name": "Other"},
            "lines": [MUG, BOWL],
        }
    ],
}


class Desk:
    """Calls the portal as a client, and as customer, staff and carrier."""

    def __init__(self, client: httpx.Client, heard: list[tuple[bytes, str]]) -> None:
        self.client = client
        self.url = str(client.base_url).rstrip("/")
        self.heard = heard
        self.shop("POST", "load", LOAD)
        self.control("PUT", "settings", {"process_delay_seconds": 0})

    def call(self, method: str, path: str, body: object = None, *, key: str = KEY, **params: str) -> httpx.Response:
        url = path if path.startswith("http") else f"/loop/api/v1/{path}"
        return self.client.request(method, url, json=body, params=params or None, headers={"X-Authorization": key})

    def ask(self, method: str, path: str, body: object = None, **params: str) -> Any:  # noqa: ANN401  # a JSON edge
        answer = self.call(method, path, body, **params)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text, parse_float=Decimal)

    def control(self, method: str, path: str, body: object = None) -> Json:
        return self._control("loop", method, path, body)

    def shop(self, method: str, path: str, body: object = None) -> Json:
        return self._control("shopify", method, path, body)

    def clock(self, seconds: int) -> None:
        self.client.put("/_sandbox/clock", json={"offset_seconds": seconds})

    def _control(self, system: str, method: str, path: str, body: object) -> Json:
        answer = self.client.request(method, f"/_sandbox/{system}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def raise_return(self, *lines: Json, **more: object) -> str:
        wanted = list(lines) or [{"sku": "MUG", "quantity": 2}]
        made = self.control("POST", "returns", {"order_name": "#1001", "lines": wanted, **more})
        return str(made["returns"][0]["return_id"])

    def act(self, number: str, action: str, **body: object) -> None:
        self.control("POST", f"returns/{number}/{action}", body)

    def process(self, number: str) -> None:
        """Ask for processing as a client, and wait until it is done."""
        assert self.ask("POST", f"warehouse/return/{number}/process") is True
        self.control("POST", "drain")

    def details(self, number: str) -> Json:
        found: Json = self.ask("GET", "warehouse/return/details", return_id=number)
        return found

    def refunds(self) -> list[Json]:
        found: list[Json] = self.shop("GET", "ledgers/refunds")["refunds"]
        return found

    def listen(self, topic: str, trigger: str) -> None:
        url = f"{self.url}/_sandbox/loop/ear?at=1"
        self.control("POST", "webhooks", {"topic": topic, "trigger": trigger, "url": url})

    def events(self) -> list[Any]:  # a JSON edge
        self.control("POST", "drain")
        return [json.loads(body) for body, _ in self.heard]


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock = SandboxClock()
    shop = ShopifySandbox(clock)
    portal = LoopSandbox(clock, api_key=KEY, webhook_secret=SECRET, shopify=shop)
    heard: list[tuple[bytes, str]] = []

    async def ear(request: Request) -> Response:
        heard.append((await request.body(), request.headers.get("x-loop-signature", "")))
        return Response()

    portal.control = [*portal.control, Route("/ear", ear, methods=["POST"])]
    with (
        ServedEstate(Estate([portal, shop], clock)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=20) as client,
    ):
        yield Desk(client, heard)
