"""What earlier attempts booked: which batches are over, what they were paid with, what exchanges keep of them."""

from __future__ import annotations

from tieout.domain.documents.sales_order import SalesOrder
from tieout.domain.returns.allocation import returned_units
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.issued import CLEARING
from tieout.domain.returns.settlement import Settlement, replaced_value, settlement_of
from tieout.domain.returns.values import is_credited_in_full


def is_over(facts: ReturnFacts, batch_id: str, order: SalesOrder) -> bool:
    """Whether everything of a batch was done by earlier attempts: no money of it is open."""
    mine = [effect for effect in facts.effects if effect.batch == batch_id and effect.state == "done"]
    credited = [effect.amount for effect in mine if "credit_note" in effect.kind and effect.units] or [
        effect.amount for effect in mine if "credit_note" in effect.kind
    ]
    if credited and not any(credited):
        return True  # free goods, or an even exchange: no money moves
    if credited and is_credited_in_full(facts) and is_exchange(facts, batch_id):
        is_paid = any(effect.kind == "post_refund_payment" for effect in mine)
        fees = sum(effect.amount for effect in mine if effect.kind == "raise_invoice")
        return is_paid or sum(credited) <= kept_for_exchanges(facts, order)[batch_id] + fees
    return any(effect.kind == "allocate_credit" for effect in mine)


def kept_for_exchanges(facts: ReturnFacts, order: SalesOrder) -> dict[str, int]:
    """Exchanges at full value: pence of each batch's credit that pay for goods sent, in the order of booking."""
    left = replaced_value(facts, order).minor
    kept: dict[str, int] = {}
    for batch_id in dict.fromkeys(e.batch for e in facts.effects if e.batch and is_exchange(facts, e.batch)):
        mine = [effect for effect in facts.effects if effect.batch == batch_id and effect.state == "done"]
        credited = sum(effect.amount for effect in mine if "credit_note" in effect.kind)
        paid = sum(effect.amount for effect in mine if effect.kind == "post_refund_payment")
        fees = sum(effect.amount for effect in mine if effect.kind == "raise_invoice")
        kept[batch_id] = credited - fees - paid if paid else min(left, credited)
        left = max(left - kept[batch_id], 0)
    return kept


def is_exchange(facts: ReturnFacts, batch_id: str) -> bool:
    """Whether the units of a batch end in an exchange."""
    held = {unit for effect in facts.effects if effect.batch == batch_id for unit in effect.units}
    return any(settlement_of(u) is Settlement.EXCHANGE for u in returned_units(facts) if u.unit_id in held)


def is_in_money(facts: ReturnFacts, batch_id: str) -> bool:
    """Whether a batch ends in money by the way of payment, not in store credit or a gift card."""
    held = {unit for effect in facts.effects if effect.batch == batch_id for unit in effect.units}
    return not any(settlement_of(unit) in CLEARING for unit in returned_units(facts) if unit.unit_id in held)


def paid_for(facts: ReturnFacts, batch_id: str) -> int:
    """Pence that the payment of a batch noted; none where fees or goods sent in exchange took all of the credit."""
    return sum(effect.amount for effect in facts.done("post_refund_payment") if effect.batch == batch_id)
