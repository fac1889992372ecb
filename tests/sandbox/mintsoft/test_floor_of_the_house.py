from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import House, Json


def items(house: House, order: int) -> list[tuple[str, int, int, int]]:
    return [
        (i["SKU"], i["Quantity"], i["Commited"], i["OnBackOrder"]) for i in house.ask("GET", f"Order/{order}/Items")
    ]


def test_picked_packed_and_despatched_are_three_steps_and_only_the_last_takes_stock(house: House) -> None:
    order = house.order("SO1", {"MUG": 2})
    house.act(order, "pick")
    assert (house.status(order), items(house, order), house.stock("MUG")["stock_level"]) == (17, [("MUG", 2, 2, 0)], 10)
    house.act(order, "pack")
    assert (house.status(order), house.shipped()) == (20, {})
    parcels = [{"number": "T1", "courier": "Pigeon Post"}, {"number": "T2"}]
    house.act(order, "despatch", parcels=parcels)
    found = house.ask("GET", f"Order/{order}")
    assert (found["OrderStatusId"], found["TrackingNumber"], found["NumberOfParcels"]) == (4, "T1, T2", 2)
    assert found["DespatchDate"] is not None
    shipments = house.ask("GET", f"Order/{order}/Shipments")
    assert [(s["CourierType"], s["Number"]) for s in shipments] == [("Pigeon Post", "T1"), ("DPD", "T2")]
    assert (house.stock("MUG")["stock_level"], house.stock("MUG")["allocated"]) == (8, 0)
    assert items(house, order) == [("MUG", 2, 2, 0)]


@pytest.mark.parametrize(("failed", "status"), [(False, 5), (True, 6)])
def test_an_invoiced_order_is_still_despatched_though_its_status_says_otherwise(
    house: House, status: int, *, failed: bool
) -> None:
    order = house.order()
    house.act(order, "despatch")
    house.act(order, "invoice", failed=failed)
    assert house.status(order) == status
    outside = {row["ID"]: row["ExternalName"] for row in house.ask("GET", "Order/Statuses")}
    assert (outside[status], len(outside)) == ("DESPATCHED", 23)
    assert house.shipped() == {("REF-SO1", "MUG"): 2}


def test_an_order_is_despatched_once(house: House) -> None:
    order = house.order()
    assert house.ask("GET", f"Order/{order}/MarkDespatched")["Success"] is True
    assert house.ask("GET", f"Order/{order}/MarkDespatched")["Success"] is False
    house.control("POST", f"orders/{order}/despatch", {}, status=409)
    assert house.effects().count("order.units_despatched") == 1


def test_the_carrier_says_of_each_parcel_that_it_has_arrived(house: House) -> None:
    order = house.order()
    house.control("POST", f"orders/{order}/deliver", {}, status=409)
    house.act(order, "despatch", parcels=[{"number": "T1"}, {"number": "T2"}])
    events = "Order/Shipments/TrackingEvents/List"
    assert house.ask("GET", events) == []
    house.act(order, "deliver")
    found = house.ask("GET", events, SinceLastUpdated="2000-01-01")
    assert [(e["OrderShipment"]["Number"], e["OrderShipment"]["OrderId"]) for e in found] == [
        ("T1", order),
        ("T2", order),
    ]
    assert len(house.ask("GET", events, Limit=1, PageNo=2)) == 1


def test_some_items_leave_on_a_new_part_and_the_rest_on_the_first(house: House) -> None:
    order = house.order("SO1", {"MUG": 4, "BOWL": 1})
    part = house.act(order, "despatch", items={"MUG": 3}, parcels=[{"number": "T1"}])["part"]
    assert (part["status"], part["part"], part["items"][0]["names"]) == ("DESPATCHED", 2, {"LineId": "L-MUG"})
    house.act(order, "despatch", parcels=[{"number": "T2"}])
    assert house.shipped() == {("REF-SO1", "MUG"): 4, ("REF-SO1", "BOWL"): 1}


def test_what_lacks_stock_stays_on_a_part_on_back_order(house: House) -> None:
    order = house.order("SO1", {"MUG": 1, "BOWL": 5})
    part = house.act(order, "despatch", available=True)["part"]
    assert (house.status(order), part["status"], part["items"][0]["quantity"]) == (4, "ONBACKORDER", 2)
    assert house.shipped() == {("REF-SO1", "MUG"): 1, ("REF-SO1", "BOWL"): 3}
    house.control("POST", "stock/adjust", {"sku": "BOWL", "warehouse": "MAIN", "quantity": 2})
    house.act(part["id"], "despatch")
    assert house.shipped()["REF-SO1", "BOWL"] == 5


@pytest.mark.parametrize(("then", "status"), [("back_order", "ONBACKORDER"), ("close", "CANCELLED")])
def test_what_is_short_stands_on_a_part_with_its_reason(house: House, then: str, status: str) -> None:
    order = house.order("SO1", {"MUG": 4})
    part = house.act(order, "short", items={"MUG": 1}, reason="Not found", then=then)["part"]
    assert (part["status"], part["comments"], part["items"][0]["quantity"]) == (status, "Short: Not found", 1)
    house.act(order, "despatch")
    assert house.shipped() == {("REF-SO1", "MUG"): 3}
    assert house.stock("MUG")["stock_level"] == 7


def test_a_short_that_is_struck_off_leaves_no_part_and_a_lost_unit_leaves_the_stock(house: House) -> None:
    order = house.order("SO1", {"MUG": 4})
    told = house.act(order, "short", items={"MUG": 1}, reason="Broken", then="edit", write_off=True)
    assert (told["part"], told["order"]["items"][0]["quantity"]) == (None, 3)
    house.act(order, "despatch")
    assert (house.stock("MUG")["stock_level"], house.ask("GET", f"Order/{order}/Splits")) == (6, [])
    reasons = [row["reason"] for row in house.control("GET", "ledgers/flows?sku=MUG")["flows"]]
    assert "StockOut - Broken" in reasons


@pytest.mark.parametrize(("then", "status"), [("back_order", 9), ("close", 3), ("edit", 3)])
def test_an_order_that_is_short_of_everything_waits_or_is_cancelled(house: House, then: str, status: int) -> None:
    order = house.order("SO1", {"MUG": 2})
    house.act(order, "pick")
    house.act(order, "short", items={"MUG": 2}, reason="Not found", then=then)
    assert (house.status(order), house.stock("MUG")["allocated"], house.shipped()) == (status, 0, {})


def test_another_product_and_more_than_was_asked_for_show_on_the_order(house: House) -> None:
    order = house.order("SO1", {"MUG": 3})
    house.act(order, "substitute", item="MUG", sku="MUG-RED", quantity=2)
    house.act(order, "over", item="MUG", quantity=4)
    found: list[Json] = house.ask("GET", f"Order/{order}/Items")
    assert [(i["SKU"], i["Quantity"], len(i["OrderItemNameValues"])) for i in found] == [
        ("MUG", 5, 1),
        ("MUG-RED", 2, 0),
    ]
    house.act(order, "despatch")
    assert house.shipped() == {("REF-SO1", "MUG"): 5, ("REF-SO1", "MUG-RED"): 2}
    assert (house.stock("MUG")["stock_level"], house.stock("MUG-RED")["stock_level"]) == (5, 3)


def test_more_than_there_is_cannot_be_packed(house: House) -> None:
    order = house.order("SO1", {"BOWL": 2})
    told = house.control("POST", f"orders/{order}/over", {"item": "BOWL", "quantity": 2}, status=409)
    assert told["error"] == "Not enough stock available of BOWL"
    assert items(house, order) == [("BOWL", 2, 0, 0)]


def test_the_serial_numbers_and_batches_that_left_can_be_read(house: House) -> None:
    order = house.order("SO1", {"DRILL": 2, "PASTE": 3})
    lots = [{"item": "DRILL", "serial": "S3"}, {"item": "DRILL", "serial": "S1"}]
    assert house.ask("GET", f"Order/{order}/BarcodeVerifiedOrderItems") == []
    house.act(order, "despatch", lots=lots)
    found = house.ask("GET", f"Order/{order}/Allocations")
    assert [(a["SerialNo"], a["BatchNo"], a["Quantity"], a["Despatched"]) for a in found] == [
        (None, "B1", 3, True),
        ("S3", None, 1, True),
        ("S1", None, 1, True),
    ]
    verified = house.ask("GET", f"Order/{order}/BarcodeVerifiedOrderItems")
    assert {v["SerialNo"] for v in verified} == {None, "S1", "S3"}
    again = house.order("SO2", {"DRILL": 1})
    house.control("POST", f"orders/{again}/despatch", {"lots": [{"item": "DRILL", "serial": "S1"}]}, status=409)
    assert house.ask("GET", f"Order/{again}/Allocations")[0]["SerialNo"] == "S2"


def test_an_order_that_asks_for_a_serial_number_gets_that_one_or_none(house: House) -> None:
    wanted = [{"SKU": "DRILL", "Quantity": 1, "RequestedSerialNo": number} for number in ("S2", "S9")]
    for name, row in zip(("SO1", "SO2"), wanted, strict=True):
        house.ask("PUT", "Order", house.order_body(name, {}, OrderItems=[row]))
    first, second = (house.ask("GET", "Order/Search", OrderNumber=n)[0]["ID"] for n in ("SO1", "SO2"))
    assert [a["SerialNo"] for a in house.ask("GET", f"Order/{first}/Allocations")] == ["S2"]
    assert (house.ask("GET", f"Order/{second}/Allocations"), house.status(second)) == ([], 9)


def test_a_locked_order_is_neither_changed_nor_cancelled(house: House) -> None:
    order = house.order()
    house.act(order, "lock")
    assert house.ask("GET", f"Order/{order}")["OrderLock"] is True
    assert house.ask("GET", f"Order/{order}/Cancel")["Success"] is False
    assert house.ask("POST", f"Order/{order}", {"Town": "Hull"})["Success"] is False


def test_shifts_play_a_day_of_orders_and_in_the_end_all_of_it_has_left_once(house: House) -> None:
    house.control("POST", "stock/adjust", {"sku": "MUG", "warehouse": "MAIN", "quantity": 500})
    house.control("POST", "stock/adjust", {"sku": "MUG-RED", "warehouse": "MAIN", "quantity": 500})
    wanted = {}
    for number in range(60):
        units = 1 + number % 7
        house.order(f"SO{number}", {"MUG": units, "MUG-RED": 2})
        wanted[f"REF-SO{number}", "MUG"], wanted[f"REF-SO{number}", "MUG-RED"] = units, 2
    told = house.control(
        "POST", "work", {"seed": 4, "split": 0.3, "short": 0.2, "delay": 0.2, "write_off": 0.5, "parcels": 3}
    )
    assert min(len(told[name]) for name in ("despatched", "split", "short", "delayed")) > 3
    assert told["open"] == len(told["split"]) + len(told["short"]) + len(told["delayed"]) + len(told["waiting"])
    left = [house.control("POST", "work", {"seed": 5})["open"] for _ in range(2)]
    assert (left, house.shipped()) == ([0, 0], wanted)
