"""Shares and spreads, worked out the same way in every report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

NOTHING = "-"
"""The share of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, over many times; hours with one decimal."""

    times: int
    median_hours: Decimal
    p90_hours: Decimal
    max_hours: Decimal


def percent(part: int, whole: int) -> str:
    """A share in percent with one decimal, half up; a dash where there is no whole."""
    return str((Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)) if whole else NOTHING


def spread_of(taken: Sequence[timedelta]) -> Spread:
    """Median, 90th percentile and longest, each a time that was really taken (nearest rank)."""
    assert taken, "a spread of nothing"
    ordered = sorted(taken)
    return Spread(
        times=len(ordered),
        median_hours=hours(_ranked(ordered, 50)),
        p90_hours=hours(_ranked(ordered, 90)),
        max_hours=hours(ordered[-1]),
    )


def hours(taken: timedelta) -> Decimal:
    """A time in hours with one decimal, half up."""
    seconds = Decimal(taken // timedelta(seconds=1))
    return (seconds / 3600).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _ranked(ordered: Sequence[timedelta], rank: int) -> timedelta:
    return ordered[-(-rank * len(ordered) // 100) - 1]
