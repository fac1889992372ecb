from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from .conftest import Json, Shopper

SET = """mutation($input:InventorySetQuantitiesInput!,$k:String!){inventorySetQuantities(input:$input)
 @idempotent(key:$k){inventoryAdjustmentGroup{id changes{name delta quantityAfterChange}}
 userErrors{code field message}}}"""


def asked(shopper: Shopper, *wanted: tuple[str, int, int | None], **more: object) -> Json:
    quantities = [
        {
            "inventoryItemId": shopper.ids["variants"][sku]["inventory_item"],
            "locationId": shopper.ids["location"],
            "quantity": quantity,
            "changeFromQuantity": before,
        }
        for sku, quantity, before in wanted
    ]
    return {"name": "available", "reason": "correction", "quantities": quantities, **more}


def setting(shopper: Shopper, *wanted: tuple[str, int, int | None], key: str = "k", **more: object) -> Json:
    made: Json = shopper.read(SET, input=asked(shopper, *wanted, **more), k=key)["inventorySetQuantities"]
    return made


def levels(shopper: Shopper) -> dict[str, tuple[int, int, int]]:
    found = shopper.control("GET", "ledgers/inventory")["levels"]
    return {x["sku"]: (x["available"], x["committed"], x["on_hand"]) for x in found if x["location"] == "Home"}


def checkout(shopper: Shopper, **body: object) -> httpx.Response:
    return shopper.client.post("/_sandbox/shopify/checkout", json={"sku": "MUG", **body})


def test_levels_are_set_from_the_figure_that_was_seen(shopper: Shopper) -> None:
    made = setting(shopper, ("MUG", 7, 10), ("BOWL", 9, None))
    assert made["userErrors"] == []
    changes = [(x["name"], x["delta"], x["quantityAfterChange"]) for x in made["inventoryAdjustmentGroup"]["changes"]]
    assert changes == [("available", -3, 7), ("on_hand", -3, 7), ("available", 5, 9), ("on_hand", 5, 9)]
    assert levels(shopper) == {"MUG": (7, 0, 7), "BOWL": (9, 0, 9)}


def test_one_stale_figure_stops_all_and_each_is_told(shopper: Shopper) -> None:
    made = setting(shopper, ("BOWL", 1, 4), ("MUG", 7, 9))
    assert made["inventoryAdjustmentGroup"] is None
    (error,) = made["userErrors"]
    assert error["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert error["field"] == ["input", "quantities", "1", "changeFromQuantity"]
    assert levels(shopper) == {"MUG": (10, 0, 10), "BOWL": (4, 0, 4)}


def test_a_sale_in_between_makes_the_figure_stale(shopper: Shopper) -> None:
    assert checkout(shopper, quantity=2).status_code == 200
    assert setting(shopper, ("MUG", 12, 10))["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert setting(shopper, ("MUG", 12, 8), key="l")["userErrors"] == []
    assert levels(shopper)["MUG"] == (12, 2, 14)
    assert setting(shopper, ("MUG", 20, 14), key="m", name="on_hand")["userErrors"] == []
    assert levels(shopper)["MUG"] == (18, 2, 20)


def test_a_key_sets_once_and_the_figure_seen_must_be_given(shopper: Shopper) -> None:
    first = setting(shopper, ("MUG", 7, 10))
    assert setting(shopper, ("MUG", 7, 10)) == first
    assert setting(shopper, ("MUG", 6, 7))["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    body = asked(shopper, ("MUG", 5, 7))
    del body["quantities"][0]["changeFromQuantity"]
    assert "changeFromQuantity" in shopper.ask(SET, input=body, k="x")["errors"][0]["message"]
    older = {**asked(shopper, ("MUG", 5, 7)), "ignoreCompareQuantity": True}
    assert "ignoreCompareQuantity" in shopper.ask(SET, input=older, k="y")["errors"][0]["message"]
    assert levels(shopper)["MUG"] == (7, 0, 7)


@pytest.mark.parametrize(
    ("wanted", "more", "code"),
    [
        ([("MUG", -1, None)], {}, "INVALID_QUANTITY_NEGATIVE"),
        ([("MUG", 10**9 + 1, None)], {}, "INVALID_QUANTITY_TOO_HIGH"),
        ([("MUG", 1, None)], {"name": "committed"}, "INVALID_NAME"),
        ([("MUG", 1, None)], {"reason": "because"}, "INVALID_REASON"),
        ([("MUG", 1, None), ("MUG", 2, None)], {}, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"),
    ],
)
def test_what_cannot_be_set_is_refused(shopper: Shopper, wanted: Any, more: Json, code: str) -> None:  # noqa: ANN401
    assert [error["code"] for error in setting(shopper, *wanted, **more)["userErrors"]] == [code]
    assert levels(shopper)["MUG"] == (10, 0, 10)


def test_more_than_250_quantities_are_too_many(shopper: Shopper) -> None:
    answer = shopper.ask(SET, input=asked(shopper, *[("MUG", 1, None)] * 251), k="k")
    assert answer["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"


def test_a_sku_can_be_stocked_at_one_more_location(shopper: Shopper) -> None:
    shopper.control("POST", "load", {"levels": [{"sku": "MUG", "location": "Shop floor", "available": 2}]})
    sold = checkout(shopper, location="Shop floor", quantity=2, till=True).json()
    assert (sold["location"], sold["available"], sold["committed"], sold["on_hand"]) == ("Shop floor", 0, 0, 0)
    assert levels(shopper)["MUG"] == (10, 0, 10)
    assert checkout(shopper, location="Shop floor").status_code == 409


def test_a_checkout_makes_a_paid_order_and_commits_its_units(shopper: Shopper) -> None:
    sold = checkout(shopper, quantity=3).json()
    assert (sold["available"], sold["committed"], sold["on_hand"]) == (7, 3, 10)
    found = shopper.read(
        "query($id:ID!){order(id:$id){name displayFinancialStatus displayFulfillmentStatus totalPriceSet{shopMoney{"
        "amount}} totalTaxSet{shopMoney{amount}} fulfillmentOrders(first:1){nodes{lineItems(first:1){nodes{"
        "remainingQuantity}}}}}}",
        id=sold["id"],
    )["order"]
    assert (found["name"], found["displayFinancialStatus"]) == (sold["order"], "PAID")
    assert found["displayFulfillmentStatus"] == "UNFULFILLED"
    assert (found["totalPriceSet"]["shopMoney"]["amount"], found["totalTaxSet"]["shopMoney"]["amount"]) == (
        "59.97",
        "10.00",
    )
    refused = checkout(shopper, quantity=8)
    assert (refused.status_code, "Only 7" in refused.text) == (409, True)
    assert levels(shopper)["MUG"] == (7, 3, 10)


def test_twenty_customers_at_once_never_buy_more_than_there_is(shopper: Shopper) -> None:
    def buy(_: int) -> int:
        with httpx.Client(base_url=shopper.url, trust_env=False, timeout=20) as client:
            return client.post("/_sandbox/shopify/checkout", json={"sku": "MUG"}).status_code

    with ThreadPoolExecutor(20) as customers:
        statuses = list(customers.map(buy, range(20)))
    assert sorted(statuses) == [200] * 10 + [409] * 10
    assert levels(shopper)["MUG"] == (0, 10, 10)


def test_no_sale_is_undone_by_somebody_who_sets_the_level_meanwhile(shopper: Shopper) -> None:
    def buy(_: int) -> int:
        with httpx.Client(base_url=shopper.url, trust_env=False, timeout=20) as client:
            return client.post("/_sandbox/shopify/checkout", json={"sku": "MUG"}).status_code

    def raise_by_one(number: int) -> int:
        before = levels(shopper)["MUG"][0]
        return not setting(shopper, ("MUG", before + 1, before), key=f"up-{number}")["userErrors"]

    with ThreadPoolExecutor(20) as crowd:
        sales = [crowd.submit(buy, number) for number in range(40)]
        raised = sum(raise_by_one(number) for number in range(10))
        sold = sum(one.result() == 200 for one in sales)
    available, committed, on_hand = levels(shopper)["MUG"]
    assert available + sold == 10 + raised
    assert (committed, on_hand) == (sold, available + sold)
    assert available >= 0
