"""Ledger documents of customers in Sage 200: all native, and proved by reading them back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tieout.connectors.sage200.accounts.postings import OURS, Postings
from tieout.connectors.sage200.accounts.settled import Settled, settled_found, sides_of
from tieout.connectors.sage200.bodies import allocation_body, credit_note_body, payment_body
from tieout.connectors.sage200.client import Client
from tieout.connectors.sage200.limits import refuse_over_long
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.settings import Sage200Settings
from tieout.connectors.sage200.translate import (
    CREDIT_NOTE,
    INVOICE,
    PAYMENT,
    credit_found,
    payment_found,
    posted_credit,
)
from tieout.domain import commands as c
from tieout.domain.documents.books import PostedCredit

EITHER = ("reference", "second_reference")
"""A ledger credit note carries its key in the first reference, a SOP credit note in the second."""


class SageLedger:
    """Implements `SalesLedger`."""

    def __init__(self, client: Client, registers: Registers, postings: Postings, settings: Sage200Settings) -> None:
        self._client = client
        self._registers = registers
        self._postings = postings
        self._base_currency = settings.base_currency

    def find_credit_note(self, command: c.RaiseCreditNote) -> c.Found | None:
        """The ledger credit note that carries the key, as posted."""
        row = self._postings.under(command.key, customer_id=command.customer_id, kind=CREDIT_NOTE, fields=OURS)
        return credit_found(row, command.lines[0].net.currency) if row else None

    def raise_credit_note(self, command: c.RaiseCreditNote) -> None:
        """Post it. Sage posts at once and answers a URN only; nothing of the answer is believed."""
        self._registers.refuse_other_customer_currency(command.customer_id, command.lines[0].net.currency)
        taxes = {line.tax_code: self._registers.tax_id(line.tax_code) for line in command.lines}
        body = credit_note_body(command, taxes)
        refuse_over_long("sales_credit_note", body)
        self._client.write("POST", "/sales_credit_notes", body)

    def find_refund_payment(self, command: c.PostRefundPayment) -> c.Found | None:
        """The sales payment that carries the key, as posted."""
        row = self._postings.under(command.key, customer_id=command.customer_id, kind=PAYMENT, fields=OURS)
        return payment_found(row, command.amount.currency) if row else None

    def post_refund_payment(self, command: c.PostRefundPayment) -> None:
        """Post it from the tender's bank."""
        self._registers.refuse_other_customer_currency(command.customer_id, command.amount.currency)
        self._registers.refuse_other_bank_currency(command.bank, command.amount.currency)
        body = payment_body(command, self._registers.bank_id(command.bank))
        refuse_over_long("sales_payment", body)
        self._client.write("POST", "/sales_payments", body)

    def find_allocation(self, command: c.AllocateCredit) -> c.Found | None:
        """What is outstanding on all of them, once anything of the payment or of a fee is allocated; None before."""
        return settled_found(command, self._settled(command))

    def allocate_credit(self, command: c.AllocateCredit) -> None:
        """Allocate them to each other; Refused, with nothing sent, while one is not in the ledger or has too little."""
        self._registers.refuse_other_customer_currency(command.customer_id, command.amount.currency)
        sides = sides_of(command, self._settled(command))
        self._client.write("POST", "/sales_allocations", allocation_body(command, sides))

    def credit_notes(self, since: date | None) -> Iterator[PostedCredit]:
        """Every credit note dated or entered since that day, whoever made it."""
        for row in self._postings.credit_notes(since):
            currency = self._registers.currency(row.customer.currency_id) if row.customer else self._base_currency
            yield posted_credit(row, currency)

    def _settled(self, command: c.AllocateCredit) -> Settled:
        customer = command.customer_id
        return Settled(
            credits={
                key: self._postings.under(key, customer_id=customer, kind=CREDIT_NOTE, fields=EITHER)
                for key in (command.credit_key, *command.credit_keys)
            },
            payment=self._postings.under(command.payment_key, customer_id=customer, kind=PAYMENT, fields=OURS)
            if command.payment_key
            else None,
            invoices={
                key: self._postings.under(key, customer_id=customer, kind=INVOICE, fields=OURS)
                for key in command.invoice_keys
            },
        )
