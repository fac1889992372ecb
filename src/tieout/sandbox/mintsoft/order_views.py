"""How an order looks from outside: mixed casing, no items unless asked for, and moments without an offset."""

from __future__ import annotations

from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.naive import maybe, written
from tieout.sandbox.mintsoft.refdata import country_view, currency_view
from tieout.sandbox.mintsoft.rows import ConnectAction, Consignment, Item, Order, Split, Status, Taken, TrackingEvent
from tieout.sandbox.mintsoft.wire import Json

ADDRESS = (
    "Title",
    "FirstName",
    "LastName",
    "CompanyName",
    "Address1",
    "Address2",
    "Address3",
    "Town",
    "County",
    "PostCode",
    "Phone",
    "Mobile",
    "Email",
)
DATES = ("DeliveryDate", "RequiredDespatchDate", "RequiredDeliveryDate")
REST = ("GiftMessages", "DeliveryNotes", "VATNumber", "EORINumber", "UKIMSNumber", "PIDNumber", "IOSSNumber")
VALUES = (
    "OrderValue",
    "ShippingTotalExVat",
    "ShippingTotalVat",
    "DiscountTotalExVat",
    "DiscountTotalVat",
    "TotalVat",
)
KEPT = (*ADDRESS, *DATES, *REST, *VALUES, "RecipientType", "CashOnDelivery", "CurrencyId", "ChannelId")
TRACKING_STATUSES = {"DELIVERED": 5}
ITEM_KEPT = ("Details", "UnitPrice", "UnitPriceVat", "Discount")


def order_view(books: Books, order: Order, *, items: bool = False) -> Json:
    """Return one order; OrderItems is null unless `items` are asked for."""
    courier = books.couriers[order.courier_id]
    weight = sum(books.products[i.product_id].weight * i.quantity for i in order.items)
    return {
        "ClientId": order.client_id,
        "CLIENT_CODE": books.clients[order.client_id].code,
        "OrderNumber": order.number,
        "ExternalOrderReference": order.reference or None,
        "OrderDate": written(order.created_at),
        "DespatchDate": maybe(order.despatched_at),
        "AtNewDate": written(order.created_at),
        "SLAWarningDate": None,
        "SLADespatchDate": None,
        **_address_and_values(order),
        "Source": None,
        "Comments": order.comments or None,
        "OrderStatusId": int(order.status),
        "NumberOfParcels": order.parcels,
        "TotalItems": sum(item.quantity for item in order.items),
        "TotalWeight": round(weight, 3),
        "Part": order.part,
        "NumberOfParts": order.parts,
        "CourierServiceTypeId": courier.id,
        "CourierServiceId": courier.id,
        "CourierServiceName": courier.name,
        "TrackingNumber": order.tracking or None,
        "TrackingURL": f"https://tracking.invalid/{order.consignments[0].number}" if order.consignments else "",
        "PIIRemoved": False,
        "WarehouseId": order.warehouse_id,
        "WAREHOUSE_CODE": books.warehouses[order.warehouse_id].code,
        "DespatchedByUser": order.despatched_by or None,
        "OrderItems": [item_view(books, order, item) for item in order.items] if items else None,
        "OrderNameValues": [{"OrderId": order.id, **name_view(order, name)} for name in order.names],
        "OrderLock": order.locked,
        "Tags": order.tags or None,
        "SourceOrderDate": None,
        **_stamp(order, order.id),
    }


def _address_and_values(order: Order) -> Json:
    """Return what is shown as it was given: to whom, when, in which money."""
    more = order.more
    currency = int(str(more.get("CurrencyId") or 1))
    return {
        **{name: more.get(name) for name in (*DATES, *ADDRESS)},
        "CountryId": order.country_id,
        "Country": country_view(order.country_id),
        **{name: more.get(name) for name in (*REST, *VALUES)},
        "ChannelId": more.get("ChannelId") or 9,
        "CurrencyId": currency,
        "Currency": currency_view(currency),
        "RecipientType": more.get("RecipientType"),
    }


def item_view(books: Books, order: Order, item: Item) -> Json:
    """Return one order item. Commited (so spelt) counts what was picked; Allocated what is promised and still here."""
    return {
        "OrderId": order.id,
        "ProductId": item.product_id,
        "SKU": books.products[item.product_id].sku,
        "Quantity": item.quantity,
        "Allocated": order.allocated(item),
        "Commited": item.picked,
        "OnBackOrder": order.lacking(item),
        "Price": item.more.get("UnitPrice"),
        "Vat": item.more.get("UnitPriceVat"),
        "Discount": item.more.get("Discount"),
        "Details": item.more.get("Details"),
        "OrderItemNameValues": [{**name_view(order, name), "Internal": False} for name in item.names],
        **_stamp(order, item.id),
    }


def name_view(order: Order, name: tuple[int, str, str]) -> Json:
    """Return one pair of name and value."""
    return {"Name": name[1], "Value": name[2], **_stamp(order, name[0])}


def allocation_view(order: Order, taken: Taken) -> Json:
    """Return units of one lot in one place that are promised to an order, or have left for it."""
    lot = taken.place.lot
    return {
        "LocationId": taken.place.location.id,
        "ProductId": taken.place.product_id,
        "Quantity": taken.quantity,
        "BestBefore": lot.best_before or None,
        "BatchNo": lot.batch or None,
        "SerialNo": lot.serial or None,
        "Type": "Allocation",
        "OrderId": order.id,
        "OrderItemId": taken.item_id,
        "Despatched": taken.despatched,
        **_stamp(order, taken.id),
    }


def verified_view(books: Books, order: Order, taken: Taken) -> Json:
    """Return units that were scanned when they were picked."""
    lot, product = taken.place.lot, books.products[taken.place.product_id]
    return {
        "OrderItemId": taken.item_id,
        "ProductInLocationId": taken.place.id,
        "OrderId": order.id,
        "Quantity": taken.quantity,
        "ManuallyConfirmed": False,
        "Barcode": product.ean or product.sku,
        "BatchNo": lot.batch or None,
        "SerialNo": lot.serial or None,
        "ExpiryDate": lot.best_before or None,
        "MobileApp": True,
        "BoxNumber": 1,
        "SSCCNumber": None,
        **_stamp(order, taken.id),
    }


def shipment_view(order: Order, shipment: Consignment) -> Json:
    """Return one consignment."""
    return {
        "OrderId": order.id,
        "CourierType": shipment.courier,
        "Number": shipment.number,
        "Manifested": shipment.manifested,
        "ShipmentDate": written(shipment.at),
        "LabelURL": f"https://labels.invalid/{shipment.id}.pdf",
        **_stamp(order, shipment.id),
    }


def tracking_view(books: Books, event: TrackingEvent) -> Json:
    """Return what a carrier said of a consignment."""
    return {
        "OrderShipmentId": event.consignment.id,
        "OrderShipment": shipment_view(books.orders[event.order_id], event.consignment),
        "TrackingStatusId": TRACKING_STATUSES[event.stage],
        "CourierCustomerDescription": event.stage.capitalize(),
        "CourierExternalDescription": None,
        "CourierTrackingStageCode": event.stage,
        "CourierTrackingEventId": str(event.id),
        "CourierTimeStamp": written(event.at),
        "ID": event.id,
        "LastUpdated": written(event.at),
        "LastUpdatedByUser": "courier",
    }


def split_view(books: Books, split: Split) -> Json:
    """Return that one order came off another."""
    return {
        "OrderId": split.order_id,
        "Order": order_view(books, books.orders[split.order_id]),
        "SplitOrderId": split.new_id,
        "SplitOrder": order_view(books, books.orders[split.new_id]),
        "ID": split.id,
        "LastUpdated": written(split.at),
        "LastUpdatedByUser": "SYSTEM",
    }


def created_view(books: Books, order: Order) -> Json:
    """Return what the creator of an order is told."""
    status = Status(order.status)
    return {
        "OrderId": order.id,
        "DropShipOrderId": 0,
        "OrderNumber": order.number,
        "Success": True,
        "OrderStatusId": int(status),
        "OrderStatus": status.name,
        "Message": None,
        "OrderItems": [{"SKU": books.products[i.product_id].sku, "ID": i.id} for i in order.items],
    }


def not_created(number: str, message: str) -> Json:
    """Return what the creator is told of an order that was refused."""
    return {
        "OrderId": 0,
        "DropShipOrderId": 0,
        "OrderNumber": number or None,
        "Success": False,
        "OrderStatusId": 0,
        "OrderStatus": None,
        "Message": message,
        "OrderItems": None,
    }


def action_view(action: ConnectAction) -> Json:
    """Return a registered listener."""
    return {"ID": action.id, **{f"ExtraCode{n}": code or None for n, code in enumerate(action.codes, 1)}}


def _stamp(order: Order, number: int) -> Json:
    return {"ID": number, "LastUpdated": written(order.updated_at), "LastUpdatedByUser": order.user}
