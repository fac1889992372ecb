"""Customers' ledger: invoices, credit notes, receipts, refund payments and their allocation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tieout.domain.commands.base import Command, Figures, summed
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine:
    """A credited order line: figures shared from the invoice, never priced anew."""

    order_line: str = ""
    """Empty where the credit belongs to no order line, as in a day's takings."""
    sku: str = ""
    quantity: Decimal = Decimal(1)
    net: Money
    tax: Money
    tax_code: str
    nominal: Nominal
    ordinals: tuple[tuple[int, int], ...] = ()
    """Which units of the order line these are, so that all credits of a line together give the line to the penny."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One row of a ledger document: VAT is stated, never worked out again from the net."""

    net: Money
    tax: Money
    tax_code: str
    nominal: Nominal
    narrative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSide:
    """One posting that takes part in an allocation."""

    urn: str
    """The ledger's own running number of it."""
    value: Money
    """What is allocated of it; invoices and payments positive, credit notes and receipts negative."""
    outstanding: Money
    """What was outstanding on it, with the same sign, when the allocation was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseInvoice(Command):
    """Raise a ledger invoice (no stock moves): the key goes into its reference."""

    kind: Literal["raise_invoice"] = "raise_invoice"
    customer_id: str
    on: date
    due: date | None = None
    """None for the customer's own terms."""
    second_reference: str
    lines: tuple[LedgerLine, ...]

    def figures(self) -> Figures:
        """Customer, date, net, VAT by code, net by nominal."""
        return document_figures(self.customer_id, self.on, self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostReceipt(Command):
    """Post money received from a customer into a bank account: the key goes into its reference."""

    kind: Literal["post_receipt"] = "post_receipt"
    customer_id: str
    bank: str
    amount: Money
    on: date
    second_reference: str

    def figures(self) -> Figures:
        """Customer, bank, date and amount."""
        return payment_figures(self.customer_id, self.bank, self.on, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatePostings(Command):
    """Allocate postings of one customer to each other; the values add up to nothing.

    Sage keeps no reference on an allocation: the look compares what is outstanding with what was.
    """

    kind: Literal["allocate_postings"] = "allocate_postings"
    customer_id: str
    on: date
    sides: tuple[LedgerSide, ...]

    def figures(self) -> Figures:
        """What is left outstanding on each posting, in pence."""
        return {f"outstanding {side.urn}": str((side.outstanding - side.value).minor) for side in self.sides}


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseCreditNote(Command):
    """Raise a ledger credit note: the key goes into its reference."""

    kind: Literal["raise_credit_note"] = "raise_credit_note"
    customer_id: str
    order_number: str
    on: date
    second_reference: str
    narrative: str
    lines: tuple[CreditLine, ...]

    def figures(self) -> Figures:
        """Customer, date, net, VAT by code, net by nominal."""
        return document_figures(self.customer_id, self.on, self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRefundPayment(Command):
    """Post the money that went back as a sales payment from the tender's bank.

    The key goes into its reference.
    """

    kind: Literal["post_refund_payment"] = "post_refund_payment"
    customer_id: str
    bank: str
    amount: Money
    on: date
    second_reference: str

    def figures(self) -> Figures:
        """Customer, bank, date and amount."""
        return payment_figures(self.customer_id, self.bank, self.on, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocateCredit(Command):
    """Tie credit notes to what they were paid with: the refund payment, and invoices for what was kept as a fee.

    All are named by the keys in their references, and together they come to nothing. Sage keeps no reference on an
    allocation: the look reads what is still outstanding.
    """

    kind: Literal["allocate_credit"] = "allocate_credit"
    customer_id: str
    credit_key: str
    payment_key: str
    """Empty where no money went back, because fees took all of it."""
    amount: Money
    """What the payment pays; nothing without one."""
    on: date
    credit_keys: tuple[str, ...] = ()
    """Further credit notes paid with the same payment."""
    invoice_keys: tuple[str, ...] = ()
    """Ledger invoices for fees that the credit notes pay."""

    def figures(self) -> Figures:
        """Nothing is outstanding on any of them."""
        payment = {"payment_outstanding": "0"} if self.payment_key else {}
        others = {f"outstanding {key}": "0" for key in (*self.credit_keys, *self.invoice_keys)}
        return {"credit_outstanding": "0", **payment, **others}


def document_figures(customer_id: str, on: date, lines: Sequence[CreditLine | LedgerLine]) -> Figures:
    """Figures of an invoice or credit note: customer, date, net in all, VAT by tax code, net by nominal, in pence."""
    return {"customer": customer_id, **analysis_figures(on, lines)}


def analysis_figures(on: date, lines: Sequence[CreditLine | LedgerLine]) -> Figures:
    """Figures of any posting with VAT: date, net in all, VAT by tax code, net by nominal, in pence.

    A nominal that nothing is posted to is left out: a document of no value has no nominal rows to read back.
    """
    by_tax = summed([(f"tax {line.tax_code}", Decimal(line.tax.minor)) for line in lines])
    by_nominal = summed([(f"nominal {line.nominal}", Decimal(line.net.minor)) for line in lines if line.net])
    net = sum(line.net.minor for line in lines)
    return {"on": on.isoformat(), "net": str(net), **by_tax, **by_nominal}


def payment_figures(customer_id: str, bank: str, on: date, amount: Money) -> Figures:
    """Figures of money received from a customer, or paid to one: a positive amount in pence."""
    return {"customer": customer_id, "bank": bank, "on": on.isoformat(), "amount": str(amount.minor)}
