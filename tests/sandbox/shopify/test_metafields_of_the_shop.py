from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Json, Shopper

READ = 'query($id:ID!){order(id:$id){metafield(namespace:"robot",key:"K1"){namespace key type value}}}'
SET = """mutation($m:[MetafieldsSetInput!]!){metafieldsSet(metafields:$m){metafields{id value}
 userErrors{code field message}}}"""


def placed(shopper: Shopper) -> str:
    lines = [{"sku": "MUG", "quantity": 1, "price": "12.00"}]
    made = shopper.control("POST", "load", {"orders": [{"name": "#2001", "fulfilled": False, "lines": lines}]})
    return str(made["orders"]["#2001"]["id"])


def keep(shopper: Shopper, number: str, value: str, **more: None) -> Json:
    note = {"ownerId": number, "namespace": "robot", "key": "K1", "type": "json", "value": value, **more}
    made: Json = shopper.read(SET, m=[note])["metafieldsSet"]
    return made


def test_a_note_of_an_order_is_there_once_it_is_set_and_can_be_set_anew(shopper: Shopper) -> None:
    number = placed(shopper)
    assert shopper.read(READ, id=number)["order"]["metafield"] is None
    first, second = keep(shopper, number, "[1]"), keep(shopper, number, "[2]")
    assert first["metafields"][0]["id"] == second["metafields"][0]["id"]
    found = shopper.read(READ, id=number)["order"]["metafield"]
    assert found == {"namespace": "robot", "key": "K1", "type": "json", "value": "[2]"}


def test_a_note_that_must_not_stand_there_yet_is_not_written_over(shopper: Shopper) -> None:
    number = placed(shopper)
    assert keep(shopper, number, "[1]", compareDigest=None)["userErrors"] == []
    (error,) = keep(shopper, number, "[2]", compareDigest=None)["userErrors"]
    assert (error["code"], error["field"]) == ("STALE_OBJECT", ["metafields", "0", "compareDigest"])
    assert shopper.read(READ, id=number)["order"]["metafield"]["value"] == "[1]"


def test_nothing_is_set_when_one_of_the_notes_has_no_owner(shopper: Shopper) -> None:
    number = placed(shopper)
    notes = [{"ownerId": owner, "key": "K2", "value": "1"} for owner in (number, "gid://shopify/Order/1")]
    made = shopper.read(SET, m=notes)["metafieldsSet"]
    assert (made["metafields"], made["userErrors"][0]["code"]) == ([], "INVALID")
