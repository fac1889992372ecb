"""The third shape of RGO-53: goods taken at a till stand on the old order, and only the sweep hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.acceptance.returns.desk import Setup
from tests.acceptance.returns.trade import sage_orders, sold_as
from tests.processes.estate import Line
from tests.processes.house import Choices

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk

SETUP = Setup(choices=Choices(portal="shopify", late_commit=0.12, read_seconds=1.0))


def test_an_exchange_at_the_till_is_an_order_in_sage_and_no_second_credit(desk: Desk) -> None:
    """RGO-53: a mug of 12.00 against a bowl of 12.00 over the counter: stock moves, no money does."""
    desk.house.rule("value_policy", "exchange", treatment="zero")
    desk.house.rule("reason", "Exchange", code="sound", account="4010", grade="good")
    order = sold_as(desk, Line("MUG", 2, "10.00"))
    taken = {"sku": "BOWL", "quantity": 1, "price": "10.00", "tax_rate": "0.2"}
    deal = {"returned": [{"sku": "MUG", "quantity": 1}], "taken": [taken]}
    made = desk.control.post(f"/shopify/orders/{order}/pos-exchange", deal)
    desk.settle()
    desk.schedules_run()
    assert desk.house.open_cases() == []
    assert made["return"]
    (entered,) = sage_orders(desk, f"{order}-X1")
    assert (entered.lines, entered.net) == ((("BOWL", 1),), 0)
    change = desk.change()
    assert (change.credited, change.refunded, change.stock[("MUG", "A1")]) == (0, 0, 1)
    desk.control.prove()
