"""A house of Mintsoft on a loopback port, with goods on its shelves and somebody who listens to webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.mintsoft import MintsoftSandbox
from tieout.sandbox.serve import ServedEstate

Json = dict[str, Any]
KEY = "key"
LOAD = {
    "clients": [{"code": "ACME"}],
    "warehouses": [
        {"code": "MAIN", "locations": [{"name": "A1"}, {"name": "BULK-1", "kind": "BULK"}]},
        {"code": "NORTH"},
    ],
    "products": [
        {"sku": "MUG", "ean": "5000000000017", "stock": [{"warehouse": "MAIN", "location": "A1", "quantity": 10}]},
        {"sku": "BOWL", "stock": [{"warehouse": "MAIN", "quantity": 3}]},
        {"sku": "MUG-RED", "stock": [{"warehouse": "MAIN", "quantity": 5}]},
        {"sku": "DRILL", "has_serial": True, "stock": [{"warehouse": "MAIN", "serials": ["S1", "S2", "S3"]}]},
        {"sku": "PASTE", "has_batch": True, "stock": [{"warehouse": "MAIN", "quantity": 4, "batch": "B1"}]},
        {"sku": "SET", "bundle": {"MUG": 2, "BOWL": 1}},
    ],
}
ADDRESS = {"FirstName": "Ann", "LastName": "Other", "Address1": "1 High St", "Town": "Leeds", "PostCode": "LS1 1AA"}


class House:
    """Calls the house as a client of its API, and as the people who work in it."""

    def __init__(self, client: httpx.Client, heard: list[Json]) -> None:
        self.client = client
        self.url = str(client.base_url).rstrip("/")
        self.heard = heard
        self.key = KEY
        made = self.control("POST", "setup", LOAD)
        self.products: dict[str, int] = made["products"]
        self.sites: dict[str, int] = made["warehouses"]

    def call(self, method: str, path: str, body: object = None, **params: object) -> httpx.Response:
        query = {name: str(value) for name, value in params.items()}
        return self.client.request(
            method, f"/mintsoft/api/{path}", json=body, params=query or None, headers={"ms-apikey": self.key}
        )

    def ask(self, method: str, path: str, body: object = None, **params: object) -> Any:  # noqa: ANN401  # a JSON edge
        answer = self.call(method, path, body, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def control(self, method: str, path: str, body: object = None, *, status: int = 200) -> Json:
        answer = self.client.request(method, f"/_sandbox/mintsoft/{path}", json=body)
        assert answer.status_code == status, answer.text
        found: Json = answer.json()
        return found

    def act(self, order_id: int, action: str, **body: object) -> Json:
        return self.control("POST", f"orders/{order_id}/{action}", body)

    def order_body(self, number: str, items: dict[str, int], **more: object) -> Json:
        return {
            "OrderNumber": number,
            "ExternalOrderReference": f"REF-{number}",
            "Warehouse": "MAIN",
            "Country": "GB",
            "CourierService": "AUTO",
            **ADDRESS,
            "OrderItems": [
                {"SKU": sku, "Quantity": units, "OrderItemNameValues": [{"Name": "LineId", "Value": f"L-{sku}"}]}
                for sku, units in items.items()
            ],
            **more,
        }

    def order(self, number: str = "SO1", items: dict[str, int] | None = None, **more: object) -> int:
        (made,) = self.ask("PUT", "Order", self.order_body(number, items or {"MUG": 2}, **more))
        assert made["Success"], made
        return int(made["OrderId"])

    def status(self, order_id: int) -> int:
        return int(self.ask("GET", f"Order/{order_id}")["OrderStatusId"])

    def stock(self, sku: str, warehouse: str = "MAIN") -> Json:
        rows: list[Json] = self.control("GET", "ledgers/stock")["stock"]
        return next(row for row in rows if (row["sku"], row["warehouse"]) == (sku, warehouse))

    def shipped(self) -> dict[tuple[str, str], int]:
        return {(r["reference"], r["sku"]): r["shipped"] for r in self.control("GET", "ledgers/shipped")["totals"]}

    def effects(self) -> list[str]:
        entries = self.control("GET", "journal?effects_only=1")["entries"]
        return [effect["name"] for entry in entries for effect in entry["effects"]]

    def clock(self, seconds: float) -> None:
        self.client.put("/_sandbox/clock", json={"offset_seconds": seconds})

    def clock_at(self, moment: datetime) -> None:
        self.clock((moment - datetime.now(UTC)).total_seconds())

    def temper(self, **values: object) -> None:
        self.control("PUT", "temper", values)

    def listen(self, order_id: int) -> None:
        codes = {f"ExtraCode{n}": f"{self.url}/_sandbox/mintsoft/ear?code={n}" for n in (1, 2, 3, 5)}
        body = {"Type": "API", "SourceOrderId": order_id, "Complete": False, **codes}
        assert self.ask("PUT", f"Order/{order_id}/ConnectActions", body)["Success"]

    def events(self) -> list[Json]:
        self.control("POST", "drain")
        return self.heard


@pytest.fixture
def house() -> Iterator[House]:
    clock = SandboxClock()
    system = MintsoftSandbox(clock, api_key=KEY, username="user", password="pass")
    heard: list[Json] = []

    async def ear(request: Request) -> Response:
        body = json.loads(await request.body())
        heard.append({"code": int(request.query_params["code"]), "body": body, "headers": dict(request.headers)})
        return Response()

    system.control = [*system.control, Route("/ear", ear, methods=["POST"])]
    with (
        ServedEstate(Estate([system], clock)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=20) as client,
    ):
        yield House(client, heard)
