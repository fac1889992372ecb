"""What must hold whatever happens in the house: stock is the sum of its movements, and what is told is what left."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from collections import defaultdict
from decimal import Decimal
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.files import FilesSandbox, acts
from tieout.sandbox.files.depositor import WAYS, Depositor
from tieout.sandbox.files.orders import WantedLine, WantedOrder
from tieout.sandbox.files.stock import STATES, ActRefusedError

SKUS = ("MUG", "CUP", "MILK", "RADIO")
UNITS = {"EA": 1, "CASE": 12}
LOAD = {
    "sites": ["MAIN", "NORTH"],
    "items": [
        {"sku": "MUG", "units": {"CASE": 12}, "substitute": "CUP"},
        {"sku": "CUP", "units": {"CASE": 12}},
        {"sku": "MILK", "tracking": "batch", "units": {"CASE": 12}},
        {"sku": "RADIO", "tracking": "serial", "units": {"CASE": 12}},
    ],
    "stock": [
        {"site": "MAIN", "sku": "MUG", "quantity": 60},
        {"site": "MAIN", "sku": "CUP", "quantity": 24},
        {"site": "MAIN", "sku": "MILK", "quantity": 5, "batch": "B1", "expiry": "2027-01-01"},
        {"site": "MAIN", "sku": "MILK", "quantity": 5, "batch": "B2", "expiry": "2027-03-01"},
        {"site": "MAIN", "sku": "RADIO", "serials": [f"S{n}" for n in range(8)]},
    ],
}
LINES = st.tuples(st.sampled_from(SKUS), st.integers(1, 15), st.sampled_from(tuple(UNITS)))
ORDERS = st.tuples(st.just("order"), st.lists(LINES, min_size=1, max_size=3), st.sampled_from(("N", "U", "C")))
MOVES = st.tuples(
    st.sampled_from(acts.STOCK_ACTS), st.sampled_from(SKUS[:3]), st.integers(-5, 12), st.sampled_from(("B1", "B9"))
)
ROUNDS = st.tuples(st.just("work"), st.sampled_from(WAYS))
DAYS = st.lists(st.one_of(ORDERS, MOVES, ROUNDS), max_size=14)


def live(partner: Depositor, house: FilesSandbox, day: list[tuple[object, ...]]) -> None:
    """Let all this happen; what the house refuses does not."""
    entry = house.journal.begin("CONTROL", "/")
    for number, event in enumerate(day):
        if event[0] == "order":
            lines, action = event[1:]
            assert isinstance(lines, list)
            partner.house.answer(
                WantedOrder(
                    order_ref=f"SO{number // 4}",
                    action=str(action),
                    lines=tuple(
                        WantedLine(line_no=str(n), sku=sku, quantity=Decimal(quantity), unit=unit)
                        for n, (sku, quantity, unit) in enumerate(lines, 1)
                    ),
                ),
                entry,
            )
        elif event[0] == "work":
            partner.work(entry, until="ship", how=str(event[1]))
        else:
            name, sku, quantity, batch = event
            wanted = {"sku": sku, "quantity": quantity, "batch": batch if sku == "MILK" else "", "to_site": "NORTH"}
            try:
                acts.act(partner, str(name), wanted, entry)
            except ActRefusedError:
                continue
    partner.work(entry, until="ship", how="whole")
    partner.tell_movements(entry)


def told(partner: Depositor, kind: str) -> list[dict[str, str]]:
    bodies = [one.body.decode() for one in partner.dropper.written if one.kind == kind]
    return [row for body in bodies for row in csv.DictReader(io.StringIO(body, newline=""))]


@settings(max_examples=60, deadline=None)
@given(DAYS, st.sampled_from((True, False)))
def test_stock_is_the_sum_of_movements_and_files_say_what_left(day: list[tuple[object, ...]], waits: object) -> None:
    with tempfile.TemporaryDirectory() as root:
        house = FilesSandbox(SandboxClock(), root=Path(root))
        partner = house.partners["csv"]
        partner.waits_for_stock = bool(waits)
        acts.load(partner, LOAD, house.journal.begin("CONTROL", "/"))
        live(partner, house, day)
        the_books_agree(partner)
        the_files_agree(partner)


def the_books_agree(partner: Depositor) -> None:
    """Stock is the sum of its movements, and never below nought; lines and ledger say the same."""
    books = partner.house
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for movement in books.stock.movements:
        sums[movement.site, movement.sku, movement.state] += movement.quantity
        if movement.other_state:
            sums[movement.site, movement.sku, movement.other_state] -= movement.quantity
    for key in product(books.stock.sites, SKUS, STATES):
        assert books.stock.on_hand(*key) == sums[key] >= 0
    for order in books.orders.values():
        for line in order.lines:
            assert line.shipped == books.bay.shipped.get((*order.wanted.key, line.line_no), 0)
    assert sum(books.bay.shipped.values()) == -sum(m.quantity for m in books.stock.movements if m.kind == "despatch")


def the_files_agree(partner: Depositor) -> None:
    """Despatch files say what left, by line; movement files name every other movement once."""
    books = partner.house
    said: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in told(partner, "despatch"):
        if row["line_status"] != "short":
            said[row["order_ref"], row["release_no"], row["line_no"]] += Decimal(row["base_qty"])
    assert said == books.bay.shipped
    moved = [m.movement_id for m in books.stock.movements if m.kind != "despatch" and m.reason != "OPENING"]
    assert [row["movement_id"] for row in told(partner, "movement")] == moved


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_every_serial_number_leaves_at_most_once(seed: int) -> None:
    with tempfile.TemporaryDirectory() as root:
        house = FilesSandbox(SandboxClock(), root=Path(root))
        partner = house.partners["csv"]
        entry = house.journal.begin("CONTROL", "/")
        acts.load(partner, LOAD, entry)
        rng = random.Random(seed)
        for number in range(6):
            line = WantedLine(line_no="1", sku="RADIO", quantity=Decimal(rng.randint(1, 4)), unit="EA")
            partner.house.answer(WantedOrder(order_ref=f"SO{number}", lines=(line,)), entry)
            partner.work(entry, until="ship", how=rng.choice(WAYS))
        serials = [row["serial"] for row in told(partner, "despatch") if row["line_status"] == "shipped"]
        assert len(serials) == len(set(serials)) == sum(partner.house.bay.shipped.values()) <= 8
