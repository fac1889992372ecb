"""The leg that each command brings about, and its weight; notices and allocations show in other legs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tieout.domain import commands as c
from tieout.domain.faults.kinds import Owner
from tieout.domain.legs import Leg
from tieout.domain.money import Money

_LEGS = {
    "raise_return": ("sage", "sales return", Owner.OPERATIONS),
    "receive_return": ("sage", "stock in", Owner.OPERATIONS),
    "write_on": ("sage", "stock in", Owner.OPERATIONS),
    "write_off": ("sage", "stock out", Owner.OPERATIONS),
    "issue_stock": ("sage", "stock out", Owner.OPERATIONS),
    "move_stock": ("sage", "stock in bin", Owner.OPERATIONS),
    "count_stock": ("sage", "stock count", Owner.OPERATIONS),
    "raise_credit_note": ("sage", "credit note", Owner.FINANCE),
    "post_sop_credit_note": ("sage", "credit note", Owner.FINANCE),
    "post_refund_payment": ("sage", "refund payment", Owner.FINANCE),
    "raise_invoice": ("sage", "invoice", Owner.FINANCE),
    "post_sop_invoice": ("sage", "invoice", Owner.FINANCE),
    "post_receipt": ("sage", "receipt", Owner.FINANCE),
    "enter_order": ("sage", "sales order", Owner.OPERATIONS),
    "despatch": ("sage", "despatch", Owner.OPERATIONS),
    "post_bank_entry": ("sage", "bank entry", Owner.FINANCE),
    "transfer_cash": ("sage", "bank entry", Owner.FINANCE),
    "post_journal": ("sage", "journal", Owner.FINANCE),
    "refund": ("storefront", "refund", Owner.FINANCE),
    "raise_availability": ("storefront", "availability", Owner.OPERATIONS),
    "fulfil_order": ("storefront", "fulfilment", Owner.CUSTOMER_EXPERIENCE),
    "send_shipment_request": ("warehouse", "shipment request", Owner.OPERATIONS),
}


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
    """System, kind and owner of the leg that a command brings about; None when it shows in no leg of its own."""
    return _LEGS.get(command.kind)


def weight_of(command: c.AnyCommand, figures: c.Figures) -> tuple[Money | None, Decimal | None]:
    """Amount or quantity that figures show: of the command when wanted, of the remote system when read back."""
    match command:
        case c.RaiseReturn() | c.EnterOrder() | c.SendShipmentRequest():
            return None, _sum(figures, "quantity ")
        case c.FulfilOrder():
            return None, _sum(figures, "sent ")
        case c.Despatch():
            return None, _sum(figures, "line ")
        case c.WriteOff() | c.IssueStock():
            return None, -_sum(figures, "")
        case c.ReceiveReturn() | c.WriteOn() | c.MoveStock() | c.RaiseAvailability() | c.CountStock():
            return None, sum((Decimal(v) for v in figures.values() if not v.startswith("-")), Decimal(0))
        case c.RaiseCreditNote() | c.PostSopCreditNote() | c.RaiseInvoice() | c.PostBankEntry():
            currency = command.lines[0].net.currency
            return Money(int(_sum(figures, "net") + _sum(figures, "tax ")), currency), None
        case c.PostSopInvoice():
            return Money(int(_sum(figures, "net") + _sum(figures, "tax")), command.net.currency), None
        case c.PostJournal():
            debits = (Decimal(value) for name, value in figures.items() if name.startswith("nominal "))
            return Money(int(sum(value for value in debits if value > 0)), command.lines[0].value.currency), None
        case c.PostRefundPayment() | c.Refund() | c.PostReceipt() | c.TransferCash():
            return Money(int(figures.get("amount", "0")), command.amount.currency), None
        case _:
            return None, None


def _sum(figures: c.Figures, prefix: str) -> Decimal:
    return sum((Decimal(value) for name, value in figures.items() if name.startswith(prefix)), Decimal(0))
