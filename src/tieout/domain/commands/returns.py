"""Sales returns: raised, received, credited, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tieout.domain.commands.base import Command, Figures, summed
from tieout.domain.commands.ledger import CreditLine, document_figures
from tieout.domain.commands.stock import stock_figures
from tieout.domain.documents.sales_order import Nominal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """A line of a pending sales return."""

    order_line: str
    sku: str
    quantity: Decimal
    unit_price: Decimal
    """Net, as invoiced."""
    tax_code: str
    warehouse: str
    nominal: Nominal


@dataclass(frozen=True, slots=True, kw_only=True)
class BinLine:
    """A quantity of one stock item into one bin, for one line of the pending return."""

    order_line: str
    sku: str
    quantity: Decimal
    bin: str
    nominal: Nominal
    """With the order line it names the return's line: one order line may come back for several reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseReturn(Command):
    """Raise the pending sales return: no stock effect, no ledger effect.

    The key goes into the customer document number.
    """

    kind: Literal["raise_return"] = "raise_return"
    customer_id: str
    order_number: str
    rma: str
    reason: str
    raised_on: date
    lines: tuple[ReturnLine, ...]

    def figures(self) -> Figures:
        """Customer, and quantity by stock item."""
        return return_figures(self.customer_id, [(line.sku, line.quantity) for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReturn(Command):
    """Cancel what is not yet received of the pending return raised under `return_key`."""

    kind: Literal["cancel_return"] = "cancel_return"
    return_key: str

    def figures(self) -> Figures:
        """Nothing is left to receive."""
        return {"open_quantity": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReturn(Command):
    """Confirm receipt on the return raised under `return_key`: stock rises in the receiving bins."""

    kind: Literal["receive_return"] = "receive_return"
    return_key: str
    order_number: str
    received_on: date
    warehouse: str
    lines: tuple[BinLine, ...]

    def figures(self) -> Figures:
        """Quantity by stock item, warehouse and bin."""
        return stock_figures([(line.sku, self.warehouse, line.bin, line.quantity) for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSopCreditNote(Command):
    """Print and post the SOP credit note for received goods: the key goes into its second reference."""

    kind: Literal["post_sop_credit_note"] = "post_sop_credit_note"
    return_key: str
    customer_id: str
    order_number: str
    on: date
    narrative: str
    lines: tuple[CreditLine, ...]

    def figures(self) -> Figures:
        """Customer, date, net, VAT by code, net by nominal."""
        return document_figures(self.customer_id, self.on, self.lines)


def return_figures(customer_id: str, lines: Sequence[tuple[str, Decimal]]) -> Figures:
    """Figures of a pending return from (stock code, quantity) pairs."""
    return {"customer": customer_id, **summed([(f"quantity {sku}", quantity) for sku, quantity in lines])}
