"""Tieout lives through the days of the play: started every morning, given the day's returns, and brought to rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tieout.bootstrap import Application, open_application
from tieout.cli.demo.days import Day
from tieout.cli.demo.installation import Installation, Reaper
from tieout.cli.demo.outlet import Outlet
from tieout.cli.demo.playing import Cast
from tieout.cli.demo.script import RaisedRma, Script
from tieout.cli.demo.shipping import Shipping
from tieout.cli.demo.tempers import set_tempers
from tieout.processes import sweeps
from tieout.processes.accounts import check_account
from tieout.processes.figures_kept import keep_figures
from tieout.settings import load
from tieout.store import documents

DRAIN_SECONDS_MAX = 900
ANNOUNCE_SECONDS_MAX = 40
"""How long the parcels are on their way; a return that is not announced by then is announced and booked at once."""
SHIP_ROUNDS_MAX = 5
SOON = timedelta(minutes=2)
"""What is due later than this waits for somebody else; nobody waits for it here."""
SWEEP_BACK = timedelta(days=3 * 365)
Show = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user asked for."""

    seed: int
    returns: int | None
    trading: Path
    port: int
    route: str
    temper: str
    kill_every: float
    days: int
    is_headless: bool
    home: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Players:
    """Who acts in the play: the file's customers, those of the special returns in both companies, and warehouses."""

    script: Script
    cast: Cast
    outlet: Outlet
    shipping: Shipping


@contextmanager
def opened(installation: Installation) -> Iterator[Application]:
    """The installation opened from here, at the time it lives in now."""
    application = open_application(load(installation.config), installation.home)
    try:
        yield application
    finally:
        application.close()


def live_through(
    wish: Wish,
    installation: Installation,
    players: Players,
    days: Sequence[Day],
    show: Show,
) -> list[RaisedRma]:
    """Start Tieout on every day anew and play the day; it goes on running after the last."""
    raised: list[RaisedRma] = []
    for day in days:
        installation.stop()
        installation.set_clock(day.offset(datetime.now(UTC)))
        installation.start("web", "web")
        installation.start("worker", "worker", "--verbose")
        installation.wait_until_ready()
        if day is days[0]:
            _subscribe(installation, players)
        with opened(installation) as application:
            raised += _perform(wish, installation, application, players, day, show)
    return raised


def _subscribe(installation: Installation, players: Players) -> None:
    players.script.subscribe(installation.url, installation.inbound_secret)
    players.script.raise_quotas()
    players.outlet.subscribe(installation.url)


def _perform(
    wish: Wish,
    installation: Installation,
    application: Application,
    players: Players,
    day: Day,
    show: Show,
) -> list[RaisedRma]:
    """Play the returns of one day under the temper, on the last day those beside the file too; then come to rest."""

    def announced() -> None:
        if day.is_last:
            players.cast.open()
            players.outlet.open()
            players.shipping.look(application)
        _drain(application, show, "announced", ANNOUNCE_SECONDS_MAX)
        if day.is_last:
            players.shipping.ship(application)
            _drain(application, show, "shipped", ANNOUNCE_SECONDS_MAX)

    if day.is_last:
        players.shipping.enter(application)
    with _tempered(wish, installation, players):
        raised = players.script.run(day, show, announced)
        if day.is_last:
            players.cast.send_back()
            players.outlet.send_back(installation.url, installation.dock_secret, application.clock())
        _drain(application, show, "settled", DRAIN_SECONDS_MAX)
    _come_to_rest(application, players.script, show)
    if day.is_last:
        _bring_to_an_end(wish, installation, application, players, show)
    _end_the_day(application)
    return raised


def _bring_to_an_end(
    wish: Wish, installation: Installation, application: Application, players: Players, show: Show
) -> None:
    """What people decide about the special returns, and what can be done only then."""
    cast, outlet, shipping = players.cast, players.outlet, players.shipping
    cast.decide(application)
    outlet.look_again(application)
    shipping.look(application)
    _drain(application, show, "settled", DRAIN_SECONDS_MAX)
    with _tempered(wish, installation, players):
        cast.finish(application)
        outlet.finish(application)
        shipping.finish(application)
        _drain(application, show, "settled", DRAIN_SECONDS_MAX)
    cast.look_again(application)
    outlet.look_again(application)
    _come_to_rest(application, players.script, show)
    _ship_all(application, shipping, show)


def _ship_all(application: Application, shipping: Shipping, show: Show) -> None:
    """Whatever a lost answer or a spoilt file has held up leaves now; then nothing is left that can."""
    for _ in range(SHIP_ROUNDS_MAX):
        left = shipping.finish(application)
        shipping.look_again(application)
        _drain(application, show, "settled", DRAIN_SECONDS_MAX)
        if not left:
            return


@contextmanager
def _tempered(wish: Wish, installation: Installation, players: Players) -> Iterator[None]:
    """The systems misbehave as wished, and workers die, while the block runs; then all is calm again."""
    set_tempers(installation.estate, wish.temper, wish.seed)
    players.shipping.behave(wish.temper, wish.seed)
    reaper = Reaper(installation, wish.seed, every_seconds=wish.kill_every) if wish.kill_every else None
    if reaper:
        reaper.start()
    try:
        yield
    finally:
        if reaper:
            reaper.stop()
    set_tempers(installation.estate, "calm", wish.seed)
    players.shipping.behave("calm", wish.seed)


def _come_to_rest(application: Application, script: Script, show: Show) -> None:
    """What the schedules do every hour: find RMAs and refunds that no event told of, or told wrongly."""
    script.drain_webhooks()
    for company in application.companies.values():
        sweeps.sweep_portal(application.floor, company, SWEEP_BACK)
        sweeps.sweep_refunds(application.floor, company, SWEEP_BACK)
    _drain(application, show, "settled", DRAIN_SECONDS_MAX)


def _end_the_day(application: Application) -> None:
    """What the schedules do: see every credit note, whoever made it, look at the accounts, and keep the figures."""
    now = application.clock()
    for name, company in application.companies.items():
        sweeps.sweep_credit_notes(application.floor, company, SWEEP_BACK)
        its = application.settings.company[name]
        for account in dict.fromkeys((its.ledger, its.portal, its.storefront, *its.warehouses)):
            check_account(application.store, application.accounts.open(account), name, now)
    keep_figures(application.store, tuple(application.companies), now=now)


def _drain(application: Application, show: Show, what: str, seconds_max: float) -> None:
    """Wait until no document is due soon, or the time is up."""
    until = time.monotonic() + seconds_max
    most = 1
    while time.monotonic() < until:
        with application.store.scope(None) as c:
            due = documents.count_due(c, application.clock() + SOON)
        most = max(most, due)
        show(what, most - due, most)
        if due == 0:
            return
        time.sleep(0.2)
