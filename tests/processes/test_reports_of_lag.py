"""How long returns take, and what was received and not posted at any moment."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.processes.reported import asked

from tieout.processes.reports.figures import percent, spread_of

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.estate import Json
    from tests.processes.house import House

PERIOD = ("--since", "2011-01-01")


def report(house: House, *words: str) -> Json:
    """The report as a program reads it."""
    return json.loads(asked(house, "lag", *PERIOD, "--json", *words).stdout)


def test_goods_received_and_not_posted_are_worth_their_invoiced_lines_at_any_moment(either_house: House) -> None:
    """RET-01: Sage is blocked; ten units at the invoiced price; none before they came, none once they are posted."""
    house = either_house
    house.rule("tender", "shopify_payments", bank="NOWHERE")
    mugs, more = house.authorised("W1002", ("MUG", 5), ("LAMP", 2)), house.authorised("W1004", ("BOWL", 3))
    house.receive(mugs)
    house.receive(more)
    house.drain(mugs, more)
    assert house.control.books().credits == ()
    (held,) = report(house)["not_posted"]
    assert (held["units"], held["returns"], held["valued_by"]) == (10, 2, ["sage invoice"])
    invoiced = held["minor"]
    before = (house.application.clock() - timedelta(hours=2)).strftime("%Y-%m-%d %H:%M")
    assert report(house, "--as-at", before)["not_posted"] == []
    house.later(timedelta(hours=30))
    late = report(house)
    assert {(row["metric"], row["is_open"]) for row in late["outliers"]} == {("receipt_to_credit", True)}
    assert len(late["outliers"]) == 10
    then = house.application.clock().strftime("%Y-%m-%d %H:%M")
    house.rule("tender", "shopify_payments", bank="SHOPPAY")
    house.later(timedelta(minutes=2))
    house.drain(mugs, more)
    credits_made = house.control.books().credits
    assert invoiced == sum(net + tax for _, net, tax in credits_made), "what waited is what Sage credits now"
    assert report(house)["not_posted"] == []
    assert [each["minor"] for each in report(house, "--as-at", then)["not_posted"]] == [invoiced]
    whole = next(r for r in report(house)["rows"] if (r["metric"], r["name"]) == ("receipt_to_credit", "all"))
    assert (whole["spread"]["times"], whole["beyond_target"]) == (10, 10)
    assert Decimal("30.0") <= Decimal(whole["spread"]["median_hours"]) < Decimal("30.2")


def test_the_time_from_refund_to_saleable_is_counted_from_the_shops_own_refund(open_house: OpenHouse) -> None:
    """RET-33: refunded three days before the goods come; quarantine is never for sale and counts nowhere."""
    house = open_house(mode="detect")
    rma = house.authorised("W1001", ("MUG", 2), ("BOOK", 1, "Faulty"))
    house.act(rma, "refund")
    house.drain(rma)
    waiting = [row for row in report(house)["outliers"] if row["metric"] == "refund_to_saleable"]
    assert waiting == []
    house.later(timedelta(days=3))
    waiting = [row for row in report(house)["outliers"] if row["metric"] == "refund_to_saleable"]
    assert {(row["sku"], row["is_open"]) for row in waiting} == {("MUG", True)}
    house.receive(rma, damaged=rma.units[2:])
    house.drain(rma)
    made = report(house, "--by", "reason")
    rows = {row["name"]: row["spread"] for row in made["rows"] if row["metric"] == "refund_to_saleable"}
    assert set(rows) == {"all", "reason Too small"}
    assert rows["all"]["times"] == 2
    assert Decimal("72.0") <= Decimal(rows["all"]["max_hours"]) < Decimal("72.2")
    (first,) = house.control.get("/shopify/ledgers/refunds")["refunds"]
    assert first["order"] == "W1001"
    assert "OUTLIER refund_to_saleable" in asked(house, "lag", *PERIOD).stdout


@pytest.mark.long
def test_goods_for_sale_before_the_money_goes_back_take_no_time(house: House) -> None:
    """RET-33: as the gate has it; never a time below nothing."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    rows = [row for row in report(house)["rows"] if row["metric"] == "refund_to_saleable"]
    assert {(row["name"], row["spread"]["max_hours"]) for row in rows} == {("all", "0.0"), ("warehouse HOME", "0.0")}


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_a_spread_is_made_of_times_that_were_taken_and_in_order(minutes: list[int]) -> None:
    """RET-33: half are no longer than the median, nine in ten no longer than p90, none longer than the longest."""
    taken = [timedelta(minutes=each) for each in minutes]
    found = spread_of(taken)
    tenths = sorted((Decimal(each) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP) for each in minutes)
    assert found.median_hours <= found.p90_hours <= found.max_hours == tenths[-1]
    assert sum(1 for each in tenths if each <= found.median_hours) * 2 >= len(tenths)
    assert sum(1 for each in tenths if each <= found.p90_hours) * 10 >= len(tenths) * 9


def test_the_share_of_nothing_is_a_dash() -> None:
    """RGO-65: and a half is rounded up."""
    assert [percent(0, 0), percent(0, 5), percent(1, 3), percent(1, 2000)] == ["-", "0.0", "33.3", "0.1"]
