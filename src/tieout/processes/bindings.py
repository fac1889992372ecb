"""Which system performs a command, and which two methods of it look and act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, assert_never

from tieout.domain import commands as c
from tieout.ports.directory import Company

C = TypeVar("C", bound=c.Command)


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
        case c.EnterOrder() | c.AmendOrder() | c.AllocateOrder() | c.CancelOrder() | c.Despatch() | c.PostSopInvoice():
            return _bind_order(company, command)
        case c.RaiseCreditNote() | c.PostRefundPayment() | c.AllocateCredit():
            return _bind_credit(company, command)
        case c.RaiseInvoice() | c.PostReceipt() | c.AllocatePostings():
            return _bind_posting(company, command)
        case c.PostBankEntry() | c.TransferCash() | c.PostJournal():
            return _bind_books(company, command)
        case c.WriteOn() | c.WriteOff() | c.IssueStock() | c.MoveStock() | c.CountStock():
            return _bind_stock(company, command)
        case c.OpenCustomer() | c.AddDeliveryAddress() | c.WriteMemo():
            return _bind_customer(company, command)
        case (
            c.Refund()
            | c.RaiseAvailability()
            | c.FulfilOrder()
            | c.ReleaseOutcome()
            | c.MarkDone()
            | c.SendShipmentRequest()
            | c.CancelShipmentRequest()
        ):
            return _bind_around(company, command)
        case unreachable:
            assert_never(unreachable)


def _bind_around(company: Company, command: c.ShopCommand | c.PortalCommand | c.WarehouseCommand) -> Binding:
    match command:
        case c.Refund() | c.RaiseAvailability() | c.FulfilOrder():
            return _bind_shop(company, command)
        case c.ReleaseOutcome() | c.MarkDone():
            return _bind_portal(company, command)
        case c.SendShipmentRequest() | c.CancelShipmentRequest():
            return _bind_warehouse(company, command)


def _bind_return(company: Company, command: c.ReturnCommand) -> Binding:
    returns, account = company.returns, company.ledger_account
    match command:
        case c.RaiseReturn():
            return _bound(account, command, returns.find_return, returns.raise_return)
        case c.CancelReturn():
            return _bound(account, command, returns.find_cancelled, returns.cancel_return)
        case c.ReceiveReturn():
            return _bound(account, command, returns.find_receipt, returns.receive_return)
        case c.PostSopCreditNote():
            return _bound(account, command, returns.find_sop_credit_note, returns.post_sop_credit_note)


def _bind_order(company: Company, command: c.OrderCommand) -> Binding:
    entry, despatches, account = company.order_entry, company.despatches, company.ledger_account
    match command:
        case c.EnterOrder():
            return _bound(account, command, entry.find_order, entry.enter_order)
        case c.AmendOrder():
            return _bound(account, command, entry.find_amended, entry.amend_order)
        case c.AllocateOrder():
            return _bound(account, command, entry.find_allocated, entry.allocate_order)
        case c.CancelOrder():
            return _bound(account, command, entry.find_order_cancelled, entry.cancel_order)
        case c.Despatch():
            return _bound(account, command, despatches.find_despatch, despatches.despatch)
        case c.PostSopInvoice():
            return _bound(account, command, despatches.find_sop_invoice, despatches.post_sop_invoice)


def _bind_credit(company: Company, command: c.RaiseCreditNote | c.PostRefundPayment | c.AllocateCredit) -> Binding:
    ledger, account = company.ledger, company.ledger_account
    match command:
        case c.RaiseCreditNote():
            return _bound(account, command, ledger.find_credit_note, ledger.raise_credit_note)
        case c.PostRefundPayment():
            return _bound(account, command, ledger.find_refund_payment, ledger.post_refund_payment)
        case c.AllocateCredit():
            return _bound(account, command, ledger.find_allocation, ledger.allocate_credit)


def _bind_posting(company: Company, command: c.RaiseInvoice | c.PostReceipt | c.AllocatePostings) -> Binding:
    postings, account = company.customer_postings, company.ledger_account
    match command:
        case c.RaiseInvoice():
            return _bound(account, command, postings.find_invoice, postings.raise_invoice)
        case c.PostReceipt():
            return _bound(account, command, postings.find_receipt_posting, postings.post_receipt)
        case c.AllocatePostings():
            return _bound(account, command, postings.find_allocated_postings, postings.allocate_postings)


def _bind_books(company: Company, command: c.BooksCommand) -> Binding:
    books, account = company.cash_book, company.ledger_account
    match command:
        case c.PostBankEntry():
            return _bound(account, command, books.find_bank_entry, books.post_bank_entry)
        case c.TransferCash():
            return _bound(account, command, books.find_cash_transfer, books.transfer_cash)
        case c.PostJournal():
            return _bound(account, command, books.find_journal, books.post_journal)


def _bind_stock(company: Company, command: c.StockCommand) -> Binding:
    stock, account = company.stock, company.ledger_account
    match command:
        case c.WriteOn():
            return _bound(account, command, stock.find_write_on, stock.write_on)
        case c.WriteOff():
            return _bound(account, command, stock.find_write_off, stock.write_off)
        case c.IssueStock():
            return _bound(account, command, stock.find_issue, stock.issue_stock)
        case c.MoveStock():
            return _bound(account, command, stock.find_move, stock.move_stock)
        case c.CountStock():
            return _bound(account, command, stock.find_count, stock.count_stock)


def _bind_customer(company: Company, command: c.CustomerCommand) -> Binding:
    customers, account = company.customers, company.ledger_account
    match command:
        case c.OpenCustomer():
            return _bound(account, command, customers.find_customer, customers.open_customer)
        case c.AddDeliveryAddress():
            return _bound(account, command, customers.find_delivery_address, customers.add_delivery_address)
        case c.WriteMemo():
            return _bound(account, command, customers.find_memo, customers.write_memo)


def _bind_shop(company: Company, command: c.ShopCommand) -> Binding:
    shop, account = company.storefront, company.storefront_account
    match command:
        case c.Refund():
            return _bound(account, command, shop.find_refund, shop.refund)
        case c.RaiseAvailability():
            # The one command that no later look can find: what the shop recorded comes back at once.
            return Binding(
                account=account,
                look=lambda: shop.find_availability(command),
                act=lambda: shop.raise_availability(command),
            )
        case c.FulfilOrder():
            assert company.fulfilments is not None, f"{company.name} tells its storefront of no despatch"
            return _bound(account, command, company.fulfilments.find_fulfilment, company.fulfilments.fulfil_order)


def _bind_warehouse(company: Company, command: c.WarehouseCommand) -> Binding:
    warehouse, account = company.warehouses[command.account], command.account
    match command:
        case c.SendShipmentRequest():
            return _bound(account, command, warehouse.find_request, warehouse.send_request)
        case c.CancelShipmentRequest():
            return _bound(account, command, warehouse.find_cancelled, warehouse.cancel_request)


def _bind_portal(company: Company, command: c.PortalCommand) -> Binding:
    portal, account = company.portal, company.portal_account
    match command:
        case c.ReleaseOutcome():
            return _bound(account, command, portal.find_released, portal.release)
        case c.MarkDone():
            return _bound(account, command, portal.find_done, portal.mark_done)


def _bound(account: str, command: C, look: Callable[[C], c.Found | None], act: Callable[[C], None]) -> Binding:
    def acting() -> None:
        act(command)

    return Binding(account=account, look=lambda: look(command), act=acting)
