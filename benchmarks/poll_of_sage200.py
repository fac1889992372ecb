"""What an incremental poll of Sage 200 costs on a large company, against one on a small company.

Serves two companies of the Sage 200 stand-in, each from books on disk and in a process of its own, and
lets a poller process, a whole Tieout with its own database, read what changed: as many rows in the one as
in the other. Prints the median seconds of a poll, their ratio, and the poller's largest memory. Exits 1
when the ratio is 1.5 or more, or the memory 150 MB or more.

Example: python benchmarks/poll_of_sage200.py
Example: python benchmarks/poll_of_sage200.py --large 100000:20000 --rounds 3
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tieout.bootstrap import open_application, stop_database
from tieout.processes.polls import MOVEMENTS, ORDERS, OVERLAP_ROWS, POSTINGS, poll_ledger
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate
from tieout.settings import load
from tieout.store import sweeps

RATIO_MAX = 1.5
MEMORY_MAX_MB = 150
CHANGED = 1000
"""Rows that a poll finds changed in each list."""
COMPANY = "large"
API = "/sage200/uk/sage200extra/accounts/v1"
SETTINGS = """
[company.large]
credit_route = "ledger"
refund_mode = "detect"
ledger = "sage"
portal = "portal"
storefront = "shop"
[account.sage]
system = "sage200"
base_url = "{url}{api}"
identity_url = "{url}/sage200"
client_id = "tieout-sandbox"
client_secret = "sandbox-secret"
refresh_token = "{refresh_token}"
site_id = "{site_id}"
company_id = {company_id}
[account.portal]
system = "returngo"
shop_name = "benchmark.example"
api_key = "none"
inbound_secret = "none"
[account.shop]
system = "shopify"
shop_domain = "benchmark.example"
access_token = "none"
client_secret = "none"
"""


def main() -> int:
    """Run one of the three parts that this file plays; the whole benchmark by default."""
    wanted = _arguments()
    if wanted.serve:
        return _serve(Path(wanted.serve))
    if wanted.poll:
        print(json.dumps(_poll(json.loads(wanted.poll), wanted.rounds)))
        return 0
    with ExitStack() as stack:
        folder = Path(wanted.books or stack.enter_context(tempfile.TemporaryDirectory()))
        companies = {
            name: stack.enter_context(_served(folder / name, *map(int, size.split(":"))))
            for name, size in (("small", wanted.small), ("large", wanted.large))
        }
        polls = {name: _polled(company, wanted.rounds) for name, company in companies.items()}
    return _told(polls, as_json=wanted.json)


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--small", default="10000:2000", help="posted transactions and orders of the small company")
    reader.add_argument("--large", default="1000000:200000", help="posted transactions and orders of the large one")
    reader.add_argument("--rounds", type=int, default=7, help="polls of each company; the median counts")
    reader.add_argument("--books", default="", help="keep the filled books in this folder and use them again")
    reader.add_argument("--json", action="store_true", help="print one JSON document")
    reader.add_argument("--serve", default="", help=argparse.SUPPRESS)
    reader.add_argument("--poll", default="", help=argparse.SUPPRESS)
    return reader.parse_args()


def _serve(folder: Path) -> int:
    """Serve one company's books until the parent closes our input."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = SandboxClock()
    with ServedEstate(Estate([Sage200Sandbox(clock, seed=1, database=str(folder))], clock, 1)) as served:
        print(served.url, flush=True)
        sys.stdin.read()
    return 0


@contextmanager
def _served(folder: Path, posted: int, orders: int) -> Iterator[dict[str, Any]]:
    """A served company of this size: where it is, how to sign in, and where its last thousand changes begin."""
    with subprocess.Popen(
        [sys.executable, __file__, "--serve", str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with httpx.Client(base_url=url, timeout=3600) as http:
            held = http.get("/_sandbox/sage200/").raise_for_status().json()["summary"]
            if int(held["posted_transactions"]) < posted:
                began = time.monotonic()
                size = {"posted": posted, "orders": orders, "movements": posted // 2, "customers": 2000}
                http.post("/_sandbox/sage200/bulk", json=size | {"products": 1000}).raise_for_status()
                print(f"filled {posted} posted in {time.monotonic() - began:.0f} s", file=sys.stderr)
            tokens = http.post("/_sandbox/sage200/tokens").json()
            yield {"url": url, **tokens, "since": _since(http, tokens), "posted": posted, "orders": orders}
        server.communicate()


def _since(http: httpx.Client, tokens: dict[str, Any]) -> dict[str, str]:
    """Where to begin so that a poll finds the last thousand changes of each list."""
    headers = {
        "Authorization": f"Bearer {tokens['access_token']}",
        "X-Site": tokens["site_id"],
        "X-Company": str(tokens["company_id"]),
    }

    def stamp(resource_name: str, order: str, field: str) -> Any:  # noqa: ANN401 - a JSON value
        query = {"$orderby": f"{order} desc", "$skip": str(CHANGED), "$top": "1"}
        return http.get(f"{API}/{resource_name}", params=query, headers=headers).raise_for_status().json()[0][field]

    newest = stamp("sales_posted_transactions", "date_time_updated", "date_time_updated")
    return {
        POSTINGS: newest,
        ORDERS: stamp("sop_orders", "date_time_updated", "date_time_updated"),
        MOVEMENTS: str(int(stamp("product_transaction_views", "id", "id")) + OVERLAP_ROWS),
    }


def _polled(company: dict[str, Any], rounds: int) -> dict[str, Any]:
    """Poll one company from a process of its own."""
    call = [sys.executable, __file__, "--rounds", str(rounds), "--poll", json.dumps(company)]
    answer = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return {"posted": company["posted"], "orders": company["orders"], **found}


def _poll(company: dict[str, Any], rounds: int) -> dict[str, Any]:
    """The poller: a whole Tieout whose last poll ended where the last thousand changes begin."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        config = home / "tieout.toml"
        config.write_text(SETTINGS.format(api=API, **company), encoding="utf-8")
        settings = load(config, {})
        application = open_application(settings, home / "state")
        try:
            seconds, listed = [], {}
            for _ in range(rounds + 1):
                _wind_back(application.store, application.clock(), company["since"])
                began = time.perf_counter()
                poll_ledger(application.floor, application.companies[COMPANY], timedelta(days=1))
                seconds.append(time.perf_counter() - began)
                with application.store.scope(COMPANY) as c:
                    listed = {s.name: s.counted["listed"] for s in sweeps.all_sweeps(c)}
        finally:
            application.close()
            stop_database(settings, home / "state")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": statistics.median(seconds[1:]), "rows": listed, "memory_mb": round(memory)}


def _wind_back(store: Any, now: datetime, since: dict[str, str]) -> None:  # noqa: ANN401 - the store
    with store.scope(COMPANY) as c:
        for name, high_water in since.items():
            sweeps.swept(c, "sage", name, high_water=high_water, counted={}, at=now)


def _told(polls: dict[str, Any], *, as_json: bool) -> int:
    """Print the figures; 1 when they are not good enough."""
    ratio = polls["large"]["seconds"] / polls["small"]["seconds"]
    memory = max(poll["memory_mb"] for poll in polls.values())
    is_well = ratio < RATIO_MAX and memory < MEMORY_MAX_MB
    if as_json:
        print(json.dumps({**polls, "ratio": round(ratio, 3), "memory_mb": memory, "is_well": is_well}, indent=2))
        return int(not is_well)
    for name, poll in polls.items():
        rows = ", ".join(f"{count} {what}" for what, count in poll["rows"].items())
        print(
            f"{name:6} {poll['posted']:>9,} posted {poll['orders']:>8,} orders: {poll['seconds'] * 1000:8.0f} ms a poll"
            f" ({rows}), {poll['memory_mb']} MB"
        )
    print(f"ratio {ratio:.2f} (less than {RATIO_MAX}), memory {memory} MB (less than {MEMORY_MAX_MB})")
    return int(not is_well)


if __name__ == "__main__":
    sys.exit(main())
