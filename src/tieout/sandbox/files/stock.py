"""What a 3PL keeps for one depositor: items with their units, sites, and stock as the sum of its movements.

Quantities are in the item's base unit unless a name says otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

STATES = ("on_hand", "quarantine", "damaged")
KINDS = ("adjust", "receipt", "writeoff", "transfer", "return", "quarantine", "release", "despatch")
TRACKINGS = ("", "batch", "serial")
NOUGHT = Decimal(0)


class ActRefusedError(Exception):
    """The 3PL does not do what it is asked; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One stock code; `units` are factors to the base unit, which is among them with factor 1."""

    sku: str
    description: str = ""
    barcode: str = ""
    base_unit: str = "EA"
    units: dict[str, Decimal] = field(default_factory=dict)
    tracking: str = ""
    substitute: str = ""

    def factor(self, unit: str) -> Decimal | None:
        """How many base units one unit is; of the base unit for an empty name, None for one that is not known."""
        return Decimal(1) if unit in {"", self.base_unit} else self.units.get(unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement: `quantity` is signed and happens in `state`; the opposite happens in `other_state`, if named.

    `lot` is the batch or the serial number, as the item is tracked.
    """

    movement_id: str
    at: datetime
    site: str
    sku: str
    kind: str
    quantity: Decimal
    reason: str = ""
    state: str = "on_hand"
    other_state: str = ""
    lot: str = ""
    ref_type: str = ""
    ref: str = ""
    user: str = ""

    def postings(self) -> Iterator[tuple[tuple[str, str, str, str], Decimal]]:
        """Yield what it does to each (site, SKU, state, lot)."""
        yield (self.site, self.sku, self.state, self.lot), self.quantity
        if self.other_state:
            yield (self.site, self.sku, self.other_state, self.lot), -self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What a count finds of one stock code (and lot) at a site."""

    sku: str
    unit: str
    on_hand: Decimal
    allocated: Decimal
    quarantine: Decimal
    damaged: Decimal
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A snapshot: the levels of one site at a moment, and the newest event that they include."""

    site: str
    at: datetime
    last_event: str
    levels: tuple[Level, ...]


class Stock:
    """Items, sites, movements and balances of one depositor."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.sites: dict[str, str] = {}
        self.movements: list[Movement] = []
        self.expiries: dict[tuple[str, str], date] = {}
        self.last_event = ""
        self._events = 0
        self._balances: defaultdict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
        self._last_of_site: dict[str, str] = {}

    def event_id(self, letter: str) -> str:
        """Return the next number of the one sequence that movements and despatches share, as `M-00000012`."""
        self._events += 1
        self.last_event = f"{letter}-{self._events:08d}"
        return self.last_event

    def item(self, sku: str) -> Item:
        """Return an item; refused when there is none of this code."""
        found = self.items.get(sku)
        if found is None:
            raise ActRefusedError(f"item {sku} does not exist")
        return found

    def site(self, code: str) -> str:
        """Return the code of a site, the first one for an empty code; refused when it is unknown."""
        if not code and self.sites:
            return next(iter(self.sites))
        if code not in self.sites:
            raise ActRefusedError(f"site {code} does not exist")
        return code

    def check(self, movement: Movement) -> None:
        """Refuse a movement by which a balance would fall below nought or a serial number would stand twice."""
        item = self.item(movement.sku)
        self.site(movement.site)
        if movement.kind not in KINDS or {movement.state, movement.other_state or "on_hand"} - set(STATES):
            raise ActRefusedError(f"there is no movement {movement.kind} of {movement.state}")
        if bool(movement.lot) != bool(item.tracking):
            raise ActRefusedError(f"item {item.sku} is tracked by {item.tracking or 'nothing'}")
        for key, quantity in movement.postings():
            after = self._balances.get(key, NOUGHT) + quantity
            if after < 0:
                raise ActRefusedError(f"{after - quantity} of {item.sku} in {key[2]} at {movement.site}, not enough")
            if item.tracking == "serial" and after > 1:
                raise ActRefusedError(f"serial {movement.lot} of {item.sku} is there already")

    def move(self, movement: Movement) -> None:
        """Book a movement; refused as `check` does."""
        self.check(movement)
        for key, quantity in movement.postings():
            self._balances[key] += quantity
        self.movements.append(movement)
        self._last_of_site[movement.site] = movement.movement_id.partition("/")[0]

    def on_hand(self, site: str, sku: str, state: str = "on_hand") -> Decimal:
        """Return what stands there in this state, over all lots."""
        return sum((q for (s, k, t, _), q in self._balances.items() if (s, k, t) == (site, sku, state)), NOUGHT)

    def lots(self, site: str, sku: str, state: str = "on_hand") -> list[tuple[str, Decimal]]:
        """Return the lots with stock, those that expire first in front."""
        found = [(key[3], Decimal(q)) for key, q in self._balances.items() if key[:3] == (site, sku, state) and q > 0]
        return sorted(found, key=lambda lot: (self.expiries.get((sku, lot[0]), date.max), lot[0]))

    def count(self, site: str, at: datetime, allocated: dict[str, Decimal]) -> Count:
        """Count a site now; an item without movements there is left out, one that is used up is there with nought."""
        lots = sorted({(key[1], key[3]) for key in self._balances if key[0] == site})
        first_of = dict(reversed(lots))
        levels = tuple(
            Level(
                sku=sku,
                unit=self.items[sku].base_unit,
                on_hand=Decimal(self._balances[site, sku, "on_hand", lot]),
                quarantine=Decimal(self._balances[site, sku, "quarantine", lot]),
                damaged=Decimal(self._balances[site, sku, "damaged", lot]),
                allocated=allocated.get(sku, NOUGHT) if first_of[sku] == lot else NOUGHT,
                lot=lot,
            )
            for sku, lot in lots
        )
        return Count(site=site, at=at, last_event=self._last_of_site.get(site, ""), levels=levels)
