"""A warehouse's count beside Sage, with everything that is under way taken into account (wms_3pl_pos 5.7).

The two were never read at the same moment. What happened in between, or is known to one side only, is no difference:
it makes a range of what the warehouse may rightly count. Only what lies outside that range is a difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

Known = Literal["yes", "no", "maybe"]
Where = Literal["on hand", "set aside"]
"""What may be sold, and what is held back: they are compared apart."""
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Units that came or went, as one side or both know it."""

    sku: str
    where: Where
    quantity: Decimal
    """Signed, in stock units: what left is negative."""
    at: datetime | None
    """When the warehouse's stock changed; None where nobody can say."""
    in_sage: Known
    """Whether what was read of Sage holds it."""
    what: str
    """For people: which shipment, movement or return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One stock code at one site: what was counted, what Sage has, and what explains the rest."""

    sku: str
    where: Where
    counted: Decimal
    in_sage: Decimal
    lowest: Decimal
    """The least that the warehouse may rightly count."""
    highest: Decimal
    used: tuple[Happening, ...]
    """What was taken into account."""

    @property
    def variance(self) -> Decimal:
        """What nothing explains: how far the count lies outside the range, signed; nought inside."""
        if self.counted > self.highest:
            return self.counted - self.highest
        return min(self.counted - self.lowest, NOTHING)

    @property
    def expected(self) -> Decimal:
        """What the warehouse should have counted: the figure of the range that is nearest to the count."""
        return self.counted - self.variance


def compare(
    sku: str,
    counted: Decimal,
    in_sage: Decimal,
    happenings: Iterable[Happening],
    taken_at: datetime,
    where: Where = "on hand",
) -> Compared:
    """Compare one count, taken at a moment, with what Sage has.

    Each happening adds its units where the warehouse counted them, and takes them off where Sage has them already;
    where either is not certain, both figures stand.
    """
    lowest = highest = in_sage
    used = []
    for one in happenings:
        if (one.sku, one.where) != (sku, where):
            continue
        moved = [one.quantity * (seen - booked) for seen in _counted(one, taken_at) for booked in _ways(one.in_sage)]
        if any(moved):
            used.append(one)
        lowest += min(moved)
        highest += max(moved)
    return Compared(
        sku=sku,
        where=where,
        counted=counted,
        in_sage=in_sage,
        lowest=lowest,
        highest=highest,
        used=tuple(used),
    )


def is_held(variance: Decimal, before: Decimal) -> bool:
    """Whether a difference has survived: an earlier count differed in the same direction.

    How much may change: what is wrong goes on being sold.
    """
    return variance * before > 0


def _counted(one: Happening, taken_at: datetime) -> tuple[int, ...]:
    if one.at is None:
        return (0, 1)
    return (1,) if one.at <= taken_at else (0,)


def _ways(known: Known) -> tuple[int, ...]:
    return {"yes": (1,), "no": (0,), "maybe": (0, 1)}[known]
