"""A whole real day out to the warehouse and back, while Sage and the warehouse misbehave.

Counted at the stand-ins' own books only: the warehouse's units that left, Sage's despatch notes and movement log.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from tests.processes.house import COMPANY
from tests.shipping.day import FULL, DayLine, orders_of
from tests.shipping.depot import Depot, open_depot

from tieout.cli.demo.tempers import TEMPERS
from tieout.domain import commands as c
from tieout.durable import Deadline, LaneJob
from tieout.processes.lanes import drain
from tieout.processes.orders import ORDERS

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not FULL.exists(), reason="not run: the full trading file is absent"),
]
LANES = 4
SHIFT = {"split": 0.3, "short": 0.05, "delay": 0.2, "parcels": 2}
"""How the warehouse works: a third of the orders leaves in parts, one line in twenty is short."""


@pytest.mark.parametrize("day", ["2010-11-04", "2009-12-14"])
def test_every_unit_that_left_is_despatched_in_sage_and_no_other(day: str, address: str, tmp_path: Path) -> None:
    documents = orders_of(day)
    with open_depot(address, tmp_path, "mintsoft", lanes=LANES, late_commit=0.8, read_seconds=1.0) as depot:
        goods = _goods(documents)
        depot.stock_up(goods)
        before = depot.stock_value()
        for invoice, lines in documents.items():
            _enter(depot, invoice, lines)
        hostile = TEMPERS["hostile"]["sage200"]
        depot.control.temper("sage200", **hostile, seed=7, lost_reply_as="any", silence_seconds=1.2)
        depot.control.temper("mintsoft", lost_reply=0.05, silence_seconds=0.4, error_before=0.03, busy=0.03, seed=8)
        _play(depot, calm_after=6)
        _count(depot, before)


def say(text: str) -> None:
    """Show progress: the day takes a quarter of an hour."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _goods(documents: Mapping[str, Sequence[DayLine]]) -> dict[str, int]:
    wanted: Counter[str] = Counter()
    for lines in documents.values():
        for line in lines:
            wanted[line.sku] += line.quantity
    return {sku: units + 10 for sku, units in wanted.items()}


def _enter(depot: Depot, invoice: str, lines: Sequence[DayLine]) -> str:
    entry = [
        c.EntryLine(
            sku=line.sku,
            quantity=Decimal(line.quantity),
            unit_price=line.price,
            warehouse="HOME",
            allocate=Decimal(line.quantity),
        )
        for line in lines
    ]
    return depot.enter(*entry, name=f"I{invoice}")


def _play(depot: Depot, *, calm_after: int, rounds: int = 40) -> None:
    """The warehouse works shift after shift until nothing is open; from some shift on, everybody behaves."""
    for number in range(rounds):
        is_calm = number >= calm_after
        if number == calm_after:
            for system in ("sage200", "mintsoft"):
                depot.control.temper(system)
        _settle(depot)
        shift = {**SHIFT, "delay": 0} if is_calm else SHIFT
        did = depot.control.post("/mintsoft/work", {**shift, "seed": number})
        say(f"shift {number}: " + ", ".join(f"{name} {len(found)}" for name, found in did.items() if name != "open"))
        if is_calm and not did["despatched"] and not did["delayed"]:
            break
    _settle(depot)


def _settle(depot: Depot) -> None:
    """Look, and work in as many threads as a worker has, until nothing is due soon."""
    floor = depot.house.application.floor

    def work(lane: int) -> None:
        drain(floor, LaneJob(company=COMPANY, lane=lane, deadline=Deadline(600, threading.Event())), ORDERS)

    for _ in range(2):
        depot.look()
        while depot.is_due():
            with ThreadPoolExecutor(LANES) as pool:
                list(pool.map(work, range(LANES)))


def _count(depot: Depot, before: Decimal) -> None:
    """Sage's despatch notes against the warehouse's own list of what left, line by line."""
    shipped: Counter[tuple[str, str]] = Counter()
    for row in depot.control.get("/mintsoft/ledgers/shipped")["lines"]:
        order, line = row["reference"].rpartition("-")[0], "".join(row["names"].values())
        shipped[order, line] += int(row["shipped"])
    gone = {line: units for line, units in shipped.items() if units}
    despatched = depot.despatched_by_line()
    ours = {line: units for line, units in despatched.items() if line[0] in {order for order, _ in shipped}}
    assert {line: (gone.get(line), ours.get(line)) for line in {*gone, *ours} if gone.get(line) != ours.get(line)} == {}
    assert gone, "nothing left at all"
    assert depot.control.get("/sage200/ledgers/proofs")["duplicates"] == []
    depot.control.prove()
    orders = {order for order, _ in gone}
    notes = depot.control.get("/sage200/ledgers/despatches")
    cost = sum((Decimal(row["cost"]) for row in notes if row["order"] in orders), Decimal(0))
    assert before - depot.stock_value() == cost, "stock fell by another value than the goods cost that left"
    say(f"lines that left {len(gone)}, units {sum(gone.values())}, at cost {cost}")
