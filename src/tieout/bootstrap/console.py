"""The console put together from the settings and the running application."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from starlette.types import ASGIApp

from tieout.console.app import build
from tieout.console.parts import Console
from tieout.durable import Engine
from tieout.ports.directory import Company
from tieout.processes.account_health import AccountLine
from tieout.processes.desk import Desk
from tieout.processes.people.signing_in import Lasting
from tieout.processes.returns import PROCESS
from tieout.settings import Settings
from tieout.store import Store
from tieout.store.store import Connection


def desk_of(store: Store, engine: Engine, companies: Mapping[str, Company], clock: Callable[[], datetime]) -> Desk:
    """The desk of an installation."""

    def start(c: Connection, company: str, lane: int) -> None:
        engine.start(store.raw(c), PROCESS, company, lane)

    return Desk(store=store, companies=companies, clock=clock, start=start)


def console_of(settings: Settings, desk: Desk) -> Console:
    """The parts of the console."""
    web = settings.web
    return Console(
        store=desk.store,
        desk=desk,
        clock=desk.clock,
        companies=tuple(settings.company),
        accounts=tuple(_accounts(settings)),
        public_url=web.public_url.rstrip("/"),
        environment=web.environment,
        lasting=Lasting(idle=timedelta(minutes=web.session_idle_minutes), longest=timedelta(hours=web.session_hours)),
    )


def console_app(settings: Settings, desk: Desk) -> ASGIApp:
    """The console as it is served."""
    return build(console_of(settings, desk))


def _accounts(settings: Settings) -> Iterator[AccountLine]:
    """Every account with the companies that use it."""
    for name, account in settings.account.items():
        companies = tuple(
            company
            for company, its in settings.company.items()
            if name in {its.ledger, its.portal, its.storefront, *its.goods_in}
        )
        yield AccountLine(name=name, system=account.system, companies=companies)
