"""The stand-ins alone, for anybody who wants a Sage 200 (or a portal, a shop or a 3PL) to develop against."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import click
import httpx

from tieout.cli.shared import UserError
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate, SandboxSystem
from tieout.sandbox.files import FilesSandbox
from tieout.sandbox.loop import LoopSandbox
from tieout.sandbox.mintsoft import MintsoftSandbox
from tieout.sandbox.returngo import ReturnGoSandbox
from tieout.sandbox.sage200 import COMPANION_KEY, Sage200Sandbox
from tieout.sandbox.serve import ServedEstate
from tieout.sandbox.shipbob import ShipBobSandbox
from tieout.sandbox.shopify import ShopifySandbox

SYSTEMS = ("sage200", "returngo", "loop", "shopify", "mintsoft", "shipbob", "files")
WAREHOUSES = ("mintsoft", "shipbob", "files")
"""Those of the systems that ship orders."""

HOW = """# Save what follows as tieout.toml; `tieout doctor` then asks every account. Everybody knows these credentials.
"""
AGAIN = """# A refresh token signs in once and while this runs; then `tieout accounts connect NAME` signs in anew.
"""
COMPANY = """[company.sandbox]
credit_route = "sop"
refund_mode = "gate"
ledger = "sage"
portal = "returngo"
storefront = "shopify"
warehouses = [{warehouses}]
"""
SAGE = """# {name} ({edition}, {currency})
[account.{account}]
system = "sage200"
base_url = "{url}/sage200{base}"
identity_url = "{url}/sage200"
client_id = "tieout-sandbox"
client_secret = "sandbox-secret"
redirect_uri = "http://localhost:8765/callback"
refresh_token = "{refresh_token}"
site_id = "{site_id}"
company_id = {company_id}
base_currency = "{currency}"
channel = "{channel}"
"""
ON_SITE = """companion_url = "{url}/sage200/companion"
companion_key = "{companion_key}"
"""
ACCOUNTS = ("sage", "sage_ireland", "sage_outlet")
"""The accounts of the Sage companies, in their order; the first is that of [company.sandbox]."""
RETURNGO = """[account.returngo]
system = "returngo"
base_url = "{url}/returngo"
shop_name = "tieout-demo.myshopify.com"
api_key = "returngo-sandbox-key"
inbound_secret = "sandbox-inbound"
customer_known_by = "email"
"""
LOOP = """[account.loop]
system = "loop"
base_url = "{url}/loop/api/v1"
api_key = "loop-sandbox-key"
webhook_secret = "loop-sandbox-secret"
"""
SHOPIFY = """[account.shopify]
system = "shopify"
base_url = "{url}/shopify"
shop_domain = "tieout-demo.myshopify.com"
access_token = "shpat_sandbox"
client_secret = "sandbox-client-secret"
"""
MINTSOFT = """[account.mintsoft]
system = "mintsoft"
base_url = "{url}/mintsoft"
api_key = "mintsoft-sandbox-key"
inbound_secret = "sandbox-inbound"
"""
SHIPBOB = """[account.shipbob]
system = "shipbob"
base_url = "{url}/shipbob"
token = "shipbob-sandbox-token"
channel_id = {channel}
webhook_secret = "whsec_c2hpcGJvYi1zYW5kYm94LXNlY3JldA=="
"""
FILES = """# A 3PL that exchanges files over SFTP; its partners are csv, x12 and edifact, each after its format.
[account.files]
system = "files"
host = "{host}"
port = {port}
host_key = "{host_key}"
username = "csv"
password = "files-sandbox-password"
format = "csv"
sender_renames = true
[account.files.directories]
orders = "orders/in"
orders_taken = ["orders/archive"]
acknowledgements = "ack"
"""


@click.command(
    help="Run stand-ins for the remote systems until stopped; all of them unless some are named.\n\n"
    "Prints a tieout.toml that reaches them, with every company of Sage. Set them up and see their books under "
    "/_sandbox/{system}/.\n\nExample: tieout sandbox sage200 --port 8300"
)
@click.argument("systems", nargs=-1, type=click.Choice(SYSTEMS))
@click.option("--port", type=int, default=8300, show_default=True, help="Port to listen on; 0 picks a free one.")
@click.option("--seed", type=int, default=0, help="Draws tokens, ids and misbehaviour.")
@click.option(
    "--temper",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help='JSON file: {"sage200": {"lost_reply": 0.1}, ...}.',
)
@click.option(
    "--books",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder that keeps the books of each Sage company; left out, they are gone at the end.",
)
@click.option(
    "--bulk-posted",
    type=click.IntRange(0),
    default=0,
    help="Make up trade until Sage has so many posted sales transactions.",
)
@click.option("--bulk-orders", type=click.IntRange(0), default=0, help="Make up trade until Sage has so many orders.")
def sandbox(  # one argument for each option of the command
    systems: tuple[str, ...],
    port: int,
    seed: int,
    temper: Path | None,
    books: Path | None,
    bulk_posted: int,
    bulk_orders: int,
) -> None:
    """Serve the named systems."""
    clock = SandboxClock(timedelta(0))
    sage = Sage200Sandbox(clock, seed=seed, database=str(books) if books else ":memory:")
    if bulk_posted or bulk_orders:
        click.echo("# Filling the books; a million posted transactions take a minute or two.")
        made = sage.fill_up({"posted": bulk_posted, "orders": bulk_orders})
        click.echo(f"# The books hold {', '.join(f'{count} {name}' for name, count in made.items())}.")
    estate = Estate(_systems(systems or SYSTEMS, clock, seed, sage), clock, seed)
    with ExitStack() as running:
        for system in estate.systems:
            if isinstance(system, FilesSandbox):
                running.enter_context(system)
        served = running.enter_context(ServedEstate(estate, port=port))
        if temper is not None:
            _set_tempers(served.url, temper)
        named = systems or SYSTEMS
        click.echo(f"# Serving {', '.join(named)} at {served.url}; Ctrl-C stops.")
        click.echo("\n".join(_settings(named, sage, served.url)))
        try:
            served.wait()
        except KeyboardInterrupt:
            click.echo("# Stopped.")


def _settings(named: Sequence[str], sage: Sage200Sandbox, url: str) -> Iterator[str]:
    """Yield the parts of a ready-made tieout.toml; a company needs a ledger, a portal and a storefront."""
    yield HOW
    if {"sage200", "returngo", "shopify"} <= set(named):
        ships = ", ".join(f'"{name}"' for name in WAREHOUSES if name in named)
        yield COMPANY.format(warehouses=ships)
    if "returngo" in named:
        yield RETURNGO.format(url=url)
    if "loop" in named:
        yield LOOP.format(url=url)
    if "shopify" in named:
        yield SHOPIFY.format(url=url)
    yield from _warehouse_accounts(named, url)
    if "sage200" in named:
        yield AGAIN
        yield from _sage_accounts(sage, url)


def _warehouse_accounts(named: Sequence[str], url: str) -> Iterator[str]:
    """Yield an account for each warehouse, with what only the one that runs can tell: its channel, port and key."""
    if "mintsoft" in named:
        yield MINTSOFT.format(url=url)
    if "shipbob" in named:
        channels = httpx.post(f"{url}/_sandbox/shipbob/setup", json={}, timeout=30).json()["channels"]
        yield SHIPBOB.format(url=url, channel=channels["Tieout"])
    if "files" in named:
        yield FILES.format(**httpx.get(f"{url}/_sandbox/files/sftp", timeout=30).json())


def _sage_accounts(sage: Sage200Sandbox, url: str) -> Iterator[str]:
    """Yield an account for each company, each with a sign-in of its own."""
    for account, company in zip(ACCOUNTS, sage.connections(), strict=True):
        given = httpx.post(f"{url}/_sandbox/sage200/tokens", timeout=30).json()
        more = ON_SITE.format(url=url, companion_key=COMPANION_KEY) if company["channel"] == "companion" else ""
        yield SAGE.format(url=url, account=account, refresh_token=given["refresh_token"], **company) + more


def _systems(names: tuple[str, ...], clock: SandboxClock, seed: int, sage: Sage200Sandbox) -> list[SandboxSystem]:
    shopify = ShopifySandbox(clock, seed=seed)
    known: dict[str, SandboxSystem] = {
        "sage200": sage,
        "returngo": ReturnGoSandbox(clock, shopify=shopify, seed=seed),
        "loop": LoopSandbox(clock, shopify=shopify, seed=seed),
        "shopify": shopify,
        "mintsoft": MintsoftSandbox(clock, seed=seed),
        "shipbob": ShipBobSandbox(clock, seed=seed),
        "files": FilesSandbox(clock, seed=seed),
    }
    return [known[name] for name in names]


def _set_tempers(url: str, path: Path) -> None:
    try:
        tempers = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path} is not valid JSON: {error}.", code=2) from None
    for system, temper in tempers.items():
        answer = httpx.put(f"{url}/_sandbox/{system}/temper", json=temper, timeout=30)
        if answer.status_code != 200:
            raise UserError(f"The temper of {system} was not taken: {answer.text[:200]}", code=2)
