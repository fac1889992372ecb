"""Letting an outcome go, and the list of transactions: what is asked of ReturnGO, and what is never asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tieout.connectors.returngo import ReturnGoPortal, ReturnGoSettings, open_portal
from tieout.domain import commands as c
from tieout.domain.money import money
from tieout.ports.errors import BadAnswer, Busy, OutcomeUnknown, Refused

if TYPE_CHECKING:
    from .conftest import Purse, Teller

Edge = dict[str, Any]


@pytest.fixture
def portal(settings: ReturnGoSettings, purse: Purse, noon: Callable[[], datetime]) -> ReturnGoPortal:
    return open_portal(settings, purse, noon)


def let_go(*units: str) -> c.ReleaseOutcome:
    return c.ReleaseOutcome(key="TRL-0123456789ABCDEF", units=units, rma="1234", amount=money("24.00"))


def unit(number: str, parcel: str = "", **others: object) -> Edge:
    price = {"amount": 24, "currency": "GBP"}
    return {"returnedItemId": number, "shipmentId": parcel, "paidPrice": price, **others}


def rma(*units: Edge, **parcels: str) -> Edge:
    shipments = [{"shipmentId": number, "status": status} for number, status in parcels.items()]
    head = {"rmaId": "1234", "status": "Received"}
    return {"rmaSummary": head, "items": list(units), "shipments": shipments, "createdAt": "2026-11-10T09:00:00Z"}


def written(teller: Teller) -> list[tuple[str, str, object]]:
    return [(a.method, a.path, json.loads(a.body)) for a in teller.asked if a.method != "GET"]


def test_the_parcels_of_the_units_are_validated_each_once(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(
        200,
        rma(
            unit("1", "S1"),
            unit("2", "S1"),
            unit("3", "S2"),
            unit("4", "S3"),
            S1="Received",
            S2="Shipped",
            S3="Received",
        ),
    )
    teller.says(200, {})
    portal.release(let_go("1", "2", "3"))
    assert written(teller) == [
        ("PUT", "/shipment/S1", {"status": "Validated"}),
        ("PUT", "/shipment/S2", {"status": "Validated"}),
    ]


def test_a_parcel_that_is_validated_already_is_left_alone(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(200, rma(unit("1", "S1"), unit("2", "S2"), S1="Validated", S2="Received"))
    teller.says(200, {})
    portal.release(let_go("1", "2"))
    assert [path for _, path, _ in written(teller)] == ["/shipment/S2"]


@pytest.mark.parametrize(
    ("s1", "s2", "is_found"),
    [("Validated", "Validated", True), ("Validated", "Received", False), ("Received", "Received", False)],
)
def test_released_means_that_every_parcel_is_validated(
    portal: ReturnGoPortal,
    teller: Teller,
    s1: str,
    s2: str,
    is_found: bool,  # noqa: FBT001 - a case
) -> None:
    teller.says(200, rma(unit("1", "S1"), unit("2", "S2"), S1=s1, S2=s2))
    found = portal.find_released(let_go("1", "2"))
    assert (found is not None) is is_found
    if found is not None:
        assert (found.reference, found.figures) == ("1234", {"status": "released"})


KEPT = unit("1", "", returnMethod={"type": "No shipment required"})


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (rma(KEPT, S1="Validated"), "needs no shipment"),
        (rma(unit("1", "S9"), S1="Received"), "no parcel for unit 1"),
        (rma(unit("2", "S1"), S1="Received"), "no unit 1 any more"),
        (rma(unit("1", "S1"), unit("2", "S1"), S1="Received"), "also brings unit 2"),
    ],
)
def test_what_would_let_go_nothing_or_too_much_is_refused_before_anything_is_sent(
    portal: ReturnGoPortal, teller: Teller, document: Edge, words: str
) -> None:
    teller.says(200, document)
    assert portal.find_released(let_go("1")) is None
    with pytest.raises(Refused, match=words):
        portal.release(let_go("1"))
    assert written(teller) == []


def test_a_refusal_of_goods_that_are_kept_says_what_to_choose_instead(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(200, rma(KEPT))
    with pytest.raises(Refused, match="refund it from the storefront by Tieout instead, or release it by hand"):
        portal.release(let_go("1"))


def test_no_units_and_no_rma_release_nothing(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(200, rma(unit("1", "S1"), S1="Validated"))
    assert portal.find_released(let_go()) is None
    with pytest.raises(Refused, match="no unit"):
        portal.release(let_go())
    teller.told.clear()
    teller.says(404, {})
    assert portal.find_released(let_go("1")) is None
    with pytest.raises(Refused, match="no RMA 1234"):
        portal.release(let_go("1"))
    assert written(teller) == []


def test_a_unit_that_was_not_in_the_parcel_holds_nobody_up(portal: ReturnGoPortal, teller: Teller) -> None:
    lost = unit("2", "S1", itemValidationStatusResponse={"isReturned": 0, "lastValidationDate": "2026-11-15T10:00:00Z"})
    teller.says(200, rma(unit("1", "S1"), lost, S1="Received"))
    teller.says(200, {})
    portal.release(let_go("1"))
    assert [path for _, path, _ in written(teller)] == ["/shipment/S1"]


def test_a_refusal_half_way_names_what_was_let_go_before_it(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(200, rma(unit("1", "S1"), unit("2", "S2"), S1="Received", S2="Received"))
    teller.says(200, {})
    teller.says(400, {"message": "bad transition"})
    with pytest.raises(Refused, match="parcel S2: bad transition; released already: S1"):
        portal.release(let_go("1", "2"))


def test_a_lost_answer_to_a_release_is_an_unknown_outcome(portal: ReturnGoPortal, teller: Teller) -> None:
    teller.says(200, rma(unit("1", "S1"), S1="Received"))
    teller.says(502, {})
    with pytest.raises(OutcomeUnknown):
        portal.release(let_go("1"))


def payment(number: int, refund: object, **others: object) -> Edge:
    return {
        "id": number,
        "rmaId": 1234,
        "type": "RefundToPaymentMethod",
        "status": "Success",
        "externalReferenceType": "PlatformRefundId",
        "externalReferenceId": refund,
        "amount": 24,
        "currency": "GBP",
        **others,
    }


def test_the_refunds_on_an_order_are_read_page_by_page_each_once(
    portal: ReturnGoPortal, teller: Teller, purse: Purse
) -> None:
    credit = payment(2, "RG-1", type="RefundToStoreCredit", externalReferenceType="StoreCreditCode")
    teller.says(200, {"transactions": [payment(1, 9007199254740993), credit], "next_cursor": "next"})
    teller.says(200, {"transactions": [payment(1, 9007199254740993), payment(3, "8", status="Failed", rmaId="99")]})
    payments = portal.payments("gid://shopify/Order/450")
    assert [(p.rma_number, p.refund.refund_id, p.refund.amount, p.refund.has_failed) for p in payments] == [
        ("1234", "9007199254740993", money("24.00"), False),
        ("99", "8", money("24.00"), True),
    ]
    assert all("/transactions?" in asked.path and "order_ids=450" in asked.path for asked in teller.asked)
    assert "cursor=next" in teller.asked[1].path
    assert purse.spent == ["portal", "portal"]


def test_without_an_order_the_whole_list_is_never_asked_for(portal: ReturnGoPortal, teller: Teller) -> None:
    assert portal.payments("") == ()
    assert teller.asked == []


@pytest.mark.parametrize(
    "body",
    [{}, {"transactions": [payment(1, "8", rmaId=None)]}, {"transactions": [], "next_cursor": "again"}],
)
def test_a_list_of_transactions_that_cannot_be_right_is_a_bad_answer(
    portal: ReturnGoPortal, teller: Teller, body: Edge
) -> None:
    teller.says(200, body)
    with pytest.raises(BadAnswer):
        portal.payments("450")


def test_every_call_of_a_release_comes_out_of_the_days_allowance(
    portal: ReturnGoPortal, teller: Teller, purse: Purse
) -> None:
    teller.says(200, rma(unit("1", "S1"), S1="Received"))
    teller.says(200, {})
    portal.release(let_go("1"))
    assert purse.spent == ["portal"] * 2
    purse.left = 0
    with pytest.raises(Busy):
        portal.payments("450")
    assert len(teller.asked) == 2
