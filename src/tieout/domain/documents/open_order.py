"""A sales order in Sage as it stands before and while its goods leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from tieout.domain.documents.address import PostalAddress
from tieout.domain.money import Money

LineClass = Literal["standard", "free_text", "charge", "comment"]
"""Sage's line types (`EnumLineType...`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """One line of an order. Quantities are in selling units, as Sage shows them on the order."""

    line_id: str
    number: int
    """Its place on the order, from 1."""
    line_class: LineClass
    sku: str
    """Empty for free text, charges and comments."""
    description: str
    quantity: Decimal
    allocated: Decimal
    """Allocated and not yet despatched."""
    despatched: Decimal
    invoiced: Decimal
    stock_units: Decimal
    """How many stock units one selling unit is: 12 where a case of 12 is sold of an item kept singly."""
    unit: str
    """Sage's name of the selling unit; empty where it does not say."""
    unit_price: Decimal
    """Net of tax, in selling units, up to five decimals."""
    net: Money
    """The whole line, net of tax."""
    warehouse: str
    is_stocked: bool
    """Whether Sage keeps stock of it: false for service, labour and miscellaneous items, and for lines of no item."""
    is_traceable: bool = False
    """Whether a despatch must name batches or serial numbers."""
    needs_despatch: bool = True
    """Whether Sage wants its leaving confirmed at all; a charge or free text may be billed without."""

    @property
    def open(self) -> Decimal:
        """What has not left, in selling units; never negative, and nothing of what need not be confirmed."""
        return max(self.quantity - self.despatched, Decimal(0)) if self.needs_despatch else Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """An order with all that releasing and despatching it depends on."""

    order_id: str
    number: str
    channel_reference: str
    customer_id: str
    customer_reference: str
    customer_is_on_hold: bool
    currency: str
    ordered_on: date
    requested_on: date | None
    status: Literal["live", "on_hold", "complete", "cancelled", "other"]
    status_text: str
    """Sage's own word."""
    lines: tuple[OpenLine, ...]
    net: Money
    tax: Money
    paid: Money | None
    """Money that came with the order; None where Sage does not say."""
    deliver_to: PostalAddress
    analysis: tuple[tuple[int, str], ...] = ()
    """Analysis codes as (number, text), those that are not empty."""
    changed_at: datetime | None = None
    changed_by: str = ""
    """Who last changed it, as Sage names them."""

    @property
    def stands_at(self) -> str:
        """Its status as people say it; Sage's own word where it is a rare one."""
        return self.status_text if self.status == "other" else self.status.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedLine:
    """Goods that an order in Sage still has to give, in stock units; of one line."""

    number: str
    channel_reference: str
    sku: str
    warehouse: str
    open: Decimal
    """Ordered and not despatched; never negative."""
    allocated: Decimal
    """Of it allocated."""
