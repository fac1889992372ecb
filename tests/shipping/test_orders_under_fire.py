"""Orders against systems that lose answers, fail and lock, and a Tieout that dies: nothing ships or posts twice.

Counted at the systems' own books only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.processes.house import COMPANY
from tests.processes.test_exactly_once import cut_at_commit
from tests.shipping.depot import Depot, open_depot
from tests.shipping.floors import FilesFloor

from tieout.cli.demo.tempers import COMMON, TEMPERS
from tieout.domain.commands import AmendOrder, LineAmendment, SendShipmentRequest
from tieout.intake.files import pick_up
from tieout.processes.kinds import ORDER
from tieout.processes.record import command_from_json
from tieout.store import approvals, cases

FIRE: dict[str, dict[str, Any]] = {
    "sage200": {**TEMPERS["hostile"]["sage200"], "late_commit_seconds": 0.2, "lock_seconds": 0.2},
    "warehouse": {
        "lost_reply": 0.15,
        "late_commit": 0.05,
        "late_commit_seconds": 0.2,
        "error_before": 0.05,
        "busy": 0.05,
        "unknown_fields": 0.05,
    },
}
QUICK = {**COMMON, "silence_seconds": 0.5, "busy_seconds": 0}
KINDS = ("mintsoft", "shipbob")
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]


@pytest.fixture
def depot(address: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Depot]:
    kind = getattr(request, "param", "mintsoft")
    with open_depot(address, tmp_path, kind, tries_max=60, read_seconds=0.4) as opened:
        opened.house.rule("carrier", f"{opened.floor.account}|*", courier="")
        yield opened


def set_fire(depot: Depot, system: str, seed: int) -> None:
    depot.control.temper("sage200", **{**QUICK, **FIRE["sage200"], "seed": seed})
    depot.control.temper(system, **{**QUICK, **FIRE["warehouse"], "seed": seed + 1000})


def calm(depot: Depot, *systems: str) -> None:
    for system in systems:
        depot.control.temper(system)


def despatched_once(depot: Depot, wanted: Mapping[str, Mapping[str, int]]) -> None:
    """Sage's own figures and the warehouse's own figures are those that were ordered, of every order."""
    for number, goods in wanted.items():
        left: Counter[str] = Counter()
        for release in range(1, 4):
            left.update(depot.floor.shipped(f"{number}-{release}"))
        assert left == Counter(goods), number
        assert depot.despatched(number) == {sku: Decimal(units) for sku, units in goods.items()}, number
        assert (depot.document(number).state, depot.faults(number)) == ("done", []), number


def stock_fell(depot: Depot, before: Mapping[str, int], wanted: Mapping[str, Mapping[str, int]]) -> None:
    """No unit left Sage's bins twice."""
    gone: Counter[str] = Counter()
    for goods in wanted.values():
        gone.update(goods)
    assert {sku: before[sku] - depot.stock(sku) for sku in before} == {sku: gone[sku] for sku in before}


def settle(depot: Depot, *numbers: str, rounds: int = 12) -> None:
    """Work as often as it takes: whoever misbehaves may stop a round."""
    for _ in range(rounds):
        depot.settle()
        if all(depot.document(number).state in ("done", "waiting") and not depot.case(number) for number in numbers):
            return
        depot.tell(*numbers)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("depot", "system"), [(kind, kind) for kind in KINDS], ids=KINDS, indirect=["depot"])
def test_every_order_leaves_once_and_is_despatched_once_whatever_the_systems_do(
    depot: Depot, system: str, seed: int
) -> None:
    before = {sku: depot.stock(sku) for sku in ("MUG", "BOOK", "LAMP")}
    goods = ({"MUG": 3, "BOOK": 1}, {"LAMP": 2})
    wanted = {depot.order(*units.items()): units for units in goods}
    set_fire(depot, system, seed)
    settle(depot, *wanted)
    calm(depot, system)
    settle(depot, *wanted)
    for number, units in wanted.items():
        if units.get("MUG") == 3:
            depot.floor.ship(f"{number}-1", tracking=f"T1-{number}", MUG=2)
        else:
            depot.floor.ship(f"{number}-1", tracking=f"T-{number}")
    set_fire(depot, system, seed + 1)
    settle(depot, *wanted)
    calm(depot, system)
    (split, *_) = wanted
    depot.floor.ship(f"{split}-1", tracking=f"T2-{split}")
    set_fire(depot, system, seed + 2)
    settle(depot, *wanted)
    calm(depot, "sage200", system)
    depot.house.later(timedelta(minutes=20))
    settle(depot, *wanted)
    despatched_once(depot, wanted)
    stock_fell(depot, before, wanted)


@pytest.mark.parametrize("depot", ["mintsoft", pytest.param("csv", marks=pytest.mark.long)], indirect=True)
@pytest.mark.parametrize("part", [pytest.param("release", marks=pytest.mark.long), "despatch"])
def test_the_process_may_die_between_any_two_commits_of_an_order(depot: Depot, part: str) -> None:
    before = {"MUG": depot.stock("MUG")}
    wanted: dict[str, dict[str, int]] = {}
    number, died = 0, True
    while died:
        number += 1
        order = depot.order(("MUG", 2))
        wanted[order] = {"MUG": 2}
        if part == "despatch":
            begin(depot, order)
            depot.house.drain()
            depot.floor.ship(f"{order}-1", tracking=f"T-{order}")
        with cut_at_commit(depot.house.application, number) as was_cut:
            begin(depot, order)
            depot.house.work()
        died = was_cut[0]
        begin(depot, order)
        depot.house.drain()
        if part == "release":
            depot.floor.ship(f"{order}-1", tracking=f"T-{order}")
            begin(depot, order)
            depot.house.drain()
    assert number > 8
    despatched_once(depot, wanted)
    stock_fell(depot, before, wanted)


def begin(depot: Depot, number: str) -> None:
    """The order is due, and files that lie there are taken in."""
    pick_up(depot.house.application.floor, depot.house.application.companies[COMPANY])
    depot.tell(number)


@pytest.mark.parametrize("how", ["lost_reply", pytest.param("late_commit", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("depot", "system", "method"),
    [("mintsoft", "mintsoft", "PUT"), ("shipbob", "shipbob", "POST")],
    ids=KINDS,
    indirect=["depot"],
)
def test_an_order_whose_answer_is_lost_is_made_once(depot: Depot, system: str, method: str, how: str) -> None:
    struck = depot.control.get(f"/{system}/")["injected"]
    depot.control.temper(system, **{**QUICK, how: 1.0, "late_commit_seconds": 0.1}, limit=1, method=method)
    number = depot.order(("MUG", 2))
    depot.settle()
    assert depot.control.get(f"/{system}/")["injected"] != struck, "nothing was struck"
    calm(depot, system)
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="T")
    depot.settle()
    despatched_once(depot, {number: {"MUG": 2}})


# People in Sage while the warehouse works


def test_an_order_that_is_open_on_a_screen_for_longer_than_the_window_is_asked_about_and_goes_on(depot: Depot) -> None:
    number = depot.order(("MUG", 2))
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="T")
    depot.house.choose(lock_window=0.3)
    depot.control.temper("sage200", lock=1.0, lock_seconds=600)
    until = time.monotonic() + 10
    while depot.faults(number) != ["RECORD_LOCK_EXPIRED"]:
        assert time.monotonic() < until, depot.faults(number)
        depot.look()
        depot.house.work()
    depot.control.temper("sage200")
    depot.house.later(timedelta(minutes=11))
    depot.tell(number)
    depot.settle()
    despatched_once(depot, {number: {"MUG": 2}})


def test_an_order_cancelled_in_sage_while_the_warehouse_is_out_of_reach_is_never_asked_for(depot: Depot) -> None:
    number = depot.order(("MUG", 2))
    depot.control.temper("mintsoft", error_before=1.0)
    depot.look()
    depot.house.work()
    depot.control.post("/sage200/desktop/cancel", {"order": number})
    depot.look()
    depot.tell(number)
    calm(depot, "mintsoft")
    depot.settle()
    assert depot.control.get(f"/mintsoft/orders?reference={number}-1")["orders"] == []
    assert (depot.document(number).state, depot.faults(number)) == ("done", [])


def test_a_shipment_under_a_request_that_nobody_sent_lies_on_somebodys_desk(depot: Depot) -> None:
    """The order is ours and known; the request is not, so that no order would ever read it."""
    number = depot.order(("MUG", 2))
    depot.settle()
    (request,) = [command_from_json(each.content) for each in depot.effects(number)]
    assert isinstance(request, SendShipmentRequest)
    depot.house.application.companies[COMPANY].warehouses["mintsoft"].send_request(
        replace(request, reference=f"{number}-7")
    )
    depot.floor.ship(f"{number}-7", tracking="T7")
    depot.floor.ship(f"{number}-1", tracking="T1")
    depot.settle()
    with depot.house.application.store.scope(COMPANY) as c:
        strays = [case for case in cases.open_cases(c) if case.document_kind == "shipment"]
    assert [str(case.code) for case in strays] == ["ORPHANED_SHIPMENT"]
    assert depot.despatched(number) == {"MUG": Decimal(2)}


def test_a_despatch_booked_by_hand_and_accepted_ties_out_and_is_not_booked_again(depot: Depot) -> None:
    number = depot.order(("MUG", 2))
    depot.settle()
    depot.control.post("/sage200/desktop/despatch", {"order": number})
    depot.floor.ship(f"{number}-1", tracking="T1")
    depot.settle()
    assert "DESPATCHED_BY_HAND" in depot.faults(number)
    with depot.house.application.store.scope(COMPANY) as c:
        approvals.approve(
            c,
            company=COMPANY,
            kind=ORDER,
            key=number,
            code="DESPATCHED_BY_HAND",
            who="operations",
            why="I despatched it while the line was down",
            at=depot.now(),
        )
    depot.tell(number)
    depot.settle()
    despatched_once(depot, {number: {"MUG": 2}})


def test_an_order_that_grows_shrinks_and_moves_while_the_warehouse_picks_ends_as_sage_wants_it(depot: Depot) -> None:
    number = depot.order(("MUG", 3), ("BOOK", 1))
    depot.settle()
    book = depot.house.application.companies[COMPANY].order_book
    assert book is not None
    order = book.open_order(number)
    assert order is not None
    mugs = next(line for line in order.lines if line.sku == "MUG")
    amend(depot, number, mugs.line_id, 2)
    depot.settle()
    rows = depot.control.get("/mintsoft/orders")["orders"]
    assert {row["order_number"] if "order_number" in row else row["reference"] for row in rows} >= {f"{number}-2"}
    depot.floor.ship(f"{number}-2", tracking="T")
    depot.settle()
    despatched_once(depot, {number: {"MUG": 2, "BOOK": 1}})


def amend(depot: Depot, number: str, line: str, quantity: int) -> None:
    """Somebody changes a line in Sage."""
    amendment = AmendOrder(
        key=f"TRL-{int(number):0>16}",
        order_number=number,
        lines=(LineAmendment(order_line=line, quantity=Decimal(quantity)),),
    )
    depot.house.application.companies[COMPANY].order_entry.amend_order(amendment)


# Files


def told_oddly(depot: Depot, slip: str) -> str:
    """An order whose despatch file slips in one way; what had to be sent again was sent again."""
    assert isinstance(depot.floor, FilesFloor)
    number = depot.order(("MUG", 3))
    depot.settle()
    depot.floor.take_in()
    depot.settle()
    depot.control.put("/files/manners", {slip: 1.0, "kind": "despatch", "limit": 1, "late_seconds": 3600})
    depot.floor.ship(f"{number}-1", tracking=f"T1-{number}", MUG=1)
    depot.settle()
    depot.control.put("/files/manners", {})
    depot.control.post("/files/finish")
    depot.settle()
    depot.control.post(f"/files/partners/{depot.floor.form}/resend")
    depot.floor.ship(f"{number}-1", tracking=f"T2-{number}")
    depot.settle()
    return number


SLIPS = ("half_written", "late_rename", "truncated", "same_file_again", "same_rows_again", "empty_file", "bom")


@pytest.mark.parametrize(
    ("depot", "slips"),
    [
        ("csv", ("truncated", "same_rows_again")),
        *(pytest.param(form, SLIPS, marks=pytest.mark.long) for form in ("csv", "x12", "edifact")),
    ],
    indirect=["depot"],
)
def test_files_that_come_half_late_empty_or_twice_book_everything_once(depot: Depot, slips: tuple[str, ...]) -> None:
    wanted = {}
    for slip in slips:
        number = told_oddly(depot, slip)
        wanted[number] = {"MUG": 3}
        assert depot.despatched(number) == {"MUG": Decimal(3)}, slip
    despatched_once(depot, wanted)
    slipped = depot.control.get("/files/")["injected"]
    assert slipped, "no file slipped"


@pytest.mark.parametrize("depot", ["csv"], indirect=True)
def test_a_file_under_another_name_books_nothing_twice(depot: Depot) -> None:
    assert isinstance(depot.floor, FilesFloor)
    number = depot.order(("MUG", 3))
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="T1", MUG=1)
    depot.settle()
    written = depot.control.get(f"/files/partners/{depot.floor.form}/ledgers/written")
    for row in written["written"] if isinstance(written, dict) else written:
        depot.control.post(f"/files/partners/{depot.floor.form}/copies", {"seq": row["seq"]})
    depot.settle()
    depot.floor.ship(f"{number}-1", tracking="T2")
    depot.settle()
    despatched_once(depot, {number: {"MUG": 3}})
