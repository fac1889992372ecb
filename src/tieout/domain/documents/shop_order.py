"""A storefront order with its refunds, and with what left on exchanges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from tieout.domain.documents.address import PostalAddress
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
    bundle_sku: str = ""
    """The stock code of the bundle that the storefront took apart into this line and others; empty for none."""
    is_gift_card: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRefundLine:
    """Units of one order line in a refund."""

    line_id: str
    """Digits only."""
    sku: str
    quantity: int
    gross: Money
    """What is given for them, tax included, in shop currency."""
    is_restocked: bool


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
    lines: tuple[ShopRefundLine, ...] = ()
    shipping: Money | None = None
    """What of it is postage, tax included; None for nothing."""
    staff: str = ""
    """The person behind it, where the storefront says."""
    return_name: str = ""
    """The storefront's own return that it belongs to; empty for none."""
    transactions: tuple[str, ...] = ()
    """The movements of money behind it, digits only: what the payment provider's balance names."""


ExchangeShape = Literal["order", "return", "till"]
"""A separate order; exchange lines of a return on the same order; new lines that a till put on the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopExchangeLine:
    """Goods that leave in exchange."""

    sku: str
    quantity: int
    gross: Money
    """What the whole line is charged at after discounts, tax included, in shop currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopExchange:
    """An exchange as the storefront shows it."""

    name: str
    """The exchange order's name, or the return's on the same order: what Sage's order will carry."""
    shape: ExchangeShape
    lines: tuple[ShopExchangeLine, ...]
    is_released: bool
    """Whether the goods may leave: the order stands, or the return is processed."""
    is_fulfilled: bool = False
    """Whether the goods have left already, as over a counter."""


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
    """Those sold; lines that an exchange added stand in `exchanges`."""
    refunds: tuple[ShopRefund, ...]
    exchanges: tuple[ShopExchange, ...] = ()
    """On this order itself: the shapes `return` and `till`."""
    delivery: PostalAddress | None = None
    customer_email: str = ""
    ordered_at: datetime | None = None
    shipping: Money | None = None
    """Postage charged, tax included; None when not known."""
    app: str = ""
    """The app that made the order; empty where the storefront names none."""
    source: str = ""
    """The storefront's own word for the channel: `web`, `pos`."""
    tags: tuple[str, ...] = ()
    note: str = ""
