"""A server that says to each verb and path what it was told to, and a request to send it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tieout.connectors.mintsoft import MintsoftWarehouse
from tieout.domain import commands as c
from tieout.domain.documents.address import PostalAddress
from tieout.domain.money import Money
from tieout.ports.systems import TokenRenewal

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REFERENCE = "0000000123-1"
Row = dict[str, Any]
Opening = Callable[..., MintsoftWarehouse]
Query = Mapping[str, str]
Answering = Callable[[Query], object]


class Clock:
    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Keeper:
    """Keeps secrets in memory, one renewal at a time, as the store's vault does for many processes."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.renewals = 0
        self._turn = threading.Lock()

    def read(self, account: str, name: str) -> str | None:
        return self.kept.get((account, name))

    def renew(self, account: str, name: str, renewal: TokenRenewal) -> str:
        with self._turn:
            self.renewals += 1
            self.kept[account, name] = renewal(self.kept.get((account, name)))
            return self.kept[account, name]


@dataclass
class Told:
    status: int
    body: object
    headers: Mapping[str, str]
    silence_seconds: float
    hang_up: bool


@dataclass
class Asked:
    verb: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Row:
        read: Row = json.loads(self.body)
        return read


@dataclass
class Teller:
    """What is said to each verb and path; the last answer told is given for ever, and 404 to what is not told."""

    url: str
    told: dict[tuple[str, str], list[Told]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def says(
        self,
        verb: str,
        path: str,
        body: object = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        silence_seconds: float = 0.0,
        hang_up: bool = False,
    ) -> None:
        told = Told(status, body, headers or {}, silence_seconds, hang_up)
        self.told.setdefault((verb, path), []).append(told)

    def calls(self, path: str, verb: str = "GET") -> list[Asked]:
        return [asked for asked in self.asked if (asked.verb, asked.path) == (verb, path)]

    def answer(self, verb: str, path: str) -> Told:
        told = self.told.get((verb, path))
        if not told:
            return Told(404, {"Message": "not found"}, {}, 0.0, hang_up=False)
        return told.pop(0) if len(told) > 1 else told[0]


def speaker(teller: Teller) -> type[BaseHTTPRequestHandler]:
    class Speaker(BaseHTTPRequestHandler):
        def speak(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            names = {name.lower(): value for name, value in self.headers.items()}
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            teller.asked.append(Asked(self.command, parts.path, query, names, body))
            answer = teller.answer(self.command, parts.path)
            time.sleep(answer.silence_seconds)
            if answer.hang_up:
                self.close_connection = True
                return
            said = answer.body(query) if callable(answer.body) else answer.body
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = speak  # noqa: N815 - the base class names them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    return Speaker


def asked_line(number: int, sku: str, quantity: str | int) -> c.RequestLine:
    return c.RequestLine(
        line=f"line-{number}",
        number=number,
        sku=sku,
        quantity=Decimal(quantity),
        unit="",
        stock_sku=sku,
        stock_quantity=Decimal(quantity),
        description=sku.title(),
        unit_value=Money(1999),
    )


def asking(*lines: c.RequestLine, **changes: object) -> c.SendShipmentRequest:
    told: dict[str, Any] = {
        "key": "k1",
        "account": "depot",
        "site": "Leeds",
        "reference": REFERENCE,
        "order_number": "0000000123",
        "channel_reference": "#1001",
        "customer": "WEB",
        "ordered_on": date(2026, 11, 20),
        "required_on": date(2026, 11, 24),
        "lines": lines or (asked_line(1, "BOOT", 2), asked_line(2, "SOCK", 3)),
        "deliver_to": PostalAddress(
            name="Ada Mary Lovelace", lines=("1 High Street",), city="York", postcode="YO1 7HH", country="GB"
        ),
        "service": "",
    }
    return c.SendShipmentRequest(**{**told, **changes})


CANCELLING = c.CancelShipmentRequest(key="k2", account="depot", reference=REFERENCE, order_number="0000000123")


def item(item_id: int, sku: str, quantity: int, line: str = "", **changes: object) -> Row:
    pairs = [{"Name": "TieoutLine", "Value": line}] if line else []
    return {"ID": item_id, "SKU": sku, "Quantity": quantity, "OnBackOrder": 0, "OrderItemNameValues": pairs, **changes}


def order(order_id: int = 2207, status: int = 1, **changes: object) -> Row:
    return {
        "ID": order_id,
        "ClientId": 3,
        "CLIENT_CODE": None,
        "OrderNumber": REFERENCE,
        "ExternalOrderReference": REFERENCE,
        "OrderDate": "2026-11-20T09:00:00.996542",
        "DespatchDate": None,
        "OrderStatusId": status,
        "WarehouseId": 3,
        "Part": 1,
        "NumberOfParts": 1,
        "CourierServiceName": "Royal Mail 24",
        "TrackingNumber": None,
        "TrackingURL": "",
        "OrderItems": None,
        "OrderNameValues": [],
        "LastUpdated": "2026-11-20T11:00:00.5121363",
        **changes,
    }


@dataclass
class Books:
    """Orders as Mintsoft would hold them, told to the server."""

    teller: Teller

    def hold(self, row: Row, *items: Row) -> None:
        where = f"/api/Order/{row['ID']}"
        self.teller.says("GET", where, row)
        self.teller.says("GET", f"{where}/Items", list(items))

    def find(self, *rows: Row) -> None:
        self.teller.says("GET", "/api/Order/Search", list(rows))

    def split(self, first: int, *others: int) -> None:
        rows = [{"OrderId": first, "SplitOrderId": other, "ID": other} for other in others]
        self.teller.says("GET", f"/api/Order/{first}/Splits", rows)
        for other in others:
            self.teller.says("GET", f"/api/Order/{other}/Splits", rows)
