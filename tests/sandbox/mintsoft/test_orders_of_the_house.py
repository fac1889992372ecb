from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import House


def test_an_order_is_put_and_the_answer_is_a_list(house: House) -> None:
    (made,) = house.ask("PUT", "Order", house.order_body("SO1", {"MUG": 2, "BOWL": 1}))
    assert (made["Success"], made["OrderStatusId"], made["OrderStatus"], made["OrderNumber"]) == (True, 1, "NEW", "SO1")
    assert [row["SKU"] for row in made["OrderItems"]] == ["MUG", "BOWL"]
    found = house.ask("GET", f"Order/{made['OrderId']}")
    assert found["OrderItems"] is None
    assert (found["CLIENT_CODE"], found["ID"], found["TotalItems"], found["Part"], found["NumberOfParts"]) == (
        "ACME",
        made["OrderId"],
        3,
        1,
        1,
    )
    items = house.ask("GET", f"Order/{made['OrderId']}/Items")
    assert [(i["SKU"], i["Quantity"], i["Allocated"], i["Commited"], i["OnBackOrder"]) for i in items] == [
        ("MUG", 2, 2, 0, 0),
        ("BOWL", 1, 1, 0, 0),
    ]
    assert [(v["Name"], v["Value"]) for v in items[0]["OrderItemNameValues"]] == [("LineId", "L-MUG")]


def test_a_number_and_a_reference_are_used_once_for_each_client_even_after_a_cancel(house: House) -> None:
    first = house.order("SO1")
    house.ask("GET", f"Order/{first}/Cancel")
    for number, reference in (("so1", "other"), ("SO2", "ref-so1")):
        (told,) = house.ask("PUT", "Order", house.order_body(number, {"MUG": 1}, ExternalOrderReference=reference))
        assert (told["Success"], told["OrderId"]) == (False, 0)
        assert "already exists" in told["Message"]
    assert house.effects().count("order.created") == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"Warehouse": "SOUTH"}, "Warehouse not found"),
        ({"Country": ""}, "Country is required"),
        ({"CourierService": None}, "CourierService is required"),
        ({"OrderItems": []}, "No OrderItems supplied"),
        ({"OrderItems": [{"SKU": "MU", "Quantity": 1}]}, "Product MU not found"),
        ({"OrderItems": [{"SKU": "MUG", "Quantity": 0}]}, "Quantity of MUG must be greater than 0"),
    ],
)
def test_what_is_missing_is_refused_with_a_200(house: House, more: dict[str, object], said: str) -> None:
    (told,) = house.ask("PUT", "Order", house.order_body("SO1", {"MUG": 1}, **more))
    assert (told["Success"], told["Message"]) == (False, said)
    assert "order.created" not in house.effects()


def test_a_quantity_that_is_not_whole_is_a_bad_request(house: House) -> None:
    body = house.order_body("SO1", {}, OrderItems=[{"SKU": "MUG", "Quantity": 1.5}])
    assert house.call("PUT", "Order", body).status_code == 400


def test_search_finds_every_part_by_number_and_is_404_when_there_is_none(house: House) -> None:
    order = house.order("SO1", {"MUG": 3})
    (item,) = house.ask("GET", f"Order/{order}/Items")
    house.ask("POST", f"Order/{order}/SplitOrderItems", [{"OrderItemId": item["ID"], "QuantityToDespatch": 1}])
    assert [row["Part"] for row in house.ask("GET", "Order/Search", OrderNumber="so1")] == [1, 2]
    assert house.call("GET", "Order/Search", OrderNumber="SO").status_code == 404


def test_cancelling_frees_the_stock_until_somebody_has_begun_to_pick(house: House) -> None:
    early, late = house.order("SO1"), house.order("SO2")
    assert house.stock("MUG")["allocated"] == 4
    assert house.ask("GET", f"Order/{early}/Cancel")["Success"] is True
    assert (house.status(early), house.stock("MUG")["allocated"]) == (3, 2)
    house.act(late, "status", status="PICKINGSTARTED")
    told = house.ask("GET", f"Order/{late}/Cancel")
    assert (told["Success"], told["ID"]) == (False, late)
    assert "PICKINGSTARTED" in told["Message"]
    house.act(late, "despatch")
    assert house.ask("GET", f"Order/{late}/Cancel")["Success"] is False
    assert house.ask("GET", f"Order/{early}/Cancel")["Success"] is False
    assert house.effects().count("order.cancelled") == 1


def test_a_split_moves_units_and_their_stock_onto_a_new_order(house: House) -> None:
    order = house.order("SO1", {"MUG": 5, "BOWL": 2})
    mug = house.ask("GET", f"Order/{order}/Items")[0]["ID"]
    told = house.ask("POST", f"Order/{order}/SplitOrderItems", [{"OrderItemId": mug, "QuantityToDespatch": 2}])
    part = told["ID"]
    assert part != order
    old, new = (house.ask("GET", f"Order/{number}/Items") for number in (order, part))
    assert [(i["SKU"], i["Quantity"], i["Allocated"]) for i in old] == [("MUG", 3, 3), ("BOWL", 2, 2)]
    assert [(i["SKU"], i["Quantity"], i["Allocated"]) for i in new] == [("MUG", 2, 2)]
    assert new[0]["OrderItemNameValues"][0]["Value"] == "L-MUG"
    for number in (order, part):
        (row,) = house.ask("GET", f"Order/{number}/Splits")
        assert (row["OrderId"], row["SplitOrderId"], row["SplitOrder"]["NumberOfParts"]) == (order, part, 2)
    house.act(part, "despatch", parcels=[{"number": "T1"}])
    assert (house.status(order), house.status(part)) == (1, 4)
    assert house.shipped() == {("REF-SO1", "MUG"): 2}


def test_splitting_everything_or_too_much_is_refused(house: House) -> None:
    order = house.order("SO1", {"MUG": 2})
    (item,) = house.ask("GET", f"Order/{order}/Items")
    for units in (0, 2, 3):
        body = [{"OrderItemId": item["ID"], "QuantityToDespatch": units}]
        assert house.ask("POST", f"Order/{order}/SplitOrderItems", body)["Success"] is False
    assert house.ask("GET", f"Order/{order}/Splits") == []


def test_items_for_two_warehouses_make_two_orders(house: House) -> None:
    items = [{"SKU": "MUG", "Quantity": 1}, {"SKU": "BOWL", "Quantity": 1, "WarehouseId": house.sites["NORTH"]}]
    made = house.ask("PUT", "Order", house.order_body("SO1", {}, OrderItems=items))
    assert [(row["OrderNumber"], row["OrderStatus"]) for row in made] == [("SO1", "NEW"), ("SO1", "ONBACKORDER")]
    parts = [house.ask("GET", f"Order/{row['OrderId']}") for row in made]
    assert [(p["WAREHOUSE_CODE"], p["Part"], p["NumberOfParts"]) for p in parts] == [("MAIN", 1, 2), ("NORTH", 2, 2)]


def test_a_bundle_becomes_its_components(house: House) -> None:
    order = house.order("SO1", {"SET": 2})
    items = house.ask("GET", f"Order/{order}/Items")
    assert [(i["SKU"], i["Quantity"]) for i in items] == [("MUG", 4), ("BOWL", 2)]


def test_an_order_waits_for_stock_and_gets_it_when_it_comes(house: House) -> None:
    order = house.order("SO1", {"BOWL": 5})
    (item,) = house.ask("GET", f"Order/{order}/Items")
    assert (house.status(order), item["Allocated"], item["OnBackOrder"]) == (9, 3, 2)
    assert house.ask("GET", f"Order/{order}/MarkDespatched")["Success"] is False
    house.control("POST", "stock/adjust", {"sku": "BOWL", "warehouse": "MAIN", "quantity": 2, "reason": "Found"})
    assert house.status(order) == 1
    assert house.ask("GET", f"Order/{order}/MarkDespatched", TrackingNumber="T9")["Success"] is True
    assert house.ask("GET", f"Order/{order}/Shipments")[0]["Number"] == "T9"
    assert house.effects().count("order.units_despatched") == 1


def test_a_list_has_pages_of_at_most_100_and_unknown_names_are_ignored(house: House) -> None:
    house.control("POST", "stock/adjust", {"sku": "MUG", "warehouse": "MAIN", "quantity": 200})
    for number in range(103):
        house.order(f"SO{number:03d}", {"MUG": 1})
    first, second, third = (house.ask("GET", "Order/List", PageNo=n, Limit=500) for n in (1, 2, 3))
    assert (len(first), len(second), third) == (100, 3, [])
    assert (first[0]["OrderNumber"], first[0]["OrderItems"]) == ("SO102", None)
    assert len(house.ask("GET", "Order/List", pageSize=7, DateFrom="2099-01-01")) == 100
    (one,) = house.ask("GET", "Order/List", PageNo=2, Limit=1, IncludeOrderItems="true")
    assert (one["OrderNumber"], one["OrderItems"][0]["SKU"]) == ("SO101", "MUG")
    assert house.call("GET", "Order/List", SinceLastUpdated="yesterday").status_code == 400


def test_moments_are_local_without_an_offset_and_the_hour_that_comes_twice_is_written_alike(house: House) -> None:
    house.clock_at(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    summer = house.order("SO1")
    house.clock_at(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    winter = house.order("SO2")
    for order in (summer, winter):
        assert house.ask("GET", f"Order/{order}")["OrderDate"].startswith("2026-10-25T01:30:0")
    assert len(house.ask("GET", "Order/List", SinceDate="2026-10-25T01:30:00")) == 2
    assert len(house.ask("GET", "Order/List", SinceDate="2026-10-25T00:30:00Z")) == 2
    house.clock_at(datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    spring = house.ask("GET", f"Order/{house.order('SO3')}")["OrderDate"]
    assert spring.startswith("2026-03-29T02:30:0")


def test_an_update_changes_number_and_address_but_not_what_has_left(house: House) -> None:
    order = house.order("SO1")
    assert house.ask("POST", f"Order/{order}", {"OrderNumber": "SO1-A", "Town": "York"})["Success"] is True
    (found,) = house.ask("GET", "Order/Search", OrderNumber="SO1-A")
    assert (found["ID"], found["Town"], found["Address1"]) == (order, "York", "1 High St")
    assert house.call("GET", "Order/Search", OrderNumber="SO1").status_code == 404
    house.act(order, "despatch")
    assert house.ask("POST", f"Order/{order}", {"Town": "Hull"})["Success"] is False
