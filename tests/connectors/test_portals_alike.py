"""What every returns portal promises, asked of each against its sandbox, served for real beside the sandbox's shop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

import httpx
import pytest
from pydantic import SecretStr

from tieout.connectors import loop, returngo
from tieout.domain import commands as c
from tieout.domain.documents.rma import Outcome, Rma, RmaStatus
from tieout.domain.money import money
from tieout.ports.errors import Busy, OutcomeUnknown, Refused, Unauthorised, Unavailable
from tieout.ports.inbound import Envelope, Inbound, SignatureError
from tieout.ports.systems import ReturnsPortal
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate, SandboxSystem
from tieout.sandbox.loop import LoopSandbox
from tieout.sandbox.returngo import ReturnGoSandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shopify import ShopifySandbox

Edge = dict[str, Any]
CUSTOMER = {"id": "7", "email": "ada@example.com", "first_name": "Ada", "last_name": "L"}
NEVER = "999999"
SHOP = "tieout-demo.myshopify.com"
LINE = {"quantity": 9, "price": "19.99", "discount": "0.00", "tax": "29.99", "tax_rate": "0.20"}
LOAD = {
    "location": "Web warehouse",
    "variants": [{"sku": sku, "title": sku.title(), "price": "19.99", "available": 10} for sku in ("BOOT", "SOCK")],
    "orders": [
        {
            "name": "#1001",
            "created_at": "2026-11-01T09:00:00Z",
            "customer": CUSTOMER,
            "currency": "GBP",
            "taxes_included": True,
            "lines": [{"sku": sku, "title": sku.title(), **LINE} for sku in ("BOOT", "SOCK")],
        }
    ],
}


class _Opened(ReturnsPortal, Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True)
class Bench:
    """One portal and the hand that acts as its customers and staff."""

    name: str
    portal: _Opened
    inbound: Inbound
    reopened: Callable[..., _Opened]
    """The same portal opened with other settings."""
    control: httpx.Client
    clock: SandboxClock

    def raise_return(self, *goods: tuple[str, int, str]) -> str:
        """A return of (stock code, units, refund or store_credit); its number."""
        if self.name == "loop":
            lines = [{"sku": sku, "quantity": units, "outcome": outcome} for sku, units, outcome in goods]
            asked: Edge = {"order_name": "#1001", "customer": CUSTOMER, "currency": "GBP", "lines": lines}
            return str(self.tell("loop/returns", asked)["returns"][0]["return_id"])
        words = {"refund": "RefundToPaymentMethod", "store_credit": "RefundToStoreCredit"}
        items = [{"sku": sku, "quantity": units, "resolution": words[outcome]} for sku, units, outcome in goods]
        asked = {"order_name": "#1001", "customer": CUSTOMER, "currency": "GBP", "items": items}
        number = str(self.tell("returngo/rmas", asked)["rmas"][0]["rma_id"])
        self.tell(f"returngo/rmas/{number}/approve", {})
        return number

    def act(self, number: str, what: str) -> None:
        self.tell(f"loop/returns/{number}/{what}" if self.name == "loop" else f"returngo/rmas/{number}/{what}", {})

    def come_in(self, number: str) -> None:
        self.act(number, "deliver" if self.name == "loop" else "receive")

    def let_go_when_released(self) -> None:
        """ReturnGO pays by a trigger that the merchant sets; Loop when it processes the return."""
        if self.name == "returngo":
            self.control.put("/returngo/settings", json={"auto_refund": "validated"}).raise_for_status()

    def give_money(self, number: str) -> None:
        """The portal refunds the return by its own hand."""
        if self.name == "loop":
            self.act(number, "process")
            self.tell("loop/drain", {})
        else:
            self.act(number, "receive")
            self.act(number, "refund")

    def subscribe(self, url: str) -> None:
        if self.name == "loop":
            for trigger in ("return.created", "return.updated", "return.closed"):
                self.tell("loop/webhooks", {"topic": "return", "trigger": trigger, "url": url})
            return
        for name in ("RMA_CREATED", "RMA_STATUS_UPDATED"):
            self.tell("returngo/webhooks", {"eventName": name, "url": f"{url}?secret=secret-nobody-may-see"})

    def tell(self, path: str, body: Edge) -> Edge:
        answer: Edge = self.control.post(f"/{path}", json=body).raise_for_status().json()
        return answer

    def temper(self, **rates: object) -> None:
        self.control.put(f"/{self.name}/temper", json=rates).raise_for_status()

    def rma(self, number: str) -> Rma:
        found = self.portal.rma(number)
        assert found is not None
        return found


class _Endless:
    """An allowance that never ends."""

    def spend(self, account: str, allowance: int) -> bool:
        return bool(account) and allowance > 0


def _returngo(url: str, clock: SandboxClock, control: httpx.Client) -> Bench:
    settings = returngo.ReturnGoSettings(
        account="portal",
        base_url=f"{url}/returngo",
        shop_name=SHOP,
        api_key=SecretStr("key-nobody-may-see"),
        inbound_secret=SecretStr("secret-nobody-may-see"),
        read_seconds=3,
    )

    def reopened(**changes: object) -> _Opened:
        return returngo.open_portal(settings.model_copy(update=changes), _Endless(), clock.now)

    return Bench("returngo", reopened(), returngo.open_inbound(settings), reopened, control, clock)


def _loop(url: str, clock: SandboxClock, control: httpx.Client) -> Bench:
    settings = loop.LoopSettings(
        account="portal",
        base_url=f"{url}/loop/api/v1",
        api_key=SecretStr("key-nobody-may-see"),
        webhook_secret=SecretStr("secret-nobody-may-see"),
        closes_unprocessed=True,
        first_return_on=clock.now().date() - timedelta(days=150),
        read_seconds=3,
    )

    def reopened(**changes: object) -> _Opened:
        return loop.open_portal(settings.model_copy(update=changes), clock.now)

    return Bench("loop", reopened(), loop.open_inbound(settings), reopened, control, clock)


OPENED = {"returngo": _returngo, "loop": _loop}


@pytest.fixture(params=sorted(OPENED))
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    clock = SandboxClock()
    shop = ShopifySandbox(clock, shop_domain=SHOP, client_secret="client", access_token="token")
    systems: list[SandboxSystem] = [
        shop,
        ReturnGoSandbox(clock, shop_name=SHOP, api_key="key-nobody-may-see", shopify=shop),
        LoopSandbox(clock, api_key="key-nobody-may-see", webhook_secret="secret-nobody-may-see", shopify=shop),
    ]
    with (
        ServedEstate(Estate(systems, clock, seed=1)) as served,
        httpx.Client(base_url=f"{served.url}/_sandbox", timeout=10) as control,
    ):
        control.post("/shopify/load", json=LOAD).raise_for_status()
        opened = OPENED[str(request.param)](served.url, clock, control)
        yield opened
        opened.portal.close()


@dataclass
class Receiver:
    url: str
    came: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    received = Receiver("")

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            received.came.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    received.url = f"http://127.0.0.1:{server.server_address[1]}/in/portal"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield received
    server.shutdown()
    server.server_close()
    thread.join()


def done(number: str) -> c.MarkDone:
    return c.MarkDone(key="TDN-0123456789ABCDEF", rma=number)


def released(number: str, *units: str) -> c.ReleaseOutcome:
    return c.ReleaseOutcome(key="TRO-0123456789ABCDEF", units=units, rma=number, amount=money("19.99"))


def test_a_return_is_read_unit_by_unit(bench: Bench) -> None:
    number = bench.raise_return(("BOOT", 3, "refund"), ("SOCK", 1, "store_credit"))
    rma = bench.rma(number)
    assert (rma.number, rma.status, rma.order_name) == (number, RmaStatus.AUTHORISED, "#1001")
    assert [unit.sku for unit in rma.units] == ["BOOT", "BOOT", "BOOT", "SOCK"]
    assert len({unit.unit_id for unit in rma.units}) == 4
    assert {unit.paid_gross for unit in rma.units} == {money("19.99")}
    assert [unit.outcome for unit in rma.units] == [Outcome.REFUND] * 3 + [Outcome.STORE_CREDIT]
    assert {(unit.received_at, unit.is_kept, unit.is_missing) for unit in rma.units} == {(None, False, False)}
    assert int(rma.order_id) > 2**53
    assert all(unit.shop_line.isdecimal() for unit in rma.units)
    assert abs(rma.raised_at - bench.clock.now()) < timedelta(minutes=1)


def test_a_return_that_is_not_there_is_none(bench: Bench) -> None:
    assert bench.portal.rma(NEVER) is None
    assert bench.portal.find_done(done(NEVER)) is None
    assert bench.portal.find_released(released(NEVER)) is None


def test_a_cancelled_return_is_cancelled(bench: Bench) -> None:
    number = bench.raise_return(("BOOT", 1, "refund"))
    bench.act(number, "cancel")
    assert bench.rma(number).status is RmaStatus.CANCELLED


def test_finishing_is_found_and_may_be_asked_twice(bench: Bench) -> None:
    number = bench.raise_return(("BOOT", 1, "refund"))
    assert bench.portal.find_done(done(number)) is None
    bench.portal.mark_done(done(number))
    bench.portal.mark_done(done(number))
    found = bench.portal.find_done(done(number))
    assert found is not None
    assert found.figures == done(number).figures()
    assert bench.rma(number).status is RmaStatus.DONE


def test_a_lost_reply_to_finishing_is_found_by_looking(bench: Bench) -> None:
    number = bench.raise_return(("BOOT", 1, "refund"))
    hasty = bench.reopened(read_seconds=0.3)
    bench.temper(seed=1, lost_reply=1.0, silence_seconds=0.1)
    with pytest.raises((OutcomeUnknown, Unavailable)):
        hasty.mark_done(done(number))
    bench.temper()
    hasty.close()
    if bench.portal.find_done(done(number)) is None:
        bench.portal.mark_done(done(number))
    assert bench.portal.find_done(done(number)) is not None


def test_every_page_of_the_list_is_read_whatever_the_state(bench: Bench) -> None:
    numbers = [bench.raise_return(("BOOT", 1, "refund")) for _ in range(5)]
    bench.act(numbers[0], "cancel")
    bench.portal.mark_done(done(numbers[1]))
    portal = bench.reopened(page_size=2)
    now = bench.clock.now()
    assert sorted(head.number for head in portal.rmas(None)) == sorted(numbers)
    assert sorted(head.number for head in portal.rmas(now - timedelta(hours=1))) == sorted(numbers)
    assert list(portal.rmas(now + timedelta(hours=1))) == []
    portal.close()


def test_busy_broken_locked_out_and_refused_are_told_apart(bench: Bench) -> None:
    number = bench.raise_return(("BOOT", 1, "refund"))
    bench.temper(seed=1, error_before=1.0)
    with pytest.raises(Unavailable):
        bench.portal.rma(number)
    bench.temper(seed=1, busy=1.0, busy_seconds=30)
    with pytest.raises(Busy) as caught:
        bench.portal.rma(number)
    assert caught.value.wait == timedelta(seconds=30)
    bench.temper()
    stranger = bench.reopened(api_key=SecretStr("wrong-nobody-may-see"))
    with pytest.raises(Unauthorised) as refused:
        stranger.rma(number)
    stranger.close()
    assert "nobody-may-see" not in repr(refused.value)
    with pytest.raises(Refused):
        bench.portal.mark_done(done(NEVER))


def test_fields_that_nobody_knows_do_no_harm(bench: Bench) -> None:
    number = bench.raise_return(("BOOT", 1, "refund"))
    bench.temper(seed=1, unknown_fields=1.0)
    assert len(bench.rma(number).units) == 1


def test_the_portals_own_refunds_are_named_by_the_storefronts_id_and_found_by_the_order(bench: Bench) -> None:
    number = bench.raise_return(("BOOT", 1, "refund"))
    assert bench.rma(number).refunds == ()
    bench.give_money(number)
    rma = bench.rma(number)
    (refund,) = rma.refunds
    assert (refund.amount, refund.is_settled, refund.has_failed) == (money("19.99"), True, False)
    (made,) = bench.control.get("/shopify/ledgers/refunds").json()["refunds"]
    assert made["id"] == f"gid://shopify/Refund/{refund.refund_id}"
    (payment,) = bench.portal.payments(rma.order_id)
    assert (payment.rma_number, payment.refund) == (number, refund)


def test_releasing_gives_the_money_once_however_often_it_is_asked(bench: Bench) -> None:
    bench.let_go_when_released()
    number = bench.raise_return(("BOOT", 1, "refund"))
    bench.come_in(number)
    command = released(number, bench.rma(number).units[0].unit_id)
    assert bench.portal.find_released(command) is None
    bench.portal.release(command)
    bench.tell(f"{bench.name}/drain", {})
    bench.portal.release(command)
    bench.tell(f"{bench.name}/drain", {})
    found = bench.portal.find_released(command)
    assert found is not None
    assert found.figures == command.figures()
    (made,) = bench.control.get("/shopify/ledgers/refunds").json()["refunds"]
    (refund,) = bench.rma(number).refunds
    assert made["id"] == f"gid://shopify/Refund/{refund.refund_id}"


def test_a_release_that_the_portal_cannot_make_is_refused(bench: Bench) -> None:
    number = bench.raise_return(("BOOT", 2, "refund"))
    bench.come_in(number)
    with pytest.raises(Refused):
        bench.portal.release(released(NEVER))
    with pytest.raises(Refused):
        bench.portal.release(released(number, bench.rma(number).units[0].unit_id))
    assert bench.control.get("/shopify/ledgers/refunds").json()["refunds"] == []


def test_the_portals_messages_name_the_return_and_nobody_elses_are_let_in(bench: Bench, receiver: Receiver) -> None:
    bench.subscribe(receiver.url)
    number = bench.raise_return(("BOOT", 1, "refund"))
    bench.act(number, "cancel")
    bench.tell(f"{bench.name}/drain", {})
    for _ in range(100):
        if len(receiver.came) >= 2:
            break
        time.sleep(0.02)
    envelopes = [_envelope(bench.inbound, *message) for message in receiver.came]
    assert len(envelopes) >= 2
    assert {(envelope.document_kind, envelope.document_key) for envelope in envelopes} == {("return", number)}
    assert len({envelope.external_id for envelope in envelopes}) == len(envelopes)
    with pytest.raises(SignatureError):
        bench.inbound.open({}, {}, receiver.came[0][2])


def _envelope(inbound: Inbound, path: str, headers: Mapping[str, str], body: bytes) -> Envelope:
    return inbound.open(headers, {"secret": path.partition("secret=")[2]}, body)
