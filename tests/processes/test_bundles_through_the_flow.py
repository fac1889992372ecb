"""Bundles: sold as one stock code or taken apart by the shop, and their components sent back alone or together."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.estate import Line
from tests.processes.wares import Watch, closed_codes, codes, new_name, seen, sold

if TYPE_CHECKING:
    from tests.processes.house import House

pytestmark = pytest.mark.parametrize(
    "shared_house", ["sop", pytest.param("ledger", marks=pytest.mark.long)], indirect=True
)
SALE = date(2011, 1, 12)


@pytest.fixture(scope="module")
def bundled(shared_house: House) -> House:
    """A house that sells bundles; each test names a bundle of its own."""
    return shared_house


def bundle(house: House, components: str, *, sku: str = "", since: date = date(2000, 1, 1)) -> str:
    """A bundle that Sage knows as one stock code."""
    sku = sku or f"SET{new_name()}"
    product = {
        "code": sku,
        "name": sku.title(),
        "costing": "AVERAGE",
        "standard_price": "99.00",
        "stock": [{"warehouse": "HOME", "bin": "A1", "quantity": "100", "unit_cost": "1.50"}],
    }
    house.control.post("/sage200/load", {"products": [product]})
    variant = {"sku": sku, "title": sku.title(), "price": "99.00", "available": 100}
    house.control.post("/shopify/load", {"variants": [variant]})
    if components:
        house.rule("bundle", sku, since, components=components)
    return sku


def test_a_bundle_sold_as_one_line_comes_back_as_its_components(bundled: House) -> None:
    """RET-09: the parent in Sage and at the portal; the components are the stock, the parent's price is the credit."""
    house = bundled
    sku = bundle(house, "MUG*2=60.00; BOOK*1=40.00")
    name = sold(house.control, Line(sku, 2, "100.00"), Line("BOWL", 1, "7.99"))
    before = Watch(house)
    rma = house.authorised(name, (sku, 1))
    house.drain(rma)
    assert codes(house, rma) == []
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    assert house.document(rma).state == "done"
    moved = before.moved()
    assert moved.credits == (("2011-01-20", 10000, 2000),)
    assert moved.refunds == (12000,)
    assert moved.payments == (12000,)
    assert moved.stock == {("MUG", "A1"): 2, ("BOOK", "A1"): 1}
    assert moved.offered == {"MUG": 2, "BOOK": 1}
    assert moved.outstanding == 0


@pytest.mark.long
def test_a_bundle_that_the_shop_and_the_portal_know_and_sage_does_not_is_credited_by_its_lines_in_sage(
    bundled: House,
) -> None:
    """RET-09: components in Sage, the parent at the portal; one unit of the parent is refunded in the shop."""
    house = bundled
    sku = bundle(house, "MUG*2=60.00; BOOK*1=40.00")
    name = sold(house.control, Line("MUG", 4, "30.00"), Line("BOOK", 2, "40.00"), shop=(Line(sku, 2, "100.00"),))
    before = Watch(house)
    rma = house.authorised(name, (sku, 1))
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    moved = before.moved()
    assert moved.credits == (("2011-01-20", 10000, 2000),)
    assert (moved.refunds, moved.payments, moved.outstanding) == ((12000,), (12000,), 0)
    assert moved.stock == {("MUG", "A1"): 2, ("BOOK", "A1"): 1}


def test_one_component_of_a_bundle_that_the_shop_took_apart_comes_back_alone(bundled: House) -> None:
    """RET-09: the portal names the book; it bears its share of the bundle's price and is restocked alone."""
    house = bundled
    sku = bundle(house, "MUG*2=60.00; BOOK*1=40.00")
    group = {"title": "A set", "sku": sku, "quantity": 1}
    name = sold(
        house.control,
        Line(sku, 1, "100.00"),
        shop=(Line("MUG", 2, "30.00"), Line("BOOK", 1, "40.00")),
        groups={"MUG": group, "BOOK": group},
    )
    before = Watch(house)
    book = house.authorised(name, ("BOOK", 1))
    house.receive(book)
    house.drain(book)
    assert codes(house, book) == [], seen(house, book)
    moved = before.moved()
    assert (moved.credits, moved.refunds) == ((("2011-01-20", 4000, 800),), (4800,))
    assert (moved.stock, moved.offered) == ({("BOOK", "A1"): 1}, {"BOOK": 1})
    again = house.authorised(name, ("BOOK", 1))
    mugs = house.authorised(name, ("MUG", 2))
    house.receive(mugs)
    house.drain(again, mugs)
    assert codes(house, again) == ["QUANTITY_EXCEEDS_DESPATCH"]
    assert codes(house, mugs) == [], seen(house, mugs)
    moved = before.moved()
    assert sum(net + tax for _, net, tax in moved.credits) == 12000
    assert (sum(moved.refunds), moved.outstanding) == (12000, 0)
    house.act(again, "cancel")
    house.drain(again)
    assert codes(house, again) == []


def test_bundles_sent_back_one_by_one_add_up_to_the_invoice_to_the_penny(bundled: House) -> None:
    """RET-09, RET-31: shares that do not divide, over three returns of one bundle each."""
    house = bundled
    sku = bundle(house, "MUG*3=10.00; BOOK*1=7.77; LAMP*2=1.01")
    name = sold(house.control, Line(sku, 3, "33.33"))
    before = Watch(house)
    for _ in range(3):
        rma = house.authorised(name, (sku, 1))
        house.receive(rma)
        house.drain(rma)
        assert codes(house, rma) == [], seen(house, rma)
    moved = before.moved()
    assert (sum(net for _, net, _ in moved.credits), sum(tax for *_, tax in moved.credits)) == (9999, 2000)
    assert (sum(moved.refunds), sum(moved.payments), moved.outstanding) == (11999, 11999, 0)
    assert moved.stock == {("MUG", "A1"): 9, ("BOOK", "A1"): 3, ("LAMP", "A1"): 6}


@pytest.mark.long
def test_the_make_up_on_the_day_of_sale_counts_however_it_has_changed_since(bundled: House) -> None:
    """RET-09: the row in force on the sale's day, also for a second return after the change."""
    house = bundled
    sku = bundle(house, "MUG*2=60.00; BOOK*1=40.00")
    house.rule("bundle", sku, SALE + timedelta(days=3), components="LAMP*1")
    name = sold(house.control, Line(sku, 2, "100.00"))
    before = Watch(house)
    for _ in range(2):
        rma = house.authorised(name, (sku, 1))
        house.receive(rma)
        house.drain(rma)
        assert codes(house, rma) == [], seen(house, rma)
    moved = before.moved()
    assert moved.stock == {("MUG", "A1"): 4, ("BOOK", "A1"): 2}
    assert sum(net + tax for _, net, tax in moved.credits) == 24000


def test_a_row_that_cannot_be_read_stops_the_bundle_until_it_is_written_right(bundled: House) -> None:
    """RET-09, X-08: nothing is booked as a bundle whose make-up nobody can tell, nor as a stock item of its own."""
    house = bundled
    sku = bundle(house, "MUG two, BOOK one")
    name = sold(house.control, Line(sku, 1, "100.00"))
    before = Watch(house)
    rma = house.authorised(name, (sku, 1))
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == ["BUNDLE_UNMAPPED"], seen(house, rma)
    assert sku in seen(house, rma)
    assert before.moved().credits == ()
    house.rule("bundle", sku, date(2000, 1, 2), components="MUG*2=60.00; BOOK*1=40.00")
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    assert closed_codes(house, rma) == ["BUNDLE_UNMAPPED"]
    assert before.moved().stock == {("MUG", "A1"): 2, ("BOOK", "A1"): 1}


def test_a_component_of_a_bundle_without_a_row_waits_for_the_row(bundled: House) -> None:
    """RET-09, X-08: the shop took it apart, Sage sold the parent, nobody has said what is in it."""
    house = bundled
    sku = bundle(house, "")
    group = {"title": "A set", "sku": sku, "quantity": 1}
    name = sold(
        house.control,
        Line(sku, 1, "100.00"),
        shop=(Line("MUG", 2, "30.00"), Line("BOOK", 1, "40.00")),
        groups={"MUG": group, "BOOK": group},
    )
    rma = house.authorised(name, ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == ["BUNDLE_UNMAPPED"]
    found = house.case(rma)
    assert found is not None
    assert found.cause == f"BUNDLE_UNMAPPED bundle/{sku.lower()}"
    house.rule("bundle", sku, date(2000, 1, 1), components="MUG*2=60.00; BOOK*1=40.00")
    before = Watch(house)
    house.drain(rma)
    assert codes(house, rma) == [], seen(house, rma)
    assert before.moved().credits == (("2011-01-20", 3000, 600),)


@pytest.mark.long
def test_a_discount_line_of_the_order_is_borne_by_all_goods_bundles_too(bundled: House) -> None:
    """RET-08: ten pounds off the order in Sage, the same ten in the shop; three returns give all of it back."""
    house = bundled
    sku = bundle(house, "MUG*2=60.00; BOOK*1=40.00")
    off = {"description": "Voucher", "net": "10.00", "tax_code": 1, "nominal": "4000"}
    sale = (Line(sku, 1, "100.00"), Line("LAMP", 2, "25.00"))
    cheaper = [("6.67", "18.67"), ("3.33", "9.33")]
    name = sold(
        house.control,
        *sale,
        discount_line=off,
        shop_more={
            "lines": [
                {
                    "sku": line.sku,
                    "title": line.sku,
                    "quantity": line.quantity,
                    "price": line.price,
                    "discount": discount,
                    "discount_level": "order",
                    "tax": tax,
                    "tax_rate": "0.2",
                }
                for line, (discount, tax) in zip(sale, cheaper, strict=True)
            ]
        },
    )
    before = Watch(house)
    for item in ((sku, 1), ("LAMP", 1), ("LAMP", 1)):
        rma = house.authorised(name, item)
        house.receive(rma)
        house.drain(rma)
        assert codes(house, rma) == [], seen(house, rma)
    moved = before.moved()
    assert (sum(net for _, net, _ in moved.credits), sum(tax for *_, tax in moved.credits)) == (14000, 2800)
    assert (sum(moved.refunds), moved.outstanding) == (16800, 0)
