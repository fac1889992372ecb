"""What a warehouse counts, loses and finds, against Sage: explained, booked with a reason, or asked about."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import at_console
from tests.acceptance.warehouses.yard import Setup
from tests.processes.house import COMPANY
from tests.shipping.stockroom import Stockroom

from tieout.domain.people import Role
from tieout.reconciliation.despatches_seen import check_despatches

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

    from tieout.store.cases import Case

SETUP = Setup(kind="csv")
SITE = "threepl|LEEDS"
_rooms: dict[str, Stockroom] = {}
"""By the yard's address: rules of stock are set once for a yard."""


def room_of(yard: Yard) -> Stockroom:
    """The stock side of a yard, with rules in force."""
    if yard.url not in _rooms:
        _rooms[yard.url] = Stockroom(yard)
        _rooms[yard.url].set_rules()
    return _rooms[yard.url]


def case_of(yard: Yard, code: str, about: str) -> Case | None:
    """The open case of a code about something."""
    return next((case for case in yard.cases_about(about) if case.code == code), None)


def put_back(yard: Yard, sku: str, units: int) -> None:
    """Somebody adds units in Sage."""
    body = {"product": sku, "warehouse": "HOME", "bin": "A1", "quantity": str(units), "unit_cost": "1.50"}
    yard.control.post("/sage200/desktop/add-stock", body)


def drift(yard: Yard) -> None:
    """Somebody writes four books off in Sage that the 3PL still has, and it drops its count by SFTP, twice.

    After the first count nobody is called; after the second it is a case with four units and 6.00 at cost, and what
    was taken into account beside it. Put right in Sage, the next count closes it.
    """
    room = room_of(yard)
    room.count()
    room.lose_in_sage("BOOK", 4)
    room.count()
    assert case_of(yard, "INVENTORY_DRIFT", "BOOK") is None
    room.count()
    case = case_of(yard, "INVENTORY_DRIFT", "BOOK")
    assert case is not None
    assert "+4, GBP 6.00 at cost" in str(case.faults)
    with at_console(yard, Role.FINANCE, Role.OPERATIONS) as visitor:
        assert "£6.00 at stake" in visitor.get(f"/exceptions/{case.id}").text("main")
    put_back(yard, "BOOK", 4)
    room.count()
    assert case_of(yard, "INVENTORY_DRIFT", "BOOK") is None


def timing_is_no_drift(yard: Yard) -> None:
    """Three mugs leave and are counted before Sage is told; two books that the 3PL lost wait for finance's word.

    Neither is a difference: the reconciliation names both as under way, and ends with nought. What is lost without a
    word is one.
    """
    room = room_of(yard)
    number = yard.order(("MUG", 3))
    yard.settle()
    yard.ship(number)
    room.count()
    (site,) = yard.read("reconcile", "stock")["sites"]
    assert (site["differing"], site["under_way"]) == (0, 1)
    yard.settle()
    room.count()
    (site,) = yard.read("reconcile", "stock")["sites"]
    assert (site["differing"], site["under_way"]) == (0, 0)
    assert yard.is_done(number)


def finance_closes_on_a_count(yard: Yard) -> None:
    """The 3PL counts at the evening of the cut-off; in Sage three lamps too few stand.

    The comparison lists that one stock code with both figures and 4.50 at cost and ends with 1, so that a script stops
    on it; with Sage put right it ends with 0. Nothing was written to Sage by comparing.
    """
    room = room_of(yard)
    room.lose_in_sage("LAMP", 3)
    room.count()
    before = yard.control.deeds()
    told = yard.typed("reconcile", "stock", ends=1)
    assert "LAMP" in told
    assert "4.50" in told
    assert yard.control.deeds() == before
    put_back(yard, "LAMP", 3)
    room.count()
    yard.typed("reconcile", "stock")


def never_an_overwrite(yard: Yard) -> None:
    """The 3PL has two bowls more than Sage; its counts say so, again and again.

    Sage's stock does not move for a count. The 3PL then books its find with a reason: Sage has two more, once, under
    the nominal that finance has set, and the next count agrees.
    """
    room = room_of(yard)
    before = yard.stock("BOWL")
    room.lose_in_sage("BOWL", 2)
    for _ in range(3):
        room.count()
    assert yard.stock("BOWL") == before - 2
    assert case_of(yard, "INVENTORY_DRIFT", "BOWL") is not None
    put_back(yard, "BOWL", 2)
    room.act("adjust", "BOWL", 2, reason="Found")
    room.settle()
    room.settle()
    assert yard.stock("BOWL") == before + 2
    room.count()
    assert case_of(yard, "INVENTORY_DRIFT", "BOWL") is None


def stock_comes_back(yard: Yard) -> None:
    """The 3PL loses two mugs, finds a book and takes in six lamps; each is told by file, and one file comes twice.

    Sage's stock moves by exactly that, in the bin that is mapped and against the nominals that are mapped, once.
    """
    room = room_of(yard)
    skus = ("MUG", "BOOK", "LAMP")
    before = {sku: yard.stock(sku) for sku in skus}
    room.act("adjust", "MUG", -2, reason="Damaged")
    room.act("adjust", "BOOK", 1, reason="Found")
    room.act("receive", "LAMP", 6)
    for _ in range(3):
        room.settle()
    assert {sku: yard.stock(sku) - before[sku] for sku in skus} == {"MUG": -2, "BOOK": 1, "LAMP": 6}


def above_the_limit_a_person(yard: Yard) -> None:
    """Finance lets losses up to 50.00 at cost be booked alone. Two mugs are lost, and forty.

    The two are booked at once; the forty wait on finance's desk with 60.00 at cost, and are booked with the reason
    that somebody gives.
    """
    room = room_of(yard)
    before = yard.stock("MUG")
    room.act("write_off", "MUG", 2, reason="DAMAGE")
    room.settle()
    room.settle()
    assert yard.stock("MUG") == before - 2
    room.act("write_off", "MUG", 40, reason="DAMAGE")
    room.settle()
    case = case_of(yard, "MOVEMENT_NOT_APPROVED", "GBP 60.00 at cost")
    assert case is not None
    assert case.owner == "finance"
    assert yard.stock("MUG") == before - 2
    yard.typed("case", "accept", str(case.id), "--why", "counted again")
    room.settle()
    assert yard.stock("MUG") == before - 42


def who_may_restock(yard: Yard) -> None:
    """By the house's rule returned goods go back on sale through Sage's returns; the 3PL puts a mug back by itself.

    It is not booked, and on a desk. The house lets the warehouse do it: it is booked, once.
    """
    room = room_of(yard)
    row = {"treatment": "write_on", "account": "5200", "approve_over": "never"}
    yard.house.rule("stock_reason", "return", **row)
    before = yard.stock("MUG")
    room.act("return", "MUG", 1)
    room.settle()
    assert yard.stock("MUG") == before
    assert case_of(yard, "UNAUTHORISED_RESTOCK", "MUG") is not None
    yard.mapped("policy", "restock_authority", value="warehouse")
    room.settle()
    case = case_of(yard, "UNAUTHORISED_RESTOCK", "MUG")
    if case is not None:
        yard.typed("case", "retry", str(case.id))
        room.settle()
    assert yard.stock("MUG") == before + 1


def worse_while_all_is_green(yard: Yard) -> None:
    """Every run succeeds, every file is taken in; yet at each of three counts one more stock code differs.

    That itself is a case: three stock codes, more at each count. Put right in Sage, nothing differs.
    """
    room = room_of(yard)
    skus = ("MUG", "BOOK", "LAMP")
    for sku in skus:
        room.lose_in_sage(sku, 2)
        room.count()
    case = case_of(yard, "SYNC_ILLUSION_STOCK", "more at each of 3 counts")
    assert case is not None
    for sku in skus:
        put_back(yard, sku, 2)
    room.count()
    yard.typed("reconcile", "stock")


def despatch_past_the_ledger(yard: Yard) -> None:
    """Somebody has Sage reduce stock at invoice, not at despatch. Three mugs leave; two hours go by.

    The despatch is there and no stock has been issued: a case of finance's with 4.50 at cost. When the invoice is
    posted it closes; with the setting put back the next despatch is none.
    """
    room_of(yard)
    application = yard.house.application
    check_despatches(application.floor, application.companies[COMPANY])
    yard.control.put("/sage200/settings", {"sop": {"update_stock_on_despatch": False}})
    number = yard.order(("MUG", 3))
    yard.settle()
    yard.ship(number)
    yard.settle()
    looked(yard)
    yard.house.later(timedelta(hours=2))
    looked(yard)
    case = case_of(yard, "DESPATCH_NOT_IN_GL", "GBP 4.50 at cost")
    assert case is not None
    assert case.owner == "finance"
    yard.control.post("/sage200/desktop/post-invoice", {"order": number})
    yard.control.put("/sage200/settings", {"sop": {"update_stock_on_despatch": True}})
    looked(yard)
    assert case_of(yard, "DESPATCH_NOT_IN_GL", "GBP 4.50 at cost") is None


def looked(yard: Yard) -> None:
    """The schedule that looks whether stock was issued for what Sage shows as despatched."""
    application = yard.house.application
    check_despatches(application.floor, application.companies[COMPANY])


ROWS = (
    Row(
        id="WMS-01",
        says="What a warehouse counts and Sage holds is compared by stock code in units and value; drift is a case.",
        scenario=drift,
        missing="the difference over time, and the movement at which it began",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-11",
        says="Who may put returned goods back on sale is set; the other one's restock is held.",
        scenario=who_may_restock,
    ),
    Row(
        id="WMS-17",
        says="Finance compares a warehouse's count with Sage at the cut-off, stock code by stock code.",
        scenario=finance_closes_on_a_count,
        missing="the sign-off by warehouse and finance before the close",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-18",
        says="A warehouse's count never overwrites Sage: only a movement with a reason is booked.",
        scenario=never_an_overwrite,
        missing="a correction suggested from the count",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-31",
        says="Runs that succeed while stock agrees less and less are a case of their own.",
        scenario=worse_while_all_is_green,
    ),
    Row(
        id="WMS-33",
        says="What is only under way is told apart from what really differs.",
        scenario=timing_is_no_drift,
        missing="the trend of each stock code, and those that differ most by value",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-46",
        says="A despatch for which Sage issued no stock is found, with its value.",
        scenario=despatch_past_the_ledger,
    ),
    Row(
        id="WMS-52",
        says="What a warehouse loses, finds and takes in is booked in Sage by reason, once.",
        scenario=stock_comes_back,
        missing="receipts matched to Sage's purchase orders",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="WMS-53",
        says="Up to a limit of value stock is booked alone; above it a person decides.",
        scenario=above_the_limit_a_person,
        missing="a digest for finance of what was booked alone",
        left_to=(Later.CLOSE,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_a_warehouse_says_of_stock(row: Row, yard: Yard) -> None:
    play(row, yard)
