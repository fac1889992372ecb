"""Workers as processes of their own, killed with kill -9 while requests are on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.processes.conftest import OpenHouse
    from tests.processes.house import House, Rma

    from tieout.sandbox.journal import Journal

PATIENCE_SECONDS = 60.0


def begin_worker(house: House, stack: ExitStack) -> subprocess.Popen[bytes]:
    """One more worker on the house's database; it is dead at the end whatever happens."""
    call = [sys.executable, "-m", "tieout", "--config", str(house.config), "--home", str(house.home), "worker"]
    with Path(house.home, f"worker-{time.monotonic_ns()}.log").open("wb") as log:
        process = subprocess.Popen(call, stdout=log, stderr=log, start_new_session=True)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def wait_for(what: Callable[[], bool], why: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < until, why
        time.sleep(0.005)


def received(house: House, count: int) -> list[Rma]:
    rmas = [house.authorised("W1004", ("MUG", 1)) for _ in range(count)]
    rmas.append(house.authorised("W1002", ("LAMP", 2)))
    for rma in rmas:
        house.receive(rma)
    return rmas


def has_received(journal: Journal, requests: int) -> bool:
    return len(journal.entries()) >= requests


def all_done(house: House, rmas: list[Rma]) -> bool:
    return {house.document(rma).state for rma in rmas} == {"done"}


def assert_each_once(house: House, rmas: list[Rma]) -> None:
    assert house.open_cases() == []
    assert set(house.control.deeds().values()) == {len(rmas)}
    house.control.prove()


def test_a_worker_killed_again_and_again_leaves_no_trace_in_the_books(open_house: OpenHouse) -> None:
    """RET-20, X-06: dead after so many requests, whatever was on the way; the next one goes on."""
    house = open_house()
    rmas = received(house, 3)
    house.tell(*rmas)
    sage = house.control.estate.systems[0].journal
    with ExitStack() as stack:
        for requests in (25, 55):
            worker = begin_worker(house, stack)
            wait_for(partial(has_received, sage, requests), "the worker does nothing")
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        begin_worker(house, stack)
        wait_for(lambda: all_done(house, rmas), "the work of the dead was not taken over")
        assert_each_once(house, rmas)


def test_two_worker_processes_on_one_database_do_each_return_once(open_house: OpenHouse) -> None:
    """Issue 1, X-35: several lanes, two processes, one set of books."""
    house = open_house(lanes=4)
    rmas = received(house, 4)
    with ExitStack() as stack:
        for _ in range(2):
            begin_worker(house, stack)
        house.tell(*rmas)
        wait_for(lambda: all_done(house, rmas), "two workers do not get done")
        assert_each_once(house, rmas)
