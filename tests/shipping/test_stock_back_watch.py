"""What is watched around a warehouse's stock: each case raised by its cause at the stand-ins, and closed by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.processes.house import COMPANY, LONG_AGO
from tests.shipping.depot import open_depot
from tests.shipping.stockroom import REASONS, Stockroom

from tieout.intake.files import pick_up
from tieout.processes.kinds import DESPATCH, FEED, SITE, STOCK
from tieout.processes.movements import sweep_movements
from tieout.processes.warehouses_seen import sweep_warehouses
from tieout.reconciliation.counts import keep_counts
from tieout.reconciliation.despatches_seen import check_despatches
from tieout.reconciliation.feeds_late import watch_feeds
from tieout.reconciliation.places import check_places
from tieout.reconciliation.stock_watch import DIFFERENCES, PARITY
from tieout.store import effects, sweeps

BACK = timedelta(days=60)


@pytest.fixture
def stockroom(address: str, tmp_path: Path) -> Iterator[Stockroom]:
    with open_depot(address, tmp_path, "csv") as opened:
        room = Stockroom(opened)
        room.set_rules()
        yield room


@pytest.fixture
def asked(address: str, tmp_path: Path) -> Iterator[Stockroom]:
    """A warehouse that is asked, and drops no files."""
    with open_depot(address, tmp_path, "mintsoft") as opened:
        room = Stockroom(opened)
        room.set_rules()
        yield room


def test_a_bin_that_is_renamed_in_sage_is_found_before_anything_is_booked_there(stockroom: Stockroom) -> None:
    house, key = stockroom.depot.house, "warehouse_site/threepl|LEEDS"
    application = house.application
    assert check_places(application.floor, application.companies[COMPANY]) == 0
    house.rule("warehouse_site", "threepl|LEEDS", LONG_AGO, warehouse="HOME", bin="A1-OLD")
    assert check_places(application.floor, application.companies[COMPANY]) == 1
    (fault,) = stockroom.faults(key, SITE)
    assert (fault["code"], fault["saw"]) == ("LOCATION_MAP_BROKEN", "bin A1-OLD of HOME")
    assert "A1" in fault["wanted"]
    house.rule("warehouse_site", "threepl|LEEDS", LONG_AGO, warehouse="HOME", bin="A1")
    assert check_places(application.floor, application.companies[COMPANY]) == 0
    assert stockroom.codes(key, SITE) == []


def test_a_node_whose_warehouse_is_not_in_sage_is_found(stockroom: Stockroom) -> None:
    house = stockroom.depot.house
    house.rule("warehouse_node", "NORTH|IE", LONG_AGO, account="threepl", site="LEEDS")
    assert check_places(house.application.floor, house.application.companies[COMPANY]) == 1
    assert stockroom.codes("warehouse_node/NORTH|IE", SITE) == ["LOCATION_MAP_BROKEN"]


def test_a_despatch_without_an_issue_of_stock_is_a_case_until_its_invoice_brings_one(stockroom: Stockroom) -> None:
    depot = stockroom.depot
    depot.control.put("/sage200/settings", {"sop": {"update_stock_on_despatch": False}})
    assert check(stockroom) == 0
    number = depot.order(("MUG", 3))
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="TRK1")
    depot.settle()
    (key,) = [effect.key for effect in depot.effects(number) if effect.command == "despatch"]
    assert check(stockroom) == 0
    depot.house.later(timedelta(hours=2))
    assert check(stockroom) == 1
    (fault,) = stockroom.faults(key, DESPATCH)
    assert (fault["code"], fault["saw"]) == ("DESPATCH_NOT_IN_GL", "no issue of 3 x MUG, GBP 4.50 at cost")
    depot.control.post("/sage200/desktop/post-invoice", {"order": number})
    assert check(stockroom) == 0
    assert stockroom.codes(key, DESPATCH) == []


def test_a_despatch_that_reduced_the_stock_at_once_is_no_case(stockroom: Stockroom) -> None:
    depot = stockroom.depot
    check(stockroom)
    number = depot.order(("MUG", 3), ("BOOK", 1))
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="TRK1", MUG=2)
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="TRK2")
    depot.settle()
    depot.house.later(timedelta(hours=2))
    assert check(stockroom) == 0


def check(stockroom: Stockroom) -> int:
    application = stockroom.depot.house.application
    return check_despatches(application.floor, application.companies[COMPANY])


def watch(stockroom: Stockroom) -> int:
    application = stockroom.depot.house.application
    return watch_feeds(application.floor, application.companies[COMPANY])


def test_a_3pl_that_drops_no_file_for_longer_than_agreed_is_late_until_it_does(stockroom: Stockroom) -> None:
    house = stockroom.depot.house
    house.rule("policy", "feed_late_hours", LONG_AGO, value="8")
    assert watch(stockroom) == 0
    house.later(timedelta(hours=12))
    assert watch(stockroom) == 0  # a night is no working time
    house.later(timedelta(hours=36))
    assert watch(stockroom) == 1
    (fault,) = stockroom.faults("threepl", FEED)
    assert (fault["code"], fault["saw"].startswith("no file since 20 Jan 2011")) == ("FEED_LATE", True)
    stockroom.act("receive", "MUG", 1)
    pick_up(house.application.floor, house.application.companies[COMPANY])
    assert watch(stockroom) == 0
    assert stockroom.codes("threepl", FEED) == []


def test_a_warehouse_whose_lists_cannot_be_read_whole_is_late_until_they_can(asked: Stockroom) -> None:
    house = asked.depot.house
    house.rule("policy", "feed_late_hours", LONG_AGO, value="8")

    def ask() -> None:
        floor, company = house.application.floor, house.application.companies[COMPANY]
        sweep_warehouses(floor, company, BACK)
        sweep_movements(floor, company)
        keep_counts(floor, company)

    ask()
    assert watch(asked) == 0
    house.later(timedelta(hours=72))
    asked.depot.control.temper("mintsoft", error_before=1)
    ask()
    assert watch(asked) == 1
    assert asked.codes("mintsoft", FEED) == ["FEED_LATE"]
    asked.depot.control.temper("mintsoft")
    ask()
    assert watch(asked) == 0
    assert asked.codes("mintsoft", FEED) == []


def test_a_parity_that_gets_worse_while_every_run_succeeds_is_shown_as_such(asked: Stockroom) -> None:
    key = "mintsoft|Main Warehouse"
    assert asked.count() == 0
    for sku in ("MUG", "BOOK", "LAMP"):
        assert asked.codes(key, STOCK) == []
        asked.lose_in_sage(sku, 2)
        asked.count()
    (fault,) = asked.faults(key, STOCK)
    assert (fault["code"], fault["saw"]) == ("SYNC_ILLUSION_STOCK", "3 stock codes differ, more at each of 3 counts")
    asked.count()
    assert asked.codes(key, STOCK) == []
    with asked.depot.house.application.store.scope(COMPANY) as c:
        parity, differences = sweeps.sweep(c, key, PARITY), sweeps.sweep(c, key, DIFFERENCES)
    assert parity is not None
    assert differences is not None
    assert (parity.counted["differing"], set(json.loads(differences.high_water))) == (3, {"MUG", "BOOK", "LAMP"})


def test_nothing_of_all_this_ever_posts_to_sage(asked: Stockroom) -> None:
    before = asked.depot.control.deeds()
    asked.lose_in_sage("MUG", 2)
    mine = asked.depot.control.deeds() - before
    for _ in range(3):
        asked.count()
    application = asked.depot.house.application
    check_places(application.floor, application.companies[COMPANY])
    assert asked.depot.control.deeds() - before == mine
    with application.store.scope(COMPANY) as c:
        assert effects.open_effects(c, intended_before=asked.depot.now()) == []


def test_the_first_look_books_nothing_of_before_unless_a_rule_names_the_day(address: str, tmp_path: Path) -> None:
    with open_depot(address, tmp_path, "mintsoft") as opened:
        room = Stockroom(opened)
        for key, value in REASONS:
            opened.house.rule("stock_reason", key, LONG_AGO, **value)
        opened.house.rule("policy", "movements_from", LONG_AGO, value="last week")
        room.act("adjust", "MUG", -2, reason="Damaged")
        room.settle()
        assert room.movements() == []  # a day that cannot be read passes nothing over
        opened.house.rule("policy", "movements_from", LONG_AGO, value="2011-01-20")
        room.settle()
        assert "mintsoft" in room.movements()[0].key
        assert [command for one in room.movements() for command in room.commands(one.key)].count("write_off") == 1
