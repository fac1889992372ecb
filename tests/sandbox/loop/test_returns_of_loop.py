from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Desk

LIST = "warehouse/return/list"
DAY = 24 * 3600


def test_a_unit_is_a_line_item_and_its_price_less_discount_with_tax_is_what_was_paid(desk: Desk) -> None:
    number = desk.raise_return({"sku": "MUG", "quantity": 3, "reason": "Too big"}, handling_fee="5.00")
    found = desk.details(number)
    lines = found["line_items"]
    assert [line["refund"] for line in lines] == ["10.67", "10.67", "10.66"]
    assert [line["tax"] for line in lines] == ["1.78", "1.78", "1.77"]
    assert (lines[0]["price"], lines[0]["discount"]) == ("10.00", "1.11")
    assert len({line["line_item_id"] for line in lines}) == 3
    assert len({line["provider_line_item_id"] for line in lines}) == 1
    assert {line["outcome"] for line in lines} == {"default"}
    assert {line["return_reason"] for line in lines} == {"Too big"}
    assert (found["outcome"], found["return_total"], found["return_tax_total"]) == ("refund", "32.00", "5.33")
    assert (found["handling_fee"], found["refund"], found["total"]) == ("5.00", "27.00", "27.00")
    desk.control("PUT", "settings", {"prices": "shop"})
    shown = desk.details(number)["line_items"][0]
    assert (shown["price"], shown["discount"], shown["refund"]) == ("12.00", "1.33", "10.67")


def test_a_key_is_needed_and_its_scopes_count(desk: Desk) -> None:
    desk.control("POST", "keys", {"key": "narrow", "scopes": ["developer_tools"]})
    assert desk.call("GET", LIST, key="wrong").json()["error"]["http_code"] == "GEN-UNAUTHORIZED"
    assert desk.call("GET", LIST, key="narrow").status_code == 401
    assert desk.call("GET", "webhooks", key="narrow").status_code == 200


def test_a_minute_has_only_so_many_calls_for_each_key(desk: Desk) -> None:
    desk.control("PUT", "quota", {"per_minute": 2})
    assert [desk.call("GET", LIST).status_code for _ in range(3)] == [200, 200, 429]
    desk.clock(61)
    assert desk.call("GET", LIST).status_code == 200


def test_the_list_is_paged_by_links_and_goes_back_a_day_when_nothing_is_said(desk: Desk) -> None:
    desk.control("PUT", "quota", {"per_minute": 1000})
    numbers = [desk.raise_return({"sku": "BOWL", "price": "1.00"}) for _ in range(5)]
    page = desk.ask("GET", LIST, paginate="true", pageSize="2")
    found = [one["id"] for one in page["returns"]]
    assert page["previousPageUrl"] is None
    while page["nextPageUrl"]:
        assert "from=" not in page["nextPageUrl"]
        page = desk.ask("GET", page["nextPageUrl"])
        found += [one["id"] for one in page["returns"]]
    assert found == sorted(numbers, reverse=True)
    back = desk.ask("GET", page["previousPageUrl"])
    assert [one["id"] for one in back["returns"]] == found[2:4]
    desk.clock(2 * DAY)
    assert desk.ask("GET", LIST) == []
    assert len(desk.ask("GET", LIST, **{"from": "2026-01-01 00:00:00", "to": "2026-01-02"})) == 0


def test_cancelled_returns_and_those_under_review_are_listed_only_when_asked_for(desk: Desk) -> None:
    cancelled, reviewed, still = (desk.raise_return({"sku": "BOWL"}) for _ in range(3))
    desk.act(cancelled, "cancel")
    desk.act(reviewed, "flag")
    assert [one["id"] for one in desk.ask("GET", LIST)] == [still]
    assert [one["id"] for one in desk.ask("GET", LIST, state="cancelled", filter="updated_at")] == [cancelled]
    assert [one["id"] for one in desk.ask("GET", LIST, state="review")] == [reviewed]


@pytest.mark.parametrize(
    "params",
    [
        {"from": "2026-01-01", "to": "2026-06-01"},
        {"from": "soon"},
        {"state": "lost"},
        {"filter": "closed_at"},
        {"paginate": "true", "pageSize": "751"},
        {"cursor": "nonsense"},
    ],
)
def test_a_wrong_question_is_unprocessable(desk: Desk, params: dict[str, str]) -> None:
    answer = desk.call("GET", LIST, **params)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_return_is_found_by_its_number_its_order_and_its_name(desk: Desk) -> None:
    number = desk.raise_return()
    found = desk.details(number)
    for question in ({"order_name": "1001"}, {"order_id": str(found["order_id"])}):
        assert desk.ask("GET", "warehouse/return/details", **question)["id"] == int(number)
    assert desk.call("GET", "warehouse/return/details", return_id="1").status_code == 404


def test_business_refusals_come_with_200_and_an_object(desk: Desk) -> None:
    path = "warehouse/return"
    cancelled, closed, flagged, expired = (desk.raise_return({"sku": "BOWL"}) for _ in range(4))
    assert desk.ask("POST", f"{path}/{cancelled}/cancel") is True
    assert desk.ask("POST", f"{path}/{closed}/close") is True
    assert desk.ask("POST", f"{path}/{flagged}/flag") is True
    desk.act(expired, "expire")
    assert "cancelled" in desk.ask("POST", f"{path}/{cancelled}/process")["message"]
    assert desk.ask("POST", f"{path}/{closed}/process")["errors"]["code"] == "UNPROCESSABLE_RETURN"
    assert desk.ask("POST", f"{path}/{flagged}/process")["errors"]["code"] == "UNPROCESSABLE_FLAGGED_RETURN"
    assert "flagged" in desk.ask("POST", f"{path}/{flagged}/cancel")["content"]
    assert "expired" in desk.ask("POST", f"{path}/{expired}/cancel")["content"]
    assert desk.call("POST", f"{path}/1/process").status_code == 404
    assert desk.refunds() == []


def test_a_label_that_is_never_used_expires_after_28_days(desk: Desk) -> None:
    unsent, sent = desk.raise_return({"sku": "BOWL"}), desk.raise_return({"sku": "MUG"})
    desk.act(sent, "label", status="in_transit", tracking_number="AB1")
    desk.clock(28 * DAY)
    assert desk.details(unsent)["state"] == "expired"
    found = desk.details(sent)
    assert (found["state"], found["label_status"], found["tracking_number"]) == ("open", "in_transit", "AB1")


def test_kept_goods_have_no_label(desk: Desk) -> None:
    found = desk.details(desk.raise_return(return_method="keep_item"))
    assert (found["labels"], found["label_status"], found["tracking_number"]) == ([], "N/A", "N/A")
    assert found["return_method"] == {"type": "keep_item"}


def test_the_shipping_notice_has_a_line_for_each_unit(desk: Desk) -> None:
    number = desk.raise_return()
    lines = desk.ask("GET", "warehouse/reporting/asn")
    assert [(line["id"], line["sku"], line["label_status"]) for line in lines] == [(int(number), "MUG", "new")] * 2


def test_notes_are_kept_and_grades_are_shown(desk: Desk) -> None:
    number = desk.raise_return({"sku": "BOWL"})
    assert desk.call("GET", f"warehouse/return/{number}/notes").status_code == 422
    assert desk.call("POST", f"warehouse/return/{number}/note", {"content": ""}).status_code == 422
    assert desk.ask("POST", f"warehouse/return/{number}/note", {"content": "Cracked"}) is True
    assert desk.ask("GET", f"warehouse/return/{number}/notes")["notes"][0]["content"] == "Cracked"
    unit = desk.details(number)["line_items"][0]["line_item_id"]
    desk.act(number, "grade", line_items={unit: {"condition": "damaged", "disposition": "scrap"}})
    assert desk.details(number)["line_items"][0]["disposition"] == "scrap"
