"""Shopify's shapes of what leaves and of what is on offer; as `wire.py`."""

from __future__ import annotations

from tieout.connectors.shopify.wire import LocationShape, PageShape, Shape, Text


class SoldLineShape(Shape):
    """The order's line behind a line of a fulfilment."""

    id: str
    sku: Text = ""


class FulfilmentLineShape(Shape):
    """Units of one order line that left together."""

    id: str
    quantity: int
    line_item: SoldLineShape


class TrackingShape(Shape):
    """One parcel of a fulfilment."""

    number: Text = ""


class FulfilmentShape(Shape):
    """What left in one go."""

    id: str
    name: Text = ""
    status: Text = ""
    tracking_info: tuple[TrackingShape, ...] = ()

    @property
    def numbers(self) -> frozenset[str]:
        """Its tracking numbers, without space around them."""
        return frozenset(number for parcel in self.tracking_info if (number := parcel.number.strip()))


class OrderFulfilmentsShape(Shape):
    """An order with what left on it."""

    id: str
    name: Text = ""
    fulfillments: tuple[FulfilmentShape, ...] = ()


class AwaitedLineShape(Shape):
    """Units of one order line that are to leave from one location."""

    id: str
    remaining_quantity: int
    line_item: SoldLineShape


class PlaceIdShape(Shape):
    """A location by its gid; none once it was deleted."""

    id: str


class AssignedPlaceShape(Shape):
    """Where a fulfilment order is to leave from; the name is kept when the location is gone."""

    name: Text = ""
    location: PlaceIdShape | None = None


class FulfilmentOrderShape(Shape):
    """What is to leave from one location."""

    id: str
    status: Text = ""
    assigned_location: AssignedPlaceShape
    line_items: PageShape[AwaitedLineShape]

    @property
    def place(self) -> str:
        """What tells one location from another."""
        assigned = self.assigned_location
        return assigned.location.id if assigned.location else assigned.name


class UnsentPlaceShape(Shape):
    """Where a fulfilment order is to leave from; the name is kept when the location is gone."""

    name: Text = ""
    location: LocationShape | None = None


class UnsentPartShape(Shape):
    """What is to leave from one location."""

    id: str
    status: Text = ""
    assigned_location: UnsentPlaceShape
    line_items: PageShape[AwaitedLineShape]

    @property
    def place(self) -> str:
        """The location's name as it is now."""
        return self.assigned_location.location.name if self.assigned_location.location else self.assigned_location.name


class UnsentOrderShape(Shape):
    """An order of which something is still to be sent."""

    id: str
    name: Text = ""
    fulfillment_orders: PageShape[UnsentPartShape]


class MarkShape(Shape):
    """The text of a metafield."""

    value: Text = ""


class QuantityShape(Shape):
    """A quantity by its name in Shopify, such as `available`."""

    name: Text
    quantity: int


class LevelShape(Shape):
    """What one location has of a stock item."""

    location: LocationShape
    quantities: tuple[QuantityShape, ...] = ()

    @property
    def available(self) -> int | None:
        """What may be sold; None when Shopify does not say."""
        return next((held.quantity for held in self.quantities if held.name == "available"), None)


class StockedItemShape(Shape):
    """A stock item at all its locations."""

    id: str
    tracked: bool = True
    inventory_levels: PageShape[LevelShape]


class StockedVariantShape(Shape):
    """What is sold under a stock code, with its stock."""

    id: str
    sku: Text = ""
    inventory_item: StockedItemShape
