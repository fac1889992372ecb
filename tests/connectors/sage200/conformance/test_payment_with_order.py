"""Money that comes with an order, in full and in part: kept with the order, posted once, allocated to its invoice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.connectors.sage200.conformance.conftest import World
from tests.connectors.sage200.conformance.every_command import ON, Act, Floor
from tests.connectors.sage200.conftest import Keeper

from tieout.domain import commands as c
from tieout.domain.money import Money
from tieout.ports.errors import OutcomeUnknown, Refused

if TYPE_CHECKING:
    from tieout.sandbox.clock import SandboxClock

FULL, PART = "EnumSOPOrderPaymentTypeFull", "EnumSOPOrderPaymentTypePart"


@pytest.fixture(scope="module")
def floor(served: tuple[str, SandboxClock]) -> Iterator[Floor]:
    world = World(served[0], Keeper(), served[1])
    yield Floor(world)
    proofs = world.does("GET", "/ledgers/proofs")
    world.close()
    assert all(proofs[name] for name in proofs if name != "duplicates"), proofs


def paid(floor: Floor, pence: int) -> Act:
    """An order of 48.00 that comes with so much money."""
    act = floor.act("enter_order")
    payment = c.OrderPayment(method="CARD", amount=Money(pence), reference=f"AUTH-{act.command.channel_reference}")
    return replace(act, command=replace(act.command, payment=payment))


def order_of(floor: Floor, act: Act) -> dict[str, Any]:
    where = {"$filter": f"customer_document_no eq '{act.command.channel_reference}'"}
    (found,) = floor.world.asks("GET", "/sop_orders", **where, **{"$expand": "lines"}).json()
    return dict(found)


def invoiced(floor: Floor, act: Act) -> None:
    """Everything of the order leaves and is invoiced."""
    order = order_of(floor, act)
    goods = next(line for line in order["lines"] if line["code"] == "VASE")
    leaving = c.DespatchLine(
        order_line=str(goods["id"]), sku="VASE", quantity=act.command.lines[0].quantity, despatched_before=Decimal(0)
    )
    number = act.command.channel_reference
    left = c.Despatch(key=f"TDS-{number}", order_number=order["document_no"], on=ON, lines=(leaving,))
    floor.sage.despatches.despatch(left)
    bill = c.PostSopInvoice(
        key=f"TSI-{number}",
        order_number=order["document_no"],
        customer_id=floor.customer,
        on=ON,
        net=Money(4000),
        tax=Money(800),
    )
    floor.sage.despatches.post_sop_invoice(bill)


@pytest.mark.parametrize(("pence", "kind", "left"), [(4800, FULL, "0.00"), (2000, PART, "28.00"), (1, PART, "47.99")])
def test_what_came_with_an_order_is_received_once_and_meets_its_invoice(
    floor: Floor, pence: int, kind: str, left: str
) -> None:
    act = paid(floor, pence)
    since = floor.mark()
    act.do(floor.sage)
    assert act.is_found_as_wanted(floor.sage)
    order = order_of(floor, act)
    assert (order["payment_type"], order["payment_value"] * 100) == (kind, pence)
    invoiced(floor, act)
    assert floor.effects(since)["sales_receipt.posted"] == 1
    (receipt,) = floor.world.does("GET", f"/ledgers/sales?reference={act.command.payment.reference}")
    assert (receipt["gross"], receipt["outstanding"]) == (f"-{pence / 100:.2f}", "0.00")
    rows = floor.world.does("GET", f"/ledgers/sales?reference=TSI-{act.command.channel_reference}")
    rows = rows or floor.world.does("GET", f"/ledgers/sales?reference={order['document_no']}")
    (bill,) = [row for row in rows if row["type"] == "Invoice"]
    assert bill["outstanding"] == left


def test_money_that_sage_did_not_take_with_the_order_is_seen(floor: Floor) -> None:
    act = floor.act("enter_order")
    act.do(floor.sage)
    unpaid = paid(floor, 4800).command.payment
    command = replace(act.command, payment=unpaid)
    seen = floor.sage.order_entry.find_order(command)
    assert seen is not None
    assert c.differences(command.figures(), seen.figures) == (("paid", "4800", "0"),)


@pytest.mark.parametrize(("price", "gross"), [("20.01", "4802"), ("19.99", "4798")])
def test_a_payment_in_full_is_what_sage_makes_of_the_order_and_another_sum_is_seen(
    floor: Floor, price: str, gross: str
) -> None:
    act = paid(floor, 4800)
    lines = (replace(act.command.lines[0], unit_price=Decimal(price)), *act.command.lines[1:])
    act = replace(act, command=replace(act.command, lines=lines))
    act.do(floor.sage)
    found = act.look(floor.sage)
    assert found is not None
    assert ("paid", "4800", gross) in c.differences(act.command.figures(), found.figures)


def test_an_order_whose_answer_is_lost_is_found_and_its_money_received_once(floor: Floor) -> None:
    act = paid(floor, 4800)
    since = floor.mark()
    floor.world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains="sop_orders", method="POST")
    with pytest.raises(OutcomeUnknown):
        act.do(floor.sage)
    floor.world.temper()
    assert act.is_found_as_wanted(floor.sage)
    invoiced(floor, act)
    done = floor.effects(since)
    assert (done["sop_order.created"], done["sales_receipt.posted"]) == (1, 1)


def test_more_money_than_the_order_is_worth_is_refused_and_nothing_is_entered(floor: Floor) -> None:
    act = paid(floor, 4801)
    since = floor.mark()
    with pytest.raises(Refused, match="at most the value of the order"):
        act.do(floor.sage)
    assert not floor.effects(since)
    assert act.look(floor.sage) is None


@pytest.mark.parametrize(
    ("setting", "method", "why"),
    [
        (False, "CARD", "takes no payments with orders"),
        (True, "ONLINE", "cards online"),
        (True, "SHELLS", "no payment"),
    ],
)
def test_what_the_company_does_not_take_is_refused_before_anything_is_sent(
    floor: Floor,
    setting: bool,  # noqa: FBT001 - a table
    method: str,
    why: str,
) -> None:
    act = paid(floor, 4800)
    act = replace(act, command=replace(act.command, payment=replace(act.command.payment, method=method)))
    floor.world.does("PUT", "/settings", {"sop": {"allow_payment_with_order": setting}})
    since = floor.mark()
    with pytest.raises(Refused, match=why):
        act.do(floor.sage)
    assert floor.writes(since) == []
    floor.world.does("PUT", "/settings", {"sop": {"allow_payment_with_order": True}})
