"""Alerting put together from the settings, and what runs it: the schedule, and a watch beside the web."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog

from tieout.bootstrap.accounts import Clock
from tieout.bootstrap.desk import account_lines
from tieout.connectors.notices import open_channel
from tieout.domain.alerts.judging import Rules
from tieout.domain.alerts.routing import Defaults, Row, hours_of, served_by
from tieout.durable import Engine
from tieout.durable.life import last_sign_of_life
from tieout.processes.alerting import Alerting, Limits
from tieout.processes.alerting.looking import look
from tieout.processes.alerting.sending import send_due
from tieout.settings import Settings
from tieout.store import Store

WATCH_SECONDS = 60.0

log = structlog.get_logger()


def alerting_of(settings: Settings, store: Store, clock: Clock, address: str, engine: Engine) -> Alerting:
    """Alerting as the settings have it. Nothing is sent and no channel is asked."""
    alerts = settings.alerts

    def still_for() -> timedelta | None:
        last = last_sign_of_life(address)
        return None if last is None else datetime.now(UTC) - last

    return Alerting(
        store=store,
        clock=clock,
        channels={name: open_channel(channel) for name, channel in alerts.channel.items()},
        routes={
            key: _row(route.steps, route.hours, route.least_pounds, route.escalate_minutes)
            for key, route in alerts.route.items()
        },
        defaults=Defaults(
            served=served_by({name: channel.serves for name, channel in alerts.channel.items()}),
            technical=_row(alerts.technical, alerts.technical_hours),
            data=_row(alerts.data, alerts.data_hours),
            escalate_after=timedelta(minutes=alerts.escalate_minutes),
        ),
        rules=Rules(
            grow_factor=alerts.grow_factor,
            clear_after=timedelta(minutes=alerts.clear_minutes),
            period_days=alerts.period_days,
        ),
        limits=Limits(
            patience=timedelta(minutes=alerts.wait_minutes),
            debt_minor=alerts.debt_limit_pounds * 100,
            still_after=timedelta(seconds=settings.work.stalled_after_seconds),
            tries_max=alerts.tries_max,
        ),
        accounts=tuple(account_lines(settings)),
        public_url=settings.web.public_url.rstrip("/"),
        still_for=still_for,
        failed_jobs=engine.failed_jobs,
    )


def schedule_alerts(engine: Engine, settings: Settings, alerting: Alerting) -> Alerting:
    """Let trouble be looked for and told by the clock; returns the same alerting."""

    def run(_due: datetime) -> None:
        look(alerting)
        send_due(alerting)

    engine.schedule("alerts.look/1", settings.schedule.alerts, run)
    return alerting


def watch(alerting: Alerting, stop: threading.Event, *, every: float = WATCH_SECONDS) -> None:
    """Look and tell until `stop` is set: it sees from beside the workers that none of them is left.

    Where a worker looks too, whoever comes second finds nothing to do. An outage of the database is waited out.
    """
    while not stop.wait(every):
        try:
            look(alerting)
            send_due(alerting)
        except Exception:  # the watch must outlive whatever it meets
            log.exception("alerts.watch_failed")


def _row(steps: Sequence[Sequence[str]], hours: str, least_pounds: int = 0, escalate_minutes: float = 0.0) -> Row:
    return Row(
        steps=tuple(tuple(step) for step in steps),
        hours=hours_of(hours),
        least_minor=least_pounds * 100 or None,
        escalate_after=timedelta(minutes=escalate_minutes) if escalate_minutes else None,
    )
