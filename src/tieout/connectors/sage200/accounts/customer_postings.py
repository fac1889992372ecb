"""Invoices, receipts and allocations of customers in Sage 200: all native, and proved by reading them back."""

from __future__ import annotations

from tieout.connectors.sage200.accounts.bodies_ledger import (
    customer_receipt_body,
    invoice_body,
    postings_allocation_body,
)
from tieout.connectors.sage200.accounts.postings import OURS, Postings
from tieout.connectors.sage200.accounts.translate_ledger import (
    RECEIPT,
    allocated_found,
    allocation_problems,
    invoice_found,
)
from tieout.connectors.sage200.client import Client
from tieout.connectors.sage200.limits import refuse_over_long
from tieout.connectors.sage200.registers import Registers
from tieout.connectors.sage200.translate import INVOICE, payment_found
from tieout.connectors.sage200.wire import PostedShape
from tieout.domain import commands as c
from tieout.ports.errors import Refused


class SageCustomerPostings:
    """Implements `CustomerPostings`."""

    def __init__(self, client: Client, registers: Registers, postings: Postings) -> None:
        self._client = client
        self._registers = registers
        self._postings = postings

    def find_invoice(self, command: c.RaiseInvoice) -> c.Found | None:
        """The ledger invoice that carries the key, as posted."""
        row = self._postings.under(command.key, customer_id=command.customer_id, kind=INVOICE, fields=OURS)
        return invoice_found(row, command.lines[0].net.currency) if row else None

    def raise_invoice(self, command: c.RaiseInvoice) -> None:
        """Post it. Sage posts at once and answers a URN only; nothing of the answer is believed."""
        if not command.lines:
            raise Refused(f"invoice {command.key} has no lines")
        self._registers.refuse_other_customer_currency(command.customer_id, command.lines[0].net.currency)
        taxes = {line.tax_code: self._registers.tax_id(line.tax_code) for line in command.lines}
        body = invoice_body(command, taxes)
        refuse_over_long("sales_invoice", body)
        self._client.write("POST", "/sales_invoices", body)

    def find_receipt_posting(self, command: c.PostReceipt) -> c.Found | None:
        """The sales receipt that carries the key; the ledger's negative amount turned positive (6.3)."""
        row = self._postings.under(command.key, customer_id=command.customer_id, kind=RECEIPT, fields=OURS)
        return payment_found(row, command.amount.currency) if row else None

    def post_receipt(self, command: c.PostReceipt) -> None:
        """Post it into the bank, which must be kept in the customer's currency."""
        self._registers.refuse_other_customer_currency(command.customer_id, command.amount.currency)
        self._registers.refuse_other_bank_currency(command.bank, command.amount.currency)
        body = customer_receipt_body(command, self._registers.bank_id(command.bank))
        refuse_over_long("sales_receipt", body)
        self._client.write("POST", "/sales_receipts", body)

    def find_allocated_postings(self, command: c.AllocatePostings) -> c.Found | None:
        """What is outstanding on every posting, archived ones too; None while nothing has changed."""
        return allocated_found(command, self._rows(command))

    def allocate_postings(self, command: c.AllocatePostings) -> None:
        """Allocate them to each other; Refused, naming every reason, before anything is sent."""
        if command.sides:
            self._registers.refuse_other_customer_currency(command.customer_id, command.sides[0].value.currency)
        rows = self._rows(command)
        problems = allocation_problems(command, rows)
        if problems:
            raise Refused(f"Nothing was allocated: {'; '.join(problems)}.")
        body = postings_allocation_body(command, {urn: row.id for urn, row in rows.items()})
        refuse_over_long("sales_allocation", body)
        self._client.write("POST", "/sales_allocations", body)

    def _rows(self, command: c.AllocatePostings) -> dict[str, PostedShape]:
        urns = [side.urn for side in command.sides]
        strange = [urn for urn in urns if not (urn.isascii() and urn.isdigit())]
        if strange:
            raise Refused(f"no URN of the sales ledger: {', '.join(strange)}")
        return self._postings.by_urn(command.customer_id, urns)
