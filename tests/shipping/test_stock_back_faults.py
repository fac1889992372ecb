"""Every reason why a movement of a warehouse is not booked: raised, mended by the right person, and cleared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.processes.house import COMPANY, LONG_AGO
from tests.shipping.depot import open_depot
from tests.shipping.stockroom import Stockroom

from tieout.domain.money import Money
from tieout.processes.held import wake_held
from tieout.reconciliation.stock_parity import compare_stock


@pytest.fixture
def stockroom(address: str, tmp_path: Path) -> Iterator[Stockroom]:
    with open_depot(address, tmp_path, "csv") as opened:
        room = Stockroom(opened)
        room.set_rules()
        yield room


def mend(stockroom: Stockroom, table: str, key: str, /, **value: str) -> None:
    """Somebody approves a row; what waits for it goes on by itself."""
    house = stockroom.depot.house
    house.rule(table, key, LONG_AGO, **value)
    with house.application.store.scope(COMPANY) as c:
        wake_held(c, house.application.companies[COMPANY], table, at=stockroom.depot.now())
    house.drain()


def is_booked(stockroom: Stockroom, key: str) -> bool:
    """Whether nothing is owed any more: the case is closed, both sides agree, the document is done."""
    document = stockroom.the_movement()
    states = set(stockroom.leg_states(key).values())
    return stockroom.codes(key) == [] and states == {"agreed"} and document.state == "done"


def test_a_reason_that_nobody_has_mapped_waits_for_finance_and_then_goes_through_by_itself(
    stockroom: Stockroom,
) -> None:
    before = stockroom.depot.stock("MUG")
    stockroom.act("return", "MUG", 4, reason="RTS")
    stockroom.settle()
    key = stockroom.the_movement().key
    assert stockroom.codes(key) == ["STOCK_REASON_UNMAPPED"]
    assert stockroom.depot.stock("MUG") == before
    mend(stockroom, "stock_reason", "return", treatment="ignore")
    assert (stockroom.codes(key), stockroom.commands(key)) == ([], [])
    assert stockroom.the_movement().state == "done"


def test_a_stock_code_that_sage_does_not_know_is_shown_with_the_nearest_and_mended_by_an_alias(
    stockroom: Stockroom,
) -> None:
    stockroom.load_item("MUGS")
    stockroom.act("receive", "MUGS", 5)
    stockroom.settle()
    key = stockroom.the_movement().key
    (fault,) = stockroom.faults(key)
    assert fault["code"] == "UNKNOWN_STOCK_CODE"
    assert "MUGS" in fault["saw"]
    assert fault["wanted"].startswith("perhaps MUG")
    assert fault["row"] == "warehouse_alias/threepl|MUGS"
    before = stockroom.depot.stock("MUG")
    mend(stockroom, "warehouse_alias", "threepl|MUGS", sku="MUG")
    assert is_booked(stockroom, key)
    assert stockroom.depot.stock("MUG") - before == 5


def test_a_case_that_holds_no_whole_stock_units_is_refused_and_never_rounded(stockroom: Stockroom) -> None:
    stockroom.depot.house.rule("warehouse_item", "threepl|MUG", LONG_AGO, factor="1/3", unit="EA")
    before = stockroom.depot.stock("MUG")
    stockroom.act("receive", "MUG", 4)
    stockroom.settle()
    key = stockroom.the_movement().key
    assert stockroom.codes(key) == ["UOM_NON_INTEGER"]
    mend(stockroom, "warehouse_item", "threepl|MUG", factor="6", unit="EA")
    assert is_booked(stockroom, key)
    assert stockroom.depot.stock("MUG") - before == 24


def test_a_site_that_is_mapped_nowhere_stops_before_sage(stockroom: Stockroom) -> None:
    stockroom.depot.house.rule("warehouse_site", "threepl|LEEDS", LONG_AGO, warehouse="HOME", bin="A9")
    stockroom.act("receive", "MUG", 4)
    stockroom.settle()
    key = stockroom.the_movement().key
    (fault,) = stockroom.faults(key)
    assert (fault["code"], fault["saw"]) == ("UNKNOWN_LOCATION", "HOME/A9")
    assert "A1" in fault["wanted"]
    mend(stockroom, "warehouse_site", "threepl|LEEDS", warehouse="HOME", bin="A1")
    assert is_booked(stockroom, key)


def test_what_is_worth_more_than_the_limit_waits_for_a_persons_word_at_cost(stockroom: Stockroom) -> None:
    stockroom.act("write_off", "MUG", 40, reason="DAMAGE")
    stockroom.settle()
    key = stockroom.the_movement().key
    (fault,) = stockroom.faults(key)
    assert fault["code"] == "MOVEMENT_NOT_APPROVED"
    assert "GBP 60.00 at cost" in fault["saw"]
    case = stockroom.case(key)
    assert case is not None
    assert Money(case.stake_minor or 0) == Money(6000)
    before = stockroom.depot.stock("MUG")
    stockroom.accept(key, "MOVEMENT_NOT_APPROVED")
    assert is_booked(stockroom, key)
    assert before - stockroom.depot.stock("MUG") == 40


def test_returned_goods_that_the_warehouse_puts_back_on_sale_wait_where_returns_do_that(stockroom: Stockroom) -> None:
    stockroom.depot.house.rule(
        "stock_reason", "return", LONG_AGO, treatment="write_on", account="5200", approve_over="never"
    )
    stockroom.act("return", "MUG", 1)
    stockroom.settle()
    key = stockroom.the_movement().key
    assert stockroom.codes(key) == ["UNAUTHORISED_RESTOCK"]
    mend(stockroom, "policy", "restock_authority", value="warehouse")
    assert is_booked(stockroom, key)


def test_a_nominal_that_is_not_there_is_named_with_its_row(stockroom: Stockroom) -> None:
    row = {"treatment": "write_on", "account": "9999", "approve_over": "never"}
    stockroom.depot.house.rule("stock_reason", "receipt", LONG_AGO, **row)
    stockroom.act("receive", "MUG", 1)
    stockroom.settle()
    key = stockroom.the_movement().key
    (fault,) = stockroom.faults(key)
    assert (fault["code"], fault["row"]) == ("NOMINAL_MISSING", "stock_reason/receipt")
    mend(stockroom, "stock_reason", "receipt", **{**row, "account": "5200"})
    assert is_booked(stockroom, key)


def test_goods_set_aside_move_to_the_bin_of_what_is_not_for_sale_and_back(stockroom: Stockroom) -> None:
    """This 3PL calls it an adjustment, and only its reason says what it was."""
    depot = stockroom.depot
    before, apart = depot.stock("MUG"), depot.stock("MUG", "Q1")
    stockroom.act("quarantine", "MUG", 3)
    stockroom.settle()
    assert (depot.stock("MUG"), depot.stock("MUG", "Q1")) == (before - 3, apart + 3)
    stockroom.act("release", "MUG", 2)
    stockroom.settle()
    assert (depot.stock("MUG"), depot.stock("MUG", "Q1")) == (before - 1, apart + 1)
    assert [stockroom.commands(document.key) for document in stockroom.movements()] == [["move_stock"]] * 2


def test_a_loss_that_is_told_twice_for_one_order_is_asked_about_before_it_is_booked_again(stockroom: Stockroom) -> None:
    number = stockroom.depot.order(("MUG", 3))
    stockroom.depot.settle()
    before = stockroom.depot.stock("MUG")
    stockroom.act("adjust", "MUG", -1, reason="NOTFOUND", ref=f"{number}-1", ref_type="order")
    stockroom.settle()
    stockroom.act("write_off", "MUG", 1, reason="LOST", ref=f"{number}-1", ref_type="order")
    stockroom.settle()
    first, second = sorted(stockroom.movements(), key=lambda each: each.state, reverse=True)
    assert (stockroom.codes(first.key), stockroom.commands(first.key)) == ([], ["write_off"])
    (fault,) = stockroom.faults(second.key)
    assert (fault["code"], first.key in fault["wanted"]) == ("MOVEMENT_NOT_APPROVED", True)
    assert before - stockroom.depot.stock("MUG") == 1
    stockroom.accept(second.key, "MOVEMENT_NOT_APPROVED")
    assert (stockroom.codes(second.key), before - stockroom.depot.stock("MUG")) == ([], 2)


def test_a_movement_that_is_told_again_with_another_figure_is_never_booked_again(stockroom: Stockroom) -> None:
    depot = stockroom.depot
    stockroom.act("receive", "MUG", 5)
    stockroom.settle()
    booked, document = depot.stock("MUG"), stockroom.the_movement()
    stockroom.tell_again(document.key, quantity=Decimal(6))
    assert stockroom.codes(document.key) == ["EFFECT_CONFLICT"]
    assert depot.stock("MUG") == booked
    stockroom.tell_again(document.key, quantity=Decimal(5), source="another file")
    assert (stockroom.codes(document.key), depot.stock("MUG")) == ([], booked)


def test_a_row_that_changes_after_a_movement_was_booked_books_nothing_again(stockroom: Stockroom) -> None:
    stockroom.act("receive", "MUG", 5)
    stockroom.settle()
    booked, key = stockroom.depot.stock("MUG"), stockroom.the_movement().key
    stockroom.depot.house.rule("stock_reason", "receipt", LONG_AGO, treatment="issue", account="9999")
    stockroom.again(key)
    assert (stockroom.codes(key), stockroom.depot.stock("MUG")) == ([], booked)


def test_a_day_in_a_closed_period_waits_and_is_booked_today_on_a_persons_word(stockroom: Stockroom) -> None:
    stockroom.act("receive", "MUG", 5, at="2009-01-20T10:00:00Z")
    stockroom.settle()
    key = stockroom.the_movement().key
    assert stockroom.codes(key) == ["MOVEMENT_PERIOD_CLOSED"]
    before = stockroom.depot.stock("MUG")
    stockroom.accept(key, "MOVEMENT_PERIOD_CLOSED")
    assert (is_booked(stockroom, key), stockroom.depot.stock("MUG") - before) == (True, 5)


def test_a_booking_whose_answer_is_lost_is_found_and_not_made_again(stockroom: Stockroom) -> None:
    depot = stockroom.depot
    before = depot.stock("MUG")
    depot.control.temper("sage200", path_contains="companion", method="POST", lost_reply=1, limit=1)
    stockroom.act("write_off", "MUG", 2, reason="DAMAGE")
    stockroom.settle()
    key = stockroom.the_movement().key
    assert (is_booked(stockroom, key), before - depot.stock("MUG")) == (True, 2)


def test_a_file_that_comes_twice_books_its_movements_once(stockroom: Stockroom) -> None:
    depot = stockroom.depot
    before = depot.stock("MUG")
    stockroom.act("receive", "MUG", 5)
    written = depot.control.get("/files/partners/csv/ledgers/written")
    last = max(int(row["seq"]) for row in next(iter(written.values())))
    depot.control.post("/files/partners/csv/copies", {"seq": last})
    stockroom.settle()
    assert depot.stock("MUG") - before == 5
    assert len(stockroom.movements()) == 1


def test_a_count_that_names_its_newest_movement_is_taken_at_the_time_of_that(stockroom: Stockroom) -> None:
    """The 3PL's clock runs ahead: by time alone the later receipt would be in the count."""
    depot = stockroom.depot
    stockroom.act("receive", "MUG", 5)
    stockroom.settle()
    first = stockroom.the_movement().key.partition("|")[2]
    depot.house.later(timedelta(minutes=1))
    stockroom.act("receive", "BOOK", 2)
    stockroom.settle()
    stockroom.tell_count(depot.now() + timedelta(hours=1), last_movement=first, MUG=105, BOOK=100, LAMP=100, BOWL=100)
    depot.house.later(timedelta(hours=2))
    application = depot.house.application
    (site,) = compare_stock(application.floor, application.companies[COMPANY])
    assert site.breaks == ()
    (book,) = [one for one in site.agreed if (one.sku, one.where) == ("BOOK", "on hand")]
    assert (book.counted, book.in_sage) == (Decimal(100), Decimal(102))
