"""Units that the storefront has put back on sale itself, by its own return or by a refund that restocks.

They are stock in the ledger like all others; only the storefront's number is not raised for them a second time.
"""

from __future__ import annotations

from collections import Counter

from tieout.domain.documents.rma import Grade, RmaUnit
from tieout.domain.returns.allocation import returned_units
from tieout.domain.returns.facts import ReturnFacts


def on_offer_already(facts: ReturnFacts) -> frozenset[str]:
    """The ids of the units that the storefront offers already, lowest first where it only counts pieces."""
    left = _restocked(facts)
    found = set()
    for unit in sorted(returned_units(facts), key=lambda each: (not each.is_on_offer, each.unit_id)):
        line = _line_of(facts, unit, left) if unit.grade is not Grade.DAMAGED else ""
        left[line] -= 1
        if unit.is_on_offer or line:
            found.add(unit.unit_id)
    return frozenset(found)


def _restocked(facts: ReturnFacts) -> Counter[str]:
    """Pieces that refunds of this return restocked, by the storefront's line."""
    mine = {refund.refund_id for refund in (facts.rma.refunds if facts.rma else ()) if not refund.has_failed}
    counted: Counter[str] = Counter()
    for refund in facts.shop_order.refunds if facts.shop_order else ():
        if refund.refund_id in mine and not refund.has_failed:
            for line in refund.lines:
                counted[line.line_id] += line.quantity if line.is_restocked else 0
    return counted


def _line_of(facts: ReturnFacts, unit: RmaUnit, left: Counter[str]) -> str:
    """The storefront's line with restocked pieces of the unit's own stock code; empty for none."""
    lines = facts.shop_order.lines if facts.shop_order else ()
    code = unit.sku.strip().casefold()
    same = [line.line_id for line in lines if line.sku.casefold() == code and left[line.line_id] > 0]
    return unit.shop_line if unit.shop_line in same else next(iter(same), "")
