"""What the sandbox's ReturnGO pays, keeps and sends in exchange, read and let go through the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tieout.domain import commands as c
from tieout.domain.documents.rma import ExchangeItem, Outcome, RmaStatus
from tieout.domain.money import money
from tieout.ports.errors import Refused

if TYPE_CHECKING:
    from .conftest import Bench


def let_go(number: str, *units: str) -> c.ReleaseOutcome:
    return c.ReleaseOutcome(key="TRL-0123456789ABCDEF", batch="", units=units, rma=number, amount=money("19.99"))


def test_the_portals_own_refunds_are_named_by_the_storefronts_id_and_failed_ones_are_marked(bench: Bench) -> None:
    bench.control.put("/returngo/settings", json={"auto_refund": "received"}).raise_for_status()
    number = bench.raise_rma(bench.item(), bench.item("SOCK", resolution="RefundToStoreCredit"))
    bench.act(number, "approve")
    bench.act(number, "receive")
    (refund,) = bench.rma(number).refunds
    assert (refund.amount, refund.is_settled) == (money("19.99"), True)
    (made,) = bench.control.get("/shopify/ledgers/refunds").json()["refunds"]
    assert made["id"] == f"gid://shopify/Refund/{refund.refund_id}"
    bench.control.put("/returngo/settings", json={"fail_next_transactions": 1}).raise_for_status()
    failing = bench.raise_rma(bench.item())
    bench.act(failing, "approve")
    bench.act(failing, "receive")
    (failed,) = bench.rma(failing).refunds
    assert (failed.has_failed, failed.is_settled, failed.amount) == (True, False, money("19.99"))
    payments = bench.portal.payments(bench.rma(number).order_id)
    assert [(p.rma_number, p.refund) for p in payments if not p.refund.has_failed] == [(number, refund)]


def test_releasing_validates_the_parcel_and_the_portal_then_pays_by_itself(bench: Bench) -> None:
    bench.control.put("/returngo/settings", json={"auto_refund": "validated"}).raise_for_status()
    number = bench.raise_rma(bench.item(), bench.item("SOCK", resolution="RefundToStoreCredit"))
    bench.act(number, "approve")
    bench.act(number, "receive")
    rma = bench.rma(number)
    command = let_go(number, *(unit.unit_id for unit in rma.units))
    assert bench.portal.find_released(command) is None
    assert (rma.refunds, rma.issued) == ((), ())
    bench.portal.release(command)
    found = bench.portal.find_released(command)
    assert found is not None
    assert found.figures == command.figures()
    released = bench.rma(number)
    assert [refund.amount for refund in released.refunds] == [money("19.99")]
    assert [(i.kind, i.amount, i.units) for i in released.issued] == [
        ("store_credit", money("19.99"), (rma.units[1].unit_id,))
    ]
    bench.portal.release(command)
    assert bench.rma(number).refunds == released.refunds


def test_kept_goods_are_never_received_and_cannot_be_released_by_parcel(bench: Bench) -> None:
    number = bench.raise_rma(bench.item(return_method="No shipment required"), bench.item("SOCK"))
    bench.act(number, "approve")
    bench.act(number, "receive")
    kept, sent = bench.rma(number).units
    assert (kept.is_kept, kept.received_at, kept.outcome) == (True, None, Outcome.REFUND)
    assert sent.received_at is not None
    with pytest.raises(Refused, match="needs no shipment"):
        bench.portal.release(let_go(number, kept.unit_id, sent.unit_id))
    bench.portal.release(let_go(number, sent.unit_id))
    assert bench.portal.find_released(let_go(number, sent.unit_id)) is not None


def test_an_exchange_says_what_leaves_and_its_order_is_released_only_when_it_stands(bench: Bench) -> None:
    dearer = {"sku": "SOCK", "quantity": 1, "catalog_price": "24.99", "effective_price": "24.99"}
    number = bench.raise_rma(bench.item(resolution="InstantVariantExchange", exchange=[dearer]), bench.item("SOCK"))
    bench.act(number, "approve")
    rma = bench.rma(number)
    assert [unit.exchange for unit in rma.units] == [
        (ExchangeItem(sku="SOCK", quantity=1, price=money("24.99")),),
        (),
    ]
    assert [(order.order_id, order.is_released) for order in rma.exchange_orders] == [("", False)]
    bench.act(number, "receive")
    bench.act(number, "release-exchange")
    rma = bench.rma(number)
    (order,) = rma.exchange_orders
    assert (order.is_released, order.order_id.isdecimal(), rma.status) == (True, True, RmaStatus.RECEIVED)


def test_goods_that_the_rma_states_for_all_its_units_leave_once(bench: Bench) -> None:
    swap = {"sku": "SOCK", "quantity": 2, "catalog_price": "19.99", "effective_price": "19.99"}
    back = bench.item(resolution="InstantVariantExchange", quantity=2, exchange=[])
    number = bench.raise_rma(back, exchange=[swap])
    leaving = [article for unit in bench.rma(number).units for article in unit.exchange]
    assert sum(article.quantity for article in leaving) == 2
    assert sum((article.price for article in leaving), money("0.00")) == money("39.98")


def test_fees_of_the_portal_are_told_apart_by_kind(bench: Bench) -> None:
    fees = {"restocking_fee": "2.00", "return_fee": "1.50", "shipment_fee": "0.50"}
    rma = bench.rma(bench.raise_rma(bench.item(quantity=2, **fees)))
    assert {fee.kind: fee.amount for fee in rma.fees} == {
        "restocking_fee": money("4.00"),
        "return_shipping_fee": money("4.00"),
    }


def test_a_gift_card_and_a_bonus_are_read_as_issued(bench: Bench) -> None:
    bench.control.put("/returngo/settings", json={"auto_refund": "received"}).raise_for_status()
    number = bench.raise_rma(bench.item(resolution="RefundToGiftCard", resolution_value="+5.00"))
    bench.act(number, "approve")
    bench.act(number, "receive")
    rma = bench.rma(number)
    assert [(card.kind, card.amount, card.is_settled) for card in rma.issued] == [("gift_card", money("24.99"), True)]
    assert (rma.status, rma.units[0].outcome) == (RmaStatus.RECEIVED, Outcome.GIFT_CARD)


def test_the_parcels_chatter_changes_nothing_of_what_is_read(bench: Bench) -> None:
    number = bench.raise_rma(bench.item())
    bench.act(number, "approve")
    bench.act(number, "ship", {"carrier": "Royal Mail", "tracking_number": "RM123GB"})
    before = bench.rma(number)
    assert [(p.tracking, p.carrier, p.status) for p in before.parcels] == [("RM123GB", "Royal Mail", "Shipped")]
    bench.act(number, "chatter", {"times": 7})
    assert bench.rma(number) == before
