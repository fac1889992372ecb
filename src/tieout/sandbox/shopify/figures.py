"""Amounts in whole minor units, the shares that units carry, and global ids."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Currencies:
    """The shop's currency, the one that the customer saw, and how many of the latter one of the former is."""

    shop: str
    presentment: str
    rate: Decimal = Decimal(1)

    def presented(self, amount: int) -> int:
        """Return the amount as the customer saw it; each figure is rounded by itself, so sums may differ."""
        return int((amount * self.rate).quantize(Decimal(1), ROUND_HALF_UP))

    def in_shop(self, amount: int) -> int:
        """Return an amount that the customer saw in the shop's currency, rounded half up."""
        return int((amount / self.rate).quantize(Decimal(1), ROUND_HALF_UP))


def share(total: int, quantity: int, already: int, done: int, wanted: int) -> int:
    """Return the part of `total` that `wanted` of `quantity` units carry, when `done` units carried `already`.

    Each unit carries the rounded share; whoever takes the last unit takes the remainder, so that the parts
    add back to the whole.
    """
    left = total - already
    if done + wanted >= quantity:
        return left
    unit = int((Decimal(total) / quantity).quantize(Decimal(1), ROUND_HALF_UP))
    return min(unit * wanted, left)


def proportion(total: int, part: int, whole: int) -> int:
    """Return `part` of `whole` of an amount, rounded half up; 0 of nothing."""
    if not whole:
        return 0
    return int((Decimal(total) * part / whole).quantize(Decimal(1), ROUND_HALF_UP))


def minor(value: object) -> int:
    """Return an amount such as "24.00" in minor units; ValueError when it is no amount of two places."""
    try:
        pence = Decimal(str(value)) * 100
        whole = int(pence)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"{value!r} is not an amount of money") from error
    if whole != pence:
        raise ValueError(f"{value!r} has more than two decimal places")
    return whole


def major(amount: int) -> str:
    """Write minor units as Shopify does: "24.00"."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def gid(kind: str, number: int) -> str:
    """Return the global id of a thing."""
    return f"gid://shopify/{kind}/{number}"


def number_of(global_id: object, kind: str) -> int:
    """Return the number in a global id of this kind, or 0 when it is none."""
    prefix = f"gid://shopify/{kind}/"
    text = str(global_id)
    tail = text.removeprefix(prefix)
    return int(tail) if text.startswith(prefix) and tail.isdecimal() else 0
