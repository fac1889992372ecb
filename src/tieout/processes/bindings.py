"""Which system performs a command, and which two methods of it look and act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tieout.domain import commands as c
from tieout.ports.directory import Company


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A command bound to its system."""

    account: str
    look: Callable[[], c.Found | None]
    act: Callable[[], c.Found | None]
    """Does it; may return what the system recorded where no later look can find it."""


def bind(company: Company, command: c.AnyCommand) -> Binding:
    """The binding of one command in one company."""
    match command:
        case c.RaiseReturn() | c.CancelReturn() | c.ReceiveReturn() | c.PostSopCreditNote():
            return _bind_return(company, command)
        case c.RaiseCreditNote() | c.PostRefundPayment() | c.AllocateCredit():
            return _bind_ledger(company, command)
        case c.WriteOn() | c.MoveStock():
            return _bind_stock(company, command)
        case c.Refund():
            shop = company.storefront
            return _binding(company.storefront_account, lambda: shop.find_refund(command), lambda: shop.refund(command))
        case c.RaiseAvailability():
            shop = company.storefront
            return Binding(
                account=company.storefront_account,
                look=lambda: shop.find_availability(command),
                act=lambda: shop.raise_availability(command),
            )
        case c.MarkDone():
            portal = company.portal
            return _binding(
                company.portal_account, lambda: portal.find_done(command), lambda: portal.mark_done(command)
            )
        case _:
            raise AssertionError(f"no flow plans {command.kind} yet")


def _bind_return(
    company: Company, command: c.RaiseReturn | c.CancelReturn | c.ReceiveReturn | c.PostSopCreditNote
) -> Binding:
    returns, account = company.returns, company.ledger_account
    match command:
        case c.RaiseReturn():
            return _binding(account, lambda: returns.find_return(command), lambda: returns.raise_return(command))
        case c.CancelReturn():
            return _binding(account, lambda: returns.find_cancelled(command), lambda: returns.cancel_return(command))
        case c.ReceiveReturn():
            return _binding(account, lambda: returns.find_receipt(command), lambda: returns.receive_return(command))
        case c.PostSopCreditNote():
            return _binding(
                account,
                lambda: returns.find_sop_credit_note(command),
                lambda: returns.post_sop_credit_note(command),
            )


def _bind_ledger(company: Company, command: c.RaiseCreditNote | c.PostRefundPayment | c.AllocateCredit) -> Binding:
    ledger, account = company.ledger, company.ledger_account
    match command:
        case c.RaiseCreditNote():
            return _binding(
                account, lambda: ledger.find_credit_note(command), lambda: ledger.raise_credit_note(command)
            )
        case c.PostRefundPayment():
            return _binding(
                account, lambda: ledger.find_refund_payment(command), lambda: ledger.post_refund_payment(command)
            )
        case c.AllocateCredit():
            return _binding(account, lambda: ledger.find_allocation(command), lambda: ledger.allocate_credit(command))


def _bind_stock(company: Company, command: c.WriteOn | c.MoveStock) -> Binding:
    stock, account = company.stock, company.ledger_account
    match command:
        case c.WriteOn():
            return _binding(account, lambda: stock.find_write_on(command), lambda: stock.write_on(command))
        case c.MoveStock():
            return _binding(account, lambda: stock.find_move(command), lambda: stock.move_stock(command))


def _binding(account: str, look: Callable[[], c.Found | None], act: Callable[[], None]) -> Binding:
    def acting() -> None:
        act()

    return Binding(account=account, look=look, act=acting)
