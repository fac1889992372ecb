"""The arithmetic of a return, in whole minor units: what a unit is worth, and who gets how much of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """One unit: list price as the shop keeps it, what was paid for it with tax, and the tax in that."""

    price: int
    gross: int
    tax: int
    tax_included: bool

    def shown(self, *, net: bool) -> tuple[int, int]:
        """Return price and discount. With `net` neither holds tax, so that price - discount + tax is the gross."""
        if not self.tax_included:
            return self.price, self.price - (self.gross - self.tax)
        if not net:
            return self.price, self.price - self.gross
        bare = self.price - part(self.price, self.tax, self.gross)
        return bare, bare - (self.gross - self.tax)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Where the value of a return goes; `upsell` is what the customer pays on top."""

    refund: int
    gift_card: int
    exchange_credit: int
    upsell: int


def split(units: Iterable[tuple[str, int, int]], fee: int, bonus_percent: int) -> Split:
    """Share out a return of units (outcome, worth, worth of what goes out in exchange).

    What an exchange leaves over is refunded. The fee comes off the refund, then off the credit, and never turns
    either below nought; a bonus is added to what is left of the credit.
    """
    money = credit = exchange_worth = wanted = 0
    for outcome, worth, outgoing in units:
        wanted += outgoing
        if outcome == "refund":
            money += worth
        elif outcome == "exchange":
            exchange_worth += worth
        else:
            credit += worth
    used = min(exchange_worth, wanted)
    money += exchange_worth - used
    taken = min(fee, money)
    credit -= min(fee - taken, credit)
    return Split(
        refund=money - taken,
        gift_card=credit + part(credit, bonus_percent, 100),
        exchange_credit=used,
        upsell=wanted - used,
    )


def part(amount: int, numerator: int, denominator: int) -> int:
    """Return that fraction of an amount, halves up; nought of nought."""
    return (2 * amount * numerator + denominator) // (2 * denominator) if denominator else 0
