"""What is on offer, read from and set in a shop that answers as scripted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tieout.connectors.shopify import ShopifySettings, ShopifyStock, compat, open_shop_stock
from tieout.ports.errors import OutcomeUnknown, Refused, Unavailable
from tieout.ports.selling import LevelChange, ShopLevel

if TYPE_CHECKING:
    from .conftest import Teller

Edge = dict[str, Any]


def page(*nodes: Edge, then: str = "") -> Edge:
    return {"pageInfo": {"hasNextPage": bool(then), "endCursor": then or None}, "nodes": list(nodes)}


def data(**fields: object) -> Edge:
    return {"data": fields}


def level(place: str, available: int) -> Edge:
    return {
        "location": {"id": f"gid://shopify/Location/{place}", "name": place},
        "quantities": [{"name": "available", "quantity": available}],
    }


def variant(sku: str, *levels: Edge, number: int = 1, tracked: bool = True, then: str = "") -> Edge:
    item = {
        "id": f"gid://shopify/InventoryItem/{sku}{number}",
        "tracked": tracked,
        "inventoryLevels": page(*levels, then=then),
    }
    return {"id": f"gid://shopify/ProductVariant/{sku}{number}", "sku": sku, "inventoryItem": item}


def sold(*skus: str) -> Edge:
    return data(productVariants=page(*(variant(sku) for sku in skus)))


PLACES = data(
    locations=page(
        {"id": "gid://shopify/Location/1", "name": "web"}, {"id": "gid://shopify/Location/2", "name": "shop"}
    )
)
DONE = data(inventorySetQuantities={"inventoryAdjustmentGroup": {"id": "g"}, "userErrors": []})


def said_no(*errors: tuple[str, int | None]) -> Edge:
    rows = [
        {
            "code": code,
            "field": None if place is None else ["input", "quantities", str(place), "changeFromQuantity"],
            "message": f"said {code}",
        }
        for code, place in errors
    ]
    return data(inventorySetQuantities={"inventoryAdjustmentGroup": None, "userErrors": rows})


def change(sku: str, before: str, after: str, location: str = "web") -> LevelChange:
    return LevelChange(sku=sku, location=location, before=Decimal(before), after=Decimal(after))


def script(teller: Teller, *answers: Edge) -> None:
    for answer in answers:
        teller.says(200, answer)


def settings_sent(teller: Teller) -> list[Edge]:
    bodies = [json.loads(asked.body) for asked in teller.asked]
    return [body["variables"] for body in bodies if "InventorySet(" in body["query"]]


def entries(sent: Edge) -> list[tuple[str, str, int, int]]:
    return [
        (
            row["inventoryItemId"].rpartition("/")[2],
            row["locationId"].rpartition("/")[2],
            row["changeFromQuantity"],
            row["quantity"],
        )
        for row in sent["input"]["quantities"]
    ]


@pytest.fixture
def stock(settings: ShopifySettings, noon: Callable[[], datetime]) -> Iterator[ShopifyStock]:
    opened = open_shop_stock(settings.model_copy(update={"reads_tried": 1}), noon)
    yield opened
    opened.close()


def test_levels_are_told_by_stock_code_and_location(teller: Teller, stock: ShopifyStock) -> None:
    script(teller, data(productVariants=page(variant("BOOT", level("web", 3), level("shop", -1)), variant("BOOT-XL"))))
    assert stock.levels(["BOOT", "BOOT", "GONE", ""]) == (
        ShopLevel(sku="BOOT", location="web", available=Decimal(3)),
        ShopLevel(sku="BOOT", location="shop", available=Decimal(-1)),
    )
    (asked,) = teller.asked
    assert json.loads(asked.body)["variables"]["query"] == "sku:BOOT OR sku:GONE"


def test_every_location_of_an_item_is_read(teller: Teller, stock: ShopifyStock) -> None:
    script(teller, data(productVariants=page(variant("BOOT", level("web", 3), then="c1"))))
    script(teller, data(inventoryItem={"inventoryLevels": page(level("shop", 4))}))
    assert [(each.location, each.available) for each in stock.levels(["BOOT"])] == [
        ("web", Decimal(3)),
        ("shop", Decimal(4)),
    ]


def test_what_is_not_counted_or_means_several_things_is_left_out(teller: Teller, stock: ShopifyStock) -> None:
    found = (
        variant("TWIN", level("web", 1)),
        variant("TWIN", level("web", 2), number=2),
        variant("GIFT", level("web", 0), tracked=False),
        variant("BOOT", {**level("web", 1), "quantities": []}),
    )
    script(teller, data(productVariants=page(*found)))
    assert stock.levels(["TWIN", "GIFT", "BOOT"]) == ()


def test_nothing_is_asked_for_nothing(teller: Teller, stock: ShopifyStock) -> None:
    assert stock.levels([]) == ()
    assert stock.set_levels([]) == ()
    assert teller.asked == []


def test_levels_are_set_from_what_they_were(teller: Teller, stock: ShopifyStock) -> None:
    script(teller, sold("BOOT", "SOCK"), PLACES, DONE)
    assert stock.set_levels([change("BOOT", "10", "8"), change("SOCK", "-2", "0", "gid://shopify/Location/2")]) == ()
    (sent,) = settings_sent(teller)
    assert entries(sent) == [("BOOT1", "1", 10, 8), ("SOCK1", "2", -2, 0)]
    assert (sent["input"]["name"], sent["input"]["reason"]) == ("available", "correction")


def test_what_was_sold_meanwhile_is_given_back_and_the_rest_is_set(teller: Teller, stock: ShopifyStock) -> None:
    script(teller, sold("BOOT", "SOCK", "HAT"), PLACES)
    script(teller, said_no(("CHANGE_FROM_QUANTITY_STALE", 1)), DONE)
    changes = [change("BOOT", "10", "8"), change("SOCK", "5", "4"), change("HAT", "3", "1")]
    assert stock.set_levels(changes) == (changes[1],)
    first, second = settings_sent(teller)
    assert [entry[0] for entry in entries(first)] == ["BOOT1", "SOCK1", "HAT1"]
    assert [entry[0] for entry in entries(second)] == ["BOOT1", "HAT1"]
    assert first["key"] != second["key"]


def test_where_all_was_sold_meanwhile_nothing_is_sent_again(teller: Teller, stock: ShopifyStock) -> None:
    script(teller, sold("BOOT"), PLACES, said_no(("COMPARE_QUANTITY_STALE", 0)))
    changes = [change("BOOT", "10", "8")]
    assert stock.set_levels(changes) == tuple(changes)
    assert len(settings_sent(teller)) == 1


def test_a_stale_level_that_is_not_named_is_found_by_halves(teller: Teller, stock: ShopifyStock) -> None:
    stale = said_no(("CHANGE_FROM_QUANTITY_STALE", None))
    script(teller, sold("A", "B", "C"), PLACES, stale, DONE, stale, stale, DONE)
    changes = [change(sku, "5", "4") for sku in "ABC"]
    assert stock.set_levels(changes) == (changes[1],)
    assert [[entry[0] for entry in entries(sent)] for sent in settings_sent(teller)] == [
        ["A1", "B1", "C1"],
        ["A1"],
        ["B1", "C1"],
        ["B1"],
        ["C1"],
    ]


def test_what_shopify_refuses_is_named_when_the_others_are_set(teller: Teller, stock: ShopifyStock) -> None:
    script(teller, sold("BOOT", "SOCK"), PLACES, said_no(("ITEM_NOT_STOCKED_AT_LOCATION", 0)), DONE)
    with pytest.raises(Refused, match="BOOT at web: said ITEM_NOT_STOCKED_AT_LOCATION"):
        stock.set_levels([change("BOOT", "1", "0"), change("SOCK", "5", "4")])
    assert [entry[0] for entry in entries(settings_sent(teller)[-1])] == ["SOCK1"]


def test_a_refusal_of_the_whole_is_shopifys_own(teller: Teller, stock: ShopifyStock) -> None:
    script(teller, sold("BOOT"), PLACES, said_no(("INVALID_REASON", None)))
    with pytest.raises(Refused, match="said INVALID_REASON"):
        stock.set_levels([change("BOOT", "1", "0")])


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (change("BOOT", "1", "0.5"), "not a whole quantity"),
        (change("BOOT", "1", "-1"), "less than nothing"),
        (change("GONE", "1", "0"), "no variants under the SKU GONE"),
        (change("TWIN", "1", "0"), "2 variants under the SKU TWIN"),
        (change("BOOT", "1", "0", "attic"), "no locations called attic"),
        (change("SOCK", "9", "8"), "SOCK at web is named twice"),
    ],
)
def test_what_cannot_be_meant_stops_all_before_anything_is_set(
    teller: Teller, stock: ShopifyStock, wrong: LevelChange, why: str
) -> None:
    found = data(productVariants=page(variant("BOOT"), variant("SOCK"), variant("TWIN"), variant("TWIN", number=2)))
    script(teller, found, PLACES)
    with pytest.raises(Refused, match=why):
        stock.set_levels([change("SOCK", "5", "4"), wrong])
    assert settings_sent(teller) == []


def test_a_lost_answer_leaves_it_open_and_a_second_try_undoes_no_sale(teller: Teller, stock: ShopifyStock) -> None:
    script(teller, sold("BOOT"), PLACES)
    teller.says(200, DONE, silence_seconds=0.8)
    script(teller, sold("BOOT"), PLACES, said_no(("CHANGE_FROM_QUANTITY_STALE", 0)))
    changes = [change("BOOT", "10", "8")]
    with pytest.raises(OutcomeUnknown):
        stock.set_levels(changes)
    assert stock.set_levels(changes) == tuple(changes)
    first, second = settings_sent(teller)
    assert first["key"] != second["key"]


def test_an_answer_with_neither_group_nor_error_leaves_it_open(teller: Teller, stock: ShopifyStock) -> None:
    script(teller, sold("BOOT"), PLACES)
    script(teller, data(inventorySetQuantities={"inventoryAdjustmentGroup": None, "userErrors": []}))
    with pytest.raises(OutcomeUnknown):
        stock.set_levels([change("BOOT", "10", "8")])


def test_many_levels_go_in_several_calls(teller: Teller, stock: ShopifyStock) -> None:
    many = [f"S{number}" for number in range(compat.LEVELS_AT_ONCE + 1)]
    for start in range(0, len(many), 20):
        script(teller, sold(*many[start : start + 20]))
    script(teller, PLACES, DONE, DONE)
    assert stock.set_levels([change(sku, "1", "0") for sku in many]) == ()
    assert [len(sent["input"]["quantities"]) for sent in settings_sent(teller)] == [compat.LEVELS_AT_ONCE, 1]


def test_a_shop_that_fails_has_no_levels_to_tell(teller: Teller, stock: ShopifyStock) -> None:
    teller.says(503)
    with pytest.raises(Unavailable):
        stock.levels(["BOOT"])
