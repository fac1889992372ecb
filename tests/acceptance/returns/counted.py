"""What stands in the remote systems' own ledgers, and what has changed in them since a scenario began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

from tests.processes.estate import Json, pence

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What has changed in the remote systems' own ledgers since the scenario began, in pence and units."""

    credits: tuple[tuple[int, int], ...]
    """(net, VAT) of every new credit note in Sage's sales ledger, positive, smallest first."""
    payments: tuple[int, ...]
    """Every new payment in Sage's sales ledger."""
    refunds: tuple[tuple[str, int], ...]
    """(order, amount) of every new refund of the shop."""
    stock: dict[tuple[str, str], int]
    """(stock code, bin) and how many more, or fewer, Sage holds there."""
    offered: dict[str, int]
    """Stock code and how many more, or fewer, the shop offers."""
    outstanding: int
    """What is more, or less, unallocated in Sage's sales ledger."""
    nominals: dict[str, int]
    """Nominal account and the pence that its balance moved, debits positive."""

    @property
    def credited(self) -> int:
        """All credit notes with their VAT."""
        return sum(net + tax for net, tax in self.credits)

    @property
    def refunded(self) -> int:
        """All refunds of the shop."""
        return sum(amount for _, amount in self.refunds)

    @property
    def is_nothing(self) -> bool:
        """No ledger of any system has moved."""
        return not (self.credits or self.payments or self.refunds or self.stock or self.offered or self.nominals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    credits: Counter[tuple[int, int]]
    payments: Counter[int]
    refunds: Counter[tuple[str, int]]
    stock: Counter[tuple[str, str]]
    offered: Counter[str]
    outstanding: int
    nominals: Counter[str]


def by_account(nominal: Json) -> Counter[str]:
    """Balances by account, its cost centres and departments together."""
    found: Counter[str] = Counter()
    for row in nominal:
        found[str(row["account"])] += pence(row["balance"])
    return found


def moved(now: Counter[Key], before: Counter[Key]) -> dict[Key, int]:
    keys = [*dict.fromkeys([*before, *now])]
    return {key: now[key] - before[key] for key in keys if now[key] != before[key]}
