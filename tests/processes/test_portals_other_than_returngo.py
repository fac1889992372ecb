"""Whole returns through Loop and through Shopify's own returns: authorised, received, credited, released, closed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import SHOP, THE_DAY, Control, Line
from tests.processes.house import Choices, House, Rma
from tests.processes.wares import ADDRESS, Watch, closed_codes, codes, loop_return, loops_own, seen, sold

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.loop import LoopSandbox
from tieout.sandbox.returngo import ReturnGoSandbox
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shopify import ShopifySandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server
    from tests.processes.estate import Json

LONG_AGO = date(2000, 1, 1)
LOOPS_APP = "Loop Returns & Exchanges"
IN_GOOD_ORDER = {"condition": "grade_a", "disposition": "back_to_stock"}
ROUTES = ["sop", pytest.param("ledger", marks=pytest.mark.long)]


@pytest.fixture(scope="module", params=ROUTES)
def merchant(
    server: Server, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[House]:
    """A house beside Sage, the shop, ReturnGO and Loop."""
    name = f"portals_{request.param}"
    address = server.make_database(name, template="tieout_template")
    clock = SandboxClock.set_to(THE_DAY)
    shopify = ShopifySandbox(clock, shop_domain=SHOP, seed=1)
    returngo = ReturnGoSandbox(clock, shop_name=SHOP, shopify=shopify, seed=11)
    loop = LoopSandbox(clock, shopify=shopify, seed=31)
    estate = Estate([Sage200Sandbox(clock, seed=21), returngo, shopify, loop], clock, 1)
    try:
        with ServedEstate(estate) as served:
            control = Control(served.url, estate)
            control.fill()
            control.put("/loop/settings", {"process_delay_seconds": 0.0})
            choices = Choices(route=request.param, late_commit=0.12, read_seconds=2.0)
            house = House(control, tmp_path_factory.mktemp("house"), address, choices)
            house.set_rules()
            house.rule("policy", "refund_release", LONG_AGO, value="portal")
            for kind in ("store_credit", "gift_card"):
                house.rule("value_policy", kind, LONG_AGO, treatment="liability", bank="CREDITS", approve_over="never")
            for fee in ("restocking_fee", "return_shipping_fee"):
                house.rule("value_policy", fee, LONG_AGO, account="4000", tax_code="1")
            bank = {"code": "CREDITS", "name": "Store credit clearing", "nominal": "2105"}
            nominal = {"account": "2105", "name": "Store credit"}
            house.control.post("/sage200/load", {"nominals": [nominal], "banks": [bank]})
            house.rule("exchange_service", "*", LONG_AGO, service="ROYAL48", analysis="4")
            house.rule("value_policy", "exchange", LONG_AGO, treatment="zero")
            house.rule("reason", "OTHER", LONG_AGO, code="sound", account="4010", grade="good")
            yield house
            house.close()
            control.close()
    finally:
        server.drop_database(name)


@pytest.fixture
def looped(merchant: House) -> House:
    """The house with Loop as its portal."""
    if merchant.choices.portal != "loop":
        merchant.choose(portal="loop")
    merchant.rule("policy", "portal_app", LONG_AGO, value=LOOPS_APP)
    return merchant


@pytest.fixture
def native(merchant: House) -> House:
    """The house that takes returns in the shop itself."""
    if merchant.choices.portal != "shopify":
        merchant.choose(portal="shopify")
    return merchant


def graded(house: House, rma: Rma, *units: str, **other: dict[str, str]) -> None:
    """The warehouse looks at the units, all of them when none is named, and says so in Loop."""
    found = {unit: other.get(f"unit{at}", IN_GOOD_ORDER) for at, unit in enumerate(units or rma.units)}
    house.control.post(f"/loop/returns/{rma.number}/grade", {"line_items": found})


def loop_works(house: House, rma: Rma) -> None:
    """Tieout, then Loop, then Tieout again: what one asks, the other does, and the first reads it back."""
    for _ in range(3):
        house.drain(rma)
        house.control.post("/loop/drain")
    house.drain(rma)


def test_a_return_in_loop_is_credited_released_and_closed(looped: House) -> None:
    """RET-02: nothing goes back before the credit note stands; Loop refunds what was credited, once."""
    name = sold(looped.control, Line("MUG", 2, "10.00"), Line("BOOK", 1, "4.55", 2))
    before = Watch(looped)
    rma = loop_return(looped, name, {"sku": "MUG", "quantity": 2}, {"sku": "BOOK"})
    looped.drain(rma)
    assert codes(looped, rma) == [], seen(looped, rma)
    assert before.moved().refunds == ()
    graded(looped, rma, rma.units[0])
    loop_works(looped, rma)
    assert before.moved().refunds == ()
    graded(looped, rma)
    loop_works(looped, rma)
    assert codes(looped, rma) == [], seen(looped, rma)
    moved = before.moved()
    assert sum(net + tax for _, net, tax in moved.credits) == 2855
    assert (moved.refunds, sum(moved.payments), moved.outstanding) == ((2855,), 2855, 0)
    assert moved.stock == {("MUG", "A1"): 2, ("BOOK", "A1"): 1}
    assert loops_own(looped, rma)["state"] == "closed"
    assert looped.document(rma).state == "done"


@pytest.mark.long
def test_processing_that_fails_in_loop_is_on_a_desk_and_goes_on_once_it_works(looped: House) -> None:
    """RGO-16, X-08: the credit note stands, the money does not move; nobody is paid twice."""
    name = sold(looped.control, Line("LAMP", 1, "25.00"))
    before = Watch(looped)
    looped.control.put("/loop/settings", {"fail_next_processing": 1})
    rma = loop_return(looped, name, {"sku": "LAMP"})
    graded(looped, rma)
    looped.drain(rma)
    looped.control.post("/loop/drain")
    looped.drain()
    moved = before.moved()
    assert (moved.credits, moved.refunds) == ((("2011-01-20", 2500, 500),), ())
    assert codes(looped, rma) == ["NOT_SEEN_AFTER_POSTING"], seen(looped, rma)
    loop_works(looped, rma)
    assert codes(looped, rma) == [], seen(looped, rma)
    moved = before.moved()
    assert (moved.credits, moved.refunds) == ((("2011-01-20", 2500, 500),), (3000,))
    assert (moved.payments, moved.outstanding) == ((3000,), 0)
    assert looped.document(rma).state == "done"


@pytest.mark.long
@pytest.mark.parametrize("outcome", ["store_credit", "gift_card"])
def test_what_loop_issues_instead_of_money_is_paid_from_its_clearing_account(looped: House, outcome: str) -> None:
    """RGO-27: credited, issued by Loop at our word, moved to the liability; the shop refunds nothing."""
    name = sold(looped.control, Line("MUG", 1, "10.00"))
    before = Watch(looped)
    rma = loop_return(looped, name, {"sku": "MUG", "outcome": outcome})
    graded(looped, rma)
    loop_works(looped, rma)
    assert codes(looped, rma) == [], seen(looped, rma)
    moved = before.moved()
    assert (moved.credits, moved.refunds, moved.payments) == ((("2011-01-20", 1000, 200),), (), (1200,))
    assert moved.outstanding == 0
    assert loops_own(looped, rma)["gift_card"]["amount"] == "12.00"
    assert looped.document(rma).state == "done"


@pytest.mark.long
def test_an_even_exchange_in_loop_is_entered_in_sage_and_credits_nothing(looped: House) -> None:
    """RGO-53: stock in, an order of the same worth out, at the difference."""
    name = sold(looped.control, Line("MUG", 1, "10.00"), shop_more={"shipping_address": ADDRESS})
    before = Watch(looped)
    rma = loop_return(
        looped,
        name,
        {"sku": "MUG", "outcome": "exchange", "exchange": {"sku": "MUG", "price": "10.00", "title": "Mug"}},
    )
    graded(looped, rma)
    loop_works(looped, rma)
    assert codes(looped, rma) == [], seen(looped, rma)
    moved = before.moved()
    assert (moved.refunds, moved.payments) == ((), ())
    assert moved.stock == {("MUG", "A1"): 1}
    exchange = loops_own(looped, rma)["exchange_order_name"]
    looped.control.post("/sage200/desktop/despatch", {"order": exchange})
    looped.control.post("/sage200/desktop/post-invoice", {"order": exchange})
    looped.drain(rma)
    assert codes(looped, rma) == [], seen(looped, rma)
    assert looped.document(rma).state == "done"
    assert loops_own(looped, rma)["state"] == "closed"
    moved = before.moved()
    assert (moved.refunds, moved.payments, moved.outstanding) == ((), (), 0)


@pytest.mark.long
def test_a_return_cancelled_in_loop_leaves_nothing_behind(looped: House) -> None:
    """RGO-25: what was announced in Sage is taken back."""
    name = sold(looped.control, Line("MUG", 1, "10.00"))
    before = Watch(looped)
    rma = loop_return(looped, name, {"sku": "MUG"})
    looped.drain(rma)
    looped.control.post(f"/loop/returns/{rma.number}/cancel")
    looped.drain(rma)
    assert codes(looped, rma) == [], seen(looped, rma)
    moved = before.moved()
    assert (moved.credits, moved.stock, moved.refunds) == ((), {}, ())


def native_return(house: House, order: str, *lines: Json, **more: Json) -> tuple[Rma, str]:
    """A return in the shop; the document that we know it by, and the shop's name of it."""
    plain = [{"quantity": 1, "reason": "OTHER", "note": "Too small", **line} for line in lines]
    made = house.control.post("/shopify/returns", {"order": order, "lines": plain, **more})
    return Rma(str(made["id"]).rsplit("/", maxsplit=1)[-1], ()), str(made["name"])


def at_the_shop(house: House, name: str, deed: str, **more: Json) -> Json:
    return house.control.post(f"/shopify/returns/{name.replace('#', '%23')}/{deed}", more)


def test_a_return_in_the_shop_is_approved_received_credited_released_and_closed(native: House) -> None:
    """RET-02: request, approval, inspection; then the credit note, then Shopify processes and pays at our word."""
    order = sold(native.control, Line("MUG", 2, "10.00"))
    before = Watch(native)
    rma, name = native_return(native, order, {"sku": "MUG", "quantity": 2}, request=True)
    native.drain(rma)
    assert (codes(native, rma), before.moved().credits) == ([], ())
    at_the_shop(native, name, "approve")
    native.drain(rma)
    assert codes(native, rma) == [], seen(native, rma)
    at_the_shop(
        native,
        name,
        "dispose",
        dispositions=[
            {"sku": "MUG", "quantity": 1, "type": "RESTOCKED"},
            {"sku": "MUG", "quantity": 1, "type": "NOT_RESTOCKED"},
        ],
    )
    native.drain(rma)
    assert codes(native, rma) == [], seen(native, rma)
    native.drain(rma)
    moved = before.moved()
    assert sum(net + tax for _, net, tax in moved.credits) == 2400
    assert (moved.refunds, sum(moved.payments), moved.outstanding) == ((2400,), 2400, 0)
    assert (moved.stock, moved.offered) == ({("MUG", "A1"): 1, ("MUG", "Q1"): 1}, {"MUG": 1})
    assert native.control.get(f"/shopify/returns/{name.replace('#', '%23')}")["status"] == "CLOSED"
    assert native.document(rma).state == "done"


@pytest.mark.long
def test_fees_of_the_shop_s_own_return_are_kept_by_an_invoice(native: House) -> None:
    """RGO-28: ten per cent for restocking and five pounds for the label; the rest goes back."""
    order = sold(native.control, Line("LAMP", 1, "50.00"))
    before = Watch(native)
    rma, name = native_return(native, order, {"sku": "LAMP"}, fee="5.00", restocking_percent=10)
    native.drain(rma)
    assert codes(native, rma) == [], seen(native, rma)
    at_the_shop(native, name, "dispose", dispositions=[{"sku": "LAMP", "quantity": 1, "type": "RESTOCKED"}])
    native.drain(rma)
    native.drain(rma)
    assert codes(native, rma) == [], seen(native, rma)
    moved = before.moved()
    assert moved.credits == (("2011-01-20", 5000, 1000),)
    assert (moved.refunds, moved.payments, moved.outstanding) == ((5000,), (5000,), 0)
    assert native.document(rma).state == "done"


@pytest.mark.long
def test_goods_that_somebody_processed_and_refunded_in_the_shop_are_credited_in_detect_mode(native: House) -> None:
    """RGO-15: processed and refunded by hand before us; with detection the credit follows the refund."""
    native.choose(mode="detect")
    try:
        order = sold(native.control, Line("BOWL", 1, "10.00"))
        before = Watch(native)
        rma, name = native_return(native, order, {"sku": "BOWL"})
        native.drain(rma)
        found = [{"sku": "BOWL", "quantity": 1, "type": "RESTOCKED"}]
        at_the_shop(native, name, "process", refund=True, dispositions=found)
        native.drain(rma)
        native.drain(rma)
        assert codes(native, rma) == [], seen(native, rma)
        moved = before.moved()
        assert (moved.credits, moved.refunds, moved.payments) == ((("2011-01-20", 1000, 200),), (1200,), (1200,))
        assert moved.outstanding == 0
    finally:
        native.choose(mode="gate")


def test_a_unit_that_was_not_in_the_parcel_is_named_and_not_credited(native: House) -> None:
    """X-08: RECEIVED_TOO_FEW raised by the shop's own word MISSING, cleared when the unit is taken off the return."""
    order = sold(native.control, Line("MUG", 2, "10.00"))
    before = Watch(native)
    rma, name = native_return(native, order, {"sku": "MUG", "quantity": 2})
    native.drain(rma)
    at_the_shop(
        native,
        name,
        "dispose",
        dispositions=[
            {"sku": "MUG", "quantity": 1, "type": "RESTOCKED"},
            {"sku": "MUG", "quantity": 1, "type": "MISSING"},
        ],
    )
    native.drain(rma)
    assert codes(native, rma) == ["RECEIVED_TOO_FEW"], seen(native, rma)
    assert before.moved().credits == (("2011-01-20", 1000, 200),)
    at_the_shop(native, name, "remove", sku="MUG", quantity=1)
    native.drain(rma)
    native.drain(rma)
    assert (codes(native, rma), closed_codes(native, rma)) == ([], ["RECEIVED_TOO_FEW"]), seen(native, rma)
    moved = before.moved()
    assert (moved.refunds, moved.outstanding) == ((1200,), 0)


@pytest.mark.long
def test_two_parcels_of_one_return_in_the_shop_are_paid_together_and_once(native: House) -> None:
    """RGO-14: the first mug is booked when it comes, and all money goes back when all of it is here."""
    order = sold(native.control, Line("MUG", 2, "10.00"), Line("BOOK", 1, "4.55", 2))
    before = Watch(native)
    rma, name = native_return(native, order, {"sku": "MUG", "quantity": 2}, {"sku": "BOOK"})
    native.drain(rma)
    at_the_shop(native, name, "dispose", dispositions=[{"sku": "MUG", "quantity": 1, "type": "NOT_RESTOCKED"}])
    native.drain(rma)
    assert codes(native, rma) == [], seen(native, rma)
    moved = before.moved()
    assert (moved.credits, moved.refunds) == ((("2011-01-20", 1000, 200),), ())
    rest = [{"sku": "MUG", "quantity": 1, "type": "RESTOCKED"}, {"sku": "BOOK", "quantity": 1, "type": "RESTOCKED"}]
    at_the_shop(native, name, "dispose", dispositions=rest)
    for _ in range(3):
        native.drain(rma)
    assert codes(native, rma) == [], seen(native, rma)
    moved = before.moved()
    assert sum(net + tax for _, net, tax in moved.credits) == 2855
    assert (sum(moved.refunds), sum(moved.payments), moved.outstanding) == (2855, 2855, 0)
    assert (moved.stock, moved.offered) == (
        {("MUG", "Q1"): 1, ("MUG", "A1"): 1, ("BOOK", "A1"): 1},
        {"MUG": 1, "BOOK": 1},
    )
    assert native.document(rma).state == "done"


@pytest.mark.long
def test_a_fee_and_a_missing_unit_in_loop(looped: House) -> None:
    """RGO-28, X-08: two pounds are kept for the label; what inspection calls missing is not credited."""
    name = sold(looped.control, Line("MUG", 2, "10.00"))
    before = Watch(looped)
    rma = loop_return(looped, name, {"sku": "MUG"}, handling_fee="2.00")
    graded(looped, rma)
    loop_works(looped, rma)
    assert codes(looped, rma) == [], seen(looped, rma)
    moved = before.moved()
    assert (moved.credits, moved.refunds, moved.payments) == ((("2011-01-20", 1000, 200),), (1000,), (1000,))
    assert moved.outstanding == 0
    other = loop_return(looped, name, {"sku": "MUG"})
    graded(looped, other, unit0={"condition": "missing", "disposition": "missing"})
    loop_works(looped, other)
    assert codes(looped, other) == ["RECEIVED_TOO_FEW"]
    assert before.moved() == moved


def test_an_exchange_on_the_shop_s_own_return_leaves_under_the_return_s_name(native: House) -> None:
    """RGO-53: the goods sent stand on the same order; Sage gets an order of the return's name, at the difference."""
    stock = [{"warehouse": "HOME", "bin": "A1", "quantity": "10", "unit_cost": "1.50"}]
    cup = {"code": "CUP", "name": "Cup", "costing": "FIFO", "standard_price": "10.00", "stock": stock}
    native.control.post("/sage200/load", {"products": [cup]})
    variant = {"sku": "CUP", "title": "Cup", "price": "10.00", "available": 10}
    native.control.post("/shopify/load", {"variants": [variant]})
    order = sold(native.control, Line("LAMP", 1, "25.00"), shop_more={"shipping_address": ADDRESS})
    before = Watch(native)
    going = [{"sku": "CUP", "quantity": 1, "price": "10.00", "tax_rate": "0.2"}]
    rma, name = native_return(native, order, {"sku": "LAMP"}, exchange=going)
    native.drain(rma)
    assert codes(native, rma) == [], seen(native, rma)
    at_the_shop(native, name, "dispose", dispositions=[{"sku": "LAMP", "quantity": 1, "type": "RESTOCKED"}])
    for _ in range(3):
        native.drain(rma)
    assert codes(native, rma) == [], seen(native, rma)
    moved = before.moved()
    assert sum(net + tax for _, net, tax in moved.credits) == 1800
    assert (moved.refunds, moved.payments, moved.outstanding) == ((1800,), (1800,), 0)
    assert moved.stock == {("LAMP", "A1"): 1}
    native.control.post("/sage200/desktop/despatch", {"order": name})
    native.control.post("/sage200/desktop/post-invoice", {"order": name})
    native.drain(rma)
    native.drain(rma)
    assert codes(native, rma) == [], seen(native, rma)
    assert before.moved().stock == {("LAMP", "A1"): 1, ("CUP", "A1"): -1}
    assert native.document(rma).state == "done"


@pytest.mark.long
def test_an_exchange_that_the_shop_prices_otherwise_than_promised_is_seen(native: House) -> None:
    """RGO-54: promised at the list price of 99.00, let go at 10.00: the customer is owed the rest, and it is seen."""
    order = sold(native.control, Line("LAMP", 1, "25.00"), shop_more={"shipping_address": ADDRESS})
    going = [{"sku": "MUG", "quantity": 1, "price": "10.00", "tax_rate": "0.2"}]
    rma, name = native_return(native, order, {"sku": "LAMP"}, exchange=going)
    native.drain(rma)
    at_the_shop(native, name, "dispose", dispositions=[{"sku": "LAMP", "quantity": 1, "type": "RESTOCKED"}])
    for _ in range(4):
        native.drain(rma)
    assert codes(native, rma) != []
    assert native.document(rma).state != "done"
