from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tieout.connectors.shopify import ShopifySettings, ShopifyStorefront, compat, open_storefront
from tieout.connectors.shopify.client import ShopifyClient
from tieout.connectors.shopify.queries import LOCATIONS
from tieout.domain import commands as c
from tieout.domain.money import money
from tieout.ports.errors import (
    BadAnswer,
    Busy,
    ConnectorError,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
)

if TYPE_CHECKING:
    from .conftest import Teller

Clock = Callable[[], datetime]
Edge = dict[str, Any]
KEY = "TRF-0123456789ABCDEF"
REFUND = c.Refund(key=KEY, batch="", units=(), order_id="1", amount=money("5.00"), lines=(), note="RMA 1")


@pytest.fixture
def shop(settings: ShopifySettings, noon: Clock) -> ShopifyStorefront:
    return open_storefront(settings, noon)


def page(*nodes: Edge) -> Edge:
    return {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": list(nodes)}


def answer(**fields: object) -> Edge:
    return {"data": fields}


def order(*notes: str) -> Edge:
    pounds = {"shopMoney": {"amount": "5.00", "currencyCode": "GBP"}}
    row = {"id": "t1", "kind": "SALE", "status": "SUCCESS", "gateway": "bogus", "amountSet": pounds}
    back = {**row, "id": "t2", "kind": "REFUND"}
    refunds = [
        {
            "id": f"gid://shopify/Refund/{number}",
            "createdAt": "2026-11-20T10:00:00Z",
            "note": note,
            "refundLineItems": page(),
            "refundShippingLines": page(),
            "transactions": page(back),
        }
        for number, note in enumerate(notes, 1)
    ]
    return answer(
        order={
            "id": "gid://shopify/Order/1",
            "name": "#1001",
            "taxesIncluded": True,
            "currencyCode": "GBP",
            "presentmentCurrencyCode": "GBP",
            "transactions": [row],
            "refunds": refunds,
            "agreements": page(),
        }
    )


def throttled(requested: float, available: float) -> Edge:
    bucket = {"maximumAvailable": 1000.0, "currentlyAvailable": available, "restoreRate": 50.0}
    return {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {"requestedQueryCost": requested, "throttleStatus": bucket}},
    }


def fault(code: str, message: str = "no", **others: object) -> Edge:
    return {"errors": [{"message": message, "extensions": {"code": code}, **others}], "data": None}


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (400, BadAnswer, Refused),
        (401, Unauthorised, Unauthorised),
        (402, BadAnswer, Refused),
        (403, Unauthorised, Unauthorised),
        (429, Busy, Busy),
        (500, Unavailable, OutcomeUnknown),
        (503, Unavailable, OutcomeUnknown),
        (504, Unavailable, OutcomeUnknown),
    ],
)
def test_every_status_is_named_for_what_to_do_next(
    shop: ShopifyStorefront,
    teller: Teller,
    status: int,
    reading: type[ConnectorError],
    writing: type[ConnectorError],
) -> None:
    teller.says(status, {"errors": "no"})
    with pytest.raises(reading):
        shop.find_refund(REFUND)
    teller.told.clear()
    teller.says(200, order())
    teller.says(status, {"errors": "no"})
    with pytest.raises(writing):
        shop.refund(REFUND)


@pytest.mark.parametrize(
    ("body", "reading", "writing"),
    [
        (fault("ACCESS_DENIED"), Unauthorised, Unauthorised),
        (fault("INTERNAL_SERVER_ERROR"), Unavailable, OutcomeUnknown),
        (fault("MAX_COST_EXCEEDED"), BadAnswer, Refused),
        (fault("undefinedField"), BadAnswer, Refused),
        (fault("NEW_WORD", path=["refundCreate"]), BadAnswer, OutcomeUnknown),
        (fault("IDEMPOTENCY_CONCURRENT_REQUEST"), BadAnswer, OutcomeUnknown),
        ({"errors": "a plain text"}, BadAnswer, Refused),
        ({"data": None}, BadAnswer, OutcomeUnknown),
        ([], BadAnswer, OutcomeUnknown),
        (b"<html>", BadAnswer, OutcomeUnknown),
        (answer(order=None, refundCreate=None), type(None), OutcomeUnknown),
        (answer(refundCreate={"refund": None, "userErrors": []}), type(None), OutcomeUnknown),
    ],
)
def test_a_two_hundred_with_errors_is_a_failure(
    shop: ShopifyStorefront, teller: Teller, body: object, reading: type, writing: type[ConnectorError]
) -> None:
    teller.says(200, order())
    teller.says(200, body)
    with pytest.raises(writing):
        shop.refund(REFUND)
    if issubclass(reading, ConnectorError):
        with pytest.raises(reading):
            shop.find_refund(REFUND)
    else:
        assert shop.find_refund(REFUND) is None


def test_user_errors_are_a_refusal_in_shopifys_words(shop: ShopifyStorefront, teller: Teller) -> None:
    errors = [{"field": ["transactions", "0", "amount"], "message": "Refund amount is too much"}]
    teller.says(200, order())
    teller.says(200, answer(refundCreate={"refund": None, "userErrors": errors}))
    with pytest.raises(Refused) as caught:
        shop.refund(REFUND)
    assert caught.value.reason == "Refund amount is too much (transactions.0.amount)"


def test_a_key_used_for_something_else_is_refused_when_no_refund_carries_it(
    shop: ShopifyStorefront, teller: Teller
) -> None:
    mismatch = answer(refundCreate={"refund": None, "userErrors": [{"message": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"}]})
    teller.says(200, order())
    teller.says(200, mismatch)
    teller.says(200, order())
    with pytest.raises(Refused, match="MISMATCH"):
        shop.refund(REFUND)


def test_a_key_used_before_is_no_fault_when_the_refund_stands(shop: ShopifyStorefront, teller: Teller) -> None:
    teller.says(200, order())
    teller.says(200, fault("IDEMPOTENCY_KEY_PARAMETER_MISMATCH"))
    teller.says(200, order(f"RMA 1 {KEY}"))
    shop.refund(REFUND)
    assert len(teller.asked) == 3


def test_a_key_whose_attempt_failed_is_followed_by_the_next_only_after_a_look(
    shop: ShopifyStorefront, teller: Teller
) -> None:
    teller.says(200, order())
    teller.says(200, fault("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"))
    teller.says(200, order())
    teller.says(200, answer(refundCreate={"refund": {"id": "r"}, "userErrors": []}))
    shop.refund(REFUND)
    sent = [json.loads(asked.body)["variables"] for asked in teller.asked]
    assert [variables.get("key", "a look") for variables in sent] == [
        "a look",
        compat.idempotency_key(KEY),
        "a look",
        compat.idempotency_key(KEY, 2),
    ]


def test_keys_are_not_tried_for_ever(shop: ShopifyStorefront, teller: Teller) -> None:
    teller.says(200, order())
    for _ in range(3):
        teller.says(200, fault("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"))
        teller.says(200, order())
    with pytest.raises(Refused):
        shop.refund(REFUND)
    assert len(teller.asked) == 7


def test_a_shop_that_could_not_finish_leaves_the_outcome_unknown(shop: ShopifyStorefront, teller: Teller) -> None:
    errors = [{"code": "SERVICE_UNAVAILABLE", "field": None, "message": "Try later"}]
    teller.says(200, order())
    teller.says(200, answer(refundCreate={"refund": None, "userErrors": errors}))
    with pytest.raises(OutcomeUnknown):
        shop.refund(REFUND)


def test_throttling_is_busy_for_as_long_as_the_bucket_needs(shop: ShopifyStorefront, teller: Teller) -> None:
    teller.says(200, throttled(requested=600, available=100))
    with pytest.raises(Busy) as caught:
        shop.find_refund(REFUND)
    assert caught.value.wait == timedelta(seconds=10)


def test_what_the_bucket_cannot_hold_is_not_even_asked(shop: ShopifyStorefront, teller: Teller) -> None:
    teller.says(200, throttled(requested=600, available=100))
    for _ in range(3):
        with pytest.raises(Busy):
            shop.find_refund(REFUND)
    assert len(teller.asked) == 1


def test_a_short_wait_for_the_bucket_is_waited_out(settings: ShopifySettings, teller: Teller, noon: Clock) -> None:
    waits: list[float] = []
    patient = settings.model_copy(update={"pause_seconds_max": 5.0})
    client = ShopifyClient(patient, noon, pause=waits.append)
    teller.says(200, throttled(requested=200, available=100))
    teller.says(200, answer(locations=page()))
    with pytest.raises(Busy):
        client.ask(LOCATIONS, {})
    assert waits == [2.0, 2.0]


def test_silence_after_a_refund_is_an_unknown_outcome(shop: ShopifyStorefront, teller: Teller) -> None:
    teller.says(200, order())
    teller.says(200, {}, silence_seconds=0.8)
    with pytest.raises(OutcomeUnknown):
        shop.refund(REFUND)
    teller.told.clear()
    teller.says(200, order())
    teller.says(200, {}, hang_up=True)
    with pytest.raises(OutcomeUnknown):
        shop.refund(REFUND)


def test_silence_after_a_read_and_a_refused_connection_are_only_unavailable(
    shop: ShopifyStorefront, settings: ShopifySettings, teller: Teller, noon: Clock
) -> None:
    teller.says(200, {}, silence_seconds=0.8)
    with pytest.raises(Unavailable):
        shop.order("1", "")
    nobody = open_storefront(settings.model_copy(update={"base_url": "http://127.0.0.1:9"}), noon)
    with pytest.raises(Unavailable):
        nobody.refund(REFUND)


def test_two_refunds_under_one_key_are_named_and_neither_is_taken(shop: ShopifyStorefront, teller: Teller) -> None:
    teller.says(200, order(f"a {KEY}", "by hand", f"b {KEY}"))
    with pytest.raises(BadAnswer, match="refunds 1, 3 on order #1001"):
        shop.find_refund(REFUND)


def test_a_found_refund_answers_in_the_commands_own_terms(shop: ShopifyStorefront, teller: Teller) -> None:
    teller.says(200, order("by hand", f"b {KEY}"))
    found = shop.find_refund(REFUND)
    assert found is not None
    assert (found.reference, found.figures) == ("2", REFUND.figures())
    assert found.link == "https://tieout-demo.myshopify.com/admin/orders/1"


def test_the_request_goes_to_the_pinned_version_with_the_token_and_amounts_as_text(
    shop: ShopifyStorefront, teller: Teller
) -> None:
    teller.says(200, order())
    teller.says(200, answer(refundCreate={"refund": {"id": "r"}, "userErrors": []}))
    shop.refund(REFUND)
    sent = json.loads(teller.asked[1].body)
    assert teller.asked[1].path == "/admin/api/2026-07/graphql.json"
    assert teller.asked[1].headers["x-shopify-access-token"] == "token-nobody-may-see"
    assert sent["variables"]["input"]["transactions"][0]["amount"] == "5.00"
    assert sent["variables"]["key"] == "e53c9a3a-8f82-5c03-8d05-d86e10511853"


def test_an_id_that_is_no_number_is_no_order(shop: ShopifyStorefront, teller: Teller) -> None:
    assert shop.order("blind", "") is None
    assert shop.order("", "") is None
    assert teller.asked == []


def test_pages_that_go_in_circles_end_in_a_bad_answer(shop: ShopifyStorefront, teller: Teller) -> None:
    circle = {"pageInfo": {"hasNextPage": True, "endCursor": "again"}, "nodes": []}
    teller.says(200, answer(orders=circle))
    with pytest.raises(BadAnswer, match="never end"):
        list(shop.refunds(None))


def test_no_secret_shows_in_errors_or_settings(
    shop: ShopifyStorefront, settings: ShopifySettings, teller: Teller
) -> None:
    texts = [repr(settings), str(settings), settings.model_dump_json()]
    for status in (400, 401, 429, 500):
        teller.told.clear()
        teller.says(status, {"errors": "[API] Invalid API key or access token token-nobody-may-see"})
        with pytest.raises(ConnectorError) as caught:
            shop.order("1", "")
        texts.append(repr(caught.value))
    assert not [text for text in texts if "nobody-may-see" in text]
