"""A Tieout of its own for the demo: a home, its settings, its processes, and their violent deaths."""

from __future__ import annotations

import base64
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import httpx

from tieout.sandbox.sage200 import COMPANION_KEY

COMPANY = "giftware"
START_WAIT_SECONDS = 60

SETTINGS = """# Written by `tieout demo`. Everything points at the sandbox on this machine.
[database]
address = "embedded"

[web]
port = {port}
environment = "Demo"

[work]
coalesce_seconds = 0.3
late_commit_seconds = 1.6
unauthorised_seconds = 10.0
unavailable_seconds = 0.3
lock_first_seconds = 0.2
lock_longest_seconds = 2.0
lock_window_seconds = {lock_window}
leg_again_seconds = 5.0
defect_seconds = 2.0
stalled_after_seconds = 4.0
concurrency = 3

[clock]
offset_seconds = {offset}

[company.giftware]
credit_route = "{route}"
refund_mode = "gate"
lanes = 3
ledger = "sage"
portal = "returngo"
storefront = "shopify"
warehouses = ["mintsoft", "threepl"]

[account.sage]
system = "sage200"
base_url = "{estate}/sage200"
identity_url = "{estate}/sage200"
client_id = "tieout-sandbox"
client_secret = {{ file = "sage-client-secret" }}
refresh_token = {{ file = "sage-refresh-token" }}
site_id = "{site}"
company_id = {company_id}
channel = "companion"
companion_url = "{estate}/sage200/companion"
companion_key = {{ file = "companion-key" }}
bins_known = ["HOME/A1", "HOME/GOODS-IN", "QUARANTINE/Q1", "LEEDS/L1", "DESK/D1"]
bins_held_back = ["HOME/GOODS-IN"]
read_seconds = 1.0
busy_seconds = 0.3

[account.returngo]
system = "returngo"
base_url = "{estate}/returngo"
shop_name = "tieout-demo.myshopify.com"
api_key = {{ file = "returngo-key" }}
inbound_secret = {{ file = "returngo-inbound" }}
customer_known_by = "email"
calls_per_day = {portal_calls}
read_seconds = 1.0
busy_seconds = 0.5

[account.shopify]
system = "shopify"
shop_domain = "tieout-demo.myshopify.com"
base_url = "{estate}/shopify"
access_token = {{ file = "shopify-token" }}
client_secret = {{ file = "shopify-secret" }}
read_seconds = 1.0
busy_seconds = 0.3

[account.mintsoft]
system = "mintsoft"
base_url = "{estate}/mintsoft"
api_key = {{ file = "mintsoft-key" }}
inbound_secret = {{ file = "mintsoft-inbound" }}
webhook_url = "http://127.0.0.1:{port}/in/mintsoft"
read_seconds = 1.0
busy_seconds = 0.3

[account.threepl]
system = "files"
host = "{sftp_host}"
port = {sftp_port}
host_key = "{host_key}"
username = "csv"
password = {{ file = "threepl-password" }}
sender_renames = true
claim_minutes = 0.05
[account.threepl.directories]
orders = "orders/in"
orders_taken = ["orders/archive"]
acknowledgements = "ack"

[company.outlet]
credit_route = "{route}"
refund_mode = "gate"
lanes = 1
ledger = "outlet-sage"
portal = "outlet"
storefront = "outlet"
goods_in = ["dock"]

[account.outlet-sage]
system = "sage200"
base_url = "{estate}/outlet-sage"
identity_url = "{estate}/outlet-sage"
client_id = "tieout-sandbox"
client_secret = {{ file = "sage-client-secret" }}
refresh_token = {{ file = "outlet-refresh-token" }}
site_id = "{site}"
company_id = {company_id}
channel = "companion"
companion_url = "{estate}/outlet-sage/companion"
companion_key = {{ file = "companion-key" }}
bins_known = ["HOME/A1", "HOME/GOODS-IN", "QUARANTINE/Q1"]
bins_held_back = ["HOME/GOODS-IN"]
read_seconds = 1.0
busy_seconds = 0.3

[account.outlet]
system = "shopify"
shop_domain = "tieout-outlet.myshopify.com"
base_url = "{estate}/outlet"
access_token = {{ file = "shopify-token" }}
client_secret = {{ file = "shopify-secret" }}
read_seconds = 1.0
busy_seconds = 0.3

[account.dock]
system = "dock"
secret = {{ file = "dock-secret" }}
"""


class Installation:
    """The demo's home with its settings file, and the processes that run on it."""

    def __init__(self, home: Path, estate: str, *, route: str, portal_calls: int) -> None:
        self.home = home
        self.estate = estate
        self.port = _free_port()
        self.inbound_secret = secrets.token_urlsafe(16)
        self.dock_secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._kills = 0
        tokens = httpx.post(f"{estate}/_sandbox/sage200/tokens", timeout=30).json()
        outlet = httpx.post(f"{estate}/_sandbox/outlet-sage/tokens", timeout=30).json()
        sftp = httpx.get(f"{estate}/_sandbox/files/sftp", timeout=30).json()
        home.mkdir(parents=True, exist_ok=True)
        for name, secret in (
            ("sage-client-secret", "sandbox-secret"),
            ("sage-refresh-token", tokens["refresh_token"]),
            ("outlet-refresh-token", outlet["refresh_token"]),
            ("dock-secret", self.dock_secret),
            ("companion-key", COMPANION_KEY),
            ("returngo-key", "returngo-sandbox-key"),
            ("returngo-inbound", self.inbound_secret),
            ("mintsoft-key", "mintsoft-sandbox-key"),
            ("mintsoft-inbound", secrets.token_urlsafe(16)),
            ("threepl-password", "files-sandbox-password"),
            ("shopify-token", "shpat_sandbox"),
            ("shopify-secret", "sandbox-client-secret"),
        ):
            _write_secret(home / name, secret)
        self.config = home / "tieout.toml"
        self._chosen = {
            "port": self.port,
            "lock_window": 60,
            "route": route,
            "estate": estate,
            "site": tokens["site_id"],
            "company_id": tokens["company_id"],
            "portal_calls": portal_calls,
            "sftp_host": sftp["host"],
            "sftp_port": sftp["port"],
            "host_key": sftp["host_key"],
        }
        self.set_clock(timedelta(0))

    def set_clock(self, offset: timedelta) -> None:
        """Write the settings with the time moved by so much; processes that are started from now on live in it."""
        text = SETTINGS.format(offset=offset.total_seconds(), **self._chosen)
        self.config.write_text(text, encoding="utf-8")

    @property
    def url(self) -> str:
        """Where the web process listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, role: str, *command: str) -> None:
        """Start one process of Tieout."""
        log = (self.home / f"{role}.log").open("ab")
        arguments = [sys.executable, "-m", "tieout", "--config", str(self.config), "--home", str(self.home), *command]
        with log:
            self._processes[role] = subprocess.Popen(arguments, stdout=log, stderr=log, start_new_session=True)  # noqa: S603

    def wait_until_ready(self) -> None:
        """Return once the web process answers; RuntimeError with its log when it does not."""
        until = time.monotonic() + START_WAIT_SECONDS
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise RuntimeError(f"the web process did not come up: {(self.home / 'web.log').read_text()[-2000:]}")

    def kill(self, role: str, *command: str) -> None:
        """Kill a process as a power cut would, and start it again."""
        process = self._processes[role]
        process.send_signal(signal.SIGKILL)
        process.wait()
        self._kills += 1
        self.start(role, *command)

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return self._kills

    def stop(self) -> None:
        """Stop every process in good order."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()


class Reaper(threading.Thread):
    """Kills the worker with `kill -9` at random moments until told to stop."""

    def __init__(self, installation: Installation, seed: int, *, every_seconds: float) -> None:
        super().__init__(name="reaper", daemon=True)
        self._installation = installation
        self._chance = random.Random(seed)  # noqa: S311 - the moments are drawn from the seed
        self._every = every_seconds
        self._over = threading.Event()

    def run(self) -> None:
        """Kill and restart."""
        while not self._over.wait(self._chance.uniform(0.3, 2.0) * self._every):
            self._installation.kill("worker", "worker")

    def stop(self) -> None:
        """End the killing."""
        self._over.set()
        self.join()


def _write_secret(path: Path, secret: str) -> None:
    path.touch(mode=0o600)
    path.write_text(secret, encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
