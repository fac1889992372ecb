"""RMAs as they really go: cancelled, reopened, in parts, and told of late, twice, out of order or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House

WHOLE = {"sop": 9, "ledger": 7}
"""How many changes one whole return makes in all systems, by route."""


def test_an_rma_cancelled_before_receipt_takes_its_pending_return_back(house: House) -> None:
    """RGO-13: the anticipated return goes when the RMA goes; nothing was posted, nothing is owed."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.act(rma, "cancel")
    house.drain(rma)
    assert house.control.deeds() == {"sop_return.created": 1, "sop_return.cancelled": 1}
    assert house.control.books().credits == ()
    assert house.document(rma).state == "done"
    assert set(house.leg_states(rma)) == {"waived"}
    house.control.prove()


def test_an_rma_cancelled_and_reopened_is_announced_again_and_ends_in_the_same_books(either_house: House) -> None:
    """RET-20, RGO-13: the second pending return is a new one; the credit note is one."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.act(rma, "cancel")
    house.drain(rma)
    house.act(rma, "reopen")
    house.drain(rma)
    house.receive(rma)
    house.drain(rma)
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)
    assert house.control.books().refunds == (("W1001", 2400),)
    assert house.document(rma).state == "done"
    extra = {"sop_return.created": 2, "sop_return.cancelled": 1} if house.choices.route == "sop" else {}
    assert {name: house.control.deeds()[name] for name in extra} == extra
    house.control.prove()


def test_an_rma_cancelled_and_reopened_between_two_looks_is_as_if_nothing_had_happened(either_house: House) -> None:
    """X-35: what is true now counts, not the messages on the way."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.act(rma, "cancel")
    house.act(rma, "reopen")
    house.drain(rma)
    house.receive(rma)
    house.drain(rma)
    assert house.control.deeds().total() == WHOLE[house.choices.route]
    assert house.document(rma).state == "done"


def test_an_rma_cancelled_after_the_goods_are_booked_is_a_case_until_it_is_reopened(either_house: House) -> None:
    """RET-12, RET-50: what the ledger holds is not undone by a click at the portal."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma, rma.units[0])
    house.drain(rma)
    before = house.control.books()
    deeds = house.control.deeds()
    house.act(rma, "cancel")
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert (case.code, case.owner) == ("CANCELLED_AFTER_RECEIPT", "customer experience")
    assert house.control.deeds() == deeds
    assert house.control.books().credits == before.credits
    house.act(rma, "reopen")
    house.receive(rma, rma.units[1])
    house.drain(rma)
    assert house.case(rma) is None
    assert house.document(rma).state == "done"
    assert house.control.books().credits == (("2011-01-20", 1000, 200),) * 2
    house.control.prove()


def test_goods_received_and_the_rma_cancelled_before_anybody_looked_post_nothing(either_house: House) -> None:
    """RET-50: the portal's last word before we looked was no."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.act(rma, "cancel")
    house.drain(rma)
    assert house.control.deeds() == {}
    assert house.control.books().credits == ()


def test_a_request_that_the_portal_rejects_is_done_and_reaches_no_system(either_house: House) -> None:
    """RGO-13, RET-48."""
    rma = either_house.raise_rma("W1001", ("MUG", 1))
    either_house.drain(rma)
    either_house.act(rma, "reject")
    either_house.drain(rma)
    assert either_house.control.deeds() == {}
    assert either_house.document(rma).state == "done"


def test_what_never_came_is_taken_back_when_the_portal_closes_the_rma(house: House) -> None:
    """RGO-13, X-35: one of two mugs came; the return of the other is cancelled, the one is credited."""
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    house.receive(rma, rma.units[0])
    house.drain(rma)
    house.act(rma, "done")
    house.drain(rma)
    assert house.case(rma) is None
    assert house.document(rma).state == "done"
    assert house.control.books().credits == (("2011-01-20", 1000, 200),)
    assert house.control.deeds()["sop_return.cancelled"] == 1
    assert house.open_cases() == []
    house.control.prove()


def test_news_that_come_all_at_once_and_late_end_in_the_same_books(either_house: House) -> None:
    """X-35, RET-20: the goods are here before anybody told of the RMA."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma)
    house.drain(rma)
    assert house.control.books().credits == (("2011-01-20", 2000, 400),)
    assert house.control.deeds().total() == WHOLE[house.choices.route]
    assert house.document(rma).state == "done"
    house.control.prove()


def test_being_told_again_and_again_changes_nothing(either_house: House) -> None:
    """RET-20, X-06: duplicates find everything done."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    for _ in range(2):
        house.drain(rma)
    house.receive(rma)
    for _ in range(3):
        house.drain(rma)
    assert house.control.deeds().total() == WHOLE[house.choices.route]
    assert house.document(rma).state == "done"
    house.control.prove()


def test_what_no_event_told_is_found_by_the_sweep(either_house: House) -> None:
    """RGO-09, RET-02: not one webhook arrives, and nothing is missed."""
    house = either_house
    rmas = [house.authorised("W1001", ("MUG", 1)), house.authorised("W1003", ("LAMP", 1))]
    house.sweep()
    house.drain()
    for rma in rmas:
        house.receive(rma)
    house.sweep()
    house.drain()
    assert [house.document(rma).state for rma in rmas] == ["done", "done"]
    house.sweep()
    house.drain()
    assert house.control.deeds().total() == 2 * WHOLE[house.choices.route]
    assert house.open_cases() == []
    house.control.prove()


def test_a_parcel_that_moves_no_word_of_the_list_is_found_within_a_day(house: House) -> None:
    """RGO-09: the list still says Approved when the second of two parcels came."""
    rma = house.authorised("W1001", ("MUG", 3))
    house.receive(rma, rma.units[0])
    house.drain(rma)
    house.receive(rma, rma.units[1])
    house.later(timedelta(days=1, minutes=1))
    house.sweep()
    house.drain()
    assert sum(net for _, net, _ in house.control.books().credits) == 2000


def test_a_unit_that_inspection_found_missing_is_not_credited(either_house: House) -> None:
    """RET-50: the parcel came, and one of the two mugs was not in it."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.drain(rma)
    there, missing = rma.units
    grades = {there: {"restockable": True, "returned": True}, missing: {"restockable": False, "returned": False}}
    house.act(rma, "receive", returned_item_ids=list(rma.units), grades=grades)
    house.drain(rma)
    assert house.control.books().credits == (("2011-01-20", 1000, 200),)
    assert house.control.books().in_bin("MUG", "A1") == 89


def test_a_return_that_waits_over_a_year_is_booked_then_and_once(either_house: House) -> None:
    """X-06: replayed after four hundred days, the keys still find what stands there."""
    house = either_house
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma, rma.units[0])
    house.drain(rma)
    house.later(timedelta(days=400))
    dates = {"future_year_classification": "Normal"}
    house.control.put(
        "/sage200/settings", {"system": {"number_open_periods": 20, "transaction_date_validation": dates}}
    )
    for month in ("2011-07-01", "2011-12-01", "2012-01-01", "2012-02-01"):
        house.control.put("/sage200/periods", {"period_start": month, "status": "Open"})
    house.drain(rma)
    house.receive(rma, rma.units[1])
    house.drain(rma)
    assert house.case(rma) is None
    credits_made = house.control.books().credits
    assert [net for _, net, _ in credits_made] == [1000, 1000]
    assert credits_made[-1][0] == "2012-02-24"
    assert house.document(rma).state == "done"
    house.control.prove()


@pytest.mark.parametrize("lanes", [1, 8])
def test_many_returns_of_many_orders_on_any_number_of_lanes(open_house: OpenHouse, lanes: int) -> None:
    """X-35: each document in order, whatever the lane."""
    house = open_house(lanes=lanes)
    rmas = [
        house.authorised("W1001", ("MUG", 1)),
        house.authorised("W1001", ("MUG", 1), ("BOOK", 1)),
        house.authorised("W1002", ("MUG", 2), ("LAMP", 1)),
        house.authorised("W1003", ("LAMP", 2)),
        house.authorised("W1004", ("BOWL", 3)),
    ]
    house.drain(*rmas)
    for rma in reversed(rmas):
        house.receive(rma)
    house.drain(*rmas)
    assert {house.document(rma).state for rma in rmas} == {"done"}
    books = house.control.books()
    assert sum(net + tax for _, net, tax in books.credits) == sum(amount for _, amount in books.refunds)
    assert books.outstanding == 0
    house.control.prove()
