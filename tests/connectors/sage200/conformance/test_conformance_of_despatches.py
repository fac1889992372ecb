"""Goods leaving against orders and their invoices, against a served Sage 200."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from tieout.domain import commands as c
from tieout.domain.money import Money
from tieout.ports.errors import Busy, Locked, NeedsHand, OutcomeUnknown, Refused, Unauthorised, Unavailable

if TYPE_CHECKING:
    from tieout.connectors.sage200 import Sage200

    from .conftest import World

ON = date(2026, 11, 20)
STOCKED = {
    "products": [
        {
            "code": code,
            "name": code.title(),
            "costing": "FIFO",
            "tax_code": 1,
            "standard_price": "30.00",
            "stock": [{"warehouse": "HOME", "bin": "GOODS-IN", "quantity": "10", "unit_cost": "12.00"}],
        }
        for code in ("VASE", "LAMP")
    ]
}
ORDER = {
    "customer": "WEB",
    "customer_document_no": "SHOP-3001",
    "document_date": "2026-11-18",
    "lines": [
        {"product": "VASE", "quantity": "3", "unit_price": "20.00", "tax_code": 1},
        {"product": "LAMP", "quantity": "2", "unit_price": "50.00", "tax_code": 1},
    ],
}


@pytest.fixture
def world(world: World) -> World:
    world.does("POST", "/load", STOCKED)
    world.does("POST", "/load", {"orders": [ORDER]})
    return world


def despatch(world: World, *quantities: str, **changes: Any) -> c.Despatch:  # noqa: ANN401 - any field of the command
    """So much of the order's lines leaves, in their order; 0 leaves a line out."""
    (order,) = world.sage.orders.orders("SHOP-3001")
    lines = tuple(
        c.DespatchLine(
            order_line=line.line_id, sku=line.sku, quantity=Decimal(quantity), despatched_before=line.despatched
        )
        for line, quantity in zip(order.lines, quantities, strict=False)
        if Decimal(quantity)
    )
    command = c.Despatch(
        key="TDS-0000000000000001",
        order_number=order.number,
        on=ON,
        lines=lines,
        courier="Royal Mail",
        consignment="JD0002-77",
        parcels=2,
        weight=Decimal("1.25"),
        note="Left with neighbour",
    )
    return dataclasses.replace(command, **changes)


def invoice(world: World) -> c.PostSopInvoice:
    (order,) = world.sage.orders.orders("SHOP-3001")
    return c.PostSopInvoice(
        key="TSI-0000000000000001",
        order_number=order.number,
        customer_id=order.customer_id,
        on=ON,
        net=Money(16000),
        tax=Money(3200),
    )


def test_a_despatch_allocates_what_it_needs_and_reads_back_by_line(world: World) -> None:
    command, gate = despatch(world, "2", "2"), world.sage.despatches
    assert gate.find_despatch(command) is None
    gate.despatch(command)
    found = gate.find_despatch(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert found.reference
    (order,) = world.sage.orders.orders("SHOP-3001")
    assert [line.despatched for line in order.lines] == [2, 2]


def test_what_is_left_goes_with_a_later_despatch_of_its_own(world: World) -> None:
    gate = world.sage.despatches
    gate.despatch(despatch(world, "2", "1"))
    later = despatch(world, "1", "1", key="TDS-0000000000000002")
    assert gate.find_despatch(later) is None
    gate.despatch(later)
    found = gate.find_despatch(later)
    assert found is not None
    assert c.differences(later.figures(), found.figures) == ()


def test_a_lost_answer_is_found_by_the_key_in_the_notes(world: World) -> None:
    command, gate = despatch(world, "3", "2"), world.sage.despatches
    world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains="sop_confirm_despatch")
    with pytest.raises(OutcomeUnknown):
        gate.despatch(command)
    found = gate.find_despatch(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_what_left_under_the_key_does_not_leave_again(world: World) -> None:
    command, gate = despatch(world, "2", "1"), world.sage.despatches
    gate.despatch(command)
    gate.despatch(command)
    (order,) = world.sage.orders.orders("SHOP-3001")
    assert [line.despatched for line in order.lines] == [2, 1]


def test_without_tracking_the_quantities_prove_the_despatch(world: World) -> None:
    world.does("PUT", "/settings", {"sop": {"record_tracking_on_despatch": False}})
    command, gate = despatch(world, "2", "1"), world.sage.despatches
    assert gate.find_despatch(command) is None
    gate.despatch(command)
    found = gate.find_despatch(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    gate.despatch(command)
    later = despatch(world, "1", key="TDS-0000000000000002")
    assert gate.find_despatch(later) is None
    gate.despatch(later)
    assert gate.find_despatch(later) is not None
    (order,) = world.sage.orders.orders("SHOP-3001")
    assert [line.despatched for line in order.lines] == [3, 1]


def test_more_than_was_ordered_does_not_leave(world: World) -> None:
    command = despatch(world, "4", "2")
    with pytest.raises(Refused, match="3 left to despatch, not 4"):
        world.sage.despatches.despatch(command)
    assert world.sage.despatches.find_despatch(command) is None


def test_what_is_not_in_stock_does_not_leave(world: World) -> None:
    more = {
        **ORDER,
        "customer_document_no": "SHOP-3002",
        "lines": [{"product": "VASE", "quantity": "99", "tax_code": 1}],
    }
    world.does("POST", "/load", {"orders": [more]})
    (order,) = world.sage.orders.orders("SHOP-3002")
    line = c.DespatchLine(
        order_line=order.lines[0].line_id, sku="VASE", quantity=Decimal(99), despatched_before=Decimal(0)
    )
    command = despatch(world, order_number=order.number, lines=(line,))
    with pytest.raises(Refused, match="VASE"):
        world.sage.despatches.despatch(command)
    assert world.sage.despatches.find_despatch(command) is None


def test_a_courier_that_sage_does_not_know_and_notes_that_are_too_long_stop_it(world: World) -> None:
    with pytest.raises(Refused, match="no courier Pigeon"):
        world.sage.despatches.despatch(despatch(world, "1", courier="Pigeon"))
    with pytest.raises(Refused, match=r"notes has \d+ characters of 256"):
        world.sage.despatches.despatch(despatch(world, "1", note="x" * 250))
    (order,) = world.sage.orders.orders("SHOP-3001")
    assert [line.despatched for line in order.lines] == [0, 0]


@pytest.mark.parametrize("dress", ["400", "423"])
def test_an_order_on_somebodys_screen_does_not_leave(world: World, dress: str) -> None:
    command = despatch(world, "1")
    (order,) = world.sage.orders.orders("SHOP-3001")
    lock = {"record": "order", "id": int(order.order_id), "holder": "JSMITH", "seconds": 60, "dress": dress}
    world.does("POST", "/locks", lock)
    with pytest.raises(Locked) as raised:
        world.sage.despatches.despatch(command)
    assert raised.value.holder == "JSMITH"
    world.does("DELETE", "/locks")
    assert world.sage.despatches.find_despatch(command) is None


@pytest.mark.parametrize("release", ["2025 R1", "2024 R1"])
def test_what_is_left_of_a_part_despatched_order_is_cancelled(world: World, release: str) -> None:
    world.does("PUT", "/release", {"release": release})
    first = despatch(world, "2")
    world.sage.despatches.despatch(first)
    command = c.CancelOrder(key="TOC-0000000000000001", order_number=first.order_number)
    desk = world.sage.order_entry
    assert desk.find_order_cancelled(command) is None
    desk.cancel_order(command)
    found = desk.find_order_cancelled(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert world.sage.despatches.find_despatch(first) is not None


def posted(sage: Sage200, command: c.PostSopInvoice) -> None:
    found = sage.despatches.find_sop_invoice(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_the_companion_invoices_what_left_once(world: World) -> None:
    world.sage.despatches.despatch(despatch(world, "3", "2"))
    command, gate = invoice(world), world.sage.despatches
    assert gate.find_sop_invoice(command) is None
    gate.post_sop_invoice(command)
    posted(world.sage, command)
    gate.post_sop_invoice(command)
    posted(world.sage, command)


def test_a_lost_answer_of_the_companion_is_found_in_the_ledger(world: World) -> None:
    world.sage.despatches.despatch(despatch(world, "3", "2"))
    command = invoice(world)
    world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains="invoices")
    with pytest.raises(OutcomeUnknown):
        world.sage.despatches.post_sop_invoice(command)
    posted(world.sage, command)


def test_nothing_despatched_is_nothing_to_invoice(world: World) -> None:
    with pytest.raises(Refused, match="nothing despatched that is not invoiced"):
        world.sage.despatches.post_sop_invoice(invoice(world))


def test_an_invoice_of_other_figures_is_not_posted(world: World) -> None:
    world.sage.despatches.despatch(despatch(world, "3", "2"))
    command = dataclasses.replace(invoice(world), net=Money(15999))
    with pytest.raises(Refused, match=r"would be invoiced at GBP 160\.00 and VAT GBP 32\.00, not GBP 159\.99"):
        world.sage.despatches.post_sop_invoice(command)
    assert world.sage.despatches.find_sop_invoice(command) is None


def test_a_part_of_an_order_is_invoiced_and_then_the_rest(world: World) -> None:
    gate = world.sage.despatches
    for number, (quantities, net, tax) in enumerate(((("1", "2"), 12000, 2400), (("2",), 4000, 800))):
        gate.despatch(despatch(world, *quantities, key=f"TDS-000000000000000{number}"))
        command = dataclasses.replace(
            invoice(world), key=f"TSI-000000000000000{number}", net=Money(net), tax=Money(tax)
        )
        gate.post_sop_invoice(command)
        posted(world.sage, command)


def test_an_order_shows_the_invoice_that_carries_our_key(world: World) -> None:
    world.sage.despatches.despatch(despatch(world, "3", "2"))
    world.sage.despatches.post_sop_invoice(invoice(world))
    (order,) = world.sage.orders.orders("SHOP-3001")
    assert [(posted.net, posted.tax) for posted in order.invoices] == [(Money(16000), Money(3200))]


def test_without_a_companion_a_person_invoices_and_the_key_proves_it(world: World) -> None:
    world.sage.despatches.despatch(despatch(world, "3", "2"))
    by_hand, command = world.open(channel="manual"), invoice(world)
    with pytest.raises(NeedsHand, match=command.key):
        by_hand.despatches.post_sop_invoice(command)
    typed = {"order": command.order_number, "reference": command.key, "invoice_date": ON.isoformat()}
    world.does("POST", "/desktop/post-invoice", typed)
    posted(by_hand, command)
    (order,) = world.sage.orders.orders("SHOP-3001")
    assert [(invoice.net, invoice.tax) for invoice in order.invoices] == [(Money(16000), Money(3200))]


C = TypeVar("C", bound=c.Command)


def until_done(command: C, find: Callable[[C], c.Found | None], do: Callable[[C], None]) -> None:
    """Look, and post only what is not there, until it is there and as wanted."""
    for _ in range(200):
        with contextlib.suppress(Busy, Locked, OutcomeUnknown, Unavailable, Unauthorised):
            found = find(command)
            if found is not None:
                assert c.differences(command.figures(), found.figures) == ()
                return
            do(command)
    raise AssertionError("it was never done")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_goes_wrong_an_order_is_entered_despatched_and_invoiced_once(world: World, seed: int) -> None:
    line = c.EntryLine(sku="VASE", quantity=Decimal(2), unit_price=Decimal("20.00"), tax_code="1", warehouse="HOME")
    desk, gate = world.sage.order_entry, world.sage.despatches
    rates = {"lost_reply": 0.4, "lost_reply_as": "504", "error_before": 0.3, "lock": 0.3, "lock_seconds": 0.01}
    world.does("PUT", "/drafts-left", {"rate": 0.5, "seed": seed})
    customer_id = world.order.customer_id
    before = world.does("GET", "/")["injected"].get("lost_reply", 0)
    for number in range(3):
        channel = f"SHOP-40{seed}{number}"
        enter = c.EnterOrder(
            key=f"TOE-00000000000000{seed}{number}",
            customer_id=customer_id,
            channel_reference=channel,
            on=ON,
            lines=(line,),
            net=Money(4000),
            tax=Money(800),
        )
        world.temper(seed=seed + number, path_contains="sop_orders", **rates)
        until_done(enter, desk.find_order, desk.enter_order)
        world.temper()
        (order,) = world.sage.orders.orders(channel)
        leaves = c.DespatchLine(
            order_line=order.lines[0].line_id, sku="VASE", quantity=Decimal(2), despatched_before=Decimal(0)
        )
        leave = c.Despatch(key=f"TDS-00000000000000{seed}{number}", order_number=order.number, on=ON, lines=(leaves,))
        world.temper(seed=seed + number, path_contains="sop_confirm_despatch", **rates)
        until_done(leave, gate.find_despatch, gate.despatch)
        post = c.PostSopInvoice(
            key=f"TSI-00000000000000{seed}{number}",
            order_number=order.number,
            customer_id=order.customer_id,
            on=ON,
            net=Money(4000),
            tax=Money(800),
        )
        world.temper(seed=seed + number, path_contains="invoices", **rates)
        until_done(post, gate.find_sop_invoice, gate.post_sop_invoice)
        world.temper()
        (order,) = world.sage.orders.orders(channel)
        assert order.lines[0].despatched == 2
        assert len(order.invoices) == 1
    assert world.does("GET", "/")["injected"]["lost_reply"] > before
    assert world.does("GET", "/ledgers/proofs")["duplicates"] == []
