"""Counts beside Sage at the stand-ins' own ledgers: only what lasts and nothing explains is a case."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.processes.house import COMPANY, LONG_AGO
from tests.shipping.depot import open_depot
from tests.shipping.stockroom import Stockroom

from tieout.domain.money import Money
from tieout.processes.kinds import STOCK
from tieout.reconciliation.stock_parity import SiteParity, compare_stock

KINDS = ("mintsoft", "shipbob", "csv", "edifact")


@pytest.fixture(params=KINDS)
def stockroom(address: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stockroom]:
    with open_depot(address, tmp_path, request.param) as opened:
        room = Stockroom(opened)
        room.set_rules()
        yield room


def compared(stockroom: Stockroom) -> SiteParity:
    application = stockroom.depot.house.application
    (found,) = compare_stock(application.floor, application.companies[COMPANY])
    return found


def the_key(stockroom: Stockroom, sku: str = "MUG") -> str:
    floor = stockroom.depot.floor
    return f"{floor.account}|{floor.site}|{sku}"


def test_what_sage_lost_alone_is_a_case_after_two_counts_and_closes_when_a_count_agrees(stockroom: Stockroom) -> None:
    key = the_key(stockroom)
    assert stockroom.count() == 0
    assert compared(stockroom).breaks == ()
    stockroom.lose_in_sage("MUG", 4)
    assert stockroom.count() == 0
    assert stockroom.codes(key, STOCK) == []
    assert stockroom.count() == 1
    (fault,) = stockroom.faults(key, STOCK)
    assert fault["code"] == "INVENTORY_DRIFT"
    assert "+4, GBP 6.00 at cost" in fault["saw"]
    case = stockroom.case(key, STOCK)
    assert case is not None
    assert Money(case.stake_minor or 0) == Money(600)
    assert set(stockroom.leg_states(key, STOCK).values()) == {"differs"}
    stockroom.lose(4)
    stockroom.count()
    assert stockroom.codes(key, STOCK) == []
    assert set(stockroom.leg_states(key, STOCK).values()) == {"agreed"}


def test_a_shipment_that_sage_was_not_told_of_yet_is_no_difference(stockroom: Stockroom) -> None:
    depot = stockroom.depot
    number = depot.order(("MUG", 3))
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="TRK1")
    stockroom.count()
    (mug,) = [one for one in compared(stockroom).agreed if (one.sku, one.where) == ("MUG", "on hand")]
    assert (mug.counted, mug.in_sage, mug.variance) == (mug.in_sage - 3, mug.in_sage, Decimal(0))
    assert [one.quantity for one in mug.used] == [Decimal(-3)]
    depot.settle()
    stockroom.count()
    (mug,) = [one for one in compared(stockroom).agreed if (one.sku, one.where) == ("MUG", "on hand")]
    assert (mug.counted, mug.used) == (mug.in_sage, ())
    assert compared(stockroom).breaks == ()


def test_a_movement_that_waits_for_a_person_is_no_difference(stockroom: Stockroom) -> None:
    stockroom.depot.house.rule(
        "stock_reason", "adjustment", LONG_AGO, treatment="ask", account="5200", category="Damaged"
    )
    stockroom.depot.house.rule(
        "stock_reason", "write_off", LONG_AGO, treatment="ask", account="5200", category="Damaged"
    )
    stockroom.act("adjust", "MUG", -2, reason="Damaged")
    stockroom.settle()
    assert stockroom.codes(stockroom.the_movement().key) == ["MOVEMENT_NOT_APPROVED"]
    for _ in range(2):
        assert stockroom.count() == 0
    (mug,) = [one for one in compared(stockroom).agreed if (one.sku, one.where) == ("MUG", "on hand")]
    assert (mug.variance, [one.quantity for one in mug.used]) == (Decimal(0), [Decimal(-2)])


def test_goods_that_came_back_and_are_in_sage_before_the_warehouse_counts_them_are_no_difference(
    stockroom: Stockroom,
) -> None:
    house = stockroom.depot.house
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    for _ in range(2):
        assert stockroom.count() == 0
    (mug,) = [one for one in compared(stockroom).agreed if (one.sku, one.where) == ("MUG", "on hand")]
    assert (mug.in_sage - mug.counted, mug.variance) == (Decimal(1), Decimal(0))
    assert [one.what for one in mug.used] == [f"return {rma.number}"]


def test_what_is_set_aside_is_compared_apart(stockroom: Stockroom) -> None:
    stockroom.act("quarantine", "MUG", 3)
    stockroom.settle()
    stockroom.count()
    site = compared(stockroom)
    assert site.breaks == ()
    apart = {one.where: one.counted for one in site.agreed if one.sku == "MUG"}
    assert apart["on hand"] == 97
    if "set aside" in apart:  # not every warehouse says at which site
        assert apart["set aside"] == 3


def test_a_code_that_leads_nowhere_is_shown_and_an_item_without_stock_is_left_out(stockroom: Stockroom) -> None:
    depot = stockroom.depot
    depot.control.post(
        "/sage200/load",
        {"products": [{"code": "GIFTBOX", "group": "SERVICES", "standard_price": "9.00"}]},
    )
    depot.floor.set_up(("MUGG", "GIFTBOX"), 5)
    assert stockroom.count() == 0
    site = compared(stockroom)
    assert [fault.code for fault in site.unread] == ["UNKNOWN_STOCK_CODE"]
    assert "MUG" in site.unread[0].wanted
    assert (site.left_out, site.breaks) == (("GIFTBOX",), ())
    key = the_key(stockroom).rpartition("|")[0]
    assert stockroom.codes(key, STOCK) == ["UNKNOWN_STOCK_CODE"]
    depot.house.rule("warehouse_alias", f"{depot.floor.account}|MUGG", LONG_AGO, sku="MUG")
    body = {"product": "MUG", "warehouse": "HOME", "bin": "A1", "quantity": "5", "unit_cost": "1.50"}
    depot.control.post("/sage200/desktop/add-stock", body)
    stockroom.count()
    assert compared(stockroom).unread == ()
    assert stockroom.codes(key, STOCK) == []
