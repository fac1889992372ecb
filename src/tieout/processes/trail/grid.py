"""The tie-out grid of a document: what happens to it downwards, systems across, both figures and a state in a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from tieout.domain.legs import LegState, debt
from tieout.processes.kinds import ORDER
from tieout.processes.standing import leg_state, standing_of
from tieout.store.effects import Effect
from tieout.store.legs import Leg

STAGES: Final[Mapping[str, Sequence[str]]] = {
    "Announced": ("sales return",),
    "Goods back": ("received", "goods back", "stock in"),
    "In the bin": ("stock in bin", "stock out", "stock count"),
    "On offer again": ("availability",),
    "Credited": ("credit note", "invoice"),
    "Given to the customer": ("refund", "refund payment", "store credit", "gift card"),
    "Sent in exchange": ("sales order", "despatch", "exchange despatched"),
}
"""What happens to a return, in the order in which it does, and the kinds of legs that show it."""
STAGES_OF_ORDERS: Final[Mapping[str, Sequence[str]]] = {
    "Asked of the warehouse": ("shipment request", "acknowledgement"),
    "Gone out": ("shipment", "despatch", "fulfilment"),
    "Written off": ("stock out",),
}
"""The same of an order that goes out."""
SYSTEMS: Final = ("portal", "storefront", "sage", "payouts")
"""The order of the columns; others follow by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One leg as a cell shows it."""

    leg: Leg
    state: LegState
    debt_minor: int

    @property
    def difference_minor(self) -> int | None:
        """Money seen over money expected; None where they agree or one of them is missing."""
        leg = self.leg
        if leg.expected_minor is None or leg.seen_minor is None or leg.expected_minor == leg.seen_minor:
            return None
        return leg.seen_minor - leg.expected_minor

    @property
    def difference_quantity(self) -> Decimal | None:
        """Quantity seen over quantity expected; None as above."""
        leg = self.leg
        if leg.expected_quantity is None or leg.seen_quantity is None or leg.expected_quantity == leg.seen_quantity:
            return None
        return leg.seen_quantity - leg.expected_quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One thing that must show in several systems; `batch` tells goods of one parcel from those of another."""

    stage: str
    batch: int
    """1 for the first; 0 where there is only one, or where it belongs to all."""
    cells: Mapping[str, Sequence[Mark]]
    """By system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The whole grid with its totals."""

    systems: Sequence[str]
    rows: Sequence[GridRow]

    @property
    def marks(self) -> list[Mark]:
        """Every cell's legs, row by row."""
        return [mark for row in self.rows for system in self.systems for mark in row.cells.get(system, ())]

    @property
    def debts(self) -> dict[str, int]:
        """What of it is reconciliation debt, by currency."""
        sums: dict[str, int] = {}
        for mark in self.marks:
            if mark.debt_minor:
                currency = mark.leg.currency or "GBP"
                sums[currency] = sums.get(currency, 0) + mark.debt_minor
        return sums

    @property
    def is_tied_out(self) -> bool:
        """Say whether every leg agrees or was waived, and there is one."""
        states = {mark.state for mark in self.marks}
        return bool(states) and states <= {LegState.AGREED, LegState.WAIVED}


def grid_of(legs: Sequence[Leg], effects: Iterable[Effect], now: datetime) -> Grid:
    """Put the legs of a document into a grid."""
    batch_of = _batches(effects)
    numbers = {batch: number for number, batch in enumerate(dict.fromkeys(batch_of.values()), start=1)}
    rows: dict[tuple[int, int, str], dict[str, list[Mark]]] = {}
    for leg in legs:
        state = leg_state(leg, now)
        batch = numbers.get(batch_of.get(leg.ref, leg.ref), 0) if len(numbers) > 1 else 0
        place, stage = _stage_of(leg)
        mark = Mark(leg=leg, state=state, debt_minor=debt(standing_of(leg), state))
        rows.setdefault((place, batch, stage), {}).setdefault(leg.system, []).append(mark)
    return Grid(
        systems=_columns({leg.system for leg in legs}),
        rows=[
            GridRow(stage=stage, batch=batch, cells=rows[place, batch, stage]) for place, batch, stage in sorted(rows)
        ],
    )


def _batches(effects: Iterable[Effect]) -> dict[str, str]:
    """The batch of every key: legs go by the keys of the commands that bring them about, or by the batch itself."""
    return {
        effect.key: str(effect.content["batch"])
        for effect in effects
        if isinstance(effect.content, Mapping) and effect.content.get("batch")
    }


def _stage_of(leg: Leg) -> tuple[int, str]:
    stages = STAGES_OF_ORDERS if leg.document_kind == ORDER else STAGES
    for place, (stage, kinds) in enumerate(stages.items()):
        if leg.kind in kinds:
            return place, stage
    return len(stages), leg.kind.capitalize()


def _columns(found: set[str]) -> tuple[str, ...]:
    return (*(system for system in SYSTEMS if system in found), *sorted(found - set(SYSTEMS)))
