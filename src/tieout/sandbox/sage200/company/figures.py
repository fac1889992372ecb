"""Whole-number figures: money in pence, quantities and unit prices in hundred-thousandths, percent in hundredths."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

UNIT = 100_000
"""One unit of quantity, or one pound of unit price, as it is stored."""

PERCENT = 100
"""One per cent as it is stored."""


def divided(numerator: int, denominator: int) -> int:
    """Return the quotient rounded half away from zero."""
    assert denominator > 0, "figures are divided by a positive number"
    whole, rest = divmod(abs(numerator), denominator)
    rounded = whole + (2 * rest >= denominator)
    return rounded if numerator >= 0 else -rounded


def value_of(quantity: int, unit_price: int) -> int:
    """Return quantity times unit price in pence."""
    return divided(quantity * unit_price, UNIT * UNIT // 100)


def cost_each(value: int, quantity: int) -> int:
    """Return the unit cost (hundred-thousandths of a pound) of so much value in pence; 0 for no quantity."""
    return divided(value * UNIT * UNIT // 100, quantity) if quantity > 0 else 0


def percent_of(value: int, percent: int) -> int:
    """Return this percentage (in hundredths of a per cent) of a value."""
    return divided(value * percent, 100 * PERCENT)


def portion(value: int, part: int, whole: int) -> int:
    """Return the share of a value that belongs to a part of a whole quantity."""
    return divided(value * part, whole) if whole > 0 else 0


def running_percent(values: Sequence[int], percent: int) -> list[int]:
    """Share a percentage of the total over the values so that the parts add up to the rounded whole."""
    parts: list[int] = []
    before = so_far = 0
    for value in values:
        so_far += value
        now = percent_of(so_far, percent)
        parts.append(now - before)
        before = now
    return parts


def money(pence: int) -> Decimal:
    """Return pence as pounds with two places."""
    return Decimal(pence).scaleb(-2)


def units(stored: int) -> Decimal:
    """Return a stored quantity or unit price with five places."""
    return Decimal(stored).scaleb(-5)


def percent(stored: int) -> Decimal:
    """Return a stored percentage with two places."""
    return Decimal(stored).scaleb(-2)


def plain(stored: int) -> str:
    """Write a stored quantity without needless noughts: 2, 0.5."""
    text = f"{units(stored):f}".rstrip("0").rstrip(".")
    return text or "0"


def stored(value: Decimal | int, places: int) -> int:
    """Return a decimal as a whole number of its last place, rounded half up."""
    return int(Decimal(value).scaleb(places).quantize(Decimal(1), rounding=ROUND_HALF_UP))
