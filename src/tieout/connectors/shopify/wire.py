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


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class PageEndShape(_Shape):
    """Whether more follows, and from where."""

    has_next_page: bool
    end_cursor: Text = ""


class PageShape(_Shape, Generic[NodeT]):
    """One page of a connection."""

    page_info: PageEndShape
    nodes: tuple[NodeT, ...]


class IdShape(_Shape):
    """A reference to something by its gid."""

    id: str


class AmountShape(_Shape):
    """An amount with its currency."""

    amount: Figure
    currency_code: str


class MoneyShape(_Shape):
    """Only the shop's own money is read: presentment amounts are never mixed in."""

    shop_money: AmountShape


class TaxLineShape(_Shape):
    """One tax on a line; `rate` is a fraction."""

    rate: Figure | None = None
    price_set: MoneyShape


class AllocationShape(_Shape):
    """A line's share of one discount, whatever level and kind the discount is of."""

    allocated_amount_set: MoneyShape


class LineShape(_Shape):
    """An order line; its price and its quantity are those before refunds and removals."""

    id: str
    sku: Text = ""
    quantity: int
    refundable_quantity: int
    original_unit_price_set: MoneyShape
    discount_allocations: tuple[AllocationShape, ...] = ()
    tax_lines: tuple[TaxLineShape, ...] = ()


class TransactionShape(_Shape):
    """A movement of money on an order."""

    id: str
    kind: str
    status: str
    gateway: Text = ""
    amount_set: MoneyShape
    parent_transaction: IdShape | None = None


class RefundShape(_Shape):
    """A refund record."""

    id: str
    created_at: AwareDatetime | None = None
    note: Text = ""
    transactions: PageShape[TransactionShape]


class AppShape(_Shape):
    """The app behind an agreement."""

    title: Text = ""


class AgreementShape(_Shape):
    """An entry of Shopify's own ledger of an order; `refund` only on those that are refunds."""

    id: str
    app: AppShape | None = None
    refund: IdShape | None = None


class OrderMoneyShape(_Shape):
    """The money on an order: what was taken and what went back."""

    id: str
    name: str
    currency_code: str
    presentment_currency_code: str
    transactions: tuple[TransactionShape, ...] = ()
    refunds: tuple[RefundShape, ...] = ()
    agreements: PageShape[AgreementShape]


class OrderShape(OrderMoneyShape):
    """An order with its lines."""

    taxes_included: bool
    total_price_set: MoneyShape
    line_items: PageShape[LineShape]


class OrderNameShape(_Shape):
    """An order as a search names it."""

    id: str
    name: str


class OrderChangedShape(OrderNameShape):
    """An order as the sweep reads it."""

    refunds: tuple[IdShape, ...] = ()


class VariantShape(_Shape):
    """What is sold under a stock code."""

    id: str
    sku: Text = ""
    inventory_item: IdShape


class LocationShape(_Shape):
    """A place that holds stock."""

    id: str
    name: Text = ""


class ItemShape(_Shape):
    """A stock item."""

    id: str
    sku: Text = ""


class ChangeShape(_Shape):
    """One change of one quantity."""

    name: str
    delta: int
    item: ItemShape | None = None
    location: LocationShape | None = None


class GroupShape(_Shape):
    """What an adjustment changed, as the inventory history has it."""

    id: str
    reason: Text = ""
    reference_document_uri: Text = ""
    changes: tuple[ChangeShape, ...] = Field(default=())


ShapeT = TypeVar("ShapeT", bound=_Shape)


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
