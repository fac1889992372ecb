"""A Sage 200 sandbox served on a port, and a client that has signed in to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias

import httpx
import pytest

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.temper import CALM

Json: TypeAlias = Any  # a JSON edge
THE_DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
BASE = "/sage200/uk/sage200extra/accounts/v1"
GIFTS: dict[str, Any] = {
    "customers": [
        {"reference": "SHOP", "name": "Web shop customers"},
        {"reference": "HELD", "name": "Slow payer", "on_hold": True},
    ],
    "products": [
        {
            "code": "MUG",
            "name": "Mug",
            "standard_price": "10.00",
            "stock": [
                {"warehouse": "HOME", "bin": "A1", "quantity": "10", "unit_cost": "4.00"},
                {"warehouse": "HOME", "bin": "A1", "quantity": "10", "unit_cost": "5.00"},
            ],
        },
        {
            "code": "CANDLE",
            "name": "Candle",
            "costing": "AVERAGE",
            "standard_price": "3.33",
            "stock": [
                {"warehouse": "HOME", "bin": "A1", "quantity": "3", "unit_cost": "1.00"},
                {"warehouse": "HOME", "bin": "B2", "quantity": "1", "unit_cost": "2.00"},
            ],
        },
    ],
}


@dataclass
class Sage:
    """Calls the served sandbox: the API as a signed-in client, the companion, the control surface."""

    http: httpx.Client
    system: Sage200Sandbox
    headers: dict[str, str] = field(default_factory=dict)

    def shift(self, seconds: float) -> None:
        """Set the clock so many seconds after noon of the day that all tests live on."""
        offset = (THE_DAY - datetime.now(UTC)).total_seconds() + seconds
        self.http.put("/_sandbox/clock", json={"offset_seconds": offset})

    def sign_in(self) -> None:
        got = self.http.post("/_sandbox/sage200/tokens").json()
        self.headers = {
            "Authorization": f"Bearer {got['access_token']}",
            "X-Site": got["site_id"],
            "X-Company": str(got["company_id"]),
        }

    def call(self, method: str, path: str, body: object = None, **params: str) -> httpx.Response:
        asked = {f"${name}": value for name, value in params.items()}
        return self.http.request(method, f"{BASE}/{path}", json=body, params=asked, headers=self.headers)

    def get(self, path: str, **params: str) -> Json:
        return parsed(self.call("GET", path, **params), 200)

    def one(self, path: str, filter: str, **params: str) -> Json:  # noqa: A002  # the name of the option
        found = self.get(path, filter=filter, **params)
        assert len(found) == 1, f"{len(found)} of {path} where {filter}"
        return found[0]

    def post(self, path: str, body: object, expect: int = 200) -> Json:
        return parsed(self.call("POST", path, body), expect)

    def put(self, path: str, body: object, expect: int = 200) -> Json:
        return parsed(self.call("PUT", path, body), expect)

    def refused(self, path: str, body: object, method: str = "POST", status: int = 400) -> str:
        return str(parsed(self.call(method, path, body), status)["Message"])

    def companion(self, method: str, path: str, body: object = None, expect: int = 200) -> Json:
        headers = {"Authorization": f"Bearer {self.system.companion_key}", "X-Company": "3"}
        return parsed(self.http.request(method, f"/sage200/companion/v1/{path}", json=body, headers=headers), expect)

    def control(self, method: str, path: str, body: object = None, expect: int = 200) -> Json:
        return parsed(self.http.request(method, f"/_sandbox/sage200/{path}", json=body), expect)

    def proofs(self) -> None:
        """Assert that all ledgers agree and nothing was posted twice."""
        found = self.control("GET", "ledgers/proofs")
        assert found.pop("duplicates") == []
        assert all(found.values()), found

    def id_of(self, path: str, filter: str) -> int:  # noqa: A002  # the name of the option
        return int(self.one(path, filter)["id"])

    def order(self, quantity: int = 2, **more: Json) -> Json:
        """Enter an order for mugs at 10.00."""
        line = {
            "line_type": "EnumLineTypeStandard",
            "product_id": self.id_of("products", "code eq 'MUG'"),
            "line_quantity": quantity,
        }
        body = {"customer_id": self.id_of("customers", "reference eq 'SHOP'"), "lines": [line | more], **HEAD}
        return self.post("sop_orders", body)


HEAD = {"document_date": "2026-11-20T00:00:00Z", "customer_document_no": "SHOP-1001"}


def parsed(response: httpx.Response, expect: int) -> Json:
    assert response.status_code == expect, f"{response.status_code}: {response.text[:400]}"
    return json.loads(response.content, parse_float=Decimal) if response.content else None


@contextmanager
def serving() -> Iterator[Sage]:
    """Serve a sandbox of its own on a port."""
    clock = SandboxClock.set_to(THE_DAY)
    system = Sage200Sandbox(clock, seed=1)
    with (
        ServedEstate(Estate([system], clock)) as served,
        httpx.Client(base_url=served.url, timeout=20) as http,
    ):
        yield Sage(http, system)


@pytest.fixture(scope="session")
def served_sage() -> Iterator[Sage]:
    with serving() as sage:
        yield sage


@pytest.fixture(scope="session")
def new_sage() -> Iterator[Callable[[], Sage]]:
    """Start another sandbox with the same two customers and two items, for tests that keep theirs a while."""
    with ExitStack() as kept:

        def start() -> Sage:
            sage = kept.enter_context(serving())
            sage.shift(0)
            sage.sign_in()
            sage.control("POST", "load", GIFTS)
            return sage

        yield start


@pytest.fixture
def bare_sage(served_sage: Sage) -> Sage:
    """The starting company, calm, on the day that all tests live on."""
    served_sage.system.temper = CALM
    served_sage.shift(0)
    served_sage.control("DELETE", "state")
    served_sage.control("DELETE", "locks")
    served_sage.sign_in()
    return served_sage


@pytest.fixture
def sage(bare_sage: Sage) -> Sage:
    """The starting company with two customers and two items in stock."""
    bare_sage.control("POST", "load", GIFTS)
    return bare_sage
