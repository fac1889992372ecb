from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import Json, units

if TYPE_CHECKING:
    from .conftest import Depot


def shipped(depot: Depot, reference: str) -> list[dict[str, int]]:
    found = depot.control("GET", "ledgers/shipped")["orders"]
    (order,) = (one for one in found if one["reference_id"] == reference)
    return [line["shipped"] for line in order["lines"]]


def test_a_shipment_that_leaves_is_completed_and_carries_its_tracking_and_story(depot: Depot) -> None:
    depot.stock("MUG", 5)
    made = depot.order("A-1")
    depot.ship("A-1", carrier="DHL", tracking_number="JD01", service="Parcel UK")
    order = depot.get(made)
    (shipment,) = order["shipments"]
    assert (order["status"], shipment["status"]) == ("Fulfilled", "Completed")
    assert (shipment["tracking"]["carrier"], shipment["tracking"]["tracking_number"]) == ("DHL", "JD01")
    assert shipment["actual_fulfillment_date"] is not None
    timeline = depot.ask("GET", f"shipment/{shipment['id']}/timeline")
    assert [entry["log_type_name"] for entry in timeline] == ["Processing", "Picked", "Packed", "Labeled"]
    assert depot.level("MUG")["total_on_hand_quantity"] == 3
    assert depot.level("MUG")["total_committed_quantity"] == 0
    assert shipped(depot, "A-1") == [{"MUG": 2}]
    depot.control("POST", f"shipments/{shipment['id']}/deliver")
    assert depot.get(made)["shipments"][0]["status_details"][0]["name"] == "Delivered"


def test_a_short_shipment_leaves_the_rest_to_one_of_its_own_or_to_nothing(depot: Depot) -> None:
    depot.stock("MUG", 10)
    first = depot.order("A-1", {"reference_id": "MUG", "quantity": 4})
    depot.ship("A-1", lines=[{"line": 10, "quantity": 3}])
    order = depot.get(first)
    assert order["status"] == "PartiallyFulfilled"
    assert [(s["status"], units(s)) for s in order["shipments"]] == [
        ("Completed", {"MUG": 3}),
        ("Processing", {"MUG": 1}),
    ]
    depot.ship("A-1")
    assert depot.get(first)["status"] == "Fulfilled"
    assert shipped(depot, "A-1") == [{"MUG": 4}]
    second = depot.order("A-2", {"reference_id": "MUG", "quantity": 4})
    depot.ship("A-2", lines=[{"line": 10, "quantity": 1}], rest="close")
    order = depot.get(second)
    assert (order["status"], [units(s) for s in order["shipments"]]) == ("Fulfilled", [{"MUG": 1}])
    assert depot.level("MUG")["total_committed_quantity"] == 0


def test_more_than_was_ordered_and_something_else_can_leave(depot: Depot) -> None:
    depot.stock("MUG", 10)
    depot.stock("BOWL", 10)
    depot.order("A-1")
    depot.ship("A-1", lines=[{"line": 10, "quantity": 3}])
    made = depot.order(
        "A-2", {"reference_id": "MUG", "quantity": 2}, {"reference_id": "JAM", "quantity": 1, "name": "x"}
    )
    depot.stock("JAM", 1, lot="L1")
    depot.ship("A-2", lines=[{"line": 10, "ship_sku": "BOWL"}])
    assert shipped(depot, "A-1") == [{"MUG": 3}]
    assert shipped(depot, "A-2") == [{"BOWL": 2}, {}]
    assert units(depot.get(made)["shipments"][0]) == {"BOWL": 2}
    assert depot.level("MUG")["total_on_hand_quantity"] == 7
    assert depot.level("MUG")["total_committed_quantity"] == 0
    assert depot.level("BOWL")["total_on_hand_quantity"] == 8


def test_a_shelf_gives_no_more_than_it_holds_and_nothing_is_taken_then(depot: Depot) -> None:
    depot.stock("MUG", 2)
    depot.stock("BOWL", 2)
    depot.order("A-1", {"reference_id": "BOWL", "quantity": 1}, {"reference_id": "MUG", "quantity": 1})
    answer = depot.client.post(
        "/_sandbox/shipbob/orders/A-1/ship", json={"lines": [{"line": 10}, {"line": 11, "quantity": 3}]}
    )
    assert answer.status_code == 409
    assert depot.level("BOWL")["total_on_hand_quantity"] == 2
    assert depot.level("BOWL")["total_committed_quantity"] == 1


def test_the_lot_that_expires_first_leaves_first_unless_another_is_named(depot: Depot) -> None:
    depot.stock("JAM", 3, lot="NEW", expires="2027-06-01")
    depot.stock("JAM", 2, lot="OLD", expires="2027-01-01")
    made = depot.order("A-1", {"reference_id": "JAM", "quantity": 3})
    assert made["shipments"][0]["products"][0]["inventory_items"][0]["lot"] is None
    depot.ship("A-1")
    items = depot.get(made)["shipments"][0]["products"][0]["inventory_items"]
    assert [(i["lot"], i["quantity"], i["expiration_date"]) for i in items] == [
        ("OLD", 2, "2027-01-01"),
        ("NEW", 1, "2027-06-01"),
    ]
    lots = depot.level("JAM", "/lots")["lots"]
    assert [(lot["lot_number"], lot["on_hand_quantity"]) for lot in lots] == [("NEW", 2)]


def test_each_unit_with_a_serial_number_leaves_once(depot: Depot) -> None:
    depot.stock("WATCH", 5)
    made = depot.order("A-1", {"reference_id": "WATCH", "quantity": 2})
    depot.ship("A-1", lines=[{"line": 10, "serials": ["W1", "W2"]}])
    assert depot.get(made)["shipments"][0]["products"][0]["inventory_items"][0]["serial_numbers"] == ["W1", "W2"]
    depot.order("A-2", {"reference_id": "WATCH", "quantity": 1})
    again = {"lines": [{"line": 10, "serials": ["W1"]}]}
    assert depot.client.post("/_sandbox/shipbob/orders/A-2/ship", json=again).status_code == 409
    depot.ship("A-2")
    lines = depot.control("GET", "ledgers/shipped")["orders"][1]["lines"]
    assert len(lines[0]["serials"]) == 1


@pytest.mark.parametrize("late", [{"tracking": "late"}, {}])
def test_tracking_may_come_after_the_goods_have_left(depot: Depot, late: Json) -> None:
    depot.stock("MUG", 5)
    depot.control("PUT", "settings", {"tracking_late": not late})
    depot.listen("order.shipped", "order.shipment.tracking.updated")
    made = depot.order("A-1")
    depot.ship("A-1", **late)
    shipment = depot.get(made)["shipments"][0]
    assert (shipment["status"], shipment["tracking"]) == ("Completed", None)
    assert depot.ask("GET", "order", HasTracking="true") == []
    depot.control("POST", f"shipments/{shipment['id']}/track", {"tracking_number": "JD01"})
    assert depot.get(made)["shipments"][0]["tracking"]["tracking_number"] == "JD01"
    assert depot.topics() == ["order.shipped", "order.shipment.tracking.updated"]


def test_a_cancel_takes_what_nobody_has_begun_and_says_so_for_each_shipment(depot: Depot) -> None:
    depot.stock("MUG", 2, "London")
    depot.stock("MUG", 2, "Manchester")
    made = depot.order("A-1", {"reference_id": "MUG", "quantity": 4})
    first, second = (s["id"] for s in made["shipments"])
    depot.control("POST", f"shipments/{first}/pick")
    done = depot.ask("POST", f"order/{made['id']}:cancel")
    assert done["status"] == "PartialSuccess"
    results = [(r["shipment_id"], r["is_success"]) for r in done["canceled_shipment_results"]]
    assert results == [(first, False), (second, True)]
    assert done["canceled_shipment_results"][0]["reason"]
    depot.ship("A-1")
    assert depot.get(made)["status"] == "Fulfilled"
    assert depot.ask("POST", f"order/{made['id']}:cancel")["status"] == "PartialSuccess"
    assert depot.call("POST", f"shipment/{first}:cancel").status_code == 422
    assert depot.level("MUG", "/locations")["locations"][1]["committed_quantity"] == 0


def test_goods_can_leave_although_the_order_was_cancelled(depot: Depot) -> None:
    depot.stock("MUG", 5)
    made = depot.order("A-1")
    assert depot.ask("POST", f"order/{made['id']}:cancel")["status"] == "Success"
    assert depot.get(made)["status"] == "Cancelled"
    assert depot.client.post("/_sandbox/shipbob/orders/A-1/ship", json={}).status_code == 409
    depot.ship("A-1", even_cancelled=True)
    assert depot.get(made)["status"] == "Fulfilled"
    assert depot.level("MUG")["total_on_hand_quantity"] == 3


def test_a_shipment_can_be_split_to_another_site_and_held(depot: Depot) -> None:
    depot.stock("MUG", 5, "London")
    depot.stock("MUG", 5, "Manchester")
    made = depot.order("A-1", {"reference_id": "MUG", "quantity": 5})
    shipment = made["shipments"][0]["id"]
    split = {"lines": [{"line": 10, "quantity": 2}], "centre": "Manchester"}
    depot.control("POST", f"shipments/{shipment}/split", split)
    order = depot.get(made)
    assert [(s["location"]["name"], units(s)) for s in order["shipments"]] == [
        ("London", {"MUG": 3}),
        ("Manchester", {"MUG": 2}),
    ]
    depot.control("POST", f"shipments/{shipment}/hold", {"reason": "Address"})
    held = depot.get(made)["shipments"][0]
    assert (held["status"], held["status_details"][0]["description"]) == ("OnHold", "Address")
    depot.control("POST", f"shipments/{shipment}/release")
    assert depot.get(made)["status"] == "Processing"


def test_the_vendors_simulation_ships_and_delivers_in_its_time(depot: Depot) -> None:
    depot.stock("MUG", 5)
    made = depot.order("A-1")
    step = {"action": "ShipOrder", "delay": 5, "next": {"action": "DeliverOrder", "delay": 10}}
    number = str(made["shipments"][0]["id"])
    run = depot.ask("POST", "simulate/shipment", {"shipment_id": number, "simulation": step})["simulation_id"]
    assert depot.get(made)["status"] == "Processing"
    depot.clock(6 * 60)
    assert depot.get(made)["shipments"][0]["delivery_date"] is None
    assert depot.get(made)["status"] == "Fulfilled"
    depot.clock(16 * 60)
    assert depot.get(made)["shipments"][0]["delivery_date"] is not None
    status = depot.ask("GET", f"simulate/status/{run}")["simulation"]
    assert (status["status"], status["next"]["status"]) == ("Completed", "Completed")


def test_the_floor_works_by_itself_and_the_same_seed_does_the_same(depot: Depot) -> None:
    depot.stock("MUG", 500)
    depot.stock("BOWL", 500)
    for number in range(30):
        depot.order(f"A-{number}", {"reference_id": "MUG", "quantity": 3}, {"reference_id": "BOWL", "quantity": 2})
    temper = {"seed": 3, "most": 30, "short": 0.3, "over": 0.3, "substitute": 0.2, "part": 0.2, "late_tracking": 0.3}
    worked = depot.control("POST", "work", temper)["worked"]
    assert len(worked) == 30
    kinds = {kind for one in worked for kind in one["did"]}
    assert {"ship", "short", "over", "part", "late_tracking"} <= kinds
    for pocket in depot.control("GET", "ledgers/stock")["pockets"]:
        assert pocket["units"] == pocket["logged"]
