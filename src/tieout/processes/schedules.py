"""What runs by the clock, as people see it, and letting something run now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tieout.domain.people import Actor, Permission
from tieout.processes.desk import NotPossible
from tieout.store import Store, audit
from tieout.store.store import Connection


def run_now(store: Store, actor: Actor, name: str, *, run: Callable[[Connection, str], bool], now: datetime) -> None:
    """Let a schedule run as soon as a worker is free, noted with who asked; `NotPossible` where one waits already."""
    if not actor.may(Permission.SCHEDULES_RUN):
        raise NotPossible("Your role does not start schedules: ask an integration operator.")
    with store.scope(None) as c:
        if not run(c, name):
            raise NotPossible("A run is waiting already: it begins as soon as a worker is free.")
        audit.append(
            c,
            company=None,
            who=actor.name,
            action="schedule.asked",
            subject=f"schedule {name}",
            before=None,
            after=None,
            at=now,
        )
