from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import House, Json

ALWAYS = {"FromDate": "2000-01-01", "ToDate": "2100-01-01"}


def bucket(house: House, sku: str, site: str = "MAIN") -> Json:
    rows = house.ask("GET", f"Product/{house.products[sku]}/Inventory")
    found: Json = next(row for row in rows if row["WarehouseId"] == house.sites[site])
    return found


def flows(house: House, sku: str, **more: object) -> list[tuple[str, int, str]]:
    found = house.ask("GET", f"Product/{house.products[sku]}/StockFlow/Filtered", **{**ALWAYS, **more})
    return [(row["Flow"], row["Quantity"], row["Reason"]) for row in found[::-1]]


def adjust(house: House, action: str, sku: str, quantity: int, **more: object) -> None:
    house.control("POST", f"stock/{action}", {"sku": sku, "warehouse": "MAIN", "quantity": quantity, **more})


def test_every_bucket_is_a_figure_of_its_own(house: House) -> None:
    house.order("SO1", {"MUG": 4})
    adjust(house, "adjust", "MUG", 6, location="BULK-1")
    adjust(house, "quarantine", "MUG", 2, location="A1", reason="Cracked")
    adjust(house, "scrap", "MUG", 1, location="A1")
    notice = house.control("POST", "asn", {"warehouse": "MAIN", "reference": "PO1", "items": {"MUG": 30}})["id"]
    house.control("POST", f"asn/{notice}/ship")
    house.control("POST", f"asn/{notice}/receive", {"items": {"MUG": 9}})
    house.control("POST", f"asn/{notice}/book", {"items": {"MUG": 5}})
    adjust(house, "transfer", "MUG", 1, to="NORTH", in_transition=True, location="A1")
    house.order("SO2", {"MUG": 20})
    row = bucket(house, "MUG")
    figures = {
        "StockLevel": 17,
        "Allocated": 11,
        "OnHand": 0,
        "OffHand": 6,
        "AwaitingReplen": 0,
        "OnOrder": 25,
        "RequiredByBackOrder": 13,
        "InQuarantine": 2,
        "InTransit": 21,
        "InTransition": 0,
        "Scrapped": 1,
    }
    assert {name: row[name] for name in figures} == figures
    assert bucket(house, "MUG", "NORTH")["InTransition"] == 1


def test_the_level_is_what_is_free_the_total_what_lies_there_and_quarantine_is_in_neither(house: House) -> None:
    house.order("SO1", {"MUG": 4})
    adjust(house, "quarantine", "MUG", 2, reason="Cracked")
    (row,) = house.ask("GET", "Product/StockLevels", SKU="MUG", WarehouseId=house.sites["MAIN"], Breakdown="true")
    assert (row["Level"], row["TotalStockLevel"]) == (4, 8)
    assert {(b["Type"], b["Quantity"]) for b in row["Breakdown"]} == {("Stock", 8), ("Quarantine", 2)}
    house.control("PUT", "settings", {"on_hand": "physical"})
    assert house.ask("GET", "Product/StockLevels", SKU="MUG", WarehouseId=0)[0]["Level"] == 8


def test_a_blank_warehouse_shows_each_and_nought_their_sum_and_raw_levels_leave_bundles_out(house: House) -> None:
    adjust(house, "transfer", "MUG", 3, to="NORTH")
    rows = house.ask("GET", "Product/StockLevels", SKU="MUG")
    assert [row["TotalStockLevel"] for row in rows] == [7, 3]
    (summed,) = house.ask("GET", "Product/StockLevels", SKU="MUG", WarehouseId=0)
    assert (summed["WarehouseId"], summed["TotalStockLevel"]) == (0, 10)
    (bundle,) = house.ask("GET", "Product/StockLevels", SKU="SET", WarehouseId=house.sites["MAIN"])
    assert (bundle["Bundle"], bundle["Level"]) == (True, 3)
    raw = house.ask("GET", "Product/StockLevelsByWarehouse", WarehouseId=house.sites["NORTH"])
    assert [row["SKU"] for row in raw] == ["MUG"]
    assert house.call("GET", "Product/StockLevelsByWarehouse").status_code == 400


def test_the_ledger_of_a_product_names_flow_and_reason_and_leaves_orders_out_unless_asked(house: House) -> None:
    order = house.order("SO1", {"BOWL": 2})
    house.act(order, "despatch")
    adjust(house, "adjust", "BOWL", 5, reason="Found behind the rack")
    adjust(house, "adjust", "BOWL", -1, reason="Miscounted")
    adjust(house, "scrap", "BOWL", 1, reason="Dropped")
    adjust(house, "quarantine", "BOWL", 2)
    adjust(house, "unquarantine", "BOWL", 1)
    adjust(house, "transfer", "BOWL", 1, to="NORTH")
    by_hand = [
        ("IN", 3, "StockIn - Opening stock"),
        ("IN", 5, "StockIn - Found behind the rack"),
        ("OUT", 1, "StockOut - Miscounted"),
        ("SCRAP", 1, "Scrap - Dropped"),
        ("OUT", 2, "Quarantine"),
        ("IN", 1, "UnQuarantine"),
        ("TRANSFER", -1, "Transfer"),
        ("TRANSFER", 1, "Transfer"),
    ]
    assert flows(house, "BOWL") == by_hand
    with_orders = flows(house, "BOWL", IncludeOrders="true")
    assert set(with_orders) - set(by_hand) == {("ALLOCATE", 2, "Allocate"), ("OUT", 2, "Despatch")}
    assert flows(house, "BOWL", Types="SCRAP;TRANSFER", WarehouseId=house.sites["NORTH"]) == [
        ("TRANSFER", 1, "Transfer")
    ]
    newest = house.ask("GET", "Product/0/StockFlow/Filtered", SKU="BOWL", IncludeDetails="true", **ALWAYS)[0]
    assert (newest["StockLevel"], newest["StockFlowDetails"][0]["Location"]) == (1, "UNASSIGNED")
    assert house.call("GET", f"Product/{house.products['BOWL']}/StockFlow/Filtered").status_code == 400


def test_products_whose_stock_changed_since_are_named_by_id_only(house: House) -> None:
    house.clock_at(datetime(2031, 7, 1, 12, 0, tzinfo=UTC))
    adjust(house, "adjust", "BOWL", 1)
    house.clock_at(datetime(2031, 7, 2, 12, 0, tzinfo=UTC))
    house.order("SO1", {"MUG": 1})
    since = "Product/StockLevels/UpdatedSince"
    bowl, mug = house.products["BOWL"], house.products["MUG"]
    assert house.ask("GET", since, FromDate="2031-07-01T13:00:00") == [mug, bowl]
    assert house.ask("GET", since, FromDate="2031-07-02T13:00:00.0000000") == [mug]
    assert house.ask("GET", since, FromDate="2031-07-02T13:30:00") == []


def test_a_move_within_the_house_is_a_movement_and_no_line_of_the_ledger(house: House) -> None:
    before = flows(house, "BOWL")
    adjust(house, "move", "BOWL", 2, to_location="A1", reason="Tidy")
    assert flows(house, "BOWL") == before
    moves = house.ask("GET", f"Warehouse/{house.sites['MAIN']}/StockMovements", Limit=100)
    last = moves[-1]
    assert (last["ProductSKU"], last["Quantity"], last["SourceLocationName"], last["DestinationLocationName"]) == (
        "BOWL",
        2,
        "UNASSIGNED",
        "A1",
    )
    assert last["Comment"] == "TransferLocation - Tidy"


def test_stock_is_moved_over_the_api_and_what_is_not_there_is_refused(house: House) -> None:
    body = {"ProductId": house.products["BOWL"], "WarehouseId": house.sites["MAIN"], "Quantity": 2, "Comment": "Gone"}
    assert house.ask("POST", "Warehouse/StockMovement", body, Action=1)["Success"] is True
    told = house.ask("POST", "Warehouse/StockMovement", body, Action=1)
    assert (told["Success"], told["Message"]) == (False, "Not enough stock available of BOWL")
    assert house.ask("POST", "Warehouse/StockMovement", body, Action=5)["Success"] is False
    told = house.ask(
        "POST",
        "Product/BulkOnHandStockUpdate",
        [{"SKU": "BOWL", "WarehouseId": house.sites["MAIN"], "Quantity": 9}, {"SKU": "NIL", "WarehouseId": 1}],
    )
    assert [row["Success"] for row in told] == [True, False]
    assert house.stock("BOWL")["stock_level"] == 9


def test_what_is_promised_to_orders_cannot_be_taken_out(house: House) -> None:
    house.order("SO1", {"BOWL": 2})
    house.control("POST", "stock/scrap", {"sku": "BOWL", "warehouse": "MAIN", "quantity": 2}, status=409)
    assert house.stock("BOWL")["scrapped"] == 0


def test_a_notice_is_counted_first_and_only_booking_changes_stock(house: House) -> None:
    body = {
        "WarehouseId": house.sites["MAIN"],
        "POReference": "PO77",
        "Items": [{"SKU": "BOWL", "Quantity": 6, "SourceLineId": "12"}],
    }
    notice = house.ask("PUT", "ASN", body)["ID"]
    (item,) = house.ask("GET", f"ASN/{notice}")["Items"]
    told = house.ask("POST", f"ASN/{notice}/Items/Receive", [{"ASNItemId": item["ID"], "Quantity": 5}])
    assert (told["Success"], house.stock("BOWL")["stock_level"]) == (True, 3)
    house.control("POST", f"asn/{notice}/book", {"items": {"BOWL": 4}, "location": "A1"})
    (item,) = house.ask("GET", f"ASN/{notice}")["Items"]
    assert (item["QuantityExpected"], item["QuantityReceieved"], item["QuantityBooked"]) == (6, 5, 4)
    assert (item["SourceLineId"], item["Complete"], item["ASNItemAllocations"][0]["Quantity"]) == ("12", False, 4)
    assert house.stock("BOWL")["stock_level"] == 7
    assert flows(house, "BOWL")[-1] == ("IN", 4, f"ASNStockIN - ASN {notice} PO77")
    assert house.ask("GET", f"ASN/{notice}/BookIn")["Success"] is True
    assert house.ask("GET", f"ASN/{notice}/BookIn")["Success"] is False
    (listed,) = house.ask("GET", "ASN/List", ASNStatusId="5;6")
    assert (listed["ASNStatusId"], listed["Items"], house.stock("BOWL")["stock_level"]) == (6, None, 8)
    assert house.ask("GET", "ASN/List", ASNStatusId="1;2") == []
    assert house.ask("GET", "ASN/List", IncludeASNItems="true")[0]["Items"][0]["QuantityBooked"] == 5


def test_a_serial_number_is_in_stock_once_and_a_batch_is_needed_where_they_are_kept(house: House) -> None:
    body = {"sku": "DRILL", "warehouse": "MAIN", "quantity": 1}
    for wrong in ({**body, "serial": "S1"}, body, {**body, "sku": "PASTE"}):
        house.control("POST", "stock/adjust", wrong, status=409)
    house.control("POST", "stock/adjust", {**body, "serial": "S4"})
    assert (house.stock("DRILL")["stock_level"], house.stock("PASTE")["stock_level"]) == (4, 4)


def test_a_return_brings_no_more_back_than_was_sent(house: House) -> None:
    order = house.order("SO1", {"MUG": 2})
    house.act(order, "despatch")
    back = house.ask("POST", f"Return/CreateReturn/{order}")["ID"]
    item = {"ProductId": house.products["MUG"], "Quantity": 2, "ReturnReasonId": 2}
    assert house.ask("POST", f"Return/{back}/AddItem", {**item, "Quantity": 3})["Success"] is False
    number = house.ask("POST", f"Return/{back}/AddItem", item)["ID"]
    ward = next(
        row["ID"]
        for row in house.ask("GET", f"Warehouse/{house.sites['MAIN']}/Location/All")
        if row["LocationType"] == "QUARANTINE"
    )
    params = {"returnItemId": number, "quantity": 2, "locationId": ward}
    assert house.ask("POST", f"Return/{back}/AllocateItemLocation", **params)["Success"] is True
    assert house.ask("POST", f"Return/{back}/Confirm")["Success"] is True
    found = house.ask("GET", f"Return/{back}")
    assert (found["Confirmed"], found["ReturnItems"][0]["LeftToPutAway"]) == (True, 0)
    assert (house.stock("MUG")["stock_level"], house.stock("MUG")["quarantined"]) == (8, 2)
    assert flows(house, "MUG") == [("IN", 10, "StockIn - Opening stock")]
    assert flows(house, "MUG", IncludeReturns="true")[1:] == [("IN", 2, "Return"), ("OUT", 2, "Quarantine")]


def test_a_search_for_products_finds_too_much_and_a_short_barcode_another_product(house: House) -> None:
    found = house.ask("GET", "Product/Search", Search="mug")
    assert [row["SKU"] for row in found] == ["MUG", "MUG-RED"]
    assert house.ask("GET", "Product/SearchBarcode", Barcode="000001")["SKU"] == "MUG"
    assert house.call("GET", "Product/SearchBarcode", Barcode="99999999").status_code == 404
    assert house.call("GET", "Product/Search", Search="nil").status_code == 404
