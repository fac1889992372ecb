"""A movement read in Sage's terms: which stock item, how many stock units, from where to where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tieout.domain.documents.books import Bin
from tieout.domain.documents.warehouse_stock import WarehouseMovement
from tieout.domain.faults.kinds import Fault
from tieout.domain.faults.orders import UNKNOWN_LOCATION, UOM_NON_INTEGER, WAREHOUSE_ITEM_UNMAPPED
from tieout.domain.faults.warehouse_stock import UNKNOWN_STOCK_CODE
from tieout.domain.orders.nodes import Place, place_of, site_row
from tieout.domain.orders.units import PLACES, exact, item_at, stock_code_of
from tieout.domain.rules.mapping import MappingTables
from tieout.domain.warehouse_stock.facts import MovementFacts
from tieout.domain.warehouse_stock.reasons import Treatment

BETWEEN = frozenset({"transfer", "quarantine", "release"})
"""Kinds whose quantity says how many moved, not in which direction."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Spot:
    """A bin of a warehouse of Sage."""

    warehouse: str
    bin: str

    def __str__(self) -> str:
        return f"{self.warehouse}/{self.bin}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A movement in Sage's terms."""

    sku: str
    quantity: Decimal
    """In stock units, above nought."""
    leaves: Spot | None
    """Where it leaves in Sage; None where it comes in from nowhere."""
    reaches: Spot | None
    """Where it arrives in Sage; None where it goes for good."""

    @property
    def is_nothing(self) -> bool:
        """Whether nothing moves in Sage: both ends are the same bin there."""
        return self.leaves == self.reaches


def read_movement(facts: MovementFacts, treatment: Treatment | None) -> tuple[Reading | None, tuple[Fault, ...]]:
    """Read a movement; None with every reason why it cannot be read."""
    movement, tables = facts.movement, facts.tables
    faults = [*_item_faults(facts)]
    quantity = units_of(tables, movement, movement.quantity)
    if isinstance(quantity, Fault):
        faults.append(quantity)
    ends = _ends(facts, treatment.becomes if treatment is not None else "")
    if isinstance(ends, Fault):
        faults.append(ends)
    if faults or isinstance(quantity, Fault) or isinstance(ends, Fault):
        return None, tuple(faults)
    leaves, reaches = ends
    sku = stock_code_of(tables, movement.account, movement.sku)
    return Reading(sku=sku, quantity=abs(quantity), leaves=leaves, reaches=reaches), ()


def units_of(tables: MappingTables, movement: WarehouseMovement, quantity: Decimal) -> Decimal | Fault:
    """A quantity of a movement in stock units, exact, or why there is none."""
    return stock_units(
        tables, movement.account, movement.sku, quantity, movement.unit, f"movement {movement.movement_id}"
    )


def stock_units(
    tables: MappingTables, account: str, code: str, quantity: Decimal, unit: str, at: str
) -> Decimal | Fault:
    """A quantity that a warehouse told of one of its codes in stock units, exact, or why there is none."""
    sku = stock_code_of(tables, account, code)
    item = item_at(tables, account, sku)
    row, at = f"warehouse_item/{account}|{sku}", f"{at}, {code}"
    if item is None:
        return Fault(code=WAREHOUSE_ITEM_UNMAPPED.code, at=at, saw=account, row=row)
    if unit and item.unit and unit.casefold() != item.unit.casefold():
        saw, wanted = f"{quantity} {unit}", f"units of {item.unit}"
        return Fault(code=UOM_NON_INTEGER.code, at=at, saw=saw, wanted=wanted, row=row)
    units = exact(Fraction(quantity) * item.factor, PLACES)
    if units is None:
        saw, wanted = f"{quantity} {unit or 'units'}", f"whole stock units at {item.factor} each"
        return Fault(code=UOM_NON_INTEGER.code, at=at, saw=saw, wanted=wanted, row=row)
    return units


def _item_faults(facts: MovementFacts) -> Iterator[Fault]:
    movement, product = facts.movement, facts.product
    if product is not None and product.is_stock:
        return
    near = f"perhaps {', '.join(facts.near)}" if facts.near else ""
    row = f"warehouse_alias/{movement.account}|{movement.sku}"
    code = stock_code_of(facts.tables, movement.account, movement.sku)
    said = movement.sku if code == movement.sku else f"{movement.sku}, by our rows {code}"
    saw = f"{said}: not a stock item" if product is not None else said
    yield Fault(code=UNKNOWN_STOCK_CODE.code, at=_told_at(facts), saw=saw, wanted=near, row=row)


def _told_at(facts: MovementFacts) -> str:
    """Which movement, and where it was told: a file and its row."""
    source = facts.movement.source
    return f"{facts.at} ({source})" if source else facts.at


def _ends(facts: MovementFacts, becomes: str) -> tuple[Spot | None, Spot | None] | Fault:
    """Where it leaves and where it arrives in Sage."""
    movement = facts.movement
    here = _place(facts, movement.site)
    if isinstance(here, Fault):
        return here
    shelf = Spot(warehouse=here.warehouse, bin=here.bin)
    apart = Spot(warehouse=here.quarantine_warehouse, bin=here.quarantine_bin)
    is_out = is_outward(movement)
    is_moved = becomes == "move" or (becomes == "ask" and movement.kind in BETWEEN)
    if movement.kind == "transfer" and is_moved:
        there = _place(facts, movement.to_site) if movement.to_site else here
        if isinstance(there, Fault):
            return there
        leaves, reaches = shelf, Spot(warehouse=there.warehouse, bin=there.bin)
    elif is_moved:
        leaves, reaches = (shelf, apart) if is_out else (apart, shelf)
    else:
        return _known(facts, shelf if is_out else None, None if is_out else shelf)
    return _known(facts, leaves, reaches)


def is_outward(movement: WarehouseMovement) -> bool:
    """Whether the goods leave what may be sold at the movement's site."""
    if movement.kind in BETWEEN:
        return movement.kind != "release"
    return movement.quantity < 0


def _place(facts: MovementFacts, site: str) -> Place | Fault:
    movement = facts.movement
    place = place_of(facts.tables, movement.account, site)
    row = site_row(movement.account, site)
    if place is None:
        wanted = nearest_sites(facts.tables, movement.account)
        saw = f"{movement.account} {site}".strip()
        return Fault(code=UNKNOWN_LOCATION.code, at=_told_at(facts), saw=saw, wanted=wanted, row=row)
    return place


def nearest_sites(tables: MappingTables, account: str) -> str:
    """The sites of an account that are mapped, for people."""
    rows = (rule.key for rule in tables.rules if rule.table == "warehouse_site")
    sites = [key.partition("|")[2] for key in rows if key.partition("|")[0].casefold() == account.casefold()]
    return ", ".join(sorted(filter(None, sites)))


def _known(facts: MovementFacts, leaves: Spot | None, reaches: Spot | None) -> tuple[Spot | None, Spot | None] | Fault:
    """Both ends, or the one that is not a bin of Sage."""
    movement = facts.movement
    site = movement.to_site if leaves is not None and movement.kind == "transfer" else movement.site
    for spot, its_site in ((leaves, movement.site), (reaches, site or movement.site)):
        if spot is not None and not is_there(facts.bins, spot):
            saw = str(spot) if spot.bin else f"{spot.warehouse}, no bin"
            row = site_row(movement.account, its_site)
            wanted = ", ".join(sorted(each.name for each in facts.bins if each.warehouse == spot.warehouse))
            return Fault(code=UNKNOWN_LOCATION.code, at=_told_at(facts), saw=saw, wanted=wanted, row=row)
    return leaves, reaches


def is_there(bins: tuple[Bin, ...], spot: Spot) -> bool:
    """Whether Sage has a bin."""
    return any((each.warehouse, each.name) == (spot.warehouse, spot.bin) for each in bins)
