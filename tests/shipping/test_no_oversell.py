"""Twenty sellers at once against one stock code: nothing is sold twice, and with Sage's free stock it would be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.processes.house import LONG_AGO
from tests.shipping.depot import Depot, open_depot
from tests.shipping.race import Race, by_free_stock, by_tieout

MANY = (300, 600)
"""Units of a delivery where many are sold."""


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path, read_seconds=30.0) as opened:
        opened.house.rule("policy", "publish_availability", LONG_AGO, value="on")
        yield opened


def test_nothing_is_sold_twice_while_tieout_tells_the_shop(depot: Depot) -> None:
    came = Race(depot, 250, by_tieout, pace=0.4).run()
    assert [came.oversold_at_worst, came.oversold_orders, came.over_offered, came.not_sendable] == [0, 0, 0, 0]
    assert came.orders >= 250
    assert came.published > 1
    depot.control.prove()


def test_the_same_race_on_sages_free_stock_does_oversell(depot: Depot) -> None:
    came = Race(depot, 120, by_free_stock, delivery=(20, 40), pace=0.2).run()
    assert came.oversold_at_worst > 0


@pytest.mark.long
def test_over_ten_thousand_orders_tieout_oversells_nothing(depot: Depot, capsys: pytest.CaptureFixture[str]) -> None:
    ours = Race(depot, 10_000, by_tieout, delivery=MANY, pace=1.0, rest=0.2).run()
    with capsys.disabled():
        print("\n" + ours.line("Availability by Tieout"))  # noqa: T201 - figures for people
    assert [ours.oversold_at_worst, ours.oversold_orders, ours.over_offered, ours.not_sendable] == [0, 0, 0, 0]
    assert ours.orders >= 10_000
    depot.control.prove()


@pytest.mark.long
def test_over_ten_thousand_orders_sages_free_stock_oversells(depot: Depot, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = Race(depot, 10_000, by_free_stock, delivery=MANY, pace=1.0, rest=0.2).run()
    with capsys.disabled():
        print("\n" + theirs.line("Control: Sage's free-stock field"))  # noqa: T201 - figures for people
    assert theirs.oversold_at_worst > 0
