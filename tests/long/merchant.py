"""A merchant whose whole trading stands in Sage and the shop, and whose returns all come back: portal, lanes, ledgers.

The systems around are served by a process of their own and two lanes run in a process each, so that the machine's
cores are used. A customer's returns are worked on in the order of the file: they lie on one lane, and what is due
for longest comes first.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import httpx

from tieout.bootstrap import Application, open_application
from tieout.cli.demo.trading import DAMAGED_REASONS, SOUND_REASONS, Play, ReturnLine, ReturnRequest, Sale, vat_percent
from tieout.domain.money import money, tax_on
from tieout.processes.kinds import RETURN
from tieout.sandbox.sage200 import COMPANION_KEY
from tieout.settings import load
from tieout.store import documents, mapping_rules

Json: TypeAlias = Any  # a JSON edge
HERE = Path(__file__).parent
LANES = 2
Say = Callable[[str], None]
COMPANY = "giftware"
LONG_AGO = date(2000, 1, 1)
SETTINGS = """
[database]
address = "{database}"
[work]
coalesce_seconds = 0
[clock]
offset_seconds = {offset}
[company.giftware]
credit_route = "{route}"
refund_mode = "gate"
lanes = {lanes}
ledger = "sage"
portal = "returngo"
storefront = "shopify"
[account.sage]
system = "sage200"
base_url = "{estate}/sage200"
identity_url = "{estate}/sage200"
client_id = "tieout-sandbox"
client_secret = "sandbox-secret"
refresh_token = "{refresh_token}"
site_id = "{site}"
company_id = {company_id}
channel = "companion"
companion_url = "{estate}/sage200/companion"
companion_key = "{companion_key}"
bins_known = ["HOME/A1", "HOME/GOODS-IN", "QUARANTINE/Q1"]
bins_held_back = ["HOME/GOODS-IN"]
read_seconds = 300
[account.returngo]
system = "returngo"
base_url = "{estate}/returngo"
shop_name = "tieout-demo.myshopify.com"
api_key = "returngo-sandbox-key"
inbound_secret = "the-portals-word"
customer_known_by = "email"
calls_per_day = 10000000
read_seconds = 300
[account.shopify]
system = "shopify"
shop_domain = "tieout-demo.myshopify.com"
base_url = "{estate}/shopify"
access_token = "shpat_sandbox"
client_secret = "sandbox-client-secret"
read_seconds = 300
"""
"""Nobody waits three minutes for an answer in earnest: the largest return of the file has 86,795 units."""
LINE_CLASSES = {
    "carriage": ("POST", "DOT", "C2"),
    "manual": ("M", "D", "S", "ADJUST*"),
    "ledger": ("BANK CHARGES", "AMAZONFEE", "CRUK", "B"),
    "test": ("TEST*",),
    "voucher": ("GIFT_*",),
}
RULES: tuple[tuple[str, str, dict[str, str]], ...] = (
    *(("reason", reason, {"code": "sound", "account": "4010", "grade": "good"}) for reason in SOUND_REASONS),
    *(("reason", reason, {"code": "damaged", "account": "4010", "grade": "damaged"}) for reason in DAMAGED_REASONS),
    *(("line_class", sku, {"class": name}) for name, skus in LINE_CLASSES.items() for sku in skus),
    ("disposition", "any|good", {"warehouse": "HOME", "bin": "A1"}),
    ("disposition", "any|damaged", {"warehouse": "QUARANTINE", "bin": "Q1"}),
    ("customer", "*", {"account": "="}),
    ("tender", "shopify_payments", {"bank": "SHOPPAY"}),
    ("storefront_location", "HOME", {"location": "HOME"}),
    ("policy", "credit_on", {"value": "receipt"}),
    ("policy", "price_tolerance_pence", {"value": "1"}),
    ("policy", "returns_warehouse", {"value": "HOME"}),
    ("policy", "goods_in_bin", {"value": "GOODS-IN"}),
    ("policy", "stock_write_on_nominal", {"value": "5200"}),
    ("policy", "portal_app", {"value": "ReturnGO"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the systems are served."""

    url: str
    offset: float
    today: date


@contextmanager
def staged(file: Path, customers: Sequence[str] | None) -> Iterator[Stage]:
    """Serve systems in which the sales of these customers stand, or all sales."""
    program = subprocess.Popen(
        [sys.executable, str(HERE / "stage_program.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdin is not None
    assert program.stdout is not None
    try:
        program.stdin.write(json.dumps({"file": str(file), "customers": customers}) + "\n")
        program.stdin.flush()
        said = json.loads(program.stdout.readline())
        yield Stage(url=said["url"], offset=said["offset"], today=date.fromisoformat(said["today"]))
    finally:
        program.stdin.close()
        try:
            program.wait(timeout=20)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        program.stdout.close()


@contextmanager
def installed(stage: Stage, home: Path, database: str, route: str) -> Iterator[tuple[Application, Path]]:
    """A Tieout pointed at the systems, with rules of the house, on a database that is there; its settings file."""
    tokens = httpx.post(f"{stage.url}/_sandbox/sage200/tokens", timeout=30).json()
    config = home / "tieout.toml"
    text = SETTINGS.format(
        database=database,
        lanes=LANES,
        offset=stage.offset,
        route=route,
        estate=stage.url,
        refresh_token=tokens["refresh_token"],
        site=tokens["site_id"],
        company_id=tokens["company_id"],
        companion_key=COMPANION_KEY,
    )
    config.write_text(text, encoding="utf-8")
    application = open_application(load(config, {}), home)
    try:
        _set_rules(application)
        yield application, config
    finally:
        application.close()


def _set_rules(application: Application) -> None:
    with application.store.scope(COMPANY) as c:
        for table, key, value in RULES:
            rule = mapping_rules.propose(
                c,
                company=COMPANY,
                table_name=table,
                key=key,
                value=value,
                in_force_from=LONG_AGO,
                owner="finance",
                proposed_by="test",
            )
            mapping_rules.approve(c, rule.id, by="owner", at=application.clock())


def raise_all(stage: Stage, play: Play, sales: Sequence[Sale], say: Say) -> list[str]:
    """Every RMA is raised and authorised on its day and its goods come in; returns their numbers in order."""
    days = {sale.number: sale.day for sale in sales}
    numbers: list[str] = []
    with httpx.Client(base_url=f"{stage.url}/_sandbox", timeout=600) as control:
        _open_every_period(control, play.returns[0].day)
        for day, requests in groupby(play.returns, key=lambda request: request.day):
            _post(control, "/clock", {"offset_seconds": _offset(day)}, "PUT")
            raised = _post(control, "/returngo/rmas", {"rmas": [_rma(request, days) for request in requests]})["rmas"]
            came = [rma["rma_id"] for rma in raised]
            for action in ("approve", "receive"):
                _post(control, f"/returngo/rmas/bulk/{action}", {"rmas": came})
            numbers += came
        _post(control, "/clock", {"offset_seconds": stage.offset}, "PUT")
    say(f"{len(numbers)} RMAs raised and received")
    return numbers


def work_off(application: Application, config: Path, play: Play, numbers: Sequence[str], say: Say) -> None:
    """Tell of every RMA, in order, and let the lanes work until nothing is due."""
    now = application.clock()
    with application.store.scope(COMPANY) as c:
        for place, (request, number) in enumerate(zip(play.returns, numbers, strict=True)):
            documents.touch(
                c,
                company=COMPANY,
                kind=RETURN,
                key=number,
                lane_key=request.customer or request.document,
                lanes=LANES,
                due_at=now - timedelta(seconds=len(numbers) - place),
                at=now,
            )
    command = [sys.executable, str(HERE / "lane_program.py"), str(config), str(config.parent), COMPANY]
    lanes = [subprocess.Popen([*command, str(lane)]) for lane in range(LANES)]
    began, said_at = time.monotonic(), 0.0
    try:
        while any(lane.poll() is None for lane in lanes):
            time.sleep(0.2)
            assert not any(lane.poll() for lane in lanes), "a lane's process ended with an error; it is printed above"
            if time.monotonic() - said_at > 30:
                said_at = time.monotonic()
                with application.store.scope(COMPANY) as c:
                    left = documents.count_due(c)
                say(f"{len(numbers) - left} of {len(numbers)} settled after {said_at - began:.0f} s")
    finally:
        for lane in lanes:
            with suppress(ProcessLookupError):
                lane.kill()
            lane.wait()


def _open_every_period(control: httpx.Client, first: date) -> None:
    """The house keeps every month of the file open, so that a return is credited on the day its goods came."""
    _post(control, "/sage200/settings", {"system": {"number_open_periods": 36}}, "PUT")
    for period in control.get("/sage200/periods").json():
        start = period["period_start"]
        if first.isoformat()[:7] <= start[:7] and "Closed" in period["statuses"].values():
            _post(control, "/sage200/periods", {"period_start": start, "status": "Open"}, "PUT")


def _rma(request: ReturnRequest, days: dict[str, date]) -> Json:
    known = request.customer
    day = days[request.order_name] if request.order_name else request.day
    rate = vat_percent(day, request.country)
    return {
        "order_name": request.order_name,
        # The portal names a customer by what stands where an e-mail address is expected: here the account in Sage.
        "customer": {"id": int(known), "email": known} if known else {},
        "currency": "GBP",
        "items": [_item(line, rate) for line in request.lines],
    }


def _item(line: ReturnLine, rate: Decimal) -> Json:
    price = money(line.unit_price)
    return {
        "sku": line.sku,
        "title": line.title,
        "paid_price": price.text(),
        "paid_tax": tax_on(price, rate).text(),
        "tax_included": False,
        "reason": line.reason,
        "resolution": "RefundToPaymentMethod",
        "quantity": line.quantity,
    }


def _offset(day: date) -> float:
    """The clock's offset at nine o'clock of a day."""
    return (datetime.combine(day, time_of_day(9), UTC) - datetime.now(UTC)).total_seconds()


def _post(control: httpx.Client, path: str, content: Json, method: str = "POST") -> Json:
    answer = control.request(method, path, json=content)
    assert answer.status_code < 300, f"the stage refused {path}: {answer.text[:300]}"
    return json.loads(answer.content, parse_float=Decimal)
