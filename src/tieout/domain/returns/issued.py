"""Store credit and gift cards that the portal issued, shared out over the batches that they pay for.

A portal issues one credit for each unit, one card for several units, or does not say for which. A credit whose
units stand in several batches pays each of them what is due; what is on top of that goes with the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tieout.domain.documents.rma import CreditKind, IssuedCredit
from tieout.domain.money import Money
from tieout.domain.returns.allocation import returned_units
from tieout.domain.returns.batches import Batch
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.settlement import Settlement, settlement_of

CLEARING: Mapping[Settlement, CreditKind] = {Settlement.STORE_CREDIT: "store_credit", Settlement.GIFT_CARD: "gift_card"}
"""What the portal issues for a settlement that clears against a liability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of the issued credits is for one batch."""

    amount: Money
    references: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class IssuedLeft:
    """One walk over the batches of a return: what of each credit is left for those that come after."""

    facts: ReturnFacts
    spent: dict[int, int] = field(default_factory=dict)
    """Pence taken of each credit, by its place on the RMA."""
    paid: set[str] = field(default_factory=set)
    """Units that have had their share."""

    def take(self, batch: Batch, due: Money) -> Share | None:
        """What was issued for a batch to which so much is due; None while a credit for one of its units is open."""
        mine = {unit.unit_id for unit in batch.units}
        found = [(place, one, units) for place, one, units in self._settled(batch.settlement) if mine & units]
        if not found or mine - {unit for _, _, units in found for unit in units}:
            return None
        self.paid |= mine
        amount, references = 0, []
        for place, one, units in sorted(found, key=lambda credit: bool(credit[2] - self.paid)):
            left = one.amount.minor - self.spent.get(place, 0)
            part = left if units <= self.paid else min(left, max(due.minor - amount, 0))
            self.spent[place] = self.spent.get(place, 0) + part
            amount += part
            references += [one.reference] if part else []
        return Share(amount=Money(amount, due.currency), references=tuple(references))

    def _settled(self, settlement: Settlement) -> list[tuple[int, IssuedCredit, set[str]]]:
        """The credits of a kind that have gone through, with the units each is for: all of them where it names none."""
        assert self.facts.rma is not None
        units = [unit for unit in returned_units(self.facts) if settlement_of(unit) is settlement]
        return [
            (place, one, {u.unit_id for u in units if not one.units or {u.unit_id, u.part_of} & set(one.units)})
            for place, one in enumerate(self.facts.rma.issued)
            if (one.kind, one.is_settled, one.has_failed) == (CLEARING[settlement], True, False)
        ]
