"""The demo: real trading played through Tieout on the sandbox estate."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from tieout.bootstrap import Application, open_application
from tieout.cli.demo import outlet as second
from tieout.cli.demo.cast import cast_of, goods_of
from tieout.cli.demo.house import set_house_rules, set_outlet_rules
from tieout.cli.demo.installation import COMPANY, Installation, Reaper
from tieout.cli.demo.outlet import Outlet
from tieout.cli.demo.playing import Cast
from tieout.cli.demo.printing import print_tie_out
from tieout.cli.demo.report import TieOut, tie_out
from tieout.cli.demo.script import RaisedRma, Script
from tieout.cli.demo.stage import Stage, build_stage, fill
from tieout.cli.demo.tempers import TEMPERS, faults_injected, set_tempers
from tieout.cli.demo.trading import SHIPPED_CUT, Play, TradingFileError, read_trading
from tieout.cli.shared import Context, UserError, json_option, log_to_stderr, say
from tieout.processes import sweeps
from tieout.sandbox.serve import ServedEstate
from tieout.settings import load
from tieout.store import documents, embedded

RETURNS_SHIPPED = 140
"""The last returns of the shipped cut: mid January 2010, with December's sales behind them, and the oddities."""
DRAIN_SECONDS_MAX = 900
ANNOUNCE_SECONDS_MAX = 40
"""How long the parcels are on their way; a return that is not announced by then is announced and booked at once."""
SWEEP_BACK = timedelta(days=3 * 365)


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
    home: Path | None


@click.command(
    help="Play real returns through Tieout against the sandbox and print the tie-out.\n\n"
    "Example: tieout demo --headless --seed 7"
)
@click.option("--headless", is_flag=True, help="Stop after the tie-out; exit 0 only if it is right.")
@click.option("--seed", type=int, default=1, show_default=True, help="Draws damage, reasons, faults and deaths.")
@click.option("--returns", type=int, default=None, help="How many returns to play, the latest of the file.")
@click.option("--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=SHIPPED_CUT)
@click.option("--port", type=int, default=0, help="Port of the sandbox; 0 picks a free one.")
@click.option("--credit-route", type=click.Choice(["sop", "ledger"]), default="sop", show_default=True)
@click.option("--temper", type=click.Choice(sorted(TEMPERS)), default="lively", show_default=True)
@click.option("--kill-every", type=float, default=0.0, help="Kill the worker with kill -9 about every so many seconds.")
@json_option
@click.pass_obj
def demo(  # noqa: PLR0913, PLR0917 - click hands over one argument per option
    context: Context,
    headless: bool,  # noqa: FBT001 - click's flag
    seed: int,
    returns: int | None,
    data: Path,
    port: int,
    credit_route: str,
    temper: str,
    kill_every: float,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Play, tie out, print."""
    log_to_stderr(verbose=False)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped again
    limit = RETURNS_SHIPPED if returns is None and data == SHIPPED_CUT else returns
    wish = Wish(
        seed=seed,
        returns=limit,
        trading=data,
        port=port,
        route=credit_route,
        temper=temper,
        kill_every=kill_every,
        home=context.home if context.is_home_given else None,
    )
    console = Console(stderr=True, quiet=as_json or not Console().is_terminal)
    try:
        with _played(wish, console) as (result, installation, estate_url):
            say(as_json, result.to_json(), lambda: print_tie_out(result, wish.route))
            if not headless:
                _keep_running(installation, estate_url)
    except TradingFileError as error:
        raise UserError(str(error), code=2) from None
    if not result.is_right:
        raise click.exceptions.Exit(1)


@contextmanager
def _played(wish: Wish, console: Console) -> Iterator[tuple[TieOut, Installation, str]]:
    """Run the whole play; the estate and Tieout still run inside the block."""
    began = time.monotonic()
    play = _play(wish)
    home = wish.home or Path(tempfile.mkdtemp(prefix="tieout-demo-"))
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    home.chmod(0o711)
    try:
        stage = build_stage(play, wish.seed)
        with ServedEstate(stage.estate, port=wish.port) as served, Progress(console=console) as progress:
            show = _progress(progress)
            show("sales loaded", 0, len(play.sales))
            shop_ids = fill(served.url, play)
            cast, outlet = Cast(served.url, cast_of(play), COMPANY), Outlet(served.url, play, goods_of(play))
            cast.fill()
            outlet.fill()
            show("sales loaded", len(play.sales), len(play.sales))
            installation = _install(wish, home, served.url, stage)
            application = open_application(load(installation.config), home)
            try:
                set_house_rules(application.store, COMPANY, play, cast.scenes, application.clock())
                set_outlet_rules(application.store, second.COMPANY, application.clock())
                script = Script(served.url, play, shop_ids, stage.today, wish.seed)
                raised = _perform(wish, installation, application, script, (cast, outlet), show)
                result = tie_out(application, COMPANY, served.url, raised, cast, outlet)
                result.faults_injected = faults_injected(served.url)
                result.workers_killed = installation.kills
                result.seconds = time.monotonic() - began
                progress.stop()
                yield result, installation, served.url
            finally:
                installation.stop()
                application.close()
    finally:
        if wish.home is None:
            embedded.remove(home)
            shutil.rmtree(home, ignore_errors=True)
        else:
            embedded.stop(home)


def _play(wish: Wish) -> Play:
    play = read_trading(wish.trading).play(None, wish.seed)
    return play if wish.returns is None else replace(play, returns=play.returns[-wish.returns :])


def _install(wish: Wish, home: Path, estate: str, stage: Stage) -> Installation:
    """The demo squeezes weeks into a minute, so the portal's daily allowance is that of as many days."""
    offset = stage.clock.offset.total_seconds()
    return Installation(home, estate, route=wish.route, offset_seconds=offset, portal_calls=200_000)


def _perform(
    wish: Wish,
    installation: Installation,
    application: Application,
    script: Script,
    players: tuple[Cast, Outlet],
    show: Callable[[str, int, int], None],
) -> list[RaisedRma]:
    """Start Tieout, play the returns under the temper, then let everything come to rest."""
    cast, outlet = players
    installation.start("web", "web")
    installation.wait_until_ready()
    installation.start("worker", "worker", "--verbose")
    script.subscribe(installation.url, installation.inbound_secret)
    script.raise_quotas()
    outlet.subscribe(installation.url)

    def announced() -> None:
        cast.open()
        outlet.open()
        _drain(application, show, "announced", ANNOUNCE_SECONDS_MAX)

    with _tempered(wish, installation):
        raised = script.run(show, announced)
        cast.send_back()
        outlet.send_back(installation.url, installation.dock_secret, application.clock())
        _drain(application, show, "settled", DRAIN_SECONDS_MAX)
    _come_to_rest(application, script, show)
    cast.decide(application)
    outlet.look_again(application)
    _drain(application, show, "settled", DRAIN_SECONDS_MAX)
    with _tempered(wish, installation):
        cast.finish(application)
        outlet.finish(application)
        _drain(application, show, "settled", DRAIN_SECONDS_MAX)
    cast.look_again(application)
    outlet.look_again(application)
    _come_to_rest(application, script, show)
    _sweep_credit_notes(application)
    return raised


@contextmanager
def _tempered(wish: Wish, installation: Installation) -> Iterator[None]:
    """The systems misbehave as wished, and workers die, while the block runs; then all is calm again."""
    set_tempers(installation.estate, wish.temper, wish.seed)
    reaper = Reaper(installation, wish.seed, every_seconds=wish.kill_every) if wish.kill_every else None
    if reaper:
        reaper.start()
    try:
        yield
    finally:
        if reaper:
            reaper.stop()
    set_tempers(installation.estate, "calm", wish.seed)


def _come_to_rest(application: Application, script: Script, show: Callable[[str, int, int], None]) -> None:
    """What the schedules do every hour: find RMAs and refunds that no event told of, or told wrongly."""
    script.drain_webhooks()
    for company in application.companies.values():
        sweeps.sweep_portal(application.floor, company, SWEEP_BACK)
        sweeps.sweep_refunds(application.floor, company, SWEEP_BACK)
    _drain(application, show, "settled", DRAIN_SECONDS_MAX)


def _sweep_credit_notes(application: Application) -> None:
    """What the schedules do: see every credit note, whoever made it."""
    for company in application.companies.values():
        sweeps.sweep_credit_notes(application.floor, company, SWEEP_BACK)


def _drain(application: Application, show: Callable[[str, int, int], None], what: str, seconds_max: float) -> None:
    """Wait until no document is due, or the time is up."""
    until = time.monotonic() + seconds_max
    most = 1
    while time.monotonic() < until:
        with application.store.scope(None) as c:
            due = documents.count_due(c)
        most = max(most, due)
        show(what, most - due, most)
        if due == 0:
            return
        time.sleep(0.2)


def _progress(progress: Progress) -> Callable[[str, int, int], None]:
    tasks = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=total)
        progress.update(tasks[what], completed=done, total=total)

    return show


def _keep_running(installation: Installation, estate_url: str) -> None:
    click.echo("\nTieout keeps running until you press Ctrl-C. In another terminal:")
    command = f"{sys.executable} -m tieout --config {installation.config} --home {installation.home}"
    click.echo(f"  alias td='{command}'")
    click.echo("  td cases         the exceptions, most money first")
    click.echo("  td case show 1   one exception with its runbook")
    click.echo("  td show 1001     one return: tie-out grid and timeline")
    click.echo(f"  {estate_url}/_sandbox/sage200/ledgers/proofs   the sandbox's own books")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        click.echo("Stopping.")
