"""Laws that hold whatever people do: no unit appears or vanishes, and the event log adds up to the shelves."""

from __future__ import annotations

import contextlib
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.sandbox.clock import SandboxClock
from tieout.sandbox.shipbob.despatching import Table
from tieout.sandbox.shipbob.floor import Floor
from tieout.sandbox.shipbob.ledgers import shipped_ledger, stock_ledger
from tieout.sandbox.shipbob.refusing import TooLateError
from tieout.sandbox.shipbob.setting_up import set_up
from tieout.sandbox.shipbob.shelf_work import Shelves
from tieout.sandbox.shipbob.system import ShipBobSandbox

from .conftest import SETUP, body_of

SKUS = ("MUG", "BOWL", "SET")
OPENING = 12
SHELF = ("receive", "adjust", "quarantine", "release", "scrap", "transfer", "arrive")
FLOOR = ("pick", "pack", "label", "leave", "ship", "hold", "release", "cancel", "split", "deliver")
steps = st.lists(
    st.tuples(st.sampled_from(("order", "shelf", "floor", "work")), st.integers(0, 10**6)), min_size=1, max_size=40
)


class Crew:
    """People who do things at random, and count what they did to the shelves from outside."""

    def __init__(self) -> None:
        self.network = (bob := ShipBobSandbox(SandboxClock())).network
        self.entry = bob.journal.begin("TEST", "/")
        self.channel = bob.channel
        set_up(self.network, SETUP)
        self.shelves = Shelves(self.network)
        self.floor = Floor(self.network, Table(self.network))
        self.brought: Counter[str] = Counter()
        self.numbers = 0
        for sku in ("MUG", "BOWL"):
            for site in ("London", "Manchester"):
                self.shelves.do("receive", {"sku": sku, "quantity": OPENING, "centre": site}, self.entry)
                self.brought[sku] += OPENING

    def step(self, kind: str, seed: int) -> None:
        rng = random.Random(seed)
        with contextlib.suppress(TooLateError):
            getattr(self, f"_{kind}")(rng)

    def _order(self, rng: random.Random) -> None:
        self.numbers += 1
        lines = [{"reference_id": sku, "quantity": rng.randint(1, 6)} for sku in rng.sample(SKUS, rng.randint(1, 3))]
        self.network.place(body_of(f"A-{self.numbers}", *lines), self.channel, self.entry)

    def _shelf(self, rng: random.Random) -> None:
        action, sku, units = rng.choice(SHELF), rng.choice(("MUG", "BOWL")), rng.randint(1, 9)
        signed = rng.choice((-units, units)) if action == "adjust" else units
        sites = rng.sample(("London", "Manchester"), 2)
        way = next(iter(self.network.stock.on_the_way), 7)
        body = {"sku": sku, "quantity": signed, "centre": sites[0], "to": sites[1], "transfer_id": way}
        self.shelves.do(action, {**body, "arrives": rng.random() < 0.5}, self.entry)
        if action in {"receive", "adjust"}:
            self.brought[sku] += signed
        elif action == "scrap":
            self.brought[sku] -= units

    def _floor(self, rng: random.Random) -> None:
        shipments = list(self.network.books.shipments.values())
        if not shipments:
            return
        shipment, action = rng.choice(shipments), rng.choice(FLOOR)
        part = rng.choice(shipment.parts)
        lines = [{"sku": part.item.sku, "quantity": rng.randint(1, part.quantity + 1)}]
        body: dict[str, object] = {
            "rest": rng.choice(("back_order", "close")),
            "centre": rng.choice(("London", "Manchester")),
        }
        if rng.random() < 0.5 or action == "split":
            body = {**body, "lines": lines}
        self.floor.do(shipment, action, body, self.entry)

    def _work(self, rng: random.Random) -> None:
        rates = {name: rng.random() for name in ("short", "over", "substitute", "part", "late_tracking")}
        self.floor.work({**rates, "seed": rng.random(), "most": 3}, self.entry)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_no_unit_appears_or_vanishes_and_the_event_log_adds_up(done: list[tuple[str, int]]) -> None:
    crew = Crew()
    for kind, seed in done:
        crew.step(kind, seed)
    held: Counter[str] = Counter()
    for pocket in stock_ledger(crew.network):
        assert pocket["units"] == pocket["logged"]
        held[str(pocket["sku"])] += int(str(pocket["units"]))
    moving: Counter[str] = Counter()
    for way in crew.network.stock.on_the_way.values():
        moving[way.item.sku] += way.quantity
    taken: Counter[str] = Counter()
    promised: Counter[tuple[str, str]] = Counter()
    for shipment in crew.network.books.shipments.values():
        for part in shipment.parts:
            taken[part.item.sku] += part.picked
            promised[(part.item.sku, shipment.centre.name)] += part.committed
            assert part.committed <= part.quantity
    for sku in ("MUG", "BOWL"):
        assert held[sku] + moving[sku] + taken[sku] == crew.brought[sku]
        item = crew.network.books.item_of(sku)
        assert item is not None
        for centre in crew.network.books.centres.values():
            assert crew.network.stock.committed(item, centre) == promised[(sku, centre.name)]


@settings(max_examples=40, deadline=None)
@given(steps)
def test_what_has_left_in_the_ledger_is_what_stands_on_shipments_that_left(done: list[tuple[str, int]]) -> None:
    crew = Crew()
    for kind, seed in done:
        crew.step(kind, seed)
    gone: Counter[str] = Counter()
    for shipment in crew.network.books.shipments.values():
        if shipment.status == "Completed":
            for part in shipment.parts:
                gone[part.item.sku] += part.picked
    told: Counter[str] = Counter()
    for order in shipped_ledger(crew.network.books):
        lines = order["lines"]
        assert isinstance(lines, list)
        for line in lines:
            told.update(line["shipped"])
    assert +gone == +told
