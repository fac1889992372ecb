"""The engine in one process: starting in a transaction, failing, stopping, schedules."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tieout.durable import Engine, LaneJob
from tieout.store import embedded

if TYPE_CHECKING:
    from tests.durable.conftest import Tools


def jobs(address: str, status: str | None = None) -> int:
    with psycopg.connect(address) as connection:
        query = "SELECT count(*) FROM procrastinate_jobs WHERE %(s)s::text IS NULL OR status::text = %(s)s"
        row = connection.execute(query, {"s": status}).fetchone()
        assert row is not None
        return int(row[0])


def nothing(_job: LaneJob) -> None:
    """Drain a lane in which nothing is due."""


def test_a_start_is_undone_with_its_transaction(address: str, tools: Tools) -> None:
    engine = tools.make_engine(address, nothing)
    with psycopg.connect(address) as connection:
        assert engine.start(connection, tools.process, "ACME", 0)
        connection.rollback()
    assert jobs(address) == 0


def test_a_second_start_of_a_lane_does_not_abort_the_callers_transaction(address: str, tools: Tools) -> None:
    engine = tools.make_engine(address, nothing)
    with psycopg.connect(address) as connection:
        assert engine.start(connection, tools.process, "ACME", 0)
        assert not engine.start(connection, tools.process, "ACME", 0)
        assert engine.start(connection, tools.process, "ACME", 1)
        assert engine.start(connection, tools.process, "BETA", 0)
    assert jobs(address, "todo") == 3


def test_two_callers_who_start_one_lane_at_once_both_commit(address: str, tools: Tools) -> None:
    engine = tools.make_engine(address, nothing)
    answers: list[bool] = []

    def start_again_and_again() -> None:
        with psycopg.connect(address) as connection:
            for lane in range(30):
                answers.append(engine.start(connection, tools.process, "ACME", lane))
                connection.commit()

    threads = [threading.Thread(target=start_again_and_again) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 120
    assert sum(answers) == jobs(address, "todo") == 30


def test_a_waiting_start_cannot_run_before_a_later_caller_has_committed(address: str, tools: Tools) -> None:
    ran: list[float] = []
    engine = tools.make_engine(address, lambda _job: ran.append(time.monotonic()))
    with psycopg.connect(address) as connection:
        engine.start(connection, tools.process, "ACME", 0)
    with psycopg.connect(address) as later:
        assert not engine.start(later, tools.process, "ACME", 0)
        with tools.working(engine):
            time.sleep(0.5)
            assert ran == []
            later.commit()
            tools.until(lambda: ran)


def test_a_defect_is_visible_and_the_lane_is_tried_again_until_it_works(address: str, tools: Tools) -> None:
    tries: list[int] = []

    def fails_twice(job: LaneJob) -> None:
        tries.append(job.lane)
        if len(tries) <= 2:
            raise AssertionError("two and two are five")

    engine = tools.make_engine(address, fails_twice)
    with psycopg.connect(address) as connection:
        engine.start(connection, tools.process, "ACME", 3)
    with tools.working(engine):
        tools.until(lambda: len(tries) == 1 and engine.failed_jobs())
        failure = engine.failed_jobs()[0]
        assert (failure.process, failure.company, failure.lane) == (tools.process, "ACME", 3)
        assert failure.error == "AssertionError: two and two are five"
        tools.until(lambda: len(tries) == 3 and not engine.failed_jobs())
    assert jobs(address, "failed") == 2
    assert jobs(address, "succeeded") == 1


def test_stopping_waits_for_the_running_document(address: str, tools: Tools) -> None:
    began, ended = threading.Event(), threading.Event()

    def slow(job: LaneJob) -> None:
        began.set()
        while not job.deadline.passed():
            time.sleep(0.01)
        time.sleep(0.3)
        ended.set()

    engine = tools.make_engine(address, slow)
    with psycopg.connect(address) as connection:
        engine.start(connection, tools.process, "ACME", 0)
    with tools.working(engine) as stop:
        assert began.wait(10)
        stop.set()
    assert ended.is_set()
    assert jobs(address, "succeeded") == 1


def test_an_end_that_could_not_be_recorded_does_not_block_the_lane(address: str, tools: Tools) -> None:
    """The database goes away for a moment while a job runs: its end is lost, its worker lives on."""
    runs: list[int] = []

    def cut_the_worker_off(_job: LaneJob) -> None:
        runs.append(1)
        if len(runs) == 1:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(
                    "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$ BEGIN RAISE EXCEPTION 'the database is away'; END $$;"
                    "CREATE TRIGGER lose BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW"
                    " WHEN (NEW.status = 'succeeded') EXECUTE FUNCTION lose()"
                )
                threading.Timer(0.2, heal).start()

    def heal() -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("DROP TRIGGER lose ON procrastinate_jobs")

    engine = tools.make_engine(address, cut_the_worker_off)
    with psycopg.connect(address) as connection:
        engine.start(connection, tools.process, "ACME", 0)
    with tools.working(engine):
        tools.until(lambda: len(runs) == 2 and jobs(address, "succeeded") == 1)


def test_the_worker_outlives_its_connections(address: str, tools: Tools) -> None:
    runs: list[int] = []
    engine = tools.make_engine(address, lambda job: runs.append(job.lane))
    with tools.working(engine):
        with psycopg.connect(address) as connection:
            engine.start(connection, tools.process, "ACME", 1)
        tools.until(lambda: jobs(address, "succeeded") == 1)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'tieout worker' AND datname = current_database()"
            )
            engine.start(connection, tools.process, "ACME", 2)
        tools.until(lambda: runs == [1, 2])


def test_a_tick_that_raises_does_not_end_the_worker(address: str, tools: Tools) -> None:
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(1)
        raise OSError("no route to the database")

    with tools.working(tools.make_engine(address, nothing), tick=tick):
        tools.until(lambda: len(ticks) >= 3)


def test_a_schedule_runs_when_it_is_due_and_once(address: str, tools: Tools) -> None:
    due: list[datetime] = []
    engine: Engine = tools.make_engine(address, nothing)
    engine.schedule("sweep.portal", "* * * * * */1", due.append)
    other: Engine = tools.make_engine(address, nothing)
    other.schedule("sweep.portal", "* * * * * */1", due.append)
    with tools.working(engine), tools.working(other):
        tools.until(lambda: len(due) >= 3)
    assert len(set(due)) == len(due)
    assert all(each.tzinfo is UTC and each.microsecond == 0 for each in due)


def test_a_schedule_that_fails_is_visible(address: str, tools: Tools) -> None:
    def fail(_due: datetime) -> None:
        raise RuntimeError("the portal answered in verse")

    engine: Engine = tools.make_engine(address, nothing)
    engine.schedule("sweep.portal", "* * * * * */1", fail)
    with tools.working(engine):
        tools.until(engine.failed_jobs)
    assert engine.failed_jobs()[0].error == "RuntimeError: the portal answered in verse"


def test_a_process_that_nobody_registered_cannot_be_started(address: str, tools: Tools) -> None:
    engine = tools.make_engine(address, nothing)
    with psycopg.connect(address) as connection, pytest.raises(AssertionError, match="no process is named"):
        engine.start(connection, "orders.book/9", "ACME", 0)


def answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


def test_the_worker_outlives_a_crash_of_the_database_server(home: Path, tools: Tools) -> None:
    """The tick finds the server gone and starts it again; the run's end is recorded, and new work is taken up."""
    address = embedded.ensure(home)
    runs: list[int] = []

    def crash_in_lane_0(job: LaneJob) -> None:
        if job.lane == 0 and not runs:
            runs.append(job.lane)
            os.kill(int((home / "postgres/data/postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)
            tools.until(lambda: not answers(address))
            raise AssertionError("cut off in mid-work")
        runs.append(job.lane)

    def tick() -> None:
        embedded.ensure(home)

    engine: Engine = tools.make_engine(address, crash_in_lane_0)
    with psycopg.connect(address) as connection:
        engine.start(connection, tools.process, "ACME", 0)
    with tools.working(engine, tick=tick):
        tools.until(lambda: runs == [0, 0], seconds=40)
        tools.until(lambda: answers(address))
        with psycopg.connect(address) as connection:
            engine.start(connection, tools.process, "ACME", 1)
        tools.until(lambda: runs[2:] == [1])
        tools.until(lambda: jobs(address, "succeeded") == 2 and not engine.failed_jobs())
