"""Commands that start and stop Tieout."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import click
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from tieout.bootstrap import Application, database_address, stop_database, unconnected
from tieout.cli.settings_file import commented_settings
from tieout.cli.shared import Context, UserError, json_option, log_to_stderr, say
from tieout.durable import stop_on_signals
from tieout.intake import webhooks
from tieout.intake.health import routes as health_routes
from tieout.store import schema

PID_FILE = "up.pid"


@click.command(help="Run everything in one process: web, worker and schedules.\n\nExample: tieout up")
@click.option("--port", type=int, default=None, help="Port to listen on; 0 picks a free one.")
@click.pass_obj
def up(context: Context, port: int | None) -> None:
    """Run web and worker until stopped."""
    log_to_stderr(verbose=True)
    with context.application() as application:
        _say_who_waits(application)
        pid_file = context.home / PID_FILE
        pid_file.write_text(str(os.getpid()), encoding="utf-8")
        stop = stop_on_signals()
        server = _web_server(application, port)
        thread = threading.Thread(target=server.run, name="web", daemon=True)
        thread.start()
        try:
            application.engine.work(concurrency=application.settings.work.concurrency, stop=stop, tick=application.tick)
        finally:
            server.should_exit = True
            thread.join(timeout=10)
            pid_file.unlink(missing_ok=True)


@click.command(help="Stop what `tieout up` left running, the embedded database too.\n\nExample: tieout down")
@click.pass_obj
def down(context: Context) -> None:
    """Stop the process of `up` and the embedded database."""
    stopped = _stop_up(context.home / PID_FILE)
    was_running = stop_database(context.settings(), context.home)
    click.echo("Stopped." if stopped or was_running else "Nothing was running.")


@click.command(help="Serve the console, take in webhooks and answer probes.\n\nExample: tieout web --port 8200")
@click.option("--port", type=int, default=None, help="Port to listen on; 0 picks a free one.")
@click.option("--verbose", is_flag=True, help="Log every event.")
@click.pass_obj
def web(context: Context, port: int | None, verbose: bool) -> None:  # noqa: FBT001 - click's flag
    """Run the web process until stopped."""
    log_to_stderr(verbose=verbose)
    with context.application() as application:
        _say_who_waits(application)
        stop = threading.Event()
        watcher = threading.Thread(target=application.watch, args=(stop,), name="alerts", daemon=True)
        watcher.start()
        try:
            _web_server(application, port).run()
        finally:
            stop.set()
            watcher.join(timeout=10)


@click.command(help="Work on documents; run as many as you like on one database.\n\nExample: tieout worker")
@click.option("--verbose", is_flag=True, help="Log every event.")
@click.pass_obj
def worker(context: Context, verbose: bool) -> None:  # noqa: FBT001 - click's flag
    """Run one worker until stopped."""
    log_to_stderr(verbose=verbose)
    with context.application() as application:
        _say_who_waits(application)
        stop = stop_on_signals()
        application.engine.work(concurrency=application.settings.work.concurrency, stop=stop, tick=application.tick)


@click.command(help="Write a commented tieout.toml with every setting.\n\nExample: tieout init")
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), default=Path("tieout.toml"))
def init(path: Path) -> None:
    """Write the settings file, never over one that exists."""
    if path.exists():
        raise UserError(f"{path} exists already; move it away first or name another file with --to.", code=2)
    path.write_text(commented_settings(), encoding="utf-8")
    click.echo(f"Wrote {path}. Fill in [company.*] and [account.*], then run `tieout up`.")


@click.group(help="Our own database.\n\nExample: tieout db upgrade")
def db() -> None:
    """Hold the database commands."""


@db.command("upgrade", help="Bring the tables up to this release.\n\nExample: tieout db upgrade")
@json_option
@click.pass_obj
def db_upgrade(context: Context, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Apply the migrations that are missing."""
    address = database_address(context.settings(), context.home)
    schema.upgrade(address)
    say(as_json, {"upgraded": True}, lambda: "The database is up to date.")


def _say_who_waits(application: Application) -> None:
    """One sentence for every company that nobody has connected yet; what comes in for it is kept."""
    for sentence in unconnected(application.settings).values():
        click.echo(f"tieout: {sentence}.", err=True)


def _web_server(application: Application, port: int | None) -> uvicorn.Server:
    web_settings = application.settings.web
    intake_routes = [*webhooks.routes(application.intake), *health_routes(application.store)]
    routes = [*intake_routes, Mount("/", application.console())]
    config = uvicorn.Config(
        Starlette(routes=routes),
        host=web_settings.host,
        port=web_settings.port if port is None else port,
        log_level="warning",
        access_log=False,  # an address may carry a secret
        forwarded_allow_ips=web_settings.proxies,  # guesses at passwords are counted by who asks
    )
    return uvicorn.Server(config)


def _stop_up(pid_file: Path, patience_seconds: float = 30.0) -> bool:
    """Ask the process of `up` to finish what it is doing, and wait for it."""
    try:
        pid = int(pid_file.read_text(encoding="utf-8"))
        os.kill(pid, signal.SIGTERM)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        pid_file.unlink(missing_ok=True)
        return False
    until = time.monotonic() + patience_seconds
    while pid_file.exists() and time.monotonic() < until:
        time.sleep(0.1)
    return True
