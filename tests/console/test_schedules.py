"""Schedules: seen by many, started by those who keep the connections, and each run noted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.console.browser import Browser
from tests.console.conftest import Clock

from tieout.bootstrap.timetable import SETTING_OF, noting, schedule_lines
from tieout.console.app import build
from tieout.console.parts import Console
from tieout.domain.people import Role
from tieout.durable import Engine, EngineSettings
from tieout.settings import ScheduleSettings
from tieout.store import Store, audit, sweeps

NAME = "sweep.refunds/1"


@pytest.fixture
def ran() -> list[datetime]:
    return []


@pytest.fixture
def engine(address: str, store: Store, ran: list[datetime], clock: Clock) -> Engine:
    settings = EngineSettings(polling_seconds=0.05, heartbeat_seconds=1, rescue_every_seconds=1)
    made = Engine(address, [], settings, noting=noting(store, clock))
    made.install()

    def run(due: datetime) -> None:
        ran.append(due)
        if len(ran) == 2:
            raise RuntimeError("the shop did not answer")

    made.schedule(NAME, "17 3 1 1 *", run)
    return made


@pytest.fixture
def scheduled(console: Console, engine: Engine) -> Console:
    return replace(
        console,
        schedules=tuple(schedule_lines(engine)),
        run_schedule=lambda c, name: engine.run_now(console.store.raw(c), name),
    )


@pytest.fixture
def operator(scheduled: Console, visitor: Callable[..., Browser]) -> Iterator[Browser]:
    visitor(Role.INTEGRATION_OPERATOR, name="ivy")
    browser = Browser(build(scheduled))
    browser.sign_in("ivy")
    yield browser
    browser.close()


def work(engine: Engine, ran: list[datetime], wanted: int) -> None:
    """Work until so many runs were begun and ended."""
    stop = threading.Event()
    worker = threading.Thread(target=engine.work, kwargs={"concurrency": 1, "stop": stop})
    worker.start()
    waited = threading.Event()
    for _ in range(200):
        if len(ran) >= wanted or waited.wait(0.05):
            break
    stop.set()
    worker.join()


def test_a_schedule_says_when_it_runs_next_and_that_it_never_ran(operator: Browser) -> None:
    row = operator.get("/schedules").rows()[0]
    assert row[0].startswith("List the storefront's refunds.")
    assert (row[1], row[4]) == ("17 3 1 1 *", "Never yet")
    assert row[5].startswith("in 41 d"), row


def test_somebody_starts_a_run_a_worker_does_it_and_how_it_ended_is_shown(
    scheduled: Console, operator: Browser, engine: Engine, ran: list[datetime]
) -> None:
    page = operator.submit(operator.get("/schedules"), "form[action='/schedules/run']")
    assert "It runs as soon as a worker is free" in page.text(".flash")
    again = operator.submit(page, "form[action='/schedules/run']")
    assert (again.status, "A run is waiting already" in again.text("main")) == (409, True)
    work(engine, ran, 1)
    assert operator.get("/schedules").rows()[0][4] == "Done"
    with scheduled.store.scope(None) as c:
        asked = audit.entries(c, subject=f"schedule {NAME}")
        sweeps.start_run(c, NAME, due_at=ran[0] + timedelta(hours=9), at=scheduled.clock())
    assert [(entry.who, entry.action) for entry in asked] == [("ivy", "schedule.asked")]
    assert operator.get("/schedules").rows()[0][4] == "Running"


def test_a_run_that_failed_says_why(operator: Browser, engine: Engine, ran: list[datetime], clock: Clock) -> None:
    ran.append(datetime.now(UTC))
    operator.submit(operator.get("/schedules"), "form[action='/schedules/run']")
    work(engine, ran, 2)
    page = operator.get(f"/schedules?name={NAME}")
    assert page.rows()[0][4] == "FailedRuntimeError: the shop did not answer"
    assert [row[3] for row in page.rows("section tbody tr")] == ["FailedRuntimeError: the shop did not answer"]
    clock.pass_by(timedelta(minutes=1))
    assert engine.failed_jobs()[0].process == NAME


def test_a_run_whose_worker_died_is_not_shown_as_running_for_ever(
    scheduled: Console, operator: Browser, clock: Clock
) -> None:
    with scheduled.store.scope(None) as c:
        sweeps.start_run(c, NAME, due_at=clock(), at=clock() - timedelta(hours=3))
    assert operator.get("/schedules").rows()[0][4] == "Cut off"


def test_old_runs_are_forgotten(store: Store, clock: Clock) -> None:
    note = noting(store, clock)
    for days in (9, 5, 0):
        with note(NAME, clock() - timedelta(days=days)):
            pass
    with store.scope(None) as c:
        assert [run.due_at for run in sweeps.runs(c, NAME)] == [clock(), clock() - timedelta(days=5)]


def test_who_may_not_start_a_schedule_sees_no_button(scheduled: Console, visitor: Callable[..., Browser]) -> None:
    visitor(Role.FINANCE, name="fay")
    browser = Browser(build(scheduled))
    browser.sign_in("fay")
    page = browser.get("/schedules")
    assert page.tree.cssselect("main form") == []
    assert browser.post("/schedules/run", {"name": NAME}).status == 403
    browser.close()


def test_a_name_that_is_no_schedule_starts_nothing(operator: Browser) -> None:
    assert operator.post("/schedules/run", {"name": "gone/1"}).status == 409


def test_every_schedule_is_told_in_words_of_its_setting() -> None:
    assert {name for name in SETTING_OF.values() if name not in ScheduleSettings.model_fields} == set()
    assert set(ScheduleSettings.model_fields) - set(SETTING_OF.values()) == {"sweep_days"}
