from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tieout.sandbox.returngo.assumptions import ASSUMPTIONS
from tieout.sandbox.returngo.books import SHIPMENT_MOVES
from tieout.sandbox.shopify.assumptions import ASSUMPTIONS as SHOP_ASSUMPTIONS

if TYPE_CHECKING:
    from .conftest import Desk

# How to bring a new shipment, which is Pending, to each status.
WAYS = {
    "Pending": [],
    "LabelCreated": ["LabelCreated"],
    "Shipped": ["Shipped"],
    "Canceled": ["Canceled"],
    "Received": ["Received"],
    "Validated": ["Validated"],
}
# The documented table, written out once more so that a slip in the code shows.
ALLOWED = {
    "Pending": "LabelCreated Shipped Received Canceled Validated",
    "LabelCreated": "Shipped Received Canceled Validated",
    "Shipped": "Received Canceled Validated",
    "Canceled": "Received Validated",
    "Received": "Validated",
    "Validated": "",
}


@pytest.mark.parametrize("start", list(WAYS))
def test_a_shipment_moves_only_as_the_table_says(desk: Desk, start: str) -> None:
    assert {k: set(v.split()) for k, v in ALLOWED.items()} == {k: set(v) for k, v in SHIPMENT_MOVES.items()}
    for target in WAYS:
        rma = desk.raise_rma({"sku": "BOWL"})
        desk.act(rma, "approve")
        number = desk.shipment(rma)["shipmentId"]
        for step in WAYS[start]:
            desk.ask("PUT", f"shipment/{number}", {"status": step})
        answer = desk.call("PUT", f"shipment/{number}", {"status": target, "carrierName": "RM"})
        allowed = target == start or target in ALLOWED[start].split()
        assert answer.status_code == (200 if allowed else 400), (start, target)
        assert desk.shipment(rma)["status"] == (target if allowed else start)
        assert desk.shipment(rma).get("carrierName") == ("RM" if allowed else None)


def test_each_unit_is_an_entry_of_its_own_with_its_share_of_the_price(desk: Desk) -> None:
    rma = desk.raise_rma({"sku": "MUG", "quantity": 3, "reason": "Does not fit"})
    items = desk.detail(rma)["items"]
    assert len({item["returnedItemId"] for item in items}) == 3
    assert len({item["shopLineItemId"] for item in items}) == 1
    assert [item["paidPrice"]["amount"] for item in items] == [Decimal("10.67"), Decimal("10.67"), Decimal("10.66")]
    assert items[0]["paidTax"] == {
        "amount": Decimal("1.78"),
        "currency": "GBP",
        "shopAmount": Decimal("1.78"),
        "shopCurrency": "GBP",
    }
    assert all("quantity" not in item for item in items)


def test_ids_are_text_booleans_are_numbers_and_empty_fields_are_missing(desk: Desk) -> None:
    rma = desk.raise_rma()
    found = desk.detail(rma)
    item = found["items"][0]
    assert (item["isAutoApprove"], found["isOutOfPolicy"]) == (0, 0)
    assert isinstance(item["returnedItemId"], str)
    assert found["orderDetails"]["orderId"].isdecimal()
    assert "variantName" not in item
    assert "shipmentId" not in item


def test_a_return_without_an_order_is_taken_with_the_prices_given(desk: Desk) -> None:
    rma = desk.raise_rma({"sku": "ODD", "paid_price": "5.00", "paid_tax": "0.83"}, order_name="")
    found = desk.detail(rma)
    assert found["rmaSummary"]["order_name"] == ""
    assert found["items"][0]["paidPrice"]["amount"] == 5
    assert "shopLineItemId" not in found["items"][0]


def test_receipt_moves_the_status_but_not_last_updated(desk: Desk) -> None:
    rma = desk.raise_rma()
    desk.act(rma, "approve")
    before = desk.detail(rma)["lastUpdated"]
    desk.client.put("/_sandbox/clock", json={"offset_seconds": 3600})
    desk.act(rma, "receive")
    after = desk.detail(rma)
    assert after["rmaSummary"]["status"] == "Received"
    assert after["lastUpdated"] == before
    assert [e["eventName"] for e in after["rmaSummary"]["events"]] == ["RMA_CREATED", "RMA_APPROVED"]


def test_units_that_did_not_arrive_get_a_shipment_of_their_own(desk: Desk) -> None:
    rma = desk.raise_rma({"sku": "MUG", "quantity": 2}, {"sku": "BOWL"})
    desk.act(rma, "approve", "ship")
    items = [item["returnedItemId"] for item in desk.detail(rma)["items"]]
    desk.act(rma, "receive", returned_item_ids=items[:1])
    found = desk.detail(rma)
    status = {s["shipmentId"]: s["status"] for s in found["shipments"]}
    assert [status[item["shipmentId"]] for item in found["items"]] == ["Received", "Shipped", "Shipped"]
    assert found["rmaSummary"]["status"] == "Approved"
    desk.act(rma, "receive", returned_item_ids=items[1:])
    assert desk.detail(rma)["rmaSummary"]["status"] == "Received"


def test_inspection_shows_unit_by_unit_and_its_absence_is_no_verdict(desk: Desk) -> None:
    rma = desk.raise_rma()
    desk.act(rma, "approve")
    first = desk.detail(rma)["items"][0]["returnedItemId"]
    desk.act(rma, "receive", grades={first: {"restockable": False, "reason": "Chipped"}})
    graded, plain = (item["itemValidationStatusResponse"] for item in desk.detail(rma)["items"])
    assert (graded["isReturned"], graded["isRestockable"], graded["nonRestockableReason"]) == (True, False, "Chipped")
    assert graded["lastValidationDate"]
    assert (plain["isReturned"], plain["lastValidationDate"]) == (False, None)


def test_approval_makes_a_native_return_and_cancelling_cancels_it(desk: Desk) -> None:
    rma = desk.raise_rma()
    desk.act(rma, "approve")
    assert desk.control("GET", "ledgers/rmas")["rmas"][0]["shop_return"] == "#1001-R1"
    desk.act(rma, "cancel")
    answer = desk.client.post(
        "/shopify/admin/api/2026-07/graphql.json",
        json={"query": '{orders(first:1,query:"name:#1001"){nodes{returns(first:5){nodes{name status}}}}}'},
        headers={"X-Shopify-Access-Token": "shpat_sandbox"},
    ).json()
    assert answer["data"]["orders"]["nodes"][0]["returns"]["nodes"] == [{"name": "#1001-R1", "status": "CANCELED"}]
    assert desk.shipment(rma)["status"] == "Canceled"


def test_a_cancelled_rma_can_be_reopened_with_a_new_parcel_and_a_new_return(desk: Desk) -> None:
    rma = desk.raise_rma()
    desk.act(rma, "approve", "cancel", "reopen")
    found = desk.detail(rma)
    assert found["rmaSummary"]["status"] == "Approved"
    assert [s["status"] for s in found["shipments"]] == ["Canceled", "Pending"]
    assert desk.control("GET", "ledgers/rmas")["rmas"][0]["shop_return"] == "#1001-R2"


def test_an_open_rma_cannot_be_reopened(desk: Desk) -> None:
    rma = desk.raise_rma()
    assert desk.client.post(f"/_sandbox/returngo/rmas/{rma}/reopen").status_code == 409


def test_the_status_can_be_set_through_the_api_but_not_backwards(desk: Desk) -> None:
    rma = desk.raise_rma()
    assert desk.ask("PUT", f"rma/{rma}/status", {"status": "Approved"})["status"] == "Approved"
    assert desk.call("PUT", f"rma/{rma}/status", {"status": "Pending"}).status_code == 400
    assert desk.call("PUT", f"rma/{rma}/status", {"status": "Lost"}).status_code == 400
    assert desk.ask("PUT", f"rma/{rma}/status", {"status": "Done"})["status"] == "Done"


def test_a_comment_is_kept_and_last_updated_stays(desk: Desk) -> None:
    rma = desk.raise_rma()
    before = desk.detail(rma)["lastUpdated"]
    desk.ask("POST", f"rma/{rma}/comment", {"comment": "Booked as RTN-1"})
    found = desk.detail(rma)
    assert found["comments"][-1]["htmlText"] == "Booked as RTN-1"
    assert found["lastUpdated"] == before
    assert desk.call("POST", f"rma/{rma}/comment", {}).status_code == 400


def test_the_list_is_paged_filtered_and_sorted(desk: Desk) -> None:
    made = desk.control("POST", "rmas", {"rmas": [{"order_name": "#1001", "items": [{"sku": "BOWL"}]}] * 7})
    ids = [one["rma_id"] for one in made["rmas"]]
    desk.control("POST", "rmas/bulk/approve", {"rmas": ids[:3]})
    seen: list[str] = []
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        page = desk.ask("GET", "rmas", pagesize="3", cursor=page["next_cursor"], sort_by="-rma_id")
        seen += [rma["rmaId"] for rma in page["rmas"]]
    assert seen == ids[::-1]
    approved = desk.ask("GET", "rmas", pagesize="500", status="Approved,Done")["rmas"]
    assert [rma["rmaId"] for rma in approved] == ids[:3]
    assert desk.ask("GET", "rmas", pagesize="5", order_name="#9")["rmas"] == []
    assert desk.ask("GET", "rmas", pagesize="5", rma_created_at="lt:2020-01-01T00:00:00")["rmas"] == []
    assert len(desk.ask("GET", "rmas", pagesize="500", rma_updated_at="gte:2020-01-01T00:00:00")["rmas"]) == 7


@pytest.mark.parametrize("size", ["", "0", "501", "x"])
def test_the_page_size_is_required_and_limited(desk: Desk, size: str) -> None:
    assert desk.call("GET", "rmas", pagesize=size).status_code == 400


def test_key_and_shop_are_checked(desk: Desk) -> None:
    shop = {"x-shop-name": "tieout-demo.myshopify.com"}
    assert desk.client.get("/returngo/rmas", headers={"x-api-key": "guess", **shop}).status_code == 401
    assert desk.client.get("/returngo/rmas", headers={"x-api-key": "key", "x-shop-name": "other"}).status_code == 403
    assert desk.call("GET", "rma/999").status_code == 404


def test_the_daily_quota_ends_in_429_and_begins_anew_the_next_day(desk: Desk) -> None:
    desk.control("PUT", "quota", {"per_day": 2})
    statuses = [desk.call("GET", "webhooks").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    desk.client.put("/_sandbox/clock", json={"offset_seconds": 86400})
    assert desk.call("GET", "webhooks").status_code == 200


def test_a_lost_reply_to_a_comment_has_commented_once(desk: Desk) -> None:
    rma = desk.raise_rma()
    desk.control("PUT", "temper", {"lost_reply": 1, "lost_reply_as": "500", "limit": 1})
    assert desk.call("POST", f"rma/{rma}/comment", {"comment": "once"}).status_code == 500
    texts = [c["htmlText"] for c in desk.detail(rma)["comments"]]
    assert texts.count("once") == 1


def test_every_assumption_says_where_to_correct_it() -> None:
    for assumption in (*ASSUMPTIONS, *SHOP_ASSUMPTIONS):
        assert assumption.behaviour
        assert assumption.reason
        assert assumption.correct_in.startswith("sandbox/")
