"""Orders and shipments as the API shows them."""

from __future__ import annotations

from datetime import UTC, datetime

from tieout.sandbox.shipbob.books import Centre, Item, LogEntry, Order, OrderLine, Part, Product, Shipment
from tieout.sandbox.shipbob.stock import Stock

Json = dict[str, object]
LOG_TYPES = {
    "OrderPlaced": 601,
    "Processing": 602,
    "OutOfStock": 603,
    "Allocated": 604,
    "Picked": 605,
    "Packed": 606,
    "Labeled": 607,
    "AwaitingCarrierScan": 608,
    "InTransit": 609,
    "Delivered": 610,
    "OnHold": 611,
    "Cancelled": 612,
    "Split": 613,
    "TrackingUpdated": 614,
    "DeliveryException": 615,
}
TIMELINE = ("Processing", "Picked", "Packed", "Labeled", "InTransit", "Delivered", "DeliveryException")
ECHOED = ("gift_message", "purchase_date", "retailer_program_data", "financials", "tags")


def moment(at: datetime | None) -> str | None:
    """Write a moment with its offset, as the API does."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds") if at else None


def order_view(order: Order, stock: Stock) -> Json:
    """Return an order with its shipments."""
    given = order.given
    return {
        "id": order.id,
        "created_date": moment(order.created_at),
        "reference_id": order.reference_id,
        "order_number": given.get("order_number") or order.reference_id,
        "status": order.status,
        "type": given["type"],
        "channel": {"id": order.channel.id, "name": order.channel.name},
        "shipping_method": given["shipping_method"],
        "recipient": given["recipient"],
        "products": [_line(line) for line in order.lines],
        "shipments": [shipment_view(shipment, stock) for shipment in order.shipments],
        "shipping_terms": given.get("shipping_terms") or {"carrier_type": None, "payment_term": None},
        **{name: given.get(name) for name in ECHOED},
    }


def shipment_view(shipment: Shipment, stock: Stock) -> Json:
    """Return a shipment; goods that were not picked stand in it until it is picked."""
    order = shipment.order
    recipient = order.given["recipient"]
    return {
        "id": shipment.id,
        "order_id": order.id,
        "reference_id": order.reference_id,
        "created_date": moment(shipment.created_at),
        "last_update_at": moment(shipment.updated_at),
        "last_tracking_update_at": moment(shipment.tracked_at),
        "location": centre_named(shipment.centre),
        "status": shipment.status,
        "status_details": [_detail(*one) for one in shipment.details],
        "tracking": _tracking(shipment),
        "is_tracking_uploaded": shipment.tracking_uploaded,
        "products": _products(shipment, stock),
        "parent_cartons": [],
        "measurements": {"depth_in": 0, "length_in": 0, "total_weight_oz": 0, "width_in": 0},
        "package_material_type": "Undefined" if shipment.fulfilled_at is None else "Box",
        "ship_option": order.given["shipping_method"],
        "recipient": {**recipient, "full_name": recipient.get("name")},
        "actual_fulfillment_date": moment(shipment.fulfilled_at),
        "estimated_fulfillment_date": None,
        "estimated_fulfillment_date_status": _promise(shipment),
        "delivery_date": moment(shipment.delivered_at),
        "gift_message": order.given.get("gift_message"),
        "insurance_value": None,
        "invoice_amount": None,
        "invoice_currency_code": None,
        "require_signature": False,
    }


def log_view(entry: LogEntry) -> Json:
    """Return a line of the log or timeline."""
    return {
        "log_type_id": LOG_TYPES[entry.detail],
        "log_type_name": entry.detail,
        "log_type_text": entry.text,
        "timestamp": moment(entry.at),
        "metadata": entry.more,
    }


def line_items(shipment: Shipment, stock: Stock) -> list[Json]:
    """Return the goods of a shipment, one line for each lot."""
    return [
        {
            "inventory_id": part.item.id,
            "quantity": quantity,
            "committed_quantity": committed,
            "is_hazmat": False,
            "is_lot": part.item.lots,
            "lot": {"lot_number": lot or None, "lot_date": expires, "selection_method": "ShipbobChooses"},
            "product_variant": {"id": part.product.variant_id, "name": part.product.name, "sku": part.product.sku},
            "serial_numbers": list(serials),
        }
        for part in shown_parts(shipment)
        for lot, quantity, committed, expires, serials in _by_lot(part, shipment, stock)
    ]


def shown_parts(shipment: Shipment) -> list[Part]:
    """Return the goods that are shown: once it is picked, what was picked."""
    return [part for part in shipment.parts if shipment.stage == "open" or part.picked]


def centre_named(centre: Centre) -> Json:
    """Return a site by id and name."""
    return {"id": centre.id, "name": centre.name}


def _line(line: OrderLine) -> Json:
    given = line.given
    return {
        "id": line.product.id,
        "reference_id": line.product.sku,
        "sku": line.product.sku,
        "external_line_id": line.external_line_id,
        "quantity": line.quantity,
        "quantity_unit_of_measure_code": line.unit,
        "unit_price": given.get("unit_price"),
        "gtin": given.get("gtin"),
        "upc": given.get("upc"),
    }


def _products(shipment: Shipment, stock: Stock) -> list[Json]:
    """Return one entry for each product: lines of one product cannot be told apart any more."""
    by_product: dict[int, tuple[Product, list[Part]]] = {}
    for part in shown_parts(shipment):
        by_product.setdefault(part.product.id, (part.product, []))[1].append(part)
    return [
        {
            "id": product.id,
            "reference_id": product.sku,
            "sku": product.sku,
            "name": product.name,
            "inventory_items": _inventory(parts, shipment, stock),
        }
        for product, parts in by_product.values()
    ]


def _inventory(parts: list[Part], shipment: Shipment, stock: Stock) -> list[Json]:
    merged: dict[tuple[int, str], tuple[Item, str | None, list[int], list[str]]] = {}
    for part in parts:
        for lot, quantity, committed, expires, serials in _by_lot(part, shipment, stock):
            _, _, figures, numbers = merged.setdefault((part.item.id, lot), (part.item, expires, [0, 0], []))
            figures[0] += quantity
            figures[1] += committed
            numbers.extend(serials)
    return [
        {
            "id": item.id,
            "name": item.name,
            "quantity": quantity,
            "quantity_committed": committed,
            "lot": lot or None,
            "expiration_date": expires,
            "serial_numbers": numbers,
            "is_dangerous_goods": False,
        }
        for (_, lot), (item, expires, (quantity, committed), numbers) in merged.items()
    ]


def _by_lot(part: Part, shipment: Shipment, stock: Stock) -> list[tuple[str, int, int, str | None, tuple[str, ...]]]:
    """Return lot, quantity, committed, expiry date and serial numbers; nobody knows the lot before the pick."""
    if shipment.stage == "open":
        return [("", part.quantity, part.committed, None, ())]
    return [
        (pick.lot, pick.quantity, pick.quantity, stock.expires.get((part.item.id, pick.lot)), pick.serials)
        for pick in part.picks
    ]


def _detail(name: str, text: str, item_id: int | None) -> Json:
    return {
        "id": LOG_TYPES[name],
        "name": name,
        "description": text,
        "inventory_id": item_id,
        "exception_fulfillment_center_id": None,
        "extra_information": None,
    }


def _tracking(shipment: Shipment) -> Json | None:
    tracking = shipment.tracking
    if tracking is None:
        return None
    return {
        "carrier": tracking.carrier,
        "carrier_service": tracking.service,
        "tracking_number": tracking.number,
        "tracking_url": tracking.url or None,
        "scac": None,
        "bol": None,
        "pro_number": None,
        "shipping_date": None,
    }


def _promise(shipment: Shipment) -> str:
    if shipment.is_short:
        return "AwaitingInventoryAllocation"
    return "PendingOnTime" if shipment.fulfilled_at is None else "FulfilledOnTime"
