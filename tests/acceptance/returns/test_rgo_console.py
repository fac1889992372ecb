"""The first page: what is not reconciled, in pounds, and what needs the person who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.acceptance.returns.test_ret_console import next_for
from tests.acceptance.returns.trade import tried_again
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import alarms_look, at_console, people_told
from tests.processes.estate import Line
from tests.processes.house import COMPANY

from tieout.domain.people import Role
from tieout.processes.figures_kept import keep_figures

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk

DEBT = "Reconciliation debt, GBP"


def counted(desk: Desk) -> None:
    """What runs every few minutes: the figures of the console are counted."""
    keep_figures(desk.house.application.store, [COMPANY], now=desk.house.application.clock())


def debt_is_the_headline(desk: Desk) -> None:
    """A mug and a lamp are here, and their way of payment has no bank: no credit note for four days. A bowl went well.

    The first figure of the first page is the debt of 72.00 by the invoices, not how much went well; behind it stand
    system, owner, count and age, and each return. Put right it is nothing, and the days before are kept beside it.
    """
    good = desk.authorised(desk.sold(Line("BOWL", 1, "7.99")), ("BOWL", 1))
    desk.arrived(good)
    desk.settle()
    orders = desk.sold(), desk.sold(Line("LAMP", 2, "25.00"))
    with desk.ruled("tender", "shopify_payments", {"bank": "SHOPPAY"}, bank="NOWHERE"):
        late = desk.authorised(orders[0], ("MUG", 1)), desk.authorised(orders[1], ("LAMP", 2))
        for rma in late:
            desk.arrived(rma)
        desk.settle()
        desk.days_pass(4)
    counted(desk)
    with at_console(desk, Role.FINANCE) as visitor:
        page = visitor.get("/")
        assert page.texts(".figure .name")[0] == DEBT
        assert page.texts(".figure .value")[0] == "£72.00"
        behind = visitor.follow(page, ".figure .value a")
        (line,) = [row for row in behind.rows() if row[:3] == ["Return", "Sage 200", "finance"]]
        assert line[3:] == ["2", "2", "3 d ago", "£72.00"]
        named = {row[0] for row in behind.rows() if row[2:3] == ["credit note"]}
        assert named == {f"Return {rma.number}" for rma in late}
    for rma in late:
        tried_again(desk, rma)
    desk.days_pass(1)
    counted(desk)
    with at_console(desk, Role.FINANCE) as visitor:
        page = visitor.get("/")
        assert page.texts(".figure .value")[0] == "£0.00"
        trend = {row[0]: row[1] for row in page.rows("details tbody tr") if row[1].startswith("£")}
        assert trend == {"24 Jan 2011": "£72.00", "25 Jan 2011": "£0.00"}
    assert desk.change().credits == ((1000, 200), (5000, 1000))


def only_what_needs_them(desk: Desk) -> None:
    """Six returns: three are fine, three have a reason that nobody mapped.

    Operations have the three on their first page, and got one message for all. Finance and customer service have
    nothing to look at: neither the three of operations, nor those that are fine, which nobody has to look at.
    The reason is mapped, and operations have nothing to look at, too.
    """
    with people_told(desk, "operations") as told:
        fine = [desk.authorised(desk.sold(), ("MUG", 1)) for _ in range(3)]
        unknown = [desk.authorised(desk.sold(), ("MUG", 1, "A gift that nobody wanted")) for _ in range(3)]
        for rma in (*fine, *unknown):
            desk.arrived(rma)
        desk.settle()
        alarms_look(desk)
        assert len([one for one in told.messages if unknown[0].number in one["message"]]) == 1
        assert all(desk.is_done(rma) for rma in fine)
        with at_console(desk, Role.OPERATIONS) as visitor:
            queue = next_for(visitor.get("/"))
        assert queue == [(f"Return {rma.number}", "operations") for rma in unknown]
        for role in (Role.FINANCE, Role.CUSTOMER_SERVICE):
            with at_console(desk, role) as visitor:
                page = visitor.get("/")
            assert "Nothing waits for you" in page.text("main")
            assert all(need.startswith("0 ") for need in page.texts(".needs li"))
            assert [rma.number for rma in (*fine, *unknown) if f"Return {rma.number}" in page.text("main")] == []
        desk.mapped("reason", "A gift that nobody wanted", code="sound", account="4010", grade="good")
        desk.settle()
        with at_console(desk, Role.OPERATIONS) as visitor:
            assert "Nothing waits for you" in visitor.get("/").text("main")
    assert desk.change().credits == ((1000, 200),) * 6


ROWS = (
    Row(
        id="RGO-29",
        says="Each role's page shows only what needs that role.",
        scenario=only_what_needs_them,
        missing="a limit to how many alerts a role gets in a day",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="RGO-24",
        says="The headline is what is not reconciled, in pounds and by owner.",
        scenario=debt_is_the_headline,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_the_first_page_says(row: Row, desk: Desk) -> None:
    play(row, desk)
