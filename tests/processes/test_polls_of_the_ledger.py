"""What changes in Sage is seen without being told: work done by hand, credit notes made around the flow."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.processes.house import COMPANY

from tieout.domain.identifiers import find_key
from tieout.processes.polls import MOVEMENTS, POSTINGS, poll_ledger
from tieout.store import effects, sweeps

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.estate import Json
    from tests.processes.house import House, Rma

BACK = timedelta(days=60)


def poll(house: House) -> int:
    """What the schedule does every five minutes; returns how many documents were woken."""
    return poll_ledger(house.application.floor, house.application.companies[COMPANY], BACK)


def key_on_the_desk(house: House, rma: Rma) -> str:
    """The reference that the case asks a person to type."""
    case = house.case(rma)
    assert case is not None
    assert case.code == "HAND_POSTING_NEEDED"
    key = find_key(str(case.faults))
    assert key is not None
    return key


@pytest.fixture
def by_hand(open_house: OpenHouse) -> House:
    """A company without a companion, polled once when nothing had happened yet."""
    house = open_house(channel="manual")
    poll(house)
    return house


def test_goods_booked_in_and_credited_by_hand_are_found_without_anybody_pressing_try_again(by_hand: House) -> None:
    rma = by_hand.authorised("W1001", ("MUG", 2))
    by_hand.receive(rma)
    by_hand.drain(rma)
    for deed, more in (("receive-return", {"bin": "A1"}), ("post-credit-note", {})):
        key = key_on_the_desk(by_hand, rma)
        assert poll(by_hand) == 0, "nothing has happened yet"
        asked = {"return": the_return(by_hand, rma), "reference": key, **more}
        by_hand.control.post(f"/sage200/desktop/{deed}", asked)
        assert poll(by_hand) == 1
        by_hand.drain()
    assert by_hand.case(rma) is None
    assert by_hand.document(rma).state == "done"
    assert by_hand.control.books().credits == (("2011-01-20", 2000, 400),)
    by_hand.control.prove()


def the_return(house: House, rma: Rma) -> str:
    """The customer's document number of the pending return, which the desktop finds it by."""
    document = house.document(rma)
    with house.application.store.scope(COMPANY) as c:
        return next(effect.key for effect in effects.effects_of(c, document) if effect.command == "raise_return")


def test_what_is_settled_wakes_nobody(house: House) -> None:
    poll(house)
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    house.drain(rma)
    assert house.document(rma).state == "done"
    before = house.control.deeds()
    assert poll(house) == 0
    assert poll(house) == 0
    house.drain()
    assert house.control.deeds() == before


def keyed_by_hand(house: House) -> Json:
    """A credit note that a bookkeeper keys in."""
    books = house.control.estate.systems[0].books  # type: ignore[attr-defined]  # the stand-in's own books
    return {
        "customer_id": books.value("SELECT id FROM customer WHERE reference = '12345'"),
        "transaction_date": "2011-01-20T00:00:00Z",
        "reference": "BY HAND",
        "document_goods_value": 5,
        "document_tax_value": 1,
    }


def test_a_credit_note_made_around_the_flow_is_on_a_desk_within_one_poll(house: House) -> None:
    poll(house)
    house.control.post("/sage200/desktop/ledger-credit-note", keyed_by_hand(house))
    poll(house)
    assert [case.code for case in house.open_cases()] == ["UNLINKED_CREDIT"]
    poll(house)
    house.sweep()
    assert [case.code for case in house.open_cases()] == ["UNLINKED_CREDIT"], "the sweep knows it for the same"


def test_a_list_that_cannot_be_read_is_read_from_the_same_place_next_time(house: House) -> None:
    poll(house)
    with house.application.store.scope(COMPANY) as c:
        before = {name: sweeps.sweep(c, "sage", name) for name in (POSTINGS, MOVEMENTS)}
    house.control.temper("sage200", error_before=1.0)
    assert poll(house) == 0
    house.control.temper("sage200")
    with house.application.store.scope(COMPANY) as c:
        for name, was in before.items():
            now = sweeps.sweep(c, "sage", name)
            assert was is not None
            assert now is not None
            assert now.high_water == was.high_water
