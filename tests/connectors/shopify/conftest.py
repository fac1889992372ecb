"""The sandbox's shop served for real, and a server that answers as told what the sandbox has no reason to say."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tieout.connectors.shopify import ShopifySettings, open_storefront
from tieout.domain.documents.shop_order import ShopOrder
from tieout.ports.systems import Storefront
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shopify import ShopifySandbox

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Told:
    status: int
    body: bytes
    headers: Mapping[str, str]
    silence_seconds: float
    hang_up: bool


@dataclass
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Teller:
    url: str
    told: list[Told] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def says(
        self,
        status: int,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        silence_seconds: float = 0.0,
        hang_up: bool = False,
    ) -> None:
        """Answer this next; the last answer told is given for ever."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.told.append(Told(status, content, headers or {}, silence_seconds, hang_up))


def _speaker(teller: Teller) -> type[BaseHTTPRequestHandler]:
    class Speaker(BaseHTTPRequestHandler):
        def speak(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            names = {name.lower(): value for name, value in self.headers.items()}
            teller.asked.append(Asked(self.command, self.path, names, body))
            answer = teller.told.pop(0) if len(teller.told) > 1 else teller.told[0]
            time.sleep(answer.silence_seconds)
            if answer.hang_up:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_PUT = do_POST = speak  # noqa: N815 - the base class names them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    return Speaker


@pytest.fixture
def teller() -> Iterator[Teller]:
    told = Teller(url="")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _speaker(told))
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def noon() -> Callable[[], datetime]:
    return lambda: NOON


@pytest.fixture
def settings(teller: Teller) -> ShopifySettings:
    return ShopifySettings(
        account="shop",
        shop_domain="tieout-demo.myshopify.com",
        base_url=teller.url,
        access_token=SecretStr("token-nobody-may-see"),
        client_secret=SecretStr("client-nobody-may-see"),
        previous_client_secret=SecretStr("previous-nobody-may-see"),
        read_seconds=0.5,
        pause_seconds_max=0,
    )


Edge = dict[str, Any]
PLACE = "Web warehouse"


@dataclass(frozen=True)
class Bench:
    shop: Storefront
    control: httpx.Client
    settings: ShopifySettings
    clock: SandboxClock
    orders: Mapping[str, Any]

    def order(self, name: str = "#1001") -> ShopOrder:
        found = self.shop.order("", name)
        assert found is not None
        return found

    def refunds(self) -> list[Edge]:
        ledger: Edge = self.control.get("/shopify/ledgers/refunds").raise_for_status().json()
        refunds: list[Edge] = ledger["refunds"]
        return refunds

    def adjustments(self) -> list[Edge]:
        ledger: Edge = self.control.get("/shopify/ledgers/inventory").raise_for_status().json()
        adjustments: list[Edge] = ledger["adjustments"]
        return adjustments

    def temper(self, **rates: object) -> None:
        self.control.put("/shopify/temper", json=rates).raise_for_status()


def line(sku: str, quantity: int, price: str, *, discount: str = "0.00", tax: str = "0.00") -> Edge:
    return {
        "sku": sku,
        "title": sku.title(),
        "quantity": quantity,
        "price": price,
        "discount": discount,
        "tax": tax,
        "tax_rate": "0.20",
    }


def loaded(name: str, *lines: Edge, taxes_included: bool = True) -> Edge:
    customer = {"id": "7", "email": "ada@example.com", "first_name": "Ada", "last_name": "L"}
    return {
        "name": name,
        "created_at": "2026-11-01T09:00:00Z",
        "customer": customer,
        "currency": "GBP",
        "taxes_included": taxes_included,
        "lines": list(lines),
    }


LOAD = {
    "location": PLACE,
    "variants": [{"sku": sku, "title": sku.title(), "price": "19.99", "available": 10} for sku in ("BOOT", "SOCK")],
    "orders": [
        loaded(
            "#1001",
            line("BOOT", 1, "19.99", discount="3.34", tax="2.78"),
            line("SOCK", 2, "19.99", discount="6.66", tax="5.55"),
        ),
        loaded("#1002", line("BOOT", 3, "41.66", tax="25.00"), taxes_included=False),
        loaded("#1003", *(line("SOCK", 1, "1.20", tax="0.20") for _ in range(12))),
    ],
}


@pytest.fixture
def bench() -> Iterator[Bench]:
    clock = SandboxClock.set_to(NOON)
    shop = ShopifySandbox(
        clock,
        shop_domain="tieout-demo.myshopify.com",
        client_secret="client-nobody-may-see",
        access_token="token-nobody-may-see",
    )
    with ServedEstate(Estate([shop], clock, seed=1)) as served:
        settings = ShopifySettings(
            account="shop",
            shop_domain="tieout-demo.myshopify.com",
            base_url=f"{served.url}/shopify",
            access_token=SecretStr("token-nobody-may-see"),
            client_secret=SecretStr("client-nobody-may-see"),
            read_seconds=3,
            lines_per_page=5,
            orders_per_page=2,
        )
        storefront = open_storefront(settings, clock.now)
        with httpx.Client(base_url=f"{served.url}/_sandbox", timeout=10) as control:
            orders = control.post("/shopify/load", json=LOAD).raise_for_status().json()
            yield Bench(storefront, control, settings, clock, orders)
        storefront.close()
