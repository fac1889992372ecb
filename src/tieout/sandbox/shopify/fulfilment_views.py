"""Fulfilments and fulfilment orders as the graph shows them."""

from __future__ import annotations

from tieout.sandbox.clock import stamp
from tieout.sandbox.shopify import stock_views, views
from tieout.sandbox.shopify.books import Books, Line, Order
from tieout.sandbox.shopify.figures import gid
from tieout.sandbox.shopify.fulfilling import location_of, order_status, remaining
from tieout.sandbox.shopify.fulfilment_books import Fulfilment, FulfilmentPart, TrackingNumber
from tieout.sandbox.shopify.money_views import first_of, listed
from tieout.sandbox.shopify.paging import View


def fulfilment_view(made: Fulfilment, books: Books) -> View:
    """Return a Fulfillment."""
    order = made.order
    place = books.locations.get(made.location_id or 0)
    return {
        "__typename": "Fulfillment",
        "id": gid("Fulfillment", made.id),
        "legacyResourceId": str(made.id),
        "name": made.name,
        "status": "SUCCESS",
        "createdAt": stamp(made.created_at),
        "updatedAt": stamp(made.updated_at),
        "totalQuantity": made.units,
        "location": place and stock_views.location_view(place),
        "trackingInfo": first_of(made.tracking, tracking_view),
        "order": lambda _: views.order_view(order, books),
        "fulfillmentLineItems": listed(made.parts, lambda x: _part_view(x, order, books), lambda x: x.id),
    }


def tracking_view(one: TrackingNumber) -> View:
    """Return a FulfillmentTrackingInfo."""
    return {"company": one.company or None, "number": one.number or None, "url": one.url or None}


def fulfilment_order_view(order: Order, books: Books) -> View:
    """Return the FulfillmentOrder of an order."""
    number = location_of(order, books)
    place = books.locations.get(number or 0)
    return {
        "__typename": "FulfillmentOrder",
        "id": gid("FulfillmentOrder", order.id),
        "status": order_status(order),
        "requestStatus": "UNSUBMITTED",
        "orderId": gid("Order", order.id),
        "orderName": order.name,
        "createdAt": stamp(order.created_at),
        "updatedAt": stamp(order.updated_at),
        "order": lambda _: views.order_view(order, books),
        "assignedLocation": {
            "name": place.name if place else "",
            "location": place and stock_views.location_view(place),
        },
        "lineItems": listed(order.lines, lambda x: _line_view(x, order, books), lambda x: x.id),
    }


def _line_view(line: Line, order: Order, books: Books) -> View:
    variant = line.variant
    return {
        "__typename": "FulfillmentOrderLineItem",
        "id": gid("FulfillmentOrderLineItem", line.id),
        "sku": line.sku or None,
        "productTitle": line.title,
        "requiresShipping": True,
        "totalQuantity": line.quantity,
        "remainingQuantity": remaining(order, line),
        "inventoryItemId": variant and gid("InventoryItem", variant.inventory_item_id),
        "variant": (lambda _: stock_views.variant_view(variant, books)) if variant else None,
        "lineItem": lambda _: views.line_view(line, order, books),
    }


def _part_view(part: FulfilmentPart, order: Order, books: Books) -> View:
    return {
        "__typename": "FulfillmentLineItem",
        "id": gid("FulfillmentLineItem", part.id),
        "quantity": part.quantity,
        "lineItem": lambda _: views.line_view(part.line, order, books),
    }
