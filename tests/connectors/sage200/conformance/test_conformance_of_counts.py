"""Stocktakes run to their end, against a served Sage 200."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tieout.connectors.sage200.compat import Compat
from tieout.domain import commands as c
from tieout.domain.documents.sales_order import Nominal
from tieout.ports.errors import OutcomeUnknown, Refused

if TYPE_CHECKING:
    from .conftest import World

COUNT = c.CountStock(
    key="TCT-0000000000000001",
    warehouse="HOME",
    counts=(
        c.CountedBin(sku="MUG", bin="GOODS-IN", quantity=Decimal(9)),
        c.CountedBin(sku="BOWL", bin="A1", quantity=Decimal(4)),
    ),
    variance_nominal=Nominal(account="5200"),
    narrative="Recount",
)
STEPS = ("stocktake_enter_values", "stocktake_count_sheet_items", "stocktake_approve_complete")
FAULTS = [("lost_reply", "stocktakes"), *((fault, step) for fault in ("lost_reply", "error_before") for step in STEPS)]


@pytest.fixture
def world(world: World) -> World:
    world.sage.stock.write_on(world.make.write_on("10"))
    elsewhere = dataclasses.replace(world.make.write_on("3"), key="TWO-0000000000000002", bin="A1")
    world.sage.stock.write_on(elsewhere)
    return world


def lying(world: World) -> dict[tuple[str, str], Decimal]:
    return {(x.sku, x.bin): x.on_hand for x in world.sage.feeds.stock_levels() if x.warehouse == "HOME"}


@pytest.mark.parametrize("by", ["By Stock Item", "By Bin"])
def test_bins_are_set_to_what_was_counted_and_no_other_bin_changes(world: World, by: str) -> None:
    stock = world.open(compat=Compat.model_validate({"stocktake_type": by})).stock
    assert stock.find_count(COUNT) is None
    stock.count_stock(COUNT)
    found = stock.find_count(COUNT)
    assert found is not None
    assert c.differences(COUNT.figures(), found.figures) == ()
    assert lying(world) == {("MUG", "GOODS-IN"): Decimal(9), ("MUG", "A1"): Decimal(3), ("BOWL", "A1"): Decimal(4)}


@pytest.mark.parametrize(("fault", "path"), FAULTS)
def test_a_run_that_is_cut_off_anywhere_is_gone_on_with(world: World, fault: str, path: str) -> None:
    world.temper(lost_reply_as="504", limit=1, path_contains=path, **{fault: 1})
    with pytest.raises(OutcomeUnknown):
        world.sage.stock.count_stock(COUNT)
    world.temper()
    for _ in range(2):
        world.sage.stock.count_stock(COUNT)
    found = world.sage.stock.find_count(COUNT)
    assert found is not None
    assert c.differences(COUNT.figures(), found.figures) == ()
    assert lying(world)["MUG", "GOODS-IN"] == Decimal(9)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_goes_wrong_again_and_again_the_count_is_completed_once(world: World, seed: int) -> None:
    world.temper(seed=seed, lost_reply=0.2, lost_reply_as="504", error_before=0.1, path_contains="stocktake")
    for _ in range(100):
        try:
            if world.sage.stock.find_count(COUNT) is not None:
                break
            world.sage.stock.count_stock(COUNT)
        except OutcomeUnknown:
            continue
    world.temper()
    found = world.sage.stock.find_count(COUNT)
    assert found is not None
    assert c.differences(COUNT.figures(), found.figures) == ()
    assert lying(world)["BOWL", "A1"] == Decimal(4)


def test_another_stocktake_of_the_warehouse_is_refused_by_name(world: World) -> None:
    world.temper(error_before=1, limit=1, path_contains="stocktake_enter_values")
    with pytest.raises(OutcomeUnknown):
        world.sage.stock.count_stock(COUNT)
    other = dataclasses.replace(COUNT, key="TCT-0000000000000002")
    with pytest.raises(Refused, match=f"stocktake {COUNT.key} runs in warehouse HOME"):
        world.sage.stock.count_stock(other)
    world.sage.stock.count_stock(COUNT)
    world.sage.stock.count_stock(other)
    assert world.sage.stock.find_count(other) is not None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"counts": (c.CountedBin(sku="NONE", bin="A1", quantity=Decimal(1)),)}, "NONE"),
        (
            {"counts": (*COUNT.counts, c.CountedBin(sku="BOWL", bin="NEVER", quantity=Decimal(1)))},
            "BOWL in bin NEVER of HOME cannot be counted",
        ),
        ({"variance_nominal": Nominal(account="9999")}, "no nominal account 9999"),
        ({"counts": ()}, "counts nothing"),
        ({"narrative": "x" * 6001}, "nominal narrative has 6001"),
        ({"counts": (c.CountedBin(sku="MUG", bin="A1", quantity=Decimal("0.0000001")),)}, "more than 5 decimal places"),
    ],
)
def test_a_count_that_cannot_be_taken_is_refused_and_starts_nothing(
    world: World, changes: dict[str, object], why: str
) -> None:
    before = lying(world)
    command = dataclasses.replace(COUNT, **changes)  # type: ignore[arg-type]  # fields of the command by name
    with pytest.raises(Refused, match=why):
        world.sage.stock.count_stock(command)
    assert world.sage.stock.find_count(command) is None
    assert lying(world) == before
    world.sage.stock.count_stock(COUNT)
