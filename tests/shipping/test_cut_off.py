"""The cut-off: what left in a period against what Sage has in it, from both sides, to the penny."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.processes.house import LONG_AGO
from tests.shipping.depot import Depot, open_depot

from tieout.cli import tieout


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path, "csv") as opened:
        opened.house.rule("carrier", "threepl|*", LONG_AGO, courier="")
        yield opened


def typed(depot: Depot, *words: str, ends: int) -> str:
    head = ["--config", str(depot.house.config), "--home", str(depot.house.home), "report", "cut-off"]
    shown = CliRunner().invoke(tieout, [*head, *words])
    assert shown.exit_code == ends, shown.output
    return shown.stdout


def cut_off(depot: Depot, first: str, last: str, *, ends: int) -> Any:  # noqa: ANN401 - a JSON edge
    return json.loads(typed(depot, "--from", first, "--to", last, "--json", ends=ends))


def shipped(depot: Depot, *items: tuple[str, int], **units: int) -> str:
    number = depot.order(*items)
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="TRK1", **units)
    depot.settle()
    return number


def test_what_left_and_is_in_sage_is_even_and_adds_up(depot: Depot) -> None:
    shipped(depot, ("MUG", 3), ("BOOK", 1))
    made = cut_off(depot, "2011-01-01", "2011-01-31", ends=0)
    (row,), (sums,) = made["rows"], made["totals"]
    assert row["cut_off_class"] == "left and posted in the period"
    assert (row["left_minor"], row["posted_minor"]) == (4000, 4000)
    assert (sums["left_units"], sums["posted_units"]) == ("4", "4")
    assert (sums["left_only_minor"], sums["posted_only_minor"]) == (0, 0)
    assert made["is_even"]


def test_what_left_and_is_not_in_sage_stands_with_its_value_and_what_keeps_it(depot: Depot) -> None:
    number = depot.order(("MUG", 3))
    depot.settle()
    depot.control.put("/sage200/periods", {"period_start": "2011-01-01", "status": "Closed"})
    depot.floor.ship(f"{number}-1", tracking="TRK1", MUG=2)
    depot.settle()
    made = cut_off(depot, "2011-01-01", "2011-01-31", ends=1)
    (row,), (sums,) = made["rows"], made["totals"]
    assert (row["cut_off_class"], row["order"]) == ("left in the period, not in Sage in it", number)
    assert (row["left_minor"], row["posted_on"], row["why"]) == (2000, None, "DESPATCH_PERIOD_CLOSED")
    assert (sums["left_minor"], sums["left_only_minor"], sums["posted_minor"]) == (2000, 2000, 0)
    text = typed(depot, "--from", "2011-01-01", "--to", "2011-01-31", ends=1)
    assert "LEFT IN THE PERIOD, NOT IN SAGE IN IT" in text
    assert "DESPATCH_PERIOD_CLOSED" in text


def test_a_despatch_of_one_month_posted_in_the_next_stands_on_one_side_of_each(depot: Depot) -> None:
    """January is closed before the despatch is told; in February the house lets it be posted on the day."""
    depot.control.put("/sage200/periods", {"period_start": "2011-01-01", "status": "Closed"})
    number = shipped(depot, ("MUG", 2))
    depot.house.later(timedelta(days=15))
    depot.house.rule("policy", "despatch_date", value="today")
    depot.tell(number)
    depot.settle()
    january = cut_off(depot, "2011-01-01", "2011-01-31", ends=1)
    february = cut_off(depot, "2011-02-01", "2011-02-28", ends=1)
    assert [row["cut_off_class"] for row in january["rows"]] == ["left in the period, not in Sage in it"]
    assert [row["cut_off_class"] for row in february["rows"]] == ["in Sage in the period, left outside of it"]
    assert (january["totals"][0]["left_only_minor"], february["totals"][0]["posted_only_minor"]) == (2000, 2000)
    assert (february["rows"][0]["left_on"], february["rows"][0]["posted_on"]) == ("2011-01-20", "2011-02-04")
    assert cut_off(depot, "2011-01-01", "2011-02-28", ends=0)["is_even"]


def test_a_period_without_any_of_it_is_even(depot: Depot) -> None:
    shipped(depot, ("MUG", 1))
    made = cut_off(depot, "2010-12-01", "2010-12-31", ends=0)
    assert (made["rows"], made["totals"]) == ([], [])
    assert "Nothing left" in typed(depot, "--from", "2010-12-01", "--to", "2010-12-31", ends=0)
