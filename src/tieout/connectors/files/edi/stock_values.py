"""Movements and counts, of whatever dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal

from tieout.connectors.files.edi.compat import Bucket, Told
from tieout.connectors.files.edi.segments import UnusableError
from tieout.connectors.files.edi.settings import EdiSettings
from tieout.domain.documents.warehouse_stock import CountedStock, WarehouseMovement


def movement_of(
    blank: WarehouseMovement, told: Told, amount: Decimal, settings: EdiSettings
) -> WarehouseMovement | None:
    """The movement with its kind and signed quantity; None for a despatch, which another message tells."""
    match told:
        case "despatch":
            return None
        case "transfer" | "quarantine" | "release":
            return replace(blank, kind=told, quantity=abs(amount))
        case "write_off" if settings.writes_off_unsigned:
            return replace(blank, kind=told, quantity=-abs(amount))
        case "write_off" if amount > 0:
            # What was written off came back on: the reason stays, the kind says which way it went.
            return replace(blank, kind="adjustment", quantity=amount)
        case _:
            return replace(blank, kind=told, quantity=amount)


def by_item(lines: Iterable[CountedStock]) -> tuple[CountedStock, ...]:
    """One line for each item and unit: warehouses count by batch and bin, and their parts add up to the item."""
    found: dict[tuple[str, str], CountedStock] = {}
    for line in lines:
        known = found.get((line.sku, line.unit))
        found[line.sku, line.unit] = (
            line
            if known is None
            else replace(
                known,
                on_hand=known.on_hand + line.on_hand,
                allocated=_both(known.allocated, line.allocated),
                quarantine=_both(known.quarantine, line.quarantine),
                damaged=_both(known.damaged, line.damaged),
            )
        )
    return tuple(found.values())


def _both(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other


def counted_stock(
    sku: str, told: Mapping[Bucket, Decimal], units: AbstractSet[str], settings: EdiSettings
) -> CountedStock:
    """What is there of one item. What is free to sell is made physical only where what is promised is told, too."""
    if len(units) > 1:
        raise UnusableError(f"{sku} is counted in several units ({', '.join(sorted(units))}): ask for one.")
    on_hand = told.get("on_hand")
    if on_hand is None and "available" in told and "allocated" in told:
        on_hand = told["available"] + told["allocated"]
    if on_hand is None:
        raise UnusableError(
            f"Of {sku} it is not said what is physically there, which alone can be compared: "
            "ask for the quantity on hand, or correct the qualifiers in the settings."
        )
    return CountedStock(
        sku=sku,
        on_hand=on_hand,
        unit=settings.unit_name(next(iter(units), "")),
        allocated=told.get("allocated"),
        quarantine=told.get("quarantine"),
        damaged=told.get("damaged"),
    )
