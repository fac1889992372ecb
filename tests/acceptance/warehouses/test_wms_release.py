"""What is cleared in Sage goes out, whole and once; what is not says why; what is changed afterwards is stopped."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import at_console
from tests.acceptance.warehouses.people import at_mintsoft, order_at_mintsoft
from tests.acceptance.warehouses.seen import despatch_notes, invoiced, sage_books, sage_writes
from tests.acceptance.warehouses.yard import Setup
from tests.processes.house import COMPANY
from tests.shipping.depot import HOME

from tieout.domain import commands as c
from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Json, Yard

SETUP = Setup(rules=(("shipping_service", "mintsoft|Tomorrow", {"service": "DPD Next Day"}),))


def sage_is_the_master(yard: Yard) -> None:
    """The warehouse puts a lamp in the place of a mug, and ships an item that Sage does not have for a book.

    Both shipments are on a desk with what left and what was ordered. Sage's orders say what they said, Sage has no new
    item, and nothing was booked.
    """
    other, unknown = yard.order(("MUG", 1)), yard.order(("BOOK", 1))
    yard.settle()
    yard.control.post("/mintsoft/setup", {"products": [{"sku": "VASE", "stock": [{"quantity": 5}]}]})
    items, before = products(yard), sage_writes(yard)
    for number, ordered, shipped in ((other, "MUG", "LAMP"), (unknown, "BOOK", "VASE")):
        at_mintsoft(yard, number, "substitute", item=ordered, sku=shipped)
        yard.ship(number)
    yard.settle()
    assert yard.faults(other) == ["SUBSTITUTED"]
    assert yard.faults(unknown) == ["SKU_NOT_ON_ORDER"]
    assert [line.sku for number in (other, unknown) for line in yard.in_sage(number).lines] == ["MUG", "BOOK"]
    assert (products(yard), sage_writes(yard)) == (items, before)


def the_manifest(yard: Yard) -> None:
    """An order of two lines for a customer in Leeds, with tomorrow's service; another one has no postcode.

    Mintsoft holds exactly the lines, quantities and address of the first, under the service that the house has mapped,
    read back before it counts as sent. The second does not go, and its case says what is missing; the address put
    right in Sage, it goes.
    """
    number = yard.order(("MUG", 3), ("BOWL", 2), analysis=((4, "Tomorrow"),))
    without = yard.order(("MUG", 1), deliver_to=replace(HOME, postcode=""))
    yard.settle()
    row = order_at_mintsoft(yard, f"{number}-1")
    assert {item["sku"]: item["quantity"] for item in row["items"]} == {"MUG": 3, "BOWL": 2}
    (sent,) = yard.requests(number)
    assert (sent.service, sent.deliver_to.postcode, sent.deliver_to.country) == ("DPD Next Day", "LS1 4AP", "GB")
    (effect,) = [each for each in yard.effects(number) if each.command == "send_shipment_request"]
    answer: Json = effect.answer
    assert answer["figures"] == sent.figures()
    assert yard.faults(without) == ["DELIVERY_ADDRESS_INCOMPLETE"]
    assert "no postcode" in yard.says(without)
    whole = {"postal_name": "A. Customer", "address_1": "1 High Street", "postcode": "LS1 4AP", "country": "GB"}
    yard.control.post("/sage200/desktop/edit", {"order": without, "delivery_address": whole})
    yard.settle()
    assert len(yard.requests(without)) == 1


def the_life_of_a_request(yard: Yard) -> None:
    """Of four orders that went out, one is made smaller in Sage in time, one cancelled in time, one made smaller when
    it is being picked, and one the warehouse itself cancels.

    The first is stopped and goes out anew, smaller; the second is stopped; the third leaves as it is, with a case that
    says it was too late; the fourth is on a desk. Each request's life stands in its order's timeline.
    """
    smaller, cancelled, late, rejected = (yard.order(("MUG", 2)) for _ in range(4))
    yard.settle()
    at_mintsoft(yard, late, "status", status="PICKINGSTARTED")
    at_mintsoft(yard, rejected, "cancel", reason="We do not ship there")
    for number in (smaller, late):
        amended(yard, number, 1)
    yard.control.post("/sage200/desktop/cancel", {"order": cancelled})
    yard.settle()
    assert [(sent.reference, sent.lines[0].quantity) for sent in yard.requests(smaller)] == [
        (f"{smaller}-1", Decimal(2)),
        (f"{smaller}-2", Decimal(1)),
    ]
    assert [order_at_mintsoft(yard, f"{number}-1")["status"] for number in (smaller, cancelled)] == ["CANCELLED"] * 2
    assert len(yard.requests(cancelled)) == 1
    assert "CANCEL_TOO_LATE" in yard.faults(late)
    assert yard.case(rejected) is not None
    with at_console(yard, Role.OPERATIONS) as visitor:
        told = visitor.get(f"/documents/{COMPANY}/order/{smaller}").text("main")
        assert told.index("Cancel shipment request") < told.rindex("Send shipment request")
    yard.ship(smaller, release=2)
    yard.settle()
    assert yard.is_done(smaller)


def why_not(yard: Yard) -> None:
    """Five orders that do not go: one on hold, one whose goods Sage has not allocated, one whose customer is on hold,
    one that is not paid where the house wants that, one without a street.

    Each says why, in words, at the console and to programs. When the reason is gone each goes out by itself.
    """
    held, unallocated = yard.order(("MUG", 1)), yard.order(("MUG", 1), allocate=0)
    yard.held_in_sage(held)
    homeless = yard.order(("MUG", 1), deliver_to=replace(HOME, lines=()))
    yard.settle()
    assert yard.waits_for(held) == "the order to be live in Sage: it is on hold"
    assert yard.waits_for(unallocated) == "stock to be allocated in Sage: MUG"
    assert "no address" in yard.says(homeless)
    waiting = yard.order(("MUG", 1))
    stop, go_on = ({"customers": {"12345": {"on_hold": is_held}}} for is_held in (True, False))
    yard.control.put("/sage200/company", stop)
    yard.settle()
    assert yard.waits_for(waiting) == "customer 12345 to be taken off hold in Sage"
    yard.control.put("/sage200/company", go_on)
    with yard.ruled("policy", "release_paid", {"value": "no"}, value="yes"):
        unpaid = yard.order(("MUG", 1))
        yard.settle()
        assert yard.waits_for(unpaid) == "payment of GBP 12.00"
        with at_console(yard, Role.OPERATIONS) as visitor:
            page = visitor.get(f"/documents/{COMPANY}/order/{unpaid}").text("main")
            assert "payment of GBP 12.00" in page
    assert all(yard.requests(number) == [] for number in (held, unallocated, homeless, waiting, unpaid))
    yard.held_in_sage(held, on_hold=False)
    yard.tell(waiting, unpaid)
    yard.settle()
    assert all(len(yard.requests(number)) == 1 for number in (held, waiting, unpaid))


def every_class_of_line(yard: Yard) -> None:
    """An order has goods, a service, a charge for carriage, free text with a price, and a comment for the packer.

    Only the goods go out, with the comment as an instruction. When they have left, the order is complete,
    and Sage's invoice run bills it in full with service, charge and text, to the penny.
    """
    yard.control.post("/sage200/load", {"products": [{"code": "WRAP", "group": "SERVICES", "standard_price": "1.00"}]})
    number = yard.enter(
        c.EntryLine(sku="MUG", quantity=Decimal(2), unit_price=Decimal("10.00"), warehouse="HOME", allocate=Decimal(2)),
        c.EntryLine(sku="WRAP", quantity=Decimal(1), unit_price=Decimal("1.00")),
        c.EntryLine(kind="charge", sku="CARRIAGE", unit_price=Decimal("4.95"), tax_code="1"),
        c.EntryLine(kind="free_text", description="Engraving", unit_price=Decimal("3.50"), tax_code="1"),
        c.EntryLine(kind="comment", description="Leave it in the porch"),
    )
    yard.settle()
    (sent,) = yard.requests(number)
    assert [(line.stock_sku, line.quantity) for line in sent.lines] == [("MUG", Decimal(2))]
    row = order_at_mintsoft(yard, f"{number}-1")
    assert [item["sku"] for item in row["items"]] == ["MUG"]
    assert "Leave it in the porch" in str(row)
    yard.ship(number)
    yard.settle()
    assert yard.is_done(number)
    assert [note.lines for note in despatch_notes(yard, number)] == [(("MUG", 2),)]
    yard.control.post("/sage200/desktop/invoice-run", {})
    order = yard.in_sage(number)
    assert invoiced(yard, number) == (order.net.minor, order.tax.minor)


def amended(yard: Yard, number: str, quantity: int) -> None:
    """Somebody changes the quantity of an order's first line in Sage."""
    line = yard.in_sage(number).lines[0]
    changed = {"id": int(line.line_id), "line_quantity": quantity}
    yard.control.post("/sage200/desktop/edit", {"order": number, "lines": [changed]})


def products(yard: Yard) -> list[str]:
    """Every stock item of Sage."""
    return [row["code"] for row in sage_books(yard).rows("SELECT code FROM product ORDER BY code")]


ROWS = (
    Row(
        id="WMS-13",
        says="Sage is the master of items and orders: what a warehouse changes there changes nothing in Sage.",
        scenario=sage_is_the_master,
    ),
    Row(
        id="WMS-19",
        says="Every line, quantity and address goes out exactly, and is read back at the warehouse.",
        scenario=the_manifest,
    ),
    Row(
        id="WMS-26",
        says="A request to ship has a life of its own: sent, taken, refused, cancelled, changed; too late is told.",
        scenario=the_life_of_a_request,
    ),
    Row(
        id="WMS-50",
        says="An order goes out when it is cleared, and one that does not says why.",
        scenario=why_not,
        missing="credit limits and fraud checks of their own: Sage's hold stands for them",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="WMS-56",
        says="Lines that no warehouse can pick stay on the order, and it is despatched and invoiced in full.",
        scenario=every_class_of_line,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_goes_out(row: Row, yard: Yard) -> None:
    play(row, yard)
