"""Shopify's own returns, exchanges and payouts against the sandbox's shop, served for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tieout.connectors.shopify import open_inbound, open_payouts, open_returns_portal, open_storefront
from tieout.domain import commands as c
from tieout.domain.documents.rma import Fee, Grade, Outcome, Rma, RmaStatus
from tieout.domain.documents.shop_order import ShopExchangeLine, ShopOrder
from tieout.domain.money import Money, money, total
from tieout.ports.errors import Busy, OutcomeUnknown, Refused, Unavailable
from tieout.ports.systems import Payouts, ReturnsPortal

if TYPE_CHECKING:
    from .conftest import Bench, Teller

Edge = dict[str, Any]
KEY = "TRL-0123456789ABCDEF"


@dataclass(frozen=True)
class Desk:
    portal: ReturnsPortal
    control: httpx.Client
    bench: Bench

    def post(self, path: str, **body: object) -> Edge:
        answer: Edge = self.control.post(f"/shopify/{path}", json=body).raise_for_status().json()
        return answer

    def raised(self, **body: object) -> str:
        made = self.post("returns", **body)
        return str(made["name"])

    def deed(self, name: str, deed: str, **body: object) -> None:
        self.post(f"returns/{name.replace('#', '%23')}/{deed}", **body)

    def rma(self, name: str) -> Rma:
        found = self.portal.rma(name)
        assert found is not None
        return found

    def order(self, name: str) -> ShopOrder:
        return self.bench.order(name)


def sold(sku: str, quantity: int, price: str, tax: str, **others: object) -> Edge:
    line = {"sku": sku, "title": sku.title(), "quantity": quantity, "price": price, "discount": "0.00"}
    return {**line, "tax": tax, "tax_rate": "0.20", **others}


@pytest.fixture
def desk(bench: Bench) -> Iterator[Desk]:
    customer = {"id": "7", "email": "ada@example.com", "first_name": "Ada", "last_name": "L"}
    order = {"created_at": "2026-11-01T09:00:00Z", "customer": customer, "currency": "GBP", "taxes_included": True}
    address = {"name": "Ada L", "address1": "1 High Street", "city": "York", "zip": "YO1 1AA", "country_code": "GB"}
    tea_set = {"title": "Tea set", "sku": "TEA-SET", "quantity": 1}
    orders = [
        {
            **order,
            "name": "#2001",
            "lines": [sold("BOOT", 3, "12.00", "5.33", discount="4.00"), sold("SOCK", 1, "6.00", "1.00")],
            "shipping": {"price": "5.00", "tax": "0.83"},
            "shipping_address": address,
            "source_name": "web",
            "app": "Online Store",
            "gateway": "shopify_payments",
            "fulfilled": True,
        },
        {
            **order,
            "name": "#2002",
            "lines": [
                sold("BOOT", 1, "9.00", "1.50", group=tea_set),
                sold("SOCK", 1, "3.00", "0.50", group=tea_set),
            ],
            "fulfilled": True,
        },
    ]
    bench.control.post("/shopify/load", json={"location": "Web warehouse", "orders": orders}).raise_for_status()
    with closing(open_returns_portal(bench.settings, bench.clock.now)) as portal:
        yield Desk(portal, bench.control, bench)


def release(rma: Rma, amount: Money, *units: str, key: str = KEY) -> c.ReleaseOutcome:
    return c.ReleaseOutcome(key=key, rma=rma.number, units=units, amount=amount)


def test_an_order_is_read_with_its_address_its_postage_and_its_bundle(desk: Desk) -> None:
    found = desk.order("#2001")
    assert found.delivery is not None
    assert (found.delivery.name, found.delivery.postcode, found.delivery.country) == ("Ada L", "YO1 1AA", "GB")
    assert (found.shipping, found.source, found.app) == (money("5.00"), "web", "Online Store")
    assert (found.customer_email, found.exchanges) == ("ada@example.com", ())
    assert [row.bundle_sku for row in desk.order("#2002").lines] == ["TEA-SET", "TEA-SET"]


def test_a_return_reads_the_same_by_name_and_by_number(desk: Desk) -> None:
    name = desk.raised(order="#2001", lines=[{"sku": "BOOT", "quantity": 3, "reason": "Too tight"}], fee="2.00")
    found = desk.rma(name)
    assert desk.rma(found.number) == found
    assert desk.portal.rma("1") is None
    assert desk.portal.rma("#2001-R99") is None
    assert desk.portal.rma("no such thing") is None
    assert (found.status, found.order_name, found.customer_reference) == (RmaStatus.AUTHORISED, "#2001", "7")
    assert [unit.sku for unit in found.units] == ["BOOT"] * 3
    assert total([unit.paid_gross for unit in found.units]) == money("32.00")
    assert found.fees == (Fee(kind="return_shipping_fee", amount=money("2.00")),)
    assert {unit.outcome for unit in found.units} == {Outcome.REFUND}
    assert [head.number for head in desk.portal.rmas(None)] == [found.number]
    assert list(desk.portal.rmas(desk.bench.clock.now() + timedelta(hours=1))) == []


def test_what_inspection_found_is_read_before_anything_is_processed(desk: Desk) -> None:
    name = desk.raised(order="#2001", lines=[{"sku": "BOOT", "quantity": 3}])
    seen = [{"sku": "BOOT", "quantity": 1, "type": word} for word in ("RESTOCKED", "NOT_RESTOCKED", "MISSING")]
    desk.deed(name, "dispose", dispositions=seen)
    units = desk.rma(name).units
    assert sorted(unit.grade for unit in units) == [Grade.DAMAGED, Grade.GOOD, Grade.UNGRADED]
    assert [unit.is_missing for unit in units].count(True) == 1
    assert [unit.received_at is not None for unit in units].count(True) == 2


def test_exactly_the_units_are_processed_and_exactly_the_amount_goes_back_once(desk: Desk) -> None:
    rma = desk.rma(desk.raised(order="#2001", lines=[{"sku": "BOOT", "quantity": 3}, {"sku": "SOCK", "quantity": 1}]))
    first = release(rma, money("21.33"), *(unit.unit_id for unit in rma.units[:2]))
    assert desk.portal.find_released(first) is None
    desk.portal.release(first)
    desk.portal.release(first)
    found = desk.portal.find_released(first)
    assert found is not None
    assert found.figures == first.figures()
    (refund,) = desk.bench.refunds()
    (payment,) = desk.portal.payments(rma.order_id)
    assert (payment.rma_number, payment.refund.amount) == (rma.number, money("21.33"))
    assert KEY in str(refund)
    (as_shown,) = desk.order("#2001").refunds
    assert (as_shown.return_name, as_shown.amount) == ("#2001-R1", money("21.33"))
    rest = release(rma, money("16.67"), *(unit.unit_id for unit in rma.units[2:]), key="TRL-0000000000000000")
    assert desk.portal.find_released(rest) is None
    desk.portal.release(rest)
    assert total([payment.refund.amount for payment in desk.portal.payments(rma.order_id)]) == money("38.00")
    assert len(desk.bench.refunds()) == 2


def test_a_lost_reply_leaves_the_outcome_open_and_the_look_finds_it(desk: Desk) -> None:
    rma = desk.rma(desk.raised(order="#2001", lines=[{"sku": "BOOT", "quantity": 3}]))
    command = release(rma, money("10.67"), rma.units[0].unit_id)
    desk.bench.temper(seed=1, lost_reply=1.0, silence_seconds=0.1)
    with pytest.raises(OutcomeUnknown):
        desk.portal.release(command)
    desk.bench.temper()
    assert desk.portal.find_released(command) is not None
    desk.portal.release(command)
    assert len(desk.bench.refunds()) == 1


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_however_the_shop_misbehaves_each_unit_is_paid_once_and_the_return_closed(desk: Desk, seed: int) -> None:
    rma = desk.rma(desk.raised(order="#2001", lines=[{"sku": "BOOT", "quantity": 3}]))
    commands = [
        release(rma, unit.paid_gross, unit.unit_id, key=f"TRL-000000000000000{number}")
        for number, unit in enumerate(rma.units)
    ]
    desk.bench.temper(seed=seed, lost_reply=0.3, silence_seconds=0.05, error_before=0.2, busy=0.1)
    for command in commands:
        until_done(partial(desk.portal.release, command))
    until_done(partial(desk.portal.mark_done, c.MarkDone(key="TRD-1", rma=rma.number)))
    desk.bench.temper()
    assert total([payment.refund.amount for payment in desk.portal.payments(rma.order_id)]) == money("32.00")
    assert len(desk.bench.refunds()) == 3
    assert desk.portal.find_done(c.MarkDone(key="TRD-1", rma=rma.number)) is not None


def until_done(attempt: Callable[[], object]) -> None:
    for _ in range(40):
        try:
            attempt()
        except (Busy, Unavailable, OutcomeUnknown):
            continue
        return
    pytest.fail("forty attempts were not enough")


def test_what_somebody_processed_by_hand_is_not_processed_again(desk: Desk) -> None:
    name = desk.raised(order="#2001", lines=[{"sku": "SOCK", "quantity": 1}])
    rma = desk.rma(name)
    desk.deed(name, "process", refund=False)
    unpaid = release(rma, money("6.00"), rma.units[0].unit_id)
    assert desk.portal.find_released(unpaid) is None
    with pytest.raises(Refused):
        desk.portal.release(unpaid)
    assert desk.bench.refunds() == []
    assert desk.portal.find_released(release(rma, money(0), rma.units[0].unit_id)) is not None


def test_a_request_is_not_processed_before_somebody_approved_it(desk: Desk) -> None:
    name = desk.raised(order="#2001", lines=[{"sku": "SOCK", "quantity": 1}], request=True)
    rma = desk.rma(name)
    assert rma.status is RmaStatus.REQUESTED
    with pytest.raises(Refused, match="approve"):
        desk.portal.release(release(rma, money("6.00"), rma.units[0].unit_id))
    desk.deed(name, "decline", reason="RETURN_PERIOD_ENDED", note="too late")
    assert desk.rma(name).status is RmaStatus.REJECTED


def test_a_return_is_closed_once(desk: Desk) -> None:
    name = desk.raised(order="#2001", lines=[{"sku": "SOCK", "quantity": 1}])
    rma = desk.rma(name)
    command = c.MarkDone(key="TRD-1", rma=rma.number)
    desk.portal.release(release(rma, money("6.00"), rma.units[0].unit_id))
    desk.portal.mark_done(command)
    desk.portal.mark_done(command)
    assert desk.rma(name).status is RmaStatus.DONE
    with pytest.raises(Refused):
        desk.portal.mark_done(c.MarkDone(key="TRD-2", rma="1"))


def test_an_exchange_on_the_return_waits_and_then_leaves_as_no_line_of_the_sale(desk: Desk) -> None:
    name = desk.raised(
        order="#2001",
        lines=[{"sku": "BOOT", "quantity": 2}],
        exchange=[{"sku": "SOCK", "quantity": 1, "price": "15.00"}],
    )
    rma = desk.rma(name)
    assert {unit.outcome for unit in rma.units} == {Outcome.EXCHANGE}
    (before,) = desk.order("#2001").exchanges
    assert (before.name, before.shape, before.is_released) == (name, "return", False)
    desk.portal.release(release(rma, money("6.33"), *(unit.unit_id for unit in rma.units)))
    order = desk.order("#2001")
    (after,) = order.exchanges
    assert (after.name, after.is_released, after.is_fulfilled) == (name, True, False)
    assert after.lines == (ShopExchangeLine(sku="SOCK", quantity=1, gross=money("15.00")),)
    assert [(row.sku, row.quantity) for row in order.lines] == [("BOOT", 3), ("SOCK", 1)]
    (refund,) = order.refunds
    assert refund.amount == money("6.33")
    (item,) = desk.rma(name).units[0].exchange
    assert (item.sku, item.price) == ("SOCK", money("15.00"))


@pytest.mark.parametrize("on_return", [False, True])
def test_an_exchange_at_the_till_has_left_and_counts_once(desk: Desk, *, on_return: bool) -> None:
    taken = [{"sku": "BOOT", "quantity": 1, "price": "4.00"}]
    returned = [{"sku": "SOCK", "quantity": 1}]
    desk.post("orders/%232001/pos-exchange", returned=returned, taken=taken, on_return=on_return)
    order = desk.order("#2001")
    (exchange,) = order.exchanges
    assert (exchange.name, exchange.shape) == ("#2001-X1", "till")
    assert (exchange.is_released, exchange.is_fulfilled) == (True, True)
    assert exchange.lines == (ShopExchangeLine(sku="BOOT", quantity=1, gross=money("4.00")),)
    assert [(row.sku, row.quantity) for row in order.lines] == [("BOOT", 3), ("SOCK", 1)]


def test_a_return_taken_in_at_the_till_says_so(desk: Desk) -> None:
    at_home = desk.rma(desk.raised(order="#2001", lines=[{"sku": "BOOT", "quantity": 1}]))
    taken = [{"sku": "BOOT", "quantity": 1, "price": "4.00"}]
    made = desk.post(
        "orders/%232001/pos-exchange", returned=[{"sku": "SOCK", "quantity": 1}], taken=taken, on_return=True
    )
    assert not at_home.is_in_person
    assert desk.rma(made["return"]).is_in_person


def test_the_shops_webhooks_name_the_return(desk: Desk, teller: Teller) -> None:
    teller.says(200, {})
    for topic in ("returns/approve", "returns/process", "returns/close", "refunds/create"):
        desk.post("webhooks", topic=topic, url=teller.url)
    rma = desk.rma(desk.raised(order="#2001", lines=[{"sku": "SOCK", "quantity": 1}]))
    desk.portal.release(release(rma, money("6.00"), rma.units[0].unit_id))
    desk.portal.mark_done(c.MarkDone(key="TRD-1", rma=rma.number))
    desk.post("drain")
    inbound = open_inbound(desk.bench.settings.model_copy(update={"returns_portal": True}))
    envelopes = [inbound.open(asked.headers, {}, asked.body) for asked in teller.asked]
    assert {envelope.kind for envelope in envelopes} >= {"returns/process", "returns/close", "refunds/create"}
    assert {envelope.document_key for envelope in envelopes} == {rma.number}


def test_an_exchange_on_an_order_of_its_own_is_an_order_like_any_other(desk: Desk) -> None:
    customer = {"id": "7", "email": "ada@example.com", "first_name": "Ada", "last_name": "L"}
    draft = desk.post(
        "drafts",
        **{
            "for": "#2001",
            "name": "EXC-1",
            "created_at": "2026-11-10T09:00:00Z",
            "customer": customer,
            "currency": "GBP",
            "taxes_included": True,
            "app": "ReturnGO",
            "tags": ["exchange"],
            "lines": [sold("SOCK", 1, "6.00", "0.00", discount="6.00")],
        },
    )
    made = desk.post(f"drafts/{draft['id']}/complete")
    order = desk.order(str(made["order"]))
    assert (order.app, order.tags) == ("ReturnGO", ("exchange",))
    assert [(row.sku, row.gross) for row in order.lines] == [("SOCK", money(0))]
    assert order.delivery is not None
    assert order.delivery.postcode == "YO1 1AA"


def test_refunds_by_hand_show_their_lines_their_postage_and_their_person(desk: Desk) -> None:
    desk.post("refunds", order="#2001", lines=[{"sku": "BOOT", "quantity": 1}], shipping="2.50", staff="A. Person")
    named = desk.bench.settings.model_copy(update={"reads_staff": True})
    with closing(open_storefront(named, desk.bench.clock.now)) as shop:
        order = shop.order("", "#2001")
        assert order is not None
        (refund,) = order.refunds
        (swept,) = shop.refunds(None)
    assert swept == refund
    assert (refund.app, refund.staff, refund.shipping) == ("", "A. Person", money("2.50"))
    assert [(row.sku, row.quantity) for row in refund.lines] == [("BOOT", 1)]
    assert total([row.gross for row in refund.lines]) + money("2.50") == refund.amount
    assert desk.order("#2001").refunds[0].staff == ""


def test_goodwill_goes_back_without_any_line(desk: Desk) -> None:
    order = desk.order("#2001")
    command = c.Refund(key=KEY, order_id=order.order_id, amount=money("3.00"), lines=(), note="goodwill")
    desk.bench.shop.refund(command)
    (refund,) = desk.order("#2001").refunds
    assert (refund.amount, refund.lines, refund.shipping) == (money("3.00"), (), None)


def test_payouts_add_up_to_the_nets_of_their_rows(desk: Desk) -> None:
    desk.post("refunds", order="#2001", lines=[{"sku": "SOCK", "quantity": 1}])
    with closing(open_payouts(desk.bench.settings, desk.bench.clock.now)) as opened:
        account: Payouts = opened
        before = list(account.movements(None))
        assert {row.payout_id for row in before} == {""}
        desk.post("payouts", issued_at="2026-11-21T00:00:00Z")
        (payout,) = account.payouts(None)
        rows = [row for row in account.movements(None) if row.payout_id == payout.payout_id]
    assert {row.kind for row in rows} >= {"charge", "refund"}
    assert total([row.net for row in rows]) == payout.net
    assert "#2001" in {row.order_name for row in rows}
