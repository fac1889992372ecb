"""How notices and returns look from outside; QuantityReceieved is spelt as the vendor spells it."""

from __future__ import annotations

from tieout.sandbox.mintsoft.books import Books
from tieout.sandbox.mintsoft.goods_in import ASN_STATUSES, REASONS
from tieout.sandbox.mintsoft.naive import maybe, written
from tieout.sandbox.mintsoft.refdata import LONG_AGO
from tieout.sandbox.mintsoft.rows import Notice, NoticeItem, Product, Return, ReturnItem
from tieout.sandbox.mintsoft.wire import Json

NOTICE_KEPT = ("POReference", "Supplier", "SupplierNotes", "EstimatedDelivery", "Comments", "GoodsInType")


def notice_view(books: Books, notice: Notice, *, items: bool) -> Json:
    """Return one ASN; Items is null unless asked for."""
    return {
        "CLIENTSHORTNAME": books.clients[notice.client_id].code,
        **{name: notice.more.get(name) for name in NOTICE_KEPT if name != "SupplierNotes"},
        "ProductSupplierId": notice.more.get("ProductSupplierId"),
        "BookedInDate": maybe(notice.booked_at),
        "Quantity": notice.more.get("Quantity") or sum(item.expected for item in notice.items),
        "ASNStatus": asn_status_view(notice.status),
        "ASNStatusId": notice.status,
        "Shipped": notice.shipped,
        "Items": [_notice_item(books, notice, item) for item in notice.items] if items else None,
        "WarehouseId": notice.warehouse_id,
        "ClientId": notice.client_id,
        "ID": notice.id,
        "LastUpdated": written(notice.updated_at),
        "LastUpdatedByUser": "goods in",
    }


def asn_status_view(number: int) -> Json:
    """Return a status of an ASN."""
    return {"Name": ASN_STATUSES[number], "ID": number, "LastUpdated": LONG_AGO, "LastUpdatedByUser": "SYSTEM"}


def _notice_item(books: Books, notice: Notice, item: NoticeItem) -> Json:
    product, at = books.products[item.product_id], written(notice.updated_at)
    return {
        "ASNId": notice.id,
        "ProductId": product.id,
        "QuantityExpected": item.expected,
        "QuantityReceieved": item.received,
        "QuantityBooked": item.booked,
        "OnOrder": max(item.expected - item.booked, 0),
        "SSCCNumber": item.sscc or None,
        "Complete": item.booked >= item.expected,
        "Comments": None,
        "SourceLineId": item.source_line or None,
        "ASNItemNameValues": [],
        "SKU": product.sku,
        "EAN": product.ean or None,
        "UPC": product.upc or None,
        "Name": product.name,
        "HasSerialNumber": product.has_serial,
        "HasExpiryDate": False,
        "HasBatchNumber": product.has_batch,
        "ASNItemAllocations": _allocations(product, item, at),
        "ID": item.id,
        "LastUpdated": at,
        "LastUpdatedByUser": "goods in",
    }


def _allocations(product: Product, item: NoticeItem, at: str) -> list[Json]:
    """Return where booked units of an item were put."""
    return [
        {
            "ASNItemId": item.id,
            "Quantity": units,
            "LocationId": location.id,
            "ExpiryDate": lot.best_before or None,
            "BatchNo": lot.batch or None,
            "SerialNo": lot.serial or None,
            "Complete": True,
            "ProductId": product.id,
            "SKU": product.sku,
            "ID": number,
            "LastUpdated": at,
            "LastUpdatedByUser": "goods in",
        }
        for number, location, lot, units in item.puts
    ]


def return_view(books: Books, back: Return) -> Json:
    """Return one return with its items."""
    order = books.orders.get(back.order_id)
    return {
        "OrderId": back.order_id or None,
        "AdvancedExternalReturn": not back.order_id,
        "Confirmed": back.confirmed,
        "Exchanged": False,
        "Refunded": False,
        "ExchangedOrderId": None,
        "Invoiced": False,
        "Reference": back.reference or None,
        "ReturnItems": [return_item_view(books, back, item) for item in back.items],
        "ReturnNameValues": [],
        "OrderNumber": order.number if order else None,
        "ClientId": back.client_id,
        "ID": back.id,
        "LastUpdated": written(back.updated_at),
        "LastUpdatedByUser": "returns",
    }


def return_item_view(books: Books, back: Return, item: ReturnItem) -> Json:
    """Return one item that came back."""
    product = books.products[item.product_id]
    return {
        "OrderItemId": item.item_id or None,
        "ProductId": product.id,
        "Quantity": item.quantity,
        "ReturnReasonId": item.reason_id,
        "Action": item.action or None,
        "Comments": item.comments or None,
        "ExpiryDate": None,
        "BatchNo": None,
        "SerialNo": None,
        "ReturnedToStock": item.put > 0,
        "StockAction": None,
        "ReturnId": back.id,
        "SKU": product.sku,
        "ReturnReasonName": REASONS[item.reason_id],
        "Name": product.name,
        "LeftToPutAway": item.quantity - item.put,
        "ID": item.id,
        "LastUpdated": written(back.updated_at),
        "LastUpdatedByUser": "returns",
    }
