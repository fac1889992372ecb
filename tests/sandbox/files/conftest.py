"""A 3PL with its file server on a loopback port, and an independent client at its folders."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import paramiko
import pytest

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.files import FilesSandbox
from tieout.sandbox.serve import ServedEstate

Json = dict[str, Any]
COLUMNS = (
    "schema_version,file_id,order_ref,release_no,node_code,order_date,required_date,priority,customer_code,"
    "deliver_name,deliver_company,addr1,addr2,addr3,addr4,postcode,country_iso2,phone,email,carrier,service,"
    "instructions,line_no,sku,barcode,description,qty,uom,base_qty,line_type,batch_request,serial_request,action"
)
LOAD = {
    "sites": ["MAIN", "NORTH"],
    "items": [
        {"sku": "MUG", "barcode": "5012345678900", "units": {"INNER": 6, "CASE": 12}, "substitute": "CUP"},
        {"sku": "CUP", "units": {"CASE": 12}},
        {"sku": "MILK", "tracking": "batch"},
        {"sku": "RADIO", "tracking": "serial"},
    ],
    "stock": [
        {"site": "MAIN", "sku": "MUG", "quantity": 240},
        {"site": "MAIN", "sku": "CUP", "quantity": 24},
        {"site": "MAIN", "sku": "MILK", "quantity": 5, "batch": "B2", "expiry": "2027-03-01"},
        {"site": "MAIN", "sku": "MILK", "quantity": 5, "batch": "B1", "expiry": "2027-01-01"},
        {"site": "MAIN", "sku": "RADIO", "serials": ["S1", "S2", "S3"]},
    ],
}


class Depot:
    """Speaks to the 3PL: by control as its people, by files as the depositor."""

    def __init__(self, house: FilesSandbox, client: httpx.Client) -> None:
        self.house = house
        self.client = client
        self.partner = "csv"

    def control(self, method: str, path: str, body: object = None, *, status: int = 200) -> Json:
        answer = self.client.request(method, f"/_sandbox/files/{path}", json=body)
        assert answer.status_code == status, answer.text
        found: Json = answer.json()
        return found

    def at(self, path: str, body: object = None, *, method: str = "POST", status: int = 200) -> Json:
        return self.control(method, f"partners/{self.partner}/{path}", body, status=status)

    def ledger(self, name: str) -> list[Json]:
        found: list[Json] = self.at(f"ledgers/{name}", method="GET")[name]
        return found

    def manners(self, **wanted: object) -> None:
        self.control("PUT", "manners", {"seed": 1, **wanted})

    def work(self, **more: object) -> Json:
        found: Json = self.control("POST", "work", {"how": "whole", **more})[self.partner]
        return found

    def on_hand(self, sku: str, site: str = "MAIN") -> str:
        return str(next(r["on_hand"] for r in self.ledger("stock") if (r["sku"], r["site"]) == (sku, site)))

    @contextmanager
    def sftp(self, username: str = "") -> Iterator[paramiko.SFTPClient]:
        """Log in as the partner, with the host key pinned."""
        address = self.control("GET", "sftp")
        kind, text = str(address["host_key"]).split()
        digest = base64.b64encode(hashlib.sha256(base64.b64decode(text)).digest()).decode().rstrip("=")
        assert address["fingerprint"] == f"SHA256:{digest}"
        with paramiko.SSHClient() as ssh:
            ssh.get_host_keys().add(
                f"[{address['host']}]:{address['port']}", kind, paramiko.Ed25519Key(data=base64.b64decode(text))
            )
            ssh.set_missing_host_key_policy(paramiko.RejectPolicy())
            ssh.connect(
                str(address["host"]),
                int(address["port"]),
                username or self.partner,
                "let me in",
                allow_agent=False,
                look_for_keys=False,
            )
            with ssh.open_sftp() as client:
                yield client

    def drop(self, name: str, body: bytes) -> None:
        """Write a file as the depositor does."""
        with self.sftp() as sftp:
            with sftp.open(f"/orders/in/{name}.tmp", "wb") as file:
                file.write(body)
            sftp.posix_rename(f"/orders/in/{name}.tmp", f"/orders/in/{name}")

    def out(self, kind: str = "") -> list[tuple[str, bytes]]:
        """Read what lies ready, oldest first."""
        folder = self.house.root / self.partner / "out"
        names = sorted((p for p in folder.iterdir() if p.is_file()), key=lambda p: p.name.split("-")[1:])
        return [(p.name, p.read_bytes()) for p in names if p.name.startswith(kind)]

    def rows(self, kind: str) -> list[dict[str, str]]:
        """Read the rows of the one CSV file of this kind."""
        (_, body), *others = self.out(kind)
        assert others == []
        return self.read(body)

    @staticmethod
    def read(body: bytes) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(body.decode(), newline="")))

    @staticmethod
    def order(ref: str, *lines: tuple[str, str, str], release: str = "1", action: str = "N", **more: str) -> list[str]:
        """Rows of a manifest: (SKU, quantity, unit) for each line, numbered from 1."""
        factors = {"EA": 1, "INNER": 6, "CASE": 12}
        found = []
        for number, (sku, quantity, unit) in enumerate(lines, 1):
            cells = {
                "schema_version": "1",
                "file_id": "OUT1",
                "order_ref": ref,
                "release_no": release,
                "node_code": "MAIN",
                "deliver_name": 'Ann "Other", Ltd',
                "line_no": str(number),
                "sku": sku,
                "qty": quantity,
                "uom": unit,
                "base_qty": str(Decimal(quantity) * factors.get(unit, 1)),
                "action": action,
                **more,
            }
            text = io.StringIO()
            csv.writer(text, lineterminator="\r\n").writerow([cells.get(name, "") for name in COLUMNS.split(",")])
            found.append(text.getvalue().removesuffix("\r\n"))
        return found

    @staticmethod
    def manifest(*lines: str, trailer: str | None = None) -> bytes:
        """A whole order file; the trailer is right unless another is given."""
        text = io.StringIO("\r\n".join([COLUMNS, *lines]), newline="")
        total = sum(Decimal(row["base_qty"]) for row in csv.DictReader(text))
        last = f"TRAILER,{len(lines)},{total}" if trailer is None else trailer
        return "\r\n".join([COLUMNS, *lines, last, ""]).encode()


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Depot]:
    clock = SandboxClock()
    house = FilesSandbox(clock, root=tmp_path / "house", password="let me in")
    with (
        ServedEstate(Estate([house], clock)) as served,
        httpx.Client(base_url=served.url, trust_env=False, timeout=20) as client,
    ):
        made = Depot(house, client)
        for partner in house.partners:
            made.control("POST", f"partners/{partner}/load", LOAD)
        yield made
