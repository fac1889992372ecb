"""Sales orders: entered, amended, allocated, cancelled, despatched, invoiced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from tieout.domain.commands.base import Command, Figures, plain, summed
from tieout.domain.commands.stock import BatchQuantity
from tieout.domain.documents.address import PostalAddress
from tieout.domain.documents.sales_order import Nominal
from tieout.domain.money import Money

LineKind = Literal["standard", "free_text", "charge", "comment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """A line to enter. What is left None is Sage's choice: its price, the item's tax code, nominal, warehouse."""

    kind: LineKind = "standard"
    sku: str = ""
    """Of a standard line; of a charge its charge code."""
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    """Net, in selling units, up to five decimals; 0 for an exchange sent free of charge."""
    discount_percent: Decimal | None = None
    tax_code: str | None = None
    nominal: Nominal | None = None
    warehouse: str | None = None
    allocate: Decimal = Decimal(0)
    """How much of it is to be allocated on entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPayment:
    """Money that came with the order."""

    method: str
    """Sage's payment method by its name."""
    amount: Money
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterOrder(Command):
    """Enter a sales order: the key goes into an analysis code, the channel's number into the customer's number."""

    kind: Literal["enter_order"] = "enter_order"
    customer_id: str
    channel_reference: str
    on: date
    lines: tuple[EntryLine, ...]
    net: Money | None = None
    tax: Money | None = None
    """The channel's totals, to be met to the penny; None where Sage's own prices are wanted."""
    delivery: PostalAddress | None = None
    requested: date | None = None
    analysis: tuple[tuple[int, str], ...] = ()
    """Further analysis codes as (number, text)."""
    payment: OrderPayment | None = None
    override_on_hold: bool = False

    def figures(self) -> Figures:
        """Customer, channel number, quantity by stock item, the totals where they are known, what came with it."""
        sold = [(f"quantity {line.sku}", line.quantity) for line in self.lines if line.kind == "standard"]
        paid = self.payment.amount if self.payment else None
        known = (("net", self.net), ("tax", self.tax), ("paid", paid))
        totals = {name: str(amount.minor) for name, amount in known if amount is not None}
        return {"customer": self.customer_id, "channel": self.channel_reference, **summed(sold), **totals}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAmendment:
    """What an order line becomes: a quantity, or nothing when it is removed."""

    order_line: str
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendOrder(Command):
    """Set quantities of order lines; 0 removes what is not despatched. Absolute, so that doing it twice is harmless.

    Sage applies the lines one by one and stops at the first that it refuses (section 2.5).
    """

    kind: Literal["amend_order"] = "amend_order"
    order_number: str
    lines: tuple[LineAmendment, ...]

    def figures(self) -> Figures:
        """Quantity by order line."""
        return {f"line {line.order_line}": plain(line.quantity) for line in self.lines}


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocateOrder(Command):
    """Allocate stock to order lines, so much in all of what is not yet despatched."""

    kind: Literal["allocate_order"] = "allocate_order"
    order_number: str
    lines: tuple[LineAmendment, ...]
    """`quantity` is what shall stand allocated."""

    def figures(self) -> Figures:
        """Allocated quantity by order line."""
        return {f"allocated {line.order_line}": plain(line.quantity) for line in self.lines}


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(Command):
    """Cancel what is not yet despatched of an order."""

    kind: Literal["cancel_order"] = "cancel_order"
    order_number: str

    def figures(self) -> Figures:
        """Nothing is left to despatch."""
        return {"open_quantity": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DespatchLine:
    """What left of one order line."""

    order_line: str
    sku: str
    quantity: Decimal
    """In selling units, as on the order; the connector converts to stock units."""
    despatched_before: Decimal
    """What was despatched of the line when this was decided: where Sage keeps no tracking it proves the despatch."""
    bins: tuple[tuple[str, Decimal], ...] = ()
    """(bin, quantity) where the goods left from several bins, in stock units; empty for Sage's choice."""
    batches: tuple[BatchQuantity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Despatch(Command):
    """Confirm a despatch: stock and allocation fall. The key goes into the notes of its tracking record."""

    kind: Literal["despatch"] = "despatch"
    order_number: str
    on: date
    lines: tuple[DespatchLine, ...]
    courier: str = ""
    consignment: str = ""
    parcels: int = 1
    weight: Decimal | None = None
    note: str = ""

    def figures(self) -> Figures:
        """Order, and quantity by order line."""
        return {"order": self.order_number, **summed([(f"line {x.order_line}", x.quantity) for x in self.lines])}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSopInvoice(Command):
    """Print and post the invoice of what is despatched and not yet invoiced.

    Sage puts the order's number into an invoice's second reference, so the companion remembers the invoice's number
    under the key; a person who prints it types the key there, where Sage lets them.
    """

    kind: Literal["post_sop_invoice"] = "post_sop_invoice"
    order_number: str
    customer_id: str
    on: date
    net: Money
    tax: Money

    def figures(self) -> Figures:
        """Customer, date, net and VAT."""
        on = self.on.isoformat()
        return {"customer": self.customer_id, "on": on, "net": str(self.net.minor), "tax": str(self.tax.minor)}
