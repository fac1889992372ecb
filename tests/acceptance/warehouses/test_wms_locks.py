"""Somebody has the order open in Sage: waited for, posted once, and told when it lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.acceptance.rows import Later, Row, play
from tests.acceptance.visitors import alarms_look, at_console, people_told
from tests.acceptance.warehouses.people import at_mintsoft
from tests.acceptance.warehouses.seen import despatch_notes, sage_writes
from tests.acceptance.warehouses.yard import Setup

from tieout.domain.people import Role

if TYPE_CHECKING:
    from tests.acceptance.warehouses.yard import Json, Yard

SETUP = Setup(choices={"lock_window": 2700.0})
"""Three quarters of an hour, as it is by itself."""

OPERATIONS_FIRST = '[alerts.route.RECORD_LOCK_EXPIRED]\nsteps = [["operations"]]\n'


def locks_of_any_length(yard: Yard) -> None:
    """Five orders leave while somebody has each open in Sage: for no time, a second, a minute, ten and thirty minutes.

    Nobody is asked anything; each is despatched once, as soon as it is closed, and Sage has each despatch once.
    """
    held = {yard.order(("MUG", 1)): seconds for seconds in (0, 1, 60, 600, 1800)}
    yard.settle()
    for number, seconds in held.items():
        if seconds:
            yard.opened_in_sage(number, seconds)
        yard.ship(number)
    yard.tried_until(lambda: all(times_met(yard, number) for number, seconds in held.items() if seconds > 1))
    for minutes in (1, 8, 12, 10):
        assert all(yard.case(number) is None for number in held)
        yard.house.later(timedelta(minutes=minutes))
        yard.tried_for(0.3)
    yard.settle()
    assert all(yard.is_done(number) for number in held)
    assert [len(despatch_notes(yard, number)) for number in held] == [1] * 5


def a_lock_that_nobody_lets_go(yard: Yard) -> None:
    """Somebody goes home with an order open in Sage, and its goods leave. Three quarters of an hour go by.

    Operations, whom the house wants told first, get one message with the order, who has it open, what to do and where;
    the report of locks has the order and the person. Closed and tried again, the despatch is in Sage once.
    """
    number = yard.order(("MUG", 2))
    with people_told(yard, "operations", OPERATIONS_FIRST) as told:
        stuck(yard, number)
        assert yard.faults(number) == ["RECORD_LOCK_EXPIRED"]
        alarms_look(yard)
        (message,) = [one["message"] for one in told.messages if number in one["message"]]
        for said in (
            "JBROWN",
            "Ask the person named below to close it in Sage",
            f"/exceptions/{yard.the_case(number).id}",
        ):
            assert said in message
    found = yard.read("locks", "report")
    assert any(row["name"] == f"Order {number}" for row in found["by_record"])
    assert [row["name"] for row in found["by_holder"]] == ["JBROWN"]
    closed(yard)
    yard.tried_again(number)
    yard.settle()
    assert yard.is_done(number)
    assert len(despatch_notes(yard, number)) == 1


def whose_a_lock_is(yard: Yard) -> None:
    """The same with a mug; the lock's case is for operations. Its page names record and person; the shift lead hands it
    to herself, and the page and the audit say whose it is.

    With the record closed she tries it again there.
    """
    number = yard.order(("MUG", 1))
    stuck(yard, number)
    case = yard.the_case(number)
    assert (case.owner, case.assignee) == ("operations", None)
    place = f"/exceptions/{case.id}"
    with at_console(yard, Role.OPERATIONS) as visitor:
        page = visitor.get(place)
        assert "JBROWN" in page.text("main")
        form = f"form[action='{place}/assign']"
        names = [str(one.get("value")) for one in page.form(form).cssselect("option")]
        mine = next(name for name in names if name.startswith("operations"))
        visitor.submit(page, form, assign_to=mine)
        assert yard.the_case(number).assignee == mine
        closed(yard)
        visitor.submit(visitor.get(place), f"form[action='{place}/retry']")
    yard.settle()
    assert yard.is_done(number)


def windows_keep_clear_of_people(yard: Yard) -> None:
    """Sage's people work at the orders until two; the house lets stock be booked from two on. At noon goods leave.

    Not one despatch goes to Sage before two, nobody is asked anything, and afterwards each is there once. The report
    of locks says in which hours records were found open, so that the hours can be agreed.
    """
    with yard.ruled("stock_window", "*", {"from": "00:00", "to": "00:00"}, at=hour_later(yard, 2)):
        numbers = [yard.order(("MUG", 1)) for _ in range(3)]
        yard.settle()
        before = sage_writes(yard, "sop_confirm_despatch")
        for number in numbers:
            yard.ship(number)
        yard.settle()
        assert sage_writes(yard, "sop_confirm_despatch") == before
        assert all(yard.case(number) is None for number in numbers)
        yard.hours_pass(2.1)
        assert all(yard.is_done(number) for number in numbers)
    assert sage_writes(yard, "sop_confirm_despatch") == before + 3
    assert yard.read("locks", "report")["by_hour"] != []


def nothing_on_the_busy_day(yard: Yard) -> None:
    """The house has closed today for whatever is booked in Sage: stock and postings. Ten orders leave.

    Sage's own journal has not one write of Tieout's on that day; on the next all ten are there, once each.
    """
    today = f"{yard.now():%Y-%m-%d}"
    numbers = [yard.order(("MUG", 1)) for _ in range(10)]
    yard.settle()
    for table in ("stock_window", "posting_window"):
        yard.house.rule(table, today, closed="yes")
    before = sage_writes(yard)
    for number in numbers:
        yard.ship(number)
    yard.settle()
    yard.hours_pass(1)
    assert sage_writes(yard) == before
    yard.days_pass(1)
    assert [len(despatch_notes(yard, number)) for number in numbers] == [1] * 10
    assert all(yard.is_done(number) for number in numbers)


def the_policy_is_the_houses(yard: Yard) -> None:
    """The house waits for ten minutes only, and a sentence of an add-on that it has taught means a lock, too.

    An order is open for five minutes and one for a quarter of an hour: the first is ridden out, the second on a desk.
    How long is waited stands in the settings; each attempt stands in the order's timeline.
    """
    with yard.chosen(lock_window=600.0):
        short, long = yard.order(("MUG", 1)), yard.order(("MUG", 1))
        yard.settle()
        for number, seconds in ((short, 300), (long, 3600)):
            yard.opened_in_sage(number, seconds)
            yard.ship(number)
        yard.tried_for(0.3)
        for _ in range(3):
            yard.house.later(timedelta(minutes=4))
            yard.tried_for(0.3)
        yard.tried_until(lambda: yard.is_done(short) and yard.faults(long))
        assert yard.faults(long) == ["RECORD_LOCK_EXPIRED"]
        assert times_met(yard, long) > 1
        closed(yard)
        yard.tried_again(long)
        yard.settle()
        assert yard.is_done(long)


def many_clashes_one_record(yard: Yard) -> None:
    """While somebody has an order of six open in Sage, its six mugs leave one by one, and each is told three times.

    The updates of the one record wait in order; closed, Sage has six mugs despatched, each once, and the other order
    that left meanwhile did not wait.
    """
    number, other = yard.order(("MUG", 6)), yard.order(("BOOK", 1))
    yard.settle()
    yard.control.temper("mintsoft", duplicate_webhook=1.0)
    yard.opened_in_sage(number, 600)
    for unit in range(6):
        items: Json = {"items": {"MUG": 1}} if unit < 5 else {}
        at_mintsoft(yard, number, "despatch", parcels=[{"number": f"ONE{unit}"}], **items)
    yard.ship(other)
    yard.delivered()
    yard.tried_until(lambda: times_met(yard, number) and yard.is_done(other))
    yard.control.temper("mintsoft")
    assert yard.despatched(number) == {}
    yard.house.later(timedelta(minutes=11))
    yard.settle()
    assert yard.is_done(number)
    assert [note.lines for note in despatch_notes(yard, number)] == [(("MUG", 1),)] * 6


def stuck(yard: Yard, number: str) -> None:
    """The order's goods leave while somebody has it open for longer than is waited."""
    yard.settle()
    yard.opened_in_sage(number, None)
    yard.ship(number)
    yard.tried_until(lambda: times_met(yard, number))
    yard.house.later(timedelta(minutes=46))
    yard.tried_until(lambda: yard.faults(number))


def closed(yard: Yard) -> None:
    """Whoever has something open in Sage closes it."""
    yard.control.post("/sage200/desktop/close", {"of": "JBROWN"})


def times_met(yard: Yard, number: str) -> int:
    """How often an order was found locked."""
    rows = yard.read("locks", "report")["by_record"]
    return sum(int(row["times"]) for row in rows if row["name"] == f"Order {number}")


def hour_later(yard: Yard, hours: int) -> str:
    """The clock time so many hours from now."""
    return f"{yard.now() + timedelta(hours=hours):%H:%M}"


ROWS = (
    Row(
        id="WMS-02",
        says="A record that somebody has open in Sage is waited for and posted to once, without anybody's help.",
        scenario=locks_of_any_length,
    ),
    Row(
        id="WMS-15",
        says="Postings keep to hours that are clear of people at their desks; where records clash is reported.",
        scenario=windows_keep_clear_of_people,
        missing="a recommendation of hours: the report shows when records were open, people choose",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="WMS-16",
        says="On a busy day, or while the month is closed, nothing is posted to Sage.",
        scenario=nothing_on_the_busy_day,
        missing="a cap on postings by the minute; closing the month as a switch of its own",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-21",
        says="Locks are counted by record, hour and person; one that lasts is told with the order and whom to ask.",
        scenario=a_lock_that_nobody_lets_go,
        missing="a page of locks at the console: the report is at the command line",
        left_to=(Later.NOBODY,),
    ),
    Row(
        id="WMS-29",
        says="How long a lock is waited for, and which words mean one, is set without programming.",
        scenario=the_policy_is_the_houses,
    ),
    Row(
        id="WMS-41",
        says="A lock that outlives its time has an owner, down to one person.",
        scenario=whose_a_lock_is,
        missing="a rota and deputies: who of operations is on shift is not known",
        left_to=(Later.CLOSE,),
    ),
    Row(
        id="WMS-47",
        says="Many updates of one record wait for it in order and lose nothing; other records do not wait.",
        scenario=many_clashes_one_record,
        missing="one posting for the sum of several: each shipment keeps a despatch of its own, as its proof",
        left_to=(Later.NOBODY,),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_somebody_has_open(row: Row, yard: Yard) -> None:
    play(row, yard)
