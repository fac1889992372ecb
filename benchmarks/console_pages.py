"""How long the console's pages take with a million documents, against ten thousand.

Fills two databases in the same proportions, serves the real console through its ASGI interface to somebody who signed
in by the form, and measures every address in ADDRESSES. Prints a table, writes build/console_pages.json, and fails
where the 95th percentile of a page is not under 150 ms, or its cost not under 1.5 times that in the small database.
The ratio is that of the quickest tenth of the requests, which other work on the machine disturbs least.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from benchmarks.console_fill import NOW, fill
from lxml import html
from psycopg import sql
from sqlalchemy import text
from starlette.testclient import TestClient

from tieout.console.app import build
from tieout.console.parts import Console
from tieout.domain.faults import BY_CODE
from tieout.domain.people import Role
from tieout.processes.account_health import AccountLine
from tieout.processes.desk import Desk
from tieout.processes.people.signing_in import password_hash
from tieout.store import Store, embedded, figures, lags, people, schema

SMALL, LARGE = 10_000, 1_000_000
P95_MS_MAX, RATIO_MAX = 150.0, 1.5
PASSWORD = "a password for a benchmark"  # noqa: S105  # of nobody
COMPANIES = ("ACME", "BETA")
DAYS = 90
EARLIER_DEBT = """
INSERT INTO debt_days
    (day, company, document_kind, system, owner, currency, debt_minor, legs, overdue, oldest_at, taken_at)
SELECT day - n, company, document_kind, system, owner, currency, debt_minor - n * 100, legs, overdue, oldest_at,
    taken_at
FROM debt_days, generate_series(1, :days) n
"""
WARMING = 5
"""Requests that do not count: the first ones of a connection make its plans."""
DEEP = 15
"""So many pages are turned for a deep page."""

ADDRESSES: tuple[tuple[str, str], ...] = (
    ("today", "/"),
    ("exceptions", "/exceptions?state=open"),
    ("exceptions of an owner", "/exceptions?owner=finance"),
    ("exceptions over time", "/exceptions?due=overdue"),
    ("exceptions of a kind of fault", "/exceptions?code=PERIOD_CLOSED"),
    ("exceptions on nobody's desk, by stake", "/exceptions?assigned=nobody&sort=-stake"),
    ("exceptions by stake of at least £150", "/exceptions?stake_min=150&sort=stake"),
    ("exceptions deep", "/exceptions?state=open&deep=1"),
    ("exceptions by cause", "/exceptions?by=cause"),
    ("exceptions by name", "/exceptions?q=RMA-00012"),
    ("exception", "/exceptions/{case}"),
    ("documents", "/documents"),
    ("documents waiting", "/documents?state=waiting"),
    ("documents of a kind, by stake", "/documents?kind=refund&sort=-stake"),
    ("documents deep", "/documents?deep=1"),
    ("documents found by key", "/documents?q=RMA-0000123"),
    ("documents found by beginning", "/documents?q=RMA-00012"),
    ("documents found by order", "/documents?q=200123"),
    ("documents found nowhere", "/documents?q=nothing-like-it"),
    ("document", "/documents/ACME/return/RMA-0000101"),
    ("debt", "/debt"),
    ("lag", "/lag"),
    ("alerts", "/alerts"),
    ("mappings", "/mappings"),
    ("audit", "/audit"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One page: its times in milliseconds."""

    status: int
    p10: float
    p50: float
    p95: float
    kilobytes: int


@contextmanager
def home(kept: Path | None) -> Iterator[Path]:
    """A folder for the database server, removed at the end unless it is to be kept."""
    folder = kept or Path(tempfile.mkdtemp(prefix="tieout-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    embedded.ensure(folder)
    try:
        yield folder
    finally:
        if kept is None:
            embedded.remove(folder)
            shutil.rmtree(folder)
        else:
            embedded.stop(folder)


def database(folder: Path, documents: int) -> str:
    """The address of a filled database, filled now unless it was before."""
    administrator = embedded.administrator(folder)
    name = f"bench_{documents}"
    address = administrator.replace("//postgres@/postgres", f"//{embedded.ROLE}@/{name}")
    with psycopg.connect(administrator, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None:
            return address
        make = sql.SQL("CREATE DATABASE {} OWNER {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(embedded.ROLE)))
    schema.upgrade(address)
    fill(administrator.replace("/postgres?", f"/{name}?"), documents, [
        (kind.code, kind.owner.value, kind.fault_class.value) for kind in BY_CODE.values()
    ])  # fmt: skip
    store = Store(address)
    with store.scope(None) as c:
        figures.keep_debt(c, COMPANIES, now=NOW)
        c.execute(text(EARLIER_DEBT), {"days": DAYS})
        lags.count_days(c, [NOW.date() - timedelta(days=day) for day in range(DAYS)], now=NOW)
    store.close()
    return address


@contextmanager
def signed_in(address: str) -> Iterator[TestClient]:
    """The real console on a database, with a browser in which somebody has signed in."""
    store = Store(address)
    desk = Desk(store=store, companies={}, clock=lambda: NOW, start=lambda _c, _company, _lane: None)
    accounts = tuple(AccountLine(name=name, system=name, companies=COMPANIES) for name in ("sage200", "shopify"))
    console = Console(
        store=store, desk=desk, clock=lambda: NOW, companies=COMPANIES, accounts=accounts,
        public_url="http://testserver",
    )  # fmt: skip
    with store.scope(None) as c:
        people.add_user(
            c, name="bench", display_name="Bench", email="", roles=[Role.FINANCE_APPROVER.value, Role.OPERATIONS.value],
            companies=(), password_hash=password_hash(PASSWORD), subject=None, at=NOW - timedelta(days=1),
        )  # fmt: skip
    with TestClient(build(console), base_url="http://testserver") as client:
        fields = {"name": "bench", "password": PASSWORD}
        answer = client.post("/sign-in", data=fields, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        yield client
    store.close()


def resolved(client: TestClient, address: str) -> str:
    """The address with a case's number in it, or of a page that is many pages on."""
    if "{case}" in address:
        page = html.document_fromstring(client.get("/exceptions?state=open").text)
        return next(str(row.get("data-href")) for row in page.cssselect("tr[data-href]"))
    if "deep=1" not in address:
        return address
    address = address.replace("?deep=1", "").replace("&deep=1", "")
    for _ in range(DEEP):
        following = html.document_fromstring(client.get(address).text).cssselect("a[rel=next]")
        if not following:
            break
        address = address.split("?")[0] + str(following[0].get("href"))
    return address


def measure(clients: Mapping[int, TestClient], address: str, times: int) -> dict[int, Measured]:
    """Ask both for a page in turn, so many times after some that do not count: what disturbs one disturbs the other."""
    addresses = {size: resolved(client, address) for size, client in clients.items()}
    taken: dict[int, list[float]] = {size: [] for size in clients}
    answers = {}
    for _ in range(times + WARMING):
        for size, client in clients.items():
            began = time.perf_counter()
            answers[size] = client.get(addresses[size])
            taken[size].append((time.perf_counter() - began) * 1000)
    return {size: _measured(answers[size], sorted(taken[size][WARMING:])) for size in clients}


def _measured(answer: Any, counted: Sequence[float]) -> Measured:  # noqa: ANN401  # the client's answer
    return Measured(
        status=answer.status_code,
        p10=round(_ranked(counted, 10), 1),
        p50=round(_ranked(counted, 50), 1),
        p95=round(_ranked(counted, 95), 1),
        kilobytes=len(answer.content) // 1024,
    )


def _ranked(counted: Sequence[float], rank: int) -> float:
    return counted[-(-rank * len(counted) // 100) - 1]


def report(found: Mapping[str, Mapping[int, Measured]], sizes: tuple[int, int]) -> bool:
    """Print the table; say whether every page is quick enough."""
    small, large = sizes
    columns = "".join(f"{name:>8}" for name in ("p10", "p50", "p95"))
    print(f"{'':40}{small:>24,}{large:>24,}\n{'':40}{columns}{columns}{'ratio':>7}{'KB':>5}")
    is_well = True
    for name, by_size in found.items():
        one, other = by_size[small], by_size[large]
        ratio = other.p10 / one.p10
        is_quick = other.p95 < P95_MS_MAX and ratio < RATIO_MAX and other.status == 200  # 200 OK
        is_well &= is_quick
        times = "".join(f"{time:>8}" for each in (one, other) for time in (each.p10, each.p50, each.p95))
        said = "" if is_quick else f"  TOO SLOW ({other.status})"
        print(f"{name:40}{times}{ratio:>7.2f}{other.kilobytes:>5}{said}")
    return is_well


def main() -> int:
    """Fill, measure, report; 1 when a page is too slow."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--small", type=int, default=SMALL)
    wanted.add_argument("--large", type=int, default=LARGE)
    wanted.add_argument("--times", type=int, default=40)
    wanted.add_argument("--home", type=Path, default=None, help="keep the databases here, and use them again")
    wanted.add_argument("--only", default="", help="pages whose name holds this")
    asked = wanted.parse_args()
    sizes = (asked.small, asked.large)
    found = {}
    with home(asked.home) as folder, ExitStack() as opened:
        clients = {size: opened.enter_context(signed_in(database(folder, size))) for size in sizes}
        for name, address in ADDRESSES:
            if asked.only in name:
                found[name] = measure(clients, address, asked.times)
    load = os.getloadavg()[0]
    is_well = report(found, sizes)
    print(f"load of the machine at the end: {load:.1f} on {os.cpu_count()} processors")
    folder = Path("build")
    folder.mkdir(exist_ok=True)
    pages = {name: {size: asdict(one) for size, one in by_size.items()} for name, by_size in found.items()}
    written = json.dumps({"load": load, "pages": pages}, indent=1)
    (folder / "console_pages.json").write_text(written, encoding="utf-8")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
