"""Mintsoft's own shapes. Unknown fields are ignored, keys come in any casing, and any of them may be null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tieout.connectors.transport import Json
from tieout.ports.errors import BadAnswer


def _as_text(value: object) -> object:
    """Ids are numbers; an absent text is empty."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def _as_number(value: object) -> object:
    return 0 if value is None or value == "" else value


def _as_list(value: object) -> object:
    return () if value is None else value


Text = Annotated[str, BeforeValidator(_as_text)]
Number = Annotated[int, BeforeValidator(_as_number)]
Quantity = Annotated[Decimal, BeforeValidator(_as_number)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _plain_keys(cls, value: object) -> object:
        """Keys in small letters without underscores: wire samples mix `ID`, `OrderId` and `CLIENT_CODE`."""
        if not isinstance(value, Mapping):
            return value
        return {str(key).replace("_", "").lower(): each for key, each in value.items()}


class PairShape(_Shape):
    """A name and its value, on an order or a line."""

    name: Text = ""
    value: Text = ""


Pairs = Annotated[tuple[PairShape, ...], BeforeValidator(_as_list)]


class OrderShape(_Shape):
    """An order, or one part of it. Dates are text without a zone."""

    id: Text = Field(min_length=1)
    client_id: Text = Field(default="", alias="clientid")
    number: Text = Field(default="", alias="ordernumber")
    external: Text = Field(default="", alias="externalorderreference")
    status_id: Number = Field(default=0, alias="orderstatusid")
    warehouse_id: Number = Field(default=0, alias="warehouseid")
    warehouse_code: Text = Field(default="", alias="warehousecode")
    part: Number = 0
    parts: Number = Field(default=0, alias="numberofparts")
    ordered: Text = Field(default="", alias="orderdate")
    despatched: Text = Field(default="", alias="despatchdate")
    updated: Text = Field(default="", alias="lastupdated")
    courier: Text = Field(default="", alias="courierservicename")
    tracking: Text = Field(default="", alias="trackingnumber")
    tracking_url: Text = Field(default="", alias="trackingurl")
    pairs: Pairs = Field(default=(), alias="ordernamevalues")


class ItemShape(_Shape):
    """One line of an order."""

    id: Text = ""
    product_id: Text = Field(default="", alias="productid")
    sku: Text = ""
    quantity: Quantity = Decimal(0)
    on_back_order: Quantity = Field(default=Decimal(0), alias="onbackorder")
    pairs: Pairs = Field(default=(), alias="orderitemnamevalues")

    def value(self, name: str) -> str:
        """The value of the pair of this name; empty without one."""
        return next((pair.value for pair in self.pairs if pair.name.lower() == name.lower()), "")


class SplitShape(_Shape):
    """That one order was split off another."""

    order_id: Text = Field(default="", alias="orderid")
    split_id: Text = Field(default="", alias="splitorderid")


class HeldShape(_Shape):
    """Stock allocated to a line, or scanned for it."""

    item_id: Text = Field(default="", alias="orderitemid")
    quantity: Quantity = Decimal(0)
    batch: Text = Field(default="", alias="batchno")
    serial: Text = Field(default="", alias="serialno")
    despatched: bool | None = None


class ConsignmentShape(_Shape):
    """One consignment of an order."""

    courier: Text = Field(default="", alias="couriertype")
    number: Text = ""


class ResultShape(_Shape):
    """What came of a write: one ToolkitResult, or one of the results of a new order."""

    order_id: Text = Field(default="", alias="orderid")
    success: bool | None = None
    message: Text = ""
    warning: Text = Field(default="", alias="warningmessage")


class NamedShape(_Shape):
    """A row of the reference lists: statuses, warehouses, countries."""

    id: Number
    name: Text = ""
    code: Text = ""
    code3: Text = ""
    active: bool | None = None


class BreakdownShape(_Shape):
    """A share of a stock level."""

    type: Text = ""
    quantity: Quantity = Decimal(0)


class LevelShape(_Shape):
    """What a warehouse holds of a product."""

    product_id: Text = Field(default="", alias="productid")
    warehouse_id: Number = Field(default=0, alias="warehouseid")
    client_id: Text = Field(default="", alias="clientid")
    sku: Text = ""
    level: Quantity = Decimal(0)
    totalstocklevel: Quantity = Decimal(0)
    bundle: bool | None = None
    breakdown: tuple[BreakdownShape, ...] | None = None


class PlaceShape(_Shape):
    """A location that a stock flow touched."""

    location: Text = ""
    location_id: Text = Field(default="", alias="locationid")
    quantity: Quantity = Decimal(0)
    batch: Text = Field(default="", alias="batchno")
    serial: Text = Field(default="", alias="serialno")


class FlowShape(_Shape):
    """One row of a product's stock ledger."""

    id: Number
    product_id: Text = Field(default="", alias="productid")
    warehouse_id: Number = Field(default=0, alias="warehouseid")
    quantity: Quantity = Decimal(0)
    flow: Text = ""
    reason: Text = ""
    batch: Text = Field(default="", alias="batchno")
    serial: Text = Field(default="", alias="serialno")
    order_id: Text = Field(default="", alias="orderid")
    sku: Text = ""
    at: Text = Field(default="", alias="lastupdated")
    user: Text = Field(default="", alias="lastupdatedbyuser")
    places: Annotated[tuple[PlaceShape, ...], BeforeValidator(_as_list)] = Field(default=(), alias="stockflowdetails")


class ProductShape(_Shape):
    """A product."""

    id: Text = ""
    sku: Text = ""


ShapeT = TypeVar("ShapeT", bound=_Shape)


def read_as(shape: type[ShapeT], value: Json, what: str) -> ShapeT:
    """The answer in its shape; BadAnswer names the places that do not fit and quotes none of it."""
    try:
        return shape.model_validate(value)
    except ValidationError as failure:
        places = sorted({".".join(str(step) for step in error["loc"]) or "the whole" for error in failure.errors()})
        raise BadAnswer(f"Mintsoft's {what} does not read as documented at: {', '.join(places)}") from None


def rows_as(shape: type[ShapeT], value: Json, what: str) -> tuple[ShapeT, ...]:
    """The answer as a list of one shape; nothing, and null, are an empty one."""
    if value is None:
        return ()
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
        raise BadAnswer(f"Mintsoft's {what} is no list")
    return tuple(read_as(shape, row, what) for row in value)
