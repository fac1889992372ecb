from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Shopper

ADJUST = """mutation($input:InventoryAdjustQuantitiesInput!,$k:String!){inventoryAdjustQuantities(input:$input)
  @idempotent(key:$k){
 inventoryAdjustmentGroup{id createdAt reason referenceDocumentUri changes(quantityNames:["available"]){name
  delta item{sku} location{name}}}
 userErrors{code field message}}}"""


def change(shopper: Shopper, delta: int = 2, expected: int | None = None, **more: object) -> dict[str, Any]:
    one = {
        "inventoryItemId": shopper.ids["variants"]["MUG"]["inventory_item"],
        "locationId": shopper.ids["location"],
        "delta": delta,
        "changeFromQuantity": expected,
    }
    return {
        "name": "available",
        "reason": "restock",
        "referenceDocumentUri": "tieout://credit-note/1",
        "changes": [one],
        **more,
    }


def available(shopper: Shopper) -> int:
    found = shopper.read(
        'query($l:ID!){productVariants(first:1,query:"sku:MUG"){nodes{inventoryItem{id '
        'inventoryLevel(locationId:$l){quantities(names:["available","on_hand"]){name quantity}}}}}}',
        l=shopper.ids["location"],
    )
    level = found["productVariants"]["nodes"][0]["inventoryItem"]["inventoryLevel"]
    return {q["name"]: int(q["quantity"]) for q in level["quantities"]}["available"]


def test_an_adjustment_raises_the_stock_and_can_be_read_back_by_its_id(shopper: Shopper) -> None:
    made = shopper.read(ADJUST, input=change(shopper, 2, 10), k="a")["inventoryAdjustQuantities"]
    group = made["inventoryAdjustmentGroup"]
    assert group["changes"] == [{"name": "available", "delta": 2, "item": {"sku": "MUG"}, "location": {"name": "Home"}}]
    assert available(shopper) == 12
    node = shopper.read(
        "query($id:ID!){node(id:$id){... on InventoryAdjustmentGroup{referenceDocumentUri}}}", id=group["id"]
    )
    assert node["node"]["referenceDocumentUri"] == "tieout://credit-note/1"


def test_a_key_adjusts_once(shopper: Shopper) -> None:
    ids = {
        shopper.read(ADJUST, input=change(shopper), k="a")["inventoryAdjustQuantities"]["inventoryAdjustmentGroup"][
            "id"
        ]
        for _ in range(3)
    }
    assert len(ids) == 1
    assert available(shopper) == 12


def test_a_key_with_another_change_is_a_mismatch(shopper: Shopper) -> None:
    shopper.read(ADJUST, input=change(shopper), k="a")
    again = shopper.read(ADJUST, input=change(shopper, 3), k="a")["inventoryAdjustQuantities"]
    assert again["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    assert available(shopper) == 12


def test_an_adjustment_from_another_quantity_than_expected_is_stale(shopper: Shopper) -> None:
    made = shopper.read(ADJUST, input=change(shopper, 2, 9), k="a")["inventoryAdjustQuantities"]
    assert made["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert available(shopper) == 10


def test_the_expected_quantity_must_be_given_even_if_it_is_null(shopper: Shopper) -> None:
    asked = change(shopper)
    del asked["changes"][0]["changeFromQuantity"]
    assert "changeFromQuantity" in shopper.ask(ADJUST, input=asked, k="a")["errors"][0]["message"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": "on_hand"}, "INVALID_QUANTITY_NAME"),
        ({"reason": "because"}, "INVALID_REASON"),
        ({"referenceDocumentUri": "no uri"}, "INVALID_REFERENCE_DOCUMENT"),
    ],
)
def test_a_change_that_shopify_would_refuse_is_refused(shopper: Shopper, more: dict[str, Any], code: str) -> None:
    made = shopper.read(ADJUST, input=change(shopper, **more), k="a")["inventoryAdjustQuantities"]
    assert made["userErrors"][0]["code"] == code
    assert available(shopper) == 10


def test_an_adjustment_without_a_key_fails(shopper: Shopper) -> None:
    answer = shopper.ask(ADJUST.replace("@idempotent(key:$k)", "").replace(",$k:String!", ""), input=change(shopper))
    assert "@idempotent" in answer["errors"][0]["message"]


def test_two_adjustments_under_one_reference_are_reported(shopper: Shopper) -> None:
    for key in ("a", "b"):
        shopper.read(ADJUST, input=change(shopper), k=key)
    found = shopper.control("GET", "proofs")["duplicates"]
    assert [d["value"] for d in found] == ["tieout://credit-note/1 MUG"]


def test_locations_are_listed(shopper: Shopper) -> None:
    found = shopper.read("{locations(first:5){nodes{id name}}}")["locations"]["nodes"]
    assert found == [{"id": shopper.ids["location"], "name": "Home"}]


def test_stock_corrected_by_hand_is_seen(shopper: Shopper) -> None:
    shopper.control("POST", "adjustments", {"sku": "MUG", "delta": -3})
    assert available(shopper) == 7
