"""The people of three kinds of warehouse, asked for the same things: ship this, say what left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from tests.processes.estate import Control

from tieout.sandbox.files import FilesSandbox

Json: TypeAlias = Any  # a JSON edge


class Floor(Protocol):
    """A warehouse's own people and books."""

    account: str
    site: str

    def settings(self) -> str:
        """Its account in the settings file; `{estate}` stands for where the stand-ins are served."""

    def set_up(self, skus: Sequence[str], quantity: int) -> None:
        """Goods on its shelves."""

    def ship(self, reference: str, *, tracking: str, **items: int) -> None:
        """All that is left of a request leaves, or only these units by stock code, and the rest follows."""

    def short(self, reference: str, *, tracking: str, **items: int) -> None:
        """Only these units leave, and the request is closed."""

    def shipped(self, reference: str) -> Mapping[str, int]:
        """What left under a reference by its own books."""


class MintsoftFloor:
    """People at Mintsoft."""

    account, site = "mintsoft", "Main Warehouse"

    def __init__(self, control: Control) -> None:
        self.control = control

    def settings(self) -> str:
        return """
[account.mintsoft]
system = "mintsoft"
base_url = "{estate}/mintsoft"
api_key = "mintsoft-sandbox-key"
inbound_secret = "a-long-random-word"
movements_from = 2010-01-01
read_seconds = 2.0
busy_seconds = 0.05
"""

    def set_up(self, skus: Sequence[str], quantity: int) -> None:
        self.control.post(
            "/mintsoft/setup", {"products": [{"sku": s, "stock": [{"quantity": quantity}]} for s in skus]}
        )

    def ship(self, reference: str, *, tracking: str, **items: int) -> None:
        body: Json = {"parcels": [{"number": tracking, "courier": "DPD Next Day"}]}
        self._act(reference, "despatch", **body, **({"items": items} if items else {}))

    def short(self, reference: str, *, tracking: str, **items: int) -> None:
        row = self._open(reference)
        missing = {item["sku"]: item["quantity"] - items.get(item["sku"], 0) for item in row["items"]}
        lacking = {sku: units for sku, units in missing.items() if units > 0}
        self._act(reference, "short", items=lacking, reason="Not found", then="close")
        self.ship(reference, tracking=tracking)

    def shipped(self, reference: str) -> Mapping[str, int]:
        rows = self.control.get("/mintsoft/ledgers/shipped")["totals"]
        return {row["sku"]: int(row["shipped"]) for row in rows if row["reference"] == reference and row["shipped"]}

    def _act(self, reference: str, action: str, **body: Json) -> Json:
        return self.control.post(f"/mintsoft/orders/{self._open(reference)['id']}/{action}", body)

    def _open(self, reference: str) -> Json:
        rows = self.control.get(f"/mintsoft/orders?reference={reference}")["orders"]
        found = [row for row in rows if row["despatched_at"] is None]
        assert found, f"Mintsoft has nothing open under {reference}: {rows}"
        return found[0]


class ShipBobFloor:
    """People at ShipBob."""

    account, site = "shipbob", "London"

    def __init__(self, control: Control) -> None:
        self.control = control
        self.channel = 0

    def settings(self) -> str:
        return f"""
[account.shipbob]
system = "shipbob"
base_url = "{{estate}}/shipbob"
token = "shipbob-sandbox-token"
channel_id = {self.channel}
webhook_secret = "whsec_c2hpcGJvYi1zYW5kYm94LXNlY3JldA=="
calls_per_minute = 100000
read_seconds = 2.0
busy_seconds = 0.05
"""

    def set_up(self, skus: Sequence[str], quantity: int) -> None:
        self.control.put("/shipbob/quota", {"per_minute": 100_000})
        stock = [{"sku": sku, "centre": self.site, "quantity": quantity} for sku in skus]
        made = self.control.post(
            "/shipbob/setup", {"products": [{"sku": sku, "name": sku} for sku in skus], "stock": stock}
        )
        self.channel = made["channels"]["Tieout"]

    def ship(self, reference: str, *, tracking: str, **items: int) -> None:
        self._ship(reference, tracking, items, "back_order")

    def short(self, reference: str, *, tracking: str, **items: int) -> None:
        self._ship(reference, tracking, items, "close")

    def shipped(self, reference: str) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for order in self.control.get("/shipbob/ledgers/shipped")["orders"]:
            if order["reference_id"] == reference:
                for line in order["lines"]:
                    found.update({sku: int(units) for sku, units in line["shipped"].items()})
        return found

    def _ship(self, reference: str, tracking: str, items: Mapping[str, int], rest: str) -> None:
        body: Json = {"tracking_number": tracking, "carrier": "Royal Mail"}
        if items:
            lines = [{"sku": sku, "quantity": units} for sku, units in items.items()]
            body |= {"lines": lines, "rest": rest}
        self.control.post(f"/shipbob/orders/{reference}/ship", body)


class FilesFloor:
    """People at a 3PL that exchanges files."""

    account, site = "threepl", "LEEDS"

    def __init__(self, control: Control, system: FilesSandbox, form: str = "csv") -> None:
        self.control = control
        self.system = system
        self.form = form

    def settings(self) -> str:
        return f"""
[account.threepl]
system = "files"
host = "127.0.0.1"
port = {self.system.sftp_port}
host_key = "{self.system.host_key}"
username = "{self.form}"
password = "files-sandbox-password"
format = "{self.form}"
sender_renames = true
stable_seconds = 0
[account.threepl.directories]
orders = "orders/in"
orders_taken = ["orders/processing", "orders/archive"]
acknowledgements = "ack"
[account.threepl.edi]
is_test = true
"""

    def set_up(self, skus: Sequence[str], quantity: int) -> None:
        self.control.post(
            f"/files/partners/{self.form}/load",
            {
                "sites": [self.site],
                "items": [{"sku": sku, "description": sku, "base_unit": "EA", "units": {"EA": 1}} for sku in skus],
                "stock": [{"site": self.site, "sku": sku, "quantity": str(quantity)} for sku in skus],
            },
        )

    def take_in(self) -> None:
        """Orders that lie there are read and acknowledged."""
        self.control.post("/files/work", {"partner": self.form, "until": "acknowledge"})

    def ship(self, reference: str, *, tracking: str, **items: int) -> None:
        self._ship(reference, tracking, items, is_complete=False)

    def short(self, reference: str, *, tracking: str, **items: int) -> None:
        self._ship(reference, tracking, items, is_complete=True)

    def shipped(self, reference: str) -> Mapping[str, int]:
        found = [row for row in self._orders() if _is_of(row, reference)]
        return {line["sku"]: int(line["shipped"]) for row in found for line in row["lines"] if line["shipped"] != "0"}

    def _orders(self) -> Json:
        return self.control.get(f"/files/partners/{self.form}/ledgers/orders")["orders"]

    def _ship(self, reference: str, tracking: str, items: Mapping[str, int], *, is_complete: bool) -> None:
        self.take_in()
        (order,) = [row for row in self._orders() if _is_of(row, reference)]
        named = {name: order[name] for name in ("order_ref", "release_no")}
        body: Json = {**named, "tracking": [tracking], "carrier": "DPD"}
        if items:
            numbers = {line["sku"]: line["line_no"] for line in order["lines"]}
            body["lines"] = [{"line_no": numbers[sku], "quantity": str(units)} for sku, units in items.items()]
            body["complete"] = is_complete
        else:
            body["how"] = "whole"
        self.control.post(f"/files/partners/{self.form}/despatches", body)


def _is_of(row: Json, reference: str) -> bool:
    """EDI carries our reference whole, our CSV files its two parts."""
    parts = [str(row["order_ref"]), *([str(row["release_no"])] if row["release_no"] else [])]
    return "-".join(parts) == reference
