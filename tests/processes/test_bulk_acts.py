"""Acts over many cases: each as if it were alone, refused ones named, cut off and gone on with."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.processes.house import COMPANY
from tests.processes.test_acts_on_cases import ANN, CLOSED, OPEN, actor, again, stopped, tax_code

from tieout.domain.people import Role
from tieout.processes.desk import Desk, acts
from tieout.processes.desk import bulk as bulk_module
from tieout.processes.desk.bulk import Order, bulk, forecast, found_act
from tieout.store import approvals, cases

if TYPE_CHECKING:
    from tests.processes.house import House, Rma

    from tieout.store.cases import Case

WORKED_WITHIN_SECONDS = 30.0


@pytest.fixture
def desk(house: House) -> Desk:
    return house.application.desk


def with_fees(house: House) -> tuple[list[Rma], list[int]]:
    """Two returns whose fee nobody agreed, and the numbers of their cases."""
    rmas = [house.authorised(order, ("MUG", 1), restocking_fee="1.00") for order in ("W1001", "W1004")]
    for rma in rmas:
        house.receive(rma)
    house.drain(*rmas)
    return rmas, [case.id for case in house.open_cases()]


def test_a_bulk_act_releases_what_may_be_released_and_says_why_not_of_the_rest(house: House, desk: Desk) -> None:
    """X-10: many at once, one of them refused, and the same form sent twice is one act."""
    tax_code(house, CLOSED)
    rmas = [house.authorised(order, ("MUG", 1)) for order in ("W1001", "W1004")]
    for rma in rmas:
        house.receive(rma)
    house.drain(*rmas)
    waiting = [case.id for case in house.open_cases()]
    tax_code(house, OPEN)
    _, odd = stopped(house, "W1001", restocking_fee="1.00")
    acts.resolve(desk, ANN, odd.id, where="source", why="the fee was a mistake")
    seen = forecast(desk, ANN, "retry", [*waiting, odd.id, 999_999])
    assert (seen.possible, seen.stakes) == (waiting, {"GBP": 2400})
    assert seen.refused == {"It is closed already.": [odd.id], "It is in no company that you see.": [999_999]}
    number = bulk(desk, ANN, Order(action="retry"), [*waiting, odd.id], key="form 1")
    assert bulk(desk, ANN, Order(action="retry"), [*waiting, odd.id], key="form 1") == number
    act = found_act(desk, ANN, number)
    assert act is not None
    assert (act.state, act.asked, act.done) == ("done", 3, 2)
    (refused,) = act.refused
    assert refused["case"] == odd.id
    assert "closed already" in refused["why"]
    house.drain()
    assert [case.state for case in map(partial(again, house), cases_of(house, waiting))] == ["closed", "closed"]
    assert [net + tax for _, net, tax in house.control.books().credits] == [1200, 1200]
    assert found_act(desk, actor("otto", Role.OPERATIONS), number) is None
    assert found_act(desk, actor("audrey", Role.AUDITOR), number) == act


def test_a_bulk_act_that_was_cut_off_goes_on_where_it_was(
    house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a page can wait for: a worker goes on, and one that dies is followed by another."""
    monkeypatch.setattr(bulk_module, "AT_ONCE", 0)
    monkeypatch.setattr(bulk_module, "CHUNK", 1)
    rmas, ids = with_fees(house)
    number = bulk(desk, ANN, Order(action="override", why="agreed with all"), ids, key="form 2")
    once = iter([False, True])
    bulk_module.work_through(desk, number, lambda: next(once))
    act = found_act(desk, ANN, number)
    assert act is not None
    assert (act.state, act.done) == ("running", 1)
    bulk_module.work_through(desk, number, lambda: False)
    bulk_module.work_through(desk, number, lambda: False)
    act = found_act(desk, ANN, number)
    assert act is not None
    assert (act.state, act.done, act.refused) == ("done", 2, [])
    house.drain()
    assert house.open_cases() == []
    with house.application.store.scope(COMPANY) as c:
        words = [len(approvals.approvals_of(c, COMPANY, "return", rma.number)) for rma in rmas]
    assert words == [1, 1]


def test_a_worker_carries_on_with_more_than_a_page_can_wait_for(
    house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an installation: begun by the console, done by `tieout work`, with the returns that it lets go."""
    monkeypatch.setattr(bulk_module, "AT_ONCE", 1)
    rmas, ids = with_fees(house)
    number = bulk(desk, ANN, Order(action="override", why="agreed with all"), ids, key="form 3")
    stop = threading.Event()
    worker = threading.Thread(target=house.application.engine.work, kwargs={"concurrency": 1, "stop": stop})
    worker.start()
    try:
        until = time.monotonic() + WORKED_WITHIN_SECONDS
        while any(house.document(rma).state != "done" for rma in rmas):
            assert time.monotonic() < until, found_act(desk, ANN, number)
            time.sleep(0.05)
    finally:
        stop.set()
        worker.join()
    act = found_act(desk, ANN, number)
    assert act is not None
    assert (act.state, act.done, act.refused) == ("done", 2, [])
    assert house.open_cases() == []


def test_an_override_that_needs_a_second_person_is_named_among_those_that_wait(house: House, desk: Desk) -> None:
    house.rule("policy", "override_alone_up_to", value="1")
    _, ids = with_fees(house)
    number = bulk(desk, ANN, Order(action="override", why="agreed with all"), ids, key="form 4")
    act = found_act(desk, ANN, number)
    assert act is not None
    assert (act.done, [one["case"] for one in act.refused]) == (0, ids)
    assert all("a second person must agree" in one["why"] for one in act.refused)


def cases_of(house: House, ids: list[int]) -> list[Case]:
    with house.application.store.scope(COMPANY) as c:
        return cases.among(c, ids)
