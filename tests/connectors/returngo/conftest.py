"""A loopback server that answers as it is told, and the sandbox's ReturnGO served beside the sandbox's shop."""

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

from tieout.connectors.returngo import ReturnGoSettings, open_portal
from tieout.domain.documents.rma import Rma
from tieout.ports.systems import ReturnsPortal
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.returngo import ReturnGoSandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shopify import ShopifySandbox

Edge = dict[str, Any]

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


@dataclass
class Purse:
    """A day's allowance in memory."""

    left: int = 1_000_000
    spent: list[str] = field(default_factory=list)

    def spend(self, account: str, allowance: int) -> bool:
        self.spent.append(account)
        self.left = min(self.left, allowance) - 1
        return self.left >= 0


@pytest.fixture
def purse() -> Purse:
    return Purse()


@pytest.fixture
def noon() -> Callable[[], datetime]:
    return lambda: NOON


@pytest.fixture
def settings(teller: Teller) -> ReturnGoSettings:
    return ReturnGoSettings(
        account="portal",
        base_url=teller.url,
        shop_name="tieout-demo.myshopify.com",
        api_key=SecretStr("key-nobody-may-see"),
        inbound_secret=SecretStr("inbound-nobody-may-see"),
        read_seconds=0.5,
    )


@dataclass(frozen=True)
class Bench:
    portal: ReturnsPortal
    control: httpx.Client
    settings: ReturnGoSettings
    clock: SandboxClock

    @staticmethod
    def item(sku: str = "BOOT", **others: object) -> Edge:
        return {
            "sku": sku,
            "title": sku.title(),
            "paid_price": "19.99",
            "paid_tax": "3.33",
            "tax_included": True,
            "reason": "Does not fit",
            "resolution": "RefundToPaymentMethod",
            "quantity": 1,
            **others,
        }

    def raise_rma(self, *items: Edge, order_name: str = "#1001", **others: object) -> str:
        customer = {"id": "7", "email": "ada@example.com", "first_name": "Ada", "last_name": "L"}
        asked = {"order_name": order_name, "customer": customer, "currency": "GBP", "items": list(items), **others}
        answer: Any = self.control.post("/returngo/rmas", json=asked).raise_for_status().json()
        return _first_id(answer)

    def act(self, number: str, what: str, body: Edge | None = None) -> None:
        self.control.post(f"/returngo/rmas/{number}/{what}", json=body or {}).raise_for_status()

    def rma(self, number: str) -> Rma:
        found = self.portal.rma(number)
        assert found is not None
        return found

    def temper(self, **rates: object) -> None:
        self.control.put("/returngo/temper", json=rates).raise_for_status()


def _first_id(answer: object) -> str:
    """The RMA's number in the answer, whatever stands around it."""
    while isinstance(answer, (dict, list)) and answer:
        if isinstance(answer, dict):
            answer = next(
                (answer[key] for key in ("rmaId", "rma_id", "id") if key in answer), next(iter(answer.values()))
            )
        else:
            answer = answer[0]
    return str(answer)


LOAD = {
    "location": "Web warehouse",
    "variants": [{"sku": sku, "title": sku.title(), "price": "19.99", "available": 10} for sku in ("BOOT", "SOCK")],
    "orders": [
        {
            "name": "#1001",
            "created_at": "2026-11-01T09:00:00Z",
            "customer": {"id": "7", "email": "ada@example.com", "first_name": "Ada", "last_name": "L"},
            "currency": "GBP",
            "taxes_included": True,
            "lines": [
                {
                    "sku": sku,
                    "title": sku.title(),
                    "quantity": 5,
                    "price": "19.99",
                    "discount": "0.00",
                    "tax": "16.66",
                    "tax_rate": "0.20",
                }
                for sku in ("BOOT", "SOCK")
            ],
        }
    ],
}


@pytest.fixture
def bench(purse: Purse) -> Iterator[Bench]:
    clock = SandboxClock()
    shop = ShopifySandbox(
        clock,
        shop_domain="tieout-demo.myshopify.com",
        client_secret="client-nobody-may-see",
        access_token="token-nobody-may-see",
    )
    portal = ReturnGoSandbox(clock, shop_name="tieout-demo.myshopify.com", api_key="key-nobody-may-see", shopify=shop)
    with ServedEstate(Estate([shop, portal], clock, seed=1)) as served:
        settings = ReturnGoSettings(
            account="portal",
            base_url=f"{served.url}/returngo",
            shop_name="tieout-demo.myshopify.com",
            api_key=SecretStr("key-nobody-may-see"),
            inbound_secret=SecretStr("inbound-nobody-may-see"),
            read_seconds=3,
        )
        opened = open_portal(settings, purse, clock.now)
        with httpx.Client(base_url=f"{served.url}/_sandbox", timeout=10) as control:
            control.post("/shopify/load", json=LOAD).raise_for_status()
            yield Bench(opened, control, settings, clock)
        opened.close()
