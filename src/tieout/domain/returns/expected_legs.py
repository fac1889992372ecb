"""The legs that a return's commands must bring about, and how a read-back fills them in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tieout.domain.documents.rma import RmaUnit
from tieout.domain.faults.kinds import Owner
from tieout.domain.legs import Leg
from tieout.domain.money import Money, total
from tieout.domain.returns.allocation import matched_order
from tieout.domain.returns.batches import Batch
from tieout.domain.returns.facts import ReturnFacts
from tieout.domain.returns.settlement import Settlement, replaced_value

GIVEN = {
    Settlement.REFUND: ("storefront", "refund"),
    Settlement.EXCHANGE: ("storefront", "refund"),
    Settlement.STORE_CREDIT: ("portal", "store credit"),
    Settlement.GIFT_CARD: ("portal", "gift card"),
}
"""Which system shows what the customer was given, and as what."""

DUE = "due"
"""Reference of the leg that stands for goods received and not yet planned."""


def portal_leg(batch: Batch, due_by: datetime) -> Leg:
    """The portal says that these units were received."""
    return Leg(
        system="portal",
        kind="received",
        ref=batch.batch_id,
        amount=None,
        quantity=Decimal(len(batch.units)),
        due_by=due_by,
        owner=Owner.OPERATIONS.value,
    )


def refund_leg(facts: ReturnFacts, batch: Batch, due_by: datetime, amount: Money | None = None) -> Leg:
    """Somebody else gives the money, or the store credit or card, and it must show where it is given."""
    system, kind = GIVEN[batch.settlement]
    return Leg(
        system=system,
        kind=kind,
        ref=batch.batch_id,
        amount=amount if amount is not None else refund_expected(facts, batch),
        quantity=None,
        due_by=due_by,
        owner=Owner.FINANCE.value,
    )


def refund_expected(facts: ReturnFacts, batch: Batch) -> Money:
    """What somebody else should have given for a batch: its payment, its credit note less fees, or the portal's word.

    A payment was posted for exactly what was seen to have gone back.
    """
    currency = facts.rma.currency if facts.rma else "GBP"
    mine = [effect for effect in facts.effects if effect.batch == batch.batch_id]
    paid = [effect.amount for effect in mine if effect.kind == "post_refund_payment"]
    credited = sum(effect.amount for effect in mine if "credit_note" in effect.kind)
    fees = sum(effect.amount for effect in mine if effect.kind == "raise_invoice")
    if paid or credited:
        return Money(paid[0] if paid else max(credited - fees - _replaced(facts, batch), 0), currency)
    if batch.allowance is not None:
        return batch.allowance.amount
    return total([unit.value or unit.paid_gross for unit in batch.units], currency)


def _replaced(facts: ReturnFacts, batch: Batch) -> int:
    """Pence of the credit that pay for goods sent in exchange."""
    order = matched_order(facts)
    return replaced_value(facts, order).minor if order and batch.settlement is Settlement.EXCHANGE else 0


def due_leg(received: Sequence[RmaUnit], due_by: datetime) -> Leg:
    """Goods are here and nothing could be planned: their credit note is due at what the portal states."""
    currency = received[0].paid_gross.currency
    return Leg(
        system="sage",
        kind="credit note",
        ref=DUE,
        amount=total([u.paid_gross for u in received if u.paid_gross.currency == currency], currency),
        quantity=None,
        due_by=due_by,
        owner=Owner.FINANCE.value,
    )
