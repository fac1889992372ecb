"""One order becomes many shipments, at several places and in any order."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.connectors.shipbob import ShipBobCompat, ShipBobWarehouse
from tieout.connectors.shipbob.shipments import shipments_of
from tieout.connectors.shipbob.wire import OrderShape, read_as
from tieout.domain.commands.stock import BatchQuantity
from tieout.domain.documents.shipping import Parcel, Shipment, ShippedLine, ShortLine
from tieout.ports.errors import BadAnswer

from .conftest import REFERENCE, item, order, ordered, product, shipment

if TYPE_CHECKING:
    from .conftest import Node, Opening, Teller

CASES = [
    {"name": "tieout.line.1", "value": "L1"},
    {"name": "tieout.stock_units.1", "value": "12"},
]
BOOTS = (ShippedLine(line="L1", sku="BOOT", quantity=Decimal(2), unit="EA"),)


def read(stands: Node, switches: ShipBobCompat | None = None) -> tuple[Shipment, ...]:
    shape = read_as(OrderShape, stands, "order")
    return shipments_of(shape, "bob", {10: "Manchester", 11: "Cork"}, switches or ShipBobCompat())


def test_a_shipment_is_told_with_its_place_time_and_parcel(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    tracking = {
        "carrier": "DPD",
        "carrier_service": "Next Day",
        "tracking_number": "155012",
        "tracking_url": "https://track.example/155012",
    }
    teller.says(200, [order(shipment(tracking=tracking, measurements={"total_weight_oz": 32}), status="Fulfilled")])
    assert warehouse.shipments(REFERENCE) == (
        Shipment(
            shipment_id="71",
            account="bob",
            reference=REFERENCE,
            site="Manchester",
            stage="despatched",
            reached_at=datetime(2026, 11, 20, 10, 15, 0, 123456, tzinfo=UTC),
            reached_text="2026-11-20T10:15:00.1234567+00:00",
            lines=BOOTS,
            parcels=(
                Parcel(
                    tracking="155012",
                    carrier="DPD",
                    service="Next Day",
                    url="https://track.example/155012",
                    weight=Decimal("0.907"),
                ),
            ),
            source="ShipBob order 501, shipment 71",
        ),
    )


@pytest.mark.parametrize(
    ("status", "details", "stage"),
    [
        ("Completed", ["Processing"], "despatched"),
        ("Completed", ["DeliveryException"], "despatched"),
        ("completed", [], "despatched"),
        ("LabeledCreated", [], "packed"),
        ("Processing", ["Labeled"], "packed"),
        ("Processing", ["Picked", "Packed"], "packed"),
        ("Processing", ["Picked"], "picked"),
        ("Processing", [], None),
        ("Processing", ["Something"], None),
        ("Exception", ["Picked"], None),
        ("On Hold", [], None),
        ("Cancelled", [], None),
        ("CleanSweeped", [], None),
        ("None", [], None),
        ("Teleported", [], None),
    ],
)
def test_how_far_a_shipment_has_come(status: str, details: list[str], stage: str | None) -> None:
    found = read(order(shipment(71, status, status_details=[{"name": name} for name in details])))
    assert [each.stage for each in found] == ([stage] if stage else [])


@pytest.mark.parametrize(
    ("others", "status", "expected"),
    [
        ({}, "Completed", "2026-11-20T10:15:00.1234567+00:00"),
        ({"actual_fulfillment_date": None}, "Completed", "2026-11-20T11:00:00+00:00"),
        (
            {"actual_fulfillment_date": None, "tracking": {"shipping_date": "2026-11-20T10:45:00Z"}},
            "Completed",
            "2026-11-20T10:45:00Z",
        ),
        ({"actual_fulfillment_date": None, "last_update_at": "soon"}, "Completed", "2026-11-19T09:00:00Z"),
        ({"actual_fulfillment_date": "2026-11-20T09:30:00"}, "LabeledCreated", "2026-11-20T09:30:00"),
        ({"tracking": {"shipping_date": "2026-11-23T10:45:00Z"}}, "LabeledCreated", "2026-11-20T11:00:00+00:00"),
    ],
    ids=["own", "changed", "freight", "created", "label", "not yet"],
)
def test_the_best_time_that_shipbob_states_counts(others: Node, status: str, expected: str) -> None:
    (found,) = read(order(shipment(71, status, **others)))
    assert found.reached_text == expected
    assert found.reached_at.tzinfo is UTC


def test_an_offset_is_honoured_and_a_time_without_one_is_utc() -> None:
    (summer,) = read(order(shipment(actual_fulfillment_date="2026-07-20T10:15:00+01:00")))
    (bare,) = read(order(shipment(actual_fulfillment_date="2026-07-20T10:15:00")))
    assert (summer.reached_at.hour, bare.reached_at.hour) == (9, 10)


def test_a_shipment_without_any_time_is_no_answer() -> None:
    with pytest.raises(BadAnswer, match="no time for shipment 71"):
        read(order(shipment(actual_fulfillment_date=None, last_update_at=None, created_date=None)))


def test_parts_at_several_places_are_shipments_of_their_own_oldest_first() -> None:
    late = shipment(71, products=[product(item(1))])
    early = shipment(
        72,
        products=[product(item(1))],
        location={"id": 11, "name": "Cork (IE)"},
        actual_fulfillment_date="2026-11-20T08:00:00Z",
    )
    elsewhere = shipment(73, "Processing", location={"id": 12, "name": "Leiden (NL)"})
    found = read(order(late, early, elsewhere, products=[ordered(quantity=4)]))
    assert [(each.shipment_id, each.site, each.follows) for each in found] == [
        ("72", "Cork", "yes"),
        ("71", "Manchester", "yes"),
    ]


def test_a_place_that_is_not_configured_has_shipbobs_name() -> None:
    (found,) = read(order(shipment(location={"id": 12, "name": "Leiden (NL)"})))
    (nowhere,) = read(order(shipment(location=None)))
    assert (found.site, nowhere.site) == ("Leiden (NL)", "")


def test_tracking_may_come_later_and_changes_nothing_else(warehouse: ShipBobWarehouse, teller: Teller) -> None:
    teller.says(200, [order(shipment(tracking={"carrier": "DPD", "tracking_number": None}))])
    teller.says(200, [order(shipment(tracking={"carrier": "DPD", "tracking_number": "155012"}))])
    (before,), (after,) = warehouse.shipments(REFERENCE), warehouse.shipments(REFERENCE)
    assert before.parcels == ()
    assert after.parcels == (Parcel(tracking="155012", carrier="DPD"),)
    assert (before.shipment_id, before.reached_at, before.lines) == (after.shipment_id, after.reached_at, after.lines)


@pytest.mark.parametrize("name", ["pro_number", "bol"])
def test_freight_is_followed_by_its_own_number(name: str) -> None:
    (found,) = read(order(shipment(tracking={"carrier": "XPO", name: "F-9"})))
    assert found.parcels == (Parcel(tracking="F-9", carrier="XPO"),)


# Lines ----------------------------------------------------------------------------------------------------------------


def test_without_a_tag_the_line_is_named_by_its_number() -> None:
    (found,) = read(order(shipment(), tags=None))
    assert found.lines[0].line == "#1"


def test_two_lines_of_one_stock_code_are_not_told_apart() -> None:
    (found,) = read(order(shipment(), products=[ordered(1), ordered(2)]))
    assert found.lines == (ShippedLine(line="", sku="BOOT", quantity=Decimal(2), unit="EA"),)


def test_a_product_without_a_stock_code_is_known_by_shipbobs_id() -> None:
    (found,) = read(order(shipment(71, "Completed", product(sku=""))))
    assert found.lines == BOOTS


def test_a_product_that_nobody_ordered_belongs_to_no_line() -> None:
    (found,) = read(order(shipment(71, "Completed", product(sku="CLOG", id=56))))
    assert found.lines == (ShippedLine(line="", sku="CLOG", quantity=Decimal(2)),)


def test_lots_and_serial_numbers_that_left_are_told() -> None:
    lots = product(item(3, lot="B1"), item(1, lot="B2"), item(2, lot="B1"))
    serials = product(item(2, 901, serial_numbers=["S1", "S2"], lot="B9"), sku="PHONE", id=56)
    products = [ordered(quantity=6), ordered(2, "PHONE", id=56)]
    (found,) = read(order(shipment(71, "Completed", lots, serials), products=products))
    assert [(each.sku, each.quantity) for each in found.lines] == [("BOOT", Decimal(6)), ("PHONE", Decimal(2))]
    assert found.lines[0].batches == (
        BatchQuantity(number="B1", quantity=Decimal(5)),
        BatchQuantity(number="B2", quantity=Decimal(1)),
    )
    assert [each.number for each in found.lines[1].batches] == ["S1", "S2"]


def test_a_product_of_which_nothing_is_held_is_no_line() -> None:
    (found,) = read(order(shipment(71, "Completed", product(item(0)), product(item(1), sku="SOCK", id=56))))
    assert [each.sku for each in found.lines] == ["SOCK"]


@pytest.mark.parametrize(
    ("shipped_in", "held", "quantity", "unit", "in_stock_units"),
    [("ordered_unit", 2, 2, "CS", 24), ("each", 24, 2, "CS", 24), ("each", 10, 10, "EA", 10)],
    ids=["cases", "eaches", "part of a case"],
)
def test_cases_are_counted_as_the_account_says(
    shipped_in: str, held: int, quantity: int, unit: str, in_stock_units: int
) -> None:
    stands = order(shipment(71, "Completed", product(item(held, lot="B1"))), products=[ordered(unit="CS")], tags=CASES)
    (found,) = read(stands, ShipBobCompat.model_validate({"shipped_in": shipped_in}))
    (line,) = found.lines
    assert (line.quantity, line.unit, line.line) == (Decimal(quantity), unit, "L1")
    assert line.batches == (BatchQuantity(number="B1", quantity=Decimal(in_stock_units)),)


def kit(boots: int, laces: int) -> Node:
    return product(item(boots, 900, lot="B1"), item(laces, 901, name="Laces"), sku="KIT")


def test_a_kit_is_counted_by_what_all_shipments_hold_of_its_parts() -> None:
    stands = order(
        shipment(71, "Completed", kit(1, 2)),
        shipment(72, "Processing", kit(2, 4)),
        products=[ordered(sku="KIT", quantity=3)],
    )
    (found,) = read(stands)
    assert found.lines == (ShippedLine(line="L1", sku="KIT", quantity=Decimal(1), unit="EA"),)


def test_a_kit_that_does_not_come_out_whole_is_told_part_by_part() -> None:
    stands = order(
        shipment(71, "Completed", kit(1, 4)),
        shipment(72, "Processing", kit(2, 2)),
        products=[ordered(sku="KIT", quantity=3)],
    )
    (found,) = read(stands)
    assert [(each.sku, each.quantity, each.sku_ordered) for each in found.lines] == [
        ("Boot", Decimal(1), "KIT"),
        ("Laces", Decimal(4), "KIT"),
    ]


# What will not come ---------------------------------------------------------------------------------------------------


def test_what_was_cancelled_is_short_on_the_last_shipment_that_left() -> None:
    stands = order(
        shipment(71, "Completed", product(item(1))),
        shipment(72, "Completed", product(item(1))),
        shipment(73, "Cancelled", product(item(3))),
        products=[ordered(quantity=5), ordered(2, "SOCK", 4, id=56)],
        status="PartiallyFulfilled",
    )
    first, last = read(stands)
    assert (first.short, first.follows, last.follows) == ((), "no", "no")
    assert last.short == (
        ShortLine(line="L1", sku="BOOT", quantity=Decimal(3), unit="EA", reason="cancelled at ShipBob"),
        ShortLine(line="#2", sku="SOCK", quantity=Decimal(4), unit="EA", reason="cancelled at ShipBob"),
    )


def test_what_is_short_is_not_said_where_lines_cannot_be_told_apart() -> None:
    stands = order(shipment(71), shipment(72, "Cancelled"), products=[ordered(1), ordered(2)])
    (found,) = read(stands)
    assert (found.short, found.follows) == ((), "no")


@pytest.mark.parametrize("status", ["Fulfilled", "PartiallyFulfilled"])
def test_a_rest_that_shipbob_says_nothing_of_is_left_to_the_house(status: str) -> None:
    (found,) = read(order(shipment(71, "Completed", product(item(1))), status=status))
    assert (found.short, found.follows) == ((), "unsaid")


def test_a_part_that_is_only_packed_is_not_its_own_rest() -> None:
    (alone,) = read(order(shipment(71, "LabeledCreated")))
    packed, left = read(order(shipment(71, "LabeledCreated"), shipment(72)))[::-1]
    assert (alone.follows, packed.follows, left.follows) == ("unsaid", "unsaid", "yes")


LOTS = st.sampled_from(["", "B1", "B2", "B3"])
HELD = st.lists(st.tuples(st.integers(0, 10_000), LOTS), max_size=4)
PARTS = st.lists(st.tuples(st.sampled_from(["Completed", "LabeledCreated", "Processing"]), HELD), max_size=6)


@given(parts=PARTS)
def test_no_unit_is_gained_or_lost_over_all_shipments(parts: list[tuple[str, list[tuple[int, str]]]]) -> None:
    """However an order is split over shipments and lots: what is told is what ShipBob holds, lot by lot."""
    stands = order(
        *(
            shipment(at, status, products=[product(*(item(units, lot=lot) for units, lot in held))] if held else [])
            for at, (status, held) in enumerate(parts, start=71)
        )
    )
    begun = [row for status, held in parts if status != "Processing" for row in held]
    lines = [line for each in read(stands) for line in each.lines]
    assert sum(line.quantity for line in lines) == sum(units for units, _ in begun)
    for lot in ("B1", "B2", "B3"):
        told = [batch.quantity for line in lines for batch in line.batches if batch.number == lot]
        assert sum(told) == sum(units for units, name in begun if name == lot)


@given(kits=st.lists(st.integers(1, 50), min_size=1, max_size=5), per=st.tuples(st.integers(1, 6), st.integers(1, 6)))
def test_kits_over_all_shipments_are_as_many_as_were_ordered(kits: list[int], per: tuple[int, int]) -> None:
    """Whatever goes into a kit, and however kits are spread over shipments."""
    stands = order(
        *(shipment(at, "Completed", kit(count * per[0], count * per[1])) for at, count in enumerate(kits, start=71)),
        products=[ordered(sku="KIT", quantity=sum(kits))],
    )
    assert [each.lines[0].quantity for each in read(stands)] == kits


def test_another_unit_of_counting_is_a_setting(opening: Opening, teller: Teller) -> None:
    teller.says(200, [order(shipment(71, "Completed", product(item(24))), products=[ordered(unit="CS")], tags=CASES)])
    (found,) = opening(compat=ShipBobCompat(shipped_in="each")).shipments(REFERENCE)
    assert found.lines[0].quantity == 2
