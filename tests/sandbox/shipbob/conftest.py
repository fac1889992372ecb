"""A ShipBob account on a loopback port with two sites, and somebody who listens to webhooks."""

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
from tieout.sandbox.shipbob import ShipBobSandbox

Json = dict[str, Any]
TOKEN = "token"
SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM="
SETUP = {
    "centres": [{"name": "Manchester"}],
    "products": [
        {"sku": "MUG", "name": "Mug", "units": {"INP": 6, "CS": 12}},
        {"sku": "BOWL", "name": "Bowl"},
        {"sku": "JAM", "name": "Jam", "lots": True},
        {"sku": "WATCH", "name": "Watch", "serials": True},
        {"sku": "SET", "name": "Breakfast set", "components": {"MUG": 2, "BOWL": 1}},
    ],
}


class Depot:
    """Calls the network as a client and as its staff."""

    def __init__(self, client: httpx.Client, heard: list[tuple[bytes, dict[str, str]]]) -> None:
        self.client = client
        self.url = str(client.base_url).rstrip("/")
        self.heard = heard
        made = self.control("POST", "setup", SETUP)
        self.channel = str(made["channels"]["Tieout"])
        self.reader = str(made["channels"]["ShipBob Default"])
        self.sites: dict[str, int] = made["centres"]
        self.items = {sku: one["inventory_ids"][0] for sku, one in made["products"].items()}

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        version: str = "2026-07",
        token: str = TOKEN,
        channel: str | None = None,
        **params: str,
    ) -> httpx.Response:
        url = path if path.startswith("http") else f"/shipbob/{version}/{path}"
        headers = {"Authorization": f"Bearer {token}"}
        through = self.channel if channel is None else channel
        if through:
            headers["shipbob_channel_id"] = through
        return self.client.request(method, url, json=body, params=params or None, headers=headers)

    def ask(self, method: str, path: str, body: object = None, **params: str) -> Any:  # noqa: ANN401  # a JSON edge
        answer = self.call(method, path, body, **params)
        assert answer.status_code in {200, 201}, (answer.status_code, answer.text)
        return answer.json()

    def control(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401  # a JSON edge
        answer = self.client.request(method, f"/_sandbox/shipbob/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def clock(self, seconds: float) -> None:
        self.client.put("/_sandbox/clock", json={"offset_seconds": seconds})

    def stock(self, sku: str, quantity: int, site: str = "London", **more: object) -> None:
        self.control("POST", "stock/receive", {"sku": sku, "quantity": quantity, "centre": site, **more})

    def order(self, reference: str, *products: Json, **more: object) -> Json:
        made: Json = self.ask("POST", "order", body_of(reference, *products, **more))
        return made

    def ship(self, reference: str, **how: object) -> Json:
        shipped: Json = self.control("POST", f"orders/{reference}/ship", how)
        return shipped

    def get(self, order: Json) -> Json:
        found: Json = self.ask("GET", f"order/{order['id']}")
        return found

    def level(self, sku: str, form: str = "") -> Json:
        found: Json = self.ask("GET", f"inventory-level/{self.items[sku]}{form}")
        return found

    def history(self, site: str = "London", **more: object) -> list[Json]:
        body = {"facility_id": self.sites[site], **more}
        found: list[Json] = self.ask("POST", "inventory/history:query", body)["data"]
        return found

    def listen(self, *topics: str) -> None:
        self.ask("POST", "webhook", {"url": f"{self.url}/_sandbox/shipbob/ear", "topics": list(topics)})

    def topics(self) -> list[str]:
        self.control("POST", "drain")
        return [headers["x-webhook-topic"] for _, headers in self.heard]


def body_of(reference: str, *products: Json, **more: object) -> Json:
    lines = products or ({"reference_id": "MUG", "quantity": 2},)
    return {
        "reference_id": reference,
        "shipping_method": "Standard",
        "type": "DTC",
        "recipient": {"name": "Ann Other", "address": {"address1": "1 High St", "city": "York", "country": "GB"}},
        "products": [{"external_line_id": number, **line} for number, line in enumerate(lines, start=10)],
        **more,
    }


def units(shipment: Json) -> dict[str, int]:
    """Units of a shipment by stock code."""
    return {p["reference_id"]: sum(i["quantity"] for i in p["inventory_items"]) for p in shipment["products"]}


@pytest.fixture
def depot() -> Iterator[Depot]:
    clock = SandboxClock()
    network = ShipBobSandbox(clock, token=TOKEN, webhook_secret=SECRET)
    heard: list[tuple[bytes, dict[str, str]]] = []

    async def ear(request: Request) -> Response:
        heard.append((await request.body(), dict(request.headers)))
        return Response()

    network.control = [*network.control, Route("/ear", ear, methods=["POST"])]
    with (
        ServedEstate(Estate([network], clock)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=20) as client,
    ):
        yield Depot(client, heard)
