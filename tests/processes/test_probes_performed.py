"""The effect protocol against Sage's table of probes (sage200 2.7): each kind of posting, once, whatever is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from tests.connectors.sage200.conformance.conftest import World
from tests.connectors.sage200.conformance.every_command import Act, Floor
from tests.connectors.sage200.conftest import Keeper
from tests.processes.estate import Control, build_estate
from tests.processes.house import COMPANY, Choices, House, Rma

from tieout.domain.rules.mapping import MappingTables
from tieout.processes.performing import Bench, Done, Later, Trouble, perform
from tieout.processes.returns import KIND
from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.estate import Estate
from tieout.sandbox.sage200 import Sage200Sandbox
from tieout.sandbox.serve import ServedEstate

if TYPE_CHECKING:
    from tests.conftest import Server

    from tieout.ports.directory import Company

LATE_COMMIT = 0.8
"""Seconds that the protocol waits before it believes that nothing will appear any more."""
COMMITTED_AFTER = 0.2
ROWS = (
    "raise_credit_note",
    "enter_order",
    "move_stock",
    "despatch",
    "despatch without tracking",
    "raise_return",
    "raise_invoice",
    "post_receipt",
    "post_refund_payment",
    "allocate_credit",
    "allocate_postings",
    "count_stock",
    "bank_receipt",
    "bank_payment",
    "transfer_cash",
)
FIRST = 4
WAITED_FOR = [*ROWS[:FIRST], *(pytest.param(row, marks=pytest.mark.long) for row in ROWS[FIRST:])]


@dataclass(frozen=True)
class Scene:
    """A Tieout with its database, whose company's Sage is the one that the floor stands in."""

    house: House
    floor: Floor
    rma: Rma

    @property
    def company(self) -> Company:
        sage = self.floor.sage
        return replace(
            self.house.application.companies[COMPANY],
            returns=sage.returns,
            ledger=sage.ledger,
            stock=sage.stock,
            order_entry=sage.order_entry,
            despatches=sage.despatches,
            customer_postings=sage.customer_postings,
            cash_book=sage.cash_book,
        )

    def begun(self, row: str) -> Act:
        tracked = not row.endswith("without tracking")
        self.floor.world.does("PUT", "/settings", {"sop": {"record_tracking_on_despatch": tracked}})
        return self.floor.act(row.split(" ", maxsplit=1)[0])

    def perform(self, act: Act) -> Done | Later | Trouble:
        """One go, as a worker would make it."""
        floor = self.house.application.floor
        with self.house.application.store.holding(COMPANY, KIND, self.rma.number) as held:
            assert held is not None
            bench = Bench(
                held=held,
                document=self.house.document(self.rma),
                attempt=1,
                clock=floor.clock,
                patience=floor.patience,
                rules=MappingTables(rules=()),
            )
            return perform(self.company, act.command, bench)

    def settle(self, act: Act) -> Done:
        """Come back whenever the protocol asks for it, until it is done."""
        for _ in range(10):
            outcome = self.perform(act)
            if isinstance(outcome, Done):
                return outcome
            assert isinstance(outcome, Later), outcome
            wait = (outcome.at - self.house.application.clock()).total_seconds()
            time.sleep(max(wait, 0) + 0.01)
        raise AssertionError("it was never done")


@pytest.fixture(scope="module")
def scene(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    address, estate, clock = server.make_database("probes", template="tieout_template"), build_estate(), SandboxClock()
    try:
        with ServedEstate(estate) as served, ServedEstate(Estate([Sage200Sandbox(clock)], clock)) as sage:
            control, world = Control(served.url, estate), World(sage.url, Keeper(), clock)
            control.fill()
            house = House(control, tmp_path_factory.mktemp("house"), address, Choices(late_commit=LATE_COMMIT))
            rma = house.authorised("W1001", ("MUG", 1))
            house.tell(rma)
            yield Scene(house, Floor(world), rma)
            house.close()
            world.close()
            control.close()
    finally:
        server.drop_database("probes")


@pytest.fixture(autouse=True)
def calm(scene: Scene) -> Iterator[None]:
    yield
    scene.floor.world.temper()


@pytest.mark.parametrize("row", ROWS)
def test_what_was_done_and_not_answered_is_adopted_by_the_next_look(scene: Scene, row: str) -> None:
    act = scene.begun(row)
    since = scene.floor.mark()
    lost = {"lost_reply": 1, "lost_reply_as": "504", "limit": 1}
    scene.floor.world.temper(path_contains=act.path, method=act.method, **lost)
    assert isinstance(scene.perform(act), Later)
    done = scene.settle(act)
    assert done.found.figures == act.command.figures()
    again = scene.perform(act)
    assert isinstance(again, Done)
    assert again.read_at == done.read_at, "it is on record, and not even looked for again"
    assert scene.floor.effects(since)[act.effect] == 1


@pytest.mark.parametrize("row", WAITED_FOR)
def test_what_is_committed_late_is_not_sent_again_however_often_somebody_asks(scene: Scene, row: str) -> None:
    act = scene.begun(row)
    since = scene.floor.mark()
    late = {"late_commit": 1, "late_commit_seconds": COMMITTED_AFTER, "limit": 1}
    scene.floor.world.temper(path_contains=act.path, method=act.method, **late)
    for _ in range(3):
        outcome = scene.perform(act)
        assert isinstance(outcome, Later | Done)
    scene.settle(act)
    time.sleep(COMMITTED_AFTER)
    assert scene.floor.effects(since)[act.effect] == 1


@pytest.mark.parametrize("row", WAITED_FOR)
def test_what_never_arrived_is_sent_again_once_it_cannot_appear_any_more(scene: Scene, row: str) -> None:
    act = scene.begun(row)
    since, began = scene.floor.mark(), time.monotonic()
    scene.floor.world.temper(error_before=1, limit=1, path_contains=act.path, method=act.method)
    assert isinstance(scene.perform(act), Later)
    assert isinstance(scene.perform(act), Later), "too early to send it again"
    assert scene.floor.effects(since)[act.effect] == 0
    scene.settle(act)
    assert time.monotonic() - began >= LATE_COMMIT
    assert scene.floor.effects(since)[act.effect] == 1
