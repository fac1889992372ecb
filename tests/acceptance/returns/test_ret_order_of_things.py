"""What comes after what: the portal's word, the goods, Sage, the storefront and the money; once each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.processes.estate import Line
from tests.processes.reported import statement

if TYPE_CHECKING:
    from tests.acceptance.returns.desk import Desk
    from tests.processes.house import Rma

    from tieout.processes.reports.variance import VarianceRow

CLOSED, OPEN = ({"period_start": "2011-01-01", "status": status} for status in ("Closed", "Open"))
STOCK_CLOSED = {**CLOSED, "sub_ledger": "Stock"}
GOODS_BACK_AT = {"value": "receipt"}


def every_return_accounted_for(desk: Desk) -> None:
    """Six returns while webhooks are lost and doubled and Sage loses answers: four are fine, two are not.

    The request that the portal rejects is done with nothing posted, the reason that nobody mapped is a case, and each
    of the other four has one credit note: 48.00 in all, refunded, with nothing left open.
    """
    orders = [desk.sold() for _ in range(6)]
    desk.control.temper("returngo", drop_webhook=0.3, duplicate_webhook=0.3, seed=3)
    desk.control.temper("sage200", lost_reply=0.1, lost_reply_as="504", method="POST", path_contains="sop_returns")
    fine = [desk.authorised(order, ("MUG", 1)) for order in orders[:4]]
    odd = desk.authorised(orders[4], ("MUG", 1, "Fell out of love"))
    refused = desk.asked(orders[5], ("MUG", 1))
    desk.house.act(refused, "reject")
    for rma in (*fine, odd):
        desk.arrived(rma)
    desk.settle()
    desk.schedules_run()
    desk.control.temper("returngo")
    desk.control.temper("sage200")
    change = desk.change()
    assert change.credits == ((1000, 200),) * 4
    assert (change.refunded, sum(change.payments), change.outstanding) == (4800, 4800, 0)
    assert all(desk.is_done(rma) for rma in fine)
    assert desk.case(odd) == "REASON_UNMAPPED"
    assert desk.house.document(refused).state == "done"


def portal_waits_for_sage(desk: Desk) -> None:
    """The goods are here while Sage's books are closed; then they are opened.

    Until Sage has the credit note the portal's RMA is not done and no refund leaves; afterwards the one thing that
    Tieout has changed at the portal is the RMA's status.
    """
    rma = desk.authorised(desk.sold(), ("MUG", 1))
    with desk.amiss("/sage200/periods", CLOSED, OPEN):
        desk.arrived(rma)
        desk.settle()
        assert desk.status(rma) != "Done"
        assert desk.change().refunds == ()
    before = at_the_portal(desk)
    desk.tried_again(rma)
    desk.settle()
    assert desk.status(rma) == "Done"
    assert at_the_portal(desk)[len(before) :] == ["rma.status_changed"]
    assert desk.change().credited == desk.change().refunded == 1200


def pending_until_received(desk: Desk) -> None:
    """Two mugs are authorised; only then does one arrive, and later the other.

    Authorised, Sage has a pending return and no ledger moves by a penny; each mug is credited when it has arrived.
    """
    order = desk.sold(Line("MUG", 2, "10.00"))
    before = desk.posted_in_sage()
    rma = desk.authorised(order, ("MUG", 2))
    desk.settle()
    assert desk.posted_in_sage() == before + 1
    assert desk.change().is_nothing
    for number, unit in enumerate(rma.units, start=1):
        desk.arrived(rma, unit)
        desk.settle()
        assert desk.change().credits == ((1000, 200),) * number
    assert desk.is_done(rma)


def credit_at_inspection(desk: Desk) -> None:
    """The house credits at inspection: a mug arrives and nobody has looked at it yet.

    No ledger moves until somebody has looked; the document says that it waits to be inspected.
    """
    with desk.ruled("policy", "credit_on", GOODS_BACK_AT, value="inspection"):
        rma = desk.authorised(desk.sold(), ("MUG", 1))
        desk.arrived(rma, graded=False)
        desk.settle()
        assert desk.change().is_nothing
        assert "to be received or inspected" in desk.waits_for(rma)
        desk.inspected(rma)
        desk.settle()
        assert desk.change().credits == ((1000, 200),)


def three_facts(desk: Desk) -> None:
    """The portal refunds first, as some are set to; the mug comes later.

    Portal and storefront say 12.00 while Sage says nothing: not final. With Sage's credit note of 12.00 it is.
    """
    with desk.chosen(mode="detect"):
        rma = desk.authorised(desk.sold(), ("MUG", 1))
        desk.house.act(rma, "refund")
        desk.settle()
        row = statement_of(desk, rma)
        assert desk.change().refunded == 1200
        assert (row.portal.minor, row.storefront.minor, row.sage.minor, row.is_final) == (1200, 1200, 0, False)
        desk.arrived(rma)
        desk.settle()
        row = statement_of(desk, rma)
        assert desk.change().credited == row.sage.minor == 1200
        assert row.is_final
        assert desk.change().refunded == 1200, "refunded a second time"


def once_whatever_is_repeated(desk: Desk) -> None:
    """Every webhook comes twice, and Sage's answers to what it has just done are lost.

    One credit note, one refund, one payment and one movement of stock, all the same.
    """
    order = desk.sold(Line("MUG", 2, "10.00"))
    desk.control.temper("returngo", duplicate_webhook=1)
    desk.control.temper("shopify", duplicate_webhook=1, lost_reply=1, lost_reply_as="504", method="POST", limit=1)
    desk.control.temper("sage200", lost_reply=1, lost_reply_as="504", method="POST", limit=3)
    rma = desk.authorised(order, ("MUG", 2))
    desk.settle()
    desk.arrived(rma)
    desk.settle()
    for system in ("returngo", "shopify", "sage200"):
        desk.control.temper(system)
    desk.schedules_run()
    change = desk.change()
    assert (change.credits, change.refunds, change.payments) == (((2000, 400),), ((order, 2400),), (2400,))
    assert change.stock == {("MUG", "A1"): 2}
    assert change.offered == {"MUG": 2}
    assert desk.is_done(rma)


def closed_period(desk: Desk) -> None:
    """January is closed in Sage when the goods come; nothing is posted, in any ledger, until it is opened."""
    rma = desk.authorised(desk.sold(), ("MUG", 1))
    with desk.amiss("/sage200/periods", CLOSED, OPEN):
        desk.arrived(rma)
        desk.settle()
        assert desk.case(rma) == "PERIOD_CLOSED"
        assert desk.change().is_nothing
    desk.tried_again(rma)
    desk.settle()
    assert desk.change().credits == ((1000, 200),)
    assert desk.is_done(rma)


def shop_follows_sage(desk: Desk) -> None:
    """Sage's stock ledger is closed when a mug comes back; then it is opened.

    The shop offers no more mugs until Sage holds one more in a bin for sale; then it offers exactly one more.
    """
    rma = desk.authorised(desk.sold(), ("MUG", 1))
    with desk.amiss("/sage200/periods", STOCK_CLOSED, OPEN):
        desk.arrived(rma)
        desk.settle()
        assert (desk.change().stock, desk.change().offered) == ({}, {})
    desk.tried_again(rma)
    desk.settle()
    assert desk.change().stock == {("MUG", "A1"): 1}
    assert desk.change().offered == {"MUG": 1}


def sage_away(desk: Desk) -> None:
    """Sage answers nobody while five returns are told of and their goods arrive.

    Every message is taken in; nothing is posted; when Sage is back all five are credited once, 60.00 in all.
    """
    orders = [desk.sold() for _ in range(5)]
    desk.control.temper("sage200", error_before=1)
    rmas = [desk.authorised(order, ("MUG", 1)) for order in orders]
    for rma in rmas:
        desk.arrived(rma)
    desk.tried_for(0.5)
    assert {desk.house.document(rma).state for rma in rmas} <= {"new", "waiting"}
    assert desk.change().is_nothing
    desk.control.temper("sage200")
    desk.settle()
    assert desk.change().credits == ((1000, 200),) * 5
    assert desk.change().refunded == 6000
    assert all(desk.is_done(rma) for rma in rmas)


def only_with_goods_or_by_policy(desk: Desk) -> None:
    """The portal refunds a mug that never came; another customer may keep hers, by a policy that the house declared.

    Sage credits nothing for the first. The kept one is credited with no movement of stock, because the policy says so;
    the list of Sage's credit notes without goods and without such a policy is empty.
    """
    with desk.chosen(mode="detect"):
        ran_ahead = desk.authorised(desk.sold(), ("MUG", 1))
        desk.house.act(ran_ahead, "refund")
        desk.settle()
        assert desk.change().credits == ()
    kept = desk.authorised(desk.sold(), ("MUG", 1), return_method="No shipment required")
    desk.settle()
    assert desk.case(kept) == "OUTCOME_NOT_COVERED"
    assert desk.change().credits == ()
    desk.mapped("value_policy", "returnless", approve_over="20.00")
    desk.settle()
    change = desk.change()
    assert change.credits == ((1000, 200),)
    assert (change.stock, change.offered) == ({}, {})
    assert change.refunded == 1200
    asked = ("report", "credits", "--since", "2011-01-01", "--without-receipt", "--json")
    assert json.loads(desk.answered(*asked))["without_receipt"] == []


def statement_of(desk: Desk, rma: Rma) -> VarianceRow:
    (row,) = (row for row in statement(desk.house).rows if row.document.endswith(f" {rma.number}"))
    return row


def at_the_portal(desk: Desk) -> list[str]:
    """Every change that came in through the portal's own door."""
    entries = desk.control.get("/returngo/journal?effects_only=1")["entries"]
    return [effect["name"] for entry in entries if entry["method"] != "CONTROL" for effect in entry["effects"]]


ROWS = (
    Row(
        id="RET-02",
        says="Every return ends posted, on a desk, or refused; none is unaccounted for.",
        scenario=every_return_accounted_for,
    ),
    Row(
        id="RET-12",
        says="The portal moves the goods and Sage has the last word on money; each writes only what is its own.",
        scenario=portal_waits_for_sage,
    ),
    Row(
        id="RET-13",
        says="Authorisation makes a pending record in Sage that is credited only when the warehouse has the goods.",
        scenario=pending_until_received,
    ),
    Row(
        id="RET-15",
        says="The house decides whether the credit is posted at receipt or at inspection.",
        scenario=credit_at_inspection,
        missing="the reasons and ages of what is deferred in the close pack",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="RET-17",
        says="A refund is final only when Sage's credit note is there: portal, payment and Sage are kept apart.",
        scenario=three_facts,
    ),
    Row(
        id="RET-20",
        says="Whatever is told twice, lost or answered late is posted once.",
        scenario=once_whatever_is_repeated,
    ),
    Row(
        id="RET-22",
        says="A return into a closed period is held and shown, not lost.",
        scenario=closed_period,
        missing="its place in the close pack",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="RET-25",
        says="The storefront offers a returned unit only once Sage has it in stock.",
        scenario=shop_follows_sage,
    ),
    Row(
        id="RET-45",
        says="While Sage cannot be reached returns queue in order; afterwards none is lost and none doubled.",
        scenario=sage_away,
        missing="the page of a return saying, to every role, that Sage cannot be reached",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="RET-50",
        says="No credit without goods, except where a declared policy says so.",
        scenario=only_with_goods_or_by_policy,
        missing="the daily count filed in the close pack",
        left_to=(Later.CLOSE,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_order_of_things(row: Row, desk: Desk) -> None:
    play(row, desk)
