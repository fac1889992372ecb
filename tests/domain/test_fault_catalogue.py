"""The catalogue of faults against the scenarios: nothing in it that nobody has seen, and texts that can be acted on."""

from __future__ import annotations

from tests.domain import test_fault_scenarios, test_fault_scenarios_of_orders, test_fault_scenarios_of_value

from tieout.domain.faults import ALL, BY_CODE

RAISED_ELSEWHERE = {
    "MALFORMED_PAYLOAD",
    "UNLINKED_CREDIT",
    "RECORD_LOCK_EXPIRED",
    "POSTING_REFUSED",
    "READ_BACK_DIFFERS",
    "EFFECT_CONFLICT",
    "NOT_SEEN_AFTER_POSTING",
    "HAND_POSTING_NEEDED",
    "RIGHT_MISSING",
    "REFUND_FAILED",
    "SIGN_IN_ENDS_SOON",
    "SIGN_IN_ENDED",
    "UNANNOUNCED_GOODS",
    "ZERO_PRICE_REFUSED",
    "SYNC_ILLUSION_REFUND",
    # tests/shipping/test_orders_under_fire.py
    "ORPHANED_SHIPMENT",
    # tests/shipping/test_stock_back*.py and test_stock_parity_seen.py
    "UNKNOWN_STOCK_CODE",
    "STOCK_REASON_UNMAPPED",
    "MOVEMENT_NOT_APPROVED",
    "MOVEMENT_PERIOD_CLOSED",
    "UNAUTHORISED_RESTOCK",
    "INVENTORY_DRIFT",
    "FEED_LATE",
    "LOCATION_MAP_BROKEN",
    "SYNC_ILLUSION_STOCK",
    "DESPATCH_NOT_IN_GL",
    "CHARGE_UNMAPPED",
    "CHARGE_UNMATCHED",
    "CHARGE_PERIOD_CLOSED",
    "FILE_REFUSED",
    "OVERSELL_RISK",
}
"""Kinds that no facts raise: they are met while systems are read, swept or told. Their tests run the processes."""


ACCEPTED = {
    "FEE_NOT_COVERED",
    "TAX_MISMATCH",
    "PERIOD_CLOSED",
    "REFUND_NE_INVOICE",
    "REFUND_BEFORE_CREDIT",
    "REFUND_OUTSIDE_WORKFLOW",
    "VALUE_NOT_APPROVED",
    "DAMAGED_ON_OFFER",
    "REQUEST_REJECTED",
    "SHORT_SHIPPED",
    "DESPATCHED_BY_HAND",
    "TRACKING_MISSING",
    "SHIPMENT_CHANGED",
    "MOVEMENT_NOT_APPROVED",
    "UNAUTHORISED_RESTOCK",
    "CHARGE_UNMATCHED",
    "CHARGE_PERIOD_CLOSED",
    "MOVEMENT_PERIOD_CLOSED",
}


def test_the_kinds_that_a_person_may_accept_are_those_that_name_it() -> None:
    assert {kind.code for kind in ALL if kind.can_accept} == ACCEPTED


def test_every_kind_of_the_catalogue_has_a_row_or_is_met_by_a_process() -> None:
    tables = (*test_fault_scenarios.TABLE, *test_fault_scenarios_of_value.TABLE)
    in_table = {row.code for row in tables} | {row.code for row in test_fault_scenarios_of_orders.TABLE}
    assert in_table & RAISED_ELSEWHERE == set()
    assert set(BY_CODE) == in_table | RAISED_ELSEWHERE


def test_every_kind_says_what_it_means_what_to_do_and_what_trying_again_does() -> None:
    for kind in ALL:
        for text in (kind.title, kind.means, kind.do, kind.again):
            assert text[0].isupper(), kind.code
        for text in (kind.means, kind.do, kind.again):
            assert text.endswith("."), kind.code
        assert len(kind.title) <= 60, kind.code
        assert ("accept" in kind.do.lower()) == kind.can_accept, kind.code
