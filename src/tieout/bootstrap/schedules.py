"""What runs by the clock: sweeps and polls that find what no event told, and the daily look at every account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from tieout.bootstrap.accounts import Accounts
from tieout.durable import Engine
from tieout.intake.files import pick_up
from tieout.ports.directory import Company
from tieout.processes import polls, sweeps
from tieout.processes.accounts import check_account
from tieout.processes.availability import publish_availability
from tieout.processes.figures_kept import keep_figures
from tieout.processes.held import wake_for_rows_begun
from tieout.processes.lanes import Floor
from tieout.processes.movements import sweep_movements
from tieout.processes.payouts_seen import sweep_payouts
from tieout.processes.warehouses_seen import sweep_warehouses
from tieout.reconciliation.counts import keep_counts
from tieout.reconciliation.despatches_seen import check_despatches
from tieout.reconciliation.feeds_late import watch_feeds
from tieout.reconciliation.places import check_places
from tieout.reconciliation.stock_watch import watch_stock
from tieout.settings import Settings


def schedule_sweeps(engine: Engine, settings: Settings, floor: Floor) -> None:
    """Sweeps and polls find what no event told."""
    back = timedelta(days=settings.schedule.sweep_days)
    times = settings.schedule
    work: tuple[tuple[str, str, Callable[[Company], object]], ...] = (
        ("poll.ledger/1", times.ledger_poll, lambda company: polls.poll_ledger(floor, company, back)),
        ("sweep.portal/1", times.portal_sweep, lambda company: sweeps.sweep_portal(floor, company, back)),
        ("sweep.refunds/1", times.refund_sweep, lambda company: sweeps.sweep_refunds(floor, company, back)),
        ("sweep.credit_notes/1", times.credit_note_sweep, lambda c: sweeps.sweep_credit_notes(floor, c, back)),
        ("sweep.payouts/1", times.payout_sweep, lambda company: sweep_payouts(floor, company, back)),
        ("sweep.warehouses/1", times.warehouse_sweep, lambda company: sweep_warehouses(floor, company, back)),
        ("sweep.movements/1", times.movement_sweep, lambda company: sweep_movements(floor, company)),
        ("stock.counts/1", times.stock_counts, lambda company: _count(floor, company)),
        ("feeds.late/1", times.feeds_late, lambda company: watch_feeds(floor, company)),
        ("stock.check/1", times.stock_check, lambda company: _check_stock(floor, company)),
        ("files.pick_up/1", times.file_pick_up, lambda company: pick_up(floor, company)),
        ("availability.publish/1", times.availability, lambda company: publish_availability(floor, company)),
        ("sweep.overdue/1", times.overdue_sweep, lambda company: sweeps.sweep_overdue(floor, company)),
        ("rows.begun/1", times.rows_begun, lambda company: wake_for_rows_begun(floor, company)),
    )
    for name, cron, look in work:
        engine.schedule(name, cron, partial(_each, floor, look))


def _count(floor: Floor, company: Company) -> None:
    keep_counts(floor, company)
    watch_stock(floor, company)


def _check_stock(floor: Floor, company: Company) -> None:
    check_places(floor, company)
    check_despatches(floor, company)


def _each(floor: Floor, look: Callable[[Company], object], _due: datetime) -> None:
    for company in floor.companies.values():
        look(company)


def schedule_figures(engine: Engine, settings: Settings, floor: Floor) -> None:
    """The console's figures are counted every few minutes; of companies that nobody has connected too."""
    companies = tuple(settings.company)

    def keep(_due: datetime) -> None:
        keep_figures(floor.store, companies, now=floor.clock())

    engine.schedule("figures.keep/1", settings.schedule.figures, keep)


def schedule_account_check(engine: Engine, settings: Settings, floor: Floor, accounts: Accounts) -> None:
    """Once a day every account of every connected company is looked at."""

    def check(_due: datetime) -> None:
        for name in floor.companies:
            company = settings.company[name]
            for account in dict.fromkeys((company.ledger, company.portal, company.storefront, *company.warehouses)):
                check_account(floor.store, accounts.open(account), name, floor.clock())

    engine.schedule("accounts.check/1", settings.schedule.account_check, check)
