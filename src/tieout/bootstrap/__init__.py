"""The composition root: settings in, running application out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp

from tieout.bootstrap.accounts import Accounts, Clock
from tieout.bootstrap.alerting import alerting_of, schedule_alerts, watch
from tieout.bootstrap.companies import desk_receiver, open_companies, receivers_of
from tieout.bootstrap.desk import desk_of, telling_of
from tieout.bootstrap.schedules import schedule_account_check, schedule_figures, schedule_sweeps
from tieout.bootstrap.timetable import noting
from tieout.durable import Engine, EngineSettings, LaneJob, Process
from tieout.intake.webhooks import Intake
from tieout.ports.directory import Company
from tieout.processes.alerting import Alerting
from tieout.processes.desk import Desk, bulk
from tieout.processes.flows import FLOWS
from tieout.processes.lanes import Floor, drain
from tieout.processes.patience import Patience
from tieout.processes.remembering import CountedCalls, KeptTokens
from tieout.processes.returns import RETURNS
from tieout.processes.settling import AnyFlow
from tieout.processes.telling import Telling, delivering
from tieout.settings import Sage200Account, Settings, WorkSettings
from tieout.store import Store, embedded, schema
from tieout.store.documents import due_lanes
from tieout.store.vault import Vault, key_of
from tieout.store.webhooks import due_webhooks

__all__ = [
    "Application",
    "clock_of",
    "database_address",
    "desk_receiver",
    "open_application",
    "patience_of",
    "stop_database",
    "unconnected",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A running installation: its database, engine, companies and inbound accounts."""

    settings: Settings
    address: str
    store: Store
    engine: Engine
    companies: Mapping[str, Company]
    clock: Clock
    floor: Floor
    intake: Intake
    desk: Desk
    telling: Telling
    alerting: Alerting
    accounts: Accounts
    connections: ExitStack

    def tick(self) -> None:
        """Start every lane that has a document or a message due; starting twice is harmless."""
        with self.store.scope(None) as c:
            lanes = [(flow, due_lanes(c, self.clock(), kinds=(flow.kind,))) for flow in FLOWS.values()]
            for webhook in due_webhooks(c, self.clock()):
                self.engine.start(self.store.raw(c), delivering.PROCESS, delivering.EVERY_LANE, webhook)
        for flow, due in lanes:
            for company, lane in due:
                if company in self.floor.companies:
                    self.start(company, lane, flow)

    def console(self) -> ASGIApp:
        """The web console and the JSON API."""
        from tieout.bootstrap.console import console_app  # noqa: PLC0415 - slow to load, and most commands serve no page

        return console_app(self.settings, self.desk, self.telling, self.alerting, self.engine)

    def watch(self, stop: threading.Event) -> None:
        """Look for trouble and tell it until `stop` is set, from beside the workers."""
        watch(self.alerting, stop)

    def start(self, company: str, lane: int, flow: AnyFlow = RETURNS) -> None:
        """Start one lane of a flow."""
        with self.store.scope(company) as c:
            self.engine.start(self.store.raw(c), flow.process, company, lane)

    def close(self) -> None:
        """Let the connections to the systems and to the database go."""
        self.connections.close()
        self.store.close()


def open_application(settings: Settings, home: Path) -> Application:
    """Open the database (starting the embedded server where it is configured) and every account.

    Brings the tables up to date first. Nothing is sent to any remote system.
    """
    address = database_address(settings, home)
    schema.upgrade(address)
    store = Store(address, pool_size=settings.database.pool_size)
    clock = clock_of(settings)
    vault = Vault(store, key_of(home))
    connections = ExitStack()
    keeper, budget = KeptTokens(vault, clock), CountedCalls(store, clock)
    companies = open_companies(settings, store, keeper, budget, clock, connections)
    accounts = Accounts(settings, keeper, budget, clock, connections)
    connected = {name: company for name, company in companies.items() if name not in unconnected(settings)}
    floor = Floor(store=store, companies=connected, clock=clock, patience=patience_of(settings.work))
    telling = telling_of(settings, store, vault, clock)
    engine = _engine(address, settings, floor, accounts, telling)
    alerting = schedule_alerts(engine, settings, alerting_of(settings, store, clock, address, engine))
    with store.scope(None) as c:
        schema.ensure_partitions(c, clock().date().replace(day=1), 3)
    return Application(
        settings=settings,
        address=address,
        store=store,
        engine=engine,
        companies=companies,
        clock=clock,
        floor=floor,
        intake=_intake(settings, store, engine, clock),
        desk=desk_of(store, engine, companies, clock),
        telling=telling,
        alerting=alerting,
        accounts=accounts,
        connections=connections,
    )


def _intake(settings: Settings, store: Store, engine: Engine, clock: Clock) -> Intake:
    """The edge that every system pushes to."""
    return Intake(
        store=store,
        engine=engine,
        receivers=receivers_of(settings),
        clock=clock,
        coalesce=timedelta(seconds=settings.work.coalesce_seconds),
        body_bytes_max=settings.web.body_bytes_max,
    )


def unconnected(settings: Settings) -> dict[str, str]:
    """The companies whose work waits because nobody has connected their Sage yet, and what to do, in a sentence."""
    waiting = {}
    for name, company in settings.company.items():
        ledger = settings.account[company.ledger]
        if isinstance(ledger, Sage200Account) and not ledger.is_connected:
            waiting[name] = (
                f"[account.{company.ledger}] names no site_id and company_id, so the work of {name} waits: "
                f"run `tieout accounts connect {company.ledger}`, which lists them"
            )
    return waiting


def _engine(address: str, settings: Settings, floor: Floor, accounts: Accounts, telling: Telling) -> Engine:
    """The engine with every flow's process, the telling of others, and the sweeps' schedules."""

    def run(flow: AnyFlow, job: LaneJob) -> None:
        if job.company in floor.companies:
            drain(floor, job, flow)

    def run_bulk(job: LaneJob) -> None:
        bulk.work_through(desk_of(floor.store, engine, floor.companies, floor.clock), job.lane, job.deadline.passed)

    stalled_after = settings.work.stalled_after_seconds
    engine_settings = EngineSettings(
        stalled_after_seconds=stalled_after,
        heartbeat_seconds=max(0.5, stalled_after / 4),
        rescue_every_seconds=max(0.5, stalled_after / 4),
    )
    processes = [
        *(Process(name=flow.process, run=partial(run, flow)) for flow in FLOWS.values()),
        Process(name=bulk.PROCESS, run=run_bulk),
        Process(name=delivering.PROCESS, run=partial(delivering.deliver, telling)),
    ]
    engine = Engine(address, processes, engine_settings, noting=noting(floor.store, floor.clock))
    engine.install()
    schedule_sweeps(engine, settings, floor)
    schedule_account_check(engine, settings, floor, accounts)
    schedule_figures(engine, settings, floor)
    return engine


def database_address(settings: Settings, home: Path) -> str:
    """The configured address, or that of the embedded server, which is started if it is not running."""
    if settings.database.address != "embedded":
        return settings.database.address
    return embedded.ensure(home, account=settings.database.server_account)


def clock_of(settings: Settings) -> Clock:
    """The time in UTC, moved by the configured offset."""
    offset = timedelta(seconds=settings.clock.offset_seconds)
    return lambda: datetime.now(UTC) + offset


def patience_of(work: WorkSettings) -> Patience:
    """The configured waits and windows."""
    return Patience(
        late_commit=timedelta(seconds=work.late_commit_seconds),
        unauthorised_window=timedelta(seconds=work.unauthorised_seconds),
        unauthorised_wait=timedelta(seconds=min(20.0, work.unauthorised_seconds / 6)),
        unavailable=timedelta(seconds=work.unavailable_seconds),
        lock_first=timedelta(seconds=work.lock_first_seconds),
        lock_longest=timedelta(seconds=work.lock_longest_seconds),
        lock_window=timedelta(seconds=work.lock_window_seconds),
        leg_again=timedelta(seconds=work.leg_again_seconds),
        defect=timedelta(seconds=work.defect_seconds),
        tries_max=work.tries_max,
    )


def stop_database(settings: Settings, home: Path) -> bool:
    """Stop the embedded server of this home; False when none was running or another database is configured."""
    if settings.database.address != "embedded":
        return False
    with suppress(FileNotFoundError):
        return embedded.stop(home, account=settings.database.server_account)
    return False
