"""Returns that go beyond one order and one refund: kits, orders that are gone, fees that credits pay, discounts."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money
from tieout.ports.errors import NeedsHand, Refused

if TYPE_CHECKING:
    from tieout.connectors.transport import Json

    from .conftest import World

ON = date(2026, 11, 20)
SALES = Nominal(account="4000")
KEYS = {"raise": "TRT-0000000000000001", "receive": "TRC-0000000000000001", "credit": "TSC-0000000000000001"}
COMPONENTS = (("12/MUG", "MUG"), ("13/MUG", "MUG"), ("", "BOWL"))


def commands(world: World) -> tuple[c.RaiseReturn, c.ReceiveReturn, c.PostSopCreditNote]:
    """A mug out of either of two kits and a bowl that is on no line, of no order that anybody knows."""
    customer, codes = world.order.customer_id, {"MUG": "1", "BOWL": "2"}
    one = Decimal(1)
    raised = c.RaiseReturn(
        key=KEYS["raise"],
        customer_id=customer,
        order_number="",
        rma="RMA-77",
        reason="",
        raised_on=ON,
        lines=tuple(
            c.ReturnLine(
                order_line=line,
                sku=sku,
                quantity=one,
                unit_price=Decimal("7.12345"),
                tax_code=codes[sku],
                warehouse="HOME",
                nominal=SALES,
            )
            for line, sku in COMPONENTS
        ),
    )
    received = c.ReceiveReturn(
        key=KEYS["receive"],
        return_key=raised.key,
        order_number="",
        received_on=ON,
        warehouse="HOME",
        lines=tuple(
            c.BinLine(order_line=line, sku=sku, quantity=one, bin="GOODS-IN", nominal=SALES)
            for line, sku in reversed(COMPONENTS)
        ),
    )
    credited = c.PostSopCreditNote(
        key=KEYS["credit"],
        return_key=raised.key,
        customer_id=customer,
        order_number="",
        on=ON,
        narrative="RMA-77",
        lines=tuple(
            c.CreditLine(
                order_line=line,
                sku=sku,
                quantity=one,
                net=Money(712),
                tax=Money(142 if sku == "MUG" else 0),
                tax_code=codes[sku],
                nominal=SALES,
            )
            for line, sku in COMPONENTS
        ),
    )
    return raised, received, credited


def test_what_is_on_no_order_line_is_raised_received_and_credited_all_the_same(world: World) -> None:
    returns = world.sage.returns
    raised, received, credited = commands(world)
    returns.raise_return(raised)
    returns.receive_return(received)
    returns.post_sop_credit_note(credited)
    for command, found in (
        (raised, returns.find_return(raised)),
        (received, returns.find_receipt(received)),
        (credited, returns.find_sop_credit_note(credited)),
    ):
        assert found is not None
        assert c.differences(command.figures(), found.figures) == ()


def test_a_task_for_a_return_of_no_order_names_no_order(world: World) -> None:
    returns = world.open(channel="manual", companion_url="").returns
    raised, received, _ = commands(world)
    returns.raise_return(raised)
    with pytest.raises(NeedsHand, match=r"choose return \d+ and confirm its receipt"):
        returns.receive_return(received)


def fee_invoice(world: World, net: int, tax: int, key: str = "TFI-0000000000000001") -> c.RaiseInvoice:
    line = c.LedgerLine(net=Money(net), tax=Money(tax), tax_code="1", nominal=SALES, narrative="Restocking")
    customer = world.order.customer_id
    return c.RaiseInvoice(key=key, customer_id=customer, on=ON, second_reference="RMA-77", lines=(line,))


def credit_of(world: World, net: int, tax: int, key: str = "TCN-0000000000000001") -> c.RaiseCreditNote:
    line = c.CreditLine(net=Money(net), tax=Money(tax), tax_code="1", nominal=SALES)
    return dataclasses.replace(world.make.credit_note(world.order, key), lines=(line,))


def allocation(world: World, paid: int, *, fees: tuple[str, ...], more: tuple[str, ...] = ()) -> c.AllocateCredit:
    return c.AllocateCredit(
        key="TAL-0000000000000001",
        customer_id=world.order.customer_id,
        credit_key="TCN-0000000000000001",
        payment_key="TRP-0000000000000001" if paid else "",
        amount=Money(paid),
        on=ON,
        credit_keys=more,
        invoice_keys=fees,
    )


def settles(world: World, command: c.AllocateCredit) -> None:
    ledger = world.sage.ledger
    assert ledger.find_allocation(command) is None
    ledger.allocate_credit(command)
    found = ledger.find_allocation(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()


def test_a_credit_pays_the_refund_and_the_fee_that_was_kept(world: World) -> None:
    ledger = world.sage.ledger
    fee = fee_invoice(world, 417, 83)
    command = allocation(world, 1900, fees=(fee.key,))
    ledger.raise_credit_note(credit_of(world, 2000, 400))
    ledger.post_refund_payment(dataclasses.replace(world.make.payment(world.order), amount=Money(1900)))
    assert ledger.find_allocation(command) is None
    with pytest.raises(Refused, match=rf"not in the sales ledger: the invoice {fee.key}"):
        ledger.allocate_credit(command)
    world.sage.customer_postings.raise_invoice(fee)
    settles(world, command)


def test_two_credits_pay_a_fee_that_takes_all_of_them_without_a_payment(world: World) -> None:
    fee, further = fee_invoice(world, 3000, 600), "TCN-0000000000000002"
    for credit in (credit_of(world, 2000, 400), credit_of(world, 1000, 200, further)):
        world.sage.ledger.raise_credit_note(credit)
    world.sage.customer_postings.raise_invoice(fee)
    settles(world, allocation(world, 0, fees=(fee.key,), more=(further,)))


def test_credits_that_do_not_reach_are_refused_before_anything_is_sent(world: World) -> None:
    fee = fee_invoice(world, 3000, 600)
    world.sage.ledger.raise_credit_note(credit_of(world, 2000, 400))
    world.sage.customer_postings.raise_invoice(fee)
    command = allocation(world, 0, fees=(fee.key,))
    with pytest.raises(Refused, match=r"credit notes have .*24\.00 outstanding where .*36\.00"):
        world.sage.ledger.allocate_credit(command)
    with pytest.raises(Refused, match="outstanding where"):
        world.sage.ledger.allocate_credit(allocation(world, 0, fees=()))
    assert world.sage.ledger.find_allocation(command) is None


def test_an_order_tells_its_goods_from_its_discount_and_postage_and_that_it_is_on_hold(world: World) -> None:
    told = {
        "customer": "WEB",
        "customer_document_no": "SHOP-2",
        "lines": [{"product": "MUG", "quantity": "2", "unit_price": "20.00", "tax_code": 1}],
        "discount_line": {"description": "SUMMER", "net": "4.00", "tax_code": 1},
        "charge_lines": [{"description": "Postage", "net": "5.00", "tax_code": 1}],
    }
    world.does("POST", "/load", {"orders": [told]})
    (order,) = world.sage.orders.orders("SHOP-2")
    assert not order.is_on_hold
    assert [(line.is_goods, line.net.minor) for line in order.lines] == [(True, 4000), (False, -400), (False, 500)]
    hold: dict[str, Json] = {"id": int(order.order_id), "document_status": "EnumDocumentStatusOnHold"}
    assert world.asks("POST", "/uk/sage200extra/accounts/v1/sop_orders_status", hold).is_success
    (held,) = world.sage.orders.orders("SHOP-2")
    assert held.is_on_hold
    assert all(line.is_goods for line in world.order.lines)
