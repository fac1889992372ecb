"""What Tieout needs from systems it does not own: small protocols by capability, in the trade's words.

Every write has two methods: `find_...` looks for what stands there under the command's key and
returns its figures in the command's own terms (`tieout.domain.commands`), or None; the other
does it. Neither looks at our own store. All methods may raise the errors of `ports.errors`:
a read raises Busy, Unavailable, Unauthorised or BadAnswer; a write also Locked, Refused,
NeedsHand, and OutcomeUnknown whenever the request may have reached the system.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from tieout.domain import commands as c
from tieout.domain.documents.books import (
    Bin,
    NominalAccount,
    PeriodCheck,
    PostedCredit,
    Product,
    TaxCode,
    TextLimits,
)
from tieout.domain.documents.feeds import NominalPosting, OrderHead, PostingHead, StockLevel, StockMovement
from tieout.domain.documents.goods_in import GoodsReceipt
from tieout.domain.documents.payouts import BalanceMovement, Payout
from tieout.domain.documents.rma import PortalPayment, Rma, RmaHead
from tieout.domain.documents.sales_order import Nominal, SalesOrder
from tieout.domain.documents.shop_order import ShopOrder, ShopRefund


class ReturnsPortal(Protocol):
    """Where customers raise returns."""

    def rma(self, number: str) -> Rma | None:
        """The RMA as it is now, every unit of it; None when the portal has none of that number."""

    def rmas(self, since: datetime | None) -> Iterator[RmaHead]:
        """Every RMA raised since, all pages; never trusts a "last updated" (it does not move on receipt)."""

    def payments(self, order_id: str) -> tuple[PortalPayment, ...]:
        """Every refund that the portal made on a storefront order, by its own list of money movements.

        A portal that keeps no such list answers from its RMAs of the order.
        """

    def find_released(self, command: c.ReleaseOutcome) -> c.Found | None:
        """Found with status `released` when the portal has let the units' outcome go; None while it has not."""

    def release(self, command: c.ReleaseOutcome) -> None:
        """Let the units' outcome go: a portal that cannot be told so refuses, with what to choose instead."""

    def find_done(self, command: c.MarkDone) -> c.Found | None:
        """Found with status `done` when the portal has finished the RMA; None otherwise."""

    def mark_done(self, command: c.MarkDone) -> None:
        """Finish the RMA at the portal."""


class GoodsIn(Protocol):
    """What warehouses have told us about goods that came in."""

    def receipts(self, rma_number: str) -> tuple[GoodsReceipt, ...]:
        """Every receipt told for an RMA, oldest first, each once however often it was told."""


class Payouts(Protocol):
    """What the payment provider moved between its balance and the bank."""

    def payouts(self, since: datetime | None) -> Iterator[Payout]:
        """Every payout issued since, newest first, all pages."""

    def movements(self, since: datetime | None) -> Iterator[BalanceMovement]:
        """Every row of the balance since, all pages; also those that belong to no payout yet."""


class Storefront(Protocol):
    """The web shop: its orders, money going back, and what it offers for sale."""

    def order(self, order_id: str, name: str) -> ShopOrder | None:
        """The order by its id, or by its name when the id is empty; with every refund on it."""

    def refunds(self, since: datetime | None) -> Iterator[ShopRefund]:
        """Every refund on orders changed since, all pages, whoever made it."""

    def find_refund(self, command: c.Refund) -> c.Found | None:
        """The refund whose note holds the key."""

    def refund(self, command: c.Refund) -> None:
        """Give the money back, once per key."""

    def find_availability(self, command: c.RaiseAvailability) -> c.Found | None:
        """The adjustment made under the key, if its proof can still be had."""

    def raise_availability(self, command: c.RaiseAvailability) -> c.Found:
        """Raise the available quantity, once per key; returns the adjustment as recorded."""


class SalesOrders(Protocol):
    """Sales orders and what was invoiced on them."""

    def orders(self, channel_reference: str) -> tuple[SalesOrder, ...]:
        """Every order whose customer document number is exactly this channel order number."""

    def orders_holding(self, customer_reference: str, sku: str) -> tuple[SalesOrder, ...]:
        """Every invoiced order of the customer with this stock code on a line."""

    def customer_id(self, customer_reference: str) -> str:
        """The ledger's id of the customer account of this reference; empty when it has none."""


class OrderEntry(Protocol):
    """Sales orders that Tieout enters and changes."""

    def find_order(self, command: c.EnterOrder) -> c.Found | None:
        """The order that carries the key; never a draft that a cut-off entry left behind."""

    def enter_order(self, command: c.EnterOrder) -> None:
        """Enter it whole, after clearing away a draft that an earlier try left under the key."""

    def find_amended(self, command: c.AmendOrder) -> c.Found | None:
        """The quantities of the lines once all are as wanted; None while one is not."""

    def amend_order(self, command: c.AmendOrder) -> None:
        """Set them; Refused names the lines that stand, the one refused and those not tried."""

    def find_allocated(self, command: c.AllocateOrder) -> c.Found | None:
        """The allocated quantities once all are as wanted; None while one is not."""

    def allocate_order(self, command: c.AllocateOrder) -> None:
        """Allocate what is missing; Refused as in `amend_order`."""

    def find_order_cancelled(self, command: c.CancelOrder) -> c.Found | None:
        """Found (open quantity 0) when nothing is left to despatch; None while something is."""

    def cancel_order(self, command: c.CancelOrder) -> None:
        """Cancel what is not despatched."""


class Despatches(Protocol):
    """Goods leaving against orders, and the invoices that follow."""

    def find_despatch(self, command: c.Despatch) -> c.Found | None:
        """What was despatched under the key, line by line."""

    def despatch(self, command: c.Despatch) -> None:
        """Confirm it, allocating first what is not allocated."""

    def find_sop_invoice(self, command: c.PostSopInvoice) -> c.Found | None:
        """The invoice in the sales ledger that carries the key."""

    def post_sop_invoice(self, command: c.PostSopInvoice) -> None:
        """Print and post it through the company's channel."""


class CustomerPostings(Protocol):
    """Invoices, receipts and allocations outside sales orders."""

    def find_invoice(self, command: c.RaiseInvoice) -> c.Found | None:
        """The ledger invoice that carries the key, as posted."""

    def raise_invoice(self, command: c.RaiseInvoice) -> None:
        """Post it."""

    def find_receipt_posting(self, command: c.PostReceipt) -> c.Found | None:
        """The sales receipt that carries the key; a positive amount."""

    def post_receipt(self, command: c.PostReceipt) -> None:
        """Post it."""

    def find_allocated_postings(self, command: c.AllocatePostings) -> c.Found | None:
        """What is outstanding once it is no longer as it was; None while nothing has changed."""

    def allocate_postings(self, command: c.AllocatePostings) -> None:
        """Allocate them to each other."""


class CashBook(Protocol):
    """Bank accounts and the nominal ledger."""

    def find_bank_entry(self, command: c.PostBankEntry) -> c.Found | None:
        """The bank entry that carries the key."""

    def post_bank_entry(self, command: c.PostBankEntry) -> None:
        """Post it."""

    def find_cash_transfer(self, command: c.TransferCash) -> c.Found | None:
        """Both sides of the transfer that carries the key."""

    def transfer_cash(self, command: c.TransferCash) -> None:
        """Post it."""

    def find_journal(self, command: c.PostJournal) -> c.Found | None:
        """The nominal entries that carry the key."""

    def post_journal(self, command: c.PostJournal) -> None:
        """Post it through the company's channel."""


class CustomerAccounts(Protocol):
    """Customer accounts and what is noted on them."""

    def find_customer(self, command: c.OpenCustomer) -> c.Found | None:
        """The account of this reference."""

    def open_customer(self, command: c.OpenCustomer) -> None:
        """Open it."""

    def find_delivery_address(self, command: c.AddDeliveryAddress) -> c.Found | None:
        """The delivery address whose description holds the key."""

    def add_delivery_address(self, command: c.AddDeliveryAddress) -> None:
        """Add it."""

    def find_memo(self, command: c.WriteMemo) -> c.Found | None:
        """The note that holds the key; its text without the key."""

    def write_memo(self, command: c.WriteMemo) -> None:
        """Write it."""


class LedgerFeeds(Protocol):
    """What the ledger's own lists say has changed. All are read page by page: memory does not grow with the company."""

    def changed_orders(self, since: datetime | None) -> Iterator[OrderHead]:
        """Orders and returns changed since, oldest change first; None for all."""

    def changed_postings(self, since: datetime | None) -> Iterator[PostingHead]:
        """Rows of the sales ledger posted or changed since, oldest change first; None for all."""

    def movements_after(self, movement_id: int) -> Iterator[StockMovement]:
        """The movement log behind a row, in its own order; 0 for all."""

    def newest_movement(self) -> int:
        """The id of the newest row of the movement log; 0 when it is empty."""

    def nominal_postings(self, nominals: Sequence[Nominal], since: date) -> Iterator[NominalPosting]:
        """Every side posted to these nominals and dated since, whoever posted it; one that is not there has none."""

    def stock_levels(self) -> Iterator[StockLevel]:
        """Every bin that holds or allocates anything: the full sweep behind the feed."""


class SalesReturns(Protocol):
    """Sales order returns: pending, received, credited."""

    def find_return(self, command: c.RaiseReturn) -> c.Found | None:
        """The return that carries the key, live or completed; None also when it was cancelled untouched."""

    def raise_return(self, command: c.RaiseReturn) -> None:
        """Raise it, with no stock and no ledger effect."""

    def find_cancelled(self, command: c.CancelReturn) -> c.Found | None:
        """Found (open quantity 0) when nothing is left to receive on the return; None while something is."""

    def cancel_return(self, command: c.CancelReturn) -> None:
        """Cancel what is not received."""

    def find_receipt(self, command: c.ReceiveReturn) -> c.Found | None:
        """The stock movements that carry the key."""

    def receive_return(self, command: c.ReceiveReturn) -> None:
        """Confirm receipt through the company's channel."""

    def find_sop_credit_note(self, command: c.PostSopCreditNote) -> c.Found | None:
        """The credit note in the sales ledger that carries the key, as posted; positive figures."""

    def post_sop_credit_note(self, command: c.PostSopCreditNote) -> None:
        """Print and post it through the company's channel."""


class SalesLedger(Protocol):
    """Ledger documents of customers."""

    def find_credit_note(self, command: c.RaiseCreditNote) -> c.Found | None:
        """The ledger credit note that carries the key, as posted; positive figures."""

    def raise_credit_note(self, command: c.RaiseCreditNote) -> None:
        """Post it."""

    def find_refund_payment(self, command: c.PostRefundPayment) -> c.Found | None:
        """The sales payment that carries the key, as posted."""

    def post_refund_payment(self, command: c.PostRefundPayment) -> None:
        """Post it."""

    def find_allocation(self, command: c.AllocateCredit) -> c.Found | None:
        """What is outstanding on both once the payment is allocated at all; None while nothing is."""

    def allocate_credit(self, command: c.AllocateCredit) -> None:
        """Allocate the one to the other."""

    def credit_notes(self, since: date | None) -> Iterator[PostedCredit]:
        """Every credit note posted since that business date, all pages, whoever made it."""


class StockLedger(Protocol):
    """Stock movements."""

    def find_write_on(self, command: c.WriteOn) -> c.Found | None:
        """The movements that carry the key."""

    def write_on(self, command: c.WriteOn) -> None:
        """Add the stock through the company's channel."""

    def find_move(self, command: c.MoveStock) -> c.Found | None:
        """The pair of movements that carries the key."""

    def move_stock(self, command: c.MoveStock) -> None:
        """Move it, linking the item to the bin first where it never lay there."""

    def find_write_off(self, command: c.WriteOff) -> c.Found | None:
        """The movements that carry the key; negative quantities."""

    def write_off(self, command: c.WriteOff) -> None:
        """Take it off through the company's channel."""

    def find_issue(self, command: c.IssueStock) -> c.Found | None:
        """The movements that carry the key; negative quantities."""

    def issue_stock(self, command: c.IssueStock) -> None:
        """Issue it through the company's channel."""

    def find_count(self, command: c.CountStock) -> c.Found | None:
        """The completed stocktake of this name; None while it is not complete."""

    def count_stock(self, command: c.CountStock) -> None:
        """Run the stocktake to its end, going on where an earlier try was cut off."""


class ReferenceBooks(Protocol):
    """What postings are checked against before anything is sent."""

    def tax_codes(self) -> tuple[TaxCode, ...]:
        """Every tax code of the company."""

    def nominal_accounts(self) -> tuple[NominalAccount, ...]:
        """Every nominal account."""

    def bins(self) -> tuple[Bin, ...]:
        """Every bin of every warehouse."""

    def products(self, skus: Sequence[str]) -> tuple[Product, ...]:
        """The stock items of these codes; one that the ledger does not know is left out."""

    def period(self, on: date, ledger: str) -> PeriodCheck:
        """The ledger's verdict on a posting date; `ledger` is `sales`, `stock` or `cash`."""

    def banks(self) -> tuple[str, ...]:
        """The codes of the bank accounts."""

    def text_limits(self) -> TextLimits:
        """How much text its fields keep."""


class TokenKeeper(Protocol):
    """Keeps an account's rotating secrets, encrypted, for many processes."""

    def read(self, account: str, name: str) -> str | None:
        """The secret last kept under the name."""

    def renew(self, account: str, name: str, renewal: TokenRenewal) -> str:
        """Call `renewal` with the secret now kept, one process at a time, and keep its answer before use."""


class TokenRenewal(Protocol):
    """Turns the kept secret into the next one; returns it unchanged when it is still good."""

    def __call__(self, kept: str | None) -> str:
        """The secret to keep."""


class KeptMessages(Protocol):
    """The messages that a push-only system sent and that were stored: there is no other place to read them again."""

    def of(self, account: str, document_key: str) -> tuple[bytes, ...]:
        """The bodies stored for a document of an account, oldest first."""


class CallBudget(Protocol):
    """Counts calls against an account's daily allowance."""

    def spend(self, account: str, allowance: int) -> bool:
        """Take one call from today's allowance; False when it is used up."""
