"""ShipBob's own shapes. Unknown fields are ignored and optional ones may be null; figures are exact decimals."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tieout.connectors.shipbob import compat
from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer


def _as_text(value: object) -> object:
    """Ids may be numbers; an absent text is empty."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def _as_list(value: object) -> object:
    return () if value is None else value


def _as_figure(value: object) -> object:
    assert not isinstance(value, float), "a figure was read as a float on its way here"
    return Decimal(0) if value is None else value


def _as_stated(value: object) -> object:
    assert not isinstance(value, float), "a figure was read as a float on its way here"
    return value


def moment(text: str) -> datetime | None:
    """A time in UTC; None when the text is empty or no time."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=compat.NAIVE_TIMES)).astimezone(UTC)


Text = Annotated[str, BeforeValidator(_as_text)]
Figure = Annotated[Decimal, BeforeValidator(_as_figure)]
"""Nothing where ShipBob states none."""
Count = Annotated[Decimal, BeforeValidator(_as_stated)]
"""What must be stated: nobody may take silence for nought."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class NamedShape(_Shape):
    """Anything with an id and a name: a fulfilment centre, a channel, a shipping method."""

    id: int = 0
    name: Text = ""
    scopes: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = ()
    active: bool = True


class TagShape(_Shape):
    """Something that we kept on an order."""

    name: Text = ""
    value: Text = ""


class OrderedShape(_Shape):
    """A product as ordered."""

    id: int | None = None
    reference_id: Text = ""
    sku: Text = ""
    quantity: Count
    unit: Text = Field(default="", alias="quantity_unit_of_measure_code")
    line_number: int | None = Field(default=None, alias="external_line_id")

    @property
    def code(self) -> str:
        """The seller's stock code: ShipBob calls it the product's reference."""
        return self.reference_id or self.sku


class ItemShape(_Shape):
    """Units of one inventory item, of one lot, in a shipment."""

    id: int = 0
    name: Text = ""
    quantity: Count
    lot: Text = ""
    serials: Annotated[tuple[str, ...], BeforeValidator(_as_list)] = Field(default=(), alias="serial_numbers")


class PackedShape(_Shape):
    """A product as it stands on a shipment: without unit and without the number of the order's line."""

    id: int | None = None
    reference_id: Text = ""
    sku: Text = ""
    items: Annotated[tuple[ItemShape, ...], BeforeValidator(_as_list)] = Field(default=(), alias="inventory_items")

    @property
    def code(self) -> str:
        """The seller's stock code."""
        return self.reference_id or self.sku


class DetailShape(_Shape):
    """Why a shipment stands where it does."""

    name: Text = ""
    description: Text = ""


class TrackingShape(_Shape):
    """The parcel, or the freight."""

    carrier: Text = ""
    service: Text = Field(default="", alias="carrier_service")
    tracking_number: Text = ""
    tracking_url: Text = ""
    bol: Text = ""
    pro_number: Text = ""
    shipping_date: Text = ""


class MeasuresShape(_Shape):
    """How heavy a shipment is."""

    ounces: Figure = Field(default=Decimal(0), alias="total_weight_oz")


class ShipmentShape(_Shape):
    """A part of an order that leaves one place in one go."""

    id: int
    order_id: int | None = None
    location: NamedShape | None = None
    status: Text = ""
    details: Annotated[tuple[DetailShape, ...], BeforeValidator(_as_list)] = Field(default=(), alias="status_details")
    tracking: TrackingShape | None = None
    measurements: MeasuresShape | None = None
    products: Annotated[tuple[PackedShape, ...], BeforeValidator(_as_list)] = ()
    created_date: Text = ""
    actual_fulfillment_date: Text = ""
    last_update_at: Text = ""


class OrderShape(_Shape):
    """An order with every shipment of it."""

    id: int
    reference_id: Text = ""
    order_number: Text = ""
    status: Text = ""
    channel: NamedShape | None = None
    products: Annotated[tuple[OrderedShape, ...], BeforeValidator(_as_list)] = ()
    shipments: Annotated[tuple[ShipmentShape, ...], BeforeValidator(_as_list)] = ()
    tags: Annotated[tuple[TagShape, ...], BeforeValidator(_as_list)] = ()


class CancelResultShape(_Shape):
    """What became of cancelling one shipment."""

    shipment_id: Text = ""
    is_success: bool = False
    reason: Text = ""


class CancelShape(_Shape):
    """What became of cancelling an order: partial success is normal."""

    status: Text = ""
    results: Annotated[tuple[CancelResultShape, ...], BeforeValidator(_as_list)] = Field(
        default=(), alias="canceled_shipment_results"
    )


class LevelShape(_Shape):
    """Stock of one item over all places, with its exception bucket."""

    id: int = Field(alias="inventory_id")
    sku: Text = ""
    name: Text = ""
    exception: Figure = Field(default=Decimal(0), alias="total_exception_quantity")


class SiteQuantityShape(_Shape):
    """Stock of one item at one place."""

    id: int = Field(alias="location_id")
    name: Text = ""
    on_hand: Count = Field(alias="on_hand_quantity")
    committed: Figure = Field(default=Decimal(0), alias="committed_quantity")


class SiteLevelShape(_Shape):
    """Stock of one item, place by place."""

    id: int = Field(alias="inventory_id")
    sku: Text = ""
    name: Text = ""
    sites: Annotated[tuple[SiteQuantityShape, ...], BeforeValidator(_as_list)] = Field(default=(), alias="locations")


class ChangeShape(_Shape):
    """One side of a stock event."""

    quantity: Figure = Field(default=Decimal(0), alias="quantity_change")
    facility_id: int = 0
    place: Text = Field(default="", alias="location_id")
    lot: Text = Field(default="", alias="lot_number")
    sku: Text = ""
    state: Text = Field(default="", alias="inventory_status")


class ReferenceShape(_Shape):
    """What a stock event belongs to."""

    key: Text = ""
    value: Text = ""


class EventShape(_Shape):
    """One stock event."""

    id: int = Field(alias="inventory_audit_event_id")
    item_id: int = Field(alias="inventory_id")
    category: Text = Field(default="", alias="event_category")
    at: Text = Field(default="", alias="event_datetime")
    increment: ChangeShape | None = None
    decrement: ChangeShape | None = None
    order_id: Text = Field(default="", alias="shipbob_order_id")
    references: Annotated[tuple[ReferenceShape, ...], BeforeValidator(_as_list)] = Field(
        default=(), alias="additional_reference"
    )


class EventPage(_Shape):
    """One page of stock events."""

    events: Annotated[tuple[EventShape, ...], BeforeValidator(_as_list)] = Field(alias="data")
    next: Text = ""


ShapeT = TypeVar("ShapeT", bound=_Shape)


def read_as(shape: type[ShapeT], value: Json, what: str) -> ShapeT:
    """The answer in its shape; BadAnswer names the places that do not fit and quotes none of it."""
    try:
        return shape.model_validate(value)
    except ValidationError as failure:
        places = sorted({".".join(str(step) for step in error["loc"]) for error in failure.errors()})
        raise BadAnswer(f"ShipBob's {what} does not read as documented at: {', '.join(places)}") from None
