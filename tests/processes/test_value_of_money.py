"""Money that goes back: less fees, without goods, at another value, failed, late, or before anything came."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.house import COMPANY
from tests.processes.worth import (
    BY_EITHER_ROUTE,
    FEES,
    SHOPPAY,
    STORE_CREDIT,
    Since,
    asked,
    assert_done,
    codes,
    paying,
    sold,
    stock_up,
    try_again,
)

from tieout.processes import sweeps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.processes.house import House

pytestmark = BY_EITHER_ROUTE
EACH_WAY = pytest.mark.parametrize("by", ["us", pytest.param("portal", marks=[pytest.mark.long])])


@pytest.fixture(scope="module")
def valued(shared_house: House) -> House:
    stock_up(shared_house)
    shared_house.rule("policy", "receipt_grace_days", value="1")
    shared_house.rule("policy", "posting_grace_hours", value="24")
    return shared_house


@contextmanager
def detecting(house: House) -> Iterator[None]:
    """The portal refunds when it likes, and Tieout takes note."""
    house.choose(mode="detect")
    try:
        yield
    finally:
        house.choose(mode="gate")


def time_passes(house: House, by: timedelta) -> None:
    """Nobody does anything; the schedule that looks at what has fallen due does."""
    house.later(by)
    sweeps.sweep_overdue(house.application.floor, house.application.companies[COMPANY])
    house.drain()


@EACH_WAY
@pytest.mark.parametrize(
    "fee",
    [
        "restocking_fee",
        pytest.param("return_fee", marks=[pytest.mark.long]),
        pytest.param("shipment_fee", marks=[pytest.mark.long]),
    ],
)
def test_a_fee_is_an_invoice_of_its_own_and_the_refund_is_less(valued: House, fee: str, by: str) -> None:
    """Issue 4: credited in full, the fee invoiced with VAT on its nominal, the rest paid, all allocated together."""
    house = valued
    with paying(house, by):
        rma = house.authorised(sold(house), ("MUG", 2), **{fee: "1.20"})
        before = Since(house)
        house.receive(rma)
        house.drain(rma)
        house.drain(rma)
    assert_done(house, rma)
    made = before.changes()
    assert (made.credits, made.fees, made.refunds, made.payments) == ((2400,), (240,), (2160,), (2160,))
    assert (made.nominals, made.outstanding) == ({SHOPPAY: 2160, FEES: 200}, 0)


@EACH_WAY
def test_fees_of_units_and_of_the_whole_return_are_each_borne_once_over_two_parcels(valued: House, by: str) -> None:
    """Issue 4: each parcel bears its own units' fees, the first that of the whole."""
    house = valued
    item = {"sku": "MUG", "quantity": 2, "restocking_fee": "1.20", "shipment_fee": "0.60"}
    with paying(house, by):
        rma = asked(house, sold(house), item, cancellation_fee="2.40")
        before = Since(house)
        for unit in rma.units:
            house.receive(rma, unit)
            house.drain(rma)
        house.drain(rma)
    assert_done(house, rma)
    made = before.changes()
    assert made.fees == (60, 60, 120, 120, 240)
    assert (sum(made.refunds), sum(made.payments), made.outstanding) == (1800, 1800, 0)


@EACH_WAY
@pytest.mark.parametrize("fee", [pytest.param("12.00", marks=[pytest.mark.long]), "15.00"])
def test_a_fee_of_all_there_is_leaves_nothing_to_pay_and_never_less(valued: House, fee: str, by: str) -> None:
    """Issue 4: a fee above the price keeps the price."""
    house = valued
    with paying(house, by):
        rma = house.authorised(sold(house), ("MUG", 2), restocking_fee=fee)
        before = Since(house)
        house.receive(rma)
        house.drain(rma)
        house.drain(rma)
    assert_done(house, rma)
    made = before.changes()
    assert (made.credits, made.fees, made.refunds, made.payments) == ((2400,), (2400,), (), ())
    assert (made.nominals, made.outstanding) == ({FEES: 2000}, 0)


def test_another_value_than_the_portal_told_of_is_a_case_with_both_figures(valued: House) -> None:
    """RET-52: the portal agreed on less for a unit, says so nowhere, and pays that."""
    house = valued
    with paying(house, "portal"):
        rma = house.authorised(sold(house), ("MUG", 2), resolution_value="-6.00")
        before = Since(house)
        house.receive(rma)
        house.drain(rma)
        house.drain(rma)
    case = house.case(rma)
    assert case is not None
    (fault,) = case.faults
    assert isinstance(fault, dict)
    assert (fault["code"], fault["saw"], fault["wanted"]) == ("REFUND_NE_CREDIT", "GBP 12.00", "GBP 24.00")
    assert before.changes().payments == ()


def test_goods_that_the_customer_keeps_above_the_limit_wait_for_a_persons_word(valued: House) -> None:
    """RET-50: nothing comes back, and the money goes only once somebody agreed."""
    house = valued
    house.rule("value_policy", "returnless", approve_over="10")
    rma = house.authorised(sold(house), ("MUG", 2), return_method="No shipment required")
    before = Since(house)
    house.drain(rma)
    assert codes(house, rma) == ["VALUE_NOT_APPROVED"]
    assert before.changes().credits == ()
    house.accept(rma, "VALUE_NOT_APPROVED")
    house.drain(rma)
    house.rule("value_policy", "returnless", approve_over="never")
    assert_done(house, rma)
    made = before.changes()
    assert (made.credits, made.refunds, made.payments, made.stock) == ((2400,), (2400,), (2400,), 0)


def test_a_refund_that_the_portal_could_not_make_is_a_case_until_it_is_repeated(valued: House) -> None:
    """RET-17: credited, released, failed; the payment is posted for the one that went through."""
    house = valued
    with paying(house, "portal"):
        rma = house.authorised(sold(house), ("MUG", 2))
        before = Since(house)
        house.control.put("/returngo/settings", {"fail_next_transactions": 1})
        house.receive(rma)
        house.drain(rma)
        house.drain(rma)
        assert codes(house, rma) == ["REFUND_FAILED"]
        assert before.changes().payments == ()
        try_again(house, rma)
        house.drain(rma)
    assert_done(house, rma)
    made = before.changes()
    assert (made.refunds, made.payments, made.outstanding) == ((2400,), (2400,), 0)


def test_a_refund_that_the_payment_provider_has_not_confirmed_is_not_posted(valued: House) -> None:
    """RET-17: pending is neither done nor failed."""
    house = valued
    house.control.put("/shopify/settings", {"refund_delay_seconds": 600})
    with paying(house, "portal"):
        rma = house.authorised(sold(house), ("MUG", 2))
        before = Since(house)
        house.receive(rma)
        house.drain(rma)
        house.drain(rma)
        house.control.put("/shopify/settings", {"refund_delay_seconds": 0})
        assert (codes(house, rma), house.document(rma).state) == ([], "waiting")
        assert before.changes().payments == ()
        house.later(timedelta(seconds=700))
        house.drain(rma)
    assert_done(house, rma)
    assert before.changes().payments == (2400,)


def test_credit_that_nobody_issues_comes_to_light_by_time_alone(valued: House) -> None:
    """RET-17: CREDIT_NOT_REFUNDED after the hours of the house; gone once it is issued."""
    house = valued
    rma = house.authorised(sold(house), ("MUG", 2), resolution=STORE_CREDIT)
    house.receive(rma)
    house.drain(rma)
    assert codes(house, rma) == []
    time_passes(house, timedelta(hours=60))
    assert codes(house, rma) == ["CREDIT_NOT_REFUNDED"]
    house.act(rma, "refund")
    house.drain(rma)
    assert_done(house, rma)


@pytest.mark.long
def test_a_credit_that_a_fee_ate_up_is_not_taken_for_money_that_is_late(valued: House) -> None:
    """RET-17: the first parcel's fee took all of it days ago; the second was credited today and waits."""
    house = valued
    rma = asked(
        house,
        sold(house),
        {"sku": "MUG", "resolution": STORE_CREDIT, "restocking_fee": "12.00"},
        {"sku": "MUG", "resolution": STORE_CREDIT, "restocking_fee": "2.00"},
    )
    house.receive(rma, rma.units[0])
    house.drain(rma)
    time_passes(house, timedelta(hours=60))
    house.receive(rma, rma.units[1])
    house.drain(rma)
    assert codes(house, rma) == []
    time_passes(house, timedelta(hours=60))
    case = house.case(rma)
    assert case is not None
    (fault,) = case.faults
    assert isinstance(fault, dict)
    assert (fault["code"], fault["wanted"]) == ("CREDIT_NOT_REFUNDED", "GBP 10.00")


def test_a_refund_whose_goods_never_came_comes_to_light_by_time_alone(valued: House) -> None:
    """RGO-28: REFUND_WITHOUT_RECEIPT after the days of the house; gone once the goods are here."""
    house = valued
    with detecting(house):
        rma = house.authorised(sold(house), ("MUG", 2))
        before = Since(house)
        house.act(rma, "refund")
        house.drain(rma)
        assert (codes(house, rma), house.document(rma).state) == ([], "waiting")
        time_passes(house, timedelta(hours=26))
        assert codes(house, rma) == ["REFUND_WITHOUT_RECEIPT"]
        house.receive(rma)
        house.drain(rma)
    assert_done(house, rma)
    made = before.changes()
    assert (made.refunds, made.payments, made.outstanding) == ((2400,), (2400,), 0)


def test_goods_refunded_and_here_that_stay_unposted_are_named_beside_what_stops_them(valued: House) -> None:
    """RGO-33: ORPHANED_RETURN and RECEIVED_NOT_POSTED join the case of an unknown reason, and go with it."""
    house = valued
    reason = f"Wrong by the {house.choices.route} route"
    with detecting(house):
        rma = house.authorised(sold(house), ("MUG", 2, reason))
        house.act(rma, "refund")
        house.receive(rma)
        house.drain(rma)
        assert set(codes(house, rma)) == {"REASON_UNMAPPED"}
        time_passes(house, timedelta(hours=26))
        assert set(codes(house, rma)) == {"REASON_UNMAPPED", "ORPHANED_RETURN", "RECEIVED_NOT_POSTED"}
        house.rule("reason", reason, code="sound", account="4010", grade="good")
        house.drain(rma)
    assert_done(house, rma)
