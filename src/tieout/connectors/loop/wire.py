"""Loop's own shapes. Unknown fields are ignored and optional keys may vanish; figures are exact decimals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tieout.connectors.loop import compat
from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer


def _as_text(value: object) -> object:
    """Ids are numbers in the detail and text in the list; an absent text is empty."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _as_list(value: object) -> object:
    return () if value is None else value


def _as_figure(value: object) -> object:
    assert not isinstance(value, float), "a figure was read as a float on its way here"
    return None if value == "" else value


def _as_object(value: object) -> object:
    """Nothing may be null, an empty text or an empty list where an object is documented."""
    return value if isinstance(value, Mapping) else None


def _as_look(key: str) -> Callable[[object], object]:
    """A warehouse's look is an object; a bare word is taken for what it found."""

    def read(value: object) -> object:
        return {key: value} if isinstance(value, str) and value else _as_object(value)

    return read


def _as_moment(value: object) -> object:
    """A time may be text or an object of date and timezone; what is no time is none."""
    if isinstance(value, Mapping):
        value = value.get("date")
    return moment(value) if isinstance(value, str) else None


def moment(text: str) -> datetime | None:
    """A time in UTC; None when the text is empty or no time."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=compat.NAIVE_TIMES)).astimezone(UTC)


Text = Annotated[str, BeforeValidator(_as_text)]
Figure = Annotated[Decimal | None, BeforeValidator(_as_figure)]
Moment = Annotated[datetime | None, BeforeValidator(_as_moment)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ConditionShape(_Shape):
    """How a warehouse graded a line."""

    word: Text = Field(default="", alias="condition_category")
    inspected_at: Moment = None


class DispositionShape(_Shape):
    """What a warehouse did with a line."""

    word: Text = Field(default="", alias="disposition_outcome")
    inspected_at: Moment = None


class LineShape(_Shape):
    """One unit of a return: there is no quantity."""

    unit_id: Text = Field(alias="line_item_id", min_length=1)
    shop_line: Text = Field(default="", alias="provider_line_item_id")
    sku: Text = ""
    title: Text = ""
    price: Figure = None
    discount: Figure = None
    tax: Figure = None
    refund: Figure = None
    exchange_variant: Text = ""
    reason: Text = Field(default="", alias="return_reason")
    parent_reason: Text = Field(default="", alias="parent_return_reason")
    outcome: Text = ""
    condition: Annotated[ConditionShape | None, BeforeValidator(_as_look("condition_category"))] = None
    disposition: Annotated[DispositionShape | None, BeforeValidator(_as_look("disposition_outcome"))] = None


class ExchangeShape(_Shape):
    """One unit that leaves in exchange."""

    order_id: Text = Field(default="", alias="exchange_order_id")
    order_name: Text = Field(default="", alias="exchange_order_name")
    variant_id: Text = ""
    sku: Text = ""
    price: Figure = None
    discount: Figure = None
    tax: Figure = None
    total: Figure = None


class RefundShape(_Shape):
    """What goes back through one gateway; without an id it is not made yet."""

    amount: Figure = None
    currency: Text = ""
    refund_id: Text = Field(default="", alias="provider_refund_id")


class RefundLinkShape(_Shape):
    """The storefront's refund behind a return, as the list and some details name it."""

    refund_id: Text = Field(default="", alias="provider_refund_id")


class LabelShape(_Shape):
    """A parcel on its way back."""

    status: Text = ""
    updated_at: Moment = None
    carrier: Text = ""
    tracking_number: Text = ""


class MethodShape(_Shape):
    """How the goods come back."""

    method_type: Text = Field(default="", validation_alias=AliasChoices("method_type", "type"))


class ProcessedShape(_Shape):
    """When each part of the return was carried out."""

    returned: Moment = Field(default=None, alias="return_processed")
    refund: Moment = Field(default=None, alias="refund_processed")
    gift_card: Moment = Field(default=None, alias="gift_card_processed")
    exchange: Moment = Field(default=None, alias="exchange_processed")


class HeadShape(_Shape):
    """A return as a sweep reads it."""

    return_id: Text = Field(alias="id", min_length=1)
    state: Text = ""
    created_at: Moment = None


class ReturnShape(HeadShape):
    """The return in detail."""

    outcome: Text = ""
    order_name: Text = ""
    order_id: Text = Field(default="", alias="provider_order_id")
    customer: Text = ""
    currency: Text = ""
    product_total: Figure = Field(default=None, alias="return_product_total")
    discount_total: Figure = Field(default=None, alias="return_discount_total")
    tax_total: Figure = Field(default=None, alias="return_tax_total")
    return_total: Figure = None
    gift_card: Figure = None
    gift_card_order_id: Text = ""
    gift_card_order_name: Text = ""
    exchange_order_id: Text = ""
    exchange_order_name: Text = ""
    handling_fee: Figure = None
    refund: Figure = None
    refunds: Annotated[tuple[RefundShape, ...], BeforeValidator(_as_list)] = ()
    refund_links: Annotated[tuple[RefundLinkShape, ...], BeforeValidator(_as_list)] = Field(
        default=(), alias="shopify_refund_object"
    )
    lines: Annotated[tuple[LineShape, ...], BeforeValidator(_as_list)] = Field(default=(), alias="line_items")
    exchanges: Annotated[tuple[ExchangeShape, ...], BeforeValidator(_as_list)] = ()
    labels: Annotated[tuple[LabelShape, ...], BeforeValidator(_as_list)] = ()
    carrier: Text = ""
    tracking_number: Text = ""
    label_status: Text = ""
    label_updated_at: Moment = None
    return_method: Annotated[MethodShape | None, BeforeValidator(_as_object)] = None
    was_processed: bool | None = None
    processed: Annotated[ProcessedShape | None, BeforeValidator(_as_object)] = Field(
        default=None, alias="outcomes_processed_at"
    )


class PageShape(_Shape):
    """One page of the list."""

    returns: Annotated[tuple[HeadShape, ...], BeforeValidator(_as_list)] = ()
    next_url: Text = Field(default="", alias="nextPageUrl")


ShapeT = TypeVar("ShapeT", bound=_Shape)


def read_as(shape: type[ShapeT], value: Json, what: str) -> ShapeT:
    """The answer in its shape; BadAnswer names the places that do not fit and quotes none of it."""
    try:
        return shape.model_validate(value)
    except ValidationError as failure:
        places = sorted({".".join(str(step) for step in error["loc"]) for error in failure.errors()})
        raise BadAnswer(f"Loop's {what} does not read as documented at: {', '.join(places)}") from None
