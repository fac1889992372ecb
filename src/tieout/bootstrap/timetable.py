"""What runs by the clock, for people: its name in words, and a note of how each run ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog

from tieout.console.parts import ScheduleLine
from tieout.durable import Engine
from tieout.durable.engine import Noting
from tieout.settings import ScheduleSettings
from tieout.store import Store, sweeps

log = structlog.get_logger()

KEPT: Final = timedelta(days=7)
NOTE_LETTERS: Final = 300
SETTING_OF: Final[Mapping[str, str]] = {
    "poll.ledger": "ledger_poll",
    "sweep.portal": "portal_sweep",
    "sweep.refunds": "refund_sweep",
    "sweep.credit_notes": "credit_note_sweep",
    "sweep.payouts": "payout_sweep",
    "sweep.overdue": "overdue_sweep",
    "sweep.warehouses": "warehouse_sweep",
    "files.pick_up": "file_pick_up",
    "sweep.movements": "movement_sweep",
    "stock.counts": "stock_counts",
    "feeds.late": "feeds_late",
    "stock.check": "stock_check",
    "availability.publish": "availability",
    "rows.begun": "rows_begun",
    "accounts.check": "account_check",
    "alerts.look": "alerts",
    "figures.keep": "figures",
}
"""The setting, under [schedule], that says when each runs; its description is what people read."""


def schedule_lines(engine: Engine) -> Iterator[ScheduleLine]:
    """Everything that runs by the clock."""
    for one in engine.schedules:
        field = ScheduleSettings.model_fields.get(SETTING_OF.get(one.name.partition("/")[0], ""))
        title = field.description if field is not None and field.description else one.name
        yield ScheduleLine(name=one.name, title=title, cron=one.cron, next_after=one.next_after)


def noting(store: Store, clock: Callable[[], datetime]) -> Noting:
    """Notes each run with how it ended; a note that cannot be written stops no run."""

    @contextmanager
    def note(name: str, due: datetime) -> Iterator[None]:
        _begin(store, name, due, clock())
        try:
            yield
        except Exception as error:
            said = f"{type(error).__name__}: {error}"[:NOTE_LETTERS].replace("\0", "")
            _end(store, name, due, "failed", said, clock())
            raise
        _end(store, name, due, "done", "", clock())

    return note


def _begin(store: Store, name: str, due: datetime, now: datetime) -> None:
    try:
        with store.scope(None) as c:
            sweeps.forget_runs(c, name, before=due - KEPT)
            sweeps.start_run(c, name, due_at=due, at=now)
    except Exception:  # whatever is wrong, the run itself will meet it and say it better
        log.exception("schedule.not_noted", schedule=name)


def _end(store: Store, name: str, due: datetime, outcome: Literal["done", "failed"], said: str, now: datetime) -> None:
    try:
        with store.scope(None) as c:
            sweeps.end_run(c, name, due_at=due, outcome=outcome, note=said, at=now)
    except Exception:  # as above
        log.exception("schedule.not_noted", schedule=name)
