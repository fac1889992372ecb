"""A storefront order with its refunds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tieout.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopLine:
    """One line of a storefront order."""

    line_id: str
    """Digits only."""
    sku: str
    quantity: int
    refundable: int
    gross: Money
    """The whole line after discounts, tax included, in shop currency."""
    tax: Money
    tax_rate: Decimal
    """Percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRefund:
    """One refund record of the storefront."""

    refund_id: str
    """Digits only."""
    order_id: str
    order_name: str
    made_at: datetime
    amount: Money
    """Everything refunded by it, settled and pending, in shop currency."""
    is_settled: bool
    """False while the payment provider has not confirmed."""
    has_failed: bool
    note: str
    app: str
    """The app that made it; empty for a person in the admin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOrder:
    """A storefront order."""

    order_id: str
    """Digits only."""
    name: str
    currency: str
    presentment_currency: str
    gateway: str
    """The payment gateway that took the money; empty when nothing was taken."""
    total: Money
    lines: tuple[ShopLine, ...]
    refunds: tuple[ShopRefund, ...]
