"""A server that answers as told, for what ShipBob says and what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from tieout.connectors.shipbob import ShipBobSettings, ShipBobWarehouse, open_warehouse
from tieout.domain import commands as c
from tieout.domain.documents.address import PostalAddress
from tieout.domain.money import money

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "whsec_c2hpcGJvYi1ub2JvZHktbWF5LXNlZS10aGlzISE="
PREVIOUS = "whsec_cHJldmlvdXMtbm9ib2R5LW1heS1zZWUtdGhpcyE="
REFERENCE = "0000000123-1"

Node = dict[str, Any]


@dataclass
class Told:
    status: int
    body: bytes
    headers: Mapping[str, str]
    silence_seconds: float


@dataclass
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Node:
        asked: Node = json.loads(self.body)
        return asked


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
    ) -> None:
        """Answer this next; the last answer told is given for ever. Status 0 hangs up."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.told.append(Told(status, content, headers or {}, silence_seconds))


def _speaker(teller: Teller) -> type[BaseHTTPRequestHandler]:
    class Speaker(BaseHTTPRequestHandler):
        def speak(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            names = {name.lower(): value for name, value in self.headers.items()}
            teller.asked.append(Asked(self.command, self.path, names, body))
            answer = teller.told.pop(0) if len(teller.told) > 1 else teller.told[0]
            time.sleep(answer.silence_seconds)
            if answer.status == 0:
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
def settings(teller: Teller) -> ShipBobSettings:
    return ShipBobSettings(
        account="bob",
        base_url=teller.url,
        token=SecretStr("token-nobody-may-see"),
        channel_id=77,
        webhook_secret=SecretStr(SECRET),
        previous_webhook_secret=SecretStr(PREVIOUS),
        sites={"Manchester": 10, "Cork": 11},
        shipping_methods={"next day": "Express"},
        read_seconds=0.5,
        pause_seconds_max=0,
    )


@pytest.fixture
def warehouse(settings: ShipBobSettings) -> Iterator[ShipBobWarehouse]:
    opened = open_warehouse(settings, lambda: NOON)
    yield opened
    opened.close()


Opening = Callable[..., ShipBobWarehouse]


@pytest.fixture
def opening(settings: ShipBobSettings) -> Iterator[Opening]:
    """Opens the warehouse with other settings."""
    opened: list[ShipBobWarehouse] = []

    def open_with(**others: object) -> ShipBobWarehouse:
        opened.append(open_warehouse(settings.model_copy(update=others), lambda: NOON))
        return opened[-1]

    yield open_with
    for each in opened:
        each.close()


def line(number: int = 1, sku: str = "BOOT", quantity: str = "2", unit: str = "EA", **others: object) -> c.RequestLine:
    given: Node = {
        "line": f"L{number}",
        "number": number,
        "sku": sku,
        "quantity": Decimal(quantity),
        "unit": unit,
        "stock_sku": sku,
        "stock_quantity": Decimal(quantity),
    }
    given.update(others)
    return c.RequestLine(**given)


def send(*lines: c.RequestLine, **others: object) -> c.SendShipmentRequest:
    given: Node = {
        "key": "TSR-0123456789ABCDEF",
        "account": "bob",
        "site": "",
        "reference": REFERENCE,
        "order_number": "0000000123",
        "channel_reference": "#1001",
        "customer": "WEB01",
        "ordered_on": date(2026, 11, 19),
        "required_on": None,
        "lines": lines or (line(unit_value=money("19.99"), description="Boot, brown"),),
        "deliver_to": PostalAddress(
            name="Ada Ltd",
            contact="Ada L",
            lines=("1 High Street", "Yard 2", "Back door"),
            city="Leeds",
            postcode="LS1 1AA",
            country="GB",
        ),
        "service": "",
    }
    given.update(others)
    return c.SendShipmentRequest(**given)


CANCEL = c.CancelShipmentRequest(
    key="TCR-0123456789ABCDEF", account="bob", reference=REFERENCE, order_number="0000000123"
)


def item(quantity: int = 2, item_id: int = 900, **others: object) -> Node:
    made: Node = {"id": item_id, "name": "Boot", "quantity": quantity, "quantity_committed": quantity}
    made.update(others)
    return made


def product(*items: Node, sku: str = "BOOT", **others: object) -> Node:
    made: Node = {"id": 55, "reference_id": sku, "sku": sku, "inventory_items": list(items or (item(),))}
    made.update(others)
    return made


def shipment(shipment_id: int = 71, status: str = "Completed", *products: Node, **others: object) -> Node:
    made: Node = {
        "id": shipment_id,
        "order_id": 501,
        "reference_id": REFERENCE,
        "location": {"id": 10, "name": "Manchester (GB)"},
        "status": status,
        "status_details": [],
        "tracking": None,
        "created_date": "2026-11-19T09:00:00Z",
        "last_update_at": "2026-11-20T11:00:00+00:00",
        "actual_fulfillment_date": "2026-11-20T10:15:00.1234567+00:00" if status == "Completed" else None,
        "products": list(products or (product(),)),
    }
    made.update(others)
    return made


def ordered(number: int = 1, sku: str = "BOOT", quantity: int = 2, unit: str | None = "EA", **others: object) -> Node:
    made: Node = {
        "id": 55,
        "reference_id": sku,
        "sku": sku,
        "quantity": quantity,
        "quantity_unit_of_measure_code": unit,
        "external_line_id": number,
    }
    made.update(others)
    return made


def order(*shipments: Node, status: str = "Processing", **others: object) -> Node:
    made: Node = {
        "id": 501,
        "reference_id": REFERENCE,
        "order_number": "0000000123",
        "status": status,
        "channel": {"id": 77, "name": "Tieout"},
        "products": [ordered()],
        "shipments": list(shipments),
        "tags": [{"name": "tieout.line.1", "value": "L1"}],
    }
    made.update(others)
    return made
