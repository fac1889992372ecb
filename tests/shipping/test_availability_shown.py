"""Availability as people see it: the report with its formula, and what the doctor says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.processes.house import COMPANY, LONG_AGO
from tests.shipping.depot import Depot, open_depot

from tieout.cli import tieout
from tieout.domain.rules.row_checks import FREE_STOCK_REFUSED, problems_of
from tieout.domain.rules.tables import TABLES
from tieout.ports.accounts import Finding
from tieout.processes.availability import publish_availability
from tieout.processes.availability_checked import availability_findings


@pytest.fixture
def depot(address: str, tmp_path: Path) -> Iterator[Depot]:
    with open_depot(address, tmp_path) as opened:
        opened.house.rule("policy", "publish_availability", LONG_AGO, value="on")
        yield opened


def publish(depot: Depot) -> None:
    publish_availability(depot.house.application.floor, depot.house.application.companies[COMPANY])


def printed(depot: Depot, *words: str) -> str:
    options = ["--config", str(depot.house.config), "--home", str(depot.house.home)]
    said = CliRunner().invoke(tieout, [*options, "report", "availability", *words], standalone_mode=False)
    if said.exception is not None:
        raise said.exception
    return said.stdout


def findings(depot: Depot, by: timedelta = timedelta(0)) -> list[Finding]:
    application = depot.house.application
    return availability_findings(application.store, (COMPANY,), application.clock() + by)


def test_the_report_shows_the_formula_and_sages_free_stock_beside_it(depot: Depot) -> None:
    assert "No figure is kept yet." in printed(depot)
    stock = depot.stock("MUG")
    depot.order(("MUG", 5), allocate=2)
    depot.house.rule("availability_buffer", "*", LONG_AGO, units="4")
    publish(depot)
    shown: Any = json.loads(printed(depot, "--sku", "MUG", "--json"))
    (row,) = shown["rows"]
    assert [(part["sign"], part["units"], part["name"]) for part in row["parts"]] == [
        ("+", str(stock), "on hand in bins for sale"),
        ("-", "2", "allocated in Sage"),
        ("-", "3", "ordered in Sage, not allocated"),
        ("-", "4", "buffer"),
    ]
    assert (row["available"], row["offered"]) == (str(stock - 9), str(stock - 9))
    assert (row["free"], row["difference"]) == (str(stock - 2), "7")
    text = printed(depot, "--sku", "MUG")
    assert f"MUG at HOME (giftware): {stock - 9}; the shop offers {stock - 9}; published" in text
    assert f"{stock - 2}  Sage's free-stock field, +7 against ours" in text
    assert "BOOK" not in text


def test_the_free_stock_field_is_refused_as_a_source_however_it_is_spelt() -> None:
    policy = TABLES["policy"]
    for word in ("free", "free_stock", "Free stock", "sage free stock"):
        (problem,) = problems_of(policy, "availability_source", {"value": word})
        assert problem.text == FREE_STOCK_REFUSED
    assert problems_of(policy, "availability_source", {"value": "count"}) == ()
    assert problems_of(policy, "availability_source", {"value": "guess"})[0].text != FREE_STOCK_REFUSED


def test_the_doctor_refuses_the_free_stock_field_in_a_row_that_came_in_unchecked(depot: Depot) -> None:
    publish(depot)
    assert [finding.is_well for finding in findings(depot)] == [True]
    depot.house.rule("policy", "availability_source", value="free_stock")
    (finding,) = findings(depot)
    assert not finding.is_well
    assert FREE_STOCK_REFUSED in finding.says


def test_the_doctor_says_when_nobody_works_it_out(depot: Depot) -> None:
    assert "nothing was ever worked out" in findings(depot)[0].says
    publish(depot)
    (finding,) = findings(depot, timedelta(hours=2))
    assert (finding.is_well, "last worked out" in finding.says) == (False, True)
    depot.house.rule("policy", "publish_availability", value="off")
    assert findings(depot) == []


def test_the_doctor_counts_what_was_ever_at_risk(depot: Depot) -> None:
    publish(depot)
    depot.house.rule("policy", "publish_availability", value="watch")
    depot.control.post("/shopify/adjustments", {"sku": "MUG", "delta": 9, "reason": "correction"})
    publish(depot)
    assert "1 ever, 1 open" in findings(depot)[0].says
    depot.control.post("/shopify/adjustments", {"sku": "MUG", "delta": -9, "reason": "correction"})
    publish(depot)
    (finding,) = findings(depot)
    assert (finding.is_well, "1 ever, 0 open" in finding.says) == (True, True)
