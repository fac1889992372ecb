"""Items, their groups, units, places and attachments, written and read through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.sage200.conftest import Json, Sage


def mug(sage: Sage) -> int:
    return sage.id_of("products", "code eq 'MUG'")


def new_item(sage: Sage, **more: Json) -> Json:
    body = {
        "code": "LAMP",
        "name": "Lamp",
        "product_group_id": sage.id_of("product_groups", "code eq 'GOODS'"),
        "warehouse_holdings": [{"warehouse_id": sage.id_of("warehouses", "name eq 'HOME'"), "reorder_level": 5}],
    }
    return sage.post("products", body | more)


def test_an_item_is_entered_with_its_places_and_read_back_as_it_was_sent(sage: Sage) -> None:
    sent = {
        "manufacturer": "Lumen",
        "weight": 1.2345,
        "analysis_code_3": "LIGHT",
        "spare_number_2": 0.00001,
        "spare_bool_1": True,
        "spare_date_1": "2026-01-31T00:00:00Z",
        "landed_costs_percentage": 2.5,
        "standard_cost": 3.14159,
    }
    made = new_item(sage, **sent)
    assert {name: made[name] if isinstance(made[name], str | bool) else float(made[name]) for name in sent} == sent
    holding = sage.get(f"products/{made['id']}/warehouse_holdings", expand="bin_holdings")[0]
    assert (holding["reorder_level"], holding["bin_holdings"][0]["name"]) == (5, "Unspecified")
    assert sage.get("products", filter="manufacturer eq 'Lumen'")[0]["id"] == made["id"]


def test_an_item_needs_a_place_a_known_group_and_a_code_of_its_own(sage: Sage) -> None:
    assert new_item(sage)["code"] == "LAMP"
    group = {"product_group_id": sage.id_of("product_groups", "code eq 'GOODS'")}
    body = {"code": "OTHER", "name": "Other", **group}
    assert "warehouse holding" in sage.refused("products", body)
    assert "already exists" in sage.refused("products", body | {"code": "lamp"})
    assert "does not exist" in sage.refused("products", body | {"product_group_id": 999})
    assert "maximum length is 30" in sage.refused("products", body | {"code": "X" * 31})
    assert "not valid" in sage.refused("products", body | {"fulfilment_method_type": "Somehow"})


def test_code_stays_and_group_and_tracing_stay_once_an_item_has_moved(sage: Sage) -> None:
    path = f"products/{mug(sage)}"
    changed = sage.put(path, {"name": "Big mug", "product_status_type": "EnumStockItemStatusTypeInactive"})
    assert changed["name"] == "Big mug"
    assert changed["inactivation_date"] == "2026-11-20T00:00:00Z"
    average = sage.id_of("product_groups", "code eq 'GOODS-AVG'")
    assert "cannot be changed" in sage.refused(path, {"code": "MUG2"}, "PUT")
    assert "has movements" in sage.refused(path, {"product_group_id": average}, "PUT")
    assert "has movements" in sage.refused(path, {"traceable_type": "EnumTraceableTypeBatch"}, "PUT")
    made = new_item(sage)
    assert sage.put(f"products/{made['id']}", {"product_group_id": average})["product_group_id"] == average


def test_only_an_item_without_history_is_deleted(sage: Sage) -> None:
    made = new_item(sage, memos=[{"note": "x"}])
    assert sage.call("DELETE", f"products/{made['id']}").status_code == 200
    assert sage.call("GET", f"products/{made['id']}").status_code == 404
    assert sage.get("product_memos") == []
    assert "has movements" in sage.refused(f"products/{mug(sage)}", None, "DELETE")


def test_a_copy_has_what_the_flags_ask_for(sage: Sage) -> None:
    sage.post("product_memos", {"product_id": mug(sage), "note": "Fragile"})
    flags = {"source_id": mug(sage), "new_code": "MUG-B", "new_name": "Blue mug", "memos": True, "locations": True}
    copy = sage.post("products_duplicate", flags)
    assert (copy["code"], copy["name"], copy["free_stock_quantity"]) == ("MUG-B", "Blue mug", 0)
    assert len(sage.get("product_memos", filter=f"product_id eq {copy['id']}")) == 1
    assert len(sage.get(f"products/{copy['id']}/warehouse_holdings")) == 2
    assert sage.get(f"products/{copy['id']}", expand="alternative_products")["alternative_products"] == []


@pytest.mark.parametrize(
    ("path", "field"), [("alternative_products", "alternative"), ("cross_sell_products", "cross_sell")]
)
def test_an_item_can_offer_others(sage: Sage, path: str, field: str) -> None:
    candle = sage.id_of("products", "code eq 'CANDLE'")
    body = {"product_id": mug(sage), f"{field}_product_id": candle}
    made = sage.post(path, body)
    view = sage.one(f"{field}_product_views", f"product_id eq {mug(sage)}")
    assert (view["product_code"], view[f"{field}_product_code"]) == ("MUG", "CANDLE")
    assert sage.get(f"products/{mug(sage)}")[f"has_{path}"] is True
    assert "already" in sage.refused(path, body)
    assert "own" in sage.refused(path, body | {f"{field}_product_id": mug(sage)})
    sage.call("DELETE", f"{path}/{made['id']}")
    assert sage.get(path) == []


def test_lists_in_an_item_are_added_changed_and_removed_by_id(sage: Sage) -> None:
    path = f"products/{mug(sage)}"
    sage.put(path, {"memos": [{"note": "one"}, {"note": "two"}]})
    one, two = sage.get(path, expand="memos")["memos"]
    sage.put(path, {"memos": [{"id": one["id"], "is_to_delete": True}, {"id": two["id"], "note": "three"}]})
    left = sage.get(path, expand="memos")["memos"]
    assert [(memo["note"], memo["created_by"], memo["is_active"]) for memo in left] == [("three", "TIEOUT", True)]


def test_a_supplier_of_an_item_may_be_the_preferred_one(sage: Sage) -> None:
    body = {"product_id": mug(sage), "supplier_id": 1, "list_price": 2.5, "lead_time": 3, "is_preferred": True}
    made = sage.post("product_suppliers", body)
    assert (float(made["list_price"]), made["lead_time"]) == (2.5, 3)
    assert sage.get(f"products/{mug(sage)}")["has_preferred_supplier"] is True
    changed = sage.put(f"product_suppliers/{made['id']}", {"lead_time": 9})
    assert (changed["lead_time"], float(changed["list_price"])) == (9, 2.5)


def test_an_item_sells_in_several_units(bare_sage: Sage) -> None:
    box = {"unit": "Pack of 6", "multiple": 6}
    stock = [{"warehouse": "HOME", "bin": "A1", "quantity": "20", "unit_cost": "1"}]
    item = {"code": "MUG", "standard_price": "2.00", "units": [box], "stock": stock}
    bare_sage.control("POST", "load", {"products": [item], "customers": [{"reference": "SHOP"}]})
    found = bare_sage.get(f"products/{mug(bare_sage)}", expand="units")["units"]
    assert {(unit["unit_type"], unit["multiple_of_base_unit"]) for unit in found} == {
        ("Base", 1),
        ("Stock", 1),
        ("Additional", 6),
    }
    unit_id = bare_sage.id_of("units", "name eq 'Pack of 6'")
    order = bare_sage.order(quantity=2, to_allocate_quantity=2, selling_unit_id=unit_id)
    line = order["lines"][0]
    assert (line["line_quantity"], line["stock_unit_line_quantity"]) == (2, 12)
    sent = {"sop_order_return_id": order["id"], "items": [{"id": line["id"], "quantity": 12}]}
    bare_sage.post("sop_confirm_despatch", sent)
    moved = bare_sage.one("product_transaction_views", "transaction_type eq 'Out - SOP'")
    assert moved["quantity"] == 12
    bare_sage.proofs()


def test_services_have_no_stock_levels_and_are_despatched_without_an_allocation(sage: Sage) -> None:
    sage.control("POST", "load", {"products": [{"code": "WRAP", "group": "SERVICES", "standard_price": "1.00"}]})
    order = sage.order(quantity=1, product_id=sage.id_of("products", "code eq 'WRAP'"))
    line = order["lines"][0]
    assert "not allocated" in sage.refused(
        f"sop_orders/{order['id']}", {"lines": [{"id": line["id"], "to_allocate_quantity": 1}]}, "PUT"
    )
    sent = {"sop_order_return_id": order["id"], "items": [{"id": line["id"], "quantity": 1}]}
    sage.post("sop_confirm_despatch", sent)
    assert sage.get("product_transaction_views", filter="product_code eq 'WRAP'") == []
    assert sage.get(f"sop_orders/{order['id']}")["lines"][0]["despatch_receipt_quantity"] == 1
    sage.proofs()


def test_warehouses_are_entered_renamed_and_deleted_when_nothing_is_held_there(sage: Sage) -> None:
    made = sage.post("warehouses", {"name": "SHOP", "city": "Leeds", "use_for_sales_trading": False})
    assert (made["city"], made["use_for_sales_trading"], made["warehouse_type"]) == ("Leeds", False, "Normal")
    path = f"warehouses/{made['id']}"
    assert sage.put(path, {"name": "SHOP 2"})["city"] == "Leeds"
    assert "already exists" in sage.refused("warehouses", {"name": "home"})
    holding = sage.post("warehouse_holdings", {"product_id": mug(sage), "warehouse_id": made["id"]})
    assert "holds stock items" in sage.refused(path, None, "DELETE")
    sage.call("DELETE", f"warehouse_holdings/{holding['id']}")
    assert sage.call("DELETE", path).status_code == 200


def test_the_warehouses_of_the_system_are_listed_but_hidden_from_the_views_and_left_alone(sage: Sage) -> None:
    own = sage.one("warehouses", "warehouse_type eq 'Supplier returns'")
    assert "system's own" in sage.refused(f"warehouses/{own['id']}", {"name": "MINE"}, "PUT")
    sage.post("warehouse_holdings", {"product_id": mug(sage), "warehouse_id": own["id"]})
    for view in ("product_warehouse_views", "product_warehouse_bin_views"):
        shown = {row["warehouse_name"] for row in sage.get(view, filter=f"product_id eq {mug(sage)}")}
        assert shown == {"HOME", "QUARANTINE"}


def test_holdings_change_their_levels_and_end_only_when_empty(sage: Sage) -> None:
    holding = sage.one("warehouse_holdings", f"product_id eq {mug(sage)} and warehouse_name eq 'HOME'")
    path = f"warehouse_holdings/{holding['id']}"
    assert sage.put(path, {"minimum_level": 2, "maximum_level": 9})["maximum_level"] == 9
    assert "below the minimum" in sage.refused(path, {"minimum_level": 10}, "PUT")
    assert "not empty" in sage.refused(path, None, "DELETE")
    body = {"warehouse_holding_id": holding["id"], "product_id": mug(sage), "name": "NEW", "spare_text_1": "x"}
    place = sage.post("bin_holdings", body)
    assert (place["allocation_priority"], place["spare_text_1"]) == (9, "x")
    there = f"bin_holdings/{place['id']}"
    assert sage.put(there, {"allocation_priority": 3})["allocation_priority"] == 3
    assert "cannot be changed" in sage.refused(there, {"name": "OTHER"}, "PUT")
    assert sage.call("DELETE", there).status_code == 200
    assert sage.call("GET", there).status_code == 404


def test_places_are_found_below_products_and_warehouses_alike(sage: Sage) -> None:
    home = sage.id_of("warehouses", "name eq 'HOME'")
    one = sage.get(f"products/{mug(sage)}/warehouses/{home}/warehouse_holdings")
    assert one == sage.get(f"warehouses/{home}/products/{mug(sage)}/warehouse_holdings")
    assert [row["warehouse_name"] for row in one] == ["HOME"]
    assert {row["name"] for row in sage.get(f"products/{mug(sage)}/warehouses")} == {"HOME", "QUARANTINE"}
    group = sage.id_of("product_groups", "code eq 'GOODS'")
    assert [row["code"] for row in sage.get(f"product_groups/{group}/products")] == ["MUG"]


def test_items_are_searched_by_the_values_of_their_categories(sage: Sage) -> None:
    blue = sage.one("search_values", "name eq 'Blue'")
    value = {"search_category_id": blue["search_category_id"], "search_value_id": blue["id"]}
    assert sage.post("product_search", {"search_category_values": [value]})["matching_products"] == []
    sage.put(f"products/{mug(sage)}", {"search_category_values": [value]})
    found = sage.post("product_search", {"search_category_values": [value]})
    assert [(item["code"], item["free_stock_quantity"]) for item in found["matching_products"]] == [("MUG", 20)]
    red = value | {"search_value_id": sage.id_of("search_values", "name eq 'Red'")}
    assert sage.post("product_search", {"search_category_values": [red]})["matching_products"] == []


def test_trading_figures_tell_what_was_sold_and_bought_this_period(sage: Sage) -> None:
    line = {"product": "MUG", "quantity": "3"}
    sage.control("POST", "load", {"orders": [{"customer": "SHOP", "lines": [line], "despatched": True}]})
    bought = {"product": "MUG", "bin": "A1", "quantity": "2", "unit_cost": "4.50"}
    sage.control("POST", "desktop/goods-in", bought)
    sold = sage.get(f"product_sales_figures/{mug(sage)}", filter="no_of_periods eq 2")
    assert (sold["quantity_sold_this_period"], sold["value_sold_this_period"]) == (3, 30)
    assert [period["profit_value"] for period in sold["periods"]] == [18, 0]
    figures = sage.get(f"product_purchase_figures/{mug(sage)}")
    assert (figures["quantity_bought_this_period"], figures["value_bought_this_period"]) == (2, 9)
    elsewhere = sage.get(f"product_sales_figures/{mug(sage)}", filter="warehouse_name eq 'QUARANTINE'")
    assert elsewhere["quantity_sold_this_period"] == 0


@pytest.mark.parametrize(
    ("condition", "order"),
    [
        ("id gt 1", "id"),
        ("id gt 1", "id desc"),
        ("date_time_updated gt 2026-11-20T00:00:00Z", "id"),
        ("date_time_updated gt 2026-11-20T00:00:00Z", "date_time_updated"),
        ("reference eq 'X'", "id"),
        ("product_id eq 1 and id gt 1", "id"),
    ],
)
def test_the_movement_feed_is_read_from_an_index_however_long_it_is(sage: Sage, condition: str, order: str) -> None:
    asked: list[str] = []
    books = sage.system.books
    books.db.set_trace_callback(asked.append)
    try:
        sage.get("product_transaction_views", filter=condition, orderby=order, top="500")
    finally:
        books.db.set_trace_callback(None)
    main = next(sql for sql in asked if "LIMIT 500" in sql)
    steps = [str(row["detail"]) for row in books.rows(f"EXPLAIN QUERY PLAN {main}")]
    assert steps[0].startswith("SEARCH m USING"), steps
    assert not any(step.startswith("SCAN") for step in steps), steps


@pytest.mark.parametrize(
    ("sequence", "bin_name"),
    [
        ("EnumBinPriority", "A1"),
        ("Smallest quantity first", "B2"),
        ("Largest quantity first", "GOODS-IN"),
        ("FIFO", "GOODS-IN"),
    ],
)
def test_stock_is_allocated_in_the_fulfilment_sequence_of_the_item(
    bare_sage: Sage, sequence: str, bin_name: str
) -> None:
    stock = [
        {"warehouse": "HOME", "bin": name, "quantity": quantity, "unit_cost": "1"}
        for name, quantity in (("GOODS-IN", "9"), ("A1", "5"), ("B2", "3"))
    ]
    load = {"products": [{"code": "MUG", "stock": stock}], "customers": [{"reference": "SHOP"}]}
    bare_sage.control("POST", "load", load)
    bare_sage.put(f"products/{mug(bare_sage)}", {"fulfilment_sequence_type": sequence})
    bare_sage.order(quantity=2, to_allocate_quantity=2)
    assert bare_sage.one("bin_holdings", "quantity_allocated gt 0")["name"] == bin_name


def test_bins_chosen_for_a_despatch_give_no_more_than_was_chosen(sage: Sage) -> None:
    sage.control("POST", "desktop/move-stock", {"product": "MUG", "bin": "A1", "to_bin": "B2", "quantity": "10"})
    order = sage.order(quantity=20, to_allocate_quantity=5)
    key = order["lines"][0]["id"]
    sage.put(f"sop_orders/{order['id']}", {"lines": [{"id": key, "to_allocate_quantity": 10}]})
    places = {row["name"]: row["id"] for row in sage.get(f"products/{mug(sage)}/bin_holdings")}
    bins = [{"id": places["A1"], "quantity": 2}, {"id": places["B2"], "quantity": 1}]
    sent = {"sop_order_return_id": order["id"], "items": [{"id": key, "quantity": 3, "bin_items": bins}]}
    sage.post("sop_confirm_despatch", sent)
    out = sage.get("product_transaction_views", filter="transaction_type eq 'Out - SOP'")
    assert {row["bin_name"]: row["quantity"] for row in out} == {"A1": 2, "B2": 1}
    sage.proofs()


def test_nothing_is_received_of_an_item_without_stock_levels(sage: Sage) -> None:
    sage.control("POST", "load", {"products": [{"code": "WRAP", "group": "SERVICES", "standard_price": "1.00"}]})
    told = {"product": "WRAP", "bin": "A1", "quantity": "1", "unit_cost": "1"}
    assert "no stock levels" in sage.control("POST", "desktop/goods-in", told, expect=400)["error"]
    line = {"product": "WRAP", "quantity": "1"}
    load = {"orders": [{"customer": "SHOP", "lines": [line], "despatched": True}]}
    assert "no stock levels" in sage.control("POST", "load", load, expect=400)["error"]
