"""What only Loop does, against the sandbox's Loop, served for real beside the sandbox's shop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tieout.connectors.loop import LoopPortal, LoopSettings, open_portal
from tieout.domain import commands as c
from tieout.domain.documents.rma import Fee, Grade, Outcome, Rma, RmaStatus
from tieout.domain.money import Money, money, total
from tieout.ports.errors import Refused
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.loop import LoopSandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shopify import ShopifySandbox

Edge = dict[str, Any]
LINE = {"quantity": 9, "price": "24.00", "discount": "0.00", "tax": "36.00", "tax_rate": "0.20"}
LOAD = {
    "location": "Web warehouse",
    "variants": [{"sku": sku, "title": sku.title(), "price": "24.00", "available": 10} for sku in ("BOOT", "SOCK")],
    "orders": [
        {
            "name": "#1001",
            "created_at": "2026-11-01T09:00:00Z",
            "customer": {"id": "7", "email": "ada@example.com", "first_name": "Ada", "last_name": "L"},
            "currency": "GBP",
            "taxes_included": True,
            "lines": [{"sku": sku, "title": sku.title(), **LINE} for sku in ("BOOT", "SOCK")],
        }
    ],
}


@dataclass(frozen=True)
class Bench:
    portal: LoopPortal
    control: httpx.Client
    clock: SandboxClock

    def raise_return(self, *lines: Edge, **others: object) -> str:
        asked = {
            "order_name": "#1001",
            "customer": {"email": "ada@example.com", "first_name": "Ada", "last_name": "L"},
            "currency": "GBP",
            "lines": list(lines),
            **others,
        }
        return str(self.tell("returns", asked)["returns"][0]["return_id"])

    def tell(self, path: str, body: Edge | None = None) -> Edge:
        answer: Edge = self.control.post(f"/loop/{path}", json=body or {}).raise_for_status().json()
        return answer

    def settings(self, **changes: object) -> None:
        self.control.put("/loop/settings", json=changes).raise_for_status()

    def rma(self, number: str) -> Rma:
        found = self.portal.rma(number)
        assert found is not None
        return found

    def release(self, number: str) -> c.ReleaseOutcome:
        """The command that lets the whole return go, as it stands."""
        rma = self.rma(number)
        worth = total([unit.value or unit.paid_gross for unit in rma.units])
        leaving = total([item.price for unit in rma.units for item in unit.exchange])
        kept = total([fee.amount for fee in rma.fees])
        units = tuple(unit.unit_id for unit in rma.units)
        return c.ReleaseOutcome(key="TRO-0123456789ABCDEF", units=units, rma=number, amount=worth - leaving - kept)


@pytest.fixture
def bench() -> Iterator[Bench]:
    clock = SandboxClock()
    shop = ShopifySandbox(clock)
    portal = LoopSandbox(clock, api_key="key-nobody-may-see", shopify=shop)
    with ServedEstate(Estate([shop, portal], clock, seed=1)) as served:
        settings = LoopSettings(
            account="loop",
            base_url=f"{served.url}/loop/api/v1",
            api_key=SecretStr("key-nobody-may-see"),
            webhook_secret=SecretStr("secret-nobody-may-see"),
            read_seconds=3,
        )
        opened = open_portal(settings, clock.now)
        with httpx.Client(base_url=f"{served.url}/_sandbox", timeout=10) as control:
            control.post("/shopify/load", json=LOAD).raise_for_status()
            yield Bench(opened, control, clock)
        opened.close()


def line(sku: str = "BOOT", quantity: int = 1, outcome: str = "refund", **others: object) -> Edge:
    return {"sku": sku, "quantity": quantity, "reason": "Too big", "outcome": outcome, **others}


@pytest.mark.parametrize("prices", ["net", "shop"])
def test_a_unit_costs_what_was_paid_however_loop_writes_its_prices(bench: Bench, prices: str) -> None:
    bench.settings(prices=prices)
    rma = bench.rma(bench.raise_return(line(quantity=2), line("SOCK")))
    assert {unit.paid_gross for unit in rma.units} == {money("24.00")}
    assert {unit.value for unit in rma.units} == {None}
    assert rma.allowances == ()


def test_a_fee_is_kept_of_a_refund(bench: Bench) -> None:
    number = bench.raise_return(line(quantity=2), handling_fee="2.50")
    assert bench.rma(number).fees == (Fee(kind="return_shipping_fee", amount=money("2.50")),)
    command = bench.release(number)
    assert command.amount == money("45.50")
    bench.portal.release(command)
    bench.tell("drain")
    (refund,) = bench.rma(number).refunds
    assert refund.amount == money("45.50")


def test_goods_that_are_kept_are_told_so(bench: Bench) -> None:
    rma = bench.rma(bench.raise_return(line(), return_method="keep_item"))
    assert [(unit.is_kept, unit.outcome) for unit in rma.units] == [(True, Outcome.REFUND)]
    assert rma.parcels == ()


def test_a_delivered_parcel_is_dated_and_receives_nothing(bench: Bench) -> None:
    number = bench.raise_return(line())
    bench.tell(f"returns/{number}/deliver")
    rma = bench.rma(number)
    (parcel,) = rma.parcels
    assert parcel.tracking
    assert parcel.delivered_at is not None
    assert abs(parcel.delivered_at - bench.clock.now()) < timedelta(minutes=1)
    assert rma.units[0].received_at is None


def test_what_a_warehouse_graded_is_received(bench: Bench) -> None:
    number = bench.raise_return(line(quantity=3))
    first, second, third = (unit.unit_id for unit in bench.rma(number).units)
    looks = {
        first: {"condition": "grade_a", "disposition": "back_to_stock"},
        second: {"condition": "junk", "disposition": "recycle"},
        third: {"condition": "missing", "disposition": "missing"},
    }
    bench.tell(f"returns/{number}/grade", {"line_items": looks})
    seen = [(unit.received_at is not None, unit.grade, unit.is_missing) for unit in bench.rma(number).units]
    assert seen == [(True, Grade.GOOD, False), (True, Grade.DAMAGED, False), (False, Grade.UNGRADED, True)]


@pytest.mark.parametrize(("outcome", "kind"), [("gift_card", "gift_card"), ("store_credit", "store_credit")])
def test_a_credit_is_issued_when_the_return_is_processed(bench: Bench, outcome: str, kind: str) -> None:
    number = bench.raise_return(line(outcome=outcome))
    assert bench.rma(number).issued == ()
    bench.portal.release(bench.release(number))
    bench.tell("drain")
    (credit,) = bench.rma(number).issued
    assert (credit.kind, credit.amount, credit.is_settled) == (kind, money("24.00"), True)
    assert bench.rma(number).refunds == ()


def test_an_exchange_is_ordered_when_the_return_is_processed(bench: Bench) -> None:
    item = {"sku": "SOCK", "price": "24.00", "title": "Sock"}
    number = bench.raise_return(line(outcome="exchange", exchange=item))
    waiting = bench.rma(number)
    assert [(leaving.sku, leaving.price) for leaving in waiting.units[0].exchange] == [("SOCK", money("24.00"))]
    assert [order.is_released for order in waiting.exchange_orders] == [False]
    command = bench.release(number)
    assert command.amount == Money(0)
    bench.portal.release(command)
    bench.tell("drain")
    (order,) = bench.rma(number).exchange_orders
    assert (order.is_released, order.order_id.isdecimal(), bool(order.order_name)) == (True, True, True)
    assert bench.portal.find_released(command) is not None


def test_a_return_of_several_outcomes_is_released_whole(bench: Bench) -> None:
    item = {"sku": "SOCK", "price": "18.00", "title": "Sock"}
    number = bench.raise_return(line(quantity=2), line("SOCK", outcome="exchange", exchange=item))
    assert [unit.outcome for unit in bench.rma(number).units] == [Outcome.REFUND, Outcome.REFUND, Outcome.EXCHANGE]
    command = bench.release(number)
    bench.portal.release(command)
    bench.tell("drain")
    assert bench.portal.find_released(command) is not None


def test_processing_takes_its_time_and_a_release_is_not_found_before(bench: Bench) -> None:
    bench.settings(process_delay_seconds=3600)
    number = bench.raise_return(line())
    command = bench.release(number)
    bench.portal.release(command)
    assert bench.portal.find_released(command) is None
    bench.tell("drain")
    assert bench.portal.find_released(command) is not None


@pytest.mark.parametrize("state", ["open", "review"])
def test_a_processing_that_fails_stays_unreleased(bench: Bench, state: str) -> None:
    number = bench.raise_return(line())
    command = bench.release(number)
    bench.settings(fail_next_processing=1, fail_state=state)
    bench.portal.release(command)
    bench.tell("drain")
    assert bench.portal.find_released(command) is None
    if state == "review":
        with pytest.raises(Refused, match="review"):
            bench.portal.release(command)
        bench.tell(f"returns/{number}/approve")
    bench.portal.release(command)
    bench.tell("drain")
    assert bench.portal.find_released(command) is not None


def test_a_return_closed_by_hand_is_done_and_not_released(bench: Bench) -> None:
    number = bench.raise_return(line())
    command = bench.release(number)
    bench.tell(f"returns/{number}/close")
    assert bench.rma(number).status is RmaStatus.DONE
    assert bench.portal.find_released(command) is None
    with pytest.raises(Refused, match="closed"):
        bench.portal.release(command)


@pytest.mark.parametrize(
    ("action", "status"),
    [("flag", RmaStatus.REQUESTED), ("expire", RmaStatus.CANCELLED), ("cancel", RmaStatus.CANCELLED)],
)
def test_a_return_of_any_state_is_listed(bench: Bench, action: str, status: RmaStatus) -> None:
    number = bench.raise_return(line())
    bench.tell(f"returns/{number}/{action}")
    assert bench.rma(number).status is status
    since = bench.clock.now() - timedelta(days=1)
    assert [head.number for head in bench.portal.rmas(since)] == [number]


def test_closing_is_refused_while_loop_has_something_to_give(bench: Bench) -> None:
    number = bench.raise_return(line())
    with pytest.raises(Refused):
        bench.portal.mark_done(c.MarkDone(key="TDN-0123456789ABCDEF", rma=number))
    assert bench.rma(number).status is RmaStatus.AUTHORISED
