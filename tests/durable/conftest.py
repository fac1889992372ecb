"""Databases with the engine installed, and workers as processes of their own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tieout.durable import Engine, EngineSettings, LaneJob, Process

PROCESS = "returns.settle/1"
QUICK = EngineSettings(
    lane_seconds=5,
    polling_seconds=0.05,
    heartbeat_seconds=0.3,
    stalled_after_seconds=1.5,
    rescue_every_seconds=0.3,
    tick_seconds=0.1,
    retry_waits=(0.2, 0.3),
)


def make_engine(address: str, run: Callable[[LaneJob], None]) -> Engine:
    engine = Engine(address, [Process(name=PROCESS, run=run)], QUICK)
    engine.install()
    return engine


@contextmanager
def working(
    engine: Engine, *, concurrency: int = 4, tick: Callable[[], None] | None = None
) -> Iterator[threading.Event]:
    """Run a worker in a thread while the block lasts."""
    stop = threading.Event()
    thread = threading.Thread(
        target=engine.work, kwargs={"concurrency": concurrency, "stop": stop, "tick": tick}, daemon=True
    )
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "the worker did not stop"


def until(claim: Callable[[], object], seconds: float = 20) -> None:
    """Wait until the claim holds."""
    ends = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < ends, f"still not so after {seconds} s"
        time.sleep(0.02)


class Tools:
    """What the tests of this folder share."""

    process = PROCESS
    make_engine = staticmethod(make_engine)
    working = staticmethod(working)
    until = staticmethod(until)


@pytest.fixture
def tools() -> Tools:
    return Tools()


@pytest.fixture
def spawn(address: str) -> Iterator[Callable[[str, float], subprocess.Popen[str]]]:
    """Start worker processes on this test's database; they are stopped at the end."""
    with psycopg.connect(address) as connection:
        connection.execute(
            "CREATE TABLE work_log (id bigserial PRIMARY KEY, at timestamptz DEFAULT clock_timestamp(),"
            " worker text, what text, key text, touches bigint)"
        )
    started: list[subprocess.Popen[str]] = []

    def start(name: str, seconds_each: float) -> subprocess.Popen[str]:
        program = str(Path(__file__).with_name("worker_program.py"))
        worker = subprocess.Popen(
            [sys.executable, program, address, name, str(seconds_each)], stdout=subprocess.PIPE, text=True
        )
        started.append(worker)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        return worker

    yield start
    for worker in started:
        if worker.poll() is None:
            worker.terminate()
        worker.wait(20)
        if worker.stdout is not None:
            worker.stdout.close()
