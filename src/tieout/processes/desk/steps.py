"""What a command will do, as people read it: what it is called, how much it moves, and the fields it fills in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from tieout.domain.command_legs import leg_name, weight_of
from tieout.domain.commands import AnyCommand, plain
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money

TITLES: Final[Mapping[str, str]] = {
    "raise_return": "Raise the sales return",
    "cancel_return": "Cancel what will not come back on the sales return",
    "receive_return": "Book the goods in on the sales return",
    "post_sop_credit_note": "Print and post the credit note of the sales return",
    "write_on": "Add the goods to stock",
    "write_off": "Write the goods off",
    "issue_stock": "Issue the goods from stock",
    "move_stock": "Move the goods to their bin",
    "count_stock": "Set the bins to what was counted",
    "raise_credit_note": "Post a credit note to the sales ledger",
    "raise_invoice": "Post an invoice to the sales ledger",
    "post_refund_payment": "Post the refund as a sales payment",
    "post_receipt": "Post a sales receipt",
    "allocate_credit": "Allocate the payment to the credit note",
    "allocate_postings": "Allocate the postings to each other",
    "enter_order": "Enter the exchange order",
    "amend_order": "Change quantities of the order",
    "allocate_order": "Allocate stock to the order",
    "cancel_order": "Cancel what is not despatched of the order",
    "despatch": "Despatch the order",
    "post_sop_invoice": "Print and post the order's invoice",
    "refund": "Refund the customer in the shop",
    "raise_availability": "Offer the goods for sale again in the shop",
    "release_outcome": "Let the portal give the customer what was agreed",
    "mark_done": "Finish the return at the portal",
}
"""Every command of the returns' flow in the trade's words; others are told by their own names."""
_HIDDEN: Final = frozenset({"key", "batch", "units", "kind", "customer_id", "order_id", "return_key", "ordinals"})
_LABELS: Final[Mapping[str, str]] = {
    "on": "Date",
    "raised_on": "Date",
    "received_on": "Date",
    "rma": "RMA",
    "order_number": "Sales order",
    "second_reference": "Second reference",
    "credit_key": "Credit note's reference",
    "payment_key": "Payment's reference",
    "credit_keys": "Further credit notes",
    "invoice_keys": "Fee invoices",
    "sku": "Stock code",
    "note": "Note in the shop",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One command for people."""

    command: str
    title: str
    account: str
    """The account it goes to."""
    system: str
    """sage, storefront or portal."""
    reference: str
    """What Tieout writes into the system, to find it there again."""
    amount: Money | None
    quantity: Decimal | None
    fields: Sequence[tuple[str, str]]
    lines: Sequence[str]


def step_of(command: AnyCommand, account: str, system: str) -> PlannedStep:
    """A command as people read it."""
    named = leg_name(command)
    amount, quantity = weight_of(command, command.figures())
    return PlannedStep(
        command=command.kind,
        title=TITLES.get(command.kind, command.kind.replace("_", " ").capitalize()),
        account=account,
        system=named[0] if named is not None else system,
        reference=command.key,
        amount=amount,
        quantity=quantity,
        fields=tuple(_fields(command)),
        lines=tuple(_lines(command)),
    )


def _fields(command: AnyCommand) -> Iterator[tuple[str, str]]:
    for field in fields(command):
        value = getattr(command, field.name)
        is_list = isinstance(value, tuple) and any(is_dataclass(one) for one in value)
        if field.name in _HIDDEN or is_list or value in {None, "", ()}:
            continue
        if is_dataclass(value) and not isinstance(value, Money | Nominal):
            continue
        yield _LABELS.get(field.name, field.name.replace("_", " ").capitalize()), _said(value)


def _lines(command: AnyCommand) -> Iterator[str]:
    for field in fields(command):
        value = getattr(command, field.name)
        if isinstance(value, tuple):
            yield from (_line(one) for one in value if is_dataclass(one))


def _line(line: Any) -> str:  # noqa: ANN401 - a line of any command
    """`2 of MUG: net GBP 20.00, tax GBP 4.00, tax code 1, nominal 4010`."""
    cells = {field.name: getattr(line, field.name) for field in fields(line) if field.name not in _HIDDEN}
    quantity, sku = cells.pop("quantity", None), cells.pop("sku", "") or cells.pop("shop_line", "")
    cells.pop("order_line", None)
    head = " of ".join(part for part in (_said(quantity) if quantity is not None else "", str(sku)) if part)
    rest = ", ".join(
        f"{name.replace('_', ' ')} {_said(value)}" for name, value in cells.items() if value not in {None, ""}
    )
    return f"{head}: {rest}" if rest and head else head or rest


def _said(value: object) -> str:
    match value:
        case datetime() | date():
            return f"{value.day} {value:%b %Y}"
        case Decimal():
            return plain(value)
        case tuple():
            return ", ".join(_said(one) for one in value)
        case _:
            return str(value)
