"""Money in whole minor units, and the one place that rounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MINOR_DIGITS = {"GBP": 2, "EUR": 2, "USD": 2, "JPY": 0, "ISK": 0}
"""Digits behind the point by currency; a currency that is not here has two."""


class CurrencyDiffersError(ValueError):
    """Two amounts of different currencies were about to be mixed in one figure."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """A signed amount in whole minor units (pence) of one currency."""

    minor: int
    currency: str = "GBP"

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal():,.{digits(self.currency)}f}"

    def decimal(self) -> Decimal:
        """The amount in major units (pounds), exact."""
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def text(self) -> str:
        """The plain figure without its currency, as remote systems write it: `24.00`."""
        return f"{self.decimal():.{digits(self.currency)}f}"

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Share this amount by weight; the parts always add back to the whole.

        Odd pence go to the parts that lost most to rounding, earliest first.
        """
        assert weights, "nothing to split over"
        assert all(w >= 0 for w in weights), f"negative weight in {weights}"
        assert sum(weights) > 0, "all weights are zero"
        total = sum(weights)
        floors = [self.minor * w // total for w in weights]
        losses = [self.minor * w % total for w in weights]
        order = sorted(range(len(weights)), key=lambda i: (-losses[i], i))
        for i in order[: self.minor - sum(floors)]:
            floors[i] += 1
        return [Money(part, self.currency) for part in floors]

    def part(self, start: Decimal, end: Decimal, whole: Decimal) -> Money:
        """The share that units `start` to `end` of `whole` carry.

        Adjoining parts add up exactly, in whatever order they are taken: each is the
        difference of two rounded running totals, so the last unit takes the remainder.
        """
        assert whole > 0, "a line of no quantity has no parts"
        assert 0 <= start <= end <= whole, f"part {start}..{end} of {whole}"
        return Money(self._running(end, whole) - self._running(start, whole), self.currency)

    def _running(self, upto: Decimal, whole: Decimal) -> int:
        return round_half_up(Decimal(self.minor) * upto / whole)

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyDiffersError(f"{self} and {other} are of different currencies")


def digits(currency: str) -> int:
    """How many digits stand behind the point in this currency."""
    return MINOR_DIGITS.get(currency, 2)


def round_half_up(amount: Decimal) -> int:
    """The one place that rounds: half a penny goes away from zero, as Sage and HMRC's examples do."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def money(amount: Decimal | str | int, currency: str = "GBP") -> Money:
    """Money from a figure in major units (pounds), rounded half up to the penny."""
    return Money(round_half_up(Decimal(amount).scaleb(digits(currency))), currency)


def total(parts: Iterable[Money], currency: str = "GBP") -> Money:
    """The sum of amounts; zero of `currency` when there are none."""
    amounts = list(parts)
    if not amounts:
        return Money(0, currency)
    result = amounts[0]
    for part in amounts[1:]:
        result = result + part
    return result


def tax_on(net: Money, rate_percent: Decimal) -> Money:
    """VAT on a net amount at a percentage, rounded half up to the penny."""
    return Money(round_half_up(Decimal(net.minor) * rate_percent / 100), net.currency)
