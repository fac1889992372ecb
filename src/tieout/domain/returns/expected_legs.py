"""The legs that a return's commands must bring about, and how a read-back fills them in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tieout.domain import commands as c
from tieout.domain.documents.rma import RmaUnit
from tieout.domain.faults.kinds import Owner
from tieout.domain.legs import Leg
from tieout.domain.money import Money, total
from tieout.domain.returns.batches import Batch
from tieout.domain.returns.facts import ReturnFacts

DUE = "due"
"""Reference of the leg that stands for goods received and not yet planned."""


def legs_of(command: c.AnyCommand, due_by: datetime) -> tuple[Leg, ...]:
    """What must become visible through one command; notices and allocations show in other legs."""
    named = leg_name(command)
    if named is None:
        return ()
    system, kind, owner = named
    amount, quantity = weight_of(command, command.figures())
    leg = Leg(
        system=system, kind=kind, ref=command.key, amount=amount, quantity=quantity, due_by=due_by, owner=owner.value
    )
    return (leg,)


def leg_name(command: c.AnyCommand) -> tuple[str, str, Owner] | None:
    """System, kind and owner of the leg that a command brings about."""
    match command:
        case c.RaiseReturn():
            return "sage", "sales return", Owner.OPERATIONS
        case c.ReceiveReturn() | c.WriteOn():
            return "sage", "stock in", Owner.OPERATIONS
        case c.MoveStock():
            return "sage", "stock in bin", Owner.OPERATIONS
        case c.RaiseCreditNote() | c.PostSopCreditNote():
            return "sage", "credit note", Owner.FINANCE
        case c.PostRefundPayment():
            return "sage", "refund payment", Owner.FINANCE
        case c.Refund():
            return "storefront", "refund", Owner.FINANCE
        case c.RaiseAvailability():
            return "storefront", "availability", Owner.OPERATIONS
        case c.CancelReturn() | c.AllocateCredit() | c.MarkDone():
            return None


def weight_of(command: c.AnyCommand, figures: c.Figures) -> tuple[Money | None, Decimal | None]:
    """Amount or quantity that figures show: of the command when wanted, of the remote system when read back."""
    match command:
        case c.RaiseReturn():
            return None, _sum(figures, "quantity ")
        case c.ReceiveReturn() | c.WriteOn() | c.MoveStock():
            return None, sum((Decimal(v) for v in figures.values() if not v.startswith("-")), Decimal(0))
        case c.RaiseAvailability():
            return None, sum((Decimal(v) for v in figures.values()), Decimal(0))
        case c.RaiseCreditNote() | c.PostSopCreditNote():
            currency = command.lines[0].net.currency
            return Money(int(Decimal(figures.get("net", "0")) + _sum(figures, "tax ")), currency), None
        case c.PostRefundPayment() | c.Refund():
            return Money(int(figures.get("amount", "0")), command.amount.currency), None
        case c.CancelReturn() | c.AllocateCredit() | c.MarkDone():
            return None, None


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


def _sum(figures: c.Figures, prefix: str) -> Decimal:
    return sum((Decimal(value) for name, value in figures.items() if name.startswith(prefix)), Decimal(0))
