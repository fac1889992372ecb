from __future__ import annotations

from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING

import pytest

from tieout.sandbox.mintsoft.naive import read, written

if TYPE_CHECKING:
    from .conftest import House

SIGN_IN = {"Username": "user", "Password": "pass"}
DAY = 24 * 3600


def test_signing_in_answers_a_bare_text_that_is_good_for_a_day(house: House) -> None:
    key = house.ask("POST", "Auth", SIGN_IN)
    assert isinstance(key, str)
    house.key = key
    assert house.call("GET", "Warehouse").status_code == 200
    house.clock(DAY - 60)
    assert house.call("GET", "Warehouse").status_code == 200
    house.clock(DAY + 60)
    assert house.call("GET", "Warehouse").status_code == 401
    house.key = "key"
    assert house.call("GET", "Warehouse").status_code == 200


def test_a_wrong_password_or_key_is_a_401_and_the_key_belongs_into_the_header(house: House) -> None:
    assert house.call("POST", "Auth", {"Username": "user", "Password": "no"}).status_code == 401
    key, house.key = house.key, "wrong"
    assert house.call("GET", "Warehouse").status_code == 401
    assert house.client.get("/mintsoft/api/Warehouse", params={"APIKey": key}).status_code == 401
    house.control("PUT", "settings", {"query_key": True})
    assert house.client.get("/mintsoft/api/Warehouse", params={"APIKey": key}).status_code == 200


def test_a_key_can_be_made_to_expire_by_hand(house: House) -> None:
    house.key = house.ask("POST", "Auth", SIGN_IN)
    assert house.control("POST", "keys/expire") == {"expired": 1}
    assert house.call("GET", "Warehouse").status_code == 401


def test_a_limit_on_calls_answers_429_until_the_minute_is_over(house: House) -> None:
    house.control("PUT", "settings", {"requests_per_minute": 2})
    house.clock(DAY)
    assert [house.call("GET", "Warehouse").status_code for _ in range(3)] == [200, 200, 429]
    house.clock(DAY + 61)
    assert house.call("GET", "Warehouse").status_code == 200


def test_what_does_not_exist_is_a_404_and_what_cannot_be_read_a_400(house: House) -> None:
    for path in ("Order/1", "Order/1/Cancel", "Product/1", "ASN/1", "Return/1"):
        assert house.call("GET", path).status_code == 404
    answer = house.client.put("/mintsoft/api/Order", content=b"{", headers={"ms-apikey": house.key})
    assert (answer.status_code, answer.json()) == (400, {"Message": "The request is invalid."})
    assert house.call("PUT", "Order", []).status_code == 400


def test_reference_data_is_listed(house: House) -> None:
    assert [row["Code"] for row in house.ask("GET", "Warehouse")] == ["MAIN", "NORTH"]
    assert house.ask("GET", "Courier/Services")[0]["Name"] == "DPD Next Day"
    assert {"GB", "IE"} <= {row["Code"] for row in house.ask("GET", "RefData/Countries")}
    assert "EUR" in {row["Code"] for row in house.ask("GET", "RefData/Currencies")}


def test_a_lost_answer_to_a_get_that_acts_has_acted_once(house: House) -> None:
    order = house.order()
    house.temper(lost_reply=1, lost_reply_as="504", limit=1)
    assert house.call("GET", f"Order/{order}").status_code == 200
    assert house.call("GET", f"Order/{order}/Cancel").status_code == 504
    assert house.status(order) == 3
    assert house.effects().count("order.cancelled") == 1


def test_an_order_whose_answer_was_lost_is_found_by_its_number_and_refused_when_put_again(house: House) -> None:
    house.temper(lost_reply=1, lost_reply_as="500", limit=1)
    assert house.call("PUT", "Order", house.order_body("SO1", {"MUG": 1})).status_code == 500
    (found,) = house.ask("GET", "Order/Search", OrderNumber="SO1")
    (again,) = house.ask("PUT", "Order", house.order_body("SO1", {"MUG": 1}))
    assert (found["OrderStatusId"], again["Success"]) == (1, False)
    assert house.effects().count("order.created") == 1


def test_an_error_before_acting_has_not_acted(house: House) -> None:
    house.temper(error_before=1, limit=1)
    assert house.call("PUT", "Order", house.order_body("SO1", {"MUG": 1})).status_code in {502, 503}
    assert house.call("GET", "Order/Search", OrderNumber="SO1").status_code == 404


def test_a_stale_read_shows_the_order_before_it_left(house: House) -> None:
    order = house.order()
    house.ask("GET", f"Order/{order}")
    house.act(order, "despatch")
    house.temper(stale_read=1, limit=1)
    assert [house.status(order) for _ in range(2)] == [1, 4]


def test_despatch_cancel_delivery_and_split_are_told_to_the_one_who_registered_and_unsigned(house: House) -> None:
    order, other, silent = house.order("SO1", {"MUG": 3}), house.order("SO2"), house.order("SO3")
    house.listen(order)
    house.listen(other)
    part = house.act(order, "despatch", items={"MUG": 1})["part"]["id"]
    house.act(order, "despatch", parcels=[{"number": "T1"}])
    house.act(order, "deliver")
    house.ask("GET", f"Order/{other}/Cancel")
    house.act(silent, "despatch")
    heard = house.events()
    assert [event["code"] for event in heard] == [5, 1, 3, 2]
    split, despatched, _, cancelled = (event["body"] for event in heard)
    assert (split["OriginalOrder"]["ID"], split["NewOrder"]["ID"]) == (order, part)
    assert (despatched["ID"], despatched["TrackingNumber"], despatched["OrderItems"]) == (order, "T1", None)
    assert cancelled["ID"] == other
    assert not any("sign" in name or "hmac" in name for event in heard for name in event["headers"])


def test_webhooks_come_twice_or_never_when_the_house_is_in_that_mood(house: House) -> None:
    first, second = house.order("SO1"), house.order("SO2")
    for order in (first, second):
        house.listen(order)
    house.temper(duplicate_webhook=1)
    house.act(first, "despatch")
    house.control("POST", "drain")
    house.temper(drop_webhook=1)
    house.act(second, "despatch")
    assert [event["body"]["ID"] for event in house.events()] == [first, first]
    assert [row["outcome"] for row in house.control("GET", "deliveries")["deliveries"]] == ["delivered", "dropped"]


def test_a_booked_notice_is_told_with_the_header_that_was_asked_for(house: House) -> None:
    notice = house.control("POST", "asn", {"warehouse": "MAIN", "items": {"BOWL": 2}})["id"]
    action = {"ExtraCode1": f"{house.url}/_sandbox/mintsoft/ear?code=9", "ExtraCode4": "X-Token: abc"}
    assert house.ask("PUT", f"ASN/{notice}/ConnectActions", action)["Success"] is True
    house.control("POST", f"asn/{notice}/book", {"items": {"BOWL": 2}})
    (event,) = house.events()
    assert (event["body"]["ID"], event["headers"]["x-token"]) == (notice, "abc")
    assert event["body"]["Items"][0]["QuantityBooked"] == 2


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-09T14:41:08.9965429", datetime(2026, 2, 9, 14, 41, 8, 996542)),  # noqa: DTZ001  # naive on purpose
        ("2026-02-09", datetime(2026, 2, 9)),  # noqa: DTZ001  # naive on purpose
        ("2026-07-09T13:41:08Z", datetime(2026, 7, 9, 14, 41, 8)),  # noqa: DTZ001  # naive on purpose
        ("2026-07-09T09:41:08-04:00", datetime(2026, 7, 9, 14, 41, 8)),  # noqa: DTZ001  # naive on purpose
    ],
)
def test_moments_are_read_with_up_to_seven_digits_and_offsets_are_converted(text: str, moment: datetime) -> None:
    assert read(text) == moment


def test_a_whole_second_is_written_without_a_fraction() -> None:
    assert written(datetime(2026, 7, 1, 12, 0, tzinfo=UTC)) == "2026-07-01T13:00:00"
    assert written(datetime(2026, 1, 1, 12, 0, 0, 996543, tzinfo=UTC)) == "2026-01-01T12:00:00.9965431"
    with pytest.raises(ValueError, match="no moment"):
        read("soon")


def test_numbers_are_checked_for_each_client_and_a_search_shows_the_other_clients_goods(house: House) -> None:
    house.order("SO1")
    made = house.control(
        "POST",
        "setup",
        {"clients": [{"code": "OTHER"}], "products": [{"sku": "MUG", "client": "OTHER", "stock": [{"quantity": 4}]}]},
    )
    body = house.order_body("SO1", {"MUG": 1})
    (nobody,) = house.ask("PUT", "Order", body)
    (theirs,) = house.ask("PUT", "Order", {**body, "ClientId": made["clients"]["OTHER"]})
    assert (nobody["Message"], theirs["Success"]) == ("ClientId is required", True)
    assert len(house.ask("GET", "Order/Search", OrderNumber="SO1")) == 2
    assert [row["CLIENT_CODE"] for row in house.ask("GET", "Order/List", ClientId=made["clients"]["OTHER"])] == [
        "OTHER"
    ]
    found = house.ask("GET", "Product/Search", Search="MUG")
    assert [row["SKU"] for row in found] == ["MUG", "MUG-RED", "MUG"]


def test_an_order_that_timed_out_may_be_entered_late(house: House) -> None:
    house.temper(late_commit=1, late_commit_seconds=0.1, limit=1)
    assert house.call("PUT", "Order", house.order_body("SO1", {"MUG": 1})).status_code == 504
    assert house.call("GET", "Order/Search", OrderNumber="SO1").status_code == 404
    for _ in range(100):
        if house.call("GET", "Order/Search", OrderNumber="SO1").status_code == 200:
            break
        sleep(0.02)
    assert house.effects().count("order.created") == 1


def test_a_busy_house_and_an_expired_key_have_not_acted_and_new_fields_do_no_harm(house: House) -> None:
    order = house.order()
    for mood, status in (("busy", 429), ("expired_token", 401)):
        house.temper(**{mood: 1, "limit": 1})
        assert house.call("GET", f"Order/{order}/Cancel").status_code == status
    assert house.status(order) == 1
    house.temper(unknown_fields=1, limit=1)
    assert "fieldOfTheNextRelease" in house.ask("GET", f"Order/{order}")


def test_names_in_queries_and_bodies_may_be_written_in_any_case(house: House) -> None:
    body = {name.upper(): value for name, value in house.order_body("SO1", {"MUG": 1}).items()}
    (made,) = house.ask("PUT", "Order", body)
    assert house.ask("GET", "Order/Search", ordernumber="SO1")[0]["ID"] == made["OrderId"]


def test_products_are_made_changed_and_renamed_over_the_api(house: House) -> None:
    made = house.ask("PUT", "Product", {"SKU": "JUG", "Name": "Jug", "Weight": 1})
    assert house.ask("PUT", "Product", {"SKU": "jug"})["Success"] is False
    assert house.ask("POST", "Product", {"ID": made["ProductId"], "SKU": "JUG-2"})["Success"] is True
    assert house.ask("GET", f"Product/{made['ProductId']}")["SKU"] == "JUG-2"
    (told,) = house.ask("PUT", "Order", house.order_body("SO1", {"JUG": 1}))
    assert told["Message"] == "Product JUG not found"
    house.order("SO2", {"JUG-2": 1})


def test_alternative_codes_and_cartons_belong_to_a_product(house: House) -> None:
    row = {
        "sku": "CUP",
        "alt_codes": [{"type": "Amazon", "code": "B00"}],
        "cartons": [{"barcode": "15000", "units": 12}],
    }
    number = house.control("POST", "setup", {"products": [row]})["products"]["CUP"]
    assert [a["SKU"] for a in house.ask("GET", f"Product/{number}/AltCodes")] == ["B00"]
    assert [(c["Barcode"], c["Quantity"]) for c in house.ask("GET", f"Product/{number}/Cartons")] == [("15000", 12)]
    assert number in [row["ID"] for row in house.ask("GET", "Product/List", Limit=3, PageNo=3)]


def test_parts_may_have_numbers_of_their_own(house: House) -> None:
    house.control("PUT", "settings", {"part_numbers": "suffixed"})
    order = house.order("SO1", {"MUG": 4})
    part = house.act(order, "split", items={"MUG": 1})["part"]
    again = house.act(part["id"], "status", status="HOLDING")["order"]
    assert (again["number"], again["reference"], again["status"]) == ("SO1/2", "REF-SO1", "HOLDING")
    assert house.client.put("/_sandbox/mintsoft/settings", json={"part_numbers": "odd"}).status_code == 400


def test_flows_can_be_signed_when_a_house_signs_them(house: House) -> None:
    house.control("PUT", "settings", {"flow_quantity": "signed"})
    house.control("POST", "stock/scrap", {"sku": "BOWL", "warehouse": "MAIN", "quantity": 1})
    path = f"Product/{house.products['BOWL']}/StockFlow/Filtered"
    found = house.ask("GET", path, FromDate="2000-01-01", ToDate="2100-01-01")
    assert [(row["Flow"], row["Quantity"]) for row in found] == [("SCRAP", -1), ("IN", 3)]
