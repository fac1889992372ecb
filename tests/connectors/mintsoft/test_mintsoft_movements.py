"""The stock ledger, read product by product and told once, row by row."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connectors.mintsoft.served import NOON, Clock, Opening, Query, Row, Teller

from tieout.connectors.mintsoft import MintsoftWarehouse
from tieout.connectors.mintsoft.compat import FLOW_KINDS, LEFT_OUT, Compat
from tieout.connectors.mintsoft.ledger import Cursor, cursor_of, kind_of, quantity_of
from tieout.connectors.mintsoft.wire import FlowShape
from tieout.domain.documents.warehouse_stock import WarehouseMovement
from tieout.ports.errors import BadAnswer

LONDON = ZoneInfo("Europe/London")
CHANGED = "/api/Product/StockLevels/UpdatedSince"
AUTUMN = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)


def flow(row_id: int, at: str = "2026-11-20T11:00:00.1234567", **changes: object) -> Row:
    return {
        "ID": row_id,
        "ProductId": 7,
        "WarehouseId": 3,
        "SKU": "BOOT",
        "Quantity": 2,
        "Flow": "IN",
        "Reason": "Found behind the rack",
        "OrderId": None,
        "StockFlowDetails": None,
        "LastUpdated": at,
        "LastUpdatedByUser": "jo",
        **changes,
    }


@dataclass
class Ledger:
    """A stock ledger that compares times as they are written, as a database of naive times does."""

    rows: list[Row] = field(default_factory=list)
    cut_at: int = 10**9
    asked: list[Query] = field(default_factory=list)

    def serve(self, teller: Teller, *products: int) -> None:
        teller.says("GET", CHANGED, self.changed)
        for product in products or (7,):
            teller.says("GET", f"/api/Product/{product}/StockFlow/Filtered", self.of(product))

    def changed(self, query: Query) -> list[int]:
        return sorted({row["ProductId"] for row in self.rows if row["LastUpdated"] >= query["FromDate"]})

    def of(self, product: int) -> Callable[[Query], list[Row]]:
        def rows(query: Query) -> list[Row]:
            self.asked.append(query)
            window = (query["FromDate"], query["ToDate"])
            of_product = [row for row in self.rows if row["ProductId"] == product]
            return [row for row in of_product if window[0] <= row["LastUpdated"] <= window[1]][: self.cut_at]

        return rows


@pytest.fixture
def ledger(teller: Teller) -> Ledger:
    served = Ledger()
    served.serve(teller, 7, 8)
    return served


def told(movements: list[WarehouseMovement]) -> list[str]:
    return [movement.movement_id for movement in movements]


def test_a_row_is_a_movement_with_all_that_mintsoft_says_of_it(warehouse: MintsoftWarehouse, ledger: Ledger) -> None:
    ledger.rows = [flow(11, SerialNo="S1", BatchNo="B1", Quantity=1, StockFlowDetails=[{"Location": "A1"}])]
    (movement,) = warehouse.movements("")
    assert (movement.movement_id, movement.account, movement.site) == ("11", "depot", "Leeds")
    assert (movement.kind, movement.reason, movement.quantity) == ("adjustment", "Found behind the rack", Decimal(1))
    assert (movement.sku, movement.serial, movement.batch, movement.place) == ("BOOT", "S1", "B1", "A1")
    assert movement.occurred_at == datetime(2026, 11, 20, 11, 0, 0, 123456, tzinfo=UTC)
    assert (movement.occurred_text, movement.user) == ("2026-11-20T11:00:00.1234567", "jo")


def test_orders_and_returns_are_left_out_of_the_question(warehouse: MintsoftWarehouse, ledger: Ledger) -> None:
    ledger.rows = [flow(11)]
    list(warehouse.movements(""))
    asked = ledger.asked[0]
    assert (asked["IncludeOrders"], asked["IncludeReturns"], asked["IncludeDetails"]) == ("false", "false", "true")
    assert asked["FromDate"] == "2014-12-31T23:50:00"


@pytest.mark.parametrize(
    ("said", "kind", "quantity"),
    [
        ({"Flow": "IN"}, "adjustment", 2),
        ({"Flow": "OUT"}, "adjustment", -2),
        ({"Flow": "OUT", "Quantity": -2}, "adjustment", -2),
        ({"Flow": "Stock Out"}, "adjustment", -2),
        ({"Flow": "ASNStockIN"}, "receipt", 2),
        ({"Flow": "IN", "Reason": "ASN 12 booked"}, "receipt", 2),
        ({"Flow": "IN", "Reason": "Return 4"}, "return", 2),
        ({"Flow": "OUT", "Reason": "Quarantine"}, "quarantine", 2),
        ({"Flow": "IN", "Reason": "UnQuarantine"}, "release", 2),
        ({"Flow": "OUT", "Reason": "Scrap_OffHand"}, "write_off", -2),
        ({"Flow": "OUT", "Reason": "Damaged, written off"}, "write_off", -2),
        ({"Flow": "SCRAP"}, "write_off", -2),
        ({"Flow": "TRANSFER", "Quantity": -2}, "transfer", 2),
        ({"Flow": "TransferLocation"}, "transfer", 2),
        ({"Flow": "OUT", "Reason": "Transfer"}, "adjustment", -2),
        ({"Flow": "IN", "Reason": "TransferLocation"}, "adjustment", 2),
        ({"Flow": "OUT", "Reason": "Reasons unknown"}, "adjustment", -2),
        ({"Flow": "OUT", "Reason": "Despatch", "OrderId": 5}, None, 0),
        ({"Flow": "OUT", "OrderId": 5}, None, 0),
        ({"Flow": "OUT", "Reason": "Scrap", "OrderId": 5}, "write_off", -2),
        ({"Flow": "ALLOCATE"}, None, 0),
        ({"Flow": "Despatch"}, None, 0),
    ],
)
def test_flow_and_reason_say_what_a_row_is(said: Row, kind: str | None, quantity: int) -> None:
    row = FlowShape.model_validate(flow(1, **said))
    found = kind_of(row, Compat())
    assert found == kind
    if found is not None:
        assert quantity_of(row, found) == quantity


@pytest.mark.parametrize("word", sorted(FLOW_KINDS))
def test_every_known_word_is_one_kind_and_some_are_none(word: str) -> None:
    row = FlowShape.model_validate(flow(1, Flow=word.upper(), Reason=""))
    assert kind_of(row, Compat()) == (None if FLOW_KINDS[word] == LEFT_OUT else FLOW_KINDS[word])


def test_a_word_that_nobody_knows_stops_the_feed_until_somebody_says_what_it_is(
    opening: Opening, ledger: Ledger
) -> None:
    ledger.rows = [flow(11, Flow="Teleport")]
    with pytest.raises(BadAnswer, match=r"'Teleport'.*compat.movement_kinds"):
        list(opening().movements(""))
    (movement,) = opening(compat=Compat(movement_kinds={"teleport": "transfer"})).movements("")
    assert movement.kind == "transfer"


def test_a_move_between_locations_says_whence_and_whither(warehouse: MintsoftWarehouse, ledger: Ledger) -> None:
    places = [{"Location": "A1", "Quantity": -2, "BatchNo": "B1"}, {"Location": "B2", "Quantity": 2, "BatchNo": "B1"}]
    ledger.rows = [flow(11, Flow="TransferLocation", StockFlowDetails=places)]
    (movement,) = warehouse.movements("")
    assert (movement.place, movement.to_place, movement.batch) == ("A1", "B2", "B1")


def test_rows_of_many_products_are_told_oldest_first_and_those_of_other_warehouses_not_at_all(
    warehouse: MintsoftWarehouse, ledger: Ledger
) -> None:
    ledger.rows = [
        flow(3, "2026-11-20T11:00:03"),
        flow(2, "2026-11-20T11:00:01", ProductId=8),
        flow(1, "2026-11-20T11:00:01"),
        flow(9, WarehouseId=99),
        flow(8, Quantity=0),
    ]
    assert told(list(warehouse.movements(""))) == ["1", "2", "3"]


def test_a_listing_goes_on_behind_any_row_of_many_that_share_a_stamp(opening: Opening, ledger: Ledger) -> None:
    ledger.rows = [flow(number, "2026-11-20T11:00:00") for number in range(1, 30)]
    movements = list(opening().movements(""))
    for at, movement in enumerate(movements):
        rest = list(opening().movements(movement.cursor))
        assert told(rest) == told(movements[at + 1 :])


def test_a_row_that_shows_up_late_is_told_and_no_other_again(warehouse: MintsoftWarehouse, ledger: Ledger) -> None:
    ledger.rows = [flow(12, "2026-11-20T11:58:00")]
    (first,) = warehouse.movements("")
    ledger.rows.append(flow(11, "2026-11-20T11:51:00"))
    (late,) = warehouse.movements(first.cursor)
    assert late.movement_id == "11"
    assert list(warehouse.movements(late.cursor)) == []


def test_what_happens_while_it_reads_is_left_to_the_next_time(
    warehouse: MintsoftWarehouse, ledger: Ledger, clock: Clock
) -> None:
    ledger.rows = [flow(11, "2026-11-20T11:59:59"), flow(12, "2026-11-20T12:00:01")]
    (first,) = warehouse.movements("")
    assert first.movement_id == "11"
    clock.move(minutes=1)
    assert told(list(warehouse.movements(first.cursor))) == ["12"]


def test_where_movements_are_rare_the_windows_do_not_reach_back_to_the_last_one(
    warehouse: MintsoftWarehouse, ledger: Ledger, clock: Clock
) -> None:
    ledger.rows = [flow(11, "2026-11-20T11:00:00")]
    (first,) = warehouse.movements("")
    clock.move(days=90)
    assert list(warehouse.movements(first.cursor)) == []
    ledger.rows.append(flow(12, "2027-02-18T12:05:00"))
    clock.move(minutes=10)
    assert told(list(warehouse.movements(first.cursor))) == ["12"]
    assert ledger.asked[-1]["FromDate"] == "2027-02-18T11:50:00"


def test_after_a_quiet_time_a_row_that_shows_up_late_takes_another_process_no_further_back_than_itself(
    opening: Opening, ledger: Ledger, clock: Clock
) -> None:
    warehouse = opening()
    ledger.rows = [flow(11, "2026-11-20T11:00:00")]
    (first,) = warehouse.movements("")
    clock.move(days=90)
    assert list(warehouse.movements(first.cursor)) == []
    ledger.rows.append(flow(12, "2027-02-18T11:55:00"))
    (late,) = warehouse.movements(first.cursor)
    assert list(opening().movements(late.cursor)) == []
    assert ledger.asked[-1]["FromDate"] == "2027-02-18T11:50:00"


def test_an_answer_that_may_be_cut_short_is_asked_for_in_halves(opening: Opening, ledger: Ledger) -> None:
    start = datetime(2026, 11, 1)  # noqa: DTZ001 - as Mintsoft writes it
    ledger.rows = [flow(number, f"{start + timedelta(hours=number):%Y-%m-%dT%H:%M:%S}") for number in range(1, 40)]
    ledger.cut_at = 5
    movements = list(opening(compat=Compat(flow_rows_cut=5)).movements(""))
    assert told(movements) == [str(number) for number in range(1, 40)]


def test_a_row_that_names_no_stock_code_of_a_product_that_is_gone_is_a_bad_answer(
    warehouse: MintsoftWarehouse, ledger: Ledger
) -> None:
    ledger.rows = [flow(1, SKU=None)]
    with pytest.raises(BadAnswer, match="names no stock code"):
        list(warehouse.movements(""))


def test_a_row_without_a_stock_code_takes_its_products_which_is_asked_for_once(
    warehouse: MintsoftWarehouse, ledger: Ledger, teller: Teller
) -> None:
    ledger.rows = [flow(1, SKU=None), flow(2, SKU=None)]
    teller.says("GET", "/api/Product/7", {"ID": 7, "SKU": "BOOT"})
    assert [movement.sku for movement in warehouse.movements("")] == ["BOOT", "BOOT"]
    assert len(teller.calls("/api/Product/7")) == 1


def test_changed_stock_may_be_a_list_of_objects_or_none_at_all(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    teller.says("GET", CHANGED, [{"ProductId": 7}, {"ProductId": 7}])
    teller.says("GET", CHANGED, None)
    teller.says("GET", CHANGED, {"odd": 1})
    teller.says("GET", "/api/Product/7/StockFlow/Filtered", [flow(1)])
    assert told(list(warehouse.movements(""))) == ["1"]
    assert list(warehouse.movements("")) == []
    with pytest.raises(BadAnswer, match="is no list"):
        list(warehouse.movements(""))


@pytest.mark.parametrize("text", ["yesterday", "2026-11-20T12:00:00|", "2026-11-20T12:00:00+00:00|1:!"])
def test_a_cursor_that_is_none_of_ours_is_no_beginning(warehouse: MintsoftWarehouse, text: str) -> None:
    with pytest.raises(BadAnswer, match="begin again with an empty one"):
        list(warehouse.movements(text))


@given(
    seconds=st.lists(st.tuples(st.integers(0, 10**5), st.integers(1, 10**9)), min_size=1, max_size=30),
    reach=st.integers(0, 300),
)
def test_a_cursor_is_read_back_as_it_was_and_forgets_only_what_lies_behind_its_reach(
    seconds: list[tuple[int, int]], reach: int
) -> None:
    cursor = Cursor(horizon=NOON)
    for second, row_id in seconds:
        cursor = cursor.advanced(NOON + timedelta(seconds=second), row_id, timedelta(minutes=reach))
    assert cursor_of(cursor.text()) == cursor
    for second, row_id in seconds:
        if NOON + timedelta(seconds=second) >= cursor.horizon - timedelta(minutes=reach):
            assert cursor.knows(row_id)


@pytest.mark.parametrize("seed", range(12))
def test_every_row_is_told_once_through_the_hour_that_comes_twice_however_often_it_is_read(
    opening: Opening, ledger: Ledger, clock: Clock, seed: int
) -> None:
    chance = random.Random(seed)
    happens = sorted(AUTUMN + timedelta(minutes=chance.uniform(-180, 180)) for _ in range(40))
    reads = sorted(AUTUMN + timedelta(minutes=chance.uniform(-180, 240)) for _ in range(12))
    assumed = chance.choice([Compat(repeated_hour="first"), Compat(repeated_hour="second")])
    warehouse = opening(compat=assumed)
    waiting = [
        (at, flow(number, f"{at.astimezone(LONDON):%Y-%m-%dT%H:%M:%S.%f}", ProductId=chance.choice([7, 8])))
        for number, at in enumerate(happens, start=1)
    ]
    cursor, seen = "", list[str]()
    for moment in [*reads, AUTUMN + timedelta(hours=6)]:
        clock.moment = moment
        ledger.rows = [row for at, row in waiting if at <= moment]
        if chance.random() < 0.3:
            warehouse = opening(compat=assumed)
        for movement in warehouse.movements(cursor):
            seen.append(movement.movement_id)
            cursor = movement.cursor
            if chance.random() < 0.05:
                break
    seen += told(list(warehouse.movements(cursor)))
    assert sorted(map(int, seen)) == list(range(1, 41))
