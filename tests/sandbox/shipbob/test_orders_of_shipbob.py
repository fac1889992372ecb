from __future__ import annotations

from typing import TYPE_CHECKING

from .conftest import body_of, units

if TYPE_CHECKING:
    from .conftest import Depot


def test_an_order_is_taken_and_promised_what_it_needs(depot: Depot) -> None:
    depot.stock("MUG", 10)
    made = depot.order("A-1", {"reference_id": "MUG", "quantity": 3, "unit_price": 4.5})
    assert (made["reference_id"], made["order_number"], made["status"]) == ("A-1", "A-1", "Processing")
    line = made["products"][0]
    assert (line["external_line_id"], line["quantity"], line["quantity_unit_of_measure_code"]) == (10, 3, "EA")
    assert line["unit_price"] == 4.5
    (shipment,) = made["shipments"]
    assert (shipment["status"], shipment["location"]["name"], units(shipment)) == ("Processing", "London", {"MUG": 3})
    assert shipment["tracking"] is None
    level = depot.level("MUG")
    assert level["total_on_hand_quantity"] == 10
    assert level["total_committed_quantity"] == 3
    assert level["total_fulfillable_quantity"] == 7


def test_a_case_of_twelve_is_twelve_units_on_the_shelf_and_one_on_the_order(depot: Depot) -> None:
    depot.stock("MUG", 30)
    made = depot.order("A-1", {"reference_id": "MUG", "quantity": 2, "quantity_unit_of_measure_code": "CS"})
    assert made["products"][0]["quantity"] == 2
    assert units(made["shipments"][0]) == {"MUG": 24}
    refused = depot.call(
        "POST", "order", body_of("A-2", {"reference_id": "BOWL", "quantity": 1, "quantity_unit_of_measure_code": "CS"})
    )
    assert refused.status_code == 422
    assert list(refused.json()) == ["Products[0].QuantityUnitOfMeasureCode"]


def test_a_reference_is_taken_once_and_the_order_under_it_is_found(depot: Depot) -> None:
    made = depot.order("A-1")
    again = depot.call("POST", "order", body_of("A-1"))
    assert (again.status_code, again.json()) == (422, {"": ["Cannot insert order with existing ReferenceId"]})
    assert [order["id"] for order in depot.ask("GET", "order", ReferenceIds="A-1")] == [made["id"]]
    assert depot.ask("GET", "order", ReferenceIds="A-2") == []


def test_everything_that_is_wrong_with_an_order_is_told_by_field(depot: Depot) -> None:
    body = {**body_of(""), "type": "POST", "products": [{"reference_id": "MUG", "quantity": 1.5}, {"quantity": 1}]}
    refused = depot.call("POST", "order", body)
    assert refused.status_code == 422
    assert sorted(refused.json()) == ["Products[0].Quantity", "Products[1]", "ReferenceId", "Type"]
    assert depot.ask("GET", "order") == []


def test_a_product_that_is_not_known_is_made_when_it_has_a_name_and_waits_for_stock(depot: Depot) -> None:
    nameless = depot.call("POST", "order", body_of("A-1", {"reference_id": "OLD-MUG", "quantity": 1}))
    assert (nameless.status_code, list(nameless.json())) == (422, ["Products[0]"])
    made = depot.order("A-1", {"reference_id": "OLD-MUG", "quantity": 1, "name": "Mug"})
    assert made["status"] == "Exception"
    assert made["shipments"][0]["status_details"][0]["name"] == "OutOfStock"


def test_an_order_that_no_site_holds_alone_becomes_a_shipment_at_each(depot: Depot) -> None:
    depot.stock("MUG", 2, "London")
    depot.stock("MUG", 2, "Manchester")
    depot.stock("BOWL", 5, "Manchester")
    made = depot.order("A-1", {"reference_id": "MUG", "quantity": 3}, {"reference_id": "BOWL", "quantity": 1})
    split = [(s["location"]["name"], units(s)) for s in made["shipments"]]
    assert split == [("London", {"MUG": 2}), ("Manchester", {"MUG": 1, "BOWL": 1})]
    whole = depot.order("A-2", {"reference_id": "BOWL", "quantity": 1})
    assert [s["location"]["name"] for s in whole["shipments"]] == ["Manchester"]


def test_a_site_that_was_asked_for_is_kept_to_even_when_it_is_out_of_stock(depot: Depot) -> None:
    depot.stock("MUG", 5, "London")
    made = depot.order("A-1", location_id=depot.sites["Manchester"])
    (shipment,) = made["shipments"]
    assert (made["status"], shipment["location"]["name"]) == ("Exception", "Manchester")
    item = shipment["products"][0]["inventory_items"][0]
    assert (item["quantity"], item["quantity_committed"]) == (2, 0)
    depot.stock("MUG", 2, "Manchester")
    assert depot.get(made)["status"] == "Processing"


def test_what_waits_for_stock_is_backordered_until_stock_comes(depot: Depot) -> None:
    depot.stock("MUG", 1)
    made = depot.order("A-1", {"reference_id": "MUG", "quantity": 4})
    assert [(s["status"], units(s)) for s in made["shipments"]] == [
        ("Processing", {"MUG": 1}),
        ("Exception", {"MUG": 3}),
    ]
    assert depot.level("MUG")["total_backordered_quantity"] == 3
    depot.stock("MUG", 3)
    assert depot.get(made)["status"] == "Processing"
    assert depot.level("MUG")["total_backordered_quantity"] == 0


def test_a_bundle_leaves_as_its_items(depot: Depot) -> None:
    depot.stock("MUG", 4)
    depot.stock("BOWL", 2)
    made = depot.order("A-1", {"reference_id": "SET", "quantity": 2})
    (product,) = made["shipments"][0]["products"]
    assert product["reference_id"] == "SET"
    assert [i["quantity"] for i in product["inventory_items"]] == [4, 2]


def test_writes_need_a_channel_that_may_write_and_a_token_with_the_scope(depot: Depot) -> None:
    assert depot.call("POST", "order", body_of("A-1"), channel="").status_code == 400
    assert depot.call("POST", "order", body_of("A-1"), channel=depot.reader).status_code == 403
    assert depot.call("GET", "order", token="wrong").status_code == 401
    depot.control("POST", "tokens", {"token": "reads", "scopes": ["orders_read"]})
    assert depot.call("GET", "order", token="reads").status_code == 200
    assert depot.call("POST", "order", body_of("A-1"), token="reads").status_code == 403
    scopes = {c["name"]: c["scopes"] for c in depot.ask("GET", "channel")["items"]}
    assert "orders_write" in scopes["Tieout"]
    assert "orders_write" not in scopes["ShipBob Default"]


def test_a_version_that_is_not_served_is_not_there(depot: Depot) -> None:
    statuses = [depot.call("GET", "order", version=v).status_code for v in ("2026-07", "2026-01", "2025-07", "1.0")]
    assert statuses == [200, 200, 404, 404]


def test_a_minute_slides_and_every_answer_says_what_is_left_of_it(depot: Depot) -> None:
    depot.control("PUT", "quota", {"per_minute": 3})
    depot.clock(120)
    left = [depot.call("GET", "order").headers["x-remaining-calls"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = depot.call("GET", "order")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["x-retry-after"]) <= 61
    depot.clock(181)
    assert depot.call("GET", "order").status_code == 200


def test_orders_are_paged_by_number_and_filtered_by_what_happened_to_them(depot: Depot) -> None:
    depot.stock("MUG", 20)
    for number in range(5):
        depot.order(f"A-{number}")
    answer = depot.call("GET", "order", Limit="2", SortOrder="Oldest")
    assert [order["reference_id"] for order in answer.json()] == ["A-0", "A-1"]
    following = depot.call("GET", answer.headers["next-page"])
    assert [order["reference_id"] for order in following.json()] == ["A-2", "A-3"]
    last = depot.call("GET", following.headers["next-page"])
    assert [order["reference_id"] for order in last.json()] == ["A-4"]
    assert "next-page" not in last.headers
    depot.ship("A-3")
    assert [o["reference_id"] for o in depot.ask("GET", "order", HasTracking="true")] == ["A-3"]
    assert len(depot.ask("GET", "order", HasTraking="true")) == 5
    depot.clock(3600)
    depot.ship("A-1")
    at = depot.ask("GET", "order", ReferenceIds="A-1")[0]["shipments"][0]["last_update_at"]
    assert [o["reference_id"] for o in depot.ask("GET", "order", LastUpdateStartDate=at)] == ["A-1"]
    assert depot.call("GET", "order", LastUpdateStartDate="yesterday").status_code == 400


def test_a_despatch_that_was_told_is_marked_and_is_not_listed_again(depot: Depot) -> None:
    depot.stock("MUG", 5)
    shipment = depot.order("A-1")["shipments"][0]["id"]
    depot.ship("A-1")
    wanted = {"HasTracking": "true", "IsTrackingUploaded": "false"}
    assert len(depot.ask("GET", "order", **wanted)) == 1
    done = depot.ask(
        "POST", "shipment:batchUpdateTrackingUpload", {"shipment_ids": [shipment, 7], "is_tracking_uploaded": True}
    )
    assert done["summary"] == {"total": 2, "successful": 1, "failed": 1}
    assert depot.ask("GET", "order", **wanted) == []


def test_two_lines_of_one_product_are_one_entry_of_a_shipment_but_stay_apart_in_the_ledger(depot: Depot) -> None:
    depot.stock("MUG", 9)
    made = depot.order("A-1", {"reference_id": "MUG", "quantity": 2}, {"reference_id": "MUG", "quantity": 3})
    assert [line["external_line_id"] for line in made["products"]] == [10, 11]
    assert len(made["shipments"][0]["products"]) == 1
    depot.ship("A-1", lines=[{"line": 10}, {"line": 11, "quantity": 1}], rest="close")
    assert units(depot.get(made)["shipments"][0]) == {"MUG": 3}
    (ledger,) = depot.control("GET", "ledgers/shipped")["orders"]
    assert [line["shipped"] for line in ledger["lines"]] == [{"MUG": 2}, {"MUG": 1}]


def test_products_are_found_by_their_stock_code_and_made_with_a_variant(depot: Depot) -> None:
    depot.stock("MUG", 4)
    (found,) = depot.ask("GET", "product", SKU="MUG")["items"]
    assert found["variants"][0]["inventory"] == {"inventory_id": depot.items["MUG"], "on_hand_qty": 4}
    (bundle,) = depot.ask("GET", "product", SKU="SET")["items"]
    assert [part["quantity"] for part in bundle["variants"][0]["bundle_definition"]] == [2, 1]
    made = depot.ask("POST", "product", {"name": "Jug", "variants": [{"sku": "JUG"}]})
    assert depot.ask("GET", f"product/{made['id']}/variants")[0]["sku"] == "JUG"
    again = depot.call("POST", "product", {"name": "Jug", "variants": [{"sku": "JUG"}]})
    assert (again.status_code, again.headers["content-type"]) == (400, "application/problem+json")


def test_several_shipments_are_cancelled_in_one_call_each_with_its_own_end(depot: Depot) -> None:
    depot.stock("MUG", 9)
    first, second = (depot.order(f"A-{number}")["shipments"][0]["id"] for number in range(2))
    depot.ship("A-0")
    done = depot.ask("POST", "shipment:batchCancel", {"shipment_ids": [first, second, 7]})["results"]
    assert [(one["shipment_id"], one["is_success"]) for one in done] == [(first, False), (second, True), (7, False)]
    assert depot.call("POST", "shipment:batchCancel", {"shipment_ids": [second]}, channel="").status_code == 400
