"""What acts on cases and what tells others, put together from the settings: what the pages, workers and commands share.

Apart from the console, which is slow to load and which most commands do not serve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from tieout.connectors.webhook import Doorman, SignedPost
from tieout.durable import Engine
from tieout.ports.directory import Company
from tieout.processes.account_health import AccountLine
from tieout.processes.desk import Desk, bulk
from tieout.processes.flows import FLOWS
from tieout.processes.telling import Telling
from tieout.settings import Settings
from tieout.store import Store
from tieout.store.store import Connection
from tieout.store.vault import Vault


def desk_of(store: Store, engine: Engine, companies: Mapping[str, Company], clock: Callable[[], datetime]) -> Desk:
    """The desk of an installation."""

    def start(c: Connection, company: str, lane: int) -> None:
        # Which flow was woken is not told: to start one that has nothing due is harmless.
        for process in sorted(flow.process for flow in FLOWS.values()):
            engine.start(store.raw(c), process, company, lane)

    def start_bulk(c: Connection, act_id: int) -> None:
        engine.start(store.raw(c), bulk.PROCESS, bulk.EVERY_COMPANY, act_id)

    return Desk(store=store, companies=companies, clock=clock, start=start, start_bulk=start_bulk)


def telling_of(settings: Settings, store: Store, vault: Vault, clock: Callable[[], datetime]) -> Telling:
    """Telling other programs, as an installation has it."""
    doorman = Doorman(loopback=settings.web.webhooks_to_this_machine)
    return Telling(store=store, sealer=vault, post=SignedPost(doorman), clock=clock, companies=tuple(settings.company))


def account_lines(settings: Settings) -> Iterator[AccountLine]:
    """Every account with the companies that use it."""
    for name, account in settings.account.items():
        companies = tuple(
            company
            for company, its in settings.company.items()
            if name in {its.ledger, its.portal, its.storefront, *its.goods_in, *its.warehouses}
        )
        yield AccountLine(name=name, system=account.system, companies=companies)
