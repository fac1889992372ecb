"""Records that a 3PL names and Sage does not know, or knows by another name: held, shown, and never made up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.acceptance.rows import Row, play
from tests.acceptance.warehouses.threepl import agreed, at_3pl, despatches, files_of, gone, keeps, name_of
from tests.acceptance.warehouses.yard import Setup
from tests.processes.house import COMPANY

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Yard

SETUP = Setup(
    kind="csv",
    rules=(("stock_reason", "receipt", {"treatment": "write_on", "account": "5200", "approve_over": "never"}),),
)
SITE = "threepl|LEEDS"
HERE = {"warehouse": "HOME", "bin": "A1"}


def nothing_is_made_up(yard: Yard) -> None:
    """The 3PL ships an item of its own in a mug's place, and takes in goods of another that Sage has never heard of.

    Sage gets no stock item, no stock and no despatch by it; each stands on a case that names the code.
    """
    for code in ("MUG-NEW", "JAR"):
        keeps(yard, code)
    number = yard.order(("MUG", 1))
    yard.settle()
    before = yard.control.books().stock
    gone(yard, number, lines=[{"of": "MUG", "quantity": "1", "sku": "MUG-NEW"}])
    at_3pl(yard, "stock/receive", site="LEEDS", sku="JAR", quantity="5")
    yard.settle()
    assert yard.house.application.companies[COMPANY].books.products(["MUG-NEW", "JAR"]) == ()
    assert yard.control.books().stock == before
    assert yard.booked(number) == {}
    assert "SUBSTITUTED" in yard.faults(number)
    assert "MUG-NEW" in yard.says(number)
    assert [case.document_kind for case in yard.cases_about("JAR")] == ["movement"]


def unknown_records(yard: Yard) -> None:
    """The 3PL takes in MUGG, and mugs at York: Sage has neither; then it ships two mugs as MU-G.

    Each stands on a case with the nearest code or site, the file and the row it was told in. Sage books none of it.
    """
    for code in ("MUGG", "MU-G"):
        keeps(yard, code)
    at_3pl(yard, "load", sites=["LEEDS", "YORK"])
    number = yard.order(("MUG", 2))
    yard.settle()
    before = yard.control.books().stock
    at_3pl(yard, "stock/receive", site="LEEDS", sku="MUGG", quantity="5")
    code_file = name_of(files_of(yard, "movement")[-1])
    at_3pl(yard, "stock/receive", site="YORK", sku="MUG", quantity="5")
    place_file = name_of(files_of(yard, "movement")[-1])
    gone(yard, number, lines=[{"of": "MUG", "quantity": "2", "sku": "MU-G"}])
    yard.settle()
    (unknown,) = fault_of(yard, "UNKNOWN_STOCK_CODE", "MUGG")
    assert (unknown["wanted"], f"({code_file}, row 2)" in unknown["at"]) == ("perhaps MUG", True)
    (nowhere,) = fault_of(yard, "UNKNOWN_LOCATION", "YORK")
    assert (nowhere["wanted"], f"({place_file}, row 2)" in nowhere["at"]) == ("LEEDS", True)
    (spelt,) = fault_of(yard, "SKU_NOT_ON_ORDER", "MU-G")
    assert spelt["wanted"] == "perhaps MUG"
    assert f"({name_of(files_of(yard, 'despatch')[-1])}, row 2)" in spelt["at"]
    assert yard.control.books().stock == before


def another_spelling(yard: Yard) -> None:
    """The 3PL ships two mugs and tells them as mug; nobody is asked to put another item on the order.

    The despatch waits with the likely code. Operations propose the alias, a colleague approves it, and Sage has two
    mugs. The next despatch under that code needs nobody; one under a third spelling waits for somebody's word again.
    """
    for code in ("mug", "MUG."):
        keeps(yard, code)
    number, following, third = (yard.order(("MUG", 2)) for _ in range(3))
    yard.settle()
    gone(yard, number, lines=[{"of": "MUG", "quantity": "2", "sku": "mug"}])
    yard.settle()
    (fault,) = fault_of(yard, "SKU_NOT_ON_ORDER", number)
    assert (fault["wanted"], fault["row"]) == ("perhaps MUG", "warehouse_alias/threepl|mug")
    assert yard.booked(number) == {}
    agreed(yard, "warehouse_alias", "threepl|mug", why="their own spelling", sku="MUG")
    gone(yard, following, lines=[{"of": "MUG", "quantity": "2", "sku": "mug"}])
    gone(yard, third, lines=[{"of": "MUG", "quantity": "2", "sku": "MUG."}])
    yard.settle()
    assert yard.booked(number) == yard.booked(following) == {"MUG": Decimal(2)}
    assert yard.is_done(number)
    assert yard.is_done(following)
    assert (yard.booked(third), "SKU_NOT_ON_ORDER" in yard.faults(third)) == ({}, True)


def place_is_checked_first(yard: Yard) -> None:
    """The site's row names a warehouse that Sage has not; two mugs leave. For three days the order stays untouched.

    The row is corrected, and Sage has the despatch with the day on which the goods left, in the bin of the row.
    """
    number = yard.order(("MUG", 2))
    yard.settle()
    left_on = yard.now().date()
    with yard.ruled("warehouse_site", SITE, HERE, warehouse="GONE", bin="A1"):
        gone(yard, number)
        yard.settle()
        order = yard.in_sage(number)
        assert "UNKNOWN_LOCATION" in yard.faults(number)
        yard.days_pass(3)
        assert (yard.in_sage(number), yard.booked(number)) == (order, {})
    yard.tried_again(number)
    yard.settle()
    assert yard.booked(number) == {"MUG": Decimal(2)}
    assert [command.on for command in despatches(yard, number)] == [left_on]


def fault_of(yard: Yard, code: str, about: str) -> list[Any]:
    """The open faults of a kind that name something."""
    faults = [fault for case in yard.cases_about(about) for fault in cast("list[Any]", case.faults)]
    return [fault for fault in faults if fault["code"] == code]


ROWS = (
    Row(
        id="3PL-10",
        says="A 3PL moves stock and cannot make a stock item, a price or a booking of its own in Sage.",
        scenario=nothing_is_made_up,
    ),
    Row(
        id="3PL-20",
        says="A code or place that Sage does not know is shown with the nearest ones and the sender's file and row.",
        scenario=unknown_records,
    ),
    Row(
        id="3PL-23",
        says="A despatch at a place that Sage does not know leaves the order alone, and keeps its day once put right.",
        scenario=place_is_checked_first,
    ),
    Row(
        id="3PL-43",
        says="An item under another spelling is held with the likely one, until somebody confirms it.",
        scenario=another_spelling,
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_a_3pl_names(row: Row, yard: Yard) -> None:
    play(row, yard)
