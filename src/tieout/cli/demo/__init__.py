"""The demo: real trading played through Tieout on the sandbox estate."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from tieout.cli.demo import outlet as second
from tieout.cli.demo.cast import cast_of, goods_of
from tieout.cli.demo.days import days_of
from tieout.cli.demo.house import set_house_rules, set_outlet_rules
from tieout.cli.demo.installation import COMPANY, Installation
from tieout.cli.demo.living import Players, Show, Wish, live_through, opened
from tieout.cli.demo.orders_cast import orders_of
from tieout.cli.demo.orders_report import tie_out_orders
from tieout.cli.demo.outlet import Outlet
from tieout.cli.demo.playing import Cast
from tieout.cli.demo.printing import print_tie_out
from tieout.cli.demo.report import TieOut, tie_out
from tieout.cli.demo.script import Script
from tieout.cli.demo.shipping import Shipping
from tieout.cli.demo.sign_ins import SignIn, let_people_in, print_sign_ins
from tieout.cli.demo.stage import build_stage, fill
from tieout.cli.demo.tempers import TEMPERS, faults_injected
from tieout.cli.demo.trading import SHIPPED_CUT, Play, TradingFileError, read_trading
from tieout.cli.shared import Context, UserError, json_option, log_to_stderr, say
from tieout.sandbox.serve import ServedEstate
from tieout.store import embedded

RETURNS_SHIPPED = 140
"""The last returns of the shipped cut: mid January 2010, with December's sales behind them, and the oddities."""
DAYS_LIVED = 7
"""Over so many days the play is spread where somebody looks at the console afterwards."""
PORTAL_CALLS = 200_000
"""The demo squeezes weeks into minutes, so the portal's daily allowance is that of as many days."""


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
@click.option(
    "--days",
    type=click.IntRange(1, 60),
    default=None,
    help=f"Over how many days to play; 1 with --headless, otherwise {DAYS_LIVED}.",
)
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
    days: int | None,
    as_json: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Play, tie out, print."""
    log_to_stderr(verbose=False)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped again
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins deaf to it
    limit = RETURNS_SHIPPED if returns is None and data == SHIPPED_CUT else returns
    wish = Wish(
        seed=seed,
        returns=limit,
        trading=data,
        port=port,
        route=credit_route,
        temper=temper,
        kill_every=kill_every,
        days=days or (1 if headless else DAYS_LIVED),
        is_headless=headless,
        home=context.home if context.is_home_given else None,
    )
    console = Console(stderr=True, quiet=as_json or not Console().is_terminal)
    try:
        with _played(wish, console) as (result, installation, sign_ins):
            say(as_json, result.to_json(), lambda: print_tie_out(result, wish.route))
            if not headless:
                ridden_out = result.orders.ridden_out
                _keep_running(installation, sign_ins, ridden_out.number if ridden_out else "")
    except TradingFileError as error:
        raise UserError(str(error), code=2) from None
    if not result.is_right:
        raise click.exceptions.Exit(1)


@contextmanager
def _played(wish: Wish, console: Console) -> Iterator[tuple[TieOut, Installation, list[SignIn]]]:
    """Run the whole play; the estate and Tieout still run inside the block."""
    began = time.monotonic()
    play = _play(wish)
    home = wish.home or Path(tempfile.mkdtemp(prefix="tieout-demo-"))
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    home.chmod(0o711)
    try:
        stage = build_stage(play, wish.seed)
        serving = ServedEstate(stage.estate, port=wish.port)
        with stage.files, serving as served, Progress(console=console) as progress:
            show = _progress(progress)
            players = _players(served.url, play, wish.seed, show)
            installation = Installation(home, served.url, route=wish.route, portal_calls=PORTAL_CALLS)
            days = days_of(play.returns, stage.today, wish.days)
            stage.clock.offset = days[-1].offset(datetime.now(UTC))
            try:
                installation.set_clock(days[0].offset(datetime.now(UTC)))
                with opened(installation) as application:
                    set_house_rules(application.store, COMPANY, play, players.cast.scenes, application.clock())
                    set_outlet_rules(application.store, second.COMPANY, application.clock())
                    sign_ins = [] if wish.is_headless else let_people_in(application)
                raised = live_through(wish, installation, players, days, show)
                with opened(installation) as application:
                    result = tie_out(application, COMPANY, served.url, raised, players.cast, players.outlet)
                    result.orders = tie_out_orders(application, COMPANY, players.shipping)
                result.faults_injected = faults_injected(served.url)
                result.workers_killed = installation.kills
                result.seconds = time.monotonic() - began
                progress.stop()
                yield result, installation, sign_ins
            finally:
                installation.stop()
    finally:
        if wish.home is None:
            embedded.remove(home)
            shutil.rmtree(home, ignore_errors=True)
        else:
            embedded.stop(home)


def _players(url: str, play: Play, seed: int, show: Show) -> Players:
    """Whoever acts, with everything in the systems that they begin with."""
    show("sales loaded", 0, len(play.sales))
    shop_ids = fill(url, play)
    players = Players(
        script=Script(url, play, shop_ids, seed),
        cast=Cast(url, cast_of(play), COMPANY),
        outlet=Outlet(url, play, goods_of(play)),
        shipping=Shipping(url, orders_of(play, seed), COMPANY),
    )
    players.cast.fill()
    players.outlet.fill()
    players.shipping.fill()
    show("sales loaded", len(play.sales), len(play.sales))
    return players


def _play(wish: Wish) -> Play:
    play = read_trading(wish.trading).play(None, wish.seed)
    return play if wish.returns is None else replace(play, returns=play.returns[-wish.returns :])


def _progress(progress: Progress) -> Show:
    tasks = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=total)
        progress.update(tasks[what], completed=done, total=total)

    return show


def _keep_running(installation: Installation, sign_ins: Sequence[SignIn], shipped: str) -> None:
    click.echo(print_sign_ins(installation.url, sign_ins))
    click.echo("\nTieout keeps running until you press Ctrl-C. In another terminal:\n")
    command = f"{sys.executable} -m tieout --config {installation.config} --home {installation.home}"
    click.echo(f"  alias td='{command}'")
    click.echo("  td cases         the exceptions, most money first")
    click.echo("  td case show 1   one exception with its runbook")
    click.echo("  td show 1001     one return: tie-out grid and timeline")
    if shipped:
        click.echo(f"  td show {shipped}   one order: what it was asked for, what left, and what Sage has of it")
    click.echo(f"  {installation.estate}/_sandbox/sage200/ledgers/proofs   the sandbox's own books")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        click.echo("Stopping.")
