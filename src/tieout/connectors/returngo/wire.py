"""ReturnGO's own shapes. Unknown fields are ignored and optional keys may vanish; figures are exact decimals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tieout.connectors.returngo import compat
from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer


def _as_text(value: object) -> object:
    """Ids come as text in RMAs and as integers in transactions; an absent text is empty."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _as_list(value: object) -> object:
    return () if value is None else value


def _exact(value: object) -> object:
    assert not isinstance(value, float), "a figure was read as a float on its way here"
    return value


Text = Annotated[str, BeforeValidator(_as_text)]
Figure = Annotated[Decimal, BeforeValidator(_exact)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class MoneyShape(_Shape):
    """An amount as the customer paid it and in the shop's own currency."""

    amount: Figure | None = None
    currency: Text = ""
    shop_amount: Figure | None = Field(default=None, alias="shopAmount")
    shop_currency: Text = Field(default="", alias="shopCurrency")


class EventShape(_Shape):
    """An entry of the RMA's history."""

    name: Text = Field(default="", alias="eventName")
    on: Text = Field(default="", alias="eventDate")


Events = Annotated[tuple[EventShape, ...], BeforeValidator(_as_list)]


class SummaryShape(_Shape):
    """An RMA as the list has it, and as the head of the detail."""

    rma_id: Text = Field(alias="rmaId", min_length=1)
    status: Text = ""
    order_name: Text = ""
    events: Events = ()


class OrderShape(_Shape):
    """Which storefront order it concerns; empty for a blind return."""

    order_id: Text = Field(default="", alias="orderId")
    order_name: Text = ""


class ShipmentShape(_Shape):
    """A parcel on its way back (or out, for an exchange)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    shipment_id: Text = Field(default="", alias="shipmentId")
    status: Text = ""
    is_outbound: bool | None = Field(default=None, alias="isOutbound")
    customer_address: Mapping[str, object] | None = Field(default=None, alias="customerAddress")


class ValidationShape(_Shape):
    """What inspection recorded; means something only when `last_validated` is set."""

    is_returned: bool | None = Field(default=None, alias="isReturned")
    is_restockable: bool | None = Field(default=None, alias="isRestockable")
    last_validated: Text = Field(default="", alias="lastValidationDate")


class ReturnMethodShape(_Shape):
    """How the goods come back."""

    type: Text = ""


class ItemShape(_Shape):
    """One physical unit: there is no quantity."""

    unit_id: Text = Field(alias="returnedItemId", min_length=1)
    shop_line: Text = Field(default="", alias="shopLineItemId")
    sku: Text = ""
    full_name: Text = Field(default="", alias="fullName")
    product_name: Text = Field(default="", alias="productName")
    paid_price: MoneyShape | None = Field(default=None, alias="paidPrice")
    paid_tax: MoneyShape | None = Field(default=None, alias="paidTax")
    tax_included: bool | None = Field(default=None, alias="taxIncluded")
    reason: Text = Field(default="", alias="returnReason")
    resolution_type: Text = Field(default="", alias="resolutionType")
    restocking_fee: Figure | None = Field(default=None, alias="restockingFee")
    return_fee: Figure | None = Field(default=None, alias="returnFee")
    shipment_fee: Figure | None = Field(default=None, alias="shipmentFee")
    shipment_id: Text = Field(default="", alias="shipmentId")
    return_method: ReturnMethodShape | None = Field(default=None, alias="returnMethod")
    validation: ValidationShape | None = Field(default=None, alias="itemValidationStatusResponse")


class TransactionShape(_Shape):
    """A movement of money that ReturnGO asked for."""

    transaction_id: Text = Field(default="", alias="id")
    type: Text = ""
    status: Text = ""
    reference_type: Text = Field(default="", alias="externalReferenceType")
    reference_id: Text = Field(default="", alias="externalReferenceId")
    amount: MoneyShape | Figure | None = None
    currency: Text = ""


class CommentShape(_Shape):
    """An entry of the timeline."""

    text: Text = Field(default="", alias="htmlText")
    at: Text = Field(default="", alias="datetime")


class RmaShape(_Shape):
    """The RMA in detail."""

    summary: SummaryShape = Field(alias="rmaSummary")
    order: OrderShape | None = Field(default=None, alias="orderDetails")
    customer: Mapping[str, object] | None = Field(default=None, validation_alias=AliasChoices(*compat.CUSTOMER_KEYS))
    shipments: Annotated[tuple[ShipmentShape, ...], BeforeValidator(_as_list)] = ()
    items: Annotated[tuple[ItemShape, ...], BeforeValidator(_as_list)] = ()
    transactions: Annotated[tuple[TransactionShape, ...], BeforeValidator(_as_list)] = ()
    comments: Annotated[tuple[CommentShape, ...], BeforeValidator(_as_list)] = ()
    cancellation_fee: Figure | None = Field(default=None, alias="cancellationFee")
    created_at: Text = Field(default="", alias="createdAt")


class PageShape(_Shape):
    """One page of the list."""

    rmas: Annotated[tuple[SummaryShape, ...], BeforeValidator(_as_list)] = ()
    next_cursor: Text = ""


ShapeT = TypeVar("ShapeT", bound=_Shape)


def read_as(shape: type[ShapeT], value: Json, what: str) -> ShapeT:
    """The answer in its shape; BadAnswer names the places that do not fit and quotes none of it."""
    try:
        return shape.model_validate(value)
    except ValidationError as failure:
        places = sorted({".".join(str(step) for step in error["loc"]) for error in failure.errors()})
        raise BadAnswer(f"ReturnGO's {what} does not read as documented at: {', '.join(places)}") from None
