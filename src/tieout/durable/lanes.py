"""What a process is to the engine: a name, and a function that drains one lane."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from croniter import croniter  # type: ignore[import-untyped]  # the library ships no types

# PostgreSQL takes channel names of at most 63 bytes, and the engine puts 23 of its own before ours.
NAME_MAX: Final = 40


class Deadline:
    """When a run must give its place to others: its time is up, or the worker is stopping."""

    def __init__(self, seconds: float, stop: threading.Event) -> None:
        self._ends = time.monotonic() + seconds
        self._stop = stop

    def passed(self) -> bool:
        """Say whether the run should end before it takes up another document."""
        return self._stop.is_set() or time.monotonic() >= self._ends


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneJob:
    """One run on one lane: work on its due documents, one after the other, until none is left or time is up."""

    company: str
    lane: int
    deadline: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process by its explicit, versioned name, for instance `returns.settle/1`.

    The name is what waiting jobs are kept under, so moving the function orphans nothing. `run` must stand
    being cut off anywhere and being run again.
    """

    name: str
    run: Callable[[LaneJob], None]

    def __post_init__(self) -> None:
        """Refuse a name that PostgreSQL could not carry."""
        assert 0 < len(self.name.encode()) <= NAME_MAX, f"process name {self.name!r} is empty or too long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Something that runs by the clock.

    `cron` has five fields, in UTC (a sixth counts seconds). A run that comes later than `late_at_most`, for
    instance after an outage, is left out.
    """

    name: str
    cron: str
    run: Callable[[datetime], None]
    late_at_most: timedelta

    def next_after(self, at: datetime) -> datetime:
        """The next time that it is due, in UTC."""
        return datetime.fromtimestamp(croniter(self.cron, at.timestamp()).get_next(float), UTC)

    def __post_init__(self) -> None:
        """Refuse a name that PostgreSQL could not carry."""
        assert 0 < len(self.name.encode()) <= NAME_MAX, f"schedule name {self.name!r} is empty or too long"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """How patient the engine is; all times in seconds unless named otherwise."""

    lane_seconds: float = 30.0
    polling_seconds: float = 0.5
    heartbeat_seconds: float = 5.0
    stalled_after_seconds: float = 20.0
    rescue_every_seconds: float = 5.0
    tick_seconds: float = 1.0
    keep_finished_hours: int = 72
    retry_waits: tuple[float, ...] = (1, 5, 30, 120, 600)
    """How long a lane rests after its first, second ... defect in a row; the last goes on for ever."""
