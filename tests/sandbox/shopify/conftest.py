"""A small shop with two orders, served on a loopback port, and somebody who listens to its webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shopify import ShopifySandbox

SECRET = "hush"
TOKEN = "shpat_sandbox"
Json = dict[str, Any]
LOAD = {
    "location": "Home",
    "variants": [
        {"sku": "MUG", "title": "Mug", "price": "19.99", "available": 10},
        {"sku": "BOWL", "title": "Bowl", "price": "12.00", "available": 4},
    ],
    "orders": [
        {
            "name": "#1001",
            "created_at": "2026-10-01T09:00:00Z",
            "customer": {"id": 77, "email": "ann@example.com", "first_name": "Ann", "last_name": "Ash"},
            "currency": "GBP",
            "taxes_included": True,
            "lines": [
                {
                    "sku": "MUG",
                    "title": "Mug",
                    "quantity": 3,
                    "price": "12.00",
                    "discount": "4.00",
                    "tax": "5.33",
                    "tax_rate": "0.2",
                },
                {"sku": "BOWL", "title": "Bowl", "quantity": 1, "price": "12.00", "tax": "2.00", "tax_rate": "0.2"},
            ],
            "shipping": {"price": "3.60", "tax": "0.60"},
        },
        {
            "name": "#1002",
            "created_at": "2026-10-05T09:00:00Z",
            "taxes_included": False,
            "lines": [{"sku": "BOWL", "quantity": 2, "price": "10.00", "tax": "4.00", "tax_rate": "0.2"}],
        },
    ],
}


class Shopper:
    """Calls the shop as a client and as a person in the admin; keeps what the webhooks said."""

    def __init__(self, client: httpx.Client, clock: SandboxClock, heard: list[tuple[dict[str, str], bytes]]) -> None:
        self.client = client
        self.url = str(client.base_url).rstrip("/")
        self.clock = clock
        self.heard = heard
        self.ids = self.control("POST", "load", LOAD)

    def control(self, method: str, path: str, body: object = None) -> Json:
        answer = self.client.request(method, f"/_sandbox/shopify/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def post(
        self, query: str, variables: object = None, *, token: str = TOKEN, version: str = "2026-07"
    ) -> httpx.Response:
        return self.client.post(
            f"/shopify/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": token},
        )

    def ask(self, query: str, **variables: object) -> Json:
        answer = self.post(query, variables)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def read(self, query: str, **variables: object) -> Json:
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer
        found: Json = answer["data"]
        return found

    def order_id(self, name: str = "#1001") -> str:
        return str(self.ids["orders"][name]["id"])

    def listen(self, *topics: str) -> None:
        for topic in topics:
            self.control("POST", "webhooks", {"topic": topic, "url": f"{self.url}/_sandbox/shopify/ear"})

    def bodies(self, topic: str) -> list[bytes]:
        self.control("POST", "drain")
        return [body for headers, body in self.heard if headers["x-shopify-topic"] == topic]


@pytest.fixture
def shopper() -> Iterator[Shopper]:
    clock = SandboxClock()
    system = ShopifySandbox(clock, client_secret=SECRET)
    heard: list[tuple[dict[str, str], bytes]] = []

    async def ear(request: Request) -> Response:
        heard.append((dict(request.headers), await request.body()))
        return Response()

    system.control = [*system.control, Route("/ear", ear, methods=["POST"])]
    with (
        ServedEstate(Estate([system], clock)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=20) as client,
    ):
        yield Shopper(client, clock, heard)
