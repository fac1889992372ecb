"""Orders that are entered, amended, allocated and cancelled, against a served Sage 200."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tieout.connectors.sage200.compat import Compat
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.ports.errors import BadAnswer, Locked, OutcomeUnknown, Refused

if TYPE_CHECKING:
    from .conftest import World

ON = date(2026, 11, 20)
STOCKED = {
    "products": [
        {
            "code": "VASE",
            "name": "Vase",
            "costing": "FIFO",
            "tax_code": 1,
            "standard_price": "30.00",
            "stock": [{"warehouse": "HOME", "bin": "GOODS-IN", "quantity": "10", "unit_cost": "12.00"}],
        },
        {
            "code": "LAMP",
            "name": "Lamp",
            "costing": "FIFO",
            "tax_code": 1,
            "standard_price": "50.00",
            "stock": [{"warehouse": "HOME", "bin": "GOODS-IN", "quantity": "2", "unit_cost": "20.00"}],
        },
    ]
}
STANDARD: dict[str, Any] = {"tax_code": "1", "warehouse": "HOME"}
LINES = (
    c.EntryLine(sku="VASE", quantity=Decimal(3), unit_price=Decimal("20.00"), **STANDARD),
    c.EntryLine(sku="LAMP", quantity=Decimal(1), unit_price=Decimal("50.00"), **STANDARD),
    c.EntryLine(kind="charge", sku="CARRIAGE", unit_price=Decimal("4.95"), tax_code="1"),
    c.EntryLine(kind="free_text", description="Gift wrap", unit_price=Decimal("1.50"), tax_code="1"),
    c.EntryLine(kind="comment", description="Leave it in the porch"),
)


@pytest.fixture
def world(world: World) -> World:
    world.does("POST", "/load", STOCKED)
    return world


def entry(world: World, **changes: Any) -> c.EnterOrder:  # noqa: ANN401 - any field of the command
    command = c.EnterOrder(
        key="TOE-0000000000000001",
        customer_id=world.order.customer_id,
        channel_reference="SHOP-2001",
        on=ON,
        lines=LINES,
        net=Money(11645),
        tax=Money(2329),
        delivery=c.PostalAddress(
            name="A Person", lines=("1 High Street", "Headingley"), city="Leeds", postcode="LS1 1AA"
        ),
        requested=date(2026, 11, 24),
        analysis=((1, "SHOP"),),
    )
    return dataclasses.replace(command, **changes)


def entered(world: World, **changes: Any) -> tuple[c.Found, dict[str, str]]:  # noqa: ANN401 - as above
    """An order that stands, with the ids of its lines by stock code or description."""
    command = entry(world, **changes)
    world.sage.order_entry.enter_order(command)
    found = world.sage.order_entry.find_order(command)
    assert found is not None
    (order,) = world.sage.orders.orders(command.channel_reference)
    return found, {line.sku or line.description: line.line_id for line in order.lines}


def amendment(number: str, *lines: tuple[str, str]) -> c.AmendOrder:
    wanted = tuple(c.LineAmendment(order_line=line, quantity=Decimal(quantity)) for line, quantity in lines)
    return c.AmendOrder(key="TOA-0000000000000001", order_number=number, lines=wanted)


def allocation(number: str, *lines: tuple[str, str]) -> c.AllocateOrder:
    wanted = tuple(c.LineAmendment(order_line=line, quantity=Decimal(quantity)) for line, quantity in lines)
    return c.AllocateOrder(key="TOL-0000000000000001", order_number=number, lines=wanted)


def cancellation(number: str) -> c.CancelOrder:
    return c.CancelOrder(key="TOC-0000000000000001", order_number=number)


def test_an_order_of_every_line_type_reads_back_to_the_penny(world: World) -> None:
    command, desk = entry(world), world.sage.order_entry
    assert desk.find_order(command) is None
    desk.enter_order(command)
    found = desk.find_order(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    assert found.figures["net"] == "11645"


def test_a_lost_answer_leaves_an_order_that_a_look_finds(world: World) -> None:
    command, desk = entry(world), world.sage.order_entry
    world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains="sop_orders")
    with pytest.raises(OutcomeUnknown):
        desk.enter_order(command)
    found = desk.find_order(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_two_orders_under_one_key_are_a_bad_answer_that_names_both(world: World) -> None:
    command, desk = entry(world), world.sage.order_entry
    desk.enter_order(command)
    desk.enter_order(command)
    with pytest.raises(BadAnswer, match=r"2 orders under one key: \d+, \d+"):
        desk.find_order(command)


def test_the_channels_number_alone_is_not_our_order(world: World) -> None:
    entered(world)
    assert world.sage.order_entry.find_order(entry(world, key="TOE-0000000000000002")) is None


def test_an_order_on_hold_is_not_amended_and_is_cancelled(world: World) -> None:
    order, lines = entered(world)
    holding = world.open(compat=Compat(cancel_status="EnumDocumentStatusOnHold")).order_entry
    holding.cancel_order(cancellation(order.reference))
    held = world.sage.order_entry.find_amended(amendment(order.reference, (lines["VASE"], "3")))
    assert held is not None
    with pytest.raises(Refused, match="on hold"):
        world.sage.order_entry.amend_order(amendment(order.reference, (lines["VASE"], "1")))
    world.sage.order_entry.cancel_order(cancellation(order.reference))
    assert world.sage.order_entry.find_order_cancelled(cancellation(order.reference)) is not None


def test_a_draft_that_a_cut_off_entry_left_is_no_order_and_is_cleared_away(world: World) -> None:
    command, desk = entry(world), world.sage.order_entry
    world.does("PUT", "/drafts-left", {"rate": 1, "seed": 1})
    with pytest.raises(OutcomeUnknown):
        desk.enter_order(command)
    world.does("PUT", "/drafts-left", {"rate": 0, "seed": 1})
    assert desk.find_order(command) is None
    desk.enter_order(command)
    assert desk.find_order(command) is not None
    left = world.does("GET", "/ledgers/proofs")
    assert left["duplicates"] == []


def test_an_exchange_goes_out_at_no_price(world: World) -> None:
    free = c.EntryLine(sku="VASE", quantity=Decimal(1), unit_price=Decimal(0), **STANDARD)
    gift = c.EntryLine(sku="LAMP", quantity=Decimal(1), discount_percent=Decimal(100), **STANDARD)
    command, desk = entry(world, lines=(free, gift), net=Money(0), tax=Money(0)), world.sage.order_entry
    desk.enter_order(command)
    found = desk.find_order(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_an_exchange_that_sage_priced_after_all_is_seen(world: World) -> None:
    priced = c.EntryLine(sku="VASE", quantity=Decimal(1), **STANDARD)
    command, desk = entry(world, lines=(priced,), net=Money(0), tax=Money(0)), world.sage.order_entry
    desk.enter_order(command)
    found = desk.find_order(command)
    assert found is not None
    assert ("net", "0", "3000") in c.differences(command.figures(), found.figures)


def test_a_price_that_the_user_may_not_set_is_refused_before_anything_is_sent(world: World) -> None:
    world.does("PUT", "/permissions", {"override_prices_discounts": False})
    command, desk = entry(world), world.sage.order_entry
    with pytest.raises(Refused, match="override_prices_discounts"):
        desk.enter_order(command)
    assert desk.find_order(command) is None


def test_everything_that_is_wrong_is_said_at_once(world: World) -> None:
    lines = (
        c.EntryLine(
            sku="NO-SUCH", quantity=Decimal("1.1234567"), unit_price=Decimal(1), tax_code="77", warehouse="MOON"
        ),
        c.EntryLine(kind="comment", description="Fragile", unit_price=Decimal(1)),
        c.EntryLine(kind="charge", sku="NO-CHARGE", quantity=Decimal(2)),
    )
    payment = c.OrderPayment(method="SHELLS", amount=Money(100), reference="R" * 21)
    command = entry(world, lines=lines, channel_reference="S" * 31, payment=payment)
    with pytest.raises(Refused) as raised:
        world.sage.order_entry.enter_order(command)
    for said in (
        "no stock item NO-SUCH",
        "no tax code 77",
        "no warehouse MOON",
        "no additional charge NO-CHARGE",
        "no payment method SHELLS",
        "customer document no has 31 characters of 30",
        "payment reference has 21 characters of 20",
        "1.1234567 has more than 5 decimal places",
        "line 2 (Fragile) must not have a price",
        "line 3 (NO-CHARGE) must not have a quantity",
    ):
        assert said in raised.value.reason
    assert world.sage.order_entry.find_order(command) is None


def test_a_customer_on_hold_is_refused_by_sage(world: World) -> None:
    world.does("PUT", "/company", {"customers": {"WEB": {"on_hold": True}}})
    command = entry(world)
    with pytest.raises(Refused, match="hold"):
        world.sage.order_entry.enter_order(command)
    assert world.sage.order_entry.find_order(command) is None


def test_the_hold_is_overridden_only_with_the_right(world: World) -> None:
    world.does("PUT", "/company", {"customers": {"WEB": {"on_hold": True}}})
    command, desk = entry(world, override_on_hold=True), world.sage.order_entry
    with pytest.raises(Refused, match="override_credit_holds"):
        desk.enter_order(command)
    world.does("PUT", "/permissions", {"override_credit_holds": True})
    desk.enter_order(command)
    assert desk.find_order(command) is not None


def test_orders_numbered_by_hand_are_refused_with_what_to_do(world: World) -> None:
    world.does("PUT", "/settings", {"sop": {"auto_generate_order_return_numbers": False}})
    with pytest.raises(Refused, match="automatic order numbers"):
        world.sage.order_entry.enter_order(entry(world))


def test_an_order_paid_by_card_machine_carries_its_payment(world: World) -> None:
    payment = c.OrderPayment(method="CARD", amount=Money(13974), reference="AUTH-1")
    command, desk = entry(world, payment=payment), world.sage.order_entry
    desk.enter_order(command)
    assert desk.find_order(command) is not None


def test_a_payment_method_for_cards_online_is_refused(world: World) -> None:
    payment = c.OrderPayment(method="ONLINE", amount=Money(13974))
    with pytest.raises(Refused, match="ONLINE takes cards online"):
        world.sage.order_entry.enter_order(entry(world, payment=payment))


def test_quantities_are_set_and_a_line_is_taken_off(world: World) -> None:
    order, lines = entered(world)
    command, desk = amendment(order.reference, (lines["VASE"], "2"), (lines["LAMP"], "0")), world.sage.order_entry
    assert desk.find_amended(command) is None
    desk.amend_order(command)
    found = desk.find_amended(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    desk.amend_order(command)


def test_a_line_that_is_not_on_the_order_is_refused_before_anything_is_sent(world: World) -> None:
    order, lines = entered(world)
    command = amendment(order.reference, (lines["VASE"], "1"), ("999999", "1"))
    with pytest.raises(Refused, match="line 999999 is not on it"):
        world.sage.order_entry.amend_order(command)
    assert world.sage.order_entry.find_amended(amendment(order.reference, (lines["VASE"], "3"))) is not None


def test_stock_is_allocated_to_what_is_wanted_and_not_beyond(world: World) -> None:
    order, lines = entered(world)
    command, desk = allocation(order.reference, (lines["VASE"], "2"), (lines["LAMP"], "1")), world.sage.order_entry
    assert desk.find_allocated(command) is None
    desk.allocate_order(command)
    found = desk.find_allocated(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    more = allocation(order.reference, (lines["VASE"], "3"))
    desk.allocate_order(more)
    assert desk.find_allocated(more) is not None
    desk.allocate_order(more)
    assert desk.find_allocated(more) is not None


def test_a_line_that_sage_refuses_is_named_with_those_that_stand_and_those_not_tried(world: World) -> None:
    big = c.EntryLine(sku="LAMP", quantity=Decimal(5), unit_price=Decimal("50.00"), **STANDARD)
    small = c.EntryLine(sku="BOWL", quantity=Decimal(1), unit_price=Decimal(1), tax_code="2", warehouse="HOME")
    order, lines = entered(world, lines=(LINES[0], big, small), net=None, tax=None)
    command = allocation(order.reference, (lines["VASE"], "3"), (lines["LAMP"], "5"), (lines["BOWL"], "1"))
    with pytest.raises(Refused) as raised:
        world.sage.order_entry.allocate_order(command)
    assert raised.value.reason.startswith("line 2 (LAMP) was refused: ")
    assert raised.value.reason.endswith("; line 1 (VASE) stands; line 3 (BOWL) was not tried")
    assert world.sage.order_entry.find_allocated(allocation(order.reference, (lines["VASE"], "3"))) is not None
    assert world.sage.order_entry.find_allocated(command) is None


def test_allocation_can_be_taken_away(world: World) -> None:
    order, lines = entered(world)
    world.sage.order_entry.allocate_order(allocation(order.reference, (lines["VASE"], "3")))
    less = allocation(order.reference, (lines["VASE"], "1"))
    world.sage.order_entry.allocate_order(less)
    assert world.sage.order_entry.find_allocated(less) is not None


@pytest.mark.parametrize("release", ["2025 R1", "2024 R1"])
def test_an_order_without_progress_is_cancelled_whole(world: World, release: str) -> None:
    world.does("PUT", "/release", {"release": release})
    order, _ = entered(world)
    command, desk = cancellation(order.reference), world.sage.order_entry
    assert desk.find_order_cancelled(command) is None
    desk.cancel_order(command)
    found = desk.find_order_cancelled(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    desk.cancel_order(command)


@pytest.mark.parametrize("dress", ["400", "423"])
def test_an_order_on_somebodys_screen_is_locked(world: World, dress: str) -> None:
    order, lines = entered(world)
    record = int(order.link.split()[1])
    lock = {"record": "order", "id": record, "holder": "JSMITH", "seconds": 60, "dress": dress}
    world.does("POST", "/locks", lock)
    command = amendment(order.reference, (lines["VASE"], "2"))
    with pytest.raises(Locked) as raised:
        world.sage.order_entry.amend_order(command)
    assert raised.value.holder == "JSMITH"
    world.does("DELETE", "/locks")
    assert world.sage.order_entry.find_amended(command) is None


def test_an_edit_lock_is_taken_and_given_back(world: World) -> None:
    order, lines = entered(world)
    desk = world.open(compat=Compat(lock_orders_to_edit=True)).order_entry
    command = amendment(order.reference, (lines["VASE"], "2"))
    desk.amend_order(command)
    assert desk.find_amended(command) is not None
    assert world.does("GET", "/locks") == []


def test_a_nominal_of_a_line_is_sages_to_allow(world: World) -> None:
    world.does("PUT", "/settings", {"sop": {"amend_nominal_codes": False}})
    named = dataclasses.replace(LINES[0], nominal=Nominal(account="4000"))
    with pytest.raises(Refused, match="names its own nominal"):
        world.sage.order_entry.enter_order(entry(world, lines=(named,)))
