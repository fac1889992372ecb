"""Stock written off, issued and moved, against a served Sage 200."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.ports.errors import Locked, NeedsHand, OutcomeUnknown, Refused

if TYPE_CHECKING:
    from .conftest import World

ON = date(2026, 11, 20)
PLACE: dict[str, Any] = {"sku": "MUG", "warehouse": "HOME", "bin": "GOODS-IN", "quantity": Decimal(2), "on": ON}
NOTES: dict[str, Any] = {"second_reference": "RMA-77", "narrative": "Chipped"}

WRITE_OFF = c.WriteOff(
    key="TWF-0000000000000001", nominal=Nominal(account="5100"), category="Damaged", **PLACE, **NOTES
)
ISSUE = c.IssueStock(key="TIS-0000000000000001", nominal=Nominal(account="5300"), **PLACE, **NOTES)


@dataclasses.dataclass(frozen=True)
class Deed:
    command: Any
    find: Callable[[World], Callable[[Any], c.Found | None]]
    do: Callable[[World], Callable[[Any], None]]
    path: str


DEEDS = {
    "write off": Deed(WRITE_OFF, lambda w: w.sage.stock.find_write_off, lambda w: w.sage.stock.write_off, "write-offs"),
    "issue": Deed(ISSUE, lambda w: w.sage.stock.find_issue, lambda w: w.sage.stock.issue_stock, "issues"),
}


@pytest.fixture(params=DEEDS)
def deed(request: pytest.FixtureRequest) -> Deed:
    found: Deed = DEEDS[request.param]
    return found


@pytest.fixture
def world(world: World) -> World:
    world.sage.stock.write_on(world.make.write_on("10"))
    return world


def test_stock_that_left_reads_back_negative(world: World, deed: Deed) -> None:
    assert deed.find(world)(deed.command) is None
    deed.do(world)(deed.command)
    found = deed.find(world)(deed.command)
    assert found is not None
    assert c.differences(deed.command.figures(), found.figures) == ()
    assert found.figures == {"MUG@HOME/GOODS-IN": "-2"}


def test_stock_whose_answer_is_lost_left_once(world: World, deed: Deed) -> None:
    world.temper(lost_reply=1, lost_reply_as="504", limit=1, path_contains=deed.path)
    with pytest.raises(OutcomeUnknown):
        deed.do(world)(deed.command)
    deed.do(world)(deed.command)
    found = deed.find(world)(deed.command)
    assert found is not None
    assert c.differences(deed.command.figures(), found.figures) == ()


def test_an_item_on_somebodys_screen_is_locked(world: World, deed: Deed) -> None:
    lock = {"record": "product", "reference": "MUG", "holder": "MARY", "seconds": 60, "dress": "423"}
    world.does("POST", "/locks", lock)
    with pytest.raises(Locked) as raised:
        deed.do(world)(deed.command)
    assert raised.value.holder == "MARY"
    world.does("DELETE", "/locks")
    assert deed.find(world)(deed.command) is None


def test_more_than_lies_there_is_refused(world: World, deed: Deed) -> None:
    command = dataclasses.replace(deed.command, quantity=Decimal(99))
    with pytest.raises(Refused):
        deed.do(world)(command)
    assert deed.find(world)(command) is None


def test_a_write_off_names_its_category(world: World) -> None:
    with pytest.raises(Refused, match="category is missing"):
        world.sage.stock.write_off(dataclasses.replace(WRITE_OFF, category=""))
    assert world.sage.stock.find_write_off(WRITE_OFF) is None


@pytest.mark.parametrize("channel", ["companion", "manual"])
def test_a_text_that_is_too_long_goes_neither_to_the_companion_nor_to_a_person(
    world: World, deed: Deed, channel: str
) -> None:
    command = dataclasses.replace(deed.command, second_reference="x" * 21, quantity=Decimal("0.000001"))
    world.sage = world.open(channel=channel)
    with pytest.raises(Refused, match=r"second reference has 21 .*more than 5 decimal places"):
        deed.do(world)(command)


def test_without_a_companion_a_person_is_told_what_to_type(world: World, deed: Deed) -> None:
    world.sage = world.open(channel="manual")
    with pytest.raises(NeedsHand, match=deed.command.key):
        deed.do(world)(deed.command)


def numbered(world: World, kind: str, numbers: dict[str, int]) -> None:
    """A stock item that carries numbers, with so many of each in GOODS-IN."""
    item = {"code": "PAINT", "name": "Paint", "costing": "FIFO", "tax_code": 1, "standard_price": "9.00"}
    world.does("POST", "/load", {"products": [{**item, "traceable": kind}]})
    goods = {"product": "PAINT", "warehouse": "HOME", "bin": "GOODS-IN", "unit_cost": "4.00", "date": ON.isoformat()}
    rows = [{"number": number, "quantity": str(quantity)} for number, quantity in numbers.items()]
    world.does("POST", "/desktop/add-stock", {**goods, "quantity": str(sum(numbers.values())), "numbers": rows})


def batches(**quantities: int) -> tuple[c.BatchQuantity, ...]:
    return tuple(c.BatchQuantity(number=number, quantity=Decimal(quantity)) for number, quantity in quantities.items())


def paint_moves(quantity: int, **numbers: int) -> c.MoveStock:
    return c.MoveStock(
        key="TMV-0000000000000002",
        sku="PAINT",
        quantity=Decimal(quantity),
        from_warehouse="HOME",
        from_bin="GOODS-IN",
        to_warehouse="QUARANTINE",
        to_bin="Q1",
        on=ON,
        second_reference="RMA-77",
        batches=batches(**numbers),
    )


@pytest.mark.parametrize(
    ("kind", "numbers", "moving"),
    [("batch", {"B1": 3, "B2": 3}, {"B1": 3, "B2": 2}), ("serial", {"S1": 1, "S2": 1, "S3": 1}, {"S3": 1, "S1": 1})],
)
def test_stock_with_numbers_moves_by_its_numbers(
    world: World, kind: str, numbers: dict[str, int], moving: dict[str, int]
) -> None:
    numbered(world, kind, numbers)
    command = paint_moves(sum(moving.values()), **moving)
    world.sage.stock.move_stock(command)
    found = world.sage.stock.find_move(command)
    assert found is not None
    assert c.differences(command.figures(), found.figures) == ()
    left = {number: quantity - moving.get(number, 0) for number, quantity in numbers.items()}
    with pytest.raises(Refused, match="; ".join(f"1 of {number} is not free in the bin" for number in left)):
        world.sage.stock.move_stock(paint_moves(99, **{number: count + 1 for number, count in left.items()}))


def test_numbers_that_are_not_in_the_bin_are_all_named_and_nothing_moves(world: World) -> None:
    numbered(world, "batch", {"B1": 3})
    command = paint_moves(6, B1=4, B9=1)
    with pytest.raises(Refused, match=r"the batches make 5 of 6 to move; 1 of B1 is not free .*; 1 of B9 is not free"):
        world.sage.stock.move_stock(command)
    assert world.sage.stock.find_move(command) is None
