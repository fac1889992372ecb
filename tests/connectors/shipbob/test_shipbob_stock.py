"""Stock levels place by place, and stock events with one cursor over all places."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.shipbob import ShipBobCompat, ShipBobWarehouse
from tieout.connectors.shipbob.movements import Telling, movements_of, positions_in, written
from tieout.connectors.shipbob.wire import EventShape, read_as
from tieout.domain.documents.warehouse_stock import CountedStock, WarehouseMovement
from tieout.ports.errors import BadAnswer

from .conftest import NOON

if TYPE_CHECKING:
    from .conftest import Node, Opening, Teller


def at_site(site: int, on_hand: int, committed: int = 0) -> Node:
    return {"location_id": site, "name": f"Site {site}", "on_hand_quantity": on_hand, "committed_quantity": committed}


def level(sku: str | None, *sites: Node, item_id: int = 900) -> Node:
    return {"inventory_id": item_id, "sku": sku, "name": "Named", "locations": list(sites)}


def overall(sku: str, exception: int, item_id: int = 900) -> Node:
    return {"inventory_id": item_id, "sku": sku, "name": "Named", "total_exception_quantity": exception}


def counted(sku: str, on_hand: int, allocated: int, quarantine: int | None) -> CountedStock:
    apart = None if quarantine is None else Decimal(quarantine)
    return CountedStock(sku=sku, on_hand=Decimal(on_hand), allocated=Decimal(allocated), quarantine=apart)


def test_every_place_is_a_snapshot_of_what_is_on_hand(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, {"items": [level("BOOT", at_site(10, 8, 3), at_site(12, 1)), level(None, at_site(10, 5))]})
    teller.says(200, {"items": [overall("BOOT", 0)]})
    manchester, cork, other = warehouse.stock()
    assert (manchester.site, cork.site, other.site) == ("Manchester", "Cork", "Site 12")
    assert manchester.lines == (counted("BOOT", 8, 3, 0), counted("Named", 5, 0, None))
    assert (cork.lines, other.lines) == ((), (counted("BOOT", 1, 0, 0),))
    assert manchester.taken_at == NOON - timedelta(seconds=60)
    assert [urlsplit(asked.path).path for asked in teller.asked] == [
        "/2026-07/inventory-level/locations",
        "/2026-07/inventory-level",
    ]


@pytest.mark.parametrize(
    ("switch", "sites", "manchester", "cork"),
    [
        ("beside", [at_site(10, 8)], counted("BOOT", 8, 0, 2), None),
        ("in_on_hand", [at_site(10, 8)], counted("BOOT", 6, 0, 2), None),
        ("ignored", [at_site(10, 8)], counted("BOOT", 8, 0, None), None),
        ("beside", [at_site(10, 8), at_site(11, 0)], counted("BOOT", 8, 0, None), counted("BOOT", 0, 0, None)),
        ("in_on_hand", [at_site(10, 8), at_site(11, 0)], counted("BOOT", 6, 0, 2), counted("BOOT", 0, 0, 0)),
        ("in_on_hand", [at_site(10, 8), at_site(11, 4)], counted("BOOT", 8, 0, None), counted("BOOT", 4, 0, None)),
    ],
)
def test_exceptions_are_told_only_where_it_is_certain_where_they_lie(
    opening: Opening,
    teller: Teller,
    switch: str,
    sites: list[Node],
    manchester: CountedStock,
    cork: CountedStock | None,
) -> None:
    teller.says(200, {"items": [level("BOOT", *sites)]})
    teller.says(200, {"items": [overall("BOOT", 2)]})
    one, two = opening(compat=ShipBobCompat.model_validate({"exception_stock": switch})).stock()
    assert (one.lines, two.lines) == ((manchester,), (cork,) if cork else ())


def test_items_of_one_stock_code_are_one_line(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, {"items": [level("BOOT", at_site(10, 8, 1)), level("BOOT", at_site(10, 4, 2), item_id=901)]})
    teller.says(200, {"items": [overall("BOOT", 1), overall("BOOT", 2, 901)]})
    assert warehouse.stock()[0].lines == (counted("BOOT", 12, 3, 3),)


@pytest.mark.parametrize(
    "form", ["{url}/2026-07/inventory-level/locations{query}", "/2026-07/anything{query}", "{query}"]
)
def test_the_next_page_is_followed_however_its_address_is_written(
    warehouse: ShipBobWarehouse, teller: Teller, form: str
) -> None:
    following = form.format(url=teller.url, query="?cursor=abc%3D&pageSize=2")
    teller.says(200, {"items": [level("BOOT", at_site(10, 8))], "next": following})
    teller.says(200, {"items": [level("SOCK", at_site(10, 5), item_id=901)], "next": None})
    teller.says(200, {"items": None})
    assert [line.sku for line in warehouse.stock()[0].lines] == ["BOOT", "SOCK"]
    asked = urlsplit(teller.asked[1].path)
    assert asked.path == "/2026-07/inventory-level/locations"
    assert parse_qs(asked.query) == {"cursor": ["abc="], "pageSize": ["2"]}


@pytest.mark.parametrize("address", ["https://elsewhere.example/x?cursor=1", "//elsewhere.example/x?cursor=1"])
def test_the_token_never_goes_to_another_host(warehouse: ShipBobWarehouse, teller: Teller, address: str) -> None:
    teller.says(200, {"items": [], "next": address})
    with pytest.raises(BadAnswer, match="another host"):
        warehouse.stock()
    assert len(teller.asked) == 1


def test_pages_that_go_round_in_circles_are_no_answer(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, {"items": [], "next": "?cursor=1"})
    with pytest.raises(BadAnswer, match="read already"):
        warehouse.stock()


def test_a_place_that_does_not_say_what_is_on_hand_is_no_answer(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, {"items": [level("BOOT", {"location_id": 10, "on_hand_quantity": None})]})
    with pytest.raises(BadAnswer, match="on_hand_quantity"):
        warehouse.stock()


# Events ---------------------------------------------------------------------------------------------------------------


def side(quantity: int, **others: object) -> Node:
    made: Node = {"quantity_change": quantity, "facility_id": 10, "location_id": 4001, "sku": "BOOT"}
    made.update(others)
    return made


def event(
    event_id: int = 1,
    category: str = "InventoryAdjusted",
    gained: Node | None = None,
    lost: Node | None = None,
    **others: object,
) -> Node:
    made: Node = {
        "inventory_audit_event_id": event_id,
        "inventory_id": 900,
        "event_category": category,
        "event_datetime": f"2026-11-20T10:{event_id % 60:02}:00Z",
        "increment": gained,
        "decrement": lost,
        "additional_reference": None,
    }
    made.update(others)
    return made


DAMAGED, TAKEN = side(4, inventory_status="Damaged"), side(-4, inventory_status="Available")
MENDED, TAKEN_AWAY = side(4, inventory_status="Available"), side(-4, inventory_status="Damaged")
LOT_2, LOT_1 = side(4, lot_number="B2"), side(-4, lot_number="B1")


def told(node: Node, switches: ShipBobCompat | None = None) -> tuple[WarehouseMovement, ...]:
    telling = Telling(
        account="bob",
        site_names={10: "Manchester", 11: "Cork"},
        sku_of_item=lambda item: {900: "BOOT"}.get(item, ""),
        switches=switches or ShipBobCompat(),
    )
    return movements_of(read_as(EventShape, node, "event"), 10, "1;10=1", telling)


def test_an_adjustment_is_told_with_its_reason_lot_and_reference() -> None:
    references = [{"key": "Reason", "value": "Cycle count"}, {"key": "WRO", "value": "756713"}]
    node = event(lost=side(-3, lot_number="B1"), additional_reference=references)
    assert told(node) == (
        WarehouseMovement(
            movement_id="1",
            account="bob",
            site="Manchester",
            occurred_at=datetime(2026, 11, 20, 10, 1, tzinfo=UTC),
            occurred_text="2026-11-20T10:01:00Z",
            kind="adjustment",
            reason="Cycle count",
            sku="BOOT",
            quantity=Decimal(-3),
            place="4001",
            batch="B1",
            reference="756713",
            cursor="1;10=1",
            source="ShipBob stock event 1",
        ),
    )


@pytest.mark.parametrize(
    ("category", "gained", "lost", "expected"),
    [
        ("InventoryAdjusted", side(2), None, [("adjustment", 2)]),
        ("InventoryAdjusted", None, side(2), [("adjustment", -2)]),
        ("InventoryAdjusted", side(5), side(-2), [("adjustment", 3)]),
        ("InventoryAdjusted", side(2), side(-5), [("adjustment", -3)]),
        ("InventoryReceived", side(7), None, [("receipt", 7)]),
        ("ReceivingStow", side(7), None, [("receipt", 7)]),
        ("ReceivingStow", side(7), side(-7, location_id=1), []),
        ("InventoryRestocked", side(1), None, [("return", 1)]),
        ("KittingStow", side(1, sku="KIT"), side(-2), [("adjustment", -2), ("adjustment", 1)]),
        ("AttributeUpdated", side(4), side(-4), []),
        ("AttributeUpdated", DAMAGED, TAKEN, [("quarantine", 4)]),
        ("AttributeUpdated", MENDED, TAKEN_AWAY, [("release", 4)]),
        ("AttributeUpdated", LOT_2, LOT_1, [("adjustment", -4), ("adjustment", 4)]),
        ("InventoryFacilityUpdated", side(6, facility_id=11), side(-6), [("transfer", 6)]),
        ("InventoryFacilityUpdated", side(6, facility_id=11), None, [("adjustment", 6)]),
        ("InventoryFacilityUpdated", None, side(-6), [("adjustment", -6)]),
        ("InventoryFacilityUpdated", side(5, facility_id=11), side(-6), [("adjustment", -6), ("adjustment", 5)]),
        ("OrderPicked", None, side(-2), []),
        ("order_picked", None, side(-2), []),
        ("SomethingNew", None, side(-2), [("adjustment", -2)]),
        ("InventoryAdjusted", None, None, []),
        ("InventoryAdjusted", side(0), side(0), []),
    ],
)  # fmt: skip
def test_what_an_event_is(
    category: str, gained: Node | None, lost: Node | None, expected: list[tuple[str, int]]
) -> None:
    found = told(event(1, category, gained, lost))
    assert [(each.kind, each.quantity) for each in found] == [(kind, Decimal(units)) for kind, units in expected]
    assert len({each.movement_id for each in found}) == len(found)


def test_a_transfer_names_both_places() -> None:
    (found,) = told(event(1, "InventoryFacilityUpdated", side(6, facility_id=11, location_id=7), side(-6)))
    assert (found.site, found.place, found.to_site, found.to_place) == ("Manchester", "4001", "Cork", "7")


def test_a_quarantine_names_both_states() -> None:
    (found,) = told(event(1, "AttributeUpdated", DAMAGED, TAKEN))
    assert (found.site, found.to_site, found.place, found.to_place) == ("Manchester", "", "Available", "Damaged")


def test_an_unknown_category_keeps_its_word() -> None:
    (found,) = told(event(1, "SomethingNew", side(2), shipbob_order_id=501))
    assert (found.reason, found.reference) == ("SomethingNew", "501")


def test_what_is_left_out_is_a_setting() -> None:
    assert told(event(1, "InventoryReceived", side(7)), ShipBobCompat(left_out_categories=("InventoryReceived",))) == ()


@given(gained=st.integers(0, 1000), lost=st.integers(0, 1000), category=st.sampled_from(["InventoryAdjusted", "New"]))
def test_a_place_gains_what_its_movements_say(gained: int, lost: int, category: str) -> None:
    """Whatever the two sides hold: the signed movements of one place add up to what came less what went."""
    found = told(event(1, category, side(gained), side(-lost)))
    assert sum(each.quantity for each in found) == gained - lost


def bodies(teller: Teller) -> list[tuple[int, object]]:
    return [(asked.json()["facility_id"], asked.json().get("cursor")) for asked in teller.asked if asked.body]


def test_events_of_all_places_come_oldest_first_and_go_on_where_they_stopped(
    warehouse: ShipBobWarehouse, teller: Teller
) -> None:
    def cork(units: int) -> Node:
        return side(units, facility_id=11)

    teller.says(200, {"data": [event(2, gained=side(1)), event(6, gained=side(1))]})
    teller.says(200, {"data": [event(3, "OrderPicked", lost=cork(-1)), event(4, gained=cork(1))]})
    teller.says(200, {"data": []})
    found = list(warehouse.movements("1;10=1"))
    assert [(each.movement_id, each.site) for each in found] == [
        ("2", "Manchester"),
        ("4", "Cork"),
        ("6", "Manchester"),
    ]
    assert [positions_in(each.cursor) for each in found] == [{10: 2}, {10: 2, 11: 4}, {10: 6, 11: 4}]
    assert bodies(teller) == [(10, 1), (11, None), (11, 4), (10, 6)]
    first = teller.asked[0]
    assert (first.method, first.path) == ("POST", "/2026-07/inventory/history:query?cursor=1")
    assert first.json()["end_date"] == "2026-11-20T12:00:00Z"
    assert first.json()["start_date"] == "2026-08-22T12:05:00Z"


def test_going_on_from_any_cursor_tells_the_rest_and_nothing_twice(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    events = {site: [event(each, gained=side(1, facility_id=site)) for each in range(site, 40, 7)] for site in (10, 11)}

    def read(cursor: str) -> list[WarehouseMovement]:
        teller.told[:] = []
        for site in (10, 11):
            behind = positions_in(cursor).get(site, 0)
            teller.says(200, {"data": [each for each in events[site] if each["inventory_audit_event_id"] > behind]})
        teller.says(200, {"data": []})
        return list(warehouse.movements(cursor))

    whole = read("")
    assert len(whole) == 10
    for at, movement in enumerate(whole, start=1):
        rest = read(movement.cursor)
        assert [each.movement_id for each in rest] == [each.movement_id for each in whole[at:]]


def test_a_transfer_in_the_lists_of_both_places_is_told_once(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    moved = event(5, "InventoryFacilityUpdated", side(6, facility_id=11), side(-6))
    teller.says(200, {"data": [moved]})
    teller.says(200, {"data": [moved]})
    teller.says(200, {"data": []})
    assert [each.movement_id for each in warehouse.movements("")] == ["5"]


def test_a_place_that_is_no_longer_listed_is_read_on(opening: Opening, teller: Teller) -> None:
    teller.says(200, [{"id": 11, "name": "Cork (IE)"}])
    teller.says(200, {"data": []})
    assert list(opening(sites={}).movements("1;10=8")) == []
    assert bodies(teller) == [(10, 8), (11, None)]


def test_an_event_without_a_stock_code_is_asked_for_once(opening: Opening, teller: Teller) -> None:
    teller.says(200, {"data": [event(1, gained=side(1, sku=None)), event(2, gained=side(1, sku=None))]})
    teller.says(200, {"inventory_id": 900, "sku": "BOOT", "name": "Boot"})
    teller.says(200, {"data": []})
    assert [each.sku for each in opening(sites={"Manchester": 10}).movements("")] == ["BOOT", "BOOT"]
    assert [asked.path for asked in teller.asked if asked.method == "GET"] == ["/2026-07/inventory/900"]


def test_a_list_told_newest_first_is_not_read_by_halves(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, {"data": [event(6, gained=side(1)), event(2, gained=side(1))], "next": "?cursor=2"})
    with pytest.raises(BadAnswer, match="newest first"):
        list(warehouse.movements(""))


def test_a_cursor_that_is_not_heeded_is_no_answer(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, {"data": [event(2, gained=side(1))], "next": "?cursor=2"})
    with pytest.raises(BadAnswer, match="behind its cursor"):
        list(warehouse.movements(""))


def test_an_event_without_a_time_is_no_answer(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, {"data": [event(2, gained=side(1), event_datetime=None)]})
    with pytest.raises(BadAnswer, match="no time for stock event 2"):
        list(warehouse.movements(""))


@given(st.dictionaries(st.integers(0, 10_000), st.integers(0, 10**12), max_size=12))
def test_a_cursor_reads_back_as_it_was_written(positions: dict[int, int]) -> None:
    """Whatever places and events: the text holds all of them."""
    assert positions_in(written(positions)) == positions


@pytest.mark.parametrize("cursor", ["10=5", "1;10", "1;10=5=6", "1;a=5", "2;10=5", "1;11=1,10=5", "1;10=5,10=6"])
def test_a_cursor_that_is_not_ours_is_not_guessed_at(cursor: str) -> None:
    with pytest.raises(BadAnswer, match="start from the beginning"):
        positions_in(cursor)
