"""A return stands for want of a row: one proposes it, another approves it, and the return ties out by itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.processes.mapping_people import ANN, BEA, OTTO

from tieout.domain.business_dates import uk_date
from tieout.durable import Deadline, LaneJob
from tieout.processes.held import wake_for_rows_begun
from tieout.processes.lanes import drain
from tieout.processes.mapping_desk.changes import Wanted, changes_of
from tieout.processes.mapping_desk.coverage import TableCoverage, coverage, missing_by_table
from tieout.processes.mapping_desk.deciding import approve, reject
from tieout.processes.mapping_desk.impact import Impact, impact_of
from tieout.processes.mapping_desk.proposing import planned, propose
from tieout.processes.mapping_desk.rows import known_table
from tieout.processes.returns import RETURNS

if TYPE_CHECKING:
    from tests.processes.house import House, Rma

COMPANY = "giftware"
NEW_REASON = "Sent by mistake"
VALUE = {"code": "sound", "account": "4010", "grade": "good"}


def today(house: House) -> date:
    return uk_date(house.application.clock())


def wanted(house: House, key: str = NEW_REASON, **value: str) -> Wanted:
    return Wanted(key=key, value=value or VALUE, since=today(house))


def stuck(house: House, orders: Sequence[str] = ("W1001", "W1002")) -> list[Rma]:
    """Returns with a reason that no row maps, each on a case."""
    rmas = [house.authorised(order, ("MUG", 1, NEW_REASON)) for order in orders]
    for rma in rmas:
        house.receive(rma)
    house.drain(*rmas)
    cases = [house.case(rma) for rma in rmas]
    assert [case.code for case in cases if case is not None] == ["REASON_UNMAPPED"] * len(rmas)
    return rmas


def covered(house: House, table: str) -> TableCoverage:
    with house.application.store.scope(COMPANY) as c:
        return coverage(c, COMPANY, house.application.clock(), table=table).tables[0]


def impact(house: House, table: str, one: Wanted) -> Impact:
    with house.application.store.scope(COMPANY) as c:
        changes = planned(c, COMPANY, known_table(table), [one], today=today(house))
        return impact_of(c, COMPANY, table, changes, house.application.clock())


def test_an_unmapped_reason_is_proposed_approved_and_the_returns_tie_out(house: House) -> None:
    desk = house.application.desk
    rmas = stuck(house)
    made = propose(desk, ANN, COMPANY, "reason", [wanted(house)], why="new at the portal", case_id=1)
    house.drain(*rmas)
    assert len(house.open_cases()) == len(rmas), "a proposal alone lets nothing go"
    done = approve(desk, BEA, made.id)
    assert done.is_started
    assert [(row.key, row.code, row.cases, row.stakes) for row in done.cases] == [
        (NEW_REASON, "REASON_UNMAPPED", 2, {"GBP": sum(house.document(rma).stake_minor or 0 for rma in rmas)})
    ]
    assert {case.cause for case in house.open_cases()} == {done.cases[0].cause}
    house.drain()
    assert house.open_cases() == []
    assert [house.document(rma).state for rma in rmas] == ["done", "done"]


def test_a_row_of_a_later_day_tries_nothing_again_before_it(house: House) -> None:
    rmas = stuck(house, ("W1001",))
    later = today(house) + timedelta(days=7)
    row = Wanted(key=NEW_REASON, value=VALUE, since=later)
    made = propose(house.application.desk, ANN, COMPANY, "reason", [row], why="from next week")
    done = approve(house.application.desk, BEA, made.id)
    assert (done.is_started, done.since) == (False, later)
    house.drain(*rmas)
    assert [case.code for case in house.open_cases()] == ["REASON_UNMAPPED"]


def test_what_waits_for_a_row_of_a_later_day_is_tried_again_on_that_day(house: House) -> None:
    (rma,) = stuck(house, ("W1001",))
    row = Wanted(key=NEW_REASON, value=VALUE, since=today(house) + timedelta(days=7))
    approve(house.application.desk, BEA, propose(house.application.desk, ANN, COMPANY, "reason", [row], why="new").id)
    floor, company = house.application.floor, house.application.companies[COMPANY]
    then = replace(floor, clock=lambda: house.application.clock() + timedelta(days=7))
    assert wake_for_rows_begun(floor, company) == 0
    assert wake_for_rows_begun(then, company) == 1
    job = LaneJob(company=COMPANY, lane=house.document(rma).lane, deadline=Deadline(30, threading.Event()))
    drain(then, job, RETURNS)
    assert house.open_cases() == []
    assert wake_for_rows_begun(then, company) == 0, "nothing waits any more"


def test_a_rejected_row_lets_nothing_go(house: House) -> None:
    rmas = stuck(house, ("W1001",))
    made = propose(house.application.desk, ANN, COMPANY, "reason", [wanted(house)], why="new at the portal")
    reject(house.application.desk, BEA, made.id, why="ask the portal to correct it")
    house.drain(*rmas)
    assert [case.code for case in house.open_cases()] == ["REASON_UNMAPPED"]


def test_coverage_tells_what_would_not_map_and_what_it_is_worth(house: House) -> None:
    rmas = stuck(house)
    known = house.authorised("W1001", ("MUG", 1, "Too small"))
    house.drain(known)
    found = covered(house, "reason")
    assert [(key.key, key.is_mapped, key.documents, key.cases) for key in found.keys] == [
        (NEW_REASON, False, 2, 2),
        ("Too small", True, 1, 0),
    ]
    assert found.share == 50
    assert [amount.minor for amount in found.unmapped_amounts] == [
        sum(house.document(rma).stake_minor or 0 for rma in rmas)
    ]
    with house.application.store.scope(COMPANY) as c:
        assert missing_by_table(c) == {"reason": 1}
        assert coverage(c, COMPANY, house.application.clock() + timedelta(days=31)).documents == 0
        assert missing_by_table(c) == {"reason": 1}, "what stands on a case is told however old it is"
    places = covered(house, "disposition")
    assert [(key.key, key.is_mapped) for key in places.keys] == [("sound|good", True)]
    assert covered(house, "team").keys == ()
    assert not covered(house, "team").is_from_documents


def test_the_impact_of_a_missing_row_is_that_its_returns_are_booked(house: House) -> None:
    rmas = stuck(house)
    before = len(house.open_cases())
    found = impact(house, "reason", wanted(house))
    assert found.how == "decided again"
    assert {touched.key for touched in found.touched} == {rma.number for rma in rmas}
    (difference,) = found.touched[0].differences
    assert difference[0] == "what is done"
    assert difference[1].startswith("Exception: ")
    assert "credit note" in difference[2]
    assert "2 of the 2 latest returns of the last 30 days would be decided differently" in found.sentence
    assert len(house.open_cases()) == before


def test_the_impact_on_returns_that_are_done_is_what_would_have_been_booked(house: House) -> None:
    rma = house.authorised("W1001", ("MUG", 1, "Too small"))
    house.receive(rma)
    house.drain(rma)
    assert house.document(rma).state == "done"
    found = impact(house, "reason", wanted(house, "Too small", code="sound", account="4000", grade="good"))
    (touched,) = found.touched
    assert touched.key == rma.number
    assert any(before == "4010" and after == "4000" for _, before, after in touched.differences), touched
    assert impact(house, "reason", wanted(house, "Never heard of")).touched == ()


def test_what_is_settled_before_the_decision_is_counted_and_says_so(house: House) -> None:
    rma = house.authorised("W1001", ("MUG", 1, "Too small"))
    house.drain(rma)
    found = impact(house, "bundle", wanted(house, "MUG", components="CUP*1"))
    assert (found.how, [touched.key for touched in found.touched]) == ("counted", [rma.number])
    assert "counted, not decided again" in found.sentence
    assert impact(house, "team", wanted(house, "Ann", team="shop")).how == "not known"


def test_a_bin_is_mapped_by_operations_and_the_goods_go_there(house: House) -> None:
    house.rule("disposition", "any|good", None, warehouse="HOME", bin="Z9")
    rma = house.authorised("W1001", ("MUG", 1, "Too small"))
    house.receive(rma)
    house.drain(rma)
    assert [case.code for case in house.open_cases()] == ["BIN_UNMAPPED"]
    row = wanted(house, "any|good", warehouse="HOME", bin="A1")
    made = propose(house.application.desk, OTTO, COMPANY, "disposition", [row], why="Z9 was taken down")
    assert changes_of(made)[0].before == {"warehouse": "HOME", "bin": "Z9"}
    done = approve(house.application.desk, replace(OTTO, name="olga"), made.id)
    assert [row.code for row in done.cases] == ["BIN_UNMAPPED"]
    house.drain()
    assert house.open_cases() == []
