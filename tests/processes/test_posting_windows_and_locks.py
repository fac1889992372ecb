"""Postings are sent when the company lets them; locks are ridden out, counted, and their words can be taught."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.processes.house import COMPANY, LONG_AGO

from tieout.processes.reports.contention import contention
from tieout.processes.rules import LOCK_WORDS
from tieout.processes.sightings import shape_of
from tieout.store import contentions

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House, Rma

    from tieout.store.contentions import Message

UNUSUAL = "Customer account 12345 is checked out on workstation PC-JSMITH and cannot be opened at this time."


def received(house: House) -> Rma:
    rma = house.authorised("W1001", ("MUG", 1))
    house.receive(rma)
    return rma


def messages(house: House) -> list[Message]:
    with house.application.store.scope(COMPANY) as c:
        return contentions.messages(c)


def work_for(house: House, rounds: int) -> None:
    for _ in range(rounds):
        house.work()
        time.sleep(0.03)


def test_postings_wait_for_their_window_and_stock_does_not(house: House) -> None:
    """RGO-08: stock is quick, postings are calm."""
    house.rule("posting_window", "*", LONG_AGO, **{"from": "13:00", "to": "19:00"})
    before = house.control.books().in_bin("MUG", "A1")
    rma = received(house)
    house.tell(rma)
    work_for(house, 3)
    books = house.control.books()
    assert books.in_bin("MUG", "A1") == before + 1, "the goods are here, whatever the hour"
    assert (books.credits, books.payments, books.refunds) == ((), (), ()), "it is noon and postings begin at one"
    due_at = house.document(rma).due_at
    assert due_at is not None
    assert due_at.strftime("%d %b %H:%M") == "20 Jan 13:00"
    assert house.case(rma) is None
    house.later(timedelta(hours=1, minutes=1))
    house.drain()
    assert house.document(rma).state == "done"
    assert house.control.books().credits == (("2011-01-20", 1000, 200),)
    house.control.prove()


def test_goods_that_come_while_postings_wait_become_stock_at_once(house: House) -> None:
    """RGO-08: an event that comes outside the hours is planned anew, stock first."""
    house.rule("posting_window", "*", LONG_AGO, **{"from": "13:00", "to": "19:00"})
    before = house.control.books().in_bin("MUG", "A1")
    rma = house.authorised("W1001", ("MUG", 2))
    house.receive(rma, rma.units[0])
    house.tell(rma)
    work_for(house, 2)
    house.receive(rma, rma.units[1])
    house.tell(rma)
    work_for(house, 2)
    assert house.control.books().in_bin("MUG", "A1") == before + 2
    assert house.control.books().credits == ()
    house.later(timedelta(hours=1, minutes=1))
    house.drain()
    assert house.document(rma).state == "done"
    assert sum(net + tax for _, net, tax in house.control.books().credits) == 2400
    house.control.prove()


def test_nothing_at_all_is_sent_while_both_windows_are_shut(house: House) -> None:
    for table in ("posting_window", "stock_window"):
        house.rule(table, "*", LONG_AGO, at="13:00", minutes="30")
    rma = received(house)
    house.tell(rma)
    work_for(house, 3)
    assert not house.control.deeds(), "it is noon and the company opens at one"
    house.later(timedelta(hours=1, minutes=1))
    house.drain()
    assert house.document(rma).state == "done"


def test_a_window_that_cannot_be_read_stops_the_plan_with_a_case_that_names_it(house: House) -> None:
    house.rule("posting_window", "fryday", LONG_AGO, **{"from": "07:00", "to": "19:00"})
    rma = received(house)
    house.drain(rma)
    case = house.case(rma)
    assert case is not None
    assert case.code == "POLICY_MISSING"
    assert "posting_window fryday" in str(case.faults)
    assert not house.control.deeds()


def test_every_lock_that_is_met_is_counted_by_hour_record_and_person(open_house: OpenHouse) -> None:
    house = open_house(late_commit=0.2, lock_window=60)
    rma = received(house)
    lock = {"record": "customer", "reference": "12345", "holder": "JSMITH", "dress": "423", "seconds": 60}
    house.control.post("/sage200/locks", lock)
    house.tell(rma)
    work_for(house, 8)
    house.control.ask("DELETE", "/sage200/locks")
    house.drain()
    assert house.document(rma).state == "done"
    with house.application.store.scope(COMPANY) as c:
        report = contention(c, company=COMPANY, now=house.application.clock(), days=1)
    assert report.met >= 2
    assert [(row.name, row.times, row.documents) for row in report.by_holder] == [("JSMITH", report.met, 1)]
    assert [(row.name, row.documents) for row in report.by_hour] == [("12:00", 1)]
    assert report.by_record[0].documents == 1
    house.control.prove()


@pytest.fixture
def refused(house: House) -> Rma:
    """A return whose order somebody has open, said in words that nobody knows for a lock."""
    rma = received(house)
    lock = {
        "record": "customer",
        "reference": "12345",
        "holder": "JSMITH",
        "dress": "400",
        "seconds": 60,
        "wording": "unheard",
    }
    house.control.post("/sage200/locks", lock)
    house.drain(rma)
    return rma


def test_a_sentence_that_no_lock_word_matches_is_a_refusal_and_is_kept_to_be_judged(house: House, refused: Rma) -> None:
    case = house.case(refused)
    assert case is not None
    assert case.code == "POSTING_REFUSED"
    (message,) = messages(house)
    assert (message.example, message.times, message.judged) == (UNUSUAL, 1, "")
    assert "12345" not in message.shape


def test_words_that_a_person_teaches_turn_the_same_sentence_into_a_lock(house: House, refused: Rma) -> None:
    house.rule(LOCK_WORDS, "checked out on", LONG_AGO, meaning="lock")
    house.later(timedelta(minutes=1))
    house.tell(refused)
    work_for(house, 3)
    assert house.case(refused) is None or house.document(refused).state == "waiting"
    house.control.ask("DELETE", "/sage200/locks")
    house.drain(refused)
    assert house.case(refused) is None
    assert house.document(refused).state == "done"
    assert house.control.books().credits == (("2011-01-20", 1000, 200),)
    house.control.prove()


@given(first=st.integers(0, 10**10), second=st.integers(0, 10**10), name=st.from_regex(r"[A-Z]{2,8}", fullmatch=True))
def test_sentences_that_differ_in_numbers_and_quoted_names_have_one_shape(first: int, second: int, name: str) -> None:
    said = 'Order {} cannot be posted: the item "{}" is held back.'
    assert shape_of(said.format(first, name)) == shape_of(said.format(second, "MUG"))
    assert shape_of(said.format(first, name)) != shape_of("The period is closed.")
