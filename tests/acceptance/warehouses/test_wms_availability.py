"""What the shop may sell: worked out from what is there and what is promised, told by schedule, never oversold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.warehouses.people import at_mintsoft
from tests.acceptance.warehouses.seen import despatch_notes
from tests.acceptance.warehouses.yard import Setup
from tests.processes.house import COMPANY

from tieout.processes.availability import publish_availability

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(rules=(("policy", "publish_availability", {"value": "on"}),))

WHY = ("--why", "the other shop does")


def offered_by_formula(yard: Yard) -> None:
    """Of the mugs some are allocated to an order, some ordered and not allocated, and four are the buffer.

    The shop is told what is on hand less all of these, not what Sage's free-stock field says; the report shows each
    part of the formula and the field beside it, with the difference.
    """
    stock = yard.stock("MUG")
    yard.order(("MUG", 5), allocate=2)
    with yard.ruled("availability_buffer", "MUG", {"units": "0"}, units="4"):
        published(yard)
        (row,) = yard.read("report", "availability", "--sku", "MUG")["rows"]
        parts = {part["name"]: int(part["units"]) for part in row["parts"]}
        assert parts["on hand in bins for sale"] == stock
        assert parts["buffer"] == 4
        assert parts["ordered in Sage, not allocated"] == 3
        assert int(row["available"]) == stock - 2 - 3 - 4 == on_offer(yard, "MUG")
        assert int(row["free"]) - int(row["available"]) == int(row["difference"]) == 7
    published(yard)
    yard.settle()


def picked_is_never_sold_again(yard: Yard) -> None:
    """A shop sells three books; the order is cleared, picked, packed and shipped, and the feed runs after each step.

    From the sale on the shop offers three fewer, and never one more, until Sage has them out of stock.
    """
    published(yard)
    before = on_offer(yard, "BOOK")
    bought(yard, 3, "W9101", "BOOK")
    seen = [on_offer(yard, "BOOK")]
    number = yard.order(("BOOK", 3), name="W9101")
    for step in ("pick", "pack", "despatch"):
        yard.settle()
        published(yard)
        seen.append(on_offer(yard, "BOOK"))
        at_mintsoft(yard, number, step)
    yard.settle()
    published(yard)
    assert [*seen, on_offer(yard, "BOOK")] == [before - 3] * 5


def one_owner_of_what_is_free(yard: Yard) -> None:
    """The house has Sage answer for what is free: two lamps that are allocated and asked of the warehouse are taken off
    once, though both systems hold them.

    An order that Sage has cancelled while the warehouse still picks it is taken off all the same, until the warehouse
    has stopped: neither twice nor not at all.
    """
    stock = yard.stock("LAMP")
    number = yard.order(("LAMP", 2))
    yard.settle()
    published(yard)
    assert on_offer(yard, "LAMP") == stock - 2
    yard.control.post("/sage200/desktop/cancel", {"order": number})
    published(yard)
    assert on_offer(yard, "LAMP") == stock - 2
    yard.settle()
    published(yard)
    assert on_offer(yard, "LAMP") == stock


def two_lanes(yard: Yard) -> None:
    """Postings to Sage's ledger are let in tomorrow only; today a bowl leaves and a customer looks into the shop.

    Stock goes its own way: the despatch is in Sage's stock and the shop offers one fewer now, while postings wait.
    """
    published(yard)
    before = on_offer(yard, "BOWL")
    today = f"{yard.now():%Y-%m-%d}"
    yard.house.rule("posting_window", today, closed="yes")
    number = yard.order(("BOWL", 1))
    yard.settle()
    yard.ship(number)
    yard.settle()
    published(yard)
    assert len(despatch_notes(yard, number)) == 1
    assert on_offer(yard, "BOWL") == before - 1
    yard.house.rule("posting_window", today, **{"from": "00:00", "to": "00:00"})


def free_stock_is_refused(yard: Yard) -> None:
    """Somebody wants the shop to be offered Sage's free stock, and types the rule.

    It is refused with the reason, and what was in force stays. Offered too much by hand in the shop's admin, it is a
    case, counted, until the feed has put it right.
    """
    said = yard.refused("mapping", "propose", COMPANY, "policy", "availability_source", "value=free_stock", *WHY)
    assert "oversell" in said
    published(yard)
    with yard.ruled("policy", "publish_availability", {"value": "on"}, value="watch"):
        yard.control.post("/shopify/adjustments", {"sku": "MUG", "delta": 9, "reason": "correction"})
        published(yard)
        assert [case.code for case in yard.cases_about("MUG")] == ["OVERSELL_RISK"]
    published(yard)
    assert yard.cases_about("OVERSELL_RISK") == []


def published(yard: Yard) -> None:
    """The schedule that tells the shop what it may sell."""
    application = yard.house.application
    publish_availability(application.floor, application.companies[COMPANY])
    yard.delivered()


def on_offer(yard: Yard, sku: str) -> int:
    """What the shop's own books offer."""
    return yard.control.books().on_offer(sku)


def bought(yard: Yard, units: int, name: str, sku: str) -> None:
    """A customer buys in the shop."""
    yard.control.post("/shopify/checkout", {"sku": sku, "quantity": units, "location": "HOME", "name": name})


ROWS = (
    Row(
        id="WMS-10",
        says="One system answers for what is free; nothing is deducted twice, and nothing not at all.",
        scenario=one_owner_of_what_is_free,
    ),
    Row(
        id="WMS-14",
        says="Stock and postings have lanes of their own; stock does not wait for the ledger's hours.",
        scenario=two_lanes,
        missing="each lane's lag against its target on a page; a budget of calls by lane",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="WMS-22",
        says="What may be sold is on hand less allocations, less what is under way and a buffer, shown as a formula.",
        scenario=offered_by_formula,
    ),
    Row(
        id="WMS-23",
        says="What is being picked is not sold again, whatever Sage shows.",
        scenario=picked_is_never_sold_again,
    ),
    Row(
        id="WMS-55",
        says="Sage's free-stock field is refused as what the shop is offered; risks of overselling are counted.",
        scenario=free_stock_is_refused,
        missing="taking the field all the same, with a reason: it is never taken",
        left_to=(Later.NOBODY,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_may_be_sold(row: Row, yard: Yard) -> None:
    play(row, yard)
