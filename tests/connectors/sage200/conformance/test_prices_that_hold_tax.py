"""A company whose order prices hold VAT: Tieout's prices are net, and the totals must be the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.sage200.sop.prices import with_tax
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money, money
from tieout.ports.errors import Refused

if TYPE_CHECKING:
    from .conftest import World

ON = date(2026, 11, 20)


@pytest.fixture
def customer(world: World) -> str:
    """A customer of a company that has switched the setting on, and an item in stock."""
    customer_id = world.order.customer_id
    stock = [{"warehouse": "HOME", "bin": "GOODS-IN", "quantity": "10", "unit_cost": "12.00"}]
    vase = {"code": "VASE", "name": "Vase", "costing": "FIFO", "tax_code": 1, "standard_price": "30", "stock": stock}
    world.does("POST", "/load", {"products": [vase]})
    world.does("PUT", "/settings", {"sop": {"are_prices_tax_inclusive": True}})
    return customer_id


def order(customer: str, *lines: c.EntryLine, net: int, tax: int) -> c.EnterOrder:
    return c.EnterOrder(
        key="TOE-0000000000000009",
        customer_id=customer,
        channel_reference="SHOP-9001",
        on=ON,
        lines=lines,
        net=Money(net),
        tax=Money(tax),
    )


@pytest.mark.parametrize(
    ("price", "quantity", "net", "tax"), [("20.00", 3, 6000, 1200), ("8.33333", 3, 2500, 500), ("0", 1, 0, 0)]
)
def test_an_order_entered_at_net_prices_comes_to_the_same_totals(
    world: World, customer: str, price: str, quantity: int, net: int, tax: int
) -> None:
    line = c.EntryLine(sku="VASE", quantity=Decimal(quantity), unit_price=Decimal(price), tax_code="1")
    command = order(customer, line, net=net, tax=tax)
    world.sage.order_entry.enter_order(command)
    found = world.sage.order_entry.find_order(command)
    assert found is not None
    assert found.figures == command.figures()


def test_a_price_without_a_tax_code_is_refused_before_anything_is_sent(world: World, customer: str) -> None:
    command = order(customer, c.EntryLine(sku="VASE", unit_price=Decimal(20)), net=2000, tax=400)
    with pytest.raises(Refused, match="the price of VASE needs a tax code"):
        world.sage.order_entry.enter_order(command)
    assert world.sage.order_entry.find_order(command) is None


def test_a_return_raised_at_net_prices_is_credited_at_them(world: World, customer: str) -> None:
    line = c.ReturnLine(
        order_line="1",
        sku="VASE",
        quantity=Decimal(2),
        unit_price=Decimal("12.49"),
        tax_code="1",
        warehouse="HOME",
        nominal=Nominal(account="4010"),
    )
    command = c.RaiseReturn(
        key="TRT-0000000000000009",
        customer_id=customer,
        order_number="1",
        rma="RMA-9",
        reason="fit",
        raised_on=ON,
        lines=(line,),
    )
    world.sage.returns.raise_return(command)
    totals = world.does("GET", "/ledgers/proofs")
    assert totals["nominal_balanced"]
    world.does("POST", "/desktop/receive-return", {"return": command.key, "bin": "GOODS-IN"})
    posted = world.does("POST", "/desktop/post-credit-note", {"return": command.key})
    assert (posted["net"], posted["tax"]) == ("24.98", "5.00")


@given(pence=st.integers(1, 10**7), rate=st.sampled_from([Decimal(20), Decimal("17.5"), Decimal(23), Decimal("13.5")]))
def test_a_price_in_pence_with_its_vat_gives_the_price_back_to_the_penny(pence: int, rate: Decimal) -> None:
    net = Decimal(pence) / 100
    gross = with_tax(net, rate)
    assert money(gross / (100 + rate) * 100) == Money(pence)
    assert gross == gross.quantize(Decimal("0.00001"))
