"""Units that a person credited in Sage themselves: they are out of the workflow for good."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tieout.domain.documents.rma import Rma, RmaUnit

BOOKED_BY_HAND = "booked_by_hand"
"""On record for a document of which something was booked by hand; with a space and a unit behind it, for that unit."""


def unit_code(unit: RmaUnit) -> str:
    """What is on record for a unit that was booked by hand: the whole unit where it is a component of a bundle."""
    return f"{BOOKED_BY_HAND} {unit.part_of or unit.unit_id}"


def without_booked(rma: Rma, accepted: Collection[str]) -> Rma:
    """The RMA with only those units that nobody booked by hand."""
    if BOOKED_BY_HAND not in accepted:
        return rma
    return replace(rma, units=tuple(unit for unit in rma.units if unit_code(unit) not in accepted))


def is_all_booked(rma: Rma, accepted: Collection[str]) -> bool:
    """Whether nothing of an RMA is left to do but what was booked by hand."""
    return BOOKED_BY_HAND in accepted and not rma.units
