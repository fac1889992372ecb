"""The edge of a small house, listening on a port."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from tests.processes.estate import Control, Json, build_estate
from tests.processes.house import COMPANY, DOCK_SECRET, Choices, House

from tieout.intake import health, webhooks
from tieout.sandbox.serve import ServedEstate

PORTAL_WORD = "the-portals-word"
SHOP_SECRET = "sandbox-client-secret"


@dataclass
class Edge:
    """The intake of a house, as the outside meets it."""

    house: House
    url: str
    http: httpx.Client

    def portal(self, body: bytes, *, secret: str | None = PORTAL_WORD, **headers: str) -> httpx.Response:
        """A push of the returns portal."""
        params = {} if secret is None else {"secret": secret}
        sent = {"Content-Type": "application/json", **headers}
        return self.http.post("/in/returngo", content=body, params=params, headers=sent)

    def shop(self, body: bytes, *, secret: str = SHOP_SECRET, **headers: str) -> httpx.Response:
        """A push of the storefront, signed."""
        proof = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
        sent = {
            "Content-Type": "application/json",
            "X-Shopify-Hmac-Sha256": proof,
            "X-Shopify-Topic": "refunds/create",
            "X-Shopify-Shop-Domain": "small-house.myshopify.com",
            "X-Shopify-Webhook-Id": "one",
        }
        return self.http.post("/in/shopify", content=body, headers=sent | headers)

    def count(self, table: str, where: str = "true") -> int:
        """Rows of one of our tables."""
        store = self.house.application.store
        with store.scope(COMPANY) as c:
            row = store.raw(c).execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()  # noqa: S608  # our own tables
        assert row is not None
        return int(row[0])

    def dock(self, message: Mapping[str, Json] | bytes, *, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """A push of the warehouse, signed now."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        sent = {"Content-Type": "application/json", **signed(body), **(headers or {})}
        return self.http.post("/in/dock", content=body, headers=sent)


def signed(body: bytes, *, secret: str = DOCK_SECRET, at: float | None = None, name: str = "") -> dict[str, str]:
    """The three headers of the Standard Webhooks specification, made without the library that checks them."""
    name, stamp = name or f"msg_{uuid4()}", str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    proof = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(proof).decode()}",
    }


@contextmanager
def served(address: str, home: Path, choices: Choices) -> Iterator[Edge]:
    """A house whose intake is served."""
    estate = build_estate()
    with ServedEstate(estate) as systems:
        control = Control(systems.url, estate)
        control.fill()
        house = House(control, home, address, choices)
        house.set_rules()
        application = house.application
        routes = [*webhooks.routes(application.intake), *health.routes(application.store)]
        config: Any = uvicorn.Config(Starlette(routes=routes), port=0, log_level="warning", access_log=False, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, timeout=10) as http:
            yield Edge(house, url, http)
        server.should_exit = True
        thread.join()
        house.close()
        control.close()


@pytest.fixture
def edge(address: str, tmp_path: Path) -> Iterator[Edge]:
    """A house whose intake is served."""
    with served(address, tmp_path, Choices()) as edge:
        yield edge


@pytest.fixture
def docked(address: str, tmp_path: Path) -> Iterator[Edge]:
    """A served house with a warehouse that tells what came in."""
    with served(address, tmp_path, Choices(warehouses=("dock",))) as edge:
        yield edge
