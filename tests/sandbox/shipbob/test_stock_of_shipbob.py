from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Depot, Json

DAY = 24 * 3600


def change(event: Json) -> tuple[str, int]:
    """The category of an event and what it did to units that are available at its site."""
    sides = [side for side in (event["increment"], event["decrement"]) if side]
    here = sum(side["quantity_change"] for side in sides if side["inventory_status"] == "Available")
    return event["event_category"], here


def test_every_change_of_stock_is_an_event_and_on_hand_is_their_sum(depot: Depot) -> None:
    depot.stock("MUG", 10)
    depot.control("POST", "stock/adjust", {"sku": "MUG", "quantity": -1, "reason": "Broken", "user": "Pat"})
    depot.control("POST", "stock/quarantine", {"sku": "MUG", "quantity": 2})
    depot.control("POST", "stock/release", {"sku": "MUG", "quantity": 1})
    depot.control("POST", "stock/scrap", {"sku": "MUG", "quantity": 1})
    made = depot.order("A-1")
    depot.ship("A-1")
    events = depot.history()
    assert [change(event) for event in events] == [
        ("ReceivingStow", 10),
        ("InventoryAdjusted", -1),
        ("AttributeUpdated", -2),
        ("AttributeUpdated", 1),
        ("InventoryAdjusted", 0),
        ("OrderPicked", -2),
    ]
    level = depot.level("MUG")
    assert level["total_on_hand_quantity"] == sum(units for _, units in map(change, events)) == 6
    assert level["total_exception_quantity"] == 0
    assert events[-1]["shipbob_order_id"] == made["id"]
    assert events[-1]["decrement"]["committed_quantity_change"] == -2
    assert {"key": "Reason", "value": "Broken"} in events[1]["additional_reference"]


def test_the_form_by_site_has_no_exception_bucket(depot: Depot) -> None:
    depot.stock("MUG", 4, "London")
    depot.stock("MUG", 3, "Manchester")
    depot.control("POST", "stock/quarantine", {"sku": "MUG", "quantity": 1, "centre": "London"})
    assert depot.level("MUG")["total_exception_quantity"] == 1
    sites = depot.level("MUG", "/locations")["locations"]
    assert [(s["name"], s["on_hand_quantity"]) for s in sites] == [("London", 3), ("Manchester", 3)]
    assert not [name for site in sites for name in site if "exception" in name]


def test_a_transfer_is_one_event_under_both_sites_or_two_with_the_way_between(depot: Depot) -> None:
    depot.stock("MUG", 5, "London")
    move = {"sku": "MUG", "quantity": 2, "centre": "London", "to": "Manchester"}
    depot.control("POST", "stock/transfer", move)
    out, into = depot.history("London")[-1], depot.history("Manchester")[-1]
    assert out == into
    assert (out["decrement"]["quantity_change"], out["increment"]["quantity_change"]) == (-2, 2)
    way = depot.control("POST", "stock/transfer", {**move, "arrives": False})
    level = depot.level("MUG")
    assert (level["total_on_hand_quantity"], level["total_internal_transfer_quantity"]) == (3, 2)
    depot.control("POST", "stock/arrive", {"transfer_id": way["transfer_id"]})
    level = depot.level("MUG")
    assert (level["total_on_hand_quantity"], level["total_internal_transfer_quantity"]) == (5, 0)
    assert [e["increment"] is None for e in depot.history("London")[-2:]] == [False, True]


def test_the_event_log_is_paged_by_its_own_ids_and_filtered(depot: Depot) -> None:
    depot.control("PUT", "settings", {"history_page": 2})
    for _ in range(3):
        depot.stock("MUG", 1)
    depot.stock("BOWL", 1)
    depot.control("POST", "stock/adjust", {"sku": "BOWL", "quantity": -1})
    asked = {"facility_id": depot.sites["London"]}
    first = depot.ask("POST", "inventory/history:query", asked)
    second = depot.ask("POST", first["next"], asked)
    third = depot.ask("POST", second["next"], asked)
    numbers = [event["inventory_audit_event_id"] for page in (first, second, third) for event in page["data"]]
    assert (len(numbers), third["next"]) == (5, None)
    assert numbers == sorted(set(numbers))
    assert [e["inventory_audit_event_id"] for e in depot.history(cursor=numbers[-2])] == numbers[-1:]
    assert [e["inventory_audit_event_id"] for e in depot.history(event_category="InventoryAdjusted")] == numbers[-1:]
    assert len(depot.history(inventory_ids=[depot.items["BOWL"]])) == 2


def test_the_event_log_goes_back_ninety_days_and_must_be_told_the_site(depot: Depot) -> None:
    depot.stock("MUG", 1)
    depot.clock(91 * DAY)
    depot.stock("MUG", 2)
    assert [change(event)[1] for event in depot.history()] == [2]
    siteless = depot.call("POST", "inventory/history:query", {})
    assert (siteless.status_code, siteless.headers["content-type"]) == (400, "application/problem+json")
    far = {"facility_id": depot.sites["London"], "start_date": "2020-01-01T00:00:00Z"}
    assert "90 days" in depot.call("POST", "inventory/history:query", far).json()["detail"]


def test_levels_lag_behind_when_the_network_is_told_to(depot: Depot) -> None:
    depot.stock("MUG", 9)
    depot.clock(120)
    depot.control("PUT", "settings", {"level_lag_seconds": 60})
    depot.order("A-1")
    depot.control("POST", "stock/adjust", {"sku": "MUG", "quantity": -1})
    level = depot.level("MUG")
    assert (level["total_on_hand_quantity"], level["total_committed_quantity"]) == (9, 0)
    depot.clock(181)
    level = depot.level("MUG")
    assert (level["total_on_hand_quantity"], level["total_committed_quantity"]) == (8, 2)


def test_levels_are_paged_by_links(depot: Depot) -> None:
    page = depot.ask("GET", "inventory-level", PageSize="3")
    found = [one["sku"] for one in page["items"]]
    assert (page["first"], page["prev"]) == (None, None)
    page = depot.ask("GET", page["next"])
    found += [one["sku"] for one in page["items"]]
    assert found == ["MUG", "BOWL", "JAM", "WATCH"]
    assert (page["next"], page["last"]) == (None, None)
    assert depot.call("GET", "inventory-level", PageSize="251").status_code == 400
    assert [one["sku"] for one in depot.ask("GET", "inventory-level", SearchBy="ug")["items"]] == ["MUG"]
    assert depot.call("GET", "inventory-level/7").json()["status"] == 404


def test_goods_in_are_awaited_then_received_and_count_once_they_are_stowed(depot: Depot) -> None:
    wro = announced(depot, 10)
    assert depot.level("MUG")["total_awaiting_quantity"] == 10
    depot.control("POST", f"wros/{wro}/arrive")
    depot.control("POST", f"wros/{wro}/receive", {"lines": [{"sku": "MUG", "quantity": 9}]})
    assert depot.level("MUG")["total_on_hand_quantity"] == 0
    depot.control("POST", f"wros/{wro}/stow", {"lines": [{"sku": "MUG", "quantity": 5}], "done": False})
    (line,) = depot.ask("GET", f"receiving/{wro}")["inventory_quantities"]
    assert [line[f"{name}_quantity"] for name in ("expected", "received", "stowed")] == [10, 9, 5]
    depot.control("POST", f"wros/{wro}/stow")
    assert depot.ask("GET", f"receiving/{wro}")["status"] == "Completed"
    assert depot.level("MUG")["total_on_hand_quantity"] == 9
    assert depot.level("MUG")["total_awaiting_quantity"] == 0
    assert {"key": "PurchaseOrderNumber", "value": "PO7"} in depot.history()[0]["additional_reference"]
    assert [one["id"] for one in depot.ask("GET", "receiving", Statuses="Completed", ExternalSync="false")] == [wro]
    depot.ask("POST", "receiving:setExternalSync", {"ids": [wro], "is_external_sync": True})
    assert depot.ask("GET", "receiving", ExternalSync="false") == []


def test_staff_may_split_goods_in_and_nothing_leads_back(depot: Depot) -> None:
    wro = announced(depot, 7)
    made = depot.control("POST", f"wros/{wro}/split", {"parts": 3})["made"]
    parts = [depot.ask("GET", f"receiving/{number}") for number in made]
    assert [part["inventory_quantities"][0]["expected_quantity"] for part in parts] == [3, 2, 2]
    assert {part["purchase_order_number"] for part in parts} == {None}
    assert depot.ask("GET", f"receiving/{wro}")["status"] == "Cancelled"
    assert depot.level("MUG")["total_awaiting_quantity"] == 7


def test_what_is_wrong_with_goods_in_is_told_by_another_status_since_july(depot: Depot) -> None:
    statuses = [depot.call("POST", "receiving", {}, version=v).status_code for v in ("2026-07", "2026-01")]
    assert statuses == [422, 400]


def test_returned_goods_go_back_to_stock_aside_or_away(depot: Depot) -> None:
    depot.stock("MUG", 5)
    made = depot.order("A-1", {"reference_id": "MUG", "quantity": 4})
    depot.ship("A-1")
    body = {
        "reference_id": "RMA-1",
        "fulfillment_center": {"id": depot.sites["London"]},
        "original_shipment_id": made["shipments"][0]["id"],
        "inventory": [{"id": depot.items["MUG"], "quantity": 4, "requested_action": "Restock"}],
    }
    back = depot.ask("POST", "return", body)
    assert (back["status"], back["return_type"], back["store_order_id"]) == ("AwaitingArrival", "Regular", "A-1")
    doubled = depot.call("POST", "return", body)
    assert (doubled.status_code, sorted(doubled.json())) == (422, ["details", "errors", "message", "stackTrace"])
    depot.control("POST", f"returns/{back['id']}/arrive")
    done = [("Restock", 2), ("Quarantine", 1), ("Dispose", 1)]
    lines = [{"sku": "MUG", "action": action, "quantity": units} for action, units in done]
    depot.control("POST", f"returns/{back['id']}/process", {"lines": lines})
    depot.control("POST", f"returns/{back['id']}/complete")
    found = depot.ask("GET", "return", ReferenceIds="RMA-1")["items"][0]
    taken = [(one["action"], one["quantity_processed"]) for one in found["inventory"][0]["action_taken"]]
    assert (found["status"], taken) == ("Completed", done)
    level = depot.level("MUG")
    assert (level["total_on_hand_quantity"], level["total_exception_quantity"]) == (3, 1)
    assert [change(event) for event in depot.history()[-2:]] == [("InventoryRestocked", 2), ("AttributeUpdated", 0)]


def announced(depot: Depot, quantity: int) -> int:
    made = depot.ask(
        "POST",
        "receiving",
        {
            "fulfillment_center": {"id": depot.sites["London"]},
            "package_type": "Package",
            "box_packaging_type": "EverythingInOneBox",
            "expected_arrival_date": "2026-12-01T00:00:00Z",
            "purchase_order_number": "PO7",
            "boxes": [
                {"tracking_number": "B1", "box_items": [{"inventory_id": depot.items["MUG"], "quantity": quantity}]}
            ],
        },
    )
    number = made["id"]
    assert isinstance(number, int)
    return number
