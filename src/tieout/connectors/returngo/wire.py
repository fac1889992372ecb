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
    tracking: Text = Field(default="", alias="trackingNumber")
    carrier: Text = Field(default="", alias="carrierName")
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


class ExchangeItemShape(_Shape):
    """An article that the customer gets; the price is of one piece."""

    sku: Text = ""
    product_id: Text = Field(default="", alias="productId")
    quantity: int = 1
    price_method: Text = Field(default="", alias="itemPriceMethod")
    catalog_price: MoneyShape | Figure | None = Field(default=None, alias="catalogPrice")
    effective_price: MoneyShape | Figure | None = Field(default=None, alias="effectivePrice")

    @property
    def price(self) -> MoneyShape | Decimal | None:
        """What is charged for a piece; the catalogue's price only where ReturnGO says that it is the one."""
        if self.effective_price is None and self.price_method == "CatalogPrice":
            return self.catalog_price
        return self.effective_price


ExchangeItems = Annotated[tuple[ExchangeItemShape, ...], BeforeValidator(_as_list)]


class ItemShape(_Shape):
    """One physical unit: there is no quantity."""

    unit_id: Text = Field(alias="returnedItemId", min_length=1)
    shop_line: Text = Field(default="", alias="shopLineItemId")
    product_id: Text = Field(default="", alias="shopProductId")
    sku: Text = ""
    full_name: Text = Field(default="", alias="fullName")
    product_name: Text = Field(default="", alias="productName")
    paid_price: MoneyShape | None = Field(default=None, alias="paidPrice")
    paid_tax: MoneyShape | None = Field(default=None, alias="paidTax")
    tax_included: bool | None = Field(default=None, alias="taxIncluded")
    value: MoneyShape | Figure | None = Field(
        default=None, validation_alias=AliasChoices(*compat.RESOLUTION_VALUE_KEYS)
    )
    reason: Text = Field(default="", alias="returnReason")
    resolution_type: Text = Field(default="", alias="resolutionType")
    restocking_fee: Figure | None = Field(default=None, alias="restockingFee")
    return_fee: Figure | None = Field(default=None, alias="returnFee")
    shipment_fee: Figure | None = Field(default=None, alias="shipmentFee")
    shipment_id: Text = Field(default="", alias="shipmentId")
    return_method: ReturnMethodShape | None = Field(default=None, alias="returnMethod")
    validation: ValidationShape | None = Field(default=None, alias="itemValidationStatusResponse")
    exchange_items: ExchangeItems = Field(default=(), alias="exchangeItems")


class TransactionShape(_Shape):
    """A movement of money that ReturnGO asked for."""

    transaction_id: Text = Field(default="", alias="id")
    rma_id: Text = Field(default="", validation_alias=AliasChoices(*compat.RMA_ID_KEYS))
    type: Text = ""
    status: Text = ""
    reference_type: Text = Field(default="", alias="externalReferenceType")
    reference_id: Text = Field(default="", alias="externalReferenceId")
    amount: MoneyShape | Figure | None = None
    currency: Text = ""
    units: Annotated[tuple[Text, ...], BeforeValidator(_as_list)] = Field(default=(), alias="returnItemIds")


class ExchangeOrderShape(_Shape):
    """An order, or still only the draft of one, that ReturnGO made in the storefront."""

    order_id: Text = Field(default="", alias="orderId")
    order_name: Text = Field(default="", alias="orderName")
    type: Text = ""


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
    exchange_items: ExchangeItems = Field(default=(), alias="exchangeItems")
    exchange_orders: Annotated[tuple[ExchangeOrderShape, ...], BeforeValidator(_as_list)] = Field(
        default=(), alias="exchangeOrders"
    )
    transactions: Annotated[tuple[TransactionShape, ...], BeforeValidator(_as_list)] = ()
    comments: Annotated[tuple[CommentShape, ...], BeforeValidator(_as_list)] = ()
    cancellation_fee: Figure | None = Field(default=None, alias="cancellationFee")
    created_at: Text = Field(default="", alias="createdAt")


class CursorShape(_Shape):
    """Where the next page of any list starts; empty on the last."""

    next_cursor: Text = ""


class PageShape(CursorShape):
    """One page of the list."""

    rmas: Annotated[tuple[SummaryShape, ...], BeforeValidator(_as_list)] = ()


class TransactionsPageShape(CursorShape):
    """One page of the list of transactions."""

    transactions: Annotated[tuple[TransactionShape, ...], BeforeValidator(_as_list)] = Field(
        validation_alias=compat.TRANSACTIONS_KEY
    )


ShapeT = TypeVar("ShapeT", bound=_Shape)


def read_as(shape: type[ShapeT], value: Json, what: str) -> ShapeT:
    """The answer in its shape; BadAnswer names the places that do not fit and quotes none of it."""
    try:
        return shape.model_validate(value)
    except ValidationError as failure:
        places = sorted({".".join(str(step) for step in error["loc"]) for error in failure.errors()})
        raise BadAnswer(f"ReturnGO's {what} does not read as documented at: {', '.join(places)}") from None
