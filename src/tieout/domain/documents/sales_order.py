"""A sales order in Sage, with what was despatched and what was invoiced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tieout.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominal:
    """Where a posting goes: account, cost centre, department."""

    account: str
    cost_centre: str = ""
    department: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.account, self.cost_centre, self.department) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line; values are those invoiced, after every discount."""

    line_id: str
    sku: str
    description: str
    quantity: Decimal
    despatched: Decimal
    invoiced: Decimal
    unit_price: Decimal
    """Net of tax and of discount, up to five decimals, as invoiced."""
    net: Money
    """The whole line as invoiced, net of tax."""
    tax: Money
    tax_code: str
    tax_rate: Decimal
    """Percent at the time of supply: 17.5, 20."""
    nominal: Nominal
    warehouse: str
    is_goods: bool = True
    """False for charges, free text and comments: an order's discount, its postage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedInvoice:
    """An invoice of the order as it stands in the sales ledger."""

    posting_id: str
    number: str
    posted_on: date
    net: Money
    tax: Money
    outstanding: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrder:
    """A sales order with its invoices."""

    order_id: str
    number: str
    channel_reference: str
    customer_id: str
    customer_reference: str
    currency: str
    ordered_on: date
    is_cancelled: bool
    lines: tuple[OrderLine, ...]
    invoices: tuple[PostedInvoice, ...]
    is_on_hold: bool = False
    is_historical: bool = False
    """Not found in Sage any more: told from the storefront's order, or as Sage told it to an earlier return."""
