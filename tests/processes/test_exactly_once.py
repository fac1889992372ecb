"""Exactly once: every single command of a plan loses its answer, commits late, fails; the process dies anywhere."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from tests.processes.estate import Line

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House, Rma

    from tieout.bootstrap import Application

SAGE, SHOP, PORTAL = "sage200", "shopify", "returngo"
STEPS = (
    ("sop", "raise return", SAGE, "/sop_returns"),
    ("sop", "receive return", SAGE, "/receipts"),
    ("sop", "move damaged stock", SAGE, "/stock_transfers"),
    ("sop", "credit note", SAGE, "/credit-notes"),
    ("ledger", "write on", SAGE, "/write-ons"),
    ("ledger", "credit note", SAGE, "/sales_credit_notes"),
    *(
        (route, name, system, path)
        for route in ("sop", "ledger")
        for name, system, path in (
            ("availability", SHOP, "/graphql.json"),
            ("refund of damaged goods", SHOP, "/graphql.json"),
            ("refund payment", SAGE, "/sales_payments"),
            ("allocation", SAGE, "/sales_allocations"),
            ("mark done", PORTAL, "/status"),
        )
    ),
)
"""(route, command, its system, part of the path that it is sent to); only the first write there is struck."""
FAULTS: dict[str, dict[str, Any]] = {
    "answer lost as 504": {"lost_reply": 1.0, "lost_reply_as": "504"},
    "answer lost as 500": {"lost_reply": 1.0, "lost_reply_as": "500"},
    "silence after": {"lost_reply": 1.0, "lost_reply_as": "silence", "silence_seconds": 0.7},
    "late commit": {"late_commit": 1.0, "late_commit_seconds": 0.06},
    "5xx before": {"error_before": 1.0},
}
SELDOM = {"answer lost as 500", "silence after", "5xx before"}
"""Faults that the default suite leaves to the simulation."""
_names = itertools.count(5000)


def sold(house: House, count: int = 2) -> str:
    """An order of its own: mugs and a bowl."""
    name = f"W{next(_names)}"
    house.control.add_order(name, "2011-01-12", Line("MUG", count, "10.00"), Line("BOWL", 1, "7.99"))
    return name


def sent_back(house: House, *, damaged: bool = False) -> Rma:
    """Two mugs of an order of their own, received."""
    rma = house.authorised(sold(house), ("MUG", 2))
    house.receive(rma, damaged=rma.units if damaged else ())
    return rma


def deeds_of(house: House, rma: Rma, *, damaged: bool = False) -> Counter[str]:
    """Work until the return is done, and count what that changed in all systems."""
    before = house.control.deeds()
    house.drain(rma)
    case = house.case(rma)
    assert case is None, str(case.faults)
    assert house.document(rma).state == "done"
    made = house.control.deeds()
    made.subtract(before)
    assert made["stock.moved"] == (3 if damaged and house.choices.route == "sop" else 1)
    return +made


def assert_once(house: House, made: Counter[str]) -> None:
    made.pop("stock.moved")
    assert {name: count for name, count in made.items() if count != 1} == {}
    house.control.prove()


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=[pytest.mark.long] if name in SELDOM else []) for name in FAULTS]
)
@pytest.mark.parametrize(
    ("shared_house", "step"),
    [(step[0], step) for step in STEPS],
    ids=[f"{step[0]} {step[1]}" for step in STEPS],
    indirect=["shared_house"],
)
def test_a_command_happens_once_whatever_becomes_of_its_answer(
    shared_house: House, step: tuple[str, str, str, str], fault: str
) -> None:
    """RET-20, X-06: counted in the systems' own journals."""
    house, (_, name, system, path) = shared_house, step
    damaged = "damaged" in name
    rma = sent_back(house, damaged=damaged)
    struck = house.control.get(f"/{system}/")["injected"]
    house.control.temper(system, path_contains=path, limit=1, **FAULTS[fault])
    made = deeds_of(house, rma, damaged=damaged)
    time.sleep(0.1 if fault == "late commit" else 0)
    house.control.temper(system)
    assert house.control.get(f"/{system}/")["injected"] != struck, "nothing was struck: the path is wrong"
    assert_once(house, made)


class PowerCut(BaseException):
    """The process ends here; nothing of ours may catch it."""


@contextmanager
def cut_at_commit(application: Application, number: int) -> Iterator[list[bool]]:
    """Let the power fail just before the n-th commit of the database; the list says whether it came to that."""
    engine = application.store._engine
    left, was_cut = [number], [False]

    def committing(_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            was_cut[0] = True
            raise PowerCut

    event.listen(engine, "commit", committing)
    try:
        with suppress(PowerCut):
            yield was_cut
    finally:
        event.remove(engine, "commit", committing)
        engine.dispose()  # the connections die with the process


@pytest.mark.parametrize(
    "shared_house", ["sop", pytest.param("ledger", marks=[pytest.mark.long])], indirect=["shared_house"]
)
def test_the_process_may_die_between_any_two_commits(shared_house: House) -> None:
    """RET-20, X-06, X-35: dead at commit one, two, three ... of a whole return, and begun again each time."""
    house, number, died = shared_house, 0, True
    while died:
        number += 1
        rma = sent_back(house)
        before = house.control.deeds()
        house.tell(rma)
        with cut_at_commit(house.application, number) as was_cut:
            house.work()
        died = was_cut[0]
        house.drain()
        assert house.document(rma).state == "done", f"dead at commit {number}"
        made = house.control.deeds()
        made.subtract(before)
        assert set(made.values()) <= {0, 1}, f"dead at commit {number}: {made}"
    assert number > 10
    house.control.prove()


def test_two_workers_on_one_database_do_each_return_once(open_house: OpenHouse) -> None:
    """X-06, X-35: two processes' worth of Tieout, several lanes, all at the same documents."""
    house = open_house(lanes=3)
    rmas = [sent_back(house) for _ in range(6)]
    other = house.open()
    house.tell(*rmas)
    errors: list[BaseException] = []

    def busy(application: Application) -> None:
        try:
            for _ in range(6):
                house.work(application)
        except BaseException as error:  # noqa: BLE001  # shown by the test
            errors.append(error)

    threads = [threading.Thread(target=busy, args=(one,)) for one in (house.application, other, house.application)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert errors == []
    house.drain()
    assert {house.document(rma).state for rma in rmas} == {"done"}
    made = house.control.deeds()
    assert set(made.values()) == {len(rmas)}
    house.control.prove()


def test_a_request_whose_fate_was_unknown_for_a_year_is_found_and_not_repeated(open_house: OpenHouse) -> None:
    """X-06: replayed long after the late-commit window."""
    house = open_house(route="ledger")
    rma = sent_back(house)
    house.control.temper(SAGE, path_contains="/sales_credit_notes", lost_reply=1.0, limit=1)
    house.tell(rma)
    house.work()
    house.control.temper(SAGE)
    house.later(timedelta(days=400))
    house.drain(rma)
    assert house.document(rma).state == "done"
    assert set(house.control.deeds().values()) == {1}
    house.control.prove()


def test_a_whole_return_on_a_database_server_that_is_not_ours(
    external_house: House,
) -> None:
    """Issue 1: an external PostgreSQL by its address."""
    house = external_house
    rma = sent_back(house)
    assert_once(house, deeds_of(house, rma))
