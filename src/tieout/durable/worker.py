"""One worker: runs jobs in threads, keeps ticking, and takes over the lanes of workers that died."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from tieout.durable.lanes import EngineSettings, Schedule

log = logging.getLogger(__name__)

_RESCUE_LOCK: Final = 7_163_042_101
_STOP_POLL_SECONDS: Final = 0.1
_OUTAGE_SECONDS: Final = 1.0
_HOUSEKEEPING_SECONDS: Final = 3600.0
_LONGEST_CATCH_UP: Final = timedelta(days=2)


class Ledger:
    """The jobs whose functions have ended on this worker, until it is sure that their ends were recorded."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._ended: list[tuple[float, Job]] = []

    def ended(self, job: Job) -> None:
        """Note that a job's function has returned or raised."""
        with self._guard:
            self._ended.append((time.monotonic(), job))

    def take_ended_before(self, seconds: float) -> list[Job]:
        """Return and forget the jobs that ended at least that long ago."""
        limit = time.monotonic() - seconds
        with self._guard:
            old = [job for at, job in self._ended if at <= limit]
            self._ended = [(at, job) for at, job in self._ended if at > limit]
        return old


class Running:
    """One job while its function runs."""

    def __init__(self, ledger: Ledger, job: Job) -> None:
        self._ledger = ledger
        self._job = job

    def __enter__(self) -> Self:
        """Run the job's function."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Note that it ended."""
        self._ledger.ended(self._job)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Everything one worker needs to work."""

    address: str = field(repr=False)
    settings: EngineSettings
    concurrency: int
    stop: threading.Event
    tick: Callable[[], None] | None
    schedules: tuple[Schedule, ...]
    processes: Mapping[str, Callable[[Running, str, int], None]]
    scheduled: Mapping[str, Callable[[Running, int], None]]


def run(shift: Shift) -> None:
    """Work until the shift's `stop` is set and the running jobs have ended."""
    asyncio.run(_run(shift))


async def _run(shift: Shift) -> None:
    # Jobs run in the loop's threads: one each, and a few for the tick and the library's own needs.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(shift.concurrency + 4))
    ticking = asyncio.create_task(_keep_ticking(shift))
    try:
        while not shift.stop.is_set():
            try:
                await _work_until_stopped(shift)
            except Exception:  # an outage must not end the worker
                log.exception("The worker was interrupted and begins again")
            await _pause(shift, _OUTAGE_SECONDS)
    finally:
        await ticking


async def _work_until_stopped(shift: Shift) -> None:
    """Run the library's worker until we stop or it gives up, then wait for its running jobs."""
    ledger = Ledger()
    app = _make_app(shift, ledger)
    settings = shift.settings
    async with app.open_async():
        working = asyncio.create_task(
            app.run_worker_async(
                queues=[*shift.processes, *shift.scheduled],
                concurrency=shift.concurrency,
                fetch_job_polling_interval=settings.polling_seconds,
                abort_job_polling_interval=_HOUSEKEEPING_SECONDS,
                update_heartbeat_interval=settings.heartbeat_seconds,
                stalled_worker_timeout=settings.stalled_after_seconds,
                install_signal_handlers=False,
            )
        )
        sides = [
            asyncio.create_task(_repeat(shift, settings.rescue_every_seconds, lambda: _rescue(app, shift, ledger))),
            asyncio.create_task(_repeat(shift, _HOUSEKEEPING_SECONDS, lambda: _delete_finished(app, shift))),
        ]
        try:
            while not shift.stop.is_set() and not working.done():
                await asyncio.wait([working], timeout=_STOP_POLL_SECONDS)
        finally:
            for task in (working, *sides):
                task.cancel()  # to the library this means: finish what is running, then return
            results = await asyncio.gather(working, *sides, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]


def _make_app(shift: Shift, ledger: Ledger) -> App:
    connector = PsycopgConnector(
        conninfo=shift.address,
        min_size=1,
        max_size=4,
        timeout=10,
        kwargs={"application_name": "tieout worker", "connect_timeout": 10},
    )
    app = App(connector=connector, periodic_defaults={"max_delay": _LONGEST_CATCH_UP.total_seconds()})
    for name, drain in shift.processes.items():
        _register_process(app, name, drain, ledger)
    for schedule in shift.schedules:
        _register_schedule(app, schedule, shift.scheduled[schedule.name], ledger)
    return app


def _register_process(app: App, name: str, drain: Callable[[Running, str, int], None], ledger: Ledger) -> None:
    @app.task(name=name, queue=name, pass_context=True)
    def run_lane(context: JobContext, *, company: str, lane: int) -> None:
        drain(Running(ledger, context.job), company, lane)


def _register_schedule(app: App, schedule: Schedule, run_once: Callable[[Running, int], None], ledger: Ledger) -> None:
    name = schedule.name

    @app.periodic(cron=schedule.cron, periodic_id=name)
    @app.task(name=name, queue=name, lock=name, queueing_lock=name, pass_context=True)
    def run_schedule(context: JobContext, timestamp: int) -> None:
        run_once(Running(ledger, context.job), timestamp)


async def _rescue(app: App, shift: Shift, ledger: Ledger) -> None:
    """Put back the jobs of workers without a heartbeat, one rescuer at a time, and our own unrecorded ends.

    A job's end goes unrecorded when the database was away at that moment; its lane would be blocked for
    as long as this worker lives.
    """
    connector = app.connector
    assert isinstance(connector, PsycopgConnector)
    async with connector.pool.connection() as connection, connection.transaction():
        cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [_RESCUE_LOCK])
        row = await cursor.fetchone()
        if row is None or not row[0]:
            return
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=shift.settings.stalled_after_seconds):
            assert job.id is not None
            log.warning("Job %s on %s is taken over from a worker that died", job.id, job.lock)
            await _put_back(app, job.id)
    for ended in ledger.take_ended_before(shift.settings.rescue_every_seconds):
        standing = await app.job_manager.list_jobs_async(
            id=ended.id, status=Status.DOING.value, worker_id=ended.worker_id
        )
        for job in standing:
            if job.id is not None and job.attempts == ended.attempts:
                log.warning("Job %s had ended, but its end was not recorded", job.id)
                await _put_back(app, job.id)


async def _put_back(app: App, job_id: int) -> None:
    """Let a job run again; where another start of its lane is waiting, that one does the work."""
    try:
        await app.job_manager.retry_job_by_id_async(job_id=job_id, retry_at=datetime.now(UTC))
    except UniqueViolation:
        with suppress(ConnectorException):
            await app.job_manager.finish_job_by_id_async(job_id=job_id, status=Status.ABORTED, delete_job=False)
    except ConnectorException:
        log.info("Job %s was not put back: it has ended", job_id)


async def _delete_finished(app: App, shift: Shift) -> None:
    await app.job_manager.delete_old_jobs(
        nb_hours=shift.settings.keep_finished_hours,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )


async def _keep_ticking(shift: Shift) -> None:
    if shift.tick is None:
        return
    while not shift.stop.is_set():
        try:
            await asyncio.to_thread(shift.tick)
        except Exception:  # the next tick may find things better
            log.exception("A tick failed")
        await _pause(shift, shift.settings.tick_seconds)


async def _repeat(shift: Shift, seconds: float, action: Callable[[], Awaitable[None]]) -> None:
    while not shift.stop.is_set():
        try:
            await action()
        except Exception:  # an outage: tried again next time
            log.exception("Looking after the jobs failed")
        await _pause(shift, seconds)


async def _pause(shift: Shift, seconds: float) -> None:
    """Wait, but no longer than until we are told to stop."""
    ends = time.monotonic() + seconds
    while not shift.stop.is_set() and (left := ends - time.monotonic()) > 0:  # noqa: ASYNC110  # a thread's event
        await asyncio.sleep(min(left, _STOP_POLL_SECONDS))
