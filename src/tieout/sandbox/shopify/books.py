"""What stands in the shop: orders, refunds, returns, drafts. Money is in whole minor units of the shop's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from tieout.sandbox.shopify.figures import Currencies, gid, major, minor, number_of, proportion, share
from tieout.sandbox.shopify.fulfilment_books import Fulfilment
from tieout.sandbox.shopify.return_books import Processing, ReturnLine, ShopReturn
from tieout.sandbox.shopify.stock import AdjustmentGroup, App, Level, Location, Variant

__all__ = [
    "Address",
    "App",
    "Books",
    "Currencies",
    "Customer",
    "Draft",
    "Line",
    "LineGroup",
    "Order",
    "OrderEdit",
    "Refund",
    "RefundLine",
    "ReturnLine",
    "ShopReturn",
    "Transaction",
    "Variant",
    "gid",
    "major",
    "minor",
    "number_of",
    "proportion",
    "share",
]

# Above 2**53: a client that reads ids as floating point numbers comes to grief, as it would in time at Shopify.
FIRST_ID = 9_200_000_000_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where goods are sent."""

    id: int
    name: str
    address1: str
    address2: str
    city: str
    province: str
    zip: str
    country_code: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGroup:
    """A bundle that was bought; its components are the order's lines and carry the prices."""

    id: int
    title: str
    sku: str
    quantity: int


@dataclass(slots=True, kw_only=True)
class Line:
    """An order line; price is per unit, discount and tax are of the whole line. `reserved` units are committed."""

    id: int
    sku: str
    title: str
    quantity: int
    price: int
    discount: int
    tax: int
    tax_rate: Decimal
    order_level_discount: bool
    variant: Variant | None
    fulfilment_line_id: int
    gift_card: bool = False
    group: LineGroup | None = None
    reserved: int = 0
    returned_quantity: int = 0
    refunded_quantity: int = 0
    refunded_subtotal: int = 0
    refunded_tax: int = 0

    @property
    def net_of_discount(self) -> int:
        """Return the line's value after discounts, with tax inside exactly if the order says so."""
        return self.price * self.quantity - self.discount

    @property
    def refundable_quantity(self) -> int:
        """Return how many units may still be refunded."""
        return self.quantity - self.refunded_quantity

    @property
    def current_quantity(self) -> int:
        """Return how many units the customer still has: neither refunded nor taken back by a processed return."""
        return max(self.refundable_quantity - self.returned_quantity, 0)


@dataclass(slots=True, kw_only=True)
class Transaction:
    """Money on its way or arrived; status is Shopify's word in capitals."""

    id: int
    kind: str
    status: str
    gateway: str
    amount: int
    created_at: datetime
    parent: Transaction | None = None
    settles_at: datetime | None = None
    settles_as: str = "SUCCESS"
    settled_at: datetime | None = None
    rounding: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """Units of one order line that a refund gives back; amounts are of all the units."""

    id: int
    line: Line
    quantity: int
    restock_type: str
    location_id: int | None
    subtotal: int
    tax: int


@dataclass(slots=True, kw_only=True)
class Refund:
    """A refund; the money has moved only in so far as its transactions succeeded."""

    id: int
    order: Order
    created_at: datetime
    note: str
    app: App | None
    staff: str
    key: str
    lines: tuple[RefundLine, ...]
    shipping: int
    shipping_tax: int
    shipping_id: int
    adjustment_id: int
    adjustment: int
    adjustment_reason: str
    transactions: tuple[Transaction, ...]
    shop_return: ShopReturn | None
    agreement_id: int
    processing: Processing | None = None

    @property
    def refunded(self) -> int:
        """Return the money that has really gone back: successful transactions only."""
        return sum(t.amount for t in self.transactions if t.status == "SUCCESS")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEdit:
    """Lines that were added to an order after the sale."""

    agreement_id: int
    at: datetime
    app: App | None
    lines: tuple[Line, ...]


@dataclass(slots=True, kw_only=True)
class Draft:
    """A draft order: the body of the order that it becomes, in the form that is loaded."""

    id: int
    name: str
    body: Mapping[str, Any]
    created_at: datetime
    order: Order | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who bought."""

    id: int
    email: str
    first_name: str
    last_name: str


@dataclass(slots=True, kw_only=True)
class Order:
    """A sale; everything that happens to it later hangs on it."""

    id: int
    number: int
    name: str
    created_at: datetime
    updated_at: datetime
    customer: Customer
    currencies: Currencies
    taxes_included: bool
    lines: list[Line]
    shipping_id: int
    shipping: int
    shipping_tax: int
    agreement_id: int
    fulfilled: bool
    note: str = ""
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    app: App | None = None
    source_name: str = "web"
    source_identifier: str = ""
    shipping_address: Address | None = None
    retail_location: Location | None = None
    location_id: int | None = None
    cancelled_at: datetime | None = None
    edits: list[OrderEdit] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    returns: list[ShopReturn] = field(default_factory=list)
    fulfilments: list[Fulfilment] = field(default_factory=list)
    metafields: dict[tuple[str, str], tuple[int, str, str]] = field(default_factory=dict)
    """Number, type and value by namespace and key."""

    @property
    def currency(self) -> str:
        """Return the shop's currency, in which all amounts are kept."""
        return self.currencies.shop

    @property
    def line_tax(self) -> int:
        """Return the tax of all lines."""
        return sum(line.tax for line in self.lines)

    @property
    def subtotal(self) -> int:
        """Return the lines after discounts, before shipping, taxed as the order is."""
        return sum(line.net_of_discount for line in self.lines)

    @property
    def total(self) -> int:
        """Return what the customer was to pay."""
        bare = self.subtotal + self.shipping
        return bare if self.taxes_included else bare + self.line_tax + self.shipping_tax

    @property
    def current_total(self) -> int:
        """Return what is left of the total: less money sent back and goods that paid for new lines and fees."""
        gone = sum(r.refunded for r in self.refunds)
        return self.total + sum(r.fees_charged - r.netted for r in self.returns) - gone

    @property
    def owed(self) -> int:
        """Return what the customer still has to pay, as after an exchange for something dearer."""
        return max(self.current_total - self.received + sum(r.refunded for r in self.refunds), 0)

    @property
    def received(self) -> int:
        """Return the money that came in."""
        return sum(t.amount for t in self.transactions if t.kind == "SALE" and t.status == "SUCCESS")

    @property
    def promised_back(self) -> int:
        """Return the money that has gone back or is on its way back."""
        return sum(
            t.amount for refund in self.refunds for t in refund.transactions if t.status in {"SUCCESS", "PENDING"}
        )


class Books:
    """All that the shop knows, with the indices that its API searches by."""

    def __init__(self) -> None:
        self._ids = count(FIRST_ID)
        self.orders: dict[int, Order] = {}
        self.orders_by_name: dict[str, Order] = {}
        self.addresses: dict[int, Address] = {}
        self.variants: dict[int, Variant] = {}
        self.variants_by_sku: dict[str, Variant] = {}
        self.variants_by_item: dict[int, Variant] = {}
        self.locations: dict[int, Location] = {}
        self.levels: dict[tuple[int, int], Level] = {}
        self.groups: dict[int, AdjustmentGroup] = {}
        self.refunds: dict[int, Refund] = {}
        self.fulfilments: dict[int, Fulfilment] = {}
        self.returns: dict[int, ShopReturn] = {}
        self.returns_by_name: dict[str, ShopReturn] = {}
        self.drafts: dict[int, Draft] = {}
        self.pending: list[tuple[Order, Transaction]] = []

    def new_id(self) -> int:
        """Return an id that nothing else has."""
        return next(self._ids)

    def order_named(self, name: str) -> Order | None:
        """Find an order by its name, with or without the number sign."""
        return self.orders_by_name.get(name) or self.orders_by_name.get(f"#{name}")

    def return_named(self, name: str) -> ShopReturn | None:
        """Find a return by its name, with or without the number sign."""
        return self.returns_by_name.get(name) or self.returns_by_name.get(f"#{name}")
