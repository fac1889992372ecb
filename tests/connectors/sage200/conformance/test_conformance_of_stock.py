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
