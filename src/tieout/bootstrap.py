"""The composition root: settings in, running application out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tieout.connectors import dock, returngo, sage200, shopify
from tieout.connectors.returngo.inbound import rma_number
from tieout.durable import Engine, EngineSettings, LaneJob, Process
from tieout.intake.webhooks import Intake, Receiver
from tieout.ports.accounts import OpenAccount
from tieout.ports.directory import Company
from tieout.ports.inbound import Inbound
from tieout.ports.systems import CallBudget, GoodsIn, TokenKeeper
from tieout.processes import polls, sweeps
from tieout.processes.accounts import Listing, PushOnly, check_account
from tieout.processes.lanes import Floor, drain
from tieout.processes.patience import Patience
from tieout.processes.remembering import CountedCalls, KeptBodies, KeptTokens, TaughtLockWords
from tieout.processes.returns import KIND, PROCESS
from tieout.settings import (
    CompanySettings,
    DockAccount,
    ReturnGoAccount,
    Sage200Account,
    Settings,
    ShopifyAccount,
    WorkSettings,
)
from tieout.store import Store, embedded, schema
from tieout.store.documents import due_lanes
from tieout.store.vault import Vault, key_of

Clock = Callable[[], datetime]


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
    accounts: Accounts
    connections: ExitStack

    def tick(self) -> None:
        """Start every lane that has a document due; starting twice is harmless."""
        with self.store.scope(None) as c:
            lanes = due_lanes(c, self.clock(), kinds=(KIND,))
        for company, lane in lanes:
            if company in self.floor.companies:
                self.start(company, lane)

    def start(self, company: str, lane: int) -> None:
        """Start one lane of returns."""
        with self.store.scope(company) as c:
            self.engine.start(self.store.raw(c), PROCESS, company, lane)

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
    companies = _companies(settings, store, keeper, budget, clock, connections)
    accounts = Accounts(settings, keeper, budget, clock, connections)
    connected = {name: company for name, company in companies.items() if name not in unconnected(settings)}
    patience = patience_of(settings.work)
    floor = Floor(store=store, companies=connected, clock=clock, patience=patience)
    engine = _engine(address, settings, floor, accounts)
    with store.scope(None) as c:
        schema.ensure_partitions(c, clock().date().replace(day=1), 3)
    intake = Intake(
        store=store,
        engine=engine,
        receivers=_receivers(settings),
        clock=clock,
        coalesce=timedelta(seconds=settings.work.coalesce_seconds),
        body_bytes_max=settings.web.body_bytes_max,
    )
    return Application(
        settings=settings,
        address=address,
        store=store,
        engine=engine,
        companies=companies,
        clock=clock,
        floor=floor,
        intake=intake,
        accounts=accounts,
        connections=connections,
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


def _engine(address: str, settings: Settings, floor: Floor, accounts: Accounts) -> Engine:
    """The engine with the returns' process and the sweeps' schedules."""

    def run(job: LaneJob) -> None:
        if job.company in floor.companies:
            drain(floor, job)

    stalled_after = settings.work.stalled_after_seconds
    engine_settings = EngineSettings(
        stalled_after_seconds=stalled_after,
        heartbeat_seconds=max(0.5, stalled_after / 4),
        rescue_every_seconds=max(0.5, stalled_after / 4),
    )
    engine = Engine(address, [Process(name=PROCESS, run=run)], engine_settings)
    engine.install()
    _schedule(engine, settings, floor)
    _schedule_account_check(engine, settings, floor, accounts)
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


def _companies(  # one argument for each thing that an account needs
    settings: Settings,
    store: Store,
    keeper: TokenKeeper,
    budget: CallBudget,
    clock: Clock,
    connections: ExitStack,
) -> dict[str, Company]:
    opened = {}
    for name, company in settings.company.items():
        ledger, portal, shop = (settings.account[a] for a in (company.ledger, company.portal, company.storefront))
        assert isinstance(ledger, Sage200Account)
        assert isinstance(portal, ReturnGoAccount)
        assert isinstance(shop, ShopifyAccount)
        books = sage200.open_ledger(ledger, keeper, clock, TaughtLockWords(store, clock, name))
        returns_portal = returngo.open_portal(portal, budget, clock)
        storefront = shopify.open_storefront(shop, clock)
        for account in (books, returns_portal, storefront):
            connections.callback(account.close)
        opened[name] = Company(
            name=name,
            credit_route=company.credit_route,
            refund_mode=company.refund_mode,
            lanes=company.lanes,
            portal_account=company.portal,
            storefront_account=company.storefront,
            ledger_account=company.ledger,
            portal=returns_portal,
            storefront=storefront,
            orders=books.orders,
            returns=books.returns,
            ledger=books.ledger,
            stock=books.stock,
            books=books.books,
            order_entry=books.order_entry,
            despatches=books.despatches,
            customer_postings=books.customer_postings,
            cash_book=books.cash_book,
            customers=books.customers,
            feeds=books.feeds,
            goods_in=_goods_in(name, company, store, clock),
        )
    return opened


def _goods_in(name: str, company: CompanySettings, store: Store, clock: Clock) -> GoodsIn | None:
    """What the company's warehouses have told; None where no warehouse is named."""
    if not company.goods_in:
        return None
    accounts = dict.fromkeys((*company.goods_in, dock.DESK))
    return dock.open_goods_in(tuple(accounts), KeptBodies(store, name, clock))


def _receivers(settings: Settings) -> dict[str, Receiver]:
    """Who may push, by account, and whose company it concerns."""
    receivers = {}
    for name, company in settings.company.items():
        for account_name in (company.portal, company.storefront, *company.goods_in):
            if account_name in settings.account:
                receivers[account_name] = _receiver(settings, name, _inbound(settings, account_name))
    return receivers


def desk_receiver(settings: Settings, company: str) -> Receiver:
    """Takes in what a person keys in at the goods-in desk of a company; it has no address to push to."""
    return _receiver(settings, company, dock.open_desk())


def _receiver(settings: Settings, name: str, inbound: Inbound) -> Receiver:
    company = settings.company[name]
    is_returngo = isinstance(settings.account[company.portal], ReturnGoAccount)
    return Receiver(
        company=name, lanes=company.lanes, inbound=inbound, number_of=rma_number if is_returngo else str.strip
    )


def _inbound(settings: Settings, account_name: str) -> Inbound:
    account = settings.account[account_name]
    if isinstance(account, ReturnGoAccount):
        return returngo.open_inbound(account)
    if isinstance(account, DockAccount):
        return dock.open_inbound(account)
    assert isinstance(account, ShopifyAccount)
    return shopify.open_inbound(account)


def _schedule(engine: Engine, settings: Settings, floor: Floor) -> None:
    """Sweeps find what no event told."""
    back = timedelta(days=settings.schedule.sweep_days)

    def portal(_due: datetime) -> None:
        for company in floor.companies.values():
            sweeps.sweep_portal(floor, company, back)

    def refunds(_due: datetime) -> None:
        for company in floor.companies.values():
            sweeps.sweep_refunds(floor, company, back)

    def credit_notes(_due: datetime) -> None:
        for company in floor.companies.values():
            sweeps.sweep_credit_notes(floor, company, back)

    def ledger(_due: datetime) -> None:
        for company in floor.companies.values():
            polls.poll_ledger(floor, company, back)

    engine.schedule("poll.ledger/1", settings.schedule.ledger_poll, ledger)
    engine.schedule("sweep.portal/1", settings.schedule.portal_sweep, portal)
    engine.schedule("sweep.refunds/1", settings.schedule.refund_sweep, refunds)
    engine.schedule("sweep.credit_notes/1", settings.schedule.credit_note_sweep, credit_notes)


def _schedule_account_check(engine: Engine, settings: Settings, floor: Floor, accounts: Accounts) -> None:
    """Once a day every account of every connected company is looked at."""

    def check(_due: datetime) -> None:
        for name in floor.companies:
            company = settings.company[name]
            for account in (company.ledger, company.portal, company.storefront):
                check_account(floor.store, accounts.open(account), name, floor.clock())

    engine.schedule("accounts.check/1", settings.schedule.account_check, check)


class Accounts:
    """The configured accounts, each opened when it is first asked for. Opening sends nothing."""

    def __init__(
        self, settings: Settings, keeper: TokenKeeper, budget: CallBudget, clock: Clock, connections: ExitStack
    ) -> None:
        self._settings = settings
        self._keeper = keeper
        self._budget = budget
        self._clock = clock
        self._connections = connections
        self._opened: dict[str, OpenAccount] = {}
        self._turn = threading.Lock()

    def open(self, name: str) -> OpenAccount:
        """The account of this name; KeyError when none is configured."""
        with self._turn:
            if name not in self._opened:
                self._opened[name] = self._open(name)
            return self._opened[name]

    def _open(self, name: str) -> OpenAccount:
        match self._settings.account[name]:
            case Sage200Account() as account:
                books = sage200.open_ledger(account, self._keeper, self._clock)
                self._connections.callback(books.close)
                return OpenAccount(
                    name=name,
                    system="sage200",
                    examined=books.probe,
                    sign_in=books.sign_in,
                    sign_in_warn_days=account.sign_in_warn_days,
                    redirect_uri=account.redirect_uri,
                    place=f"company {account.company_id} of site {account.site_id}" if account.is_connected else "",
                )
            case ReturnGoAccount() as account:
                portal = returngo.open_portal(account, self._budget, self._clock)
                self._connections.callback(portal.close)
                listing = Listing(subject="returns portal", rows=lambda: portal.rmas(self._clock()))
                return OpenAccount(name=name, system="returngo", examined=listing, place=account.shop_name)
            case ShopifyAccount() as account:
                shop = shopify.open_storefront(account, self._clock)
                self._connections.callback(shop.close)
                listing = Listing(subject="storefront", rows=lambda: shop.refunds(self._clock()))
                return OpenAccount(name=name, system="shopify", examined=listing, place=account.shop_domain)
            case DockAccount():
                return OpenAccount(name=name, system="dock", examined=PushOnly(name), place=f"/in/{name}")


def stop_database(settings: Settings, home: Path) -> bool:
    """Stop the embedded server of this home; False when none was running or another database is configured."""
    if settings.database.address != "embedded":
        return False
    with suppress(FileNotFoundError):
        return embedded.stop(home, account=settings.database.server_account)
    return False
