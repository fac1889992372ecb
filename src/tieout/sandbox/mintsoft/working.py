"""A shift that works through the open orders by itself, with a seeded share of splits, shorts and delays."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tieout.sandbox.journal import Journal, JournalEntry
from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.floor import Floor, NewParcel
from tieout.sandbox.mintsoft.rows import WAITING, Order, RefusedError, Status

RATES = ("split", "short", "delay", "write_off")
REASONS = ("Not found", "Damaged", "Miscounted")
# What somebody must do something about before the floor may touch it.
HELD = frozenset(
    {
        Status.HOLDING,
        Status.FAILED,
        Status.AWAITINGCONFIRMATION,
        Status.AWAITINGDOCUMENTATION,
        Status.AWAITINGPAYMENT,
        Status.QUERYRAISED,
        Status.PACKANDHOLD,
        Status.FRAUDRISK,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often things do not go as asked, from 0 to 1; `most` orders are begun."""

    seed: int = 0
    most: int = 1_000_000
    parcels: int = 1
    split: float = 0.0
    short: float = 0.0
    delay: float = 0.0
    write_off: float = 0.0


def rates_of(given: Mapping[str, Any]) -> Rates:
    """Return the rates that are given; ValueError for one that is none."""
    rates = {name: float(given.get(name, 0)) for name in RATES}
    if any(not 0 <= rate <= 1 for rate in rates.values()):
        raise ValueError("a rate is from 0 to 1")
    most, parcels, seed = (int(given.get(n, d)) for n, d in (("orders", 1_000_000), ("parcels", 1), ("seed", 0)))
    if any(isinstance(given.get(n), Decimal) for n in ("orders", "parcels", "seed")) or parcels < 1:
        raise ValueError("orders, parcels and seed are whole numbers")
    return Rates(seed=seed, most=most, parcels=parcels, **rates)


class Shift:
    """One pass over the orders that are open now; parts that come of it wait for the next one."""

    def __init__(self, books: Books, floor: Floor, rates: Rates) -> None:
        self._books = books
        self._floor = floor
        self._rates = rates
        self._rng = random.Random(rates.seed)

    def work(self, journal: Journal) -> dict[str, object]:
        """Return what became of each order that was looked at."""
        done: dict[str, list[int]] = {"despatched": [], "delayed": [], "short": [], "split": [], "waiting": []}
        begun = [o for o in self._books.open_orders() if o.status not in HELD and not o.locked]
        for order in begun[: self._rates.most]:
            entry = journal.begin("WORK", f"/orders/{order.id}")
            for name in self._work_one(order, entry):
                done[name].append(order.id)
        return {**done, "open": len(list(self._books.open_orders()))}

    def _work_one(self, order: Order, entry: JournalEntry) -> list[str]:
        """Take an order as far as it goes; every order takes the same number of throws."""
        throws = {name: self._rng.random() for name in RATES}
        pick, units = self._rng.random(), self._rng.random()
        if throws["delay"] < self._rates.delay:
            if order.status not in WAITING:
                self._floor.move_to(order, Status.PICKINGSTARTED, "picker", entry)
            return ["delayed"]
        told: list[str] = []
        self._floor.promise(order)
        try:
            if self._floor.split_lacking(order, "packer", entry) is not None:
                told.append("split")
            self._spoil(order, throws, pick, units, told, entry)
            self._floor.despatch(order, "packer", entry, self._parcels(order))
        except RefusedError:
            return [*told, "waiting"]
        return [*told, "despatched"]

    def _spoil(
        self, order: Order, throws: Mapping[str, float], pick: float, units: float, told: list[str], entry: JournalEntry
    ) -> None:
        """Leave some units of one item out, if the dice say so: short, or on a part that leaves another time."""
        total = sum(item.quantity for item in order.items)
        item = order.items[int(pick * len(order.items))]
        few = max(1, int(units * item.quantity))
        if total <= few:
            return
        if throws["short"] < self._rates.short:
            reason = REASONS[int(pick * len(REASONS))]
            gone = throws["write_off"] < self._rates.write_off
            self._floor.short(order, {item.id: few}, reason, "back_order", entry, write_off=gone)
            told.append("short")
        elif throws["split"] < self._rates.split:
            self._floor.part(order, {item.id: few}, entry)
            told.append("split")

    def _parcels(self, order: Order) -> list[NewParcel]:
        count = self._rng.randint(1, self._rates.parcels)
        return [NewParcel(number=f"TRK{order.id:08d}{n}") for n in range(1, count + 1)]
