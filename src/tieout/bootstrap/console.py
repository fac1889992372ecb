"""The console put together from the settings and the running application."""

from __future__ import annotations

from datetime import timedelta

from starlette.types import ASGIApp

from tieout.bootstrap.desk import account_lines
from tieout.bootstrap.settings_shown import setting_lines, single_sign_on
from tieout.bootstrap.timetable import schedule_lines
from tieout.connectors.explainer import open_model
from tieout.console.app import build
from tieout.console.parts import Console
from tieout.durable import Engine
from tieout.processes.alerting import Alerting
from tieout.processes.assistance import Assistance
from tieout.processes.desk import Desk
from tieout.processes.people.signing_in import Lasting
from tieout.processes.telling import Telling
from tieout.settings import Settings
from tieout.store.store import Connection


def assistance_of(settings: Settings, desk: Desk) -> Assistance:
    """Assistance as the settings have it; nobody outside is asked unless they name a model."""
    ours = settings.assistance
    return Assistance(
        store=desk.store, clock=desk.clock, is_on=ours.on, least_score=ours.least_score, explainer=open_model(ours)
    )


def console_of(settings: Settings, desk: Desk, telling: Telling, alerting: Alerting, engine: Engine) -> Console:
    """The parts of the console."""
    web = settings.web

    def run_schedule(c: Connection, name: str) -> bool:
        return engine.run_now(desk.store.raw(c), name)

    return Console(
        store=desk.store,
        desk=desk,
        clock=desk.clock,
        companies=tuple(settings.company),
        accounts=tuple(account_lines(settings)),
        public_url=web.public_url.rstrip("/"),
        environment=web.environment,
        record_links=web.record_links,
        lasting=Lasting(idle=timedelta(minutes=web.session_idle_minutes), longest=timedelta(hours=web.session_hours)),
        settings=tuple(setting_lines(settings)),
        schedules=tuple(schedule_lines(engine)),
        run_schedule=run_schedule,
        single_sign_on=single_sign_on(settings),
        telling=telling,
        alerting=alerting,
        assistance=assistance_of(settings, desk),
        api_requests_per_minute=web.api_requests_per_minute,
    )


def console_app(settings: Settings, desk: Desk, telling: Telling, alerting: Alerting, engine: Engine) -> ASGIApp:
    """The console as it is served."""
    return build(console_of(settings, desk, telling, alerting, engine))
