"""The console put together from the settings and the running application."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from starlette.types import ASGIApp

from tieout.bootstrap.settings_shown import setting_lines, single_sign_on
from tieout.bootstrap.timetable import schedule_lines
from tieout.connectors.explainer import open_model
from tieout.connectors.webhook import Doorman, SignedPost
from tieout.console.app import build
from tieout.console.parts import Console
from tieout.durable import Engine
from tieout.ports.directory import Company
from tieout.processes.account_health import AccountLine
from tieout.processes.alerting import Alerting
from tieout.processes.assistance import Assistance
from tieout.processes.desk import Desk, bulk
from tieout.processes.people.signing_in import Lasting
from tieout.processes.returns import PROCESS
from tieout.processes.telling import Telling
from tieout.settings import Settings
from tieout.store import Store
from tieout.store.store import Connection
from tieout.store.vault import Vault


def desk_of(store: Store, engine: Engine, companies: Mapping[str, Company], clock: Callable[[], datetime]) -> Desk:
    """The desk of an installation."""

    def start(c: Connection, company: str, lane: int) -> None:
        engine.start(store.raw(c), PROCESS, company, lane)

    def start_bulk(c: Connection, act_id: int) -> None:
        engine.start(store.raw(c), bulk.PROCESS, bulk.EVERY_COMPANY, act_id)

    return Desk(store=store, companies=companies, clock=clock, start=start, start_bulk=start_bulk)


def telling_of(settings: Settings, store: Store, vault: Vault, clock: Callable[[], datetime]) -> Telling:
    """Telling other programs, as an installation has it."""
    doorman = Doorman(loopback=settings.web.webhooks_to_this_machine)
    return Telling(store=store, sealer=vault, post=SignedPost(doorman), clock=clock, companies=tuple(settings.company))


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


def account_lines(settings: Settings) -> Iterator[AccountLine]:
    """Every account with the companies that use it."""
    for name, account in settings.account.items():
        companies = tuple(
            company
            for company, its in settings.company.items()
            if name in {its.ledger, its.portal, its.storefront, *its.goods_in}
        )
        yield AccountLine(name=name, system=account.system, companies=companies)
