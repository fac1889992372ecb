"""The legs that a return's commands must bring about, and how a read-back fills them in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tieout.domain.documents.rma import RmaUnit
from tieout.domain.faults.kinds import Owner
from tieout.domain.legs import Leg
from tieout.domain.money import Money, total
from tieout.domain.returns.batches import Batch
from tieout.domain.returns.facts import ReturnFacts

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


def refund_leg(facts: ReturnFacts, batch: Batch, due_by: datetime) -> Leg:
    """Detect mode: somebody else refunds, and the storefront must show it."""
    return Leg(
        system="storefront",
        kind="refund",
        ref=batch.batch_id,
        amount=refund_expected(facts, batch),
        quantity=None,
        due_by=due_by,
        owner=Owner.FINANCE.value,
    )


def refund_expected(facts: ReturnFacts, batch: Batch) -> Money:
    """What somebody else should have refunded for a batch: its credit note, or the portal's prices before that."""
    currency = facts.rma.currency if facts.rma else "GBP"
    credited = sum(e.amount for e in facts.effects if e.batch == batch.batch_id and "credit_note" in e.kind)
    return Money(credited, currency) if credited else total([unit.paid_gross for unit in batch.units], currency)


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
