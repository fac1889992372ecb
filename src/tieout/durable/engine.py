"""The durable engine: starts lanes inside the caller's transaction and works them on any number of hosts."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from tieout.durable import failures, installation, worker
from tieout.durable.failures import FailedJob
from tieout.durable.lanes import Deadline, EngineSettings, LaneJob, Process, Schedule
from tieout.durable.worker import Running

log = logging.getLogger(__name__)

LATE_AT_MOST: Final = timedelta(minutes=10)
_WAITING: Final = "SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' FOR SHARE"
_START_TRIES: Final = 5
OUTAGE_SECONDS_MAX: Final = 60.0
OUTAGE_POLL_SECONDS: Final = 0.5


Noting = Callable[[str, datetime], AbstractContextManager[None]]
"""Around each run of a schedule, given its name and the time it was due; it sees what the run raises."""


def _unnoted(_name: str, _due: datetime) -> AbstractContextManager[None]:
    return nullcontext()


class Engine:
    """The durable engine on one database. Make it with all processes, add schedules, then `work`."""

    def __init__(
        self,
        address: str,
        processes: Sequence[Process],
        settings: EngineSettings | None = None,
        *,
        noting: Noting | None = None,
    ) -> None:
        self._address = address
        self._noting = noting or _unnoted
        self._settings = settings or EngineSettings()
        self._processes = {process.name: process for process in processes}
        assert len(self._processes) == len(processes), "two processes have one name"
        self._schedules: dict[str, Schedule] = {}
        # Never opened: it only writes jobs on connections that callers hand over.
        self._writer = App(connector=SyncPsycopgConnector())

    def install(self) -> None:
        """Install the engine's tables, or bring those of an older release up to date."""
        installation.install(self._address)

    def start(
        self, raw: psycopg.Connection, process: str, company: str, lane: int, *, at: datetime | None = None
    ) -> bool:
        """Start a process on a lane within the caller's transaction; False when a start is waiting already.

        Either way, a run will begin after this transaction has been committed (not before `at`), and it
        will see what was written in it. Starting several lanes in one transaction: in sorted order, so that
        two callers do not wait for each other in a ring.
        """
        assert process in self._processes, f"no process is named {process!r}"
        lock = f"{company}/{process}/{lane}"
        for _ in range(_START_TRIES):
            # The share lock keeps a waiting job waiting until we commit: it cannot run past what we write.
            if raw.execute(_WAITING, [lock]).fetchone() is not None:
                return False
            job = self._writer.configure_task(
                process, queue=process, lock=lock, queueing_lock=lock, schedule_at=at, connection=raw
            )
            try:
                with raw.transaction():
                    job.defer(company=company, lane=lane)
            except AlreadyEnqueued:
                continue  # somebody else's start was committed in between: look again
            return True
        return False

    def schedule(
        self, name: str, cron: str, run: Callable[[datetime], None], *, late_at_most: timedelta = LATE_AT_MOST
    ) -> None:
        """Run something by the clock, on one worker of all hosts; `run` is given the time it was due.

        `cron` counts in UTC. A run still waiting is not doubled; one later than `late_at_most` is left out.
        """
        assert name not in self._schedules, f"two schedules are named {name!r}"
        assert name not in self._processes, f"{name!r} is a process"
        self._schedules[name] = Schedule(name=name, cron=cron, run=run, late_at_most=late_at_most)

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """Everything that runs by the clock, in the order it was added."""
        return tuple(self._schedules.values())

    def run_now(self, raw: psycopg.Connection, name: str) -> bool:
        """Let a schedule run now, once the caller's transaction is committed; False when a run is waiting already."""
        assert name in self._schedules, f"no schedule is named {name!r}"
        job = self._writer.configure_task(name, queue=name, lock=name, queueing_lock=name, connection=raw)
        try:
            with raw.transaction():
                job.defer(timestamp=int(time.time()))
        except AlreadyEnqueued:
            return False
        return True

    def work(
        self,
        *,
        concurrency: int,
        stop: threading.Event,
        tick: Callable[[], None] | None = None,
    ) -> None:
        """Work until `stop` is set; running documents are finished first.

        `tick` is called about once a second, in a thread of its own. An outage of the database is waited
        out. Lanes of workers that died are taken over.
        """
        shift = worker.Shift(
            address=self._address,
            settings=self._settings,
            concurrency=concurrency,
            stop=stop,
            tick=tick,
            schedules=tuple(self._schedules.values()),
            processes={name: self._lane_runner(process, stop) for name, process in self._processes.items()},
            scheduled={name: self._schedule_runner(one, stop) for name, one in self._schedules.items()},
        )
        worker.run(shift)

    def failed_jobs(self) -> list[FailedJob]:
        """Return the lanes and schedules whose last run ended in a defect, the latest first."""
        return failures.failed_jobs(self._address)

    def _lane_runner(self, process: Process, stop: threading.Event) -> Callable[[Running, str, int], None]:
        def run(running: Running, company: str, lane: int) -> None:
            deadline = Deadline(self._settings.lane_seconds, stop)
            with running:
                try:
                    process.run(LaneJob(company=company, lane=lane, deadline=deadline))
                except Exception as defect:
                    error = defect
                    self._patiently(stop, lambda c: self._rest(c, process.name, company, lane, error))
                    raise
                self._patiently(stop, lambda c: failures.clear(c, process.name, company, lane))

        return run

    def _schedule_runner(self, schedule: Schedule, stop: threading.Event) -> Callable[[Running, int], None]:
        def run(running: Running, timestamp: int) -> None:
            with running:
                if time.time() - timestamp > schedule.late_at_most.total_seconds():
                    log.warning("Schedule %s is left out: it is too late for its run", schedule.name)
                    return
                try:
                    due = datetime.fromtimestamp(timestamp, UTC)
                    with self._noting(schedule.name, due):
                        schedule.run(due)
                except Exception as defect:
                    error = defect
                    self._patiently(stop, lambda c: failures.record(c, schedule.name, "", 0, error))
                    raise
                self._patiently(stop, lambda c: failures.clear(c, schedule.name, "", 0))

        return run

    def _rest(self, connection: psycopg.Connection, process: str, company: str, lane: int, defect: Exception) -> None:
        """Make the failure visible and start the lane again, later with every failure in a row.

        The waiting start also keeps ticks from starting the lane before.
        """
        waits = self._settings.retry_waits
        times = failures.record(connection, process, company, lane, defect)
        wait = timedelta(seconds=waits[min(times, len(waits)) - 1])
        self.start(connection, process, company, lane, at=datetime.now(UTC) + wait)

    def _patiently(self, stop: threading.Event, write: Callable[[psycopg.Connection], object]) -> None:
        """Write how a run ended in one transaction, waiting out an outage: it may have been what ended the run."""
        give_up = time.monotonic() + OUTAGE_SECONDS_MAX
        while True:
            try:
                with psycopg.connect(self._address, connect_timeout=10) as connection:
                    write(connection)
            except psycopg.OperationalError:
                if stop.wait(OUTAGE_POLL_SECONDS) or time.monotonic() > give_up:
                    raise
            else:
                return
