"""Sweeps and schedules: how far each independent listing has come, and what ran when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from tieout.store.rows import columns_of, read_all, read_maybe
from tieout.store.tables import schedule_runs, sweeps


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One independent listing of one account: where it goes on and what it last counted."""

    account: str
    name: str
    high_water: str
    ran_at: datetime
    counted: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRun:
    """One run of a schedule; `outcome` is None while it runs, or for ever if its worker died."""

    name: str
    due_at: datetime
    started_at: datetime
    finished_at: datetime | None
    outcome: Literal["done", "failed"] | None
    note: str


_SWEEP: Final = columns_of(sweeps, Sweep)
_RUN: Final = columns_of(schedule_runs, ScheduleRun)


def sweep(c: Connection, account: str, name: str) -> Sweep | None:
    """Return how far a sweep has come, or None before its first run."""
    query = select(*_SWEEP).where(sweeps.c.account == account, sweeps.c.name == name)
    return read_maybe(Sweep, c.execute(query).first())


def all_sweeps(c: Connection) -> list[Sweep]:
    """Return every sweep."""
    return read_all(Sweep, c.execute(select(*_SWEEP).order_by(sweeps.c.account, sweeps.c.name)))


def swept(c: Connection, account: str, name: str, *, high_water: str, counted: Mapping[str, int], at: datetime) -> None:
    """Record that a sweep ran: where the next goes on, and what it counted."""
    fresh = insert(sweeps).values(account=account, name=name, high_water=high_water, ran_at=at, counted=dict(counted))
    changed = {column: fresh.excluded[column] for column in ("high_water", "ran_at", "counted")}
    c.execute(fresh.on_conflict_do_update(index_elements=["account", "name"], set_=changed))


def start_run(c: Connection, name: str, *, due_at: datetime, at: datetime) -> bool:
    """Record that a schedule's run starts; False when that run was started before."""
    fresh = insert(schedule_runs).values(name=name, due_at=due_at, started_at=at)
    return c.execute(fresh.on_conflict_do_nothing().returning(schedule_runs.c.name)).first() is not None


def end_run(
    c: Connection, name: str, *, due_at: datetime, outcome: Literal["done", "failed"], note: str, at: datetime
) -> None:
    """Record how a schedule's run ended."""
    mine = (schedule_runs.c.name == name) & (schedule_runs.c.due_at == due_at)
    c.execute(update(schedule_runs).where(mine).values(outcome=outcome, note=note, finished_at=at))


def last_runs(c: Connection) -> dict[str, ScheduleRun]:
    """Return the latest run of every schedule, by its name."""
    newest = select(*_RUN).ext(distinct_on(schedule_runs.c.name))
    found = c.execute(newest.order_by(schedule_runs.c.name, schedule_runs.c.due_at.desc()))
    return {run.name: run for run in read_all(ScheduleRun, found)}


def forget_runs(c: Connection, name: str, *, before: datetime) -> None:
    """Forget the runs of a schedule that were due before a time."""
    c.execute(delete(schedule_runs).where(schedule_runs.c.name == name, schedule_runs.c.due_at < before))


def runs(c: Connection, name: str | None = None, *, limit: int = 100) -> list[ScheduleRun]:
    """Return runs of one schedule or of all, newest first."""
    query = select(*_RUN).order_by(schedule_runs.c.due_at.desc(), schedule_runs.c.name).limit(limit)
    if name is not None:
        query = query.where(schedule_runs.c.name == name)
    return read_all(ScheduleRun, c.execute(query))
