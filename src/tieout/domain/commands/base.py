"""What every command is: a value with a key, and the figures that must be read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Figures = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look in a remote system found under a key."""

    reference: str
    """What people call it there: a document number, a URN, a refund id."""
    figures: Figures
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command carries."""

    key: str
    batch: str = ""
    """Names the goods received together that it belongs to; empty outside returns."""
    units: tuple[str, ...] = ()
    """The returned units it covers."""

    def figures(self) -> Figures:
        """The figures that must be read back after the command was performed."""
        return {}


def plain(quantity: Decimal) -> str:
    """A quantity without trailing noughts, so that 2, 2.0 and 2.00000 read the same; nothing has no sign."""
    text = f"{abs(quantity) if quantity == 0 else quantity:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def summed(pairs: Sequence[tuple[str, Decimal]]) -> dict[str, str]:
    """Figures from (name, amount) pairs, those of one name added up."""
    sums: dict[str, Decimal] = {}
    for name, amount in pairs:
        sums[name] = sums.get(name, Decimal(0)) + amount
    return {name: plain(amount) for name, amount in sums.items()}


def differences(wanted: Figures, seen: Figures) -> tuple[tuple[str, str, str], ...]:
    """Every figure that is not as wanted: (name, wanted, seen), a missing one as a dash."""
    names = sorted(set(wanted) | set(seen))
    return tuple(
        (name, wanted.get(name, "-"), seen.get(name, "-"))
        for name in names
        if wanted.get(name, "-") != seen.get(name, "-")
    )
