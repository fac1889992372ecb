"""Where returned goods go: bins, quarantine, reasons and what the shop may offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import at_console
from tests.processes.estate import Line
from tests.processes.house import COMPANY
from tests.processes.reported import bench, staged
from tests.processes.test_arrivals import coming

from tieout.domain.people import Role
from tieout.processes.availability import publish_availability

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk
    from tests.processes.house import Rma

    from tieout.processes.reports.arrivals import Arrival

GOOD = {"warehouse": "HOME", "bin": "A1"}
DAMAGED = {"warehouse": "QUARANTINE", "bin": "Q1"}
SOUND = {"code": "sound", "account": "4010", "grade": "good"}


def bin_that_sage_has_not(desk: Desk) -> None:
    """The table sends good mugs to bin Z9, which Sage does not have.

    Operations is told HOME/Z9, and nothing is sent to Sage for the parcel; with the bin put right the mug is booked.
    """
    with desk.ruled("disposition", "any|good", GOOD, warehouse="HOME", bin="Z9"):
        rma = desk.authorised(desk.sold(), ("MUG", 1))
        before = desk.posted_in_sage()
        desk.arrived(rma)
        desk.settle()
        assert desk.case(rma) == "BIN_UNMAPPED"
        assert "HOME/Z9" in desk.says(rma)
        assert desk.posted_in_sage() == before
    desk.tried_again(rma)
    desk.settle()
    assert desk.change().stock == {("MUG", "A1"): 1}
    assert desk.change().credits == ((1000, 200),)


def damaged_goods(desk: Desk) -> None:
    """Of two mugs one is damaged; then somebody is about to map damaged goods to a bin for sale at the console.

    The first two lie in A1 and in quarantine and the shop offers one more. Before the row is even proposed its page
    says that this return would be stopped by it. It is put in force all the same, and another damaged mug comes: that
    one is a case, and nothing is booked.
    """
    rma = desk.authorised(desk.sold(Line("MUG", 2, "10.00")), ("MUG", 2))
    desk.arrived(rma, damaged=rma.units[:1])
    desk.settle()
    assert desk.change().stock == {("MUG", "A1"): 1, ("MUG", "Q1"): 1}
    assert desk.change().offered == {"MUG": 1}
    with at_console(desk, Role.OPERATIONS) as visitor:
        form = visitor.get("/mappings/disposition/propose?key=any%7Cdamaged")
        wanted: dict[str, Any] = {"f_warehouse": GOOD["warehouse"], "f_bin": GOOD["bin"], "why": "more room there"}
        look = visitor.submit(form, "form[method='post'][action$='/propose']", button="See what", **wanted)
        (would,) = [row for row in look.rows() if row[0] == f"Return {rma.number}"]
        assert would[3] == "Exception: Damaged goods would go to a bin that is for sale"
    with desk.ruled("disposition", "any|damaged", DAMAGED, **GOOD):
        third = desk.authorised(desk.sold(), ("MUG", 1))
        desk.arrived(third, damaged=third.units)
        desk.settle()
        assert desk.case(third) == "DISPOSITION_UNSAFE"
        assert desk.change().is_nothing


def returned_stock_by_stage(desk: Desk) -> None:
    """Of four mugs one is announced only, one is good, one damaged, one is here and not booked for a missing tender.

    The report has one unit in each stage; what it shows in A1 and quarantine is what Sage has there.
    """
    before = staged(desk.house)
    booked = desk.authorised(desk.sold(Line("MUG", 2, "10.00")), ("MUG", 2))
    desk.arrived(booked, damaged=booked.units[:1])
    desk.settle()
    assert desk.change().stock == {("MUG", "A1"): 1, ("MUG", "Q1"): 1}
    assert desk.change().credited == 2400
    with desk.ruled("tender", "shopify_payments", {"bank": "SHOPPAY"}, bank="NOWHERE"):
        desk.authorised(desk.sold(), ("MUG", 1))
        held = desk.authorised(desk.sold(), ("MUG", 1))
        desk.arrived(held)
        desk.settle()
    assert more(staged(desk.house), before) == {
        "announced": (1, 1200),
        "saleable": (1, 1200),
        "quarantine": (1, 1200),
        "received, not booked": (1, 1200),
    }


def live_view(desk: Desk) -> None:
    """A mug is announced, received and booked; the board is asked at each step.

    It stands in one stage at a time, and is saleable when Sage holds one more in A1 and the shop offers one more.
    """
    before = staged(desk.house)
    rma = desk.authorised(desk.sold(), ("MUG", 1))
    desk.settle()
    assert more(staged(desk.house), before) == {"announced": (1, 1200)}
    assert desk.change().is_nothing
    desk.arrived(rma)
    desk.settle()
    assert more(staged(desk.house), before) == {"saleable": (1, 1200)}
    assert (desk.change().stock, desk.change().offered) == ({("MUG", "A1"): 1}, {"MUG": 1})


def line_by_line(desk: Desk) -> None:
    """A zero-rated book that did not please and a damaged mug are on one RMA, each reason with a nominal of its own.

    Sage's credit note has 14.55 and 2.00 VAT: 4.55 on nominal 4012 and 10.00 on 4010; each unit lies in its bin.
    """
    desk.control.post("/sage200/load", {"nominals": [{"account": "4012", "name": "Returns: taste"}]})
    desk.house.rule("reason", "Not for me", code="taste", account="4012", grade="good")
    order = desk.sold(Line("BOOK", 1, "4.55", 2), Line("MUG", 1, "10.00"))
    rma = desk.authorised(order, ("BOOK", 1, "Not for me"), ("MUG", 1, "Faulty"))
    desk.arrived(rma, damaged=rma.units[1:])
    desk.settle()
    change = desk.change()
    assert change.credits == ((1455, 200),)
    assert (change.nominals["4012"], change.nominals["4010"]) == (455, 1000)
    assert change.stock == {("BOOK", "A1"): 1, ("MUG", "Q1"): 1}


def routed_by_reason_and_grade(desk: Desk) -> None:
    """Damaged goods go to quarantine, but what the customer calls faulty goes to goods-in for repair.

    A faulty bowl and a damaged mug of another reason come back together: each lies where its own row says.
    """
    desk.house.rule("disposition", "faulty|damaged", warehouse="HOME", bin="GOODS-IN")
    order = desk.sold(Line("BOWL", 1, "7.99"), Line("MUG", 1, "10.00"))
    rma = desk.authorised(order, ("BOWL", 1, "Faulty"), ("MUG", 1, "Changed mind"))
    desk.arrived(rma, damaged=rma.units)
    desk.settle()
    desk.house.rule("disposition", "faulty|damaged", **DAMAGED)
    assert desk.change().stock == {("BOWL", "GOODS-IN"): 1, ("MUG", "Q1"): 1}
    assert desk.change().offered == {}


def reason_that_nobody_mapped(desk: Desk) -> None:
    """A mug comes back because it "smells of fish", which no row knows.

    Nothing reaches Sage; the page of the table warns of the gap and of the 12.00 that it holds up. At the console one
    person fills in the row and another approves it; then 10.00 stands on its nominal and no gap is left.
    """
    desk.control.post("/sage200/load", {"nominals": [{"account": "4013", "name": "Returns: smell"}]})
    rma = desk.authorised(desk.sold(), ("MUG", 1, "Smells of fish"))
    before = desk.posted_in_sage()
    desk.arrived(rma)
    desk.settle()
    assert desk.case(rma) == "REASON_UNMAPPED"
    assert desk.posted_in_sage() == before
    table = "/mappings/reason"
    row: dict[str, Any] = {"f_code": "smell", "f_account": "4013", "f_grade": "good", "why": "new this year"}
    with at_console(desk, Role.FINANCE) as proposer, at_console(desk, Role.FINANCE_APPROVER) as approver:
        gap = next(line for line in proposer.get(f"{table}/coverage").rows() if line[0] == "Smells of fish")
        assert gap[1:4] == ["No row", "1", "£12.00"]
        form = proposer.get(f"{table}/propose?key=Smells+of+fish")
        look = proposer.submit(form, f"form[method='post'][action='{table}/propose']", button="See what", **row)
        made = proposer.submit(look, f"form[action='{table}/propose']", button="Propose it")
        approver.submit(approver.get(made.address), "form[action$='/approve']")
        desk.settle()
        gaps = [line[0] for line in proposer.get(f"{table}/coverage").rows() if line[1] != "Mapped"]
        assert "Smells of fish" not in gaps
    assert desk.change().nominals["4013"] == 1000
    assert desk.is_done(rma)


def one_row_lets_all_go(desk: Desk) -> None:
    """Three RMAs have a reason that nobody mapped; two of the parcels are here.

    The warehouse sees all three: one to expect, two on its bench. One new row, and both parcels are booked.
    """
    rmas = [desk.authorised(desk.sold(), ("MUG", 1, "Wrong shade")) for _ in range(3)]
    for rma in rmas[:2]:
        desk.arrived(rma)
    desk.settle()
    assert {desk.case(rma) for rma in rmas} == {"REASON_UNMAPPED"}
    assert desk.change().is_nothing
    assert arrival_of(desk, rmas[2]) is not None
    assert {rma.number for rma in rmas[:2]} <= {each.rma for each in bench(desk.house).rmas}
    desk.mapped("reason", "Wrong shade", **SOUND)
    desk.settle()
    assert desk.change().credits == ((1000, 200),) * 2
    assert desk.change().stock == {("MUG", "A1"): 2}
    assert all(desk.is_done(rma) for rma in rmas[:2])


def never_offered_too_soon(desk: Desk) -> None:
    """One mug is refunded before it comes, one lies in quarantine; then somebody raises what the shop offers by hand.

    The shop offers no more mugs for either, whatever the customer has been paid. What is offered by hand over what is
    there is on a desk as OVERSELL_RISK until it is taken back.
    """
    with desk.chosen(mode="detect"):
        paid = desk.authorised(desk.sold(), ("MUG", 1))
        desk.house.act(paid, "refund")
        desk.settle()
        assert desk.change().refunded == 1200
        assert desk.change().offered == {}
    damaged = desk.authorised(desk.sold(), ("MUG", 1))
    desk.arrived(damaged, damaged=damaged.units)
    desk.settle()
    assert desk.change().stock == {("MUG", "Q1"): 1}
    assert desk.change().offered == {}
    company = desk.house.application.companies[COMPANY]
    with desk.ruled("policy", "publish_availability", {"value": "off"}, value="on"):
        publish_availability(desk.house.application.floor, company)
        desk.house.rule("policy", "publish_availability", value="watch")
        for units, risks in ((500, ["OVERSELL_RISK"]), (-500, [])):
            desk.control.post("/shopify/adjustments", {"sku": "MUG", "delta": units, "reason": "correction"})
            publish_availability(desk.house.application.floor, company)
            assert [case.code for case in desk.house.open_cases() if case.code == "OVERSELL_RISK"] == risks


def bin_that_is_not_for_sale(desk: Desk) -> None:
    """The table sends good mugs to the goods-in bin, whose stock is not for sale.

    Operations is told before anything is booked; with A1 in its place the mug counts as stock that can be promised.
    """
    with desk.ruled("disposition", "any|good", GOOD, warehouse="HOME", bin="GOODS-IN"):
        rma = desk.authorised(desk.sold(), ("MUG", 1))
        desk.arrived(rma)
        desk.settle()
        assert desk.case(rma) == "RESTOCK_NOT_ATP"
        assert desk.change().is_nothing
    desk.tried_again(rma)
    desk.settle()
    assert (desk.change().stock, desk.change().offered) == ({("MUG", "A1"): 1}, {"MUG": 1})


def expected_parcels(desk: Desk) -> None:
    """Two mugs are authorised; the list of what to expect is read before and after they come, with no money moved.

    It names the RMA, the order, two mugs and where they go, and is rid of them once they have come.
    """
    order = desk.sold(Line("MUG", 2, "10.00"))
    rma = desk.authorised(order, ("MUG", 2))
    desk.settle()
    expected = arrival_of(desk, rma)
    assert expected is not None
    assert (expected.order, [(goods.sku, goods.units, goods.goes_to) for goods in expected.goods]) == (
        order,
        [("MUG", 2, "HOME/A1")],
    )
    assert desk.change().is_nothing
    desk.arrived(rma)
    desk.settle()
    assert arrival_of(desk, rma) is None
    assert desk.change().stock == {("MUG", "A1"): 2}


def arrival_of(desk: Desk, rma: Rma) -> Arrival | None:
    return next((each for each in coming(desk.house).arrivals if each.rma == rma.number), None)


def more(now: dict[str, tuple[int, int]], before: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """(units, pence) by stage that are there now and were not before."""
    none = (0, 0)
    moved = {stage: tuple(n - b for n, b in zip(now[stage], before.get(stage, none), strict=True)) for stage in now}
    return {stage: (units, value) for stage, (units, value) in moved.items() if units or value}


ROWS = (
    Row(
        id="RET-10",
        says="A warehouse or bin that Sage does not have stops the return before anything is posted.",
        scenario=bin_that_sage_has_not,
    ),
    Row(
        id="RET-14",
        says="Damaged goods go to quarantine and never into a bin for sale.",
        scenario=damaged_goods,
        missing="refusing such a row when it is saved: what it would stop is shown, and it can be approved",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="RET-16",
        says="Returned stock by value: saleable, quarantine, to come and not yet booked.",
        scenario=returned_stock_by_stage,
        missing="its reconciliation to Sage's stock valuation by warehouse",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="RET-18",
        says="A live view of returned stock by stage, with the time at which it was read.",
        scenario=live_view,
        missing="the time at which a unit is expected to be for sale",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="RET-19",
        says="Every line is mapped: stock code, quantity, price, VAT, warehouse, bin and nominal.",
        scenario=line_by_line,
        missing="a preview on a sample message, and tests that are kept with a row",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="RET-27",
        says="Returned goods are routed by reason and grade to a place of their own.",
        scenario=routed_by_reason_and_grade,
        missing="routing by what kind of item it is",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="RET-30",
        says="A reason without a nominal and a place never reaches Sage.",
        scenario=reason_that_nobody_mapped,
        missing="the warning while a row is saved, beside the pages that show gaps; going live held up by them",
        left_to=(Later.GO_LIVE,),
    ),
    Row(
        id="RET-51",
        says="The shop never offers a unit that Sage cannot sell, whatever was refunded.",
        scenario=never_offered_too_soon,
    ),
    Row(
        id="RET-53",
        says="Goods put into a bin that is not for sale are found before they are booked there.",
        scenario=bin_that_is_not_for_sale,
    ),
    Row(
        id="RET-56",
        says="An unknown reason holds the posting, not the parcel; one new row lets go all that it held.",
        scenario=one_row_lets_all_go,
    ),
    Row(
        id="RET-57",
        says="The warehouse knows what parcels to expect, whatever the money does.",
        scenario=expected_parcels,
        missing="the alarm when a parcel was delivered and nobody booked it",
        left_to=(Later.NOBODY,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_where_goods_go(row: Row, desk: Desk) -> None:
    play(row, desk)
