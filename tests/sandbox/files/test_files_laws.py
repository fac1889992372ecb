"""What must hold whatever happens in the house: stock is the sum of its movements, and what is told is what left."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.files import FilesSandbox, acts, edifact, x12
from tieout.sandbox.files.depositor import WAYS, Depositor
from tieout.sandbox.files.dropping import WRONG
from tieout.sandbox.files.edifact import component
from tieout.sandbox.files.manners import FILE_SLIPS, Manners
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


FAULTS = (*FILE_SLIPS, "bom", "blank_tracking", "total_row", "latin1", "excel_numbers")
FACTORS = {"EA": 1, "PCE": 1, "CA": 12, "CT": 12, "CASE": 12}
Shipped = dict[tuple[str, str], Decimal]


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


def told_in_x12(bodies: list[bytes]) -> Shipped:
    """What left by order and line, from 945s."""
    said: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in (one for body in bodies for group in x12.read(body).groups for one in group.sets):
        assert not one.fault
        order_ref = next(s[2] for s in one.segments if s[0] == "W06")
        left = Decimal(0)
        for segment, after in zip(one.segments, one.segments[1:], strict=False):
            if segment[0] == "W12":
                shipped, ordered, difference = (Decimal(segment[place]) for place in (3, 2, 4))
                assert shipped - ordered == difference
                said[order_ref, after[2]] += shipped * FACTORS[segment[5]]
                left += shipped * FACTORS[segment[5]]
        assert [Decimal(s[1]) for s in one.segments if s[0] == "W03"] == [left]
    return {key: quantity for key, quantity in said.items() if quantity}


def told_in_edifact(bodies: list[bytes]) -> Shipped:
    """What left by order and line, from DESADVs."""
    said: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in (one for body in bodies for one in edifact.read(body).messages):
        assert not one.fault
        order_ref, amount = "", Decimal(0)
        for segment in one.segments:
            match component(segment, 0), component(segment, 1):
                case "RFF", "ON":
                    order_ref = component(segment, 1, 1)
                case "QTY", "12":
                    amount = Decimal(component(segment, 1, 1)) * FACTORS[component(segment, 1, 2)]
                case "RFF", "LI":
                    said[order_ref, component(segment, 1, 1)] += amount
    return {key: quantity for key, quantity in said.items() if quantity}


@settings(max_examples=40, deadline=None)
@given(
    DAYS, st.sampled_from((("x12", told_in_x12), ("edifact", told_in_edifact))), st.sampled_from(("", "base", "CASE"))
)
def test_what_is_told_in_edi_is_what_left(
    day: list[tuple[object, ...]], form: tuple[str, Callable[[list[bytes]], Shipped]], unit: str
) -> None:
    name, reads = form
    with tempfile.TemporaryDirectory() as root:
        house = FilesSandbox(SandboxClock(), root=Path(root))
        partner = house.partners[name]
        partner.house.bay.report_unit = unit
        acts.load(partner, LOAD, house.journal.begin("CONTROL", "/"))
        live(partner, house, day)
        the_books_agree(partner)
        bodies = [one.body for one in partner.dropper.written if one.kind == "despatch"]
        left = {(ref, line): quantity for (ref, _, line), quantity in partner.house.bay.shipped.items()}
        assert reads(bodies) == left


TEXTS = st.text(st.characters(codec="latin-1", min_codepoint=32), max_size=20)


@given(st.lists(st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=4), max_size=5))
def test_whatever_is_written_in_edifact_reads_back(segments: list[list[list[str]]]) -> None:
    writer = edifact.Writer(sender="A", receiver="B", number=7, at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    (message,) = edifact.read(writer.written([("DESADV", [("FTX", *segment) for segment in segments])])).messages
    assert not message.fault
    for read, wrote in zip(message.segments, segments, strict=True):
        for element in range(len(wrote)):
            for place in range(3):
                wanted = wrote[element][place] if place < len(wrote[element]) else ""
                assert component(read, element + 1, place) == wanted


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=6), max_size=5))
def test_whatever_is_written_in_x12_reads_back_but_for_separators(segments: list[list[str]]) -> None:
    writer = x12.Writer(sender="A", receiver="B", number=7, at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    body = writer.written("SW", [("945", [("N9", *segment) for segment in segments])])
    ((one,),) = [group.sets for group in x12.read(body).groups]
    assert not one.fault
    blank = str.maketrans("*~>", "   ")
    for read, wrote in zip(one.segments, segments, strict=True):
        for place, text in enumerate(wrote, 1):
            assert x12.element(read, place) == text.translate(blank)


@settings(max_examples=40, deadline=None)
@given(DAYS, st.integers(0, 2**32))
def test_nothing_is_lost_for_good_whatever_goes_wrong_with_the_files(day: list[tuple[object, ...]], seed: int) -> None:
    with tempfile.TemporaryDirectory() as root:
        house = FilesSandbox(SandboxClock(), root=Path(root), seed=seed)
        partner = house.partners["csv"]
        entry = house.journal.begin("CONTROL", "/")
        acts.load(partner, LOAD, entry)
        house.manners = Manners.from_json({"kind": "despatch", **dict.fromkeys(FAULTS, 0.3)})
        live(partner, house, day)
        house.manners = Manners()
        partner.dropper.finish(entry, everything=True)
        partner.dropper.resend(entry)
        said: dict[tuple[str, ...], Decimal] = {}
        for path in (partner.root / "out").iterdir():
            wrong = WRONG & {
                slip for one in partner.dropper.written if one.path.endswith(path.name) for slip in one.slips
            }
            if not path.name.startswith("despatch") or wrong:
                continue
            for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
                if row.get("line_status") in {"shipped", "substituted"}:
                    told_of = ("order_ref", "release_no", "line_no", "despatch_ref", "batch", "serial", "parcel_no")
                    said[tuple(row[name] for name in told_of)] = Decimal(row["base_qty"])
        sums: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
        for key, quantity in said.items():
            sums[key[:3]] += quantity
        assert sums == partner.house.bay.shipped
