"""What a person does in Sage 200's screens when a company has no companion. Pure texts.

Every task names the key to type, because Tieout finds the work by it and by nothing else. Menus are
those of Sage's help for Professional; Standard calls Sales Order Processing *Sales Orders* and the
Sales Ledger *Customers*.
"""

from __future__ import annotations

from datetime import date

from tieout.domain import commands as c

_AGAIN = "Then choose Try again: Tieout looks for the {} and goes on."
_SIGN = (
    "Post it with Sales Order Processing > Order Processing > Post Invoices and Credit Notes. Then type {} as its "
    "second reference in Sales Ledger > Adjust Transactions > Amend Details; what Sage has allocated already is not "
    "listed there until you unallocate it (Amend Allocations), so allocate it again afterwards."
)
"""Sage itself puts the document's number there, and lets references be amended only of what is not allocated."""


def receive_task(command: c.ReceiveReturn, number: str) -> str:
    """Confirm the receipt of goods."""
    lines = "; ".join(f"{c.plain(line.quantity)} x {line.sku} into bin {line.bin}" for line in command.lines)
    return (
        "In Sage 200 open Sales Order Processing > Order Processing > Goods Despatched and Received, choose return "
        f"{number}{_of_order(command.order_number)} and confirm its receipt on {_day(command.received_on)} in "
        f"warehouse {command.warehouse}: {lines}. Type {command.key} as the reference. {_AGAIN.format('stock')}"
    )


def credit_task(command: c.PostSopCreditNote, number: str) -> str:
    """Print and post the SOP credit note."""
    lines = "; ".join(
        f"{c.plain(line.quantity)} x {line.sku}: net {line.net.text()}, VAT {line.tax.text()} "
        f"(tax code {line.tax_code}, nominal {line.nominal})"
        for line in command.lines
    )
    return (
        f"In Sage 200 open Sales Order Processing > Document Printing > Print Credit Notes for return "
        f"{number}{_of_order(command.order_number)}, dated {_day(command.on)}: {lines}. {_SIGN.format(command.key)} "
        f"{_AGAIN.format('posting')}"
    )


def write_on_task(command: c.WriteOn) -> str:
    """Add stock."""
    return (
        f"In Sage 200 open Stock Control > Adjustments > Add Stock: {_stock(command)}, nominal {command.nominal}, "
        f"narrative {command.narrative or 'none'}. {_references(command)}"
    )


def invoice_task(command: c.PostSopInvoice) -> str:
    """Print and post the invoice of what was despatched."""
    return (
        f"In Sage 200 open Sales Order Processing > Document Printing > Print Invoices for order "
        f"{command.order_number}, dated {_day(command.on)}: net {command.net.text()}, VAT {command.tax.text()}. "
        f"{_SIGN.format(command.key)} {_AGAIN.format('posting')}"
    )


def write_off_task(command: c.WriteOff) -> str:
    """Write stock off."""
    return (
        f"In Sage 200 open Stock Control > Adjustments > Write Off Stock: {_stock(command)}, write off category "
        f"{command.category}, nominal {command.nominal}, narrative {command.narrative or 'none'}. "
        f"{_references(command)}"
    )


def issue_task(command: c.IssueStock) -> str:
    """Issue stock without an order."""
    return (
        f"In Sage 200 open Stock Control > Issues > Internal Issue: {_stock(command)}, issues nominal "
        f"{command.nominal}, narrative {command.narrative or 'none'}. {_references(command)}"
    )


def journal_task(command: c.PostJournal) -> str:
    """Post a journal."""
    lines = "; ".join(
        f"{'debit' if line.value.minor > 0 else 'credit'} {line.nominal} {abs(line.value).text()}"
        for line in command.lines
        if line.value
    )
    return (
        f"In Sage 200 open Nominal Ledger > Enter Transactions > Journal Entry, dated {_day(command.on)}, narrative "
        f"{command.narrative or 'none'}: {lines}. Type {command.key} as the reference. {_AGAIN.format('journal')}"
    )


def _stock(command: c.WriteOn | c.WriteOff | c.IssueStock) -> str:
    return (
        f"item {command.sku}, quantity {c.plain(command.quantity)}, warehouse {command.warehouse}, "
        f"bin {command.bin}, date {_day(command.on)}"
    )


def _references(command: c.WriteOn | c.WriteOff | c.IssueStock) -> str:
    return (
        f"Type {command.key} as the reference and {command.second_reference or 'nothing'} as the second reference. "
        f"{_AGAIN.format('stock')}"
    )


def _of_order(number: str) -> str:
    return f" (order {number})" if number else ""


def _day(on: date) -> str:
    return on.strftime("%d/%m/%Y")
