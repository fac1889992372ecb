"""Orders that Sage has let go: a credit that stands alone, with both numbers in it, and a list of those."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.acceptance.returns.trade import returned, sage_documents, sold_as, told, typed
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import at_console, exception_of
from tests.processes.estate import Line
from tests.processes.house import LONG_AGO

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk
    from tests.processes.estate import Json

TWO_MUGS = Line("MUG", 2, "10.00")


def take_old_orders(desk: Desk) -> None:
    """The house takes back what Sage no longer holds, on the account of the shop's customer."""
    desk.house.rule("customer", "a@example.org", LONG_AGO, account="12345")
    for rate, code in (("20", "1"), ("0", "2"), ("17.5", "9")):
        desk.house.rule("tax_rate", rate, LONG_AGO, code=code)
    desk.house.rule("value_policy", "historical", LONG_AGO, account="4000", approve_over="never")


def archived(desk: Desk, *lines: Line, day: str = "2011-01-10", **shop: Json) -> str:
    """An order of which Sage keeps the invoice alone."""
    order = sold_as(desk, *lines, day=day, **shop)
    desk.control.post("/sage200/desktop/archive", {"order": order})
    return order


def linked_where_it_can_be(desk: Desk) -> None:
    """A mug of an order that Sage holds comes back, then one of an order that Sage has archived.

    The first is credited on its order's own return; the second by itself, and the list of credits tells them apart.
    """
    take_old_orders(desk)
    before = desk.control.deeds()
    live = returned(desk, sold_as(desk, TWO_MUGS), ("MUG", 1))
    assert (desk.control.deeds() - before)["sop_return.received"] == 1
    old = returned(desk, archived(desk, TWO_MUGS), ("MUG", 1))
    assert (desk.control.deeds() - before)["sop_return.received"] == 1
    assert desk.change().credits == ((1000, 200),)
    classes = {row["rma"]: row["credit_class"] for row in told(desk, "credits")["rows"]}
    assert classes[live.number] == "linked to its sale"
    assert classes[old.number] == "stand-alone, historical"


def alone_with_both_numbers(desk: Desk) -> None:
    """A mug sold at 9.99 and 17.5 per cent in December comes back when Sage has archived the order.

    One credit note of 9.99 and 1.75 VAT on the customer's account names order and RMA; the refund is 11.74.
    """
    take_old_orders(desk)
    order = archived(desk, Line("MUG", 2, "9.99", 9), day="2010-12-20")
    rma = returned(desk, order, ("MUG", 1))
    assert desk.change().credits == ((999, 175),)
    assert desk.change().refunds == ((order, 1174),)
    assert (desk.change().outstanding, desk.change().stock) == (0, {("MUG", "A1"): 1})
    ledger = desk.control.get("/sage200/ledgers/sales")
    (credit,) = (row for row in ledger if "Credit" in row["type"] and rma.number in row["second_reference"].split())
    assert (credit["customer"], credit["second_reference"]) == ("12345", f"{order} {rma.number}")
    assert sage_documents(desk, rma)[0] == (-999, -175)
    assert desk.is_done(rma)


def list_of_unlinked_credits(desk: Desk) -> None:
    """Credits without a sale behind them are listed after one more of 12.00 was made.

    It stands there with order, RMA and value as in Sage's ledger, and in the share of all credits.
    """
    take_old_orders(desk)
    order = archived(desk, TWO_MUGS)
    rma = returned(desk, order, ("MUG", 1))
    made = told(desk, "credits")
    (row,) = (each for each in made["rows"] if each["rma"] == rma.number)
    assert (row["storefront_order"], row["net_minor"], row["tax_minor"]) == (order, 1000, 200)
    assert row["has_receipt"]
    assert desk.change().credits == ((1000, 200),)
    assert row["second_reference"] == f"{order} {rma.number}"


def an_unknown_customer(desk: Desk) -> None:
    """A return of an archived order is authorised, and the shop's customer is mapped to an account that is not there.

    Finance hears of it at authorisation, before any goods come. The account is put right: credited on receipt.
    """
    take_old_orders(desk)
    somebody = {"id": 778, "email": "lost@example.org", "first_name": "L", "last_name": "Ost"}
    order = archived(desk, TWO_MUGS, customer=somebody)
    desk.house.rule("customer", "lost@example.org", LONG_AGO, account="NOBODY")
    rma = desk.authorised(order, ("MUG", 1))
    desk.settle()
    assert desk.case(rma) == "CUSTOMER_UNMAPPED"
    assert desk.change().is_nothing
    typed(desk, "mapping", "set", "giftware", "customer", "lost@example.org", "account=12345")
    desk.arrived(rma)
    desk.settle()
    assert desk.case(rma) == ""
    assert desk.change().credits == ((1000, 200),)


def put_right_by_the_house(desk: Desk) -> None:
    """A lamp was sold at a rate of VAT for which the table names no tax code of Sage: the return waits.

    From the exception's page one person of finance fills in the row and sees which returns use it; it is not obeyed
    until another approves it. What it held goes on by itself, and Sage has the credit.
    """
    take_old_orders(desk)
    desk.house.rule("tax_rate", "17.5", LONG_AGO, code="")
    order = archived(desk, Line("LAMP", 1, "20.00", 9), day="2010-12-20")
    rma = desk.authorised(order, ("LAMP", 1))
    desk.arrived(rma)
    desk.settle()
    assert desk.case(rma) == "VAT_CODE_MISSING"
    assert desk.change().is_nothing
    with at_console(desk, Role.FINANCE) as proposer, at_console(desk, Role.FINANCE_APPROVER) as approver:
        form = proposer.follow(proposer.get(exception_of(desk, rma)), "section.suggested a.primary")
        post = "form[method='post'][action='/mappings/tax_rate/propose']"
        look = proposer.submit(form, post, button="See what", f_code="9", why="the old rate")
        assert f"Return {rma.number}" in [row[0] for row in look.rows()]
        made = proposer.submit(look, post, button="Propose it")
        assert made.tree.cssselect("form[action$='/approve']") == []
        desk.settle()
        assert desk.change().is_nothing
        approver.submit(approver.get(made.address), "form[action$='/approve']")
    desk.settle()
    assert desk.change().credits == ((2000, 350),)
    assert desk.is_done(rma)


ROWS = (
    Row(
        id="RGO-58",
        says="A credit note is linked to the original order where Sage still holds it.",
        scenario=linked_where_it_can_be,
        missing="the posted invoice as a link of its own where only the order is archived",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="RGO-59",
        says="Else it stands alone on the customer's account with order and RMA number, at the sale's price and VAT.",
        scenario=alone_with_both_numbers,
    ),
    Row(
        id="RGO-60",
        says="Credits without a sale behind them are listed with both numbers.",
        scenario=list_of_unlinked_credits,
    ),
    Row(
        id="RGO-27",
        says="A return that fits no customer account is heard of at authorisation.",
        scenario=an_unknown_customer,
    ),
    Row(
        id="RGO-32",
        says="The house puts an unmapped tax code right by itself, and what it held goes on.",
        scenario=put_right_by_the_house,
        missing="a screen that shortens a text which is too long",
        left_to=(Later.NOBODY,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_old_orders(row: Row, desk: Desk) -> None:
    play(row, desk)
