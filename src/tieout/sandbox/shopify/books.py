"""What stands in the shop: variants, stock levels, orders, refunds, returns. Money is in whole minor units."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

# Above 2**53: a client that reads ids as floating point numbers comes to grief, as it would in time at Shopify.
FIRST_ID = 9_200_000_000_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Who did something through the API, or nobody."""

    id: int
    title: str
    handle: str


@dataclass(slots=True, kw_only=True)
class Variant:
    """A thing for sale; one product has one variant here."""

    id: int
    product_id: int
    inventory_item_id: int
    sku: str
    title: str
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place that holds stock."""

    id: int
    name: str


@dataclass(slots=True, kw_only=True)
class Level:
    """Stock of one item at one location."""

    id: int
    inventory_item_id: int
    location_id: int
    available: int
    on_hand: int
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StockChange:
    """One quantity that an adjustment moved."""

    name: str
    delta: int
    after: int
    inventory_item_id: int
    location_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentGroup:
    """One stock adjustment, all or nothing."""

    id: int
    created_at: datetime
    reason: str
    reference_document_uri: str | None
    app: App | None
    key: str
    changes: tuple[StockChange, ...]


@dataclass(slots=True, kw_only=True)
class Line:
    """An order line; price is per unit, discount and tax are of the whole line."""

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
    adjustment_id: int
    adjustment: int
    adjustment_reason: str
    transactions: tuple[Transaction, ...]
    shop_return: ShopReturn | None
    agreement_id: int

    @property
    def refunded(self) -> int:
        """Return the money that has really gone back: successful transactions only."""
        return sum(t.amount for t in self.transactions if t.status == "SUCCESS")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """Units of one order line that are to come back."""

    id: int
    fulfilment_line_id: int
    line: Line
    quantity: int
    reason: str


@dataclass(slots=True, kw_only=True)
class ShopReturn:
    """A native return; name is the order's with -R and a number."""

    id: int
    name: str
    order: Order
    status: str
    created_at: datetime
    lines: tuple[ReturnLine, ...]
    app: App | None
    agreement_id: int
    closed_at: datetime | None = None


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
    currency: str
    taxes_included: bool
    lines: list[Line]
    shipping_id: int
    shipping: int
    shipping_tax: int
    agreement_id: int
    fulfilled: bool
    note: str = ""
    tags: tuple[str, ...] = ()
    transactions: list[Transaction] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    returns: list[ShopReturn] = field(default_factory=list)

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
        self.variants: dict[int, Variant] = {}
        self.variants_by_sku: dict[str, Variant] = {}
        self.variants_by_item: dict[int, Variant] = {}
        self.locations: dict[int, Location] = {}
        self.levels: dict[tuple[int, int], Level] = {}
        self.groups: dict[int, AdjustmentGroup] = {}
        self.refunds: dict[int, Refund] = {}
        self.returns: dict[int, ShopReturn] = {}
        self.pending: list[tuple[Order, Transaction]] = []

    def new_id(self) -> int:
        """Return an id that nothing else has."""
        return next(self._ids)

    def order_named(self, name: str) -> Order | None:
        """Find an order by its name, with or without the number sign."""
        return self.orders_by_name.get(name) or self.orders_by_name.get(f"#{name}")


def share(total: int, quantity: int, already: int, done: int, wanted: int) -> int:
    """Return the part of `total` that `wanted` of `quantity` units carry, when `done` units carried `already`.

    Each unit carries the rounded share; whoever takes the last unit takes the remainder, so that the parts
    add back to the whole.
    """
    left = total - already
    if done + wanted >= quantity:
        return left
    unit = int((Decimal(total) / quantity).quantize(Decimal(1), ROUND_HALF_UP))
    return min(unit * wanted, left)


def minor(value: object) -> int:
    """Return an amount such as "24.00" in minor units; ValueError when it is no amount of two places."""
    try:
        pence = Decimal(str(value)) * 100
        whole = int(pence)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"{value!r} is not an amount of money") from error
    if whole != pence:
        raise ValueError(f"{value!r} has more than two decimal places")
    return whole


def major(amount: int) -> str:
    """Write minor units as Shopify does: "24.00"."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def gid(kind: str, number: int) -> str:
    """Return the global id of a thing."""
    return f"gid://shopify/{kind}/{number}"


def number_of(global_id: object, kind: str) -> int:
    """Return the number in a global id of this kind, or 0 when it is none."""
    prefix = f"gid://shopify/{kind}/"
    text = str(global_id)
    tail = text.removeprefix(prefix)
    return int(tail) if text.startswith(prefix) and tail.isdecimal() else 0
