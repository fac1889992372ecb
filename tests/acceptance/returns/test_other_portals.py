"""The same return through Loop and through the shop's own returns: told by signed webhooks, booked alike in Sage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.acceptance.returns.desk import QUICK, Setup, open_desk
from tests.processes.estate import Line
from tests.processes.house import LONG_AGO, Choices, Rma

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.returns.desk import Desk

SOUND = {"condition": "grade_a", "disposition": "back_to_stock"}


@pytest.fixture(params=["loop", "shopify"])
def elsewhere(address: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk with another portal, which releases the money at our word."""
    choices = Choices(late_commit=QUICK.late_commit, read_seconds=QUICK.read_seconds, portal=request.param)
    with open_desk(Setup(choices=choices), address, tmp_path) as opened:
        opened.control.put("/loop/settings", {"process_delay_seconds": 0.0})
        opened.house.rule("policy", "refund_release", LONG_AGO, value="portal")
        opened.house.rule("policy", "portal_app", LONG_AGO, value="Loop Returns & Exchanges")
        opened.house.rule("reason", "OTHER", LONG_AGO, code="sound", account="4010", grade="good")
        yield opened


def test_a_return_told_by_another_portals_webhooks_is_booked_as_any_other(elsewhere: Desk) -> None:
    """RET-02, RET-13: pending until inspected, which neither portal tells of: the sweep finds it; then one of each."""
    desk = elsewhere
    order = desk.sold(Line("MUG", 2, "10.00"))
    is_loop = desk.house.choices.portal == "loop"
    rma = in_loop(desk, order) if is_loop else in_the_shop(desk, order)
    desk.settle()
    assert desk.case(rma) == ""
    assert desk.change().is_nothing
    if is_loop:
        desk.control.post(f"/loop/returns/{rma.number}/grade", {"line_items": dict.fromkeys(rma.units, SOUND)})
    else:
        looked = [{"sku": "MUG", "quantity": 2, "type": "RESTOCKED"}]
        desk.control.post(f"/shopify/returns/{name_of(desk, order)}/dispose", {"dispositions": looked})
    desk.days_pass(1.1)
    for _ in range(2):
        desk.settle()
    assert desk.says(rma) == ""
    change = desk.change()
    assert change.credits == ((2000, 400),)
    assert change.refunds == ((order, 2400),)
    assert (change.payments, change.outstanding) == ((2400,), 0)
    assert change.stock == {("MUG", "A1"): 2}
    assert desk.is_done(rma)
    desk.control.prove()


def in_loop(desk: Desk, order: str) -> Rma:
    """A customer raises a return of two mugs in Loop."""
    customer = {"email": "a@example.org", "first_name": "A", "last_name": "Customer"}
    mugs = [{"sku": "MUG", "quantity": 2, "reason": "Too small", "outcome": "refund"}]
    asked = {"order_name": order, "customer": customer, "currency": "GBP", "lines": mugs}
    (raised,) = desk.control.post("/loop/returns", asked)["returns"]
    return Rma(str(raised["return_id"]), tuple(str(line["line_item_id"]) for line in raised["line_items"]))


def in_the_shop(desk: Desk, order: str) -> Rma:
    """A merchant without a portal makes a return of two mugs in the shop's admin."""
    lines = [{"sku": "MUG", "quantity": 2, "reason": "OTHER", "note": "Too small"}]
    made = desk.control.post("/shopify/returns", {"order": order, "lines": lines})
    return Rma(str(made["id"]).rsplit("/", 1)[-1], ())


def name_of(desk: Desk, order: str) -> str:
    """What the shop calls the order's return."""
    rows = desk.control.get("/shopify/ledgers/returns")["returns"]
    return str(next(row["name"] for row in rows if row["order"] == order))
