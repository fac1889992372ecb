"""The storefront against the sandbox's shop, served for real."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from tieout.connectors.shopify import open_inbound, open_storefront
from tieout.domain import commands as c
from tieout.domain.documents.shop_order import ShopOrder
from tieout.domain.identifiers import compose_key
from tieout.domain.money import money
from tieout.ports.errors import Busy, ConnectorError, OutcomeUnknown, Refused, Unauthorised, Unavailable
from tieout.ports.inbound import Inbound, SignatureError
from tieout.ports.systems import Storefront

if TYPE_CHECKING:
    from .conftest import Bench, Teller

Edge = dict[str, Any]
PLACE = "Web warehouse"


def refund_of(order: ShopOrder, figure: str, note: str = "RMA 1234") -> c.Refund:
    return c.Refund(
        key=compose_key("RF", order.order_id, figure, note),
        batch="",
        units=(),
        order_id=order.order_id,
        amount=money(figure),
        lines=(c.RefundLine(shop_line=order.lines[0].line_id, quantity=1),),
        note=note,
    )


def offer(sku: str = "BOOT", quantity: int = 2) -> c.RaiseAvailability:
    line = c.OfferLine(sku=sku, quantity=quantity, location=PLACE)
    return c.RaiseAvailability(key=compose_key("AV", sku, str(quantity)), batch="", units=(), lines=(line,))


def test_an_order_reads_the_same_by_name_and_by_id(bench: Bench) -> None:
    found = bench.order("#1001")
    assert bench.shop.order(found.order_id, "") == found
    assert bench.shop.order("1", "") is None
    assert bench.shop.order("", "#9999") is None
    assert int(found.order_id) > 2**53
    assert [(row.sku, row.quantity, row.gross, row.tax, row.tax_rate) for row in found.lines] == [
        ("BOOT", 1, money("16.65"), money("2.78"), Decimal(20)),
        ("SOCK", 2, money("33.32"), money("5.55"), Decimal(20)),
    ]
    assert found.gateway


def test_tax_is_added_to_prices_without_it(bench: Bench) -> None:
    (row,) = bench.order("#1002").lines
    assert (row.gross, row.tax) == (money("149.98"), money("25.00"))


def test_every_page_of_lines_is_read(bench: Bench) -> None:
    found = bench.order("#1003")
    assert len({row.line_id for row in found.lines}) == 12


def test_a_refund_is_made_once_and_found_by_its_key(bench: Bench) -> None:
    command = refund_of(bench.order(), "16.65")
    assert bench.shop.find_refund(command) is None
    bench.shop.refund(command)
    bench.shop.refund(command)
    found = bench.shop.find_refund(command)
    assert found is not None
    assert found.figures == command.figures()
    assert len(bench.refunds()) == 1
    (refund,) = bench.order().refunds
    assert refund.refund_id == found.reference
    assert command.key in refund.note


def test_many_at_once_make_one_refund(bench: Bench) -> None:
    command = refund_of(bench.order(), "16.65")

    def attempt(_: int) -> str:
        try:
            bench.shop.refund(command)
        except ConnectorError as failure:
            return type(failure).__name__
        return "made"

    with ThreadPoolExecutor(8) as pool:
        outcomes = set(pool.map(attempt, range(16)))
    assert outcomes <= {"made", "OutcomeUnknown"}
    assert len(bench.refunds()) == 1


def test_a_lost_reply_is_an_unknown_outcome_and_the_look_finds_the_refund(bench: Bench) -> None:
    command = refund_of(bench.order(), "16.65")
    bench.temper(seed=1, lost_reply=1.0, silence_seconds=0.1)
    with pytest.raises(OutcomeUnknown):
        bench.shop.refund(command)
    bench.temper()
    found = bench.shop.find_refund(command)
    assert found is not None
    bench.shop.refund(command)
    assert len(bench.refunds()) == 1


def test_a_refund_that_commits_late_is_found_later_and_stays_one(bench: Bench) -> None:
    command = refund_of(bench.order(), "16.65")
    bench.temper(seed=1, late_commit=1.0, late_commit_seconds=0.3)
    with pytest.raises(OutcomeUnknown):
        bench.shop.refund(command)
    bench.temper()
    bench.shop.refund(command)
    time.sleep(0.5)
    assert len(bench.refunds()) == 1
    assert bench.shop.find_refund(command) is not None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_however_the_shop_misbehaves_each_key_ends_as_one_refund_and_one_raise(bench: Bench, seed: int) -> None:
    order = bench.order()
    refunds = [refund_of(order, "1.00", note=f"RMA {number}") for number in range(4)]
    refunds = [replace(command, lines=()) for command in refunds]
    raises = [offer(quantity=quantity) for quantity in (1, 2, 3)]
    bench.temper(
        seed=seed,
        lost_reply=0.4,
        silence_seconds=0.05,
        late_commit=0.2,
        late_commit_seconds=0.2,
        error_before=0.2,
        busy=0.1,
        duplicate_webhook=0.5,
    )
    for command in refunds:
        until_done(partial(perform, bench.shop, command))
    for raising in raises:
        until_done(partial(bench.shop.raise_availability, raising))
    bench.temper()
    time.sleep(0.5)
    assert sum(bench.control.get("/shopify/").json()["injected"].values()) > 0
    assert [bench.shop.find_refund(command) is not None for command in refunds] == [True] * 4
    assert len(bench.refunds()) == 4
    assert sum(adjustment["delta"] for adjustment in bench.adjustments()) == 6
    assert bench.control.get("/shopify/proofs").json()["duplicates"] == []


def perform(shop: Storefront, command: c.Refund) -> None:
    """Look before you post."""
    if shop.find_refund(command) is None:
        shop.refund(command)


def until_done(attempt: Callable[[], object]) -> None:
    """Try again after every failure that allows it, as the settling process does, but without its patience."""
    for _ in range(40):
        try:
            attempt()
        except (Busy, Unavailable, OutcomeUnknown):
            continue
        return
    pytest.fail("forty attempts were not enough")


def test_more_than_the_order_holds_is_refused_in_words(bench: Bench) -> None:
    command = refund_of(bench.order(), "500.00")
    with pytest.raises(Refused) as caught:
        bench.shop.refund(command)
    assert caught.value.reason
    assert bench.refunds() == []


def test_the_same_key_for_another_amount_is_refused_or_found_and_never_paid_twice(bench: Bench) -> None:
    command = refund_of(bench.order(), "16.65")
    bench.shop.refund(command)
    bench.shop.refund(replace(command, amount=money("1.00")))
    assert len(bench.refunds()) == 1
    found = bench.shop.find_refund(replace(command, amount=money("1.00")))
    assert found is not None
    assert c.differences(replace(command, amount=money("1.00")).figures(), found.figures)


def test_everybodys_refunds_are_read_with_who_made_them(bench: Bench) -> None:
    mine = [refund_of(bench.order(name), "1.00") for name in ("#1001", "#1002")]
    for command in mine:
        bench.shop.refund(command)
    by_hand = {"order": "#1003", "amount": "1.20", "app": "Shopify admin", "lines": []}
    bench.control.post("/shopify/refunds", json=by_hand).raise_for_status()
    seen = list(bench.shop.refunds(bench.clock.now() - timedelta(hours=1)))
    assert sorted((refund.order_name, refund.amount) for refund in seen) == [
        ("#1001", money("1.00")),
        ("#1002", money("1.00")),
        ("#1003", money("1.20")),
    ]
    apps = {refund.order_name: refund.app for refund in seen}
    assert apps["#1003"] == ""
    assert apps["#1001"] == apps["#1002"] != ""
    assert len(list(bench.shop.refunds(None))) == 3
    assert list(bench.shop.refunds(bench.clock.now() + timedelta(hours=1))) == []


def test_what_is_on_offer_rises_once_per_key(bench: Bench) -> None:
    command = offer()
    assert bench.shop.find_availability(command) is None
    first = bench.shop.raise_availability(command)
    again = bench.shop.raise_availability(command)
    assert first == again
    assert first.figures == command.figures()
    assert bench.control.get("/shopify/proofs").json()["duplicates"] == []
    (adjustment,) = bench.adjustments()
    assert adjustment["reference"] == f"gid://tieout/Availability/{command.key}"
    assert adjustment["after"] == 12


def test_a_lost_reply_to_raising_is_made_good_by_raising_again(bench: Bench) -> None:
    command = offer()
    bench.temper(seed=1, lost_reply=1.0, silence_seconds=0.1)
    with pytest.raises(OutcomeUnknown):
        bench.shop.raise_availability(command)
    bench.temper()
    found = bench.shop.raise_availability(command)
    assert found.figures == command.figures()
    assert [adjustment["after"] for adjustment in bench.adjustments()] == [12]


def test_a_key_used_for_another_quantity_is_refused(bench: Bench) -> None:
    command = offer()
    bench.shop.raise_availability(command)
    with pytest.raises(Refused):
        bench.shop.raise_availability(replace(command, lines=offer(quantity=3).lines))


@pytest.mark.parametrize("change", [{"sku": "NOBODY-SELLS-IT"}, {"location": "Nowhere"}])
def test_what_the_shop_does_not_know_is_refused_before_anything_is_sent(bench: Bench, change: Edge) -> None:
    with pytest.raises(Refused, match="Shopify"):
        bench.shop.raise_availability(replace(offer(), lines=(replace(offer().lines[0], **change),)))


def test_busy_broken_and_locked_out_are_told_apart(bench: Bench) -> None:
    command = refund_of(bench.order(), "1.00")
    bench.temper(seed=1, error_before=1.0)
    with pytest.raises(Unavailable):
        bench.shop.find_refund(command)
    bench.temper(seed=1, busy=1.0, busy_seconds=30)
    with pytest.raises(Busy) as caught:
        bench.shop.find_refund(command)
    assert caught.value.wait > timedelta(seconds=1)
    bench.temper()
    stranger = bench.settings.model_copy(update={"access_token": SecretStr("wrong-nobody-may-see")})
    with closing(open_storefront(stranger, bench.clock.now)) as locked_out, pytest.raises(Unauthorised) as refused:
        locked_out.find_refund(command)
    assert "nobody-may-see" not in repr(refused.value)


def test_fields_that_nobody_knows_do_no_harm(bench: Bench) -> None:
    bench.temper(seed=1, unknown_fields=1.0)
    assert len(bench.order("#1003").lines) == 12


def test_the_candidate_version_answers_the_same(bench: Bench) -> None:
    candidate = bench.settings.model_copy(update={"api_version": "2026-10"})
    with closing(open_storefront(candidate, bench.clock.now)) as newer:
        assert newer.order("", "#1001") == bench.order("#1001")


def test_every_page_of_refunds_and_of_who_made_them_is_read(bench: Bench) -> None:
    by_hand = {"order": "#1002", "amount": "1.00", "app": "Point of Sale", "lines": []}
    for _ in range(25):
        bench.control.post("/shopify/refunds", json=by_hand).raise_for_status()
    found = bench.order("#1002").refunds
    assert len({refund.refund_id for refund in found}) == 25
    assert {refund.app for refund in found} == {"Point of Sale"}


def test_an_empty_cost_bucket_is_busy_and_fills_again(bench: Bench) -> None:
    hasty = bench.settings.model_copy(update={"pause_seconds_max": 0})
    with closing(open_storefront(hasty, bench.clock.now)) as shop:
        with pytest.raises(Busy) as caught:
            all(shop.order("", "#1003") for _ in range(500))
        assert timedelta(0) < caught.value.wait < timedelta(seconds=10)
    assert len(bench.order("#1003").lines) == 12


def test_the_shops_own_webhooks_are_believed_and_name_the_order(bench: Bench, teller: Teller) -> None:
    teller.says(200, {})
    for topic in ("refunds/create", "orders/updated"):
        bench.control.post("/shopify/webhooks", json={"topic": topic, "url": teller.url}).raise_for_status()
    order = bench.order()
    bench.shop.refund(refund_of(order, "1.00"))
    for _ in range(100):
        if {asked.headers["x-shopify-topic"] for asked in teller.asked} >= {"refunds/create"}:
            break
        time.sleep(0.02)
    inbound: Inbound = open_inbound(bench.settings)
    envelopes = [inbound.open(asked.headers, {}, asked.body) for asked in teller.asked]
    assert "refunds/create" in {envelope.kind for envelope in envelopes}
    assert {envelope.lookup for envelope in envelopes} == {order.order_id}
    assert all(envelope.occurred_at for envelope in envelopes)
    with pytest.raises(SignatureError):
        inbound.open(teller.asked[0].headers, {}, teller.asked[0].body + b" ")
