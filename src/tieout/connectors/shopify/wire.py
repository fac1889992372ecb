"""Shopify's own shapes. Unknown fields are ignored; figures arrive as text or exact decimals, never as floats."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer


def _as_text(value: object) -> object:
    return "" if value is None else value


def _exact(value: object) -> object:
    assert not isinstance(value, float), "a figure was read as a float on its way here"
    return value


Text = Annotated[str, BeforeValidator(_as_text)]
Figure = Annotated[Decimal, BeforeValidator(_exact)]
NodeT = TypeVar("NodeT")


class Shape(BaseModel):
    """What all shapes have in common."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class PageEndShape(Shape):
    """Whether more follows, and from where."""

    has_next_page: bool
    end_cursor: Text = ""


class PageShape(Shape, Generic[NodeT]):
    """One page of a connection."""

    page_info: PageEndShape
    nodes: tuple[NodeT, ...]


class IdShape(Shape):
    """A reference to something by its gid."""

    id: str


class AmountShape(Shape):
    """An amount with its currency."""

    amount: Figure
    currency_code: str


class MoneyShape(Shape):
    """Only the shop's own money is read: presentment amounts are never mixed in."""

    shop_money: AmountShape


class TaxLineShape(Shape):
    """One tax on a line; `rate` is a fraction."""

    rate: Figure | None = None
    price_set: MoneyShape


class AllocationShape(Shape):
    """A line's share of one discount, whatever level and kind the discount is of."""

    allocated_amount_set: MoneyShape


class LineGroupShape(Shape):
    """The bundle that Shopify took apart into this line and others; its stock code is that of the bundle."""

    title: Text = ""
    variant_sku: Text = ""


class LineShape(Shape):
    """An order line; its price and its quantity are those before refunds and removals."""

    id: str
    sku: Text = ""
    title: Text = ""
    quantity: int
    refundable_quantity: int
    is_gift_card: bool = False
    line_item_group: LineGroupShape | None = None
    original_unit_price_set: MoneyShape
    discount_allocations: tuple[AllocationShape, ...] = ()
    tax_lines: tuple[TaxLineShape, ...] = ()


class TransactionShape(Shape):
    """A movement of money on an order."""

    id: str
    kind: str
    status: str
    gateway: Text = ""
    amount_set: MoneyShape
    parent_transaction: IdShape | None = None


class NameShape(Shape):
    """Somebody or something known by a name."""

    name: Text = ""


class NamedShape(Shape):
    """A reference to something by its gid and its name."""

    id: str
    name: Text = ""


class SoldLineShape(Shape):
    """The order line that is given money back for."""

    id: str
    sku: Text = ""


class RefundLineShape(Shape):
    """Units of an order line in a refund."""

    line_item: SoldLineShape
    quantity: int
    restocked: bool
    subtotal_set: MoneyShape
    total_tax_set: MoneyShape


class RefundPostageShape(Shape):
    """Postage in a refund."""

    subtotal_amount_set: MoneyShape
    tax_amount_set: MoneyShape


class RefundShape(Shape):
    """A refund record."""

    id: str
    created_at: AwareDatetime | None = None
    note: Text = ""
    staff_member: NameShape | None = None
    belongs_to: NamedShape | None = Field(default=None, alias="return")
    refund_line_items: PageShape[RefundLineShape]
    refund_shipping_lines: PageShape[RefundPostageShape]
    transactions: PageShape[TransactionShape]


class AppShape(Shape):
    """The app behind an agreement."""

    title: Text = ""


class AgreementShape(Shape):
    """An entry of Shopify's own ledger of an order; `refund` only on those that are refunds."""

    id: str
    app: AppShape | None = None
    refund: IdShape | None = None
    belongs_to: IdShape | None = Field(default=None, alias="return")


class OrderMoneyShape(Shape):
    """The money on an order: what was taken and what went back."""

    id: str
    name: str
    taxes_included: bool
    currency_code: str
    presentment_currency_code: str
    transactions: tuple[TransactionShape, ...] = ()
    refunds: tuple[RefundShape, ...] = ()
    agreements: PageShape[AgreementShape]


class AddressShape(Shape):
    """Where an order goes."""

    name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    province: Text = ""
    zip: Text = ""
    country_code: Text = Field(default="", alias="countryCodeV2")
    phone: Text = ""


class PostageShape(Shape):
    """A way of delivery with what it was charged at."""

    discounted_price_set: MoneyShape
    tax_lines: tuple[TaxLineShape, ...] = ()


class PostageListShape(Shape):
    """The ways of delivery of an order."""

    nodes: tuple[PostageShape, ...] = ()


class OrderShape(OrderMoneyShape):
    """An order with its lines."""

    created_at: AwareDatetime
    email: Text = ""
    source_name: Text = ""
    tags: tuple[str, ...] = ()
    note: Text = ""
    return_status: Text = ""
    app: NameShape | None = None
    shipping_address: AddressShape | None = None
    shipping_lines: PostageListShape
    total_price_set: MoneyShape
    line_items: PageShape[LineShape]


class OrderNameShape(Shape):
    """An order as a search names it."""

    id: str
    name: str


class OrderChangedShape(OrderNameShape):
    """An order as the sweep reads it."""

    refunds: tuple[IdShape, ...] = ()


class VariantShape(Shape):
    """What is sold under a stock code."""

    id: str
    sku: Text = ""
    inventory_item: IdShape


class LocationShape(Shape):
    """A place that holds stock."""

    id: str
    name: Text = ""


class ItemShape(Shape):
    """A stock item."""

    id: str
    sku: Text = ""


class ChangeShape(Shape):
    """One change of one quantity."""

    name: str
    delta: int
    item: ItemShape | None = None
    location: LocationShape | None = None


class GroupShape(Shape):
    """What an adjustment changed, as the inventory history has it."""

    id: str
    reason: Text = ""
    reference_document_uri: Text = ""
    changes: tuple[ChangeShape, ...] = Field(default=())


ShapeT = TypeVar("ShapeT", bound=Shape)


def read_as(shape: type[ShapeT], value: Json, what: str) -> ShapeT:
    """The answer in its shape; BadAnswer names the places that do not fit and quotes none of it."""
    try:
        return shape.model_validate(value)
    except ValidationError as failure:
        places = sorted({".".join(str(step) for step in error["loc"]) for error in failure.errors()})
        raise BadAnswer(f"Shopify's {what} does not read as documented at: {', '.join(places)}") from None


def moment(text: str) -> datetime | None:
    """A time with its offset; None when the text is empty or no such time."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at if at.tzinfo else None
