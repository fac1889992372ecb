"""Lists without totals, what every site holds, and what an account allows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.connectors.mintsoft.served import NOON, REFERENCE, Opening, Query, Row, Teller, order

from tieout.connectors.mintsoft import MintsoftWarehouse
from tieout.connectors.mintsoft.compat import STATUSES, Compat
from tieout.domain.documents.warehouse_stock import CountedStock
from tieout.ports.errors import BadAnswer

LIST = "/api/Order/List"
LEVELS = "/api/Product/StockLevels"


def numbered(order_id: int, number: str) -> Row:
    return order(order_id, OrderNumber=number, ExternalOrderReference=number)


def paged(*rows: Row) -> object:
    def page(query: Query) -> list[Row]:
        first = (int(query["PageNo"]) - 1) * int(query["Limit"])
        return list(rows[first : first + int(query["Limit"])])

    return page


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_all_pages_are_read_up_to_the_short_or_empty_one(
    warehouse: MintsoftWarehouse, teller: Teller, count: int
) -> None:
    teller.says("GET", LIST, paged(*(numbered(at, f"{at:010}-1") for at in range(count))))
    assert list(warehouse.changed(None)) == [f"{at:010}-1" for at in range(count)]
    assert all("SinceLastUpdated" not in asked.query for asked in teller.calls(LIST))


def test_a_server_that_does_not_count_the_pages_is_a_bad_answer_and_no_endless_loop(
    warehouse: MintsoftWarehouse, teller: Teller
) -> None:
    teller.says("GET", LIST, [numbered(1, "1-1"), numbered(2, "2-1")])
    with pytest.raises(BadAnswer, match="does not count the pages"):
        list(warehouse.changed(None))


def test_where_a_short_page_is_not_the_last_it_is_asked_on_until_one_is_empty(opening: Opening, teller: Teller) -> None:
    teller.says("GET", LIST, [numbered(1, "1-1")])
    teller.says("GET", LIST, [numbered(2, "2-1")])
    teller.says("GET", LIST, [])
    assert list(opening(compat=Compat(stops_on_short_page=False)).changed(None)) == ["1-1", "2-1"]


def test_a_row_that_slips_to_an_earlier_page_while_they_are_read_is_told_in_a_second_pass(
    warehouse: MintsoftWarehouse, teller: Teller
) -> None:
    first, second, third, fourth = (numbered(at, f"{at}-1") for at in range(1, 5))
    for page in ([first, second], [fourth], [second, third], [fourth]):
        teller.says("GET", LIST, page)
    assert list(warehouse.changed(None)) == ["1-1", "2-1", "4-1", "3-1"]


def test_changes_are_asked_for_in_the_accounts_zone_a_little_early(opening: Opening, teller: Teller) -> None:
    teller.says("GET", LIST, [])
    list(opening(client_id=3).changed(datetime(2026, 7, 20, 12, 0, tzinfo=UTC)))
    (asked,) = teller.calls(LIST)
    assert asked.query["SinceLastUpdated"] == "2026-07-20T12:50:00"
    assert asked.query["ClientId"] == "3"


def test_a_changed_part_names_the_request_that_it_was_split_off(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    part = order(2301, OrderNumber="M-2301", ExternalOrderReference=None, Part=2, NumberOfParts=2)
    teller.says("GET", LIST, [part])
    teller.says("GET", "/api/Order/2301/Splits", [{"OrderId": 2207, "SplitOrderId": 2301}])
    teller.says("GET", "/api/Order/2207", order())
    assert set(warehouse.changed(None)) == {REFERENCE, "M-2301"}


def test_of_others_orders_what_stands_in_their_place_is_told(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    teller.says("GET", LIST, [order(1, OrderNumber="TEST CLIENT-1964", ExternalOrderReference="Web 7")])
    assert list(warehouse.changed(None)) == ["TEST CLIENT-1964", "Web 7"]


def level(sku: str, **changes: object) -> Row:
    return {"ProductId": 1, "WarehouseId": 3, "SKU": sku, "Level": 8, "TotalStockLevel": 11, "Bundle": False, **changes}


def test_every_site_is_counted_on_hand_with_quarantine_told_apart(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    shares = [{"Type": "Allocated", "Quantity": 3}, {"Type": "In Quarantine", "Quantity": 2}]
    rows = [
        level("BOOT", Breakdown=[*shares, {"Type": "Quarantine", "Quantity": 1}]),
        level("SOCK", Level=0, Breakdown=None),
        level("KIT", Bundle=True),
        level("HAT", WarehouseId=5),
    ]
    teller.says("GET", LEVELS, lambda query: rows if query["WarehouseId"] == "3" else [])
    leeds, bath = warehouse.stock()
    assert (leeds.site, leeds.taken_at, bath.site, bath.lines) == ("Leeds", NOON, "Bath", ())
    assert leeds.lines == (
        CountedStock(sku="BOOT", on_hand=Decimal(8), allocated=Decimal(3), quarantine=Decimal(3)),
        CountedStock(sku="SOCK", on_hand=Decimal(0)),
    )
    assert all(asked.query["Breakdown"] == "true" for asked in teller.calls(LEVELS))


def test_an_account_whose_buckets_add_up_otherwise_can_say_so(opening: Opening, teller: Teller) -> None:
    teller.says("GET", LEVELS, [level("BOOT", Breakdown=[{"Type": "Quarantine", "Quantity": 2}])])
    assumed = Compat(on_hand_field="totalstocklevel", on_hand_holds_quarantine=True)
    (snapshot,) = opening(compat=assumed, warehouses={"Leeds": 3}).stock()
    assert [(line.on_hand, line.quarantine) for line in snapshot.lines] == [(Decimal(9), Decimal(2))]


def test_another_clients_stock_is_left_out(opening: Opening, teller: Teller) -> None:
    teller.says("GET", LEVELS, [level("BOOT", ClientId=3), level("THEIRS", ClientId=8)])
    (snapshot,) = opening(client_id=3, warehouses={"Leeds": 3}).stock()
    assert [line.sku for line in snapshot.lines] == ["BOOT"]


def everything_well(teller: Teller) -> None:
    teller.says("GET", "/api/Warehouse", [{"ID": 3, "Name": "Leeds"}, {"ID": 5, "Name": "Bath"}])
    teller.says("GET", "/api/Order/Statuses", [{"ID": each, "Name": STATUSES[each][0]} for each in STATUSES])
    teller.says("GET", "/api/RefData/Countries", [{"ID": 1, "Code": "GB"}])


def test_an_account_that_is_as_configured_has_nothing_to_do(warehouse: MintsoftWarehouse, teller: Teller) -> None:
    everything_well(teller)
    report = warehouse.examine()
    assert [finding.subject for finding in report.findings if not finding.is_well] == []
    assert {asked.verb for asked in teller.asked} == {"GET"}


def test_what_is_not_as_configured_is_found_and_a_question_that_fails_is_a_finding(
    opening: Opening, teller: Teller
) -> None:
    teller.says("GET", "/api/Warehouse", [{"ID": 3, "Name": "Leeds"}])
    teller.says("GET", "/api/Order/Statuses", [{"ID": 42, "Name": "LOSTINSPACE"}])
    teller.says("GET", "/api/RefData/Countries", {}, status=500)
    teller.says("GET", "/api/Courier/Services", [{"ID": 7, "Name": "DPD Next Day"}])
    report = opening(courier_service="Owl").examine()
    poor = {finding.subject: finding.says for finding in report.findings if not finding.is_well}
    assert set(poor) == {"warehouses", "statuses", "courier service", "country"}
    assert "Bath (5)" in poor["warehouses"]
    assert "42 LOSTINSPACE" in poor["statuses"]


def test_a_site_that_must_be_chosen_is_found(opening: Opening, teller: Teller) -> None:
    everything_well(teller)
    report = opening(default_site="", courier_service="7").examine()
    poor = {finding.subject: finding.says for finding in report.findings if not finding.is_well}
    assert "set default_site" in poor["warehouses"]


def test_a_time_zone_that_puts_changes_ahead_of_now_is_found(opening: Opening, teller: Teller) -> None:
    everything_well(teller)
    teller.says("GET", LIST, [order(LastUpdated="2026-11-20T11:59:00.1234567"), order(2, LastUpdated=None)])
    poor = {
        zone: [finding.subject for finding in opening(time_zone=zone).examine().findings if not finding.is_well]
        for zone in ("Europe/London", "America/Chicago")
    }
    assert poor == {"Europe/London": [], "America/Chicago": ["times"]}
