"""`tieout reconcile stock`, from a terminal: what differs, what explains the rest, and an exit code for a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.processes.house import COMPANY
from tests.shipping.depot import open_depot
from tests.shipping.stockroom import Stockroom

from tieout.cli import tieout
from tieout.store import cases


@pytest.fixture
def stockroom(address: str, tmp_path: Path) -> Iterator[Stockroom]:
    with open_depot(address, tmp_path, "csv") as opened:
        room = Stockroom(opened)
        room.set_rules()
        yield room


def say(stockroom: Stockroom, *words: str) -> Result:
    house = stockroom.depot.house
    options = ["--config", str(house.config), "--home", str(house.home)]
    return CliRunner().invoke(tieout, [*options, "reconcile", "stock", *words])


def the_site(told: Result) -> Any:  # noqa: ANN401 - a JSON edge
    (site,) = json.loads(told.stdout)["sites"]
    return site


def test_a_house_without_counts_says_so(stockroom: Stockroom) -> None:
    told = say(stockroom)
    assert (told.exit_code, told.stdout) == (0, "No warehouse has told a count yet.\n")


def test_counts_that_agree_end_with_0_and_name_what_explains_them(stockroom: Stockroom) -> None:
    number = stockroom.depot.order(("MUG", 3))
    stockroom.depot.settle()
    stockroom.depot.floor.ship(f"{number}-1", tracking="TRK1")
    stockroom.count()
    told = say(stockroom, "--json")
    site = the_site(told)
    assert (told.exit_code, site["differing"], site["under_way"], site["compared"]) == (0, 0, 1, 4)
    assert "1 explained by what is under way, 0 differ, GBP 0.00 at cost" in say(stockroom).stdout


def test_a_count_that_differs_ends_with_1_with_figures_at_cost_and_opens_no_case(stockroom: Stockroom) -> None:
    stockroom.count()
    stockroom.lose_in_sage("MUG", 4)
    told = say(stockroom, "--json")
    site = the_site(told)
    (one,) = site["differences"]
    assert told.exit_code == 1
    assert {name: one[name] for name in ("sku", "counted", "in_sage", "variance", "value")} == {
        "sku": "MUG",
        "counted": "100",
        "in_sage": "96",
        "variance": "4",
        "value": "GBP 6.00",
    }
    assert "MUG: counted 100, expected 96 (Sage 96), +4, GBP 6.00" in say(stockroom).stdout
    with stockroom.depot.house.application.store.scope(COMPANY) as c:
        assert cases.open_cases(c) == []


def test_an_earlier_count_is_compared_with_what_left_since_taken_back(stockroom: Stockroom) -> None:
    stockroom.count()
    until = stockroom.depot.now()
    stockroom.depot.house.later(timedelta(minutes=5))
    number = stockroom.depot.order(("MUG", 3))
    stockroom.depot.settle()
    stockroom.depot.floor.ship(f"{number}-1", tracking="TRK1")
    stockroom.depot.settle()
    stockroom.act("receive", "BOOK", 5)
    stockroom.settle()
    stockroom.count()
    told = say(stockroom, "--json", "--as-at", f"{until:%Y-%m-%dT%H:%M:%S}")
    site = the_site(told)
    assert (told.exit_code, site["differing"], site["under_way"]) == (0, 0, 2)
    assert site["taken_at"] < until.isoformat()


def test_a_site_that_is_mapped_nowhere_cannot_be_compared_and_ends_with_1(stockroom: Stockroom) -> None:
    stockroom.depot.control.post(
        "/files/partners/csv/load",
        {
            "sites": ["LEEDS", "YORK"],
            "items": [{"sku": "MUG", "description": "MUG", "base_unit": "EA", "units": {"EA": 1}}],
            "stock": [{"site": "YORK", "sku": "MUG", "quantity": "7"}],
        },
    )
    stockroom.depot.control.post("/files/partners/csv/snapshots", {"site": "YORK"})
    stockroom.settle()
    told = say(stockroom, "--json")
    (york,) = [site for site in json.loads(told.stdout)["sites"] if site["site"] == "YORK"]
    assert told.exit_code == 1
    assert york["not_compared"] == ["count of threepl YORK: YORK (UNKNOWN_LOCATION)"]
