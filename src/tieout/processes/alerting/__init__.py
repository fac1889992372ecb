"""Alerts: what is wrong is looked at by the clock, and each cause is told once to whom it concerns.

`gathering` reads what is wrong, `looking` lets `domain/alerts` decide and writes what is to be said, `sending`
performs it and keeps the proof, `acting` is what people do. What is to be said is written in the transaction that
found it necessary, so nothing is said twice after a restart; a message that was being sent while the process died is
sent once more, because nobody can know whether it arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tieout.domain.alerts.judging import Rules
from tieout.domain.alerts.routing import Defaults, Row
from tieout.durable.failures import FailedJob
from tieout.ports.notices import NoticeChannel
from tieout.processes.account_health import AccountLine
from tieout.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How patient alerting is."""

    patience: timedelta = timedelta(minutes=2)
    """How long trouble must stand before anybody is told: what heals by itself is nobody's trouble."""
    debt_minor: int = 0
    """Reconciliation debt of one company and currency above which somebody is told; 0 never."""
    still_after: timedelta = timedelta(minutes=2)
    """A worker without a sign of life for so long stands still."""
    tries_max: int = 6
    first_wait: timedelta = timedelta(minutes=1)
    """Rest after the first try that failed; each later one is twice as long."""
    lease: timedelta = timedelta(minutes=10)
    """A notice that was taken for sending and not settled is due again after so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """What alerting needs."""

    store: Store
    clock: Callable[[], datetime]
    channels: Mapping[str, NoticeChannel]
    defaults: Defaults
    rules: Rules
    routes: Mapping[str, Row] = field(default_factory=dict)
    limits: Limits = Limits()
    accounts: Sequence[AccountLine] = ()
    public_url: str = ""
    still_for: Callable[[], timedelta | None] | None = None
    """How long no worker has shown a sign of life; None when none is known at all."""
    failed_jobs: Callable[[], Sequence[FailedJob]] | None = None
    """Lanes and schedules whose last run ended in a mistake of ours."""
