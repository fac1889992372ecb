"""The returns portal against the sandbox's ReturnGO, served for real beside the sandbox's shop."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from tieout.connectors.returngo import open_inbound, open_portal
from tieout.domain import commands as c
from tieout.domain.documents.rma import Grade, Outcome, RmaStatus
from tieout.domain.money import money
from tieout.ports.errors import Busy, OutcomeUnknown, Refused, Unauthorised, Unavailable
from tieout.ports.inbound import Inbound

if TYPE_CHECKING:
    from .conftest import Bench, Purse, Teller

Edge = dict[str, Any]


def done(number: str) -> c.MarkDone:
    return c.MarkDone(key="TDN-0123456789ABCDEF", batch="", units=(), rma=number)


def test_an_rma_is_read_unit_by_unit(bench: Bench) -> None:
    number = bench.raise_rma(bench.item(quantity=3), bench.item("SOCK", resolution="RefundToStoreCredit"))
    rma = bench.rma(number)
    assert (rma.number, rma.status, rma.order_name) == (number, RmaStatus.REQUESTED, "#1001")
    assert [unit.sku for unit in rma.units] == ["BOOT", "BOOT", "BOOT", "SOCK"]
    assert len({unit.unit_id for unit in rma.units}) == 4
    assert {unit.paid_gross for unit in rma.units} == {money("19.99")}
    assert [unit.outcome for unit in rma.units] == [Outcome.REFUND] * 3 + [Outcome.STORE_CREDIT]
    assert {unit.received_at for unit in rma.units} == {None}
    assert int(rma.order_id) > 2**53
    assert all(unit.shop_line.isdecimal() for unit in rma.units)


def test_an_rma_that_is_not_there_is_none(bench: Bench) -> None:
    assert bench.portal.rma("999999") is None
    assert bench.portal.find_done(done("999999")) is None


def test_tax_that_is_not_in_the_price_is_added(bench: Bench) -> None:
    number = bench.raise_rma(bench.item(paid_price="16.66", tax_included=False))
    assert bench.rma(number).units[0].paid_gross == money("19.99")


def test_an_rma_is_followed_from_request_to_inspection(bench: Bench) -> None:
    number = bench.raise_rma(bench.item(quantity=2))
    bench.act(number, "approve")
    assert bench.rma(number).status is RmaStatus.AUTHORISED
    bench.act(number, "ship")
    assert {unit.received_at for unit in bench.rma(number).units} == {None}
    before = bench.clock.now()
    bench.act(number, "receive")
    received = bench.rma(number)
    assert all(unit.received_at and abs(unit.received_at - before) < timedelta(minutes=1) for unit in received.units)
    assert {unit.grade for unit in received.units} == {Grade.UNGRADED}
    assert bench.rma(number).units[0].shop_line == received.units[0].shop_line


def test_a_receipt_can_be_partial_and_graded(bench: Bench) -> None:
    number = bench.raise_rma(bench.item(quantity=2), bench.item("SOCK"))
    bench.act(number, "approve")
    units = [unit.unit_id for unit in bench.rma(number).units]
    grades = {units[0]: {"restockable": True}, units[1]: {"restockable": False, "reason": "Worn"}}
    bench.act(number, "receive", {"returned_item_ids": units[:2], "grades": grades})
    rma = bench.rma(number)
    assert [unit.received_at is not None for unit in rma.units] == [True, True, False]
    bench.act(number, "receive", {"returned_item_ids": units[2:]})
    assert all(unit.received_at for unit in bench.rma(number).units)


def test_a_cancelled_rma_is_cancelled_and_can_come_back(bench: Bench) -> None:
    number = bench.raise_rma(bench.item())
    bench.act(number, "approve")
    bench.act(number, "cancel")
    cancelled = bench.rma(number)
    assert cancelled.status is RmaStatus.CANCELLED
    assert cancelled.units[0].received_at is None
    bench.act(number, "reopen")
    assert bench.rma(number).status is not RmaStatus.CANCELLED


def test_finishing_is_found_and_may_be_asked_twice(bench: Bench) -> None:
    number = bench.raise_rma(bench.item())
    bench.act(number, "approve")
    bench.act(number, "receive")
    assert bench.portal.find_done(done(number)) is None
    bench.portal.mark_done(done(number))
    found = bench.portal.find_done(done(number))
    assert found is not None
    assert found.figures == done(number).figures()
    assert bench.rma(number).status is RmaStatus.DONE


def test_a_lost_reply_to_finishing_is_found_by_looking(bench: Bench) -> None:
    number = bench.raise_rma(bench.item())
    bench.act(number, "approve")
    bench.act(number, "receive")
    bench.temper(seed=1, lost_reply=1.0, silence_seconds=0.1)
    with pytest.raises(OutcomeUnknown):
        bench.portal.mark_done(done(number))
    bench.temper()
    assert bench.portal.find_done(done(number)) is not None


def test_every_page_of_the_list_is_read(bench: Bench) -> None:
    numbers = {bench.raise_rma(bench.item()) for _ in range(7)}
    small = bench.settings.model_copy(update={"page_size": 2})
    portal = open_portal(small, _Endless(), bench.clock.now)
    assert {head.number for head in portal.rmas(None)} == numbers
    assert {head.number for head in portal.rmas(bench.clock.now() - timedelta(hours=1))} == numbers
    assert list(portal.rmas(bench.clock.now() + timedelta(hours=1))) == []
    portal.close()


def test_a_quota_used_up_at_the_portal_is_busy(bench: Bench) -> None:
    number = bench.raise_rma(bench.item())
    bench.control.put("/returngo/quota", json={"per_day": 2}).raise_for_status()
    with pytest.raises(Busy) as caught:
        all(bench.portal.rma(number) for _ in range(5))
    assert caught.value.wait > timedelta(0)


def test_our_own_allowance_stops_before_the_portals(bench: Bench, purse: Purse) -> None:
    number = bench.raise_rma(bench.item())
    purse.left = 3
    with pytest.raises(Busy) as caught:
        all(bench.portal.rma(number) for _ in range(5))
    assert timedelta(0) < caught.value.wait <= timedelta(days=1)


def test_busy_broken_locked_out_and_refused_are_told_apart(bench: Bench) -> None:
    number = bench.raise_rma(bench.item())
    bench.temper(seed=1, error_before=1.0)
    with pytest.raises(Unavailable):
        bench.portal.rma(number)
    bench.temper(seed=1, busy=1.0, busy_seconds=30)
    with pytest.raises(Busy) as caught:
        bench.portal.rma(number)
    assert caught.value.wait == timedelta(seconds=30)
    bench.temper()
    stranger = bench.settings.model_copy(update={"api_key": SecretStr("wrong-nobody-may-see")})
    portal = open_portal(stranger, _Endless(), bench.clock.now)
    with pytest.raises(Unauthorised) as refused:
        portal.rma(number)
    portal.close()
    assert "nobody-may-see" not in repr(refused.value)
    with pytest.raises(Refused):
        bench.portal.mark_done(done("999999"))


def test_fields_that_nobody_knows_do_no_harm(bench: Bench) -> None:
    number = bench.raise_rma(bench.item())
    bench.temper(seed=1, unknown_fields=1.0)
    assert len(bench.rma(number).units) == 1


def test_the_portals_webhooks_name_the_rma(bench: Bench, teller: Teller) -> None:
    teller.says(200, {})
    url = f"{teller.url}/in/portal?secret=inbound-nobody-may-see"
    for name in ("RMA_CREATED", "RMA_STATUS_UPDATED"):
        bench.control.post("/returngo/webhooks", json={"eventName": name, "url": url}).raise_for_status()
    number = bench.raise_rma(bench.item())
    bench.act(number, "approve")
    for _ in range(100):
        if len(teller.asked) >= 2:
            break
        time.sleep(0.02)
    inbound: Inbound = open_inbound(bench.settings)
    query = {"secret": teller.asked[0].path.partition("secret=")[2]}
    envelopes = [inbound.open(asked.headers, query, asked.body) for asked in teller.asked]
    assert {envelope.document_key for envelope in envelopes} == {number}
    assert {envelope.kind for envelope in envelopes} == {"RMA_CREATED", "RMA_STATUS_UPDATED"}
    assert len({envelope.external_id for envelope in envelopes}) == len(envelopes)


class _Endless:
    """An allowance that never ends."""

    def spend(self, account: str, allowance: int) -> bool:
        return bool(account) and allowance > 0
