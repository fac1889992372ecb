"""What left, told to a shop that answers as scripted."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tieout.connectors.shopify import ShopifyFulfilments, ShopifySettings, open_fulfilments
from tieout.domain import commands as c
from tieout.ports.errors import BadAnswer, OutcomeUnknown, Refused, Unavailable

if TYPE_CHECKING:
    from .conftest import Teller

Edge = dict[str, Any]
ORDER = "gid://shopify/Order/7"
COMMAND = c.FulfilOrder(
    key="TFO-0000000000000001",
    order_name="#1001",
    lines=(c.SentLine(sku="BOOT", quantity=1), c.SentLine(sku="SOCK", quantity=2)),
    carrier="DPD UK",
    tracking=("1550 1",),
)
SILENT = dataclasses.replace(COMMAND, tracking=())


def page(*nodes: Edge, then: str = "") -> Edge:
    return {"pageInfo": {"hasNextPage": bool(then), "endCursor": then or None}, "nodes": list(nodes)}


def data(**fields: object) -> Edge:
    return {"data": fields}


BY_NAME = data(orders=page({"id": ORDER, "name": "#1001"}))


def gone(number: int, *numbers: str, status: str = "SUCCESS") -> Edge:
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "name": f"#1001-F{number}",
        "status": status,
        "trackingInfo": [{"number": each} for each in numbers],
    }


def with_gone(*rows: Edge) -> Edge:
    return data(order={"id": ORDER, "name": "#1001", "fulfillments": list(rows)})


def units(**quantities: int) -> Edge:
    rows = [
        {"id": f"gid://shopify/FulfillmentLineItem/{sku}", "quantity": each, "lineItem": {"id": sku, "sku": sku}}
        for sku, each in quantities.items()
    ]
    return data(fulfillment={"fulfillmentLineItems": page(*rows)})


def awaited(number: int, place: str, status: str = "OPEN", *, then: str = "", **quantities: int) -> Edge:
    rows = [
        {"id": f"{number}-{sku}", "remainingQuantity": n, "lineItem": {"id": sku, "sku": sku}}
        for sku, n in quantities.items()
    ]
    return {
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "status": status,
        "assignedLocation": {"name": place, "location": {"id": f"gid://shopify/Location/{place}"}},
        "lineItems": page(*rows, then=then),
    }


def all_awaited(*rows: Edge) -> Edge:
    return data(order={"fulfillmentOrders": page(*rows)})


def made(number: int = 1) -> Edge:
    return data(
        fulfillmentCreate={
            "fulfillment": {"id": f"gid://shopify/Fulfillment/{number}", "name": f"#1001-F{number}"},
            "userErrors": [],
        }
    )


def refused(message: str) -> Edge:
    return data(fulfillmentCreate={"fulfillment": None, "userErrors": [{"field": ["fulfillment"], "message": message}]})


def mark(*ids: str) -> Edge:
    return data(order={"metafield": {"value": json.dumps(list(ids))} if ids else None})


def script(teller: Teller, *answers: Edge) -> None:
    for answer in answers:
        teller.says(200, answer)


def sent(teller: Teller, name: str) -> list[Edge]:
    """The variables of every request of one document."""
    bodies = [json.loads(asked.body) for asked in teller.asked]
    return [body["variables"] for body in bodies if f" {name}(" in body["query"]]


def taken(variables: Edge) -> dict[str, dict[str, int]]:
    """Quantities by line and fulfilment order."""
    return {
        group["fulfillmentOrderId"].rpartition("/")[2]: {
            row["id"]: row["quantity"] for row in group["fulfillmentOrderLineItems"]
        }
        for group in variables["fulfillment"]["lineItemsByFulfillmentOrder"]
    }


@pytest.fixture
def shop(settings: ShopifySettings, noon: Callable[[], datetime]) -> Iterator[ShopifyFulfilments]:
    opened = open_fulfilments(settings.model_copy(update={"reads_tried": 1}), noon)
    yield opened
    opened.close()


def test_what_left_is_marked_with_the_carrier_and_the_number(teller: Teller, shop: ShopifyFulfilments) -> None:
    script(teller, BY_NAME, with_gone(), all_awaited(awaited(1, "web", BOOT=1, SOCK=5)), made())
    shop.fulfil_order(dataclasses.replace(COMMAND, urls=("https://track.example/1550",)))
    (told,) = sent(teller, "FulfilmentCreate")
    assert taken(told) == {"1": {"1-BOOT": 1, "1-SOCK": 2}}
    assert told["fulfillment"]["trackingInfo"] == {
        "company": "DPD UK",
        "numbers": ["1550 1"],
        "urls": ["https://track.example/1550"],
    }
    assert told["fulfillment"]["notifyCustomer"] is True


def test_a_shop_that_wants_its_customers_left_alone_has_them_left_alone(
    teller: Teller, settings: ShopifySettings, noon: Callable[[], datetime]
) -> None:
    script(teller, BY_NAME, with_gone(), all_awaited(awaited(1, "web", BOOT=1, SOCK=2)), made())
    shop = open_fulfilments(settings.model_copy(update={"notifies_customers": False}), noon)
    shop.fulfil_order(COMMAND)
    shop.close()
    (told,) = sent(teller, "FulfilmentCreate")
    assert told["fulfillment"]["notifyCustomer"] is False


def test_several_parcels_go_with_their_numbers_and_without_addresses_that_do_not_pair(
    teller: Teller, shop: ShopifyFulfilments
) -> None:
    script(teller, BY_NAME, with_gone(), all_awaited(awaited(1, "web", BOOT=1, SOCK=2)), made())
    shop.fulfil_order(dataclasses.replace(COMMAND, tracking=("1", "2"), urls=("https://track.example/1",), carrier=""))
    (told,) = sent(teller, "FulfilmentCreate")
    assert told["fulfillment"]["trackingInfo"] == {"numbers": ["1", "2"]}


def test_it_is_found_by_any_of_its_numbers_with_its_units(teller: Teller, shop: ShopifyFulfilments) -> None:
    script(teller, BY_NAME, with_gone(gone(1, "other"), gone(2, " 1550 1 ", "1550 2")), units(BOOT=1, SOCK=2))
    found = shop.find_fulfilment(dataclasses.replace(COMMAND, tracking=("1550 2", "1550 3")))
    assert found is not None
    assert (found.reference, c.differences(COMMAND.figures(), found.figures)) == ("#1001-F2", ())
    assert found.link == "https://tieout-demo.myshopify.com/admin/orders/7"
    assert [asked["id"] for asked in sent(teller, "FulfilmentLines")] == ["gid://shopify/Fulfillment/2"]


@pytest.mark.parametrize("status", ["CANCELLED", "ERROR", "FAILURE"])
def test_a_fulfilment_that_sent_nothing_is_none(teller: Teller, shop: ShopifyFulfilments, status: str) -> None:
    script(teller, BY_NAME, with_gone(gone(1, "1550 1", status=status)))
    assert shop.find_fulfilment(COMMAND) is None


def test_an_order_that_is_not_there_is_not_found_and_takes_nothing(teller: Teller, shop: ShopifyFulfilments) -> None:
    script(teller, data(orders=page({"id": ORDER, "name": "#10010"})))
    assert shop.find_fulfilment(COMMAND) is None
    with pytest.raises(Refused, match="no order #1001"):
        shop.fulfil_order(COMMAND)


def test_after_a_lost_answer_it_is_found_and_not_made_again(teller: Teller, shop: ShopifyFulfilments) -> None:
    script(teller, BY_NAME, with_gone(), all_awaited(awaited(1, "web", BOOT=1, SOCK=2)))
    teller.says(200, made(), silence_seconds=0.8)
    script(teller, BY_NAME, with_gone(gone(1, "1550 1")), units(BOOT=1, SOCK=2))
    script(teller, BY_NAME, with_gone(gone(1, "1550 1")), units(BOOT=1, SOCK=2))
    with pytest.raises(OutcomeUnknown):
        shop.fulfil_order(COMMAND)
    found = shop.find_fulfilment(COMMAND)
    assert found is not None
    assert c.differences(COMMAND.figures(), found.figures) == ()
    shop.fulfil_order(COMMAND)
    assert len(sent(teller, "FulfilmentCreate")) == 1


def test_an_answer_without_result_or_error_leaves_it_open(teller: Teller, shop: ShopifyFulfilments) -> None:
    script(teller, BY_NAME, with_gone(), all_awaited(awaited(1, "web", BOOT=1, SOCK=2)))
    script(teller, data(fulfillmentCreate={"fulfillment": None, "userErrors": []}))
    with pytest.raises(OutcomeUnknown):
        shop.fulfil_order(COMMAND)


def test_one_location_that_has_all_is_taken_before_two_that_have_parts(
    teller: Teller, shop: ShopifyFulfilments
) -> None:
    rows = (awaited(1, "shop", BOOT=1), awaited(2, "web", BOOT=1, SOCK=1), awaited(3, "web", SOCK=4))
    script(teller, BY_NAME, with_gone(), all_awaited(*rows), made())
    shop.fulfil_order(COMMAND)
    (told,) = sent(teller, "FulfilmentCreate")
    assert taken(told) == {"2": {"2-BOOT": 1, "2-SOCK": 1}, "3": {"3-SOCK": 1}}


def test_units_at_two_locations_are_told_one_location_after_the_other(teller: Teller, shop: ShopifyFulfilments) -> None:
    rows = (awaited(1, "shop", BOOT=1), awaited(2, "web", SOCK=2))
    script(teller, BY_NAME, with_gone(), all_awaited(*rows), made(1), made(2))
    shop.fulfil_order(COMMAND)
    assert [taken(told) for told in sent(teller, "FulfilmentCreate")] == [{"2": {"2-SOCK": 2}}, {"1": {"1-BOOT": 1}}]
    numbers = [told["fulfillment"]["trackingInfo"]["numbers"] for told in sent(teller, "FulfilmentCreate")]
    assert numbers == [["1550 1"], ["1550 1"]]


def test_a_part_that_stands_is_not_the_whole_and_only_the_rest_is_told(
    teller: Teller, shop: ShopifyFulfilments
) -> None:
    half = (BY_NAME, with_gone(gone(1, "1550 1")), units(SOCK=2))
    script(teller, *half)
    assert shop.find_fulfilment(COMMAND) is None
    teller.told.clear()
    script(teller, *half, all_awaited(awaited(1, "shop", BOOT=1), awaited(2, "web", "CLOSED", SOCK=0)), made(2))
    shop.fulfil_order(COMMAND)
    (told,) = sent(teller, "FulfilmentCreate")
    assert taken(told) == {"1": {"1-BOOT": 1}}


def test_a_refusal_says_which_part_stands(teller: Teller, shop: ShopifyFulfilments) -> None:
    rows = (awaited(1, "shop", BOOT=1), awaited(2, "web", SOCK=2))
    script(teller, BY_NAME, with_gone(), all_awaited(*rows), made(1), refused("The location is closed."))
    with pytest.raises(Refused, match=r"#1001-F1 stands; of the rest Shopify says: The location is closed"):
        shop.fulfil_order(COMMAND)


def test_other_units_under_the_number_are_shown_as_they_are(teller: Teller, shop: ShopifyFulfilments) -> None:
    script(teller, BY_NAME, with_gone(gone(1, "1550 1")), units(BOOT=2))
    found = shop.find_fulfilment(COMMAND)
    assert found is not None
    assert found.figures == {"order": "#1001", "sent BOOT": "2"}


def test_more_than_is_left_is_refused_before_anything_is_told(teller: Teller, shop: ShopifyFulfilments) -> None:
    rows = (awaited(1, "web", BOOT=1, SOCK=1), awaited(2, "web", "ON_HOLD", SOCK=1))
    script(teller, BY_NAME, with_gone(), all_awaited(*rows))
    with pytest.raises(Refused, match=r"#1001 has 1 of SOCK left to send, not 2 \(others are ON_HOLD\)"):
        shop.fulfil_order(COMMAND)
    assert sent(teller, "FulfilmentCreate") == []


def test_a_line_of_nothing_is_refused(teller: Teller, shop: ShopifyFulfilments) -> None:
    with pytest.raises(Refused, match="nothing"):
        shop.fulfil_order(dataclasses.replace(COMMAND, lines=(c.SentLine(sku="BOOT", quantity=0),)))
    assert teller.asked == []


def test_lines_beyond_the_first_page_are_read(teller: Teller, shop: ShopifyFulfilments) -> None:
    more = data(fulfillmentOrder={"lineItems": awaited(1, "web", SOCK=2)["lineItems"]})
    script(teller, BY_NAME, with_gone(), all_awaited(awaited(1, "web", then="c1", BOOT=1)), more, made())
    shop.fulfil_order(COMMAND)
    (told,) = sent(teller, "FulfilmentCreate")
    assert taken(told) == {"1": {"1-BOOT": 1, "1-SOCK": 2}}


def test_an_order_of_more_fulfilments_than_can_be_read_is_not_guessed_at(
    teller: Teller, shop: ShopifyFulfilments
) -> None:
    script(teller, BY_NAME, with_gone(*(gone(number) for number in range(100))))
    with pytest.raises(BadAnswer, match="100 fulfilments"):
        shop.find_fulfilment(COMMAND)


def test_a_shop_that_fails_is_no_order_that_did_not_leave(teller: Teller, shop: ShopifyFulfilments) -> None:
    teller.says(503)
    with pytest.raises(Unavailable):
        shop.find_fulfilment(COMMAND)


def test_without_a_number_what_had_left_is_written_down_before(teller: Teller, shop: ShopifyFulfilments) -> None:
    rows = all_awaited(awaited(2, "web", BOOT=1, SOCK=2))
    written = data(metafieldsSet={"metafields": [{"id": "gid://shopify/Metafield/1"}], "userErrors": []})
    script(teller, BY_NAME, with_gone(gone(1)), mark(), rows, mark(), written, made(2))
    shop.fulfil_order(SILENT)
    ((noted,),) = (each["marks"] for each in sent(teller, "OrderMarkSet"))
    assert (noted["ownerId"], noted["namespace"], noted["key"]) == (ORDER, "tieout", SILENT.key)
    assert (json.loads(noted["value"]), noted["compareDigest"]) == (["1"], None)
    (told,) = sent(teller, "FulfilmentCreate")
    assert told["fulfillment"]["trackingInfo"] == {"company": "DPD UK"}


def test_without_a_number_it_is_found_among_what_came_since(teller: Teller, shop: ShopifyFulfilments) -> None:
    script(teller, BY_NAME, with_gone(gone(1), gone(2, "9"), gone(3)), mark("1"), units(BOOT=1, SOCK=2))
    script(teller, units(BOOT=1, SOCK=2), units(BOOT=1, SOCK=2))
    found = shop.find_fulfilment(SILENT)
    assert found is not None
    assert (found.reference, c.differences(SILENT.figures(), found.figures)) == ("#1001-F3", ())


def test_without_a_number_what_left_before_is_never_taken_for_it(teller: Teller, shop: ShopifyFulfilments) -> None:
    """An earlier despatch of the same units, without a number, too."""
    script(teller, BY_NAME, with_gone(gone(1)), mark("1"))
    assert shop.find_fulfilment(SILENT) is None
    teller.told.clear()
    script(teller, BY_NAME, with_gone(gone(1)), mark())
    assert shop.find_fulfilment(SILENT) is None


def test_without_a_number_a_second_try_does_not_write_over_the_first(teller: Teller, shop: ShopifyFulfilments) -> None:
    rows = all_awaited(awaited(2, "web", BOOT=1, SOCK=2))
    script(teller, BY_NAME, with_gone(gone(1)), mark("1"), rows, mark("1"), made(2))
    shop.fulfil_order(SILENT)
    assert sent(teller, "OrderMarkSet") == []
    assert len(sent(teller, "FulfilmentCreate")) == 1


def test_a_mark_that_somebody_changed_is_a_bad_answer(teller: Teller, shop: ShopifyFulfilments) -> None:
    script(teller, BY_NAME, with_gone(gone(1)), data(order={"metafield": {"value": "hello"}}))
    with pytest.raises(BadAnswer, match="not as it was written"):
        shop.find_fulfilment(SILENT)
